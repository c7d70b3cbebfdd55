"""What all decisions together ask of gold."""

from __future__ import annotations

from pipeline.reconcile.apply import Change
from pipeline.review.consensus import consensus
from pipeline.review.decisions import Decisions
from pipeline.review.items import COMPARED, clean


def changes(decisions: Decisions) -> tuple[list[Change], int]:
    """The change that each settled difference asks for, and how many items are in conflict.

    An item whose decisions were all taken back gives a change that stands no more. Contradictions and alarms ask for
    nothing: gold holds what a text says, and they are about what it ought to say.
    """
    out: list[Change] = []
    conflicts = 0
    for item in decisions.items():
        standing = decisions.of(item)
        result = consensus(standing)
        conflicts += result.state == "conflict"
        some = result.decision or decisions.first(item)
        if some.kind in COMPARED or result.state == "conflict":
            continue
        before = clean(some.gold) if some.gold else None
        if result.decision is None:
            out.append(Change(item, some.doc, some.sha256, before, before, standing=False))
            continue
        names = sorted(
            d.who for d in standing.values() if d.outcome() == some.outcome() and d.action != "skip"
        )
        out.append(Change(item, some.doc, some.sha256, before, some.result, ", ".join(names)))
    return out, conflicts
