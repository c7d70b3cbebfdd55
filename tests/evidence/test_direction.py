from __future__ import annotations

import pytest

from pipeline.evidence.direction import blank_entry, clauses, direction, polarity


def said(name: str, sentence: str, outcome: str, compared: bool | None = None) -> str | None:
    """The direction of an outcome in a sentence, by its clause."""
    text = blank_entry(sentence)
    start = text.index(outcome)
    clause = next((a, b) for a, b in clauses(text) if a <= start < b)
    return direction(name, text, start, start + len(outcome), clause, compared)


@pytest.mark.parametrize(
    ("name", "sentence", "outcome", "wanted"),
    [
        # polarity: what moved
        ("response", "Response was more frequent with lithium.", "Response", "better"),
        ("relapse", "Relapse was more frequent with lithium.", "Relapse", "worse"),
        ("relapse", "Relapses were fewer than on placebo.", "Relapses", "better"),
        ("relapse", "Time to relapse was longer with lithium.", "relapse", "better"),
        ("remission", "The time until remission was longer with lithium.", "remission", "worse"),
        ("adverse_effect", "Tremor was commoner with lithium.", "Tremor", "worse"),
        ("symptom_change", "Lithium led to a greater reduction in pain than placebo.", "reduction in pain", "better"),
        ("symptom_change", "Lithium led to less improvement in pain than placebo.", "improvement in pain", "worse"),
        ("symptom_change", "Pain was reduced by lithium compared with placebo.", "Pain", "better"),
        ("response", "Benzodiazepines attenuated the response to lithium.", "response", "worse"),
        ("adverse_effect", "Pretreatment attenuated dissociation.", "dissociation", "better"),
        # denial of a difference, however it is worded
        ("response", "Lithium did not show a higher response than placebo.", "response", "no difference"),
        ("response", "No significant difference in response was found.", "response", "no difference"),
        ("response", "Response rates were similar in both groups.", "Response", "no difference"),
        ("response", "Lithium failed to separate from placebo for response.", "response", "no difference"),
        ("response", "Lithium was no better than placebo for response.", "response", "no difference"),
        # likeness of arms beside a comparator is an effect of each
        ("symptom_change", "Both doses similarly reduced pain compared with placebo.", "pain", "better"),
        # clauses
        ("adverse_effect", "Response was higher, but nausea was more frequent.", "nausea", "worse"),
        ("response", "Although nausea was more frequent, response was higher.", "response", "better"),
        ("remission", "Response was higher than on placebo; remission was seen in both.", "remission", None),
        # description, aims, thresholds, entry criteria, groups
        ("adverse_effect", "Nausea and dizziness increased during infusions.", "Nausea", None),
        ("response", "The trial was run to evaluate response to better drugs.", "response", None),
        ("response", "Response was defined as a reduction of 50% or greater.", "Response", None),
        ("symptom_change", "Patients who had not improved on two drugs had less pain.", "pain", "better"),
        ("response", "Levels increased more among responders.", "responders", None),
        # association of a marker with an outcome is no effect of an arm
        ("response", "No correlation was found between volume and response.", "response", None),
        ("response", "Low volume was associated with poor response.", "response", "worse"),
        ("response", "Sedative use predicted nonresponse.", "nonresponse", "worse"),
    ],
)  # fmt: skip
def test_direction(name: str, sentence: str, outcome: str, wanted: str | None) -> None:
    assert said(name, sentence, outcome) == wanted


def test_plain_words_need_a_comparator() -> None:
    sentence = "The drug had beneficial antidepressant effects."
    assert said("antidepressant_effect", sentence, "antidepressant effects") is None
    assert said("antidepressant_effect", sentence, "antidepressant effects", compared=True) == "better"
    assert said("antidepressant_effect", sentence, "antidepressant effects", compared=False) is None


def test_uncontrolled_studies_have_no_direction_against_a_comparator() -> None:
    assert (
        said("symptom_change", "Pain scores improved over six weeks.", "Pain scores", compared=False) is None
    )


def test_polarity_of_nonresponse() -> None:
    assert polarity("response", "nonresponse") == -1


def test_blanking_keeps_offsets() -> None:
    text = "Adults who had not responded to two drugs improved."
    assert len(blank_entry(text)) == len(text)
    assert "responded" not in blank_entry(text)
