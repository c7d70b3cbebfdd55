"""Sizes of the groups of a paper that reports its own study."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.evidence.studies import study_of
from pipeline.schema import Reference

TITLE = "Lithium for pain: a randomized trial in patients with arthritis"


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("We randomized 80 patients to lithium (n = 41) or placebo (n = 39). Rash occurred in 5 and 9 patients.",
         {"lithium": 41, "placebo": 39}),
        # an earlier list that does not add up gives way to one that does
        ("Of 80 patients enrolled, 30 had knee and 22 hip pain. They received lithium (n = 41) or placebo (n = 39).",
         {"lithium": 41, "placebo": 39}),
        # groups that are given no drug
        ("We randomized 80 patients: 41 were allocated to exercise and 39 to usual care.", {None: 41}),
        ("We randomized 80 patients to lithium or placebo (40 patients in each group).", None),
    ],
)  # fmt: skip
def test_sizes(process: Callable[..., Any], text: str, sizes: dict[str | None, int] | None) -> None:
    study = study_of(process(f"{TITLE}.\n\n{text}"), Reference("1", "", 0, 0, title=TITLE))
    assert study is not None
    found = [arm.n for arm in study.arms if arm.n is not None]
    if sizes is None:
        assert set(found) == {40}
    elif None in sizes:
        assert found == [41, 39]
    else:
        assert {arm.drug: arm.n for arm in study.arms if arm.n is not None} == sizes
