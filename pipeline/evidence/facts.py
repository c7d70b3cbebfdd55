"""Facts: what one statement says of a study, field by field, each with its place in the source.

Concordance compares facts, not records, because one document may describe a study twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.evidence import cues
from pipeline.evidence.statements import Reader, Statement
from pipeline.evidence.outcomes import Finding
from pipeline.evidence.titles import title_drugs
from pipeline.schema import DoseValue, DrugValue, Reference, SampleSizeValue, ScaleValue

#: Words that make a number of people a part of those enrolled.
_PART = re.compile(
    r"\b(?:complet\w+|analy[sz]ed|evaluable|per[- ]protocol|intention|ITT|responders?|remitters?|continued|entered|"
    r"follow-?up|subset|subgroup|dropped|drop-?outs?|withdrew|interim|re-?randomi[sz]ed)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"([A-ZÀ-Þ][\w’'‐-]+)(?:\s+(?:et al\.?|and colleagues|and co-?workers|and\s+([A-ZÀ-Þ][\w’'‐-]+)))[’']?s?\s*$"
)
_SAID_YEAR = re.compile(r"\b[Ii]n\s+((?:19|20)\d\d)\b|\b[Aa]\s+((?:19|20)\d\d)\s+(?:\w+\s){0,3}(?:study|trial|report|analysis)")


def facts_of(
    reader: Reader, statement: Statement, key: str, found: Sequence[Finding] = ()
) -> Iterator[dict[str, Any]]:
    """The facts that a statement gives for the study ``key``: ``field``, ``value``, source span, how it was linked."""
    text = statement.text
    # a sentence over several studies says sizes and doses of none of them for certain
    shared = len(statement.keys) > 1
    part = bool(_PART.search(text))
    for m in statement.mentions:
        value = m.value
        if isinstance(value, SampleSizeValue) and value.role in ("total", "arm") and not shared:
            name = "n_total" if value.role == "total" else "n_arm"
            near = bool(_PART.search(reader.text[max(statement.start, m.start - 40) : m.end + 60]))
            yield _fact(reader, name, {"count": value.count, "arm": value.arm, "part": near}, m.start, m.end, statement)
        elif isinstance(value, DoseValue) and value.drug and not shared:
            yield _fact(
                reader, "dose",
                {"drug": value.drug, "amounts": list(value.amounts), "unit": value.unit, "range": value.range},
                m.start, m.end, statement,
            )  # fmt: skip
        elif isinstance(value, DrugValue):
            yield _fact(reader, "drug", {"name": value.name}, m.start, m.end, statement)
        elif isinstance(value, ScaleValue) and not shared:
            yield _fact(reader, "scale", {"name": value.name}, m.start, m.end, statement)
    for finding in found:
        outcome = finding.outcome
        if outcome.direction is not None:
            given = {
                "name": outcome.name, "direction": outcome.direction, "scale": outcome.scale, "time": outcome.time,
                "arm": outcome.arm, "part": part,
            }  # fmt: skip
            yield _fact(reader, "outcome", given, finding.start, finding.end, statement)
    if not shared:
        for kind in ("route", "design"):
            for pattern, name in cues.patterns(kind):
                match = pattern.search(text)
                if match:
                    start = statement.start + match.start()
                    yield _fact(reader, kind, {"name": name}, start, statement.start + match.end(), statement)
    yield from _citation_facts(reader, statement, key)


def _fact(
    reader: Reader, field: str, value: dict[str, Any], start: int, end: int, statement: Statement
) -> dict[str, Any]:
    place = reader.document.origin.place(start, end)
    out = {
        "field": field, "value": value, "linked": statement.linked, "statement": [statement.start, statement.end],
        "sentence": statement.text[:400],
    }  # fmt: skip
    if place is not None:
        out["start"], out["end"] = place["start"], place["end"]
        out["text"] = reader.document.source[place["start"] : place["end"]]
    return out


def _citation_facts(reader: Reader, statement: Statement, key: str) -> Iterator[dict[str, Any]]:
    """The name and the year that the prose prints beside the citation mark itself."""
    if statement.linked != "citation":
        return
    for anchor in reader.anchors(statement.start, statement.end):
        if key not in anchor.keys or len(anchor.keys) > 1:
            continue
        before = reader.text[max(statement.start, anchor.at - 60) : anchor.at].rstrip(" .,")
        named = _NAMED.search(before)
        if named:
            start = max(statement.start, anchor.at - 60) + named.start(1)
            yield _fact(reader, "author", {"name": named[1], "second": named[2]}, start, start + len(named[1]), statement)
        clause = reader.text[max(statement.start, anchor.at - 90) : anchor.at]
        year = _SAID_YEAR.search(clause)
        if year:
            group = 1 if year[1] else 2
            start = max(statement.start, anchor.at - 90) + year.start(group)
            yield _fact(reader, "year", {"year": int(year[group])}, start, start + 4, statement)


def reference_facts(reference: Reference) -> dict[str, Any]:
    """What the reference list itself says of a study: names for identity, and the drugs and routes of its title.

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
        "kind": cues.reference_kind(reference),
    }  # fmt: skip
