"""Doses in two descriptions of one study: converted, then the same, a part, or a slip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.evidence.sides import Compared, Fact, Side, confusable
from pipeline.reconcile.values import unit_factor


def _in_base(value: Mapping[str, Any]) -> tuple[tuple[float, ...], str]:
    # units of activity are international ones where nothing else is said
    factor, unit = unit_factor(str(value["unit"]).replace("[iU]", "U"))
    return tuple(round(float(x) * factor, 9) for x in value["amounts"]), unit


def doses(a: Side, b: Side) -> Compared:
    """Doses of a drug in two descriptions, and doses of drugs that are called by one another's names."""
    ours, theirs = a.of("dose"), b.of("dose")
    names_a, names_b = {f["value"]["drug"] for f in ours}, {f["value"]["drug"] for f in theirs}
    pairs = [(drug, drug) for drug in sorted(names_a & names_b)]
    if not pairs:
        pairs = [
            (x, y)
            for x in sorted(names_a)
            for y in sorted(names_b)
            if any({x, y} <= group for group in confusable())
        ]
    for x, y in pairs:
        yield from _one_drug(
            [f for f in ours if f["value"]["drug"] == x], [f for f in theirs if f["value"]["drug"] == y], x
        )
    for fa in ours:
        for fb in theirs:
            x, y = fa["value"]["drug"], fb["value"]["drug"]
            if (
                x == y
                or (y in names_a and x in names_b)
                or not any({x, y} <= group for group in confusable())
            ):
                continue
            if set(_in_base(fa["value"])[0]) & set(_in_base(fb["value"])[0]):
                yield "drug", "contradict", "high", fa, fb, f"{x} against {y} for the same amounts"


def _one_drug(ours: list[Fact], theirs: list[Fact], drug: str) -> Compared:
    """One drug's doses in two descriptions."""
    fa, fb = ours[0], theirs[0]
    amounts_a = {(n, _in_base(f["value"])[1]) for f in ours for n in _in_base(f["value"])[0]}
    amounts_b = {(n, _in_base(f["value"])[1]) for f in theirs for n in _in_base(f["value"])[0]}
    if amounts_a == amounts_b or _rounded(amounts_a, amounts_b):
        yield "dose", "agree", "none", fa, fb, f"the same amounts of {drug}"
        return
    days = [{_daily(f["value"]) for f in facts} for facts in (ours, theirs)]
    if None not in days[0] | days[1] and days[0] == days[1]:
        yield "dose", "agree", "none", fa, fb, f"the same amounts of {drug} a day"
        return
    slip = _slip(ours, theirs, drug)
    if slip is not None:
        yield slip
        return
    units_a, units_b = {unit for _, unit in amounts_a}, {unit for _, unit in amounts_b}
    # amounts of both that the other does not name: no description is a part of the other
    own = amounts_a - amounts_b, amounts_b - amounts_a
    if amounts_a & amounts_b and all(own) and _differ(ours, theirs, own):
        fa, fb = (
            next(f for f in facts if _amounts(f) & left)
            for facts, left in zip((ours, theirs), own, strict=True)
        )
        yield "dose", "contradict", "medium", fa, fb, f"{drug}: {fa['text']} against {fb['text']}"
    elif amounts_a & amounts_b or _within(ours, theirs) or _within(theirs, ours):
        yield "dose", "explainable", "low", fa, fb, f"one names a part of the amounts of {drug}"
    elif {_bare(u) for u in units_a} & {_bare(u) for u in units_b}:
        if units_a & units_b:
            yield "dose", "contradict", "medium", fa, fb, f"{drug}: {fa['text']} against {fb['text']}"
        else:
            yield (
                "unit",
                "explainable",
                "low",
                fa,
                fb,
                f"{drug}: {fa['text']} and {fb['text']}, one of them for a stated time",
            )
    else:
        yield (
            "unit",
            "explainable",
            "low",
            fa,
            fb,
            f"{drug}: {fa['text']} and {fb['text']} cannot be converted",
        )


def _amounts(fact: Fact) -> set[tuple[float, str]]:
    amounts, unit = _in_base(fact["value"])
    return {(n, unit) for n in amounts}


