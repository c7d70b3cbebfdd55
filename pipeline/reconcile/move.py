"""Gold carried to another rendering of the same article: a PDF, JATS, another conversion.

The reading texts are aligned word by word (`move_align`). A mention goes where all its words go, in one piece, and
reads the same there; in every other case it is left, with the reason. Nothing is guessed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.reconcile.gold import GoldDocument
from pipeline.reconcile.move_align import Alignment, Words, align, fold
from pipeline.schema import Document, GoldpanError, Mention

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−﹣－", "-") | {"·": ".", "∙": "."})
#: What renderings set differently inside a mention without another meaning.
_INSIGNIFICANT = re.compile(r"[\s^\u00ad\u200b]+")
#: A mention with this many agreeing words on either side is inside a run that agrees.
_INSIDE = 3
#: From this many words on it can be told whether two texts are one article.
_TELLING = 20


@dataclass(frozen=True, slots=True)
class Left:
    """A mention that was not carried, and why."""

    mention: Mention
    reason: str


@dataclass(slots=True)
class Moved:
    """The gold of the new rendering, and what was left behind."""

    gold: GoldDocument
    left: list[Left] = field(default_factory=list)


def move(gold: GoldDocument, old: Document, new: Document) -> Moved:
    """Carry the gold of one rendering to another.

    Raises GoldpanError where the two have so little in common that they are not the same article.

    >>> from pipeline.reading.text import build
    >>> one = build("Ten men took *lithium* for a long time.", "a")
    >>> two = build("Ten men took lithium for a long time.", "b")
    >>> mention = Mention("a", "DRUG", 14, 21, "lithium", {"name": "lithium"})
    >>> move(GoldDocument("a", [mention]), one, two).gold.mentions[0].start
    13
    """
    carrier = _Carrier(old, new)
    out = Moved(replace(gold, doc=new.id, mentions=[], sha256=new.sha256, path=""))
    for mention in sorted(gold.mentions, key=lambda m: (m.start, m.end)):
        carried = carrier.carry(mention)
        if isinstance(carried, Mention):
            out.gold.mentions.append(carried)
        else:
            out.left.append(Left(mention, carried))
    return out


class _Carrier:
    """Two renderings, aligned once."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new
        self.old_words, self.new_words = Words.of(old.text), Words.of(new.text)
        self.alignment: Alignment = align(self.old_words.folded, self.new_words.folded)
        anchored = self.alignment.anchored
        shorter = min(len(self.old_words.folded), len(self.new_words.folded))
        if shorter >= _TELLING and anchored * 5 < shorter:
            share = 100 * anchored // max(1, len(self.old_words.folded))
            raise GoldpanError(
                f"{new.path or new.id}: has {share}% of the words of {old.path or old.id} in their places; "
                "give two renderings of one article"
            )
        self.taken = {j for j in self.alignment.to if j >= 0}
        self._back = _Back(old)

    def carry(self, mention: Mention) -> Mention | str:
        """The mention in the new rendering, or why not."""
        span = self._back.reading(mention.start, mention.end)
        if span is None:
            return "the reader leaves out the place where it stands"
        start, end = span
        words = self.old_words
        a, b = bisect_left(words.ends, start + 1), bisect_left(words.starts, end)
        if a >= b:
            return "has neither a letter nor a figure to find it by"
        there = self.alignment.to[a:b]
        if any(j < 0 for j in there) or there != list(range(there[0], there[0] + len(there))):
            return self._why(words.folded[a:b], there)
        if not self._certain(a, b, there[0]):
            return "stands more than once where the texts differ, and which it is cannot be told"
        place = self._grown(start, end, a, b, there[0])
        if place is None:
            first, last = self.new_words.starts[there[0]], self.new_words.ends[there[-1]]
            return f"reads {self.new.text[max(0, first - 3) : last + 3]!r} there"
        target = self.new.origin.place(*place)
        if target is None:
            return "no single stretch of the new source: something else stands inside it there"
        first, last = target.pop("start"), target.pop("end")
        section = self.new.section_at(place[0])
        return replace(
            mention, doc=self.new.id, start=first, end=last, text=self.new.source[first:last], place=target,
            section=section.kind if mention.section and section else None,
        )  # fmt: skip

    def _why(self, words: Sequence[str], there: Sequence[int]) -> str:
        """Why words have no counterpart in one piece."""
        if any(j >= 0 for j in there):
            return "only a part of it stands there, or in pieces"
        count = len(_where(self.new_words.folded, words))
        if count:
            times = "once" if count == 1 else f"{count} times"
            return f"stands {times} in the new text, but nowhere with the same words around it"
        return "does not stand in the new text"

    def _certain(self, a: int, b: int, j: int) -> bool:
        """Whether the place of words [a, b) is certain.

        It is well inside a run that agrees. At the edge of one, where words were added or lost, it is only if the same
        words stand nowhere else without a counterpart, since such a copy could be the true one; outside of any run, if
        they stand once in either text.
        """
        before, after = self._agreeing(a - 1, j - 1, -1), self._agreeing(b, j + b - a, 1)
        if min(before, after) >= _INSIDE:
            return True
        words = self.old_words.folded[a:b]
        here, there = _where(self.old_words.folded, words), _where(self.new_words.folded, words)
        if max(before, after) < _INSIDE:
            return len(here) == len(there) == 1
        size, to = b - a, self.alignment.to
        free_here = [i for i in here if i != a and any(k < 0 for k in to[i : i + size])]
        free_there = [k for k in there if k != j and not self.taken.issuperset(range(k, k + size))]
        return not free_here and not free_there

    def _agreeing(self, i: int, j: int, direction: int) -> int:
        """How many words agree from here on; the end of both texts is as good as any number."""
        to, count = self.alignment.to, 0
        while count < _INSIDE:
            if not (0 <= i < len(to) and 0 <= j < len(self.new_words.folded)):
                return (
                    _INSIDE
                    if (i < 0 and j < 0) or (i == len(to) and j == len(self.new_words.folded))
                    else count
                )
            if to[i] != j:
                return count
            i, j, count = i + direction, j + direction, count + 1
        return count

    def _grown(self, start: int, end: int, a: int, b: int, j: int) -> tuple[int, int] | None:
        """The span in the new text, with the signs around the words (``≥``, ``%``); None where it reads differently."""
        text, other = self.old.text, self.new.text
        head, tail = start - self.old_words.starts[a], self.old_words.ends[b - 1] - end
        first, last = self.new_words.starts[j], self.new_words.ends[j + b - a - 1]
        if head > 0:
            first += head  # the mention begins inside a word
        if tail > 0:
            last -= tail
        before = _plain(text[start : self.old_words.starts[a]]) if head < 0 else ""
        after = _plain(text[self.old_words.ends[b - 1] : end]) if tail < 0 else ""
        for char in reversed(before):
            first = _step(other, first, char, -1)
        for char in after:
            last = _step(other, last, char, 1) if last >= 0 else -1
        if first < 0 or last < 0 or _plain(other[first:last]) != _plain(text[start:end]):
            return None
        return first, last


