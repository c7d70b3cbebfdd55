"""The lexicons as entries of one automaton, and the hits of a doc, found once for all matchers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from spacy.tokens import Doc

from pipeline.language.common import text_of
from pipeline.language.lexicon import Automaton, Entry, Hit, fold, rows, split


def _drugs() -> Iterator[Entry]:
    for name in ("drugs.tsv", "drugs_wide.tsv"):
        for row in rows(name):
            yield Entry("drugs", row["name"], row)
            for surface in split(row["synonyms"]):
                yield Entry("drugs", surface, row, field="synonym")
            for surface in split(row["abbreviations"]):
                yield Entry("drugs", surface, row, exact=True, field="abbreviation")
            for surface in split(row["abbreviations_if_defined"]):
                yield Entry("drugs", surface, row, exact=True, field="if_defined")


def _scales() -> Iterator[Entry]:
    for row in rows("scales.tsv"):
        for surface in split(row["full_names"]):
            yield Entry("scales", surface, row, field="full_name")
        for surface in split(row["abbreviations"]):
            yield Entry("scales", surface, row, exact=True, field="abbreviation")
        for surface in split(row["abbreviations_if_defined"]):
            yield Entry("scales", surface, row, exact=True, field="if_defined")


def _outcomes() -> Iterator[Entry]:
    for row in rows("outcomes.tsv"):
        yield Entry("outcomes", row["term"], row)
        for surface in split(row["variants"]):
            yield Entry("outcomes", surface, row, field="variant")


#: Words that a number in words can begin with (language/numbers.py reads on from there).
NUMBER_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty",
    "fourty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "half", "a hundred", "a thousand",
    "a dozen", "a half", "an hundred",
)  # fmt: skip


@cache
def automaton() -> Automaton:
    """The automaton of all lexicons; built on first use, a fraction of a second."""
    entries = [*_drugs(), *_scales(), *_outcomes()]
    # short capitals (ER, NO, NET) are words in lower case
    entries += [
        Entry("not_drugs", row["term"], row, exact=row["term"].isupper() and len(row["term"]) <= 6)
        for row in rows("not_drugs.tsv")
    ]
    entries += [Entry("numbers", word, {}) for word in NUMBER_WORDS]
    return Automaton(entries)


def hits_of(doc: Doc, lexicon: str) -> list[Hit]:
    """The hits of one lexicon in a doc, overlapping ones included, by their end; one pass serves all lexicons."""
    found: dict[str, list[Hit]] | None = doc.user_data.get("goldpan.hits")
    if found is None:
        found = doc.user_data["goldpan.hits"] = {}
        for hit in automaton().find(text_of(doc), folded_of(doc)):
            found.setdefault(hit.entry.lexicon, []).append(hit)
    return found.get(lexicon, [])


def folded_of(doc: Doc) -> str:
    """``fold(doc.text)``, made once."""
    folded = doc.user_data.get("goldpan.folded")
    if folded is None:
        folded = doc.user_data["goldpan.folded"] = fold(text_of(doc))
    return folded
