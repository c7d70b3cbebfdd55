"""Three published two-column papers, read by eye page by page: columns, heads, tables and references as they stand.

The papers are not part of this project. ``GOLDPAN_SAMPLES`` names their folder; without it these tests are skipped.
Each column is pinned by its first and its last words only.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pytest

from pipeline.reading.pdf import Rendered, read_document, read_pdf
from pipeline.schema import Document

FOLDER = Path(os.environ.get("GOLDPAN_SAMPLES", ""))
NAMES = ("agyemanduah2014", "datta2010-review", "heartfailure2010")
pytestmark = pytest.mark.skipif(
    not os.environ.get("GOLDPAN_SAMPLES") or not all((FOLDER / f"{name}.pdf").is_file() for name in NAMES),
    reason="GOLDPAN_SAMPLES does not name a folder with the three sample papers",
)

#: (paper, page, first words of a column, its last words), in reading order; headings and floats left out.
COLUMNS = [
    ("agyemanduah2014", 2, "The desire to improve", "provides the hospital’s"),
    ("agyemanduah2014", 2, "budget. Even though", "before posing"),
    ("agyemanduah2014", 3, "them to the study", "was structured to"),
    ("agyemanduah2014", 3, "identify referrals to", "for quality improvement’."),
    ("agyemanduah2014", 4, "Emerging themes from", "medical wards: 2A (female"),
    ("agyemanduah2014", 4, "ward), 2B (male ward)", "for the next"),
    ("agyemanduah2014", 7, "necessary steps that", "secondary levels of"),
    ("agyemanduah2014", 7, "care [17]. The implications", "This challenge emanated"),
    ("agyemanduah2014", 8, "as a common theme", "lack of accountability from"),
    ("agyemanduah2014", 8, "staff to weak leadership", "Appendix 2). From the"),
    ("datta2010-review", 1, "Multisystem traumatic injury", "with low molecular"),
    ("datta2010-review", 1, "weight heparins (LMWHs)", "review included all"),
    ("datta2010-review", 2, "mas. This was the", "if necessary. The"),
    ("datta2010-review", 2, "versatility of the retrievable", "and clinical care."),
    ("heartfailure2010", 1, "The combined effects", "use the term [3]."),
    ("heartfailure2010", 1, "Heart failure places", "on the patient."),
    ("heartfailure2010", 2, "Structured cardiac rehabilitation", "issues important to"),
    ("heartfailure2010", 2, "their lives. The focus", "heart failure patients."),
    ("heartfailure2010", 3, "You got a real feeling", "(Centre B, R2)."),
    ("heartfailure2010", 3, "Neither group had", "(Centre A, R6)."),
    ("heartfailure2010", 4, "The participants were unenthusiastic", "to take effect."),
    ("heartfailure2010", 4, "Participants highlighted the need", "their self-esteem."),
    ("heartfailure2010", 5, "Many heart failure patients", "expertise to manage"),
    ("heartfailure2010", 5, "their heart failure care. However", "patients and their"),
]  # fmt: skip


@cache
def rendered(name: str) -> Rendered:
    return read_pdf(FOLDER / f"{name}.pdf")


@cache
def document(name: str) -> Document:
    return read_document(FOLDER / f"{name}.pdf", name)


@pytest.mark.parametrize("name", NAMES)
def test_columns_follow_each_other(name: str) -> None:
    text = re.sub(r"\s+", " ", rendered(name).text.replace("-\n", "-"))
    at = -1
    for paper, page, first, last in COLUMNS:
        if paper == name:
            begin = text.find(first, at + 1)
            assert begin > at, (page, first)
            at = text.find(last, begin)
            assert at > begin, (page, last)


@pytest.mark.parametrize(("paper", "page", "first", "last"), COLUMNS)
def test_columns_stand_on_their_page(paper: str, page: int, first: str, last: str) -> None:
    text = rendered(paper).text
    places = [
        rendered(paper).boxes.place(m.start(), m.end())
        for words in (first, last)
        for m in re.finditer(r"\s+".join(map(re.escape, words.split())), text)
    ]
    assert page in {place["page"] for place in places}


@pytest.mark.parametrize(
    ("name", "heads"),
    [
        ("agyemanduah2014", ["Page 2 of 10", "biomedcentral.com/1472", "Services Research 2014, 14:1\n"]),
        ("datta2010-review", ["Page 9 of 11", "traumamanagement.org/content"]),
        ("heartfailure2010", ["Rehabilitation Research and Practice\n\n", "\n\n4\n\n"]),
    ],
)
def test_no_running_head_in_the_text(name: str, heads: list[str]) -> None:
    found = " ".join(f.text for f in rendered(name).furniture)
    for head in heads:
        assert head not in rendered(name).text
    assert heads[0].strip() in found


def test_a_ruled_table_is_read_cell_by_cell() -> None:
    rows = next(b for b in rendered("agyemanduah2014").text.split("\n\n") if b.startswith("Item\t")).split(
        "\n"
    )
    assert len(rows) == 11
    assert rows[0].split("\t")[1:] == ["Yes (%)", "No (%)", "Respondents"]
    assert [row.split("\t")[1:] for row in rows[1:4]] == [
        ["99", "1", "97"],
        ["88.7", "11.3", "97"],
        ["79.4", "20.6", "97"],
    ]
    assert rows[10].split("\t")[1:] == ["60.5", "39.4", "76"]


def test_a_turned_table_is_read_upright() -> None:
    text = rendered("agyemanduah2014").text
    row = next(line for line in text.split("\n") if line.startswith("1. Affiliate respondents (n = 5)\t"))
    assert len(row.split("\t")) == 4
    start = text.index("1. Affiliate respondents")
    place = rendered("agyemanduah2014").boxes.place(start, start + 20)
    x0, top, x1, bottom = place["bbox"][0]
    assert place["page"] == 5
    assert x1 - x0 > 5 * (bottom - top)
    assert x0 == pytest.approx(61, abs=1)


@pytest.mark.parametrize(
    ("name", "count"), [("agyemanduah2014", 31), ("datta2010-review", 79), ("heartfailure2010", 17)]
)
def test_every_reference_is_an_entry(name: str, count: int) -> None:
    references = document(name).references
    assert [reference.key for reference in references] == [str(n) for n in range(1, count + 1)]
    assert all(reference.year and reference.title for reference in references)


def test_abstract_numbers_stand_on_the_first_page() -> None:
    paper = document("heartfailure2010")
    start = paper.text.index("n = 12")
    place = paper.origin.place(start, start + 6)
    assert place is not None
    assert place["page"] == 1 and len(place["bbox"]) == 1
