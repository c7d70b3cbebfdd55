"""``goldpan audit``: figures of a paper that do not agree with one another."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

HELP = "check the arithmetic of papers: shares, intervals, arms and their sum, means, doses"
EPILOG = """\
Checks: n/N against its percentage; an interval against its estimate and its P; the sizes of arms against their sum;
means of whole-number scores (GRIM); doses against what is given of a drug by its route. What is not sure is not said.

examples:
  goldpan audit paper.txt                       each failed check with its sum and its sentence
  goldpan audit papers/ --format json
  goldpan audit papers/ --most 0                exit code 1 where any check fails
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, a folder or a manifest")
    parser.add_argument("--format", choices=("json", "table"), default="table")
    parser.add_argument("--most", type=int, metavar="N", help="exit code 1 where more than N checks fail")
    parser.add_argument(
        "--model", help="NER model: goldpan_ner (bundled), an installed spaCy package, or none"
    )


def run(args: argparse.Namespace) -> int:
    """Print the failed checks; 1 where there are more than ``--most``, 2 where a file could not be read."""
    from pipeline.commands._inputs import Inputs
    from pipeline.evidence.audit import audit
    from pipeline.evidence.tabular import table_of_alarms
    from pipeline.extract import Extractor
    from pipeline.settings import Settings

    settings = Settings.load().replace(model=args.model)
    inputs = Inputs(args.paths, settings)
    alarms = []
    if inputs.paths:
        for doc in Extractor(settings).lights(inputs):
            alarms.extend(audit(doc))
    print(
        json.dumps(alarms, ensure_ascii=False, indent=1) if args.format == "json" else table_of_alarms(alarms)
    )
    if inputs.bad:
        return 2
    return 1 if args.most is not None and len(alarms) > args.most else 0
