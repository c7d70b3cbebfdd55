"""Extraction in batches, each a task of seconds, with a bounded number of them under way."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.runtime import task_run
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from pipeline.schema import GoldpanError
from pipeline.settings import Settings
from pipeline.workers import Batch, Outcomes, Pool

_pools: dict[tuple[Settings, Path], Pool] = {}
_lock = threading.Lock()


def pool(settings: Settings, cache: Path) -> Pool:
    """This process's extraction processes: the flow's own with threads, a Dask worker's with Dask."""
    with _lock:
        if (settings, cache) not in _pools:
            _pools[settings, cache] = Pool(settings, cache, settings.cpus())
        return _pools[settings, cache]


def close_pools() -> None:
    """End all extraction processes of this process."""
    with _lock:
        for each in _pools.values():
            each.close()
        _pools.clear()


def _can_pass(_task: object, _run: object, state: Any) -> bool:
    """Only what the system did may be different next time; bad input and bad settings stay what they are."""
    try:
        state.result()
    except OSError:
        return True
    except Exception:
        return False
    return False


def _batch_name() -> str:
    batch: Batch = task_run.parameters["batch"]
    return f"extract {batch.count:,} documents from number {batch.first + 1:,} on"


# No timeout of its own: each document has one, in its worker process, where compiled code can be ended too.
@task(
    name="extract", task_run_name=_batch_name, cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5,
    retry_condition_fn=_can_pass,
)  # fmt: skip
def extract_batch(batch: Batch, settings: Settings, cache: Path) -> Outcomes:
    """Extract from the documents of a batch; what they gave is in the cache afterwards."""
    return pool(settings, cache).extract(batch)


def extract(
    batches: Iterable[Batch], settings: Settings, cache: Path, ahead: int
) -> Iterator[tuple[Batch, Outcomes]]:
    """Each batch with what became of it, in order, with at most ``ahead`` of them under way."""
    waiting: deque[tuple[Batch, PrefectFuture[Outcomes]]] = deque()
    for batch in batches:
        waiting.append((batch, extract_batch.submit(batch, settings, cache)))
        if len(waiting) >= ahead:
            done, future = waiting.popleft()
            yield done, future.result()
    while waiting:
        done, future = waiting.popleft()
        yield done, future.result()


def runner(settings: Settings) -> TaskRunner[Any]:
    """The task runner that the settings choose. Raises GoldpanError where Dask is wanted and not installed."""
    if settings.runner == "threads":
        return ThreadPoolTaskRunner(max_workers=settings.cpus())
    try:
        from prefect_dask import DaskTaskRunner
    except ImportError as error:
        raise GoldpanError(
            "runner dask: prefect-dask is not installed; pip install 'goldpan-evidence[dask]'"
        ) from error
    if settings.dask_address:
        chosen: TaskRunner[Any] = DaskTaskRunner(address=settings.dask_address)
    else:
        # One thread a process: each leads an extraction process of its own.
        kwargs = {"n_workers": settings.cpus(), "threads_per_worker": 1, "silence_logs": logging.ERROR}
        chosen = DaskTaskRunner(cluster_kwargs=kwargs)
    return chosen
