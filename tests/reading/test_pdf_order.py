"""Reading order of pages that the tests set themselves: one to three columns, mixed, with boxes, notes and floats.

Every page is set from numbered sentences of invented words, so that the whole order can be checked, not a sample.
"""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.reading.pdf import Rendered, read_pdf

canvas = pytest.importorskip("reportlab.pdfgen.canvas")
metrics = pytest.importorskip("reportlab.pdfbase.pdfmetrics")

SYLLABLES = tuple(
    "ba de fi go lu ma ne po ra si tu ve wo xa zi kel mor tan ris dol ver pin sal gor".split()  # noqa: SIM905
)


class Words:
    """Invented words, each sentence of them different."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def sentence(self) -> str:
        words = [
            "".join(self.random.choices(SYLLABLES, k=self.random.randint(1, 4)))
            for _ in range(self.random.randint(8, 22))
        ]
        if self.random.random() < 0.2:
            words.insert(3, f"({self.random.randint(2, 99)}.{self.random.randint(1, 9)}%)")
        return " ".join(words).capitalize() + "."

    def paragraph(self, words: int) -> str:
        out: list[str] = []
        while sum(len(s.split()) for s in out) < words:
            out.append(self.sentence())
        return " ".join(out)


@dataclass
class Setter:
    """Sets justified or ragged paragraphs into columns of a page and remembers what it set, in order."""

    path: Path
    size: float = 9.5
    justified: bool = True
    font: str = "Times-Roman"
    leading: float = 1.2
    indent: float = 10.0
    order: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.canvas = canvas.Canvas(str(self.path), pagesize=(595, 842))

    def text(
        self, x: float, y: float, words: str, size: float | None = None, font: str | None = None
    ) -> None:
        self.canvas.setFont(font or self.font, size or self.size)
        self.canvas.drawString(x, 842 - y, words)

    def fill(
        self,
        x: float,
        top: float,
        bottom: float,
        width: float,
        words: list[str],
        size: float | None = None,
        first: bool = True,
    ) -> tuple[float, list[str]]:
        """Set words from ``top`` down to ``bottom``; gives where it ended and the words that are left."""
        size = size or self.size
        space = metrics.stringWidth(" ", self.font, size)
        y, left, indent = top, list(words), self.indent if first else 0.0
        while left and y + size <= bottom:
            line: list[str] = []
            used = indent
            while left and used + metrics.stringWidth(left[0], self.font, size) <= width:
                used += metrics.stringWidth(left[0], self.font, size) + space
                line.append(left.pop(0))
            pen = self.canvas.beginText(x + indent, 842 - y - size)
            pen.setFont(self.font, size)
            wide = self.justified and left and len(line) > 1
            pen.setWordSpace((width - used + space) / (len(line) - 1) if wide else 0)
            pen.textLine(" ".join(line))
            self.canvas.drawText(pen)
            self.order.extend(line)
            y += self.leading * size
            indent = 0.0
        return y, left

    def column(
        self, x: float, top: float, bottom: float, width: float, source: Words, carried: list[str]
    ) -> list[str]:
        """Fill a column with paragraphs; gives the words that go on in the next one."""
        y, left = self.fill(x, top, bottom, width, carried, first=False) if carried else (top, [])
        while not left and y + 3 * self.size <= bottom:
            y, left = self.fill(x, y, bottom, width, source.paragraph(40).split())
        return left

    def columns(
        self,
        count: int,
        top: float,
        bottom: float,
        source: Words,
        gutter: float = 16.0,
        margin: float = 50.0,
        carried: list[str] | None = None,
    ) -> list[str]:
        width = (595 - 2 * margin - (count - 1) * gutter) / count
        left = carried or []
        for i in range(count):
            left = self.column(margin + i * (width + gutter), top, bottom, width, source, left)
        return left

    def save(self) -> Rendered:
        self.canvas.save()
        return read_pdf(self.path)


def words_of(text: str) -> list[str]:
    text = re.sub(r"\\(?=[*$`#])", "", text)
    return re.findall(r"\w+", re.sub(r"^#+ ", "", text, flags=re.MULTILINE).lower())


def in_order(expected: list[str], rendered: str, size: int = 8) -> float:
    """Share of the windows of 8 words that come as they were set."""
    want, got = words_of(" ".join(expected)), words_of(rendered)
    windows = [tuple(want[i : i + size]) for i in range(len(want) - size + 1)]
    have = {tuple(got[i : i + size]) for i in range(len(got) - size + 1)}
    return sum(window in have for window in windows) / len(windows)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("justified", [True, False])
@pytest.mark.parametrize(("size", "gutter"), [(8.0, 11.0), (9.5, 16.0), (11.0, 24.0)])
def test_columns_are_read_one_after_the_other(
    tmp_path: Path, count: int, justified: bool, size: float, gutter: float
) -> None:
    page = Setter(tmp_path / "a.pdf", size=size, justified=justified)
    source = Words(count)
    left: list[str] = []
    for _ in range(2):
        left = page.columns(count, 60, 780, source, gutter, carried=left)
        page.canvas.showPage()
    assert in_order(page.order, page.save().text) == 1.0


@pytest.mark.parametrize("layout", [(1, 2), (1, 3), (2, 3), (3, 1, 2), (2, 1, 2), (1, 2, 1)])
def test_bands_with_different_columns_on_one_page(tmp_path: Path, layout: tuple[int, ...]) -> None:
    page = Setter(tmp_path / "a.pdf", size=9)
    source = Words(7)
    height = 720 / len(layout)
    for i, count in enumerate(layout):
        page.columns(count, 60 + i * height, 60 + (i + 1) * height - 30, source)
    assert in_order(page.order, page.save().text) >= 0.97


@pytest.mark.parametrize("layout", [(3, 2), (1, 3), (2, 1, 3)])
@pytest.mark.parametrize("gap", [8, 14])
@pytest.mark.parametrize("size", [8, 9.5])
def test_lines_at_a_seam_stay_in_their_band(
    tmp_path: Path, layout: tuple[int, ...], gap: float, size: float
) -> None:
    """Where a paragraph's last line is short, a row of three columns leaves the gutter of the two below it white."""
    for seed in (1, 2):
        page = Setter(tmp_path / "a.pdf", size=size)
        source = Words(seed)
        height = 720 / len(layout)
        for i, count in enumerate(layout):
            page.columns(count, 60 + i * height, 60 + (i + 1) * height - gap, source)
        assert in_order(page.order, page.save().text) == 1.0


