"""The words that tell designs, routes, directions and kinds of papers (lexicons/study_cues.tsv)."""

from __future__ import annotations

import re
from functools import cache

from pipeline.lexicons import rows
from pipeline.schema import Reference


@cache
def patterns(kind: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """(pattern, value) of each cue of a kind, in the file's order."""
    return tuple(
        (re.compile(row["pattern"], re.IGNORECASE), row["value"])
        for row in rows("study_cues.tsv")
        if row["kind"] == kind
    )


def values(kind: str, text: str) -> list[str]:
    """The values of the cues of a kind that stand in a text, without repeats.

    >>> values("design", "a double-blind, randomised, cross-over study")
    ['randomized', 'double-blind', 'crossover']
    """
    return list(dict.fromkeys(value for pattern, value in patterns(kind) if pattern.search(text)))


def has(kind: str, text: str) -> bool:
    """Whether any cue of a kind stands in a text."""
    return any(pattern.search(text) for pattern, _ in patterns(kind))


def reference_kind(reference: Reference | None) -> str:
    """What kind of paper a reference is by its title: ``human``, ``review``, ``instrument``, ``animal``, ``unknown``.

    >>> reference_kind(Reference("1", "", 0, 0, title="Ketamine for depression: a systematic review"))
    'review'
    >>> reference_kind(Reference("2", "", 0, 0, title="A randomized trial of lithium in depressed patients"))
    'human'
    """
    if reference is None or not reference.title:
        return "unknown"
    title = reference.title
    for pattern, value in patterns("review_title"):
        if pattern.search(title):
            return value
    human = sum(1 for pattern, _ in patterns("human_title") for _ in pattern.finditer(title))
    if has("weak_review_title", title) and not has("strong_title", title):
        return "review"
    animal = sum(1 for pattern, _ in patterns("animal_title") for _ in pattern.finditer(title))
    if animal > human or re.search(r"\b(?:mice|rats?|rodents?|mouse|murine)\b", title, re.IGNORECASE):
        return "animal"
    return "human" if human else "unknown"


def is_trial_title(reference: Reference | None) -> bool:
    """Whether a title says that the paper reports on people who were given something."""
    return reference is not None and bool(reference.title) and has("strong_title", reference.title or "")
