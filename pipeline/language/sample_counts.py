"""Which numbers count people or animals: the words beside a number, one form after the other.

A number is a count where a noun of people follows over its modifiers (``34 treatment-resistant outpatients``; a noun
in the singular behind a count above one is a modifier, a plural of anything else ends the search), in ``n = 7``,
``12/25`` and ``12 of the 25``, behind ``randomized`` or ``a total of``, or where a verb or a group takes it for its
subject (``nine left the study``, ``872 in the placebo arm``) beside another count. Coordinated numbers share the form.
"""

from __future__ import annotations

from pipeline.language import sample_words as w
from pipeline.language.sample_heads import Count
from pipeline.language.sample_lists import Lists

__all__ = ["Count", "Finder"]

_SHARE_BEFORE = frozenset(
    {"in", "by", "for", ":", ",", "only", "and", "vs", "versus", "was", "were"}
)  # fmt: skip
_DETERMINERS_FROM = frozenset({"originally", "initially"})
_DETERMINERS = frozenset(
    {"the", "all", "these", "those", "its", "their", "our", "total", "a", "planned", "intended", "target", "original",
     "initial", "enrolled", "randomized", "randomised", "eligible", "first", "other"}
)  # fmt: skip
_DATES = frozenset({"between", "from", "to", "until", "since", "in", "and", "by", "-", "–"})
_YEARS = range(1900, 2101)
_TOTALS = frozenset(
    {
        "total",
        "sample",
        "size",
        "cohort",
        "population",
        "n",
        "enrolment",
        "enrollment",
        "accrual",
        "subset",
        "subgroup",
        "subsample",
        "group",
        "majority",
        "number",
        "numbers",
        "series",
        "set",
        "half",
        "remainder",
        "rest",
    }
)


