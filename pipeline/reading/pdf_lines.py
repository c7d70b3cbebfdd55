"""Words → segments: runs of words on one baseline without a gap that could be a column's.

A segment is the atom of the layout. It is cut at every gap wider than `GAP` (in ems), which justified lines have too;
the pieces of one line are put together again where no column gutter lies between them.
"""

from __future__ import annotations

import itertools
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.reading.pdf_chars import FONTS, PageChars
from pipeline.reading.pdf_words import SPACE, Word

#: A gap between words that may be a gutter, in ems. Column gutters measure 1.2 em and more, word gaps 0.2 to 0.4.
GAP = 0.75
#: A script is at most this part of its neighbour's size, or is shifted by more than this part of it.
_SCRIPT_SIZE, _SCRIPT_SHIFT = 0.86, 0.14
#: Characters in a row that may be a superscript ("12,14-18,23") or a subscript.
_LONGEST_MARK, _LONGEST_INDEX = 40, 12
#: A line's box reaches from this far above the baseline to this far below it, in ems.
ASCENT, DESCENT = 0.78, 0.22


@dataclass(slots=True, eq=False)
class Segment:
    """Words on one baseline. ``size``, ``font`` and ``base`` are those of most of its characters.

    ``block`` is set on a segment that stands for a region laid out on its own (a table, a framed box).
    """

    words: list[Word]
    x0: float = 0.0
    x1: float = 0.0
    base: float = 0.0
    size: float = 0.0
    font: int = 0
    top: float = 0.0
    bottom: float = 0.0
    block: object = None

    @classmethod
    def of(cls, words: list[Word]) -> Segment:
        segment = cls(words)
        segment.measure()
        return segment

    def measure(self) -> None:
        weights: Counter[tuple[float, float, int]] = Counter()
        for word in self.words:
            weights[word.size, round(word.base, 1), word.font] += len(word.text)
        (self.size, self.base, self.font), _ = max(weights.items(), key=lambda item: (item[1], item[0][0]))
        largest = max(self.words, key=lambda word: word.size)
        shift = abs(largest.base - self.base)
        if (
            0.45 * largest.size <= self.size <= _SCRIPT_SIZE * largest.size
            and 0.1 * largest.size < shift < 0.65 * largest.size
        ):
            # more script than text ("2" with "15,16" above it): the text decides
            self.size, self.base, self.font = largest.size, largest.base, largest.font
        self.x0 = min(word.x0 for word in self.words)
        self.x1 = max(word.x1 for word in self.words)
        self.top, self.bottom = self.base - ASCENT * self.size, self.base + DESCENT * self.size

    @property
    def text(self) -> str:
        return "".join((" " if i and word.spaced else "") + word.text for i, word in enumerate(self.words))

    @property
    def bold(self) -> bool:
        count = sum(len(word.text) for word in self.words)
        return sum(len(word.text) for word in self.words if FONTS.fonts[word.font].bold) >= 0.8 * count

    @property
    def italic(self) -> bool:
        count = sum(len(word.text) for word in self.words)
        return sum(len(word.text) for word in self.words if FONTS.fonts[word.font].italic) >= 0.8 * count


def _joins(left: Word, right: Word, most: float) -> float | None:
    """The gap between two words where ``right`` may follow ``left`` on one line, else None; ``most`` bounds it, since a
    heading set large may stand level with the other column's text, or with its heading.
    """
    em = max(left.size, right.size)
    gap = right.x0 - left.x1
    if gap > min(GAP * em, max(most, 0.4 * em)) or gap < -0.35 * em:
        return None
    shift = abs(left.base - right.base)
    small = min(left.size, right.size)
    if shift <= 0.12 * em:
        return gap if small > 0.35 * em else None
    scripted = shift <= 0.65 * em and small <= _SCRIPT_SIZE * em and gap <= 0.5 * em
    return gap + shift if scripted else None


