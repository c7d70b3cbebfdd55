"""Counts in table cells: under *Sample size*, *n (drug/placebo)* or *Drug (n)* a bare number counts people."""

from __future__ import annotations

import re

from pipeline.language.numbers import Numbers
from pipeline.language.sample_counts import Count, Finder
from pipeline.language.sample_words import Words, words_in

_HEAD = re.compile(
    r"^\W*(?:(?:total|sample|study|no\.?|number|patients?|participants?|subjects?|enrolled"
    r"|randomi[sz]ed|analy[sz]ed|evaluable|size|of|the|in|group|each|arm|n|N|population|people"
    r"|investigated|studied|included|assigned|treated|completed|completers|recruited|individuals"
    r"|children|women|men|adults|cases|controls|"
    r"intervention|control|placebo|treatment|experimental)\W*)+$",
    re.IGNORECASE,
)
_HEAD_WORD = re.compile(
    r"\b(?:sample|patients?|participants?|subjects?|no\. of|number|n|people|individuals|children"
    r"|women|men|adults|cases|size)\b",
    re.IGNORECASE,
)
#: "n (drug/placebo)", "patients, A / B", "N active vs control"
_PAIRED_HEAD = re.compile(
    r"^\W*(?:n|no\.?|number|sample size|patients|participants|subjects|randomi[sz]ed)\b(?! \(?%)"
    r"[^%]*(?:/|\bvs\.?\b|\bversus\b)[^%]*$",
    re.IGNORECASE,
)
#: "Drug (n)", "Groups (N)"
_LISTED_HEAD = re.compile(r"[a-z]\s*\(\s*[nN]\s*\)\W*$")


def cell_counts(
    text: str, numbers: Numbers, head: str | None, start: int, end: int, drugs: list[tuple[int, int]]
) -> list[Count] | None:
    """The counts of a table cell under a head that names a sample size; None where the head does not."""
    if not head or len(head) > 60:
        return None
    if _LISTED_HEAD.search(head):
        return _listed(words_in(text, start, end, numbers))
    paired = _PAIRED_HEAD.match(head)
    if not paired and (not _HEAD.match(head) or not _HEAD_WORD.search(head)):
        return None
    words = words_in(text, start, end, numbers)
    finder = Finder(words, drugs)
    counts = {c.i: c for c in finder.run(False)}
    first = next((i for i, n in words.numbers.items() if n.is_integer and n.value >= 0), None)
    if first is not None and first not in counts and first <= 3 and words.word(first + 1) not in ("%", "."):
        number = words.numbers[first]
        counts[first] = Count(
            first, number.start, number.end, int(number.value), "cell", first, 0, None, words
        )
        for i, other in words.numbers.items():
            if (
                i > first
                and i not in counts
                and other.is_integer
                and words.word(i - 1) in ("/", "vs", "versus", "and", ",", ".", ":", ";", "+")
                and words.word(i + 1) != "%"
            ):
                counts[i] = Count(
                    i, other.start, other.end, int(other.value), "coordination", i, 0, None, words
                )
    if paired or (len(counts) == 2 and "/" in words.words):
        for count in counts.values():  # one group's size beside another's
            count.form, count.pair = "part", None
    return [counts[i] for i in sorted(counts)]


def _listed(words: Words) -> list[Count] | None:
    """The groups of a cell under *Drug (n)*, each with its size in a bracket; None where it has no such bracket."""
    counts = [
        Count(i, n.start, n.end, int(n.value), "part", i, 0, None, words)
        for i, n in words.numbers.items()
        if n.is_integer and words.word(i - 1) == "(" and words.word(i + 1) == ")"
    ]
    return counts or None
