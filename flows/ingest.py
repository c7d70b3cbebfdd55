"""What there is to do: the corpus, hashed and looked up in the cache."""

from __future__ import annotations

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from pipeline import steps
from pipeline.settings import Settings


@task(name="ingest", task_run_name="ingest", cache_policy=NO_CACHE, timeout_seconds=6 * 3600)
def ingest(paths: list[Path], settings: Settings) -> steps.Plan:
    """Find the documents and those of them that the cache does not know."""
    return steps.plan(paths, settings)