class Finder(Lists):
    """Finds the counts of one sentence or cell."""

    def run(self, earlier: bool) -> list[Count]:
        """The counts in order. ``earlier`` says that people were counted just before this sentence."""
        able = sorted(
            i
            for i in self.able
            if self.words.word(i - 1) not in (",", "and", "or")
            or not self._labels(i)
            or self._head(i)[0] == "people"
        )
        if not able:
            return []
        self._bracketed_pairs(able, earlier)
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

    def _strong(self, i: int) -> None:
        words = self.words
        value = words.numbers[i].value
        before, after = words.word(i - 1), words.word(i + 1)
        ratio = after == "/" and i + 2 in self.able and (words.glued(i + 1) or words.glued(i + 2))
        if before in ("=", ":") and words.word(i - 2) in ("n", "ns") and not ratio:
            kind, noun = self._head(i)
            if kind in ("other", "unit"):
                return  # "n = 38 hospitals"
            self._add(
                i,
                "event" if kind == "event" else "n=",
                noun if kind == "event" else None,
                words.kind(noun) if kind == "event" else 0,
            )
            return
        if before == "=" and not ratio and after not in ("of", "out"):
            return
        if before == "of" and words.word(i - 2) == "none":
            self._add(i, "denominator")
            return
        if ratio:
            self._ratio(i, i + 2)
            return
        if after in ("of", "out", "from") and self._of(i, i + 1):
            return
        if (
            after in ("(", "[")
            and words.word(i + 3) == "%"
            and words.word(i + 4) in (")", "]")
            and words.word(i + 5) == "of"
            and self._of(i, i + 5)
        ):
            return  # "19 (90%) of 21 patients"
        kind, noun = self._head(i)
        if (
            kind == "people"
            and words.word(noun + 1) == "("
            and words.word(noun + 3) == "%"
            and words.word(noun + 4) == ")"
            and words.word(noun + 5) == "of"
            and self._of(i, noun + 5)
        ):
            return  # "44 patients (13%) of 345"
        if kind == "people" and (
            (
                words.word(noun + 1) == "in"
                and words.word(noun + 2) == "#"
                and not words.kind(noun + 3) & w.GROUP
            )
            or (before == "than" and any(words.kind(k) & w.OTHER for k in range(max(0, i - 5), i - 1)))
        ):
            return  # "one adult in ten", "trials of fewer than 20 patients"
        if kind == "people" and not (value in _YEARS and self._is_year(i)):
            self._add(i, "people", noun, words.kind(noun))
        elif kind == "event" and not (before == "the" and words.numbers[i].word):
            self._add(i, "event", noun, words.kind(noun))
        elif kind == "dropout":
            self._add(i, "dropout", noun, words.kind(noun))
        elif kind == "" and not (value in _YEARS and self._is_year(i)):
            if self._whole(i, before, after):
                self._add(i, "total of")
            elif (
                words.kind(i - 1) & (w.ENROL | w.ALLOCATE)
                and before not in ("including", "includes", "studied")
                and words.kind(i + 1) & (w.STOP | w.PUNCT)
            ):
                self._add(i, "randomized #")
            elif self._number_of(i):
                self._add(i, "number of")
            elif words.kind(i - 1) & w.DROPOUT_NOUN or (
                words.kind(i - 2) & w.DROPOUT_NOUN and before in (":", "was", "were", "numbered", ",")
            ):
                self._add(
                    i, "dropout", i - 1 if words.kind(i - 1) & w.DROPOUT_NOUN else i - 2, w.DROPOUT_NOUN
                )

    def _whole(self, i: int, before: str, after: str) -> bool:
        """``a total of 40``, ``a trial of 40 (…)``, ``of 40 who entered``, ``of 40 randomised``."""
        words = self.words
        if before != "of":
            return before == "among" and after in ("who", "whom")
        noun = words.word(i - 2)
        return (
            after in ("who", "whom")
            or (noun in _TOTALS and not words.kind(i + 1) & w.UNIT)
            or (noun in ("trial", "rct") and after in ("(", ",", ".", ";"))
            or bool(words.kind(i + 1) & (w.ENROL | w.SCREEN | w.ALLOCATE))
        )

    def _ratio(self, i: int, j: int) -> None:
        """``12/25``; not grades (3/4), blood pressures (120/80 mmHg), fractions of a title."""
        words = self.words
        a, b = words.numbers[i].value, words.numbers[j].value
        if (
            a > b
            or (words.kind(j + 1) & (w.UNIT | w.LABEL) and not words.kind(j + 1) & w.PEOPLE)
            or words.word(j + 1) in ("/", "-", "–")
        ):
            return
        if (
            words.kind(i - 1) & (w.LABEL | w.OTHER)
            or words.word(i - 1) == "/"
            or (words.word(i - 1) == "or" and b <= 5)
        ):
            return
        if (
            (words.text[words.starts[i]] == "0" and a)
            or (a <= 12 and b in _YEARS)
            or (a <= 12 and 60 < b < 100 and words.word(i - 1) in _DATES and words.word(j + 1) != "(")
        ):
            return
        head = self._head(j)[0]
        if head in ("other", "unit") or (b < 12 and head != "people" and not self._shares(i, j)):
            return
        if self._averaged(i):
            return
        self._add(i, "numerator", pair=j)
        self._add(j, "denominator", pair=i)

    def _shares(self, i: int, j: int) -> bool:
        """Whether a percentage or a preposition makes a share of a small ratio (``in 2/5``, ``3/8 (38%)``)."""
        words = self.words
        if words.word(j + 1) in ("(", "["):
            return words.word(j + 3) == "%" or words.word(i - 1) in ("in", "by", "of", "for")
        if words.word(j + 1) in (")", "]"):
            return words.word(i - 2) == "%" or words.word(i - 1) in ("(", "[")
        before = words.word(i - 1) in _SHARE_BEFORE
        return before and bool(words.kind(j + 1) & (w.STOP | w.PUNCT | w.EVENT))

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
        if form == "from" and words.word(j) in _DETERMINERS_FROM:
            j += 1
        if j in self.able and (
            form == "of" or self._head(j)[0] == "people" or words.word(j + 1) == "without"
        ):
            a, b = words.numbers[i].value, words.numbers[j].value
            head, noun = self._head(j)
            if (
                a <= b
                and head in ("", "people")
                and not (head == "" and words.kind(j + 1) & w.LABEL and not words.kind(j + 1) & w.STOP)
            ):
                self._add(i, "numerator", noun if head else None, words.kind(noun) if head else 0, pair=j)
                self._add(j, "denominator", noun if head else None, words.kind(noun) if head else 0, pair=i)
                return True
            return True
        if form == "of" and (words.word(j) in ("whom", "them") or self._head(j - 1)[0] == "people"):
            self._add(i, "of them", i if words.word(i + 1) in ("(", "[") else j)
            return True
        return False

    def _number_of(self, i: int) -> bool:
        """``the number of deaths was 12``, ``the number of patients … was 60``; not the number of visits."""
        words = self.words
        if words.word(i - 1) not in ("was", "were", "is", "to", "at", ":", "of", "equaled", "totaled", "by"):
            return False
        if words.word(i - 1) == "of" and words.word(i - 2) not in ("number", "numbers", "total"):
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
