"""Scores of a run against gold: per label and overall, in every mode, with intervals clustered by document."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.reconcile.align import Aligned, align
from pipeline.reconcile.gold import GoldDocument
from pipeline.reconcile.intervals import (
    Floats,
    Planning,
    documents_needed,
    percentiles,
    ratio,
    resample,
    wilson,
)
from pipeline.reconcile.modes import CREDIT, Mode, modes
from pipeline.reconcile.runs import by_document
from pipeline.schema import LABELS, GoldpanError, Mention

OVERALL = "overall"
METRICS = ("precision", "recall", "f1")
RESAMPLES = 2000


@dataclass(slots=True)
class Counts:
    """SemEval's counts of one label in one mode: gold = correct + incorrect + partial + missed, and so for found."""

    correct: int = 0
    incorrect: int = 0
    partial: int = 0
    missed: int = 0
    spurious: int = 0

    def to_json(self) -> dict[str, int]:
        return {
            "correct": self.correct, "incorrect": self.incorrect, "partial": self.partial,
            "missed": self.missed, "spurious": self.spurious,
        }  # fmt: skip


@dataclass(slots=True)
class Measure:
    """Precision, recall and F1 of one label in one mode, each with its 95% interval."""

    precision: float
    recall: float
    f1: float
    interval: dict[str, tuple[float, float]]
    counts: Counts

    def to_json(self) -> dict[str, Any]:
        return {
            **{name: round(getattr(self, name), 6) for name in METRICS},
            "interval": {name: [round(end, 6) for end in self.interval[name]] for name in METRICS},
            "counts": self.counts.to_json(),
        }


@dataclass(slots=True)
class LabelScores:
    """One label (or all): how many mentions gold and run have, and the measure of each mode."""

    gold: int
    found: int
    modes: dict[str, Measure]
    planning: Planning | None

    def to_json(self) -> dict[str, Any]:
        return {
            "gold": self.gold, "found": self.found,
            "modes": {name: measure.to_json() for name, measure in self.modes.items()},
            "planning": None if self.planning is None else self.planning.to_json(),
        }  # fmt: skip


@dataclass(slots=True)
class Scores:
    """The scores of a run. ``tallies[label, mode]`` has shape (documents, 3): credit, found, gold of each document."""

    labels: dict[str, LabelScores]
    overall: LabelScores
    documents: list[str]
    not_in_run: list[str]
    interval_method: str
    aligned: dict[str, Aligned]
    tallies: dict[tuple[str, str], Floats] = field(repr=False, default_factory=dict)

    def get(self, label: str | None) -> LabelScores | None:
        """The scores of a label, or of all where ``label`` is None or ``"overall"``; None where it does not occur."""
        return self.overall if label in (None, OVERALL) else self.labels.get(str(label))

    def to_json(self) -> dict[str, Any]:
        """The contract's layout (``goldpan score --format json``)."""
        return {
            "labels": {label: scores.to_json() for label, scores in self.labels.items()},
            "overall": self.overall.to_json(),
            "documents": self.documents,
            "not_in_run": self.not_in_run,
            "interval_method": self.interval_method,
        }


def gold_documents(mentions: Iterable[Mention]) -> dict[str, GoldDocument]:
    """Gold documents from bare mentions, every label taken as annotated."""
    return {doc: GoldDocument(doc, rows) for doc, rows in by_document(mentions).items()}


def _tally(
    aligned: Mapping[str, Aligned], documents: Sequence[str], judges: Sequence[Mode]
) -> tuple[dict[tuple[str, str], Floats], dict[tuple[str, str], Counts]]:
    """Credit, found and gold of each label and mode by document, and the counts over all documents.

    A pair across labels is a miss of one label and a spurious mention of the other; overall, each mode judges it.
    """
    tallies: dict[tuple[str, str], Floats] = defaultdict(lambda: np.zeros((len(documents), 3)))
    counts: dict[tuple[str, str], Counts] = defaultdict(Counts)
    for row, doc in enumerate(documents):
        result = aligned[doc]
        missed = Counter(m.label for m in result.missed) + Counter(gold.label for gold, _ in result.crossed)
        spurious = Counter(m.label for m in result.spurious) + Counter(
            found.label for _, found in result.crossed
        )
        for mode in judges:
            verdicts = Counter((gold.label, mode.judge(gold, found)) for gold, found in result.pairs)
            tasks = [*((label, verdict, n) for (label, verdict), n in verdicts.items())]
            tasks.extend((OVERALL, verdict, n) for (_, verdict), n in verdicts.items())
            tasks.extend((OVERALL, mode.judge(gold, found), 1) for gold, found in result.crossed)
            for name, verdict, n in tasks:
                tallies[name, mode.name][row] += (CREDIT[verdict] * n, n, n)
                tally = counts[name, mode.name]
                setattr(tally, verdict, getattr(tally, verdict) + n)
            alone = [(label, missed[label], spurious[label]) for label in missed.keys() | spurious.keys()]
            for name, n_gold, n_found in (*alone, (OVERALL, len(result.missed), len(result.spurious))):
                tallies[name, mode.name][row] += (0, n_found, n_gold)
                counts[name, mode.name].missed += n_gold
                counts[name, mode.name].spurious += n_found
    return dict(tallies), dict(counts)


