"""What the PDF reader makes of characters, lines, headings, tables and boxes, on pages that the tests draw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.reading.pdf import Rendered, read_document, read_pdf

canvas = pytest.importorskip("reportlab.pdfgen.canvas")
pdfmetrics = pytest.importorskip("reportlab.pdfbase.pdfmetrics")
ttfonts = pytest.importorskip("reportlab.pdfbase.ttfonts")

BODY = [
    "Invented patients with an invented illness took part in this trial of a drug",
    "that does not exist. They came from two towns and were followed for twelve",
    "weeks. Nothing that is written here has been measured anywhere, and the only",
    "purpose of these lines is to fill a column with something like prose.",
]


class Sheet:
    """A page to draw on, with tops counted downwards in points."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.path = path
        self.canvas = canvas.Canvas(str(path), pagesize=(595, 842), **options)

    def text(self, x: float, y: float, words: str, size: float = 10, font: str = "Times-Roman") -> None:
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, 842 - y, words)

    def lines(
        self, x: float, y: float, lines: list[str], size: float = 10, font: str = "Times-Roman"
    ) -> float:
        for line in lines:
            self.text(x, y, line, size, font)
            y += 1.2 * size
        return y

    def runs(self, x: float, y: float, *runs: tuple[str, float, float]) -> None:
        """Text runs (words, size, rise) after each other on one line."""
        pen = self.canvas.beginText(x, 842 - y)
        for words, size, rise in runs:
            pen.setFont("Times-Roman", size)
            pen.setRise(rise)
            pen.textOut(words)
        self.canvas.drawText(pen)

    def rule(self, x0: float, x1: float, y: float) -> None:
        self.canvas.line(x0, 842 - y, x1, 842 - y)

    def read(self) -> Rendered:
        self.canvas.save()
        return read_pdf(self.path)


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    return Sheet(tmp_path / "page.pdf")


# ---------------------------------------------------------------- characters and lines


def test_superscripts_and_subscripts_are_told_by_size_and_baseline(sheet: Sheet) -> None:
    sheet.runs(
        50,
        100,
        ("The HDRS", 10, 0),
        ("17", 6, -2),
        (" fell by 12 points", 10, 0),
        ("12,13", 6, 4),
        (" in 10", 10, 0),
        ("2", 6, 4),
        (" people.", 10, 0),
    )
    assert sheet.read().text == "The HDRS_{17} fell by 12 points^{12,13} in 10^{2} people."


def test_a_superscript_written_after_its_line_finds_its_place(sheet: Sheet) -> None:
    sheet.text(50, 100, "It helped in most people")
    width = pdfmetrics.stringWidth("It helped in most people", "Times-Roman", 10)
    sheet.text(50, 120, "More of it did not help more.")
    sheet.text(50 + width, 96, "7,9", 6)
    assert sheet.read().text.split("\n")[0].startswith("It helped in most people^{7,9}")


def test_small_print_is_no_superscript(sheet: Sheet) -> None:
    sheet.lines(50, 100, BODY)
    sheet.text(50, 400, "Small print stands on a line of its own 12", 6)
    assert "^{" not in sheet.read().text


def test_hyphens_at_line_ends_are_left_to_the_text_reader_with_a_line_end(sheet: Sheet) -> None:
    sheet.lines(
        50,
        100,
        [
            "The partici-",
            "pants took S-",
            "ketamine, 5-",
            "HT and 100–",
            "200 mg, in first-",
            "and second-line care.",
        ],
    )
    assert (
        sheet.read().text
        == "The partici-\npants took S-\nketamine, 5-HT and 100–200 mg, in first- and second-line care."
    )


def test_ligatures_are_letters(sheet: Sheet) -> None:
    pdfmetrics.registerFont(ttfonts.TTFont("Vera", "Vera.ttf"))
    sheet.text(50, 100, "The ﬁrst eﬀect was ﬂat", font="Vera")
    rendered = sheet.read()
    assert "The first e" in rendered.text
    assert rendered.text.endswith("was flat")
    assert len(rendered.boxes) == len(rendered.text)


def test_an_accent_drawn_over_a_letter_joins_it(sheet: Sheet) -> None:
    width = pdfmetrics.stringWidth("Brostr", "Times-Roman", 12)
    sheet.text(50, 100, "Brostrom and others", 12)
    sheet.text(50 + width + 1, 100, "¨", 12)
    assert sheet.read().text == "Broström and others"


def test_letter_spaced_heads_are_words(sheet: Sheet) -> None:
    pen = sheet.canvas.beginText(50, 700)
    pen.setFont("Helvetica-Bold", 12)
    pen.setCharSpace(3)
    pen.textOut("RESULTS AND MORE")
    sheet.canvas.drawText(pen)
    assert sheet.read().text == "RESULTS AND MORE"


def test_marks_of_the_text_dialect_are_escaped(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "page.pdf")
    sheet.lines(
        50,
        100,
        [
            "The difference was small (*p < 0.05) and cost $5 or $10 in the STAR*D",
            "trial of people who were treated for at least twelve weeks, *as said.",
        ],
    )
    sheet.canvas.save()
    text = read_document(sheet.path, "page").text
    assert "(*p < 0.05) and cost $5 or $10 in the STAR*D trial" in text
    assert text.endswith("*as said.")


