"""The BioC reader: passages of PubMed Central and PubTator, JSON and XML, and what goldpan itself exports."""

# ruff: noqa: E501 - mark-up reads better unbroken
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reading import read
from pipeline.reading.bioc import build
from pipeline.reconcile import exchange
from pipeline.reconcile.gold import Source
from pipeline.schema import GoldpanError, Mention


def passage(section: str, type_: str, text: str, offset: int = 0, **infons: str) -> dict[str, Any]:
    return {"offset": offset, "infons": {"section_type": section, "type": type_, **infons}, "text": text}


def collection(*passages: dict[str, Any]) -> bytes:
    return json.dumps({"documents": [{"id": "7", "passages": list(passages)}]}).encode()


ARTICLE = collection(
    passage("TITLE", "front", "On lithium", 0),
    passage("ABSTRACT", "abstract_title_1", "Methods", 11),
    passage("ABSTRACT", "abstract", "Ten men took lithium.", 19),
    passage("RESULTS", "title_1", "Results", 41),
    passage("RESULTS", "paragraph", "It helped [1,2] at 5 mg [2]. It was safe [1-3].", 49),
    passage("COMP_INT", "title_1", "Competing interests", 100),
    passage("COMP_INT", "paragraph", "None.", 120),
    passage("METHODS", "title_1", "Ethics approval", 130),
    passage("METHODS", "paragraph", "Given.", 150),
    passage("TABLE", "table_caption", "Table 1. Trials", 160),
    passage("TABLE", "table", "Drug\tn\t \tlithium\t12\t \tplacebo\t14", 180),
    passage("TABLE", "table_footnote", "n, patients", 220),
    passage("REF", "title", "References", 240),
    passage("REF", "ref", "A trial of lithium", 250, year="2001", source="J Test", **{
        "name_0": "surname:Roe;given-names:A", "name_1": "surname:Poe;given-names:B", "pub-id_pmid": "123", "pub-id_doi": "10.5555/a",
    }),
    passage("REF", "ref", "Doe C. Another trial. J Test. 2002;2:1.", 280),
    passage("REF", "ref", "Loe D. Third. J Test. 2003;3:5.", 330),
)  # fmt: skip


def test_passages_become_sections_citations_references_and_tables() -> None:
    document = build(ARTICLE, "demo")
    assert document.title == "On lithium"
    assert document.text.split("\n\n") == [
        "On lithium", "Methods", "Ten men took lithium.", "Results", "It helped at 5 mg. It was safe.", "Table 1. Trials",
        "Drug\tn\nlithium\t12\nplacebo\t14", "n, patients",
    ]  # fmt: skip
    assert [(s.kind, s.title) for s in document.sections if s.start is None] == [
        ("author_notes", "author notes"), ("author_notes", "Ethics approval"), ("references", "references")
    ]  # fmt: skip
    assert [c.keys for c in document.citations] == [("1", "2"), ("2",), ("1", "2", "3")]
    first = document.references[0]
    assert (first.authors, first.year, first.pmid, first.doi) == (("Roe", "Poe"), 2001, "123", "10.5555/a")
    assert document.references[1].authors == ("Doe",)
    (table,) = document.tables
    assert table.heads == ("Drug", "n") and table.caption == "Table 1. Trials"
    at = document.text.index("5 mg")
    assert document.origin.place(at, at + 4) == {"start": at, "end": at + 4, "passage": 4, "offset": 49 + 19}


def test_pubtator_titles_and_abstracts() -> None:
    rows = [
        {"offset": 0, "infons": {"type": "title"}, "text": "On lithium"},
        {"offset": 11, "infons": {"type": "abstract"}, "text": "Ten men took it."},
    ]
    document = build(collection(*rows), "demo")
    assert [s.kind for s in document.sections] == ["title", "abstract"]
    assert document.title == "On lithium"


def test_sentences_stand_at_their_offsets() -> None:
    row = {"offset": 5, "infons": {"type": "abstract"},
           "sentences": [{"offset": 5, "text": "Ten men."}, {"offset": 15, "text": "Two women."}]}  # fmt: skip
    document = build(collection(row), "demo")
    assert document.text == "Ten men. Two women."
    at = document.text.index("Two")
    assert document.origin.place(at, at + 3)["offset"] == 15  # type: ignore[index]


@pytest.mark.parametrize("name", ["bioc-json", "bioc-xml"])
def test_what_goldpan_exports_is_read_as_the_text_it_was(name: str, tmp_path: Path) -> None:
    text = "# On lithium\n\n## Results\n\nTen men took **lithium** 600 mg.\x0c\n"
    start = text.index("lithium**")
    mention = Mention("a", "DRUG", start, start + 7, "lithium", {"name": "lithium"})
    path = tmp_path / "a.bioc"
    exchange.export(name, path, [mention], {"a": Source(text, "")})
    document = read(path)
    assert document.kind == "bioc" and document.title == "On lithium"
    at = document.text.index("lithium 600")
    assert document.origin.place(at, at + 7) == {"start": at, "end": at + 7, "passage": 0, "offset": start}
    assert exchange.load(name, path) == [mention]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b'{"documents": [], "passages": 1}', "holds 0 documents"),
        (b'{"documents": [{"passages": []}, {"passages": []}]}', "holds 2 documents"),
        (b'{"documents": [{"passages": []}]}', "without text"),
        (b'{"documents": [{"passages": [{"text": 5}]}]}', "no string"),
        (b'{"documents": [{"passages": 5}]}', "not BioC"),
        (b'{"documents": [{"passages": [', "not BioC"),
        (
            b"<collection><document><passage><offset>x</offset><text>y</text></passage></document></collection>",
            "not BioC",
        ),
        (b"\xff{", "not BioC"),
        (b"[" * 100_000, "not BioC"),
    ],
)
def test_what_is_not_bioc_is_refused_in_one_line(raw: bytes, words: str) -> None:
    with pytest.raises(GoldpanError, match=words) as caught:
        build(raw, "demo", "demo.json")
    assert str(caught.value).startswith("demo.json: ") and "\n" not in str(caught.value)


_PASSAGE = st.fixed_dictionaries(
    {
        "offset": st.integers(-5, 10**12),
        "infons": st.dictionaries(
            st.sampled_from(["type", "section_type", "year", "name_0"]),
            st.sampled_from(
                ["title", "abstract", "table", "ref", "TABLE", "RESULTS", "title_1", "2001", "surname:Roe"]
            ),
        ),
        "text": st.text(alphabet="ab1 \t\n[],()-.é", max_size=40),
    }
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_PASSAGE, max_size=6))
def test_every_character_leads_back_to_its_passage(rows: list[dict[str, Any]]) -> None:
    try:
        document = build(collection(*rows), "demo")
    except GoldpanError as error:
        assert "\n" not in str(error)
        return
    kept = [row for row in rows if row["text"].strip()]
    for at, char in enumerate(document.text):
        place = document.origin.place(at, at + 1) if char.isalnum() else None
        if place is not None:
            row = kept[place["passage"]]
            assert row["text"][place["offset"] - row["offset"]] == char
    for table in document.tables:
        assert len({len(row) for row in table.rows}) == 1
