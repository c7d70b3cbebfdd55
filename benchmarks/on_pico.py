"""PICO-Corpus as lines of the quality table: benchmarks/pico.py abstract by abstract, so that intervals can be made."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from spacy.tokens import Doc

from benchmarks import pico, quality
from benchmarks.intervals import tallied
from pipeline.extract import Extractor
from pipeline.language.common import document_of, everything
from pipeline.reading.text import build
from pipeline.reconcile.errors import NONE
from pipeline.reconcile.intervals import Floats
from pipeline.schema import Found, ResultValue, SampleSizeValue

NAME = "PICO-Corpus"
#: kind of pico.py → what the table calls it, and whether the corpus annotates all of them, so that precision counts
KINDS = {
    "total": ("totals, overlap", True),
    "arm": ("arm sizes, overlap", True),
    "arm, values": ("arm sizes, by value", True),
    "event": ("event counts of the two arms", False),
    "participants": ("totals, arm sizes and events in any role", False),
    "percent": ("percentages of the two arms", False),
    "mean": ("means of the two arms", False),
    "median": ("medians of the two arms", False),
    "sd": ("standard deviations of the two arms", False),
}
#: kinds that pico.py counts as found where any result is
STATISTICS = frozenset({"mean", "median", "sd"})


def part(extractor: Extractor, folder: Path) -> quality.Part:
    """Score the abstracts of a folder, read as any text is."""
    abstracts = pico.read(folder)
    documents = (build(abstract.text, abstract.id) for abstract in abstracts)
    found = [_in_source(doc) for doc in extractor.docs(documents)]
    scores = [_score(abstract, mentions) for abstract, mentions in zip(abstracts, found, strict=True)]
    causes: Counter[tuple[str, str, str]] = Counter()
    examples: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for abstract, mentions in zip(abstracts, found, strict=True):
        for key, example in _errors(abstract, mentions):
            causes[key] += 1
            examples[key].append(example)
    rows = [
        quality.Cause(NAME, kind, cause, label, count, tuple(examples[kind, cause, label][:3]))
        for (kind, cause, label), count in causes.items()
    ]
    note = (
        f"{NAME}: {len(abstracts)} abstracts of breast cancer trials, all of them (parts of it were in sight when the "
        "matchers were made); intervals by bootstrap over abstracts, never narrower than Wilson's. Precision is left "
        "out where the corpus annotates only what belongs to the two arms compared."
    )
    return quality.Part(_lines(scores), rows, note)


def _score(abstract: pico.Abstract, mentions: list[Found]) -> pico.Scores:
    return pico.score([abstract], lambda _text: mentions)


def _in_source(doc: Doc) -> list[Found]:
    """A doc's mentions in order, their offsets in the source text, as the corpus counts."""
    document = document_of(doc)
    assert document is not None
    placed = []
    for found in everything(doc):
        mention = document.mention(found)
        if mention is not None:
            placed.append(replace(found, start=mention.start, end=mention.end))
    return sorted(placed, key=lambda f: (f.start, f.end))


def _lines(scores: Sequence[pico.Scores]) -> list[list[str]]:
    def table(hits: str, found: str) -> Floats:
        return np.array([[getattr(s, hits), getattr(s, found), s.stated] for s in scores], float)

    # an abstract that states no total is not asked for one
    covered = np.array([[s.covered, s.covered, s.stated] for s in scores], float)
    lines = [
        quality.line(NAME, "total per abstract, exact", tallied(table("exact", "covered"))),
        quality.line(NAME, "total per abstract, coverage", tallied(covered), only=("recall",)),
    ]
    for kind, (name, whole) in KINDS.items():
        counts = np.array([_tally(s.tallies[kind]) for s in scores], float)
        only = ("precision", "recall", "f1") if whole else ("recall",)
        lines.append(quality.line(NAME, name, tallied(counts), only))
    return lines


def _tally(tally: pico.Tally) -> tuple[int, int, int]:
    return tally.hits, tally.found, tally.gold


def _errors(abstract: pico.Abstract, mentions: list[Found]) -> Iterator[tuple[tuple[str, str, str], str]]:
    """(kind, cause, label) and an example of each annotated number that is missed or has another role.

    The cause of a miss is the rule of whatever mention lies there, ``(none)`` where nothing does. A total or an arm
    size is wrong where nothing annotated lies under it.
    """
    for item in abstract.gold:
        over = [f for f in mentions if f.start < item.end and item.start < f.end]
        if not any(_is(f, item.kind) for f in over):
            first = next(iter(over), None)
            kind = "missed" if first is None else f"found as {_kind(first)}"
            yield (
                (kind, first.why if first else NONE, item.kind),
                _around(abstract.text, item.start, item.end),
            )
    for mention in mentions:
        kind = _kind(mention)
        over_gold = any(item.start < mention.end and mention.start < item.end for item in abstract.gold)
        if kind in ("total", "arm") and not over_gold:
            example = _around(abstract.text, mention.start, mention.end)
            yield ("spurious", mention.why, kind), example


def _is(found: Found, kind: str) -> bool:
    return isinstance(found.value, ResultValue) if kind in STATISTICS else _kind(found) == kind


def _kind(found: Found) -> str:
    """A mention in the words of the corpus, as far as they go; else its label."""
    if isinstance(found.value, SampleSizeValue):
        return found.value.role
    if isinstance(found.value, ResultValue):
        return found.value.kind
    return found.label


def _around(text: str, start: int, end: int) -> str:
    """A number with the words next to it."""
    return " ".join(text[max(0, start - 15) : end + 15].split())