# ---------------------------------------------------------------- paragraphs and headings


def test_headings_paragraphs_and_the_title(sheet: Sheet) -> None:
    sheet.text(50, 60, "A trial of nothing in nobody", 18, "Helvetica-Bold")
    sheet.text(50, 100, "Methods", 11, "Helvetica-Bold")
    y = sheet.lines(50, 115, BODY)
    sheet.text(62, y, "A second paragraph begins with an indent and goes on over the end of its line,")
    sheet.text(50, y + 12, "as paragraphs do.")
    sheet.text(50, y + 40, "Participants and procedures", 10, "Times-BoldItalic")
    sheet.lines(50, y + 52, BODY)
    blocks = sheet.read().text.split("\n\n")
    assert blocks[0] == "# A trial of nothing in nobody"
    assert blocks[1] == "## Methods"
    assert blocks[2] == " ".join(BODY)
    assert blocks[3].startswith("A second paragraph") and blocks[3].endswith("as paragraphs do.")
    assert blocks[4] == "## Participants and procedures"
    assert len(blocks) == 6


def test_list_items_and_hanging_references(sheet: Sheet) -> None:
    sheet.lines(50, 100, BODY)
    sheet.text(50, 200, "References", 11, "Helvetica-Bold")
    y = 215.0
    for number in range(8, 12):
        sheet.text(50 if number > 9 else 55, y, f"{number}.")
        sheet.lines(
            70,
            y,
            [
                f"Roe A, Doe B. The invention number {number} of a thing that",
                "nobody needs, and its use in places. J Test. 2001;1:2-3.",
            ],
        )
        y += 24
    blocks = sheet.read().text.split("\n\n")
    assert blocks[1] == "## References"
    assert [block.split(" ")[0] for block in blocks[2:]] == ["8.", "9.", "10.", "11."]
    assert all(block.endswith("2001;1:2-3.") for block in blocks[2:])


def test_captions_stand_alone(sheet: Sheet) -> None:
    y = sheet.lines(50, 100, BODY)
    sheet.text(50, y + 30, "Figure 1. People who went and people who stayed, by week", 8, "Helvetica")
    sheet.lines(50, y + 60, BODY)
    assert sheet.read().text.split("\n\n")[1] == "Figure 1. People who went and people who stayed, by week"


# ---------------------------------------------------------------- tables

HEADS = ["Measure", "Drug (n = 24)", "Placebo (n = 23)", "P value"]
ROWS = [
    ["MADRS", "12.4 (3.1)", "18.2 (4.0)", "0.01"],
    ["HDRS", "9.1 (2.2)", "13.5 (3.3)", "0.03"],
    ["Response, n (%)", "14 (58.3)", "5 (21.7)", "0.002"],
    ["Dropout", "2", "3", "0.67"],
]
EXPECTED = "\n".join("\t".join(row) for row in [HEADS, *ROWS])
STOPS = [50, 160, 250, 350]


def _table(sheet: Sheet, top: float, stops: list[int] = STOPS, size: float = 9) -> float:
    for r, row in enumerate([HEADS, *ROWS]):
        for x, cell in zip(stops, row, strict=True):
            sheet.text(x, top + 14 * r, cell, size, "Helvetica-Bold" if r == 0 else "Helvetica")
    return top + 14 * len(ROWS)


@pytest.mark.parametrize("grid", [False, True])
def test_a_ruled_table(sheet: Sheet, grid: bool) -> None:
    sheet.lines(50, 60, BODY)
    sheet.text(50, 150, "Table 1. Scores at week four", 9, "Helvetica-Bold")
    end = _table(sheet, 175)
    for y in (163, 180, end + 6):
        sheet.rule(45, 400, y)
    if grid:
        for y in range(194, int(end), 14):
            sheet.rule(45, 400, y)
        for x in (45, 155, 245, 345, 400):
            sheet.canvas.line(x, 842 - 163, x, 842 - end - 6)
    sheet.lines(50, 300, BODY)
    blocks = sheet.read().text.split("\n\n")
    assert blocks[1:3] == ["Table 1. Scores at week four", EXPECTED]
    assert blocks[3] == " ".join(BODY)


def test_an_unruled_table(sheet: Sheet) -> None:
    sheet.lines(50, 60, BODY)
    sheet.text(50, 150, "Table 1. Scores at week four", 9, "Helvetica-Bold")
    _table(sheet, 170)
    sheet.lines(50, 300, BODY)
    assert EXPECTED in sheet.read().text.split("\n\n")


