"""Durations of effects and times to events; values that are compared with the one before them."""

from __future__ import annotations

from pipeline.language import result_patterns as pat
from pipeline.language.cues import Cue
from pipeline.language.numbers import Number, link
from pipeline.language.result_forms import Forms
from pipeline.schema import ResultKind, ResultValue


class Times(Forms):
    """Rules for times and for comparisons, and how a value is written with its spread."""

    def _value(self, i: int, kind: ResultKind, end_at: int | None = None) -> None:
        """Write a mean, change or score with its ± spread, and the numbers compared with it."""
        number = self.numbers[i]
        end = end_at or number.end
        j = i + 1
        spread = pat.SPREAD.match(self.text, number.end)
        if spread and j < len(self.numbers) and self.numbers[j].start <= spread.end() + 1:
            end = max(end_at or 0, self.numbers[j].end)
            timed = pat.TIME.match(self.text, end)
            end = timed.end() if timed else end
            j += 1
        self._add(i, end, kind, kind.replace("_", " "))
        bracket = pat.SD_BRACKET.match(self.text, end)
        if bracket and j < len(self.numbers) and self.numbers[j].start < bracket.end():
            while j < len(self.numbers) and self.numbers[j].start < bracket.end():
                self.free[j] = False
                j += 1
            end = bracket.end()
        if j < len(self.numbers) and self.free[j] and j - i <= 3:
            gap = self.text[end : self.numbers[j].start]
            following = self.numbers[j]
            alike = (
                following.signed == number.signed
                and (self._printed_whole(j) == self._printed_whole(i) or following.signed)
                and not following.word
            )
            alone = not pat.PERCENT.match(self.text, following.end) and not pat.TIME.match(
                self.text, following.end
            )
            near = pat.COMPARED.fullmatch(gap) or (
                not self._printed_whole(i) and len(gap) < 90 and pat.COMPARED_FAR.fullmatch(gap)
            )
            if alike and alone and near:
                self._value(j, kind)

    def _time(self, i: int, last: int, end: int, near: int, before: str) -> None:
        """A number with a unit of time: a result only as duration of an effect, time to an event, or change."""
        number: Number = self.numbers[i]
        if pat.NOT_TIMES.search(before) or (
            pat.NOT_TIME.search(before) and not pat.MEDIAN_BEFORE.search(before)
        ):
            return
        survival = self.cues.between("survival", near, number.start)
        lasting = self.cues.between("lasting", near, number.start)
        change = self.cues.between("change", near, number.start)
        blocked = [
            c
            for c in self.cues.between("not_result", max(near, number.start - 45), number.start)
            if c[1] > max([x[0] for x in survival + lasting + change] or [-1])
        ]
        if blocked:
            return
        close = number.start - 60
        kind: ResultKind
        if change and change[-1][0] >= close and pat.BY.search(before):
            kind = "mean_change"
        elif (survival and (pat.COPULA_FAR.search(before) or pat.TIME_BEFORE.search(before))) or self._lasts(
            i, lasting, near, before
        ):
            kind = "time"
        else:
            return
        if last != i and (joined := link(self.text, number, self.numbers[last])) in ("range", "to"):
            self._add(i, end, kind, f"{kind}, {joined}", last)
        else:
            unit = pat.TIME.match(self.text, number.end)
            self._add(
                i,
                max(end, unit.end()) if unit else end if last != i else number.end,
                kind,
                "duration" if kind == "time" else "change of a time",
            )

    def _lasts(self, i: int, lasting: list[Cue], near: int, before: str) -> bool:
        """Whether the time is how long an effect lasted, or when it ended; not an onset, not a treatment's duration."""
        start = self.numbers[i].start
        if not pat.FOR_TIME.search(before) or pat.TREATED.search(before) or pat.FOLLOWED.search(before):
            return False
        sentence = self.sentences.around(start)
        if (
            self.about.weight("animal", *sentence) + self.about.weight("mechanism", *sentence)
            > self.about.weight("human", *sentence) + 1
        ):
            return False
        reach = 95 if pat.OF_MEDIAN.search(before) else 62
        for cue in reversed(lasting):
            if cue[0] < start - reach:
                return False
            word = self.text[cue[0] : cue[1]].lower()
            if word in ("maintained", "kept", "continued for") and self._near(self.outcomes, near, start) < 0:
                continue
            return True
        return pat.EFFECT_FOR.search(before) is not None

    def _continues(self, i: int) -> bool:
        """Write number ``i`` where it is compared with the value before it, and printed like it."""
        last = self.last
        number = self.numbers[i]
        if (
            last is None
            or not 0 < number.start - last.end < 160
            or last.start < self.sentences.around(number.start)[0]
        ):
            return False
        gap = pat.BRACKETS.sub("", self.text[last.end : number.start])
        gap = pat.AT_WEEK.sub("", gap)
        if len(gap) > 90 or not pat.COMPARED_FAR.fullmatch(gap):
            return False
        assert isinstance(last.value, ResultValue)
        time = pat.TIME.match(self.text, number.end)
        timed = last.value.kind == "time" or pat.TIME.search(self.text, last.start, last.end + 8) is not None
        if (
            timed != (time is not None)
            or pat.PERCENT.match(self.text, number.end)
            or number.word != self.text[last.start].isalpha()
        ):
            return False
        if (
            not timed
            and ("." in self.text[number.start : number.end]) != ("." in self.text[last.start : last.end])
            and not number.signed
        ):
            return False
        self._value(i, last.value.kind, time.end() if time else None)
        return True

    def _compared(self, i: int) -> bool:
        """Two values with *versus* between them and a P value behind: results, whatever stands before."""
        j = i + 1
        if j >= len(self.numbers) or not self.free[j] or self.numbers[i].word:
            return False
        first = self.numbers[i]
        spread = pat.SPREAD.match(self.text, first.end) is not None
        if spread and j + 1 < len(self.numbers):
            j += 1
        end = first.end if not spread else self.numbers[j - 1].end
        gap = pat.BRACKETS.sub("", self.text[end : self.numbers[j].start])
        bracket = pat.BRACKETS.match(self.text, end)
        while bracket and j + 1 < len(self.numbers) and self.numbers[j].start < bracket.end():
            j += 1
            gap = pat.BRACKETS.sub("", self.text[end : self.numbers[j].start])
        second = self.numbers[j]
        if (
            len(gap) > 60
            or not self.free[j]
            or second.word
            or not pat.VERSUS.fullmatch(gap)
            or pat.PERCENT.match(self.text, second.end)
            or not self._sure(i, j, gap)
        ):
            return False
        over = pat.SPREAD.match(self.text, second.end)
        stop = self.numbers[j + 1].end if over and j + 1 < len(self.numbers) else second.end
        time = pat.TIME.match(self.text, stop)
        own = pat.TIME.match(self.text, first.end)
        changed = first.signed or pat.CHANGED_BY.search(self._before(i, 34))
        kind: ResultKind = "mean_change" if changed else "time" if time else "score"
        self._value(i, kind, own.end() if own else None)
        if self.free[j]:
            self._value(j, kind, time.end() if time else None)
        return True

    def _sure(self, i: int, j: int, gap: str) -> bool:
        """Whether two numbers with *versus* between them are values: a P value behind, a bracket, spreads."""
        text = self.text
        if pat.THEN_P.match(text, self.numbers[j].end):
            return True
        if pat.SPREAD.match(text, self.numbers[i].end) and pat.SPREAD.match(text, self.numbers[j].end):
            return True
        measured = pat.MEASURED.match(text, self.numbers[j].end) or not (
            self._printed_whole(i) or self._printed_whole(j)
        )
        return bool(measured and pat.OPENED.search(self._before(i)))
