"""New papers for a query that is asked again every night."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from pipeline.acquire import Client, Shelf
from pipeline.acquire import acquire as fetch
from pipeline.settings import Settings


# The client asks again by itself for minutes; a service that is away for longer gets one more chance.
@task(
    name="acquire", task_run_name="acquire", cache_policy=NO_CACHE, retries=1, retry_delay_seconds=300,
    timeout_seconds=3 * 3600,
)  # fmt: skip
def acquire(query: str, folder: Path, settings: Settings) -> dict[str, int]:
    """Fetch what is new for a query into a folder with a manifest; what became of papers, counted.

    Raises GoldpanError where the search fails; papers that were fetched until then stay.
    """
    found = fetch(Client(settings), Shelf(folder), query=query, limit=100)
    return dict(Counter(outcome.state for outcome in found))
