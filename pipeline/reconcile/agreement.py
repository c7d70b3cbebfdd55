"""Agreement between two annotators (or curators) of the same documents, label by label.

F1 treats one annotator as gold for the other; it is symmetric, and is what agreement on spans is usually reported as
where the number of *true negatives* has no meaning (Hripcsak and Rothschild 2005). Cohen's kappa (1960) over
characters is corrected for chance, but leans on those very negatives: most characters of a paper are in no mention,
so a rare label gets a high kappa for the silence both kept; and long spans weigh more than short ones. Read the two
together. (Gamma, Mathet et al. 2015, avoids both weaknesses at the price of a search and random resampling.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.reconcile.align import align
from pipeline.reconcile.gold import GoldDocument, Sources, as_sources
from pipeline.reconcile.intervals import ratio
from pipeline.reconcile.modes import Exact, Mode, Overlap, Value
from pipeline.reconcile.render import columns, markdown, one_line
from pipeline.schema import LABELS, GoldpanError, Mention

OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two annotators on one label: mentions of each, pairwise F1 by overlap, span and value, kappa on characters."""

    label: str
    a: int
    b: int
    overlap: float
    exact: float
    value: float
    kappa: float | None

    def to_json(self) -> dict[str, Any]:
        return {
            "a": self.a, "b": self.b, "overlap": round(self.overlap, 4), "exact": round(self.exact, 4),
            "value": round(self.value, 4), "kappa": None if self.kappa is None else round(self.kappa, 4),
        }  # fmt: skip


def covered(mentions: Iterable[Mention]) -> list[tuple[int, int]]:
    """The stretches that mentions cover, joined where they overlap or touch, in order.

    >>> m = lambda start, end: Mention("d", "DRUG", start, end, "", {})
    >>> covered([m(5, 9), m(0, 3), m(2, 4)])
    [(0, 4), (5, 9)]
    """
    out: list[tuple[int, int]] = []
    for start, end in sorted((m.start, m.end) for m in mentions):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _common(a: Sequence[tuple[int, int]], b: Sequence[tuple[int, int]]) -> int:
    """Characters that two sorted lists of stretches share."""
    i = j = total = 0
    while i < len(a) and j < len(b):
        total += max(0, min(a[i][1], b[j][1]) - max(a[i][0], b[j][0]))
        if a[i][1] <= b[j][1]:
            i += 1
        else:
            j += 1
    return total


def kappa(both: int, only_a: int, only_b: int, neither: int) -> float | None:
    """Cohen's kappa of two yes-or-no judgements; None where it is not defined (nothing, or everything, marked by both).

    >>> round(kappa(20, 5, 10, 15), 3)
    0.4
    """
    n = both + only_a + only_b + neither
    if not n:
        return None
    observed = (both + neither) / n
    yes_a, yes_b = (both + only_a) / n, (both + only_b) / n
    expected = yes_a * yes_b + (1 - yes_a) * (1 - yes_b)
    return None if expected == 1 else (observed - expected) / (1 - expected)


def agree(
    a: Mapping[str, GoldDocument], b: Mapping[str, GoldDocument], sources: Sources | None = None
) -> tuple[dict[str, Agreement], list[str]]:
    """Agreement by label, and overall, on the documents that both annotated; the documents' names.

    ``sources`` give the documents' lengths for kappa; a document whose text is not at hand is taken to end with
    its last mention. Overall kappa is that of *marked with this label or not* over all labels' characters.
    Raises GoldpanError where the two share no document, or made theirs on different texts.
    """
    documents = sorted(a.keys() & b.keys())
    if not documents:
        raise GoldpanError(
            "the two annotators share no document; give two folders with gold of the same documents"
        )
    look = as_sources(sources)
    modes: tuple[Mode, ...] = (Overlap(), Exact(), Value())
    hits: dict[str, list[int]] = {label: [0, 0, 0] for label in LABELS}
    sizes: dict[str, list[int]] = {label: [0, 0] for label in LABELS}
    marks: dict[str, list[int]] = {label: [0, 0, 0, 0] for label in LABELS}
    for doc in documents:
        if a[doc].sha256 and b[doc].sha256 and a[doc].sha256 != b[doc].sha256:
            raise GoldpanError(
                f"{doc}: the two annotated different texts of it (their sha256 differ); use one text"
            )
        labels = [label for label in LABELS if label in a[doc].labels and label in b[doc].labels]
        ours = [m for m in a[doc].mentions if m.label in labels]
        theirs = [m for m in b[doc].mentions if m.label in labels]
        for gold, found in align(ours, theirs).pairs:
            for k, mode in enumerate(modes):
                hits[gold.label][k] += mode.judge(gold, found) == "correct"
        source = look(doc)
        length = len(source.text) if source else max((m.end for m in [*ours, *theirs]), default=0)
        for label in labels:
            left, right = [m for m in ours if m.label == label], [m for m in theirs if m.label == label]
            sizes[label][0] += len(left)
            sizes[label][1] += len(right)
            spans, others = covered(left), covered(right)
            both = _common(spans, others)
            only_a, only_b = (sum(end - start for start, end in x) - both for x in (spans, others))
            for k, count in enumerate((both, only_a, only_b, length - both - only_a - only_b)):
                marks[label][k] += count
    used = [label for label in LABELS if any(sizes[label])]
    table: dict[str, Agreement] = {}
    for name, members in [*((label, [label]) for label in used), (OVERALL, used)]:
        n_a, n_b = (sum(sizes[label][side] for label in members) for side in (0, 1))
        right_ones = [ratio(2 * sum(hits[label][k] for label in members), n_a + n_b) for k in range(3)]
        cells = [sum(marks[label][k] for label in members) for k in range(4)]
        overlap, exact, value = right_ones
        table[name] = Agreement(name, n_a, n_b, overlap, exact, value, kappa(*cells))
    return table, documents


def render(table: Mapping[str, Agreement], documents: Sequence[str], *, as_markdown: bool = False) -> str:
    """The agreement as a terminal table, or as Markdown for annotations/AGREEMENT.md."""
    head = ["label", "A", "B", "F1 overlap", "F1 exact", "F1 value", "kappa"]
    rows = [
        [row.label, str(row.a), str(row.b), f"{row.overlap:.3f}", f"{row.exact:.3f}", f"{row.value:.3f}",
         "–" if row.kappa is None else f"{row.kappa:.3f}"]
        for row in table.values()
    ]  # fmt: skip
    body = (markdown if as_markdown else columns)(head, rows, right=range(1, 7))
    named = ", ".join(one_line(doc, 40) for doc in documents)
    note = (
        f"{len(documents)} document{'s' if len(documents) != 1 else ''}: {named}. F1 takes one annotator as gold for "
        "the other. Kappa is Cohen's, over characters in a mention of the label or not: corrected for chance, but "
        "raised by the many characters that neither marked, and weighted towards long mentions."
    )
    return f"{body}\n\n{note}"
