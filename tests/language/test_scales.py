"""Scales: each form by itself, versions and item counts, definitions, subscales, general forms."""

from itertools import pairwise

import pytest
from spacy.language import Language

import pipeline.language.abbreviations
import pipeline.language.scales
import pipeline.language.sentences  # noqa: F401  (registers the factories)
from pipeline.language import scale_forms
from pipeline.language.common import get
from pipeline.language.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = Language()
    nlp.tokenizer = Tokenizer(nlp.vocab)
    nlp.add_pipe("goldpan_sentences")
    nlp.add_pipe("goldpan_scales")
    return nlp


def scales(nlp: Language, text: str) -> list[tuple[str, str, int | None]]:
    doc = nlp(text)
    return [(text[f.start : f.end], f.value.name, f.value.items) for f in get(doc, "SCALE")]


@pytest.mark.parametrize(
    ("form", "name", "items"),
    [
        ("MADRS", "MADRS", None),
        ("HDRS17", "HDRS", 17),
        ("HDRS₁₇", "HDRS", 17),
        ("HAM-D17", "HDRS", 17),
        ("HAMD-6", "HDRS", 6),
        ("QIDS-SR16", "QIDS", 16),
        ("PHQ-9", "PHQ-9", 9),
        ("17-item Hamilton Depression Rating Scale", "HDRS", 17),
        ("six-item Hamilton Depression Rating Scale", "HDRS", 6),
        ("28-joint Disease Activity Score", "DAS28", 28),
        ("Montgomery–Åsberg Depression Rating Scale", "MADRS", None),
        ("Scale for Suicidal Ideation", "SSI", None),
        ("visual analogue scale", "VAS", None),
    ],
)
def test_one_form_and_its_value(nlp: Language, form: str, name: str, items: int | None) -> None:
    assert scales(nlp, f"They were rated with the {form} at week 4.") == [(form, name, items)]


def test_score_words_stay_outside(nlp: Language) -> None:
    assert [s[0] for s in scales(nlp, "The MADRS total score fell, and so did YMRS scores.")] == [
        "MADRS",
        "YMRS",
    ]


def test_full_name_and_abbreviation_are_two_mentions(nlp: Language) -> None:
    found = scales(nlp, "We used the Young Mania Rating Scale (YMRS).")
    assert found == [("Young Mania Rating Scale", "YMRS", None), ("YMRS", "YMRS", None)]


def test_item_count_in_brackets_is_outside(nlp: Language) -> None:
    assert scales(nlp, "The Hamilton Depression Rating Scale (17 items) was read aloud.") == [
        ("Hamilton Depression Rating Scale", "HDRS", 17)
    ]


@pytest.mark.parametrize("form", ["PANSS negative subscale", "MDS-UPDRS part III"])
def test_subscale_is_inside(nlp: Language, form: str) -> None:
    assert [s[0] for s in scales(nlp, f"Change on the {form} favoured neither arm.")] == [form]


def test_ambiguous_abbreviation_only_where_spelt_out(nlp: Language) -> None:
    assert scales(nlp, "SDS was added to the gel before the run.") == []
    found = scales(nlp, "Disability was rated with the Sheehan Disability Scale. SDS fell by 4 points.")
    assert [s[1] for s in found] == ["SDS", "SDS"]


def test_unknown_instrument_takes_its_defined_abbreviation_throughout(nlp: Language) -> None:
    text = (
        "The Xerostomia Distress Questionnaire (XDQ) was new. XDQ scores fell. "
        "The Xerostomia Distress Questionnaire is long."
    )
    assert [(s[0], s[1]) for s in scales(nlp, text)] == [
        ("Xerostomia Distress Questionnaire", "XDQ"), ("XDQ", "XDQ"), ("XDQ", "XDQ"),
        ("Xerostomia Distress Questionnaire", "XDQ"),
    ]  # fmt: skip


def test_unknown_instrument_defined_behind_an_equals_sign(nlp: Language) -> None:
    text = "Abbreviations: TVBI = Tavistock Vertigo Burden Inventory. TVBI was low."
    assert [s[0] for s in scales(nlp, text)] == ["TVBI", "Tavistock Vertigo Burden Inventory", "TVBI"]


