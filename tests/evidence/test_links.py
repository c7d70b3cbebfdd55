"""Which study a sentence is about: by authors, trials' names, what is announced; and marks that cannot be right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.evidence.concord import concord
from pipeline.evidence.studies import studies_of
from tests.evidence.conftest import REFERENCES, paper

Studies = Callable[..., dict[str, dict[str, Any]]]
NAMED = (
    *REFERENCES,
    "Ray L, Kim N. Topiramate in alcohol dependence (CORAL-2): a randomised trial. J Test. 2019;7:1-9.",
    "Sun M, Tal O. Treatment-resistant depression (TRD) and riluzole: a double-blind trial. J Test. 2020;8:1-9.",
)


@pytest.fixture
def records(process: Callable[..., Any]) -> Callable[[str], dict[str, dict[str, Any]]]:
    def call(body: str) -> dict[str, dict[str, Any]]:
        return {study.study: study.to_json() for study in studies_of(process(paper(body, NAMED)))}

    return call


def verdicts(found: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (row["study"], row["field"])
        for row in concord(list(found.values()))
        if row["verdict"] == "contradict"
    ]


def test_a_name_without_a_mark(records: Studies) -> None:
    found = records("Mood disorders are common.\n\nDoe and colleagues gave riluzole 100 mg/d to 34 patients.")
    assert found["doe2005"]["n_total"] == [34]


def test_a_name_beside_anothers_mark(records: Studies) -> None:
    found = records("Roe et al. randomized 80 patients to lithium 600 mg or placebo.[3]")
    assert set(found) == {"roe2001"} and found["roe2001"]["references"] == ["1"]
    assert verdicts(found) == [("roe2001", "citation")]


def test_a_name_beside_anothers_mark_and_anothers_drug_is_left_to_the_mark(records: Studies) -> None:
    found = records("Roe et al. randomized 80 patients to scopolamine 4 mg or placebo.[2]")
    assert set(found) == {"doe2005"} and ("doe2005", "citation") in verdicts(found)


def test_what_follows_a_study_that_was_only_named(records: Studies) -> None:
    found = records(
        "A depot was examined by Roe et al.[1] In that study, 306 patients took lithium 600 mg daily."
    )
    assert found["roe2001"]["n_total"] == [306]


def test_a_trials_name(records: Studies) -> None:
    found = records(
        "The CORAL-2 trial [7] compared topiramate 200 mg/d with placebo.\n\nCORAL-2 enrolled 150 outpatients."
    )
    assert found["ray2019"]["n_total"] == [150]


def test_an_abbreviation_is_no_trials_name(records: Studies) -> None:
    found = records("Depression is common.\n\nIn all, 150 outpatients with TRD took lithium 600 mg.")
    assert "sun2020" not in found


def test_a_study_announced_before_it_is_cited(records: Studies) -> None:
    found = records(
        "A placebo-controlled study of lithium was reported later. In this trial, 121 patients took 600 mg of lithium. "
        "Relapse was less frequent than with placebo.[1]"
    )
    assert found["roe2001"]["n_total"] == [121]


def test_another_study_is_not_the_one_before(records: Studies) -> None:
    found = records(
        "Roe et al. gave lithium 600 mg to 80 patients.[1] A second trial, in 44 women, tested a spray of the drug."
    )
    assert found["roe2001"]["n_total"] == [80]


def test_former_and_latter(records: Studies) -> None:
    found = records(
        "Two trials tested mood stabilisers.[1,2] The former enrolled 80 patients, who took lithium 600 mg. The latter "
        "enrolled 34 patients, who took riluzole 100 mg/d."
    )
    assert (found["roe2001"]["n_total"], found["doe2005"]["n_total"]) == ([80], [34])


@pytest.mark.parametrize(
    "body",
    [
        "A randomized, double-blind trial [4] of lithium in 90 patients found fewer relapses.",
        "Lithium was withdrawn in 60 patients by Whit et al.,[4] who saw relapses.",
    ],
)
def test_a_trial_cited_to_a_review(records: Studies, body: str) -> None:
    assert [field for _, field in verdicts(records(body))] == ["citation"]


def test_a_review_cited_as_a_review(records: Studies) -> None:
    assert not records(
        "A review of randomized trials in 900 patients found that lithium prevents relapse.[4]"
    )


def test_clauses_that_only_another_study_is_cited_in(records: Studies) -> None:
    found = records(
        "Lithium reduced relapse more than placebo,[1] but remission was less frequent with riluzole.[2]"
    )
    assert [(o["name"], o["direction"]) for o in found["roe2001"]["outcomes"]] == [("relapse", "better")]
    assert [(o["name"], o["direction"]) for o in found["doe2005"]["outcomes"]] == [("remission", "worse")]


def test_whereas_another_did_not(records: Studies) -> None:
    found = records("Lithium [1] reduced depressive symptoms against placebo, whereas riluzole [2] did not.")
    assert found["roe2001"]["outcomes"][0]["direction"] == "better"
    assert found["doe2005"]["outcomes"][0]["direction"] == "no difference"


def test_people_counted_in_a_sentence_about_what_could_be(records: Studies) -> None:
    found = records(
        "In one trial,[1] 210 patients took lithium 600 mg daily so that another drug could be stopped."
    )
    assert found["roe2001"]["n_total"] == [210] and found["roe2001"]["arms"][0]["amounts"] == [600.0]


def test_a_report_of_ones_own(process: Callable[..., Any]) -> None:
    text = (
        "Lithium for pain in arthritis: a randomized trial\n\nWe randomized 80 patients to lithium 600 mg (n = 41) "
        "or placebo (n = 39). Pain was reduced more by lithium than by placebo (P = .02)."
    )
    (study,) = studies_of(process(text, "own"))
    assert study.study == "own" and study.n_total == [80] and study.references == []
    assert {arm.drug: arm.n for arm in study.arms} == {"lithium": 41, "placebo": 39}
    assert concord([study.to_json()]) == []


@pytest.mark.parametrize(
    "text",
    [
        "Lithium for pain: a systematic review\n\nWe included 12 trials with 900 patients.",
        "Lithium and hippocampal neurons in rats\n\nTwelve rats were given lithium.",
        "On walking\n\nWalking is pleasant.",
    ],
)
def test_other_texts_report_none_of_their_own(process: Callable[..., Any], text: str) -> None:
    assert studies_of(process(text, "own")) == []
