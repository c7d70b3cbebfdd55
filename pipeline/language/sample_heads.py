"""The counted noun behind a number, and whether a number can be a count at all."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.language import sample_words as w
from pipeline.language.sample_words import Words

_MOST = 500_000
_YEARS = range(1900, 2101)
#: a colon, and the sign for a ratio that some publishers print for it
_RATIO_SIGNS = frozenset({":", "∶"})


@dataclass(slots=True)
class Count:
    """A number that counts people: its token, how it was recognised, and the token of its noun (or of itself)."""

    i: int
    start: int
    end: int
    count: int
    form: str
    noun: int
    kinds: int = 0
    #: index in the same sentence of the denominator or numerator that belongs to it
    pair: int | None = None
    words: Words = field(default=None, repr=False)  # type: ignore[assignment]


def plausible(words: Words, i: int) -> bool:
    """Whether the number at token ``i`` can be a count at all: whole, no percentage, threshold or label's number."""
    number = words.numbers[i]
    value = number.value
    if value != int(value) or number.signed or not 0 <= value < _MOST:
        return False
    if "." in words.text[number.start : number.end] or "·" in words.text[number.start : number.end]:
        return False
    after = words.word(i + 1)
    if after in ("%", "±", "°", "$", "€", "£", "percent") or (
        after == "per" and words.word(i + 2) in ("cent", "1000")
    ):
        return False
    if (after in _RATIO_SIGNS and words.word(i + 2) == "#" and (words.glued(i + 1) or value < 10)) or (
        words.word(i - 1) in _RATIO_SIGNS and words.word(i - 2) == "#" and (words.glued(i) or value < 10)
    ):
        return False  # an allocation ratio
    if after in ("×", "x") and words.word(i + 2) == "#":
        return False  # a factorial design, a table's size
    if words.word(i - 1) == "in" and words.word(i - 2) == "#" and words.numbers[i - 2].value == 1:
        return False  # one in ten women: a prevalence
    if after == "+" and words.word(i + 2) in ("/", "-", "−"):
        return False
    before = words.word(i - 1)
    if before == "#" and words.numbers[i - 1].value in _YEARS and words.kind(i + 1) & w.PEOPLE:
        return True  # "from 1985 to 1987 80 patients"
    if before in ("<", ">", "≤", "≥", "±", "$", "€", "£", "#", "×", "^", "§") or (
        before == "=" and words.word(i - 2) in ("<", ">", "or")
    ):
        return False
    if (
        after in ("-", "‐", "‑", "–", "/")
        and words.glued(i + 1)
        and words.glued(i + 2)
        and words.word(i + 2)[:1].isalpha()
        and after != "/"
    ):
        return False  # "3-week", "17-item"
    if before in ("-", "‐", "‑", "–", "−") and words.glued(i):
        return False  # the second half of a range or a code
    if after in ("-", "‐", "‑", "–", "−") and words.word(i + 2) == "#":
        return False
    if (
        before in ("least", "every", "prevent")
        or (before == "/" and words.kind(i - 3) & w.LABEL)
        or _shares_percent(words, i)
    ):
        return False
    if (
        words.kind(i - 1) & w.LABEL
        and not number.word
        and not (words.kind(i - 1) & w.UNIT and words.kind(i - 2) & w.NUMBER)
    ):
        return (
            after in ("of", "/") and words.word(i + 2) == "#"
        )  # "in the usual care group 11 of 33 patients"
    return True


def _shares_percent(words: Words, i: int) -> bool:
    """Whether the number is one of a list that ends in a percent sign (``40, 67, and 50 %``)."""
    if (words.word(i - 1) == "=" and words.word(i - 2) in ("n", "ns")) or (
        words.word(i - 1) == "of" and words.word(i - 2) in ("#", "out")
    ):
        return False  # "n = 53, 82%", "9 of 45, 20%"
    for _ in range(4):
        k = i + 1
        while words.word(k) in (",", "and", "or", "to", "versus", "vs", "."):
            k += 1
        if k == i + 1 or k > i + 3 or words.word(k) != "#":
            return False
        if words.word(k + 1) in ("%", "percent"):
            return True
        i = k
    return False


