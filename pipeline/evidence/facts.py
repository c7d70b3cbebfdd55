"""Facts: what one statement says of a study, field by field, each with its place in the source.

Concordance compares facts, not records, because one document may describe a study twice. A fact has ``field``,
``value``, ``start``, ``end`` and ``text`` (in the source; left out where furniture cuts it), ``linked`` (how its
statement was found), and ``shared`` where its sentence is about several studies.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from typing import Any

from pipeline.evidence import cues
from pipeline.evidence.arms import is_control
from pipeline.evidence.dosing import daily_factor, for_comparison, portions
from pipeline.evidence.reader import Reader
from pipeline.evidence.setting import Finding
from pipeline.evidence.sizes import arms_of_size
from pipeline.evidence.statements import Statement
from pipeline.evidence.titles import title_drugs
from pipeline.language.case import any_case, lower
from pipeline.schema import Arm, DoseValue, DrugValue, Reference, SampleSizeValue, ScaleValue

#: Words that make a number of people a part of those enrolled.
_PART = any_case(
    r"\b(?:complet\w+|analy[sz]ed|evaluable|per[- ]protocol|intention|ITT|responders?|remitters?|continued|entered|"
    r"follow-?up|subset|subgroup|dropped|drop-?outs?|withdrew|interim|re-?randomi[sz]ed|finished|remained)\b"
)
#: A design of a later part of a study (*followed by an open-label phase*).
_PHASE = re.compile(
    r"\b(?:followed by|phase(?! (?:[1-4]|I))|extension|then|maintenance|continuation|run-in|lead-in|received|"
    r"responders|initial)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"([A-ZÀ-Þ][\w’'‐-]+)(?:\s+(?:et al\.?|and colleagues|and co-?workers|and\s+([A-ZÀ-Þ][\w’'‐-]+)))[’']?s?\s*$"
)
_SAID_YEAR = re.compile(
    r"\b[Ii]n\s+((?:19|20)\d\d)\b|\b[Aa]\s+((?:19|20)\d\d)\s+(?:\w+\s){0,3}(?:study|trial|report|analysis)"
)
_STUDIES = re.compile(r"\s+(?:[\w-]+\s){0,2}?(?:studies|trials|RCTs|reports|series)\b", re.IGNORECASE)
_ONSET = re.compile(
    r"\bwithin\s+((?:\d+(?:\.\d+)?|one|two|three|four|six|twelve)[\s-]*(?:min\w*|h\w*|days?|weeks?))\b",
    re.IGNORECASE,
)
_SIMILAR = re.compile(r"\b(?:similar(?!ly,)\w*|comparab\w+|equal\w*|same|equivalen\w+)\b", re.IGNORECASE)
_BESIDE = re.compile(
    r"\b(?:comparable|similar|contrary|compared|contrast|in line|consistent|as|like|unlike) (?:to|with|in)?\b[^.;]*$",
    re.IGNORECASE,
)


def facts_of(
    reader: Reader,
    s: Statement,
    key: str,
    found: Sequence[Finding] = (),
    arms: Sequence[Arm] = (),
    groups: Container[int] = (),
    wholes: Container[int] = (),
) -> Iterator[dict[str, Any]]:
    """The facts that a statement gives for the study ``key``; ``groups`` are starts of totals that count a group,
    ``wholes`` of groups' sizes that count all.
    """
    make = _Maker(reader, s, key)
    shared = make.shared
    for m in s.mentions:
        value = m.value
        if isinstance(value, SampleSizeValue) and value.role != "event" and not shared:
            near = bool(_PART.search(lower(reader.text[max(s.start, m.start - 40) : m.end + 60])))
            given: dict[str, Any] = {"count": value.count, "arm": value.arm, "part": near}
            role = "arm" if m.start in groups else "total" if m.start in wholes else value.role
            own = arms_of_size(arms, s, m) if role == "arm" else []
            if len(own) == 1:
                given |= {"drug": own[0].drug, "amounts": own[0].amounts, "unit": own[0].unit}
            name = {"total": "n_total", "arm": "n_arm", "dropout": "dropout"}[role]
            yield make(name, given, m.start, m.end)
        elif isinstance(value, DoseValue) and not shared and not for_comparison(s, m):
            for drug, amounts in portions(s, m):
                if drug:
                    given = {
                        "drug": drug, "amounts": amounts, "unit": value.unit, "range": value.range,
                        "daily": daily_factor(s, m),
                    }  # fmt: skip
                    yield make("dose", given, m.start, m.end)
        elif isinstance(value, DrugValue):
            yield make("drug", {"name": value.name}, m.start, m.end)
            if not shared and is_control(s, m, value.name):
                yield make("control", {"name": value.name}, m.start, m.end)
        elif isinstance(value, ScaleValue) and not shared:
            yield make("scale", {"name": value.name}, m.start, m.end)
    if s.linked == "citation" and not s.of("DRUG"):
        for m in reader.topic(s):
            if isinstance(m.value, DrugValue):
                yield make("topic", {"name": m.value.name}, m.start, m.end)
    part = bool(_PART.search(cues.lower(s.text)))
    for finding in found:
        if finding.claim is not None:
            yield make("outcome", _outcome(s, finding, part), finding.start, finding.end)
    yield from _manner(make, reader.stretch(s, key))
    yield from _printed(make, reader, s, key)
    if s.wrong is not None:
        start, end, printed = s.wrong
        work = reader.references.get(printed)
        if work is not None:
            yield make("cited", {"key": printed, "reference": reference_facts(work)}, start, end)


class _Maker:
    """Writes facts of one statement."""

    def __init__(self, reader: Reader, statement: Statement, key: str) -> None:
        self.document = reader.document
        self.statement = statement
        self.shared = len(statement.keys) > 1
        self.sentence = reader.text[statement.start : min(statement.end, statement.start + 400)]
        marks = [
            a.at - statement.start for a in reader.anchors(statement.start, statement.end) if key in a.keys
        ]
        # a mark behind "comparable to other drugs," supports what stands before it, not what follows
        self.beside = any(
            statement.text[m:].lstrip("]) ,")[40:]
            and "," in statement.text[m - 1 : m + 2]
            and _BESIDE.search(statement.text[:m])
            for m in marks
        )

    def __call__(self, field: str, value: dict[str, Any], start: int, end: int) -> dict[str, Any]:
        s = self.statement
        out: dict[str, Any] = {"field": field, "value": value, "linked": s.linked, "sentence": self.sentence}
        if self.shared:
            out["shared"] = True
        if self.beside:
            out["beside"] = True
        place = self.document.origin.place(start, end)
        if place is not None:
            out["start"], out["end"] = place["start"], place["end"]
            out["text"] = self.document.source[place["start"] : place["end"]]
        return out


def _outcome(s: Statement, finding: Finding, part: bool) -> dict[str, Any]:
    o = finding.outcome
    onset = _ONSET.search(s.text, finding.end - s.start, finding.end - s.start + 60)
    return {
        "name": o.name, "direction": finding.claim, "scale": o.scale, "time": o.time, "arm": o.arm, "value": o.value,
        "onset": onset[1] if onset else None, "part": part,
        "compared": o.direction is not None, "generic": finding.generic,
        "similar": o.direction == "no difference" and bool(_SIMILAR.search(s.text)),
    }  # fmt: skip


def _manner(make: _Maker, own: tuple[int, int]) -> Iterator[dict[str, Any]]:
    """Routes and designs, from the part of the sentence that is the study's own; of a row, from each cell."""
    s = make.statement
    parts = [(*own, "")]
    if own[0] > 0:  # "open-label studies have shown that …²⁰ …²¹": said of all that follow
        for a, b, name in cues.spans("design", s.text, 0, own[0]):
            if _STUDIES.match(s.text, b):
                yield make("design", {"name": name, "part": False}, s.start + a, s.start + b)
    for a, b, _ in cues.spans("review_said", s.text, *own):
        yield make("design", {"name": "review", "part": False}, s.start + a, s.start + b)
    if s.linked == "row" and s.cells:
        parts = [(a - s.start, b - s.start, head) for head, (a, b) in s.cells.items()]
    for kind in ("route", "design"):
        for low, high, head in parts:
            seen: set[str] = set()
            for a, b, name in cues.spans(kind, s.text, low, high):
                if name in seen:
                    continue
                seen.add(name)
                value: dict[str, Any] = {"name": name}
                if kind == "design":
                    value["part"] = bool(_PHASE.search(s.text, max(low, a - 45), b + 30))
                fact = make(kind, value, s.start + a, s.start + b)
                yield fact | {"column": head} if head else fact


