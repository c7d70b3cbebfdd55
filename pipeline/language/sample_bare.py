"""Counts without a noun: the subject of a verb, a number before a group or a percentage, beside another count."""

from __future__ import annotations

from pipeline.language import sample_words as w
from pipeline.language.sample_heads import Heads

_CONJUNCTIONS = frozenset({"and", ",", ":", "versus", "vs", "while", "whereas", ";", "(", "or", "&", "/"})
#: what may stand before a bare number that is a subject
SUBJECT_BEFORE = _CONJUNCTIONS | frozenset(
    {
        "", "whom", "which", "only", "remaining", "other", "additional", "another", "further", ":", "these",
        "the", "but", "[", ".",
    }
)  # fmt: skip
_PREPOSITIONS = frozenset(
    {"in", "on", "to", "for", "with", "from", "of", "receiving", "by", "at", "under", "without"}
)
_FINITE = frozenset({"were", "was", "had", "did", "have", "could", "remained", "showed", "are"})  # fmt: skip
_ADVERBS = frozenset({"also", "never", "then", "subsequently", "each", "more", "further"})  # fmt: skip
_REASONS = frozenset({"for", "because", "due", "owing", "from"})
_ANALYSES = frozenset({"analysis", "analyses", "evaluation", "follow-up", "assessment", "the", "efficacy"})
_YEARS = range(1900, 2101)
_AVERAGES = frozenset({"mean", "means", "median", "medians", "average", "score", "scores", "sd", "averaged"})


