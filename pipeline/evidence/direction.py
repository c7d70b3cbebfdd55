"""Which way an outcome went for an arm against its comparator, by the words of its clause.

Words come from lexicons/study_cues.tsv: ``same`` denies a difference; ``good`` and ``bad`` judge by themselves;
``up`` and ``down`` judge by what moved: fewer relapses are better, fewer remissions worse. A word of comparison
(*higher*, *superior*) speaks for itself; a plain one (*reduced*, *improved*) only beside a comparator or a test.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.evidence import cues

#: Outcomes of which more is better (1) or worse (-1).
POLARITY = {
    "response": 1, "remission": 1, "antidepressant_effect": 1, "cognition": 1, "effect_size": 1, "relapse": -1,
    "symptom_change": -1, "suicidality": -1, "adverse_effect": -1, "dropout": -1,
}  # fmt: skip
_FALL_IN = re.compile(
    r"\b(?:(?:fall|reduction|decrease|decline|drop)s? (?:in|of)|(?:cessation|resolution|end) of|ended|stopped|"
    r"terminated) "
    r"(?:the |mean |total |more )*$",
    re.IGNORECASE,
)
_FALL_OF = re.compile(r"(?:falls?|reductions?|decreases?|declines?|drops?) (?:in|of)\b", re.IGNORECASE)
#: Outcomes that are described more often than they are compared.
_DESCRIBED = frozenset({"adverse_effect", "dropout", "cognition", "other"})
_GAIN = re.compile(
    r"\b(?:improv\w+|reductions?|decreases?|relief|declines?|falls?|changes?|freedom|gains?|recovery|efficacy|"
    r"benefits?|sleep time|quality|function\w*)\b",
    re.IGNORECASE,
)
_AGAINST = re.compile(r"\b(?:placebo|controls?|sham|comparator)\b", re.IGNORECASE)
#: "50% or greater", "at least", "≥": a threshold, no comparison
_LIMIT = re.compile(r"\bor (?:greater|higher|more|lower|less|longer|larger|fewer)\b|[≥≤]|\\geq|\\leq")
_SIGNIFICANT = re.compile(r"\bsignificant(?:ly)? (?:\w+ )?$", re.IGNORECASE)
#: what one drug brings about, another may take away
_INDUCED = re.compile(r"-induced\b", re.IGNORECASE)
#: what may stand between outcomes of one list
_LISTED = re.compile(
    r"(?!.*\b(?:in|than|among|with|on|for|from|of|after|was|were|compared)\b)[\w\s,-]*(?:,|\band\b|\bor\b)[\w\s,-]*",
    re.IGNORECASE,
)
_GROUP = re.compile(r"(?:non-?)?(?:responders|remitters)", re.IGNORECASE)
#: For a text in lower case.
_BREAK = re.compile(  # one class of signs first, so that the search leaps from sign to sign
    r"[;:,.\s](?:(?<=[;:])\s|(?:(?<=,)\s|(?<=\s))(?:"
    r"(?:but(?! also| not (?:\w+ ){1,4}(?:was|were)\b)|although|though|whereas|while|however|yet|except that)\b|"
    r"and (?=(?:did|do|does|was|were|had|has|have) not\b|no\b|none\b|neither\b))|"
    r"(?<=\.)\s+(?=[a-z])|(?<=,)\s(?=no\b)|(?<=\s)(?=without\b))"
)
_VERB = re.compile(
    r"\b(?:was|were|had|did|fell|rose|went|occurred|improved|increased|decreased|reduced|declined|changed|lowered|raised|"
    r"differed|remained|became|showed|found)\b"
)
_AND_SUBJECT = re.compile(rf",\s+and (?=(?:[\w-]+ ){{1,4}}{_VERB.pattern})")
_CONCESSION = re.compile(r"\W*(?:although|though|while|whereas|despite|even if)\b", re.IGNORECASE)


def clauses(text: str, cuts: tuple[int, ...] = ()) -> list[tuple[int, int]]:
    """Stretches of a sentence that can go different ways; ``cuts`` are further bounds (table cells).

    >>> text = "Although pain fell, sleep was better, but nausea was more frequent."
    >>> [text[a:b].strip(" ,") for a, b in clauses(text)]
    ['Although pain fell', 'sleep was better', 'but nausea was more frequent.']
    """
    points = {0, len(text), *cuts}
    small = cues.lower(text)
    points.update(m.start() for m in _BREAK.finditer(small) if m.start())
    for match in _AND_SUBJECT.finditer(small):
        # no list of subjects ("nausea, vomiting, and pain were"): what stands before has its own verb
        if _VERB.search(small, max(p for p in points if p <= match.start()), match.start()):
            points.add(match.start())
    for start in sorted(points):
        if _CONCESSION.match(text, start):
            comma = text.find(",", start + 3)
            if comma > 0:
                points.add(comma)
    bounds = sorted(points)
    return [(a, b) for a, b in itertools.pairwise(bounds) if b > a]


def polarity(name: str, text: str, before: str = "") -> int:
    """1 where more of an outcome is better, -1 where less is, 0 where its words do not tell.

    ``before`` is what stands before it.

    >>> polarity("relapse", "relapse"), polarity("relapse", "time to relapse"), polarity("symptom_change", "pain")
    (-1, 1, -1)
    >>> polarity("other", "HbA1c"), polarity("other", "HbA1c", "the fall in ")
    (-1, 1)
    >>> polarity("other", "abstinence"), polarity("other", "heavy drinking days"), polarity("other", "cortisol")
    (1, -1, 0)
    """
    sign = POLARITY.get(name, 0)
    if name == "other":
        sign = 1 if cues.has("more_is_good", text) else -1 if cues.has("less_is_good", text) else 0
    if re.match(r"non-?(?:respon|remi)", text, re.IGNORECASE):
        sign = -sign
    if name == "symptom_change" and (_GAIN.search(text) or cues.has("scale_of_good", text)):
        sign = 1
    if re.search(r"\b(?:time|days|weeks|latency) (?:to|until)\b", f"{before[-24:]} {text}", re.IGNORECASE):
        sign = -sign
    elif _FALL_IN.search(before) or (name == "other" and _FALL_OF.match(text)):
        sign = -sign  # "the fall in HbA1c was greater"
    return sign


def blank_entry(text: str) -> str:
    """A sentence without its entry criteria (*who had not responded to two drugs*), of the same length."""
    for start, end, _ in cues.spans("entry", text):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def direction(
    name: str,
    text: str,
    start: int,
    end: int,
    clause: tuple[int, int],
    compared: bool | None,
    others: Sequence[tuple[int, int]] = (),
) -> str | None:
    """``better``, ``worse``, ``no difference`` or None, of the outcome at ``text[start:end]``.

    ``clause`` bounds what may speak of it; ``compared`` says whether its study has a comparator, None where unsaid;
    ``others`` are the other outcomes of the sentence.

    >>> said = "Remission was more frequent with lithium, but relapse was not."
    >>> direction("remission", said, 0, 9, (0, 40), None)
    'better'
    """
    low, high = clause
    if name == "effect_size":
        return None  # its figures say
    if _OTHER_TRIALS.search(text, low, high):
        return None
    strong = any(value == "strong" for _, _, value in cues.spans("contrast", text, low, high))
    linked = cues.has("association", text, low, high)
    if _denied(text, end, (low, high), strong, others):
        return None if linked else "no difference"
    own = text[start:end]
    if _GROUP.fullmatch(own):
        return None  # people named by what happened to them
    if linked:
        return _of_linked(name, text, start, own)
    votes = _votes(name, text, (start, end), clause, strong, others)
    weak = strong or bool(compared) or cues.has("contrast", text, low, high)
    induced = _INDUCED.search(text, max(low, start - 40), start) is not None
    kept = [vote for vote in votes if vote.certain or induced or (weak and name not in _DESCRIBED)]
    if not kept:
        shown = compared is True and (
            (strong or _SIGNIFICANT.search(text, low, start))
            and name in ("antidepressant_effect", "response", "remission")
            and cues.has("shown", text, low, high)
        )
        return "better" if shown else None
    best = min(kept, key=lambda vote: (vote.rank, vote.gap))
    return "better" if best.sign > 0 else "worse"


def _of_linked(name: str, text: str, start: int, own: str) -> str | None:
    """The direction of an outcome that something predicts or goes with: by the word before it (*a better response*).

    >>> _of_linked("response", "was associated with an attenuated response to it", 34, "response")
    'worse'
    """
    if re.match(r"non-?respon", own, re.IGNORECASE):
        return "worse"
    low = max(0, start - 34)
    near = [
        (b, kind) for kind in ("good", "bad", "up", "down") for _, b, _ in cues.spans(kind, text, low, start)
    ]
    near = [
        (b, kind)
        for b, kind in near
        if len(text[b:start].split()) <= 2 and not re.search(r"[.;,]", text[b:start])
    ]
    if not near:
        return None
    kind = max(near)[1]
    base = polarity(name, own) if kind in ("up", "down") else 1
    return None if base == 0 else "better" if (kind in ("good", "up")) == (base > 0) else "worse"


@dataclass(frozen=True, slots=True)
class _Vote:
    """One cue's judgement: its rank among kinds of cues, its distance, whether it is a comparison, and its sign."""

    rank: int
    gap: int
    certain: bool
    sign: int


