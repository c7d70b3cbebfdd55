"""Scores against gold, and what changed since the run before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from pipeline import steps
from pipeline.settings import Settings
from pipeline.store import Run


@task(name="reconcile", task_run_name="reconcile", cache_policy=NO_CACHE, timeout_seconds=6 * 3600)
def reconcile(
    run: Run, work: steps.Plan, gold: Path | None, settings: Settings, record: Mapping[str, Any]
) -> steps.Reconciled:
    """Score the run, and compare it with the newest sealed one."""
    return steps.reconcile(run, work, gold, settings, record)
