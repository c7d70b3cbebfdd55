"""Candidate spans of outcomes: lexicon terms, scores of scales, and the words that belong to them.

A candidate is the shortest phrase that names an endpoint (guidelines, OUTCOME): a lexicon term; a scale with
*score(s)*; either of them with its noun of change (*reduction in …*, *… improvement*), with the adjectives that
share its head (*dissociative and psychotomimetic effects*), with *time to* before it; a discontinuation with its
reason. Whether it is an outcome where it stands is decided in outcomes.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from spacy.tokens import Doc

from pipeline.language.common import Sentences, get
from pipeline.language.cues import Cues, text_of
from pipeline.language.lexicon import Hit, fold, rows, split
from pipeline.language.lookup import hits_of
from pipeline.language.numbers import DASHES
from pipeline.schema import Label

Row = Mapping[str, str]


@dataclass(slots=True)
class Candidate:
    """A phrase that may be an outcome. ``start``/``end`` take in what belongs to it, ``at``/``to`` are its term."""

    start: int
    end: int
    at: int
    to: int
    rows: tuple[Row, ...]
    why: str
    change: bool = False
    score: bool = False
    kinds: frozenset[str] = frozenset()
    #: a criterion or a condition stands before it, so that no list may take it in
    refused: bool = False
    #: the lexicon row whose needs were met
    chosen: Row | None = None


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Built from the nouns of change of outcomes_heads.tsv."""

    inside: frozenset[str]
    after: re.Pattern[str]
    noun: re.Pattern[str]


def _alternatives(forms: Sequence[str]) -> str:
    return "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))


#: nouns of change that name no change of a symptom by themselves: they stay outside the span
_OUTSIDE = frozenset("difference variation onset absence control prevention cessation suppression loss".split()) | {"dose reduction"}


@cache
def _patterns() -> _Patterns:
    table = [row for row in rows("outcomes_heads.tsv") if row["role"] == "change_noun" and row["form"] not in _OUTSIDE]
    nouns = {form for row in table for form in (row["form"], *split(row["variants"]))}
    after = {form for row in table if row["position"] == "both" for form in (row["form"], *split(row["variants"]))}
    return _Patterns(
        inside=frozenset(nouns),
        after=re.compile(rf"\s+(?:{_alternatives(sorted(after))})\b(?!\s+(?:in|of)\s+(?:the\s+)?(?:dose|dosage))", re.IGNORECASE),
        noun=re.compile(rf"\b(?:{_alternatives(sorted(nouns))})\b", re.IGNORECASE),
    )


#: from a noun of change to its object: a preposition, and up to four words that are no prepositions, verbs or stops
_OF = re.compile(
    rf"\s+(?:in|of|on|from|for)\s+(?:(?!(?:in|of|on|from|for|with|by|at|to|was|were|is|that|which|who|after|during)\b)[\w'’/{DASHES}]+\s+(?:\(\w+\)\s+)?){{0,4}}",
    re.IGNORECASE,
)
_SCORE = re.compile(
    rf"\s?[)\]]?(?:\s+[(\[][^()\[\]]{{1,24}}[)\]]?)?(?:\s+(?!(?:and|or|in|of|for|at|was|were|is|than|with|to|on|by)\b)[\w/{DASHES}]+){{0,4}}?\s+(?:scores?|ratings?)\b",
    re.IGNORECASE,
)
_STRESSED = re.compile(r"\b(?:significant(?:ly)?|greater|larger|meaningful|marked|rapid|sustained|further|substantial|symptomatic|clinical|subjective|showed|show|shows)\s+$", re.IGNORECASE)
_OBJECT = re.compile(r"\s+(?:in|of|on|from|over|to)\b")
_KEPT = re.compile(r"\s+(?:remained|was|were|persisted|lasted|occurred)\b")
_ADJECTIVE = rf"[\w{DASHES}]+(?:al|ive|ic|ous|ant|ent|ary|ory|ar|genic|c)"
_SHARED = re.compile(rf"(?<![\w{DASHES}])(?:{_ADJECTIVE}(?:,\s+|\s*/\s*))*{_ADJECTIVE}(?:\s*/\s*|,?\s+(?:and|or|and/or|as well as)\s+(?:the\s+|other\s+)?)$")
_SHARED_HEADS = frozenset("effect effects symptom symptoms response responses change changes events event efficacy action actions adverse impairment impairments disturbances abnormalities experiences reactions functions function features score scores toxicity toxicities".split())
_TIME_TO = re.compile(r"(?:\bmedian\s+)?\b(?:time|days|weeks|months|years|duration|maintenance|loss|freedom|free)\s+(?:to|until|of|from|since)\s+(?:the\s+|a\s+|first\s+|next\s+|treatment\s+|sustained\s+|clinical\s+)*$", re.IGNORECASE)
_PREPOSITION = re.compile(r"\b(?:to|of|until|from|since|the|first|next|a|treatment|sustained|clinical)\s+$", re.IGNORECASE)
_REASON = re.compile(r"(?:\s+from\s+\w+(?:\s+\w+)?)?\s+(?:because\s+of|due\s+to|owing\s+to|as\s+a\s+result\s+of|for|from)\s+(?:(?:an?|the|any|its|their|serious|severe|intolerable|treatment-emergent|drug-related)\s+)*(?P<reason>lack\s+of\s+efficacy|inefficacy|toxicity|intolerance|intolerability|poor\s+tolerability|insufficient\s+\w+|side\s*-?effects?|adverse\s+(?:drug\s+)?(?:events?|effects?|reactions?)|AEs?|TEAEs?|any\s+(?:cause|reason))\b", re.IGNORECASE)


