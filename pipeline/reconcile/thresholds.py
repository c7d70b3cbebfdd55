"""Thresholds for continuous integration: ``recall=0.9``, ``DOSE.recall=0.9``, ``DOSE.value.f1=0.8``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.reconcile.modes import NAMES
from pipeline.reconcile.score import METRICS, OVERALL, Scores
from pipeline.schema import LABELS, GoldpanError


@dataclass(frozen=True, slots=True)
class Threshold:
    """The least that a metric of a label in a mode may be."""

    text: str
    label: str
    mode: str
    metric: str
    least: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A threshold against a run. ``value`` is None where gold holds no such label."""

    threshold: Threshold
    value: float | None

    @property
    def met(self) -> bool:
        return self.value is not None and self.value >= self.threshold.least - 1e-12

    def __str__(self) -> str:
        t = self.threshold
        name = f"{t.label} {t.metric} ({t.mode})"
        if self.value is None:
            return f"{name}: gold holds no {t.label}, so {t.text} cannot be checked"
        return f"{name} is {self.value:.4f}, {'at least' if self.met else 'below'} {t.least:g}"


def parse(text: str, mode: str = "overlap") -> Threshold:
    """A threshold from the command line: ``[LABEL.][MODE.]METRIC=NUMBER``. Raises GoldpanError.

    >>> parse("DOSE.value.recall=0.9")
    Threshold(text='DOSE.value.recall=0.9', label='DOSE', mode='value', metric='recall', least=0.9)
    """
    name, _, number = text.partition("=")
    label, metric = OVERALL, ""
    try:
        least = float(number)
    except ValueError:
        least = -1.0
    *front, metric = name.strip().split(".")
    for part in front:
        if part in LABELS or part == OVERALL:
            label = part
        elif part in NAMES:
            mode = part
        else:
            metric = ""
    if metric not in METRICS or not 0 <= least <= 1:
        raise GoldpanError(
            f"--fail-under {text}: not a threshold; write [LABEL.][MODE.]METRIC=NUMBER with METRIC "
            f"{', '.join(METRICS)} and NUMBER from 0 to 1, as in DOSE.recall=0.9"
        )
    return Threshold(text, label, mode, metric, least)


def judge(scores: Scores, thresholds: Iterable[Threshold]) -> list[Verdict]:
    """Each threshold against the scores; a label that gold does not hold cannot meet one."""
    out: list[Verdict] = []
    for threshold in thresholds:
        row = scores.get(threshold.label)
        has = row is not None and (row.gold > 0 or (threshold.metric == "precision" and row.found > 0))
        out.append(
            Verdict(threshold, getattr(row.modes[threshold.mode], threshold.metric) if row and has else None)
        )
    return out
