"""A journal's page maker on reportlab: one article set in the layouts that papers come in.

Columns are filled one after the other; wide floats stand at the top of a page, narrow ones inside a column; footnotes,
running heads, stamps, line numbers and a column beside the text are set where journals set them. `FORMATS` names the layouts.
"""

# ruff: noqa: E501 - mark-up and measures read better unbroken
from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.schema import Citation, Document
from tests.reading.renderings import Block, _bracketed, _runs_of, _with_marks

WIDTH, HEIGHT = 595.0, 842.0
#: Letters that the standard fonts lack and the Symbol font has.
_GREEK = re.compile(r"[Α-Ωα-ω≤≥≠≈∞∂√∑−×±→←↑↓]+")


@dataclass(frozen=True)
class Layout:
    """How a journal looks. ``first`` columns on the first page, ``columns`` on the others."""

    columns: int = 2
    first: int | None = None
    font: str = "Times"
    size: float = 9.5
    gutter: float = 18.0
    margin: float = 50.0
    justified: bool = True
    hyphens: bool = True
    raised: bool = True  # citations as superscripts, else in brackets
    side: float = 0.0  # width of a column of metadata at the first page's left
    wide_tables: bool = False
    wide_abstract: bool = True
    boxed_abstract: bool = False
    grid: bool = False  # tables fully ruled, else three lines
    ruled: bool = True  # False: no lines in tables at all
    stamps: tuple[str, ...] = ()
    line_numbers: bool = False
    heads: bool = True
    footnote: bool = True
    spaced: float = 0.0  # space between paragraphs in place of an indent
    leading: float = 1.2


FORMATS: dict[str, Layout] = {
    "journal": Layout(),
    "tight": Layout(gutter=12, size=8.5, font="Helvetica", raised=False, wide_tables=True, grid=True),
    "three": Layout(columns=3, gutter=13, size=8, wide_tables=True, margin=42),
    "turning": Layout(columns=3, first=2, gutter=14, size=8.5, wide_tables=True, boxed_abstract=True),
    "sidebar": Layout(columns=1, side=130, size=10, justified=False, hyphens=False, raised=False, heads=True, spaced=6),
    "frontiers": Layout(columns=2, side=120, size=9, wide_tables=True, raised=False, grid=True),
    "preprint": Layout(columns=1, size=11, leading=1.9, justified=False, hyphens=False, line_numbers=True, raised=False, margin=72),
    "manuscript": Layout(columns=1, size=11, leading=1.4, stamps=("NIH-PA Author Manuscript",) * 3, margin=80, ruled=False),
    "column abstract": Layout(wide_abstract=False, ruled=False),
}  # fmt: skip


def _syllables(text: str) -> str:
    """Soft hyphens in long words, between a vowel with a consonant before it and two letters or more behind."""
    return re.sub(
        r"[A-Za-z]{7,}",
        lambda m: re.sub(r"(?<=[a-z][aeiou])(?=[bcdfgklmnprstv][aeiou][a-z])", "\u00ad", m[0]),
        text,
    )


