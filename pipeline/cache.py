"""What was extracted from a document, kept under the hash of everything it depends on.

``<fingerprint>/*.pack`` are files of entries, one after the other; each extraction process appends to one of its own.
An entry is a line (checksum, key, counts, sizes), then one mention a line, then one study or audit alarm a line, all
without their document's name, so that a renamed file is still known. An entry that is torn (a process or a machine that
ended while it was written) does not match its checksum and counts as missing, and ends its pack. Several runs may keep
the same document at once: but for the seconds that it took, the bytes are the same.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from pipeline.index import Index
from pipeline.schema import Mention

_SUFFIX = ".pack"
_SUM = 16
#: Files of entries that are kept open for reading.
_OPEN = 32
#: Bits of a place in the index that are its offset; the others are the number of its pack.
_OFFSET = 40

_encode = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": ")).encode


@dataclass(frozen=True, slots=True)
class Header:
    """What a run wants to know of a document besides its mentions. ``seconds`` is what extraction took."""

    kind: str
    words: int
    seconds: float
    labels: dict[str, int]


class Place(NamedTuple):
    """Where an entry stands: the name of its pack, offset and length in bytes."""

    pack: str
    offset: int
    length: int


def to_line(row: object) -> str:
    """One JSON line as commands print it."""
    return _encode(row) + "\n"


def new_pack() -> str:
    """A name for a pack that nobody else has."""
    return uuid.uuid4().hex + _SUFFIX


class Entry:
    """What is kept of a document, without its name."""

    def __init__(self, header: Header, mentions: bytes, evidence: bytes) -> None:
        self.header = header
        self.mentions = mentions
        self._evidence = evidence

    def lines(self, doc: str) -> bytes:
        """The mentions as lines of mentions.jsonl, with the document's name."""
        if not self.mentions:
            return b""
        # A line break inside a text is written as \n: these stand between the lines only.
        start = b'{"doc":' + orjson.dumps(doc) + b","
        return start + self.mentions[1:].replace(b"\n{", b"\n" + start)

    def rows(self) -> list[dict[str, Any]]:
        """The mentions, parsed."""
        rows: list[dict[str, Any]] = orjson.loads(b"[" + self.mentions[:-1].replace(b"\n", b",") + b"]")
        return rows

    def evidence(self, doc: str) -> Iterator[dict[str, Any]]:
        """The studies and alarms, ``{"study": …}`` or ``{"alarm": …}``, with the document's name."""
        # Not splitlines: a text may hold a line separator that JSON leaves as it is.
        for line in self._evidence.split(b"\n")[:-1]:
            row: dict[str, Any] = orjson.loads(line)
            for record in row.values():
                record["doc"] = doc
            yield row


