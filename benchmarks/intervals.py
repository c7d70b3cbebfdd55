"""Precision, recall and F1 from tallies by abstract or sentence, with bootstrap intervals over these."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.reconcile.intervals import Floats, percentiles, ratio, resample, wilson

RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Tallied:
    """Scores of one thing: how many there are in gold, how many were found, and the three measures."""

    gold: int
    found: int
    precision: float
    recall: float
    f1: float
    interval: dict[str, tuple[float, float]]


def tallied(table: Floats, seed: int = 0) -> Tallied:
    """Scores from a table of shape (texts, 3): hits, found and gold of each text.

    Intervals are 2.5th and 97.5th percentiles of resamples of the texts, and never narrower than Wilson's over
    mentions: a perfect score would otherwise be taken for a certain one.

    >>> import numpy as np
    >>> scores = tallied(np.array([[1.0, 1, 2], [1, 2, 1]]))
    >>> round(scores.precision, 3), round(scores.recall, 3), scores.gold
    (0.667, 0.667, 3)
    """
    hits, found, gold = table.sum(axis=0)
    tops = np.stack([table[:, 0], table[:, 0], 2 * table[:, 0]], axis=1)
    bottoms = np.stack([table[:, 1], table[:, 2], table[:, 1] + table[:, 2]], axis=1)
    sizes = (found, gold, (found + gold) / 2)
    shares = (ratio(hits, found), ratio(hits, gold), ratio(2 * hits, found + gold))
    low, high = np.full(3, np.nan), np.full(3, np.nan)
    if len(table) > 1:
        low, high = percentiles(tops, bottoms, resample(len(table), RESAMPLES, seed))
    ends = {}
    for i, name in enumerate(("precision", "recall", "f1")):
        wide = wilson(shares[i] * sizes[i], sizes[i])
        ends[name] = wide if np.isnan(low[i]) else (min(wide[0], float(low[i])), max(wide[1], float(high[i])))
    return Tallied(int(gold), int(found), *shares, ends)
