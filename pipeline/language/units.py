"""Units of doses: printed forms → UCUM (lexicons/units.tsv; The Unified Code for Units of Measure, 2.1).

A dose unit is a unit of mass, activity, volume or amount, with any number of *per* units behind it: ``mg/kg/h``,
``mg per kilogram``, ``mg kg−1 h−1``, ``mg·kg⁻¹``. A unit per volume is a concentration, no dose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.language.lexicon import rows

#: kinds that an amount of a drug can be counted in
HEADS = ("mass", "weight", "activity", "units", "volume", "amount", "radioactivity")


@dataclass(frozen=True, slots=True)
class Unit:
    """A printed unit: where it ends, its UCUM code, the kind of its head, and whether it is a concentration."""

    end: int
    ucum: str
    kind: str
    concentration: bool
    rate: bool


@cache
def _forms(kinds: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Printed form → (UCUM, kind). Long forms match in any case, symbols in their own."""
    out: dict[str, tuple[str, str]] = {}
    for row in rows("units.tsv"):
        if row["kind"] in kinds:
            out.setdefault(row["form"], (row["ucum"], row["kind"]))
    return out


def _alternatives(kinds: tuple[str, ...]) -> str:
    forms = sorted(_forms(kinds), key=len, reverse=True)
    return "|".join(
        f"(?i:{re.escape(form)})" if len(form) > 3 or form in ("mg", "mcg") else re.escape(form)
        for form in forms
    )


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    head = re.compile(rf"(?P<form>{_alternatives(HEADS)})(?![A-Za-z])")
    per = _alternatives(("per", "concentration", "area"))
    tail = re.compile(
        rf"(?:\s?[/∕]\s?|\s+per\s+|\s+(?:a|each)\s+(?=day|week|hour|minute|kilogram)|(?<=kg)[-\s]+per[-\s]+|-per-)(?P<form>{per})(?![A-Za-z\d])"
        rf"|\s?[·.•⋅]?\s?(?P<inverse>{per})\s?(?:\^?[-−–][12](?!\d)|⁻[¹²])"
        rf"|(?P<of>\s+of\s+(?:[\w-]+\s+){{1,3}}?per\s+(?:kilogram|kg|square met(?:er|re)))(?![A-Za-z])",
    )
    return head, tail


def match_unit(text: str, start: int) -> Unit | None:
    """The dose unit that begins at ``start``, or None.

    >>> unit = match_unit("mg/kg/h over", 0); unit.ucum, unit.end
    ('mg/kg/h', 7)
    >>> match_unit("µg kg−1 min−1", 0).ucum, match_unit("milligram per kilogram", 0).ucum
    ('ug/kg/min', 'mg/kg')
    >>> match_unit("ng/mL", 0).concentration, match_unit("mEq/L", 0) is None
    (True, True)
    """
    head, tail = _patterns()
    match = head.match(text, start)
    if not match:
        return None
    forms = _forms(HEADS)
    form = match["form"]
    ucum, kind = (
        forms.get(form)
        or forms.get(form.lower())
        or next(v for k, v in forms.items() if k.lower() == form.lower())
    )
    parts, end, concentration, rate = [ucum], match.end(), False, False
    per_forms, other = _forms(("per",)), _forms(("concentration", "area"))
    for _ in range(3):
        per = tail.match(text, end)
        if not per:
            break
        if per["of"]:
            parts.append("kg" if "k" in per["of"].rsplit(None, 1)[-1].lower()[:1] else "m2")
            end = per.end()
            continue
        printed = per["form"] or per["inverse"]
        found = per_forms.get(printed) or per_forms.get(printed.lower())
        if found is None:
            found = other.get(printed) or other.get(printed.lower())
            concentration = True
        if found is None:
            break
        if found[0] == "m" and per["inverse"]:
            break
        parts.append(found[0])
        rate = rate or found[0] in ("d", "h", "min", "s", "wk", "mo", "a")
        end = per.end()
    return Unit(end, "/".join(parts), kind, concentration, rate)
