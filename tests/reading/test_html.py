"""The HTML reader on saved pages: what is the article, what is the page around it, and the way back."""

# ruff: noqa: E501 - mark-up reads better unbroken
from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reading.html import build
from pipeline.reading.xmlsafe import parse_html
from pipeline.schema import GoldpanError

PROSE = (
    "Lithium was given to the patients of this trial for a time that is not of interest to anybody here. " * 3
)


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head><title>A page | Site</title>{head}</head><body>{body}</body></html>".encode()


def test_scripts_navigation_and_hidden_parts_are_left_out() -> None:
    document = build(
        page(
            "<nav><a href='/'>Home lithium</a></nav><div role='search'>Find lithium</div><main><h1>On lithium</h1>"
            f"<script>var dose = '5 mg';</script><style>p {{}}</style><h2>Abstract</h2><p>{PROSE}</p><p hidden>Ghost</p>"
            "<p style='display: none'>Ghost</p><span aria-hidden='true'>Ghost</span><noscript>Ghost</noscript><svg><text>Ghost"
            "</text></svg><template>Ghost</template><form>Ghost</form><aside>Ghost</aside></main><footer>Ghost</footer>"
        ),
        "demo",
    )
    assert document.title == "On lithium"
    for gone in ("Home", "Find", "dose", "Ghost", "A page"):
        assert gone not in document.text
    assert PROSE.strip() in document.text
    assert {s.title for s in document.sections if s.kind == "furniture"} >= {"form", "aside"}


def test_citations_exponents_and_literal_marks() -> None:
    document = build(
        page(
            f"<h1>On lithium</h1><h2>Results</h2><p>{PROSE}</p><p>It helped<sup><a href='#r1'>1</a>,<a href='#r3'>3</a></sup> at "
            "10<sup>6</sup> cells and 5 mg kg<sup>-1</sup>, HDRS<sub>17</sub>, P &lt; .05 *in* STAR*D_x, $5 and $6 &amp;c.</p>"
            "<p>Again.<sup>2–3</sup></p><h2>References</h2><ol><li id='r1'>Roe A. One. J Test. 2001;1:1.</li><li>Poe B. Two. "
            "J Test. 2002;2:2.</li><li id='r3'>Loe C. Three. J Test. 2003;3:3.</li></ol>"
        ),
        "demo",
    )
    shown = "It helped at 10^6 cells and 5 mg kg-1, HDRS17, P < .05 *in* STAR*D_x, $5 and $6 &c."
    assert shown in document.text
    assert [c.keys for c in document.citations] == [("1", "3"), ("2", "3")]
    assert [(r.key, r.year) for r in document.references] == [("1", 2001), ("2", 2002), ("3", 2003)]
    assert "J Test" not in document.text


def test_tables_with_spans_and_pipes() -> None:
    document = build(
        page(
            f"<h1>On lithium</h1><h2>Results</h2><p>{PROSE}</p><table><caption>Table 1. Trials.</caption><tr><th rowspan=2>Drug"
            "</th><th colspan=2>Patients</th></tr><tr><th>n</th><th>%</th></tr><tr><td>lithium | salt</td><td><p>12</p></td>"
            "<td>60</td></tr></table>"
        ),
        "demo",
    )
    (table,) = document.tables
    assert [[document.text[c.start : c.end] for c in row] for row in table.rows] == [
        ["Drug", "Patients", ""], ["", "n", "%"], ["lithium | salt", "12", "60"]
    ]  # fmt: skip
    assert table.heads == ("Drug", "Patients n", "Patients %")
    assert "Table 1. Trials." in document.text


def test_a_table_that_lays_out_the_page_is_no_table() -> None:
    document = build(
        page(
            f"<table><tr><td>Menu</td><td><h1>On lithium</h1><h2>Abstract</h2><p>{PROSE}</p></td></tr></table>"
        ),
        "demo",
    )
    assert document.tables == []
    assert document.title == "On lithium"


def test_a_page_without_heading_takes_its_title_from_the_head() -> None:
    document = build(page(f"<p>{PROSE}</p>", "<meta name='citation_title' content='A page'>"), "demo")
    assert document.title == "A page"
    place = document.origin.place(0, 6)
    assert place is not None and place["xpath"] == "/html/head[1]/title[1]"


_PIECE = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<sup>",
        "</sup>",
        "<b>",
        "</i>",
        "<li>",
        "<ul>",
        "<ol>",
        "<table>",
        "<tr>",
        "<td",
        "colspan=2>",
        "<th",
        "rowspan=9>",
        "</table>",
        "<br>",
        "<h2>",
        "</h2>",
        "<script>",
        "</script>",
        "<math><mi>n</mi></math>",
        "&lt;",
        "&nbsp;",
        "&#x1F600;",
        "[1]",
        "(2)",
        "*",
        "**",
        "_",
        "$",
        "`",
        "\\",
        "|",
        "#",
        "^{2}",
        "n=12",
        "lithium",
        "5",
        "mg",
        "References",
        "1.",
        "Roe",
        "A.",
        "One.",
        "J.",
        "2001;1:1.",
        "<a",
        "href='#x'>",
        "</a>",
        "<!--",
        "--",
        ">",
        "<![CDATA[",
        "<nav>",
        "<main>",
        "<q>",
        "<dl><dt>",
        "<pre>",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(_PIECE, st.text(max_size=5)), max_size=60))
def test_every_word_leads_back_to_its_element(pieces: list[str]) -> None:
    raw = f"<html><body><p>Twelve men.</p>{' '.join(pieces)}</body></html>".encode("utf-8", "replace")
    try:
        document = build(raw, "demo")
    except GoldpanError as error:
        assert "\n" not in str(error)
        return
    root = parse_html(raw, "demo")
    for word in re.finditer(r"[^\W_]+", document.text):
        place = document.origin.place(*word.span())
        if place is None:
            continue
        (element,) = root.xpath(place["xpath"])
        assert "".join(element.itertext())[place["offset"] :][:1].strip()
