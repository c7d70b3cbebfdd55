"""Which numbers count people or animals: the words beside a number, one form after the other.

A number is a count where a noun of people follows over its modifiers (``34 treatment-resistant outpatients``; a noun
in the singular behind a count above one is a modifier, a plural of anything else ends the search), in ``n = 7``,
``12/25`` and ``12 of the 25``, behind ``randomized`` or ``a total of``, or where a verb or a group takes it for its
subject (``nine left the study``, ``872 in the placebo arm``) beside another count. Coordinated numbers share the form.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.language import sample_words as w
from pipeline.language.sample_words import Words

#: how a count was recognised; the order is that of trust
FORMS = ("n=", "people", "event", "dropout", "numerator", "denominator", "of them", "total of", "part", "randomized #", "number of",
         "verb", "group", "percent", "verb in", "coordination", "cell", "none")  # fmt: skip
_MOST = 500_000
_CONJUNCTIONS = frozenset({"and", ",", "versus", "vs", "while", "whereas", ";", "(", "or", "&", "/"})
_SUBJECT_BEFORE = _CONJUNCTIONS | {"", "whom", "which", "only", "remaining", "other", "additional", "further", ":", "these", "the", "but", "[", "."}
_PREPOSITIONS = frozenset({"in", "on", "to", "for", "with", "from", "of", "receiving", "by", "at", "under", "without"})
_DETERMINERS = frozenset({"the", "all", "these", "those", "its", "their", "our", "total"})
_DATES = frozenset({"between", "from", "to", "until", "since", "in", "and", "by", "-", "–"})
_YEARS = range(1900, 2101)
_TOTALS = frozenset({"total", "sample", "size", "cohort", "population", "n", "enrolment", "enrollment", "accrual", "subset", "subgroup", "subsample", "group", "majority", "number", "numbers", "series", "set", "half", "remainder", "rest"})


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
    """Whether the number at token ``i`` can be a count at all: whole, no percentage, no threshold, no label's number."""
    number = words.numbers[i]
    value = number.value
    if value != int(value) or number.signed or not 0 <= value < _MOST:
        return False
    if "." in words.text[number.start : number.end] or "·" in words.text[number.start : number.end]:
        return False
    after = words.word(i + 1)
    if after in ("%", "±", "°", "$", "€", "£", "percent") or (after == "per" and words.word(i + 2) in ("cent", "1000")):
        return False
    if after == ":" and words.word(i + 2) == "#" and words.glued(i + 1) or words.word(i - 1) == ":" and words.glued(i) and words.word(i - 2) == "#":
        return False  # an allocation ratio
    if words.word(i - 1) == "in" and words.word(i - 2) == "#" and words.numbers[i - 2].value == 1:
        return False  # one in ten women: a prevalence
    if after == "+" and words.word(i + 2) in ("/", "-", "−"):
        return False
    before = words.word(i - 1)
    if before in ("<", ">", "≤", "≥", "±", "$", "€", "£", "#", "×", "^", "§") or (before == "=" and words.word(i - 2) in ("<", ">", "or")):
        return False
    if after in ("-", "‐", "‑", "–", "/") and words.glued(i + 1) and words.glued(i + 2) and words.word(i + 2)[:1].isalpha() and after != "/":
        return False  # "3-week", "17-item"
    if before in ("-", "‐", "‑", "–", "−") and words.glued(i):
        return False  # the second half of a range or a code
    if after in ("-", "‐", "‑", "–", "−") and words.word(i + 2) == "#":
        return False
    if before == "least" or before == "/" and words.kind(i - 3) & w.LABEL or _shares_percent(words, i):
        return False
    if words.kind(i - 1) & w.LABEL and not number.word:
        return after in ("of", "/") and words.word(i + 2) == "#"  # "in the usual care group 11 of 33 patients"
    return True


def _shares_percent(words: Words, i: int) -> bool:
    """Whether the number is one of a list that ends in a percent sign (``40, 67, and 50 %``)."""
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


