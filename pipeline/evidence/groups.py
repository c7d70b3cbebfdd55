"""The groups of a paper that reports its own study: how many were randomised to each, whatever they were given."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.evidence.sizes import arms_of_size
from pipeline.evidence.statements import Statement
from pipeline.schema import Arm, Found, SampleSizeValue

_ALLOCATED = re.compile(
    r"\b(?:randomi[sz]\w*|randomly|assign\w*|allocat\w*|divided|receiv\w*|given|treated|underwent|groups?|arms?)\b",
    re.IGNORECASE,
)
_EACH = re.compile(
    r"\s*(?:patients|participants|subjects|women|men)?\s*(?:in\s+)?(?:each|per)\b", re.IGNORECASE
)
#: counts that are shares of others, not groups
_SHARES = frozenset({"count:denominator", "count:numerator", "count:given to", "count:percent"})


def main_groups(statements: Sequence[Statement], totals: Sequence[int]) -> list[tuple[Statement, Found]]:
    """The sizes of the groups compared: of one sentence, those that add up to a total, or the first list of groups."""
    ordered = sorted(statements, key=lambda s: s.start)
    sizes = [(s, m) for s in ordered for m in _arms(s) if m.why not in _SHARES]
    for start in range(len(sizes)):
        for stop in range(start + 2, min(len(sizes), start + 6) + 1):
            if sum(_count(m) for _, m in sizes[start:stop]) in totals:
                return sizes[start:stop]
    for s in ordered:
        own = [m for m in _arms(s) if m.why not in _SHARES]
        each = [m for m in own if _EACH.match(s.text, m.end - s.start)]
        if each:
            return [(s, each[0])]
        if len(own) > 1 and _ALLOCATED.search(s.text):
            whole = sum(map(_count, own))
            return [(s, m) for m in own if 2 * _count(m) != whole or len(own) == 2]
    for s in ordered:
        shares = [m for m in _arms(s) if m.why == "count:denominator"]
        if len(shares) > 1:
            return [(s, m) for m in shares]
    return []


def _arms(s: Statement) -> list[Found]:
    return [m for m in s.of("SAMPLE_SIZE") if isinstance(m.value, SampleSizeValue) and m.value.role == "arm"]


def fill_groups(arms: list[Arm], statements: Sequence[Statement], totals: Sequence[int]) -> None:
    """Give the arms of a report the sizes of its groups, in place; a group whose treatment is no drug is an arm too."""
    groups = main_groups(statements, totals)
    if not groups:
        return
    counts = {_count(m) for _, m in groups}
    for arm in arms:
        if arm.n is not None and arm.n not in counts:
            arm.n = None  # people of a subset, or with an event
    for s, m in groups:
        fitting = [arm for arm in arms_of_size(arms, s, m) if arm.n in (None, _count(m))]
        for arm in fitting:
            arm.n = _count(m)
        if not fitting:
            arms.append(Arm(n=_count(m)))


def _count(m: Found) -> int:
    assert isinstance(m.value, SampleSizeValue)
    return m.value.count
