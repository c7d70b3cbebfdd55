"""Two descriptions of one study, field by field: agree, explainable, contradict."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipeline.evidence.doses import doses
from pipeline.evidence.endpoints import outcomes, scales
from pipeline.evidence.sides import Compared, Fact, Side, components, confusable
from pipeline.reconcile.values import unit_factor

Row = dict[str, Any]
#: Designs that one study cannot have both of.
EXCLUSIVE = (
    ("open-label", "double-blind"), ("single-blind", "double-blind"), ("crossover", "parallel"),
    ("open-label", "placebo-controlled"), ("retrospective", "randomized"), ("case report", "randomized"),
)  # fmt: skip
CONTROL = frozenset({"placebo"})


def quote(doc: str, fact: Fact) -> dict[str, Any]:
    """One side of a comparison as DESIGN.md has it."""
    return {
        "doc": doc,
        "start": fact["start"],
        "end": fact["end"],
        "text": fact["text"],
        "value": fact["value"],
    }


def row(field: str, verdict: str, severity: str, a: str, fa: Fact, b: str, fb: Fact, explanation: str) -> Row:
    """A comparison as DESIGN.md has it, without its study; ``a`` and ``b`` name the documents."""
    return {
        "field": field, "verdict": verdict, "severity": severity, "a": quote(a, fa), "b": quote(b, fb),
        "explanation": explanation,
    }  # fmt: skip


def compare(a: Side, b: Side) -> Iterator[Row]:
    """All comparisons of two descriptions of one study."""
    for check in _CHECKS:
        for field, verdict, severity, fa, fb, said in check(a, b):
            yield row(field, verdict, severity, a.doc, fa, b.doc, fb, said)


def within(side: Side) -> Iterator[Row]:
    """A table's row against itself: its column of routes, and the routes that its other cells name."""
    routes = side.of("route")
    column = [f for f in routes if re.search(r"route|administration", f.get("column", ""))]
    # "infusion" says less than "intranasal" beside it
    others = [
        f for f in routes if f.get("column") and f not in column and not f["text"].lower().startswith("infus")
    ]
    names = {f["value"]["name"] for f in column}
    for fact in others:
        if column and not names & {f["value"]["name"] for f in others if f["column"] == fact["column"]}:
            said = (
                f"{fact['value']['name']} in one cell, {column[0]['value']['name']} in the column of routes"
            )
            yield row("route", "contradict", "medium", side.doc, fact, side.doc, column[0], said)
            return


def _totals(a: Side, b: Side) -> Compared:
    ours, theirs = a.of("n_total"), b.of("n_total")
    if not ours or not theirs:
        return
    for fa in ours:
        for fb in theirs:
            if fa["value"]["count"] == fb["value"]["count"]:
                yield "n_total", "agree", "none", fa, fb, "the same total"
                return
    fa, fb = ours[0], theirs[0]
    first, second = fa["value"]["count"], fb["value"]["count"]
    reason = _why_totals(a, b, fa, fb)
    if reason:
        yield "n_total", "explainable", "low", fa, fb, f"{first} and {second}: {reason}"
        return
    ratio = max(first, second) / max(1, min(first, second))
    severity = "high" if ratio >= 1.2 else "medium" if ratio >= 1.03 else "low"
    yield "n_total", "contradict", severity, fa, fb, f"{first} against {second} people in all"


def _why_totals(a: Side, b: Side, fa: Fact, fb: Fact) -> str | None:
    """Why two totals may differ: a part of those enrolled, people lost, some of the arms."""
    first, second = fa["value"]["count"], fb["value"]["count"]
    if fa["value"].get("part") or fb["value"].get("part"):
        return "one counts a part (completers, analysed)"
    lost = {f["value"]["count"] for side in (a, b) for f in side.of("dropout")}
    if abs(first - second) in lost | ({sum(lost)} if lost else set()):
        return "the difference is the number of people lost"
    for side, other in ((a, second), (b, first)):
        sizes = [f["value"]["count"] for f in side.of("n_arm")]
        if other in sizes or (len(sizes) > 1 and other == sum(sizes)):
            return "one is an arm, or the sum of some arms"
    return None


def _arm_sizes(a: Side, b: Side) -> Compared:
    for fa in a.of("n_arm"):
        for fb in b.of("n_arm"):
            va, vb = fa["value"], fb["value"]
            if not va.get("drug") or va["drug"] != vb.get("drug") or not _one_arm(a, b, va, vb):
                continue
            if va["count"] == vb["count"]:
                yield "n_arm", "agree", "none", fa, fb, f"the same number of people on {va['drug']}"
            else:
                part = va.get("part") or vb.get("part")
                yield (
                    "n_arm", "explainable" if part else "contradict", "low" if part else "medium", fa, fb,
                    f"{va['count']} against {vb['count']} people on {va['drug']}",
                )  # fmt: skip


