"""The words that tell designs, routes, directions and kinds of papers (lexicons/study_cues.tsv)."""

from __future__ import annotations

import re
from collections.abc import Iterator
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


@cache
def _any(kind: str) -> re.Pattern[str]:
    """All patterns of a kind as one."""
    return re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in patterns(kind)), re.IGNORECASE)


def values(kind: str, text: str) -> list[str]:
    """The values of the cues of a kind that stand in a text, without repeats.

    >>> values("design", "a double-blind, randomised, cross-over study")
    ['randomized', 'double-blind', 'crossover']
    """
    if not _any(kind).search(text):
        return []
    return list(dict.fromkeys(value for pattern, value in patterns(kind) if pattern.search(text)))


def has(kind: str, text: str) -> bool:
    """Whether any cue of a kind stands in a text."""
    return _any(kind).search(text) is not None


def starts(kind: str, text: str, at: int) -> bool:
    """Whether a cue of a kind begins at an offset."""
    return _any(kind).match(text, at) is not None


def spans(kind: str, text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, str]]:
    """Start, end and value of each cue of a kind between two offsets of a text.

    >>> list(spans("up", "higher and greater"))
    [(0, 6, 'compared'), (11, 18, 'compared')]
    """
    end = len(text) if end is None else end
    for pattern, value in patterns(kind):
        for match in pattern.finditer(text, start, end):
            yield match.start(), match.end(), value


@cache
def _kind(title: str) -> str:
    for pattern, value in patterns("review_title"):
        if pattern.search(title):
            return value
    strong, outcome = has("strong_title", title), has("outcome_title", title)
    if has("weak_review_title", title) and not strong and not outcome:
        return "review"
    if has("laboratory_title", title) or (has("species_title", title) and not has("in_people", title)):
        return "animal"
    human = sum(1 for _ in _any("human_title").finditer(title))
    animal = sum(1 for _ in _any("animal_title").finditer(title))
    if has("mechanistic_title", title) and not outcome:
        return "mechanistic" if human or animal <= 1 else "animal"
    if animal > human:
        return "unknown" if outcome and animal == 1 else "animal"
    return "human" if human else "unknown"


def reference_kind(reference: Reference | None) -> str:
    """What kind of paper a reference is, by its title.

    ``human``: a study in people; ``mechanistic``: one of images, blood or genes rather than of how people fare;
    ``animal``, ``review``, ``instrument``; ``unknown`` where the title does not tell.

    >>> reference_kind(Reference("1", "", 0, 0, title="Ketamine for depression: a systematic review"))
    'review'
    >>> reference_kind(Reference("2", "", 0, 0, title="A randomized trial of lithium in depressed patients"))
    'human'
    >>> reference_kind(Reference("3", "", 0, 0, title="Ketamine and resting-state connectivity in volunteers"))
    'mechanistic'
    """
    return _kind(reference.title) if reference is not None and reference.title else "unknown"


def is_trial_title(reference: Reference | None) -> bool:
    """Whether a title says that the paper reports on people who were given something."""
    return reference is not None and bool(reference.title) and has("strong_title", reference.title or "")
