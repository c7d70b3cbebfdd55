"""Concordance: where two descriptions of one study agree, differ explainably, or contradict each other.

Descriptions are of two documents, or two of one (prose against table), or a description against the reference that
it cites. Each comparison quotes both sides with their places in the sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from pipeline.evidence.identity import cluster, fold_title
from pipeline.reconcile.values import unit_factor

Fact = Mapping[str, Any]
#: A racemate and its enantiomers: to call one by another's name is an error that changes the dose.
_CONFUSABLE = (
    {"ketamine", "esketamine", "arketamine"}, {"citalopram", "escitalopram"}, {"modafinil", "armodafinil"},
    {"omeprazole", "esomeprazole"}, {"amfetamine", "dexamfetamine"}, {"bupivacaine", "levobupivacaine"},
    {"ofloxacin", "levofloxacin"}, {"cetirizine", "levocetirizine"}, {"zopiclone", "eszopiclone"},
    {"milnacipran", "levomilnacipran"}, {"fluoxetine", "norfluoxetine"}, {"venlafaxine", "desvenlafaxine"},
    {"formoterol", "arformoterol"}, {"salbutamol", "levosalbutamol"}, {"methadone", "levomethadone"},
)  # fmt: skip
_EXCLUSIVE_DESIGN = ({"open-label", "double-blind"}, {"single-blind", "double-blind"}, {"crossover", "parallel"})
_CONTROL = {"placebo"}


class Side:
    """One description of a study: the facts of one document's prose, or of its table, or of its reference."""

    def __init__(self, doc: str, name: str, facts: Sequence[Fact]) -> None:
        self.doc = doc
        self.name = name
        self.facts = facts

    def of(self, field: str) -> list[Fact]:
        """Facts of a field that have a place in the source."""
        return [fact for fact in self.facts if fact["field"] == field and "start" in fact]


