"""``goldpan extract``: the mentions of files, without a run."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.schema import Mention

HELP = "print every drug, dose, sample size, scale, outcome and result of a file, and where it stands"
EPILOG = """\
Each mention has its label, its place (start and end count characters of the file as it is on disk, so that
source[start:end] is the text), a value to compute with, and why it was found.

examples:
  goldpan extract paper.txt                                      one JSON object a line
  goldpan extract paper.txt --format table                       for the eye
  goldpan extract papers/ --format csv > mentions.csv            for a spreadsheet
  goldpan extract paper.txt | jq -c 'select(.label=="DOSE")'     doses only
  goldpan extract paper.txt --model none                         lexicons and rules alone

A file that cannot be read is reported on standard error, the others go on; the exit code is then 2.
"""
_COLUMNS = ("doc", "label", "start", "end", "text", "value", "section", "why")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, a folder or a manifest")
    parser.add_argument("--format", choices=("jsonl", "json", "csv", "table"), default="jsonl")
    parser.add_argument(
        "--model", help="NER model: goldpan_ner (bundled), an installed spaCy package, or none"
    )


def run(args: argparse.Namespace) -> int:
    """Print the mentions of each document; 2 where a file could not be read."""
    from pipeline.commands._inputs import Inputs
    from pipeline.extract import Extractor
    from pipeline.settings import Settings

    settings = Settings.load().replace(model=args.model)
    inputs = Inputs(args.paths, settings)
    found: Iterable[Mention] = ()
    if inputs.paths:
        found = (m for _, mentions in Extractor(settings).extract(inputs) for m in mentions)
    for chunk in _FORMATS[args.format](found):
        sys.stdout.write(chunk)
    return 2 if inputs.bad else 0


def _jsonl(found: Iterable[Mention]) -> Iterator[str]:
    from pipeline.cache import to_line

    for mention in found:
        yield to_line(mention.to_json())


def _json(found: Iterable[Mention]) -> Iterator[str]:
    before = "[\n"
    for mention in found:
        yield before + json.dumps(mention.to_json(), ensure_ascii=False)
        before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"


def _csv(found: Iterable[Mention]) -> Iterator[str]:
    from pipeline.store import safe_cell

    class Line:
        """What a csv.writer wants of a file: the text comes back from writerow."""

        def write(self, text: str) -> str:
            return text

    writer = csv.writer(Line(), lineterminator="\n")
    yield str(writer.writerow(_COLUMNS))
    for mention in found:
        row = mention.to_json() | {"value": json.dumps(dict(mention.value), ensure_ascii=False)}
        yield str(writer.writerow([safe_cell(row.get(column)) for column in _COLUMNS]))


def _table(found: Iterable[Mention]) -> Iterator[str]:
    from pipeline.reconcile.render import columns, one_line

    rows = [
        [one_line(m.doc, 24), m.label, f"{m.start}–{m.end}", one_line(m.text, 44),
         one_line(json.dumps(dict(m.value), ensure_ascii=False), 60), one_line(m.why, 30)]
        for m in found
    ]  # fmt: skip
    yield columns(["doc", "label", "place", "text", "value", "why"], rows, right=[2]) + "\n"


_FORMATS = {"jsonl": _jsonl, "json": _json, "csv": _csv, "table": _table}
