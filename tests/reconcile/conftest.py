"""Mentions for tests, in few words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.schema import Mention

VALUES: dict[str, dict[str, Any]] = {
    "DRUG": {"name": "lithium"},
    "DOSE": {"amounts": [0.5], "unit": "mg/kg", "range": False, "drug": None},
    "SAMPLE_SIZE": {"count": 26, "role": "total"},
    "SCALE": {"name": "MADRS"},
    "OUTCOME": {"name": "response"},
    "RESULT": {"number": 80, "kind": "percent"},
}


def make(label: str, start: int, end: int, doc: str = "d", why: str = "", **value: Any) -> Mention:
    """A mention with a value of the right shape; keywords replace parts of it."""
    return Mention(doc, label, start, end, "x" * (end - start), VALUES[label] | value, why)


@pytest.fixture
def m() -> Callable[..., Mention]:
    return make
