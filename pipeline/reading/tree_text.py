"""An element tree as one string, and the way back from a stretch of that string to an element.

The string is the concatenation of all text nodes in document order (XPath's ``string()`` of the root), so that the
place of every character in every element around it is a subtraction: ``string(element)[offset:]`` begins there.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from typing import Any

from pipeline.reading.segments import Builder, SegmentMap

_BLANKS = re.compile(" {2,}")
_SPACES = str.maketrans("\t\n\r\f\v", "     ")


class Places:
    """Where each element begins and ends in the string: four numbers and a step of the path for each."""

    __slots__ = ("_end", "_parent", "_start", "_steps")

    def __init__(self) -> None:
        self._start = array("l")
        self._end = array("l")
        self._parent = array("l")
        self._steps: list[str] = []

    def begin(self, step: str, parent: int, at: int) -> int:
        """An element begins; gives its index. Elements come in document order."""
        self._start.append(at)
        self._end.append(at)
        self._parent.append(parent)
        self._steps.append(step)
        return len(self._steps) - 1

    def close(self, index: int, at: int) -> None:
        """The element with this index ends."""
        self._end[index] = at

    def span(self, index: int) -> tuple[int, int]:
        """Start and end of an element in the string."""
        return self._start[index], self._end[index]

    def place(self, start: int, end: int) -> dict[str, Any]:
        """``{"xpath", "offset"}`` of a stretch: the innermost element that holds it, and where it begins therein."""
        i = bisect_right(self._start, start) - 1
        while i > 0 and self._end[i] < max(end, start + 1):
            i = self._parent[i]
        return {"xpath": self.path(i), "offset": start - self._start[i]}

    def path(self, index: int) -> str:
        """The XPath of an element: ``/article/body[1]/sec[2]/p[1]``."""
        steps = []
        while index >= 0:
            steps.append(self._steps[index])
            index = self._parent[index]
        return "/" + "/".join(reversed(steps))


class TreeText:
    """The string of a tree; ``span(element)`` is where an element's text stands in it.

    White space is made blanks, so that no character moves.

    >>> from lxml import etree
    >>> root = etree.fromstring("<sec><title>Methods</title><p>Of <i>S</i>-ketamine.</p></sec>")
    >>> tree = TreeText(root)
    >>> tree.text
    'MethodsOf S-ketamine.'
    >>> tree.span(root[1]), tree.places.place(10, 20)
    ((7, 21), {'xpath': '/sec/p[1]', 'offset': 3})
    """

    def __init__(self, root: Any) -> None:
        from lxml import etree

        self.places = Places()
        self._index: dict[Any, int] = {}
        parts: list[str] = []
        at = 0
        open_: list[tuple[int, dict[str, int]]] = []
        for event, node in etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                parent, counts = open_[-1] if open_ else (-1, {})
                index = self.places.begin(_step(node.tag, counts, parent), parent, at)
                self._index[node] = index
                open_.append((index, {}))
                piece = node.text
            else:
                self.places.close(open_.pop()[0], at)
                piece = node.tail if open_ else None
            if piece:
                parts.append(piece)
                at += len(piece)
        self.text = "".join(parts).translate(_SPACES)

    def span(self, element: Any) -> tuple[int, int]:
        """Start and end of an element's text in ``text``."""
        return self.places.span(self._index[element])

    def head(self, element: Any) -> tuple[int, int]:
        """The text between an element's start tag and its first child."""
        start = self.span(element)[0]
        return start, start + len(element.text or "")

    def tail(self, element: Any) -> tuple[int, int]:
        """The text between an element's end tag and the next tag."""
        end = self.span(element)[1]
        return end, end + len(element.tail or "")


def _step(tag: str, counts: dict[str, int], parent: int) -> str:
    """One step of a path; an element of a namespace is named by its local name."""
    name = tag if tag[0] != "{" else f"*[local-name()='{local_name(tag)}']"
    counts[name] = counts.get(name, 0) + 1
    return name if parent < 0 else f"{name}[{counts[name]}]"


def local_name(tag: Any) -> str:
    """An element's name without its namespace.

    >>> local_name("{http://www.w3.org/1998/Math/MathML}mfrac")
    'mfrac'
    """
    return str(tag).rpartition("}")[2]


class TreeOrigin:
    """From a reading text to the tree it was written from: offsets stay as they are, element and offset beside."""

    __slots__ = ("_places", "_segments")

    def __init__(self, segments: SegmentMap, places: Places) -> None:
        self._segments = segments
        self._places = places

    def place(self, start: int, end: int) -> dict[str, Any]:
        """``{"start", "end", "xpath", "offset"}``, the first two in the reading text."""
        first, last = self._segments.source_start(start), self._segments.source_end(end)
        if last < first:  # written from two places out of order: that of the start
            last = first
        return {"start": start, "end": end, **self._places.place(first, last)}


class TreeBuilder(Builder):
    """A `Builder` over the string of a tree: runs of blanks, which mark-up is full of, become one."""

    def copy(self, start: int, end: int) -> None:
        at = start
        if self.ends_with_space():
            while at < end and self.source[at] == " ":
                at += 1
        for run in _BLANKS.finditer(self.source, at, end):
            super().copy(at, run.start() + 1)
            at = run.end()
        super().copy(at, end)

    def replace(self, text: str, start: int, end: int) -> None:
        if text != " " or not self.ends_with_space():
            super().replace(text, start, end)

    def so_far(self, start: int) -> str:
        """What has been written since a reading offset."""
        parts: list[str] = []
        size = self.length
        for part in reversed(self._out):
            if size <= start:
                break
            parts.append(part)
            size -= len(part)
        return "".join(reversed(parts))[start - size :]
