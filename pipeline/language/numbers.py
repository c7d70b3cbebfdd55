"""Every number of a text, parsed once, for all matchers.

Digits with thousands separators and decimals (``1,200``, ``0.5``, ``.05``, ``0·5``), signs in every dash,
number words up to the hundred thousands (``twenty-four``, ``one hundred and six``, ``half``), fractions. What is
part of a name or code (``HDRS17``, ``MK-801``, ``5-HT``) or an ordinal is no number.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language.common import OnCharacters, text_of
from pipeline.language.lookup import hits_of

DASHES = "‐‑‒–—−-"  # the hyphen last, so that it can stand in a character class
_DIGITS = re.compile(
    rf"""(?<![\w.·])                           # not inside a word, a decimal or a code
        (?P<sign>(?<![\w\)\]%{DASHES}])[+{DASHES}](?=\.?\d)
          |(?<=[\s(\[=<>~≤≥:/])[{DASHES}]\s(?=\d+\.\d)(?<=[=]\s[{DASHES}]\s))?
        (?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:[.·]\d+)?(?![\d,]?\d)
          |\d{{1,3}}(?:\ 0\d\d)+(?![\d.])
          |\d{{1,3}}(?:\ \d{{3}})+(?=\ (?:[a-z][\w-]*\ )?(?:patients|participants|subjects|people|adults
            |children|women|men|individuals|persons|volunteers|diabetics|controls|were|had|included|enrolled
            |randomi[sz]ed)\b)
          |0,\d{{1,2}}(?!\d)
          |\d+(?:[.·]\d+)?
          |[.·]\d+)
        (?P<fraction>[½¼¾⅓⅔])?
      | (?<![\w.,])(?P<alone>[½¼¾⅓⅔])""",
    re.VERBOSE,
)
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
_UNITS = {
    w: i for i, w in enumerate(
        (
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
            "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
        )
    )
}  # fmt: skip
_TENS = {
    w: 10 * i
    for i, w in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
}
_TENS["fourty"] = 40
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_TEN = "|".join(_TENS)
_WORDS = re.compile(
    rf"""\b(?:
        (?P<half>(?:(?P<whole>{_UNIT})\s+and\s+)?(?:one[-\s])?(?:a\s+)?half(?=\s+(?:a|an|of)\b|\s+[mµg]|\b))
      | (?P<number>(?:(?:{_TEN})(?:[\s{DASHES}]?(?:{_UNIT}))?|(?:{_UNIT})|an?(?=\s+(?:hundred|thousand|dozen))
          |hundred(?=\s+(?:and\s+)?(?:{_TEN}|{_UNIT})))
          (?:[-\s]+(?:and\s+)?(?:hundred|thousand|dozen|(?:{_TEN})(?:[\s{DASHES}]?(?:{_UNIT}))?|(?:{_UNIT})(?=\s+(?:hundred|thousand)|\b)))*)
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)

_SIGNS = frozenset("+" + DASHES)
_ANY_DIGIT = re.compile(r"[0-9½¼¾⅓⅔]")
#: What is passed over where digits are no number: the rest of a word or code.
_RUN = re.compile(r"[\w.·]*\w|.")
_WORD_SEED = re.compile(
    rf"\b(?:{_TEN}|{_UNIT}|half|hundred|an?(?=\s+(?:hundred|thousand|dozen|half)))", re.IGNORECASE
)
_ONE_WORD = re.compile(rf"\b(?:(?:{_TEN})(?:[-\s](?:{_UNIT}))?|{_UNIT})\b", re.IGNORECASE)


class Number(NamedTuple):
    """A number and where it stands. ``start`` takes in a sign; ``word`` is true for number words."""

    start: int
    end: int
    value: float
    word: bool = False
    signed: bool = False

    @property
    def is_integer(self) -> bool:
        return self.value == int(self.value)


def parse_words(words: str) -> float | None:
    """The value of number words, or None where they do not form one number.

    >>> parse_words("one hundred and six"), parse_words("Twenty-four"), parse_words("two and a half")
    (106.0, 24.0, 2.5)
    >>> parse_words("five six") is None
    True
    """
    tokens = [t for t in re.split(rf"[\s{DASHES}]+", words.lower()) if t and t != "and"]
    if tokens and tokens[-1] == "half":
        head = [t for t in tokens[:-1] if t != "a"]
        if head == ["one"] and "and" not in words.lower():
            return 0.5
        whole = parse_words(" ".join(head)) if head else 0.0
        return None if whole is None else whole + 0.5
    total, current, last = 0.0, 0.0, 10**9
    for token in tokens:
        if token in ("a", "an"):
            current = 1
            continue
        if token == "dozen":
            current = max(current, 1) * 12
            continue
        if token in _SCALES:
            factor = _SCALES[token]
            current = max(current, 1) * factor
            if factor > 100:
                total, current = total + current, 0.0
            last = factor
            continue
        value = _UNITS.get(token, _TENS.get(token))
        if (
            value is None
            or value >= last
            or (value and current and current % 100 and not (current % 10 == 0 and value < 10))
        ):
            return None
        current += value
        last = 10 if value >= 20 else 1
    return total + current


