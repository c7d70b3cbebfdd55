"""Statements: stretches of text that say something of one or more studies; what of a sentence is each study's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.evidence import cues
from pipeline.evidence.direction import clauses
from pipeline.schema import Citation, DrugValue, Found

_DID_NOT = re.compile(r"\b(?:did|does|do|was|were|has|have|had) not\W*$")

_NONE: list[Found] = []


@dataclass(slots=True)
class Statement:
    """A stretch of reading text that says something of one or more studies.

    ``keys`` are the references that it is about; ``linked`` says how they were found: ``citation``, ``anaphora`` (a
    sentence before), ``cataphora`` (one after), ``row``, ``abstract`` (the paper itself).
    """

    start: int
    end: int
    text: str
    mentions: list[Found]
    keys: tuple[str, ...] = ()
    linked: str = ""
    cells: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    #: the mark printed where the authors named have another one: start and end of the names, and the key printed
    wrong: tuple[int, int, str] | None = None
    #: its study is the one that the sentence says did not do what others did
    denied: bool = False
    _by_label: dict[str, list[Found]] | None = field(default=None, repr=False, compare=False)

    def of(self, label: str) -> list[Found]:
        """The statement's mentions of a label, in order."""
        if self._by_label is None:
            self._by_label = {}
            for mention in self.mentions:
                self._by_label.setdefault(mention.label, []).append(mention)
        return self._by_label.get(label, _NONE)


def scoped(
    statement: Statement, anchors: Sequence[Citation], primary: Callable[[Sequence[str]], list[str]]
) -> list[Statement]:
    """One statement for each citation mark that stands inside the sentence beside what it supports.

    A dose, a size or a route right before a mark is that study's; outcomes are shared by all. ``primary`` tells which
    keys can be of primary research in people.
    """
    inner = [a for a in anchors if primary(a.keys)]
    groups: list[tuple[str, ...]] = []
    for anchor in inner:
        keys = tuple(primary(anchor.keys))
        if keys and keys not in groups:
            groups.append(keys)
    if len(groups) <= 1:
        return [statement]
    out = []
    opening = statement.text[: inner[0].at - statement.start].rstrip("., ")
    narrative = (
        len(opening) < 45
        and inner[-1].at - inner[0].at > 45
        and not any(m.label == "DRUG" and m.end <= inner[0].at for m in statement.mentions)
    )
    for i, keys in enumerate(groups):
        own = [a for a in inner if tuple(primary(a.keys)) == keys]
        left = max((a.at for a in inner if a.at < own[0].at), default=statement.start)
        right = own[-1].at
        if narrative and i == 0:
            right = inner[1].at
        near = [m for m in statement.mentions if left <= m.start < right]
        # the drug beside a mark is its study's; where none stands there, all are
        drug = any(isinstance(m.value, DrugValue) and m.value.name != "placebo" for m in near)
        everyones = ("OUTCOME", "SCALE") if drug else ("OUTCOME", "SCALE", "DRUG")
        mentions = [m for m in statement.mentions if m.label in everyones or left <= m.start < right]
        said = Statement(statement.start, statement.end, statement.text, mentions, keys, "citation")
        others = [a.at for a in inner if a not in own]
        out.append(own_clauses(said, [a.at for a in own], others))
    return out


def own_clauses(s: Statement, own: Sequence[int], others: Sequence[int]) -> Statement:
    """A statement without the clauses that only other studies are cited in, if its own say something by themselves.

    *X improved sleep,¹ but Y worsened it.²* Where they only deny (*whereas Y² did not*), they deny of the others'.
    """
    mine, theirs = [], []
    # a mark stands behind what it supports, and behind the comma
    ends = [[len(s.text[: at - s.start].rstrip(".,;: ")) for at in marks] for marks in (own, others)]
    for low, high in clauses(s.text):
        if any(low < end <= high for end in ends[0]):
            mine.append((low, high))
        elif any(low < end <= high for end in ends[1]):
            theirs.append((low, high))
    if not mine or not theirs:
        return s
    if all(_DID_NOT.search(s.text[low:high]) for low, high in mine):
        s.denied = True
        return s
    told = [
        m for m in s.mentions if m.label == "OUTCOME" and any(a <= m.start - s.start < b for a, b in mine)
    ]
    if not told and not any(cues.has("effect_words", s.text, low, high) for low, high in mine):
        return s
    for low, high in theirs:
        s.text = s.text[:low] + " " * (high - low) + s.text[high:]
        s.mentions = [m for m in s.mentions if not low <= m.start - s.start < high]
    return s
