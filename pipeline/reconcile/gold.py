"""Gold annotations: reading, checking and writing them.

A gold file holds JSON lines as mentions.jsonl does. Its first line may be a header, known by having no ``label``:
``{"doc", "sha256", "guidelines"}``, and ``"labels"`` where only some labels were annotated. ``sha256`` (of the source
file's bytes) may stand on each line instead. Both are optional when reading.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.reconcile import values
from pipeline.schema import LABELS, GoldpanError, Mention

_REQUIRED = ("doc", "label", "start", "end", "text", "value")


class Source(NamedTuple):
    """A document's text, in the coordinates of its mentions, and the checksum of the file it came from."""

    text: str
    sha256: str


#: document → its source, or None where it is not at hand
Sources = Callable[[str], Source | None]


class Problem(NamedTuple):
    """Something wrong with a gold file. ``fatal`` ones make its scores meaningless; the others are only reported."""

    where: str
    what: str
    todo: str
    fatal: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.todo}"


@dataclass(slots=True)
class GoldDocument:
    """The gold of one document. ``labels`` are those that were annotated: others are not scored on it."""

    doc: str
    mentions: list[Mention] = field(default_factory=list)
    sha256: str = ""
    guidelines: str = ""
    labels: tuple[str, ...] = LABELS
    path: str = ""


def texts_in(*folders: Path | str, endings: Sequence[str] = (".txt", ".md")) -> Sources:
    """Sources from folders of text files: ``<doc>.txt`` or ``<doc>.md``, decoded as UTF-8, nothing changed.

    >>> texts_in("no-such-folder")("a") is None
    True
    """

    def read(doc: str) -> Source | None:
        if not doc or doc != Path(doc).name:  # a document's name never leads out of the folder
            return None
        for folder in folders:
            for ending in endings:
                path = Path(folder) / f"{doc}{ending}"
                if path.is_file():
                    data = path.read_bytes()
                    try:
                        return Source(data.decode("utf-8"), hashlib.sha256(data).hexdigest())
                    except UnicodeDecodeError as error:
                        raise GoldpanError(
                            f"{path}: not UTF-8 at byte {error.start}; convert it to UTF-8"
                        ) from error
        return None

    return read


def as_sources(sources: Sources | Mapping[str, str | Source] | None) -> Sources:
    """A callable from whatever the caller has: a callable, a mapping to texts or Sources, or nothing.

    >>> as_sources({"a": "lithium"})("a").text
    'lithium'
    """
    if sources is None:
        return lambda doc: None
    if callable(sources):
        return sources

    def look(doc: str) -> Source | None:
        item = sources.get(doc)
        if isinstance(item, str):
            return Source(item, hashlib.sha256(item.encode("utf-8", "surrogatepass")).hexdigest())
        return item

    return look


def files(path: Path) -> list[Path]:
    """The gold files of a folder (its ``*.jsonl``), or the one file. Raises GoldpanError where there is none."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise GoldpanError(f"{path}: no such gold file or folder; give one with --gold")
    found = sorted(item for item in path.glob("*.jsonl") if not item.name.startswith("."))
    if not found:
        raise GoldpanError(f"{path}: no .jsonl file in it; gold files are named <document>.jsonl")
    return found


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """(file:line, line) for each line that is not blank. A carriage return inside a line is no line's end."""
    try:
        data = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GoldpanError(f"{path}: not UTF-8 at byte {error.start}; is it a gold file?") from error
    except OSError as error:
        raise GoldpanError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    for number, line in enumerate(data.split("\n"), 1):
        if line.strip():
            yield f"{path}:{number}", line


def _row_problem(where: str, row: Mapping[str, Any]) -> Problem | None:
    """What a row says wrongly by itself, without the source."""
    missing = [key for key in _REQUIRED if key not in row]
    if missing:
        return Problem(where, f"no {', '.join(missing)}", f"a mention has the keys {', '.join(_REQUIRED)}")
    if row["label"] not in LABELS:
        return Problem(where, f"unknown label {row['label']!r}", f"use one of {', '.join(LABELS)}")
    start, end = row["start"], row["end"]
    if type(start) is not int or type(end) is not int or not 0 <= start < end:
        return Problem(
            where, f"offsets {start!r}–{end!r} are no span", "start and end are whole numbers, start < end"
        )
    if not isinstance(row["doc"], str) or not isinstance(row["text"], str):
        return Problem(where, "doc and text must be strings", "correct the line")
    wrong = values.problem(row["label"], row["value"])
    if wrong:
        todo = f"correct the value of {row['label']} (guidelines)"
        return Problem(
            where, f"value {row['value']!r}: {wrong}", todo, fatal=not isinstance(row["value"], Mapping)
        )
    return None


def _source_problem(where: str, row: Mapping[str, Any], source: Source) -> Problem | None:
    stated = source.text[row["start"] : row["end"]]
    if stated == row["text"]:
        return None
    hits = source.text.count(row["text"])
    todo = "correct the offsets" if hits else "the text does not stand in the source: annotate it anew"
    what = f"source[{row['start']}:{row['end']}] is {stated[:60]!r}, not {row['text'][:60]!r}"
    return Problem(where, what, todo)


def _overlap_problems(rows: Iterable[tuple[str, Mention]]) -> Iterator[Problem]:
    """Mentions of one document and label that overlap (guidelines: they never do)."""
    furthest: dict[tuple[str, str], Mention] = {}
    for where, row in sorted(rows, key=lambda item: (item[1].doc, item[1].label, item[1].start, item[1].end)):
        before = furthest.get((row.doc, row.label))
        if before is not None and row.start < before.end:
            what = (
                f"{row.label} {row.text[:40]!r} ({row.start}–{row.end}) overlaps {before.text[:40]!r} "
                f"({before.start}–{before.end})"
            )
            yield Problem(where, what, "mentions of one label never overlap: keep one", fatal=False)
        if before is None or row.end > before.end:
            furthest[row.doc, row.label] = row