class Finder:
    """Finds the counts of one sentence or cell."""

    def __init__(self, words: Words, drugs: list[tuple[int, int]]) -> None:
        self.words = words
        self.drugs = drugs
        self.found: dict[int, Count] = {}

    def run(self, earlier: bool) -> list[Count]:
        """The counts in order. ``earlier`` says that people were counted just before this sentence."""
        words = self.words
        able = [i for i in words.numbers if plausible(words, i)]
        if not able:
            return []
        self._able = set(able)
        for i in able:
            if i not in self.found:
                self._strong(i)
        for i in able:
            if i not in self.found:
                self._weak(i, earlier or any(j < i for j in self.found))
        self._coordinated(able)
        if len(self.found) < len(able) and len(able) > 2:
            self._bracketed_sums(able)
            if self.found:
                self._sums(able)
        return [self.found[i] for i in sorted(self.found)]

    # ------------------------------------------------------------ forms

    def _add(self, i: int, form: str, noun: int | None = None, kinds: int = 0, pair: int | None = None) -> None:
        number = self.words.numbers[i]
        self.found[i] = Count(i, number.start, number.end, int(number.value), form, i if noun is None else noun, kinds, pair, self.words)

    def _strong(self, i: int) -> None:
        words = self.words
        value = words.numbers[i].value
        before, after = words.word(i - 1), words.word(i + 1)
        ratio = after == "/" and i + 2 in self._able and (words.glued(i + 1) or words.glued(i + 2))
        if before in ("=", ":") and words.word(i - 2) in ("n", "ns") and not ratio:
            kind, noun = self._head(i)
            self._add(i, "event" if kind == "event" else "n=", noun if kind == "event" else None, words.kind(noun) if kind == "event" else 0)
            return
        if before == "=" and not ratio:
            return
        if ratio:
            self._ratio(i, i + 2)
            return
        if after in ("of", "out", "from") and self._of(i, i + 1):
            return
        if after in ("(", "[") and words.word(i + 3) == "%" and words.word(i + 4) in (")", "]") and words.word(i + 5) == "of" and self._of(i, i + 5):
            return  # "19 (90%) of 21 patients"
        kind, noun = self._head(i)
        if kind == "people" and (
            words.word(noun + 1) == "in" and words.word(noun + 2) == "#" and not words.kind(noun + 3) & w.GROUP
            or before == "than" and any(words.kind(k) & w.OTHER for k in range(max(0, i - 5), i - 1))
        ):
            return  # "one adult in ten", "trials of fewer than 20 patients"
        if kind == "people" and not (value in _YEARS and self._is_year(i)):
            self._add(i, "people", noun, words.kind(noun))
        elif kind == "event" and not (before == "the" and words.numbers[i].word):
            self._add(i, "event", noun, words.kind(noun))
        elif kind == "dropout":
            self._add(i, "dropout", noun, words.kind(noun))
        elif kind == "" and not (value in _YEARS and self._is_year(i)):
            if before == "of" and words.word(i - 2) in _TOTALS and not words.kind(i + 1) & w.UNIT:
                self._add(i, "total of")
            elif before == "of" and words.kind(i + 1) & (w.ENROL | w.SCREEN | w.ALLOCATE):
                self._add(i, "total of")
            elif words.kind(i - 1) & (w.ENROL | w.ALLOCATE) and before not in ("including", "includes", "studied") and words.kind(i + 1) & (w.STOP | w.PUNCT):
                self._add(i, "randomized #")
            elif self._number_of(i):
                self._add(i, "number of")
            elif words.kind(i - 1) & w.DROPOUT_NOUN or (words.kind(i - 2) & w.DROPOUT_NOUN and before in (":", "was", "were", "numbered", ",")):
                self._add(i, "dropout", i - 1 if words.kind(i - 1) & w.DROPOUT_NOUN else i - 2, w.DROPOUT_NOUN)

    def _is_year(self, i: int) -> bool:
        word = self.words.text[self.words.numbers[i].start : self.words.numbers[i].end]
        return len(word) == 4 and (self.words.word(i - 1) in ("in", "since", "until", "from", "to", "during", "between", "and", "of", ",", "(", "early", "late", "through", "after", "before", "by") or bool(self.words.kind(i - 1) & w.LABEL)) and self._head(i)[1] != i + 1

    def _ratio(self, i: int, j: int) -> None:
        """``12/25``; not grades (3/4), blood pressures (120/80 mmHg), fractions of a title."""
        words = self.words
        a, b = words.numbers[i].value, words.numbers[j].value
        if a > b or words.kind(j + 1) & (w.UNIT | w.LABEL) and not words.kind(j + 1) & w.PEOPLE or words.word(j + 1) in ("/", "-", "–"):
            return
        if words.kind(i - 1) & (w.LABEL | w.OTHER) or words.word(i - 1) == "/" or words.word(i - 1) == "or" and b <= 5:
            return
        if words.text[words.starts[i]] == "0" and a or a <= 12 and b in _YEARS or a <= 12 and 60 < b < 100 and words.word(i - 1) in _DATES and words.word(j + 1) != "(":
            return
        head = self._head(j)[0]
        if head in ("other", "unit") or (b < 6 and head != "people" and words.word(j + 1) not in ("(", ")")):
            return
        self._add(i, "numerator", pair=j)
        self._add(j, "denominator", pair=i)

    def _of(self, i: int, j: int) -> bool:
        """``30 out of 47 patients``, ``12 of the patients``, ``12 of whom``; *of* stands at ``j``."""
        words = self.words
        j += words.word(j) == "out"
        if words.word(j) not in ("of", "from"):
            return False
        form = words.word(j)
        j += 1
        while words.word(j) in _DETERMINERS:
            j += 1
        if j in self._able and form == "of":
            a, b = words.numbers[i].value, words.numbers[j].value
            head, noun = self._head(j)
            if a <= b and head in ("", "people") and not (head == "" and words.kind(j + 1) & w.LABEL and not words.kind(j + 1) & w.STOP):
                self._add(i, "numerator", noun if head else None, words.kind(noun) if head else 0, pair=j)
                self._add(j, "denominator", noun if head else None, words.kind(noun) if head else 0, pair=i)
                return True
            return True
        if form == "of" and (words.word(j) in ("whom", "them") or self._head(j - 1)[0] == "people"):
            self._add(i, "of them", i if words.word(i + 1) in ("(", "[") else j)
            return True
        return False

    def _head(self, i: int) -> tuple[str, int]:
        """What the number at ``i`` counts and the token that says so: people, event, dropout, other, unit, or "" unsaid."""
        words = self.words
        many = words.numbers[i].value != 1 if i in words.numbers else True
        j = i + 1
        steps = 0
        while steps < 10 and j < len(words):
            steps += 1
            kind = words.kind(j)
            word = words.words[j]
            if kind & w.PUNCT:
                if word in "([" and j == i + 1 or word == "(":
                    close = words.close(j)
                    if close is None or close - j > 9 or (word == "[" ):
                        return "", i
                    # "12 (30%) patients": the bracket is passed where a noun of people stands directly behind
                    if close + 1 < len(words) and words.kind(close + 1) & (w.STOP | w.PUNCT):
                        return "", i
                    j = close + 1
                    continue
                if word in ("-", "‐", "–", "'", "’", '"', "“", "”", "*", "+", "/") or (word == "," and j > i + 1 and not words.kind(j + 1) & (w.STOP | w.NUMBER)):
                    j += 1
                    continue
                return "", i
            if kind & w.NUMBER:
                if words.kind(j - 1) & w.LABEL or (words.word(j + 1) in ("-", "–") and words.glued(j + 1)):
                    j += 1
                    continue
                return "", i
            if kind & w.PEOPLE:
                following = words.kind(j + 1)
                if not many and not kind & w.SINGULAR and self._plural(j):
                    return "", i
                if kind & w.SINGULAR and many and not (following & (w.STOP | w.PUNCT | w.EVENT) and words.word(j + 1) not in ("-", "'", "’")):
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
                if word in ("and", "or", "to", "but") and j > i + 1 and self._joins(j):
                    j += 1
                    continue
                return "", i
            if kind & w.OTHER:
                if kind & w.SINGULAR and many:
                    j += 1
                    continue
                return "other", j
            if kind & w.PLURAL_LIKE and not words.kind(j + 1) & w.PEOPLE:
                return "other", j
            j += 1
        return "", i

    def _plural(self, j: int) -> bool:
        return self.words.words[j].endswith("s") or self.words.words[j] in ("women", "men", "children", "people")

    def _joins(self, j: int) -> bool:
        """Whether *and* at ``j`` joins two modifiers: a noun of people stands one to three words behind it."""
        for k in range(j + 1, j + 7):
            kind = self.words.kind(k)
            if kind & w.PEOPLE:
                return k > j + 1
            if kind & (w.STOP | w.NUMBER | w.UNIT | w.PUNCT):
                return False
        return False

    def _number_of(self, i: int) -> bool:
        """``the number of deaths was 12``, ``the number of patients … was 60``; not the number of visits."""
        words = self.words
        if words.word(i - 1) not in ("was", "were", "is", "to", "at", ":", "of", "equaled", "totaled", "by"):
            return False
        for k in range(i - 2, max(-1, i - 14), -1):
            if words.kind(k) & w.NUMBER or words.word(k) in (";", "."):
                return False
            if words.word(k) in ("number", "numbers"):
                nouns = [words.kind(n) for n in range(k + 1, i)]
                counted = any(kind & (w.PEOPLE | w.EVENT_NOUN | w.DROPOUT_NOUN) for kind in nouns)
                other = any(kind & w.OTHER and not kind & w.SINGULAR for kind in nouns)
                return counted and not other and words.word(k - 1) not in ("mean", "median", "average")
        return False

    # ------------------------------------------------------------ bare numbers

    def _weak(self, i: int, others: bool) -> None:
        words = self.words
        value = words.numbers[i].value
        if value in _YEARS and self._is_year(i):
            return
        before, after = words.word(i - 1), words.word(i + 1)
        if after in ("(", "[") and words.word(i + 2) == "#" and words.word(i + 3) == "%" and words.close(i + 1) is not None:
            if not self._measured(i):
                self._add(i, "percent")
            return
        if before == "(" and words.word(i - 2) == "%" and after in (")", "of", "/") and others:
            self._add(i, "percent")
            return
        if before in ("in", "by", "for", "among") and after in (".", ",", ")", ";", "(", "and", "", "with", "on", "receiving", "treated") and any(
            words.kind(k) & w.EVENT for k in range(max(0, i - 5), i - 1)
        ):
            if not self._measured(i) and words.word(i - 2) not in ("improved", "increased", "decreased", "reduced", "fell"):
                self._add(i, "verb in")
            return
        if before == "(" and after in (")", ";") and others and self._named_group(i):
            self._add(i, "group")
            return
        if before == "with" and words.kind(i + 1) & w.ALLOCATE and others:
            self._add(i, "verb", i + 1, words.kind(i + 1))
            return
        if before == "(" and words.kind(i - 2) & w.PEOPLE and after in _PREPOSITIONS and self._group(i + 1) is not None:
            self._add(i, "group", i + 1)
            return
        if before not in _SUBJECT_BEFORE:
            return
        if not others:
            return
        j = i + 1
        while words.word(j).endswith("ly") or words.word(j) in ("also", "never", "then", "subsequently", "each", "more", "further"):
            j += 1
        kind = words.kind(j)
        if kind & (w.ASSIGN | w.EVENT | w.DROPOUT | w.COMPLETE | w.ENROL) and not kind & (w.UNIT | w.OTHER) and words.word(j) not in ("showed", "found", "including", "included", "observed"):
            self._add(i, "verb", j, kind)
            return
        if words.word(j) in ("were", "was", "had", "did", "have", "could", "remained", "showed", "are") and not self._measured(i):
            self._add(i, "verb", j, words.kind(j + 1) & ~w.STOP)
            return
        if before in ("and", "while", "whereas") and self._allocated(i) and not kind & (w.UNIT | w.OTHER | w.NUMBER) and words.word(j) not in ("%", "or", "years"):
            self._add(i, "group", j - 1)
            return
        if words.word(j) in _PREPOSITIONS and not self._measured(i) and (before in _CONJUNCTIONS or before == ""):
            if self._group(j) is not None or self._drug(j) or (words.word(j) in ("to", "on", "in", "with", "receiving") and before in ("and", "versus", "vs", "whereas", "while") and self._parallel(i)):
                self._add(i, "group", j)

    def _measured(self, i: int) -> bool:
        """Whether a mean, a score or another measure governs the number."""
        for k in range(i - 1, max(-1, i - 9), -1):
            kind = self.words.kind(k)
            if kind & w.MEASURE:
                return True
            if k in self.found or self.words.word(k) in (";", "."):
                return False
        return False

    def _group(self, j: int) -> int | None:
        """Token of the group that a preposition at ``j`` leads to, within the clause."""
        for k in range(j + 1, j + 10):
            kind = self.words.kind(k)
            if kind & w.GROUP:
                return k
            if kind & (w.NUMBER | w.UNIT) or self.words.word(k) in (".", ";", ")", "(", "", ","):
                return None
        return None

    def _drug(self, j: int) -> bool:
        """Whether a drug stands within two words behind a preposition at ``j``."""
        start = self.words.ends[j] if j < len(self.words) else 0
        stop = self.words.starts[min(j + 3, len(self.words) - 1)] + 1
        return any(start <= a < stop for a, _ in self.drugs)

    def _named_group(self, i: int) -> bool:
        """``clodronate 1600 mg (149) or controls (150)``: a drug or a group stands before the bracket, and another bracket like it in the sentence."""
        words = self.words
        lone = [k for k in words.numbers if k in self._able and words.word(k - 1) == "(" and words.word(k + 1) in (")", ";")]
        start, stop = words.starts[max(0, i - 6)], words.starts[i]
        near = any(start <= a < stop for a, _ in self.drugs) or any(words.kind(k) & (w.GROUP | w.CONTROL) for k in range(max(0, i - 4), i))
        return near and (len(lone) > 1 or any(count.form == "n=" for count in self.found.values()))

    def _parallel(self, i: int) -> bool:
        """Whether the last count before was of people in this sentence (``239 were assigned to A and 235 to B``)."""
        earlier = [j for j in self.found if j < i]
        return bool(earlier) and self.found[max(earlier)].form in ("people", "verb", "group", "n=", "randomized #", "of them", "total of", "number of", "event", "numerator")

    def _allocated(self, i: int) -> bool:
        """Whether a verb of allocation stands between the last count and the number at ``i``."""
        last = max((j for j in self.found if j < i), default=None)
        return last is not None and i - last < 25 and any(self.words.kind(k) & w.ALLOCATE for k in range(last + 1, i))

    def _bracketed_sums(self, able: list[int]) -> None:
        """``397 (198 gemcitabine and 199 epirubicin)``: numbers in a bracket that add up to the one before it."""
        words = self.words
        for i in able:
            close = words.close(i + 1) if words.word(i + 1) == "(" else None
            if close is None or words.numbers[i].value < 10:
                continue
            parts = [j for j in able if i < j < close]
            if 2 <= len(parts) <= 6 and sum(words.numbers[j].value for j in parts) == words.numbers[i].value:
                if i not in self.found:
                    self._add(i, "verb", i)
                for j in parts:
                    if j not in self.found:
                        self._add(j, "part", j)

    def _sums(self, able: list[int]) -> None:
        """Numbers behind a count that add up to it are its groups: ``397 (198 gemcitabine and 199 epirubicin)``."""
        rest = [i for i in able if i not in self.found and self._head(i)[0] in ("", "people") and self.words.word(i - 1) in _SUBJECT_BEFORE | {"to", "=", "n"}]
        for whole in [c for c in self.found.values() if c.count >= 10]:
            later = [i for i in able if i > whole.i]
            for first in range(len(later)):
                total = 0.0
                for last in range(first, min(len(later), first + 4)):
                    total += self.words.numbers[later[last]].value
                    if last > first and total == whole.count and all(i in rest or i in self.found for i in later[first : last + 1]):
                        for i in later[first : last + 1]:
                            if i not in self.found:
                                self._add(i, "part", i)
                        break

    def _coordinated(self, able: list[int]) -> None:
        """``150 and 148 patients``, ``n = 91 and 92``, ``18, 20, and 22 in the three groups``."""
        words = self.words
        for i in reversed(able):
            if i in self.found:
                continue
            right = i + 2 if words.word(i + 1) in ("and", "or", "versus", "vs", "&") else None
            if words.word(i + 1) == "vs" and words.word(i + 2) == ".":
                right = i + 3
            if words.word(i + 1) == "," and words.word(i + 2) == "#":
                right = i + 2
            elif words.word(i + 1) == "," and words.word(i + 2) in ("and", "or"):
                right = i + 3
            if right in self.found and self.found[right].form in ("people", "event", "dropout", "group", "n=", "percent", "coordination"):  # type: ignore[index]
                other = self.found[right]  # type: ignore[index]
                if words.numbers[i].value in _YEARS and self._is_year(i) or (words.word(i + 1) == "," and other.form != "coordination" and not self._chain(i)):
                    continue
                self._add(i, "coordination", other.noun, other.kinds)
        for i in able:
            if i in self.found or words.word(i - 1) not in ("and", "or", ",", "versus", "vs", "&", "."):
                continue
            k = i - 1
            while k > 0 and words.word(k) in ("and", "or", ",", "versus", "vs", "&", "."):
                k -= 1
            if k in self.found and self.found[k].form in ("n=", "dropout", "number of", "verb in", "randomized #") and i - k <= 3:
                if words.kind(i + 1) & (w.STOP | w.PUNCT) and not (words.word(i - 1) == "." and words.word(i - 2) != "vs"):
                    self._add(i, self.found[k].form, self.found[k].noun, self.found[k].kinds)

    def _chain(self, i: int) -> bool:
        """Whether a comma list from ``i`` on ends in *and* (``20, 22, and 20 patients``)."""
        k = i
        while self.words.word(k + 1) == "," and self.words.word(k + 2) == "#":
            k += 2
        return self.words.word(k + 1) in ("and", "or") or (self.words.word(k + 1) == "," and self.words.word(k + 2) in ("and", "or"))
