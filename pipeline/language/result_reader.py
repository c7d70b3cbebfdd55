"""One doc's numbers while its results are read: which are free, what stands before them, what was written last."""

from __future__ import annotations

from bisect import bisect_left

from spacy.tokens import Doc

from pipeline.language import result_patterns as pat
from pipeline.language.common import get, sentences_of, tables_of
from pipeline.language.cues import cues_of, text_of
from pipeline.language.numbers import numbers_of
from pipeline.schema import Found, Label, ResultKind, ResultValue

#: what takes a number before results do
_OTHERS: tuple[Label, ...] = ("DOSE", "SCALE", "SAMPLE_SIZE", "DRUG")


class Reader:
    """The state that the rules share: numbers by index, and which of them are still free."""

    def __init__(self, doc: Doc) -> None:
        self.text = text_of(doc)
        self.numbers = numbers_of(doc)
        self.sentences = sentences_of(doc)
        self.tables = tables_of(doc)
        self.cues = cues_of(doc, "results")
        self.scales = [s.start for s in get(doc, "SCALE")]
        self.outcomes = [s.start for s in get(doc, "OUTCOME")]
        self.drugs = {d.start for d in get(doc, "DRUG")}
        self.drug_ends = {d.end: d.start for d in get(doc, "DRUG")}
        self.about = cues_of(doc)
        self.out: list[Found] = []
        self.free = [True] * len(self.numbers)
        for label in _OTHERS:
            for mention in get(doc, label):
                if label == "DOSE" and mention.why.split(";")[0].endswith("+spread"):
                    start = self.sentences.around(mention.start)[0]
                    if pat.CONSUMED.search(self.text, start, mention.start):
                        continue  # an amount that was needed is an outcome as well
                self._use(mention.start, mention.end)
        #: the last time, score or change that was written: the next number may be compared with it
        self.last: Found | None = None

    def _use(self, start: int, end: int) -> None:
        for i in range(self.numbers.index_from(start), self.numbers.index_from(end)):
            self.free[i] = False

    def _add(self, i: int, end: int, kind: ResultKind, why: str, last: int | None = None) -> None:
        """Write the result of number ``i`` (through number ``last``), ending at ``end``."""
        number = self.numbers[i]
        low = high = None
        if last is not None and last != i:
            low, high = number.value, self.numbers[last].value
        value = ResultValue(kind, None if low is not None else number.value, low, high)
        self.out.append(Found("RESULT", number.start, end, value, why))
        self._use(number.start, end)
        if kind in ("time", "score", "mean_change"):
            self.last = self.out[-1]
        if kind in ("percent", "effect_size", "mean_change") and low is None:
            self._interval_behind(number.value, end)

    def _interval_behind(self, value: float, end: int) -> None:
        """Write an interval in brackets or behind a comma that only the estimate before it, which it holds, gives away.

        ``an adjusted difference of 8.9% (1.3 to 19.1)``, ``SMD -0.08; -0.31 to 0.15``.
        """
        i = self.numbers.index_from(end)
        if i + 1 >= len(self.numbers) or not pat.OPENS.fullmatch(self.text[end : self.numbers[i].start]):
            return
        stop = self._pair(i)
        if stop is None or pat.NO_INTERVAL.match(self.text, stop):
            return
        first, second = self.numbers[i].value, self.numbers[i + 1].value
        high = abs(second) if self.numbers[i + 1].start <= self.numbers[i].end + 1 and first >= 0 else second
        if first <= abs(value) <= high or first <= value <= high:
            self._interval(i, stop)

    def _pair(self, i: int) -> int | None:
        """End of the interval that begins with number ``i`` and the next one, where they are its two ends."""
        if i + 1 >= len(self.numbers) or not self.free[i] or not self.free[i + 1]:
            return None
        a, b = self.numbers[i], self.numbers[i + 1]
        between = self.text[a.end : b.start]
        if not (pat.ENDS.fullmatch(between) or (between.strip(" %") == "" and b.signed)) or len(between) > 9:
            return None
        high = abs(b.value) if between.strip(" %") == "" and b.signed and a.value >= 0 else b.value
        if a.value > high and not (a.signed and b.signed and between.strip() == "to"):
            return None
        percent = pat.PERCENT_SIGN.match(self.text[b.end : b.end + 2])
        end: int = b.end + (percent.end() if percent else 0)
        return end

    def _interval(self, i: int, end: int) -> None:
        a, b = self.numbers[i], self.numbers[i + 1]
        high = abs(b.value) if b.start <= a.end + 1 and a.value >= 0 else b.value
        low, high = min(a.value, high), max(a.value, high)
        self.out.append(Found("RESULT", a.start, end, ResultValue("interval", None, low, high), "interval"))
        self._use(a.start, end)

    def _clause(self, i: int) -> int:
        """Where the clause of a number begins: its sentence, or the last semicolon in it."""
        start, _ = self.sentences.around(self.numbers[i].start)
        return max(start, self.text.rfind(";", start, self.numbers[i].start) + 1)

    def _before(self, i: int, width: int = 44) -> str:
        start, _ = self.sentences.around(self.numbers[i].start)
        return self.text[max(start, self.numbers[i].start - width) : self.numbers[i].start]

    def _printed_whole(self, i: int) -> bool:
        """Whether number ``i`` is printed without decimals (``4.0`` is not)."""
        number = self.numbers[i]
        return number.is_integer and not pat.DECIMAL_POINT.search(self.text[number.start : number.end])

    @staticmethod
    def _near(starts: list[int], low: int, high: int) -> int:
        """The last of the sorted places in [low, high), or -1."""
        k = bisect_left(starts, high) - 1
        return starts[k] if k >= 0 and starts[k] >= low else -1
