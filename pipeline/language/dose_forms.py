"""Forms of doses that are no number before its unit: powers of ten (``2 × 10^6 IU``) and target areas (``AUC 5``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.language.numbers import DASHES
from pipeline.language.units import Unit, match_unit

_SMALL = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_POWER = re.compile(
    rf"(?<![\w.])(?P<first>\d+(?:[.·]\d+)?)(?:\s?[{DASHES}]\s?(?P<second>\d+(?:[.·]\d+)?))?\s?[×x]\s?"
    r"10(?:\^?[{(]?(?P<plain>\d{1,2})[)}]?|(?P<small>[⁰¹²³⁴-⁹]{1,2}))(?!\d)\s?"
)
_TIMES_TEN = re.compile(r"[×x]\s?10")
#: Calvert's formula (1989, J Clin Oncol 7:1748): carboplatin is given to a target area under the curve
_AREA = re.compile(
    r"(?:\barea\s+under\s+the\s+(?:[\w-]+\s+){0,3}curve\s*[(\[,]?\s*)?\bAUC\)?\s*(?:of|=|,|:)?\s*(?P<first>\d+(?:[.·]\d+)?)"
    rf"(?:\s?(?:[{DASHES}]|to|or)\s?(?P<second>\d+(?:[.·]\d+)?))?(?![\w%])(?!\.\d)"
    r"(?:\s?mg(?:/mL|\s?mL[-−–]1)?(?:\s?[·./]\s?|\s)?min(?![a-z]))?"
)
#: a measured area, or a curve of diagnosis
_MEASURED = re.compile(
    r"\b(?:mean|median|ROC|receiver|fold|increas\w+|decreas\w+|plasma|observed)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Form:
    """An amount in one of these forms: its place, amounts, whether it is a range, and its unit."""

    start: int
    end: int
    amounts: tuple[float, ...]
    range: bool
    unit: Unit
    rule: str


def powers(text: str) -> Iterator[Form]:
    """Amounts written with a power of ten.

    >>> [(f.amounts, f.unit.ucum, f.end) for f in powers("2 × 10^6 IU/m2; 5-8 x 10(8) CFU")]
    [((2000000.0,), '[iU]/m2', 14), ((500000000.0, 800000000.0), '[CFU]', 31)]
    """
    for match in _POWER.finditer(text) if _TIMES_TEN.search(text) else ():
        unit = match_unit(text, match.end())
        if unit is None or unit.concentration:
            continue
        exponent = int(match["plain"] or match["small"].translate(_SMALL))
        amounts = _amounts(match, exponent)
        yield Form(match.start(), unit.end, amounts, len(amounts) == 2, unit, "power of ten")


def areas(text: str) -> Iterator[Form]:
    """Target areas under the curve; whose they are is for the caller to say.

    >>> [(f.amounts, text[f.start : f.end]) for text in ["carboplatin (AUC 5) was"] for f in areas(text)]
    [((5.0,), 'AUC 5')]
    >>> list(areas("The mean AUC was 5; ROC AUC 0.8."))
    []
    """
    for match in _AREA.finditer(text) if "AUC" in text else ():
        if _MEASURED.search(text, max(0, match.start() - 30), match.start()):
            continue
        amounts = _amounts(match, 0)
        joined = text[match.end("first") : match.start("second")] if match["second"] else ""
        unit = Unit(match.end(), "AUC", "area", concentration=False, rate=False)
        yield Form(
            match.start(), match.end(), amounts, len(amounts) == 2 and "or" not in joined, unit, "target area"
        )


def _amounts(match: re.Match[str], exponent: int) -> tuple[float, ...]:
    return tuple(
        float(f"{part.replace('·', '.')}e{exponent}") for part in (match["first"], match["second"]) if part
    )
