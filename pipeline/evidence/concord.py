"""Concordance: where two descriptions of one study agree, differ explainably, or contradict each other.

Descriptions are of two documents, or two of one (prose against table), or a description against the reference that
it cites. Each comparison quotes both sides with their places in the sources.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.evidence.comparisons import compare, within
from pipeline.evidence.identity import cluster
from pipeline.evidence.sides import Side
from pipeline.evidence.support import against_reference, years

_ORDER = {"contradict": 0, "explainable": 1, "agree": 2}
#: Descriptions of one study that are all compared with one another, and how many of more are compared with each.
_FEW, _FIRST = 24, 60
_WEIGHT = {"high": 3, "medium": 2, "low": 1, "none": 0}


def concord(studies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Compare all descriptions of each study; contradictions first, the severe ones before the slight.

    ``studies`` are records as `Study.to_json` gives them, of any number of documents. Rows are those of DESIGN.md:
    one for each study, field and pair of descriptions, the worst.
    """
    groups = ([studies[i] for i in group] for group in cluster(studies))
    return ordered(row for records in groups for row in of_one(records))


def of_one(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The comparisons of the records of one study."""
    sides = [side for record in records for side in sides_of(record)]
    rows = [row | {"_pair": (a.key, b.key)} for a, b in pairs_of(sides) for row in compare(a, b)]
    rows.extend(row | {"_pair": (side.key, side.key)} for side in sides for row in within(side))
    for record in records:
        rows.extend(row | {"_pair": (record["doc"], "reference")} for row in against_reference(record))
    rows.extend(row | {"_pair": ("list", "list")} for row in years(records))
    return [{"study": name_of(records), **row} for row in merged(rows)]


def pairs_of(sides: Sequence[Side]) -> Iterator[tuple[Side, Side]]:
    """The pairs of descriptions to compare: all of them, up to a number of descriptions.

    Of a study that is told of more often, two descriptions of each content stand for all that say the same, and each
    is compared with the first sixty: a trial in a thousand reviews takes time in proportion, not its square.
    """
    if len(sides) > _FEW:
        alike: Counter[frozenset[tuple[str, str]]] = Counter()
        told = []
        for side in sides:
            content = side.content()
            alike[content] += 1
            if alike[content] <= 2:
                told.append(side)
        sides = told
    for i, side in enumerate(sides):
        for other in sides[: min(i, _FIRST)]:
            yield other, side


def name_of(records: Sequence[Mapping[str, Any]]) -> str:
    """What one study is called that documents call by several years: by the latest, that of the article itself.

    >>> name_of([{"study": "roe2018", "year": 2018}, {"study": "roe2019", "year": 2019}])
    'roe2019'
    """
    return str(max(records, key=lambda record: record.get("year") or 0)["study"])


def ordered(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Comparisons as they are reported: contradictions first, the severe ones before the slight."""
    return sorted(rows, key=_rank)


def _rank(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return _ORDER[row["verdict"]], -_WEIGHT[row["severity"]], row["study"], row["field"], row["a"]["start"]


def sides_of(record: Mapping[str, Any]) -> list[Side]:
    """A record's descriptions: its document's prose, and its document's tables."""
    facts = record["sources"].get("facts", [])
    # who completed a trial in one sentence is no other total in the next
    parts = {f["value"]["count"] for f in facts if f["value"].get("part") and "count" in f["value"]}
    facts = [
        f | {"value": f["value"] | {"part": True}} if f["value"].get("count") in parts else f for f in facts
    ]
    rows = [f for f in facts if f["linked"] == "row"]
    prose = [f for f in facts if f["linked"] != "row"]
    return [Side(record["doc"], name, part) for name, part in (("prose", prose), ("table", rows)) if part]


def merged(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row for each field and pair of descriptions, the worst; one where prose and table say the same.

    What a description contradicts is not reported again for the title of the reference.
    """
    worst_first = sorted(
        rows, key=lambda r: (_ORDER[r["verdict"]], -_WEIGHT[r["severity"]], "reference" in r["_pair"])
    )
    out: list[dict[str, Any]] = []
    pairs: set[tuple[Any, ...]] = set()
    said: set[tuple[Any, ...]] = set()
    slips: set[tuple[str, str]] = set()
    for row in worst_first:
        pair = (row["field"], row["_pair"])
        words = (
            row["field"],
            row["verdict"],
            frozenset((row[x]["doc"], _signature(row["field"], row[x]["value"])) for x in "ab"),
        )
        by_title = "reference" in row["_pair"] and row["verdict"] == "contradict"
        told = {(row["field"], row["a"]["doc"])}
        if row["field"] == "citation" and row["b"]["value"].get("drugs"):
            told.add(("drug", row["a"]["doc"]))
        if pair in pairs or words in said or (by_title and told & slips):
            continue
        pairs.add(pair)
        said.add(words)
        if row["verdict"] == "contradict":
            slips |= {(row["field"], row[x]["doc"]) for x in "ab"}
        out.append({key: item for key, item in row.items() if key != "_pair"})
    return out


def _signature(field: str, value: Mapping[str, Any]) -> str:
    """What a value says for a field, whatever words say it."""
    if field in ("dose", "unit"):
        return f"{value.get('drug')}"
    names = ("onset",) if value.get("onset") else ("count", "drug", "name", "direction", "year")
    return "/".join(str(value[name]) for name in names if value.get(name) is not None)


def first_sentence(text: str, width: int = 90) -> str:
    """A quotation short enough for a table.

    >>> first_sentence("abc " * 40, 10)
    'abc abc …'
    """
    flat = re.sub(r"\s+", " ", text).strip()
    return flat if len(flat) <= width else flat[: width - 2].rsplit(" ", 1)[0] + " …"
