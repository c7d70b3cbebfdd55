"""The general form of an instrument's name: capitalised words around a head noun, and what a bracket defines.

For instruments that no lexicon has: *Xerostomia Distress Questionnaire (XDQ)*, *Index of Sexual Satisfaction*. Heads,
linkers, version labels, how sure a sign a head is, and what only looks like an instrument are rows of
scales_heads.tsv. A lower-case name counts where a bracket defines it, letter by letter from right to left as
Schwartz and Hearst do (2003, Pac Symp Biocomput 8:451-462).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.language.common import Sentences
from pipeline.language.lexicon import fold, rows
from pipeline.language.numbers import DASHES

ABBREVIATION = r"[A-Z][A-Za-z]*[A-Z\d][\w&+/-]*|[A-Z]{2,}[\w&+/-]*"
BRACKET = re.compile(
    rf"[’']?s?,?\s*[(\[]\s*(?:the\s+|or\s+|hereafter\s+)?(?P<abbreviation>{ABBREVIATION})(?P<close>\s*[)\],;:=])?"
)
_SCORE_WORD = re.compile(r"\s+(?:sub|total\s|sum\s|mean\s)?scores?\b", re.IGNORECASE)
_OF_SCORE = (
    r"(?:(?:total|sum|mean|global|summary|overall|composite|severity|change|item|domain)[\s-]+){0,2}(?:sub)?"
)
#: what stands behind an abbreviation that is an instrument's
SCORED = re.compile(
    rf"[’']?s?\s+(?:{_OF_SCORE}(?:scores?|scales?|questionnaires?|ratings?|inventory)\b|0\s?/\s?1(?![\d./]))"
)
SCORED_FORM = re.compile(
    rf"(?P<form>[A-Z](?<![\w./-][A-Z])(?!(?<=[IVX])[IVX]*\b)(?=[\w/-]*[A-Z])[A-Za-z]{{2,}}[\w/-]*)"
    rf"\s+{_OF_SCORE}(?:scores?|questionnaires?)\b"
)
_STUDY = re.compile(r"[)\]]?\s+(?:study|studies|trial|investigators|collaborat|group)\b", re.IGNORECASE)
#: *for the Assessment of Negative Symptoms*: linkers behind a head, only where a capitalised word follows
_TO_THE_RIGHT = re.compile(
    r"(?:\s+(?:for|of|in|on|to)(?:\s+the)?(?:\s+[A-Z][a-z][\w-]*)+(?:\s+(?:and|in|of)\s+[A-Z][a-z][\w-]*)*)+"
)
_NOT_LEFT = frozenset({"with", "by", "from", "at", "or", "a", "under"})


@dataclass(slots=True)
class Span:
    """A scale before it is widened: its canonical name, item count where known, and the counts its name may hold."""

    start: int
    end: int
    name: str
    items: int | None
    known: frozenset[str]
    why: str


@dataclass(frozen=True, slots=True)
class Heads:
    """scales_heads.tsv, compiled."""

    head: re.Pattern[str]
    lower: re.Pattern[str]
    sure: frozenset[str]
    likely: frozenset[str]
    linkers: frozenset[str]
    tail: re.Pattern[str]
    subscale: re.Pattern[str]
    not_instrument: frozenset[str]
    generic: frozenset[str]
    not_scored: frozenset[str]


def _any(forms: list[str]) -> str:
    return "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in sorted(forms, key=len, reverse=True))


def _any_word(forms: list[str]) -> str:
    """Any of the forms at the beginning of a word, first letters first: the search leaps from one to the next."""
    firsts = "".join(sorted({form[0] for form in forms}))
    rests = (
        rf"(?<={form[0]}){re.escape(form[1:])}".replace(r"\ ", r"\s+")
        for form in sorted(forms, key=len, reverse=True)
    )
    return rf"[{firsts}](?<!\w[{firsts}])(?:{'|'.join(rests)})"


@cache
def heads() -> Heads:
    """The patterns of the lexicon, made on first use."""
    table: dict[str, list[str]] = {}
    for row in rows("scales_heads.tsv"):
        table.setdefault(row["role"], []).append(row["form"])
    return Heads(
        head=re.compile(rf"{_any_word(table['head'])}s?\b"),
        lower=re.compile(rf"{_any_word(table['head_lower'])}s?\s*\((?={ABBREVIATION})"),
        sure=frozenset(form.lower() for form in table["head_sure"]),
        likely=frozenset(form.lower() for form in table["head_likely"]),
        linkers=frozenset(table["linker"]),
        tail=re.compile(rf"(?:\s*[,:{DASHES}]\s*|\s+\(?)(?:{_any(table['tail'])})\b\)?"),
        subscale=re.compile(
            rf"\s+(?:{_any(table['subscale_word'])})(?=\s+(?:sub-?)?scores?\b)|"
            r"\s+[Pp]arts?\s+(?:[IVX]+|\d)\b(?:\s*(?:and|[+&])\s*(?:[IVX]+|\d)\b)?"
            rf"|(?:[’']s)?,?\s+(?:\(?[\w/{DASHES}]+\)?\s+){{0,4}}?(?:{_any(table['subscale_head'])})\b(?!\s+(?:of|analy))"
        ),
        not_instrument=frozenset(fold(form) for form in table["not_instrument"]),
        generic=frozenset(fold(form) for form in table["not_before"]),
        not_scored=frozenset(table["not_scored"]),
    )


def letters_match(abbreviation: str, name: str) -> bool:
    """Whether an abbreviation's letters stand in a name in order, the first at the head of its first word.

    >>> letters_match("ISI", "Insomnia Severity Index"), letters_match("HIT-6", "Headache Impact Test")
    (True, True)
    >>> letters_match("CI", "Barthel Index")
    False
    """
    letters = re.sub(r"[^a-z]", "", abbreviation.lower())
    folded = fold(name)
    if not letters or folded[:1] != letters[0]:
        return False
    at = 0
    for letter in letters:
        at = folded.find(letter, at) + 1
        if not at:
            return False
    return True


def initials(name: str) -> str:
    """The initials of a name's capitalised words.

    >>> initials("Test of Everyday Attention")
    'TEA'
    """
    return "".join(word[0] for word in re.findall(r"[^\W\d_]+", name) if word[0].isupper())


def is_instrument(name: str) -> bool:
    """Whether a phrase may name an instrument: not one of the listed tests, indices and study words.

    >>> is_instrument("Barthel Index"), is_instrument("body mass index"), is_instrument("validated questionnaire")
    (True, False, False)
    """
    words = fold(name).split()
    listed = heads().not_instrument
    if " ".join(words) in listed or not words or words[0] in heads().generic:
        return False
    return not any(" ".join(words[-n:]) in listed for n in range(2, min(5, len(words)) + 1))


def names_instrument(long_form: str) -> bool:
    """Whether a defined long form ends in a head that names an instrument wherever it stands.

    >>> names_instrument("disease-specific quality of life questionnaire"), names_instrument("bone density index")
    (True, False)
    """
    return long_form.rsplit(None, 1)[-1].lower().removesuffix("s") in heads().sure and is_instrument(
        long_form
    )


def general(text: str, match: re.Match[str], sentences: Sentences) -> Span | None:
    """The capitalised name around a head noun that ``heads().head`` found, or None where it names no instrument."""
    table = heads()
    low, high = sentences.around(match.start())
    start, words = _name_start(text, match.start(), low)
    right = _TO_THE_RIGHT.match(text, match.end(), match.end() + 120)
    end = right.end() if right else match.end()
    tail = table.tail.match(text, end)
    end = tail.end() if tail else end
    name = text[start:end]
    bracket = BRACKET.match(text, end)
    if bracket and not letters_match(bracket["abbreviation"], name):
        # "Caregiver Global Impression of Change (CGIC)": a generic word inside stops the walk, the letters do not
        begin = _long_form_start(text, end, bracket["abbreviation"])
        if begin is not None and low <= begin < start and text[begin].isupper():
            start, words, name = begin, max(words, 1), text[begin:end]
    if not (words or right) or not is_instrument(name):
        return None
    if _STUDY.match(text, bracket.end("abbreviation") if bracket else end):
        return None
    if bracket and letters_match(bracket["abbreviation"], name):
        return Span(start, end, bracket["abbreviation"], None, frozenset(), "general form, defined")
    head = match[0].lower().removesuffix("s")
    sure = head in table.sure and words + bool(right) >= 2
    likely = head in table.likely and words >= 2 and start > low
    scored = words >= 2 and _SCORE_WORD.match(text, end) is not None
    if not (sure or likely or scored) or _is_heading(text, low, high):
        return None
    return Span(start, end, initials(name), None, frozenset(), "general form")


def defined_lower(text: str, match: re.Match[str]) -> Span | None:
    """The lower-case name before a head and a bracket that ``heads().lower`` found, where the bracket defines it."""
    end = match.end() - 1
    while text[end - 1].isspace():
        end -= 1
    bracket = BRACKET.match(text, end)
    if bracket is None or bracket["close"] is None:
        return None
    start = _long_form_start(text, end, bracket["abbreviation"])
    if start is None or end - start < 10 or not is_instrument(text[start:end]):
        return None
    if re.search(r"[()\[\]]", text[start:end]) or (
        text[start].islower() and text.endswith("index", start, end)
    ):
        return None
    return Span(start, end, bracket["abbreviation"], None, frozenset(), "general form, defined")


def _name_start(text: str, at: int, low: int) -> tuple[int, int]:
    """Walk left over capitalised words and the linkers between them. Returns (start, capitalised words passed)."""
    table = heads()
    start, words, cursor, following = at, 0, at, ""
    while cursor > low and at - low < 2000:
        stripped = text[low:cursor].rstrip()
        if cursor != at and low + len(stripped) == cursor:
            break
        begin = max(stripped.rfind(mark) for mark in ' \n\t([“"/') + 1
        word = stripped[begin:]
        if not word or (word[-1] in ',;:.)]”"' and not re.fullmatch(r"[A-Z]\.|Jr\.|St\.", word)):
            break
        if word.lstrip("'‘“")[:1].isupper() and fold(word) not in table.generic:
            if begin == 0 and words and text[cursor:start].strip():
                break  # "Results of the Brief Pain Inventory": the sentence's first word, then a linker
            start, words = low + begin, words + 1
        elif word not in table.linkers or word in _NOT_LEFT:
            break
        elif word == "and":
            before = stripped[:begin].split()
            if following in ("the", "a") or (before and before[-1].lower() in table.sure | table.likely):
                break  # "Problem Index and …": two instruments
        following = word
        cursor = low + begin
        if begin and not text[cursor - 1].isspace():
            break
    return start, words


def _is_heading(text: str, start: int, end: int) -> bool:
    """A short line in capitals without a full stop: its capitals mean nothing."""
    words = re.findall(r"[^\W\d_]{4,}", text[start:end])
    return (
        bool(words)
        and text[end - 1] not in ".;:?!)"
        and sum(w[0].isupper() for w in words) > 0.6 * len(words)
    )


def _long_form_start(text: str, end: int, abbreviation: str) -> int | None:
    """Where the long form that ends at ``end`` begins: each letter of the abbreviation, from right to left."""
    letters = [char for char in abbreviation.lower() if char.isalpha()]
    at = end - 1
    low = max(0, end - 12 * len(letters) - 12)
    for i in range(len(letters) - 1, -1, -1):
        while at >= low and (
            text[at].lower() != letters[i]
            or (i == 0 and at > 0 and (text[at - 1].isalnum() or text[at - 1] in "'’"))
        ):
            at -= 1
        if at < low:
            return None
        at -= 1
    return at + 1