class Page:
    """What is set, in points from the top; ``flow`` keeps what was set in the order of reading."""

    def __init__(self, document: Document, layout: Layout, path: Path) -> None:
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.pdfgen.canvas import Canvas

        self.document, self.layout = document, layout
        self.canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT))
        self.number = 1
        self.y = 0.0
        self.bottom = HEIGHT - 60
        self.columns: list[tuple[float, float]] = []
        self.at = 0
        self.top = 60.0
        self.line = 0
        roman, bold = {"Times": ("Times-Roman", "Times-Bold"), "Helvetica": ("Helvetica", "Helvetica-Bold")}[
            layout.font
        ]
        self.roman, self.bold = roman, bold
        size = layout.size

        def style(scale: float = 1.0, font: str = roman, **options: Any) -> Any:
            points = round(scale * size, 1)
            return ParagraphStyle(
                "s",
                fontName=font,
                fontSize=points,
                leading=points * max(1.15, layout.leading * 0.98 if scale == 1 else 1.2),
                **options,
            )

        plain = 4 if layout.justified else 0
        self.styles = {
            "body": style(alignment=plain, firstLineIndent=0 if layout.spaced else 10),
            "abstract": style(alignment=plain), "heading": style(1.15, bold), "title": style(1.9, bold),
            "caption": style(0.87), "cell": style(0.82), "head": style(0.82, bold), "note": style(0.78), "reference": style(0.85, leftIndent=14, firstLineIndent=-14),
        }  # fmt: skip

    # ------------------------------------------------------------ words

    def markup(self, start: int, end: int, hyphens: bool = True) -> str:
        return _with_marks(self.document, start, end, self.mark, lambda text: self.plain(text, hyphens))

    def plain(self, text: str, hyphens: bool = True) -> str:
        text = _syllables(text) if hyphens and self.layout.hyphens else text
        text = "".join(c if _GREEK.match(c) or _printable(c) else "" for c in text)
        return re.sub(
            rf" ?{_GREEK.pattern}", lambda m: f'<font face="Symbol">{m[0]}</font>', html.escape(text)
        )

    def mark(self, citation: Citation) -> str:
        if self.layout.raised and all(key.isdigit() for key in citation.keys):
            return f'<super rise="{0.35 * self.layout.size}" size="{0.62 * self.layout.size}">{",".join("–".join(run) for run in _runs_of(citation))}</super>'
        return html.escape(_bracketed(citation))

    # ------------------------------------------------------------ pages and columns

    def begin(self, columns: int, top: float, left: float = 0.0) -> None:
        """Columns from here on to the end of the page."""
        margin, gutter = self.layout.margin, self.layout.gutter
        x0 = margin + left
        width = (WIDTH - margin - x0 - (columns - 1) * gutter) / columns
        self.columns = [(x0 + i * (width + gutter), width) for i in range(columns)]
        self.at, self.y, self.top = 0, top, top

    def furnish(self) -> None:
        """Running heads and feet, stamps and line numbers of the page."""
        layout, canvas = self.layout, self.canvas
        if layout.heads and self.number > 1:
            even = self.number % 2 == 0
            canvas.setFont(self.roman, 8)
            canvas.drawString(
                50, HEIGHT - 38, str(300 + self.number) if even else "Invented Journal of Trials 2024, 12:3"
            )
            canvas.drawRightString(
                WIDTH - 50, HEIGHT - 38, "Author and Writer" if even else str(300 + self.number)
            )
        canvas.setFont(self.roman, 7)
        canvas.drawCentredString(WIDTH / 2, 24, "Downloaded from an invented library on 1 May 2024")
        for i, stamp in enumerate(layout.stamps):
            canvas.saveState()
            canvas.translate(28, HEIGHT - 120 - 230 * i)
            canvas.rotate(-90)
            canvas.setFont("Helvetica", 11)
            canvas.drawString(0, 0, stamp)
            canvas.restoreState()

    def next_column(self) -> None:
        self.at += 1
        if self.at < len(self.columns):
            self.y = self.top
            return
        self.next_page()

    def next_page(self) -> None:
        self.furnish()
        self.canvas.showPage()
        self.number += 1
        self.line = 0
        self.bottom = HEIGHT - 60
        self.begin(self.layout.columns, 60.0)

    def put(self, flowable: Any, x: float, width: float) -> float:
        _, height = flowable.wrap(width, 10_000)
        flowable.drawOn(self.canvas, x, HEIGHT - self.y - height)
        self._count(flowable, height)
        self.y += height
        return float(height)

    def _count(self, flowable: Any, height: float) -> None:
        if self.layout.line_numbers and hasattr(flowable, "blPara"):
            step = flowable.style.leading
            for i in range(max(1, round(height / step))):
                self.line += 1
                self.canvas.setFont(self.roman, 8)
                self.canvas.drawRightString(
                    self.layout.margin - 18,
                    HEIGHT - self.y - i * step - flowable.style.fontSize,
                    str(self.line),
                )

    def flow(self, text: str, style: str, before: float = 0.0, keep: bool = False) -> None:
        """A paragraph, split over columns where it does not fit."""
        from reportlab.platypus import Paragraph

        piece = Paragraph(text, self.styles[style])
        self.y += before if self.y > self.top else 0
        while True:
            x, width = self.columns[self.at]
            room = self.bottom - self.y
            _, height = piece.wrap(width, room)
            if height <= room - (2.4 * self.layout.size * self.layout.leading if keep else 0):
                self.put(piece, x, width)
                return
            parts = piece.split(width, room) if room > 2 * piece.style.leading and not keep else []
            if len(parts) == 2:
                self.put(parts[0], x, width)
                piece = parts[1]
            self.next_column()

    def table(self, block: Block, width: float) -> Any:
        from reportlab.pdfbase.pdfmetrics import stringWidth
        from reportlab.platypus import Paragraph, Table

        assert block.table is not None
        heads = max(1, block.table.header_rows)
        cells = [
            [
                Paragraph(
                    self.markup(c.start, c.end, hyphens=False), self.styles["head" if r < heads else "cell"]
                )
                for c in row
            ]
            for r, row in enumerate(block.table.rows)
        ]
        style: list[Any] = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ]
        if self.layout.grid:
            style.append(("GRID", (0, 0), (-1, -1), 0.4, "black"))
        elif self.layout.ruled:
            style += [
                ("LINEABOVE", (0, 0), (-1, 0), 0.8, "black"),
                ("LINEBELOW", (0, heads - 1), (-1, heads - 1), 0.4, "black"),
                ("LINEBELOW", (0, -1), (-1, -1), 0.8, "black"),
            ]
        count = max(len(row) for row in cells)
        lengths = [
            min(
                60,
                10
                + max(
                    len(block_row[c].plain) if c < len(block_row) else 0
                    for block_row in _plain(self.document, block)
                ),
            )
            for c in range(count)
        ]
        longest = [
            max(
                (
                    stringWidth(w, self.bold, 0.83 * self.layout.size)
                    for row in _plain(self.document, block)
                    if c < len(row)
                    for w in re.split(r"(?<=[-\u2010])|\s", row[c].plain)
                ),
                default=0,
            )
            + 9
            for c in range(count)
        ]
        free = width - sum(longest)
        if free < 0:
            return None
        return Table(
            cells,
            colWidths=[least + free * n / sum(lengths) for n, least in zip(lengths, longest, strict=True)],
            style=style,
        )


@dataclass
class _Cell:
    plain: str


def _plain(document: Document, block: Block) -> Iterator[list[_Cell]]:
    assert block.table is not None
    for row in block.table.rows:
        yield [_Cell(document.text[c.start : c.end]) for c in row]


def _printable(char: str) -> bool:
    try:
        char.encode("cp1252")
    except UnicodeEncodeError:
        return char == "\u00ad"
    return True
