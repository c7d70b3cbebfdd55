"""The text reader on every dialect: what is kept, what is joined, and the way back to the source."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reading.glyphs import CHARACTERS, SUPERSCRIPT
from pipeline.reading.text import build

REFERENCES = """## References

1. Roe A, Poe B. A trial of lithium. J Test. 2001;1(2):3-9.
2. Doe C, et al. Another trial. J Test. 2002;2:1-4. doi:10.5555/jt.2002
3. Loe D. Third of them. J Test. 2003;3:5.
4. Noe E. Fourth of them. J Test. 2004;4:5.
5. Soe F. Fifth of them. J Test. 2005;5:5.
"""


def article(body: str, references: str = REFERENCES) -> str:
    head = "# A made-up review of lithium\n\nAnn Author and Bea Writer\n\n## Abstract\n\nShort words here."
    return f"{head}\n\n## Results\n\n{body}\n\n{references}"


def kept(document, kind: str) -> str:
    return "\n".join(
        document.text[s.start : s.end] for s in document.sections if s.kind == kind and s.start is not None
    )


@pytest.mark.parametrize(
    ("mark", "keys"),
    [
        ("trial.^{1,3-5}", ("1", "3", "4", "5")),
        ("trial.<sup>2,3</sup>", ("2", "3")),
        ("trial.²⁻⁴", ("2", "3", "4")),
        ("trial.[2; 4]", ("2", "4")),
        ("trial [1–3].", ("1", "2", "3")),
    ],
)
def test_numeric_citations_become_anchors(mark: str, keys: tuple[str, ...]) -> None:
    document = build(article(f"Lithium helped in one {mark} It was well tolerated."), "a")
    (citation,) = document.citations
    assert citation.keys == keys
    assert document.source[citation.source_start : citation.source_end].strip() == citation.text
    assert "helped in one trial." in document.text
    assert not re.search(r"\d", kept(document, "body").split("one trial")[1])


def test_author_year_citations_resolve_to_the_list() -> None:
    references = (
        "## References\n\n- Roe, A., and Poe, B. (2001). A trial. *J. Test* 1, 2–3.\n"
        "- Zoë, C., Doe, D., Moe, E., et al. (2006a). First work. *J. Test* 2, 3.\n"
        "- Zoë, C., Doe, D., Moe, E., et al. (2006b). Second work. *J. Test* 2, 9.\n"
    )
    body = "It helped (Zoe et al., 2006a,b; Roe and Poe, 2001). Roe and Poe (2001) saw more (TRD; Roe and Poe, 2001)."
    document = build(article(body, references), "a")
    assert [c.keys for c in document.citations] == [
        ("Zoë et al., 2006a", "Zoë et al., 2006b", "Roe and Poe, 2001"), ("Roe and Poe, 2001",), ("Roe and Poe, 2001",)
    ]  # fmt: skip
    assert "It helped. Roe and Poe saw more (TRD)." in document.text


def test_exponents_units_and_formulas_are_no_citations() -> None:
    body = "Doses were 5 mg kg<sup>-1</sup>, 10<sup>6</sup> cells and 20 mg/m² of $Mg^{2+}$ ($n=7$; $P \\geq .05$)."
    document = build(article(f"{body} One trial.<sup>1</sup>"), "a")
    assert "5 mg kg-1, 10^6 cells and 20 mg/m2 of Mg2+ (n=7; P ≥ .05)." in document.text
    assert [c.keys for c in document.citations] == [("1",)]


def test_words_and_sentences_cut_by_a_page_break_are_joined() -> None:
    filler = "Another paragraph of some length stands here to keep the heads apart. " * 30
    body = (
        "Patients were given ketamine or pla-\n\nShort Running Head of 2020\n\ncebo twice.\n\n"
        f"{filler}\n\nBut placebo was saline and the rate of\n\nShort Running Head of 2021\n\nresponse was high."
    )
    document = build(article(body), "a")
    assert "ketamine or placebo twice." in document.text
    assert "placebo was saline and the rate of response was high." in document.text
    assert "Running Head" not in document.text
    assert sum(s.kind == "furniture" for s in document.sections) == 2
    start = document.text.index("placebo twice")
    assert document.origin.place(start, start + 7) is None  # furniture stands inside the word
    start = document.text.index("placebo was")
    place = document.origin.place(start, start + 7)
    assert document.source[place["start"] : place["end"]] == "placebo"


def test_a_word_cut_by_white_space_alone_is_one_span() -> None:
    document = build(article("They took ket-\n\namine twice. Ketamine helped, and ketamine was safe."), "a")
    start = document.text.index("ketamine")
    place = document.origin.place(start, start + 8)
    assert document.source[place["start"] : place["end"]] == "ket-\n\namine"


def test_front_matter_notes_and_references_are_kept_out() -> None:
    text = (
        "It is illegal to post this copyr Lithium: A Review of Reviews\n\n"
        "Ann B. Author, MD^{a,*}\n\nABSTRACT\n\nObjective: To weigh lithium.\n\nKeywords: lithium, mood\n\n"
        "^aDepartment of Tests, Test University, Testtown\n\n"
        "*Corresponding author: Ann B. Author, 1 Road (ann@example.org).\n\nINTRODUCTION\n\n"
        "Lithium is an old drug and it has been given to many people for long.¹\n\n"
        "Funding/support: None.\n\nREFERENCES\n\n1. Roe A. Lithium. J Test. 2001;1:2.\n"
    )
    document = build(text, "a")
    assert document.title == "Lithium: A Review of Reviews"
    for gone in ("illegal", "Author, MD", "mood", "Department", "example.org", "Funding", "J Test"):
        assert gone not in document.text
    assert {"front_matter", "keywords", "author_notes", "references"} <= {s.kind for s in document.sections}


@pytest.mark.parametrize(
    "table",
    [
        "Drug\tn\nlithium<sup>1</sup>\t12\nplacebo\t14",
        "| Drug | n |\n| --- | ---: |\n| **lithium** | 12 |\n| placebo | 14 |",
        "Drug | n | Year\nlithium | 12 | 2001\nplacebo | 14 | 2002",
    ],
)
def test_tables_keep_cells_heads_and_places(table: str) -> None:
    document = build(article(f"**Table 1.** Trials of lithium.\n\n{table}"), "a")
    (found,) = document.tables
    assert found.heads[:2] == ("Drug", "n")
    assert "Trials of lithium" in found.caption
    cells = [[document.text[c.start : c.end] for c in row[:2]] for row in found.rows]
    assert cells == [["Drug", "n"], ["lithium", "12"], ["placebo", "14"]]
    twelve = found.rows[1][1]
    place = document.origin.place(twelve.start, twelve.end)
    assert document.source[place["start"] : place["end"]] == "12"


def test_markup_inside_a_mention_is_inside_its_span() -> None:
    document = build(article("The HDRS<sub>17</sub> fell on *S*-ketamine and *ketamine* alike."), "a")
    for reading, source in [
        ("HDRS17", "HDRS<sub>17</sub>"),
        ("S-ketamine", "*S*-ketamine"),
        ("ketamine alike", "*ketamine* alike"),
    ]:
        start = document.text.index(reading)
        place = document.origin.place(start, start + len(reading))
        assert document.source[place["start"] : place["end"]] == source


def test_glyphs_entities_and_ligatures_read_as_characters() -> None:
    document = build(
        article("Signi\ufb01cant: 5 \uf0b1 2 \uf06dg, age \uf0b3 18, P &lt; .05, \u00b5 = 3\u00a0mg."), "a"
    )
    assert "Significant: 5 ± 2 µg, age ≥ 18, P < .05, µ = 3 mg." in document.text


def test_a_snippet_is_all_body() -> None:
    document = build("Ten patients took lithium.", "a")
    assert document.text == "Ten patients took lithium."


@pytest.mark.parametrize(
    "opening",
    ["Aims. To compare drug A with drug B.", "Importance  Many smokers resume smoking soon after they leave hospital.",
     "Falls are frequent in old age. We asked whether drug A makes them more frequent."],
)  # fmt: skip
def test_an_abstract_begins_with_its_first_sentence_however_short(opening: str) -> None:
    rest = (
        "Methods. Forty patients were given drug A or placebo for six weeks in this double-blind trial; " * 2
    )
    document = build(f"Drug A for the prevention of falls\n\n{opening}\n\n{rest}", "a")
    assert document.title == "Drug A for the prevention of falls"
    assert " ".join(opening.split()) in " ".join(document.text.split())


def test_a_line_on_funding_inside_an_abstract_is_no_text() -> None:
    lines = [
        "Methods We gave drug A to forty patients who had been referred to one of the nine clinics.",
        "Findings Drug A was better than placebo in both of the groups that had been agreed on.",
        "Funding Council of Sciences and the maker of drug A.",
    ]
    document = build("Drug A and drug B in adults\n\nSummary\n" + "\n".join(lines), "a")
    assert "better than placebo" in document.text and "Council" not in document.text


@pytest.mark.parametrize(
    ("entry", "authors", "year", "title"),
    [
        (
            "Kim J, Lee S, et al. Drug for pain. BMJ. 2016; 352:i65.",
            ("Kim", "Lee", "et al."),
            2016,
            "Drug for pain",
        ),
        (
            "Zarate, C. A. Jr., and Roe, B. (2006a). A trial. *J. Test* 63, 856.",
            ("Zarate", "Roe"),
            2006,
            "A trial",
        ),
        (
            "E. Braun and R. L. Camp, “On tests,” J. Test., vol. 3, no. 1, pp. 1–9, 1997.",
            ("Braun", "Camp"),
            1997,
            "On tests",
        ),
        (
            "Geerts WH, Code KI: A study of veins. N Engl J Med 1994, 331:1601-6.",
            ("Geerts", "Code"),
            1994,
            "A study of veins",
        ),
        ("Singh, JB.; Daly, D., et al. A poster. 2014", ("Singh", "Daly", "et al."), 2014, "A poster"),
        ("Drugname (testine) [prescribing information]. Town (PA): Firm Inc; c2020.", None, 2020, None),
    ],
)
def test_reference_entries(entry: str, authors: tuple[str, ...] | None, year: int, title: str | None) -> None:
    from pipeline.reading.references import parse_entry

    fields = parse_entry(entry)
    assert fields["year"] == year
    if authors:
        assert fields["authors"] == authors
    if title:
        assert fields["title"] == title


# ---------------------------------------------------------------- properties

_WORD = st.sampled_from(
    [
        "ketamine",
        "lithium",
        "placebo",
        "patients",
        "were",
        "randomised",
        "to",
        "0.5",
        "mg/kg",
        "and",
        "12",
        "of",
        "20",
        "(n=7)",
        "responded",
        "HDRS17",
        "MADRS",
        "dose",
        "S-ketamine",
        "α-blockers",
        "Müller",
        "naïve",
    ]
)
_MARK = st.sampled_from(
    [
        "<sup>12</sup>",
        "^{3,4-6}",
        "¹¹,²",
        "[1; 2]",
        "**bold**",
        "*it*",
        "$\\geq$",
        "$n=7$",
        "$Mg^{2+}$",
        "&lt;",
        "\uf0b1",
        "ﬁ",
        "₁₇",
        "(Roe et al., 2001)",
        "<u>under</u>",
        "\xad",
        "\u200b",
        "\u202e",
        "**",
        "*",
        "_",
        "`",
        "<",
        ">",
        "\\",
        "|",
        "\t",
        "[x](http://a.b/c)",
        "![p](q)",
        "<!-- c -->",
        "-\n",
        "\r\n",
        "{",
        "^{",
        "$",
        "⁽¹⁾",
        "10⁶",
        "m²",
    ]
)
_BREAK = st.sampled_from(
    [
        " ",
        " ",
        " ",
        "\n",
        "\n\n",
        ". ",
        ".\n\n",
        "-\n\n",
        "\n\n- ",
        "\n1. ",
        "\n\n# ",
        "\n\n   \n",
        "\x0c",
        "\n\nReferences\n\n",
        "\n\nAbstract\n\n",
    ]
)
_PIECE = st.tuples(st.one_of(_WORD, _MARK, st.text(max_size=6)), _BREAK)
_TEXT = st.lists(_PIECE, max_size=80).map(lambda parts: "".join(a + b for a, b in parts))


def _letters(text: str) -> str:
    """Letters and digits in a comparable form."""
    text = "".join(CHARACTERS.get(c, SUPERSCRIPT.get(c, c)) for c in text)
    return re.sub(r"[\W_]", "", text)


@settings(max_examples=300, deadline=None)
@given(_TEXT, st.data())
def test_every_reading_span_leads_back_to_its_source(source: str, data: st.DataObject) -> None:
    document = build(source, "a")
    assert document.source == source
    for section in document.sections:
        assert 0 <= section.source_start <= section.source_end <= len(source)
        if section.start is not None:
            assert 0 <= section.start <= section.end <= len(document.text)
    words = list(re.finditer(r"[^\W_]+", document.text))
    if not words:
        return
    first = data.draw(st.integers(0, len(words) - 1))
    last = min(first + data.draw(st.integers(0, 3)), len(words) - 1)
    for start, end in [words[first].span(), (words[first].start(), words[last].end())]:
        place = document.origin.place(start, end)
        if place is None:
            continue
        there = source[place["start"] : place["end"]]
        here = document.text[start:end]
        assert there
        if "\\" in there or "&" in there or "$" in there:
            continue  # a command or an entity stands for a character by another name
        rest = iter(_letters(there))
        assert all(char in rest for char in _letters(here)), (here, there)


@settings(max_examples=100, deadline=None)
@given(_TEXT)
def test_citations_and_references_stand_where_they_say(source: str) -> None:
    document = build(source, "a")
    for citation in document.citations:
        assert source[citation.source_start : citation.source_end].strip() == citation.text
        assert 0 <= citation.at <= len(document.text)
        assert citation.keys
    for reference in document.references:
        assert source[reference.source_start : reference.source_end].strip()


def test_a_text_that_begins_with_telephone_is_no_address() -> None:
    document = build("Telephone counselling for smokers. We called 40 smokers every week for a year.", "demo")
    assert "40 smokers" in document.text
    address = "A review.\n\nBody of the text, which says what was found.\n\nTel: +1 555 0100, fax 555 0101"
    assert "555" not in build(address, "demo").text
