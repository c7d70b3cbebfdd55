"""Rating scales and other instruments: lexicon hits with versions and subscales, and general forms.

Three sources, from sure to bold: full names and abbreviations of lexicons/scales.tsv; abbreviations that are too
short to stand alone (``SDS``, ``BPI``), taken where the text defines them or spells their instrument out; and
capitalised names that end in a head noun of lexicons/scales_heads.tsv (how sure a sign it is: scales_forms.tsv) (*… Questionnaire (XYZQ)*), for instruments
that no lexicon has. Definitions come from scispaCy's AbbreviationDetector where it ran before, and from a
bracket behind a name in any case, matched as Schwartz and Hearst do (2003, Pac Symp Biocomput 8:451-462).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language.common import Sentences, put, sentences_of
from pipeline.language.cues import text_of
from pipeline.language.lexicon import Hit, fold, longest, rows, split
from pipeline.language.lookup import hits_of
from pipeline.language.numbers import DASHES, parse_words
from pipeline.schema import Found, ScaleValue

_ABBREVIATION = r"[A-Z][A-Za-z]*[A-Z\d][\w&+/-]*|[A-Z]{2,}[\w&+/-]*"
_BRACKET = re.compile(rf"[’']?s?,?\s*[(\[]\s*(?:the\s+|or\s+|hereafter\s+)?(?P<abbreviation>{_ABBREVIATION})(?P<close>\s*[)\],;:=])?")
_EQUALS = re.compile(rf"(?P<abbreviation>{_ABBREVIATION})\s*(?:=|:|,|indicates)\s*(?:the\s+)?$")
_ITEMS_BEFORE = re.compile(rf"(?<![\w.])(?P<items>\d{{1,3}}|[a-z]+(?:-[a-z]+)?)(?:[\s{DASHES}](?:items?|joints?|questions?))\s+(?:version\s+of\s+the\s+|form\s+of\s+the\s+)?$", re.I)
_ITEMS_AFTER = re.compile(rf"[{DASHES}]?\s?\(?(?P<items>\d{{1,2}})(?![\w%.]|\s?(?:mg|weeks?|days?|points?))\)?|\s+\((?P<said>\d{{1,3}})[\s{DASHES}]items?\)")
_SCORE_WORD = re.compile(r"\s+(?:sub|total\s|sum\s|mean\s)?scores?\b", re.I)
_STUDY = re.compile(r"[)\]]?\s+(?:study|studies|trial|investigators|collaborat|group)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Heads:
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


def _any(forms: list[str]) -> str:
    return "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in sorted(forms, key=len, reverse=True))


@cache
def _heads() -> _Heads:
    table: dict[str, list[str]] = {}
    for row in rows("scales_heads.tsv"):
        table.setdefault(row["role"], []).append(row["form"])
    for row in rows("scales_forms.tsv"):
        table.setdefault(row["strength"], []).append(row["form"].lower())
    words = _any([f for f in table["subscale_head"]])
    return _Heads(
        head=re.compile(rf"\b(?:{_any(table['head'])})s?\b"),
        lower=re.compile(rf"\b(?:{_any(table['head_lower'])})s?\s*\((?={_ABBREVIATION})"),
        sure=frozenset(table["sure"]),
        likely=frozenset(table["likely"]),
        linkers=frozenset(table["linker"]),
        tail=re.compile(rf"(?:\s*[,:{DASHES}]\s*|\s+\(?)(?:{_any(table['tail'])})\b\)?"),
        subscale=re.compile(
            rf"(?:[’']s)?[,]?\s+(?:[(]?[\w/{DASHES}]+[)]?\s+){{0,4}}?(?:{words})\b(?!\s+(?:of|analy))|\s+[Pp]arts?\s+(?:[IVX]+|\d)\b(?:\s*(?:and|[+&])\s*(?:[IVX]+|\d)\b)?"
        ),
        not_instrument=frozenset(fold(f) for f in table["not_instrument"]),
        generic=frozenset(fold(f) for f in table["not_before"]),
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


@dataclass(slots=True)
class _Span:
    start: int
    end: int
    name: str
    items: int | None
    known: frozenset[str]
    why: str


def _item_counts(row_items: str) -> frozenset[str]:
    return frozenset(split(row_items))


def _long_form_start(text: str, end: int, abbreviation: str) -> int | None:
    """Where the long form that ends at ``end`` begins: Schwartz and Hearst's match from right to left."""
    letters = [c for c in abbreviation.lower() if c.isalpha()]
    at = end - 1
    low = max(0, end - 12 * len(letters) - 12)
    for i in range(len(letters) - 1, -1, -1):
        while at >= low and (
            text[at].lower() != letters[i] or (i == 0 and at > 0 and (text[at - 1].isalnum() or text[at - 1] in "'’"))
        ):
            at -= 1
        if at < low:
            return None
        at -= 1
    return at + 1


