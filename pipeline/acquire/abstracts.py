"""Abstracts of cited studies, by DOI or PMID, in a folder of small JSON files."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.acquire.client import Client
from pipeline.acquire.europepmc import Record, search
from pipeline.acquire.outcome import Outcome
from pipeline.acquire.shelf import Shelf
from pipeline.reconcile.gold import write_atomic
from pipeline.schema import GoldpanError

#: Papers asked for in one request; the address stays below 2,000 characters.
BATCH = 20
#: The file that remembers, with a date, what Europe PMC did not know.
UNKNOWN = "unknown.json"
#: Days after which an unknown paper is asked for again.
_AGAIN = 30


#: A work by its DOI and its PMID, either of which may be missing.
Work = tuple[str | None, str | None]


def cited(works: Iterable[Work], shelf: Shelf, client: Client) -> Iterator[Outcome]:
    """Fetch the abstracts of works into the shelf's folder, each as JSON; yields what became of each, as it happens.

    A file holds the fields of `Record` with ``acquired`` and ``sha256`` of the abstract; the manifest has a line for
    each paper with the checksum of its file. What is in the folder is not asked for again; what Europe PMC did not know
    is, after 30 days. Works without DOI and PMID are passed over. Raises GoldpanError where the folder has full texts,
    or the service cannot be asked; what came until then stays, and the next call goes on from there.
    """
    folder = shelf.folder
    with shelf.locked():
        if any(not row["file"].endswith(".json") for row in shelf.rows):
            raise GoldpanError(f"{folder}: holds full texts; give abstracts a folder of their own with --out")
        today = datetime.datetime.now(datetime.UTC).date()
        wanted = _wanted(works)
        unknown = _unknown(folder, today)
        missing = [work for work in wanted if _file(folder, work) is None and _key(work) not in unknown]
        for work in wanted:
            if work not in missing:
                yield _there(shelf, work)
        for at in range(0, len(missing), BATCH):
            batch = missing[at : at + BATCH]
            for record in search(client, " OR ".join(_query(work) for work in batch), limit=10 * BATCH):
                _write(shelf, record, today)
            unknown |= {_key(work): today.isoformat() for work in batch if _file(folder, work) is None}
            _write_json(folder / UNKNOWN, unknown)
            for work in batch:
                outcome = _there(shelf, work)
                yield (
                    Outcome(outcome.id, "fetched", outcome.detail) if outcome.state == "present" else outcome
                )


def fetch_abstracts(works: Iterable[Work], folder: Path, client: Client) -> dict[Work, Path]:
    """`cited`, giving the file of each work that was found."""
    works = list(works)
    for _ in cited(works, Shelf(folder), client):
        pass
    return {work: path for work in _wanted(works) if (path := _file(folder, work)) is not None}


def _wanted(works: Iterable[Work]) -> list[Work]:
    named = dict.fromkeys((_doi(doi), (pmid or "").strip() or None) for doi, pmid in works)
    return [work for work in named if any(work)]


def _there(shelf: Shelf, work: Work) -> Outcome:
    """What the folder has of a work."""
    path = _file(shelf.folder, work)
    if path is None:
        return Outcome(_key(work), "unknown", "Europe PMC does not know it")
    row = next((row for name in work if name and (row := shelf.find(name)) is not None), None)
    if row is not None and shelf.changed(row):
        return Outcome(_key(work), "changed", f"{path} is not what was acquired; delete it to fetch it again")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Outcome(_key(work), "changed", f"{path} is no JSON; delete it to fetch it again")
    if not data.get("abstract"):
        return Outcome(_key(work), "bare", "Europe PMC has no abstract of it")
    return Outcome(_key(work), "present", str(path))


def _doi(doi: str | None) -> str | None:
    match = re.search(r"10\.\d{4,9}/\S+", doi or "")
    return match[0].lower().replace('"', "") if match else None


def _query(work: Work) -> str:
    doi, pmid = work
    return f"(EXT_ID:{re.sub(r'[^0-9]', '', pmid)} AND SRC:MED)" if pmid else f'DOI:"{doi}"'


def _key(work: Work) -> str:
    return f"pmid:{work[1]}" if work[1] else f"doi:{work[0]}"


def _names(doi: str | None, pmid: str | None) -> Sequence[str]:
    """The names of a work's file: one for each of its identifiers, so that either finds it."""
    names = [f"pmid-{re.sub(r'[^0-9]', '', pmid)}.json"] if pmid else []
    if doi:
        names.append(f"doi-{hashlib.sha256(doi.lower().encode()).hexdigest()[:20]}.json")
    return names


def _file(folder: Path, work: Work) -> Path | None:
    return next((folder / name for name in _names(*work) if (folder / name).is_file()), None)


def _write(shelf: Shelf, record: Record, today: datetime.date) -> None:
    """A paper's files first, then its line, so that a crash leaves no line without its file."""
    data = record.to_json() | {
        "acquired": today.isoformat(), "sha256": hashlib.sha256(record.abstract.encode("utf-8")).hexdigest()
    }  # fmt: skip
    names = _names(_doi(record.doi), record.pmid or None)
    for name in names:
        raw = _write_json(shelf.folder / name, data)
    if names:
        shelf.enter(record, raw, names[0], "abstract only")


def _write_json(path: Path, data: Any) -> bytes:
    raw = (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    try:
        write_atomic(path, raw)
    except OSError as error:
        raise GoldpanError(
            f"{path}: cannot be written ({error.strerror or error}); choose another folder"
        ) from error
    return raw


def _unknown(folder: Path, today: datetime.date) -> dict[str, str]:
    """What was asked for in vain not long ago, with the day."""
    try:
        rows = json.loads((folder / UNKNOWN).read_text(encoding="utf-8"))
        since = (today - datetime.timedelta(days=_AGAIN)).isoformat()
        return {key: day for key, day in rows.items() if day >= since}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
