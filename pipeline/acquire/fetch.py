"""The work of ``goldpan acquire``: identifiers and queries in, papers on the shelf out, nothing fetched twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.acquire.client import Client, NotFound
from pipeline.acquire.europepmc import Record, full_text, identifier_query, search
from pipeline.acquire.outcome import Outcome
from pipeline.acquire.shelf import Shelf
from pipeline.schema import GoldpanError


def acquire(
    client: Client, shelf: Shelf, identifiers: Sequence[str] = (), query: str | None = None, *,
    limit: int | None = None, abstracts: bool = False, only_list: bool = False,
) -> Iterator[Outcome]:  # fmt: skip
    """Fetch papers by identifier and by query; yields what became of each, as it happens.

    What is on the shelf is not asked for again, and does not count towards ``limit``, so that a query repeated every
    night comes to what is new. A paper that fails is reported and the rest goes on; a search that fails raises
    GoldpanError, and what was fetched until then stays.
    """
    named = [identifier_query(name) for name in identifiers]  # a bad one is said before anything is fetched
    with shelf.locked():
        done: set[str] = set()
        for name, asked in named:
            row = shelf.find(name)
            if row is not None:
                done.add(row["id"])
                yield _there(shelf, row)
            else:
                yield from _named(client, shelf, name, asked, done, abstracts, only_list)
        new = 0
        for record in search(client, query) if query else ():
            if limit is not None and new >= limit:
                return
            if record.id not in done:
                done.add(record.id)
                outcome = _one(client, shelf, record, abstracts, only_list)
                new += outcome.state not in ("present", "changed")
                yield outcome


def _named(
    client: Client, shelf: Shelf, name: str, asked: str, done: set[str], abstracts: bool, only_list: bool
) -> Iterator[Outcome]:
    """One paper by its identifier."""
    try:
        record = next((found for found in search(client, asked, 10) if name.lower() in found.names), None)
    except GoldpanError as error:
        yield Outcome(name, "failed", str(error))
        return
    if record is None:
        yield Outcome(name, "failed", "Europe PMC does not know it")
    elif record.id not in done:
        done.add(record.id)
        outcome = _one(client, shelf, record, abstracts, only_list)
        if outcome.state == "closed":  # it was asked for by name, so somebody waits for it
            outcome = Outcome(outcome.id, "failed", f"{outcome.detail}; --abstracts keeps its abstract")
        yield outcome


def _there(shelf: Shelf, row: dict[str, str]) -> Outcome:
    if shelf.changed(row):
        return Outcome(
            row["id"], "changed", f"{shelf.path(row)} is not what was acquired; delete it to fetch it again"
        )
    return Outcome(row["id"], "present", str(shelf.path(row)))


def _one(client: Client, shelf: Shelf, record: Record, abstracts: bool, only_list: bool) -> Outcome:
    row = shelf.find(record=record)
    if row is not None:
        return _there(shelf, row)
    if only_list:
        return Outcome(record.id, "found", f"{record.terms if record.open else 'closed'}  {record.title}")
    if record.open:
        try:
            raw = full_text(client, record)
        except NotFound:
            pass  # said to be open, but its text is not deposited
        except GoldpanError as error:
            return Outcome(record.id, "failed", str(error))
        else:
            return Outcome(record.id, "fetched", str(shelf.put(record, raw, ".nxml", record.terms)))
    if abstracts and record.abstract:
        text = f"# {record.title}\n\n## Abstract\n\n{record.abstract}\n"
        return Outcome(
            record.id, "abstract", str(shelf.put(record, text.encode("utf-8"), ".md", "abstract only"))
        )
    shelf.note(record)
    return Outcome(record.id, "closed", "no open full text")
