"""Abstracts of cited studies, by DOI or PMID, in a folder of small JSON files."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pipeline.acquire.client import Client
from pipeline.acquire.europepmc import Record, search
from pipeline.reconcile.gold import write_atomic
from pipeline.schema import GoldpanError

#: Papers asked for in one request; the address stays below 2,000 characters.
BATCH = 20
#: The file that remembers, with a date, what Europe PMC did not know.
UNKNOWN = "unknown.json"
#: Days after which an unknown paper is asked for again.
_AGAIN = 30


def fetch_abstracts(
    works: Iterable[tuple[str | None, str | None]], folder: Path, client: Client
) -> dict[tuple[str | None, str | None], Path]:
    """The abstracts of works given as (DOI, PMID), each in ``folder`` as JSON; gives the file of each that was found.

    A file holds the fields of `Record` with ``acquired`` and ``sha256`` of the abstract. What is in the folder is not
    asked for again; what Europe PMC did not know is, after 30 days. Works without DOI and PMID are passed over. Raises
    GoldpanError where the service cannot be asked; what came until then stays.
    """
    today = datetime.datetime.now(datetime.UTC).date()
    wanted = list(dict.fromkeys((_doi(doi), (pmid or "").strip() or None) for doi, pmid in works))
    wanted = [work for work in wanted if any(work)]
    unknown = _unknown(folder, today)
    missing = [work for work in wanted if _file(folder, work) is None and _key(work) not in unknown]
    for at in range(0, len(missing), BATCH):
        batch = missing[at : at + BATCH]
        for record in search(client, " OR ".join(_query(work) for work in batch), limit=10 * BATCH):
            _write(folder, record, today)
        unknown |= {_key(work): today.isoformat() for work in batch if _file(folder, work) is None}
        _write_json(folder / UNKNOWN, unknown)
    return {work: path for work in wanted if (path := _file(folder, work)) is not None}


def _doi(doi: str | None) -> str | None:
    match = re.search(r"10\.\d{4,9}/\S+", doi or "")
    return match[0].lower().replace('"', "") if match else None


def _query(work: tuple[str | None, str | None]) -> str:
    doi, pmid = work
    return f"(EXT_ID:{re.sub(r'[^0-9]', '', pmid)} AND SRC:MED)" if pmid else f'DOI:"{doi}"'


def _key(work: tuple[str | None, str | None]) -> str:
    return f"pmid:{work[1]}" if work[1] else f"doi:{work[0]}"


def _names(doi: str | None, pmid: str | None) -> Sequence[str]:
    """The names of a work's file: one for each of its identifiers, so that either finds it."""
    names = [f"pmid-{re.sub(r'[^0-9]', '', pmid)}.json"] if pmid else []
    if doi:
        names.append(f"doi-{hashlib.sha256(doi.lower().encode()).hexdigest()[:20]}.json")
    return names


def _file(folder: Path, work: tuple[str | None, str | None]) -> Path | None:
    return next((folder / name for name in _names(*work) if (folder / name).is_file()), None)


def _write(folder: Path, record: Record, today: datetime.date) -> None:
    data = record.to_json() | {
        "acquired": today.isoformat(), "sha256": hashlib.sha256(record.abstract.encode("utf-8")).hexdigest()
    }  # fmt: skip
    for name in _names(_doi(record.doi), record.pmid or None):
        _write_json(folder / name, data)


def _write_json(path: Path, data: Any) -> None:
    try:
        write_atomic(path, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
    except OSError as error:
        raise GoldpanError(
            f"{path}: cannot be written ({error.strerror or error}); choose another folder"
        ) from error


def _unknown(folder: Path, today: datetime.date) -> dict[str, str]:
    """What was asked for in vain not long ago, with the day."""
    try:
        rows = json.loads((folder / UNKNOWN).read_text(encoding="utf-8"))
        since = (today - datetime.timedelta(days=_AGAIN)).isoformat()
        return {key: day for key, day in rows.items() if day >= since}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
