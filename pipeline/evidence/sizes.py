"""Which of a study's counts are its whole, and which only a group's.

A sentence often counts one group as if it were all (*gave it to 40 patients, and saline to another 40*). Two things
tell: the words for the other group that follow, and another total that is the sum.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.evidence.statements import Statement
from pipeline.language.numbers import parse_words
from pipeline.schema import Found, SampleSizeValue

_COUNT = r"(\d[\d,]*|[a-z]+(?:-[a-z]+)?)"
#: The other group, behind the first: "another 40", "32 others", "and 37 had placebo".
_ANOTHER = re.compile(
    rf"\b(?:another|(?:the )?(?:other|further|remaining)) {_COUNT}\b|\b{_COUNT} others\b|"
    rf"\band {_COUNT} (?:had|received|took|got|were (?:given|treated|assigned|allocated))\b",
    re.IGNORECASE,
)


def _total(m: Found) -> int | None:
    return m.value.count if isinstance(m.value, SampleSizeValue) and m.value.role == "total" else None


def other_group(text: str, start: int) -> int | None:
    """The count of a second group that a sentence names behind an offset.

    >>> other_group("to 32 women, while 32 others had placebo", 5), other_group("to 40, and saline in another forty", 5)
    (32, 40)
    >>> other_group("of 40 patients, 12 of them women", 5) is None
    True
    """
    for match in _ANOTHER.finditer(text, start):
        said = match[1] or match[2] or match[3]
        number = int(said.replace(",", "")) if said[0].isdigit() else parse_words(said)
        if number:
            return int(number)
    return None


def groups_called_totals(statements: Sequence[Statement]) -> dict[int, int | None]:
    """Starts of totals that count one group only, each with the sum of the groups, if its own sentence gives it."""
    totals = {n for s in statements for m in s.of("SAMPLE_SIZE") if (n := _total(m)) is not None}
    out: dict[int, int | None] = {}
    for s in statements:
        sizes = s.of("SAMPLE_SIZE")
        for m in sizes:
            count = _total(m)
            if count is None:
                continue
            second = other_group(s.text, m.end - s.start)
            if second is not None and second <= 3 * count and count <= 3 * second:
                out[m.start] = count + second
                continue
            beside = [
                x.value.count for x in sizes
                if x is not m and isinstance(x.value, SampleSizeValue) and x.value.role in ("arm", "total")
            ]  # fmt: skip
            if any(count + n in totals for n in beside if n not in totals or n == count):
                out[m.start] = None
    return out
