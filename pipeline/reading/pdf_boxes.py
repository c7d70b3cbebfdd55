"""Where every character of a rendered text stands: page and box, three numbers a character, in arrays."""

from __future__ import annotations

from array import array
from typing import Any

from pipeline.reading.pdf_chars import PageChars
from pipeline.reading.pdf_lines import Segment
from pipeline.reading.segments import SegmentMap


class CharBoxes:
    """Page and box of each character of a text; characters that stand for no ink (spaces, marks) have none.

    Boxes are those of the line: its ascent to its descent, and as wide as the characters asked for.
    """

    __slots__ = ("_line", "_pages", "_sheet", "_tops", "_x0", "_x1")

    def __init__(self) -> None:
        self._line = array("i")
        self._x0 = array("f")
        self._x1 = array("f")
        #: of each line: its page's index in ``_sheet``; top and bottom in layout coordinates
        self._pages = array("H")
        self._tops = array("f")
        self._sheet: list[PageChars] = []

    def __len__(self) -> int:
        return len(self._line)

    def begin_line(self, page: PageChars, line: Segment) -> None:
        """What is added from here on stands on this line."""
        if not self._sheet or self._sheet[-1] is not page:
            self._sheet.append(page)
        self._pages.append(len(self._sheet) - 1)
        self._tops.extend((line.top, line.bottom))

    def add(self, x0: float, x1: float) -> None:
        """A character on the line begun last, in points of the layout."""
        self._line.append(len(self._pages) - 1)
        self._x0.append(x0)
        self._x1.append(x1)

    def add_blank(self, count: int = 1) -> None:
        """Characters without a place."""
        self._line.extend([-1] * count)
        self._x0.extend([0.0] * count)
        self._x1.extend([0.0] * count)

    def place(self, start: int, end: int) -> dict[str, Any]:
        """``{"page": p, "bbox": [[x0, top, x1, bottom], …]}``: one box a line, points from the top left corner.

        The page counts from 1; it is that of the first character, and boxes on a later page are left out. Empty where
        none of the characters has a place.

        >>> CharBoxes().place(0, 0)
        {}
        """
        boxes: list[list[float]] = []
        page: PageChars | None = None
        last = -1
        for i in range(max(0, start), min(end, len(self._line))):
            line = self._line[i]
            if line < 0:
                continue
            sheet = self._sheet[self._pages[line]]
            if page is None:
                page = sheet
            elif sheet is not page:
                break
            if line == last:
                boxes[-1][0] = min(boxes[-1][0], self._x0[i])
                boxes[-1][2] = max(boxes[-1][2], self._x1[i])
            else:
                boxes.append([self._x0[i], self._tops[2 * line], self._x1[i], self._tops[2 * line + 1]])
                last = line
        if page is None:
            return {}
        return {"page": page.number, "bbox": [page.shown(*box) for box in boxes]}


class PdfOrigin:
    """From the reading text of a PDF to its pages: offsets stay as they are, page and boxes come beside."""

    __slots__ = ("_boxes", "_segments")

    def __init__(self, segments: SegmentMap, boxes: CharBoxes) -> None:
        self._segments = segments
        self._boxes = boxes

    def place(self, start: int, end: int) -> dict[str, Any] | None:
        """``{"start", "end", "page", "bbox"}``; None where foreign text stands inside the span on the page."""
        rendered = self._segments.place(start, end)
        if rendered is None:
            return None
        return {"start": start, "end": end, **self._boxes.place(rendered["start"], rendered["end"])}
