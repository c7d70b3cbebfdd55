"""``goldpan export``: a run's mentions for another tool."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "export a run (or gold) to CSV, Parquet, brat, BioC, spaCy DocBin or Label Studio"
EPILOG = """\
brat, docbin and label-studio hold the texts too: they are looked for in the settings' folders, or in --texts.

  goldpan export latest --format csv --out mentions.csv
  goldpan export annotations/gold --format brat --out brat/ --texts corpus/sample
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    from pipeline.reconcile.exchange import FORMATS

    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "target", metavar="RUN", help="a run's folder or id, a mentions.jsonl, or a gold folder"
    )
    parser.add_argument("--format", choices=tuple(FORMATS), required=True)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="PATH", help="file to write (brat: folder)"
    )
    parser.add_argument(
        "--texts", type=Path, action="append", metavar="DIR", help="folder of source texts (repeatable)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the export. Raises GoldpanError where the run or a text cannot be read, or the two do not fit."""
    from pipeline.commands._reconcile import find_run, sources
    from pipeline.reconcile.exchange import FORMATS, export
    from pipeline.reconcile.runs import read_rows
    from pipeline.schema import GoldpanError

    if FORMATS[args.format].out == "file" and args.out.is_dir():
        raise GoldpanError(f"{args.out}: a folder; {args.format} is one file, name it")
    rows = read_rows(find_run(args.target))
    try:
        count = export(args.format, args.out, rows.mentions, sources(args.texts), rows.processed or ())
    except OSError as error:
        raise GoldpanError(
            f"{args.out}: cannot be written ({error.strerror}); choose another --out"
        ) from error
    print(f"{args.out}: {count} mentions as {args.format}")
    return 0
