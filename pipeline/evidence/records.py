"""Pieces of a study's record: its name, sizes by counts, outcomes that follow others or repeat them."""

from __future__ import annotations

import re

from pipeline.evidence.setting import Finding
from pipeline.letters import plain
from pipeline.schema import Arm, StudyOutcome


def sizes_by_counts(arms: list[Arm], outcomes: list[StudyOutcome], totals: list[int]) -> None:
    """Sizes of groups by the counts of their outcomes (*98 of 156 against 59 of 156*), where nothing else tells."""
    for outcome in outcomes:
        for drug, number in (
            (outcome.arm, outcome.total),
            (outcome.comparator, outcome.comparator_total),
        ):
            own = [arm for arm in arms if arm.drug and arm.drug == drug]
            if len(own) == 1 and own[0].n is None and number and number not in totals:
                own[0].n = number


def follow(outcome: StudyOutcome, before: list[StudyOutcome], text: str) -> None:
    """An effect size goes the way of the outcome that it corresponds to (*corresponds to an effect size of 1.1*)."""
    if outcome.name != "effect_size" or outcome.direction is not None or "correspond" not in text:
        return
    last = next((o for o in reversed(before) if o.name != "effect_size"), None)
    if last is not None and last.direction in ("better", "worse") and (outcome.value or 0) > 0:
        outcome.direction, outcome.scale = last.direction, outcome.scale or last.scale


def is_told(finding: Finding, before: list[StudyOutcome]) -> bool:
    """Whether an effect told by its word alone (*was not effective*) repeats what an endpoint says."""
    return finding.generic and finding.outcome.value is None and any(
        o.direction == finding.outcome.direction and o.name in ("symptom_change", "response", "remission", "relapse")
        for o in before
    )  # fmt: skip


def identifier(author: str | None, year: int | None, key: str) -> str:
    """``singh2016``; where the list gives no author, the key."""
    if not author:
        return f"ref{key}"
    name = re.sub(r"[^a-z-]", "", plain(author).lower())
    suffix = re.search(r"\d{4}([a-z])$", key)
    return f"{name}{year or ''}{suffix[1] if suffix else ''}"