class Cache:
    """Entries below a folder, for one fingerprint (see `pipeline.versions.fingerprint`).

    What stands in it is read once, by `known`; what is put later is found by the place that `put` returns.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        self.fingerprint = fingerprint
        self.packs = folder / fingerprint
        self._known: tuple[list[str], Index] | None = None
        self._reading: dict[str, int] = {}
        self._writing: tuple[str, int, int] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs: open files stay here."""
        return {**self.__dict__, "_reading": {}, "_writing": None, "_known": None}

    def key(self, sha256: str, suffix: str) -> str:
        """The name of a document's entry; the ending counts, since it can decide how a file is read.

        >>> Cache(Path("c"), "f").key("aa", ".TXT") == Cache(Path("c"), "f").key("aa", ".txt")
        True
        """
        return hashlib.sha256(f"{self.fingerprint}\0{sha256}\0{suffix.lower()}".encode()).hexdigest()[:40]

    def known(self, key: str) -> Place | None:
        """Where the whole entry of a key stands, of those that were there when it was first asked."""
        if self._known is None:
            names = sorted(path.name for path in self.packs.glob(f"*{_SUFFIX}"))
            self._known = (
                names,
                Index(
                    (key, number << _OFFSET | place.offset, place.length)
                    for number, name in enumerate(names)
                    for key, place in self.scan(name)
                ),
            )
        names, index = self._known
        for at, length in index.get(key):
            place = Place(names[at >> _OFFSET], at & (1 << _OFFSET) - 1, length)
            if self.entry(key, place):
                return place
        return None

    def scan(self, pack: str, after: int = 0) -> Iterator[tuple[str, Place]]:
        """The entries of a pack from an offset on, by their heads; they may be torn."""
        with suppress(OSError, ValueError, KeyError, TypeError), (self.packs / pack).open("rb") as file:
            size, offset = os.fstat(file.fileno()).st_size, after
            file.seek(after)
            while line := file.readline():
                fields = orjson.loads(line[_SUM:])
                length = len(line) + fields["mentions"] + fields["evidence"]
                if offset + length > size:
                    return
                yield fields["key"], Place(pack, offset, length)
                offset += length
                file.seek(offset)

    def entry(self, key: str, place: Place) -> Entry | None:
        """The whole entry at a place; None where there is none, it is of another key, or it is torn."""
        try:
            raw = os.pread(self._open(place.pack), place.length, place.offset)
            head = raw.index(b"\n") + 1
            fields = orjson.loads(raw[_SUM:head])
            end = head + fields.pop("mentions")
            whole = end + fields.pop("evidence") == len(raw) == place.length
            if fields.pop("key") != key or not whole or raw[:_SUM] != _checksum(raw[_SUM:]):
                return None
            return Entry(Header(**fields), raw[head:end], raw[end:])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(
        self,
        key: str,
        mentions: Iterable[Mention],
        kind: str,
        words: int,
        seconds: float,
        evidence: Iterable[Mapping[str, Any]] = (),
        pack: str = "",
    ) -> Place:
        """Append an entry to a pack: that of the name, or one of this process's own. Raises OSError."""
        rows = [m.to_json() for m in sorted(mentions, key=lambda m: (m.start, m.end, m.label))]
        for row in rows:
            del row["doc"]
        labels = dict(sorted(Counter(row["label"] for row in rows).items()))
        said = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
        kept = "".join(
            to_line({name: {**record, "doc": ""}}) for row in evidence for name, record in row.items()
        ).encode()
        head = {
            "key": key, "kind": kind, "words": words, "seconds": round(seconds, 4), "labels": labels,
            "mentions": len(said), "evidence": len(kept),
        }  # fmt: skip
        body = orjson.dumps(head) + b"\n" + said + kept
        return self._append(_checksum(body) + body, pack)

    def _append(self, entry: bytes, pack: str) -> Place:
        if self._writing is None or (pack and self._writing[0] != pack):
            self.close()
            pack = pack or new_pack()
            self.packs.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.packs / pack, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            self._writing = pack, descriptor, os.fstat(descriptor).st_size
        pack, descriptor, offset = self._writing
        try:
            left = memoryview(entry)
            while left:
                left = left[os.write(descriptor, left) :]
        except OSError:
            with suppress(OSError):  # what is torn would end the pack
                os.ftruncate(descriptor, offset)
            raise
        self._writing = pack, descriptor, offset + len(entry)
        return Place(pack, offset, len(entry))

    def _open(self, pack: str) -> int:
        descriptor = self._reading.get(pack)
        if descriptor is None:
            if len(self._reading) >= _OPEN:
                os.close(self._reading.pop(next(iter(self._reading))))
            descriptor = self._reading[pack] = os.open(self.packs / pack, os.O_RDONLY)
        return descriptor

    def close(self) -> None:
        """Close the files that are open."""
        for descriptor in (*self._reading.values(), *([self._writing[1]] if self._writing else ())):
            with suppress(OSError):
                os.close(descriptor)
        self._reading, self._writing = {}, None


def _checksum(raw: bytes) -> bytes:
    return hashlib.blake2b(raw, digest_size=_SUM // 2).hexdigest().encode()
