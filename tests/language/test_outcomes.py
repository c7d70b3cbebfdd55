"""Outcomes: spans by the guidelines, and when a term is an outcome at all."""

from itertools import pairwise

import pytest
from spacy.language import Language

import pipeline.language.outcomes
import pipeline.language.scales
import pipeline.language.sentences
from pipeline.language.common import attach, get
from pipeline.language.outcome_spans import candidates
from pipeline.language.tokenizer import Tokenizer
from pipeline.reading.text import build


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = Language()
    nlp.tokenizer = Tokenizer(nlp.vocab)
    for name in ("goldpan_sentences", "goldpan_scales", "goldpan_outcomes"):
        nlp.add_pipe(name)
    return nlp


def outcomes(nlp: Language, text: str) -> list[tuple[str, str]]:
    doc = nlp(text)
    return [(text[f.start : f.end], f.value.name) for f in get(doc, "OUTCOME")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Response was seen in 12 of 30 patients on lithium.", [("Response", "response")]),
        (
            "In this trial, response and remission rates were 40% and 22%.",
            [("response", "response"), ("remission", "remission")],
        ),
        ("Patients given placebo had an earlier antidepressant response.", [("response", "response")]),
        (
            "The trial showed a rapid antidepressant effect of esketamine.",
            [("antidepressant effect", "antidepressant_effect")],
        ),
        ("Time to relapse was longer in the lithium group (P = .02).", [("Time to relapse", "relapse")]),
        (
            "Forty adults showed a greater reduction in depressive symptoms than those on placebo.",
            [("reduction in depressive symptoms", "symptom_change")],
        ),
        ("Sertraline significantly reduced anxiety symptoms in 30 women.", [("anxiety symptoms", "symptom_change")]),
        (
            "Patients on the drug reported dissociative and psychotomimetic effects.",
            [("dissociative and psychotomimetic effects", "adverse_effect")],
        ),
        (
            "Among 88 patients the most common adverse events were nausea, dizziness, and dry mouth.",
            [("adverse events", "adverse_effect"), ("nausea", "adverse_effect"), ("dizziness", "adverse_effect"),
             ("dry mouth", "adverse_effect")],
        ),
        ("Participants rarely experienced word-finding difficulty.", [("word-finding difficulty", "adverse_effect")]),
        (
            "The mean change in MADRS score was greater with the higher dose.",
            [("change in MADRS score", "symptom_change")],
        ),
        (
            "A decrease in Montgomery-Åsberg Depression Rating Scale (MADRS) scores followed in 20 patients.",
            [("decrease in Montgomery-Åsberg Depression Rating Scale (MADRS) scores", "symptom_change")],
        ),
        ("PSQI scores differed by 0.4 points between the groups.", [("PSQI scores", "symptom_change")]),
        ("The meta-analysis estimated an effect size of 0.4.", [("effect size", "effect_size")]),
        (
            "Discontinuation because of adverse events was commoner on topiramate (12%).",
            [("Discontinuation because of adverse events", "dropout")],
        ),
        ("Blood pressure fell by 4 mm Hg in 20 patients on losartan.", [("Blood pressure", "other")]),
        (
            "Median progression-free survival was 9.1 months with the combination.",
            [("progression-free survival", "other")],
        ),
    ],
)  # fmt: skip
def test_span_and_name(nlp: Language, text: str, expected: list[tuple[str, str]]) -> None:
    assert outcomes(nlp, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # cells and rodents
        "In mice, ketamine had an antidepressant effect in the forced swim test.",
        "The stress response of cultured hippocampal neurons was blunted by receptor blockade.",
        # disease as background
        "Relapse is common in this debilitating illness and causes a lifetime burden worldwide.",
        # entry criteria and conditions
        "We enrolled 42 patients who had not shown a response to two antidepressants.",
        "Patients with suicidal ideation were randomized to either arm.",
        "The trial included adults with a history of nausea.",
        # definitions and thresholds
        "Twelve patients had a MADRS score of at least 20.",
        "Twenty were kept on the drug (50% or greater reduction in MADRS score).",
        # bare words that name nothing
        "The trial showed efficacy, a good effect and a benefit.",
        "The drug has antidepressant properties and activity in patients.",
        # names of measures belong to RESULT
        "The odds ratio was 2.1 in 40 patients.",
        # a connective
        "Doses were raised in response to complaints of participants.",
        # scale without score
        "MADRS improved by 5 in 20 patients.",
    ],
)
def test_what_is_no_outcome(nlp: Language, text: str) -> None:
    assert outcomes(nlp, text) == []


def test_the_same_words_in_people_and_in_rodents(nlp: Language) -> None:
    people = (
        "In depressed patients randomized to placebo or esketamine, the antidepressant effects lasted a week."
    )
    rodents = "In mice and rats, the antidepressant effects lasted a week after the tail suspension test."
    assert outcomes(nlp, people)
    assert not outcomes(nlp, rodents)


