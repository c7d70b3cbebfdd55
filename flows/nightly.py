"""The whole line as one flow: acquire → ingest → extract → reconcile → a sealed run → its artifacts."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.runtime import flow_run
from prefect.utilities.annotations import quote

from flows.acquire import acquire
from flows.extract import close_pools, extract, runner
from flows.ingest import ingest
from flows.publish import publish
from flows.reconcile import reconcile
from pipeline import steps, store
from pipeline.items import words_of
from pipeline.progress import Progress
from pipeline.schema import GoldpanError
from pipeline.settings import Settings
from pipeline.store import Run


class Clock:
    """Seconds by phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, phase: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[phase] = round(time.perf_counter() - start, 3)


def _runner() -> Any:
    """The settings' task runner; settings that are wrong are reported when the flow runs."""
    try:
        return runner(Settings.load())
    except GoldpanError:
        return None


def _run_name() -> str:
    corpus = flow_run.parameters.get("corpus") or []
    return " ".join(Path(path).name for path in corpus)[:60] or "corpus of the settings"


@flow(name="goldpan", flow_run_name=_run_name, task_runner=_runner())
def nightly(
    corpus: list[str] | None = None, gold: str | None = None, out: str | None = None, query: str | None = None
) -> str:
    """Read, extract and reconcile; returns the folder of the sealed run.

    ``corpus``: folders, files or a manifest; ``gold``, ``out``: folders; each the setting's where it is None.
    ``query``: asked of Europe PMC first; what is new goes into the folder of the corpus. Raises GoldpanError for bad
    input. What an interrupted run had finished is in the cache for the next.
    """
    settings = Settings.load().replace(out=Path(out).absolute() if out else None)
    runner(settings)
    clock = Clock()
    try:
        abandoned = store.sweep(settings.out)
        with Run(settings.out) as run:
            with clock("acquire"):
                fetched = _acquire(query, corpus, settings)
            with clock("ingest"):
                work = ingest([Path(path) for path in corpus or ()], settings)
            _announce(work, abandoned)
            with steps.Assembly(run, work) as assembly:
                with clock("extract"):
                    _extract(work, settings, assembly)
                with clock("assemble"):
                    tally = assembly.finish()
            record = steps.record(settings, work, tally) | fetched
            with clock("reconcile"):
                # Quoted: Prefect would look for futures in every item of the corpus.
                aside: tuple[Any, Any] = quote(work), quote(record)
                result = reconcile(run, aside[0], Path(gold) if gold else None, settings, aside[1])
            sealed = run.seal(record | result.to_json() | {"timings": clock.seconds})
            _publish(sealed)
        return str(sealed)
    except OSError as error:
        raise store.unwritable(settings.out, error) from error
    finally:
        close_pools()


def _acquire(query: str | None, corpus: list[str] | None, settings: Settings) -> dict[str, Any]:
    """Fetch what is new; a service that is away costs the night its news, not its run."""
    if query is None:
        return {}
    home = Path(corpus[0]) if corpus else settings.corpus
    try:
        return {"acquired": acquire(query, home if home.is_dir() else home.parent, settings)}
    except GoldpanError as error:
        print(f"acquire: {error}", file=sys.stderr)
        return {"acquired": {}, "acquire_failed": str(error)}


def _publish(sealed: Path) -> None:
    """Show the run on Prefect's page; it is sealed, so that nothing is lost where that cannot be."""
    try:
        publish(sealed)
    except Exception as error:
        print(f"Prefect's page does not show this run: {type(error).__name__}: {error}", file=sys.stderr)


def _announce(work: steps.Plan, abandoned: int) -> None:
    missing = work.corpus.missing()
    if missing:
        print(missing, file=sys.stderr)
    if abandoned:
        print("an earlier run did not finish: what it had extracted is reused", file=sys.stderr)


def _extract(work: steps.Plan, settings: Settings, assembly: steps.Assembly) -> None:
    """Extract from what the cache does not know; the run's files grow meanwhile."""
    sizes = work.corpus.items.sizes
    todo = sum(1 for _ in work.todo)
    progress = Progress("extract", todo, sum(words_of(sizes[index]) for index in work.todo))
    batches = work.batches(settings.batch_words, settings.cpus())
    try:
        for batch, outcomes in extract(batches, settings, work.cache.folder, 2 * settings.cpus()):
            words = assembly.add(outcomes)
            progress.add(batch.count, batch.words, words)
    finally:
        progress.close()
