"""Abbreviations that a text defines, beside scispaCy's detector for the same paper."""

import warnings

import pytest
import spacy

from pipeline.language.abbreviations import definitions_of, find_definitions


def pairs(text: str) -> list[tuple[str, str]]:
    return [(d.short, text[d.long_start : d.long_end]) for d in find_definitions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Visual analogue scale (VAS) scores fell.", [("VAS", "Visual analogue scale")]),
        ("colony-stimulating factor (C-SF) was given", [("C-SF", "colony-stimulating factor")]),
        ("HNK (hydroxynorketamine) is a metabolite", []),  # one word in the bracket explains, it does not define
        ("TRD (treatment resistant depression) persists", [("TRD", "treatment resistant depression")]),
        ("the odds of death were lower (OR, 0.75; 95% CI 0.6-0.9)", []),
        ("It ended. Disease activity (RA) was low", []),  # the letters stand in no words of this sentence
        ("a mean age (range) and the dose (placebo) of it", []),
        ("overall survival (OS). Later, overall survival (OS) again", [("OS", "overall survival")]),
        ("an unclosed (bracket and a nested (one (NO)", []),
    ],
)  # fmt: skip
def test_definitions(text, expected):
    assert pairs(text) == expected


def test_long_form_never_reaches_over_a_sentence_or_a_paragraph():
    assert pairs("Pain was mild. Severity (PS) differed") == []
    assert pairs("Positive Symptoms\n\nSeverity (PSS) differed") == []


def test_scispacy_finds_nothing_more_in_plain_cases():
    from scispacy.abbreviation import AbbreviationDetector

    text = (
        "Progression-free survival (PFS) and overall survival (OS) were compared in non-small cell lung cancer "
        "(NSCLC); quality of life (QOL) and adverse events (AE) were secondary."
    )
    nlp = spacy.blank("en")
    nlp.tokenizer = spacy.registry.tokenizers.get("goldpan.Tokenizer.v1")()(nlp)
    doc = nlp(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        AbbreviationDetector(nlp)(doc)
    theirs = {(a.text, a._.long_form.text) for a in doc._.abbreviations}
    assert theirs and theirs == set(pairs(text))
    # and where it ran in a pipeline, matchers read what it found
    assert {(d.short, text[d.long_start : d.long_end]) for d in definitions_of(doc)} == theirs


def test_every_occurrence_knows_its_long_form():
    nlp = spacy.blank("en")
    nlp.add_pipe("goldpan_abbreviations")
    doc = nlp("Overall survival (OS) was long; OS was 12 months.")
    assert [(a.start_char, a._.long_form.text) for a in doc._.abbreviations] == [
        (18, "Overall survival"), (32, "Overall survival"),
    ]  # fmt: skip
