"""One Prefect server for the tests that are not about the server, as somebody has who keeps one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flows.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment variables that name a running server."""
    running = Server(tmp_path_factory.mktemp("prefect"))
    try:
        running.wait()
        yield {"PREFECT_API_URL": f"{running.url}/api"}
    finally:
        running.close()
