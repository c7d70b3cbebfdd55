"""One outcome told twice in a sentence, of the arm and of its comparator, put together."""

from __future__ import annotations

from collections.abc import Set

from pipeline.evidence.figures import Figures, verdict
from pipeline.schema import StudyOutcome


def is_of_comparator(first: StudyOutcome, second: StudyOutcome, drugs: Set[str]) -> bool:
    """Whether an outcome is told again for the comparator (*61% responded, whereas 30% did on placebo*).

    ``drugs`` are those that the second clause names.
    """
    if (first.name, first.scale) != (second.name, second.scale):
        return False
    if first.comparator_value is not None or first.comparator_total is not None:
        return False
    if first.effect is not None or second.effect is not None:
        return False
    told = None not in (first.value, second.value) or None not in (first.total, second.total)
    return told and bool(drugs - {first.arm}) and first.arm not in drugs


def pair(first: StudyOutcome, second: StudyOutcome, said: str) -> None:
    """Put the comparator's figures beside the arm's, and judge them; ``said`` are the words that name the outcome."""
    first.comparator_value, first.comparator_events = second.value, second.events
    first.comparator_total, first.comparator = second.total, second.arm or first.comparator
    if first.direction in (None, second.direction) and first.value is not None and second.value is not None:
        kind = Figures(kind=first.measure or "")
        first.direction = verdict(first.name, said, "", (first.value, second.value), kind) or first.direction
