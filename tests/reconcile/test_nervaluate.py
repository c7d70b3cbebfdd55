"""nervaluate: equal to ours on ordinary cases, and wrong where modes.py says so (version 1.2.1)."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.reconcile.score import score
from pipeline.schema import Mention

nervaluate = pytest.importorskip("nervaluate", reason="nervaluate is not installed: pip install nervaluate")
THEIRS = {"strict": "strict", "exact": "exact", "partial": "partial", "type": "ent_type"}


def theirs(gold: list[Mention], found: list[Mention]) -> dict[str, Any]:
    """nervaluate's answer; its ends are inclusive."""
    tags = sorted({m.label for m in [*gold, *found]})
    rows = [[{"label": m.label, "start": m.start, "end": m.end - 1} for m in side] for side in (gold, found)]
    result: dict[str, Any] = nervaluate.Evaluator([rows[0]], [rows[1]], tags=tags, loader="dict").evaluate()
    return result


@pytest.mark.parametrize("seed", range(8))
def test_ordinary_cases_agree(seed: int, m: Callable[..., Mention]) -> None:
    """Mentions apart from each other, some missed, some spurious, some with wrong ends, some under a wrong label."""
    rng = random.Random(seed)
    gold, found = [], []
    for k in range(120):
        start, label = 40 * k + 10, rng.choice(["DRUG", "DOSE", "SCALE"])
        fate = rng.random()
        if fate < 0.9:
            gold.append(m(label, start, start + 10))
        if fate > 0.15:
            shift, name = rng.choice([0, 0, 0, 3]), label if rng.random() < 0.9 else "OUTCOME"
            found.append(m(name, start + shift, start + 10))
    ours, other = score(gold, found), theirs(gold, found)
    for mode, name in THEIRS.items():
        for label, row in ours.labels.items():
            want = other["entities"][label][name]
            got = row.modes[mode]
            assert (got.precision, got.recall, got.f1) == pytest.approx(
                (want.precision, want.recall, want.f1)
            )
            assert (got.counts.correct, got.counts.partial) == (want.correct, want.partial)
        want, got = other["overall"][name], ours.overall.modes[mode]
        assert (got.precision, got.recall, got.f1) == pytest.approx((want.precision, want.recall, want.f1))
        assert got.counts.to_json() == {key: getattr(want, key) for key in got.counts.to_json()}


def correct(gold: list[Mention], found: list[Mention], mode: str) -> tuple[int, int]:
    """(theirs, ours)"""
    row = score(gold, found).overall.modes[mode].counts.correct
    return theirs(gold, found)["overall"][THEIRS[mode]].correct, row


def test_nervaluate_lets_a_wrong_boundary_use_up_the_gold_mention(m: Callable[..., Mention]) -> None:
    gold, wrong, exact = [m("DRUG", 0, 10)], m("DRUG", 0, 4), m("DRUG", 0, 10)
    assert correct(gold, [exact, wrong], "strict") == (1, 1)
    assert correct(gold, [wrong, exact], "strict") == (0, 1)


def test_nervaluate_loses_a_pair_by_order(m: Callable[..., Mention]) -> None:
    gold, bridge, left = [m("DRUG", 0, 4), m("DRUG", 5, 9)], m("DRUG", 2, 7), m("DRUG", 0, 2)
    assert correct(gold, [left, bridge], "type") == (2, 2)
    assert correct(gold, [bridge, left], "type") == (1, 2)


def test_nervaluate_lets_a_wrong_label_take_a_gold_mention(m: Callable[..., Mention]) -> None:
    gold, wrong, right = [m("DRUG", 0, 4)], m("SCALE", 0, 4), m("DRUG", 1, 4)
    assert correct(gold, [right, wrong], "type") == (1, 1)
    assert correct(gold, [wrong, right], "type") == (0, 1)


def test_nervaluate_does_not_see_a_small_overlap(m: Callable[..., Mention]) -> None:
    assert correct([m("OUTCOME", 0, 300)], [m("OUTCOME", 299, 301)], "type") == (0, 1)


def test_nervaluate_fails_on_a_first_document_without_mentions() -> None:
    row = [{"label": "DRUG", "start": 0, "end": 3}]
    with pytest.raises(IndexError):
        nervaluate.Evaluator([[], row], [row, row], tags=["DRUG"])