def _rounded(a: set[tuple[float, str]], b: set[tuple[float, str]]) -> bool:
    """Whether amounts differ by rounding only (*1998 mg* and *2 g*)."""
    ours, theirs = sorted(a, key=lambda x: (x[1], x[0])), sorted(b, key=lambda x: (x[1], x[0]))
    return len(ours) == len(theirs) and all(
        u == v and abs(x - y) <= 0.015 * max(x, y) for (x, u), (y, v) in zip(ours, theirs, strict=True)
    )


def _differ(
    ours: Sequence[Fact], theirs: Sequence[Fact], own: tuple[set[tuple[float, str]], set[tuple[float, str]]]
) -> bool:
    """Whether each description gives one amount that the other lacks, of fixed doses in one unit."""
    if any(f["value"].get("range") for f in (*ours, *theirs)):
        return False
    (first,), (second,) = own if all(len(left) == 1 for left in own) else ([(0.0, "")], [(0.0, "-")])
    return first[1] == second[1]


def _within(ours: Sequence[Fact], theirs: Sequence[Fact]) -> bool:
    """Whether a range of the first holds all amounts of the second."""
    for fact in ours:
        if fact["value"].get("range"):
            (low, *_, high), unit = _in_base(fact["value"])[0], _in_base(fact["value"])[1]
            amounts = [(n, _in_base(f["value"])[1]) for f in theirs for n in _in_base(f["value"])[0]]
            if all(u == unit and low <= n <= high for n, u in amounts):
                return True
    return False


def _slip(
    ours: Sequence[Fact], theirs: Sequence[Fact], drug: str
) -> tuple[str, str, str, Fact, Fact, str] | None:
    """The same number in another unit, or the same digits a power of ten apart."""
    for fa in ours:
        for fb in theirs:
            (na, ua), (nb, ub) = _in_base(fa["value"]), _in_base(fb["value"])
            printed = [_bare(str(f["value"]["unit"]).replace("[iU]", "U")) for f in (fa, fb)]
            one_number = set(fa["value"]["amounts"]) & set(fb["value"]["amounts"])
            one_amount = ua == ub and set(na) & set(nb)
            if one_number and not one_amount and (ua != ub or printed[0] != printed[1]):
                days = _daily(fa["value"]), _daily(fb["value"])
                if (
                    _per_time(ua, ub)
                    and printed[0] == printed[1]
                    and (None in days or _shared(days[0], days[1]))
                ):
                    continue
                said = f"{drug}: {fa['text']} against {fb['text']}"
                return "unit", "contradict", "high", fa, fb, said
            if ua != ub or set(na) & {x for f in theirs for x in _in_base(f["value"])[0]}:
                continue
            for x in na:
                for y in nb:
                    if (
                        x
                        and y
                        and any(abs(max(x, y) / min(x, y) / power - 1) < 1e-6 for power in (10, 100, 1000))
                    ):
                        said = f"{drug}: a power of ten apart ({fa['text']} against {fb['text']})"
                        return "dose", "contradict", "high", fa, fb, said
    return None


#: For how many days an amount is, by the end of its unit.
_RATES = {"/d": 1.0, "/wk": 7.0, "/mo": 30.0}


def _bare(unit: str) -> str:
    """A unit without the time that an amount is for.

    >>> _bare("mg/wk"), _bare("mg/kg"), _bare("mg/kg/h")
    ('mg', 'mg/kg', 'mg/kg/h')
    """
    for end in _RATES:
        unit = unit.removesuffix(end)
    return unit


def _shared(a: tuple[tuple[float, ...], str] | None, b: tuple[tuple[float, ...], str] | None) -> bool:
    """Whether two doses for a day have an amount in common."""
    return a is not None and b is not None and a[1] == b[1] and any(
        abs(x - y) <= 0.015 * max(x, y) for x in a[0] for y in b[0]
    )  # fmt: skip


def _per_time(a: str, b: str) -> bool:
    """Whether two units differ only in the time that an amount is for."""
    return _bare(a) == _bare(b)


def _daily(value: Mapping[str, Any]) -> tuple[tuple[float, ...], str] | None:
    """Amounts for a day, where the unit or the schedule says so."""
    amounts, unit = _in_base(value)
    for end, days in _RATES.items():
        if unit.endswith(end):
            return tuple(round(x / days, 9) for x in amounts), unit.removesuffix(end) + "/d"
    factor = value.get("daily")
    return (tuple(round(x * factor, 9) for x in amounts), f"{unit}/d") if factor else None
