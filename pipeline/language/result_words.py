"""Results that the words before a number tell: changes, scores from one to another, means, durations, comparisons."""

from __future__ import annotations

from pipeline.language import result_patterns as pat
from pipeline.language.numbers import link
from pipeline.language.result_means import Means
from pipeline.schema import Found, ResultKind, ResultValue


class Words(Means):
    """Rules that ask which cue words govern a number (lexicons/result_cues.tsv)."""

    def found(self) -> list[Found]:
        if len(self.numbers):
            self._p_values()
            self._intervals()
            self._effects()
            for i in range(len(self.numbers)):
                if self.free[i]:
                    self._percent(i)
            for i in range(len(self.numbers)):
                if self.free[i]:
                    self._measured(i)
        return self.out

    def _measured(self, i: int) -> None:
        number = self.numbers[i]
        text = self.text
        if self.tables and self.tables.cell(number.start) is not None and self._cell(i):
            return
        if (
            number.value in (-1, -2, -3)
            and text[number.end : number.end + 1] == ")"
            and pat.EXPONENT.search(text, max(0, number.start - 8), number.start)
        ):
            return  # "mL kg (-1)"
        if number.value > 100_000 or (1900 <= number.value <= 2100 and number.end - number.start == 4):
            return
        before = self._before(i, 70)
        start = self._clause(i)
        near = max(start, number.start - 110)
        if pat.FROM.search(before[-44:]) and self._from_to(i, near):
            return
        if "to " in before[-18:] and pat.TO_BEFORE.search(before[-18:]) and self._to_from(i, near):
            return
        if pat.WITH_SPREAD.match(text, number.end) and not number.word and not self._blocked(i, near):
            own = pat.TIME.match(text, number.end)
            kind: ResultKind = (
                "effect_size"
                if pat.DIFFERENCE_BEFORE.search(before)
                else "mean_change"
                if own and (pat.CHANGED_BY.search(before) or self._changed_by(near, number.start, before))
                else "time"
                if own
                else self._kind(i, near, before) or ("mean_change" if number.signed else "score")
            )
            self._value(i, kind, own.end() if own else None)
            return
        if self._continues(i) or self._compared(i):
            return
        if number.signed and pat.THEN_P.match(text, number.end) and not pat.PERCENT.match(text, number.end):
            self._value(i, "mean_change")
            return
        time = pat.TIME.match(text, number.end)
        last = i
        j = i
        while time is None and j + 1 < len(self.numbers) and j < i + 4 and self.free[j + 1]:
            joined = link(text, self.numbers[j], self.numbers[j + 1])
            if joined not in ("range", "to", "versus", "and", "or", "comma", "plusminus"):
                break
            j += 1
            time = pat.TIME.match(text, self.numbers[j].end)
            last = j if time and joined in ("range", "to", "plusminus") and j == i + 1 else i
        if pat.MEAN_RIGHT_BEFORE.search(before[-24:]) and self._mean(i, near, time):
            return
        if time is not None:
            if (
                pat.CHANGED_BY.search(before[-34:])
                and time.start() == number.end
                and not self._blocked(i, near)
            ):
                if not self._printed_whole(i):
                    self._value(i, "mean_change", time.end())
                    return
            elif self._timed_mean(i, near, time.end()):
                return
            self._time(
                i, last, time.end() if last != i or time.start() == number.end else number.end, near, before
            )
            return
        found = self._kind(i, near, before)
        if found is not None:
            self._value(i, found)

    def _kind(self, i: int, near: int, before: str) -> ResultKind | None:
        number = self.numbers[i]
        text = self.text
        spread = pat.SPREAD.match(text, number.end) is not None
        if number.word or (
            pat.BRACKET_SD.search(before) and not number.signed and not spread and self._bracket_of_number(i)
        ):
            return None
        if pat.OTHER_UNIT.match(text, number.end) and not spread and not number.signed:
            return None
        if pat.LABELLED.search(before[-40:]):
            return None
        blocked = self.cues.between("not_result", near, number.start)
        change = self.cues.between("change", near, number.start)
        difference = self.cues.between("difference", near, number.start)
        measure = self.cues.between("measure", near, number.start)
        statistic = self.cues.between("statistic", near, number.start)
        scale = self._near(self.scales, near, number.start)
        outcome = self._near(self.outcomes, near, number.start)
        if (
            blocked
            and not number.signed
            and blocked[-1][0] > max([c[0] for c in change + difference + measure] + [scale])
        ):
            return None
        copula = pat.COPULA_FAR.search(before)
        if copula and pat.LOWER.match(text, number.end):
            return "effect_size"
        if (
            difference
            and not pat.LABELLED.search(before[-40:])
            and (not change or difference[-1][0] > change[-1][0] or " between " in text[near : number.start])
            and copula
            and (not self._printed_whole(i) or scale > 0 or outcome > 0)
        ):
            return "effect_size"
        if (
            number.signed
            and number.value < 0
            and (change or scale >= 0 or outcome >= 0 or (copula and not self._printed_whole(i)))
        ):
            return "mean_change"
        if (
            change
            and copula
            and (scale >= 0 or outcome >= 0 or measure or statistic or pat.POINTS.match(text, number.end))
            and (not self._printed_whole(i) or pat.COPULA_NEAR.search(before[-22:]))
        ):
            return "mean_change"
        if (
            pat.CHANGED_BY.search(before[-34:])
            and (
                not self._printed_whole(i)
                or (pat.MEASURED.match(text, number.end) and before.endswith("by "))
            )
        ) or (spread and change and pat.BY.search(before)):
            return "mean_change"
        if spread:
            return "score"
        if (
            not self._printed_whole(i)
            and (scale >= 0 or (statistic and (measure or outcome >= 0)))
            and (copula or pat.SCORE_BEFORE.search(before))
        ):
            return "score"
        if copula and measure and statistic and self._printed_whole(i):
            return "score"
        if copula and measure and not self._printed_whole(i) and not self._ranges(i, near):
            return "score"
        return None

    def _from_to(self, i: int, near: int) -> bool:
        """*fell from 31.2 to 12.9*: two scores."""
        j = i + 1
        text = self.text
        first_end = self.numbers[i].end
        if (
            j < len(self.numbers)
            and (spread := pat.SPREAD.match(text, first_end))
            and self.numbers[j].start <= spread.end() + 1
        ):
            first_end = self.numbers[j].end
            j += 1
        while (
            j < len(self.numbers)
            and self.numbers[j].start < first_end + 40
            and not pat.TO_VALUE.fullmatch(text[first_end : self.numbers[j].start])
        ):
            j += 1
        if (
            j >= len(self.numbers)
            or not self.free[j]
            or not pat.TO_VALUE.fullmatch(text[first_end : self.numbers[j].start])
        ):
            return False
        low = self.numbers[i].start
        evidence = self.cues.has("change", near, low) or self.cues.has(
            "change", self.numbers[j].end, self.numbers[j].end + 60
        )
        if self.numbers[i].word and self._near(self.scales, near, low) < 0:
            return False
        sure = evidence or self._near(self.scales, near, low) >= 0
        earlier = any(
            f.value.kind == "score" and near <= f.start < low
            for f in self.out[-3:]
            if isinstance(f.value, ResultValue)
        )
        if not (sure or earlier) or pat.RANGING.search(text[max(near, low - 25) : low]):
            return False
        second = self.numbers[j]
        if pat.DOSE_UNIT.match(text[second.end : second.end + 5]):
            return False
        time = pat.TIME.match(text, second.end)
        if (
            time
            and pat.LONG_TIME.match(text[second.end : second.end + 8])
            and not self.cues.has("survival", near, low)
        ):
            return False
        self._add(i, first_end, "score", "from … to")
        spread = pat.SPREAD.match(text, second.end)
        end = second.end
        if spread and j + 1 < len(self.numbers) and self.numbers[j + 1].start <= spread.end() + 1:
            end = self.numbers[j + 1].end
        elif time:
            end = time.end()
        self._add(j, end, "score", "from … to")
        return True

    def _cell(self, i: int) -> bool:
        """A number of a cell under an outcome's head; True where the cell settles it either way."""
        number = self.numbers[i]
        place = self.tables.cell(number.start)
        head = self.tables.head(number.start)
        if place is None:
            return False
        if not head:
            return True
        start, end = self.sentences.around(number.start)
        words = pat.LONG_WORD.findall(self.text[start:end])
        if len(words) > 6:
            return False
        if pat.P_HEAD.fullmatch(head) and 0 <= number.value <= 1:
            sign = pat.SIGN_BEFORE.search(self.text, max(start, number.start - 3), number.start)
            at = sign.start() if sign else number.start
            self.out.append(Found("RESULT", at, number.end, ResultValue("p_value", number.value), "cell"))
            self.free[i] = False
            return True
        if not pat.HEAD.search(head) or (pat.NOT_HEAD.search(head) and "%" not in head):
            return True
        if pat.AT_TIME.search(self._before(i)) or pat.TIME.match(self.text, number.end):
            return True
        kind: ResultKind = (
            "percent"
            if "%" in head or pat.RATE_HEAD.search(head)
            else "mean_change"
            if number.signed or pat.CHANGE_HEAD.search(head)
            else "score"
        )
        self._value(i, kind) if kind != "percent" else self._add(i, number.end, "percent", "cell")
        return True
