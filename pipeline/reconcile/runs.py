"""Mentions from wherever they lie: a sealed run's folder, a bare mentions.jsonl, or a folder of gold."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.reconcile import gold
from pipeline.schema import GoldpanError, Mention

MENTIONS = "mentions.jsonl"


@dataclass(slots=True)
class Rows:
    """A set of mentions and what is known of how they came about.

    ``processed`` are the documents that were read, where a run's documents.csv says it (else None: not known);
    ``sha256`` the checksums of their sources; ``record`` is run.json, or empty.
    """

    name: str
    path: Path
    mentions: list[Mention]
    processed: list[str] | None = None
    sha256: dict[str, str] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    is_gold: bool = False


def by_document(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    """Mentions grouped by document."""
    out: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        out[mention.doc].append(mention)
    return dict(out)


def read_mentions(path: Path) -> list[Mention]:
    """The mentions of a JSON-lines file. Raises GoldpanError naming the line that is none; a header line is skipped."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise GoldpanError(
            f"{path}: cannot be read ({error.strerror}); give a run's folder or a mentions.jsonl"
        ) from error
    except UnicodeDecodeError as error:
        raise GoldpanError(f"{path}: not UTF-8 at byte {error.start}; is it a mentions.jsonl?") from error
    out: list[Mention] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise GoldpanError(f"{where}: not JSON ({error}); one mention a line") from error
        if not isinstance(row, dict):
            raise GoldpanError(f"{where}: not a JSON object; one mention a line")
        if "label" not in row and "start" not in row:
            continue
        try:
            mention = Mention.from_json(row)
        except KeyError as error:
            raise GoldpanError(
                f"{where}: no {error.args[0]}; a mention has doc, label, start, end, text"
            ) from error
        if (
            type(mention.start) is not int
            or type(mention.end) is not int
            or not 0 <= mention.start < mention.end
        ):
            raise GoldpanError(f"{where}: offsets {mention.start!r}–{mention.end!r} are no span; start < end")
        if not isinstance(mention.value, Mapping):
            raise GoldpanError(f"{where}: value must be an object")
        out.append(mention)
    return out


def _documents(folder: Path) -> tuple[list[str] | None, dict[str, str]]:
    """The documents of a run and their checksums, from documents.csv where it is there."""
    path = folder / "documents.csv"
    if not path.is_file():
        return None, {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    key = "id" if rows and "id" in rows[0] else "doc"
    names = [row[key] for row in rows if row.get(key)]
    return names, {row[key]: row["sha256"] for row in rows if row.get(key) and row.get("sha256")}


def read_run(path: Path | str) -> Rows:
    """The mentions of a run: its folder, or a mentions.jsonl (another name will do). Raises GoldpanError.

    A mentions.jsonl that lies in a run's folder is read with what that folder knows.
    """
    path = Path(path)
    if path.is_dir():
        if not (path / MENTIONS).is_file():
            raise GoldpanError(f"{path}: no {MENTIONS} in it; give a run's folder (goldpan run makes one)")
        folder, file = path, path / MENTIONS
    elif path.is_file():
        folder, file = path.parent, path
    else:
        raise GoldpanError(f"{path}: no such run; give a run's folder or a mentions.jsonl")
    whole = file.name == MENTIONS
    processed, sha256 = _documents(folder) if whole else (None, {})
    record: Mapping[str, Any] = {}
    if whole and (folder / "run.json").is_file():
        try:
            record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        except ValueError as error:
            raise GoldpanError(
                f"{folder / 'run.json'}: not JSON ({error}); the run was not sealed"
            ) from error
    return Rows(path.name or str(path), path, read_mentions(file), processed, sha256, record)


def read_rows(path: Path | str) -> Rows:
    """A run, or gold: a folder without mentions.jsonl is read as gold. Raises GoldpanError."""
    path = Path(path)
    if path.is_dir() and not (path / MENTIONS).is_file():
        documents = gold.read(path)
        mentions = [mention for document in documents.values() for mention in document.mentions]
        sha256 = {doc: document.sha256 for doc, document in documents.items() if document.sha256}
        return Rows(path.name, path, mentions, sorted(documents), sha256, is_gold=True)
    return read_run(path)
