"""The samples set in the layouts of journals, preprints and manuscripts: order, title, references, tables, furniture.

What is set is known, so all of it is checked: at least 99% of the windows of eight words of the running text, and no
paragraph out of its turn.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

pytest.importorskip("reportlab")

from pipeline.extract import Extractor
from pipeline.reading import read
from pipeline.reading.pdf import read_pdf
from pipeline.schema import Document
from pipeline.settings import Settings
from tests.reading.test_pdf_order import Setter, Words, in_order, metrics
from tests.reading.typeset import FORMATS, Layout
from tests.reading.typeset_article import journal

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "corpus" / "sample").glob("*.txt"))
FURNITURE = ("Downloaded from", "NIH-PA", "Invented Journal of Trials 2024", "Author and Writer")


@pytest.fixture(scope="module")
def samples() -> list[Document]:
    return [read(path) for path in SAMPLES]


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def windows(text: str, size: int = 8) -> list[tuple[str, ...]]:
    words = words_of(text)
    size = min(size, max(1, len(words)))
    return [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]


def coverage(blocks: list[str], text: str, size: int = 8) -> float:
    """The share of the blocks' windows that the text holds."""
    wanted = [window for block in blocks for window in windows(block, size)]
    have = {length: set(windows(text, length)) for length in {len(window) for window in wanted}}
    return sum(window in have[len(window)] for window in wanted) / max(1, len(wanted))


def out_of_turn(blocks: list[str], text: str) -> list[str]:
    """Blocks that begin before the block in front of them."""
    places: dict[tuple[str, ...], list[int]] = {}
    for at, window in enumerate(windows(text)):
        places.setdefault(window, []).append(at)
    begins = []
    for block in blocks:
        once = [places[w][0] for w in windows(block) if len(w) == 8 and len(places.get(w, ())) == 1]
        if once:
            begins.append((once[0], block[:60]))
    return [late for (a, _), (b, late) in pairwise(begins) if b < a]


@pytest.mark.parametrize("name", FORMATS)
def test_a_paper_is_read_as_it_was_set(name: str, samples: list[Document], tmp_path: Path) -> None:
    for document in samples:
        path = tmp_path / f"{document.id}.pdf"
        done = journal(document, path, FORMATS[name])
        again = read(path)
        assert coverage(done.flow, again.text) >= 0.98, document.id
        assert out_of_turn(done.flow, again.text) == [], document.id
        assert coverage(done.floats, again.text) >= 0.85, document.id
        assert again.title == document.title
        assert [r.key for r in again.references] == [r.key for r in document.references]
        assert again.tables
        for piece in FURNITURE:
            assert piece not in again.text, (document.id, piece)


@pytest.mark.parametrize("name", FORMATS)
def test_a_journals_page_gives_the_mentions_of_the_text(
    name: str, samples: list[Document], tmp_path: Path
) -> None:
    extractor = Extractor(Settings(model="none"))

    def found(document: Document) -> Counter[tuple[str, str]]:
        (_, mentions), *_ = extractor.extract([document])
        return Counter((m.label, json.dumps(dict(m.value), sort_keys=True)) for m in mentions)

    both = either = 0
    for document in samples:
        path = tmp_path / f"{document.id}.pdf"
        journal(document, path, FORMATS[name])
        a, b = found(document), found(read(path))
        both += (a & b).total()
        either += (a | b).total()
    assert either > 500
    assert both / either >= 0.99


@pytest.mark.parametrize("name", ["journal", "preprint", "sidebar"])
def test_numbers_of_the_abstract_stand_on_the_first_page(
    name: str, samples: list[Document], tmp_path: Path
) -> None:
    checked = 0
    for document in samples:
        path = tmp_path / f"{document.id}.pdf"
        journal(document, path, FORMATS[name])
        again = read(path)
        numbers = list(_abstract_numbers(again))
        wanted = [text for text, _, _ in _abstract_numbers(document)]
        assert [text for text, _, _ in numbers] == wanted[: len(numbers)] != []
        for text, start, end in numbers:
            place = again.origin.place(start, end)
            assert place is not None and place["page"] == 1 and len(place["bbox"]) == 1, text
        checked += len(numbers)
    assert checked > 20


