"""Cues: words that say what a sentence is about (people, trials, animals, mechanisms …), as rows of cues.tsv.

One pass of one automaton finds every cue of a text; sentences and paragraphs are then weighed by bisection, only
where a matcher asks. The weights are set by hand and checked on development texts; a row can be added by anybody.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache

import ahocorasick
from spacy.tokens import Doc

from pipeline.language.common import text_of
from pipeline.language.lexicon import fold, rows, split
from pipeline.language.lookup import folded_of

#: a cue found: where it starts and ends, what kind it is, and its weight
Cue = tuple[int, int, str, float]


@cache
def _machine(*tables: str) -> ahocorasick.Automaton:
    forms: dict[str, list[tuple[str, float]]] = {}
    for row in (row for table in tables for row in rows(table)):
        kind = row.get("kind") or row["role"]
        for form in [row["form"], *split(row["variants"])]:
            kinds = forms.setdefault(fold(form), [])
            if kind not in [known for known, _ in kinds]:
                kinds.append((kind, float(row.get("weight") or 1)))
    machine = ahocorasick.Automaton()
    for form, kinds in forms.items():
        machine.add_word(form, (len(form), tuple(kinds)))
    machine.make_automaton()
    return machine


class Cues:
    """The cues of a text, kind by kind in order, for bisection by character.

    >>> import spacy
    >>> doc = spacy.blank("en")("Patients improved. In mice, it blocked the receptor.")
    >>> cues = cues_of(doc)
    >>> cues.has("animal", 0, 18), cues.has("animal", 19, 52), cues.weight("human", 0, 18)
    (False, True, 1.0)
    """

    def __init__(self, folded: str, *tables: str) -> None:
        self._cues: dict[str, list[Cue]] = {}
        self._ends: dict[str, list[int]] = {}
        last = len(folded)
        for at, (length, kinds) in _machine(*tables).iter(folded):
            end = at + 1
            start = end - length
            if (end < last and folded[end].isalnum() and folded[at].isalnum()) or (
                start and folded[start - 1].isalnum() and folded[start].isalnum()
            ):
                continue
            for kind, weight in kinds:
                if kind in self._cues:
                    self._cues[kind].append((start, end, kind, weight))
                    self._ends[kind].append(end)
                else:
                    self._cues[kind], self._ends[kind] = [(start, end, kind, weight)], [end]

    def between(self, kind: str, start: int, end: int) -> list[Cue]:
        """The cues of a kind that lie in [start, end), in order of their end."""
        ends = self._ends.get(kind)
        if ends is None:
            return []
        low = bisect_right(ends, start)
        high = bisect_right(ends, end, low)
        return [cue for cue in self._cues[kind][low:high] if cue[0] >= start] if high > low else []

    def every(self, kind: str) -> list[Cue]:
        """All cues of a kind, in order."""
        return self._cues.get(kind, [])

    def has(self, kind: str, start: int, end: int) -> bool:
        return bool(self.between(kind, start, end))

    def weight(self, kind: str, start: int, end: int, most: float = 1e9) -> float:
        """Sum of the weights of a kind's cues in [start, end), up to ``most``."""
        return min(most, sum(cue[3] for cue in self.between(kind, start, end)))


def cues_of(doc: Doc) -> Cues:
    """The cues of a doc, found once: those of cues.tsv, context.tsv and outcomes_heads.tsv."""
    found = doc.user_data.get("goldpan.cues")
    if found is None:
        found = doc.user_data["goldpan.cues"] = Cues(
            folded_of(doc), "cues.tsv", "context.tsv", "outcomes_heads.tsv"
        )
    return found


class Paragraphs:
    """Paragraph bounds by character: what stands between empty lines."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        at = text.find("\n\n")
        while at >= 0:
            self._starts.append(at + 2)
            at = text.find("\n\n", at + 2)
        self._starts.append(len(text) + 1)

    def around(self, offset: int) -> tuple[int, int]:
        """Start and end of the paragraph that holds a character."""
        i = bisect_right(self._starts, offset) - 1
        return self._starts[i], self._starts[i + 1]


def paragraphs_of(doc: Doc) -> Paragraphs:
    """The paragraphs of a doc, found once."""
    found = doc.user_data.get("goldpan.paragraphs")
    if found is None:
        found = doc.user_data["goldpan.paragraphs"] = Paragraphs(text_of(doc))
    return found


__all__ = ["Cue", "Cues", "Paragraphs", "cues_of", "paragraphs_of", "text_of"]
