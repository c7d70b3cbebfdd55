"""What changed between two runs, or between gold and a run, row by row, and what most likely did it.

A row's cause is looked for among what the two run.json say differently: the input's checksum first; then a lexicon,
model or setting that the rule's ``why`` names; then the code. Nothing here knows the names of those fields: two
records are flattened and compared, so a new lexicon or setting is a possible cause the day it is recorded.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.reconcile.align import align
from pipeline.reconcile.gold import write_atomic
from pipeline.reconcile.runs import Rows, by_document
from pipeline.reconcile.values import same
from pipeline.schema import Mention

Kind = Literal["lost", "found", "label_changed", "value_changed", "moved"]
KINDS: tuple[Kind, ...] = ("lost", "found", "label_changed", "value_changed", "moved")
#: parts of a record that differ between any two runs, or that say what was read and not how
_VOLATILE = re.compile(
    r"^(?:id|run|run_id)$|(?:^|\.)(?:created|started|finished|ended|sealed|previous|host|pid|user|path|out|gold|seconds"
    r"|timings?|times?|duration|words_per_second|documents|scores?|mentions|counts?|set_aside|processed|reused|workers"
    r"|runner|batch\w*|tasks?|words|extracted|absent|changes|gold_problems|note|fingerprint)(?:\.|$)"
)
_INPUT = re.compile(r"(?:^|\.)(?:inputs?|sources?|corpus|manifest|texts)(?:\.|$)")
_CODE = re.compile(
    r"(?:^|\.)(?:code|version|versions|commit|git|python|packages?|libraries|platform|goldpan)(?:\.|$)"
)


@dataclass(frozen=True, slots=True)
class Change:
    """A field that two run.json state differently."""

    field: str
    a: Any
    b: Any

    def __str__(self) -> str:
        return f"{self.field}: {_short(self.a)} → {_short(self.b)}"


def _short(item: Any) -> str:
    text = item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
    return text[:12] + "…" if re.fullmatch(r"[0-9a-f]{20,}", text) else text[:60]


def flatten(record: Mapping[str, Any], front: str = "") -> dict[str, Any]:
    """A nested record as dotted fields; lists are values.

    >>> flatten({"versions": {"code": "1"}, "settings": {"model": "x"}})
    {'versions.code': '1', 'settings.model': 'x'}
    """
    out: dict[str, Any] = {}
    for key, item in record.items():
        name = f"{front}{key}"
        out.update(flatten(item, f"{name}.") if isinstance(item, Mapping) else {name: item})
    return out


def changes(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Change]:
    """What two run records state differently, without times, paths and counts.

    >>> [str(c) for c in changes({"id": "1", "settings": {"model": "x"}}, {"id": "2", "settings": {"model": "y"}})]
    ['settings.model: x → y']
    """
    left, right = flatten(a), flatten(b)
    return [
        Change(name, left.get(name), right.get(name))
        for name in sorted(left.keys() | right.keys())
        if left.get(name) != right.get(name) and not _VOLATILE.search(name)
    ]


def _words(text: str) -> set[str]:
    return {word.removesuffix("s") for word in re.split(r"[^a-z0-9]+", text.lower()) if len(word) > 2}


#: words of a field's path that say what sort of thing it is, not which one
_SORTS = {
    "lexicon", "lexica", "model", "setting", "sha256", "tsv", "json", "csv", "checksum", "pipeline", "version",
}  # fmt: skip


def likely_cause(whys: Iterable[str], changed: Sequence[Change], input_changed: bool) -> str:
    """The change that most likely moved a row: its input, else one that its rule names, else code, else what is left.

    ``whys`` are the rules and the label, since a lexicon may be named after what it holds.

    >>> lexicon, code = Change("lexicons.drugs.tsv", "a", "b"), Change("versions.code", "1", "2")
    >>> likely_cause(["drugs:ketamine"], [code, lexicon], False), likely_cause(["ner"], [code, lexicon], False)
    ('lexicons.drugs.tsv', 'versions.code')
    """
    if input_changed:
        return "input"
    named = set().union(*(_words(why) for why in whys)) if whys else set()
    own = [c.field for c in changed if not _INPUT.search(c.field)]
    hits = [name for name in own if (_words(name) - _SORTS) & named]
    # a model's rows are named after the mechanism (ner), not after the package that was loaded
    if not hits and named & {"ner", "model"}:
        hits = [name for name in own if "model" in name.lower()]
    if not hits:
        hits = [name for name in own if _CODE.search(name)] or own
    return ", ".join(hits[:3]) if hits else "unknown"


@dataclass(frozen=True, slots=True)
class Difference:
    """One row: ``a`` as the first has it, ``b`` as the second (None where it has none), and the likely cause.

    For gold against a run ``lost`` means missed and ``found`` means spurious.
    """

    kind: Kind
    doc: str
    a: Mention | None
    b: Mention | None
    cause: str

    @property
    def label(self) -> str:
        mention = self.a or self.b
        assert mention is not None
        return mention.label

    @property
    def why(self) -> str:
        """The rules of both sides: ``old → new`` where they differ."""
        before, after = self.a.why if self.a else "", self.b.why if self.b else ""
        return f"{before} → {after}" if before and after and before != after else before or after or "(none)"

    def to_json(self) -> dict[str, Any]:
        """A line of diff.jsonl."""
        return {
            "kind": self.kind, "doc": self.doc, "label": self.label, "cause": self.cause, "why": self.why,
            "a": self.a.to_json() if self.a else None, "b": self.b.to_json() if self.b else None,
        }  # fmt: skip


@dataclass(slots=True)
class Diff:
    """All differences, sorted by kind, cause and place; what the records state differently; documents in one only."""

    a: str
    b: str
    rows: list[Difference]
    changed: list[Change]
    only_a: list[str]
    only_b: list[str]
    unchanged: int

    def groups(self) -> list[tuple[Kind, str, str, list[Difference]]]:
        """(kind, cause, why, rows): largest first within a kind, so that a change is seen before its instances."""
        table: dict[tuple[Kind, str, str], list[Difference]] = defaultdict(list)
        for row in self.rows:
            table[row.kind, row.cause, row.why].append(row)
        order = sorted(table.items(), key=lambda item: (KINDS.index(item[0][0]), -len(item[1]), item[0][1:]))
        return [(*key, members) for key, members in order]

    def to_json(self) -> dict[str, Any]:
        counts = Counter(row.kind for row in self.rows)
        return {
            "a": self.a, "b": self.b, "unchanged": self.unchanged,
            "counts": {kind: counts[kind] for kind in KINDS},
            "changed": [{"field": c.field, "a": c.a, "b": c.b} for c in self.changed],
            "documents_only_in_a": self.only_a, "documents_only_in_b": self.only_b,
            "groups": [
                {"kind": kind, "cause": cause, "why": why, "count": len(rows)}
                for kind, cause, why, rows in self.groups()
            ],
            "rows": [row.to_json() for row in self.rows],
        }  # fmt: skip


Moved = tuple[Kind, Mention | None, Mention | None]


def compare_mentions(
    a: Iterable[Mention], b: Iterable[Mention], from_gold: bool = False
) -> tuple[list[Moved], int]:
    """(kind, a, b) of every difference between two lists of mentions of one document, and the number of equal pairs.

    A pair with another span and another value is *value changed*: what it says matters more than where it ends.
    With ``from_gold`` a value may say more than ``a`` does (a scale's items), as the scorer has it.
    """
    result = align(a, b)
    out: list[Moved] = []
    equal = 0
    for left, right in result.pairs:
        both = same(left.label, left.value, right.value, drug=True)
        if both and not from_gold:
            both = same(left.label, right.value, left.value, drug=True)
        if not both:
            out.append(("value_changed", left, right))
        elif (left.start, left.end) != (right.start, right.end):
            out.append(("moved", left, right))
        else:
            equal += 1
    out.extend(("label_changed", left, right) for left, right in result.crossed)
    out.extend(("lost", left, None) for left in result.missed)
    out.extend(("found", None, right) for right in result.spurious)
    return out, equal


def diff(a: Rows, b: Rows) -> Diff:
    """The differences of two runs, or of gold (``a``) and a run (``b``).

    A document that only one of them read is named in ``only_a`` or ``only_b``; its rows are not counted as changes.

    >>> m = lambda start, end, why: Mention("d", "DRUG", start, end, "", {"name": "x"}, why)
    >>> left = Rows("a", Path("a"), [m(0, 4, "drugs:x"), m(9, 12, "ner")], record={"model": {"sha256": "1"}})
    >>> right = Rows("b", Path("b"), [m(0, 4, "drugs:x")], record={"model": {"sha256": "2"}})
    >>> [(row.kind, row.cause) for row in diff(left, right).rows]
    [('lost', 'model.sha256')]
    """
    left, right = by_document(a.mentions), by_document(b.mentions)
    of_a, of_b = (set(x.processed) if x.processed is not None else None for x in (a, b))
    only_a = sorted(
        doc for doc in (of_a if of_a is not None else left) if of_b is not None and doc not in of_b
    )
    only_b = sorted(
        doc for doc in (of_b if of_b is not None else right) if of_a is not None and doc not in of_a
    )
    changed = changes(a.record, b.record) if a.record and b.record else []
    rows: list[Difference] = []
    unchanged = 0
    for doc in sorted((left.keys() | right.keys()) - set(only_a) - set(only_b)):
        other_text = bool(a.sha256.get(doc) and b.sha256.get(doc) and a.sha256[doc] != b.sha256[doc])
        pairs, equal = compare_mentions(left.get(doc, ()), right.get(doc, ()), from_gold=a.is_gold)
        unchanged += equal
        for kind, before, after in pairs:
            whys = [m.why for m in (before, after) if m and m.why]
            labels = [m.label for m in (before, after) if m]
            if a.is_gold or b.is_gold:
                cause = "input" if other_text else whys[-1] if whys else "(none)"
            else:
                cause = likely_cause([*whys, *labels], changed, other_text)
            rows.append(Difference(kind, doc, before, after, cause))

    def place(row: Difference) -> tuple[Any, ...]:
        mention = row.a or row.b
        assert mention is not None
        return KINDS.index(row.kind), row.cause, row.doc, mention.start, mention.end, mention.label

    return Diff(a.name, b.name, sorted(rows, key=place), changed, only_a, only_b, unchanged)


def write_rows(path: Path, rows: Iterable[Difference]) -> None:
    """diff.jsonl: one difference a line, written whole or not at all."""
    lines = (json.dumps(row.to_json(), ensure_ascii=False) + "\n" for row in rows)
    write_atomic(path, "".join(lines).encode("utf-8"))
