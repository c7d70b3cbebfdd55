from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from pipeline.pictures import anchor, forest, groups, matrix
from pipeline.report import render


def study(doc: str, name: str = "roe2001", **more: Any) -> dict[str, Any]:
    reference = {"title": "Lithium & mood in adults: a randomized trial", "authors": ["Roe"], "year": 2001}
    return {
        "doc": doc,
        "study": name,
        "year": 2001,
        "sources": {"reference": reference},
        "outcomes": [],
    } | more


def side(doc: str, text: str) -> dict[str, Any]:
    return {"doc": doc, "start": 1, "end": 2, "text": text, "value": {}}


def comparison(verdict: str, field: str, a: str = "a", b: str = "b", name: str = "roe2001") -> dict[str, Any]:
    return {
        "study": name, "field": field, "verdict": verdict, "severity": "high", "explanation": f"{field} differs",
        "a": side(a, "0.5 mg"), "b": side(b, "5 <mg>"),
    }  # fmt: skip


def pictures(html: str) -> list[ElementTree.Element]:
    """The pictures on a page, as an XML parser reads them."""
    return [
        ElementTree.fromstring(found.replace("&ensp;", " ")) for found in re.findall(r"<svg.*?</svg>", html)
    ]


def words(html: str) -> list[str]:
    return ["".join(text.itertext()) for picture in pictures(html) for text in picture.iter("text")]


def test_a_cell_says_in_what_it_differs_and_leads_to_it() -> None:
    rows = [
        comparison("contradict", "dose"),
        comparison("contradict", "n_total"),
        comparison("agree", "drug", "a", "c"),
    ]
    html = matrix([study("a"), study("b"), study("c")], rows)
    assert words(html) == ["a", "b", "c", "roe2001", "× dose, n", "× dose, n", "="]
    assert html.count(f'href="#{anchor("roe2001")}"') == 2
    assert "Lithium &amp; mood" in html
    page = render("r", {}, {}, [study("a"), study("b")], rows, [])
    assert page.count(f'id="{anchor("roe2001")}"') == 1 and "5 &lt;mg&gt;" in page
    assert "2 contradictions" in page and "1 agreements" in page


def test_many_documents_leave_room_for_letters_only() -> None:
    docs = [f"doc{i}" for i in range(9)]
    html = matrix([study(doc) for doc in docs], [comparison("explainable", "year", "doc0", "doc1")])
    assert "~" in words(html) and "~ year" not in words(html) and html.count("rotate(") == 9


def test_a_study_described_once_without_fault_has_no_row() -> None:
    assert "No study is described twice" in matrix([study("a")], [])
    assert "× route" in matrix([study("a")], [comparison("contradict", "route", "a", "a")])


@pytest.mark.parametrize(
    ("outcome", "shown"),
    [
        (
            {"effect": 2.78, "effect_measure": "OR", "interval": [1.76, 4.4], "value": 63.0},
            "OR 2.78 (1.76 to 4.4)",
        ),
        ({"effect": -4.4, "effect_measure": "MD", "interval": [-7.0, -1.8]}, "MD -4.4 (-7 to -1.8)"),
        (
            {"effect": 2.0, "effect_measure": "OR", "interval": [3.0, 4.0]},
            None,
        ),  # an interval of something else
        ({"value": 63.0, "interval": [1.76, 4.4]}, None),  # the interval is not the value's
    ],
)
def test_effects_are_drawn_with_their_intervals(outcome: dict[str, Any], shown: str | None) -> None:
    html = forest([study("a", outcomes=[{"name": "response", "scale": None, "time": "day 7"} | outcome])])
    if shown is None:
        assert "No effect" in html
    else:
        assert shown in words(html) and "roe2001 response day 7" in words(html)


def test_ratios_stand_on_a_log_axis() -> None:
    found = [
        {"name": "relapse", "effect": e, "effect_measure": "RR", "interval": [e / 2, e * 2]}
        for e in (0.5, 1.0, 2.0)
    ]
    (picture,) = pictures(forest([study("a", outcomes=found)]))
    at = [float(mark.attrib["x"]) for mark in picture.iter("rect")]
    assert at[1] - at[0] == pytest.approx(at[2] - at[1], abs=0.2)


def test_shares_of_two_groups() -> None:
    counted = {"name": "response", "events": 30, "total": 47, "comparator_events": 7, "comparator_total": 25}
    printed = {
        "name": "relapse",
        "measure": "percent",
        "value": 80.0,
        "comparator_value": 50.0,
        "direction": "worse",
    }
    scores = {"name": "symptom_change", "measure": "mean_change", "value": -18.4, "comparator_value": -5.7}
    html = groups([study("a", outcomes=[counted, printed, scores])])
    assert {"30/47 against 7/25", "80% against 50%"} <= set(words(html))
    assert len(list(pictures(html)[0].iter("circle"))) == 4 and "var(--contradict)" in html
    assert "No outcome" in groups([study("a", outcomes=[scores])])
