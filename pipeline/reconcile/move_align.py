"""Which word of one rendering of an article is which word of another: anchors first, then what lies between them.

Word n-grams that stand once in each text are anchors (as lines are in patience diff, Cohen 2005). They need no common
order, so that a table or caption that one rendering puts elsewhere is followed; where two of them claim one word,
neither has it. Between two anchors that keep their order the rest is matched by difflib (Ratcliff and Obershelp 1988).
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"[^\W\d_]+|\d+")
#: Lengths of n-grams that anchor by themselves, longest first; five words that stand once are no coincidence.
_LEVELS = (8, 5)
#: Words that repeat between two anchors at one distance are theirs, up to this many.
_REPEATED = 200
#: A gap longer than this between two anchors is another text, not the same one with changes.
_WIDEST_GAP = 400


@dataclass(slots=True)
class Words:
    """The words of a text, folded, with their places; numbers and letters are words of their own."""

    folded: list[str]
    starts: array[int]
    ends: array[int]

    @classmethod
    def of(cls, text: str) -> Words:
        """Cut a text into words.

        >>> Words.of("HDRS17 fell, 0.5 mg").folded
        ['hdrs', '17', 'fell', '0', '5', 'mg']
        """
        found = list(_WORD.finditer(text))
        starts, ends = (m.start() for m in found), (m.end() for m in found)
        return cls([fold(m[0]) for m in found], array("l", starts), array("l", ends))


def fold(text: str) -> str:
    """A comparable form: compatibility characters resolved, one case."""
    return unicodedata.normalize("NFKC", text).casefold()


@dataclass(slots=True)
class Alignment:
    """``to[i]`` is the word of the new text that word ``i`` of the old one is, -1 where none is.

    ``anchored`` counts the words in anchors, which no difference between the texts can have put there.
    """

    to: list[int]
    anchored: int


def align(old: Sequence[str], new: Sequence[str]) -> Alignment:
    """Align two lists of words in roughly linear time.

    >>> align("a b c d e f x g".split(), "z a b c d e f g".split()).to
    [1, 2, 3, 4, 5, 6, -1, 7]
    """
    claims: dict[int, int] = {}  # word of the old text → of the new one, -1 where two claims differ
    back: dict[int, int] = {}
    for i, j in _anchored(old, new):
        if claims.setdefault(i, j) != j:
            claims[i] = -1
        if back.setdefault(j, i) != i:
            back[j] = -1
    to = [-1] * len(old)
    for i, j in claims.items():
        if j >= 0 and back[j] == i:
            to[i] = j
    taken = {j for j in to if j >= 0}
    out = Alignment(to, len(taken))
    for a, b, c, d in list(_gaps(to, len(new))):
        if any(j in taken for j in range(c, d)) or max(b - a, d - c) > _WIDEST_GAP:
            continue
        matcher = SequenceMatcher(None, old[a:b], new[c:d], autojunk=False)
        for i, j, length in matcher.get_matching_blocks():
            for k in range(length):
                to[a + i + k] = c + j + k
    return out


def _once(words: Sequence[str], size: int) -> dict[tuple[str, ...], int]:
    """The n-grams that stand once, with their place."""
    places: dict[tuple[str, ...], int] = {}
    for i in range(len(words) - size + 1):
        gram = tuple(words[i : i + size])
        places[gram] = -1 if gram in places else i
    return {gram: i for gram, i in places.items() if i >= 0}


def _anchored(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The pairs of words in anchors, and of those that agree all the way from one anchor to the next."""
    for size in _LEVELS:
        here, there = _once(old, size), _once(new, size)
        reached: dict[
            int, int
        ] = {}  # distance between the texts → where its last anchor ended in the old one
        for gram, i in here.items():  # in the order of the old text
            j = there.get(gram, -1)
            if j < 0:
                continue
            start = max(i, reached.get(j - i, 0))
            before = reached.get(j - i, -_REPEATED)
            if before < i and i - before < _REPEATED and old[before:i] == new[before + j - i : j]:
                start = before
            reached[j - i] = i + size
            yield from ((k, k + j - i) for k in range(start, i + size))


def _gaps(to: Sequence[int], size: int) -> Iterator[tuple[int, int, int, int]]:
    """What lies unmatched between neighbours that keep their order; the ends of the texts count as anchors."""
    last, before = -1, -1
    for i, j in [*((i, j) for i, j in enumerate(to) if j >= 0), (len(to), size)]:
        if i - last > 1 and j - before > 1:
            yield last + 1, i, before + 1, j
        last, before = i, j
