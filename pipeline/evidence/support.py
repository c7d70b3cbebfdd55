"""Whether a reference can support what is cited from it: its drug, route, design, author and year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from pipeline.evidence.comparisons import CONTROL, Row, row
from pipeline.evidence.named import is_by_names, surname
from pipeline.evidence.sides import Fact, components, confusable, siblings

#: What a title says of its design, and what a text then cannot say of it.
_DESIGNS = (
    ("double-blind", "open-label"), ("placebo-controlled", "open-label"),
    ("open-label", "double-blind"), ("open-label", "placebo-controlled"), ("case report", "randomized"),
    ("retrospective", "randomized"), ("randomized", "case report"), ("double-blind", "case report"),
    ("randomized", "review"), ("double-blind", "review"), ("open-label", "review"), ("case report", "review"),
)  # fmt: skip


def against_reference(record: Mapping[str, Any]) -> Iterator[Row]:
    """What a description says, against the title, author and year of the reference that it cites."""
    reference = record["sources"].get("reference")
    if not reference or not reference.get("title"):
        return
    facts = [f for f in record["sources"].get("facts", []) if "start" in f]
    title: Fact = {
        "start": reference["start"], "end": reference["end"], "text": reference["title"],
        "value": {"drugs": reference["drugs"], "year": reference["year"], "authors": reference["authors"][:1]},
    }  # fmt: skip
    doc = record["doc"]
    for field, severity, fact, said in (
        *_drugs(facts, reference),
        *_printed(facts, reference),
        *_manner(facts, reference),
    ):
        yield row(field, "contradict", severity, doc, fact, doc, title, said)
    yield from _kind(doc, facts, reference, title)
    for fact in facts:
        if fact["field"] == "cited":
            printed = fact["value"]["reference"]
            other: Fact = {
                "start": printed["start"], "end": printed["end"], "text": printed["title"] or "",
                "value": {"drugs": printed["drugs"], "year": printed["year"], "authors": printed["authors"][:1]},
            }  # fmt: skip
            said = f"{fact['text']} are cited as {fact['value']['key']}, which is by {(printed['authors'] or ['?'])[0]}"
            yield row("citation", "contradict", "medium", doc, fact, doc, other, said)


def _kind(doc: str, facts: Sequence[Fact], reference: Mapping[str, Any], title: Fact) -> Iterator[Row]:
    """A trial in the text whose reference is a review or a laboratory's work by its title."""
    kind = reference.get("kind")
    if kind in ("review", "animal"):
        order = ("design", "n_total", "dose", "drug")
        fact = min(
            (f for f in facts if f["field"] in order), key=lambda f: order.index(f["field"]), default=None
        )
        if fact is not None:
            what = "a review or a survey" if kind == "review" else "a laboratory study"
            yield row(
                "citation",
                "contradict",
                "medium",
                doc,
                fact,
                doc,
                title,
                f"a trial in the text, {what} by its title",
            )


_Found = Iterator[tuple[str, str, Fact, str]]


def _drugs(facts: Sequence[Fact], reference: Mapping[str, Any]) -> _Found:
    named = [f for f in facts if f["field"] == "drug" and f["value"]["name"] not in CONTROL]
    titled = set(reference["drugs"]) - CONTROL
    for group in confusable():
        y = group & titled
        if not y:
            continue
        for table in (False, True):
            here = [f for f in named if (f["linked"] == "row") == table and not f.get("shared")]
            doses = [
                f for f in facts
                if f["field"] == "dose" and (f["linked"] == "row") == table and f["value"]["drug"] in group - y
            ]  # fmt: skip
            x = {f["value"]["name"] for f in here} & group
            wrong = doses or (
                [f for f in here if f["value"]["name"] in x] if len(x) == 1 and not x & y else []
            )
            # "the ketamine group" of a trial of its enantiomer
            wrong = wrong or [f for f in here if f["value"]["name"] in x - y and _is_group(f)]
            if _ISOMERS.search(reference["title"]):
                continue  # enantiomers compared
            if wrong:
                said = wrong[0]["value"].get("drug") or wrong[0]["value"].get("name")
                yield "drug", "high", wrong[0], f"{said} in the text, {min(y)} in the title cited"
                break
    yield from _one_swapped(named, titled)
    counted = {f["sentence"] for f in facts if f["field"] == "n_total"}
    yield from _one_sentence(named, counted, titled)
    if not named:  # a sentence that names no drug goes on about those of its paragraph
        named = [f for f in facts if f["field"] == "topic" and f["value"]["name"] not in CONTROL]
    names = {f["value"]["name"] for f in named}
    kin = any(group & names and group & titled for group in confusable())
    if (
        titled
        and names
        and not components(names) & components(titled)
        and not kin
        and not named[0].get("beside")
    ):
        said = f"the text speaks of {', '.join(sorted(names)[:3])}, the reference of {', '.join(sorted(titled)[:3])}"
        # where the sentence names the work's author, it is the drug that is wrong
        own = any(
            f["field"] == "author" and is_by_names(f["value"]["name"], reference["authors"]) for f in facts
        )
        own = own or any(siblings(a, b) for a in names for b in titled)
        yield ("drug" if own else "citation"), "high" if own else "medium", named[0], said


