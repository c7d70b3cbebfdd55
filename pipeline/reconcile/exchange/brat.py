"""brat standoff (Stenetorp et al. 2012): ``<doc>.txt``, ``<doc>.ann``, and an annotation.conf so that brat opens them.

A mention that runs over a line's end is written as brat wants it, in fragments, one a line of the text. What brat has
no place for is one line of JSON in the annotation's note.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

from pipeline.reconcile.exchange import extras, restore
from pipeline.reconcile.gold import Sources, write_atomic
from pipeline.schema import LABELS, Mention


def file_name(doc: str) -> str:
    """A document's name as a file's name: what could lead out of the folder is percent-encoded.

    >>> file_name("shin2020"), file_name("../a")
    ('shin2020', '%2E.%2Fa')
    """
    safe = re.sub(r'[%/\\:*?"<>|\x00-\x1f]', lambda m: f"%{ord(m[0]):02X}", doc)
    return "%2E" + safe[1:] if safe.startswith(".") else safe


def _fragments(mention: Mention) -> list[tuple[int, int]]:
    """The stretches of a mention between line ends."""
    return [
        (mention.start + piece.start(), mention.start + piece.end())
        for piece in re.finditer(r"[^\r\n]+", mention.text)
    ]  # fmt: skip


def write(path: Path, documents: Mapping[str, Sequence[Mention]], sources: Sources) -> None:
    """Write a folder. Each text is written as it is, line ends included."""
    path.mkdir(parents=True, exist_ok=True)
    for doc, rows in documents.items():
        source = sources(doc)
        assert source is not None  # export() saw to it
        lines: list[str] = []
        for number, m in enumerate(rows, 1):
            pieces = _fragments(m)
            spans = ";".join(f"{start} {end}" for start, end in pieces)
            text = " ".join(source.text[start:end] for start, end in pieces)
            lines.append(f"T{number}\t{m.label} {spans}\t{text}\n")
            parts = extras(m)
            if parts:
                lines.append(f"#{number}\tAnnotatorNotes T{number}\t{json.dumps(parts)}\n")
        write_atomic(path / f"{file_name(doc)}.txt", source.text.encode("utf-8"))
        write_atomic(path / f"{file_name(doc)}.ann", "".join(lines).encode("utf-8"))
    entities = "\n".join(LABELS)
    write_atomic(
        path / "annotation.conf", f"[entities]\n{entities}\n[relations]\n[events]\n[attributes]\n".encode()
    )


def read(path: Path) -> list[Mention]:
    """Read a folder. A note that is not ours is left alone; its mention then has no value."""
    out: list[Mention] = []
    for file in sorted(path.glob("*.ann")):
        text = file.with_suffix(".txt").read_bytes().decode("utf-8")
        spans: dict[str, tuple[str, int, int]] = {}
        notes: dict[str, dict[str, object]] = {}
        for line in file.read_bytes().decode("utf-8").split("\n"):
            name, _, rest = line.partition("\t")
            if name.startswith("T"):
                label, _, offsets = rest.split("\t")[0].partition(" ")
                numbers = [int(number) for number in re.split("[ ;]", offsets)]
                spans[name] = label, min(numbers), max(numbers)
            elif name.startswith("#"):
                target, _, note = rest.partition("\t")
                try:
                    parts = json.loads(note)
                except ValueError:
                    continue
                if isinstance(parts, dict):
                    notes[target.split(" ")[-1]] = parts
        doc = unquote(file.stem)
        for name, (label, start, end) in spans.items():
            out.append(restore(doc, label, start, end, text[start:end], notes.get(name, {})))
    return out
