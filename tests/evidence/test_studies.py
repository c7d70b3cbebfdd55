"""From sentences and rows to records: links, arms, outcomes, and where each was read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.evidence.durations import hours
from pipeline.evidence.studies import studies_of
from pipeline.reading import read
from pipeline.settings import Settings

Studies = Callable[..., dict[str, dict[str, Any]]]
SAMPLES = sorted((Path(__file__).resolve().parents[2] / "corpus" / "sample").glob("*.txt"))


def test_citation_and_anaphora(studies: Studies) -> None:
    found = studies(
        "Roe and Poe [1] randomized 80 patients with depression to lithium 600 mg daily (n=41) or placebo (n=39) for "
        "six weeks. Response was seen in 61% with lithium and in 30% with placebo (P = .01)."
    )
    study = found["roe2001"]
    assert study["references"] == ["1"] and study["year"] == 2001 and study["n_total"] == [80]
    assert study["population"] == "depression"
    lithium, placebo = study["arms"]
    assert (lithium["drug"], lithium["amounts"], lithium["unit"]) == ("lithium", [600.0], "mg")
    assert (lithium["schedule"], lithium["duration"], lithium["n"], placebo["n"]) == (
        "daily",
        "six weeks",
        41,
        39,
    )
    (response,) = study["outcomes"]
    assert (response["name"], response["value"], response["comparator_value"]) == ("response", 61.0, 30.0)
    assert (response["direction"], response["p_value"], response["significance"]) == (
        "better",
        "0.01",
        "significant",
    )
    assert study["sources"]["inferred"] == {
        "author": "reference list", "year": "reference list", "statements": "anaphora"
    }  # fmt: skip


def test_a_sentence_that_cites_later_tells_of_the_one_before(studies: Studies) -> None:
    found = studies(
        "In another study, 44 adults took zolpidem 10 mg at bedtime. Sleep latency was shorter than on placebo, but "
        "dizziness was more frequent.[6]"
    )
    study = found["bee2018"]
    assert study["n_total"] == [44] and study["sources"]["inferred"]["statements"] == "cataphora"
    assert {o["name"]: o["direction"] for o in study["outcomes"]} == {
        "symptom_change": "better", "adverse_effect": "worse"
    }  # fmt: skip


def test_a_study_cited_for_comparison_keeps_its_hands_off(studies: Studies) -> None:
    found = studies(
        "Doe and Fox [2] gave riluzole 100 mg/d to 20 patients. As in the lithium trial,[1] no difference in response "
        "was found."
    )
    assert list(found) == ["doe2005"]
    assert found["doe2005"]["outcomes"][0]["direction"] == "no difference"


def test_reviews_and_animals_are_no_studies_and_end_anaphora(studies: Studies) -> None:
    body = "Lithium was tested in rats.[3] They took lithium 5 mg/kg. Reviews say that response is common.[4]"
    assert studies(body) == {}


def test_open_questions_are_no_evidence(studies: Studies) -> None:
    assert studies("The relation of dissociation and response to esketamine is not well understood.[5]") == {}


def test_what_stands_beside_a_mark_is_its_studys(studies: Studies) -> None:
    found = studies(
        "Lithium [1] and riluzole 100 mg/d [2] have improved depressive symptoms in placebo-controlled trials."
    )
    assert [a["drug"] for a in found["doe2005"]["arms"]] == ["riluzole"]
    assert [a["drug"] for a in found["roe2001"]["arms"]] == ["lithium"]
    assert all(s["outcomes"][0]["direction"] == "better" for s in found.values())


def test_group_citations_give_a_record_each_without_sizes(studies: Studies) -> None:
    found = studies(
        "Two trials in 140 patients showed that mood stabilisers reduced depressive symptoms.[1,2]"
    )
    assert set(found) == {"roe2001", "doe2005"}
    assert all(study["n_total"] == [] for study in found.values())


def test_amounts_for_groups_are_arms_and_flexible_amounts_are_one(studies: Studies) -> None:
    fixed = studies(
        "Coe and Hill [5] randomized 60 patients to intranasal esketamine (28, 56, or 84 mg; n = 20 each). "
        "MADRS scores fell by 12.1, 15.3, and 18.0."
    )["coe2015"]
    assert [(a["amounts"], a["n"], a["route"]) for a in fixed["arms"]] == [
        ([28.0], 20, "intranasal"), ([56.0], 20, "intranasal"), ([84.0], 20, "intranasal")
    ]  # fmt: skip
    assert [(o["arm"], o["value"], o["scale"]) for o in fixed["outcomes"]] == [
        ("esketamine 28 mg", 12.1, "MADRS"), ("esketamine 56 mg", 15.3, "MADRS"), ("esketamine 84 mg", 18.0, "MADRS")
    ]  # fmt: skip
    flexible = studies("Coe and Hill [5] gave 60 patients flexible doses of esketamine (28, 56, or 84 mg).")[
        "coe2015"
    ]
    assert [a["amounts"] for a in flexible["arms"]] == [[28.0, 56.0, 84.0]]


def test_doses_and_drugs_said_for_comparison_are_no_arms(studies: Studies) -> None:
    found = studies(
        "Coe and Hill [5] gave esketamine 0.4 mg/kg to 60 patients maintained on lithium; this is believed to be "
        "equivalent to 0.5 mg/kg of ketamine."
    )["coe2015"]
    assert [(a["drug"], a["amounts"]) for a in found["arms"] if a["amounts"]] == [("esketamine", [0.4])]
    assert "lithium" not in {a["drug"] for a in found["arms"]}


def test_a_later_time_is_an_outcome_of_its_own(studies: Studies) -> None:
    found = studies(
        "A single dose of esketamine reduced suicidal ideation at 24 hours when compared with placebo, although the "
        "effect was no longer significant at day 7.[5]"
    )["coe2015"]
    assert [(o["time"], o["direction"], o["arm"]) for o in found["outcomes"]] == [
        ("24 hours", "better", "esketamine"), ("day 7", "no difference", "esketamine")
    ]  # fmt: skip


def test_no_difference_said_of_the_outcomes_before(studies: Studies) -> None:
    found = studies(
        "Roe and Poe [1] gave 80 patients lithium or placebo. The main outcome was the change in MADRS score. No "
        "difference in efficacy was found in this trial."
    )["roe2001"]
    assert [(o["name"], o["scale"], o["direction"]) for o in found["outcomes"]] == [
        ("symptom_change", "MADRS", "no difference")
    ]


def test_an_effect_without_an_endpoint_counts_for_a_trial_by_its_title(studies: Studies) -> None:
    found = studies("Lithium has proved effective in depressed outpatients.[1]")
    assert found["roe2001"]["outcomes"][0]["name"] == "antidepressant_effect"
    assert studies("Lithium blocks receptors in neurons.[1]") == {}


def test_arms_of_a_sentence_without_drugs_come_from_the_title_and_say_so(studies: Studies) -> None:
    study = studies("In a trial of 60 inpatients, remission was frequent.[5]")["coe2015"]
    assert [a["drug"] for a in study["arms"]] == ["esketamine"]
    assert study["sources"]["inferred"]["arms"] == "title of the reference"


def test_rows_and_prose_are_one_record(studies: Studies) -> None:
    found = studies(
        "Roe and Poe [1] randomized 80 patients to lithium or placebo.\n\n"
        "| Study | N | Drug and dose | Scale | Finding |\n| --- | --- | --- | --- | --- |\n"
        "| Roe and Poe [1] | 82 | Lithium 600 mg/d | MADRS | Better than placebo |\n"
    )
    study = found["roe2001"]
    assert sorted(study["n_total"]) == [80, 82] and study["sources"]["linked"] == ["citation", "row"]
    assert ("MADRS", "better") in {(o["scale"], o["direction"]) for o in study["outcomes"]}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_every_span_is_in_the_source(path: Path, extractor: Any) -> None:
    document = read(path, Settings(model="none"))
    doc = next(iter(extractor.docs([document])))
    found = studies_of(doc)
    assert found
    for study in found:
        assert study.evidence == sorted(set(study.evidence))
        for start, end in study.evidence:
            assert 0 <= start < end <= len(document.source)
        for fact in study.sources["facts"]:
            if "start" in fact:
                assert document.source[fact["start"] : fact["end"]] == fact["text"]
                assert (
                    any(a <= fact["start"] and fact["end"] <= b for a, b in study.evidence)
                    or fact["field"] == "topic"
                )
        for field in ("n_total", "arms", "outcomes", "scale", "results"):
            for start, end in study.sources.get(field, []):
                assert any(a <= start and end <= b for a, b in study.evidence)


def test_no_document_no_studies() -> None:
    import spacy

    assert studies_of(spacy.blank("en")("Ten patients took lithium.")) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("110 min", 110 / 60), ("two weeks", 336.0), ("week 2", 336.0), ("six months", 4380.0), ("endpoint", None),
        (None, None),
    ],
)  # fmt: skip
def test_hours(text: str | None, wanted: float | None) -> None:
    assert hours(text) == (None if wanted is None else pytest.approx(wanted))
