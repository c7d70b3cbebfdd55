"""The name of the group that the text gives a count: *in the ketamine group*, *placebo (n = 51)*."""

from __future__ import annotations

import re
from bisect import bisect_left

from pipeline.language.sample_counts import Count

#: "in the ketamine group", "of the control arm", right behind a count
_IN_GROUP = re.compile(
    r"\s*(?:\([^()]{1,20}\)\s*)?(?:(?:patients?|participants?|subjects?|women|men"
    r"|adults)\s+)?(?:were\s+|was\s+)?(?:randomly\s+)?(?:randomi[sz]ed\s+|assigned\s+"
    r"|allocated\s+)?(?:in|on|to|of|from)\s+(?:the\s+|an?\s+)?"
    r"(?P<name>(?!the\b|each\b|both\b|either\b|all\b|these\b|two\b)[\w+/-]+(?:\s(?!and\b|or\b|in\b"
    r"|to\b|versus\b|had\b|were\b)[\w+/-]+){0,4}?)\s+(?:group|arm|cohort)\b",
    re.IGNORECASE,
)
_BRACKET_BEFORE = re.compile(r"[\s,;]*[(\[](?:[^()\[\]]{0,16}[,;:]\s*)?[nN]\s*=\s*$")
_GROUP_BEFORE = re.compile(
    r"(?:^|\b(?:the|an?|or|and|to|versus|vs\.?|either)\s+|[,;(]\s*)(?P<name>(?!the\b|or\b"
    r"|and\b)[\w+/-]+(?:\s(?!the\b|and\b|or\b|to\b|a\b)[\w+/-]+){0,3}?)\s+(?:group|arm|cohort)$",
    re.IGNORECASE,
)
_TO_DRUG = re.compile(
    r"\s*(?:(?:were|was)\s+)?(?:(?:randomi[sz]ed|assigned|allocated|treated|received|took"
    r"|given)\s+)?(?:(?:to|on|with|receiving|taking|received|given)\s+)(?:the\s+)?(?=\w)"
)


def arm_of(count: Count, text: str, drugs: list[tuple[int, int]]) -> str | None:
    """The name of the group that the text gives a count: *in the ketamine group*, *placebo (n = 51)*."""
    words = count.words
    own = count.form in ("group", "verb", "part", "percent", "numerator") or count.noun < count.i
    after = words.ends[min(count.i if own else count.noun, len(words) - 1)]
    stop = min(words.ends[-1], after + 70)
    match = _IN_GROUP.match(text, after, stop)
    if match:
        return match["name"]
    bracket = _BRACKET_BEFORE.search(text, max(words.starts[0], count.start - 24), count.start)
    if bracket:
        left = text[max(words.starts[0], bracket.start() - 50) : bracket.start()]
        named = _GROUP_BEFORE.search(left)
        if named:
            return named["name"].strip()
        return _drug(text, drugs, max(words.starts[0], bracket.start() - 40), bracket.start(), last=True)
    to_drug = _TO_DRUG.match(text, after, stop)
    return _drug(text, drugs, to_drug.end(), min(stop, to_drug.end() + 12), last=False) if to_drug else None


def _drug(text: str, drugs: list[tuple[int, int]], start: int, end: int, *, last: bool) -> str | None:
    """The name of the drug in [start, end) as it is printed: the last one, or one that begins there."""
    low, high = bisect_left(drugs, (start, 0)), bisect_left(drugs, (end, 0))
    if low == high:
        return None
    a, b = drugs[high - 1] if last else drugs[low]
    return text[a:b]
