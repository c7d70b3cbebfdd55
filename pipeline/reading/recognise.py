"""How pieces of a paper are recognised by their words: headings, captions, names, addresses, prose, references.

Section names and the first words of notes are data (lexicons/sections.tsv); forms are patterns here.
"""

from __future__ import annotations

import re
from functools import cache
from typing import cast

from pipeline.lexicons import rows
from pipeline.reading.blocks import Block
from pipeline.schema import SectionKind


def _patterns(where: str) -> list[tuple[re.Pattern[str], SectionKind]]:
    return [
        (re.compile(rf"(?:{row['pattern']})", re.IGNORECASE), cast(SectionKind, row["kind"]))
        for row in rows("sections.tsv")
        if row["where"] == where
    ]


@cache
def headings() -> list[tuple[re.Pattern[str], SectionKind]]:
    """Names of sections that are not plain body."""
    return [
        (re.compile(rf"(?:\d+\.?\s+)?{pattern.pattern}\s*[:.]?", re.IGNORECASE), kind)
        for pattern, kind in _patterns("heading")
    ]


@cache
def leads() -> list[tuple[re.Pattern[str], SectionKind]]:
    """First words of a block that is no part of the article's text."""
    return _patterns("lead")


def heading_kind(text: str) -> SectionKind | None:
    """The kind of the section that a heading opens, where it is not plain body.

    >>> heading_kind("Conflicts of Interest"), heading_kind("REFERENCES"), heading_kind("Results")
    ('author_notes', 'references', None)
    """
    bare = text.strip(" :.*#|")
    for pattern, kind in headings():
        if pattern.fullmatch(bare):
            return kind
    return None


_FUNCTION_WORDS = (
    "the of and in to a is are was were for with that this by as on from be at an or have has we which"
)
FUNCTION = re.compile(rf"\b(?:{_FUNCTION_WORDS.replace(' ', '|')})\b", re.IGNORECASE)
_is_function_word = frozenset(_FUNCTION_WORDS.split()).__contains__
CAPTION = re.compile(
    r"^(?:supplement(?:ary|al) |e|extended data )?(?:fig(?:ure)?s?\.?|tables?|box|scheme|chart|"
    r"panel)\s*(?:[A-Z]?\d{1,3}[A-Za-z]?|[IVX]{1,5})?\s*(?:[.:|–—]|$|\s(?=[A-Z]))",
    re.IGNORECASE,
)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+\w")
AFFILIATION = re.compile(
    r"\b(?:Universit|Department|Departamento|Division of|Hospital|Institut|School of|College|Center for|Centre for|"
    r"Faculty|Laborator|Clinic\b|Foundation|Inc\.|GmbH|Ltd)", re.IGNORECASE
)  # fmt: skip
JOURNAL_LINE = re.compile(
    r"\b(?:19|20)\d\d\b[^.]{0,25};\s*\d+\s*(?:\(|:)|\b\d{1,4}\s?\((?:19|20)\d\d\)\s?\d+\s?[–-]\s?\d+|"
    r"\bdoi\s*:|\b10\.\d{4,9}/\S+",
    re.IGNORECASE,
)
REFERENCE_LIKE = re.compile(
    r"^(?:[-*•]\s+|\[?\(?\d{1,3}[\])]?\.?\s+)?(?:[a-z]{1,4}\s){0,3}[A-ZÀ-Þ][\w’'‐-]+(?:\s[A-ZÀ-Þ][\w’'‐-]+)?,?\s+(?:[A-Z]\.?[\s-]?){1,4}(?:[,.;(]|\s|$).*?\b(?:1[89]|20)\d\d",
    re.DOTALL,
)
#: "IV: intravenous, TRD: treatment-resistant depression": the legend under a table
LEGEND = re.compile(
    r"^(?:(?:abbreviations?|notes?|legend|key)\s*[:.—-]\s*)?"
    r"[\w./-]{1,14}\s*[:=]\s*[^.:=]{3,80}[,;]\s*[\w./ -]{1,16}\s*[:=]\s*",
    re.IGNORECASE,
)
#: "Aims. To compare …", "Importance  Many smokers …": the label that a structured abstract begins with
ABSTRACT_LABEL = re.compile(
    r"(?:(?:study\s+)?(?:background|objectives?|aims?|introduction|purpose|importance|context|rationale|question|design"
    r"|setting|methods)(?:(?:\s*/\s*|\s*,\s*|\s+(?:and|&)\s+)(?:aims?|objectives?|purpose|methods|setting|hypothes[ie]s"
    r"|participants))*)(?:\s*[:.—–]\s*(?=\S)|\s+(?=(?-i:[A-Z])))",
    re.IGNORECASE,
)
TRAILING_MARK = re.compile(
    r"(?:<sup>[^<]*</sup>|\^\{[^}]*\}|[⁰¹²³⁴-⁹⁻,–-]*[⁰¹²³⁴-⁹]|\[[\d,;\s–-]+\]|[*_\s]|</?\w+>)+$"
)
#: The last characters that a trailing mark can have.
TRAILING = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹>}]*_")
LEADING_MARK = re.compile(r"^(?:<sup>[^<]*</sup>|\^\{[^}]*\}|[⁰¹²³⁴-⁹]+|\[[\d,;\s–-]+\]|[*_\s\"“(]|</?\w+>)+")


def is_prose(text: str, words: int = 12) -> bool:
    """Whether a text reads as sentences: long enough, with function words, not an address or a list of names."""
    pieces = text.lower().split()
    if len(pieces) < words:
        return False
    enough = 0.12 * len(pieces)
    # words between white space are nearly all of them, and cheap to count
    return (sum(map(_is_function_word, pieces)) >= enough or len(FUNCTION.findall(text)) >= enough) and not (
        "@" in text and EMAIL.search(text)
    )


def looks_like_names(text: str) -> bool:
    """Whether a line is a list of authors: capitalised words, initials and degrees, hardly a function word."""
    words = re.findall(r"[^\W\d_]+", text)
    if not 2 <= len(words) <= 120:
        return False
    capital = sum(word[:1].isupper() for word in words)
    functions = len(FUNCTION.findall(re.sub(r"\band\b", "", text)))
    return (
        capital >= 0.75 * len(words)
        and functions == 0
        and bool(re.search(r",|\band\b|&|\.|MD|PhD|[⁰¹²³⁴-⁹*†‡^]", text))
    )


def looks_like_heading(block: Block) -> bool:
    """Whether a line by itself has the form of a heading: short, capitalised, without a stop."""
    text = re.sub(r"^(?:\d{1,2}\.)*\d{1,2}\.?\s+(?=[A-Z])", "", block.plain)
    return (
        bool(text) and block.kind == "prose" and len(block.lines) == 1 and 1 <= block.words <= 14 and len(text) <= 110
        and text[:1].isupper() and text[-1] not in ".,;:!?" and not EMAIL.search(text) and not re.search(r"\d{4}", text)
    )  # fmt: skip
