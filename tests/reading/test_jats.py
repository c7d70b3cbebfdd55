"""The JATS reader: what is kept and dropped, links that become citations, tables, and the way back to the element."""

# ruff: noqa: E501 - mark-up reads better unbroken
from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pipeline.reading.jats import build
from pipeline.schema import Document, GoldpanError

REFS = "".join(
    f"<ref id='r{i}'><label>{i}</label><element-citation><person-group person-group-type='author'><name><surname>Name{i}"
    f"</surname><given-names>A B</given-names></name></person-group><article-title>Work {i}</article-title><source>J Test"
    f"</source><year>200{i}</year><volume>{i}</volume><fpage>1</fpage><pub-id pub-id-type='pmid'>1000{i}</pub-id>"
    f"<pub-id pub-id-type='doi'>10.5555/w{i}</pub-id></element-citation></ref>"
    for i in range(1, 10)
)


def article(body: str, refs: str = REFS, front: str = "", back: str = "") -> Document:
    return build(
        "<article xmlns:xlink='http://www.w3.org/1999/xlink' xmlns:mml='http://www.w3.org/1998/Math/MathML'><front>"
        f"<article-meta><title-group><article-title>On lithium</article-title></title-group>{front}</article-meta></front>"
        f"<body>{body}</body><back>{back}<ref-list>{refs}</ref-list></back></article>".encode(),
        "demo",
    )


def link(number: int, text: str | None = None) -> str:
    return f"<xref ref-type='bibr' rid='r{number}'>{text or number}</xref>"


@pytest.mark.parametrize(
    ("mark", "keys", "shown"),
    [
        (f" [{link(3)}–{link(5)},{link(7)}]", "3 4 5 7", "helped."),
        (f"<sup>{link(3)}-{link(5)}</sup>", "3 4 5", "helped."),
        (f"<sup>{link(3)}</sup><sup>,</sup><sup>{link(5)}</sup>", "3 5", "helped."),
        ("<xref ref-type='bibr' rid='r2'><sup>2</sup></xref>", "2", "helped."),
        (f" {link(1, '[1]')}, {link(2, '[2]')}", "1 2", "helped."),
        (f" ({link(1)} and {link(2)})", "1 2", "helped."),
        (" [<xref ref-type='bibr' rid='r4 r5 r6'>4–6</xref>]", "4 5 6", "helped."),
        (" [<xref ref-type='bibr' rid='r4'>4-6</xref>]", "4 5 6", "helped."),
        (f" [see {link(8)}]", "8", "helped."),
    ],
)  # fmt: skip
def test_linked_numbers_become_citations(mark: str, keys: str, shown: str) -> None:
    document = article(f"<p>It helped{mark}. Then 5 mg.</p>")
    assert document.text == f"On lithium\n\nIt {shown} Then 5 mg."
    assert [key for c in document.citations for key in c.keys] == keys.split()
    assert all(document.text[: c.at].endswith("helped") for c in document.citations)


@pytest.mark.parametrize(
    ("sentence", "keys", "shown"),
    [
        ("It helped ({0}; {1}).", ["Roe, 2001", "Poe et al., 2002a"], "It helped."),
        ("It helped (TRD; {0}).", ["Roe, 2001"], "It helped (TRD)."),
        ("It helped (e.g., {0}) once.", ["Roe, 2001"], "It helped once."),
        ("Roe (<xref ref-type='bibr' rid='a'>2001</xref>) saw it.", ["Roe, 2001"], "Roe saw it."),
        ("<xref ref-type='bibr' rid='a'>Roe (2001)</xref> saw it.", ["Roe, 2001"], "Roe saw it."),
        ("By {0} it was seen.", ["Roe, 2001"], "By Roe, 2001 it was seen."),
        ("It ({0} mg) helped (n = 7).", ["Roe, 2001"], "It (Roe, 2001 mg) helped (n = 7)."),
    ],
)  # fmt: skip
def test_linked_names_become_citations(sentence: str, keys: list[str], shown: str) -> None:
    refs = (
        "<ref id='a'><mixed-citation><name><surname>Roe</surname></name><year>2001</year><article-title>One</article-title>"
        "</mixed-citation></ref><ref id='b'><mixed-citation><name><surname>Poe</surname></name><name><surname>Loe</surname>"
        "</name><etal/><year>2002</year><article-title>Two</article-title></mixed-citation></ref>"
    )
    roe, poe = (
        f"<xref ref-type='bibr' rid='{i}'>{t}</xref>"
        for i, t in (("a", "Roe, 2001"), ("b", "Poe et al., 2002a"))
    )
    document = article(f"<p>{sentence.format(roe, poe)}</p>", refs)
    assert document.text.split("\n\n")[1] == shown
    assert [key for c in document.citations for key in c.keys] == keys
    assert set(keys) <= {reference.key for reference in document.references}


