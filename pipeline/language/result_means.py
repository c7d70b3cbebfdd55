"""Means, medians and what governs a number: a measure, an age, a range; two values told backwards (*to X from Y*)."""

from __future__ import annotations

import re

from pipeline.language import result_patterns as pat
from pipeline.language.numbers import link
from pipeline.language.result_times import Times


class Means(Times):
    """Rules for means and medians that stand right before their number, and what keeps a number from being one."""

    def _mean(self, i: int, near: int, time: re.Match[str] | None) -> bool:
        """Write a number right behind *mean* or *median* in brackets; a time only where an event was waited for."""
        number = self.numbers[i]
        if (
            number.word
            or self._blocked(i, max(near, number.start - 40))
            or pat.OTHER_UNIT.match(self.text, number.end)
        ):
            return False
        if time is None:
            self._value(i, "score")
            return True
        start = self.sentences.around(number.start)[0]
        if self.cues.has("survival", start, number.start) or self.cues.has("change", start, number.start):
            self._value(i, "time", time.end() if time.start() == number.end else None)
            return True
        return False

    def _changed_by(self, near: int, at: int, before: str) -> bool:
        """*shortened daily off time by 61 minutes*."""
        return pat.BY.search(before) is not None and self.cues.has("change", near, at)

    def _timed_mean(self, i: int, near: int, end: int) -> bool:
        """Write a time with its spread where a time was measured (``operating time was 80.7 ± 18.0 min``)."""
        measured = self.cues.has("measure", near, self.numbers[i].start)
        if pat.SPREAD.match(self.text, self.numbers[i].end) and measured and not self._blocked(i, near):
            changed = self.cues.has("change", near, self.numbers[i].start)
            by = changed and pat.BY.search(self._before(i)) is not None
            self._value(i, "mean_change" if by else "time", end)
            return True
        return False

    def _blocked(self, i: int, near: int) -> bool:
        """Whether an age, a dose or the like governs the number rather than a measure."""
        at = self.numbers[i].start
        blocked = self.cues.between("not_result", near, at)
        others = [
            cue[0]
            for kind in ("change", "difference", "measure")
            for cue in self.cues.between(kind, near, at)
        ]
        return bool(blocked) and blocked[-1][0] > max([*others, self._near(self.scales, near, at)])

    def _to_from(self, i: int, near: int) -> bool:
        """*cut consumption to 121 ± 57 from 357 ± 190*: two scores."""
        j = i + 1
        end = self.numbers[i].end
        if (spread := pat.SPREAD.match(self.text, end)) and j < len(self.numbers):
            end = self.numbers[j].end if self.numbers[j].start <= spread.end() + 1 else end
            j += 1
        if j >= len(self.numbers) or not pat.FROM_BETWEEN.fullmatch(self.text[end : self.numbers[j].start]):
            return False
        if not self.free[j] or not self.cues.has("change", near, self.numbers[i].start):
            return False
        self._value(i, "score")
        self._value(j, "score")
        return True

    def _ranges(self, i: int, near: int) -> bool:
        """Whether a number begins a range, or is a target or a limit."""
        if i + 1 < len(self.numbers) and link(self.text, self.numbers[i], self.numbers[i + 1]) in (
            "range",
            "to",
        ):
            return True
        return self.cues.has("criterion", near, self.numbers[i].start)

    def _bracket_of_number(self, i: int) -> bool:
        """Whether the bracket before number ``i`` stands directly behind another number: its spread."""
        if i == 0:
            return False
        return (
            pat.SPREAD_BETWEEN.fullmatch(self.text[self.numbers[i - 1].end : self.numbers[i].start])
            is not None
        )
