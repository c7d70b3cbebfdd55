"""Whether the hyphen at a line end belongs to its word: told by the document's words, common ones and compounds."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from pipeline.lexicons import rows

#: A word that a line end cuts, or that has its hyphen there.
_CUT_WORD = re.compile(r"[^\W\d_]+[-‐\u00ad][ \t]*\r?\n\s*[a-zß-ÿ][^\W\d_]*")


@cache
def _common() -> frozenset[str]:
    return frozenset(row["word"] for row in rows("common_words.tsv"))


@cache
def _compounds(place: str) -> frozenset[str]:
    """Words that stand ``first`` or ``second`` in compounds with a hyphen, and hardly ever in words without one."""
    return frozenset(row["word"] for row in rows("hyphens.tsv") if row["place"] == place)


def vocabulary(prose: str) -> Counter[str]:
    """The words of a text in lower case. The halves at line ends are none: a word that is cut twice at the same place
    would lend them to itself.

    >>> vocabulary("A double-blind trial, inde-\\npendently") == Counter(
    ...     {"a": 1, "double-blind": 1, "double": 1, "blind": 1, "trial": 1})
    True
    """
    whole = _CUT_WORD.sub(" ", prose)
    words = Counter(word.lower() for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", whole))
    for word in [w for w in words if "-" in w]:
        for half in word.split("-"):
            words[half] += words[word]
    return words


def keeps(before: str, following: str, known: Counter[str]) -> bool:
    """Whether the hyphen at a break between two halves (lower case) is part of the word.

    It is not where the joined word stands elsewhere in the text or is a common one; it is where the hyphenated word
    does, where a half is one that takes a hyphen, or where both halves are words of the text.

    >>> keeps("gene", "related", Counter()), keeps("treat", "ment", Counter()), keeps("in", "dependent", Counter())
    (True, False, False)
    """
    if known[before + following] or before + following in _common():
        return False
    if before in _compounds("first") or (len(before) > 3 and following in _compounds("second")):
        return True
    halves = min(known[before], known[following])
    return known[f"{before}-{following}"] > 0 or (halves > 0 and len(before) > 2)