def test_references_carry_their_identifiers() -> None:
    document = article("<p>Text.</p>")
    second = document.references[1]
    assert (second.key, second.authors, second.year) == ("2", ("Name2",), 2002)
    assert (second.title, second.journal, second.pmid, second.doi) == (
        "Work 2",
        "J Test",
        "10002",
        "10.5555/w2",
    )
    assert second.text == "Name2 AB. Work 2. J Test. 2002;2:1."


def test_an_entry_without_tags_is_read_from_its_words() -> None:
    document = article(
        f"<p>Seen{link(1)}.</p>", "<ref id='r1'><mixed-citation>Roe A, Poe B. A trial of tests. J Test. 2003;4:5. doi:10.5555/x."
        "</mixed-citation></ref>")  # fmt: skip
    (reference,) = document.references
    assert (reference.authors, reference.year, reference.doi) == (("Roe", "Poe"), 2003, "10.5555/x")
    assert reference.title == "A trial of tests"


def test_sections_are_kept_or_recorded_as_left_out() -> None:
    document = article(
        "<sec><title>Methods</title><p>Twelve men.</p><sec><title>Doses</title><p>Of 5 mg.</p></sec></sec>"
        "<sec><title>Competing interests</title><p>None.</p></sec><boxed-text><caption><title>Key points</title></caption>"
        "<p>Boxed.</p></boxed-text>",
        front="<contrib-group><contrib><name><surname>Writer</surname></name></contrib></contrib-group><abstract><title>"
        "Abstract</title><p>Short.</p></abstract><kwd-group><kwd>mood</kwd></kwd-group><funding-group><funding-statement>"
        "Paid.</funding-statement></funding-group>",
        back="<ack><p>Thanks.</p></ack><fn-group><fn fn-type='conflict'><p>Conflict.</p></fn></fn-group><app-group><app>"
        "<title>Appendix</title><p>More men.</p></app></app-group>",
    )
    kept = [
        (s.kind, s.title, document.text[s.start : s.end]) for s in document.sections if s.start is not None
    ]
    assert kept == [
        ("title", "", "On lithium"), ("abstract", "Abstract", "Abstract\n\nShort."),
        ("body", "Methods", "Methods\n\nTwelve men."), ("body", "Doses", "Doses\n\nOf 5 mg."),
        ("box", "", "Key points\n\nBoxed."), ("body", "Appendix", "Appendix\n\nMore men."),
    ]  # fmt: skip
    dropped = {(s.kind, s.title) for s in document.sections if s.start is None}
    assert dropped == {
        ("front_matter", "authors"), ("keywords", "keywords"), ("author_notes", "funding"), ("references", "references"),
        ("author_notes", "Competing interests"), ("acknowledgements", "acknowledgements"), ("author_notes", "Conflict."),
    }  # fmt: skip


def test_tables_keep_cells_spans_heads_captions_and_footnotes() -> None:
    document = article(
        "<table-wrap><label>Table 1</label><caption><title>Trials.</title><p>All of them.</p></caption><alternatives><graphic/>"
        "<table><thead><tr><th rowspan='2'>Drug</th><th colspan='2'>Patients<xref ref-type='table-fn' rid='f'><sup>a</sup>"
        "</xref></th></tr><tr><th>n</th><th>%</th></tr></thead><tbody><tr><td>lithium</td><td>12</td><td>60</td></tr><tr><td/>"
        f"<td>14</td><td>70{link(3, '[3]')}</td></tr></tbody></table></alternatives><table-wrap-foot><fn id='f'><label>a</label>"
        "<p>Randomised.</p></fn></table-wrap-foot></table-wrap>"
    )
    (table,) = document.tables
    cells = [[document.text[c.start : c.end] for c in row] for row in table.rows]
    assert cells == [["Drug", "Patients", ""], ["", "n", "%"], ["lithium", "12", "60"], ["", "14", "70"]]
    assert table.heads == ("Drug", "Patients n", "Patients %")
    assert (table.header_rows, table.caption) == (2, "Table 1. Trials.\n\nAll of them.")
    assert document.text.endswith("\n\nRandomised.")
    assert [(s.kind) for s in document.sections if s.start is not None] == [
        "title",
        "caption",
        "table",
        "footnote",
    ]
    assert document.citations[0].keys == ("3",)


