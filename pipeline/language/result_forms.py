"""Results that their printed form settles: P values, intervals, percentages."""

from __future__ import annotations

import re

from pipeline.language import result_patterns as pat
from pipeline.language.numbers import link
from pipeline.language.result_effects import Effects
from pipeline.schema import Found, ResultValue


class Forms(Effects):
    """Rules that look at the number and the signs beside it."""

    def _p_values(self) -> None:
        for match in pat.P_VALUE.finditer(self.text):
            start, end = match.span()
            value = _decimal(match["number"])
            self._use(start, end)
            if pat.LEVEL_BEFORE.search(self.text, max(0, start - 70), start) or pat.LEVEL_AFTER.match(
                self.text, end
            ):
                continue
            self.out.append(Found("RESULT", start, end, ResultValue("p_value", value), "p value"))
            i = self.numbers.index_from(end)
            while (
                i < len(self.numbers)
                and self.free[i]
                and 0 <= self.numbers[i].value < 1
                and not self.numbers[i].is_integer
            ):
                if not pat.AND.fullmatch(self.text[end : self.numbers[i].start]) or pat.PERCENT.match(
                    self.text, self.numbers[i].end
                ):
                    break
                self._add(i, self.numbers[i].end, "p_value", "p value, coordinated")
                end = self.numbers[i].end
                i += 1

    def _intervals(self) -> None:
        last = -1
        for cue in self.cues.between("interval", 0, len(self.text)):
            if cue[1] <= last:
                continue
            i = self.numbers.index_from(cue[1])
            level = self.numbers.index_from(cue[0]) - 1
            if level >= 0 and self.numbers[level].value >= 80 and cue[0] - self.numbers[level].end < 6:
                self.free[level] = False
            if (
                i < len(self.numbers)
                and self.numbers[i].value in (90, 95, 99)
                and pat.PERCENT.match(self.text, self.numbers[i].end)
                and self.numbers[i].start - cue[1] < 6
            ):
                self.free[i] = False
                i += 1
            if i >= len(self.numbers) or self.numbers[i].start - cue[1] > 40:
                continue
            gap = self.text[cue[1] : self.numbers[i].start]
            gap = pat.LEVEL.sub("", gap)
            end = self._pair(i)
            if end is not None and pat.TO_INTERVAL.fullmatch(gap):
                self._interval(i, end)
                last = end

    # ------------------------------------------------------------ percentages

    def _percent(self, i: int) -> None:
        number = self.numbers[i]
        sign = pat.PERCENT.match(self.text, number.end)
        last = i
        if sign is None:
            last, sign = self._shared(i)
            if sign is None:
                return
        if not self._is_outcome_percent(i, sign.end()):
            self.free[i] = False
            return
        end = sign.end() if last == i else number.end
        if last == i:
            # "13% to 14%" is one value with two ends, unless it is "from 48% to 61%"
            j = i + 1
            if j < len(self.numbers) and self.free[j] and not number.signed:
                between = self.text[sign.end() : self.numbers[j].start]
                second = pat.PERCENT.match(self.text, self.numbers[j].end)
                if (
                    second
                    and pat.TO.fullmatch(between)
                    and self.numbers[j].value > number.value
                    and not pat.AFTER_FROM.search(self._before(i))
                ):
                    self._add(i, second.end(), "percent", "percent range", j)
                    return
            spread = pat.SPREAD.match(self.text, sign.end())
            if spread and j < len(self.numbers) and self.numbers[j].start <= spread.end() + 1:
                after = pat.PERCENT.match(self.text, self.numbers[j].end)
                end = after.end() if after else self.numbers[j].end
            before = self._before(i, 60)
            different = "difference" in before and pat.DIFFERENCE_BEFORE.search(before) is not None
            self._add(i, end, "effect_size" if different else "percent", "percent")
            return
        joined = link(self.text, number, self.numbers[i + 1]) if last == i + 1 else None
        if (
            joined in ("range", "to")
            and number.value < self.numbers[last].value
            and not pat.AFTER_FROM.search(self._before(i))
        ):
            self._add(i, sign.end(), "percent", "percent range", last)
        elif joined == "plusminus":
            self._add(i, sign.end(), "percent", "percent ± spread")
        else:
            self._add(i, number.end, "percent", "percent, shared sign")

    def _shared(self, i: int) -> tuple[int, re.Match[str] | None]:
        """The number whose percent sign number ``i`` shares in a coordination (``61, 66 and 34%``), if any."""
        j = i
        if pat.AT_TIME.search(self._before(i)):
            return i, None  # "at week 6, 65% …"
        while j + 1 < len(self.numbers) and j - i < 4 and self.free[j + 1]:
            joined = link(self.text, self.numbers[j], self.numbers[j + 1])
            if (
                joined not in ("and", "comma", "or", "versus", "range", "to", "plusminus", "slash")
                or self.numbers[j].word != self.numbers[j + 1].word
            ):
                return i, None
            if (
                joined in ("comma", "slash")
                and self.numbers[i].is_integer
                and not self.numbers[j + 1].is_integer
            ):
                return i, None
            j += 1
            sign = pat.PERCENT.match(self.text, self.numbers[j].end)
            if sign:
                ok = 0 <= self.numbers[i].value <= 100 and not (
                    joined == "comma" and 1900 < self.numbers[i].value < 2100
                )
                return (j, sign) if ok else (i, None)
        return i, None

    def _is_outcome_percent(self, i: int, end: int) -> bool:
        number = self.numbers[i]
        text = self.text
        before = self._before(i)
        if (
            pat.NOT_BEFORE.search(before)
            or pat.NOT_AFTER.match(text, end)
            or pat.PEOPLE_OF.match(text, end)
            or pat.PEOPLE_BEFORE.search(before)
        ):
            return False
        if any(start in self.drugs for start in (end + 1, end)) and not before.rstrip().endswith("("):
            return False
        drug = self.drug_ends.get(number.start - 1)
        if drug is not None and pat.GIVEN.search(text, max(0, drug - 16), drug):
            return False  # "dilated with phenylephrine 10%": a solution's strength
        if number.value in (20, 25, 30, 50, 70, 75, 90, 100) and pat.RESPONDERS.match(text, end):
            return False  # "the 50% responder rates"
        start = self._clause(i)
        stop = self.sentences.around(number.start)[1]
        near = max(start, number.start - 45)
        if (
            self.cues.has("background", start, number.start)
            or pat.POPULATION.match(text, end)
            or pat.POPULATION.match(text, self._range_end(i, end))
            or pat.AFFECTS.search(before)
        ):
            return False
        if self.cues.has("not_percent", near, number.start):
            return False
        if (
            pat.MEAN_SD.search(text[start : number.start])
            and pat.BRACKET_SD.search(before)
            and "%" in before[-8:]
        ):
            return False
        # "a 50% reduction … defined as response": a criterion
        if (
            pat.CHANGE_NOUN.match(text[end : end + 34])
            and pat.AFTER_ARTICLE.search(before)
            and self.cues.has("criterion", start, stop)
        ):
            return False
        return not (
            self.cues.has("criterion", near, number.start) and pat.ASSUMED.search(text[near : number.start])
        )

    def _range_end(self, i: int, end: int) -> int:
        """Where the range ends that a percentage begins (``20% to 30%``)."""
        j = i + 1
        if j < len(self.numbers) and pat.TO_AND.fullmatch(self.text[end : self.numbers[j].start]):
            sign = pat.PERCENT.match(self.text, self.numbers[j].end)
            return sign.end() if sign else end
        return end


def _decimal(printed: str) -> float:
    """The value of a printed P: ``.003``, ``0·02``, ``1.2 × 10−6``."""
    plain = pat.SPACE.sub("", printed).replace("·", ".").replace(",", ".")
    power = pat.POWER.match(plain)
    return float(power[1]) * 10.0 ** -int(power[2]) if power else float(plain)
