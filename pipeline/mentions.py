"""A run's mentions and documents by name, without holding them: where each one's lines lie is read once."""

from __future__ import annotations

import csv
import hashlib
import json
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.schema import Mention

_START = '{"doc": '

_decode = json.JSONDecoder().raw_decode


def _doc(line: str) -> str:
    """The document of a line, without reading the rest where it comes first."""
    name: str = _decode(line, len(_START))[0] if line.startswith(_START) else json.loads(line)["doc"]
    return name


def _hash(text: str) -> int:
    """64 bits of a text, the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _cell(doc: str) -> str:
    """A name as a cell of documents.csv has it."""
    from pipeline.store import safe_cell

    return str(safe_cell(doc))


class _Index:
    """Two numbers of up to 64 bits for each name, in 24 bytes a name: names themselves are not kept.

    Two names may share a hash; who asks must check.
    """

    def __init__(self, rows: Iterable[tuple[str, int, int]]) -> None:
        import numpy as np

        flat = array("Q")
        for name, first, second in rows:
            flat.extend((_hash(name), first, second))
        table = np.frombuffer(flat, dtype=np.uint64).reshape(-1, 3) if flat else np.empty((0, 3), np.uint64)
        self._table = table[np.argsort(table[:, 0], kind="stable")]

    def get(self, name: str) -> Iterator[tuple[int, int]]:
        """The numbers of all names of this name's hash."""
        import numpy as np

        wanted = np.uint64(_hash(name))
        at = int(np.searchsorted(self._table[:, 0], wanted))
        while at < len(self._table) and self._table[at, 0] == wanted:
            yield int(self._table[at, 1]), int(self._table[at, 2])
            at += 1


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
        self._index = _Index(self._places())

    def _places(self) -> Iterator[tuple[str, int, int]]:
        """Each document with the offset and length of its lines in bytes."""
        last, start, offset = None, 0, 0
        with self.path.open("rb") as file:
            for line in file:
                doc = _doc(line.decode("utf-8"))
                if doc != last:
                    if last is not None:
                        yield last, start, offset - start
                    last, start = doc, offset
                offset += len(line)
        if last is not None:
            yield last, start, offset - start

    def raw(self, doc: str) -> bytes:
        """The document's lines as they are; empty where it has none."""
        for start, length in self._index.get(doc):
            with self.path.open("rb") as file:
                file.seek(start)
                lines = file.read(length)
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
        self._index = _Index(
            (row["id"], _hash(row["sha256"]), self._STATUS.index(row["status"])) for row in self._rows()
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
