"""From a run's folder to what the page is served from."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pipeline.reconcile import gold as gold_files
from pipeline.reconcile import runs
from pipeline.reconcile.gold import GoldDocument
from pipeline.review.decisions import Decisions, file_of
from pipeline.review.items import comparisons, differences, in_order
from pipeline.review.queue import Queue
from pipeline.review.texts import Text, Texts, paths_of
from pipeline.review.views import Views
from pipeline.settings import Settings


class Session(NamedTuple):
    """What a page is served from: the queue, and its documents."""

    queue: Queue
    views: Views


def open_run(
    run: Path,
    gold: Path | None,
    decisions: Path,
    who: str,
    settings: Settings,
    folders: Sequence[Path] = (),
    warn: Callable[[str], None] = lambda line: None,
) -> Session:
    """The queue of a run for a curator, and the views of its documents.

    ``gold`` None means the setting's folder, which may be missing or empty; one that was asked for may not. Texts are
    looked for where the run says, in ``folders``, and in the settings' folders. Gold that is wrong, or was made on
    another text than the run read, is set aside with the document it is of, and handed to ``warn``. Raises
    GoldpanError.
    """
    with _undisturbed():
        return _open(run, gold, decisions, who, settings, folders, warn)


def _open(
    run: Path,
    gold: Path | None,
    decisions: Path,
    who: str,
    settings: Settings,
    folders: Sequence[Path],
    warn: Callable[[str], None],
) -> Session:
    rows = runs.read_run(run)
    folder = run if run.is_dir() else run.parent
    home = settings.corpus if settings.corpus.is_dir() else settings.corpus.parent
    texts = Texts([*folders, *settings.texts, home], settings, rows.sha256, paths_of(folder))
    documents, aside = _gold(gold, settings, rows, texts, warn)
    studies = (
        gold_files.studies(gold or settings.gold) if documents and (gold or settings.gold).is_dir() else {}
    )
    items = in_order([*comparisons(folder, rows.sha256), *differences(rows, documents, studies, aside)])
    file_of(decisions, who)
    log = Decisions(decisions)
    log.refresh()
    name = str(rows.record.get("id") or rows.name)
    return Session(Queue(items, log, who, name, texts, documents), Views(texts, rows.mentions, documents))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No garbage collection meanwhile: a third of the time to read a large run, and it finds no garbage."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was:
            gc.enable()


def _gold(
    asked: Path | None, settings: Settings, rows: runs.Rows, texts: Texts, warn: Callable[[str], None]
) -> tuple[dict[str, GoldDocument], set[str]]:
    """The usable gold by document, and the documents of the run whose gold cannot be used."""
    folder = asked or settings.gold
    if asked is None and not any(folder.glob("*.jsonl")):
        return {}, set()
    given = set(rows.processed) if rows.processed is not None else {m.doc for m in rows.mentions}

    def look(doc: str) -> gold_files.Source | None:
        text = texts.get(doc) if doc in given else None
        plain = isinstance(text, Text) and text.kind == "text" and doc in rows.sha256
        return gold_files.Source(text.text, rows.sha256[doc]) if plain and isinstance(text, Text) else None

    documents, problems = gold_files.load(folder, look)
    wrong = {problem.where.rpartition(":")[0] for problem in problems if problem.fatal}
    aside: set[str] = set()
    for problem in (p for p in problems if p.fatal):
        warn(f"gold set aside: {problem}")
    for doc, document in documents.items():
        read = rows.sha256.get(doc)
        if read and document.sha256 and read != document.sha256 and document.path not in wrong:
            warn(f"gold set aside: {document.path} was made on another text of {doc} than the run read")
            aside.add(doc)
        elif document.path in wrong:
            aside.add(doc)
    return {doc: d for doc, d in documents.items() if doc not in aside and doc in given}, aside & given
