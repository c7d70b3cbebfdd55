"""The characters of a PDF's pages as arrays, read through PDFium.

pdfplumber needs about 100 ms to open a page, PDFium 2 ms with the same boxes; so characters, rules and images
all come from PDFium's C interface, called once for each character with addresses into NumPy arrays.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as raw

from pipeline.reading.pdf_drawn import Frame, Rule, drawn
from pipeline.reading.pdf_glyphs import ACCENTS, glyph_table, with_accent
from pipeline.schema import GoldpanError

#: More characters than any paper has (a 300-page book has about one million); what has more is an attack or a dump.
MAX_CHARS = 8_000_000
_BOLD = re.compile(r"bold|black|heavy|semib|demi|[.,-]b(?:\+\d+)?$|-bd|bd\b|\bbx\d", re.IGNORECASE)
_ITALIC = re.compile(r"ital|obliq|[.,-]i(?:\+\d+)?$|-it\b", re.IGNORECASE)

# The same C functions with plain addresses for their out parameters: no object is made for a character.
_address = ctypes.c_void_p


def _function(name: str, restype: Any, *argtypes: Any) -> Any:
    pointer = ctypes.cast(getattr(raw, name), _address).value
    assert pointer is not None
    return ctypes.CFUNCTYPE(restype, *argtypes)(pointer)


_unicode = _function("FPDFText_GetUnicode", ctypes.c_uint, _address, ctypes.c_int)
_loose = _function("FPDFText_GetLooseCharBox", ctypes.c_int, _address, ctypes.c_int, _address)
_origin = _function("FPDFText_GetCharOrigin", ctypes.c_int, _address, ctypes.c_int, _address, _address)
_object = _function("FPDFText_GetTextObject", _address, _address, ctypes.c_int)
_is_hyphen = _function("FPDFText_IsHyphen", ctypes.c_int, _address, ctypes.c_int)
_is_generated = _function("FPDFText_IsGenerated", ctypes.c_int, _address, ctypes.c_int)


@dataclass(frozen=True, slots=True)
class Font:
    """A font as its characters show it."""

    name: str
    bold: bool
    italic: bool


@dataclass(slots=True)
class PageChars:
    """The characters of one page, in content order, in *layout* coordinates: points, top-left origin, turned so
    that most of the text runs left to right. ``turn`` (degrees, of 0, 90, 180, 270) leads back to the page as shown.

    Arrays are parallel: ``text`` (what each character reads as; spaces included), ``x0``, ``x1``, ``base`` (baseline),
    ``size`` (font size), ``font`` (index into ``fonts``), ``skew`` (true where the character runs another way).
    """

    number: int
    width: float
    height: float
    turn: int
    text: list[str]
    x0: list[float]
    x1: list[float]
    base: list[float]
    size: list[float]
    font: list[int]
    skew: list[bool]
    rules: list[Rule]
    frames: list[Rule]
    images: list[Rule]

    def shown(self, x0: float, top: float, x1: float, bottom: float) -> list[float]:
        """A layout box as it stands on the shown page: [x0, top, x1, bottom]."""
        if self.turn == 0:
            box = (x0, top, x1, bottom)
        elif self.turn == 90:
            box = (self.height - bottom, x0, self.height - top, x1)
        elif self.turn == 180:
            box = (self.width - x1, self.height - bottom, self.width - x0, self.height - top)
        else:
            box = (top, self.width - x1, bottom, self.width - x0)
        return [round(value, 2) for value in box]


def read_page(document: Any, index: int) -> PageChars:
    """The characters, rules and images of page ``index`` (from 0)."""
    page = document[index]
    try:
        return _read(page, index + 1)
    finally:
        page.close()


def _read(page: Any, number: int) -> PageChars:
    left, bottom, right, top = page.get_mediabox()
    crop = page.get_cropbox()
    rotation = page.get_rotation() % 360
    text_page = page.get_textpage()
    try:
        columns = _columns(text_page)
    finally:
        text_page.close()
    text, boxes, origins, sizes, directions, fonts = columns
    turn = _reading_turn(directions, text, rotation)
    frame = Frame(left, bottom, right, top, (rotation + turn) % 360)
    x0, _y0, x1, _y1 = frame.boxes(boxes)
    _, _, _, base = frame.boxes(np.concatenate([origins, origins], axis=1))
    inside = (
        (origins[:, 0] >= crop[0] - 2) & (origins[:, 0] <= crop[2] + 2)
        & (origins[:, 1] >= crop[1] - 2) & (origins[:, 1] <= crop[3] + 2)
    )  # fmt: skip
    away = (np.round(directions / 90.0) * 90 + turn + rotation) % 360
    off_axis = np.abs((directions + 45) % 90 - 45) > 4
    skew = (away != 0) | off_axis
    keep = np.flatnonzero(inside & (sizes > 0.5) & np.array([bool(char) for char in text], dtype=bool))
    rules, frames, images = drawn(page, frame)
    chars = PageChars(
        number, frame.width, frame.height, turn,
        [text[i] for i in keep], x0[keep].tolist(), x1[keep].tolist(), base[keep].tolist(),
        np.round(sizes[keep], 2).tolist(), fonts[keep].tolist(), skew[keep].tolist(), rules, frames, images,
    )  # fmt: skip
    _join_accents(chars)
    return chars


def _join_accents(page: PageChars) -> None:
    """Put accents that were drawn as characters of their own onto the letter that they overlap."""
    accents = [i for i, char in enumerate(page.text) if char in ACCENTS]
    if not accents or len(accents) > 500:
        return
    letters = [i for i, char in enumerate(page.text) if char.isalpha()]
    for i in accents:
        middle, em = (page.x0[i] + page.x1[i]) / 2, page.size[i]
        for j in letters:
            if page.x0[j] < middle < page.x1[j] and abs(page.base[j] - page.base[i]) < 0.5 * em:
                joined = with_accent(page.text[j], page.text[i])
                if joined:
                    page.text[j], page.text[i] = joined, ""
                    break


_Columns = tuple[
    list[str], npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64],
    npt.NDArray[np.int64],
]  # fmt: skip


class _Fonts:
    """The fonts of a process by name and flags; pages share their indices."""

    def __init__(self) -> None:
        self.fonts: list[Font] = []
        self._index: dict[tuple[str, int, int], int] = {}

    def of(self, name: str, flags: int, weight: int) -> int:
        key = (name, flags, weight)
        if key not in self._index:
            self._index[key] = len(self.fonts)
            bold = weight >= 600 or bool(flags & 1 << 18) or bool(_BOLD.search(name))
            self.fonts.append(Font(name, bold, bool(flags & 1 << 6) or bool(_ITALIC.search(name))))
        return self._index[key]


FONTS = _Fonts()


def _columns(text_page: Any) -> _Columns:
    """Text, boxes (left, bottom, right, top), origins, sizes, directions and fonts of a page's characters."""
    handle = ctypes.cast(text_page.raw, _address)
    count = text_page.count_chars()
    if count > MAX_CHARS:
        raise GoldpanError(f"a page has {count} characters, more than {MAX_CHARS}; split the file")
    # FS_RECTF is left, top, right, bottom in 32-bit floats
    rectangles = np.zeros((count, 4), dtype=np.float32)
    x, y = np.zeros(count), np.zeros(count)
    rect_at, x_at, y_at = rectangles.ctypes.data, x.ctypes.data, y.ctypes.data
    codes: list[int] = []
    objects: list[int] = []
    for i in range(count):
        codes.append(_unicode(handle, i))
        _loose(handle, i, rect_at + 16 * i)
        _origin(handle, i, x_at + 8 * i, y_at + 8 * i)
        objects.append(_object(handle, i) or 0)
    first = {address: count - 1 - i for i, address in enumerate(reversed(objects))}
    styles = {address: _style(text_page, i, address) for address, i in first.items()}
    sizes = np.array([styles[a][0] for a in objects])
    directions = np.array([styles[a][1] for a in objects])
    fonts = np.array([styles[a][2] for a in objects], dtype=np.int64)
    text = [_reading(codes[i], fonts[i], handle, i) for i in range(count)]
    boxes = rectangles[:, [0, 3, 2, 1]].astype(np.float64)
    # a generated space belongs to no object: it takes its neighbour's style
    for i in np.flatnonzero(sizes == 0):
        if i:
            sizes[i], directions[i], fonts[i] = sizes[i - 1], directions[i - 1], fonts[i - 1]
    return text, boxes, np.stack([x, y], axis=1), sizes, directions, fonts


