"""``goldpan read``: what goldpan takes a file's text to be."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.schema import Document

HELP = "show the reading text of a file, or its sections, citations, references and tables"
EPILOG = """\
The reading text is what extraction sees: running heads and watermarks are gone, words that a page break cut are
joined, citation marks are lifted out. What was left out is listed as a section with its kind; nothing is lost.

examples:
  goldpan read paper.txt                                     the text, as a person would read it
  goldpan read paper.txt --format json | jq '.references'    the reference list, parsed
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, a folder or a manifest")
    parser.add_argument("--format", choices=("text", "json"), default="text",
                        help="text, or everything the reader knows, one JSON object a document")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Print each document; 2 where one could not be read."""
    from pipeline.cache import to_line
    from pipeline.commands._inputs import Inputs
    from pipeline.settings import Settings

    inputs = Inputs(args.paths, Settings.load())
    for document in inputs:
        sys.stdout.write(
            to_line(as_json(document)) if args.format == "json" else document.text.rstrip("\n") + "\n"
        )
    return 2 if inputs.bad else 0


def as_json(document: Document) -> dict[str, Any]:
    """A document without its source and its map: text, sections, citations, references, tables."""
    return {
        "doc": document.id, "kind": document.kind, "title": document.title, "sha256": document.sha256,
        "text": document.text,
        "sections": [asdict(section) for section in document.sections],
        "citations": [asdict(citation) for citation in document.citations],
        "references": [asdict(reference) for reference in document.references],
        "tables": [
            asdict(table) | {"rows": [[asdict(cell) | {"text": document.text[cell.start:cell.end]} for cell in row]
                                      for row in table.rows]}
            for table in document.tables
        ],
    }  # fmt: skip