def test_a_general_word_needs_a_verb_right_beside_it(nlp: Language) -> None:
    assert outcomes(nlp, "Exercise was offered to 40 patients in the lower dose group.") == []
    assert [o[0] for o in outcomes(nlp, "In 40 patients, the drug improved sleep.")] == ["sleep"]


def test_the_texts_own_disease_is_no_adverse_effect(nlp: Language) -> None:
    text = (
        "Insomnia in adults.\n\nPatients with insomnia took doxepin or placebo. Somnolence was noted in 12%."
    )
    assert [o[0] for o in outcomes(nlp, text)] == ["Somnolence"]


def test_an_acronym_is_not_the_word_it_spells(nlp: Language) -> None:
    assert outcomes(nlp, "The HOPE trial reduced costs in patients; HOPE was measured twice.") == [
        ("costs", "other")
    ]


def test_members_of_a_list_share_its_head(nlp: Language) -> None:
    text = "In 60 patients there was no effect on blood pressure, heart rate, or body weight."
    assert [o[0] for o in outcomes(nlp, text)] == ["blood pressure", "heart rate", "body weight"]


def test_table_head_that_names_an_endpoint_and_cells(nlp: Language) -> None:
    source = (
        "# A review of trials\n\nTrials of lithium in adults are compared in the table below.\n\n"
        "| Study | N | Scale | Remission (%) |\n|---|---|---|---|\n"
        "| Roe 2001 | 20 | MADRS | 40 |\n| Doe 2004 | 31 | HDRS17 | 22 |\n"
    )
    document = build(source, "demo")
    assert document.tables
    doc = attach(nlp.make_doc(document.text), document)
    for _, component in nlp.pipeline:
        doc = component(doc)
    assert [document.text[f.start : f.end] for f in get(doc, "OUTCOME")] == ["Remission"]


def test_candidates_do_not_overlap(nlp: Language) -> None:
    doc = nlp(
        "Improvement in anxiety and depressive symptoms and less suicidal ideation were seen in 20 patients."
    )
    evidence = pipeline.language.outcomes.Evidence(doc)
    found = candidates(doc, evidence.cues, evidence.sentences)
    assert found
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_works_without_anything_before_it() -> None:
    nlp = Language()
    nlp.add_pipe("goldpan_outcomes")
    assert len(get(nlp("Nausea was reported by 12% of patients."), "OUTCOME")) == 1
    assert get(nlp(""), "OUTCOME") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Secondary end points of the trial were overall survival and birth weight.",
         [("overall survival", "other"), ("birth weight", "other")]),
        ("In 402 women birth weight was 2,810 g versus 2,640 g.", [("birth weight", "other")]),
        ("By the end of the trial 331 deaths had been recorded.", [("deaths", "other")]),
        ("The extension reported relapse in 3 of 19 patients and rehospitalisation in none.",
         [("relapse", "relapse"), ("rehospitalisation", "other")]),
        ("Mortality at day 28 was 3% and 7% in the two groups.", [("Mortality", "other")]),
        ("No difference between groups emerged on the HDRS or in depressive symptoms.",
         [("depressive symptoms", "symptom_change")]),
        ("Only 5% of the placebo group met the criteria for response.", [("response", "response")]),
        ("Two patients withdrew because of diarrhoea and one because of infection.",
         [("diarrhoea", "adverse_effect"), ("infection", "adverse_effect")]),
        ("PASI 75 was reached by 90% of the patients.", [("PASI 75", "response")]),
        ("The primary endpoint of the trial was major relapse.", [("relapse", "relapse")]),
        ("Weight loss of 5% or more was attained by 28% of patients.", [("Weight loss of 5% or more", "response")]),
        ("Total seizures decreased by 39% in the children.", [("seizures", "other")]),
        ("In the trial the mean QOLIE-31 score rose by 4 points.", [("QOLIE-31 score", "other")]),
        ("Off-time was reduced by 1.3 h in patients on safinamide.", [("Off-time", "symptom_change")]),
        ("In this trial nausea and vomiting occurred in 12% of patients.",
         [("nausea", "adverse_effect"), ("vomiting", "adverse_effect")]),
    ],
)  # fmt: skip
def test_what_a_trial_of_any_field_reports(nlp: Language, text: str, expected: list[tuple[str, str]]) -> None:
    assert outcomes(nlp, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Patients took warfarin, titrated to an INR of 2.5.",
        "Serum potassium was kept above 4.0 mmol/L in all patients.",
        "In all, 240 patients (mean age 43 years; mean weight 88 kg; HDRS score 24) were randomised.",
        "Children who had at least four seizures per month entered the trial.",
        "We studied adults discharged after coronary events.",
        "Morphine was given to women by patient-controlled analgesia.",
    ],
)
def test_aims_of_treatment_baselines_and_entry_criteria_are_none(nlp: Language, text: str) -> None:
    assert outcomes(nlp, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In 40 patients the incidence of grade 2 or 3 zygomatic lymphocysts was 12% versus 3%.",
         [("zygomatic lymphocysts", "other")]),
        ("Time to institutionalisation was 40 months with the drug in this trial.",
         [("Time to institutionalisation", "other")]),
        ("Mesangial matrix volume fell by 12% in the patients on candesartan.", [("Mesangial matrix volume", "other")]),
        ("Forty patients took part. Adverse events were conjunctival xerochemosis and phlebectasis.",
         [("Adverse events", "adverse_effect"), ("xerochemosis", "adverse_effect"),
          ("phlebectasis", "adverse_effect")]),
        ("EASI-75 and IGA 0/1 were reached by 44% and 38% of patients.",
         [("EASI-75", "response"), ("IGA 0/1", "response")]),
    ],
)  # fmt: skip
def test_endpoints_that_no_lexicon_has(nlp: Language, text: str, expected: list[tuple[str, str]]) -> None:
    assert outcomes(nlp, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The success rate of the regimen is unknown.",
        "The sample size was 120 patients and the dosing frequency was reduced.",
        "The duration of follow-up was 12 months in all patients.",
        "Hepatic lipase activity mediates the uptake of remnants in mice.",
    ],
)
def test_what_only_has_the_form_of_an_endpoint(nlp: Language, text: str) -> None:
    assert outcomes(nlp, text) == []