#: an effect set beside that of other trials, not of another arm
_OTHER_TRIALS = re.compile(
    r"\bcompared (?:to|with) (?:that|those|the \w+) (?:seen |found )?(?:in|of|from) (?:\w+ ){0,2}?(?:studies|"
    r"trials|reports)\b"
)
#: people counted who did not do well, or an effect likened to another work's: no difference is denied
_PEOPLE = re.compile(
    r"\b(?:proportions?|percentage|majority|minority|number|half|third|many|some|most|\d\s?%) (?:of )?(?:\w+ ){0,2}$",
    re.IGNORECASE,
)
#: a median that came too late to be seen
_UNREACHED = re.compile(r"\bnot (?:yet )?(?:been )?reached\b", re.IGNORECASE)
#: what befell nobody is no comparison
_NOBODY = re.compile(
    r"no (?:other )?(?:\w+ )?(?:patients?|participants?|one|cases?|deaths?|serious|adverse|severe|major|"
    r"subjects?)\b(?!.{0,40}differen)",
    re.IGNORECASE,
)
_IN = re.compile(r"\s+(?:in|on|of|for|as regards)\b", re.IGNORECASE)
_OTHER_WORK = re.compile(
    r"\s+(?:to|with)\s+(?:(?:that|those|results|findings) (?:of|in|from|seen|with|reported)\s)?(?:\w+\s)?"
    r"(?:other|previous|earlier|prior|published|historical)\b",
    re.IGNORECASE,
)