def _plain(text: str) -> str:
    """What must agree of a mention: its characters without white space, dashes alike, one case."""
    return fold(_INSIGNIFICANT.sub("", text.translate(_DASHES))).translate(_DASHES)


def _step(text: str, at: int, char: str, direction: int) -> int:
    """Over white space to the next character, which must be ``char``; -1 where it is another."""
    if at < 0:
        return -1
    i = at if direction > 0 else at - 1
    while 0 <= i < len(text) and not _plain(text[i]):
        i += direction
    if not 0 <= i < len(text) or _plain(text[i]) != char:
        return -1
    return i + 1 if direction > 0 else i


def _where(words: Sequence[str], part: Sequence[str]) -> list[int]:
    """Where a run of words stands in others."""
    size = len(part)
    return [
        i
        for i in range(len(words) - size + 1)
        if words[i] == part[0] and list(words[i : i + size]) == list(part)
    ]


class _Back:
    """From source offsets to reading offsets."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.same = document.source == document.text
        origin = document.origin
        self.places: list[tuple[int, int, int]] = []
        if not self.same:
            place = (
                (origin.place(i, i + 1), i) for i, char in enumerate(document.text) if not char.isspace()
            )
            self.places = sorted((p["start"], p["end"], i) for p, i in place if p is not None)

    def reading(self, start: int, end: int) -> tuple[int, int] | None:
        """The reading span whose characters are those of a source span; None where they are not one stretch of it."""
        if self.same:
            return start, end
        i = bisect_left(self.places, (start, 0, 0))
        inside = []
        while i < len(self.places) and self.places[i][0] < end:
            if self.places[i][1] <= end:
                inside.append(self.places[i][2])
            i += 1
        if not inside:
            return None
        first, last = min(inside), max(inside) + 1
        there = self.document.origin.place(first, last)
        if there is None or not self._covers(start, end, there["start"], there["end"]):
            return None
        return first, last

    def _covers(self, start: int, end: int, first: int, last: int) -> bool:
        """Whether two source spans differ in mark-up alone."""
        source = self.document.source
        ends = (source[min(start, first) : max(start, first)], source[min(end, last) : max(end, last)])
        return not any(char.isalnum() for part in ends for char in re.sub(r"</?[A-Za-z][^<>]*>", "", part))
