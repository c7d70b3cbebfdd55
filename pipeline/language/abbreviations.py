"""Abbreviations that a text defines, by the algorithm of Schwartz and Hearst (2003, doi:10.1142/9789812776303_0042).

It works on the characters beside each bracket: no tokens, no matcher, and a short form may hold hyphens and digits
(``HAM-D``, ``BDI-II``). scispaCy's detector, which implements the same paper on tokens, can stand in its place in
anybody's pipeline: matchers read either through `definitions_of`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.language.common import OnCharacters, has_tokens, text_of

_KEPT = "goldpan.definitions"
#: What may follow a short form in its bracket (``(MADRS; range 0–60)``); no figure: ``(HR, 0.75)`` defines nothing.
_TAIL = re.compile(r"\s*[;,](?!\s*(?:[=<>−–-]|\d*[.·]\d|\d+\s?%)).*", re.DOTALL)
#: A long form does not reach back over the end of a sentence, a paragraph, a cell or another bracket.
_STOP = re.compile(r"[.!?]\s+(?=[A-Z])|\n\s*\n|[\t()\[\]]")
_BEFORE = re.compile(r"(?<![\w-])[A-Za-z][\w-]{1,9}\s*$")
_LONGEST = 240


class Definition(NamedTuple):
    """A short form, where it is defined, and the place of its long form, by character."""

    short: str
    start: int
    end: int
    long_start: int
    long_end: int


def _is_short(form: str) -> bool:
    """Whether a string has the form of an abbreviation: one or two words, 2 to 10 signs, half of them letters.

    >>> [form for form in ("MADRS", "HAM-D", "eEF2", "range", "Prevention", "group C") if _is_short(form)]
    ['MADRS', 'HAM-D', 'eEF2']
    """
    return (
        2 <= len(form) <= 10
        and form[0].isalpha()
        and not form.islower()
        and (len(form) < 5 or not form[1:].islower())
        and (" " not in form or (form[0].isupper() and form.count(" ") == 1))
        and sum(map(str.isalpha, form)) * 2 >= len(form)
    )


def _begin(short: str, text: str, start: int, end: int) -> int | None:
    """Where in text[start:end] the long form of ``short`` begins, None where its letters are not there in order.

    The letters and digits of the short form are sought from the right; its first must begin a word.

    >>> _begin("HNK", "of hydroxynorketamine", 0, 21), _begin("HNK", "of ketamine", 0, 11)
    (3, None)
    """
    at = end
    for index in range(len(short) - 1, -1, -1):
        wanted = short[index].lower()
        if not wanted.isalnum():
            continue
        at -= 1
        while at >= start and (
            text[at].lower() != wanted or (index == 0 and at > start and text[at - 1].isalnum())
        ):
            at -= 1
        if at < start:
            return None
    return at


def _window(text: str, short: str, end: int) -> int:
    """How far back a long form may reach: min(n + 5, 2 n) words for n signs, within its sentence."""
    start = max(0, end - _LONGEST)
    for stop in _STOP.finditer(text, start, end):
        start = stop.end()
    words = min(len(short) + 5, 2 * len(short))
    at = end
    for _ in range(words):
        at = text.rfind(" ", start, at)
        if at < 0:
            return start
    return at + 1


def find_definitions(text: str) -> list[Definition]:
    """The abbreviations that a text defines, ``long form (SHORT)`` or ``SHORT (long form)``, each once, in order.

    >>> [(d.short, text[d.long_start : d.long_end]) for text in
    ...  ["Scored on the Hamilton Depression Rating Scale (HAM-D; 17 items).", "TRD (treatment-resistant depression)"]
    ...  for d in find_definitions(text)]
    [('HAM-D', 'Hamilton Depression Rating Scale'), ('TRD', 'treatment-resistant depression')]
    """
    found: dict[str, Definition] = {}
    opening = text.find("(")
    while opening >= 0:
        closing = text.find(")", opening, opening + _LONGEST)
        nested = text.find("(", opening + 1, closing if closing >= 0 else opening + 1)
        if closing >= 0 and nested < 0:
            definition = _in_bracket(text, opening, closing)
            if definition is not None:
                found.setdefault(definition.short, definition)
        opening = text.find("(", opening + 1)
    return list(found.values())


def _in_bracket(text: str, opening: int, closing: int) -> Definition | None:
    """The definition that a bracket makes, with the short form in it or before it."""
    inner = text[opening + 1 : closing]
    short = _TAIL.sub("", inner).strip()
    if _is_short(short):
        end = opening
        while end and text[end - 1].isspace():
            end -= 1
        start = _begin(short, text, _window(text, short, end), end)
        if start is None or end - start <= len(short):
            return None
        at = text.index(short, opening + 1)
        return Definition(short, at, at + len(short), start, end)
    before = _BEFORE.search(text, max(0, opening - 12), opening)
    if before is None or " " not in inner.strip():
        return None
    short = before[0].rstrip()
    if not _is_short(short) or not any(map(str.isupper, short[1:] or short)):
        return None
    begin = _begin(short, text, opening + 1, closing)
    if begin is None or text[opening + 1 : begin].strip():
        return None
    return Definition(short, before.start(), before.start() + len(short), begin, closing)


def definitions_of(doc: Doc) -> list[Definition]:
    """The definitions of a doc, found once; those of scispaCy's ``abbreviation_detector`` where it ran in our place."""
    kept: list[Definition] | None = doc.user_data.get(_KEPT)
    if kept is None:
        if has_tokens(doc) and doc.has_extension("abbreviations") and doc._.abbreviations:
            first: dict[str, Definition] = {}
            for span in doc._.abbreviations:
                long_form = span._.long_form
                made = Definition(
                    span.text, span.start_char, span.end_char, long_form.start_char, long_form.end_char
                )
                first.setdefault(span.text, made)
            kept = list(first.values())
        else:
            kept = []
        doc.user_data[_KEPT] = kept
    return kept


class Abbreviations(OnCharacters):
    """spaCy component: finds a doc's definitions; sets ``doc._.abbreviations`` as scispaCy's detector does.

    >>> import spacy
    >>> nlp = spacy.blank("en"); _ = nlp.add_pipe("goldpan_abbreviations")
    >>> [(a.text, a._.long_form.text) for a in nlp("Hydroxynorketamine (HNK) is inert.")._.abbreviations]
    [('HNK', 'Hydroxynorketamine')]
    """

    def __call__(self, doc: Doc) -> Doc:
        definitions = doc.user_data[_KEPT] = find_definitions(text_of(doc))
        if has_tokens(doc):
            doc._.abbreviations = [span for definition in definitions for span in _spans(doc, definition)]
        return doc


def _spans(doc: Doc, definition: Definition) -> list[Span]:
    """Every occurrence of a short form, as a span that knows its long form."""
    long_form = doc.char_span(definition.long_start, definition.long_end, alignment_mode="expand")
    out = []
    for match in re.finditer(rf"(?<!\w){re.escape(definition.short)}(?!\w)", text_of(doc)):
        span = doc.char_span(*match.span(), alignment_mode="expand")
        if span is not None:
            span._.long_form = long_form
            out.append(span)
    return out


# As scispaCy declares them, so that a pipeline may hold either component.
if not Doc.has_extension("abbreviations"):
    Doc.set_extension("abbreviations", default=[])
if not Span.has_extension("long_form"):
    Span.set_extension("long_form", default=None)


@Language.factory("goldpan_abbreviations", assigns=["doc._.abbreviations"])
def make_abbreviations(nlp: Language, name: str) -> Abbreviations:
    """Factory of `Abbreviations`."""
    return Abbreviations()