def _one_arm(a: Side, b: Side, va: Mapping[str, Any], vb: Mapping[str, Any]) -> bool:
    """Whether two groups on one drug are one: by their dose, which matters where there are several."""
    doses = [
        {(round(float(x) * factor, 9), unit.removesuffix("/d")) for x in v["amounts"]}
        for v in (va, vb)
        if v.get("amounts") and v.get("unit")
        for factor, unit in [unit_factor(str(v["unit"]))]
    ]
    several = any(
        len({f["value"]["count"] for f in side.of("n_arm") if f["value"].get("drug") == va["drug"]}) > 1
        for side in (a, b)
    )
    return doses[0] == doses[1] if len(doses) == 2 and several else len(doses) == 2 or not several


def _drugs(a: Side, b: Side) -> Compared:
    ours, theirs = a.first("drug"), b.first("drug")
    for group in confusable():
        x, y = group & set(ours), group & set(theirs)
        if x and y and not x & y:
            fa, fb = ours[min(x)], theirs[min(y)]
            if fa.get("shared") or fb.get("shared"):
                continue
            yield "drug", "contradict", "high", fa, fb, f"{fa['value']['name']} against {fb['value']['name']}"
    for p, q, swap in ((a, b, False), (b, a, True)):
        inert, active = p.first("control"), q.first("control")
        if "placebo" in inert and active and "placebo" not in active and "placebo" not in q.first("drug"):
            fp, fq = inert["placebo"], active[min(active)]
            said = f"placebo against {fq['value']['name']} as the control"
            yield ("drug", "contradict", "medium", *((fq, fp) if swap else (fp, fq)), said)
    yield from _disjoint(a, b)
    yield from _swapped(a, b)
    active_both = (set(ours) & set(theirs)) - CONTROL
    if active_both:
        name = min(active_both)
        yield "drug", "agree", "none", ours[name], theirs[name], f"both name {name}"


def _swapped(a: Side, b: Side) -> Compared:
    """Two descriptions that dose one drug in common and each another one beside it."""
    ours, theirs = ({f["value"]["drug"]: f for f in side.of("dose")} for side in (a, b))
    left, right = set(ours) - set(theirs), set(theirs) - set(ours)
    if len(left) != 1 or len(right) != 1 or not set(ours) & set(theirs):
        return
    x, y = left.pop(), right.pop()
    named = [components(side.first("drug")) for side in (a, b)]
    if y in named[0] or x in named[1] or any({x, y} <= group for group in confusable()):
        return
    yield "drug", "contradict", "high", ours[x], theirs[y], f"{x} against {y}"


def _disjoint(a: Side, b: Side) -> Compared:
    """Two descriptions that name no drug in common: each calls the drug another."""
    ours, theirs = (
        {
            name: fact
            for name, fact in side.first("drug").items()
            if name not in CONTROL and not fact.get("shared")
        }
        for side in (a, b)
    )
    if not ours or not theirs or components(ours) & components(theirs):
        return
    if any(group & set(ours) and group & set(theirs) for group in confusable()):
        return  # told above
    if any(f["value"]["name"] in {*ours, *theirs} for side in (a, b) for f in side.of("topic")):
        return
    dosed = [{f["value"]["drug"] for f in side.of("dose")} for side in (a, b)]
    fa, fb = (
        next((fact for name, fact in names.items() if name in given), next(iter(names.values())))
        for names, given in ((ours, dosed[0]), (theirs, dosed[1]))
    )
    yield "drug", "contradict", "high", fa, fb, f"{fa['value']['name']} against {fb['value']['name']}"


def _routes(a: Side, b: Side) -> Compared:
    ours, theirs = a.first("route"), b.first("route")
    shared = set(ours) & set(theirs)
    if shared:
        name = min(shared)
        yield "route", "agree", "none", ours[name], theirs[name], f"both {name}"
    elif ours and theirs:
        fa, fb = next(iter(ours.values())), next(iter(theirs.values()))
        severity = "high" if len(ours) == len(theirs) == 1 else "medium"
        yield "route", "contradict", severity, fa, fb, f"{fa['value']['name']} against {fb['value']['name']}"


def _designs(a: Side, b: Side) -> Compared:
    ours, theirs = a.first("design"), b.first("design")
    for x, y in EXCLUSIVE:
        for p, q in ((x, y), (y, x)):
            if p in ours and q in theirs and q not in ours and p not in theirs:
                if (
                    x == "open-label"
                    and y == "placebo-controlled"
                    and "double-blind" in (set(ours) | set(theirs))
                ):
                    continue
                fa, fb = ours[p], theirs[q]
                part = fa["value"].get("part") or fb["value"].get("part")
                verdict, severity = ("explainable", "low") if part else ("contradict", "medium")
                yield "design", verdict, severity, fa, fb, f"{p} against {q}"
    both = set(ours) & set(theirs)
    if both:
        name = min(both)
        yield "design", "agree", "none", ours[name], theirs[name], f"both {name}"


_CHECKS: tuple[Callable[[Side, Side], Compared], ...] = (
    _totals, _arm_sizes, doses, _drugs, _routes, _designs, scales, outcomes,
)  # fmt: skip
