"""The command ``goldpan``. Its subcommands are the modules of pipeline/commands; --help loads no library."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import signal
import sys
from collections.abc import Sequence
from types import ModuleType

from pipeline import __version__, commands
from pipeline.schema import GoldpanError

_EPILOG = """\
start here:
  goldpan run                         read, extract and reconcile the corpus of the settings
  goldpan run papers/                 the same for a folder of your own
  goldpan extract paper.txt           what is in one paper, a line a mention
  goldpan read paper.txt              what goldpan takes a file's text to be

exit codes: 0 done; 1 done, but a threshold that you asked for was missed; 2 bad usage or input
settings: goldpan.toml in this folder or above it, and GOLDPAN_* variables
"""


def command_names() -> list[str]:
    """The subcommands: the public modules of pipeline.commands."""
    return sorted(m.name for m in pkgutil.iter_modules(commands.__path__) if not m.name.startswith("_"))


def _load(name: str) -> ModuleType:
    return importlib.import_module(f"{commands.__name__}.{name}")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="goldpan", epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Finds drugs, doses, sample sizes, rating scales, outcomes and results in papers, "
        "and says where each stands.",
    )  # fmt: skip
    top.add_argument("--version", action="version", version=f"goldpan {__version__}")
    subparsers = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in command_names():
        module = _load(name)
        sub = subparsers.add_parser(
            name, help=module.HELP, description=module.HELP[:1].upper() + module.HELP[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        module.add_arguments(sub)
        sub.set_defaults(run=module.run)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code. Bad input is one line on standard error and exit code 2."""
    try:
        args = parser().parse_args(argv)
        code: int = args.run(args)
        sys.stdout.flush()
        return code
    except GoldpanError as error:
        print(f"goldpan: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader has seen enough (`| head`). What is still buffered must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        print("goldpan: interrupted", file=sys.stderr)
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
