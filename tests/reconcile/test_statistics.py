"""Intervals, planning and paired tests behave as statistics should."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.reconcile.intervals import (
    documents_needed,
    mcnemar,
    percentiles,
    randomisation,
    resample,
    wilson,
)
from pipeline.reconcile.paired import compare
from pipeline.reconcile.score import score
from pipeline.schema import GoldpanError, Mention


def run(rates: dict[str, float], m: Callable[..., Mention]) -> tuple[list[Mention], list[Mention]]:
    """Twenty gold mentions a document, of which a share is found."""
    gold = [m("DRUG", 20 * k, 20 * k + 7, doc) for doc in rates for k in range(20)]
    return gold, [x for x in gold if x.start // 20 < 20 * rates[x.doc]]


def test_documents_that_differ_widen_the_interval(m: Callable[..., Mention]) -> None:
    alike = score(*run({f"d{k}": 0.7 for k in range(12)}, m)).labels["DRUG"]
    apart = score(*run({f"d{k}": 0.4 if k % 2 else 1.0 for k in range(12)}, m)).labels["DRUG"]
    assert alike.modes["overlap"].recall == apart.modes["overlap"].recall == pytest.approx(0.7)

    def width(row: object) -> float:
        low, high = row.modes["overlap"].interval["recall"]  # type: ignore[attr-defined]
        return float(high - low)

    assert width(apart) > 1.5 * width(alike) > 0
    assert apart.planning is not None and alike.planning is not None
    assert apart.planning.documents_needed > 4 * alike.planning.documents_needed
    assert apart.planning.design_effect is not None and apart.planning.design_effect > 5


def test_one_document_falls_back_and_says_so(m: Callable[..., Mention]) -> None:
    scores = score(*run({"d": 0.9}, m))
    assert scores.interval_method.startswith("Wilson")
    assert scores.labels["DRUG"].modes["overlap"].interval["recall"] == pytest.approx(wilson(18, 20))
    assert scores.labels["DRUG"].planning is not None
    assert "one document" in scores.labels["DRUG"].planning.basis


def test_the_bootstrap_is_seeded_and_contains_the_estimate(m: Callable[..., Mention]) -> None:
    gold, found = run({f"d{k}": k / 10 for k in range(11)}, m)
    assert score(gold, found).to_json() == score(gold, found).to_json()
    assert score(gold, found, seed=1).to_json() != score(gold, found).to_json()
    for measure in score(gold, found).overall.modes.values():
        for name, (low, high) in measure.interval.items():
            assert 0 <= low <= getattr(measure, name) <= high <= 1


def test_resamples_without_a_denominator_are_left_out() -> None:
    top, bottom = np.array([[1.0, 0], [0, 0], [0, 0]]), np.array([[2.0, 0], [0, 0], [0, 0]])
    low, high = percentiles(top, bottom, resample(3, 200, 0))
    assert low[0] == high[0] == 0.5 and np.isnan(low[1])


def test_more_documents_are_needed_for_a_closer_margin() -> None:
    right, gold = np.array([30.0, 20, 38, 31]), np.array([40.0, 40, 40, 40])
    wide, close = documents_needed(right, gold), documents_needed(right, gold, 0.02)
    assert wide is not None and close is not None and close.documents_needed > 5 * wide.documents_needed
    assert documents_needed(np.array([0.0]), np.array([0.0])) is None


def test_randomisation_agrees_with_its_exact_form() -> None:
    rng = np.random.default_rng(0)
    gold = np.full((13, 1), 20.0)
    a, b = (np.hstack([rng.integers(10, 20, (13, 1)), gold, gold]) for _ in range(2))
    b[:12] = np.maximum(b[:12], a[:12])
    b[12] = a[12]
    moved = a[:1] + np.array([0.5, 0, 0])
    exact, _ = randomisation("recall", a, b)
    drawn, _ = randomisation("recall", np.vstack([a, a[:1]]), np.vstack([b, moved]))
    assert drawn == pytest.approx(exact, abs=0.02)


def test_mcnemar_and_randomisation_of_nothing_are_one() -> None:
    same = np.ones((4, 3))
    assert mcnemar(0, 0) == 1 and randomisation("f1", same, same) == (1.0, 1.0)


def test_paired_tests(m: Callable[..., Mention]) -> None:
    gold, better = run({f"d{k}": 0.9 for k in range(8)}, m)
    _, worse = run({f"d{k}": 0.6 for k in range(8)}, m)
    rows = {(c.label, c.metric): c for c in compare(score(gold, worse), score(gold, better))}
    recall = rows["DRUG", "recall"]
    assert recall.b - recall.a == pytest.approx(0.3) and recall.p == pytest.approx(2 / 256)
    assert recall.interval is not None and recall.interval[0] > 0
    assert rows["DRUG", "precision"].p == 1
    one, two = ([x for x in side if x.doc == "d0"] for side in (worse, better))
    single = compare(score(gold[:20], one), score(gold[:20], two))
    assert single[0].test.startswith("McNemar") and single[0].p == mcnemar(0, 6)
    with pytest.raises(GoldpanError, match="no scored document in common"):
        compare(score(gold[:20], one), score(gold[20:40], [x for x in worse if x.doc == "d1"]))