class Heads:
    """One sentence's counts while they are found, and what stands behind its numbers."""

    def __init__(
        self, words: Words, drugs: list[tuple[int, int]], events: frozenset[int] = frozenset()
    ) -> None:
        self.words = words
        self.drugs = drugs
        #: where the names of outcomes end that happen to people (*nausea*, *relapse*)
        self.events = events
        self.found: dict[int, Count] = {}
        #: the tokens whose numbers can be counts
        self.able = {i for i in words.numbers if plausible(words, i)}

    def _add(
        self, i: int, form: str, noun: int | None = None, kinds: int = 0, pair: int | None = None
    ) -> None:
        number = self.words.numbers[i]
        self.found[i] = Count(
            i,
            number.start,
            number.end,
            int(number.value),
            form,
            i if noun is None else noun,
            kinds,
            pair,
            self.words,
        )

    def _head(self, i: int) -> tuple[str, int]:
        """What the number at ``i`` counts and the token that says so.

        The former is ``people``, ``event``, ``dropout``, ``other``, ``unit``, or empty where it is unsaid.
        """
        words = self.words
        many = words.numbers[i].value != 1 if i in words.numbers else True
        j = i + 1
        steps = 0
        while steps < 10 and j < len(words):
            steps += 1
            kind = words.kind(j)
            word = words.words[j]
            if kind & w.PUNCT:
                if (word in "([" and j == i + 1) or word == "(":
                    close = words.close(j)
                    if close is None or close - j > 9 or (word == "["):
                        return "", i
                    # "12 (30%) patients": the bracket is passed where a noun of people stands directly behind
                    if close + 1 < len(words) and words.kind(close + 1) & (w.STOP | w.PUNCT):
                        return "", i
                    j = close + 1
                    continue
                if word in ("-", "‐", "–", "'", "’", '"', "“", "”", "*", "+", "/") or (
                    word == "," and j > i + 1 and not words.kind(j + 1) & (w.STOP | w.NUMBER)
                ):
                    j += 1
                    continue
                return "", i
            if kind & w.NUMBER:
                if words.kind(j - 1) & w.LABEL or (
                    words.word(j + 1) in ("-", "‐", "–") and words.glued(j + 1)
                ):
                    j += 1
                    continue
                return "", i
            if kind & w.PEOPLE:
                following = words.kind(j + 1)
                if not many and not kind & w.SINGULAR and self._plural(j):
                    return "", i
                if (
                    kind & w.SINGULAR
                    and many
                    and not (
                        following & (w.STOP | w.PUNCT | w.EVENT) and words.word(j + 1) not in ("-", "'", "’")
                    )
                ):
                    j += 1
                    continue
                if kind & w.CASE and many and following & (w.PEOPLE | w.OTHER):
                    j += 1
                    continue
                if words.word(j + 1) in ("'", "’") and words.glued(j + 1):
                    return "other", j
                return "people", j
            if kind & w.UNIT:
                return "unit", j
            if kind & w.DROPOUT_NOUN and not (kind & w.SINGULAR and many):
                return "dropout", j
            if kind & w.EVENT_NOUN and not (kind & w.SINGULAR and many):
                return "event", j
            if kind & w.GROUP:
                if kind & w.SINGULAR and many:
                    j += 1
                    continue
                return "other", j
            if kind & w.STOP:
                if (
                    word in ("such", "more", "other")
                    or self._in_name(j)
                    or (
                        word == "to" and words.kind(j + 1) & w.NUMBER and words.word(j - 1) in ("-", "‐", "–")
                    )
                ):
                    j += 1
                    continue
                if word in ("and", "or", "to", "but") and j > i + 1 and self._joins(j):
                    j += 1
                    continue
                return "", i
            if kind & w.OTHER:
                if kind & w.SINGULAR and many:
                    j += 1
                    continue
                return "other", j
            if kind & w.PLURAL_LIKE and not words.kind(j + 1) & w.PEOPLE and not self._in_name(j - 1):
                return "other", j
            j += 1
        return "", i

    def _in_name(self, j: int) -> bool:
        """Whether *of* at ``j`` stands inside a name in capitals (*American Society of Anesthesiologists*)."""
        words = self.words
        if words.word(j) != "of" or j + 1 >= len(words):
            return False
        text = words.text
        return text[words.starts[j - 1]].isupper() and text[words.starts[j + 1]].isupper()

    def _joins(self, j: int) -> bool:
        """Whether *and* at ``j`` joins two modifiers: a noun of people stands one to three words behind it."""
        for k in range(j + 1, j + 7):
            kind = self.words.kind(k)
            if kind & (w.PEOPLE | w.EVENT_NOUN):
                return k > j + 1
            if kind & (w.STOP | w.NUMBER | w.UNIT | w.PUNCT):
                return False
        return False

    def _plural(self, j: int) -> bool:
        return self.words.words[j].endswith("s") or self.words.words[j] in (
            "women",
            "men",
            "children",
            "people",
        )

    def _is_year(self, i: int) -> bool:
        word = self.words.text[self.words.numbers[i].start : self.words.numbers[i].end]
        if (
            self.words.word(i - 1) == "and"
            and self.words.word(i + 1) in ("to", "on", "receiving")
            and self.found
        ):
            return False  # "1920 were assigned to the drug and 1944 to placebo"
        return (
            len(word) == 4
            and (
                self.words.word(i - 1)
                in (
                    "in",
                    "since",
                    "until",
                    "from",
                    "to",
                    "during",
                    "between",
                    "and",
                    "of",
                    ",",
                    "(",
                    "early",
                    "late",
                    "through",
                    "after",
                    "before",
                    "by",
                )
                or bool(self.words.kind(i - 1) & w.LABEL)
            )
            and self._head(i)[1] != i + 1
        )
