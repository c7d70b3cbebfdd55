"""The words that all rooms speak: labels, values, mentions, and what a reader hands on.

Offsets are Unicode code points, end exclusive. A *reading* offset counts in ``Document.text``; a *source*
offset in ``Document.source``, which is the file itself for text formats and the reading text for PDF and XML.
The labels and values are those of annotations/GUIDELINES.md, version 1.2.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Literal, Protocol, get_args

Label = Literal["DRUG", "DOSE", "SAMPLE_SIZE", "SCALE", "OUTCOME", "RESULT"]
LABELS: tuple[Label, ...] = get_args(Label)

Role = Literal["total", "arm", "event", "dropout"]
OutcomeName = Literal[
    "response", "remission", "relapse", "symptom_change", "suicidality", "adverse_effect",
    "cognition", "effect_size", "antidepressant_effect", "dropout", "other",
]  # fmt: skip
ResultKind = Literal["mean_change", "percent", "effect_size", "p_value", "interval", "time", "score"]
Context = Literal["negated", "planned", "hypothetical", "animal", "in_vitro"]

SectionKind = Literal[
    "title", "abstract", "body", "caption", "table", "footnote", "box",
    "front_matter", "furniture", "author_notes", "keywords", "acknowledgements", "references",
]  # fmt: skip
#: Sections that are kept in the reading text, hence extracted from; the others are only recorded.
KEPT: frozenset[str] = frozenset({"title", "abstract", "body", "caption", "table", "footnote", "box"})


class GoldpanError(Exception):
    """Bad input or usage. Its text is one line: what is wrong, where, what to do. Exit code 2."""


# ---------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class DrugValue:
    """``name`` is the preferred (international nonproprietary) name, lower case, without its salt."""

    name: str
    ids: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class DoseValue:
    """``amounts`` in ``unit`` (UCUM); ``range`` is true for *100–200*; ``drug`` null where unsaid."""

    amounts: tuple[float, ...]
    unit: str
    range: bool = False
    drug: str | None = None


@dataclass(frozen=True, slots=True)
class SampleSizeValue:
    """A count of people (or animals); ``arm`` names the group where the text does."""

    count: int
    role: Role
    arm: str | None = None


@dataclass(frozen=True, slots=True)
class ScaleValue:
    """``name`` is the canonical identifier (``HDRS``), ``items`` the version's item count where said."""

    name: str
    items: int | None = None


@dataclass(frozen=True, slots=True)
class OutcomeValue:
    """The class of an endpoint, one of `OutcomeName`."""

    name: OutcomeName


@dataclass(frozen=True, slots=True)
class ResultValue:
    """Either ``number``, or ``low`` and ``high`` of an interval."""

    kind: ResultKind
    number: float | None = None
    low: float | None = None
    high: float | None = None


Value = DrugValue | DoseValue | SampleSizeValue | ScaleValue | OutcomeValue | ResultValue
#: Keys that are written even when null: the contract names them.
_ALWAYS = {"range", "drug"}


def _plain(number: Any) -> Any:
    """60.0 → 60, so that a JSON value reads as the text does."""
    if isinstance(number, float) and number.is_integer() and abs(number) < 2**53:
        return int(number)
    return number


