"""What was extracted from a document, kept under the hash of everything it depends on.

One file an entry, ``<aa>/<key>.jsonl``: a header line (counts, seconds, checksum), then one mention a line, then one
study or audit alarm a line, all without their document's name, so that a renamed file is still known. Entries appear
whole, by renaming, or not at all; one that is torn (a machine that lost power) does not match its checksum and counts
as missing. Several runs may write the same entry at once: the bytes are the same.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.schema import Mention


@dataclass(frozen=True, slots=True)
class Header:
    """What a run wants to know of a document besides its mentions. ``seconds`` is what extraction took."""

    kind: str
    words: int
    seconds: float
    labels: dict[str, int]


def to_line(row: object) -> str:
    """One JSON line, as every file of the project writes it."""
    return json.dumps(row, ensure_ascii=False, separators=(", ", ": ")) + "\n"


class Entry:
    """What is kept of a document, without its name."""

    def __init__(self, header: Header, body: str) -> None:
        self.header = header
        # Not splitlines: a mention may hold a line separator that JSON leaves as it is.
        lines = body.split("\n")[:-1]
        count = sum(header.labels.values())
        self._mentions, self._evidence = lines[:count], lines[count:]

    def lines(self, doc: str) -> Iterator[str]:
        """The mentions as lines of mentions.jsonl, with the document's name."""
        start = '{"doc": ' + json.dumps(doc, ensure_ascii=False) + ", "
        for line in self._mentions:
            yield start + line[1:] + "\n"

    def evidence(self, doc: str) -> Iterator[dict[str, Any]]:
        """The studies and alarms, ``{"study": …}`` or ``{"alarm": …}``, with the document's name."""
        for line in self._evidence:
            row: dict[str, Any] = json.loads(line)
            for record in row.values():
                record["doc"] = doc
            yield row


class Cache:
    """Entries below a folder, for one fingerprint (see `pipeline.versions.fingerprint`)."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        self.fingerprint = fingerprint

    def key(self, sha256: str, suffix: str) -> str:
        """The name of a document's entry; the ending counts, since it can decide how a file is read.

        >>> Cache(Path("c"), "f").key("aa", ".TXT") == Cache(Path("c"), "f").key("aa", ".txt")
        True
        """
        return hashlib.sha256(f"{self.fingerprint}\0{sha256}\0{suffix.lower()}".encode()).hexdigest()[:40]

    def path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.jsonl"

    def entry(self, key: str) -> Entry | None:
        """The whole entry; None where there is none or it is torn."""
        try:
            with self.path(key).open(encoding="utf-8", newline="\n") as file:
                first, body = file.readline(), file.read()
            fields = json.loads(first)
            if fields.pop("sha256") != _checksum(fields, body):
                return None
            return Entry(Header(**fields), body)
        except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError):
            return None

    def put(
        self,
        key: str,
        mentions: Iterable[Mention],
        kind: str,
        words: int,
        seconds: float,
        staging: Path,
        evidence: Iterable[Mapping[str, Any]] = (),
    ) -> Header:
        """Write an entry by way of ``staging`` (a folder on the same file system). Raises OSError."""
        ordered = sorted(mentions, key=lambda m: (m.start, m.end, m.label))
        header = Header(
            kind, words, round(seconds, 4), dict(sorted(Counter(m.label for m in ordered).items()))
        )
        body = "".join(to_line(_without_doc(m)) for m in ordered)
        body += "".join(
            to_line({name: {**record, "doc": ""}}) for row in evidence for name, record in row.items()
        )
        first = asdict(header) | {"sha256": _checksum(asdict(header), body)}
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = staging / f"{uuid.uuid4().hex}.tmp"
        temporary.write_text(to_line(first) + body, encoding="utf-8", newline="\n")
        temporary.replace(target)
        return header


def _checksum(fields: Mapping[str, Any], body: str) -> str:
    return hashlib.sha256((to_line(fields) + body).encode()).hexdigest()


def _without_doc(mention: Mention) -> dict[str, Any]:
    row = mention.to_json()
    del row["doc"]
    return row
