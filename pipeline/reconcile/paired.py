"""Is one run better than another? Paired tests on the documents that both were scored on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.reconcile.align import Aligned
from pipeline.reconcile.intervals import mcnemar, metric, randomisation, resample
from pipeline.reconcile.score import METRICS, OVERALL, RESAMPLES, Scores
from pipeline.schema import LABELS, GoldpanError


@dataclass(frozen=True, slots=True)
class Comparison:
    """Run B against run A in one metric: both values, the difference B − A with its 95% interval, and a p value."""

    label: str
    mode: str
    metric: str
    a: float
    b: float
    interval: tuple[float, float] | None
    p: float
    least_p: float
    test: str

    def to_json(self) -> dict[str, Any]:
        return {
            "label": self.label, "mode": self.mode, "metric": self.metric, "a": round(self.a, 6), "b": round(self.b, 6),
            "difference": round(self.b - self.a, 6),
            "interval": None if self.interval is None else [round(end, 6) for end in self.interval],
            "p": round(self.p, 6), "least_p": round(self.least_p, 6), "test": self.test,
        }  # fmt: skip


def _discordant(a: Aligned, b: Aligned, label: str) -> tuple[int, int]:
    """Gold mentions of a label (or all) that only A found, and only B."""

    def hits(result: Aligned) -> set[tuple[str, int, int]]:
        return {(g.label, g.start, g.end) for g, _ in result.pairs if label in (OVERALL, g.label)}

    ours, theirs = hits(a), hits(b)
    return len(ours - theirs), len(theirs - ours)


def compare(
    a: Scores, b: Scores, mode: str = "overlap", resamples: int = RESAMPLES, seed: int = 0
) -> list[Comparison]:
    """Paired tests between two runs on the documents that both were scored on, per label and overall.

    Several documents: approximate randomisation by document, and a paired cluster bootstrap for the interval of the
    difference. One document: McNemar's exact test on its gold mentions, for recall alone (``overlap``).
    Raises GoldpanError where the two have no document in common.
    """
    documents = [doc for doc in a.documents if doc in set(b.documents)]
    if not documents:
        raise GoldpanError(
            "the two runs have no scored document in common; compare runs on the same documents"
        )
    rows_a = [a.documents.index(doc) for doc in documents]
    rows_b = [b.documents.index(doc) for doc in documents]
    out: list[Comparison] = []
    for label in [*(label for label in LABELS if label in a.labels or label in b.labels), OVERALL]:
        empty = np.zeros((len(documents), 3))
        ours = a.tallies[label, mode][rows_a] if (label, mode) in a.tallies else empty
        theirs = b.tallies[label, mode][rows_b] if (label, mode) in b.tallies else empty
        if len(documents) == 1:
            only_a, only_b = _discordant(a.aligned[documents[0]], b.aligned[documents[0]], label)
            left, right = (float(metric("recall", *x.sum(axis=0))) for x in (ours, theirs))
            test = f"McNemar, exact ({only_a} found by A alone, {only_b} by B alone)"
            least = mcnemar(0, only_a + only_b)
            out.append(
                Comparison(
                    label, "overlap", "recall", left, right, None, mcnemar(only_a, only_b), least, test
                )
            )
            continue
        draws = resample(len(documents), resamples, seed)
        for name in METRICS:
            left, right = (float(metric(name, *x.sum(axis=0))) for x in (ours, theirs))
            moved = metric(name, *(draws @ theirs).T) - metric(name, *(draws @ ours).T)
            low, high = np.percentile(moved, [2.5, 97.5])
            p, least = randomisation(name, ours, theirs, seed)
            test = f"approximate randomisation by document ({len(documents)} documents)"
            out.append(Comparison(label, mode, name, left, right, (float(low), float(high)), p, least, test))
    return out
