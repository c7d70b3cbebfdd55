"""What is drawn on a page beside its text: rules, boxes and images, in the coordinates of the layout."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as raw

#: Drawn objects that are looked at on one page; a vector plot may have a million.
_MAX_OBJECTS = 20_000


@dataclass(frozen=True, slots=True)
class Rule:
    """A drawn straight line or box edge in layout coordinates (points); ``x0 == x1`` or ``top == bottom`` nearly."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def horizontal(self) -> bool:
        return self.x1 - self.x0 >= self.bottom - self.top


class Frame:
    """User space (points, bottom-left) → layout space (points, top-left), turned clockwise by ``turn`` degrees."""

    def __init__(self, left: float, bottom: float, right: float, top: float, turn: int) -> None:
        self.left, self.bottom, self.right, self.top, self.turn = left, bottom, right, top, turn
        across, up = right - left, top - bottom
        self.width, self.height = (across, up) if turn in (0, 180) else (up, across)

    def boxes(self, box: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], ...]:
        """Columns left, bottom, right, top → x0, top, x1, bottom."""
        a, b, c, d = np.minimum(box[:, 0], box[:, 2]), np.minimum(box[:, 1], box[:, 3]), np.maximum(
            box[:, 0], box[:, 2]), np.maximum(box[:, 1], box[:, 3])  # fmt: skip
        if self.turn == 0:
            return a - self.left, self.top - d, c - self.left, self.top - b
        if self.turn == 90:
            return b - self.bottom, a - self.left, d - self.bottom, c - self.left
        if self.turn == 180:
            return self.right - c, b - self.bottom, self.right - a, d - self.bottom
        return self.top - d, self.right - c, self.top - b, self.right - a


def drawn(page: Any, frame: Frame) -> tuple[list[Rule], list[Rule], list[Rule]]:
    """Straight rules, boxes that may frame text, and images of a page."""
    rules: list[Rule] = []
    frames: list[Rule] = []
    images: list[Rule] = []
    for seen, item in enumerate(
        page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    ):
        if seen >= _MAX_OBJECTS:
            break
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            images.append(_rule(frame, *item.get_bounds()))
            continue
        box = _rule(frame, *item.get_bounds())
        across, down = box.x1 - box.x0, box.bottom - box.top
        if min(across, down) <= 2.5:
            if max(across, down) >= 6:
                rules.append(box)
            continue
        if across >= 60 and down >= 10:
            count = raw.FPDFPath_CountSegments(item.raw)
            straight = list(_straight(item, frame, count)) if count <= 400 else []
            rules.extend(straight)
            if count <= 24 and across >= 100 and down >= 24:
                frames.append(box)
    return rules, frames, images


def _rule(frame: Frame, left: float, bottom: float, right: float, top: float) -> Rule:
    x0, y0, x1, y1 = frame.boxes(np.array([[left, bottom, right, top]]))
    return Rule(float(x0[0]), float(y0[0]), float(x1[0]), float(y1[0]))


def _straight(item: Any, frame: Frame, count: int) -> Iterator[Rule]:
    """The horizontal and vertical strokes of a path."""
    matrix = item.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    last = first = None
    for i in range(count):
        segment = raw.FPDFPath_GetPathSegment(item.raw, i)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == raw.FPDF_SEGMENT_LINETO and last is not None:
            yield from _stroke(frame, last, point)
        if raw.FPDFPathSegment_GetClose(segment) and first is not None:
            yield from _stroke(frame, point, first)
        last = point


def _stroke(frame: Frame, a: tuple[float, float], b: tuple[float, float]) -> Iterator[Rule]:
    across, up = abs(a[0] - b[0]), abs(a[1] - b[1])
    if min(across, up) <= 1 and max(across, up) >= 6:
        yield _rule(frame, min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
