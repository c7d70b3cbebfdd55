"""Who was given what, and how many they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Studies = Callable[..., dict[str, dict[str, Any]]]


def arms(study: dict[str, Any]) -> list[tuple[str | None, list[float] | None, int | None]]:
    return [(arm["drug"], arm["amounts"], arm["n"]) for arm in study["arms"]]


@pytest.mark.parametrize(
    ("body", "total", "wanted"),
    [
        # the first of two groups is no total
        ("Roe et al. [1] gave lithium 600 mg to 40 patients, and placebo to another 40.", [80],
         [("lithium", [600.0], 40), ("placebo", None, 40)]),
        ("Roe et al. [1] studied 75 patients: 38 patients received lithium 600 mg and 37 received placebo.", [75],
         [("lithium", [600.0], 38), ("placebo", None, 37)]),
        # a drug that all had, and one whose use is measured
        ("Roe et al. [1] gave 80 patients lithium 600 mg or placebo. Both groups received clonidine.", [80],
         [("lithium", [600.0], None), ("placebo", None, None)]),
        ("Roe et al. [1] gave 80 patients lithium 600 mg or placebo. Morphine consumption fell.", [80],
         [("lithium", [600.0], None), ("placebo", None, None)]),
        # one amount in two units; a comparator's dose
        ("Roe et al. [1] gave 80 patients lithium 1200 mg. The 1.2 g of lithium were taken at night.", [80],
         [("lithium", [1.2], None)]),
        ("In 84 adults, lithium 600 mg/day was compared with riluzole 100 mg/day.[1]", [84],
         [("lithium", [600.0], None), ("riluzole", [100.0], None)]),
        # doses in turn
        ("Lithium was no better than riluzole (600 mg versus 100 mg; n = 85).[1]", [85],
         [("lithium", [600.0], None), ("riluzole", [100.0], None)]),
        # amounts that could be varied are one arm's
        ("Roe et al. [1] gave 80 patients flexible doses of lithium (300 mg, 600 mg, or 900 mg).", [80],
         [("lithium", [300.0, 600.0, 900.0], None)]),
        ("Roe et al. [1] gave 80 patients lithium 300 mg, 600 mg, or 900 mg.", [80],
         [("lithium", [300.0], None), ("lithium", [600.0], None), ("lithium", [900.0], None)]),
        # a group by its name
        ("Roe et al. [1] compared lithium with placebo. In the lithium group, 30 out of 47 patients responded.", [],
         [("lithium", None, 47), ("placebo", None, None)]),
    ],
)  # fmt: skip
def test_arms(studies: Studies, body: str, total: list[int], wanted: list[Any]) -> None:
    found = studies(body)["roe2001"]
    assert found["n_total"] == total
    assert arms(found) == wanted


def test_the_sum_of_two_groups_is_said_to_be_inferred(studies: Studies) -> None:
    found = studies("Roe et al. [1] gave lithium 600 mg to 40 patients, and placebo to another 40.")[
        "roe2001"
    ]
    assert found["sources"]["inferred"]["n_total"] == "sum of two groups"