def _digits_value(text: str) -> float:
    if text.isdigit():
        return float(text)
    if re.fullmatch(r"0,\d{1,2}", text):
        return float(text.replace(",", "."))  # a decimal comma: no thousands begin with 0
    return float(text.replace(",", "").replace(" ", "").replace("·", "."))


def find_numbers(text: str) -> list[Number]:
    """All numbers of a text, in order.

    >>> text = "Fourteen of 1,200 fell by –18.4 (P = .05), 100–200 mg, HDRS17, MK-801"
    >>> [(n.value, n.word) for n in find_numbers(text)]
    [(14.0, True), (1200.0, False), (-18.4, False), (0.05, False), (100.0, False), (200.0, False)]
    """
    seeds = (match.start() for match in _WORD_SEED.finditer(text))
    return sorted([*_in_digits(text), *_in_words(text, seeds)], key=lambda n: n.start)


def _in_digits(text: str) -> Iterator[Number]:
    """Numbers in digits: the pattern is tried only where a digit stands, from its sign or point on."""
    at = 0
    while digit := _ANY_DIGIT.search(text, at):
        first = digit.start()
        point = first - 1 if first > at and text[first - 1] in ".·" else first
        match = None
        if point > at and text[point - 1] in _SIGNS:
            match = _DIGITS.match(text, point - 1)
        elif point > at + 1 and text[point - 1] == " " and text[point - 2] in _SIGNS:
            match = _DIGITS.match(text, point - 2)
        match = (
            match or _DIGITS.match(text, point) or (_DIGITS.match(text, first) if point != first else None)
        )
        if match is None:
            run = _RUN.match(text, first)
            at = run.end() if run else first + 1
            continue
        at = match.end()
        start, end = match.span()
        if match["alone"]:
            yield Number(start, end, _FRACTIONS[match["alone"]])
            continue
        if _is_code(text, start, end, match):
            continue
        value = _digits_value(match["digits"])
        if match["fraction"]:
            value += _FRACTIONS[match["fraction"]]
        sign = match["sign"]
        if sign and sign[0] != "+":
            value = -value
        yield Number(start, end, value, signed=bool(sign))


def _in_words(text: str, seeds: Iterable[int]) -> Iterator[Number]:
    """Number words; ``seeds`` are the places, in order, where one can begin."""
    last = 0
    for seed in seeds:
        match = _WORDS.match(text, seed) if seed >= last else None
        if match is None:
            continue
        last = match.end()
        value = parse_words(match[0])
        if value is not None:
            if not _is_word_part(text, match.start(), match.end()):
                yield Number(match.start(), match.end(), value, word=True)
            continue
        # "two three-week courses": two numbers beside one another
        for part in _ONE_WORD.finditer(match[0]):
            single = parse_words(part[0])
            if single is not None:
                yield Number(seed + part.start(), seed + part.end(), single, word=True)


_LETTER_AFTER = re.compile(r"[A-Za-zα-ωΑ-Ω]")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
#: What may follow a number's digits without a space and leaves it a number: units, "x", "mg", "h", "%", "-week".
_SUFFIX = re.compile(
    r"(?:[kmcdµuµn]?g|[mµcdk]?[lL]|kg|h|hr?s?|d|wk|min|s|x|ms|mm|cm|mmHg|mEq|mmol|[mµ]?mol|[mµn]?M|I?U|MU|Gy|K|Hz|°|pts?|yrs?|y|mo|months?|weeks?|days?|years?|hours?|fold)\b",
    re.IGNORECASE,
)


def _is_code(text: str, start: int, end: int, match: re.Match[str]) -> bool:
    """Whether the digits belong to a name, a code, a locant or an ordinal."""
    before = text[start - 1 : start]
    after = text[end : end + 1]
    if _LETTER_AFTER.match(after or " ") and not _SUFFIX.match(text, end):
        return True
    if _ORDINAL.match(text, end):
        return True
    if before and before in DASHES and start >= 2 and text[start - 2].isalpha():
        # "MK-801", "COVID-19", "HAMD-6" are names; "mg–20" is not reached (units end in a letter, but follow digits)
        word = re.search(r"[^\W_]+$", text[max(0, start - 25) : start - 1])
        return bool(word and not re.fullmatch(r"(?:mg|g|kg|ml|day|week|h|min|to|and|or)", word[0].lower()))
    if after and after in DASHES and text[end + 1 : end + 2].isalpha() and not match["sign"]:
        # "5-HT", "3-methyl" are names; "3-week", "40-mg", "17-item", "10-, 20-" are numbers
        word = re.match(r"[^\W\d_]+", text[end + 1 : end + 20])
        if word and (
            word[0].isupper()
            or re.match(r"(?:methyl|hydroxy|amino|oxo|chloro|fluoro|ethyl|phenyl|alpha|beta)", word[0])
        ):
            return not _SUFFIX.match(text, end + 1)
    return False