def test_undefined_instrument_is_named_by_its_initials(nlp: Language) -> None:
    assert scales(nlp, "Burden was taken from the Orkney Caregiver Strain Inventory at home.") == [
        ("Orkney Caregiver Strain Inventory", "OCSI", None)
    ]


def test_lower_case_name_counts_where_defined(nlp: Language) -> None:
    text = "Each filled in a hand dryness questionnaire (HDQ) and, later, HDQ again."
    assert [s[0] for s in scales(nlp, text)] == ["hand dryness questionnaire", "HDQ", "HDQ"]


@pytest.mark.parametrize(
    "text",
    [
        "A validated questionnaire was posted to all.",
        "The body mass index (BMI) was 24.",
        "Groups were compared with the Mann-Whitney U Test.",
        "The Coastal Outcomes Prevention Evaluation (COPE) trial ran for two years.",
        "On a large scale this may matter.",
        "Depression was diagnosed by DSM-IV.",
    ],
)
def test_what_is_no_instrument(nlp: Language, text: str) -> None:
    assert scales(nlp, text) == []


def test_abbreviation_that_the_text_defines_otherwise() -> None:
    nlp = Language()
    nlp.tokenizer = Tokenizer(nlp.vocab)
    for name in ("goldpan_sentences", "goldpan_abbreviations", "goldpan_scales"):
        nlp.add_pipe(name)
    assert scales(nlp, "The bone density increment (BDI) was small. BDI fell.") == []


def test_long_form_is_matched_letter_by_letter() -> None:
    assert scale_forms.letters_match("HIT-6", "Headache Impact Test")
    assert not scale_forms.letters_match("XYZ", "Headache Impact Test")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The mean SOFA score fell and the CAT score did not.", [("SOFA", "SOFA"), ("CAT", "CAT")]),
        ("A cat scored nothing; CAT scans were done.", []),
        ("Patients were in NYHA class II or Hoehn and Yahr stage 3.", [("NYHA", "NYHA"), ("Hoehn and Yahr", "H&Y")]),
        ("The ZQX-12 total score rose; QOL scores and SD scores did not.", [("ZQX-12", "ZQX-12")]),
        ("The Nurse Global Impression of Change (NGIC) was used.",
         [("Nurse Global Impression of Change", "NGIC"), ("NGIC", "NGIC")]),
        ("The Unified Parkinson's Disease Rating Scale (UPDRS) part III was rated.",
         [("Unified Parkinson's Disease Rating Scale", "UPDRS"), ("UPDRS", "UPDRS")]),
        ("PANSS negative score and PANSS total score fell.", [("PANSS negative", "PANSS"), ("PANSS", "PANSS")]),
        ("The Asthma Control Questionnaire was filled in.", [("Asthma Control Questionnaire", "ACQ")]),
    ],
)  # fmt: skip
def test_scores_stages_and_usual_names(nlp: Language, text: str, expected: list[tuple[str, str]]) -> None:
    found = get(nlp(text), "SCALE")
    assert [(text[f.start : f.end], getattr(f.value, "name", None)) for f in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Remission was DAS28 <2.6, CDAI ≤2.8 or SLEDAI-2K of 0.", ["DAS28", "CDAI", "SLEDAI"]),
        ("The CDAI ran a seminar.", []),
        ("We used the HAQ, SF-36 physical component and WOMAC pain subscale.", ["HAQ", "SF-36", "WOMAC"]),
        ("The parents' postoperative discomfort measure (PDMX) was used; PDMX fell.", []),
        ("A postoperative discomfort measure (PDM) was used; the PDM fell.", ["PDM", "PDM", "PDM"]),
    ],
)  # fmt: skip
def test_lists_limits_and_lower_case(nlp: Language, text: str, expected: list[str]) -> None:
    found = get(nlp(text), "SCALE")
    assert [getattr(f.value, "name", None) for f in found] == expected
    assert all(a.end <= b.start for a, b in pairwise(found))
