"""Endpoints that no lexicon has, by their general form.

*incidence of* X, *time to* X, *need for* X; X *level*, X *severity*, X *performance*; words with the ending of a
disease (*-itis*, *-aemia*); a scale with the share of improvement that makes a response (*EASI-75*). Heads and lead
words are rows of lexicons/cues.tsv. What is found here needs more evidence than a listed term: the words right beside
it must speak of change, measurement or events (outcome_evidence.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from spacy.tokens import Doc

from pipeline.language.case import any_case
from pipeline.language.common import Sentences, get
from pipeline.language.cues import Cues
from pipeline.language.lookup import folded_of, traits_of
from pipeline.language.numbers import DASHES
from pipeline.schema import Label

Row = Mapping[str, str]
#: a form found: start, end, the row that stands for it, and why
Form = tuple[int, int, Row, str]


def _row(name: str, kind: str, needs: str) -> Row:
    return {"term": "", "name": name, "kind": kind, "needs": needs}


UNLISTED_EVENT = _row("adverse_effect", "adverse_event", "reported")
UNLISTED_ENDPOINT = _row("other", "endpoint", "governed")
_RESPONSE = _row("response", "endpoint", "")
_OTHER_SCORE = _row("other", "endpoint", "")

#: words that no name of an endpoint holds
_STOP_WORDS = (
    "a about adults affect affected after against all also although among an and any are as at background "
    "baseline be because been before being better between both but by can children compared conclusion "
    "conclusions control could decreased despite did do does due during each either even fewer final findings "
    "first five following for four from furthermore gave greater group groups had has have her here higher his "
    "how however if improved in including increased infants initial is it its least led less lower many may mean "
    "median men method methods might more moreover most new no nor not objective objectives of on one only or "
    "other our over overall participant participants patient patients people per placebo primary prolonged raise "
    "raised reduced regimen result results same second secondary several shortened should showed shows "
    "significant significantly similar six so some study subjects such than that the their then there these "
    "third this those though three through to too total treatment trial two under until up using versus very vs "
    "was we were what when where whereas whether which while who whom whose will with within without women worse "
    "would"
)
_STOP = frozenset(_STOP_WORDS.split())
_NAME = re.compile(rf"[^\W\d_][\w’'{DASHES}]*")
_ARTICLE = re.compile(r"\s+(?:an?\s+|the\s+|any\s+)?(?:grades?\s+[≥\d]\S*\s+(?:(?:or|to|and)\s+\w+\s+)?)?")
#: what *number of*, *duration of*, *rate of* count beside endpoints
_NO_OBJECT = any_case(
    r"(?:.*\s)?(?:follow-?up|therap\w+|treatments?|stud(?:y|ies)|trials?|illness|diseases?|doses?|cycles?|sessions?|injections?|infusions?|change|bias|"
    r"interest|care|visits?|weeks?|months?|years?|days?|hours?|randomi[sz]ation|enrol\w+|recruitment|intervention|exposure|administration|"
    r"groups?|arms?|cases|events?|effects?|benefits?|data|evidence|further|research|analys[ei]s|factors?|diagnosis|onset|use|start)$",
)
#: *the response rate of*: the rate is of what stands before it
_RATE_OF_ITS_OWN = any_case(
    r"(?:^|[.;:,(\n]|\b(?:the|an?|and|or|in|with|of|higher|lower|overall|annual\w*|cumulative|actuarial|crude|reduced|increased|similar|daily|yearly))\s*$",
)
#: who it happened to
_SO_MANY = any_case(
    r"\s+(?:by|in|among)\s+(?:only\s+|about\s+|a\s+total\s+of\s+|up\s+to\s+)?"
    r"(?:\d|one\b|two\b|three\b|four\b|five\b|six\b|seven\b|eight\b|nine\b|ten\b|eleven\b|twelve\b|no\b|none\b)"
)
_CLAUSE_BEGINS = any_case(r"(?:[.;:,(\n]\s*(?:and\s+|but\s+|the\s+|an?\s+)?|\b(?:and|but|while|whereas)\s+)$")
_NO_EVENT = any_case(
    r"\b(?:differences?|effects?|responses?|benefits?|improvements?|trends?|associations?|correlations?|interactions?|changes?|results?",
    r"|findings?|cases?|events?|relationships?|data|outcomes?|reductions?|increases?|decreases?|endpoints?|protocol|doses?|drugs?|it|they",
    r"|we|ones?|infusions?|injections?|adjustments?|deviations?|baseline|concentrations?|levels?|values?|scores?|evidence)\s*$",
)
#: heads that say what was planned and not what was seen
_PLANNED = any_case(
    r"\b(?:sample|dosing|dose|group|effect|step|bin|window|therapeutic|significance|confidence|alpha|body|risk|dosage)\s+\w+$",
)
#: *PASI 90*, *EASI-75*, *IGA 0/1*: the share of improvement, or the score, that makes a response
_CRITERION = re.compile(
    r"(?:[\s-]?(?P<share>20|25|40|50|70|75|90|100)(?![\w.%]|\s?(?:mg|mm|points?|%|patients|weeks?|days?))"
    r"|\s+0(?:\s*/\s*|\s+or\s+)1(?![\w.%/]))(?:[\s-]+response)?"
)
_CRITERIA_FIELDS = frozenset({"dermatology", "rheumatology", "gastroenterology"})


def forms(
    doc: Doc,
    text: str,
    cues: Cues,
    sentences: Sentences,
    fields: Mapping[str, str],
    taken: Iterable[tuple[int, int]],
) -> Iterator[Form]:
    """All general forms of a text in lower case that stand in no listed term (``taken``), in no scale, drug or dose."""
    labels: tuple[Label, ...] = ("SCALE", "DRUG", "DOSE")
    cover = sorted([*taken, *((f.start, f.end) for label in labels for f in get(doc, label))])
    for start, end, row, why in (
        *_headed(text, cues, sentences),
        *_led(text, cues, sentences),
        *_told(text, cues, sentences),
        *_diseases(doc),
    ):
        if not any(low < end and start < high for low, high in cover):
            yield start, end, row, why
    for found in get(doc, "SCALE"):
        name = getattr(found.value, "name", "")
        match = _CRITERION.match(text, found.end)
        if match and fields.get(name) in _CRITERIA_FIELDS and not text[found.end - 1].isdigit():
            row = _RESPONSE if match["share"] or name != "DLQI" else _OTHER_SCORE
            yield found.start, match.end(), row, "criterion of a scale"


def _headed(text: str, cues: Cues, sentences: Sentences) -> Iterator[Form]:
    """*haemodynamic performance*, *tumour necrosis factor level*: a head with what specifies it."""
    for start, end, _ in cues.every("endpoint_head"):
        at = _modified(text, start, sentences.around(start)[0])
        if at < start and not _PLANNED.search(text, at, end):
            yield at, end, UNLISTED_ENDPOINT, "head of endpoints"


def _modified(text: str, at: int, low: int) -> int:
    """Where the up to three words that specify the head at ``at`` begin.

    >>> _modified("a fall in mesangial matrix volume", 27, 0)
    10
    """
    for _ in range(3):
        if at <= low or not text[at - 1].isspace():
            break
        start = max(text.rfind(" ", low, at - 1), text.rfind("\n", low, at - 1), low - 1) + 1
        word = text[start : at - 1]
        if word in _STOP or not _NAME.fullmatch(word):
            break
        at = start
    return at


def _object(text: str, at: int, high: int) -> tuple[int, int] | None:
    """The up to three words behind a lead word that ends at ``at``.

    >>> text = "incidence of the oral lichen lesions was"
    >>> text[slice(*_object(text, 12, 40))]
    'oral lichen lesions'
    """
    article = _ARTICLE.match(text, at, high)
    if article is None:
        return None
    first = end = article.end()
    for i in range(3):
        match = _NAME.match(text, end + bool(i), high)
        if match is None or match[0] in _STOP or (i and match[0].endswith(("ed", "ing"))):
            break
        end = match.end()
        if not text[end : end + 1].isspace():
            break
    return (first, end) if end > first else None


def _led(text: str, cues: Cues, sentences: Sentences) -> Iterator[Form]:
    """*incidence of chylothorax*, *time to institutionalization*: what a lead word counts or times."""
    for start, end, _ in cues.every("endpoint_lead"):
        place = _object(text, end, sentences.around(start)[1])
        if place is None or _NO_OBJECT.fullmatch(text, *place):
            continue
        if text[start : start + 4] == "rate" and not _RATE_OF_ITS_OWN.search(text, max(0, start - 16), start):
            continue
        whole = text[start:end].startswith(("time", "duration", "length", "need"))
        yield (start if whole else place[0]), place[1], UNLISTED_ENDPOINT, "lead of endpoints"


def _told(text: str, cues: Cues, sentences: Sentences) -> Iterator[Form]:
    """*Tooth staining was reported by four patients*: what happened to so many people."""
    for start, end, _ in cues.every("event_verb"):
        if not _SO_MANY.match(text, end):
            continue
        low = sentences.around(start)[0]
        at = _modified(text, start, low)
        begins = at <= low or _CLAUSE_BEGINS.search(text, max(low, at - 8), at) is not None
        if at < start and begins and not _NO_EVENT.search(text, at, start):
            yield at, start - 1, UNLISTED_EVENT, "told of so many people"


def _diseases(doc: Doc) -> Iterator[Form]:
    """Words with the ending of a disease: *chorioretinitis*, *hyperaemia*."""
    folded = folded_of(doc)
    for word, ending in traits_of(doc, "disease"):
        start = folded.find(word)
        while start >= 0:
            end = start + len(word)
            before, after = folded[start - 1 : start], folded[end : end + 1]
            if not (before.isalnum() or before == "-" or after.isalnum() or after == "-"):
                yield start, end, UNLISTED_EVENT, f"ending -{ending}"
            start = folded.find(word, end)
