"""Subcommands of ``goldpan``, one module each: ``HELP``, ``add_arguments(parser)`` and ``run(args) -> exit code``.

Importing one must stay cheap: libraries are imported inside ``run``.
"""