def _intervals(
    tallies: Mapping[tuple[str, str], Floats], draws: Floats | None
) -> dict[tuple[str, str], dict[str, tuple[float, float]]]:
    """95% intervals of every tally: bootstrap over documents where ``draws`` are given, never narrower than Wilson's.

    A bootstrap over a few documents that happen to score alike would say that nothing is unknown.
    """
    keys = list(tallies)
    out: dict[tuple[str, str], dict[str, tuple[float, float]]] = {key: {} for key in keys}
    stacked = np.stack([tallies[key] for key in keys], axis=1) if keys else np.zeros((0, 0, 3))
    credit, found, gold = stacked[..., 0], stacked[..., 1], stacked[..., 2]
    for name, top, bottom in (
        ("precision", credit, found), ("recall", credit, gold), ("f1", 2 * credit, found + gold),
    ):  # fmt: skip
        ends = percentiles(top, bottom, draws) if draws is not None and keys else None
        for column, key in enumerate(keys):
            whole, part = float(bottom[:, column].sum()), float(top[:, column].sum())
            # two mentions a pair: F1 is a proportion of pairs, not of their ends
            size = whole / 2 if name == "f1" else whole
            interval = wilson(part * size / whole if whole else 0.0, size)
            if ends is not None and (bottom[:, column] > 0).sum() >= 2:
                interval = (
                    min(interval[0], float(ends[0][column])),
                    max(interval[1], float(ends[1][column])),
                )
            out[key][name] = interval
    return out


def _method(documents: int, resamples: int, seed: int) -> str:
    if documents < 2:
        return (
            "Wilson score intervals over mentions (fewer than two documents, so not clustered; F1 over pairs)"
        )
    few = "; with fewer than ten documents such intervals are too narrow" if documents < 10 else ""
    return (
        f"percentile cluster bootstrap over {documents} documents ({resamples} resamples, seed {seed}); "
        f"never narrower than the Wilson interval over mentions{few}"
    )


def score(
    gold: Mapping[str, GoldDocument] | Iterable[Mention],
    found: Iterable[Mention],
    *,
    processed: Iterable[str] | None = None,
    convert: bool = False,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Scores:
    """Score found mentions against gold.

    Only documents that have gold are scored, on the labels annotated there. ``processed`` names the documents that the
    run was given; gold of others is left out and listed in ``not_in_run``. Without it every gold document counts,
    and one without a found mention is missed whole. Raises GoldpanError where no document can be scored.

    >>> from pipeline.schema import Mention
    >>> m = lambda start, end: Mention("d", "DRUG", start, end, "", {"name": "lithium"})
    >>> result = score([m(0, 7), m(20, 27)], [m(0, 7), m(19, 27), m(40, 47)])
    >>> overlap = result.labels["DRUG"].modes["overlap"]
    >>> round(overlap.precision, 3), overlap.recall, result.labels["DRUG"].modes["strict"].recall
    (0.667, 1.0, 0.5)
    """
    documents_of = gold if isinstance(gold, Mapping) else gold_documents(gold)
    given = None if processed is None else set(processed)
    documents = sorted(doc for doc in documents_of if given is None or doc in given)
    if not documents:
        have = ", ".join(sorted(documents_of)[:5]) or "none"
        raise GoldpanError(
            f"no document of the run has gold (gold: {have}); give another --gold, or run those documents"
        )
    rows = by_document(found)
    aligned = {
        doc: align(
            documents_of[doc].mentions, (m for m in rows.get(doc, ()) if m.label in documents_of[doc].labels)
        )
        for doc in documents
    }
    tallies, counts = _tally(aligned, documents, modes(convert))
    draws = resample(len(documents), resamples, seed) if len(documents) > 1 else None
    intervals = _intervals(tallies, draws)
    names = [mode.name for mode in modes()]

    def label_scores(label: str) -> LabelScores:
        measures: dict[str, Measure] = {}
        for name in names:
            credit, n_found, n_gold = tallies[label, name].sum(axis=0)
            measures[name] = Measure(
                ratio(credit, n_found), ratio(credit, n_gold), ratio(2 * credit, n_found + n_gold),
                intervals[label, name], counts[label, name],
            )  # fmt: skip
        table = tallies[label, "overlap"]
        return LabelScores(
            int(table[:, 2].sum()),
            int(table[:, 1].sum()),
            measures,
            documents_needed(table[:, 0], table[:, 2]),
        )

    return Scores(
        labels={label: label_scores(label) for label in LABELS if (label, "overlap") in tallies},
        overall=label_scores(OVERALL),
        documents=documents,
        not_in_run=sorted(set(documents_of) - set(documents)),
        interval_method=_method(len(documents), resamples, seed),
        aligned=aligned,
        tallies=tallies,
    )
