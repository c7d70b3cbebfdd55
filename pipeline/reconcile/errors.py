"""What went wrong, and which rule did it: error rows, the table of confusions, the table of causes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.reconcile.align import Aligned, shared
from pipeline.reconcile.values import same
from pipeline.schema import LABELS, Mention

Kind = Literal["missed", "spurious", "boundary", "label", "value"]
KINDS: tuple[Kind, ...] = ("missed", "spurious", "label", "value", "boundary")
NONE = "(none)"


@dataclass(frozen=True, slots=True)
class Error:
    """One thing wrong. ``cause`` is the ``why`` of the found mention, or of one that overlaps a missed one.

    ``note`` says where a mention is left over because its partner has another: a gold span found in pieces, or
    one found span over several gold ones.
    """

    kind: Kind
    doc: str
    gold: Mention | None
    found: Mention | None
    cause: str
    note: str = ""

    @property
    def label(self) -> str:
        """The gold label, or the found one where there is no gold."""
        mention = self.gold or self.found
        assert mention is not None
        return mention.label

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "doc": self.doc, "label": self.label, "cause": self.cause, "note": self.note,
            "gold": self.gold.to_json() if self.gold else None, "found": self.found.to_json() if self.found else None,
        }  # fmt: skip


def errors(aligned: Mapping[str, Aligned], drug: bool = False, convert: bool = False) -> list[Error]:
    """Every error of the aligned documents, sorted by kind, then cause (the commonest first), then place.

    A pair with the wrong value is a *value* error even where its ends are wrong too: the wrong ends are often why.

    >>> from pipeline.schema import Mention
    >>> from pipeline.reconcile.align import align
    >>> m = lambda start, end, why="": Mention("d", "DRUG", start, end, "", {"name": "x"}, why)
    >>> [(e.kind, e.cause, e.note) for e in errors({"d": align([m(0, 9)], [m(0, 4, "drugs:a"), m(5, 9, "drugs:b")])})]
    [('spurious', 'drugs:b', 'a piece of a mention already found'), ('boundary', 'drugs:a', '')]
    """
    out: list[Error] = []
    for doc, result in aligned.items():
        for gold, found in result.pairs:
            if not same(gold.label, gold.value, found.value, drug=drug, convert=convert):
                out.append(Error("value", doc, gold, found, found.why or NONE))
            elif (gold.start, gold.end) != (found.start, found.end):
                out.append(Error("boundary", doc, gold, found, found.why or NONE))
        for gold, found in result.crossed:
            out.append(Error("label", doc, gold, found, found.why or NONE))
        taken: dict[str, list[tuple[Mention, Mention]]] = defaultdict(list)
        for pair in result.pairs:
            taken[pair[0].label].append(pair)
        for gold in result.missed:
            over = next((f for _, f in taken[gold.label] if shared(gold, f)), None)
            note = "under a mention found for another" if over else ""
            out.append(Error("missed", doc, gold, None, (over.why or NONE) if over else NONE, note))
        for found in result.spurious:
            inside = any(shared(g, found) for g, _ in taken[found.label])
            note = "a piece of a mention already found" if inside else ""
            out.append(Error("spurious", doc, None, found, found.why or NONE, note))
    often = Counter((error.kind, error.cause) for error in out)

    def place(error: Error) -> tuple[Any, ...]:
        mention = error.gold or error.found
        assert mention is not None
        common = -often[error.kind, error.cause]
        return (
            KINDS.index(error.kind),
            common,
            error.cause,
            error.doc,
            mention.start,
            mention.end,
            mention.label,
        )

    return sorted(out, key=place)


def confusion(aligned: Mapping[str, Aligned]) -> dict[str, dict[str, int]]:
    """Gold label → found label → number of places; ``(none)`` where one side has nothing."""
    cells: Counter[tuple[str, str]] = Counter()
    for result in aligned.values():
        cells.update((gold.label, found.label) for gold, found in [*result.pairs, *result.crossed])
        cells.update((gold.label, NONE) for gold in result.missed)
        cells.update((NONE, found.label) for found in result.spurious)
    names = [name for name in (*LABELS, NONE) if any(name in cell for cell in cells)]
    return {a: {b: cells[a, b] for b in names} for a in names}


@dataclass(frozen=True, slots=True)
class Cause:
    """How many errors of one kind one rule, entry or model made, and a few of their texts."""

    kind: Kind
    cause: str
    label: str
    count: int
    examples: tuple[str, ...]


def causes(rows: list[Error], examples: int = 3) -> list[Cause]:
    """The errors grouped by kind, cause and label: by kind, the largest group first."""
    groups: dict[tuple[Kind, str, str], list[Error]] = defaultdict(list)
    for error in rows:
        groups[error.kind, error.cause, error.label].append(error)
    out: list[Cause] = []
    ordered = sorted(groups.items(), key=lambda item: (KINDS.index(item[0][0]), -len(item[1])))
    for (kind, cause, label), members in ordered:
        texts = Counter((e.gold or e.found).text for e in members if (e.gold or e.found))  # type: ignore[union-attr]
        out.append(
            Cause(kind, cause, label, len(members), tuple(text for text, _ in texts.most_common(examples)))
        )
    return out