class ScaleFinder:
    """spaCy component: writes ``doc.spans["scales"]``.

    >>> import spacy
    >>> from pipeline.language.common import get
    >>> nlp = spacy.blank("en"); _ = nlp.add_pipe("goldpan_scales")
    >>> doc = nlp("The 17-item Hamilton Depression Rating Scale (HDRS17) and the Xerostomia Distress Questionnaire (XDQ) were used.")
    >>> [(doc.text[f.start:f.end], f.value.name, f.value.items) for f in get(doc, "SCALE")]
    [('17-item Hamilton Depression Rating Scale', 'HDRS', 17), ('HDRS17', 'HDRS', 17),
     ('Xerostomia Distress Questionnaire', 'XDQ', None), ('XDQ', 'XDQ', None)]
    """

    def __call__(self, doc: Doc) -> Doc:
        text = text_of(doc)
        sentences = sentences_of(doc)
        detected = _detected(doc)
        spans, named, waiting = _lexicon(doc, text)
        spans += self._unknown(text, sentences, spans, detected)
        defined = _defined(text, spans, detected)
        spans += self._of_definitions(text, spans, defined, named, waiting, detected)
        put(doc, "SCALE", (_found(text, span) for span in _widest(spans)))
        return doc

    def _unknown(self, text: str, sentences: Sentences, known: list[_Span], detected: dict[str, str]) -> list[_Span]:
        """Instruments that no lexicon has, by their general form."""
        heads = _heads()
        taken = [(span.start, span.end) for span in known]
        out: list[_Span] = []
        for match in heads.head.finditer(text):
            if any(a <= match.start() < b for a, b in taken if a < match.end()) if len(taken) < 40 else _inside(taken, match.start()):
                continue
            if out and out[-1].end >= match.end():
                continue
            span = _general(text, match, sentences, heads)
            if span is not None:
                out.append(span)
        for match in heads.lower.finditer(text):
            end = match.end() - 1
            while text[end - 1].isspace():
                end -= 1
            bracket = _BRACKET.match(text, end)
            if bracket is None or bracket["close"] is None:
                continue
            start = _long_form_start(text, end, bracket["abbreviation"])
            if start is None or end - start < 10 or not _instrument(text[start:end], heads):
                continue
            if re.search(r"[()\[\]]", text[start:end]) or (text[start].islower() and text[:end].endswith("index")):
                continue
            if not any(a < end and start < b for a, b in taken) and not any(s.start < end and start < s.end for s in out):
                out.append(_Span(start, end, bracket["abbreviation"], None, frozenset(), "general form, defined"))
        return out

    def _of_definitions(
        self, text: str, spans: list[_Span], defined: dict[str, _Span], named: dict[str, _Span],
        waiting: list[Hit], detected: dict[str, str],
    ) -> list[_Span]:  # fmt: skip
        """Abbreviations that stand for an instrument of this text."""
        out = []
        heads = _heads()
        for hit in waiting:
            form = text[hit.start : hit.end]
            name = hit.entry.row["name"]
            if name in named or (form in detected and _named_like(detected[form], hit.entry.row["full_names"])):
                if form not in defined or defined[form].name == name:
                    out.append(_of_hit(hit, f"lexicon scales: {name}, spelt out in the text"))
        for form, span in defined.items():
            for match in re.finditer(rf"(?<![\w{DASHES}]){re.escape(form)}(?![\w])", text):
                out.append(_Span(match.start(), match.end(), span.name, span.items, span.known, f"defined: {form}"))
        for form, long_form in detected.items():
            if form not in defined and _instrument(long_form, heads) and heads.head.search(long_form.title() + " "):
                last = heads.head.search(long_form.rsplit(None, 1)[-1].title())
                if last and last[0].lower() in heads.sure:
                    for match in re.finditer(rf"(?<![\w{DASHES}]){re.escape(form)}(?![\w])", text):
                        out.append(_Span(match.start(), match.end(), form, None, frozenset(), f"defined: {long_form}"))
        return out


