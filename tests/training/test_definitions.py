"""Short forms that a text defines, in the function and in the bundled model."""

from __future__ import annotations

import pytest
import spacy

from pipeline.language.build import bundled_path
from pipeline.language.ner_definitions import definitions, label_short_forms, long_form


@pytest.mark.parametrize(
    ("short", "words", "start"),
    [
        ("CsA", ["cyclosporin", "A"], 0),
        ("5-FU", ["of", "5", "-", "fluorouracil"], 1),
        ("GTN", ["glyceryl", "trinitrate"], 0),
        ("ARF", ["after", "all", "renal", "failure"], 1),
        ("XY", ["acute", "renal", "failure"], None),
        ("LA", ["gla"], None),
    ],
)
def test_the_nearest_word_that_can_begin_the_long_form_begins_it(
    short: str, words: list[str], start: int | None
) -> None:
    assert long_form(short, words) == start


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ketamine ( KET ) helped", [(0, 1, 3)]),
        ("ketamine ( KET ; 5 mg ) helped", [(0, 1, 3)]),
        ("5 - fluorouracil ( 5 - FU ) helped", [(0, 3, 7)]),
        ("( KET ) helped", []),
        ("ketamine ( ket ) helped", []),
        ("ketamine ( K ) helped", []),
        ("ketamine ( KET was given", []),
        ("ketamine ( KET and much else besides ) helped", []),
        ("ketamine ( KETA MINE ) helped", []),
        ("pain ( VAS ) fell", []),
    ],
)
def test_what_is_a_definition(text: str, found: list[tuple[int, int, int]]) -> None:
    assert list(definitions(text.split())) == found


@pytest.mark.parametrize(
    ("text", "entities", "expected"),
    [
        # The short form was missed, of the other type, or found in part; it returns before and after.
        ("a b ( AB ) AB", [(0, 2, "D")], [(0, 2, "D"), (3, 4, "D"), (5, 6, "D")]),
        ("AB : a b ( AB )", [(2, 4, "D"), (5, 6, "C")], [(0, 1, "D"), (2, 4, "D"), (5, 6, "D")]),
        ("a b ( A - B )", [(0, 2, "C"), (3, 4, "D")], [(0, 2, "C"), (3, 6, "C")]),
        # Nothing known of the long form, or of a part of it alone.
        ("a b ( AB ) AB", [(3, 4, "D")], [(3, 4, "D")]),
        ("a b ( AB ) AB", [(1, 2, "D")], [(1, 2, "D")]),
        # In a longer name it stays a part of it.
        ("a b ( AB ) AB pain", [(0, 2, "C"), (5, 7, "D")], [(0, 2, "C"), (3, 4, "C"), (5, 7, "D")]),
    ],
)
def test_a_short_form_takes_its_long_forms_label(
    text: str, entities: list[tuple[int, int, str]], expected: list[tuple[int, int, str]]
) -> None:
    assert label_short_forms(text.split(), entities) == expected


def test_the_bundled_model_labels_the_short_forms_of_each_text_by_itself() -> None:
    nlp = spacy.load(bundled_path())
    texts = [
        "CRP was high.",
        "A rise in\n carbamazepine (CRP) was found\n  by two (of 9) as CRP was\n high.",
    ]
    found = [[(ent.text, ent.label_) for ent in doc.ents] for doc in nlp.pipe(texts)]
    assert found == [[], [("carbamazepine", "CHEMICAL"), ("CRP", "CHEMICAL"), ("CRP", "CHEMICAL")]]
