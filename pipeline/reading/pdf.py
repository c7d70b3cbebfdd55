"""PDF → rendered text: the pages' columns, tables, notes and headings in reading order, in the text reader's dialect.

Layout happens here; sections, citations, references and the joining of cut sentences in the text reader.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.reading.pdf_boxes import CharBoxes, PdfOrigin
from pipeline.reading.pdf_cells import TableCells
from pipeline.reading.pdf_chars import MAX_CHARS, PageChars, read_page
from pipeline.reading.pdf_drawn import Rule
from pipeline.reading.pdf_furniture import Furniture, split_furniture
from pipeline.reading.pdf_layout import Column, Gutter, column_gutters, reading_order
from pipeline.reading.pdf_lines import Page, Segment, segments_of
from pipeline.reading.pdf_open import open_pdf
from pipeline.reading.pdf_paragraphs import Body, Paragraph, find_title, paragraphs
from pipeline.reading.pdf_render import Renderer, flow
from pipeline.reading.pdf_stitch import stitched
from pipeline.reading.pdf_tables import take_tables
from pipeline.reading.pdf_unruled import take_wide
from pipeline.reading.pdf_words import words_of
from pipeline.schema import Document, GoldpanError

#: Pages of one file where the settings do not say otherwise.
MAX_PAGES = 1000
#: A gutter this tall (ems) counts as a column of the document, and is then known on its other pages.
_KNOWN_HEIGHT = 12
#: A page with an image over this part of it and fewer letters than this is a scan.
_SCAN_COVER, _SCAN_LETTERS = 0.6, 200


@dataclass(slots=True)
class Rendered:
    """A PDF as one text; ``boxes`` places each of its characters, ``furniture`` is what was left out and why."""

    text: str
    boxes: CharBoxes
    pages: int
    furniture: list[Furniture]
    title: str | None


def read_pdf(path: Path, settings: Any = None) -> Rendered:
    """Read a PDF's text in reading order.

    ``settings.max_pages`` bounds the pages (`MAX_PAGES` without it). Raises GoldpanError, one line, for a file that is
    damaged, cut short, protected by a password, empty, too long, or scanned without text.
    """
    path = Path(path)
    pages: list[Page] = []
    total = 0
    with open_pdf(path, getattr(settings, "max_pages", MAX_PAGES)) as document:
        named = _metadata_title(document)
        for index in range(len(document)):
            chars = _page(path, document, index)
            total += len(chars.text)
            if total > MAX_CHARS:
                raise GoldpanError(f"{path}: has more than {MAX_CHARS} characters; split it")
            upright, skewed = words_of(chars)
            pages.append(Page(chars, segments_of(upright), skewed))
    _check_text(path, pages)
    furniture = split_furniture(pages)
    items = stitched(_layout(pages))
    body = Body.of([s for page in pages for s in page.segments])
    title = find_title(items, body, named)
    _settle_title(items, title)
    renderer = Renderer({page.chars.number: page.chars for page in pages}, items)
    previous: Paragraph | None = None
    for item in flow(items):
        joined = (
            item.continues and previous is not None and previous.kind == item.kind
            and (item.kind == "table" or (previous.hanging and not previous.text.endswith(".")))
        )  # fmt: skip
        renderer.write(item, joined)
        previous = item
    return Rendered(renderer.text, renderer.boxes, len(pages), furniture, title.text if title else None)


def to_document(rendered: Rendered, doc_id: str, path: str = "", sha256: str | None = None) -> Document:
    """The document of a rendered PDF: offsets count in the reading text, with page and bbox beside."""
    from pipeline.reading.text import build

    document = build(rendered.text, doc_id, kind="pdf", path=path, sha256=sha256)
    document.origin = PdfOrigin(document.origin, rendered.boxes)  # type: ignore[arg-type]
    document.source = document.text
    return document


def read_document(path: Path, doc_id: str, settings: Any = None) -> Document:
    """`read_pdf` and `to_document` in one, with the file's checksum."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
    return to_document(read_pdf(path, settings), doc_id, str(path), digest)


def _metadata_title(document: Any) -> str:
    try:
        return str(document.get_metadata_value("Title") or "")
    except (UnicodeDecodeError, ValueError):
        return ""


def _page(path: Path, document: Any, index: int) -> PageChars:
    try:
        return read_page(document, index)
    except GoldpanError as error:
        raise GoldpanError(f"{path}, page {index + 1}: {error}") from error
    except Exception as error:  # PDFium's own errors and what its values may break
        raise GoldpanError(
            f"{path}: page {index + 1} is damaged ({type(error).__name__}); fetch it again"
        ) from error


