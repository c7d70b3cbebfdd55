"""Results: reported values with their kind and their exact span."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language

from pipeline.language import doses, drugs, numbers, results, sample_sizes, sentences  # noqa: F401
from pipeline.language.common import attach, get
from pipeline.language.tokenizer import Tokenizer
from pipeline.reading.text import build
from pipeline.schema import ResultValue


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = spacy.blank("en")
    nlp.tokenizer = Tokenizer(nlp.vocab)
    for name in (
        "goldpan_sentences", "goldpan_numbers", "goldpan_drugs", "goldpan_doses",
        "goldpan_sample_sizes", "goldpan_results",
    ):  # fmt: skip
        nlp.add_pipe(name)
    return nlp


def reported(nlp: Language, text: str) -> list[tuple[str, str]]:
    """(text, kind) of every result."""
    out = []
    for found in get(nlp(text), "RESULT"):
        assert isinstance(found.value, ResultValue)
        out.append((text[found.start : found.end], found.value.kind))
    return out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Response was seen in 58% (P = .003).", [("58%", "percent"), ("P = .003", "p_value")]),
        ("It was better (p<0.001) with P for trend=0.02.", [("p<0.001", "p_value"), ("P for trend=0.02", "p_value")]),
        ("They gave P values of .03 and .004.", [("P values of .03", "p_value"), (".004", "p_value")]),
        ("The final rate was 13% to 14%.", [("13% to 14%", "percent")]),
        ("Rates ranged from 48% to 61%.", [("48%", "percent"), ("61%", "percent")]),
        ("Response was 61, 66 and 34%.", [("61", "percent"), ("66", "percent"), ("34%", "percent")]),
        ("Pain scores fell from 31.2 to 12.9.", [("31.2", "score"), ("12.9", "score")]),
        ("The mean change in score was –18.4 versus –5.7.",
         [("–18.4", "mean_change"), ("–5.7", "mean_change")]),
        ("Scores fell by 16.1, 18.8, and 19.7 points.",
         [("16.1", "mean_change"), ("18.8", "mean_change"), ("19.7", "mean_change")]),
        ("The decrease in pain score was 12.4 (SD 8.1) and 11.8 (SD 7.9).",
         [("12.4", "mean_change"), ("11.8", "mean_change")]),
        ("The mean change in the score was –4.6 ± 0.3.", [("–4.6 ± 0.3", "mean_change")]),
        ("Relapse was rarer (OR 2.7; 95% CI 1.2 to 6.1).", [("2.7", "effect_size"), ("1.2 to 6.1", "interval")]),
        ("The hazard ratio for death was 0.62 (95% CI, 0.46-0.83).",
         [("0.62", "effect_size"), ("0.46-0.83", "interval")]),
        ("It helped (relative risk 1.7, 0.8–3.6) with an NNT of 6.",
         [("1.7", "effect_size"), ("0.8–3.6", "interval"), ("6", "effect_size")]),
        ("An effect of 2.24 (Cohen d) was found.", [("2.24", "effect_size")]),
        ("SMD = −0.62, 95% CI [−1.03, −0.21]", [("−0.62", "effect_size"), ("−1.03, −0.21", "interval")]),
        ("The median time to relapse was 18 days.", [("18 days", "time")]),
        ("Median PFS was 8.3 months with A versus 4.1 months with B.",
         [("8.3 months", "time"), ("4.1 months", "time")]),
        ("Side effects resolved within 2 hours.", [("2 hours", "time")]),
        # units in general, spreads, two values compared
        ("Serum VEGF was lower on lithium, 730.9 versus 354.1 pg/mL (P = .003).",
         [("730.9", "score"), ("354.1", "score"), ("P = .003", "p_value")]),
        ("Time to walking was 13.6 ± 4.1 h with lithium.", [("13.6 ± 4.1 h", "time")]),
        ("Fluoroscopy time was shorter (mean ± SD, 9.4 ± 3.1 vs 6.8 ± 2.7 min).",
         [("9.4 ± 3.1", "time"), ("6.8 ± 2.7 min", "time")]),
        ("Off time was reduced by 1.34 h with lithium.", [("1.34 h", "mean_change")]),
        ("Mean haemoglobin levels were similar at 1.9 g/dL and 1.7 g/dL.",
         [("1.9", "score"), ("1.7", "score")]),
        ("Cholesterol had fallen from 3.6 to 2.0 mmol/L.", [("3.6", "score"), ("2.0", "score")]),
        ("Lithium cut the score to 12.1 ± 5.7 from 35.7 ± 9.0.", [("12.1 ± 5.7", "score"), ("35.7 ± 9.0", "score")]),
        ("Mood was better on lithium (M = 4.78, SD = 3.56).", [("4.78", "score")]),
        ("Walking distance hardly changed (+9 m; P > 0.2).", [("+9", "mean_change"), ("P > 0.2", "p_value")]),
        ("Morphine consumption was 14.2 ± 6.8 mg.", [("14.2 ± 6.8", "score")]),
        ("Mood was better (M = 4.78 at follow-up; p less than 0.05).",
         [("4.78", "score"), ("p less than 0.05", "p_value")]),
        ("Fewer reached this endpoint (0.84, 0.72-0.98).", [("0.84", "effect_size"), ("0.72-0.98", "interval")]),
        ("Cohen's d was 0.45 for pain and 0.12 for sleep.", [("0.45", "effect_size"), ("0.12", "effect_size")]),
        ("The relapse rate was 0.32 per year versus 0.61 per year.", [("0.32", "score"), ("0.61", "score")]),
        ("Survival was longer (hazard ratio for death, 0.74; P=0.002).",
         [("0.74", "effect_size"), ("P=0.002", "p_value")]),
        ("Reductions of 2.1 and 1.4 points were seen.", [("2.1", "mean_change"), ("1.4", "mean_change")]),
        ("A 50% responder rate of 42% was seen (I2 = 45%).", [("42%", "percent")]),
        ("At week 6, 65% and 40% had improved.", [("65%", "percent"), ("40%", "percent")]),
        ("Scores improved by 1.1 points at week 6 versus 0.4.", [("1.1", "mean_change"), ("0.4", "mean_change")]),
        ("Pressure was 1.2 mmHg lower (95% CI 0.5-1.9).", [("1.2", "effect_size"), ("0.5-1.9", "interval")]),
        # differences, intervals that only their estimate names
        ("The adjusted difference was 8.9% (95% CI −1.3 to 19.1).",
         [("8.9%", "effect_size"), ("−1.3 to 19.1", "interval")]),
        ("Survival was 75% (69–82) against 70% (64 to 77).",
         [("75%", "percent"), ("69–82", "interval"), ("70%", "percent"), ("64 to 77", "interval")]),
        ("The NNT to prevent a relapse with lithium was 4.8.", [("4.8", "effect_size")]),
        ("It helped (OR for lithium vs placebo, 3.41 [95% CI, 2.41-4.83]).",
         [("3.41", "effect_size"), ("2.41-4.83", "interval")]),
        ("Lower pain was seen (3.0 versus 4.6; p = 0.02).",
         [("3.0", "score"), ("4.6", "score"), ("p = 0.02", "p_value")]),
    ],
)  # fmt: skip
def test_spans_and_kinds(nlp: Language, text: str, expected: list[tuple[str, str]]) -> None:
    assert reported(nlp, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Response was a 50% or greater decrease, or at least 30%.",
        "The prevalence of depression is 5%, and affects about 17% of adults.",
        "The study had 80% power at a significance level of 5%.",
        "Significance was set at p<0.05.",
        "Assessment was at 4 weeks and 24 hours after the infusion.",
        "The effect was evident within 2 hours of treatment.",
        "Patients aged 18 to 65 years (mean age 44.2) were 60% female.",
        "Lithium 600 mg was given for 6 weeks.",
        "A 0.9% saline solution was infused over 40 min.",
        "Eyes were dilated with phenylephrine 10% for 40 minutes.",
        "12/25 patients responded.",
        "Follow-up lasted a median of 6.3 years.",
        "It was given at 0.5 ml kg (-1) in 20 ml of water.",
        "We cut the number of readers from five to two.",
        "Four had a reduction of more than 50%.",
        "The score ranges from 0 (none) to 100 (worst).",
        "The ejection fraction had to be below 50%.",
        "Anaesthesia was kept with isoflurane (2–3% in oxygen).",
        "Time from diagnosis was 2.9 ± 2.1 years.",
        "Assessments took place at 6 and 12 months.",
    ],
)
def test_what_is_no_result(nlp: Language, text: str) -> None:
    assert reported(nlp, text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The rate fell by 1.6%.", ResultValue("percent", 1.6)),
        ("It was (95% CI –7.0 to –1.8).", ResultValue("interval", None, -7.0, -1.8)),
        ("P = 1.2 × 10−6", ResultValue("p_value", 1.2e-6)),
        ("p = 3.32\u2009×\u200910-10", ResultValue("p_value", 3.32e-10)),
        ("P = ·04", ResultValue("p_value", 0.04)),
    ],
)
def test_values(nlp: Language, text: str, value: ResultValue) -> None:
    found = [f.value for f in get(nlp(text), "RESULT")]
    assert len(found) == 1
    result = found[0]
    assert isinstance(result, ResultValue)
    assert result.kind == value.kind
    assert (result.low, result.high) == (value.low, value.high)
    assert result.number == (None if value.number is None else pytest.approx(value.number))


def test_no_number_is_a_result_and_a_sample_size(nlp: Language) -> None:
    doc = nlp(
        "Response occurred in 98 of 156 patients (63%) against 59/156 (38%; OR, 2.78; 95% CI, 1.76 to 4.40)."
    )
    sizes = {(f.start, f.end) for f in get(doc, "SAMPLE_SIZE")}
    values = [(f.start, f.end) for f in get(doc, "RESULT")]
    assert len(sizes) == 4
    assert len(values) == 4
    assert not any(a < d and c < b for a, b in sizes for c, d in values)


def test_a_column_of_p_values(nlp: Language) -> None:
    source = "# R\n\n| Study | Weeks | P value |\n|---|---|---|\n| Roe 2001 | 12 | 0.03 |\n| Doe 2002 | 6 | <0.05 |\n"
    document = build(source, "demo")
    doc = nlp(attach(nlp.make_doc(document.text), document))
    found = [(document.text[f.start : f.end], f.value) for f in get(doc, "RESULT")]
    assert [text for text, _ in found] == ["0.03", "<0.05"]
    assert {value.kind for _, value in found if isinstance(value, ResultValue)} == {"p_value"}


def test_cells_under_an_outcome(nlp: Language) -> None:
    source = (
        "# R\n\n| Study | Weeks | Response, % |\n|---|---|---|\n"
        "| Roe 2001 | 12 | 53 / 29 |\n| Doe 2002 | 6 | 8% / 21% |\n"
    )
    document = build(source, "demo")
    doc = nlp(attach(nlp.make_doc(document.text), document))
    found = [f.value for f in get(doc, "RESULT")]
    assert [value.number for value in found if isinstance(value, ResultValue)] == [53, 29, 8, 21]
    assert {value.kind for value in found if isinstance(value, ResultValue)} == {"percent"}


@pytest.mark.parametrize("text", ["", "P = ", "95% CI", "from 3 to", "OR 1", "±", "12% to", "p = 5 × 10-"])
def test_scraps_of_text_raise_nothing(nlp: Language, text: str) -> None:
    for found in get(nlp(text), "RESULT"):
        assert text[found.start : found.end]
