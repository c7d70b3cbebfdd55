"""Doses: forms, units, ranges, and the drug of each; what only looks like a dose."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language

from pipeline.language import abbreviations, doses, drugs, numbers, sentences  # noqa: F401
from pipeline.language.common import get
from pipeline.schema import DoseValue


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = spacy.blank("en")
    for name in ("goldpan_sentences", "goldpan_numbers", "goldpan_drugs", "goldpan_doses"):
        nlp.add_pipe(name)
    return nlp


def found(nlp: Language, text: str) -> list[tuple[str, tuple[float, ...], str, bool, str | None]]:
    doc = nlp(text)
    out = []
    for mention in get(doc, "DOSE"):
        value = mention.value
        assert isinstance(value, DoseValue)
        out.append((text[mention.start : mention.end], value.amounts, value.unit, value.range, value.drug))
    return out


@pytest.mark.parametrize(
    ("text", "span", "amounts", "unit", "is_range", "drug"),
    [
        ("Remifentanil 0.05–0.2 µg·kg−1·min−1 was infused.",
         "0.05–0.2 µg·kg−1·min−1", (0.05, 0.2), "ug/kg/min", True, "remifentanil"),
        ("Propofol 6 mg kg–1 h–1 was given.", "6 mg kg–1 h–1", (6,), "mg/kg/h", False, "propofol"),
        ("They took half a milligram per kilogram of prednisolone.",
         "half a milligram per kilogram", (0.5,), "mg/kg", False, "prednisolone"),
        ("Simvastatin was given as 10-, 20- or 40-mg tablets.",
         "10-, 20- or 40-mg", (10, 20, 40), "mg", False, "simvastatin"),
        ("Aspirin was given in 325- to 650-mg doses.", "325- to 650-mg", (325, 650), "mg", True, "aspirin"),
        ("Metformin 1,500 mg was given.", "1,500 mg", (1500,), "mg", False, "metformin"),
        ("Safinamide, 50 then 100 mg, was added.", "50 then 100 mg", (50, 100), "mg", False, "safinamide"),
        ("Patients inhaled budesonide/formoterol 160/4.5 µg twice daily.",
         "160/4.5 µg", (160, 4.5), "ug", False, "budesonide-formoterol"),
        ("Interferon alfa 3 × 10^6 IU was injected.", "3 × 10^6 IU", (3e6,), "[iU]", False, "interferon alfa"),
        ("Interferon alfa 18 x 10(6) IU/m2/day was injected.",
         "18 x 10(6) IU/m2/day", (18e6,), "[iU]/m2/d", False, "interferon alfa"),
        ("Women got an oxytocin infusion at 2 mU/min.", "2 mU/min", (2,), "mU/min", False, "oxytocin"),
        ("Radium-223 55 kBq/kg was given.", "55 kBq/kg", (55,), "kBq/kg", False, "radium-223 dichloride"),
        ("Carboplatin (AUC 5) was given on day 1.", "AUC 5", (5,), "AUC", False, "carboplatin"),
        ("The daily levodopa dose fell from 712 to 655 mg.", "712 to 655 mg", (712, 655), "mg", False, "levodopa"),
        ("In a review (n = 88; 100–400 mg/d) lamotrigine failed.",
         "100–400 mg/d", (100, 400), "mg/d", True, "lamotrigine"),
        ("Plasma concentrations at minocycline 20 mg/kg were low.", "20 mg/kg", (20,), "mg/kg", False, "minocycline"),
    ],
)  # fmt: skip
def test_forms(
    nlp: Language, text: str, span: str, amounts: tuple[float, ...], unit: str, is_range: bool, drug: str
) -> None:
    assert found(nlp, text) == [(span, amounts, unit, is_range, drug)]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("The block was done with 20 ml of bupivacaine 0.25%.", [("20 ml", "bupivacaine")]),
        ("We injected 5 mL of 0.5% ropivacaine.", [("5 mL", "ropivacaine")]),
        ("Lidocaine 2% 15 mL was used.", [("15 mL", "lidocaine")]),
        ("Rats had intrathecal morphine (30 µg in 10 µl).", [("30 µg", "morphine")]),
        ("Of these, 181 were assigned to tofacitinib 5 mg, 184 to 10 mg and 181 to placebo.",
         [("5 mg", "tofacitinib"), ("10 mg", "tofacitinib")]),
    ],
)  # fmt: skip
def test_volumes_and_groups(nlp: Language, text: str, spans: list[tuple[str, str]]) -> None:
    assert [(span, drug) for span, *_, drug in found(nlp, text)] == spans


@pytest.mark.parametrize(
    "text",
    [
        "Under isoflurane, rats (220–260 g) were operated on.",
        "Serum creatinine was 1.2 ± 0.4 mg/dL on lithium.",
        "Lithium levels were kept at 0.6–0.9 mEq/L.",
        "The mean AUC was 5 after carboplatin.",
        "The ropivacaine group bled 250 mL.",
        "Urinary protein was 2.1 g/24 h under losartan.",
    ],
)
def test_no_doses(nlp: Language, text: str) -> None:
    assert found(nlp, text) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Norepinephrine was started at 0.05 µg/kg/min.", ["norepinephrine"]),
        ("Methotrexate and folic acid (at least 5 mg/week) went on.", ["methotrexate", "folic acid"]),
        ("Potassium chloride 20 mmol was given.", ["potassium chloride"]),
        ("Plasma norepinephrine rose and glucose was 140 mg/dL.", []),
        ("Cortisol was administered; levels of cortisol rose.", ["cortisol"]),
        ("Nicotine gum (2 mg) eased nicotine dependence.", ["nicotine"]),
    ],
)
def test_what_the_body_makes_is_a_drug_where_given(nlp: Language, text: str, names: list[str]) -> None:
    assert [getattr(f.value, "name", None) for f in get(nlp(text), "DRUG")] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Women received doxorubicin and cyclophosphamide (AC); AC was given every 3 weeks.",
         ["doxorubicin", "cyclophosphamide"]),
        ("Zoledronic acid (ZOL) was given; ZOL 4 mg was repeated.", ["zoledronic acid"] * 3),
        ("The anti-interferon alfa antibody and interferon alfa were given.", ["interferon alfa"]),
        ("In the NAL-9831 trial patients were given placebo.", ["placebo"]),
        ("KTV-2209 was given to 40 patients.", ["ktv-2209"]),
    ],
)  # fmt: skip
def test_regimens_and_studies_are_no_drugs(text: str, names: list[str]) -> None:
    nlp = spacy.blank("en")
    for name in ("goldpan_sentences", "goldpan_abbreviations", "goldpan_drugs"):
        nlp.add_pipe(name)
    assert [getattr(f.value, "name", None) for f in get(nlp(text), "DRUG")] == names


def test_a_dose_told_before_keeps_its_drug(nlp: Language) -> None:
    text = (
        "Adults took tofacitinib 5 mg or 10 mg, or placebo. Pain fell in all arms. The trial ended early.\n\n"
        "Nausea was commoner in the 10-mg group. Rash was seen with 20 mg."
    )
    assert [drug for *_, drug in found(nlp, text)] == ["tofacitinib", "tofacitinib", "tofacitinib", None]


def test_the_volume_of_a_control(nlp: Language) -> None:
    assert found(nlp, "Rats had minocycline 20 mg/kg or saline (1 ml/kg).")[-1][-1] == "placebo"


def test_doses_before_their_drug_share_it(nlp: Language) -> None:
    text = "Simvastatin was stopped and patients took 2.5 mg, 5 mg or 10 mg of apixaban."
    assert [drug for *_, drug in found(nlp, text)] == ["apixaban"] * 3


def test_food_is_no_dose(nlp: Language) -> None:
    assert found(nlp, "Patients on lithium had protein 1.2 g/kg/day.") == []
