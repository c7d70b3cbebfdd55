"""Doses of a statement: which are given, to how many groups, and how much that is a day."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.evidence.statements import Statement
from pipeline.schema import DoseValue, DrugValue, Found

_FLEXIBLE = re.compile(
    r"\b(?:flexib\w+|titrat\w+|individuali[sz]ed|adjusted|escalat\w+|stepped|raised|up to|tapered|then|followed by)\b",
    re.IGNORECASE,
)
#: A dose behind such words is said for comparison.
_EQUIVALENT = re.compile(
    r"\b(?:equivalent|equal|comparable|similar|corresponding) (?:to|with)\b(?:[^.;,]|\.\d)*$",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\s*(?:,|;|/|,?\s*(?:or|and|to))\s*")
_RESPECTIVELY = re.compile(r"[^.;]{0,40}\brespectively\b", re.IGNORECASE)
_TURNS = re.compile(r"\b(?:versus|vs\.?|against|or|and|compared with)\s*$", re.IGNORECASE)
_TIMES = re.compile(r"(\d)\s*[×x]\s*$")
_PER_DAY = re.compile(
    r"[\s,(]*(?:(?:once|twice|thrice|one|two|three|four|\d)(?: times)?(?:[- ]|\s+an?\s+|\s+per\s+)?)?"
    r"(?:daily|a day|per day|day|weekly|a week|per week|every (?:other )?(?:day|week)|monthly|nightly|at bedtime|"
    r"b\.?i\.?d|t\.?i\.?d)\b",
    re.IGNORECASE,
)
_OFTEN = {
    "twice": 2,
    "two": 2,
    "2": 2,
    "b.i.d": 2,
    "bid": 2,
    "thrice": 3,
    "three": 3,
    "3": 3,
    "t.i.d": 3,
    "tid": 3,
    "four": 4,
}


def could_vary(text: str) -> bool:
    """Whether a text says that the dose could be varied.

    >>> could_vary("flexibly dosed esketamine"), could_vary("10 mg or 20 mg")
    (True, False)
    """
    return _FLEXIBLE.search(text) is not None


def given(s: Statement, flexible: bool) -> Iterator[tuple[Found, str | None, list[float]]]:
    """Each dose of a statement with its drug and amounts: of each group, or of one whose dose could be varied.

    Amounts that are listed one by one (*28 mg, 56 mg, or 84 mg*) and could be varied are one arm's too.
    """
    doses = [m for m in s.of("DOSE") if isinstance(m.value, DoseValue) and not for_comparison(s, m)]
    listed: list[Found] = []
    for i, dose in enumerate(doses):
        value, following = dose.value, doses[i + 1] if i + 1 < len(doses) else None
        assert isinstance(value, DoseValue)
        goes_on = following is not None and isinstance(following.value, DoseValue) and (
            (following.value.drug, following.value.unit) == (value.drug, value.unit)
            and _LISTED.fullmatch(s.text[dose.end - s.start : following.start - s.start]) is not None
        )  # fmt: skip
        if listed or goes_on:
            listed.append(dose)
        if listed and not goes_on:
            near = s.text[max(0, listed[0].start - s.start - 60) : dose.end - s.start + 40]
            if flexible or _FLEXIBLE.search(near):
                amounts = [x for m in listed if isinstance(m.value, DoseValue) for x in m.value.amounts]
                yield listed[0], value.drug, amounts
            else:
                for m in listed:
                    assert isinstance(m.value, DoseValue)
                    yield from ((m, m.value.drug, part) for part in _split(m.value, s.text, flexible))
            listed = []
        elif not listed:
            shares = portions(s, dose)
            if len(shares) > 1:
                yield from ((dose, drug, amounts) for drug, amounts in shares)
            else:
                yield from ((dose, shares[0][0], part) for part in _split(value, s.text, flexible))


def portions(s: Statement, dose: Found) -> list[tuple[str | None, list[float]]]:
    """Whose a dose is: (drug, amounts), more than one where its amounts are two drugs', each in its turn.

    *X and Y, 10 and 20 mg, respectively*; and of *X or Y (15 mg weekly versus 3 mg/kg)* each dose its own.
    """
    value = dose.value
    assert isinstance(value, DoseValue)
    a, b = dose.start - s.start, dose.end - s.start
    whole = [(value.drug, list(value.amounts))]
    if len(value.amounts) == 2 and not value.range and _RESPECTIVELY.match(s.text, b):
        pair = _two_drugs(s, a)
        if pair:
            return [(pair[0], [value.amounts[0]]), (pair[1], [value.amounts[1]])]
    opening = s.text.rfind("(", 0, a)
    if opening < 0 or ")" in s.text[opening:a]:
        return whole
    inside = [
        m for m in s.of("DOSE") if opening < m.start - s.start < (s.text.find(")", a) % (len(s.text) + 1))
    ]
    if len(inside) == 2 and all(
        isinstance(m.value, DoseValue) and m.value.drug == value.drug for m in inside
    ):
        between = s.text[inside[0].end - s.start : inside[1].start - s.start]
        pair = _two_drugs(s, opening) if _TURNS.search(between) else None
        if pair:
            return [(pair[inside.index(dose)], list(value.amounts))]
    return whole


def _two_drugs(s: Statement, before: int) -> tuple[str, str] | None:
    """The two drugs that a sentence names last before an offset, in order."""
    names = [
        m.value.name for m in s.of("DRUG") if m.end - s.start <= before and isinstance(m.value, DrugValue)
    ]
    names = list(dict.fromkeys(name for name in names if name != "placebo"))
    return (names[0], names[1]) if len(names) == 2 else None


def _split(value: DoseValue, text: str, flexible: bool) -> list[list[float]]:
    if (
        value.range
        or len(value.amounts) == 1
        or flexible
        or _FLEXIBLE.search(text)
        or re.search(r"\d\s+to\s+[\d.]+\s+to\s+\d", text)
    ):
        return [list(value.amounts)]
    return [[amount] for amount in value.amounts]


def for_comparison(s: Statement, dose: Found) -> bool:
    """Whether a dose is only said for comparison (*equivalent to 0.5 mg/kg of the racemate*)."""
    a = dose.start - s.start
    return bool(_EQUIVALENT.search(s.text[max(0, a - 45) : a]))


def daily_factor(s: Statement, dose: Found) -> float | None:
    """How many of a dose are taken a day (*2 × 80 mg daily*: 2; *15 mg weekly*: 1/7); None where unsaid."""
    a, b = dose.start - s.start, dose.end - s.start
    times = _TIMES.search(s.text[max(0, a - 8) : a])
    factor = float(times[1]) if times else 1.0
    match = _PER_DAY.match(s.text, b)
    if not match:
        return None
    word = match[0].lower()
    if "week" in word or "month" in word or "other" in word:
        return factor / (7 if "other" not in word else 2) if "month" not in word else factor / 30
    count = next((n for w, n in _OFTEN.items() if w in word), 1)
    return factor * count
