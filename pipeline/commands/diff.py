"""``goldpan diff``: what changed between two runs, or between gold and a run."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

HELP = "compare two runs, or gold with a run: lost, found, moved, value changed, grouped by cause"
EPILOG = """\
  goldpan diff OLD_RUN latest                what did the last change lose, and which rule used to find it?
  goldpan diff annotations/gold latest       gold against a run: lost is missed, found is spurious
  goldpan diff A B --format html > diff.html
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    for name, which in (("a", "the older one"), ("b", "the newer one")):
        parser.add_argument(name, metavar=f"RUN_{name.upper()}",
                            help=f"{which}: a run's folder or id, a mentions.jsonl, or a gold folder")  # fmt: skip
    parser.add_argument("--format", choices=("table", "json", "html"), default="table")
    parser.add_argument("--rows", type=int, default=20, metavar="N", help="rows in the table (default: 20)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write there instead of printing")
    parser.add_argument(
        "--save", type=Path, metavar="FILE", help="write the rows as JSON lines too (diff.jsonl)"
    )


def run(args: argparse.Namespace) -> int:
    """Print the differences. Raises GoldpanError where one of the two cannot be read."""
    from pipeline.commands._reconcile import find_run
    from pipeline.reconcile import diff_render
    from pipeline.reconcile.diff import diff, write_rows
    from pipeline.reconcile.gold import write_atomic
    from pipeline.reconcile.runs import read_rows

    result = diff(read_rows(find_run(args.a)), read_rows(find_run(args.b)))
    if args.save:
        write_rows(args.save, result.rows)
    if args.format == "json":
        text = json.dumps(result.to_json(), ensure_ascii=False, indent=1)
    else:
        text = diff_render.html(result) if args.format == "html" else diff_render.table(result, args.rows)
    if args.out:
        write_atomic(args.out, (text + "\n").encode("utf-8"))
    else:
        print(text)
    return 0
