"""What there is to settle in a run: differences from gold, contradictions between studies, alarms of the audit."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pipeline.reconcile.align import align
from pipeline.reconcile.errors import errors
from pipeline.reconcile.gold import GoldDocument
from pipeline.reconcile.runs import Rows, by_document
from pipeline.schema import GoldpanError, Mention

Kind = Literal["contradiction", "alarm", "value", "label", "missed", "spurious", "moved", "unconfirmed"]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: Kinds about two statements, or about a text's own figures: they are settled, but change no gold.
COMPARED: frozenset[str] = frozenset({"contradiction", "alarm"})
_KIND_OF_ERROR: dict[str, Kind] = {
    "missed": "missed", "spurious": "spurious", "boundary": "moved", "label": "label", "value": "value",
}  # fmt: skip
#: The keys of a value that the guidelines name; gold holds no others.
VALUE_KEYS: dict[str, tuple[str, ...]] = {
    "DRUG": ("name",), "DOSE": ("amounts", "unit", "range", "drug"), "SAMPLE_SIZE": ("count", "role"),
    "SCALE": ("name", "items"), "OUTCOME": ("name",), "RESULT": ("number", "low", "high", "kind"),
}  # fmt: skip
_SEVERITY = {"high": 0, "medium": 1, "low": 2}

#: Why an item comes when it comes; a lower tier is settled first.
TIERS: tuple[str, ...] = (
    "two curators disagree",
    "a severe contradiction or alarm",
    "a contradiction or alarm",
    "a figure of a study",
    "a scale, an outcome or a drug of a study",
    "a difference",
    "another mention of a drug, scale or outcome named elsewhere",
    "only the ends differ",
    "to confirm: the document has no gold",
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to settle. ``gold`` and ``found`` are mentions, or the two sides of a comparison.

    ``id`` is made from what the item says, so that the same difference keeps its decisions in every run of one text.
    """

    id: str
    kind: Kind
    doc: str
    label: str
    cause: str
    tier: int
    place: int
    gold: Mapping[str, Any] | None
    found: Mapping[str, Any] | None
    note: str = ""
    confidence: float | None = None

    @property
    def labels(self) -> set[str]:
        """The labels under which the item is looked for."""
        return {str(side["label"]) for side in (self.gold, self.found) if side and "label" in side} | {
            self.label
        }


def clean(mention: Mapping[str, Any]) -> dict[str, Any]:
    """A mention as gold holds it: no rule, section or page, and of the value what the guidelines name.

    >>> clean({"doc": "a", "label": "DRUG", "start": 0, "end": 2, "text": "Li", "why": "ner", "value":
    ...        {"name": "lithium", "ids": {"drugbank": "DB01356"}}})["value"]
    {'name': 'lithium'}
    """
    value = mention.get("value") or {}
    kept = {key: value[key] for key in VALUE_KEYS.get(mention["label"], tuple(value)) if key in value}
    if kept.get("items", 0) is None:
        del kept["items"]
    return {key: mention[key] for key in ("doc", "label", "start", "end", "text")} | {"value": kept}


