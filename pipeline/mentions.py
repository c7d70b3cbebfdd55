"""A run's mentions by document, without holding them all: where each document's lines lie is read once."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.schema import Mention

_START = '{"doc": '

_decode = json.JSONDecoder().raw_decode


def _doc(line: str) -> str:
    """The document of a line, without reading the rest where it comes first."""
    name: str = _decode(line, len(_START))[0] if line.startswith(_START) else json.loads(line)["doc"]
    return name


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
        #: document → offset and length in bytes
        self._places: dict[str, tuple[int, int]] = {}
        offset = 0
        with path.open("rb") as file:
            for line in file:
                doc = _doc(line.decode("utf-8"))
                start, length = self._places.get(doc, (offset, 0))
                self._places[doc] = (start, length + len(line))
                offset += len(line)

    def raw(self, doc: str) -> bytes:
        """The document's lines as they are; empty where it has none."""
        if doc not in self._places:
            return b""
        start, length = self._places[doc]
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(length)

    def of(self, doc: str) -> list[Mention]:
        """The document's mentions."""
        return [Mention.from_json(json.loads(line)) for line in self.raw(doc).split(b"\n")[:-1]]