def _inside(taken: list[tuple[int, int]], at: int) -> bool:
    return any(a <= at < b for a, b in taken)


def _detected(doc: Doc) -> dict[str, str]:
    """Abbreviation → long form, as scispaCy's detector found them; empty where it did not run."""
    if not Doc.has_extension("abbreviations") or not doc._.abbreviations:
        return {}
    out: dict[str, str] = {}
    for span in doc._.abbreviations:
        out.setdefault(span.text, span._.long_form.text)
    return out


def _lexicon(doc: Doc, text: str) -> tuple[list[_Span], dict[str, _Span], list[Hit]]:
    """(hits that stand by themselves, the first span of each instrument spelt out, abbreviations in need of that)."""
    spans, named, waiting = [], {}, []
    for hit in hits_of(doc, "scales"):
        if hit.entry.field == "if_defined":
            waiting.append(hit)
            continue
        span = _of_hit(hit, f"lexicon scales: {hit.entry.row['name']}")
        if hit.entry.field == "full_name":
            if text[hit.start : hit.end].islower() and fold(text[hit.start : hit.end]) in _heads().not_instrument:
                continue
            named.setdefault(span.name, span)
        spans.append(span)
    return spans, named, waiting


def _of_hit(hit: Hit, why: str) -> _Span:
    return _Span(hit.start, hit.end, hit.entry.row["name"], None, _item_counts(hit.entry.row["items"]), why)


def _named_like(long_form: str, full_names: str) -> bool:
    folded = fold(long_form)
    return any(folded in fold(name) or fold(name) in folded for name in split(full_names))


def _instrument(name: str, heads: _Heads) -> bool:
    """Whether a phrase may be an instrument's name: not one of the listed tests, indices and study words."""
    folded = fold(name)
    if folded in heads.not_instrument or folded.split(" ", 1)[0] in heads.generic:
        return False
    words = folded.split()
    return not any(" ".join(words[-n:]) in heads.not_instrument for n in range(2, min(5, len(words)) + 1))


def _general(text: str, match: re.Match[str], sentences: Sentences, heads: _Heads) -> _Span | None:
    """A capitalised name around a head noun, or None."""
    sentence_start, sentence_end = sentences.around(match.start())
    start, content = _name_start(text, match.start(), sentence_start, heads)
    end = match.end()
    more = _name_end(text, end, heads)
    tail = heads.tail.match(text, more)
    end = tail.end() if tail else more
    bracket = _BRACKET.match(text, end)
    defined = bracket is not None and letters_match(bracket["abbreviation"], text[start:end])
    name = text[start:end]
    if not _instrument(name, heads) or not (content or more > match.end()):
        return None
    if _STUDY.match(text, bracket.end("abbreviation") if bracket else end):
        return None
    if not defined:
        head = match[0].lower().removesuffix("s")
        sure = head in heads.sure or match[0].lower() in heads.sure
        enough = content + (more > match.end()) >= 2
        likely = content >= 2 and start > sentence_start and head in heads.likely
        scored = content >= 2 and _SCORE_WORD.match(text, end) is not None
        if not (enough and sure or likely or scored) or _heading(text, sentence_start, sentence_end):
            return None
    canonical = bracket["abbreviation"] if defined and bracket is not None else initials(name)
    return _Span(start, end, canonical, None, frozenset(), "general form, defined" if defined else "general form")


def _heading(text: str, start: int, end: int) -> bool:
    """A short line in capitals without a full stop: its capitals mean nothing."""
    words = re.findall(r"[^\W\d_]{4,}", text[start:end])
    return bool(words) and text[end - 1] not in ".;:?!)" and sum(w[0].isupper() for w in words) > 0.6 * len(words)


_BACK = re.compile(rf"(?:[^\s()\[\],;:.“”\"]+)(?=[\s{DASHES}]+$|$)")