@pytest.fixture(scope="module")
def defining() -> Language:
    nlp = Language()
    nlp.tokenizer = Tokenizer(nlp.vocab)
    for name in ("goldpan_sentences", "goldpan_abbreviations", "goldpan_scales", "goldpan_outcomes"):
        nlp.add_pipe(name)
    return nlp


def test_an_abbreviation_is_what_it_was_defined_for(defining: Language) -> None:
    text = (
        "The primary endpoint of the trial was continuous abstinence rate (CAR). In 40 patients CAR was 43% and 30%. "
        "Congestive heart failure (CHF) is common; patients with CHF were enrolled."
    )
    assert [o[0] for o in outcomes(defining, text)] == ["continuous abstinence", "CAR", "CAR"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The composite of cardiovascular death or hospitalization for heart failure occurred in 12% of patients.",
         [("cardiovascular death or hospitalization for heart failure", "other")]),
        ("Forty patients took part. Haemodynamic improvement was reached by 28% of patients on levosimendan.",
         [("Haemodynamic improvement", "response")]),
        ("A reduction in pain of at least 50% was seen in 12 of 30 patients.",
         [("reduction in pain of at least 50%", "response")]),
        ("Forty took part. Patients on the drug had nausea, raised transaminases and rash more often.",
         [("nausea", "adverse_effect"), ("raised transaminases", "adverse_effect"), ("rash", "adverse_effect")]),
    ],
)  # fmt: skip
def test_composites_thresholds_and_raised_values(
    nlp: Language, text: str, expected: list[tuple[str, str]]
) -> None:
    assert outcomes(nlp, text) == expected


def test_what_a_title_says_a_treatment_is_for(nlp: Language) -> None:
    rest = (
        "We gave drug A or placebo to 40 people who were seen in one of the nine clinics for twelve weeks in all. "
        * 2
    )
    document = build(f"Drug A or placebo for smoking cessation after discharge\n\n{rest}", "a")
    doc = attach(nlp.make_doc(document.text), document)
    for _, component in nlp.pipeline:
        doc = component(doc)
    assert [document.text[f.start : f.end] for f in get(doc, "OUTCOME")] == ["smoking cessation"]


def test_what_was_known_before_a_study_is_no_outcome_of_it(nlp: Language) -> None:
    text = (
        "Drug A for peripheral neuropathy.\n\nBackground: Neuropathic pain is a disabling side effect of taxanes in "
        "women, and falls are reported.\nMethods: We randomised 40 women to drug A or placebo.\n"
        "Results: Neuropathic pain was reduced by 30%; falls occurred in 2 women."
    )
    found = [f.start for f in get(nlp(text), "OUTCOME")]
    assert found and min(found) > text.index("Results")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Forty took part in the trial. Tooth staining was reported by four patients.", ["Tooth staining"]),
        ("Forty took part in the trial. No difference was seen in 12 of them.", []),
        ("Forty took part in the trial. Sleeves around the femoral catheters were seen in seven.", []),
        (
            "Forty took part in the trial. Haemoglobin concentration rose by 8 g/L in patients.",
            ["Haemoglobin"],
        ),
    ],
)
def test_events_told_of_so_many_people(nlp: Language, text: str, expected: list[str]) -> None:
    assert [o[0] for o in outcomes(nlp, text)] == expected
