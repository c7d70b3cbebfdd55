"""A PDF file opened safely, and the characters of its pages as arrays, read through PDFium.

pdfplumber needs about 100 ms to open a page, PDFium 2 ms with the same boxes; so characters, rules and images
all come from PDFium's C interface, called once for each character with addresses into NumPy arrays.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2
import pypdfium2.raw as raw

from pipeline.reading.pdf_glyphs import ACCENTS, glyph_table, with_accent
from pipeline.schema import GoldpanError

#: More characters than any paper has (a 300-page book has about one million); what has more is an attack or a dump.
MAX_CHARS = 8_000_000
#: Drawn objects that are looked at on one page; a vector plot may have a million.
_MAX_OBJECTS = 20_000
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


@contextmanager
def open_pdf(path: Path, max_pages: int) -> Iterator[Any]:
    """Open a PDF, with an empty password where it is encrypted, and close it again.

    Raises GoldpanError, one line, where the file is no PDF, is cut short, has a damaged cross-reference table, wants a
    password, has no pages or more than ``max_pages``.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GoldpanError(f"{path}: cannot be read ({error.strerror or error}); check the file") from error
    _check_frame(path, data)
    try:
        document = pypdfium2.PdfDocument(data, password="")
        count = len(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise GoldpanError(f"{path}: is protected by a password; save a copy without one and add that") from error
        raise GoldpanError(f"{path}: is damaged, no PDF reader opens it; fetch it again") from error
    try:
        if count == 0:
            raise GoldpanError(f"{path}: has no pages; fetch it again")
        if count > max_pages:
            raise GoldpanError(f"{path}: has {count} pages, more than max_pages = {max_pages}; split it or raise the setting")
        yield document
    finally:
        document.close()


def _check_frame(path: Path, data: bytes) -> None:
    """The file's head, tail and cross-reference pointer; PDFium would mend these in silence and lose pages."""
    head = data.find(b"%PDF-", 0, 1024)
    if not data:
        raise GoldpanError(f"{path}: is empty (0 bytes); fetch it again")
    if head < 0:
        raise GoldpanError(f"{path}: is not a PDF (it does not begin with %PDF-); check what was downloaded")
    end = data.rfind(b"%%EOF")
    pointers = re.findall(rb"startxref\s+(\d+)", data[max(0, end - 2048) :] if end >= 0 else b"")
    if end < 0 or not pointers:
        raise GoldpanError(f"{path}: is cut short (no end-of-file mark); fetch it again")
    at = int(pointers[-1])
    target = re.compile(rb"xref|\d+\s+\d+\s+obj")
    if not any(target.search(data, max(0, place - 16), place + 48) for place in (at, at + head)):
        raise GoldpanError(f"{path}: has a damaged cross-reference table, parts may be missing; fetch it again")


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
    frame = _Frame(left, bottom, right, top, (rotation + turn) % 360)
    x0, y0, x1, y1 = frame.boxes(boxes)
    _, _, _, base = frame.boxes(np.concatenate([origins, origins], axis=1))
    inside = (
        (origins[:, 0] >= crop[0] - 2) & (origins[:, 0] <= crop[2] + 2)
        & (origins[:, 1] >= crop[1] - 2) & (origins[:, 1] <= crop[3] + 2)
    )  # fmt: skip
    away = (np.round(directions / 90.0) * 90 + turn + rotation) % 360
    off_axis = np.abs((directions + 45) % 90 - 45) > 4
    skew = (away != 0) | off_axis
    keep = np.flatnonzero(inside & (sizes > 0.5) & np.array([bool(char) for char in text], dtype=bool))
    rules, frames, images = _drawn(page, frame)
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
    styles = {address: _style(text_page, objects.index(address), address) for address in dict.fromkeys(objects)}
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


class _Frame:
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


def _drawn(page: Any, frame: _Frame) -> tuple[list[Rule], list[Rule], list[Rule]]:
    """Straight rules, boxes that may frame text, and images of a page."""
    rules: list[Rule] = []
    frames: list[Rule] = []
    images: list[Rule] = []
    for seen, item in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
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


def _rule(frame: _Frame, left: float, bottom: float, right: float, top: float) -> Rule:
    x0, y0, x1, y1 = frame.boxes(np.array([[left, bottom, right, top]]))
    return Rule(float(x0[0]), float(y0[0]), float(x1[0]), float(y1[0]))


def _straight(item: Any, frame: _Frame, count: int) -> Iterator[Rule]:
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


def _stroke(frame: _Frame, a: tuple[float, float], b: tuple[float, float]) -> Iterator[Rule]:
    across, up = abs(a[0] - b[0]), abs(a[1] - b[1])
    if min(across, up) <= 1 and max(across, up) >= 6:
        yield _rule(frame, min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
