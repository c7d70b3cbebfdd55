"""Corpora become text and back: offsets, alignment with the run-time tokenizer, name swapping."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.corpora import Sentence, detokenise, iob_spans, read_iob, without_overlap
from training.examples import Encoded, Swapper, encode, encode_texts
from training.lexicon import word_classes
from training.network import Inventory, Size, biluo_tags

LABELS = {"Chemical": "CHEMICAL", "Disease": "DISEASE"}


def test_read_iob_reads_tabs_spaces_and_document_marks(tmp_path: Path) -> None:
    file = tmp_path / "a.iob"
    file.write_text(
        "-DOCSTART- -X- O O\n\nNausea NN B-Disease\n. . O\n\n\nLithium\tB-Chemical\n", encoding="utf-8"
    )
    assert read_iob(file) == [
        Sentence(("Nausea", "."), ("B-Disease", "O")),
        Sentence(("Lithium",), ("B-Chemical",)),
    ]


def test_read_iob_names_the_bad_line(tmp_path: Path) -> None:
    file = tmp_path / "a.tsv"
    file.write_text("Lithium\tB-Chemical\nalone\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.tsv:2: expected 'token TAG', found 'alone'"):
        read_iob(file)


def test_iob_spans_split_at_a_new_beginning_and_at_a_change_of_type() -> None:
    tags = ["B-Disease", "B-Disease", "I-Disease", "I-Chemical", "O", "I-Disease"]
    assert iob_spans(tags) == [(0, 1, "Disease"), (1, 3, "Disease"), (3, 4, "Chemical"), (5, 6, "Disease")]


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("fell to 12 . 5 + / - 3 . 1 mg / kg ( i . v . ) .", "fell to 12.5 +/- 3.1 mg/kg (i.v.)."),
        ('patients \' pain was " severe " ; P < 0 . 05', 'patients\' pain was "severe"; P < 0.05'),
        ("change = - 4 vs . S - ketamine", "change = -4 vs. S-ketamine"),
    ],
)
def test_detokenise_spaces(tokens: str, text: str) -> None:
    assert detokenise(tokens.split())[0] == text


@given(st.lists(st.sampled_from(["a", "12", "Bee", *".,;:()[]{}'\"+-/%=<>"]), max_size=20))
def test_detokenise_keeps_every_token_at_its_offset(tokens: list[str]) -> None:
    text, starts = detokenise(tokens)
    assert [text[start : start + len(token)] for start, token in zip(starts, tokens, strict=True)] == tokens
    assert text.replace(" ", "") == "".join(tokens)


def test_an_entity_inside_a_token_is_counted_as_lost() -> None:
    fits = Sentence(
        ("S", "-", "ketamine", "eased", "pain"), ("B-Chemical", "I-Chemical", "I-Chemical", "O", "B-Disease")
    )
    lost = Sentence(("12", ".", "5"), ("B-Chemical", "O", "O"))
    inventory = Inventory(Size())
    encoded, alignment = encode([fits, lost], LABELS, inventory)
    tags = biluo_tags(["CHEMICAL", "DISEASE"])
    assert (alignment.entities, alignment.lost) == (3, 1)
    assert [tags[tag] for tag in encoded[0].tags] == [
        "B-CHEMICAL",
        "I-CHEMICAL",
        "L-CHEMICAL",
        "O",
        "U-DISEASE",
    ]
    assert not encoded[1].tags.any()
    assert [inventory.words[number] for number in encoded[0].types] == ["S", "-", "ketamine", "eased", "pain"]


def test_sentences_of_the_held_out_set_are_dropped_whatever_their_case() -> None:
    long = Sentence(("One", "two", "three", "four", "five", "six", "seven", "eight"), ("O",) * 8)
    heading = Sentence(("Methods", ":"), ("O", "O"))
    held_out = [Sentence(tuple(token.upper() for token in long.tokens), long.tags), heading]
    assert list(without_overlap([long, heading], held_out)) == [heading]


def test_swapping_keeps_tags_and_words_in_step() -> None:
    sentence = Sentence(
        ("given", "lithium", "for", "major", "depression", "daily"),
        ("O", "B-Chemical", "O", "B-Disease", "I-Disease", "O"),
    )
    inventory = Inventory(Size())
    (encoded,), _ = encode([sentence], LABELS, inventory)
    names = {"CHEMICAL": ["2-deoxy-glucose"], "DISEASE": ["asthma"]}
    swapper = Swapper(names, ["CHEMICAL", "DISEASE"], inventory, {"CHEMICAL": 1.0, "DISEASE": 1.0})
    swapped = swapper(encoded, np.random.default_rng(0))
    words = [inventory.words[number] for number in swapped.types]
    assert words == ["given", "2", "-", "deoxy", "-", "glucose", "for", "asthma", "daily"]
    tags = biluo_tags(["CHEMICAL", "DISEASE"])
    drug = ["B-CHEMICAL", *["I-CHEMICAL"] * 3, "L-CHEMICAL"]
    assert [tags[tag] for tag in swapped.tags] == ["O", *drug, "O", "U-DISEASE", "O"]


def test_swapping_nothing_changes_nothing() -> None:
    inventory = Inventory(Size())
    swapper = Swapper(
        {"CHEMICAL": ["x"], "DISEASE": ["y"]},
        ["CHEMICAL", "DISEASE"],
        inventory,
        {"CHEMICAL": 0, "DISEASE": 0},
    )
    sentence = Encoded(np.asarray([4, 5, 6, 7]), np.asarray([1, 2, 3, 8]))
    swapped = swapper(sentence, np.random.default_rng(0))
    assert swapped.types.tolist() == [4, 5, 6, 7] and swapped.tags.tolist() == [1, 2, 3, 8]


def test_raw_text_is_cut_at_full_stops_and_at_the_limit() -> None:
    inventory = Inventory(Size())
    runs = encode_texts(["One two. Three\n\nfour five six"], inventory, longest=3)
    assert [[inventory.words[number] for number in run] for run in runs] == [
        ["One", "two", "."],
        ["Three", "four", "five"],
        ["six"],
    ]


def test_short_words_and_numbers_get_no_lexicon_class() -> None:
    assert word_classes(["vitamin B 12"], []) == {"vitamin": 2}
