"""Which of a study's counts are its whole, which only a group's, and of which group.

A sentence often counts one group as if it were all (*gave it to 40 patients, and saline to another 40*). Two things
tell: the words for the other group that follow, and another total that is the sum.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from pipeline.evidence.statements import Statement
from pipeline.language.numbers import parse_words
from pipeline.schema import Arm, DoseValue, DrugValue, Found, SampleSizeValue

_COUNT = r"(\d[\d,]*|[a-z]+(?:-[a-z]+)?)"
#: The other group, behind the first: "another 40", "32 others", "and 37 had placebo".
_ANOTHER = re.compile(
    rf"\b(?:another|(?:the )?(?:other|further|remaining)) {_COUNT}\b|\b{_COUNT} others\b|"
    rf"\band {_COUNT} (?:had|received|took|got|were (?:given|treated|assigned|allocated))\b",
    re.IGNORECASE,
)


_CONTROL = frozenset({"placebo"})


def _total(m: Found) -> int | None:
    return m.value.count if isinstance(m.value, SampleSizeValue) and m.value.role == "total" else None


def other_group(text: str, start: int, stop: int | None = None) -> int | None:
    """The count of a second group that a sentence names behind an offset, before ``stop`` or there.

    >>> other_group("to 32 women, while 32 others had placebo", 5), other_group("to 40, and saline in another forty", 5)
    (32, 40)
    >>> other_group("of 40 patients, 12 of them women", 5) is None
    True
    """
    for match in _ANOTHER.finditer(text, start):
        at = next(i for i in (1, 2, 3) if match[i])
        if stop is not None and match.start(at) > stop:
            break
        said = match[at]
        number = int(said.replace(",", "")) if said[0].isdigit() else parse_words(said)
        if number:
            return int(number)
    return None


def groups_called_totals(statements: Sequence[Statement]) -> dict[int, int | None]:
    """Starts of totals that count one group only, each with the sum of the groups, if its own sentence gives it."""
    totals = {n for s in statements for m in s.of("SAMPLE_SIZE") if (n := _total(m)) is not None}
    out: dict[int, int | None] = {}
    for s in statements if totals else ():
        sizes = s.of("SAMPLE_SIZE")
        for m in sizes:
            count = _total(m)
            if count is None:
                continue
            following = min((x.start for x in sizes if x.start > m.start), default=s.end)
            second = other_group(s.text, m.end - s.start, following - s.start)
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


def _set_other(arms: Sequence[Arm], s: Statement, size: Found) -> None:
    """Give the control its size where it stands as the other group (*and saline in another 40*)."""
    at = size.end - s.start
    second = other_group(s.text, at)
    inert = [arm for arm in arms if arm.drug in _CONTROL]
    named = any(
        isinstance(m.value, DrugValue) and m.value.name in _CONTROL and m.start - s.start > at
        for m in s.of("DRUG")
    )
    if second is not None and named and len(inert) == 1:
        inert[0].n = inert[0].n or second


#: What is said of all, whatever else is counted in the text.
_ENROLLED = re.compile(
    r"\b(?:enrolled|included|recruited|involved|comprised|studied|randomi[sz]ed)\s+(?:a total of\s+)?$",
    re.IGNORECASE,
)


def totals_called_groups(statements: Sequence[Statement]) -> dict[int, int]:
    """Starts and counts of groups' sizes that are their study's whole: enrolled, where no total is told of it."""
    sizes = [
        (s, m, m.value)
        for s in statements
        for m in s.of("SAMPLE_SIZE")
        if isinstance(m.value, SampleSizeValue)
    ]
    if any(value.role == "total" for _, _, value in sizes):
        return {}
    return {
        m.start: value.count for s, m, value in sizes
        if value.role == "arm" and value.arm is None
        and _ENROLLED.search(s.text[max(0, m.start - s.start - 30) : m.start - s.start])
    }  # fmt: skip


def set_sizes(arms: list[Arm], statements: Sequence[Statement], groups: Container[int]) -> None:
    """Give arms their sizes."""
    for s in statements:
        for m in s.of("SAMPLE_SIZE"):
            if isinstance(m.value, SampleSizeValue) and (m.value.role == "arm" or m.start in groups):
                for arm in arms_of_size(arms, s, m):
                    arm.n = arm.n or m.value.count
                if m.start in groups:
                    _set_other(arms, s, m)


#: who was given what: "30 women received", "38 had"
_GIVEN = re.compile(
    r"\s+(?:[a-z]+\s+){0,3}?(?:had|received|took|got|were (?:given|treated with|assigned to|allocated to|"
    r"randomi[sz]ed to))\b",
    re.IGNORECASE,
)


_EACH = re.compile(
    r"\s*(?:\w+ )?(?:each|per (?:group|arm)|(?:in|to) (?:each|every|either|both))\b", re.IGNORECASE
)
_GROUP = re.compile(r"[ -](?:group|arm|recipients|patients|treated)\b", re.IGNORECASE)
_ON = re.compile(r"\b(?:on|with|given|receiving|taking|the|assigned to|treated with)\s+$", re.IGNORECASE)
_STOP = re.compile(r"[;:]|\b(?:whereas|while|but|versus|vs|compared)\b", re.IGNORECASE)


def _group_of(s: Statement, size: Found, named: Sequence[tuple[Found, str]]) -> list[str]:
    """The drug of a counted group: *In the X group, 30 of 47 …*; *30 of 47 responded on X*."""
    at, end = size.start - s.start, size.end - s.start
    for m, drug in reversed(named):
        b = m.end - s.start
        if b <= at and _GROUP.match(s.text, b) and not _STOP.search(s.text, b, at):
            return [drug]
    others = [m.start - s.start for m in s.of("SAMPLE_SIZE") if m.start > size.start]
    stop = min([*others, end + 60, len(s.text)])
    for m, drug in named:
        a, b = m.start - s.start, m.end - s.start
        if (
            end < a < stop
            and not _STOP.search(s.text, end, a)
            and (_ON.search(s.text[:a]) or _GROUP.match(s.text, b))
        ):
            return [drug]
    return []


def arms_of_size(arms: Sequence[Arm], s: Statement, size: Found) -> list[Arm]:
    """The arms that a group's size belongs to: the dose right before it, the drug that it names, or all (*each*)."""
    assert isinstance(size.value, SampleSizeValue)
    after = s.text[size.end - s.start : size.end - s.start + 24]
    if _EACH.match(after):
        return [arm for arm in arms if arm.amounts or arm.drug in _CONTROL]
    before = [m for m in s.of("DOSE") if m.start <= size.start]
    if before and isinstance(before[-1].value, DoseValue):
        dose, value = before[-1], before[-1].value
        inside = size.start < dose.end
        gap = s.text[dose.end - s.start : size.start - s.start]
        if inside or (len(gap) < 25 and not re.search(r"\b(?:placebo|or|and|versus|vs)\b", gap)):
            wanted = value.amounts[-1]
            if inside:
                numbers = re.findall(
                    r"\d+(?:\.\d+)?",
                    re.sub(r"n\s*=\s*\d*", "", s.text[dose.start - s.start : size.start - s.start]),
                )
                wanted = float(numbers[-1]) if numbers else wanted
            fitting = [arm for arm in arms if arm.drug == value.drug and wanted in (arm.amounts or [])]
            return [arm for arm in fitting if arm.unit == value.unit][:1]
    name = (size.value.arm or "").lower()
    named = [(m, m.value.name) for m in s.of("DRUG") if isinstance(m.value, DrugValue)]
    # the arm is called as the sentence calls its drug (saline, not placebo)
    name = next(
        (drug for m, drug in named if s.text[m.start - s.start : m.end - s.start].lower() == name), name
    )
    if not name:
        near = [drug for m, drug in named if m.end <= size.start and size.start - m.end < 12]
        given = _GIVEN.match(s.text, size.end - s.start)
        first = [drug for m, drug in named if given and m.start - s.start >= given.end()]
        tested = list(dict.fromkeys(drug for _, drug in named if drug not in _CONTROL))
        dosed = [m.value.drug for m in s.of("DOSE") if isinstance(m.value, DoseValue) and m.value.drug]
        alone = (tested or list(dict.fromkeys(dosed))) if size.value.role == "total" else []
        alone = alone if len(alone) == 1 else []
        name = next(iter([*near[-1:], *_group_of(s, size, named), *first, *alone]), "")
    fitting = [arm for arm in arms if arm.drug and name and (arm.drug in name or name in arm.drug)]
    return fitting[:1]