def _is_word_part(text: str, start: int, end: int) -> bool:
    """``one`` as a pronoun ("one another", "the one that", "no one"), "two-fold" kept, "zero-order" kept."""
    if text[start:end].lower() == "one":
        if re.match(
            r"\s+(?:patient|participant|subject|case|death|person|woman|man|child)", text[end : end + 14]
        ):
            return False
        return bool(
            re.match(
                r"\s+(?:another|can|may|might|must|could|should|hypothesis|possib|"
                r"explanation|would)\b|-(?:off|sided?|tailed)\b",
                text[end : end + 16],
            )
            or re.search(
                r"\b(?:no|the|this|that|any|each|every|some|which)\s+$",
                text[max(0, start - 8) : start],
                re.IGNORECASE,
            )
        )
    return False


Link = Literal["range", "to", "and", "or", "comma", "plusminus", "slash", "of", "versus", "cross"]
_LINKS: list[tuple[Link, re.Pattern[str]]] = [
    ("plusminus", re.compile(r"\s*(?:±|\+/?[-−–])\s*")),
    ("range", re.compile(rf"\s*[{DASHES}]\s*|\s*(?:through|up to)\s+")),
    ("to", re.compile(rf"[{DASHES}]?\s+to\s+")),
    ("of", re.compile(r"\s+(?:out\s+)?of\s+(?:the\s+|all\s+|these\s+|those\s+)?")),
    ("and", re.compile(rf"[{DASHES}]?\s*,?\s*(?:(?:and|&|plus)\s+(?:then\s+)?|then\s+)")),
    ("or", re.compile(rf"[{DASHES}]?\s*,?\s*(?:or|and/or)\s+")),
    ("versus", re.compile(r"\s*,?\s*(?:vs\.?|versus|v\.?|compared (?:with|to))\s+")),
    ("slash", re.compile(r"\s*/\s*")),
    ("cross", re.compile(r"\s*[×x]\s*")),
    ("comma", re.compile(rf"\s*[{DASHES}]?\s*[,;]\s*")),
]


def link(text: str, left: Number, right: Number) -> Link | None:
    """How two neighbouring numbers are joined, or None where something else stands between them.

    >>> text = "100–200, 28, 56, or 84"; numbers = find_numbers(text)
    >>> [link(text, a, b) for a, b in zip(numbers, numbers[1:])]
    ['range', 'comma', 'comma', 'or']
    """
    between = text[left.end : right.start]
    if len(between) > 20:
        return None
    if not between:
        return "range" if right.signed else None
    for name, pattern in _LINKS:
        if pattern.fullmatch(between):
            return name
    return None


class Numbers(list[Number]):
    """The numbers of a text in order, with bisection by character."""

    __slots__ = ("_starts",)

    def __init__(self, numbers: Iterable[Number]) -> None:
        super().__init__(numbers)
        self._starts = [number.start for number in self]

    def index_from(self, offset: int) -> int:
        """Index of the first number that starts at or after a character."""
        return bisect_left(self._starts, offset)

    def within(self, start: int, end: int) -> list[Number]:
        """The numbers that start in [start, end)."""
        return self[bisect_left(self._starts, start) : bisect_left(self._starts, end)]


def numbers_of(doc: Doc) -> Numbers:
    """The numbers of a doc; parsed on first use, so that matchers work in any pipeline."""
    found: Numbers | None = doc.user_data.get("goldpan.numbers")
    if found is None:
        text = text_of(doc)
        seeds = sorted(
            {hit.start for hit in hits_of(doc, "numbers")}
        )  # the pass over all lexicons has been there anyway
        numbers = sorted([*_in_digits(text), *_in_words(text, seeds)], key=lambda n: n.start)
        found = doc.user_data["goldpan.numbers"] = Numbers(numbers)
    return found


@Language.factory("goldpan_numbers")
def make_numbers(nlp: Language, name: str) -> NumberFinder:
    """Factory of `NumberFinder`."""
    return NumberFinder()


class NumberFinder(OnCharacters):
    """spaCy component: parses a doc's numbers once, for the matchers behind it."""

    def __call__(self, doc: Doc) -> Doc:
        numbers_of(doc)
        return doc