def _name_start(text: str, at: int, low: int, heads: _Heads) -> tuple[int, int]:
    """Walk left over capitalised words and the linkers between them. Returns (start, capitalised words passed)."""
    start, content, cursor, following = at, 0, at, ""
    while cursor > low and start - low < 400:
        piece = text[low:cursor]
        stripped = piece.rstrip()
        if stripped == piece and cursor != at:
            break
        word_start = max(stripped.rfind(c) for c in " \n\t([“\"/") + 1
        word = stripped[word_start:]
        if not word or word[-1] in ",;:.)]”\"" and not re.fullmatch(r"[A-Z]\.|Jr\.|St\.", word):
            break
        first = word.lstrip("'‘“")[:1]
        if first.isupper() and fold(word) not in heads.generic:
            begins = low + word_start == low
            if begins and content and text[low + len(stripped) :][:1].isspace() and text[cursor:start].strip():
                break  # "Results of the Brief Pain Inventory": the sentence's first word, then a linker
            start, content = low + word_start, content + 1
        elif word not in heads.linkers or word in ("with", "by", "from", "at", "or", "a", "under"):
            break
        elif word == "and" and (following in ("the", "a") or stripped[:word_start].rsplit(None, 1)[-1].lower() in heads.sure | heads.likely):
            break  # "Problem Index and …": two instruments
        following = word
        cursor = low + word_start
        if cursor > low and not text[cursor - 1].isspace():
            break
    return start, content


def _name_end(text: str, at: int, heads: _Heads) -> int:
    """Walk right over *for the Assessment of Negative Symptoms*: linkers only where a capitalised word follows."""
    match = re.match(r"(?:\s+(?:for|of|in|on|to)(?:\s+the)?(?:\s+[A-Z][a-z][\w-]*)+(?:\s+(?:and|in|of)\s+[A-Z][a-z][\w-]*)*)+", text[at : at + 120])
    return at + match.end() if match else at


def _defined(text: str, spans: list[_Span], detected: dict[str, str]) -> dict[str, _Span]:
    """Abbreviations that a bracket behind a name, or an equals sign before it, defines."""
    out: dict[str, _Span] = {}
    for span in spans:
        if span.end - span.start < 8 or " " not in text[span.start : span.end].replace("\n", " "):
            continue
        name = text[span.start : span.end]
        bracket = _BRACKET.match(text, span.end)
        if bracket and (letters_match(bracket["abbreviation"], name) or bracket["abbreviation"].startswith(span.name)):
            out.setdefault(bracket["abbreviation"].rstrip("-/&+"), span)
        equals = _EQUALS.search(text, max(0, span.start - 24), span.start)
        if equals and letters_match(equals["abbreviation"], name):
            out.setdefault(equals["abbreviation"].rstrip("-/&+"), span)
    return out


def _widest(spans: list[_Span]) -> Iterator[_Span]:
    """Leftmost-longest, lexicon before general form at a tie."""
    last = -1
    for span in sorted(spans, key=lambda s: (s.start, -s.end, not s.why.startswith("lexicon"))):
        if span.start >= last:
            last = span.end
            yield span


def _found(text: str, span: _Span) -> Found:
    """The mention, widened over its item count and its subscale."""
    start, end = span.start, span.end
    items = None
    before = _ITEMS_BEFORE.search(text, max(0, start - 40), start)
    if before:
        count = parse_words(before["items"]) if not before["items"].isdigit() else float(before["items"])
        if count:
            start, items = before.start(), int(count)
    form = text[span.start : span.end]
    after = _ITEMS_AFTER.match(text, end)
    if after and ((after["items"] in span.known and " " not in after[0]) or after["said"]):
        items = items or int(after["items"] or after["said"])
        end = after.end() if after["items"] else end
        if after["items"] and text[end - 1] == ")" and "(" not in after[0]:
            end -= 1
    subscale = _heads().subscale.match(text, end)
    if subscale and not re.search(r"\b(?:items?|and|or|the|total|scores?|a|on|in|was|were)\b", subscale[0].rsplit(None, 1)[0]) and not subscale[0].endswith(("item", "items")):
        end = subscale.end()
    if items is None:
        counts = [n for n in re.findall(r"\d+", form) if n in span.known or (not span.known and 3 < int(n) < 100 and form.isupper())]
        items = int(counts[-1]) if counts else span.items
    return Found("SCALE", start, end, ScaleValue(span.name, items), span.why)


@Language.factory("goldpan_scales", assigns=["doc.spans"])
def make_scales(nlp: Language, name: str) -> ScaleFinder:
    """Factory of `ScaleFinder`."""
    return ScaleFinder()


__all__ = ["ScaleFinder", "initials", "letters_match", "longest"]
