"""A run's mentions and documents by name, without holding them: where each one's lines lie is read once."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import orjson

from pipeline.index import Index, hash_of
from pipeline.schema import Mention

_START = '{"doc":'

_decode = json.JSONDecoder().raw_decode


def _doc(line: str) -> str:
    """The document of a line, without reading the rest where it comes first."""
    name: str = _decode(line, len(_START))[0] if line.startswith(_START + '"') else json.loads(line)["doc"]
    return name


def _cell(doc: str) -> str:
    """A name as a cell of documents.csv has it."""
    from pipeline.store import safe_cell

    return str(safe_cell(doc))


class MentionFile:
    """``mentions.jsonl`` of a run. A document's lines stand together in it.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "mentions.jsonl"
    >>> row = '{"doc": "b", "label": "DRUG", "start": 0, "end": 1, "text": "x", "value": {"name": "x"}}'
    >>> _ = path.write_text(row + chr(10))
    >>> [(m.doc, m.label) for m in MentionFile(path).of("b")], MentionFile(path).of("c")
    ([('b', 'DRUG')], [])
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._index: Index | None = None
        self._file: BinaryIO | None = None

    def _places(self) -> Iterator[tuple[str, int, int]]:
        """Each document with the offset and length of its lines in bytes."""
        last, start, offset, head = "", 0, 0, b"\n"
        with self.path.open("rb") as file:
            for line in file:
                # The lines that a run writes for a document begin alike: its name is read once.
                if not line.startswith(head) and ((doc := _doc(line.decode("utf-8"))) != last or not offset):
                    if offset:
                        yield last, start, offset - start
                    last, start = doc, offset
                    head = _START.encode() + orjson.dumps(doc) + b","
                offset += len(line)
        if offset:
            yield last, start, offset - start

    def raw(self, doc: str) -> bytes:
        """The document's lines as they are; empty where it has none."""
        if self._index is None:
            self._index, self._file = Index(self._places()), self.path.open("rb")
        assert self._file
        for start, length in self._index.get(doc):
            lines = os.pread(self._file.fileno(), length, start)
            if _doc(lines.split(b"\n", 1)[0].decode("utf-8")) == doc:
                return lines
        return b""

    def of(self, doc: str) -> list[Mention]:
        """The document's mentions."""
        return [Mention.from_json(json.loads(line)) for line in self.raw(doc).split(b"\n")[:-1]]


class Documents:
    """``documents.csv`` of a run: which documents it was given, and which text each had.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "documents.csv"
    >>> _ = path.write_text("id,status,sha256" + chr(10) + "a,processed,00ff" + chr(10) + "b,set_aside," + chr(10))
    >>> known = Documents(path)
    >>> list(known.names()), known.text("a") == known.text("b"), known.text("c"), known.status("b")
    (['a', 'b'], False, None, 'set_aside')
    """

    _STATUS = ("processed", "reused", "set_aside")

    def __init__(self, path: Path) -> None:
        self.path = path
        self._index = Index(
            (row["id"], hash_of(row["sha256"]), self._STATUS.index(row["status"])) for row in self._rows()
        )

    def _rows(self) -> Iterator[dict[str, str]]:
        with self.path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    def names(self) -> Iterator[str]:
        """The documents in their order, as the table has them."""
        return (row["id"] for row in self._rows())

    def text(self, doc: str) -> str | None:
        """Something that is the same for the same text; None where the run was not given the document."""
        return next((f"{text:016x}" for text, _ in self._index.get(_cell(doc))), None)

    def status(self, doc: str) -> str | None:
        """``processed``, ``reused`` or ``set_aside``; None where the run was not given the document."""
        return next((self._STATUS[status] for _, status in self._index.get(_cell(doc))), None)