def _style(text_page: Any, i: int, address: int) -> tuple[float, float, int]:
    """Font size in points, direction in degrees (clockwise, as drawn) and font of the text object of character i."""
    if not address:
        return 0.0, 0.0, 0
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text_page.raw, i, matrix)
    size = raw.FPDFText_GetFontSize(text_page.raw, i) * float(np.hypot(matrix.c, matrix.d))
    direction = float(np.degrees(np.arctan2(-matrix.b, matrix.a))) % 360
    buffer = ctypes.create_string_buffer(256)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(text_page.raw, i, buffer, 256, flags)
    weight = raw.FPDFText_GetFontWeight(text_page.raw, i)
    return abs(size), direction, FONTS.of(buffer.value.decode("utf-8", "replace"), flags.value, weight)


def _reading(code: int, font: int, handle: Any, i: int) -> str:
    """What a character reads as: a glyph table entry, itself, a space, or nothing."""
    if 32 < code < 127:
        char = chr(code)
        return glyph_table(FONTS.fonts[font].name).get(char, char) if FONTS.fonts else char
    if code == 2 and _is_hyphen(handle, i):
        return "-"
    if code in (32, 9, 0xA0) or 0x2000 <= code <= 0x200A or code in (0x202F, 0x3000):
        # PDFium's own guess at a space is told from one that the file holds
        return "\v" if _is_generated(handle, i) else " "
    if code in (10, 13):
        return "\n" if code == 10 else ""
    if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return "\ufffd" if code == 0 else ""
    char = chr(code)
    found = glyph_table(FONTS.fonts[font].name).get(char) if FONTS.fonts else None
    if found is not None:
        return found
    return "\ufffd" if code < 32 or 127 <= code < 160 else char


def _reading_turn(directions: npt.NDArray[np.float64], text: list[str], rotation: int) -> int:
    """How far the page as shown must be turned so that most of its text runs left to right: 0, 90, 180 or 270.

    A turn needs three quarters of the text: a page with a rotated table beside upright text is read upright.
    """
    if not text:
        return 0
    shown = (np.round(directions / 90.0) * 90 + rotation) % 360
    written = np.array([bool(char) and not char.isspace() for char in text])
    total = int(written.sum())
    for turn in (90, 180, 270):
        if total and int(((shown == turn) & written).sum()) >= 0.75 * total:
            return (360 - turn) % 360
    return 0
