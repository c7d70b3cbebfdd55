"""The lexicons' words and phrases, found in one pass over a text.

Entries are rows of the data files in pipeline/lexicons. Matching ignores case and the kind of dash and
apostrophe, unless an entry is exact (abbreviations). An entry matches whole words only.

`Phrases` finds them all in one pass; `Traits` tells what single words show by their letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import ahocorasick

from pipeline.lexicons import rows

#: Signs and the plain ones that they are matched as, one by one: two replacements cost less than a translation.
_FOLD = [
    *((dash, "-") for dash in "‐‑‒–—−"),
    *((apostrophe, "'") for apostrophe in "’‘`´"),
    ("\n", " "),
    ("\t", " "),
]
#: A word as the lexicons see it: a run of letters and digits.
_RUN = re.compile(r"[^\W_]+")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Entry:
    """A surface form of a lexicon row. ``exact`` forms match in their own case only."""

    lexicon: str
    surface: str
    row: Mapping[str, str]
    exact: bool = False
    field: str = "name"


class Hit(NamedTuple):
    """An entry found in a text, by character."""

    start: int
    end: int
    entry: Entry


def fold(text: str) -> str:
    """The text in the form that is matched: same length, lower case, plain dashes and apostrophes.

    >>> fold("Montgomery–Åsberg")
    'montgomery-åsberg'
    """
    for sign, plain in _FOLD:
        if sign in text:
            text = text.replace(sign, plain)
    lower = text.lower()
    if len(lower) != len(text):  # a few capitals fold to two characters
        lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return lower


class Phrases(Generic[V]):
    """Finds phrases, each with a value, at word boundaries in folded text; overlapping ones included.

    The automaton is Aho and Corasick's (1975, doi:10.1145/360825.360855), as pyahocorasick implements it. It runs over
    the text with a blank for every sign that is no letter or digit, and knows each phrase between blanks: so it stops
    only at whole words, where the signs are then compared.

    >>> phrases = Phrases({"lithium": 1, "lithium carbonate": 2, "(r)-ketamine": 3, "5-ht": 4})
    >>> phrases.find("lithium carbonate, (r)-ketamine; lithiums, 5 ht")
    [(7, 0, 1), (17, 0, 2), (31, 19, 3)]
    """

    def __init__(self, phrases: Mapping[str, V]) -> None:
        self._signs: list[tuple[str, V]] = []  # phrases without a letter or digit
        # of each phrase: how far its start lies before the end of its key, its length, itself
        grouped: dict[str, list[tuple[int, int, str, V]]] = {}
        for phrase, value in phrases.items():
            words = _blank(phrase)
            # a sign at an end of a phrase is its own boundary
            before = " " if words[:1] != " " else ""
            after = " " if words[-1:] != " " else ""
            if words.strip():
                # the blank before the text shifts all places by one
                back = len(phrase) + len(after)
                grouped.setdefault(before + words + after, []).append((back, len(phrase), phrase, value))
            elif phrase:
                self._signs.append((phrase, value))
        self._machine = ahocorasick.Automaton()
        for key, group in grouped.items():
            self._machine.add_word(key, tuple(group))
        self._empty = not grouped
        if grouped:
            self._machine.make_automaton()

    def find(self, folded: str) -> list[tuple[int, int, V]]:
        """The phrases in a text, (end, start, value) each, in this order."""
        found: list[tuple[int, int, V]] = []
        if not self._empty:
            starts_with = folded.startswith
            for at, group in self._machine.iter(f" {_blank(folded)} "):
                for back, length, phrase, value in group:
                    start = at - back
                    if starts_with(phrase, start):
                        found.append((start + length, start, value))
        for phrase, value in self._signs:
            start = folded.find(phrase)
            while start >= 0:
                found.append((start + len(phrase), start, value))
                start = folded.find(phrase, start + len(phrase))
        found.sort()  # nearly sorted already; no two are equal before their values are compared
        return found


def _blank(text: str) -> str:
    """A text with a blank for every sign that is no letter or digit."""
    for sign in set(text):
        if not sign.isalnum():
            text = text.replace(sign, " ")
    return text


class Traits:
    """What single words tell by their own letters, asked once for each word and kept, up to a number of words.

    A trait is a function of a word, None for a word that has it not.

    >>> traits = Traits({"salt": lambda word: word.endswith("ide") or None, "long": lambda word: len(word) > 6 or None})
    >>> traits.of("bromide and chloride, not ideas; bromide")
    {'salt': [('bromide', True), ('chloride', True)], 'long': [('bromide', True), ('chloride', True)]}
    """

    def __init__(self, traits: Mapping[str, Callable[[str], Any]], most: int = 300_000) -> None:
        self._traits = traits
        self._none: set[str] = set()
        self._some: dict[str, list[tuple[str, str, Any]]] = {}
        self._most = most

    def of(self, text: str) -> dict[str, list[tuple[str, Any]]]:
        """Under each trait, the words of a text that have it, each once; words end at white space and signs."""
        found: set[tuple[str, str, Any]] = set()
        for piece in set(text.split()) - self._none:
            what = self._some.get(piece)
            if what is None:
                what = [
                    (name, word, value)
                    for word in _RUN.findall(piece)
                    for name, trait in self._traits.items()
                    if (value := trait(word)) is not None
                ]
                if len(self._none) + len(self._some) < self._most:
                    if what:
                        self._some[piece] = what
                    else:
                        self._none.add(piece)
            found.update(what)
        out: dict[str, list[tuple[str, Any]]] = {name: [] for name in self._traits}
        for name, word, value in sorted(found):
            out[name].append((word, value))
        return out


def is_as_printed(entry: Entry, text: str, start: int, end: int) -> bool:
    """Whether a folded match is one in the text's own capitals, where the entry asks for that.

    >>> vas = Entry("scales", "VAS", {}, exact=True)
    >>> is_as_printed(vas, "VAS, vas", 0, 3), is_as_printed(vas, "VAS, vas", 5, 8)
    (True, False)
    """
    if not entry.exact:
        return True
    printed = text[start:end]
    return printed == entry.surface or _plain(printed) == _plain(entry.surface)


def _plain(text: str) -> str:
    for sign, plain in _FOLD:
        text = text.replace(sign, plain)
    return text


def split(cell: str) -> list[str]:
    """The ``|``-separated values of a lexicon cell."""
    return [value.strip() for value in cell.split("|") if value.strip()]


__all__ = ["Entry", "Hit", "Phrases", "Traits", "fold", "is_as_printed", "rows", "split"]