#: a control that is no placebo: "active-controlled", "midazolam-controlled"
_CONTROLLED = re.compile(
    r"\b(?:active|[a-z]{5,}(?:am|ine|ol|ide|ate|in|il|one))[- ]controlled\b", re.IGNORECASE
)


def _one_swapped(named: Sequence[Fact], titled: set[str]) -> _Found:
    """Two drugs in the title, and in the text one of them beside another."""
    own = [f for f in named if not f.get("shared") and f["linked"] != "row"]
    names = {f["value"]["name"] for f in own}
    if len(titled) == len(names) == 2 and len(names & titled) == 1:
        (wrong,), (right,) = names - titled, titled - names
        if not any({wrong, right} <= group for group in confusable()):
            fact = next(f for f in own if f["value"]["name"] == wrong)
            yield "drug", "high", fact, f"{wrong} in the text, {right} in the title cited"


def _one_sentence(named: Sequence[Fact], counted: set[str], titled: set[str]) -> _Found:
    """A sentence that cites the work for a drug that neither its title nor anything else said of it names.

    Only of those that count the people of a study (``counted``): others tell what else its patients took.
    """
    sentences: dict[str, list[Fact]] = {}
    for fact in named:
        if fact["linked"] == "citation" and not fact.get("shared") and not fact.get("beside"):
            sentences.setdefault(fact["sentence"], []).append(fact)
    if len(sentences) < 2 or not titled:
        return
    cited = ", ".join(sorted(titled)[:3])
    for sentence, facts in sentences.items():
        here = components(f["value"]["name"] for f in facts)
        elsewhere = components(f["value"]["name"] for f in named if f["sentence"] != sentence)
        kin = any(group & here and group & titled for group in confusable())
        if (
            sentence in counted
            and elsewhere & components(titled)
            and not here & (components(titled) | elsewhere)
            and not kin
        ):
            said = f"the sentence speaks of {', '.join(sorted(here)[:3])}, the reference of {cited}"
            yield "citation", "medium", facts[0], said


_ISOMERS = re.compile(r"isomers|enantiomers|racemate", re.IGNORECASE)


def _is_group(fact: Fact) -> bool:
    """Whether a group is called by the drug that a fact names (*the ketamine group*)."""
    return (
        re.search(rf"{re.escape(fact['text'])}(?:\s?\+\s?\w+)? (?:groups?|arms?)\b", fact["sentence"])
        is not None
    )


def _printed(facts: Sequence[Fact], reference: Mapping[str, Any]) -> _Found:
    """The author and the year that the text prints beside the mark."""
    for fact in facts:
        name = fact["value"]["name"] if fact["field"] == "author" else ""
        if surname(name) and reference["authors"] and not is_by_names(name, reference["authors"]):
            text = f"the sentence names {name}, the reference {reference['authors'][0]}"
            yield "citation", "medium", fact, text
        if (
            fact["field"] == "year"
            and reference["year"]
            and abs(fact["value"]["year"] - reference["year"]) > 1
        ):
            text = f"{fact['value']['year']} in the sentence, {reference['year']} in the reference list"
            yield "year", "low", fact, text


def _manner(facts: Sequence[Fact], reference: Mapping[str, Any]) -> _Found:
    """Route and design, where the title states them and is of one study group only."""
    title = reference["title"]
    if re.search(r"\b(?:or|versus|vs|compar\w+|switch\w*|from)\b", title, re.IGNORECASE) is None:
        routes = {f["value"]["name"]: f for f in facts if f["field"] == "route"}
        titled = set(reference["routes"])
        if (
            titled
            and routes
            and not titled & set(routes)
            and not re.search(r"\b(?:tablet|capsule|patch)", title, re.IGNORECASE)
        ):
            fact = next(iter(routes.values()))
            yield (
                "route",
                "high",
                fact,
                f"{fact['value']['name']} in the text, {min(titled)} in the title cited",
            )
    designs = {f["value"]["name"]: f for f in facts if f["field"] == "design" and not f["value"].get("part")}
    titled = reference.get("designs", ())
    for said, denied in _DESIGNS:
        if denied in titled or said not in titled or denied not in designs:
            continue
        if said not in designs or denied == "review":
            if denied == "open-label" and "randomized" in designs:
                continue
            yield "design", "medium", designs[denied], f"{denied} in the text, {said} in the title cited"
            return
    control = _CONTROLLED.search(title)
    if (
        control
        and "placebo" not in title.lower()
        and "placebo-controlled" in designs
        and "active-controlled" not in designs
    ):
        said = f"placebo-controlled in the text, {control[0]} in the title cited"
        yield "design", "low", designs["placebo-controlled"], said


def years(records: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """The year of publication as two reference lists give it: within two years, online first against print."""
    for a, b in combinations(records, 2):
        ra, rb = a["sources"].get("reference") or {}, b["sources"].get("reference") or {}
        if a["doc"] == b["doc"] or not ra.get("year") or not rb.get("year") or ra["year"] == rb["year"]:
            continue
        near = abs(ra["year"] - rb["year"]) <= 2
        fa, fb = (
            {"start": r["start"], "end": r["end"], "text": str(r["year"]), "value": {"year": r["year"]}}
            for r in (ra, rb)
        )
        reason = "online first against print" if near else "the reference lists differ"
        said = f"{ra['year']} against {rb['year']}: {reason}"
        yield row("year", "explainable" if near else "contradict", "low", a["doc"], fa, b["doc"], fb, said)
