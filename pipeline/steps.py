"""The steps of a run, without a scheduler: what there is to do, what it gave, how good it is.

flows/ calls them as tasks; a test or a notebook calls them one after the other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline import corpus, store, versions
from pipeline.assemble import MENTIONS, Tally, assemble
from pipeline.cache import Cache, to_line
from pipeline.corpus import Corpus
from pipeline.mentions import Documents, MentionFile
from pipeline.reconcile import gold as gold_files
from pipeline.reconcile.diff import diff
from pipeline.reconcile.runs import Rows
from pipeline.reconcile.score import Scores, score
from pipeline.report import render_folder
from pipeline.schema import GoldpanError
from pipeline.settings import Settings
from pipeline.store import Run
from pipeline.texts import Reader
from pipeline.watch import Moves, Watch, watch
from pipeline.workers import Task

__all__ = ["Plan", "Reconciled", "Tally", "assemble", "open_cache", "plan", "reconcile", "record"]

#: Documents compared with the run before at once; more of them take more memory.
_COMPARED = 500
#: Endings of sources whose offsets count in the file itself, so that gold can be checked against it.
_TEXTS = frozenset({".txt", ".md"})


@dataclass(slots=True)
class Plan:
    """What a run has to do: the corpus, which documents are known already and which are to be read, by place."""

    corpus: Corpus
    cache: Cache
    max_bytes: int
    todo: list[int] = field(default_factory=list)
    reused: set[int] = field(default_factory=set)

    def key(self, index: int) -> str:
        """A document's entry in the cache."""
        item = self.corpus.items[index]
        return self.cache.key(item.sha256, item.suffix)

    def tasks(self) -> Iterator[Task]:
        """What is to be read, in the corpus's order; a text of a file of texts comes with its task."""
        reader = Reader(self.max_bytes)
        for index in self.todo:
            item = self.corpus.items[index]
            text = reader.text(item.path, item.row) if item.row else None
            yield Task(index, item.path.absolute(), item.sha256, self.key(index), item.words, text)

    def batches(self, words: int, processes: int = 1) -> Iterator[list[Task]]:
        """The tasks in pieces of at most about so many words, in the corpus's order; a piece for each process."""
        items = self.corpus.items
        words = min(words, sum(items[index].words for index in self.todo) // processes + 1)
        batch: list[Task] = []
        size = 0
        for task in self.tasks():
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
    result = Plan(corpus.load(paths, settings), open_cache(settings), settings.max_bytes)
    for index, item in enumerate(result.corpus.items):
        if item.reason:
            continue
        if result.cache.entry(result.key(index)):
            result.reused.add(index)
        else:
            result.todo.append(index)
    return result


@dataclass(slots=True)
class Reconciled:
    """What reconciling gave: scores where documents have gold, what was wrong with gold, or why there are no scores."""

    scores: Scores | None = None
    problems: list[str] = field(default_factory=list)
    note: str = ""
    changes: dict[str, int] = field(default_factory=dict)
    watch: Watch = field(default_factory=Watch)

    def to_json(self) -> dict[str, Any]:
        said = {"gold_problems": self.problems, "changes": self.changes, "watch": self.watch.to_json()}
        return said | ({"note": self.note} if self.note else {})


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
    scores = result.scores.to_json() if result.scores else {"labels": {}, "note": result.note}
    run.write_json("scores.json", scores)
    previous = store.latest(run.out)
    kinds: Counter[str] = Counter()
    run.write_lines("diff.jsonl", _differences(found, work, previous, record, kinds))
    result.changes = dict(kinds)
    said = {**record, **result.to_json()}
    if previous is None:
        result.watch = watch(said, scores)
    else:
        moves = Moves(
            (item.id for item in work.corpus.items),
            Documents(run.folder / "documents.csv"), Documents(previous / "documents.csv"),
        )  # fmt: skip
        before = json.loads((previous / "scores.json").read_text(encoding="utf-8"))
        result.watch = watch(said, scores, moves, store.read_record(previous), before)
    run.write_lines("report.html", [render_folder(run.folder, record)])
    return result


def _differences(
    found: MentionFile, work: Plan, previous: Path | None, record: Mapping[str, Any], kinds: Counter[str]
) -> Iterator[str]:
    """Lines of diff.jsonl: what is other than in the run before, for documents that both were given."""
    if previous is None:
        return
    before, old = MentionFile(previous / MENTIONS), store.read_record(previous)
    now, then = Documents(found.path.parent / "documents.csv"), Documents(previous / "documents.csv")
    changed = (
        item.id
        for item in work.corpus.items
        if found.raw(item.id) != before.raw(item.id) and then.text(item.id) is not None
    )
    while docs := list(islice(changed, _COMPARED)):
        left, right = (
            Rows(path.parent.name, path.parent, [m for doc in docs for m in mentions.of(doc)], docs,
                 {doc: texts.text(doc) or "" for doc in docs}, of)
            for path, mentions, texts, of in ((before.path, before, then, old), (found.path, found, now, record))
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