def test_title_and_abstract_over_two_columns(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf")
    source = Words(3)
    page.text(50, 70, "A trial of an invented drug in people", 18, "Times-Bold")
    page.text(50, 95, "A. Roe, B. Doe, C. Poe and D. Moe", 10)
    page.fill(50, 110, 200, 495, source.paragraph(90).split())
    page.columns(2, 220, 780, source)
    rendered = page.save()
    assert rendered.title == "A trial of an invented drug in people"
    assert rendered.text.startswith("# A trial of an invented drug in people\n\nA. Roe")
    assert in_order(page.order, rendered.text) == 1.0


def test_running_heads_and_page_numbers_are_no_text(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf")
    source = Words(5)
    left: list[str] = []
    for number in range(1, 6):
        page.text(50 if number % 2 else 380, 40, "Roe et al. The invented journal 2020", 8)
        page.text(540 if number % 2 else 50, 40, str(110 + number), 8)
        page.text(200, 815, "Downloaded from an invented library", 7)
        left = page.columns(2, 60, 780, source, carried=left)
        page.canvas.showPage()
    rendered = page.save()
    assert in_order(page.order, rendered.text) == 1.0
    for word in ("journal", "Downloaded", "111", "115"):
        assert word not in rendered.text
    assert len(rendered.furniture) == 15
    head = next(f for f in rendered.furniture if f.page == 1 and "journal" in f.text)
    assert head.bbox[0] == pytest.approx(50, abs=0.5)
    assert 30 < head.bbox[1] < 40 < head.bbox[3] < 45


def test_watermarks_across_and_along_the_page(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf")
    source = Words(6)
    left: list[str] = []
    for _ in range(3):
        page.canvas.saveState()
        page.canvas.translate(300, 420)
        page.canvas.rotate(50)
        page.canvas.setFont("Helvetica", 60)
        page.canvas.drawCentredString(0, 0, "CONFIDENTIAL DRAFT")
        page.canvas.restoreState()
        page.canvas.saveState()
        page.canvas.translate(575, 300)
        page.canvas.rotate(90)
        page.canvas.setFont("Helvetica", 9)
        page.canvas.drawString(0, 0, "Author Manuscript")
        page.canvas.restoreState()
        left = page.columns(2, 60, 780, source, carried=left)
        page.canvas.showPage()
    rendered = page.save()
    assert in_order(page.order, rendered.text) == 1.0
    assert {f.text for f in rendered.furniture} == {"CONFIDENTIAL DRAFT", "Author Manuscript"}


def test_a_footnote_does_not_cut_a_sentence(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf")
    source = Words(8)
    left = page.column(50, 60, 680, 239, source, [])
    assert left, "the sentence must run on"
    body = list(page.order)
    note = "* Address for letters: An invented street, an invented town."
    page.fill(50, 720, 760, 239, note.split(), 7)
    page.order = list(body)
    page.column(305, 60, 780, 239, source, left)
    text = page.save().text
    assert in_order(page.order[: len(body) + len(left)], text) == 1.0
    assert "\n\n\\* Address for letters: An invented street, an invented town." in text


def test_columns_run_on_around_a_box_in_their_middle(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf")
    source = Words(9)
    width = 239.0
    left = page.column(50, 60, 308, width, source, [])
    assert left, "the sentence must run on below the box"
    left = page.column(50, 500, 780, width, source, left)
    left = page.column(306, 60, 300, width, source, left)
    page.column(306, 500, 780, width, source, left)
    flow = list(page.order)
    page.canvas.rect(48, 842 - 480, 500, 160)
    page.fill(60, 330, 470, 475, ("Box 1. " + source.paragraph(80)).split())
    boxed = page.order[len(flow) :]
    text = page.save().text
    assert in_order(flow, text) == 1.0
    assert in_order(boxed, text) == 1.0


def test_a_framed_box_with_columns_of_its_own(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf", size=8.5)
    source = Words(10)
    page.canvas.rect(45, 842 - 300, 505, 250)
    page.columns(3, 60, 290, source, 14)
    page.columns(2, 320, 780, source, 18)
    assert in_order(page.order, page.save().text) >= 0.98


def test_a_turned_page_is_read_along_its_text(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf")
    source = Words(12)
    for turn in (90, 180, 270):
        page.canvas.saveState()
        page.canvas.translate(*{90: (595, 0), 180: (595, 842), 270: (0, 842)}[turn])
        page.canvas.rotate(turn)
        page.columns(1, 842 - 480, 842 - 80, source)
        page.canvas.restoreState()
        page.canvas.showPage()
    rendered = page.save()
    assert in_order(page.order, rendered.text) == 1.0
    first = rendered.boxes.place(0, 1)
    assert first["page"] == 1
    assert rendered.furniture == []


def test_a_page_that_is_shown_turned(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf")
    page.canvas.setPageRotation(90)
    page.canvas.saveState()
    page.canvas.translate(595, 0)
    page.canvas.rotate(90)
    page.text(100, 842 - 595 + 60, "Upright as shown")
    page.canvas.restoreState()
    rendered = page.save()
    assert rendered.text == "Upright as shown"
    x0, top, x1, bottom = rendered.boxes.place(0, 7)["bbox"][0]
    assert x0 == pytest.approx(100, abs=1)
    assert x1 - x0 > 2.5 * (bottom - top)


def test_rivers_of_word_gaps_are_no_columns(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf", size=9, font="Courier")
    page.columns(3, 60, 780, Words(21), 14)
    assert in_order(page.order, page.save().text) == 1.0


def test_numbers_of_a_list_are_no_column(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf", size=8)
    source = Words(22)
    entries: list[list[str]] = []
    for x in (50, 310):
        y = 60.0
        while y < 760:
            entries.append(source.sentence().split())
            page.text(x, y + page.size, f"{len(entries)}.")
            y, _ = page.fill(x + 18, y, 800, 215, entries[-1], first=False)
    text = page.save().text
    assert in_order(page.order, re.sub(r"^\d+\. ", "", text, flags=re.MULTILINE)) == 1.0
    assert [block.split(" ")[0] for block in text.split("\n\n")] == [
        f"{n}." for n in range(1, len(entries) + 1)
    ]


def test_a_page_of_scattered_labels_is_read_in_bounded_time(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf", size=3)
    place = random.Random(5)
    for _ in range(6000):
        page.text(place.random() * 580, place.random() * 830, "12.5")
    begin = time.perf_counter()
    assert page.save().text.count("12.5") > 4000
    assert time.perf_counter() - begin < 10


def test_three_columns_below_an_indented_abstract_and_around_a_table(tmp_path: Path) -> None:
    """The abstract's last word stands where the columns' gutter is white, and is no part of a column."""
    page = Setter(tmp_path / "a.pdf", size=9)
    source = Words(61)
    page.text(150, 80, "A trial of an invented drug in people", 15)
    page.text(230, 110, "Ann Author, Bea Writer", 11)
    words = source.paragraph(70).split()
    _, left = page.fill(85, 150, 200, 425, words)
    page.text(85, 209, left[0])
    page.order.append(left[0])
    page.columns(3, 240, 470, source, 14)
    page.text(50, 490, "Table 1. Trials", 8, "Times-Bold")
    for y in (495, 508, 545):
        page.canvas.line(50, 842 - y, 545, 842 - y)
    for r in range(4):
        for x, cell in zip((55, 180, 300, 430), ("Roe", "drug", f"{r}mg", f"{20 + r}"), strict=True):
            page.text(x, 504 + 12 * r, cell, 8)
    page.columns(3, 565, 780, source, 14)
    text = page.save().text
    assert in_order(page.order, text) >= 0.97
    assert text.count("\t") == 12
