"""The texts of a run's documents, and the window of a text in which an item is shown."""

from __future__ import annotations

import csv
import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import corpus
from pipeline.schema import GoldpanError
from pipeline.settings import Settings

#: A sentence ends at its stop before white space and a capital, digit or bracket, or at an empty line.
_BREAK = re.compile(
    r"(?<=[.!?])[\"'”’)\]]{0,2}(?:\^?\[[\d,;–-]{1,20}\])?\s+(?=[\"'“‘(\[*$#]*[A-Z0-9])|\n[ \t]*\n\s*"
)
#: Stops after which no sentence ends: abbreviations before a name or number, initials.
_NO_BREAK = re.compile(
    r"(?:\b(?:al|vs|Drs?|Prof|[Ff]igs?|[Tt]abs?|[Nn]os?|e\.g|i\.e|cf|approx|ca|St|Eqs?|Refs?)|\b[A-Z])\.$"
)
_EMPTY = re.compile(r"\n[ \t]*\n")
_AROUND = 420
_KEPT = 12


class Text(NamedTuple):
    """A document's text in the coordinates of its mentions, the file it is read from, and what kind of file that is."""

    text: str
    path: Path
    kind: str


class Texts:
    """Finds and reads the texts of a run. A text is given only where its checksum is the one that the run read."""

    def __init__(
        self,
        folders: Sequence[Path],
        settings: Settings,
        sha256: Mapping[str, str],
        paths: Mapping[str, Path],
    ) -> None:
        self.folders = folders
        self.settings = settings
        self.sha256 = sha256
        self.paths = paths
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, Text | str] = OrderedDict()
        self._index: dict[str, list[Path]] | None = None

    def get(self, doc: str) -> Text | str:
        """The text of a document, or one line that says why it cannot be shown."""
        with self._lock:
            if doc not in self._cache:
                self._cache[doc] = self._read(doc)
                if len(self._cache) > _KEPT:
                    self._cache.popitem(last=False)
            self._cache.move_to_end(doc)
            return self._cache[doc]

    def candidates(self, doc: str) -> Iterable[Path]:
        """The files that may hold a document: the one that the run names, then files of that name in the folders."""
        if doc in self.paths:
            yield self.paths[doc]
        if self._index is None:
            self._index = {}
            for folder in self.folders:
                self._add(folder)
        yield from self._index.get(doc, ())

    def _add(self, folder: Path) -> None:
        assert self._index is not None
        if not folder.is_dir():
            return
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in corpus.SUFFIXES and path.is_file():
                self._index.setdefault(path.stem, []).append(path)
        if (folder / corpus.MANIFEST).is_file():
            for row in corpus.read_manifest(folder / corpus.MANIFEST):
                named = [
                    path for path in self._index.get(Path(row["file"]).stem, ()) if path.name == row["file"]
                ]
                if row["id"] != Path(row["file"]).stem:
                    self._index.setdefault(row["id"], []).extend(named)

    def _read(self, doc: str) -> Text | str:
        wanted, other = self.sha256.get(doc), False
        for path in self.candidates(doc):
            if path.suffix.lower() not in corpus.SUFFIXES or not path.is_file():
                continue
            try:
                raw = path.read_bytes()
                if wanted and hashlib.sha256(raw).hexdigest() != wanted:
                    other = True
                    continue
                return self._decode(raw, path)
            except (OSError, GoldpanError) as error:
                return f"The text cannot be read: {error}"
        if other:
            return "The text at hand is not the one that the run read (their checksums differ)."
        return "The text is not at hand. Name its folder with --texts."

    def _decode(self, raw: bytes, path: Path) -> Text:
        from pipeline.reading.sources import decode, kind_of, read

        kind = kind_of(raw)
        if kind == "text":
            return Text(decode(raw, str(path)), path, kind)
        return Text(read(path, self.settings).source, path, kind)


def paths_of(run: Path) -> dict[str, Path]:
    """The files that a run read its documents from, where its documents.csv names them in a column ``path``."""
    table = run / "documents.csv"
    if not table.is_file():
        return {}
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["id"]: Path(row["path"]) for row in rows if row.get("id") and row.get("path")}


def window(text: str, start: int, end: int, around: int = _AROUND) -> dict[str, Any]:
    """The sentence of a span with its neighbours, cut where a line goes on for pages.

    ``start`` is the window's offset in the document, ``sentence`` the offsets in the document of the sentence itself.

    >>> shown = window("One here. Two mg were given. Three followed.", 10, 13)
    >>> shown["text"][shown["sentence"][0]:shown["sentence"][1]]
    'Two mg were given.'
    """
    low, high = max(0, start - around), min(len(text), end + around)
    piece = text[low:high]
    begins, ends = [0], [len(piece)]
    for match in _BREAK.finditer(piece):
        if not _EMPTY.search(match.group()) and _NO_BREAK.search(
            piece[max(0, match.start() - 12) : match.start()]
        ):
            continue
        if match.end() <= start - low:
            # a neighbour says what is spoken of; one of another paragraph does not
            begins = [match.end()] if _EMPTY.search(match.group()) else [*begins, match.end()]
        elif match.start() >= end - low:
            ends.insert(-1, len(piece[: match.end()].rstrip()))
            if _EMPTY.search(match.group()):
                del ends[-1]
                break
    left, right = begins[-2:][0], ends[:2][-1]
    return {
        "start": low + left, "text": piece[left:right], "sentence": [low + begins[-1], low + ends[0]],
        "cut_before": low + left > 0, "cut_after": low + right < len(text),
    }  # fmt: skip
