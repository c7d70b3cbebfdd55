"""Scores of study records against gold ones: is the study there, and what of it is right.

Gold and found studies of a document are matched one to one, first by shared citation keys, then by name (author and
year). Fields of matched studies are compared as sets of facts: a study's totals; its arms as drug and dose; its
outcomes' scales; its outcomes with their direction. A gold study that was not found loses all its facts, a spurious
one adds its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.reconcile.align import hungarian
from pipeline.reconcile.intervals import ratio, wilson
from pipeline.reconcile.values import unit_factor

Record = Mapping[str, Any]
FIELDS = ("study", "n_total", "arm_drug", "arm_dose", "scale", "direction")


def _key(text: Any) -> str:
    """A citation key or a name without case, spaces and punctuation: *Singh et al., 2016* is *singhetal2016*."""
    return re.sub(r"[^a-z0-9]+", "", str(text).lower())


def _keys(record: Record) -> set[str]:
    return {_key(item) for item in record.get("references") or () if _key(item)}


def _name(record: Record) -> str:
    if record.get("author") and record.get("year"):
        return _key(f"{record['author']}{record['year']}")
    return _key(record.get("study", ""))


def _likeness(gold: Record, found: Record) -> int:
    """How surely two records are one study: shared citation keys, then the name, then facts in common; 0 if not.

    A group citation gives records that share keys, so the number of keys counts, and facts settle what is left.
    """
    shared = len(_keys(gold) & _keys(found))
    named = bool(_name(gold)) and _name(gold) == _name(found)
    if not shared and not named:
        return 0
    ours, theirs = facts(gold), facts(found)
    common = sum(len(ours[name] & theirs[name]) for name in FIELDS)
    return shared * 10_000 + named * 1_000 + min(common, 999)


def match(gold: Sequence[Record], found: Sequence[Record]) -> list[tuple[int, int]]:
    """Index pairs of the matching with the greatest total likeness.

    >>> match([{"study": "a", "references": ["11"]}], [{"references": ["12"]}, {"references": ["11"]}])
    [(0, 1)]
    """
    if not gold or not found:
        return []
    table = [[_likeness(a, b) for b in found] for a in gold]
    if len(gold) <= len(found):
        chosen = list(enumerate(hungarian([[-cell for cell in row] for row in table])))
    else:
        columns = hungarian([[-table[i][j] for i in range(len(gold))] for j in range(len(found))])
        chosen = sorted((i, j) for j, i in enumerate(columns))
    return [(i, j) for i, j in chosen if table[i][j]]


def facts(record: Record) -> dict[str, set[Hashable]]:
    """The facts of a record, by field. A dose is in basic units, so that *1 g* and *1000 mg* are one.

    >>> facts({"arms": [{"drug": "Ketamine", "amounts": [0.5], "unit": "mg/kg"}], "n_total": [68]})["arm_dose"]
    {('ketamine', (0.5,), 'mg/kg')}
    """
    out: dict[str, set[Hashable]] = {name: set() for name in FIELDS}
    totals = record.get("n_total") or ()
    out["n_total"].update([totals] if isinstance(totals, int) else totals)
    for arm in record.get("arms") or ():
        drug = str(arm.get("drug") or "").lower()
        if drug:
            out["arm_drug"].add(drug)
        if arm.get("amounts"):
            factor, unit = unit_factor(str(arm.get("unit")))
            out["arm_dose"].add((drug, tuple(round(float(x) * factor, 9) for x in arm["amounts"]), unit))
    for outcome in record.get("outcomes") or ():
        if outcome.get("scale"):
            out["scale"].add(outcome["scale"])
        if outcome.get("direction"):
            out["direction"].add((outcome.get("name"), outcome.get("scale"), outcome["direction"]))
    return out


@dataclass(slots=True)
class FieldScore:
    """Facts of one field: in gold, in the run, and right."""

    gold: int = 0
    found: int = 0
    right: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "gold": self.gold, "found": self.found, "right": self.right,
            "precision": round(ratio(self.right, self.found), 6), "recall": round(ratio(self.right, self.gold), 6),
            "f1": round(ratio(2 * self.right, self.gold + self.found), 6),
            "interval": {
                "precision": [round(end, 6) for end in wilson(self.right, self.found)],
                "recall": [round(end, 6) for end in wilson(self.right, self.gold)],
            },
        }  # fmt: skip


@dataclass(slots=True)
class StudyScores:
    """Scores by field; the gold studies missed and the found ones that are in no gold, as (document, study)."""

    fields: dict[str, FieldScore]
    documents: list[str]
    missed: list[tuple[str, str]] = field(default_factory=list)
    spurious: list[tuple[str, str]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "fields": {name: row.to_json() for name, row in self.fields.items()},
            "documents": self.documents, "missed": self.missed, "spurious": self.spurious,
            "interval_method": "Wilson score intervals over facts",
        }  # fmt: skip


def score_studies(gold: Mapping[str, Sequence[Record]], found: Mapping[str, Sequence[Record]]) -> StudyScores:
    """Score study records by document; documents without gold are left out.

    >>> record = {"study": "a2016", "references": ["1"], "n_total": [68]}
    >>> scores = score_studies({"d": [record]}, {"d": [record | {"n_total": [67]}], "e": [record]})
    >>> scores.fields["study"].right, scores.fields["n_total"].right, scores.documents
    (1, 0, ['d'])
    """
    totals: dict[str, Counter[str]] = {name: Counter() for name in FIELDS}
    out = StudyScores({}, sorted(gold))
    for doc in out.documents:
        ours, theirs = gold[doc], found.get(doc, ())
        pairs = match(ours, theirs)
        partners = dict(pairs)
        totals["study"].update(gold=len(ours), found=len(theirs), right=len(pairs))
        out.missed.extend((doc, str(r.get("study"))) for i, r in enumerate(ours) if i not in partners)
        taken = set(partners.values())
        out.spurious.extend((doc, str(r.get("study"))) for j, r in enumerate(theirs) if j not in taken)
        stated, claimed = [facts(record) for record in ours], [facts(record) for record in theirs]
        for name in FIELDS[1:]:
            totals[name].update(
                gold=sum(len(item[name]) for item in stated), found=sum(len(item[name]) for item in claimed),
                right=sum(len(stated[i][name] & claimed[j][name]) for i, j in pairs),
            )  # fmt: skip
    out.fields = {name: FieldScore(row["gold"], row["found"], row["right"]) for name, row in totals.items()}
    return out
