"""The words that tell designs, routes, directions and kinds of papers (lexicons/study_cues.tsv)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from pipeline.evidence.literals import Prefilter, required
from pipeline.language.case import lower as same_length_lower
from pipeline.language.case import lower_pattern
from pipeline.lexicons import rows
from pipeline.schema import Reference

_CASED = "(?-i:"
#: Sentences whose cues are kept: those of a long review.
_KEPT = 8192


@cache
def patterns(kind: str) -> tuple[tuple[re.Pattern[str], str, bool], ...]:
    """(pattern, value, whether capitals count) of each cue of a kind, in the file's order.

    A pattern that does not mind capitals is one for lower case: Python's matcher is several times as fast there.
    """
    return tuple(
        (_compiled(row["pattern"]), row["value"], _CASED in row["pattern"])
        for row in rows("study_cues.tsv")
        if row["kind"] == kind
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern if _CASED in pattern else lower_pattern(pattern))


lower = lru_cache(_KEPT)(same_length_lower)
_TITLES = "title"
_SENTENCES = "sentence"


@cache
def _group(kind: str) -> str:
    """What a kind is asked of: titles only, or sentences too."""
    return _TITLES if kind.endswith("_title") or kind == "in_people" else _SENTENCES


@cache
def _all(group: str) -> tuple[Prefilter, list[tuple[str, re.Pattern[str], str, bool]]]:
    """What tells which patterns of a group can match, and its patterns, each behind its kind, by their number there."""
    kinds = dict.fromkeys(row["kind"] for row in rows("study_cues.tsv") if _group(row["kind"]) == group)
    every = [(kind, *entry) for kind in kinds for entry in patterns(kind)]
    return Prefilter(lower(p.pattern) if cased else p.pattern for _, p, _, cased in every), every


#: A cue found: start, end, value.
_Span = tuple[int, int, str]


@lru_cache(_KEPT)
def _cues(group: str, text: str) -> dict[str, list[int] | tuple[_Span, ...]]:
    """Of each kind of a group that can stand in a text: the numbers of its patterns, or what they found once asked.

    Most kinds are not there, so that most questions are answered by one look.
    """
    prefilter, every = _all(group)
    out: dict[str, list[int] | tuple[_Span, ...]] = {}
    for number in sorted(prefilter.fitting(lower(text))):
        numbers = out.setdefault(every[number][0], [])
        assert isinstance(numbers, list)
        numbers.append(number)
    return out


def _found(kind: str, text: str) -> tuple[_Span, ...]:
    group = _group(kind)
    known = _cues(group, text)
    found = known.get(kind)
    if found is None:
        return ()
    if isinstance(found, list):
        found = known[kind] = tuple(_search(group, found, text))
    return found


def _search(group: str, numbers: list[int], text: str) -> Iterator[_Span]:
    for number in numbers:
        _, pattern, value, cased = _all(group)[1][number]
        if not cased or any(literal in text for literal in _capitals(pattern.pattern)):
            for match in pattern.finditer(text if cased else lower(text)):
                yield match.start(), match.end(), value


@cache
def _capitals(pattern: str) -> tuple[str, ...]:
    """Strings, in their own capitals, of which each match of a pattern that minds them holds one."""
    return tuple(required(pattern) or ("",))


def spans(kind: str, text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int, str]]:
    """Start, end and value of each cue of a kind between two offsets of a text, pattern by pattern.

    >>> spans("up", "higher and greater")
    [(0, 6, 'compared'), (11, 18, 'compared')]
    """
    found = _found(kind, text)
    if not found:
        return []
    end = len(text) if end is None else end
    return [cue for cue in found if start <= cue[0] and cue[1] <= end]


def values(kind: str, text: str, start: int = 0, end: int | None = None) -> list[str]:
    """The values of the cues of a kind that stand in a text, without repeats.

    >>> values("design", "a double-blind, randomised, cross-over study")
    ['randomized', 'double-blind', 'crossover']
    """
    return list(dict.fromkeys(value for _, _, value in spans(kind, text, start, end)))


def has(kind: str, text: str, start: int = 0, end: int | None = None) -> bool:
    """Whether any cue of a kind stands in a text."""
    return bool(spans(kind, text, start, end))


def starts(kind: str, text: str, at: int) -> bool:
    """Whether a cue of a kind begins at an offset."""
    if kind not in _cues(_group(kind), text):
        return False
    small = lower(text)
    return any(pattern.match(text if cased else small, at) for pattern, _, cased in patterns(kind))


@lru_cache(_KEPT)
def _kind(title: str) -> str:
    for value in values("review_title", title):
        return value
    if has("weak_review_title", title) and not has("strong_title", title) and not has("outcome_title", title):
        return "review"
    if has("laboratory_title", title) or (has("species_title", title) and not has("in_people", title)):
        return "animal"
    human, animal = len(spans("human_title", title)), len(spans("animal_title", title))
    outcome = has("outcome_title", title) if animal > human or has("mechanistic_title", title) else True
    if not outcome and has("mechanistic_title", title):
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
