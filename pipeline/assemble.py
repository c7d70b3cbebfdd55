"""The files of a run, written from the cache in the corpus's order, holding one document at a time.

Their bytes depend on the texts, the code and the settings alone, not on who extracted what when.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pipeline import store
from pipeline.cache import Cache, Header
from pipeline.corpus import Item
from pipeline.schema import LABELS, GoldpanError
from pipeline.store import DOCUMENT_COLUMNS, Run

if TYPE_CHECKING:
    from pipeline.steps import Plan
    from pipeline.workers import Outcome

MENTIONS = "mentions.jsonl"
#: What run.json lists of the documents set aside; documents.csv lists all.
_LISTED = 1000
#: Documents whose studies are kept at hand while they are compared.
_AT_HAND = 32


@dataclass(slots=True)
class Tally:
    """What a run did, as run.json counts it."""

    processed: int = 0
    reused: int = 0
    aside: int = 0
    set_aside: list[dict[str, str]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    mentions: Counter[str] = field(default_factory=Counter)
    words: int = 0
    extracted_words: int = 0
    extracted_seconds: float = 0.0
    studies: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    alarms: int = 0
    inputs: Any = field(default_factory=hashlib.sha256)

    def add(self, item: Item, header: Header | None, reason: str, reused: bool) -> dict[str, object]:
        """Count a document; its row of documents.csv."""
        self.inputs.update(f"{item.id}\0{item.sha256}\n".encode())
        row: dict[str, object] = {
            "id": item.id, "sha256": item.sha256, "path": str(item.path.absolute()), "row": item.row or "",
        }  # fmt: skip
        if header is None:
            self.aside += 1
            self.reasons[kind_of_reason(reason)] += 1
            if len(self.set_aside) < _LISTED:
                self.set_aside.append({"doc": item.id, "reason": reason})
            return row | {"status": "set_aside", "reason": reason}
        self.words += header.words
        self.mentions.update(header.labels)
        if reused:
            self.reused += 1
        else:
            self.processed += 1
            self.extracted_words += header.words
            self.extracted_seconds += header.seconds
        counts = {label: header.labels.get(label, 0) for label in LABELS}
        return row | counts | {
            "kind": header.kind, "words": header.words, "seconds": header.seconds,
            "status": "reused" if reused else "processed",
        }  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        rate = self.extracted_words / self.extracted_seconds if self.extracted_seconds else None
        return {
            "documents": {"processed": self.processed, "reused": self.reused, "set_aside": self.aside},
            "set_aside": self.set_aside,
            "set_aside_by_reason": dict(self.reasons.most_common(50)),
            "words": self.words,
            "extracted": {
                "words": self.extracted_words, "seconds": round(self.extracted_seconds, 3),
                "words_per_second": round(rate) if rate else None,
            },
            "mentions": {label: self.mentions[label] for label in LABELS} | dict(self.mentions),
            "studies": self.studies, "contradictions": self.verdicts["contradict"],
            "differences": self.verdicts["explainable"], "alarms": self.alarms,
            "inputs": {"sha256": self.inputs.hexdigest()},
        }  # fmt: skip


def kind_of_reason(reason: str) -> str:
    """A reason without what is particular to one document, to be counted by.

    >>> kind_of_reason("31.4 MB is more than the 20 MB of max_bytes; split the file"), kind_of_reason("has no text")
    ('# MB is more than the # MB of max_bytes', 'has no text')
    """
    short = re.split(r"[;:(]", reason, maxsplit=1)[0]
    return re.sub(r"\S*/\S+", "…", re.sub(r"\b\d[\d.,]*", "#", short)).strip()[:120]


def assemble(run: Run, work: Plan, outcomes: Iterable[Outcome], cache: Cache) -> Tally:
    """Write mentions, documents, studies, comparisons and alarms of a run; returns what was counted.

    ``outcomes``: those of documents set aside while they were extracted; others do not matter.
    """
    from pipeline.evidence.tabular import COLUMNS, rows_of, to_parquet

    reasons = {outcome.index: outcome.reason for outcome in outcomes if outcome.reason}
    tally = Tally()
    compared = _Compared(work, cache)
    with ExitStack() as stack:
        enter = stack.enter_context
        lines = enter((run.folder / MENTIONS).open("w", encoding="utf-8", newline="\n"))
        document = enter(run.table("documents.csv", DOCUMENT_COLUMNS))
        study, table, alarm = (
            enter(run.array("studies.json")), enter(run.table("studies.csv", COLUMNS)), enter(run.array("audit.json")),
        )  # fmt: skip
        for index, item in enumerate(work.corpus.items):
            reason = item.reason or reasons.get(index, "")
            entry = None if reason else cache.entry(work.key(index))
            if entry is None:
                document(
                    tally.add(item, None, reason or "its result is gone from the cache; run again", False)
                )
                continue
            document(tally.add(item, entry.header, "", index in work.reused))
            lines.writelines(entry.lines(item.id))
            number = 0
            for kept in entry.evidence(item.id):
                if "alarm" in kept:
                    tally.alarms += 1
                    alarm(kept["alarm"])
                    continue
                study(kept["study"])
                for row in rows_of([kept["study"]]):
                    table(row)
                compared.add(index, number, kept["study"])
                number += 1
            tally.studies += number
    store.write_parquet(run.folder / MENTIONS, run.folder / "mentions.parquet")
    to_parquet(
        (each for record in store.read_array(run.folder / "studies.json") for each in rows_of([record])),
        run.folder / "studies.parquet",
    )
    with run.array("concord.json") as add:
        for comparison in compared.rows():
            tally.verdicts[comparison["verdict"]] += 1
            add(comparison)
    return tally


class _Compared:
    """The concordance of a run, as `pipeline.evidence.concord.concord` gives it for all studies at once.

    What is kept of a study until all are known is what tells which work it is; its record is read again when its
    turn comes. A study without a reference is nobody else's, and is compared with itself at once.
    """

    def __init__(self, work: Plan, cache: Cache) -> None:
        self._work, self._cache = work, cache
        self._references: list[dict[str, Any]] = []
        self._places: list[tuple[int, int]] = []
        #: comparisons within a study without reference, by the number of references seen before it
        self._own: list[tuple[int, list[dict[str, Any]]]] = []

    def add(self, index: int, number: int, study: dict[str, Any]) -> None:
        """A study, the ``number``-th of the corpus's document ``index``."""
        from pipeline.evidence.concord import of_one

        reference = (study.get("sources") or {}).get("reference")
        if not reference:
            rows = of_one([study])
            if rows:
                self._own.append((len(self._places), rows))
            return
        kept = {name: reference.get(name) for name in ("doi", "pmid", "title", "year")}
        kept["authors"] = list(reference.get("authors") or ())[:1]
        self._references.append({"sources": {"reference": kept}})
        self._places.append((index, number))

    def rows(self) -> list[dict[str, Any]]:
        """All comparisons, in the order in which they are reported."""
        from pipeline.evidence.concord import of_one, ordered
        from pipeline.evidence.identity import cluster

        records = lru_cache(_AT_HAND)(self._studies)

        def groups() -> Iterator[tuple[int, list[dict[str, Any]]]]:
            for group in cluster(self._references):
                members = [self._places[i] for i in group]
                yield group[0] + 1, of_one([records(index)[number] for index, number in members])

        # By first appearance, as among all studies; of equal rank the earlier comes first.
        found = sorted([*groups(), *self._own], key=lambda pair: pair[0])
        return ordered(row for _, rows in found for row in rows)

    def _studies(self, index: int) -> list[dict[str, Any]]:
        entry = self._cache.entry(self._work.key(index))
        if entry is None:  # somebody emptied the cache under the run
            raise GoldpanError("a result is gone from the cache while the run needed it; run again")
        return [row["study"] for row in entry.evidence(self._work.corpus.items[index].id) if "study" in row]