def _id(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _side(mention: Mapping[str, Any] | None) -> list[Any] | None:
    return [mention[key] for key in ("label", "start", "end", "value")] if mention else None


def differences(
    rows: Rows,
    gold: Mapping[str, GoldDocument],
    studies: Mapping[str, Sequence[Mapping[str, Any]]],
    aside: Iterable[str] = (),
) -> Iterator[Item]:
    """The differences of each document that has gold, and the mentions to confirm of each that has none.

    ``studies`` are gold study records by document: their ``evidence`` says what belongs to a study. Documents in
    ``aside`` (their gold cannot be used) are passed over.
    """
    found = by_document(rows.mentions)
    given = set(rows.processed) if rows.processed is not None else set(found)
    leave = set(aside)
    for doc in sorted((found.keys() | (gold.keys() & given)) - leave):
        document = gold.get(doc)
        here = found.get(doc, [])
        if document is None:
            for mention in here:
                yield _difference(rows, "unconfirmed", None, mention, mention.why or "(none)", "", 8)
            continue
        aligned = align(document.mentions, (m for m in here if m.label in document.labels))
        within = _in_study(studies.get(doc, []))
        named = Counter(_name(m) for m in document.mentions)
        for error in errors({doc: aligned}, drug=True):
            kind = _KIND_OF_ERROR[error.kind]
            tier = _tier(kind, error.gold or error.found, within, named)
            yield _difference(rows, kind, error.gold, error.found, error.cause, error.note, tier)


def _difference(
    rows: Rows, kind: Kind, gold: Mention | None, found: Mention | None, cause: str, note: str, tier: int
) -> Item:
    mention = gold or found
    assert mention is not None
    left, right = gold.to_json() if gold else None, found.to_json() if found else None
    confidence = found.place.get("confidence") if found else None
    sure = float(confidence) if isinstance(confidence, int | float) else None
    name = _id(mention.doc, rows.sha256.get(mention.doc, ""), kind, _side(left), _side(right))
    return Item(name, kind, mention.doc, mention.label, cause, tier, mention.start, left, right, note, sure)


def _name(mention: Mention) -> tuple[str, str]:
    return mention.label, str(mention.value.get("name", ""))


def _in_study(records: Iterable[Mapping[str, Any]]) -> Callable[[int], bool]:
    """Whether an offset lies in the evidence of a study; always, where no record says where its evidence is."""
    spans = sorted(
        (int(span[0]), int(span[1]))
        for record in records
        for span in record.get("evidence") or ()
        if len(span) == 2
    )
    if not spans:
        return lambda offset: True
    furthest: list[tuple[int, int]] = []
    for start, end in spans:
        furthest.append((start, max(end, furthest[-1][1]) if furthest else end))
    starts = [start for start, _ in furthest]

    def within(offset: int) -> bool:
        at = bisect_right(starts, offset) - 1
        return at >= 0 and offset < furthest[at][1]

    return within


def _tier(
    kind: Kind, mention: Mention | None, within: Callable[[int], bool], named: Counter[tuple[str, str]]
) -> int:
    assert mention is not None
    if kind == "moved":
        return 7
    if mention.label in ("DOSE", "SAMPLE_SIZE", "RESULT"):
        return 3 if within(mention.start) else 5
    if kind in ("missed", "spurious") and named[_name(mention)] > (kind == "missed"):
        return 6
    return 4 if within(mention.start) else 5


def comparisons(folder: Path, given: Mapping[str, str]) -> Iterator[Item]:
    """The contradictions of a run's concord.json and the alarms of its audit.json, where it has these files.

    ``given`` are the checksums of the run's documents. Raises GoldpanError where a file is not as `goldpan` writes it.
    """
    for row in _list(folder / "concord.json"):
        if row.get("verdict") == "contradict":
            with _as_written(folder / "concord.json"):
                a, b = row["a"], row["b"]
                said = [row["study"], row["field"], _place(a), _place(b)]
                yield Item(
                    _id("contradiction", given.get(a["doc"], ""), given.get(b["doc"], ""), *said), "contradiction",
                    a["doc"], str(row["field"]), f"concord:{row['field']}", _severe(row), a["start"],
                    dict(a), dict(b), f"{row['study']}: {row.get('explanation', '')}",
                )  # fmt: skip
    for row in _list(folder / "audit.json"):
        with _as_written(folder / "audit.json"):
            side = {key: row[key] for key in ("doc", "start", "end", "text")}
            yield Item(
                _id("alarm", given.get(row["doc"], ""), row["check"], row["start"], row["end"], row["text"]), "alarm",
                row["doc"], str(row["check"]), f"audit:{row['check']}", _severe(row), row["start"],
                side | {"value": {}}, None, str(row.get("sum", "")),
            )  # fmt: skip


class _as_written:
    """Says of which file it is that a row lacks what it should have."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, KeyError | TypeError):
            raise GoldpanError(f"{self.path}: a row lacks {error}; make the file again with goldpan")


def _severe(row: Mapping[str, Any]) -> int:
    return 1 if _SEVERITY.get(str(row.get("severity")), 1) == 0 else 2


def _place(side: Mapping[str, Any]) -> list[Any]:
    return [side["doc"], side["start"], side["end"]]


def _list(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GoldpanError(f"{path}: not readable ({error}); make the run again") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise GoldpanError(f"{path}: not a list of rows; make the run again")
    return rows


def in_order(items: Iterable[Item]) -> list[Item]:
    """What matters first: by tier; of one tier in the order of reading. An item that comes twice comes once."""
    table = {item.id: item for item in items}
    return sorted(table.values(), key=lambda item: (item.tier, item.doc, item.place, item.kind, item.id))
