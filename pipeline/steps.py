"""The steps of a run, without a scheduler: what there is to do, what it gave, how good it is.

flows/ calls them as tasks; a test or a notebook calls them one after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline import corpus, store, versions
from pipeline.cache import Cache, Header, to_line
from pipeline.corpus import Corpus, Item
from pipeline.mentions import MentionFile
from pipeline.reconcile import gold as gold_files
from pipeline.reconcile.diff import diff
from pipeline.reconcile.runs import Rows
from pipeline.reconcile.score import Scores, score
from pipeline.report import render_folder
from pipeline.schema import LABELS, GoldpanError
from pipeline.settings import Settings
from pipeline.store import DOCUMENT_COLUMNS, Run
from pipeline.workers import Outcome, Task

MENTIONS = "mentions.jsonl"
#: Documents compared with the run before at once; more of them take more memory.
_COMPARED = 500
#: Endings of sources whose offsets count in the file itself, so that gold can be checked against it.
_TEXTS = frozenset({".txt", ".md"})


@dataclass(slots=True)
class Plan:
    """What a run has to do: the corpus, which documents are known already (by place), and which are to be read."""

    corpus: Corpus
    keys: list[str]
    tasks: list[Task] = field(default_factory=list)
    reused: set[int] = field(default_factory=set)

    def batches(self, words: int, processes: int = 1) -> Iterator[list[Task]]:
        """The tasks in pieces of at most about so many words, in the corpus's order; a piece for each process."""
        words = min(words, sum(task.words for task in self.tasks) // processes + 1)
        batch: list[Task] = []
        size = 0
        for task in self.tasks:
            if batch and size + task.words > words:
                yield batch
                batch, size = [], 0
            batch.append(task)
            size += task.words
        if batch:
            yield batch


def open_cache(settings: Settings) -> Cache:
    """The cache of a folder of runs, for what these settings extract. Raises GoldpanError where no model is found."""
    return Cache(settings.out / "cache", versions.fingerprint(settings))


def plan(paths: Sequence[Path], settings: Settings) -> Plan:
    """Find the corpus, hash it, and look up what the cache has of it. Raises GoldpanError."""
    found = corpus.load(paths, settings)
    cache = open_cache(settings)
    result = Plan(found, [cache.key(item.sha256, item.path.suffix) for item in found.items])
    for index, (item, key) in enumerate(zip(found.items, result.keys, strict=True)):
        if item.reason:
            continue
        if cache.header(key):
            result.reused.add(index)
        else:
            result.tasks.append(Task(index, item.path.absolute(), item.sha256, key, item.words))
    return result


@dataclass(slots=True)
class Tally:
    """What a run did, as run.json counts it."""

    processed: int = 0
    reused: int = 0
    set_aside: list[dict[str, str]] = field(default_factory=list)
    mentions: Counter[str] = field(default_factory=Counter)
    words: int = 0
    extracted_words: int = 0
    extracted_seconds: float = 0.0
    inputs: dict[str, str] = field(default_factory=dict)
    studies: int = 0
    contradictions: int = 0
    alarms: int = 0

    def to_json(self) -> dict[str, Any]:
        rate = self.extracted_words / self.extracted_seconds if self.extracted_seconds else None
        return {
            "documents": {
                "processed": self.processed, "reused": self.reused, "set_aside": len(self.set_aside),
            },
            "set_aside": self.set_aside,
            "words": self.words,
            "extracted": {
                "words": self.extracted_words, "seconds": round(self.extracted_seconds, 3),
                "words_per_second": round(rate) if rate else None,
            },
            "mentions": {label: self.mentions[label] for label in LABELS} | dict(self.mentions),
            "studies": self.studies, "contradictions": self.contradictions, "alarms": self.alarms,
            "inputs": self.inputs,
        }  # fmt: skip


def assemble(run: Run, work: Plan, outcomes: Iterable[Outcome], settings: Settings) -> Tally:
    """Write mentions.jsonl, mentions.parquet and documents.csv from the cache, in the corpus's order.

    The bytes of the first two depend on the texts, the code and the settings alone.
    """
    cache = open_cache(settings)
    done = {outcome.index: outcome for outcome in outcomes}
    tally = Tally()
    rows: list[dict[str, object]] = []
    good: list[int] = []

    def lines() -> Iterator[str]:
        for index, item in enumerate(work.corpus.items):
            reason = item.reason or (done[index].reason if index in done else "")
            header = None if reason else cache.header(work.keys[index])
            if header is None:
                reason = reason or "its result is gone from the cache; run again"
            rows.append(_count(tally, item, header, reason, index in work.reused))
            if header is not None:
                good.append(index)
                yield from cache.lines(work.keys[index], item.id)

    run.write_lines(MENTIONS, lines())
    run.write_csv("documents.csv", DOCUMENT_COLUMNS, rows)
    store.write_parquet(run.folder / MENTIONS, run.folder / "mentions.parquet")
    _write_evidence(run, work, good, cache, tally)
    return tally


def _write_evidence(run: Run, work: Plan, good: Iterable[int], cache: Cache, tally: Tally) -> None:
    """Write studies.json, .csv and .parquet, concord.json and audit.json from the cache."""
    from pipeline.evidence.concord import concord
    from pipeline.evidence.tabular import rows_of, to_csv, to_parquet

    studies: list[dict[str, Any]] = []
    alarms: list[dict[str, Any]] = []
    for index in good:
        for row in cache.evidence(work.keys[index], work.corpus.items[index].id):
            if "study" in row:
                studies.append(row["study"])
            else:
                alarms.append(row["alarm"])
    comparisons = concord(studies)
    table = rows_of(studies)
    run.write_json("studies.json", studies)
    run.write_lines("studies.csv", to_csv(table).splitlines(keepends=True))
    to_parquet(table, run.folder / "studies.parquet")
    run.write_json("concord.json", comparisons)
    run.write_json("audit.json", alarms)
    tally.studies, tally.alarms = len(studies), len(alarms)
    tally.contradictions = sum(row["verdict"] == "contradict" for row in comparisons)


def _count(tally: Tally, item: Item, header: Header | None, reason: str, reused: bool) -> dict[str, object]:
    """Add a document to the tally; its row of documents.csv."""
    if item.sha256:
        tally.inputs.setdefault(item.id, item.sha256)
    row: dict[str, object] = {"id": item.id, "sha256": item.sha256, "path": str(item.path.absolute())}
    if header is None:
        tally.set_aside.append({"doc": item.id, "reason": reason})
        return row | {"status": "set_aside", "reason": reason}
    tally.words += header.words
    tally.mentions.update(header.labels)
    if reused:
        tally.reused += 1
    else:
        tally.processed += 1
        tally.extracted_words += header.words
        tally.extracted_seconds += header.seconds
    counts = {label: header.labels.get(label, 0) for label in LABELS}
    return row | counts | {
        "kind": header.kind, "words": header.words, "seconds": header.seconds,
        "status": "reused" if reused else "processed",
    }  # fmt: skip


@dataclass(slots=True)
class Reconciled:
    """What reconciling gave: scores where documents have gold, what was wrong with gold, or why there are no scores."""

    scores: Scores | None = None
    problems: list[str] = field(default_factory=list)
    note: str = ""
    changes: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"gold_problems": self.problems, "changes": self.changes} | (
            {"note": self.note} if self.note else {}
        )


