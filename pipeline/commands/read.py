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
  goldpan read paper.pdf --show page.png --page 3            page 3 with its mentions drawn on it
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, a folder or a manifest")
    parser.add_argument("--format", choices=("text", "json"), default="text",
                        help="text, or everything the reader knows, one JSON object a document")  # fmt: skip
    parser.add_argument(
        "--show",
        type=Path,
        metavar="PNG",
        help="draw a page of one PDF with its mentions, instead of printing",
    )
    parser.add_argument("--page", type=int, help="with --show: the page, from 1 (the first with a mention)")


def run(args: argparse.Namespace) -> int:
    """Print each document, or draw a page of one; 2 where one could not be read."""
    from pipeline.cache import to_line
    from pipeline.commands._inputs import Inputs
    from pipeline.settings import Settings

    if args.show:
        return _draw(args)
    inputs = Inputs(args.paths, Settings.load())
    for document in inputs:
        sys.stdout.write(
            to_line(as_json(document)) if args.format == "json" else document.text.rstrip("\n") + "\n"
        )
    return 2 if inputs.bad else 0


def _draw(args: argparse.Namespace) -> int:
    """Draw a page with its mentions. Raises GoldpanError where there is not exactly one PDF."""
    from pipeline.extract import Extractor
    from pipeline.reading import read
    from pipeline.reading.show import show
    from pipeline.schema import GoldpanError
    from pipeline.settings import Settings

    if len(args.paths) != 1:
        raise GoldpanError("--show draws a page of one PDF; name one file")
    settings = Settings.load()
    document = read(args.paths[0], settings)
    if document.kind != "pdf":
        raise GoldpanError(f"{args.paths[0]}: is no PDF; --show draws pages of a PDF")
    ((_, mentions),) = Extractor(settings).extract([document])
    number = show(args.paths[0], mentions, args.show, args.page)
    on_page = sum(mention.place.get("page") == number for mention in mentions)
    print(f"page {number}: {on_page} of {len(mentions)} mentions, drawn into {args.show}", file=sys.stderr)
    return 0


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
