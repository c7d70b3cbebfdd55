"""The reviews and the samples against goldpan's own gold: overlap, and the right value, by label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import quality
from benchmarks.processes import ROOT
from benchmarks.texts import settings
from pipeline import corpus
from pipeline.extract import Extractor
from pipeline.reading import read
from pipeline.reconcile import errors, gold
from pipeline.reconcile.score import Measure, Scores, score
from pipeline.schema import Mention

MANIFEST = ROOT / "corpus" / "manifest.csv"


def parts(extractor: Extractor, texts: Sequence[Path]) -> list[quality.Part]:
    """Two parts: the published reviews of the manifest, where their texts are, and the samples beside it."""
    chosen = settings().replace(texts=tuple(texts) or None)
    found = corpus.load([MANIFEST], chosen)
    items = [item for item in found.items if not item.reason]
    samples = [item for item in items if item.path.parent.name == "sample"]
    reviews = [item for item in items if item not in samples]
    out = [_part("samples", extractor, samples)]
    if reviews:
        out.insert(0, _part("five reviews" if len(reviews) == 5 else "reviews", extractor, reviews))
    if found.absent:
        note = f"Reviews: {len(found.absent)} not here; name their folder with --texts or GOLDPAN_TEXTS."
        out.insert(0, quality.Part([], [], note))
    return out


def _part(name: str, extractor: Extractor, items: Iterable[corpus.Item]) -> quality.Part:
    items = list(items)
    documents = [replace(read(item.path), id=item.id) for item in items]
    mentions: list[Mention] = [m for _, found in extractor.extract(documents) for m in found]
    every = gold.read(ROOT / "annotations" / "gold")
    names = {item.id for item in items}
    known = {doc: every[doc] for doc in every if doc in names}
    scores = score(known, mentions, processed=names)
    causes = [
        quality.Cause(name, row.kind, row.cause, row.label, row.count, row.examples)
        for row in errors.causes(errors.errors(scores.aligned))
    ]
    note = (
        f"{name}: {len(known)} documents, overlap; the matchers were made with these and their gold in sight, so this "
        f"says little about other texts; {scores.interval_method}."
    )
    return quality.Part(list(_lines(name, scores)), causes, note)


def _lines(name: str, scores: Scores) -> Iterable[list[str]]:
    for label, row in [*scores.labels.items(), ("all labels", scores.overall)]:
        overlap, value = row.modes["overlap"], row.modes["value"]
        cells = [_cell(overlap, measure) for measure in ("precision", "recall", "f1")]
        yield [name, label, f"{row.gold:,}", *cells, _cell(value, "f1")]


def _cell(measure: Measure, name: str) -> str:
    return quality.interval(getattr(measure, name), measure.interval[name])