def reconcile(
    run: Run, work: Plan, gold: Path | None, settings: Settings, record: Mapping[str, Any]
) -> Reconciled:
    """Score the assembled run against the gold of its documents, and compare it with the run before.

    Writes scores.json and diff.jsonl. Gold that is wrong (made on another text, an unknown label, offsets beside the
    text) is left out with the document it is of, and reported. ``gold`` None means the setting's folder, which may be
    missing; one that was asked for may not. Raises GoldpanError.
    """
    result = Reconciled()
    found = MentionFile(run.folder / MENTIONS)
    _score(result, found, work, gold, settings)
    run.write_json(
        "scores.json", result.scores.to_json() if result.scores else {"labels": {}, "note": result.note}
    )
    kinds: Counter[str] = Counter()
    run.write_lines("diff.jsonl", _differences(found, store.latest(run.out), record, kinds))
    result.changes = dict(kinds)
    run.write_lines("report.html", [render_folder(run.folder, record)])
    return result


def _differences(
    found: MentionFile, previous: Path | None, record: Mapping[str, Any], kinds: Counter[str]
) -> Iterator[str]:
    """Lines of diff.jsonl: what is other than in the run before, for documents that both were given."""
    if previous is None:
        return
    before = MentionFile(previous / MENTIONS)
    old = store.read_record(previous)
    both = [doc for doc in record["inputs"] if doc in old["inputs"]]
    changed = [doc for doc in both if found.raw(doc) != before.raw(doc)]
    for first in range(0, len(changed), _COMPARED):
        docs = changed[first : first + _COMPARED]
        left, right = (
            Rows(path.parent.name, path.parent, [m for doc in docs for m in mentions.of(doc)], docs,
                 {doc: of["inputs"][doc] for doc in docs}, of)
            for path, mentions, of in ((before.path, before, old), (found.path, found, record))
        )  # fmt: skip
        for row in diff(left, right).rows:
            kinds[row.kind] += 1
            yield to_line(row.to_json())


def _score(result: Reconciled, found: MentionFile, work: Plan, gold: Path | None, settings: Settings) -> None:
    folder = gold or settings.gold
    if gold is None and not any(folder.glob("*.jsonl")):
        result.note = f"no gold in {folder}; name a folder with --gold"
        return
    paths = {item.id: item.path for item in work.corpus.items}

    def source(doc: str) -> gold_files.Source | None:
        path = paths.get(doc)
        if path is None or path.suffix.lower() not in _TEXTS:
            return None
        with suppress(GoldpanError, OSError):
            return gold_files.texts_in(path.parent, endings=(path.suffix,))(path.stem)
        return None

    documents, problems = gold_files.load(folder, source)
    result.problems = [str(problem) for problem in problems if problem.fatal]
    wrong = {problem.where.rpartition(":")[0] for problem in problems if problem.fatal}
    good = {doc: item for doc, item in documents.items() if doc in paths and item.path not in wrong}
    if good:
        result.scores = score(good, [m for doc in good for m in found.of(doc)], processed=paths)
    else:
        result.note = f"no document of this run has good gold in {folder}"


def record(settings: Settings, work: Plan, tally: Tally) -> dict[str, Any]:
    """What run.json says of a run, but for what reconciling adds."""
    return {
        **versions.record(settings),
        "settings": settings.to_json(),
        **tally.to_json(),
        "absent": [absent.id for absent in work.corpus.absent],
    }
