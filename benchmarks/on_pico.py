"""PICO-Corpus as lines of the quality table: benchmarks/pico.py abstract by abstract, so that intervals can be made."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from spacy.tokens import Doc

from benchmarks import pico, quality
from benchmarks.intervals import tallied
from pipeline.evidence.studies import study_of
from pipeline.extract import Extractor
from pipeline.language.common import document_of, everything
from pipeline.reading.text import build
from pipeline.reconcile.errors import NONE
from pipeline.reconcile.intervals import Floats
from pipeline.schema import Found, Reference, ResultValue, SampleSizeValue

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
    found, groups = [], []
    for abstract, doc in zip(abstracts, extractor.docs(documents), strict=True):
        found.append(_in_source(doc))
        groups.append(_groups(abstract, doc))
    scores = [_score(abstract, mentions) for abstract, mentions in zip(abstracts, found, strict=True)]
    causes: Counter[tuple[str, str, str]] = Counter()
    examples: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    read = [is_read(abstract) for abstract in abstracts]
    for abstract, mentions in zip(abstracts, found, strict=True):
        for key, example in _errors(abstract, mentions) if is_read(abstract) else ():
            causes[key] += 1
            examples[key].append(example)
    rows = [
        quality.Cause(NAME, kind, cause, label, count, tuple(examples[kind, cause, label][:3]))
        for (kind, cause, label), count in causes.items()
    ]
    note = (
        f"{NAME}: {len(abstracts)} abstracts of breast cancer trials, all of them (parts of it were in sight when the "
        "matchers were made); intervals by bootstrap over abstracts, never narrower than Wilson's. Precision is left "
        "out where the corpus annotates only what belongs to the two arms compared. Since November 2026 errors are "
        f"read and listed of the half whose checksum is even ({sum(read)} abstracts) only, so that the other half "
        "tells how far the rules carry. Analysed subsets and denominators are arms by our guidelines, not by the "
        "corpus's."
    )
    lines = _lines(scores, NAME)
    lines.append(
        quality.line(NAME, "arm sizes of the study record, by value", tallied(np.array(groups, float)))
    )
    for name, wanted in ((f"{NAME}, half read", True), (f"{NAME}, other half", False)):
        half = [score for score, mine in zip(scores, read, strict=True) if mine == wanted]
        lines += _lines(half, name, ("total", "arm", "arm, values", "event", "mean")) if half else []
    return quality.Part(lines, rows, note)


def is_read(abstract: pico.Abstract) -> bool:
    """Whether an abstract is of the half whose errors are read: by the checksum of its name, an even first byte."""
    return hashlib.sha1(abstract.id.encode(), usedforsecurity=False).digest()[0] % 2 == 0


def _groups(abstract: pico.Abstract, doc: Doc) -> tuple[int, int, int]:
    """Hits, found and annotated of the group sizes in the study record of an abstract, each number once."""
    title = abstract.text.split(". ")[0]
    study = study_of(doc, Reference(abstract.id, abstract.text, 0, 0, title=title))
    found = {arm.n for arm in study.arms if arm.n is not None} if study is not None else set()
    gold = {int(item.value) for item in abstract.gold if item.kind == "arm"}
    return len(found & gold), len(found), len(gold)


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


def _lines(scores: Sequence[pico.Scores], texts: str, kinds: Sequence[str] = tuple(KINDS)) -> list[list[str]]:
    def table(hits: str, found: str) -> Floats:
        return np.array([[getattr(s, hits), getattr(s, found), s.stated] for s in scores], float)

    # an abstract that states no total is not asked for one
    covered = np.array([[s.covered, s.covered, s.stated] for s in scores], float)
    lines = [
        quality.line(texts, "total per abstract, exact", tallied(table("exact", "covered"))),
        quality.line(texts, "total per abstract, coverage", tallied(covered), only=("recall",)),
    ]
    for kind in kinds:
        name, whole = KINDS[kind]
        counts = np.array([_tally(s.tallies[kind]) for s in scores], float)
        only = ("precision", "recall", "f1") if whole else ("recall",)
        lines.append(quality.line(texts, name, tallied(counts), only))
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