def _denied(
    text: str, end: int, clause: tuple[int, int], strong: bool, others: Sequence[tuple[int, int]] = ()
) -> bool:
    """Whether a clause denies a difference in the outcome that ends at ``end``."""
    low, high = clause
    for a, b, _ in cues.spans("same", text, low, high):
        if _PEOPLE.search(text, max(low, a - 45), a) or _OTHER_WORK.match(text, b):
            continue
        if _UNREACHED.search(text, a, b) or _NOBODY.match(text, a):
            continue
        if end <= a and _IN.match(text, b) and any(b <= x < high for x, _ in others):
            continue  # "consumption fell, and they saw no difference in nausea"
        if text[a : a + 4].lower() == "not " and text[max(0, a - 4) : a].lower() == "but " and end <= a:
            continue  # "weight gain but not hyperglycaemia was more frequent"
        if not (
            strong
            and re.match(r"(?:similar|comparabl|equal)\w*$", text[a:b], re.IGNORECASE)
            and _AGAINST.search(text, b, high)
        ):
            return True
    return False


def _of_another(text: str, at: int, own: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    """Whether a word that ends at ``at`` belongs to the noun of another outcome (*fewer relapses among remitters*).

    Outcomes that are listed share it (*less nausea and dizziness*).
    """
    for start, end in others:
        if at <= start and re.fullmatch(r"\s+(?:\w+\s+)?", text[at:start]):
            return not (end <= own[0] and _LISTED.fullmatch(text[end : own[0]]))
    return False


def _votes(
    name: str,
    text: str,
    own: tuple[int, int],
    clause: tuple[int, int],
    strong: bool,
    others: Sequence[tuple[int, int]],
) -> list[_Vote]:
    start, end = own
    low, high = clause
    sign = polarity(name, text[start:end], text[low:start])
    falls = [b for _, b, strength in cues.spans("down", text, low, high) if strength == "compared"]
    aims = [(a, text.find(",", b, high) % (high + 1)) for a, b, _ in cues.spans("purpose", text, low, high)]
    gain = _GAIN.search(text, start, end)
    votes = []
    for kind, base, rank in (("good", 1, 0), ("bad", -1, 0), ("up", sign, 2), ("down", -sign, 2)):
        for a, b, strength in cues.spans(kind, text, low, high):
            if rank and (_LIMIT.search(text, max(low, a - 8), b + 24) or cues.starts("attribute", text, b)):
                continue
            if base == 0 or any(x <= a < y for x, y in aims) or _of_another(text, b, own, others):
                continue
            inside, vote, certain = start <= a < end, base, strength == "compared" or strong
            if inside and kind == "down" and gain:
                vote = 1
            elif kind in ("up", "down") and strength == "compared" and cues.starts("change", text, b):
                vote = 1 if kind == "up" else -1  # "greater reduction", "less improvement"
            elif rank == 0 and any(0 <= a - x < 22 for x in falls):
                vote = -vote
            elif kind == "down" and sign > 0 and name in ("antidepressant_effect", "response"):
                certain = True  # an effect is reduced against what it would have been
            gap = 60 if inside else max(0, a - end, start - b)
            votes.append(_Vote(rank + (strength != "compared"), gap, certain, vote))
    return votes
