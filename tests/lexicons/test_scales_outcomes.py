"""The lexicons of scales and outcomes: every row is well formed, has a source, and claims no form twice."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from typing import get_args

import pytest

import pipeline
from pipeline.schema import OutcomeName

LEXICONS = Path(pipeline.__file__).parent / "lexicons"
COLUMNS = {
    "scales": [
        "name", "full_names", "abbreviations", "abbreviations_if_defined", "items", "subscales", "field",
        "context", "source",
    ],
    "scales_owners": ["short", "names", "source"],
    "scales_heads": ["form", "role", "capitals", "heads", "source"],
    "outcomes": ["term", "variants", "name", "kind", "needs", "field", "source"],
    "outcomes_heads": ["form", "role", "variants", "position", "prepositions", "direction", "source"],
}  # fmt: skip
SCALE_FIELDS = {
    "psychiatry", "neurology", "pain", "oncology", "rheumatology", "cardiology", "respiratory",
    "gastroenterology", "dermatology", "urology", "geriatrics", "paediatrics", "sleep", "addiction",
    "anaesthesia", "quality_of_life", "function", "cognition", "suicidality", "dissociation", "general",
}  # fmt: skip
CANONICAL = {
    "MADRS", "HDRS", "QIDS", "IDS", "BDI", "BPRS", "CADSS", "SSI", "C-SSRS", "YMRS", "CGI", "PHQ-9", "HAM-A",
    "GAF", "VAS",
}  # fmt: skip
KINDS = {"endpoint", "adverse_event", "symptom", "effect_measure", "physiological", "survival", "dropout"}
NEEDS = {"human", "change", "measured", "reported"}
Row = dict[str, str]


def load(name: str) -> list[Row]:
    with (LEXICONS / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def cells(row: Row, column: str) -> list[str]:
    return row[column].split("|") if row[column] else []


def key(form: str) -> str:
    """Forms with a capital are matched case-sensitively, the others are not."""
    return form if re.search(r"[A-Z]", form) else form.casefold()


@pytest.mark.parametrize("name", COLUMNS)
def test_file_is_rectangular_text(name: str) -> None:
    text = (LEXICONS / f"{name}.tsv").read_text(encoding="utf-8")
    lines = text.split("\n")
    assert lines[0].split("\t") == COLUMNS[name]
    assert lines[-1] == "" and "\r" not in text and unicodedata.is_normalized("NFC", text)
    for number, line in enumerate(lines[1:-1], 2):
        values = line.split("\t")
        assert len(values) == len(COLUMNS[name]), f"{name}.tsv:{number}: {len(values)} columns"
        assert all(value == value.strip() for value in values), f"{name}.tsv:{number}: stray space"


@pytest.mark.parametrize("name", COLUMNS)
def test_every_row_has_a_source_and_clean_lists(name: str) -> None:
    for row in load(name):
        assert row["source"], f"{name}: no source: {row}"
        for column in set(COLUMNS[name]) - {"source"}:
            values = cells(row, column)
            assert all(value and value == value.strip() for value in values), f"{name}: {column} of {row}"
            assert len(values) == len(set(values)), f"{name}: repeated value in {column} of {row}"


def test_scales_names_are_unique_and_canonical_ones_are_there() -> None:
    names = Counter(row["name"] for row in load("scales"))
    assert [name for name, count in names.items() if count > 1] == []
    assert names.keys() >= CANONICAL
    assert len(names) >= 500


def test_scales_no_form_belongs_to_two_instruments() -> None:
    full: dict[str, set[str]] = defaultdict(set)
    alone: dict[str, set[str]] = defaultdict(set)
    defined: dict[str, set[str]] = defaultdict(set)
    for row in load("scales"):
        for form in cells(row, "full_names"):
            full[form.casefold()].add(row["name"])
        for form in cells(row, "abbreviations"):
            alone[form].add(row["name"])
        for form in cells(row, "abbreviations_if_defined"):
            defined[form].add(row["name"])
    assert {form: names for form, names in full.items() if len(names) > 1} == {}
    assert {form: names for form, names in alone.items() if len(names) > 1} == {}
    # One that several instruments share is flagged: it stands in abbreviations_if_defined of each.
    assert {form for form in alone if form in defined} == set()


def test_scales_values_are_of_the_listed_kinds() -> None:
    for row in load("scales"):
        assert row["full_names"], row
        assert row["field"] in SCALE_FIELDS, row
        assert row["context"] in {"", "ambiguous"}, row
        assert all(re.fullmatch(r"[1-9]\d{0,2}", count) for count in cells(row, "items")), row
        assert all(len(form) >= 3 for form in cells(row, "abbreviations")), row
        assert all(re.search(r"[A-Z]", form) for form in cells(row, "abbreviations")), row
        forms = {form.casefold() for form in cells(row, "full_names")}
        for form in forms:  # the item count is the matcher's affair unless it tells two instruments apart
            prefix = re.match(r"\w+[ –-]item ", form)
            assert not prefix or form[prefix.end() :] not in forms, row


def test_scales_leave_out_manuals_criteria_and_effect_sizes() -> None:
    forms = {form.casefold() for row in load("scales")
             for column in ("full_names", "abbreviations", "abbreviations_if_defined")
             for form in cells(row, column)}  # fmt: skip
    for form in ("dsm", "dsm-iv", "dsm-5", "icd-10", "icd", "cohen d", "cohen's d", "recist", "ctcae", "bmi"):
        assert form not in forms


def test_scales_heads_exceptions_are_no_instruments() -> None:
    rows = load("scales_heads")
    keys = Counter((row["form"], row["role"]) for row in rows)
    assert [pair for pair, count in keys.items() if count > 1] == []
    roles = {
        "head", "head_lower", "linker", "tail", "subscale_head", "stop_after", "not_before", "not_instrument",
        "subscale_word", "not_scored",
    }  # fmt: skip
    strengths = {"head_sure", "head_likely"}  # how sure a sign a head is; the matcher may keep them elsewhere
    assert roles <= {row["role"] for row in rows} <= roles | strengths
    assert {row["capitals"] for row in rows} <= {"required", "no"}
    heads = {row["form"] for row in rows if row["role"] == "head"}
    for row in rows:
        assert (row["role"] == "not_before") == bool(row["heads"]), row
        assert set(cells(row, "heads")) <= heads, row
    names = {form.casefold() for row in load("scales") for form in cells(row, "full_names")}
    excluded = {row["form"].casefold() for row in rows if row["role"] == "not_instrument"}
    assert names & excluded == set()


def test_outcomes_values_are_of_the_listed_kinds() -> None:
    for row in load("outcomes"):
        assert row["name"] in get_args(OutcomeName), row
        assert row["kind"] in KINDS, row
        assert set(cells(row, "needs")) <= NEEDS, row
        assert row["field"], row
        if row["kind"] == "adverse_event":
            assert row["name"] == "adverse_effect", row
        if row["kind"] == "symptom":
            assert row["name"] == "symptom_change" and row["needs"], row


def test_outcomes_a_form_stands_once_in_a_kind_and_once_without_needs() -> None:
    kinds: dict[tuple[str, str], list[str]] = defaultdict(list)
    free: dict[str, list[str]] = defaultdict(list)
    for row in load("outcomes"):
        for form in [row["term"], *cells(row, "variants")]:
            kinds[key(form), row["kind"]].append(row["term"])
            if not row["needs"]:
                free[key(form)].append(row["term"])
    assert {form: terms for form, terms in kinds.items() if len(terms) > 1} == {}
    assert {form: terms for form, terms in free.items() if len(terms) > 1} == {}


def test_outcomes_cover_what_the_guidelines_name() -> None:
    names = {key(form): row["name"] for row in reversed(load("outcomes"))
             for form in [row["term"], *cells(row, "variants")]}  # fmt: skip
    expected = {
        "response": "response", "responders": "response", "nonresponse": "response", "remission": "remission",
        "relapse": "relapse", "time to relapse": "relapse", "median relapse time": "relapse",
        "suicidal ideation": "suicidality", "suicidality": "suicidality", "dizziness": "adverse_effect",
        "antidepressant effects": "antidepressant_effect", "antidepressant efficacy": "antidepressant_effect",
        "effect size": "effect_size", "discontinuation because of adverse events": "dropout",
        "dissociative and psychotomimetic effects": "adverse_effect", "quality of life": "other",
        "blood pressure": "other", "seizure frequency": "other", "HbA1c": "other",
        "overall survival": "other", "working memory": "cognition", "objective response": "response",
    }  # fmt: skip
    assert {form: names.get(form) for form in expected} == expected
    for form in ("antidepressant activity", "antidepressant properties", "efficacy", "safety", "tolerability",
                 "outcome", "benefit", "treatment response", "antidepressant response"):  # fmt: skip
        assert form not in names


def test_outcomes_rates_and_means_stay_outside_where_the_endpoint_has_its_own_row() -> None:
    forms = {key(form) for row in load("outcomes") for form in [row["term"], *cells(row, "variants")]}
    for endpoint in ("response", "remission", "relapse", "mortality", "overall survival", "discontinuation"):
        assert endpoint in forms
        assert f"{endpoint} rate" not in forms and f"{endpoint} rates" not in forms


def test_outcomes_heads_are_unique_and_give_change_nouns_their_grammar() -> None:
    rows = load("outcomes_heads")
    keys = Counter((row["form"], row["role"]) for row in rows)
    assert [pair for pair, count in keys.items() if count > 1] == []
    assert {row["role"] for row in rows} == {"change_noun", "blocker_after", "blocker_before", "not_endpoint"}
    for row in rows:
        assert row["direction"] in {"up", "down", "better", "worse", "none"}, row
        if row["role"] == "change_noun":
            assert row["position"] in {"before", "both"} and row["prepositions"], row
    change = {row["form"] for row in rows if row["role"] == "change_noun"}
    assert change >= {"reduction", "improvement", "decrease", "increase", "change", "worsening", "relief"}
