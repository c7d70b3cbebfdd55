"""Scores of adversarial cases against a table computed by hand."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.reconcile.score import OVERALL, score
from pipeline.schema import GoldpanError, Mention

Span = tuple[str, int, int]
MODES = ("strict", "exact", "partial", "overlap", "value")

#: what: (gold, found, for each row (label or overall): gold, found, and the credit in each of MODES)
CASES: dict[str, tuple[list[Span], list[Span], dict[str, tuple[float, ...]]]] = {
    "perfect": ([("DRUG", 0, 7)], [("DRUG", 0, 7)], {"DRUG": (1, 1, 1, 1, 1, 1, 1)}),
    "nothing found": ([("DRUG", 0, 7)], [], {"DRUG": (1, 0, 0, 0, 0, 0, 0)}),
    "only spurious, gold has another label": (
        [("DRUG", 0, 7)], [("SCALE", 20, 25)], {"DRUG": (1, 0, 0, 0, 0, 0, 0), "SCALE": (0, 1, 0, 0, 0, 0, 0)},
    ),
    "a gold span in two pieces is found once": (
        [("DOSE", 0, 10)], [("DOSE", 0, 4), ("DOSE", 5, 10)], {"DOSE": (1, 2, 0, 0, 0.5, 1, 1)},
    ),
    "one found span over two gold ones finds one": (
        [("DOSE", 0, 4), ("DOSE", 5, 10)], [("DOSE", 0, 10)], {"DOSE": (2, 1, 0, 0, 0.5, 1, 1)},
    ),
    "the exact one is taken, however many overlap": (
        [("DRUG", 0, 10)], [("DRUG", 0, 4), ("DRUG", 0, 10), ("DRUG", 8, 20)], {"DRUG": (1, 3, 1, 1, 1, 1, 1)},
    ),
    "a bridge gives way so that both gold spans are found": (
        [("DRUG", 0, 4), ("DRUG", 5, 9)], [("DRUG", 2, 7), ("DRUG", 0, 2)], {"DRUG": (2, 2, 0, 0, 1, 2, 2)},
    ),
    "a chain of bridges": (
        [("DRUG", 0, 4), ("DRUG", 6, 10), ("DRUG", 12, 16)], [("DRUG", 3, 7), ("DRUG", 9, 13), ("DRUG", 15, 19)],
        {"DRUG": (3, 3, 0, 0, 1.5, 3, 3)},
    ),
    "touching is not overlapping": (
        [("DRUG", 0, 4)], [("DRUG", 4, 8)], {"DRUG": (1, 1, 0, 0, 0, 0, 0)},
    ),
    "one character of three hundred overlaps": (
        [("OUTCOME", 0, 300)], [("OUTCOME", 299, 301)], {"OUTCOME": (1, 1, 0, 0, 0.5, 1, 1)},
    ),
    "the right place under the wrong label": (
        [("DRUG", 0, 7)], [("OUTCOME", 0, 7)],
        {"DRUG": (1, 0, 0, 0, 0, 0, 0), "OUTCOME": (0, 1, 0, 0, 0, 0, 0), OVERALL: (1, 1, 0, 1, 1, 0, 0)},
    ),
    "labels may nest: a SCALE inside an OUTCOME is its own": (
        [("OUTCOME", 0, 20), ("SCALE", 10, 15)], [("SCALE", 10, 15), ("OUTCOME", 0, 20)],
        {"OUTCOME": (1, 1, 1, 1, 1, 1, 1), "SCALE": (1, 1, 1, 1, 1, 1, 1), OVERALL: (2, 2, 2, 2, 2, 2, 2)},
    ),
    "the same label goes first, then what is left crosses": (
        [("DRUG", 0, 7), ("SCALE", 0, 7)], [("DRUG", 0, 7), ("OUTCOME", 0, 7)],
        {"DRUG": (1, 1, 1, 1, 1, 1, 1), "SCALE": (1, 0, 0, 0, 0, 0, 0), OVERALL: (2, 2, 1, 2, 2, 1, 1)},
    ),
    "the same mention found three times is found once": (
        [("DRUG", 0, 7)], [("DRUG", 0, 7)] * 3, {"DRUG": (1, 3, 1, 1, 1, 1, 1)},
    ),
    "a found side that overlaps itself": (
        [("DRUG", 0, 4), ("DRUG", 5, 9), ("DRUG", 10, 14)], [("DRUG", 0, 14), ("DRUG", 0, 9), ("DRUG", 5, 9)],
        {"DRUG": (3, 3, 1, 1, 2, 3, 3)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_table(name: str, m: Callable[..., Mention]) -> None:
    gold, found, expected = CASES[name]
    orders = list(itertools.islice(itertools.permutations(found), 6))
    for order in orders:
        scores = score([m(*span) for span in gold], [m(*span) for span in order])
        for label, (n_gold, n_found, *credits) in expected.items():
            row = scores.get(label)
            assert row is not None
            assert (row.gold, row.found) == (n_gold, n_found)
            for mode, credit in zip(MODES, credits, strict=True):
                measure = row.modes[mode]
                assert measure.recall == pytest.approx(credit / n_gold if n_gold else 0), mode
                assert measure.precision == pytest.approx(credit / n_found if n_found else 0), mode
                assert measure.f1 == pytest.approx(2 * credit / (n_gold + n_found)), mode


@pytest.mark.parametrize(
    ("label", "gold", "found", "value", "value_drug"),
    [
        ("DRUG", {"name": "esketamine"}, {"name": "ketamine"}, 0, 0),
        ("DOSE", {"amounts": [28, 56, 84], "unit": "mg"}, {"amounts": [28.0, 56.0, 84.0], "unit": "mg"}, 1, 1),
        ("DOSE", {"amounts": [28, 56]}, {"amounts": [56, 28]}, 0, 0),
        ("DOSE", {"amounts": [100, 200], "range": True}, {"amounts": [100, 200]}, 0, 0),
        ("DOSE", {"drug": "ketamine"}, {"drug": None}, 1, 0),
        ("DOSE", {"drug": None}, {"drug": "ketamine"}, 1, 0),
        ("DOSE", {"amounts": [1], "unit": "g"}, {"amounts": [1000], "unit": "mg"}, 0, 0),
        ("SAMPLE_SIZE", {"count": 26}, {"count": 26, "role": "arm"}, 0, 0),
        ("SAMPLE_SIZE", {}, {"arm": "ketamine"}, 1, 1),
        ("SCALE", {"name": "HDRS"}, {"name": "HDRS", "items": 17}, 1, 1),
        ("SCALE", {"name": "HDRS", "items": 17}, {"name": "HDRS"}, 0, 0),
        ("RESULT", {"number": -18.4, "kind": "mean_change"}, {"number": 18.4, "kind": "mean_change"}, 0, 0),
        ("RESULT", {"number": 80}, {"number": 80.0, "kind": "score"}, 0, 0),
        ("RESULT", {"number": None, "low": 0.2, "high": 0.6}, {"number": None, "low": 0.2, "high": 0.6}, 1, 1),
    ],
)  # fmt: skip
def test_values(
    label: str,
    gold: dict[str, Any],
    found: dict[str, Any],
    value: int,
    value_drug: int,
    m: Callable[..., Mention],
) -> None:
    modes = score([m(label, 0, 9, **gold)], [m(label, 1, 12, **found)]).labels[label].modes
    assert (modes["overlap"].recall, modes["value"].recall, modes["value_drug"].recall) == (
        1,
        value,
        value_drug,
    )


def test_units_are_converted_only_when_asked(m: Callable[..., Mention]) -> None:
    gold, found = [m("DOSE", 0, 9, amounts=[1], unit="g")], [m("DOSE", 0, 9, amounts=[1000], unit="mg")]
    assert score(gold, found, convert=True).labels["DOSE"].modes["value"].recall == 1


def test_among_equal_spans_the_right_value_is_taken(m: Callable[..., Mention]) -> None:
    found = [m("DRUG", 0, 7, name="a"), m("DRUG", 0, 7, name="lithium"), m("DRUG", 0, 7, name="z")]
    for order in itertools.permutations(found):
        assert score([m("DRUG", 0, 7)], order).labels["DRUG"].modes["value"].recall == 1


def test_only_documents_and_labels_with_gold_are_scored(m: Callable[..., Mention]) -> None:
    from pipeline.reconcile.gold import GoldDocument

    gold = {
        "a": GoldDocument("a", [m("DRUG", 0, 7, doc="a")], labels=("DRUG",)),
        "empty": GoldDocument("empty"),
        "elsewhere": GoldDocument("elsewhere", [m("DRUG", 0, 7, doc="elsewhere")]),
    }
    found = [
        m("DRUG", 0, 7, doc="a"),
        m("SCALE", 9, 12, doc="a"),
        m("DRUG", 0, 7, doc="empty"),
        m("DRUG", 0, 7, doc="x"),
    ]
    scores = score(gold, found, processed=["a", "empty", "x"])
    assert (scores.documents, scores.not_in_run) == (["a", "empty"], ["elsewhere"])
    assert {label: (row.gold, row.found) for label, row in scores.labels.items()} == {"DRUG": (1, 2)}
    assert score(gold, found).labels["DRUG"].gold == 2
    with pytest.raises(GoldpanError, match="no document of the run has gold"):
        score(gold, found, processed=["x"])
