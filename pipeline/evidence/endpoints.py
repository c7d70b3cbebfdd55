"""Scales and outcomes in two descriptions of one study."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipeline.evidence.durations import hours
from pipeline.evidence.sides import Compared, Fact, Side, confusable

#: Words of endpoints' names that do not tell them apart.
_GENERIC = re.compile(
    r"rates?|scores?|days|time|mean|median|number|with|from|changes?|total|proportion|percentage|levels?|effects?|"
    r"clinical|month|week|first"
)
_EFFICACY = frozenset({"symptom_change", "response", "remission", "antidepressant_effect", "suicidality"})


def scales(a: Side, b: Side) -> Compared:
    """The scales that two descriptions name."""
    ours, theirs = a.first("scale"), b.first("scale")
    shared = set(ours) & set(theirs)
    if shared:
        name = min(shared)
        yield "scale", "agree", "none", ours[name], theirs[name], f"both {name}"
    elif ours and theirs:
        fa, fb = next(iter(ours.values())), next(iter(theirs.values()))
        same = {f["value"]["value"] for f in a.of("outcome")} & {
            f["value"]["value"] for f in b.of("outcome")
        } - {None}
        # one review that names another scale in its table than in its prose
        slip = a.doc == b.doc and len(ours) == len(theirs) == 1
        verdict, severity = ("contradict", "medium") if same or slip else ("explainable", "low")
        said = f"{fa['value']['name']} against {fb['value']['name']}" + (
            " for the same value" if same else ""
        )
        yield "scale", verdict, severity, fa, fb, said


def outcomes(a: Side, b: Side) -> Compared:
    """Directions of the same endpoint, and how soon effects came."""
    pairs = [
        (fa, fb) for fa in a.of("outcome") for fb in b.of("outcome")
        if _same_endpoint(fa, fb) and _alike(fa["value"], fb["value"])
    ]  # fmt: skip
    yield from _onsets(a, b)
    for fa, fb in pairs:
        if fa["value"]["direction"] == fb["value"]["direction"]:
            yield (
                "outcome",
                "agree",
                "none",
                fa,
                fb,
                f"{fa['value']['name']}: {fa['value']['direction']} in both",
            )
            return
    for fa, fb in pairs:
        va, vb = fa["value"], fb["value"]
        said = f"{va['name']}: {va['direction']} against {vb['direction']}"
        if va["part"] or vb["part"] or va["similar"] or vb["similar"]:
            yield (
                "outcome",
                "explainable",
                "low",
                fa,
                fb,
                f"{said}; one of a part, or of arms among themselves",
            )
        else:
            severity = "medium" if {va["direction"], vb["direction"]} == {"better", "worse"} else "low"
            yield "outcome", "contradict", severity, fa, fb, said
        return


def _same_endpoint(fa: Fact, fb: Fact) -> bool:
    """Whether two outcomes are one: by their kind; those of no kind by their words (*heavy drinking days*)."""
    names = {fa["value"]["name"], fb["value"]["name"]}
    if any(f["value"].get("generic") for f in (fa, fb)) and len(names & (_EFFICACY | {"other"})) == len(
        names
    ):
        return True  # "was no better than placebo": said of whatever was measured
    if len(names) > 1:
        return False
    return fa["value"]["name"] != "other" or bool(_words(fa["text"]) & _words(fb["text"]))


def _words(text: str) -> set[str]:
    """The beginnings of the words of an endpoint's name that tell it from others."""
    return {w[:5] for w in re.findall(r"[a-z]{4,}", text.lower()) if not _GENERIC.fullmatch(w)}


def _alike(va: Mapping[str, Any], vb: Mapping[str, Any]) -> bool:
    """Whether two reports of an outcome are of the same arm, scale and time, as far as they say."""
    if None not in (va["scale"], vb["scale"]) and va["scale"] != vb["scale"]:
        return False
    first, second = (str(v["arm"] or "").split(" ")[0] for v in (va, vb))
    if first and second and first != second and not any({first, second} <= group for group in confusable()):
        return False
    early, late = hours(va["time"]), hours(vb["time"])
    return early is None or late is None or max(early, late) <= 1.5 * min(early, late)


def _onsets(a: Side, b: Side) -> Compared:
    """*Within four hours* against *within 72 h*: how soon an effect came."""
    for fa in a.of("outcome"):
        for fb in b.of("outcome"):
            va, vb = fa["value"], fb["value"]
            if (
                not {va["name"], vb["name"]} <= _EFFICACY
                or not va["direction"] == vb["direction"] == "better"
            ):
                continue
            early, late = hours(va["onset"]), hours(vb["onset"])
            if early and late and max(early, late) >= 3 * min(early, late):
                yield (
                    "outcome",
                    "contradict",
                    "low",
                    fa,
                    fb,
                    f"an effect within {va['onset']} against within {vb['onset']}",
                )
