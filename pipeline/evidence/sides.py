"""A description of a study: its facts by field, and what its drugs may be called."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pipeline.lexicons import rows

Fact = Mapping[str, Any]
#: field, verdict, severity, the two facts, and what is said of them
Compared = Iterator[tuple[str, str, str, Fact, Fact, str]]


@cache
def confusable() -> tuple[frozenset[str], ...]:
    """Drugs that are called by one another's names though their doses differ (lexicons/confusable_drugs.tsv)."""
    return tuple(frozenset(row["names"].split("|")) for row in rows("confusable_drugs.tsv"))


def components(names: Iterable[str]) -> set[str]:
    """Names of drugs, those of combinations (*budesonide-formoterol*) as those of what they are made of.

    >>> sorted(components(["budesonide-formoterol", "co-trimoxazole", "lithium"]))
    ['budesonide', 'co-trimoxazole', 'formoterol', 'lithium']
    """
    out: set[str] = set()
    for name in names:
        parts = [part for part in re.split(r"[-/+]| and ", name) if part]
        out |= set(parts) if len(parts) > 1 and all(len(part) > 5 for part in parts) else {name}
    return out


def siblings(a: str, b: str) -> bool:
    """Whether two drugs are of one family by the ends of their names (*sirolimus*, *everolimus*).

    >>> siblings("sirolimus", "everolimus"), siblings("naltrexone", "naloxone"), siblings("ketamine", "clonidine")
    (True, True, False)
    """
    common = next(
        (i for i, (x, y) in enumerate(zip(a[::-1], b[::-1], strict=False)) if x != y), min(len(a), len(b))
    )
    return common >= 5 or (common >= 4 and a[:2] == b[:2])


class Side:
    """One description of a study: the facts of one document's prose, or of its table, or of an abstract."""

    def __init__(self, doc: str, name: str, facts: Sequence[Fact]) -> None:
        self.doc = doc
        self.name = name
        self.key = f"{doc}/{name}"
        self._by_field: dict[str, list[Fact]] = {}
        for fact in facts:
            if "start" in fact:
                self._by_field.setdefault(fact["field"], []).append(fact)

    def content(self) -> frozenset[tuple[str, str]]:
        """What it says, wherever it says so: fields with their values."""
        return frozenset(
            (field, json.dumps(fact["value"], sort_keys=True, default=str))
            for field, facts in self._by_field.items()
            for fact in facts
        )

    def of(self, field: str) -> list[Fact]:
        """Facts of a field that have a place in the source; those of sentences over several studies left out."""
        return [
            fact
            for fact in self._by_field.get(field, [])
            if not fact.get("shared") or field in ("drug", "outcome")
        ]

    def first(self, field: str) -> dict[str, Fact]:
        """The first fact of each name that a field has."""
        return {fact["value"]["name"]: fact for fact in reversed(self.of(field))}
