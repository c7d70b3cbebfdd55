"""All lexicons and cues in one table of phrases, and what it finds in a doc, once for all matchers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal, NamedTuple

from spacy.tokens import Doc

from pipeline.language.common import text_of
from pipeline.language.lexicon import Entry, Hit, Phrases, Traits, fold, is_as_printed, rows, split
from pipeline.language.stems import disease_ending, sign


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


@cache
def _owners() -> dict[str, list[str]]:
    """Organisations whose instruments are printed with their name in short or in full."""
    return {row["short"]: split(row["names"]) for row in rows("scales_owners.tsv")}


def full_names(row: Mapping[str, str]) -> list[str]:
    """The full names of an instrument, with its owner in short and spelt out.

    >>> names = full_names({"full_names": "EORTC Liver Module", "abbreviations": "", "abbreviations_if_defined": ""})
    >>> len(names), names[0], names[1].startswith("European"), names[1].endswith("Cancer Liver Module")
    (3, 'EORTC Liver Module', True, True)
    """
    names = split(row["full_names"])
    owned = [*names, *split(row["abbreviations"]), *split(row["abbreviations_if_defined"])]
    return names + [
        f"{full} {rest}"
        for short, _, rest in (form.partition(" ") for form in owned)
        for full in (_owners().get(short, ()) if rest else ())
    ]


def _scales() -> Iterator[Entry]:
    for row in rows("scales.tsv"):
        for surface in full_names(row):
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


def _entries() -> Iterator[Entry]:
    yield from _drugs()
    yield from _scales()
    yield from _outcomes()
    for row in rows("not_drugs.tsv"):
        # short capitals (ER, NO, NET) are words in lower case
        yield Entry("not_drugs", row["term"], row, exact=row["term"].isupper() and len(row["term"]) <= 6)
    for word in NUMBER_WORDS:
        yield Entry("numbers", word, {})


class _Known(NamedTuple):
    """What a phrase is: (lexicon, entry, whether in its own capitals only), and (group, kind, weight) as a cue."""

    entries: list[tuple[str, Entry, bool]]
    cues: list[tuple[str, str, float]]


#: Tables of cues that are looked at together.
CUES = {"about": ("cues.tsv", "context.tsv", "outcomes_heads.tsv"), "results": ("result_cues.tsv",)}


@cache
def phrases() -> Phrases[_Known]:
    """Every phrase of every lexicon and table of cues; built on first use, a fraction of a second."""
    known: dict[str, _Known] = {}
    for entry in _entries():
        known.setdefault(fold(entry.surface), _Known([], [])).entries.append(
            (entry.lexicon, entry, entry.exact)
        )
    for group, tables in CUES.items():
        for row in (row for table in tables for row in rows(table)):
            kind = row.get("kind") or row["role"]
            for form in [row["form"], *split(row["variants"])]:
                cues = known.setdefault(fold(form), _Known([], [])).cues
                if all((group, kind) != (other, what) for other, what, _ in cues):
                    cues.append((group, kind, float(row.get("weight") or 1)))
    return Phrases(known)


@cache
def _traits() -> Traits:
    return Traits({"drug": sign, "disease": disease_ending})


def traits_of(doc: Doc, name: Literal["drug", "disease"]) -> list[tuple[str, str]]:
    """The words of a doc, in lower case, with a sign of a drug or the ending of a disease, and which."""
    found: dict[str, list[tuple[str, str]]] | None = doc.user_data.get("goldpan.traits")
    if found is None:
        found = doc.user_data["goldpan.traits"] = _traits().of(folded_of(doc))
    return found[name]


#: a cue found: where it starts and ends, and its weight
Cue = tuple[int, int, float]


class Found(NamedTuple):
    """What one pass over a text found: the hits of each lexicon; of each group of cues, the cues of each kind."""

    hits: dict[str, list[Hit]]
    cues: dict[str, dict[str, list[Cue]]]


def look_up(text: str, folded: str | None = None) -> Found:
    """The hits of each lexicon and the cues of each group in a text, overlapping ones too, by their end.

    ``folded`` is ``fold(text)`` where the caller has it already.

    >>> found = look_up("Lithium and VAS, not vas or lithiums")
    >>> [(name, [hit.entry.surface for hit in hits]) for name, hits in found.hits.items()]
    [('drugs', ['lithium']), ('scales', ['VAS'])]
    """
    new = tuple.__new__
    hits: dict[str, list[Hit]] = {}
    cues: dict[str, dict[str, list[Cue]]] = {group: {} for group in CUES}
    for end, start, (entries, kinds) in phrases().find(fold(text) if folded is None else folded):
        for group, kind, weight in kinds:
            found = cues[group].get(kind)
            if found is None:
                cues[group][kind] = [(start, end, weight)]
            else:
                found.append((start, end, weight))
        for lexicon, entry, exact in entries:
            if not exact or is_as_printed(entry, text, start, end):
                hit = new(Hit, (start, end, entry))  # what Hit(…) does, without its detour
                if lexicon in hits:
                    hits[lexicon].append(hit)
                else:
                    hits[lexicon] = [hit]
    return Found(hits, cues)


def found_in(doc: Doc) -> Found:
    """What the lexicons know in a doc, found once for all matchers."""
    found: Found | None = doc.user_data.get("goldpan.lookup")
    if found is None:
        found = doc.user_data["goldpan.lookup"] = look_up(text_of(doc), folded_of(doc))
    return found


def hits_of(doc: Doc, lexicon: str) -> list[Hit]:
    """The hits of one lexicon in a doc, overlapping ones included, by their end."""
    return found_in(doc).hits.get(lexicon, [])


def folded_of(doc: Doc) -> str:
    """``fold(doc.text)``, made once."""
    folded = doc.user_data.get("goldpan.folded")
    if folded is None:
        folded = doc.user_data["goldpan.folded"] = fold(text_of(doc))
    return folded
