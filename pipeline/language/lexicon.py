"""All lexicons in one automaton: one pass over a text finds every entry of every lexicon.

Entries are rows of the data files in pipeline/lexicons. Matching ignores case and the kind of dash and
apostrophe, unless an entry is exact (abbreviations). An entry matches whole words only.

The automaton is Aho and Corasick's (1975, doi:10.1145/360825.360855), as pyahocorasick implements it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import ahocorasick

from pipeline.lexicons import rows

_FOLD = str.maketrans(
    {
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "’": "'",
        "‘": "'",
        "`": "'",
        "´": "'",
        "\n": " ",
        "\t": " ",
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A surface form of a lexicon row. ``exact`` forms match in their own case only."""

    lexicon: str
    surface: str
    row: Mapping[str, str]
    exact: bool = False
    field: str = "name"


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry found in a text, by character."""

    start: int
    end: int
    entry: Entry


def fold(text: str) -> str:
    """The text in the form that is matched: same length, lower case, plain dashes and apostrophes.

    >>> fold("Montgomery–Åsberg")
    'montgomery-åsberg'
    """
    text = text.translate(_FOLD)
    lower = text.lower()
    if len(lower) != len(text):  # a few capitals fold to two characters
        lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return lower


class Automaton:
    """Finds all entries in one pass.

    >>> automaton = Automaton([Entry("drugs", "lithium", {"name": "lithium"}),
    ...                        Entry("scales", "VAS", {"name": "VAS"}, exact=True)])
    >>> [(hit.start, hit.entry.surface) for hit in automaton.find("Lithium and VAS, not vas or lithiums")]
    [(0, 'lithium'), (12, 'VAS')]
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        grouped: dict[str, list[Entry]] = {}
        for entry in entries:
            grouped.setdefault(fold(entry.surface), []).append(entry)
        self._machine = ahocorasick.Automaton()
        for key, group in grouped.items():
            if key:
                self._machine.add_word(key, (len(key), tuple(group)))
        if grouped:
            self._machine.make_automaton()
        self._empty = not grouped

    def find(self, text: str, folded: str | None = None) -> list[Hit]:
        """All hits at word boundaries, overlapping ones included, in order of their end.

        ``folded`` is ``fold(text)`` where the caller has it already.
        """
        if self._empty:
            return []
        folded = fold(text) if folded is None else folded
        hits: list[Hit] = []
        last = len(folded)
        for at, (length, group) in self._machine.iter(folded):
            end = at + 1
            start = end - length
            if (start and folded[start - 1].isalnum() and folded[start].isalnum()) or (
                end < last and folded[end].isalnum() and folded[end - 1].isalnum()
            ):
                continue
            hits.extend(
                Hit(start, end, entry)
                for entry in group
                if not entry.exact or text[start:end].translate(_FOLD) == entry.surface.translate(_FOLD)
            )
        return hits


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """The leftmost-longest hits that do not overlap, in order.

    >>> e = Entry("x", "a", {})
    >>> [(h.start, h.end) for h in longest([Hit(0, 4, e), Hit(0, 9, e), Hit(5, 9, e), Hit(10, 12, e)])]
    [(0, 9), (10, 12)]
    """
    out: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if not out or hit.start >= out[-1].end:
            out.append(hit)
    return out


def split(cell: str) -> list[str]:
    """The ``|``-separated values of a lexicon cell."""
    return [value.strip() for value in cell.split("|") if value.strip()]


__all__ = ["Automaton", "Entry", "Hit", "fold", "longest", "rows", "split"]
