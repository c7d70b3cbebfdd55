"""What is exported is read back equal, whatever stands in the text."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.reconcile.exchange import FORMATS, export, load
from pipeline.reconcile.exchange.table_csv import guard, unguard
from pipeline.schema import LABELS, GoldpanError, Mention

TEXT = (
    "=cmd|' /C calc'!A0 ket-\namine 0.5 mg/kg\r\n<script>alert('µ')</script> \x0cHDRS₁₇\u202e –18.4\t\"quoted\", 💩 26 "
    "'tis +1 @sum  n=7\u2028end "
)
VALUE = {"amounts": [0.5, 1], "unit": "mg/kg", "range": False, "drug": None}


def key(mention: Mention) -> tuple[Any, ...]:
    return mention.doc, mention.start, mention.end, mention.label


def rows() -> list[Mention]:
    """Mentions over line ends, control characters, astral characters, formulas; nested, touching, with all fields."""
    out = []
    for label, piece in (
        ("DRUG", "ket-\namine"), ("DOSE", "0.5 mg/kg"), ("OUTCOME", "mg/kg\r\n<script>"), ("DRUG", "+1"),
        ("SCALE", "\x0cHDRS₁₇\u202e"), ("SCALE", "=cmd|'"), ("RESULT", "–18.4\t"), ("SAMPLE_SIZE", " 26 "),
        ("OUTCOME", "'tis +1 @sum"),
        ("RESULT", "7\u2028e"), ("DRUG", "💩"),
    ):  # fmt: skip
        start = TEXT.index(piece)
        out.append(Mention("päper 1", label, start, start + len(piece), piece, VALUE))
    full = Mention(
        "päper 1", "DOSE", 0, 4, TEXT[:4], VALUE, why="doses:=rule \x0b{", section="table",
        context=("negated", "animal"), place={"page": 3, "bbox": [1.5, 2, 3, 4], "xpath": "/a[1]"},
    )  # fmt: skip
    bare = Mention("b", "DRUG", 0, 1, "a", {})
    return sorted([*out, full, bare], key=key)


@pytest.mark.parametrize("name", FORMATS)
def test_round_trip(name: str, tmp_path: Path) -> None:
    given_rows = rows()
    path = tmp_path / "out"
    assert export(
        name, path, reversed(given_rows), {"päper 1": TEXT, "b": "a", "empty": "x"}, ["empty"]
    ) == len(given_rows)
    assert sorted(load(name, path), key=key) == given_rows


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[Mention]]:
    """A text of any characters, and mentions anywhere in it."""
    text = draw(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
    found = set()
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        found.add((start, end, draw(st.sampled_from(LABELS))))
    word = st.text(st.characters(codec="utf-8"), max_size=8)
    return text, [
        Mention("d", label, start, end, text[start:end], {"name": draw(word)}, why=draw(word))
        for start, end, label in found
    ]


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "brat"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=documents())
def test_round_trip_of_anything(name: str, tmp_path: Path, document: tuple[str, list[Mention]]) -> None:
    text, mentions = document
    path = tmp_path / "out"
    export(name, path, mentions, {"d": text})
    assert sorted(load(name, path), key=key) == sorted(mentions, key=key)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=documents())
def test_brat_keeps_all_but_the_line_ends_at_a_mentions_edge(
    tmp_path: Path, document: tuple[str, list[Mention]]
) -> None:
    """brat's fragments hold no line end; the guidelines allow none at a mention's edge."""
    text, mentions = document
    kept = [m for m in mentions if m.text == m.text.strip("\r\n")]
    export("brat", tmp_path / "out", kept, {"d": text}, ["d"])
    assert sorted(load("brat", tmp_path / "out"), key=key) == sorted(kept, key=key)


def test_no_csv_cell_begins_a_formula(tmp_path: Path) -> None:
    export("csv", tmp_path / "m.csv", rows())
    with (tmp_path / "m.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any("cmd" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))]


@given(st.text(max_size=6))
def test_guard_is_undone(cell: str) -> None:
    assert unguard(guard(cell)) == cell


def test_a_text_that_is_not_the_one_read_is_refused(tmp_path: Path) -> None:
    mention = Mention("d", "DRUG", 0, 4, "abcd", {})
    with pytest.raises(GoldpanError, match="d: 0–4 is 'wxyz' in the text at hand"):
        export("bioc-json", tmp_path / "out.json", [mention], {"d": "wxyz"})
    with pytest.raises(GoldpanError, match="its text is not at hand"):
        export("brat", tmp_path / "out", [mention])
    assert not (tmp_path / "out.json").exists()


def test_a_documents_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    mention = Mention("../../evil", "DRUG", 0, 4, "abcd", {})
    export("brat", tmp_path / "in" / "out", [mention], {"../../evil": "abcd"})
    assert sorted(path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*.ann")) == ["in"]
    assert load("brat", tmp_path / "in" / "out") == [mention]


def test_bioc_xml_is_what_the_dtd_orders(tmp_path: Path) -> None:
    export("bioc-xml", tmp_path / "a.xml", rows(), {"päper 1": TEXT, "b": "a"})
    root = ET.parse(tmp_path / "a.xml").getroot()
    assert [child.tag for child in root][:3] == ["source", "date", "key"]
    annotation = root.find("document/passage/annotation")
    assert annotation is not None
    tags = [child.tag for child in annotation]
    assert tags[-2:] == ["location", "text"] and set(tags[:-2]) == {"infon"}


def test_docbin_opens_in_spacy(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    export("docbin", tmp_path / "a.spacy", rows(), {"päper 1": TEXT, "b": "a"})
    box = spacy.tokens.DocBin().from_disk(tmp_path / "a.spacy")
    doc = next(doc for doc in box.get_docs(spacy.blank("en").vocab) if len(doc.text) > 1)
    assert doc.text == TEXT
    assert [span.text for span in doc.spans["SAMPLE_SIZE"]] == [" 26 "]


def test_label_studio_reads_an_annotators_own_work(tmp_path: Path) -> None:
    """A region drawn by hand has no meta; an annotation goes before a prediction; notes in words are left alone."""
    value = {"start": 0, "end": 4, "text": "keta", "labels": ["DRUG"]}
    hand = {"id": "x", "type": "labels", "value": value, "meta": {"text": ["unsure"]}}
    task = {"data": {"doc": "d", "text": "ketamine"}, "predictions": [{"result": []}],
            "annotations": [{"result": [hand, {"id": "r", "type": "relation"}]}]}  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps([task]), encoding="utf-8")
    assert load("label-studio", tmp_path / "a.json") == [Mention("d", "DRUG", 0, 4, "keta", {})]


def test_what_is_no_export_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("nonsense", encoding="utf-8")
    for name in ("bioc-json", "bioc-xml", "label-studio", "parquet", "csv"):
        with pytest.raises(GoldpanError, match="a: not "):
            load(name, tmp_path / "a")
    with pytest.raises(GoldpanError, match="no such file"):
        load("csv", tmp_path / "b")
