"""Rating scales and other instruments: lexicon hits with versions and subscales, and general forms.

Three sources, from sure to bold: full names and abbreviations of lexicons/scales.tsv; abbreviations that are too
short to stand alone (``SDS``, ``BPI``), taken where the text defines them or spells their instrument out; and the
general form of instrument names (scale_forms.py) with the abbreviations that the text defines for them. Definitions
come from a bracket behind a name, an equals sign before it (*ISI = Insomnia Severity Index*), and from the
abbreviations that the text defines (abbreviations.py).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language.abbreviations import definitions_of
from pipeline.language.common import OnCharacters, Sentences, get, put, sentences_of
from pipeline.language.cues import text_of
from pipeline.language.lexicon import Hit, fold, rows, split
from pipeline.language.lookup import full_names, hits_of
from pipeline.language.numbers import DASHES, parse_words
from pipeline.language.scale_forms import (
    ABBREVIATION,
    BRACKET,
    SCORED,
    SCORED_FORM,
    Span,
    defined_lower,
    general,
    heads,
    letters_match,
    names_instrument,
)
from pipeline.schema import Found, ScaleValue

_EQUALS = re.compile(rf"(?P<abbreviation>{ABBREVIATION})\s*(?:=|:|,|indicates)\s*(?:the\s+)?$")
_ITEMS_BEFORE = re.compile(
    rf"(?<![\w.])(?P<items>\d{{1,3}}|[a-z]+(?:-[a-z]+)?)[\s{DASHES}](?:items?|joints?|questions?)\s+"
    r"(?:(?:version|form)\s+of\s+the\s+)?$",
    re.IGNORECASE,
)
_ITEMS_AFTER = re.compile(
    rf"\s+\((?P<said>\d{{1,3}})[\s{DASHES}]items?\)"
    rf"|[{DASHES}]?\s?\(?(?P<items>\d{{1,2}})(?![\w%.]|\s?(?:mg|weeks?|days?|points?))\)?"
)
#: between members of a list, with a threshold behind the first
_JOINT = r"(?:\s*[≤≥<>=]\s*\d[\d.]*)?\s*(?:,\s*(?:and|or)?|;|/|\band|\bor)\s*(?:the\s+)?"
_LISTED = re.compile(rf"{_JOINT}$")
_LISTED_NEXT = re.compile(_JOINT)
_SUBSCRIPTED = re.compile(r"\b(?P<form>[A-Z][A-Za-z-]*)(?P<items>[₀-₉]+)")
_SMALL_DIGITS = "₀₁₂₃₄₅₆₇₈₉"
_PLAIN = str.maketrans(_SMALL_DIGITS, "0123456789")
#: words that a subscale's name does not hold: they begin another phrase
_NOT_SUBSCALE = re.compile(r"\b(?:items?|and|or|the|total|scores?|a|on|in|was|were)\b")


class ScaleFinder(OnCharacters):
    """spaCy component: writes ``doc.spans["scales"]``.

    >>> import spacy
    >>> from pipeline.language.common import get
    >>> nlp = spacy.blank("en"); _ = nlp.add_pipe("goldpan_scales")
    >>> doc = nlp("The 17-item Hamilton Depression Rating Scale (HDRS17) and the Xerostomia Distress "
    ...           "Questionnaire (XDQ) were used.")
    >>> [(doc.text[f.start:f.end], f.value.name, f.value.items) for f in get(doc, "SCALE")]
    [('17-item Hamilton Depression Rating Scale', 'HDRS', 17), ('HDRS17', 'HDRS', 17),
     ('Xerostomia Distress Questionnaire', 'XDQ', None), ('XDQ', 'XDQ', None)]
    """

    def __call__(self, doc: Doc) -> Doc:
        text = text_of(doc)
        detected = _detected(doc)
        spans, waiting = _lexicon(doc, text, detected)
        spans += _subscripted(text)
        spans += _unknown(text, sentences_of(doc), spans)
        defined = _defined(text, spans)
        named = {span.name for span in spans}
        listed: list[Hit] = []
        for hit in waiting:
            form, name = text[hit.start : hit.end], hit.entry.row["name"]
            spelt = name in named or (form in detected and _is_name(detected[form], hit))
            spelt = spelt or (form not in detected and SCORED.match(text, hit.end) is not None)
            if spelt and (form not in defined or defined[form].name == name):
                spans.append(_of_hit(hit, f"lexicon scales: {name}, spelt out or scored"))
            elif form not in defined and form not in detected:
                listed.append(hit)
        spans += _in_lists(text, spans, listed)
        for form, span in defined.items():
            spans += _everywhere(text, form, span.name, span.items, span.known, f"defined: {form}")
        for form, long_form in detected.items():
            if form not in defined and names_instrument(long_form):
                spans += _everywhere(text, form, form, None, frozenset(), f"defined: {long_form}")
        spans += _scored(text, spans, detected)
        widest = list(_widest(spans))
        limits = [*(span.start for span in widest[1:]), len(text)]
        found = [_found(text, span, limits[i]) for i, span in enumerate(widest)]
        put(doc, "SCALE", found)
        _no_drugs_inside(doc, found)
        return doc


def _no_drugs_inside(doc: Doc, scales: list[Found]) -> None:
    """*Minnesota Nicotine Withdrawal Scale*: a drug's name inside an instrument's is none."""
    drugs = get(doc, "DRUG")
    kept = [d for d in drugs if not any(s.start <= d.start and d.end <= s.end for s in scales)]
    if len(kept) < len(drugs):
        put(doc, "DRUG", kept)


def _detected(doc: Doc) -> dict[str, str]:
    """Abbreviation → long form, as the text defines them; empty where no component looked for them."""
    text = text_of(doc)
    return {d.short: text[d.long_start : d.long_end] for d in definitions_of(doc)}


def _lexicon(doc: Doc, text: str, detected: dict[str, str]) -> tuple[list[Span], list[Hit]]:
    """(hits that stand by themselves, abbreviations that need their instrument spelt out)."""
    spans, waiting = [], []
    for hit in hits_of(doc, "scales"):
        form = text[hit.start : hit.end]
        if hit.entry.field == "if_defined":
            waiting.append(hit)
        elif hit.entry.field == "abbreviation":
            # "BDI (bilateral depth index)" is no Beck inventory
            if (
                form not in detected
                or _is_name(detected[form], hit)
                or heads().head.search(detected[form].title())
            ):
                spans.append(_of_hit(hit, f"lexicon scales: {hit.entry.row['name']}"))
        elif hit.entry.row["context"] == "ambiguous" and form[:1].islower():
            continue  # ordinary language
        elif not (form.islower() and fold(form) in heads().not_instrument):
            spans.append(_of_hit(hit, f"lexicon scales: {hit.entry.row['name']}"))
    return spans, waiting


def _of_hit(hit: Hit, why: str) -> Span:
    return Span(
        hit.start, hit.end, hit.entry.row["name"], None, frozenset(split(hit.entry.row["items"])), why
    )


@cache
def _abbreviations() -> dict[str, dict[str, str]]:
    """Each abbreviation that stands alone, and its row."""
    return {form: row for row in rows("scales.tsv") for form in split(row["abbreviations"])}


def _subscripted(text: str) -> Iterator[Span]:
    """``HDRS₁₇``: an abbreviation with its item count in small digits, where no reader has made them plain."""
    if not any(digit in text for digit in _SMALL_DIGITS):
        return
    for match in _SUBSCRIPTED.finditer(text):
        row = _abbreviations().get(match["form"])
        if row:
            items = int(match["items"].translate(_PLAIN))
            yield Span(
                match.start(), match.end(), row["name"], items, frozenset(), f"lexicon scales: {row['name']}"
            )


def _is_name(long_form: str, hit: Hit) -> bool:
    """Whether a long form is a name of the entry, in words: half of the shorter, or of the longer where the short form
    means several things."""
    words = _words(long_form)
    needed = max if hit.entry.field == "if_defined" else min
    return any(
        2 * len(words & name) >= needed(len(words), len(name))
        for name in map(_words, full_names(hit.entry.row))
    )


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", fold(text)))


def _unknown(text: str, sentences: Sentences, known: list[Span]) -> list[Span]:
    """Instruments that no lexicon has, by their general form; an undefined one takes the name of its definition."""
    taken = sorted((span.start, span.end) for span in known)
    starts = [start for start, _ in taken]
    out: list[Span] = []

    def is_free(start: int, end: int) -> bool:
        i = bisect_right(starts, end - 1) - 1
        return (i < 0 or taken[i][1] <= start) and (not out or out[-1].end <= start)

    for match in heads().head.finditer(text):
        if is_free(*match.span()):
            span = general(text, match, sentences)
            if span is not None:
                out.append(span)
    capitalised, out = out, []
    for match in heads().lower.finditer(text):
        span = defined_lower(text, match)
        if span is not None and is_free(span.start, span.end):
            out.append(span)
    names = {fold(text[s.start : s.end]): s.name for s in capitalised if s.why.endswith("defined")}
    for span in capitalised:
        span.name = names.get(fold(text[span.start : span.end]), span.name)
    return capitalised + out


def _scored(text: str, known: list[Span], detected: dict[str, str]) -> Iterator[Span]:
    """*XYZ-12 total score*: an abbreviation that nobody knows, with its score behind it."""
    if "score" not in text and "questionnaire" not in text:
        return
    taken = {at for span in known for at in range(span.start, span.end)}
    for match in SCORED_FORM.finditer(text):
        form = match["form"]
        if match.start() in taken or form in heads().not_scored:
            continue
        long_form = detected.get(form)
        if long_form is None or heads().head.search(long_form.title()):
            yield Span(match.start(), match.end("form"), form, None, frozenset(), "abbreviation, scored")


def _in_lists(text: str, known: list[Span], waiting: list[Hit]) -> list[Span]:
    """*CDAI, DAS28 and SLEDAI*: what stands in a list with instruments is one."""
    out: list[Span] = []
    ends, starts = {span.end for span in known}, {span.start for span in known}
    for order in (waiting, waiting[::-1]):
        for hit in order:
            before = _LISTED.search(text, max(0, hit.start - 24), hit.start)
            after = _LISTED_NEXT.match(text, hit.end)
            beside = (before and before.start() in ends) or (after and after.end() in starts)
            if beside and hit.start not in starts:
                out.append(_of_hit(hit, f"lexicon scales: {hit.entry.row['name']}, in a list"))
                ends.add(hit.end)
                starts.add(hit.start)
    return out


def _defined(text: str, spans: Iterable[Span]) -> dict[str, Span]:
    """Abbreviations that a bracket behind a name, or an equals sign before it, defines."""
    out: dict[str, Span] = {}
    for span in spans:
        name = text[span.start : span.end]
        if len(name) < 8 or not re.search(r"\s", name):
            continue
        bracket = BRACKET.match(text, span.end)
        if bracket and (
            letters_match(bracket["abbreviation"], name) or bracket["abbreviation"].startswith(span.name)
        ):
            out.setdefault(bracket["abbreviation"].rstrip("-/&+"), span)
        equals = _EQUALS.search(text, max(0, span.start - 24), span.start)
        if equals and letters_match(equals["abbreviation"], name):
            out.setdefault(equals["abbreviation"].rstrip("-/&+"), span)
    return out


def _everywhere(
    text: str, form: str, name: str, items: int | None, known: frozenset[str], why: str
) -> Iterator[Span]:
    """Each whole-word occurrence of an abbreviation."""
    at = text.find(form)
    while at >= 0:
        end = at + len(form)
        before, after = text[at - 1 : at] if at else "", text[end : end + 1]
        if not (
            before.isalnum()
            or before == "_"
            or (before and before in DASHES)
            or after.isalnum()
            or after == "_"
        ):
            yield Span(at, end, name, items, known, why)
        at = text.find(form, end)


def _widest(spans: list[Span]) -> Iterator[Span]:
    """Leftmost-longest, lexicon before general form at a tie."""
    last = -1
    for span in sorted(spans, key=lambda s: (s.start, -s.end, not s.why.startswith("lexicon"))):
        if span.start >= last:
            last = span.end
            yield span


def _found(text: str, span: Span, limit: int) -> Found:
    """The mention, widened over its item count and its subscale, not beyond where the next begins."""
    start, end, items = span.start, span.end, None
    before = _ITEMS_BEFORE.search(text, max(0, start - 40), start)
    if before:
        count = float(before["items"]) if before["items"].isdigit() else parse_words(before["items"])
        if count:
            start, items = before.start(), int(count)
    after = _ITEMS_AFTER.match(text, end)
    if after and after["said"]:
        items = items or int(after["said"])
    elif after and after["items"] in span.known and " " not in after[0]:
        items = items or int(after["items"])
        end = after.end() - (text[after.end() - 1] == ")" and "(" not in after[0])
    subscale = heads().subscale.match(text, end, max(end, limit))
    if subscale and not BRACKET.match(text, end):
        words = subscale[0].rsplit(None, 1)
        if not _NOT_SUBSCALE.search(words[0]) and not subscale[0].endswith(("item", "items")):
            end = subscale.end()
    if items is None:
        form = text[span.start : span.end]
        counts = [
            number
            for number in re.findall(r"\d+", form)
            if number in span.known or (not span.known and form.isupper() and 3 < int(number) < 100)
        ]
        items = int(counts[-1]) if counts else span.items
    return Found("SCALE", start, end, ScaleValue(_usual().get(span.name, span.name), items), span.why)


@cache
def _usual() -> dict[str, str]:
    """The usual abbreviation of the instruments that the lexicon lists under their full name."""
    out = {}
    for row in rows("scales.tsv"):
        short = [*split(row["abbreviations_if_defined"]), *split(row["abbreviations"])]
        usual = next((form for form in short if letters_match(form, row["name"])), None)
        if usual and heads().head.search(row["name"]):
            out[row["name"]] = usual
    return out


@Language.factory("goldpan_scales", assigns=["doc.spans"])
def make_scales(nlp: Language, name: str) -> ScaleFinder:
    """Factory of `ScaleFinder`."""
    return ScaleFinder()
