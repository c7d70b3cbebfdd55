"""Candidate spans of outcomes: lexicon terms, scores of scales, and the words that belong to them.

A candidate is the shortest phrase that names an endpoint (guidelines, OUTCOME): a lexicon term; a scale with
*score(s)*; either of them with its noun of change (*reduction in …*, *… improvement*), with the adjectives that
share its head (*dissociative and psychotomimetic effects*), with *time to* before it; a discontinuation with its
reason. Whether it is an outcome where it stands is decided in outcomes.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from spacy.tokens import Doc

from pipeline.language import outcome_patterns as patterns
from pipeline.language.abbreviations import definitions_of
from pipeline.language.case import any_case, lower_of
from pipeline.language.common import Sentences, get
from pipeline.language.cues import Cues, text_of
from pipeline.language.lexicon import Hit, rows, split
from pipeline.language.lookup import folded_of, hits_of
from pipeline.language.outcome_forms import UNLISTED_EVENT, forms
from pipeline.schema import Label

Row = Mapping[str, str]
#: names of scales and drugs, and doses (``AUC 5``), hold words that are outcomes elsewhere
_OTHERS: tuple[Label, ...] = ("SCALE", "DRUG", "DOSE")
#: nouns of change that say nothing about a symptom by themselves: they stay outside the span
_OUTSIDE = frozenset(
    {
        "difference", "variation", "onset", "absence", "control", "prevention", "cessation", "suppression", "loss",
        "dose reduction",
    }
)  # fmt: skip


_LIFE = re.compile(
    r"quality[ -]of[ -]life|health status|health survey|cardiomyopathy questionnaire", re.IGNORECASE
)


@dataclass(slots=True)
class Candidate:
    """A phrase that may be an outcome. ``start``/``end`` take in what belongs to it, ``at``/``to`` are its term."""

    start: int
    end: int
    at: int
    to: int
    rows: tuple[Row, ...]
    why: str
    #: a noun of change is part of the span
    change: bool = False
    #: the term is a scale, with its score or its noun of change
    score: bool = False
    #: what that scale measures, as the name of an outcome
    measures: str = "symptom_change"
    #: a criterion or a condition stands before it, so that no list may take it in
    refused: bool = False
    #: the lexicon row whose needs were met
    chosen: Row | None = None
    #: whether it stands as somebody's condition, once asked
    condition: bool | None = None
    #: of an abbreviation: the folded term that it stands for, and where that is
    term: str = ""
    meant: Candidate | None = None
    #: the kinds of its lexicon rows
    kinds: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.kinds = frozenset([row["kind"] for row in self.rows])


@dataclass(frozen=True, slots=True)
class _Nouns:
    """The nouns of change of outcomes_heads.tsv: those a span takes in, as a set, as words, and behind a term."""

    forms: frozenset[str]
    word: re.Pattern[str]
    behind: re.Pattern[str]


@cache
def _nouns() -> _Nouns:
    table = [
        row
        for row in rows("outcomes_heads.tsv")
        if row["role"] == "change_noun" and row["form"] not in _OUTSIDE
    ]
    forms = {form for row in table for form in (row["form"], *split(row["variants"]))}
    verbs = {
        form for row in rows("cues.tsv") if row["kind"] == "change_verb" for form in split(row["variants"])
    }
    behind = {
        form for row in table if row["position"] == "both" for form in (row["form"], *split(row["variants"]))
    }
    behind -= verbs  # "vitamin E decreases the risk"
    return _Nouns(
        forms=frozenset(forms),
        word=any_case(rf"\b(?:{_any(forms)})\b"),
        behind=any_case(rf"\s+(?:{_any(behind)})\b(?!\s+(?:in|of)\s+(?:the\s+)?dos(?:e|age))"),
    )


def _any(forms: Iterable[str]) -> str:
    return "|".join(re.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form)))


def candidates(doc: Doc, cues: Cues, sentences: Sentences) -> list[Candidate]:
    """All candidates of a doc, in order, without overlaps."""
    text = lower_of(doc)
    out: list[Candidate] = []
    for start, end, table in _terms(doc, text, cues):
        candidate = Candidate(start, end, start, end, table, f"lexicon outcomes: {table[0]['term']}")
        _widen(text, candidate, *sentences.around(start), cues)
        out.append(candidate)
    out += _scores(doc, text, cues, sentences)
    out += _improvements(text, cues, sentences)
    for start, end, _ in cues.every("adverse_head"):
        phrase = patterns.HEADED.search(text, max(sentences.around(start)[0], start - 60), end)
        if phrase:
            at = phrase.start()
            out.append(Candidate(at, end, at, end, (UNLISTED_EVENT,), "head of adverse effects"))
    for start, end, row, why in forms(doc, text, cues, sentences, _fields(), [(c.start, c.end) for c in out]):
        candidate = Candidate(start, end, start, end, (row,), why)
        _widen(text, candidate, *sentences.around(start), cues)
        out.append(candidate)
    out += _abbreviated(doc, text_of(doc), out)
    return _merged(out)


def _improvements(text: str, cues: Cues, sentences: Sentences) -> Iterator[Candidate]:
    """A bare *improvement* that is reported; with what specifies it, or the threshold that it had to reach."""
    for start, end, _ in cues.every("change_noun"):
        if text[start : start + 11] != "improvement" or patterns.HAS_OBJECT.match(text, end):
            continue
        low = sentences.around(start)[0]
        specified = patterns.SPECIFIED.search(text, max(low, start - 30), start)
        reached = patterns.THRESHOLD_REACHED.match(text, end)
        if specified and (patterns.REACHED.match(text, end) or cues.has("declared", low, end)):
            yield Candidate(specified.start(), end, start, end, (), "noun of change: improvement")
        elif (
            reached
            or patterns.KEPT.match(text, end)
            or patterns.STRESSED.search(text, max(0, start - 16), start)
        ):
            yield Candidate(
                start, end, start, end, (), "noun of change: improvement", change=reached is not None
            )


def _abbreviated(doc: Doc, text: str, known: list[Candidate]) -> Iterator[Candidate]:
    """The abbreviations that the text defines for a term: *overall survival (OS)*. Those found already learn of it."""
    folded = folded_of(doc)
    by_start = {c.start: c for c in known}
    names = [(f.start, f.end) for label in _OTHERS for f in get(doc, label)]
    for definition in definitions_of(doc):
        meant = next(
            (
                c for c in known
                if c.rows and definition.long_start - 2 <= c.at and c.to <= definition.long_end
                and patterns.BEHIND_TERM.fullmatch(folded, c.to, definition.long_end)
                and c.to - c.at >= 0.6 * (definition.long_end - definition.long_start)
            ),
            None,
        )  # fmt: skip
        if meant is None:
            continue
        at = text.find(definition.short)
        while at >= 0:
            end = at + len(definition.short)
            other = by_start.get(at)
            if other is not None and other.to == end:
                other.rows, other.kinds = meant.rows + other.rows, meant.kinds | other.kinds
                other.term = folded[meant.at : meant.to]
            elif not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()) and not any(
                low < end and at < high for low, high in names
            ):
                yield Candidate(
                    at,
                    end,
                    at,
                    end,
                    meant.rows,
                    f"{meant.why}, abbreviated",
                    term=folded[meant.at : meant.to],
                )
            at = text.find(definition.short, end)


@cache
def _fields() -> dict[str, str]:
    return {row["name"]: row["field"] for row in rows("scales.tsv")}


def _spelt(printed: str, surface: str) -> bool:
    """Whether capitals agree: *HOPE* is no hope, *map* no mean arterial pressure; long words may be in a heading.

    >>> _spelt("HOPE", "hope"), _spelt("Remission", "remission"), _spelt("TTP", "TTP"), _spelt("map", "MAP")
    (False, True, True, False)
    """
    if printed == surface or len(printed) > 6:
        return True
    acronym = surface[1:] != surface[1:].lower()
    return not acronym and printed[1:] == printed[1:].lower()


def _terms(doc: Doc, text: str, cues: Cues) -> Iterator[tuple[int, int, tuple[Row, ...]]]:
    """Leftmost-longest lexicon terms that stand in no longer name (scale, drug, disease, protein …)."""
    spans: dict[tuple[int, int], list[Hit]] = {}
    for hit in hits_of(doc, "outcomes"):
        if _spelt(text_of(doc)[hit.start : hit.end], hit.entry.surface):
            spans.setdefault((hit.start, hit.end), []).append(hit)
    names = sorted((found.start, found.end) for label in _OTHERS for found in get(doc, label))
    last, i = 0, 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start < last:
            continue
        while i < len(names) and names[i][1] <= start:
            i += 1
        named = i < len(names) and (names[i][0] <= start < names[i][1] or names[i][0] < end < names[i][1])
        if named and names[i][0] == start and names[i][1] < end:
            named = False  # "PASI 75", "morphine consumption": more than the name
        if named and not (names[i] == (start, end) and patterns.LEVEL.match(text, end)):
            continue
        if any(
            low < end and start < high and (low < start or end < high or (low, high) == (start, end))
            for low, high, _ in cues.between("not_endpoint", start - 40, end + 30)
        ):
            continue
        last = end
        yield start, end, tuple(hit.entry.row for hit in spans[start, end])


def _scores(doc: Doc, text: str, cues: Cues, sentences: Sentences) -> Iterator[Candidate]:
    """Scales with *score(s)* behind them or a noun of change before them."""
    for found in get(doc, "SCALE"):
        low, high = sentences.around(found.start)
        scored = patterns.SCORE.match(text, found.end, high)
        change = _change_before(text, found.start, low, cues)
        if scored or change is not None:
            yield Candidate(
                found.start if change is None else change, scored.end() if scored else found.end,
                found.start, found.end, (), "score of a scale", change=change is not None, score=True,
                measures=_measured().get(getattr(found.value, "name", ""), "symptom_change"),
            )  # fmt: skip


@cache
def _measured() -> dict[str, str]:
    """What the scales measure that rate no symptoms: quality of life and health status, cognition."""
    out = {}
    for row in rows("scales.tsv"):
        if row["field"] == "quality_of_life" or _LIFE.search(row["full_names"]):
            out[row["name"]] = "other"
        elif row["field"] == "cognition":
            out[row["name"]] = "cognition"
    return out


def _change_before(text: str, at: int, low: int, cues: Cues) -> int | None:
    """Where the noun of change begins whose object begins at ``at`` (*reduction in their* …), or None."""
    for start, end, _ in reversed(cues.between("change_noun", max(low, at - 100), at)):
        if patterns.CHANGE_OF.fullmatch(text, end, at) and text[start:end] in _nouns().forms:
            return start
    return None


def _widen(text: str, c: Candidate, low: int, high: int, cues: Cues) -> None:
    """Take in the words that belong to a term, within its sentence."""
    kinds, name = c.kinds, c.rows[0]["name"]
    if "dropout" in kinds:
        reason = patterns.REASON.match(text, c.to, high)
        c.end = reason.end() if reason else c.end
        return
    head = text[c.at : c.to].rsplit(None, 1)[-1]
    if head in patterns.SHARED_HEADS and (c.to - c.at > len(head) or head.startswith("response")):
        shared = patterns.SHARED.search(text, max(low, c.at - 60), c.at)
        c.start = shared.start() if shared else c.start
    if kinds & {"symptom", "physiological"} or name in ("suicidality", "cognition", "symptom_change"):
        change = _change_before(text, c.start, low, cues)
        if change is not None:
            c.start, c.change = change, True
            return
        c.change = _nouns().word.search(text, c.at, c.to) is not None
        behind = _nouns().behind.match(text, c.to, high)
        if behind:
            c.end, c.change = behind.end(), True
    elif "endpoint" in kinds and patterns.AFTER_PREPOSITION.search(text, c.at - 12, c.at):
        time = patterns.TIME_TO.search(text, max(low, c.at - 50), c.at)
        c.start = time.start() if time else c.start


def _merged(found: list[Candidate]) -> list[Candidate]:
    """In order and without overlaps: what overlaps becomes one, such as terms that share their noun of change."""
    out: list[Candidate] = []
    for candidate in sorted(found, key=lambda c: (c.start, -c.end)):
        if not out or candidate.start >= out[-1].end:
            out.append(candidate)
            continue
        last = out[-1]
        last.end = max(last.end, candidate.end)
        last.change = last.change or candidate.change
        last.score = last.score or candidate.score
        if not last.rows or candidate.rows != (UNLISTED_EVENT,):
            last.rows += candidate.rows
            last.kinds |= candidate.kinds
    return out
