"""When two values of one label are the same value, and when a value has the wrong shape.

What counts, label by label (guidelines 1.2):

=============  ======================================================================================
DRUG           ``name``
DOSE           ``amounts`` in order, ``unit``, ``range``; ``drug`` only in the mode *value_drug*
SAMPLE_SIZE    ``count`` and ``role``
SCALE          ``name``; ``items`` only where gold states it
OUTCOME        ``name``
RESULT         ``number``, ``low``, ``high`` and ``kind``
=============  ======================================================================================

A dose's ``drug`` is apart, since reading *0.5 mg/kg* is one skill and knowing which drug it belongs to is another:
one number for both would hide which of them failed. Keys that the guidelines do not name (``ids``, a sample size's
``arm``) are never compared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, get_args

from pipeline.schema import OutcomeName, ResultKind, Role

_ROLES = frozenset(get_args(Role))
_OUTCOMES = frozenset(get_args(OutcomeName))
_KINDS = frozenset(get_args(ResultKind))

# UCUM units of mass in milligrams and of time in days: https://ucum.org/ucum, tables of metric units
_MASS = {"pg": 1e-9, "ng": 1e-6, "ug": 1e-3, "mg": 1.0, "g": 1e3, "kg": 1e6}
_TIME = {"s": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "d": 1.0, "wk": 7.0, "mo": 30.4375}


def _close(a: Any, b: Any) -> bool:
    """Equal as numbers (0.1 + 0.2 is 0.3), or both absent."""
    if a is None or b is None:
        return a is b
    try:
        return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-12)
    except (TypeError, ValueError):
        return bool(a == b)


def unit_factor(unit: str) -> tuple[float, str]:
    """What an amount in ``unit`` (UCUM) is multiplied by, and the basic unit it is in then.

    Masses become mg, times in a denominator days; a body mass (``/kg``) and a body surface (``/m2``) stay, and so does
    every unit not known here.

    >>> unit_factor("ug/kg/min")
    (1.44, 'mg/kg/d')
    >>> unit_factor("[iU]")
    (1.0, '[iU]')
    """
    head, *rest = unit.split("/")
    factor = _MASS.get(head, 1.0)
    parts = ["mg" if head in _MASS else head]
    for part in rest:
        if part in _TIME:
            factor /= _TIME[part]
            parts.append("d")
        else:
            parts.append(part)
    return round(factor, 12), "/".join(parts)


def _doses(gold: Mapping[str, Any], found: Mapping[str, Any], convert: bool) -> bool:
    ours, theirs = gold.get("amounts") or [], found.get("amounts") or []
    unit, other = str(gold.get("unit")), str(found.get("unit"))
    if bool(gold.get("range")) != bool(found.get("range")) or len(ours) != len(theirs):
        return False
    if convert:
        (factor, unit), (other_factor, other) = unit_factor(unit), unit_factor(other)
        if factor != other_factor:
            ours, theirs = [x * factor for x in ours], [x * other_factor for x in theirs]
    return unit == other and all(_close(a, b) for a, b in zip(ours, theirs, strict=True))


def same(
    label: str,
    gold: Mapping[str, Any],
    found: Mapping[str, Any],
    *,
    drug: bool = False,
    convert: bool = False,
) -> bool:
    """Whether ``found`` is the value that ``gold`` states; the table above says what is compared.

    ``drug`` compares a dose's drug too (null equals only null). ``convert`` lets doses be equal after conversion of
    units (*1 g* and *1000 mg*); without it the unit must be the one that is printed.

    >>> same("SCALE", {"name": "HDRS"}, {"name": "HDRS", "items": 17})
    True
    >>> same("SCALE", {"name": "HDRS", "items": 17}, {"name": "HDRS"})
    False
    >>> gram, milligrams = {"amounts": [1], "unit": "g"}, {"amounts": [1000.0], "unit": "mg", "range": False}
    >>> same("DOSE", gram, milligrams), same("DOSE", gram, milligrams, convert=True)
    (False, True)
    """
    if label == "DOSE":
        return _doses(gold, found, convert) and (not drug or gold.get("drug") == found.get("drug"))
    if label == "SAMPLE_SIZE":
        return _close(gold.get("count"), found.get("count")) and gold.get("role") == found.get("role")
    if label == "SCALE":
        items = gold.get("items")
        return gold.get("name") == found.get("name") and (items is None or _close(items, found.get("items")))
    if label == "RESULT":
        return gold.get("kind") == found.get("kind") and all(
            _close(gold.get(key), found.get(key)) for key in ("number", "low", "high")
        )
    return gold.get("name") == found.get("name")


def _number(item: Any) -> bool:
    return isinstance(item, int | float) and not isinstance(item, bool) and math.isfinite(item)


def _whole(item: Any) -> bool:
    return isinstance(item, int) and not isinstance(item, bool) and item >= 0


def problem(label: str, value: Any) -> str | None:
    """What is wrong with the shape of a value, or None.

    >>> problem("DOSE", {"amounts": [], "unit": "mg", "range": False, "drug": None})
    'amounts must be a list of one or more numbers'
    >>> problem("RESULT", {"number": 0.03, "kind": "p_value"}) is None
    True
    """
    if not isinstance(value, Mapping):
        return "value must be an object"
    name = value.get("name")
    if label in ("DRUG", "SCALE") and not (isinstance(name, str) and name.strip()):
        return "name must be a word"
    if label == "SCALE" and not (value.get("items") is None or _whole(value["items"])):
        return "items must be a whole number or left out"
    if label == "OUTCOME" and name not in _OUTCOMES:
        return f"name must be one of {', '.join(sorted(_OUTCOMES))}"
    if label == "SAMPLE_SIZE":
        if not _whole(value.get("count")):
            return "count must be a whole number"
        if value.get("role") not in _ROLES:
            return f"role must be one of {', '.join(sorted(_ROLES))}"
    if label == "DOSE":
        amounts = value.get("amounts")
        if not (isinstance(amounts, list | tuple) and amounts and all(map(_number, amounts))):
            return "amounts must be a list of one or more numbers"
        if not (isinstance(value.get("unit"), str) and value["unit"]):
            return "unit must be a UCUM unit"
        if not isinstance(value.get("range", False), bool):
            return "range must be true or false"
        if not isinstance(value.get("drug"), str | None):
            return "drug must be a name or null"
    if label == "RESULT":
        if value.get("kind") not in _KINDS:
            return f"kind must be one of {', '.join(sorted(_KINDS))}"
        if not (_number(value.get("number")) or (_number(value.get("low")) and _number(value.get("high")))):
            return "number, or low and high, must be numbers"
    return None
