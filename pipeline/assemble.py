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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import store
from pipeline.cache import Header
from pipeline.items import Item
from pipeline.schema import LABELS, GoldpanError
from pipeline.store import DOCUMENT_COLUMNS, Run

if TYPE_CHECKING:
    from pipeline.steps import Plan
    from pipeline.workers import Outcomes

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
    _path: Path | None = None
    _absolute: str = ""

    def add(self, item: Item, header: Header | None, reason: str, reused: bool) -> list[object]:
        """Count a document; its row of documents.csv."""
        self.inputs.update(f"{item.id}\0{item.sha256}\n".encode("utf-8", "surrogatepass"))
        place = [item.sha256, self.where(item), item.row or ""]
        if header is None:
            self.aside += 1
            self.reasons[kind_of_reason(reason)] += 1
            if len(self.set_aside) < _LISTED:
                self.set_aside.append({"doc": item.id, "reason": reason})
            return [item.id, "", "", *("" for _ in LABELS), "", "set_aside", reason, *place]
        self.words += header.words
        for label, count in header.labels.items():
            self.mentions[label] += count
        if reused:
            self.reused += 1
        else:
            self.processed += 1
            self.extracted_words += header.words
            self.extracted_seconds += header.seconds
        counts = [header.labels.get(label, 0) for label in LABELS]
        status = "reused" if reused else "processed"
        return [item.id, header.kind, header.words, *counts, header.seconds, status, "", *place]

    def where(self, item: Item) -> str:
        """An item's absolute path; asked for the same file thousands of times."""
        if self._path is not item.path:
            self._path, self._absolute = item.path, str(item.path.absolute())
        return self._absolute

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


def assemble(run: Run, work: Plan, found: Iterable[Outcomes] = ()) -> Tally:
    """Write mentions, documents, studies, comparisons and alarms of a run; returns what was counted.

    ``found``: what became of the documents that the plan wants read.
    """
    with Assembly(run, work) as assembly:
        for outcomes in found:
            assembly.add(outcomes)
        return assembly.finish()


class Assembly:
    """The files of a run while they grow: a document is written as soon as all before it are."""

    def __init__(self, run: Run, work: Plan) -> None:
        self.run, self.work, self.tally = run, work, Tally()
        self._at = 0
        self._reasons: dict[int, str] = {}
        self._compared = _Compared(work)
        self._stack = ExitStack()

    def __enter__(self) -> Assembly:
        from pipeline.evidence.tabular import COLUMNS
        from pipeline.tables import MentionTable

        run = self.run
        with ExitStack() as stack:
            self._stack = stack
            enter = stack.enter_context
            self._lines = enter((run.folder / MENTIONS).open("wb"))
            self._mentions = enter(MentionTable(run.folder / "mentions.parquet"))
            self._document = enter(run.table("documents.csv", DOCUMENT_COLUMNS))
            self._study = enter(run.array("studies.json"))
            self._row = enter(run.table("studies.csv", COLUMNS))
            self._alarm = enter(run.array("audit.json"))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def add(self, found: Outcomes) -> int:
        """What became of some documents; whatever can be written is. Returns the number of their words."""
        words = 0
        for outcome in found:
            words += outcome.words
            if outcome.place:
                self.work.keep(outcome.index, outcome.place)
            else:
                self.work.leave(outcome.index)
                self._reasons[outcome.index] = outcome.reason
        while self._at < len(self.work.corpus.items) and not self.work.is_todo(self._at):
            self._write(self._at)
            self._at += 1
        return words

    def finish(self) -> Tally:
        """Write what is left, and what can be said of all documents together only."""
        from pipeline.evidence.tabular import rows_of, to_parquet

        for index in range(self._at, len(self.work.corpus.items)):
            self._write(index)
        self._stack.close()
        to_parquet(
            (
                each
                for record in store.read_array(self.run.folder / "studies.json")
                for each in rows_of([record])
            ),
            self.run.folder / "studies.parquet",
        )
        with self.run.array("concord.json") as add:
            for comparison in self._compared.rows():
                self.tally.verdicts[comparison["verdict"]] += 1
                add(comparison)
        return self.tally

    def _write(self, index: int) -> None:
        from pipeline.evidence.tabular import COLUMNS, rows_of

        item, tally = self.work.corpus.items[index], self.tally
        entry = self.work.entry(index, item)
        if entry is None:
            reason = self._reasons.pop(index, "") or item.reason
            reason = reason or "its result is gone from the cache; run again"
            self._document(tally.add(item, None, reason, False))
            return
        self._document(tally.add(item, entry.header, "", self.work.is_reused(index)))
        self._lines.write(entry.lines(item.id))
        self._mentions.add(item.id, entry.rows())
        number = 0
        for kept in entry.evidence(item.id):
            if "alarm" in kept:
                tally.alarms += 1
                self._alarm(kept["alarm"])
                continue
            self._study(kept["study"])
            for row in rows_of([kept["study"]]):
                self._row([row[name] for name in COLUMNS])
            self._compared.add(index, number, kept["study"])
            number += 1
        tally.studies += number


class _Compared:
    """The concordance of a run, as `pipeline.evidence.concord.concord` gives it for all studies at once.

    What is kept of a study until all are known is what tells which work it is; its record is read again when its
    turn comes. A study without a reference is nobody else's, and is compared with itself at once.
    """

    def __init__(self, work: Plan) -> None:
        self._work = work
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
        item = self._work.corpus.items[index]
        entry = self._work.entry(index, item)
        if entry is None:  # somebody emptied the cache under the run
            raise GoldpanError("a result is gone from the cache while the run needed it; run again")
        return [row["study"] for row in entry.evidence(item.id) if "study" in row]
