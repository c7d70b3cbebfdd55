"""Name lists as a feature: for a word, whether it is a drug's or a disease's name, or part of one.

The drugs are those of `pipeline/lexicons/drugs.tsv`; the diseases those of `training/disease_names.tsv`. The words
of the lists go into the model (`lexicon.tsv` in its folder), so that editing a list later does not change the model.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import spacy

from pipeline.language.ner_features import fold
from pipeline.language.tokenizer import Tokenizer

WHOLE_DRUG, PART_DRUG, WHOLE_DISEASE, PART_DISEASE, SUBSTANCE, CLASS = 1, 2, 4, 8, 16, 32
"""Bits of a word's class: it is a name by itself, or it stands in a name of several words; or in the name of a
substance of the body, or of a class of drugs, a protein or a treatment."""

_SUBSTANCES = frozenset({"endogenous", "transmitter", "ion"})


def drug_names(path: Path) -> Iterator[str]:
    """Names, synonyms and abbreviations of drugs.tsv."""
    with path.open(encoding="utf-8", newline="") as lines:
        for entry in csv.DictReader(lines, delimiter="\t"):
            for column in ("name", "synonyms", "abbreviations", "abbreviations_if_defined"):
                yield from (name for name in (entry.get(column) or "").split("|") if name)


def names(path: Path) -> Iterator[str]:
    """Names of a list of two columns, `field` and `names` (separated by |)."""
    with path.open(encoding="utf-8", newline="") as lines:
        for entry in csv.DictReader(lines, delimiter="\t"):
            yield from entry["names"].split("|")


def other_names(path: Path) -> tuple[list[str], list[str]]:
    """Terms of not_drugs.tsv: substances of the body, and all the rest."""
    with path.open(encoding="utf-8", newline="") as lines:
        entries = [
            (entry["term"], entry["kind"] in _SUBSTANCES) for entry in csv.DictReader(lines, delimiter="\t")
        ]
    return [term for term, substance in entries if substance], [
        term for term, substance in entries if not substance
    ]


def word_classes(
    drugs: Iterable[str], diseases: Iterable[str], substances: Iterable[str] = (), others: Iterable[str] = ()
) -> dict[str, int]:
    """Class bits of each folded word of three letters or more that stands in a name.

    >>> word_classes(["ketamine", "sodium oxybate"], ["sodium deficiency"])
    {'ketamine': 1, 'sodium': 10, 'oxybate': 2, 'deficiency': 8}
    """
    tokenizer = Tokenizer(spacy.blank("en").vocab)
    classes: dict[str, int] = {}
    for names, whole, part in (
        (drugs, WHOLE_DRUG, PART_DRUG),
        (diseases, WHOLE_DISEASE, PART_DISEASE),
        (substances, SUBSTANCE, SUBSTANCE),
        (others, CLASS, CLASS),
    ):
        for name in names:
            words = [token.text for token in tokenizer(name)]
            bit = whole if len(words) == 1 else part
            for word in words:
                if word.isalpha() and len(word) > 2:
                    classes[fold(word)] = classes.get(fold(word), 0) | bit
    return classes