class Bare(Heads):
    """Rules that believe a bare number for the words around it."""

    def _weak(self, i: int, others: bool) -> None:
        words = self.words
        value = words.numbers[i].value
        if value in _YEARS and self._is_year(i):
            return
        before, after = words.word(i - 1), words.word(i + 1)
        if (
            after in ("(", "[")
            and words.word(i + 2) == "#"
            and words.word(i + 3) == "%"
            and words.word(i + 4) not in ("ci", "cis", "confidence", "v", "vs", "versus")
            and words.close(i + 1) is not None
        ):
            if not self._averaged(i):
                self._add(i, "percent")
            return
        if before == "(" and words.word(i - 2) == "%" and after in (")", "of", "/") and others:
            self._add(i, "percent")
            return
        if (
            before in ("in", "by", "for", "among")
            and after in (".", ",", ")", ";", "(", "and", "", "with", "on", "receiving", "treated")
            and (
                any(words.kind(k) & (w.EVENT | w.COMPLETE) for k in range(max(0, i - 5), i - 1))
                or (others and self._alike(i))
            )
        ):
            words_only = words.numbers[i].word and after in (".", ";", "")
            if (words_only or not self._measured(i)) and words.word(i - 2) not in (
                "improved",
                "increased",
                "decreased",
                "reduced",
                "fell",
            ):
                self._add(i, "given to" if before == "in" and self._drug_before(i - 1) else "verb in")
            return
        if (
            after in _REASONS
            and words.word(i + 2) not in _ANALYSES
            and before in (",", "and", ";", ":", "(")
            and self._reason(i)
        ):
            self._add(i, "reason")
            return
        if (
            before == "("
            and after in (")", ";")
            and others
            and not words.kind(i - 2) & w.UNIT
            and self._named_group(i)
        ):
            self._add(i, "group")
            return
        if before in ("(", ";", ",") and others and after in ("per", "each", "in"):
            group = words.kind(i + 2) & w.GROUP or (after == "in" and words.word(i + 2) == "each")
            if group or (after == "each" and words.word(i + 2) in (")", ";")):
                self._add(i, "part")
                return
        if before == "leaving" and others:
            self._add(i, "verb", i)
            while words.word(i + 1) in (",", "and"):
                i += 2 + (words.word(i + 2) == "and")
                if i in self.able and i not in self.found:
                    self._add(i, "verb", i)
            return
        if before == "with" and words.kind(i + 1) & w.ALLOCATE and (others or words.word(i + 2) == "to"):
            self._add(i, "verb", i + 1, words.kind(i + 1))
            return
        if (
            before == "("
            and words.kind(i - 2) & w.PEOPLE
            and after in _PREPOSITIONS
            and self._group(i + 1) is not None
        ):
            self._add(i, "group", i + 1)
            return
        if before not in SUBJECT_BEFORE and not (
            words.kind(i - 1) & w.PEOPLE
            and any(words.word(k) in ("of", "among") for k in range(i - 4, i - 1))
        ):
            return
        if not others:
            return
        j = i + 1
        if words.word(j) == "(" and words.close(j):
            j = (words.close(j) or j) + 1  # "14 (6 on lithium) stopped"
        if words.word(j) == "and" and words.word(j + 1) == "#":
            j += 2  # "12 and 9, respectively, withdrew"
        if words.word(j) == "," and words.word(j + 1) == "respectively":
            j += 2 + (words.word(j + 2) == ",")
        while words.word(j).endswith("ly") or words.word(j) in _ADVERBS:
            j += 1
        kind = words.kind(j)
        if (
            kind & (w.ASSIGN | w.EVENT | w.DROPOUT | w.COMPLETE | w.ENROL)
            and not kind & (w.UNIT | w.OTHER)
            and words.word(j) not in ("showed", "found", "including", "observed")
            and (words.word(j) != "included" or words.word(j + 1) == "in")
            and self._head(i)[0] != "other"
            and not self._labels(i)
        ):
            self._add(i, "verb", j, kind)
            return
        if (
            before in (",", ";", "and")
            and words.word(j).endswith("ed")
            and not kind
            and words.word(j + 1) in (",", ".", ";", "and", "before", "after")
        ):
            self._add(i, "verb", j)  # "29 migrated, six refused"
            return
        if words.word(j) in _FINITE and not self._measured(i):
            if not self._labels(i) and not (before == "the" and words.numbers[i].word):
                self._add(i, "verb", j, words.kind(j + 1) & ~w.STOP)
            return
        if (
            before in ("and", "while", "whereas")
            and self._allocated(i)
            and not kind & (w.UNIT | w.OTHER | w.NUMBER)
            and words.word(j) not in ("%", "or", "years")
        ):
            self._add(i, "group", j - 1)
            return
        if (
            words.word(j) not in _PREPOSITIONS
            or (before and before not in _CONJUNCTIONS and before != "whom")
            or self._measured(i)
        ):
            return
        beside = words.word(j) in ("to", "on", "in", "with", "receiving") and self._parallel(i)
        if (
            self._group(j) is not None
            or self._drug(j)
            or (beside and before in ("and", "versus", "vs", "whereas", "while"))
        ):
            self._add(i, "group", j)

    def _alike(self, i: int) -> bool:
        """Whether a preposition says of the number what it said of an earlier count (``rash in 7 men, nausea in 4``).

        At the end of a clause a number word behind *in* needs no such count (``fell below 50% in four``).
        """
        words = self.words
        if words.word(i + 2) == "#" and words.kind(i + 3) & w.UNIT:
            return False  # "for three and six months"
        if words.word(i - 1) == "in" and self._drug_before(i - 1) and words.kind(i + 1) & (w.PUNCT | w.STOP):
            return True
        if words.kind(i - 2) & (w.NUMBER | w.UNIT):
            return words.word(i - 1) == "in" and words.numbers[i].word and words.word(i + 1) in (".", ";", "")
        return any(
            i - j < 24
            and words.word(j - 1) == words.word(i - 1)
            and count.form in ("people", "verb in", "percent")
            for j, count in self.found.items()
            if j < i
        ) or (words.word(i - 1) == "in" and words.numbers[i].word and words.word(i + 1) in (".", ";", ""))

    def _reason(self, i: int) -> bool:
        """Whether the number splits the count before it by causes (``three deaths, two from stroke``)."""
        last = max((j for j in self.found if j < i), default=None)
        if last is None or i - last > 18 or self.words.numbers[i].value > self.found[last].count:
            return False
        return self.found[last].form in ("event", "dropout", "of them", "people", "percent", "verb", "reason")

    def _labels(self, i: int) -> bool:
        """Whether the number ends a list of labels (*tests 1, 2, 3, and 4*)."""
        words = self.words
        k = first = i
        while words.word(k - 1) in (",", "and", "or", "#"):
            k -= 1
            if words.kind(k) & w.NUMBER:
                first = k
        members = sum(k in words.numbers for k in range(first, i))
        return bool(words.kind(first - 1) & (w.OTHER | w.LABEL)) and (
            (first != i and words.numbers[i].value - words.numbers[first].value == members) or members > 1
        )

    def _averaged(self, i: int) -> bool:
        """Whether a mean or a score stands close before a number that has its percentage behind it."""
        for k in range(i - 1, max(-1, i - 6), -1):
            if self.words.word(k) in _AVERAGES:
                return True
            if self.words.kind(k) & w.NUMBER or self.words.word(k) in (";", ".", ","):
                return False
        return False

    def _measured(self, i: int) -> bool:
        """Whether a mean, a score or another measure governs the number; not one in a bracket that has closed."""
        depth = 0
        for k in range(i - 1, max(-1, i - 9), -1):
            word = self.words.word(k)
            depth += (word in (")", "]")) - (word in ("(", "[") and depth > 0)
            kind = 0 if depth else self.words.kind(k)
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

    def _drug_before(self, j: int) -> bool:
        """Whether a drug's name ends right before token ``j``."""
        at = self.words.starts[j] - 1
        return any(b == at for _, b in self.drugs)

    def _named_group(self, i: int) -> bool:
        """``clodronate 1600 mg (149) or controls (150)``: a drug or a group before the bracket, and another."""
        words = self.words
        lone = [
            k
            for k in words.numbers
            if k in self.able and words.word(k - 1) == "(" and words.word(k + 1) in (")", ";")
        ]
        start, stop = words.starts[max(0, i - 6)], words.starts[i]
        near = any(start <= a < stop for a, _ in self.drugs) or any(
            words.kind(k) & (w.GROUP | w.CONTROL) for k in range(max(0, i - 4), i)
        )
        return near and (len(lone) > 1 or any(count.form == "n=" for count in self.found.values()))

    def _parallel(self, i: int) -> bool:
        """Whether the last count before was of people in this sentence (``239 were assigned to A and 235 to B``)."""
        earlier = [j for j in self.found if j < i]
        return bool(earlier) and self.found[max(earlier)].form in (
            "people",
            "verb",
            "group",
            "n=",
            "randomized #",
            "of them",
            "total of",
            "number of",
            "event",
            "numerator",
        )

    def _allocated(self, i: int) -> bool:
        """Whether a verb of allocation stands between the last count and the number at ``i``."""
        last = max((j for j in self.found if j < i), default=None)
        return (
            last is not None
            and i - last < 25
            and any(self.words.kind(k) & w.ALLOCATE for k in range(last + 1, i))
        )