def concord(studies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Compare all descriptions of each study; contradictions first, the severe ones before the slight.

    ``studies`` are records as `Study.to_json` gives them, of any number of documents.
    """
    out: list[dict[str, Any]] = []
    for group in cluster(studies):
        records = [studies[i] for i in group]
        name = records[0]["study"]
        sides = [side for record in records for side in _sides(record)]
        for a, b in combinations(sides, 2):
            for row in _compare(a, b):
                out.append({"study": name, **row})
        for record in records:
            out.extend({"study": name, **row} for row in _against_reference(record))
        out.extend({"study": name, **row} for row in _years(records))
    return sorted(_unique(out), key=lambda r: (_ORDER[r["verdict"]], -_WEIGHT[r["severity"]], r["study"], r["field"]))


_ORDER = {"contradict": 0, "explainable": 1, "agree": 2}
_WEIGHT = {"high": 3, "medium": 2, "low": 1, "none": 0}


def _sides(record: Mapping[str, Any]) -> list[Side]:
    facts = record["sources"].get("facts", [])
    rows = [f for f in facts if f["linked"] == "row"]
    prose = [f for f in facts if f["linked"] != "row"]
    return [Side(record["doc"], name, part) for name, part in (("prose", prose), ("table", rows)) if part]


def _unique(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    seen: set[tuple[Any, ...]] = set()
    out = []
    for row in rows:
        key = (row["study"], row["field"], row["verdict"], row["a"]["doc"], row["a"]["text"], row["b"]["doc"], row["b"]["text"])
        if key not in seen:
            seen.add(key)
            out.append(row)
    return out


def _quote(doc: str, fact: Fact) -> dict[str, Any]:
    return {"doc": doc, "start": fact["start"], "end": fact["end"], "text": fact["text"], "value": fact["value"]}


def _row(field: str, verdict: str, severity: str, a: Side, fa: Fact, b: Side, fb: Fact, explanation: str) -> dict[str, Any]:
    return {
        "field": field, "verdict": verdict, "severity": severity, "a": _quote(a.doc, fa), "b": _quote(b.doc, fb),
        "explanation": explanation,
    }  # fmt: skip


def _compare(a: Side, b: Side) -> Iterator[dict[str, Any]]:
    yield from _totals(a, b)
    yield from _doses(a, b)
    yield from _drugs(a, b)
    yield from _routes(a, b)
    yield from _designs(a, b)
    yield from _scales(a, b)
    yield from _outcomes(a, b)


# ---------------------------------------------------------------- fields


def _totals(a: Side, b: Side) -> Iterator[dict[str, Any]]:
    ours, theirs = a.of("n_total"), b.of("n_total")
    if not ours or not theirs:
        return
    for fa in ours:
        for fb in theirs:
            if fa["value"]["count"] == fb["value"]["count"]:
                yield _row("n_total", "agree", "none", a, fa, b, fb, "the same total")
                return
    fa, fb = ours[0], theirs[0]
    first, second = fa["value"]["count"], fb["value"]["count"]
    if fa["value"].get("part") or fb["value"].get("part"):
        yield _row("n_total", "explainable", "low", a, fa, b, fb, f"{first} and {second}: one counts a part (completers, analysed)")
        return
    arms_a = sum(f["value"]["count"] for f in a.of("n_arm"))
    arms_b = sum(f["value"]["count"] for f in b.of("n_arm"))
    if second == arms_a or first == arms_b:
        yield _row("n_total", "explainable", "low", a, fa, b, fb, f"{first} and {second}: one is the sum of some arms")
        return
    ratio = max(first, second) / max(1, min(first, second))
    severity = "high" if ratio >= 1.2 else "medium" if ratio >= 1.03 else "low"
    yield _row("n_total", "contradict", severity, a, fa, b, fb, f"{first} against {second} people in all")


def _in_base(value: Mapping[str, Any]) -> tuple[tuple[float, ...], str]:
    factor, unit = unit_factor(str(value["unit"]))
    return tuple(round(float(x) * factor, 9) for x in value["amounts"]), unit


def _doses(a: Side, b: Side) -> Iterator[dict[str, Any]]:
    drugs = {f["value"]["drug"] for f in a.of("dose")} & {f["value"]["drug"] for f in b.of("dose")}
    pairs = [(drug, drug) for drug in sorted(drugs)]
    if not pairs:
        names_a, names_b = {f["value"]["drug"] for f in a.of("dose")}, {f["value"]["drug"] for f in b.of("dose")}
        pairs = [(x, y) for x in sorted(names_a) for y in sorted(names_b) if any({x, y} <= group for group in _CONFUSABLE)]
    for x, y in pairs:
        ours = [f for f in a.of("dose") if f["value"]["drug"] == x]
        theirs = [f for f in b.of("dose") if f["value"]["drug"] == y]
        amounts_a = {(n, _in_base(f["value"])[1]) for f in ours for n in _in_base(f["value"])[0]}
        amounts_b = {(n, _in_base(f["value"])[1]) for f in theirs for n in _in_base(f["value"])[0]}
        fa, fb = ours[0], theirs[0]
        if amounts_a == amounts_b:
            yield _row("dose", "agree", "none", a, fa, b, fb, f"the same amounts of {x}")
        elif amounts_a <= amounts_b or amounts_b <= amounts_a:
            yield _row("dose", "explainable", "low", a, fa, b, fb, f"one names a part of the amounts of {x}")
        else:
            yield from _dose_conflict(a, ours, b, theirs, x)


def _dose_conflict(a: Side, ours: list[Fact], b: Side, theirs: list[Fact], drug: str) -> Iterator[dict[str, Any]]:
    """The worst slip between two sets of doses: another unit, a power of ten, another amount."""
    common_amounts = {n for f in ours for n in f["value"]["amounts"]} & {n for f in theirs for n in f["value"]["amounts"]}
    for fa in ours:
        for fb in theirs:
            (na, ua), (nb, ub) = _in_base(fa["value"]), _in_base(fb["value"])
            if ua != ub and (set(fa["value"]["amounts"]) & set(fb["value"]["amounts"])):
                yield _row("unit", "contradict", "high", a, fa, b, fb, f"{drug}: {fa['value']['unit']} against {fb['value']['unit']}")
                return
            if ua == ub:
                for x in na:
                    for y in nb:
                        if x and y and x != y and any(abs(max(x, y) / min(x, y) - power) < 1e-6 for power in (10, 100, 1000)):
                            yield _row("dose", "contradict", "high", a, fa, b, fb, f"{drug}: a power of ten apart ({fa['text']} against {fb['text']})")
                            return
    fa, fb = ours[0], theirs[0]
    ua, ub = _in_base(fa["value"])[1], _in_base(fb["value"])[1]
    if common_amounts and ua == ub:
        yield _row("dose", "explainable", "low", a, fa, b, fb, f"some amounts of {drug} in common")
    elif ua.split("/")[0] != ub.split("/")[0] or ua != ub:
        # mg against mg/kg of other amounts may be another way to say it; mg against mg/d is
        explainable = ua.replace("/d", "") == ub.replace("/d", "")
        verdict = "explainable" if explainable else "contradict"
        yield _row("unit", verdict, "low" if explainable else "medium", a, fa, b, fb, f"{drug}: {fa['text']} against {fb['text']}")
    else:
        yield _row("dose", "contradict", "medium", a, fa, b, fb, f"{drug}: {fa['text']} against {fb['text']}")


def _drugs(a: Side, b: Side) -> Iterator[dict[str, Any]]:
    ours = {f["value"]["name"]: f for f in reversed(a.of("drug"))}
    theirs = {f["value"]["name"]: f for f in reversed(b.of("drug"))}
    for group in _CONFUSABLE:
        x, y = group & set(ours), group & set(theirs)
        if x and y and not x & y:
            fa, fb = ours[min(x)], theirs[min(y)]
            yield _row("drug", "contradict", "high", a, fa, b, fb, f"{fa['value']['name']} against {fb['value']['name']}")
    active_a, active_b = set(ours) - _CONTROL, set(theirs) - _CONTROL
    if active_a & active_b:
        name = min(active_a & active_b)
        yield _row("drug", "agree", "none", a, ours[name], b, theirs[name], f"both name {name}")


def _routes(a: Side, b: Side) -> Iterator[dict[str, Any]]:
    ours = {f["value"]["name"]: f for f in reversed(a.of("route"))}
    theirs = {f["value"]["name"]: f for f in reversed(b.of("route"))}
    if not ours or not theirs:
        return
    shared = set(ours) & set(theirs)
    if shared:
        name = min(shared)
        yield _row("route", "agree", "none", a, ours[name], b, theirs[name], f"both {name}")
    elif len(ours) == 1 and len(theirs) == 1:
        (fa,), (fb,) = ours.values(), theirs.values()
        yield _row("route", "contradict", "high", a, fa, b, fb, f"{fa['value']['name']} against {fb['value']['name']}")


def _designs(a: Side, b: Side) -> Iterator[dict[str, Any]]:
    ours = {f["value"]["name"]: f for f in reversed(a.of("design"))}
    theirs = {f["value"]["name"]: f for f in reversed(b.of("design"))}
    for pair in _EXCLUSIVE_DESIGN:
        x, y = pair & set(ours), pair & set(theirs)
        if len(x) == 1 and len(y) == 1 and x != y:
            fa, fb = ours[min(x)], theirs[min(y)]
            yield _row("design", "contradict", "medium", a, fa, b, fb, f"{fa['value']['name']} against {fb['value']['name']}")


def _scales(a: Side, b: Side) -> Iterator[dict[str, Any]]:
    ours = {f["value"]["name"]: f for f in reversed(a.of("scale"))}
    theirs = {f["value"]["name"]: f for f in reversed(b.of("scale"))}
    if not ours or not theirs:
        return
    shared = set(ours) & set(theirs)
    if shared:
        name = min(shared)
        yield _row("scale", "agree", "none", a, ours[name], b, theirs[name], f"both {name}")
    elif len(ours) == 1 and len(theirs) == 1:
        (fa,), (fb,) = ours.values(), theirs.values()
        yield _row("scale", "contradict", "low", a, fa, b, fb, f"{fa['value']['name']} against {fb['value']['name']}")


def _outcomes(a: Side, b: Side) -> Iterator[dict[str, Any]]:
    for fa in a.of("outcome"):
        for fb in b.of("outcome"):
            va, vb = fa["value"], fb["value"]
            if va["name"] != vb["name"] or va["name"] == "other":
                continue
            if va["direction"] == vb["direction"]:
                yield _row("outcome", "agree", "none", a, fa, b, fb, f"{va['name']}: {va['direction']} in both")
                return
    for fa in a.of("outcome"):
        for fb in b.of("outcome"):
            va, vb = fa["value"], fb["value"]
            if va["name"] == vb["name"] != "other":
                verdict = "explainable" if va["part"] or vb["part"] else "contradict"
                severity = "medium" if {va["direction"], vb["direction"]} == {"better", "worse"} else "low"
                yield _row("outcome", verdict, severity, a, fa, b, fb, f"{va['name']}: {va['direction']} against {vb['direction']}")
                return


# ---------------------------------------------------------------- against the reference


def _against_reference(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What a description says, against the title, author and year of the reference that it cites."""
    reference = record["sources"].get("reference")
    if not reference or not reference.get("title"):
        return
    facts = [f for f in record["sources"].get("facts", []) if "start" in f]
    title = {
        "start": reference["start"], "end": reference["end"], "text": reference["title"],
        "value": {"drugs": reference["drugs"], "year": reference["year"], "authors": reference["authors"][:1]},
    }  # fmt: skip
    here = Side(record["doc"], "text", facts)
    there = Side(record["doc"], "reference", [])
    named = [f for f in facts if f["field"] == "drug" and f["value"]["name"] not in _CONTROL]
    in_title = set(reference["drugs"]) - _CONTROL
    for group in _CONFUSABLE:
        x = {f["value"]["name"] for f in named} & group
        y = in_title & group
        if x and y and not x & y:
            fact = next(f for f in named if f["value"]["name"] in x)
            yield _row("drug", "contradict", "high", here, fact, there, title, f"{min(x)} in the text, {min(y)} in the title cited")
    names = {f["value"]["name"] for f in named}
    if in_title and names and not names & in_title and not any(group & names and group & in_title for group in _CONFUSABLE):
        fact = named[0]
        yield _row("citation", "contradict", "medium", here, fact, there, title,
                   f"the sentence speaks of {', '.join(sorted(names)[:3])}, the reference of {', '.join(sorted(in_title)[:3])}")  # fmt: skip
    for fact in facts:
        if fact["field"] == "author" and reference["authors"]:
            said = "".join(fold_title(fact["value"]["name"]))
            people = ["".join(fold_title(name)) for name in reference["authors"] if name != "et al."]
            if said and not any(said in person or person in said for person in people if person):
                yield _row("citation", "contradict", "medium", here, fact, there, title,
                           f"the sentence names {fact['value']['name']}, the reference {reference['authors'][0]}")  # fmt: skip
        if fact["field"] == "year" and reference["year"] and abs(fact["value"]["year"] - reference["year"]) > 1:
            yield _row("year", "contradict", "low", here, fact, there, title,
                       f"{fact['value']['year']} in the sentence, {reference['year']} in the reference list")  # fmt: skip
    routes = {f["value"]["name"]: f for f in facts if f["field"] == "route"}
    titled = set(reference["routes"])
    if titled and routes and not titled & set(routes):
        fact = next(iter(routes.values()))
        yield _row("route", "contradict", "high", here, fact, there, title,
                   f"{fact['value']['name']} in the text, {min(titled)} in the title cited")  # fmt: skip


def _years(records: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The year of publication as two reference lists give it."""
    for a, b in combinations(records, 2):
        ra, rb = a["sources"].get("reference") or {}, b["sources"].get("reference") or {}
        if a["doc"] == b["doc"] or not ra.get("year") or not rb.get("year") or ra["year"] == rb["year"]:
            continue
        apart = abs(ra["year"] - rb["year"])
        verdict = "explainable" if apart <= 2 else "contradict"
        facts = [
            {"start": r["start"], "end": r["end"], "text": str(r["year"]), "value": {"year": r["year"]}} for r in (ra, rb)
        ]
        reason = "online first against print" if apart <= 2 else "the reference lists differ"
        yield _row("year", verdict, "low", Side(a["doc"], "list", []), facts[0], Side(b["doc"], "list", []), facts[1],
                   f"{ra['year']} against {rb['year']}: {reason}")  # fmt: skip


def first_sentence(text: str, width: int = 90) -> str:
    """A quotation short enough for a table.

    >>> first_sentence("abc " * 40, 10)
    'abc abc …'
    """
    flat = re.sub(r"\s+", " ", text).strip()
    return flat if len(flat) <= width else flat[: width - 2].rsplit(" ", 1)[0] + " …"