def test_a_table_inside_one_of_two_columns_stays_there(sheet: Sheet) -> None:
    for x in (50, 310):
        sheet.lines(x, 60, [f"Column words at {x} and more of them"] * 8, 9)
        sheet.lines(x, 330, [f"Lower words at {x} and more of them"] * 20, 9)
    sheet.lines(310, 180, ["Beside the table the text of the column goes on."] * 12, 9)
    sheet.text(50, 190, "Table 1. Scores at week four", 8, "Helvetica-Bold")
    end = _table(sheet, 215, [50, 120, 180, 255], 8)
    for y in (203, 220, end + 6):
        sheet.rule(48, 292, y)
    text = sheet.read().text
    assert EXPECTED in text
    assert (
        text.index("Lower words at 50") < text.index("Column words at 310") < text.index("Beside the table")
    )


def test_wrapped_cells_are_one_cell(sheet: Sheet) -> None:
    sheet.text(50, 150, "Table 2. Studies", 9, "Helvetica-Bold")
    for y in (158, 175, 260):
        sheet.rule(45, 500, y)
    for x, head in ((50, "Study"), (150, "Design"), (350, "Patients")):
        sheet.text(x, 170, head, 8, "Helvetica-Bold")
    for y, rows in (
        (
            190,
            [("Roe 2001", "Randomised trial with two", "24 adults"), ("", "arms and a long follow-up", "")],
        ),
        (
            225,
            [
                ("Doe 2002", "Open label study of people", "12 adults with"),
                ("", "who had tried two drugs", "an illness"),
            ],
        ),
    ):
        for i, row in enumerate(rows):
            for x, cell in zip((50, 150, 350), row, strict=True):
                sheet.text(x, y + 10 * i, cell, 8, "Helvetica")
    assert sheet.read().text.split("\n\n")[1].split("\n") == [
        "Study\tDesign\tPatients",
        "Roe 2001\tRandomised trial with two arms and a long follow-up\t24 adults",
        "Doe 2002\tOpen label study of people who had tried two drugs\t12 adults with an illness",
    ]


def test_justified_prose_is_no_table(sheet: Sheet) -> None:
    for i in range(10):
        pen = sheet.canvas.beginText(50, 700 - 12 * i)
        pen.setFont("Times-Roman", 10)
        pen.setWordSpace(14)
        pen.textOut("some few words widely set")
        sheet.canvas.drawText(pen)
    assert "\t" not in sheet.read().text


# ---------------------------------------------------------------- places


def test_every_character_has_its_box(sheet: Sheet) -> None:
    sheet.text(100, 200, "Lithium 600 mg/d helped")
    rendered = sheet.read()
    start = rendered.text.index("600 mg/d")
    place = rendered.boxes.place(start, start + 8)
    x0, top, x1, bottom = place["bbox"][0]
    assert place["page"] == 1
    assert x0 == pytest.approx(100 + pdfmetrics.stringWidth("Lithium ", "Times-Roman", 10), abs=0.6)
    assert x1 - x0 == pytest.approx(pdfmetrics.stringWidth("600 mg/d", "Times-Roman", 10), abs=1)
    assert top < 200 - 6 and 200 <= bottom <= 204


def test_a_mention_over_a_line_end_has_two_boxes(sheet: Sheet) -> None:
    sheet.lines(100, 200, ["They were given lithium 600", "mg/d for a month or longer."])
    rendered = sheet.read()
    start = rendered.text.index("600 mg/d")
    boxes = rendered.boxes.place(start, start + 8)["bbox"]
    assert len(boxes) == 2
    assert boxes[1][0] == pytest.approx(100, abs=0.6)
    assert boxes[1][1] > boxes[0][1]


def test_pages_count_from_one_and_documents_carry_page_and_box(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "page.pdf")
    sheet.lines(50, 100, BODY)
    sheet.canvas.showPage()
    sheet.lines(50, 100, [*BODY, "In the end lithium 600 mg/d was chosen."])
    sheet.canvas.save()
    document = read_document(sheet.path, "page")
    start = document.text.index("600 mg/d")
    place = document.origin.place(start, start + 8)
    assert place is not None
    assert (place["start"], place["end"], place["page"]) == (start, start + 8, 2)
    assert len(place["bbox"]) == 1
    assert document.source == document.text
    assert document.kind == "pdf"


def test_boxes_agree_with_pdfplumber(sheet: Sheet) -> None:
    pdfplumber = pytest.importorskip("pdfplumber")
    sheet.lines(50, 100, BODY)
    rendered = sheet.read()
    with pdfplumber.open(sheet.path) as document:
        words = document.pages[0].extract_words()
    at = 0
    for word in words:
        at = rendered.text.index(word["text"], at)
        x0, top, x1, bottom = rendered.boxes.place(at, at + len(word["text"]))["bbox"][0]
        assert (x0, x1) == (pytest.approx(word["x0"], abs=0.6), pytest.approx(word["x1"], abs=0.6))
        assert top == pytest.approx(word["top"], abs=2) and bottom == pytest.approx(word["bottom"], abs=2)
        at += len(word["text"])


def test_text_outside_the_crop_box_is_not_read(sheet: Sheet) -> None:
    sheet.canvas.setCropBox((0, 0, 595, 800))
    sheet.text(50, 20, "Printer's mark 2001-01-01")
    sheet.lines(50, 100, BODY)
    assert "Printer" not in sheet.read().text
