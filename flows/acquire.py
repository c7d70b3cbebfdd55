"""New papers for a query that is asked again every night."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from pipeline.acquire import Client, Shelf
from pipeline.acquire import acquire as fetch
from pipeline.schema import GoldpanError
from pipeline.settings import Settings


def _passing(_task: object, _run: object, state: object) -> bool:
    """A service that does not answer may do so later; a query that it does not understand stays as it is."""
    try:
        state.result()  # type: ignore[attr-defined]
    except GoldpanError as error:
        return "query" not in str(error)
    except Exception:
        return False
    return False


@task(
    name="acquire", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=60, retry_condition_fn=_passing,
    timeout_seconds=3 * 3600,
)  # fmt: skip
def acquire(query: str, folder: Path, settings: Settings) -> dict[str, int]:
    """Fetch what is new for a query into a folder with a manifest; what became of papers, counted.

    Raises GoldpanError where the search fails; papers that were fetched until then stay.
    """
    found = fetch(Client(settings), Shelf(folder), query=query, limit=100)
    return dict(Counter(outcome.state for outcome in found))
