"""Counts in lists: coordinated numbers share a form, and numbers that add up to a count are its groups."""

from __future__ import annotations

from pipeline.language import sample_words as w
from pipeline.language.sample_bare import SUBJECT_BEFORE, Bare

_YEARS = range(1900, 2101)
#: what stands between the counts of a list or a comparison
_BETWEEN = frozenset({",", "and", "vs", "versus", "v", "."})


class Lists(Bare):
    """Rules that read several numbers of a sentence together."""

    def _bracketed_pairs(self, able: list[int], earlier: bool) -> None:
        """Counts of the groups in a bracket behind what happened: ``nausea (2 vs. 27 patients)``.

        Behind a noun of groups they are the groups' sizes (``three arms (29, 29 and 28)``).
        """
        words = self.words
        for i in able:
            if words.word(i - 1) not in ("(", "[", ";", ":") or i in self.found:
                continue
            members, k, compared = [i], i + 1, False
            while True:
                following = k
                while words.word(following) in _BETWEEN:
                    following += 1
                if following == k or following not in self.able:
                    break
                compared = compared or words.word(k) in ("vs", "versus", "v")
                members.append(following)
                k = following + 1
            people = bool(words.kind(k) & w.PEOPLE)
            each = words.word(k + people) in ("per", "in") and words.kind(k + people + 1) & (w.GROUP | w.STOP)
            if (
                each
                and words.word(i - 1) == "("
                and len(members) > 1
                and words.close(i - 1, 30) == k + people + 2
            ):
                for j in members:
                    self._add(j, "part")  # "(56, 55, and 43 per group)"
                continue
            end = words.word(k + people)
            ends = (")", "]", ",", ";", "p", ".") if compared else (")", "]")
            if len(members) < 2 or end not in ends or (words.word(i - 1) in (";", ":") and not compared):
                continue
            happened = (people or earlier) and self._happened(i - 1, people)
            if happened:
                form = "pair"
            elif people or (words.kind(i - 2) & w.GROUP and not words.kind(i - 2) & w.SINGULAR):
                form = "part"
            else:
                continue
            for j in members:
                self._add(j, form)

    def _happened(self, j: int, people: bool) -> bool:
        """Whether the words before a bracket at ``j`` name what happens to people, and no measure or allocation."""
        words = self.words
        sign = False
        for k in range(j - 1, max(-1, j - 20), -1):
            word, kind = words.words[k], words.bits[k]
            if (kind & w.QUANTITY and not people) or kind & w.ALLOCATE:
                return False
            if word in (";", ".") or k in self.found:
                break
            happens = kind & (w.EVENT_NOUN | w.DROPOUT_NOUN | (0 if people else w.PEOPLE))
            if happens or word in ("number", "incidence", "frequency") or words.ends[k] in self.events:
                sign = True
        return sign

    def _bracketed_sums(self, able: list[int]) -> None:
        """``397 (198 gemcitabine and 199 epirubicin)``: numbers in a bracket that add up to the one before it."""
        words = self.words
        for i in able:
            if words.numbers[i].value < 10 and i not in self.found:
                continue
            opened = i + 1
            if i in self.found:  # the bracket may stand behind the noun, or behind the verb
                while opened < min(len(words), i + 14) and words.words[opened] not in ("(", ";"):
                    opened += 1
            close = words.close(opened, 30) if words.word(opened) == "(" else None
            if close is None:
                continue
            parts = [j for j in able if opened < j < close]
            if 2 <= len(parts) <= 6 and sum(words.numbers[j].value for j in parts) == words.numbers[i].value:
                if i not in self.found:
                    self._add(i, "verb", i)
                for j in parts:
                    if j not in self.found:
                        self._add(j, "part", j)

    def _sums(self, able: list[int]) -> None:
        """Numbers behind a count that add up to it are its groups: ``397 (198 gemcitabine and 199 epirubicin)``."""
        rest = [
            i
            for i in able
            if i not in self.found
            and self._head(i)[0] in ("", "people")
            and self.words.word(i - 1) in SUBJECT_BEFORE | {"to", "=", "n"}
        ]
        for whole in [c for c in self.found.values() if c.count >= 3]:
            later = [i for i in able if i > whole.i]
            for first in range(len(later)):
                if whole.count < 10 and self.words.word(later[first] - 1) not in (":", "("):
                    continue
                total = 0.0
                for last in range(first, min(len(later), first + 4)):
                    total += self.words.numbers[later[last]].value
                    if (
                        last > first
                        and total == whole.count
                        and all(i in rest or i in self.found for i in later[first : last + 1])
                    ):
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
            if right is None:
                right = self._modified(i)
            other = self.found.get(right) if right is not None else None
            if other and other.form in (
                "people",
                "event",
                "dropout",
                "group",
                "n=",
                "percent",
                "coordination",
            ):
                if (words.numbers[i].value in _YEARS and self._is_year(i)) or (
                    words.word(i + 1) == "," and other.form != "coordination" and not self._chain(i)
                ):
                    continue
                self._add(i, "coordination", other.noun, other.kinds)
        for i in able:
            if i in self.found or words.word(i - 1) not in ("and", "or", ",", "versus", "vs", "&", "."):
                continue
            k = i - 1
            while k > 0 and words.word(k) in ("and", "or", ",", "versus", "vs", "&", "."):
                k -= 1
            if (
                k in self.found
                and self.found[k].form in ("n=", "dropout", "number of", "verb in", "randomized #")
                and i - k <= 3
                and words.kind(i + 1) & (w.STOP | w.PUNCT)
                and not (words.word(i - 1) == "." and words.word(i - 2) != "vs")
            ):
                self._add(i, self.found[k].form, self.found[k].noun, self.found[k].kinds)

    def _modified(self, i: int) -> int | None:
        """The number that shares its noun with number ``i``: ``580 intervention and 655 control women``."""
        words = self.words
        for k in range(i + 1, i + 4):
            if words.word(k) in ("and", "or", "versus", "vs"):
                other = self.found.get(k + 1)
                whole = k > i + 1 and other is not None and other.form == "people" and other.noun > k + 2
                return (
                    k + 1
                    if whole and self._head(i)[0] == "" and words.word(i - 1) not in ("to", "than")
                    else None
                )
            if words.kind(k) & (
                w.STOP | w.NUMBER | w.PUNCT | w.UNIT | w.OTHER | w.ENROL | w.EVENT | w.ALLOCATE
            ):
                return None
        return None

    def _chain(self, i: int) -> bool:
        """Whether a comma list from ``i`` on ends in *and* (``20, 22, and 20 patients``)."""
        k = i
        while self.words.word(k + 1) == "," and self.words.word(k + 2) == "#":
            k += 2
        return self.words.word(k + 1) in ("and", "or") or (
            self.words.word(k + 1) == "," and self.words.word(k + 2) in ("and", "or")
        )