@cache
def _value_fields(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


def value_to_json(value: Value) -> dict[str, Any]:
    """The value as the contract writes it: nulls left out, whole numbers as integers.

    >>> value_to_json(DoseValue((100.0, 200.0), "mg/d", range=True))
    {'amounts': [100, 200], 'unit': 'mg/d', 'range': True, 'drug': None}
    """
    out: dict[str, Any] = {}
    kind: Any = type(value)
    for key in _value_fields(kind):
        item = getattr(value, key)
        if isinstance(item, float):
            item = _plain(item)
        elif isinstance(item, tuple):
            item = [_plain(x) for x in item]
        elif item is None and key not in _ALWAYS:
            continue
        out[key] = item
    return out


# ---------------------------------------------------------------- mentions


# Not frozen, as the values are: frozen ones take three times as long to make, and these are made by the million.
@dataclass(slots=True, unsafe_hash=True)
class Found:
    """A mention in reading coordinates, as a matcher yields it; ``why`` names the rule or entry that fired.

    Never changed once made; `dataclasses.replace` gives another.
    """

    label: Label
    start: int
    end: int
    value: Value
    why: str
    context: tuple[Context, ...] = ()


@dataclass(slots=True, unsafe_hash=True)
class Mention:
    """A mention in source coordinates: ``document.source[start:end] == text``.

    ``place`` holds what a format adds (``page`` and ``bbox`` for PDF, ``xpath`` for XML).
    """

    doc: str
    label: str
    start: int
    end: int
    text: str
    value: Mapping[str, Any]
    why: str = ""
    section: str | None = None
    context: tuple[str, ...] = ()
    place: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """One line of ``mentions.jsonl``."""
        out: dict[str, Any] = {
            "doc": self.doc, "label": self.label, "start": self.start, "end": self.end,
            "text": self.text, "value": dict(self.value),
        }  # fmt: skip
        if self.why:
            out["why"] = self.why
        if self.section:
            out["section"] = self.section
        if self.context:
            out["context"] = list(self.context)
        out.update(self.place)
        return out

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Mention:
        """Read a line of mentions.jsonl or of a gold file. Raises KeyError where a required key is missing.

        >>> Mention.from_json({"doc": "a", "label": "DRUG", "start": 0, "end": 7, "text": "lithium",
        ...                    "value": {"name": "lithium"}}).text
        'lithium'
        """
        known = {"doc", "label", "start", "end", "text", "value", "why", "section", "context"}
        return cls(
            doc=row["doc"], label=row["label"], start=row["start"], end=row["end"], text=row["text"],
            value=row.get("value") or {}, why=row.get("why", ""), section=row.get("section"),
            context=tuple(row.get("context", ())),
            place={key: item for key, item in row.items() if key not in known},
        )  # fmt: skip


# ---------------------------------------------------------------- documents


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the source with one purpose. ``start``/``end`` are reading offsets, None where it was dropped."""

    kind: SectionKind
    title: str
    source_start: int
    source_end: int
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation mark lifted out of the sentence.

    ``at`` is the reading offset where it stood; ``keys`` are the reference keys it expands to.
    """

    at: int
    source_start: int
    source_end: int
    text: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry of the reference list. ``key`` is what citations use: ``"11"`` or ``"Singh et al., 2016"``."""

    key: str
    text: str
    source_start: int
    source_end: int
    authors: tuple[str, ...] = ()
    year: int | None = None
    title: str | None = None
    journal: str | None = None
    doi: str | None = None
    pmid: str | None = None
    #: distinguishes two works of one author and year: "a" of 2006a
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell in reading coordinates."""

    row: int
    column: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; ``heads`` are the column heads, read from the ``header_rows`` first rows."""

    start: int
    end: int
    rows: tuple[tuple[Cell, ...], ...]
    heads: tuple[str, ...]
    header_rows: int = 1
    caption: str = ""


class Origin(Protocol):
    """Maps reading spans back to where they stand in the source; one implementation for each format."""

    def place(self, start: int, end: int) -> dict[str, Any] | None:
        """``{"start", "end", …}`` in source coordinates, or None where the span is not one stretch of it."""
        ...


@dataclass(slots=True)
class Document:
    """What a reader makes of a file: the reading text, its structure and the way back to the source."""

    id: str
    kind: str
    source: str
    text: str
    origin: Origin
    sections: Sequence[Section] = ()
    citations: Sequence[Citation] = ()
    references: Sequence[Reference] = ()
    tables: Sequence[Table] = ()
    title: str = ""
    sha256: str = ""
    path: str = ""
    _kept: list[Section] = field(init=False, repr=False, default_factory=list)
    _kept_starts: list[int] = field(init=False, repr=False, default_factory=list)

    def __post_init__(self) -> None:
        self._kept = sorted((s for s in self.sections if s.start is not None), key=lambda s: s.start or 0)
        self._kept_starts = [s.start or 0 for s in self._kept]

    def mention(self, found: Found) -> Mention | None:
        """The found span in source coordinates; None where a page's furniture stands inside it.

        A span that a page break cuts is kept while only white space and a hyphen lie between
        (guidelines, ground rules); the origin decides.
        """
        place = self.origin.place(found.start, found.end)
        if place is None:
            return None
        start, end = place.pop("start"), place.pop("end")
        section = self.section_at(found.start)
        return Mention(
            doc=self.id, label=found.label, start=start, end=end, text=self.source[start:end],
            value=value_to_json(found.value), why=found.why, section=section.kind if section else None,
            context=found.context, place=place,
        )  # fmt: skip

    def section_at(self, offset: int) -> Section | None:
        """The kept section that covers a reading offset."""
        i = bisect_right(self._kept_starts, offset) - 1
        if i >= 0 and offset < (self._kept[i].end or 0):
            return self._kept[i]
        return None


# ---------------------------------------------------------------- studies


@dataclass(slots=True)
class Arm:
    """One group of a study: what it was given, and how many it had."""

    drug: str | None = None
    amounts: list[float] | None = None
    unit: str | None = None
    route: str | None = None
    schedule: str | None = None
    duration: str | None = None
    n: int | None = None


@dataclass(slots=True)
class StudyOutcome:
    """One endpoint of a study, for ``arm`` against its comparator.

    ``measure`` says what the values are (``percent``, ``mean_change``, ``score``, ``time``; the effect's where only
    that is printed); ``effect`` is the comparison that is printed (its ``effect_measure``: OR, HR, MD …), and
    ``interval`` belongs to it; ``events`` of ``total`` people are counted in each group; ``comparator`` is the drug of
    the other one, where the sentence names it.
    """

    name: str
    scale: str | None = None
    time: str | None = None
    arm: str | None = None
    value: float | None = None
    comparator_value: float | None = None
    direction: str | None = None
    p_value: str | None = None
    interval: list[float] | None = None
    significance: str | None = None
    measure: str | None = None
    events: int | None = None
    total: int | None = None
    comparator: str | None = None
    comparator_events: int | None = None
    comparator_total: int | None = None
    effect: float | None = None
    effect_measure: str | None = None


@dataclass(slots=True)
class Study:
    """A piece of primary research in humans as one document describes it (guidelines, Studies)."""

    study: str
    doc: str
    author: str | None = None
    year: int | None = None
    references: list[str] = field(default_factory=list)
    design: list[str] = field(default_factory=list)
    population: str | None = None
    n_total: list[int] = field(default_factory=list)
    route: list[str] = field(default_factory=list)
    arms: list[Arm] = field(default_factory=list)
    outcomes: list[StudyOutcome] = field(default_factory=list)
    evidence: list[tuple[int, int]] = field(default_factory=list)
    #: field → spans it was read from, and the rule where it was inferred
    sources: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The record as the guidelines show it, with ``doc`` and ``sources`` beside."""
        # by hand, since `dataclasses.asdict` copies every value of every span and takes longer than finding them
        out: dict[str, Any] = {key: getattr(self, key) for key in _value_fields(Study)}
        out["arms"] = [{key: getattr(arm, key) for key in _value_fields(Arm)} for arm in self.arms]
        out["outcomes"] = [
            {key: getattr(o, key) for key in _value_fields(StudyOutcome)} for o in self.outcomes
        ]
        return out