def _abstract_numbers(document: Document) -> Iterator[tuple[str, int, int]]:
    for section in document.sections:
        if section.kind == "abstract" and section.start is not None:
            for match in re.finditer(r"\d+(?:\.\d+)?%?", document.text[section.start : section.end]):
                yield match[0], section.start + match.start(), section.start + match.end()


# ---------------------------------------------------------------- line numbers


@pytest.mark.parametrize("step", [1, 5])
@pytest.mark.parametrize("right", [False, True])
def test_numbers_of_lines_are_no_text(tmp_path: Path, step: int, right: bool) -> None:
    page = Setter(tmp_path / "a.pdf", size=11, leading=1.9, justified=False)
    source = Words(31)
    left: list[str] = []
    for _ in range(3):
        left = page.column(90, 60, 780, 415, source, left)
        for i in range(1, 35):
            if i % step == 0:
                page.text(530 if right else 60, 60 + 11 + (i - 1) * 1.9 * 11, str(i), 8)
        page.canvas.showPage()
    rendered = page.save()
    assert in_order(page.order, rendered.text) == 1.0
    assert {f.why for f in rendered.furniture} == {"line number"}


def test_numbers_of_a_reference_list_are_no_line_numbers(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf", size=9)
    source = Words(32)
    for i in range(1, 31):
        page.text(50, 60 + i * 22, str(i))
        page.fill(
            70, 51 + i * 22, 800, 260, (source.sentence() + source.sentence()).split()[:14], first=False
        )
    assert page.save().furniture == []


# ---------------------------------------------------------------- tables


def _two_pages(path: Path, repeat: bool) -> str:
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate, Table

    rows = [["Study", "Drug", "Patients"], *([f"Trial {i}", f"drug {i}", str(20 + i)] for i in range(1, 61))]
    table = Table(
        rows, colWidths=[150] * 3, repeatRows=int(repeat), style=[("GRID", (0, 0), (-1, -1), 0.5, "black")]
    )
    SimpleDocTemplate(str(path), pagesize=A4).build([table])
    return read_pdf(path).text


@pytest.mark.parametrize("repeat", [False, True])
def test_a_table_over_two_pages_is_one(tmp_path: Path, repeat: bool) -> None:
    text = _two_pages(tmp_path / "a.pdf", repeat)
    assert text.count("\n\n") == 0
    rows = [line.split("\t") for line in text.split("\n")]
    assert rows[0] == ["Study", "Drug", "Patients"]
    assert rows[1:] == [[f"Trial {i}", f"drug {i}", str(20 + i)] for i in range(1, 61)]


def test_a_row_between_rules_is_one_row_however_its_cells_wrap(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf", size=9)
    page.text(50, 90, "Table 1. Trials")
    for y in (96, 112, 142, 172, 202):
        page.canvas.line(48, 842 - y, 500, 842 - y)
    for x, head in ((50, "Study"), (180, "Design"), (330, "Change")):
        page.text(x, 107, head)
    for i, y in enumerate((122, 152, 182)):
        page.text(50, y, f"Author {i} and")
        page.text(50, y + 11, f"Writer {i}")
        page.text(180, y, "Randomised, double-blind,")
        page.text(180, y + 11, "in two centres")
        page.text(330, y, f"{i}.5 vs.")
        page.text(330, y + 11, f"−{i}.7")
    rows = next(b for b in page.save().text.split("\n\n") if "\t" in b).split("\n")
    assert [row.split("\t")[0] for row in rows] == [
        "Study",
        *(f"Author {i} and Writer {i}" for i in range(3)),
    ]
    assert rows[1].split("\t")[2] == "0.5 vs. −0.7"


def test_a_boxed_row_without_a_table_is_text(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf")
    page.columns(1, 60, 300, Words(4))
    for y in (400, 420):
        page.canvas.line(50, 842 - y, 500, 842 - y)
    for x in (50, 200, 350, 500):
        page.canvas.line(x, 842 - 400, x, 842 - 420)
    for x, cell in ((55, "One"), (205, "Two"), (355, "Three")):
        page.text(x, 414, cell)
    text = page.save().text
    assert "\t" not in text and "One Two Three" in text


def test_a_wide_table_without_rules_is_not_cut_by_the_columns(
    samples: list[Document], tmp_path: Path
) -> None:
    document = next(d for d in samples if d.id == "migraine2024")
    path = tmp_path / "a.pdf"
    journal(document, path, Layout(ruled=False, wide_tables=True))
    again = read(path)
    assert len(again.tables) == 1
    assert _cells(again) == _cells(document)


def _cells(document: Document) -> list[list[str]]:
    return [[document.text[c.start : c.end] for c in row] for row in document.tables[0].rows]


def test_a_masthead_of_two_ends_is_no_pair_of_columns(samples: list[Document], tmp_path: Path) -> None:
    """Found in a three-column layout: the columns were read as running around title and abstract."""
    for document in samples:
        path = tmp_path / f"{document.id}.pdf"
        journal(document, path, Layout(columns=3, gutter=13, size=8, margin=42))
        assert read(path).title == document.title


def test_degrees_of_freedom_are_no_citation(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "# A\n\n## Results\n\nDoses differed (F[1,2] = 8.42, p < 0.01) as seen before [1,2].\n\n## References\n\n"
        "1. Roe A. B. J Test. 2001;1:1.\n2. Poe B. C. J Test. 2002;1:2.\n"
    )
    document = read(path)
    assert "F[1,2] = 8.42" in document.text
    assert [citation.keys for citation in document.citations] == [("1", "2")]


# ---------------------------------------------------------------- lines and furniture


def test_a_word_cut_twice_at_the_same_place_is_one_word(tmp_path: Path) -> None:
    """Found in narrow columns: the halves were taken for words, since they stood in the text twice."""
    path = tmp_path / "a.txt"
    path.write_text(
        "# A\n\n## Results\n\nThe doses rose inde-\npendently of each other, and the scores fell inde-\npendently as "
        "well. The double-\nblind trials were small, as double-blind trials are.\n"
    )
    text = read(path).text
    assert text.count("independently") == 2
    assert "double-blind trials were" in text


def test_compounds_keep_their_hyphen_at_a_line_end_and_cut_words_lose_theirs(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "# A\n\n## Results\n\nTwenty-\nsix adults had a gene-\nrelated illness and ketamine-\ninduced sleep, "
        "with-\nout harm; they went with or out of the ward, and some corre-\nlated.\n"
    )
    text = read(path).text
    for words in ("Twenty-six adults", "gene-related", "ketamine-induced", "without harm", "correlated"):
        assert words in text


def test_a_sentence_that_goes_on_with_a_box_of_another_book_is_no_caption(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf")
    page.text(50, 100, "The variance was compared with that of the formula in the invented handbook, see")
    page.text(50, 112, "Box 7.1 of that handbook. This showed that the difference was a small one, and no")
    page.text(50, 124, "more was done about it.")
    assert "\n" not in page.save().text


def test_a_running_head_that_comes_once_goes_with_its_page_number(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf")
    source = Words(41)
    left = page.columns(2, 90, 780, source)
    page.canvas.showPage()
    page.text(50, 38, "302", 8)
    page.text(470, 38, "Author and Writer", 8)
    page.columns(2, 60, 780, source, carried=left)
    rendered = page.save()
    assert in_order(page.order, rendered.text) == 1.0
    assert {f.text for f in rendered.furniture} == {"302", "Author and Writer"}


def test_rows_of_a_table_at_the_top_of_each_page_are_no_running_heads(tmp_path: Path) -> None:
    """Found in long tables: rows that differ in their numbers only were taken for heads with page numbers."""
    page = Setter(tmp_path / "a.pdf")
    for number in range(3):
        for i in range(20):
            page.text(50, 60 + 14 * i, f"Trial {20 * number + i} of the invented drug")
            page.text(300, 60 + 14 * i, f"{(7 * (20 * number + i)) % 90}.5%")
        page.canvas.showPage()
    rendered = page.save()
    assert rendered.furniture == []
    assert rendered.text.count("invented drug") == 60


def test_a_large_heading_level_with_the_other_column_does_not_join_it(tmp_path: Path) -> None:
    """Found in pages that LaTeX had set: a gutter of one em of the text is narrower than a gap in its headings."""
    page = Setter(tmp_path / "a.pdf", size=10)
    source = Words(51)
    for x in (50, 298):
        page.order.extend(["Methods", "and", "people"])
        page.text(x, 72, "Methods and people " + ("x" * 14 if x == 50 else ""), 15, "Times-Bold")
        if x == 50:
            page.order.append("x" * 14)
        page.fill(x, 84, 400, 238, source.paragraph(160).split(), first=False)
    assert 248 - metrics.stringWidth("Methods and people " + "x" * 14, "Times-Bold", 15) < 0.75 * 15
    assert in_order(page.order, page.save().text) == 1.0


def test_a_heading_cut_by_a_hyphen_is_whole(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf", size=10)
    page.text(50, 72, "Expression and purification of the recombinant pro-", 13, "Times-Bold")
    page.text(50, 88, "teins in the placebo-", 13, "Times-Bold")
    page.text(50, 104, "controlled part", 13, "Times-Bold")
    page.fill(50, 120, 300, 260, Words(52).paragraph(60).split(), first=False)
    page.canvas.save()
    assert read(page.path).text.startswith(
        "Expression and purification of the recombinant proteins in the placebo-controlled part"
    )


def test_cells_that_wrap_without_room_between_rows_are_told_by_what_had_room(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf", size=9)
    page.text(50, 90, "Table 1. Trials")
    lines = [
        ("Study", "Drug and dose", "Route"),
        ("Farrow et al.", "Suvorexant 10 mg,", "Oral"),
        ("(2019a)", "20 mg", ""),
        ("Nakamori and", "Melatonin 5 mg", "Oral"),
        ("Reyes (2016)", "", ""),
        ("Roe", "Trazodone 50 mg", "Oral"),
        ("Tallmark", "Esketamine, then", "Nasal"),
        ("", "lithium for a year", ""),
    ]
    for i, row in enumerate(lines):
        for x, cell in zip((50, 120, 210), row, strict=True):
            page.text(x, 104 + 11 * i, cell)
    rows = next(b for b in page.save().text.split("\n\n") if "\t" in b).split("\n")
    assert rows == [
        "Study\tDrug and dose\tRoute",
        "Farrow et al. (2019a)\tSuvorexant 10 mg, 20 mg\tOral",
        "Nakamori and Reyes (2016)\tMelatonin 5 mg\tOral",
        "Roe\tTrazodone 50 mg\tOral",
        "Tallmark\tEsketamine, then lithium for a year\tNasal",
    ]


def test_a_bracket_under_a_number_belongs_to_it(tmp_path: Path) -> None:
    page = Setter(tmp_path / "a.pdf", size=9)
    page.text(50, 90, "Table 1. Scores")
    for y in (96, 112, 190):
        page.canvas.line(48, 842 - y, 300, 842 - y)
    for x, head in ((50, "Group"), (130, "Tertile"), (210, "F (df)")):
        page.text(x, 107, head)
    for i in range(3):
        page.text(50, 124 + 25 * i, "Oral")
        page.text(50, 134 + 25 * i, "health")
        page.text(130, 124 + 25 * i, f"{i + 1}st tertile")
        page.text(130, 134 + 25 * i, f"(<{i + 5})")
        page.text(210, 124 + 25 * i, f"8.1{i}")
        page.text(210, 134 + 25 * i, "(4)")
    rows = next(b for b in page.save().text.split("\n\n") if "\t" in b).split("\n")
    assert rows[1:] == [f"Oral health\t{i + 1}st tertile (<{i + 5})\t8.1{i} (4)" for i in range(3)]


def test_rows_of_a_table_are_as_long_as_its_longest(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("# A\n\nTen men took it.\n\na\tb\tc\n1\t2\n3\t4\t5\n")
    (table,) = read(path).tables
    assert [len(row) for row in table.rows] == [3, 3, 3]
