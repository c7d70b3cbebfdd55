"""How far a score can be trusted: intervals clustered by document, a paired test, and how much more to annotate.

Mentions of one document are not independent: a paper that writes doses oddly does so forty times. So documents, not
mentions, are drawn (cluster bootstrap: Field and Welsh 2007; Davison and Hinkley 1997, §3.8). With few documents such
an interval is still too narrow; it is the honest lower bound on our ignorance that the data allow.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: two-sided 95% of the normal distribution
Z = 1.959963984540054


def ratio(part: float, whole: float) -> float:
    """part / whole, and 0.0 where there is nothing to divide by (as nervaluate has it)."""
    return float(part / whole) if whole else 0.0


def wilson(right: float, of: float) -> tuple[float, float]:
    """The 95% score interval of a proportion (Wilson 1927); ``right`` may be a sum of half points.

    >>> [round(x, 3) for x in wilson(9, 10)]
    [0.596, 0.982]
    >>> wilson(0, 0)
    (0.0, 1.0)
    """
    if not of:
        return 0.0, 1.0
    p = right / of
    middle = (p + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z / (1 + Z * Z / of) * math.sqrt(p * (1 - p) / of + Z * Z / (4 * of * of))
    return max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half))


def resample(documents: int, resamples: int, seed: int) -> Floats:
    """How often each document is drawn in each resample: shape (resamples, documents), rows sum to ``documents``."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(documents, np.full(documents, 1 / documents), size=resamples).astype(np.float64)


def percentiles(numerator: Floats, denominator: Floats, draws: Floats) -> tuple[Floats, Floats]:
    """2.5th and 97.5th percentile of Σnumerator/Σdenominator over resamples, for each column.

    ``numerator`` and ``denominator`` have shape (documents, columns). A resample without a denominator says nothing
    and is left out; a column with none at all gives NaN.
    """
    top, bottom = draws @ numerator, draws @ denominator
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(bottom > 0, top / bottom, np.nan)
    empty = np.isnan(shares).all(axis=0)
    shares[:, empty] = 0.0
    if np.isnan(shares).any():
        low, high = np.nanpercentile(shares, [2.5, 97.5], axis=0)
    else:
        low, high = np.percentile(shares, [2.5, 97.5], axis=0)
    low[empty] = high[empty] = np.nan
    return low, high


@dataclass(frozen=True, slots=True)
class Planning:
    """How many documents more would bring the 95% interval of recall to ±``margin``.

    ``design_effect`` is the variance by documents over the variance if mentions were independent (Kish 1965).
    """

    documents_needed: int
    margin: float
    half_width: float
    design_effect: float | None
    basis: str

    def to_json(self) -> dict[str, Any]:
        return {
            "documents_needed": self.documents_needed, "margin": self.margin,
            "half_width": round(self.half_width, 4),
            "design_effect": None if self.design_effect is None else round(self.design_effect, 2),
            "basis": self.basis,
        }  # fmt: skip


def documents_needed(right: Floats, gold: Floats, margin: float = 0.05) -> Planning | None:
    """From each document's gold mentions found (``right``) and gold mentions; None where there is no gold.

    The variance of the ratio estimator Σright/Σgold is linearised over documents (Cochran 1977, §6); the half-width
    shrinks with the root of their number. One document tells nothing of how documents differ: mentions are then taken
    as independent, which gives too few.

    >>> import numpy as np
    >>> documents_needed(np.array([30.0, 20.0, 38.0]), np.array([40.0, 40.0, 40.0])).documents_needed
    76
    """
    has = gold > 0
    right, gold = right[has], gold[has]
    n, total = len(gold), float(gold.sum())
    if not n:
        return None
    recall = float(right.sum()) / total
    # a perfect score has no variance of its own: the smallest that "one more was missed" would show
    independent = max(recall * (1 - recall), 1 / (total + 2)) / total
    if n == 1:
        half = Z * math.sqrt(independent)
        basis = "one document: mentions taken as independent, so a lower bound"
        effect = None
    else:
        residuals = right - recall * gold
        variance = max(n / (n - 1) * float((residuals**2).sum()) / total**2, independent)
        half, effect = Z * math.sqrt(variance), variance / independent
        basis = f"variance between {n} documents"
    more = max(0, math.ceil(n * (half / margin) ** 2 - 1e-9) - n)
    return Planning(more, margin, half, effect, basis)


def metric(name: str, credit: Any, found: Any, gold: Any) -> Any:
    """Precision, recall or F1 from sums (scalars or arrays); 0 where there is nothing to divide by.

    >>> float(metric("f1", 3.0, 4.0, 6.0))
    0.6
    """
    top, bottom = {
        "precision": (credit, found),
        "recall": (credit, gold),
        "f1": (2.0 * credit, found + gold),
    }[name]
    return np.divide(top, bottom, out=np.zeros_like(np.asarray(top, float)), where=np.asarray(bottom) > 0)


def randomisation(
    name: str, a: Floats, b: Floats, seed: int = 0, rounds: int = 10_000
) -> tuple[float, float]:
    """Two-sided p of an approximate randomisation test by document, and the smallest p it could give.

    ``a`` and ``b`` have shape (documents, 3): credit, found and gold of the two runs. Under the null hypothesis they
    may change places in any document; the statistic is the difference of the metric ``name`` (Noreen 1989; Yeh 2000).
    Exact up to twelve documents that differ.

    >>> import numpy as np
    >>> a = np.array([[1.0, 5, 5], [2, 5, 5], [3, 5, 5]])
    >>> randomisation("recall", a, a + [1, 0, 0])
    (0.25, 0.25)
    """
    moves = np.abs(b - a).max(axis=1) > 1e-12
    if not moves.any():
        return 1.0, 1.0
    delta = (b - a)[moves]
    both = (a + b).sum(axis=0)
    n = len(delta)
    exact = n <= 12
    if exact:
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=n)))
    else:
        signs = np.random.default_rng(seed).integers(0, 2, size=(rounds, n)) * 2.0 - 1.0
    shifted = signs @ delta
    left, right = (both - shifted) / 2, (both + shifted) / 2
    drawn = np.abs(metric(name, *right.T) - metric(name, *left.T))
    observed = abs(float(metric(name, *b.sum(axis=0))) - float(metric(name, *a.sum(axis=0)))) - 1e-9
    hits = int((drawn >= observed).sum())
    return (hits / len(signs), 2 / len(signs)) if exact else ((hits + 1) / (rounds + 1), 1 / (rounds + 1))


def mcnemar(only_a: int, only_b: int) -> float:
    """Two-sided exact p of McNemar's test: gold mentions that only A, or only B, found (McNemar 1947; binomial).

    >>> round(mcnemar(1, 9), 4)
    0.0215
    """
    n = only_a + only_b
    if not n:
        return 1.0
    tail = sum(math.comb(n, k) for k in range(min(only_a, only_b) + 1))
    return float(min(1.0, 2 * tail / 2**n))
