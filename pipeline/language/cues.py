"""Cues: words that say what a sentence is about (people, trials, animals, mechanisms …), as rows of cues.tsv.

The pass that finds the lexicons' phrases (`lookup`) finds every cue of a text; sentences and paragraphs are then
weighed by bisection, only where a matcher asks. The weights are set by hand and checked on development texts; a row
can be added by anybody.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping

from spacy.tokens import Doc

from pipeline.language.common import text_of
from pipeline.language.lookup import Cue, found_in


class Cues:
    """The cues of a text, kind by kind in order, for bisection by character.

    >>> import spacy
    >>> doc = spacy.blank("en")("Patients improved. In mice, it blocked the receptor.")
    >>> cues = cues_of(doc)
    >>> cues.has("animal", 0, 18), cues.has("animal", 19, 52), cues.weight("human", 0, 18)
    (False, True, 1.0)
    """

    def __init__(self, found: Mapping[str, list[Cue]]) -> None:
        self._cues = found
        self._ends: dict[str, list[int]] = {}

    def between(self, kind: str, start: int, end: int) -> list[Cue]:
        """The cues of a kind that lie in [start, end), in order of their end."""
        cues = self._cues.get(kind)
        if cues is None:
            return []
        ends = self._ends.get(kind)
        if ends is None:
            ends = self._ends[kind] = [cue[1] for cue in cues]
        low = bisect_right(ends, start)
        high = bisect_right(ends, end, low)
        return [cue for cue in cues[low:high] if cue[0] >= start] if high > low else []

    def every(self, kind: str) -> list[Cue]:
        """All cues of a kind, in order."""
        return self._cues.get(kind, [])

    def has(self, kind: str, start: int, end: int) -> bool:
        return bool(self.between(kind, start, end))

    def weight(self, kind: str, start: int, end: int, most: float = 1e9) -> float:
        """Sum of the weights of a kind's cues in [start, end), up to ``most``."""
        return min(most, sum(cue[2] for cue in self.between(kind, start, end)))


def cues_of(doc: Doc, group: str = "about") -> Cues:
    """The cues of a doc, found once: those of a group of tables (`lookup.CUES`)."""
    key = f"goldpan.cues.{group}"
    found: Cues | None = doc.user_data.get(key)
    if found is None:
        found = doc.user_data[key] = Cues(found_in(doc).cues[group])
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
