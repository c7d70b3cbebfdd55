"""The way back: from every reading character to the source characters it stands for.

A reading text is written through a `Builder`, which records one segment for each stretch that is copied or
replaced. The map is a short sorted list (one entry a change, not one a character), searched by bisection.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import Any

#: What may lie inside one mention besides its characters: a page break with its hyphen (guidelines, ground rules).
_BREAK = frozenset(" \t\n\r\f\v\u00a0\u00ad-‐‑")


class SegmentMap:
    """Maps spans of a reading text to spans of its source.

    A segment is (reading start, reading length, source start, source length). Equal lengths with ``copied`` mean
    character by character; otherwise the whole reading stretch stands for the whole source stretch.
    """

    __slots__ = ("_copied", "_gaps", "_pairs", "_rlen", "_rstart", "_slen", "_sstart")

    def __init__(self) -> None:
        self._rstart = array("l")
        self._rlen = array("l")
        self._sstart = array("l")
        self._slen = array("l")
        self._copied = bytearray()
        #: reading offsets with foreign text (furniture, a box) between them and the character before
        self._gaps: list[int] = []
        #: markup pairs in the source: (open start, open end, close start, close end)
        self._pairs: list[tuple[int, int, int, int]] = []

    def __len__(self) -> int:
        return len(self._rstart)

    def _segment(self, offset: int) -> int:
        return bisect_right(self._rstart, offset) - 1

    def source_start(self, offset: int) -> int:
        """Where the reading character at ``offset`` begins in the source."""
        i = self._segment(offset)
        return self._sstart[i] + (offset - self._rstart[i] if self._copied[i] else 0)

    def source_end(self, offset: int) -> int:
        """Where the reading character before ``offset`` ends in the source."""
        i = self._segment(offset - 1)
        if self._copied[i]:
            return self._sstart[i] + offset - self._rstart[i]
        return self._sstart[i] + self._slen[i]

    def place(self, start: int, end: int) -> dict[str, Any] | None:
        """The source span of a reading span, or None where it is not one stretch of the source.

        Markup that opens inside and closes just outside (``HDRS<sub>17</sub>``, ``*S*-ketamine``) is taken in.
        """
        if self._gaps:
            gap = bisect_right(self._gaps, start)
            if gap < len(self._gaps) and self._gaps[gap] < end:
                return None
        i = bisect_right(self._rstart, start) - 1
        if (
            self._copied[i] and end <= self._rstart[i] + self._rlen[i]
        ):  # as nearly all: within one copied stretch
            first = self._sstart[i] + start - self._rstart[i]
            last = first + end - start
        else:
            first, last = self.source_start(start), self.source_end(end)
        if first >= last:
            return None
        if self._pairs:
            first, last = self._balance(first, last)
        return {"start": first, "end": last}

    def _balance(self, start: int, end: int) -> tuple[int, int]:
        """Extend a source span over the other half of a markup pair that it cuts, where that half adjoins it."""
        i = bisect_right(self._pairs, (start, 0, 0, 0)) - 2
        changed = True
        while changed:
            changed = False
            for open_start, open_end, close_start, close_end in self._pairs[max(i, 0) : i + 40]:
                if open_start >= end:
                    break
                if open_start >= start and close_start == end:
                    end, changed = close_end, True
                elif open_end == start and start <= close_start and close_end <= end:
                    start, changed = open_start, True
        return start, end


class Builder:
    """Writes a reading text and its `SegmentMap` together.

    >>> source = "HDRS<sub>17</sub> fell"
    >>> builder = Builder(source)
    >>> builder.copy(0, 4); builder.pair(4, 9, 11, 17); builder.copy(9, 11); builder.copy(17, 22)
    >>> text, segments = builder.finish()
    >>> text
    'HDRS17 fell'
    >>> place = segments.place(0, 6); source[place["start"]:place["end"]]
    'HDRS<sub>17</sub>'
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.length = 0
        self._out: list[str] = []
        self._map = SegmentMap()
        self._last_source = 0

    def _add(self, text: str, sstart: int, slen: int, copied: bool) -> None:
        if not text:
            return
        m = self._map
        if (
            copied and m._copied and m._copied[-1]
            and m._sstart[-1] + m._slen[-1] == sstart and m._rstart[-1] + m._rlen[-1] == self.length
        ):  # fmt: skip
            m._rlen[-1] += len(text)
            m._slen[-1] += slen
        else:
            m._rstart.append(self.length)
            m._rlen.append(len(text))
            m._sstart.append(sstart)
            m._slen.append(slen)
            m._copied.append(copied)
        self._out.append(text)
        self.length += len(text)
        self._last_source = sstart + slen

    def copy(self, start: int, end: int) -> None:
        """Copy source[start:end]."""
        self._add(self.source[start:end], start, end - start, True)

    def replace(self, text: str, start: int, end: int) -> None:
        """Write ``text`` for source[start:end]."""
        self._add(text, start, end - start, False)

    def insert(self, text: str) -> None:
        """Write ``text`` that stands for nothing in the source (a join, a paragraph break)."""
        self._add(text, self._last_source, 0, False)

    def gap(self, start: int, end: int) -> None:
        """source[start:end] is left out here; a mention may run over it only if it is a bare page break."""
        if not all(char in _BREAK for char in self.source[start:end]):
            self._map._gaps.append(self.length)

    def pair(self, open_start: int, open_end: int, close_start: int, close_end: int) -> None:
        """Record an opening and a closing mark that belong together."""
        self._map._pairs.append((open_start, open_end, close_start, close_end))

    def trim(self) -> None:
        """Take back a trailing space, where a citation mark was lifted behind it."""
        if self._out and self._out[-1].endswith(" ") and self._map._copied[-1]:
            self._shorten()

    def _shorten(self) -> None:
        m = self._map
        self._out[-1] = self._out[-1][:-1]
        self.length -= 1
        m._rlen[-1] -= 1
        m._slen[-1] -= 1
        self._last_source -= 1
        if not self._out[-1]:
            self._out.pop()
        if not m._rlen[-1]:
            m._rstart.pop()
            m._rlen.pop()
            m._sstart.pop()
            m._slen.pop()
            m._copied.pop()

    def take_back(self) -> None:
        """Take back the last character, where it was copied: a hyphen at a page break inside a word."""
        if self._out and self._map._copied[-1]:
            self._shorten()

    def ends_with_space(self) -> bool:
        return not self._out or self._out[-1][-1:].isspace()

    def finish(self) -> tuple[str, SegmentMap]:
        self._map._pairs.sort()
        return "".join(self._out), self._map