def _printed(make: _Maker, reader: Reader, s: Statement, key: str) -> Iterator[dict[str, Any]]:
    """The name and the year that the prose prints beside the citation mark itself."""
    if s.linked != "citation":
        return
    for anchor in reader.anchors(s.start, s.end):
        if key not in anchor.keys or len(anchor.keys) > 1:
            continue
        low = max(s.start, anchor.at - 60)
        named = _NAMED.search(reader.text[low : anchor.at].rstrip(" .,"))
        if named:
            start = low + named.start(1)
            yield make("author", {"name": named[1], "second": named[2]}, start, start + len(named[1]))
        low = max(s.start, anchor.at - 90)
        year = _SAID_YEAR.search(reader.text[low : anchor.at])
        if year:
            group = 1 if year[1] else 2
            start = low + year.start(group)
            yield make("year", {"year": int(year[group])}, start, start + 4)


def reference_facts(reference: Reference) -> dict[str, Any]:
    """What the reference list itself says of a study: names for identity; drugs, routes and designs of its title.

    >>> facts = reference_facts(Reference("1", "", 0, 9, ("Roe",), 2001, "Intranasal esketamine in depression"))
    >>> facts["drugs"], facts["routes"]
    (['esketamine'], ['intranasal'])
    """
    title = reference.title or ""
    return {
        "title": reference.title, "doi": reference.doi, "pmid": reference.pmid, "year": reference.year,
        "authors": list(reference.authors), "suffix": reference.suffix,
        "start": reference.source_start, "end": reference.source_end,
        "drugs": list(title_drugs(title)), "routes": cues.values("route", title),
        "designs": cues.values("design", title), "kind": cues.reference_kind(reference),
    }  # fmt: skip
