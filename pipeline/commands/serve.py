"""``goldpan serve``: runs by the clock."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

HELP = "run by the clock: a Prefect deployment with a schedule, and its page on this machine"
EPILOG = """\
Serves until it is stopped (Ctrl-C). Where PREFECT_API_URL names a Prefect server, that one keeps the schedule and the
history; else one is started on the loopback interface, with its page, for as long as this command runs. Each run
extracts only what is new or changed.

examples:
  goldpan serve                                    the corpus of the settings, every night at two
  goldpan serve papers/ --cron "30 6 * * 1-5"      a folder, at half past six on working days
  goldpan serve --every 600                        every ten minutes

For several machines, use a work pool instead: prefect.yaml in the project's folder has the same deployment.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument("corpus", nargs="*", type=Path, metavar="CORPUS",
                        help="a folder, a manifest or files (default: the setting corpus)")  # fmt: skip
    when = parser.add_mutually_exclusive_group()
    when.add_argument(
        "--cron", default="0 2 * * *", metavar="EXPRESSION", help="when to run (default: %(default)s)"
    )
    when.add_argument("--every", type=float, metavar="SECONDS", help="run at this interval instead")
    parser.add_argument(
        "--gold", type=Path, metavar="DIR", help="gold annotations (default: annotations/gold)"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of runs (default: outputs)")
    parser.add_argument(
        "--query",
        metavar="QUERY",
        help="fetch what is new for it from Europe PMC first, into the folder of the corpus",
    )
    parser.add_argument("--port", type=int, default=4200, help="port of the page (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted. Raises GoldpanError for bad input or a port that is taken."""
    from flows.server import embedded
    from pipeline import corpus
    from pipeline.schema import GoldpanError
    from pipeline.settings import Settings

    settings = Settings.load().replace(out=args.out.absolute() if args.out else None)
    for path in args.corpus or [settings.corpus]:
        corpus.check(path)
    if args.every is not None and args.every <= 0:
        raise GoldpanError(f"--every {args.every:g}: give a number of seconds above 0")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "INFO")
    with embedded(settings.out, port=args.port, full=True) as server:
        from flows.nightly import nightly

        if server:
            server.wait()
            print(f"the page: {server.url}  (Ctrl-C stops)", file=sys.stderr)
        try:
            nightly.serve(
                name="nightly", limit=1, tags=["goldpan"], print_starting_message=False,
                **({"interval": args.every} if args.every else {"cron": args.cron}),
                parameters={
                    "corpus": [str(path.absolute()) for path in args.corpus] or None,
                    "gold": str(args.gold.absolute()) if args.gold else None,
                    "out": str(settings.out),
                    "query": args.query,
                },
            )  # fmt: skip
        except ValueError as error:
            raise GoldpanError(f"--cron {args.cron!r}: {' '.join(str(error).split())}") from error
    return 0