def load(
    path: Path | str, sources: Sources | Mapping[str, str | Source] | None = None
) -> tuple[dict[str, GoldDocument], list[Problem]]:
    """Every good line of a gold file or folder by document, and every problem. A bad line is left out.

    Raises GoldpanError only where there is nothing to read.
    """
    look = as_sources(sources)
    cache: dict[str, Source | None] = {}
    documents: dict[str, GoldDocument] = {}
    problems: list[Problem] = []
    rows: list[tuple[str, Mention]] = []
    mismatched: set[tuple[str, str]] = set()
    for file in files(Path(path)):
        header: Mapping[str, Any] = {}
        for where, line in _lines(file):
            try:
                row = json.loads(line)
            except ValueError as error:
                problems.append(Problem(where, f"not JSON ({error})", "one JSON object a line"))
                continue
            if not isinstance(row, dict):
                problems.append(Problem(where, "not a JSON object", "one JSON object a line"))
                continue
            is_header = "label" not in row and "start" not in row
            if is_header:
                header = row
                unknown = sorted({str(label) for label in row.get("labels", ())} - set(LABELS))
                if unknown:
                    problems.append(
                        Problem(where, f"unknown label {unknown[0]!r}", f"use {', '.join(LABELS)}")
                    )
            else:
                wrong = _row_problem(where, row)
                if wrong is not None:
                    problems.append(wrong)
                    if wrong.fatal:
                        continue
            doc = row.get("doc", file.stem)
            document = documents.setdefault(doc, GoldDocument(doc, path=str(file)))
            if doc == header.get("doc", file.stem):
                document.guidelines = str(header.get("guidelines", document.guidelines))
                document.labels = tuple(header.get("labels", document.labels))
            if doc not in cache:
                cache[doc] = look(doc)
            source = cache[doc]
            sha256 = str(
                row.get("sha256") or (header.get("sha256") if doc == header.get("doc") else "") or ""
            )
            document.sha256 = document.sha256 or sha256
            if source is not None and sha256 and sha256 != source.sha256:
                if (doc, sha256) not in mismatched:
                    mismatched.add((doc, sha256))
                    what = f"made on another text of {doc} (sha256 {sha256[:12]}…, the text has {source.sha256[:12]}…)"
                    problems.append(Problem(where, what, "get that text, or annotate this one anew"))
                continue
            if is_header:
                continue
            wrong = _source_problem(where, row, source) if source is not None else None
            if wrong is not None:
                problems.append(wrong)
                continue
            mention = Mention.from_json({key: item for key, item in row.items() if key != "sha256"})
            document.mentions.append(mention)
            rows.append((where, mention))
    problems.extend(_overlap_problems(rows))
    return documents, problems


def check(path: Path | str, sources: Sources | Mapping[str, str | Source] | None = None) -> list[Problem]:
    """Every problem of a gold file or folder; empty where it is good."""
    return load(path, sources)[1]


def read(
    path: Path | str,
    sources: Sources | Mapping[str, str | Source] | None = None,
    warn: Callable[[str], None] = lambda line: None,
) -> dict[str, GoldDocument]:
    """The gold of a file or folder by document.

    Raises GoldpanError with the first fatal problem. The others (a value of the wrong shape, an overlap) are handed to
    ``warn``, one line each: such rows can still be found or missed.
    """
    documents, problems = load(path, sources)
    fatal = [item for item in problems if item.fatal]
    if fatal:
        more = f" (and {len(fatal) - 1} more: goldpan gold check {path})" if len(fatal) > 1 else ""
        raise GoldpanError(f"{fatal[0]}{more}")
    for item in problems[:5]:
        warn(str(item))
    if len(problems) > 5:
        warn(f"{path}: {len(problems) - 5} more such lines; goldpan gold check {path} lists them")
    return documents


def write_atomic(path: Path, data: bytes) -> None:
    """Write so that a reader sees the old file or the new one, never half of it, whatever happens meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write(path: Path | str, document: GoldDocument) -> None:
    """Write one document's gold (see `dumps`), old or new, never half of it."""
    write_atomic(Path(path), dumps(document).encode("utf-8"))


def dumps(document: GoldDocument) -> str:
    """One document's gold, header first, mentions in text order, so that git shows what changed and no more."""
    header: dict[str, Any] = {"doc": document.doc}
    if document.sha256:
        header["sha256"] = document.sha256
    if document.guidelines:
        header["guidelines"] = document.guidelines
    if tuple(document.labels) != LABELS:
        header["labels"] = list(document.labels)
    ordered = sorted(document.mentions, key=lambda m: (m.start, m.end, LABELS.index(m.label)))
    lines = [header, *(mention.to_json() for mention in ordered)]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def studies(folder: Path | str) -> dict[str, list[dict[str, Any]]]:
    """Gold study records by document, from ``<folder>/studies/<doc>.json`` (or ``<folder>/<doc>.json``).

    Raises GoldpanError where a file is no list of records with a ``study`` name.
    """
    root = Path(folder)
    root = root / "studies" if (root / "studies").is_dir() else root
    out: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(root.glob("*.json")):
        try:
            records = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise GoldpanError(f"{path}: not JSON ({error}); it holds a list of study records") from error
        if not isinstance(records, list) or not all(isinstance(r, dict) and "study" in r for r in records):
            raise GoldpanError(f'{path}: not a list of study records; each has at least "study"')
        out[path.stem.removesuffix(".studies")] = records
    return out
