"""``goldpan studies``: one record for each study that a review describes."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

HELP = "print the studies that reviews describe: who was given what, how many, measured how, with what result"
EPILOG = """\
A study is told by its reference. Its fields are read from every sentence and table row that is about it; what the
text does not say stays empty. `evidence` holds the places of those sentences in the source.

examples:
  goldpan studies review.txt                                 a table for the eye
  goldpan studies review.txt --format json                   records as in annotations/GUIDELINES.md
  goldpan studies reviews/ --format csv > studies.csv        one row for each study, arm and outcome
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, a folder or a manifest")
    parser.add_argument("--format", choices=("json", "csv", "table"), default="table")
    parser.add_argument(
        "--model", help="NER model: goldpan_ner (bundled), an installed spaCy package, or none"
    )


def run(args: argparse.Namespace) -> int:
    """Print the studies of each document; 2 where a file could not be read."""
    from pipeline.commands._inputs import Inputs
    from pipeline.evidence.tabular import rows_of, table_of, to_csv
    from pipeline.extract import Extractor
    from pipeline.settings import Settings

    settings = Settings.load().replace(model=args.model)
    inputs = Inputs(args.paths, settings)
    records: list[dict[str, Any]] = []
    if inputs.paths:
        for _, _, studies in Extractor(settings).evidence(inputs):
            records.extend(study.to_json() for study in studies)
    if args.format == "json":
        print(json.dumps(records, ensure_ascii=False, indent=1))
    elif args.format == "csv":
        sys.stdout.write(to_csv(rows_of(records)))
    else:
        print(table_of(records))
    return 2 if inputs.bad else 0