#: stands for the lexicon row of an adverse effect that no lexicon has
_UNLISTED: Row = {"term": "", "name": "adverse_effect", "kind": "adverse_event", "needs": "reported"}
_HEADED = re.compile(rf"(?<![\w{DASHES}])(?!(?:an?|the|these|those|their|other|some|any|no|more|most|less|severe|mild|significant|this|with|in|of|without|functional|structural)\s)(?:{_ADJECTIVE}(?:,\s+|\s*/\s*|,?\s+(?:and|or)\s+))?[^\W\d_][\w{DASHES}]+\s+\w+$")
#: names of scales and drugs hold words that are outcomes elsewhere
_OTHERS: tuple[Label, ...] = ("SCALE", "DRUG")
_LEVEL = re.compile(r"\s+(?:levels?|concentrations?|scores?|clearance|secretion|resistance)\b")


def _spelt(printed: str, surface: str) -> bool:
    """Whether capitals agree: *HOPE* is no hope, *map* no mean arterial pressure; a word all in capitals may be a heading.

    >>> _spelt("HOPE", "hope"), _spelt("Remission", "remission"), _spelt("TTP", "TTP"), _spelt("map", "MAP")
    (False, True, True, False)
    """
    if printed == surface or len(printed) > 6:
        return True
    acronym = surface[1:] != surface[1:].lower()
    return not acronym and printed[1:] == printed[1:].lower()


def _terms(doc: Doc, text: str, cues: Cues) -> list[tuple[int, int, tuple[Row, ...]]]:
    """Leftmost-longest lexicon terms that stand in no longer name (scale, disease, protein …)."""
    spans: dict[tuple[int, int], list[Hit]] = {}
    for hit in hits_of(doc, "outcomes"):
        if _spelt(text[hit.start : hit.end], hit.entry.surface):
            spans.setdefault((hit.start, hit.end), []).append(hit)
    taken = [(found.start, found.end) for label in _OTHERS for found in get(doc, label)]
    scales = sorted(taken)
    out: list[tuple[int, int, tuple[Row, ...]]] = []
    i = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if out and start < out[-1][1]:
            continue
        while i < len(scales) and scales[i][1] <= start:
            i += 1
        if i < len(scales) and scales[i][0] < end and start < scales[i][1] and (
            scales[i][0] <= start or scales[i][1] > end
        ) and not _LEVEL.match(text, end):
            continue
        if any(cue[1] > start and (cue[0] < start or cue[1] > end or cue[:2] == (start, end))
               for cue in cues.between("not_endpoint", start - 40, end + 30) if cue[0] < end):  # fmt: skip
            continue
        out.append((start, end, tuple(hit.entry.row for hit in spans[start, end])))
    return out