def _check_text(path: Path, pages: list[Page]) -> None:
    """A scan without a text layer, or a text whose characters have no codes, is nothing to read."""
    letters = [sum(char.isalnum() for text in page.chars.text for char in text) for page in pages]
    unknown = sum(text == "\ufffd" for page in pages for text in page.chars.text)
    if sum(letters) == 0 and unknown == 0:
        raise GoldpanError(
            f"{path}: has no text, only images or drawings ({len(pages)} pages); run OCR on it first"
        )
    if unknown > sum(letters):
        raise GoldpanError(f"{path}: its fonts do not say which characters they show; run OCR on it first")
    scans = sum(
        _covered(page.chars) >= _SCAN_COVER and count < _SCAN_LETTERS
        for page, count in zip(pages, letters, strict=True)
    )
    if scans and scans >= 0.8 * len(pages):
        raise GoldpanError(
            f"{path}: is scanned without a text layer ({scans} of {len(pages)} pages); run OCR on it first"
        )


def _covered(page: PageChars) -> float:
    """The part of a page that its images cover, overlaps counted twice."""
    area = max(1.0, page.width * page.height)
    return sum(max(0.0, i.x1 - i.x0) * max(0.0, i.bottom - i.top) for i in page.images) / area


# ---------------------------------------------------------------- layout of a document


@dataclass(slots=True)
class _Box:
    """A framed box: laid out on its own."""

    segments: list[Segment]


def _layout(pages: list[Page]) -> list[Paragraph]:
    body = Body.of([s for page in pages for s in page.segments])
    for page in pages:
        take_tables(page)
        take_wide(page)
        _take_boxes(page)
    found = [gutter for page in pages for gutter in column_gutters(page.segments, body.size)]
    tall = [g for g in found if g.height >= _KNOWN_HEIGHT * body.size]
    known = list({(round(g.x0), round(g.x1)): g for g in tall}.values())
    out: list[Paragraph] = []
    for page in pages:
        out.extend(_paragraphs(page.chars.number, page.segments, body, known))
    return out


def _paragraphs(number: int, segments: list[Segment], body: Body, known: list[Gutter]) -> Iterable[Paragraph]:
    for column in _mended(reading_order(segments, body.size, known)):
        run: list[Segment] = []
        for line in [*column.lines, None]:
            if line is not None and line.block is None:
                run.append(line)
                continue
            if run:
                yield from paragraphs(Column(run, column.x0, column.x1), number, body)
                run = []
            if line is None:
                continue
            if isinstance(line.block, TableCells):
                yield Paragraph("table", number, table=line.block)
            elif isinstance(line.block, _Box):
                yield from _paragraphs(number, line.block.segments, body, [])


def _mended(columns: list[Column]) -> list[Column]:
    """Give the short last line of a wide paragraph back to it, where a column begins level with that line."""
    for above, below in itertools.pairwise(columns):
        while above.lines and below.lines:
            last, first = above.lines[-1], below.lines[0]
            step = first.base - last.base
            wide = last.x1 - last.x0 > 1.3 * (below.x1 - below.x0)
            if (
                last.block
                or first.block
                or not wide
                or last.font != first.font
                or abs(last.size - first.size) > 0.2
            ):
                break
            if not 0 < step < 1.45 * last.size or abs(first.x0 - last.x0) > 1:
                break
            above.lines.append(below.lines.pop(0))
    return [column for column in columns if column.lines]


def _take_boxes(page: Page) -> None:
    """Replace the text in a frame by one segment that stands for it, so that columns do not run through it."""
    area = page.chars.width * page.chars.height
    for frame in sorted(page.chars.frames, key=lambda f: (f.x1 - f.x0) * (f.bottom - f.top)):
        if (frame.x1 - frame.x0) * (frame.bottom - frame.top) > 0.7 * area:
            continue
        touching = [s for s in page.segments if _overlaps(s, frame)]
        inside = [
            s
            for s in touching
            if s.x0 >= frame.x0 - 2
            and s.x1 <= frame.x1 + 2
            and s.top >= frame.top - 3
            and s.bottom <= frame.bottom + 3
        ]
        rows = {round(s.base) for s in inside}
        if len(inside) < len(touching) or len(rows) < 3:
            continue
        ids = {id(s) for s in inside}
        page.segments = [s for s in page.segments if id(s) not in ids]
        size = inside[0].size
        page.segments.append(
            Segment(
                [], frame.x0, frame.x1, frame.bottom, size, 0, frame.top, frame.bottom, block=_Box(inside)
            )
        )


def _overlaps(segment: Segment, frame: Rule) -> bool:
    return (
        segment.x0 < frame.x1 - 2 and segment.x1 > frame.x0 + 2
        and segment.base - 0.5 * segment.size < frame.bottom and segment.base > frame.top
    )  # fmt: skip


def _settle_title(items: list[Paragraph], title: Paragraph | None) -> None:
    """Mark the title; what is set large before it (the journal's name, "Review") is no heading."""
    if title is None:
        return
    title.kind = "title"
    for item in items:
        if item is title:
            return
        if item.kind == "heading":
            item.kind = "text"
