"""Context: ConText's categories, their scopes, terminators and pseudo-triggers."""

import pytest
from spacy.language import Language

import pipeline.language.context
import pipeline.language.outcomes
import pipeline.language.scales
import pipeline.language.sentences  # noqa: F401  (registers the factories)
from pipeline.language.common import get, put
from pipeline.language.tokenizer import Tokenizer
from pipeline.schema import DrugValue, Found


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = Language()
    nlp.tokenizer = Tokenizer(nlp.vocab)
    for name in ("goldpan_sentences", "goldpan_context"):
        nlp.add_pipe(name)
    return nlp


def context_of(nlp: Language, text: str, term: str = "lithium") -> tuple[str, ...]:
    """The context of the first occurrence of a term, given as a drug."""
    doc = nlp.make_doc(text)
    doc = nlp.get_pipe("goldpan_sentences")(doc)
    start = text.index(term)
    put(doc, "DRUG", [Found("DRUG", start, start + len(term), DrugValue(term), "test")])
    return get(nlp.get_pipe("goldpan_context")(doc), "DRUG")[0].context


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Patients took lithium for a week.", ()),
        ("No patient was given it without lithium in the blood.", ("negated",)),
        ("Benefit was not associated with lithium at all.", ("negated",)),
        ("There was no difference in outcome with lithium.", ()),
        ("It did not help; lithium was added.", ()),
        ("It did not help, but lithium did.", ()),
        ("Toxicity from lithium was not observed.", ("negated",)),
        ("A second trial will compare lithium with placebo.", ("planned",)),
        ("An ongoing trial gives lithium to adults.", ("planned",)),
        ("Whether lithium prevents relapse was asked.", ("hypothetical",)),
        ("Perhaps the effect may come from lithium itself.", ("hypothetical",)),
        ("Use in pregnancy of lithium remains to be studied.", ("hypothetical",)),
        ("In rats, lithium lengthened the cycle.", ("animal",)),
        ("In mice it failed, whereas patients on lithium improved.", ()),
        ("In cell lines, lithium blocked the enzyme.", ("in_vitro",)),
    ],
)
def test_context_of_a_mention(nlp: Language, text: str, expected: tuple[str, ...]) -> None:
    assert context_of(nlp, text) == expected


def test_negation_ends_after_a_few_words(nlp: Language) -> None:
    near = "There was no sign of harm from lithium here."
    far = "There was no sign of harm in the first or second or third or fourth week of treatment with lithium here."
    assert context_of(nlp, near) == ("negated",)
    assert context_of(nlp, far) == ()


def test_a_sentence_that_takes_up_an_animal_sentence(nlp: Language) -> None:
    assert context_of(nlp, "Rats were stressed for weeks. These deficits were reversed by lithium.") == (
        "animal",
    )
    assert context_of(nlp, "Rats were stressed for weeks.\n\nThese deficits were reversed by lithium.") == ()
    assert context_of(nlp, "Rats were stressed. These patients took lithium.") == ()


def test_numbers_are_not_denied(nlp: Language) -> None:
    text = "No relapse under 12% was seen."
    doc = nlp.get_pipe("goldpan_sentences")(nlp.make_doc(text))
    put(doc, "RESULT", [Found("RESULT", 17, 20, DrugValue("x"), "test")])
    assert get(nlp.get_pipe("goldpan_context")(doc), "RESULT")[0].context == ()


def test_mentions_without_context_stay_the_same_objects(nlp: Language) -> None:
    text = "Patients took lithium."
    doc = nlp.get_pipe("goldpan_sentences")(nlp.make_doc(text))
    put(doc, "DRUG", [Found("DRUG", 14, 21, DrugValue("lithium"), "test")])
    before = get(doc, "DRUG")[0]
    assert get(nlp.get_pipe("goldpan_context")(doc), "DRUG")[0] is before


def test_span_extension_carries_the_context() -> None:
    nlp = Language()
    nlp.tokenizer = Tokenizer(nlp.vocab)
    for name in ("goldpan_sentences", "goldpan_outcomes", "goldpan_context"):
        nlp.add_pipe(name)
    doc = nlp("Of 20 patients on lithium, none developed tremor; nausea occurred in 12%.")
    assert [(span.text, span._.context) for span in doc.spans["outcomes"]] == [
        ("tremor", ("negated",)), ("nausea", ()),
    ]  # fmt: skip
