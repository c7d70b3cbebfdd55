"""The reviews and the samples against goldpan's own gold: overlap, and the right value, by label."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import quality
from benchmarks.processes import ROOT
from benchmarks.texts import settings
from pipeline import corpus
from pipeline.extract import Extractor
from pipeline.reading import read
from pipeline.reconcile import errors, gold
from pipeline.reconcile.score import Measure, Scores, score
from pipeline.reconcile.score_studies import score_studies
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
    mentions: list[Mention] = []
    studies: dict[str, list[dict[str, Any]]] = {}
    for document, found, records in extractor.evidence(documents):
        mentions += found
        studies[document.id] = [study.to_json() for study in records]
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
    return quality.Part([*_lines(name, scores), *_studies(name, studies)], causes, note)


def _studies(name: str, found: Mapping[str, list[dict[str, Any]]]) -> Iterable[list[str]]:
    """Study records against those of gold, field by field; fields are those of studies matched by reference."""
    folder = ROOT / "annotations" / "gold" / "studies"
    files = {doc: folder / f"{doc}.json" for doc in found}
    known = {
        doc: json.loads(path.read_text(encoding="utf-8")) for doc, path in files.items() if path.is_file()
    }
    for field, row in score_studies(known, found).fields.items():
        tally = row.to_json()
        cells = [
            quality.interval(tally[measure], tally["interval"][measure])
            for measure in ("precision", "recall")
        ]
        yield [name, f"studies: {field}", f"{row.gold:,}", *cells, f"{tally['f1']:.3f}", ""]


def _lines(name: str, scores: Scores) -> Iterable[list[str]]:
    for label, row in [*scores.labels.items(), ("all labels", scores.overall)]:
        overlap, value = row.modes["overlap"], row.modes["value"]
        cells = [_cell(overlap, measure) for measure in ("precision", "recall", "f1")]
        yield [name, label, f"{row.gold:,}", *cells, _cell(value, "f1")]


def _cell(measure: Measure, name: str) -> str:
    return quality.interval(getattr(measure, name), measure.interval[name])
