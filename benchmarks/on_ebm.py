"""EBM-NLP as lines of the quality table: outcomes that touch its outcomes, drugs that touch its interventions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks import ebm, quality
from benchmarks.intervals import tallied
from pipeline.extract import Extractor
from pipeline.reading.text import build
from pipeline.reconcile.errors import NONE
from pipeline.schema import Mention

NAME = "EBM-NLP"
#: label → kind of EBM-NLP, what the table calls it, and whether the corpus asks for all of its kind: its interventions
#: are also surgery, exercise and groups
KINDS = {"OUTCOME": ("OC", "outcomes", True), "DRUG": ("INTV", "drugs", False)}
Span = tuple[int, int]


def part(extractor: Extractor, folder: Path) -> quality.Part:
    """Score the abstracts of a folder, read as any text is."""
    abstracts = ebm.read(folder)
    found = [mentions for _, mentions in extractor.extract(build(a.text, a.id) for a in abstracts)]
    lines, causes = [], Counter[tuple[str, str, str]]()
    examples: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for label, (kind, what, all_of_them) in KINDS.items():
        counts = []
        for abstract, mentions in zip(abstracts, found, strict=True):
            gold, ours = abstract.spans.get(kind, []), [m for m in mentions if m.label == label]
            counts.append(touched(gold, [(m.start, m.end) for m in ours]))
            for key, example in _errors(abstract, gold, ours, label, all_of_them):
                causes[key] += 1
                examples[key].append(example)
        table = np.array(counts, float)
        if all_of_them:
            lines.append(
                quality.line(NAME, f"{what} of theirs, touched", tallied(table[:, [0, 1, 1]]), ["recall"])
            )
        lines.append(
            quality.line(NAME, f"{what} of ours that touch", tallied(table[:, [2, 3, 3]]), ["precision"])
        )
    rows = [
        quality.Cause(NAME, kind, cause, label, count, tuple(examples[kind, cause, label][:3]))
        for (kind, cause, label), count in causes.items()
    ]
    note = (
        f"{NAME}: {len(abstracts)} abstracts of trials in cardiovascular disease, diabetes and cancer. Its annotators "
        "marked by other rules (measures and times inside a span, bare *efficacy* and *safety*, interventions of any "
        "kind), so what touches a span of theirs counts, and the figures say how the finders move, not how good they "
        "are; parts were in sight; intervals by bootstrap over abstracts, never narrower than Wilson's."
    )
    return quality.Part(lines, rows, note)


def touched(gold: list[Span], found: list[Span]) -> tuple[int, int, int, int]:
    """(gold spans touched, gold spans, found spans that touch, found spans) of one abstract.

    >>> touched([(0, 4), (10, 20), (30, 40)], [(2, 6), (12, 14), (15, 18), (50, 51)])
    (2, 3, 3, 4)
    """

    def meeting(these: list[Span], those: list[Span]) -> int:
        return sum(any(a < d and c < b for c, d in those) for a, b in these)

    return meeting(gold, found), len(gold), meeting(found, gold), len(found)


def _errors(
    abstract: ebm.Abstract, gold: list[Span], found: list[Mention], label: str, missed: bool
) -> Iterator[tuple[tuple[str, str, str], str]]:
    for mention in found:
        if not any(a < mention.end and mention.start < b for a, b in gold):
            yield ("spurious", mention.why.partition(":")[0] or NONE, label), mention.text
    for a, b in gold if missed else ():
        if not any(m.start < b and a < m.end for m in found):
            yield ("missed", NONE, label), abstract.text[a:b]
