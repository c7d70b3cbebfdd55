"""The steps of a run, without a scheduler: what there is to do, what it gave, how good it is.

flows/ calls them as tasks; a test or a notebook calls them one after the other.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline import corpus, store, versions
from pipeline.assemble import MENTIONS, Assembly, Tally, assemble
from pipeline.cache import Cache, Entry, Place, to_line
from pipeline.corpus import Corpus
from pipeline.items import Item, words_of
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
from pipeline.workers import Batch, Task

__all__ = ["Assembly", "Plan", "Reconciled", "Tally", "assemble", "open_cache", "plan", "reconcile", "record"]

#: Documents compared with the run before at once; more of them take more memory.
_COMPARED = 500
#: Words that a task has at least where there are as many, and pieces for each process where there are enough of them.
_LEAST, _PIECES = 30_000, 8
#: Instead of the number of a pack: there is no result yet, or will be none.
_TODO, _NEVER = -1, -2
#: Endings of sources whose offsets count in the file itself, so that gold can be checked against it.
_TEXTS = frozenset({".txt", ".md"})


class Plan:
    """What a run has to do: the corpus, and where in the cache each document's result is known to stand."""

    def __init__(self, corpus: Corpus, cache: Cache, max_bytes: int) -> None:
        self.corpus, self.cache, self.max_bytes = corpus, cache, max_bytes
        count = len(corpus.items)
        #: a document's pack, by its number in `_packs`; negative: none yet, or never
        self._pack = array("i", [_TODO]) * count
        self._offset, self._length = array("Q", [0]) * count, array("Q", [0]) * count
        self._packs: dict[str, int] = {}
        self._reused = bytearray(count)

    def key(self, index: int) -> str:
        """A document's entry in the cache."""
        item = self.corpus.items[index]
        return self.cache.key(item.sha256, item.suffix)

    @property
    def todo(self) -> Iterator[int]:
        """The documents that are to be read, in the corpus's order."""
        return (index for index, pack in enumerate(self._pack) if pack == _TODO)

    @property
    def reused(self) -> Iterator[int]:
        """The documents whose results were there before."""
        return (index for index, reused in enumerate(self._reused) if reused)

    def is_todo(self, index: int) -> bool:
        return self._pack[index] == _TODO

    def is_reused(self, index: int) -> bool:
        return bool(self._reused[index])

    def leave(self, index: int) -> None:
        """A document will have no result."""
        self._pack[index] = _NEVER

    def keep(self, index: int, place: Place, reused: bool = False) -> None:
        """A document's result stands there."""
        self._pack[index] = self._packs.setdefault(place.pack, len(self._packs))
        self._offset[index], self._length[index] = place.offset, place.length
        self._reused[index] = reused

    def entry(self, index: int, item: Item) -> Entry | None:
        """A document's result; None where there is none, or it is damaged."""
        pack = self._pack[index]
        if pack < 0:
            return None
        if len(self._packs) != len(self._names):
            self._names = list(self._packs)
        place = Place(self._names[pack], self._offset[index], self._length[index])
        return self.cache.entry(self.cache.key(item.sha256, item.suffix), place)

    _names: Sequence[str] = ()

    def tasks(self) -> Iterator[Task]:
        """What is to be read, in the corpus's order; a text of a file of texts comes with its task."""
        reader = Reader(self.max_bytes)
        for index in self.todo:
            item = self.corpus.items[index]
            text = reader.text(item.path, item.row) if item.row else None
            key = self.cache.key(item.sha256, item.suffix)
            yield Task(index, item.path.absolute(), item.sha256, key, item.words, text)

    def batches(self, words: int, processes: int = 1) -> Iterator[Batch]:
        """The tasks in pieces of at most about so many words, in the corpus's order.

        A piece is smaller where there is little to do: each process has work, and none waits long for the last.
        """
        everything = sum(words_of(self.corpus.items.sizes[index]) for index in self.todo)
        least = min(_LEAST, everything // processes + 1)
        words = min(words, max(least, everything // (_PIECES * processes)))
        batch: list[Task] = []
        size = 0
        for task in self.tasks():
            if batch and size + task.words > words:
                yield Batch.of(batch)
                batch, size = [], 0
            batch.append(task)
            size += task.words
        if batch:
            yield Batch.of(batch)


def open_cache(settings: Settings) -> Cache:
    """The cache of a folder of runs, for what these settings extract. Raises GoldpanError where no model is found."""
    return Cache(settings.out / "cache", versions.fingerprint(settings))


def plan(paths: Sequence[Path], settings: Settings) -> Plan:
    """Find the corpus, hash it, and look up what the cache has of it. Raises GoldpanError."""
    result = Plan(corpus.load(paths, settings), open_cache(settings), settings.max_bytes)
    for index, item in enumerate(result.corpus.items):
        if item.reason:
            result.leave(index)
        elif place := result.cache.known(result.cache.key(item.sha256, item.suffix)):
            result.keep(index, place, reused=True)
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
