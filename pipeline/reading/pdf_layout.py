"""The order in which the segments of a page are read: columns found as tall white rectangles, pages cut along them.

White rectangles are those of T. M. Breuel, *Two geometric algorithms for layout analysis* (DAS 2002), enumerated by
a sweep from top to bottom; the cutting is the recursive X-Y cut of G. Nagy and S. Seth (ICPR 1984), with gutters
before horizontal gaps, so that headings that happen to stand level in two columns do not cut them.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from dataclasses import dataclass

from pipeline.reading.pdf_lines import Segment, merged, rows_of

#: A gutter is at least this wide (ems of the body size) ...
_WIDTH = 0.8
#: ... and has at least this many rows of text on either side, or fewer where the document has a gutter at that place.
_ROWS, _KNOWN_ROWS = 4, 1
#: The text on either side of a gutter is at least this wide in its wider half of rows (ems): no numbers of a list.
_SIDE = 5.5
#: A page with more pieces than this is a map or a plot; a page of text has a few hundred, and the sweep is quadratic.
_MOST_PIECES = 2500
#: Recursion is bounded; a page has no deeper nesting than columns in a box in a column.
_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Gutter:
    """A white rectangle between columns, in points."""

    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(slots=True)
class Column:
    """Lines of one column region, top to bottom; ``x0`` and ``x1`` bound the region that they were found in."""

    lines: list[Segment]
    x0: float
    x1: float


def white_rectangles(segments: list[Segment], width: float, height: float) -> list[Gutter]:
    """The maximal white rectangles at least ``width`` by ``height`` points inside the segments' common box.

    A segment blocks its x-height band only, so that lines set tight do not overlap.

    >>> left = [Segment([], 0, 100, 12.0 * i + 10, 10) for i in range(4)]
    >>> right = [Segment([], 120, 220, 12.0 * i + 10, 10) for i in range(4)]
    >>> [(g.x0, g.x1) for g in white_rectangles(left + right, 8, 30)]
    [(100, 120)]
    """
    if not segments:
        return []
    left, right = min(s.x0 for s in segments), max(s.x1 for s in segments)
    bands = sorted(
        (
            s.base - 0.5 * s.size if s.block is None else s.top,
            s.base if s.block is None else s.bottom,
            s.x0,
            s.x1,
        )
        for s in segments
    )
    out: list[Gutter] = []
    gaps: list[tuple[float, float, float]] = [(left, right, bands[0][0])]
    ends: list[tuple[float, float, float]] = []

    def emit(a: float, b: float, top: float, bottom: float) -> None:
        if bottom - top >= height and a > left and b < right:
            out.append(Gutter(a, b, top, bottom))

    def release(until: float) -> None:
        while ends and ends[0][0] <= until:
            bottom, x0, x1 = heapq.heappop(ends)
            a = max((e[2] for e in ends if e[2] <= x0 + 0.01), default=left)
            b = min((e[1] for e in ends if e[1] >= x1 - 0.01), default=right)
            for e in ends:  # what overlaps it and goes on below leaves no gap there
                if e[1] < x1 and e[2] > x0:
                    a, b = (max(a, e[2]), b) if e[1] <= x0 else (a, min(b, e[1]))
            if b - a >= width and not any(g[0] <= a and g[1] >= b for g in gaps):
                gaps.append((a, b, bottom))

    for top, bottom, x0, x1 in bands:
        release(top)
        kept: list[tuple[float, float, float]] = []
        for gap in gaps:
            a, b, begin = gap
            if x0 >= b or x1 <= a:
                kept.append(gap)
                continue
            emit(a, b, begin, top)
            for c, d in ((a, x0), (x1, b)):
                if d - c >= width and not any(k[0] <= c and k[1] >= d and k[2] <= begin for k in kept):
                    kept.append((c, d, begin))
        gaps = kept
        heapq.heappush(ends, (bottom, x0, x1))
    end = max(band[1] for band in bands)
    for a, b, begin in gaps:
        emit(a, b, begin, end)
    return out


def gutters(segments: list[Segment], em: float, known: list[Gutter]) -> list[Gutter]:
    """The white rectangles that part columns of text; ``known`` are the document's gutters.

    A short rectangle counts only where it is as wide as a known gutter at its place.
    """
    out = []
    for rectangle in white_rectangles(segments, _WIDTH * em, 1.1 * em):
        at_known = any(rectangle.x0 <= k.x0 + 2 and rectangle.x1 >= k.x1 - 2 for k in known)
        least = _KNOWN_ROWS if at_known else _ROWS
        if not at_known and rectangle.height < _ROWS * em:
            continue
        left, right = _sides(segments, rectangle)
        if min(len(left), len(right)) < least:
            continue
        if not at_known and not _in_line([s.x0 for s in right]):
            continue  # a river of word gaps through justified lines
        wide = [_wide([s.x1 - s.x0 for s in side], em) for side in (left, right)]
        # the cells of a table in one column may be narrow, but the other column is as ever
        if all(wide) or (at_known and any(wide)):
            out.append(rectangle)
    return out


def _sides(segments: list[Segment], gutter: Gutter) -> tuple[list[Segment], list[Segment]]:
    """The segments next to a gutter, one for each row, on its left and on its right."""
    left: dict[int, Segment] = {}
    right: dict[int, Segment] = {}
    for s in segments:
        if s.top + s.bottom < 2 * gutter.top or s.top + s.bottom > 2 * gutter.bottom:
            continue
        row = round(s.base / max(4.0, 0.8 * s.size))
        if s.x1 <= gutter.x0 + 1 and (row not in left or left[row].x1 < s.x1):
            left[row] = s
        elif s.x0 >= gutter.x1 - 1 and (row not in right or right[row].x0 > s.x0):
            right[row] = s
    return list(left.values()), list(right.values())


def _in_line(starts: list[float]) -> bool:
    """Whether lines begin under each other: half of them, or two thirds of a few."""
    most = max(sum(abs(other - start) <= 1.5 for other in starts) for start in starts)
    return most >= (0.5 if len(starts) >= 10 else 0.66) * len(starts)


def _wide(widths: list[float], em: float) -> bool:
    upper = sorted(widths)[len(widths) // 2 :]
    return sum(upper) / len(upper) >= _SIDE * em


def reading_order(segments: list[Segment], em: float, known: list[Gutter]) -> list[Column]:
    """The column regions of a page (or of a box on it) in reading order, their lines put together.

    ``em`` is the body's font size in points, ``known`` as in `gutters`.
    """
    out: list[Column] = []
    for region in _Cuts(em, known).of(segments):
        lines = [merged(row) for row in rows_of(s for s in region if s.block is None)]
        lines += [s for s in region if s.block is not None]
        lines.sort(key=lambda s: s.top)
        out.append(Column(lines, min(s.x0 for s in region), max(s.x1 for s in region)))
    return out


def column_gutters(segments: list[Segment], em: float) -> list[Gutter]:
    """The gutters along which a page is cut for itself."""
    cuts = _Cuts(em, [])
    cuts.of(segments)
    return cuts.used


class _Cuts:
    """The recursive cut of a page: ``used`` are the gutters that it was cut along."""

    def __init__(self, em: float, known: list[Gutter]) -> None:
        self.em = em
        self.known = known
        self.used: list[Gutter] = []

    def of(self, segments: list[Segment], depth: int = _DEPTH) -> list[list[Segment]]:
        """Regions of one column each, in reading order."""
        if not segments:
            return []
        found = gutters(segments, self.em, self.known) if depth and len(segments) <= _MOST_PIECES else []
        if not found:
            return [segments]
        parts = self._whole(segments, found) or self._band(segments, found)
        if len(parts) == 1:
            return parts
        return [region for part in parts for region in self.of(part, depth - 1)]

    def _whole(self, segments: list[Segment], found: list[Gutter]) -> list[list[Segment]]:
        """Left and right of the widest gutter that nothing crosses; empty where there is none."""
        free = [g for g in found if not any(s.x0 < g.x1 - 0.5 and s.x1 > g.x0 + 0.5 for s in segments)]
        if not free:
            return []
        gutter = max(free, key=lambda g: g.x1 - g.x0)
        self.used.append(gutter)
        middle = (gutter.x0 + gutter.x1) / 2
        return [[s for s in segments if s.x1 <= middle], [s for s in segments if s.x1 > middle]]

    def _band(self, segments: list[Segment], found: list[Gutter]) -> list[list[Segment]]:
        """What is above, beside and below the tallest gutter."""
        white = max(found, key=lambda g: (g.height, g.x1 - g.x0))
        gutter = _at_seams(white, segments, self.em)
        parts: list[list[Segment]] = [[], [], []]
        for s in segments:
            middle = (s.base - 0.25 * s.size) if s.block is None else (s.top + s.bottom) / 2
            parts[0 if middle < gutter.top else 2 if middle > gutter.bottom else 1].append(s)
        flowing = _around_float(parts, white, found, self.em)
        return flowing or [part for part in parts if part]


def _at_seams(gutter: Gutter, segments: list[Segment], em: float) -> Gutter:
    """The gutter without the rows at its ends that begin where the lines beyond it do, and not where its own do.

    The last line of a paragraph is short: above two columns, a row of three may leave the place of their gutter white.
    """
    top, bottom = gutter.top, gutter.bottom
    for down in (True, False):
        for _ in range(3):
            inside = [s for s in segments if s.block is None and top <= s.base - 0.25 * s.size <= bottom]
            reach = (top - 8 * em, top) if down else (bottom, bottom + 8 * em)
            beyond = [s for s in segments if s.block is None and reach[0] < s.base - 0.25 * s.size < reach[1]]
            rows = rows_of(inside)
            if len(rows) < 4 or not beyond:
                break
            row = rows[0] if down else rows[-1]
            own = _starts([s for other in rows if other is not row for s in other])
            theirs = _starts(beyond)
            places = [round(s.x0) for s in row]
            foreign = any(_near_any(x, theirs) and not _near_any(x, own) for x in places)
            beside = [
                x for x in places if 0 <= x - gutter.x1 + 1 <= 1.5 * em
            ]  # where the right column begins
            fits = any(_near_any(x, own) and not _near_any(x, theirs) for x in beside)
            near = min(abs(row[0].base - s.base) for s in beyond)
            apart = abs(row[0].base - (rows[1] if down else rows[-2])[0].base) > 1.2 * near
            if not foreign or (fits and not apart):
                break
            if down:
                top = max(s.base for s in row)
            else:
                bottom = min(s.base - 0.5 * s.size for s in row)
    return Gutter(gutter.x0, gutter.x1, top, bottom)


def _starts(segments: list[Segment]) -> set[int]:
    """Where at least two lines begin."""
    counts = Counter(round(s.x0) for s in segments)
    return {x for x, count in counts.items() if count + counts[x - 1] + counts[x + 1] >= 2}


def _near_any(x: int, places: set[int]) -> bool:
    return not places.isdisjoint((x - 1, x, x + 1))


def _around_float(
    parts: list[list[Segment]], gutter: Gutter, found: list[Gutter], em: float
) -> list[list[Segment]]:
    """Columns that run on past a wide figure, table or box in their middle: [left, right, what stands between].

    Empty where each band is read for itself. The sentences decide: where the left column above ends in the middle of
    one and the left column below goes on in lower case, while the right one above does not, the columns run on.
    """
    middle = (gutter.x0 + gutter.x1) / 2
    apart = [o for o in found if o.x0 < middle < o.x1 and (o.bottom <= gutter.top or o.top >= gutter.bottom)]
    above = max(
        (o for o in apart if o.bottom <= gutter.top), key=lambda o: (o.bottom, o.height), default=None
    )
    below = min((o for o in apart if o.top >= gutter.bottom), key=lambda o: (o.top, -o.height), default=None)
    for other in (above, below):
        if other is None:
            continue
        upper, lower = (other, gutter) if other.bottom <= gutter.top else (gutter, other)
        everything = [s for part in parts for s in part]
        over = [s for s in everything if upper.top <= s.base <= upper.bottom + em]
        under = [s for s in everything if lower.top - 0.5 * em <= s.base - 0.5 * s.size <= lower.bottom]
        between = [
            s
            for s in everything
            if upper.bottom - 0.2 * em <= s.base - 0.5 * s.size and s.base <= lower.top + 0.2 * em
        ]
        crossing = [s for s in between if s.x0 < middle < s.x1]
        if not crossing or len(between) > 0.6 * len(everything):
            continue
        if not all(_columns_of_text(part, middle) for part in (over, under)):
            continue  # the two ends of one line, such as a masthead's
        ids = {id(s) for s in between}
        left_end = _last([s for s in over if s.x1 <= middle and id(s) not in ids])
        right_begin = _first([s for s in over if s.x0 >= middle and id(s) not in ids])
        left_begin = _first([s for s in under if s.x1 <= middle and id(s) not in ids])
        if _follows(left_end, left_begin) > _follows(left_end, right_begin):
            rest = [s for s in everything if id(s) not in ids]
            top = [s for s in rest if s.base < upper.top and s.x0 < middle < s.x1]
            held = {id(s) for s in top}
            columns = [s for s in rest if id(s) not in held]
            if any(s.x0 < middle < s.x1 for s in columns):
                continue
            return [part for part in (
                top, [s for s in columns if s.x1 <= middle], [s for s in columns if s.x0 >= middle], between,
            ) if part]  # fmt: skip
    return []


def _columns_of_text(segments: list[Segment], middle: float) -> bool:
    """Whether at least two lines stand on either side."""
    left = {round(s.base) for s in segments if s.x1 <= middle}
    right = {round(s.base) for s in segments if s.x0 >= middle}
    return min(len(left), len(right)) >= 2


def _last(segments: list[Segment]) -> str:
    rows = rows_of(segments)
    return rows[-1][-1].text if rows else ""


def _first(segments: list[Segment]) -> str:
    rows = rows_of(segments)
    return rows[0][0].text if rows else ""


def _follows(end: str, begin: str) -> int:
    """How well a line goes on with another: 2 a cut word or sentence goes on, 0 a break, 1 in between."""
    if not end or not begin:
        return 1
    open_end = not re.search(r"[.!?:][”\"’')\]]*(?:\s*\[[\d,–-]+\])?$", end)
    lower = begin[:1].islower()
    if open_end and lower:
        return 2
    return 0 if open_end != lower and (lower or end.endswith("-")) else 1