def segments_of(words: list[Word]) -> list[Segment]:
    """Chain words into segments: each word follows the nearest one at its left, each is followed once."""
    most = 1.15 * GAP * _usual_size(words)
    buckets: dict[int, list[int]] = {}
    for i, word in enumerate(words):
        buckets.setdefault(int(word.base // 8), []).append(i)
    pairs: list[tuple[float, int, int]] = []
    for i, word in enumerate(words):
        row = int(word.base // 8)
        reach = 1 + int(0.65 * word.size // 8)
        for bucket in range(row - reach, row + reach + 1):
            for j in buckets.get(bucket, ()):
                if j != i and words[j].x0 <= word.x0:
                    gap = _joins(words[j], word, most)
                    if gap is not None and (words[j].x0 < word.x0 or j < i):
                        pairs.append((abs(gap), j, i))
    pairs.sort()
    following: dict[int, int] = {}
    preceded: set[int] = set()
    for _, left, right in pairs:
        if left not in following and right not in preceded:
            following[left] = right
            preceded.add(right)
    out = []
    for i in range(len(words)):
        if i in preceded:
            continue
        chain = [words[i]]
        seen = {i}
        while i in following and following[i] not in seen:
            i = following[i]
            seen.add(i)
            chain.append(words[i])
        out.append(Segment.of(chain))
    out = _attach_scripts(out)
    for segment in out:
        _mark(segment)
    return out


def _usual_size(words: list[Word]) -> float:
    """The font size of most of the letters."""
    weights: Counter[float] = Counter()
    for word in words:
        weights[round(word.size, 1)] += len(word.text)
    return weights.most_common(1)[0][0] if weights else 10.0


def _attach_scripts(segments: list[Segment]) -> list[Segment]:
    """Small leftovers (an index over an index, a lone mark) go to the line that they touch."""
    smallest = max((s.size for s in segments), default=0.0) * _SCRIPT_SIZE
    pieces = [s for s in segments if s.size <= smallest and len(s.text) <= 8]
    rows: dict[int, list[Segment]] = {}
    for line in segments:
        for row in range(
            int((line.base - 0.75 * line.size) // 16), int((line.base + 0.45 * line.size) // 16) + 1
        ):
            rows.setdefault(row, []).append(line)
    taken: set[int] = set()
    for piece in pieces:
        for line in rows.get(int(piece.base // 16), ()):
            if line is piece or id(line) in taken or line.size * _SCRIPT_SIZE < piece.size:
                continue
            level = line.base - 0.75 * line.size < piece.base < line.base + 0.45 * line.size
            beside = line.x0 - 0.3 * line.size <= piece.x0 <= line.x1 + 0.35 * line.size
            if level and beside and len(line.text) > len(piece.text):
                line.words = sorted(line.words + piece.words, key=lambda word: word.x0)
                line.measure()
                taken.add(id(piece))
                break
    return [s for s in segments if id(s) not in taken]


def _mark(segment: Segment) -> None:
    """Tell the scripts of a segment and set the spaces between its words."""
    for word in segment.words:
        shift = segment.base - word.base  # above the baseline is positive
        small = word.size <= _SCRIPT_SIZE * segment.size
        if small and shift >= _SCRIPT_SHIFT * segment.size:
            word.script = 1
        elif small and shift <= -0.08 * segment.size:
            word.script = -1
        else:
            word.script = 0
    _unmark_long(segment.words)
    for left, right in zip(segment.words, segment.words[1:], strict=False):
        gap = right.x0 - left.x1
        em = max(left.size, right.size)
        if left.script != right.script:
            right.spaced = gap > 0.2 * em  # PDFium sees a space at every change of baseline
        elif gap > SPACE * em:
            right.spaced = True
        elif gap < 0.05 * em and not 0 <= right.start - left.end <= 2:
            right.spaced = False  # not neighbours in the file: the place alone tells


def _unmark_long(words: list[Word]) -> None:
    """What is set smaller and shifted over more than a mark's length is text beside text, no script."""
    run: list[Word] = []
    for word in [*words, None]:
        if word is not None and run and word.script == run[0].script:
            run.append(word)
            continue
        if (
            run
            and run[0].script
            and sum(len(w.text) for w in run) > (_LONGEST_MARK if run[0].script > 0 else _LONGEST_INDEX)
        ):
            for other in run:
                other.script = 0
        run = [word] if word is not None else []


def rows_of(segments: Iterable[Segment], tolerance: float = 0.3) -> list[list[Segment]]:
    """Segments by baseline, top to bottom, each row left to right; ``tolerance`` is in ems.

    >>> word = Word(0, 1, "a", 0, 5, 10, 10, 0)
    >>> far = Word(1, 2, "b", 90, 95, 11, 10, 0)
    >>> [[s.text for s in row] for row in rows_of([Segment([far], 90, 95, 11, 10), Segment([word], 0, 5, 10, 10)])]
    [['a', 'b']]
    """
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: (s.base, s.x0)):
        if rows and segment.base - rows[-1][0].base <= tolerance * min(segment.size, rows[-1][0].size):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    for row in rows:
        row.sort(key=lambda s: s.x0)
    return rows


def merged(row: list[Segment]) -> Segment:
    """The pieces of one line as one segment."""
    if len(row) == 1:
        return row[0]
    words = [word for piece in row for word in piece.words]
    for piece in row[1:]:
        piece.words[0].spaced = True
    line = Segment.of(words)
    _mark(line)
    return line


def body_size(segments: Iterable[Segment]) -> float:
    """The font size of most of the text, in points; 10 where there is none."""
    weights: Counter[float] = Counter()
    for segment in segments:
        weights[round(segment.size, 1)] += len(segment.text)
    return weights.most_common(1)[0][0] if weights else 10.0


def leading(lines: list[Segment]) -> float:
    """The usual distance of two baselines, in points; 1.2 ems where there are not two lines."""
    steps = [b.base - a.base for a, b in itertools.pairwise(lines) if 0 < b.base - a.base < 3 * a.size]
    if not steps:
        return 1.2 * lines[0].size if lines else 12.0
    low = statistics.median_low(steps)
    return low


@dataclass(slots=True)
class Page:
    """A page's characters with the segments that are left of it at a stage of the layout."""

    chars: PageChars
    segments: list[Segment]
    skewed: list[Word] = field(default_factory=list)
