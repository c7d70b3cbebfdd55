"""Effect measures with their intervals: named (*OR 2.7, 95% CI 1.2 to 6.1*), or told by their interval."""

from __future__ import annotations

from pipeline.language import result_patterns as pat
from pipeline.language.result_reader import Reader


class Effects(Reader):
    """Rules for odds ratios and the like; where one is written, its interval and its neighbours are read with it."""

    def _effects(self) -> None:
        spots = [(cue[0], cue[1], True) for cue in self.cues.between("effect", 0, len(self.text))]
        spots += [(m.start(), m.end(), False) for m in pat.SHORT_EQUALS.finditer(self.text)]
        for start, end, full in sorted(spots):
            sentence = self.sentences.around(start)
            i = self.numbers.index_from(end)
            while (
                i < len(self.numbers)
                and not self.free[i]
                and self.numbers[i].start < end + 40
                and self.numbers[i].start < sentence[1]
            ):
                i += 1
            if (
                i >= len(self.numbers)
                or self.numbers[i].start >= sentence[1]
                or self.numbers[i].start - end > 90
            ):
                continue
            gap = pat.LEVEL_NAMED.sub("", self.text[end : self.numbers[i].start])
            number = self.numbers[i]
            near = pat.TO_EFFECT.fullmatch(gap) is not None or (
                len(gap) < 70
                and (
                    (self.text[start:end] in ("NNT", "NNH") and pat.COPULA_FAR.search(gap) is not None)
                    or (
                        pat.FOR_ARMS.fullmatch(gap) is not None
                        and (
                            pat.WITH_SPREAD.match(self.text, number.end) is not None
                            or (
                                not self._printed_whole(i)
                                and pat.THEN_P.match(self.text, number.end) is not None
                            )
                        )
                    )
                )
            )
            if (";" in gap and full and not near) or (not near and not (full and pat.COPULA_FAR.search(gap))):
                continue
            if number.word or (
                not full
                and not gap.strip(" ([")
                and self._printed_whole(i)
                and self.text[start:end] not in ("NNT", "NNH")
            ):
                continue
            if not full and self.text[start:end] in ("d", "g") and "=" not in gap:
                continue
            if (
                self._printed_whole(i)
                and abs(number.value) > 1
                and not pat.PERCENT.match(self.text, number.end)
                and "needed" not in self.text[start:end].lower()
                and self.text[start:end] not in ("NNT", "NNH", "MD")
                and "difference" not in self.text[start:end].lower()
            ):
                continue
            self._effect(i, sentence[1])
        for i, number in enumerate(self.numbers):
            if not self.free[i] or number.word:
                continue
            if pat.NAMED_AFTER.match(self.text, number.end) or self._estimate(i):
                self._effect(i, self.sentences.around(number.start)[1])

    def _estimate(self, i: int) -> bool:
        """Whether a bracket opens with an estimate and an interval that holds it: ``(0.84, 0.72-0.98, p=0.027)``."""
        number = self.numbers[i]
        if self.text[number.start - 1 : number.start] not in ("(", "[") or self._printed_whole(i):
            return False
        if i + 2 >= len(self.numbers) or self._pair(i + 1) is None:
            return False
        low, high = self.numbers[i + 1], self.numbers[i + 2]
        return (
            pat.COMMA.fullmatch(self.text[number.end : low.start]) is not None
            and 0 <= low.value <= number.value <= high.value
            and not (self._printed_whole(i + 1) or self._printed_whole(i + 2))
        )

    def _effect(self, i: int, stop: int) -> None:
        """Write an effect size, its interval in brackets, and those that follow it in the same form."""
        number = self.numbers[i]
        percent = pat.PERCENT_SIGN.match(self.text[number.end : number.end + 2])
        self._add(i, number.end + (percent.end() if percent else 0), "effect_size", "effect measure")
        j = i + 1
        while j < len(self.numbers) and self.numbers[j].start < stop:
            gap = self.text[self.numbers[j - 1].end : self.numbers[j].start]
            end = self._pair(j)
            if end is not None and pat.OPENS.fullmatch(gap):
                self._interval(j, end)
                j += 2
                continue
            if not self.free[j]:
                j += 1
                continue
            follows = self._pair(j + 1) is not None and pat.OPENS_BRACKET.fullmatch(
                self.text[self.numbers[j].end : self.numbers[j + 1].start]
            )
            if follows and not self.numbers[j].is_integer and len(gap) < 90:
                self._add(j, self.numbers[j].end, "effect_size", "effect measure, coordinated")
                j += 1
                continue
            if (
                (pat.AND_NEXT.fullmatch(gap) or pat.FOR_NEXT.fullmatch(gap))
                and not self.numbers[j].is_integer
                and j == i + 1
                and not pat.PERCENT.match(self.text, self.numbers[j].end)
            ):
                self._add(j, self.numbers[j].end, "effect_size", "effect measure, coordinated")
                j += 1
                continue
            break
