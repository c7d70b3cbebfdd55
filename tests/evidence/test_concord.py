"""Facts against facts, and the contradictions planted in corpus/sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.evidence.concord import concord
from pipeline.evidence.studies import studies_of
from pipeline.evidence.tabular import table_of_comparisons
from pipeline.reading import read
from pipeline.settings import Settings

SAMPLE = Path(__file__).resolve().parents[2] / "corpus" / "sample"
TITLE = "Lithium for depressed outpatients: two years in four centres"


def fact(field: str, text: str, linked: str = "citation", **value: Any) -> dict[str, Any]:
    fact.at += 10  # type: ignore[attr-defined]
    start = fact.at  # type: ignore[attr-defined]
    return {
        "field": field, "value": value, "linked": linked, "sentence": text, "start": start,
        "end": start + len(text), "text": text,
    }  # fmt: skip


fact.at = 0  # type: ignore[attr-defined]


def record(doc: str, *facts: dict[str, Any], **reference: Any) -> dict[str, Any]:
    known = {
        "title": TITLE, "doi": None, "pmid": None, "year": 2018, "authors": ["Roe"], "start": 900, "end": 960,
        "drugs": [], "routes": [], "designs": [],
    }  # fmt: skip
    return {"doc": doc, "study": "roe2018", "sources": {"facts": list(facts), "reference": known | reference}}


def n(count: int, **more: Any) -> dict[str, Any]:
    return fact("n_total", str(count), count=count, **more)


def dose(
    amounts: list[float], unit: str, drug: str = "lithium", linked: str = "citation", **more: Any
) -> dict[str, Any]:
    text = "/".join(f"{x:g}" for x in amounts) + f" {unit}"
    return fact(
        "dose", text, linked, drug=drug, amounts=amounts, unit=unit, **{"range": False, "daily": None} | more
    )


def name(field: str, value: str, linked: str = "citation", **more: Any) -> dict[str, Any]:
    return fact(field, value, linked, name=value, **more)


def outcome(direction: str, outcome_name: str = "response", **more: Any) -> dict[str, Any]:
    base = {
        "scale": None,
        "time": None,
        "arm": None,
        "value": None,
        "onset": None,
        "part": False,
        "similar": False,
    }
    return fact("outcome", outcome_name, name=outcome_name, direction=direction, **base | more)


def verdicts(a: list[dict[str, Any]], b: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    rows = concord([record("a", *a), record("b", *b)])
    return [(row["field"], row["verdict"], row["severity"]) for row in rows]


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        # totals
        ([n(80)], [n(80)], ("n_total", "agree", "none")),
        ([n(80)], [n(100)], ("n_total", "contradict", "high")),
        ([n(100)], [n(101)], ("n_total", "contradict", "low")),
        ([n(80)], [n(72, part=True)], ("n_total", "explainable", "low")),
        ([n(80), n(72)], [n(72)], ("n_total", "agree", "none")),
        ([n(80), fact("dropout", "8", count=8)], [n(72)], ("n_total", "explainable", "low")),
        ([n(80), fact("n_arm", "41", count=41), fact("n_arm", "19", count=19)], [n(60)],
         ("n_total", "explainable", "low")),
        # arms
        ([fact("n_arm", "41", count=41, drug="lithium", amounts=[600], unit="mg")],
         [fact("n_arm", "14", count=14, drug="lithium", amounts=[600], unit="mg")], ("n_arm", "contradict", "medium")),
        # doses
        ([dose([0.6], "g")], [dose([600], "mg")], ("dose", "agree", "none")),
        ([dose([60], "mg")], [dose([600], "mg")], ("dose", "contradict", "high")),
        ([dose([450], "mg")], [dose([600], "mg")], ("dose", "contradict", "medium")),
        ([dose([300, 600], "mg")], [dose([600], "mg")], ("dose", "explainable", "low")),
        ([dose([300, 900], "mg", range=True)], [dose([600], "mg")], ("dose", "explainable", "low")),
        ([dose([0.5], "mg/kg")], [dose([0.5], "mg")], ("unit", "contradict", "high")),
        ([dose([0.5], "mg/kg")], [dose([35], "mg")], ("unit", "explainable", "low")),
        # a dose and how often it is taken
        ([dose([600], "mg", daily=1.0)], [dose([600], "mg/d")], ("dose", "agree", "none")),
        ([dose([80], "mg", daily=2.0)], [dose([160], "mg/d")], ("dose", "agree", "none")),
        ([dose([600], "mg")], [dose([600], "mg/d")], ("unit", "explainable", "low")),
        ([dose([15], "mg", daily=1 / 7)], [dose([15], "mg/d")], ("unit", "contradict", "high")),
        # names
        ([dose([28], "mg", "ketamine")], [dose([28], "mg", "esketamine")], ("drug", "contradict", "high")),
        ([name("drug", "citalopram")], [name("drug", "escitalopram")], ("drug", "contradict", "high")),
        ([name("drug", "citalopram"), name("drug", "escitalopram")], [name("drug", "escitalopram")],
         ("drug", "agree", "none")),
        ([name("control", "placebo")], [name("control", "midazolam")], ("drug", "contradict", "medium")),
        # routes, designs, scales
        ([name("route", "oral")], [name("route", "intravenous")], ("route", "contradict", "high")),
        ([name("route", "oral"), name("route", "intravenous")], [name("route", "oral")], ("route", "agree", "none")),
        ([name("design", "open-label")], [name("design", "double-blind")], ("design", "contradict", "medium")),
        ([name("design", "open-label", part=True)], [name("design", "double-blind")], ("design", "explainable", "low")),
        ([name("scale", "MADRS")], [name("scale", "HDRS")], ("scale", "explainable", "low")),
        ([name("scale", "MADRS"), outcome("better", value=6.2)], [name("scale", "HDRS"), outcome("better", value=6.2)],
         ("scale", "contradict", "medium")),
        # outcomes: the same, of the same arm, at about the same time
        ([outcome("better")], [outcome("worse")], ("outcome", "contradict", "medium")),
        ([outcome("better")], [outcome("no difference")], ("outcome", "contradict", "low")),
        ([outcome("better")], [outcome("no difference", similar=True)], ("outcome", "explainable", "low")),
        ([outcome("better")], [outcome("worse", part=True)], ("outcome", "explainable", "low")),
        ([outcome("better", "other") | {"text": "heavy drinking days"}],
         [outcome("worse", "other") | {"text": "days of heavy drinking"}], ("outcome", "contradict", "medium")),
        ([outcome("better", onset="4 hours")], [outcome("better", onset="three days")],
         ("outcome", "contradict", "low")),
    ],
)  # fmt: skip
def test_field_by_field(
    a: list[dict[str, Any]], b: list[dict[str, Any]], wanted: tuple[str, str, str]
) -> None:
    assert verdicts(a, b)[0] == wanted


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (outcome("better", time="day 1"), outcome("worse", time="week 6")),
        (outcome("better", arm="lithium"), outcome("worse", arm="riluzole")),
        (outcome("better", scale="MADRS"), outcome("worse", scale="HDRS")),
        (outcome("better"), outcome("worse", "remission")),
        (
            outcome("better", "other") | {"text": "abstinence"},
            outcome("worse", "other") | {"text": "walking speed"},
        ),
        (outcome("better", onset="110 min"), outcome("worse", "relapse", onset="2 hours")),
    ],
)
def test_other_outcomes_do_not_contradict(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert verdicts([a], [b]) == []


def test_sentences_over_several_studies_are_not_held_against_one() -> None:
    shared = n(140) | {"shared": True}
    assert verdicts([shared], [n(80)]) == []


def test_one_row_for_a_field_and_a_pair_of_descriptions() -> None:
    a = [dose([60], "mg"), dose([60], "mg", linked="row")]
    b = [dose([600], "mg"), dose([600], "mg", linked="row")]
    rows = concord([record("a", *a), record("b", *b)])
    assert [(r["a"]["doc"], r["b"]["doc"]) for r in rows if r["verdict"] == "contradict"] == [("a", "b")]


def test_completers_named_once_explain_the_table_too() -> None:
    rows = concord(
        [record("a", n(58)), record("b", n(52, part=True), fact("n_total", "52", "row", count=52))]
    )
    assert "contradict" not in {row["verdict"] for row in rows}


# ---------------------------------------------------------------- against the reference


@pytest.mark.parametrize(
    ("facts", "reference", "field"),
    [
        ([name("drug", "ketamine")], {"drugs": ["esketamine"]}, "drug"),
        ([dose([28], "mg", "ketamine"), name("drug", "esketamine")], {"drugs": ["esketamine"]}, "drug"),
        ([name("drug", "ketamine")], {"drugs": ["rislenemdaz"]}, "citation"),
        ([name("topic", "ketamine")], {"drugs": ["rislenemdaz"]}, "citation"),
        ([name("author", "Doe", second=None)], {}, "citation"),
        ([fact("year", "2010", year=2010)], {}, "year"),
        ([name("route", "intravenous")], {"routes": ["oral"]}, "route"),
        ([name("design", "open-label")], {"designs": ["double-blind"]}, "design"),
    ],
)
def test_against_the_reference(facts: list[dict[str, Any]], reference: dict[str, Any], field: str) -> None:
    rows = concord([record("a", *facts, **reference)])
    assert [(row["field"], row["verdict"]) for row in rows] == [(field, "contradict")]
    assert rows[0]["b"]["text"] == TITLE and rows[0]["b"]["start"] == 900


@pytest.mark.parametrize(
    ("facts", "reference"),
    [
        ([name("drug", "esketamine"), name("drug", "arketamine")], {"drugs": ["ketamine"]}),  # enantiomers compared
        ([name("drug", "lithium") | {"beside": True}], {"drugs": ["riluzole"]}),  # "comparable to riluzole,² lithium …"
        ([name("drug", "placebo")], {"drugs": ["lithium"]}),
        ([name("author", "Robertsn", second=None)], {"authors": ["Robertson"]}),  # a slip of a letter
        ([fact("year", "2017", year=2017)], {}),  # online first
        ([name("route", "intravenous")], {"routes": ["oral"], "title": "Oral or intravenous iron: a trial in adults"}),
        ([name("design", "open-label"), name("design", "randomized")], {"designs": ["randomized"]}),
    ],
)  # fmt: skip
def test_guards_against_the_reference(facts: list[dict[str, Any]], reference: dict[str, Any]) -> None:
    assert concord([record("a", *facts, **reference)]) == []


def test_years_of_two_lists() -> None:
    near = concord([record("a"), record("b", year=2020)])
    assert [(r["field"], r["verdict"]) for r in near] == [("year", "explainable")]
    far = concord([record("a", doi="10.5555/x"), record("b", doi="10.5555/X", year=2012)])
    assert [(r["field"], r["verdict"]) for r in far] == [("year", "contradict")]


def test_a_row_against_its_own_column_of_routes() -> None:
    cell = name("route", "intranasal", "row") | {"column": "design"}
    column = name("route", "intravenous", "row") | {"column": "route of administration"}
    rows = concord([record("a", cell, column)])
    assert [(r["field"], r["verdict"], r["severity"]) for r in rows] == [("route", "contradict", "medium")]


# ---------------------------------------------------------------- the samples

#: study, field, values of both sides (corpus/sample/README.md)
PLANTED = [
    ("tallmark2019", "drug", {"esketamine", "ketamine"}),
    ("tallmark2019", "unit", {"0.4 mg/kg", "0.4 mg"}),
    ("tallmark2019", "route", {"intravenous", "intranasal"}),
    ("tallmark2019", "n_total", {62, 26}),
    ("keller2018", "dose", {"50 mg", "500 mg"}),
    ("keller2018", "n_total", {148, 184}),
    ("lindqvist2020", "n_total", {96, 69}),
    ("ravenholt2017", "n_total", {102, 120}),
    ("ravenholt2017", "unit", {"15 mg", "15 mg/d"}),
    ("wexford2017", "n_total", {104, 140}),
    ("petrakis2020", "route", {"intravenous", "subcutaneous"}),
]


@pytest.fixture(scope="module")
def comparisons(extractor: Any) -> list[dict[str, Any]]:
    documents = [read(path, Settings(model="none")) for path in sorted(SAMPLE.glob("*.txt"))]
    return concord([study.to_json() for doc in extractor.docs(documents) for study in studies_of(doc)])


def _values(row: dict[str, Any]) -> set[Any]:
    key = {"n_total": "count", "route": "name"}.get(row["field"])
    sides = (row["a"], row["b"])
    if key:
        return {side["value"][key] for side in sides}
    if row["field"] == "drug":
        return {side["value"].get("drug") or side["value"].get("name") for side in sides}
    return {side["text"] for side in sides}


@pytest.mark.parametrize(("study", "field", "values"), PLANTED, ids=lambda x: str(x))
def test_planted_contradictions_are_found(
    comparisons: list[dict[str, Any]], study: str, field: str, values: set[Any]
) -> None:
    mine = [
        r for r in comparisons if r["study"] == study and r["field"] == field and r["verdict"] == "contradict"
    ]
    assert values in [_values(row) for row in mine]


def test_nothing_but_the_planted_is_a_contradiction(comparisons: list[dict[str, Any]]) -> None:
    known = {(study, field) for study, field, _ in PLANTED}
    assert {(r["study"], r["field"]) for r in comparisons if r["verdict"] == "contradict"} == known


def test_planted_explainable_and_agreeing(comparisons: list[dict[str, Any]]) -> None:
    found = {(r["study"], r["field"], r["verdict"]) for r in comparisons}
    assert ("osei2021", "n_total", "explainable") in found
    assert ("osei2021", "dose", "agree") in found
    assert ("nakamori2016", "dose", "explainable") in found
    assert ("wexford2017", "dose", "agree") in found or ("wexford2017", "dose", "explainable") in found


def test_rows_keep_the_contract(comparisons: list[dict[str, Any]], extractor: Any) -> None:
    sources = {p.stem: read(p, Settings(model="none")).source for p in SAMPLE.glob("*.txt")}
    order = [r["verdict"] for r in comparisons]
    assert order == sorted(order, key=["contradict", "explainable", "agree"].index)
    for row in comparisons:
        assert set(row) == {"study", "field", "verdict", "severity", "a", "b", "explanation"}
        for side in (row["a"], row["b"]):
            assert set(side) == {"doc", "start", "end", "text", "value"}
            if "title" not in row["explanation"] and row["field"] != "year":
                assert sources[side["doc"]][side["start"] : side["end"]] == side["text"]


def test_table(comparisons: list[dict[str, Any]]) -> None:
    text = table_of_comparisons(comparisons)
    assert "keller2018" in text and "'500 mg'" in text and " agree" in text.splitlines()[-1]
    assert len(table_of_comparisons(comparisons, agreements=True)) > len(text)


def test_command(goldpan: Callable[..., Any]) -> None:
    done = goldpan("concord", SAMPLE / "insomnia2022.txt", SAMPLE / "depression2025.txt")
    assert done.returncode == 0, done.stderr
    assert "a power of ten apart (50 mg against 500 mg)" in done.stdout


def test_a_study_that_hundreds_tell_of_is_compared_in_proportion():
    from pipeline.evidence.concord import pairs_of
    from pipeline.evidence.sides import Side

    def side(number: int, count: int) -> Side:
        return Side(f"d{number}", "prose", [{"field": "n_total", "value": {"count": count}, "start": 0}])

    few = [side(i, i) for i in range(5)]
    assert [(a.doc, b.doc) for a, b in pairs_of(few)] == [
        (a.doc, b.doc) for j, b in enumerate(few) for a in few[:j]
    ]
    same = [side(i, 20 if i != 300 else 200) for i in range(400)]
    pairs = list(pairs_of(same))
    assert len(pairs) == 3 and {("d0", "d300"), ("d1", "d300")} <= {(a.doc, b.doc) for a, b in pairs}
    all_different = list(pairs_of([side(i, i) for i in range(400)]))
    assert len(all_different) == 60 * 59 // 2 + 340 * 60