def test_formulas_and_graphics_leave_their_neighbours_in_place() -> None:
    document = article(
        "<p>Before <inline-formula><mml:math><mml:mfrac><mml:mi>a</mml:mi><mml:mi>b</mml:mi></mml:mfrac></mml:math>"
        "</inline-formula> between <inline-graphic xlink:href='x'/>after 5 mg <disp-formula><tex-math>E=mc^2</tex-math>"
        "</disp-formula>and <inline-formula><mml:math><mml:mi>n</mml:mi><mml:mo>=</mml:mo><mml:mn>24</mml:mn></mml:math>"
        "</inline-formula> men, 10<sup>6</sup> cells of 2 mg kg<sup>-1</sup> on HDRS<sub>17</sub>.</p>"
    )
    shown = "Before between after 5 mg and n = 24 men, 10^6 cells of 2 mg kg-1 on HDRS17."
    assert document.text.split("\n\n")[1] == shown
    at = document.text.index("5 mg")
    assert document.origin.place(at, at + 4)["xpath"] == "/article/body[1]/p[1]"


def test_floats_come_behind_the_paragraph_that_holds_them_and_lists_cut_it() -> None:
    document = article(
        "<p>It was <fig><label>Figure 1.</label><caption><p>A curve.</p></caption></fig>given.<list><list-item><p>One.</p>"
        "</list-item></list>Then more<fn><p>A note.</p></fn>.</p>"
    )
    assert document.text.split("\n\n")[1:] == [
        "It was given.",
        "One.",
        "Then more.",
        "Figure 1. A curve.",
        "A note.",
    ]


@pytest.mark.parametrize(
    ("wrapper", "path"),
    [
        ("<pmc-articleset>{}</pmc-articleset>", "/pmc-articleset/article[1]/body[1]/p[1]"),
        ("<oai:x xmlns:oai='urn:o'>{}</oai:x>", "/*[local-name()='x']/article[1]/body[1]/p[1]"),
    ],
)
def test_an_article_in_a_wrapper_is_read(wrapper: str, path: str) -> None:
    raw = wrapper.format("<article><body><p>Ten men took lithium.</p></body></article>").encode()
    document = build(raw, "demo")
    assert document.text == "Ten men took lithium."
    assert document.origin.place(4, 7) == {"start": 4, "end": 7, "xpath": path, "offset": 4}


def test_a_namespace_changes_nothing() -> None:
    document = build(
        b"<article xmlns='http://jats.nlm.nih.gov'><body><p>Ten men.</p></body></article>", "demo"
    )
    assert document.text == "Ten men."


# ---------------------------------------------------------------- properties

_TEXT = st.text(alphabet="abc 12.,;()[]–-<&é\n*_$\\^{}|", max_size=12)
_TREE = st.recursive(
    _TEXT.map(lambda t: t.replace("&", "&amp;").replace("<", "&lt;")),
    lambda inner: st.tuples(
        st.sampled_from(
            [
                "p",
                "sec",
                "title",
                "italic",
                "sup",
                "sub",
                "xref",
                "list",
                "list-item",
                "fig",
                "caption",
                "table",
                "tr",
                "td",
                "th",
                "table-wrap",
                "fn",
                "boxed-text",
                "label",
                "inline-formula",
                "disp-formula",
                "break",
                "ref-list",
                "ack",
                "abstract",
                "front",
                "body",
                "article",
            ]
        ),
        st.sampled_from(
            ["", " ref-type='bibr' rid='r1'", " colspan='3'", " rowspan='2'", " ref-type='fn'", " id='r1'"]
        ),
        st.lists(inner, max_size=4),
    ).map(lambda t: f"<{t[0]}{t[1]}>{''.join(t[2])}</{t[0]}>"),
    max_leaves=25,
)


@settings(max_examples=200, deadline=None)
@given(_TREE, _TREE)
def test_every_word_leads_back_to_its_element(body: str, back: str) -> None:
    raw = f"<article><front/><body>{body}</body><back>{back}<ref-list><ref id='r1'>Roe A. B. 2001;1:1.</ref></ref-list></back></article>"
    try:
        document = build(raw.encode(), "demo")
    except GoldpanError as error:
        assert "\n" not in str(error)
        return
    root = etree.fromstring(raw.encode())
    for word in re.finditer(r"[^\W_]+", document.text):
        place = document.origin.place(*word.span())
        assert place is not None and (place["start"], place["end"]) == word.span()
        (element,) = root.xpath(place["xpath"])
        there = "".join(element.itertext())[place["offset"] :]
        assert there.startswith(word[0][0])
    for table in document.tables:
        assert len({len(row) for row in table.rows}) == 1
    for citation in document.citations:
        assert 0 <= citation.at <= len(document.text)