def _change_before(text: str, at: int, low: int, cues: Cues) -> int | None:
    """Where the noun of change begins whose object begins at ``at`` (*reduction in their* …), or None."""
    inside = _patterns().inside
    for cue in reversed(cues.between("change_noun", max(low, at - 100), at)):
        if _OF.fullmatch(text, cue[1], at) and text[cue[0] : cue[1]].lower() in inside:
            return cue[0]
    return None


def candidates(doc: Doc, cues: Cues, sentences: Sentences) -> list[Candidate]:
    """All candidates of a doc, in order, without overlaps."""
    text = text_of(doc)
    out: list[Candidate] = []
    for start, end, table in _terms(doc, text, cues):
        candidate = Candidate(start, end, start, end, table, f"lexicon outcomes: {table[0]['term']}")
        candidate.kinds = frozenset(row["kind"] for row in table)
        _widen(text, candidate, *sentences.around(start), cues)
        out.append(candidate)
    for found in get(doc, "SCALE"):
        low, high = sentences.around(found.start)
        scored = _SCORE.match(text, found.end, high)
        change = _change_before(text, found.start, low, cues)
        if scored is None and change is None:
            continue
        end = scored.end() if scored else found.end
        start = found.start if change is None else change
        out.append(Candidate(start, end, found.start, found.end, (), "score of a scale", change=change is not None, score=True))
    for cue in cues.every("change_noun"):
        if text[cue[0] : cue[0] + 11].lower() == "improvement" and not _OBJECT.match(text, cue[1]) and (
            _KEPT.match(text, cue[1]) or _STRESSED.search(text, max(0, cue[0] - 16), cue[0])
        ):
            out.append(Candidate(*cue[:2], *cue[:2], (), "noun of change: improvement"))
    for cue in cues.every("adverse_head"):
        phrase = _HEADED.search(text, max(sentences.around(cue[0])[0], cue[0] - 60), cue[1])
        if phrase:
            out.append(Candidate(phrase.start(), cue[1], phrase.start(), cue[1], (_UNLISTED,), "head of adverse effects", kinds=frozenset({"adverse_event"})))
    return _merged(out)


def _widen(text: str, candidate: Candidate, low: int, high: int, cues: Cues) -> None:
    """Take in the words that belong to a term, within its sentence."""
    start, end = candidate.start, candidate.end
    if "dropout" in candidate.kinds:
        reason = _REASON.match(text, end, high)
        if reason:
            candidate.end = reason.end()
        return
    head = text[start:end].rsplit(None, 1)[-1].lower()
    if head in _SHARED_HEADS and (end - start > len(head) + 1 or head in ("response", "responses")):
        shared = _SHARED.search(text, max(low, start - 60), start)
        if shared:
            candidate.start = shared.start()
    if candidate.kinds & {"symptom", "physiological"} or candidate.rows[0]["name"] in ("suicidality", "cognition", "symptom_change"):
        change = _change_before(text, candidate.start, low, cues)
        if change is not None:
            candidate.start, candidate.change = change, True
            return
        candidate.change = _patterns().noun.search(text, start, end) is not None
        after = _patterns().after.match(text, end, high)
        if after:
            candidate.end, candidate.change = after.end(), True
    elif "endpoint" in candidate.kinds and _PREPOSITION.search(text, start - 12, start):
        time = _TIME_TO.search(text, max(low, start - 50), start)
        if time:
            candidate.start = time.start()


def _merged(found: list[Candidate]) -> list[Candidate]:
    """In order and without overlaps: what overlaps becomes one, terms sharing their noun of change included."""
    out: list[Candidate] = []
    for candidate in sorted(found, key=lambda c: (c.start, -c.end)):
        if out and candidate.start < out[-1].end:
            last = out[-1]
            last.end = max(last.end, candidate.end)
            last.change = last.change or candidate.change
            last.score = last.score or candidate.score
            last.kinds |= candidate.kinds
            last.rows = last.rows or candidate.rows
            continue
        out.append(candidate)
    return out


__all__ = ["Candidate", "candidates", "fold"]
