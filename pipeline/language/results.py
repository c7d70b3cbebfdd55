"""Results: the reported values of outcomes, each number once, in the order of what is surest.

First what a printed form settles (P values; effect measures and their intervals; percentages), then what the words
before a number say: a change (*fell by 16.1*), two scores (*from 31.2 to 12.9*), a mean with its spread, a duration of
an effect or time to an event. Numbers that other components took (doses, sample sizes, scales) are passed over.
Cue words are rows of lexicons/result_cues.tsv.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language import result_patterns as pat
from pipeline.language.common import get, put, sentences_of, tables_of
from pipeline.language.cues import Cue, Cues, cues_of, text_of
from pipeline.language.lookup import folded_of
from pipeline.language.numbers import Number, link, numbers_of
from pipeline.schema import Found, ResultKind, ResultValue

_CUES = "result_cues.tsv"
_FROM = re.compile(r"\bfrom\s+(?:an?\s+)?(?:(?:mean|median|average|baseline|initial|total|score|value|level)s?\s+)*(?:\((?:SD|SE|range)\)\s*)?(?:of\s+)?$", re.IGNORECASE)
_TO = re.compile(r"\s*(?:%|[a-zA-Zµ/]{1,8})?\s*(?:\([^()]{1,40}\)|\[[^\[\]]{1,40}\])?\s*(?:points?\s+)?(?:at (?:baseline|entry|week \d+|day \d+)\s*)?,?\s*(?:(?:down|up)\s+)?to\s+(?:an?\s+)?(?:(?:mean|median|average)\s+(?:of\s+)?)?")
_FOR = re.compile(r"\b(?:for|within|over|after|lasting|of|to|about|only|approximately|least|median|mean|was|were|than|maximum|up|at|in|around|=|:|vs\.?|versus|against|by|and|until|\()\s*(?:an?\s+)?(?:(?:median|mean|average|maximum|total|period|only|about|approximately|up to|more than)\s+(?:of\s+|to\s+)?)*[(~≈]?\s*$", re.IGNORECASE)
_BRACKET_SD = re.compile(r"[(\[]\s*(?:SDs?|SEs?|SEM|s\.?d\.?|range|IQR|interquartile)?\s*[=:,]?\s*±?\s*$", re.IGNORECASE)
_POPULATION = re.compile(r"\s*(?:of|in) (?:the |all )?(?:[\w-]+ ){0,2}(?:population|adults|americans|people worldwide|patients diagnosed with|individuals with|persons|children in|women worldwide|men worldwide)\b", re.IGNORECASE)
_AFFECTS = re.compile(r"\b(?:affects?|affecting|suffer from|troubles)\s+(?:about|approximately|an estimated|nearly|up to|around|some|roughly|almost)?\s*$", re.IGNORECASE)
_FOR_TIME = re.compile(r"\b(?:for|within|approximately|about|only|median of|mean of|up to|than|maximum of|least|lasted|of|was|were)\s*(?:an?\s+)?$", re.IGNORECASE)
_TREATED = re.compile(r"\b(?:treatment(?! effects?\b)|infusion|therapy|given|treated|administered|trial|study|received|assessed|measured)\b[^,;]{0,25}$", re.IGNORECASE)
_SD_BRACKET = re.compile(r"\s*(?:points?\s*)?[(\[]\s*(?:SDs?|SEs?|SEM|s\.?d\.?|range|IQR|interquartile range)?\s*[=:,]?\s*±?\s*\d+(?:\.\d+)?(?:\s*(?:-|–|to)\s*\d+(?:\.\d+)?)?\s*[)\]]", re.IGNORECASE)
_COMPARED = re.compile(r"\s*%?\s*(?:points?|[a-zA-Z]{1,7})?\s*,?\s*(?:versus|vs\.?|against|compared (?:with|to)|and|or|,|,\s*and|/|respectively versus|than)\s+(?:only\s+|by\s+)?")
_COMPARED_FAR = re.compile(r"\s*(?:points?|days?|months?|years?|weeks?|min|minutes|hours?|h)?\s*(?:\([^()]{0,40}\)\s*)?(?:(?:in|with|for|on|among|by|under|after)\s+(?:the\s+|those\s+|patients\s+)?[\w+/ -]{1,45}?)?,?\s*(?:versus|vs\.?|against|compared (?:with|to)|and|while|whereas|,)\s+(?:by\s+|was\s+|of\s+)?")
_HEAD = re.compile(r"respon|remi(?:ssion|tt)|relapse|change|score|reduction|effect|outcome|result|difference|surviv|mortality|rate|improve|withdraw|dropout|discontinu|adverse|event|efficacy|%|p[- ]?value|\bCI\b|\bOR\b|\bRR\b|\bHR\b|\bSMD\b|\bMD\b|mean|median", re.IGNORECASE)
_NOT_HEAD = re.compile(r"\bage\b|dose|duration|female|male|sex|year|sample|\bn\b|baseline|weeks?\b|reference", re.IGNORECASE)


class ResultFinder:
    """spaCy component: writes ``doc.spans["results"]``; comes after doses, scales, sample sizes and outcomes.

    >>> import spacy
    >>> nlp = spacy.blank("en"); _ = nlp.add_pipe("goldpan_results")
    >>> doc = nlp("Scores fell from 31.2 to 12.9 (OR 2.7, 95% CI 1.2 to 6.1; P = .003); 53% responded.")
    >>> [(span.text, span._.value.kind) for span in doc.spans["results"]]  # doctest: +NORMALIZE_WHITESPACE
    [('31.2', 'score'), ('12.9', 'score'), ('2.7', 'effect_size'), ('1.2 to 6.1', 'interval'), ('P = .003', 'p_value'),
     ('53%', 'percent')]
    """

    def __call__(self, doc: Doc) -> Doc:
        put(doc, "RESULT", _Reader(doc).found())
        return doc


class _Reader:
    def __init__(self, doc: Doc) -> None:
        self.text = text_of(doc)
        self.numbers = numbers_of(doc)
        self.sentences = sentences_of(doc)
        self.tables = tables_of(doc)
        self.cues = Cues(folded_of(doc), _CUES)
        self.scales = [s.start for s in get(doc, "SCALE")]
        self.outcomes = [s.start for s in get(doc, "OUTCOME")]
        self.drugs = {d.start for d in get(doc, "DRUG")}
        self.about = cues_of(doc)
        self.out: list[Found] = []
        self.free = [True] * len(self.numbers)
        for label in ("DOSE", "SCALE", "SAMPLE_SIZE", "DRUG"):
            for mention in get(doc, label):  # type: ignore[arg-type]
                self._use(mention.start, mention.end)
        self.kinds: dict[int, ResultKind] = {}
        self.effects: dict[int, bool] = {}

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

    # ------------------------------------------------------------ bookkeeping

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
        self.kinds[i] = self.kinds[last if last is not None else i] = kind

    def _clause(self, i: int) -> int:
        """Where the clause of a number begins: its sentence, or the last semicolon in it."""
        start, _ = self.sentences.around(self.numbers[i].start)
        return max(start, self.text.rfind(";", start, self.numbers[i].start) + 1)

    def _before(self, i: int, width: int = 44) -> str:
        start, _ = self.sentences.around(self.numbers[i].start)
        return self.text[max(start, self.numbers[i].start - width) : self.numbers[i].start]

    # ------------------------------------------------------------ settled by form

    def _p_values(self) -> None:
        for match in pat.P_VALUE.finditer(self.text):
            start, end = match.span()
            value = _decimal(match["number"])
            self._use(start, end)
            if pat.LEVEL_BEFORE.search(self.text, max(0, start - 70), start) or pat.LEVEL_AFTER.match(self.text, end):
                continue
            self.out.append(Found("RESULT", start, end, ResultValue("p_value", value), "p value"))
            i = self.numbers.index_from(end)
            while i < len(self.numbers) and self.free[i] and 0 <= self.numbers[i].value < 1 and not self.numbers[i].is_integer:
                if not re.fullmatch(r"\s*(?:,|and|,\s*and|&)\s*[=<]?\s*", self.text[end : self.numbers[i].start]) or pat.PERCENT.match(self.text, self.numbers[i].end):
                    break
                self._add(i, self.numbers[i].end, "p_value", "p value, coordinated")
                end = self.numbers[i].end
                i += 1

    def _pair(self, i: int) -> int | None:
        """End of the interval that begins with number ``i`` and the next one, where they are its two ends."""
        if i + 1 >= len(self.numbers) or not self.free[i] or not self.free[i + 1]:
            return None
        a, b = self.numbers[i], self.numbers[i + 1]
        between = self.text[a.end : b.start]
        if not (pat.ENDS.fullmatch(between) or (between.strip(" %") == "" and b.signed)) or len(between) > 9:
            return None
        high = abs(b.value) if between.strip(" %") == "" and b.signed and a.value >= 0 else b.value
        if a.value > high:
            return None
        percent = re.match(r"\s?%", self.text[b.end : b.end + 2])
        return b.end + (percent.end() if percent else 0)

    def _interval(self, i: int, end: int) -> None:
        a, b = self.numbers[i], self.numbers[i + 1]
        high = abs(b.value) if b.start <= a.end + 1 and a.value >= 0 else b.value
        self.out.append(Found("RESULT", a.start, end, ResultValue("interval", None, a.value, high), "interval"))
        self._use(a.start, end)

    def _intervals(self) -> None:
        last = -1
        for cue in self.cues.between("interval", 0, len(self.text)):
            if cue[1] <= last:
                continue
            i = self.numbers.index_from(cue[1])
            level = self.numbers.index_from(cue[0]) - 1
            if level >= 0 and self.numbers[level].value >= 80 and cue[0] - self.numbers[level].end < 6:
                self.free[level] = False
            if i < len(self.numbers) and self.numbers[i].value in (90, 95, 99) and pat.PERCENT.match(self.text, self.numbers[i].end) and self.numbers[i].start - cue[1] < 6:
                self.free[i] = False
                i += 1
            if i >= len(self.numbers) or self.numbers[i].start - cue[1] > 40:
                continue
            gap = self.text[cue[1] : self.numbers[i].start]
            gap = re.sub(r"^[^\d]*?9[059](?:\.\d)?\s?%", "", gap)
            end = self._pair(i)
            if end is not None and pat.TO_INTERVAL.fullmatch(gap):
                self._interval(i, end)
                last = end

    def _effects(self) -> None:
        spots = [(cue[0], cue[1], True) for cue in self.cues.between("effect", 0, len(self.text))]
        spots += [(m.start(), m.end(), False) for m in pat.SHORT_EQUALS.finditer(self.text)]
        for start, end, full in sorted(spots):
            sentence = self.sentences.around(start)
            i = self.numbers.index_from(end)
            while i < len(self.numbers) and not self.free[i] and self.numbers[i].start < end + 40 and self.numbers[i].start < sentence[1]:
                i += 1
            if i >= len(self.numbers) or self.numbers[i].start >= sentence[1] or self.numbers[i].start - end > 90:
                continue
            gap = re.sub(r"\(?\[?\d+(?:\.\d+)?\s?%\s?(?:CIs?|confidence intervals?)(?:\s*[\[(]CIs?[\])])?[)\]]?", "", self.text[end : self.numbers[i].start])
            number = self.numbers[i]
            near = pat.TO_EFFECT.fullmatch(gap) is not None
            if ";" in gap and full and not near or not near and not (full and pat.COPULA_FAR.search(gap)):
                continue
            if number.word or not full and not gap.strip(" ([") and self._printed_whole(i) and self.text[start:end] not in ("NNT", "NNH"):
                continue
            if not full and self.text[start:end] in ("d", "g") and "=" not in gap:
                continue
            if self._printed_whole(i) and abs(number.value) > 1 and not pat.PERCENT.match(self.text, number.end) and "needed" not in self.text[start:end].lower() and self.text[start:end] not in ("NNT", "NNH", "MD") and "difference" not in self.text[start:end].lower():
                continue
            self._effect(i, sentence[1])
        for i, number in enumerate(self.numbers):
            if self.free[i] and not number.word and pat.NAMED_AFTER.match(self.text, number.end):
                self._effect(i, self.sentences.around(number.start)[1])

    def _effect(self, i: int, stop: int) -> None:
        """Write an effect size, its interval in brackets, and those that follow it in the same form."""
        number = self.numbers[i]
        percent = re.match(r"\s?%", self.text[number.end : number.end + 2])
        self._add(i, number.end + (percent.end() if percent else 0), "effect_size", "effect measure")
        j = i + 1
        while j + 1 < len(self.numbers) and self.numbers[j].start < stop:
            gap = self.text[self.numbers[j - 1].end : self.numbers[j].start]
            end = self._pair(j)
            if end is not None and re.fullmatch(r"\s*%?\s*[(\[,;:]+\s*(?:range\s*)?", gap):
                self._interval(j, end)
                j += 2
                continue
            if not self.free[j]:
                j += 1
                continue
            follows = self._pair(j + 1) is not None and re.fullmatch(r"\s*[(\[]\s*", self.text[self.numbers[j].end : self.numbers[j + 1].start])
            if follows and not self.numbers[j].is_integer and len(gap) < 90:
                self._add(j, self.numbers[j].end, "effect_size", "effect measure, coordinated")
                j += 1
                continue
            if re.fullmatch(r"\s*(?:,|and|,\s*and|vs\.?|versus)\s+", gap) and not self.numbers[j].is_integer and j == i + 1:
                self._add(j, self.numbers[j].end, "effect_size", "effect measure, coordinated")
                j += 1
                continue
            break

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
                if second and re.fullmatch(r"\s*(?:to|[-–—])\s*", between) and self.numbers[j].value > number.value and not re.search(r"\bfrom\s+$", self._before(i)):
                    self._add(i, second.end(), "percent", "percent range", j)
                    return
            spread = pat.SPREAD.match(self.text, sign.end())
            if spread and j < len(self.numbers) and self.numbers[j].start <= spread.end() + 1:
                after = pat.PERCENT.match(self.text, self.numbers[j].end)
                end = after.end() if after else self.numbers[j].end
            self._add(i, end, "percent", "percent")
            return
        joined = link(self.text, number, self.numbers[i + 1]) if last == i + 1 else None
        if joined in ("range", "to") and number.value < self.numbers[last].value and not re.search(r"\bfrom\s+$", self._before(i)):
            self._add(i, sign.end(), "percent", "percent range", last)
        elif joined == "plusminus":
            self._add(i, sign.end(), "percent", "percent ± spread")
        else:
            self._add(i, number.end, "percent", "percent, shared sign")

    def _shared(self, i: int) -> tuple[int, re.Match[str] | None]:
        """The number whose percent sign number ``i`` shares in a coordination (``61, 66 and 34%``), if any."""
        j = i
        while j + 1 < len(self.numbers) and j - i < 4 and self.free[j + 1]:
            joined = link(self.text, self.numbers[j], self.numbers[j + 1])
            if joined not in ("and", "comma", "or", "versus", "range", "to", "plusminus", "slash") or self.numbers[j].word != self.numbers[j + 1].word:
                return i, None
            if joined in ("comma", "slash") and self.numbers[i].is_integer and not self.numbers[j + 1].is_integer:
                return i, None
            j += 1
            sign = pat.PERCENT.match(self.text, self.numbers[j].end)
            if sign:
                ok = 0 <= self.numbers[i].value <= 100 and not (joined == "comma" and 1900 < self.numbers[i].value < 2100)
                return (j, sign) if ok else (i, None)
        return i, None

    def _is_outcome_percent(self, i: int, end: int) -> bool:
        number = self.numbers[i]
        text = self.text
        before = self._before(i)
        if pat.NOT_BEFORE.search(before) or pat.NOT_AFTER.match(text, end) or pat.PEOPLE_OF.match(text, end) or pat.PEOPLE_BEFORE.search(before):
            return False
        if any(start in self.drugs for start in (end + 1, end)) and not before.rstrip().endswith("("):
            return False
        start = self._clause(i)
        stop = self.sentences.around(number.start)[1]
        near = max(start, number.start - 45)
        if self.cues.has("background", start, number.start) or _POPULATION.match(text, end) or _AFFECTS.search(before):
            return False
        if self.cues.has("not_percent", near, number.start):
            return False
        if re.search(r"\bmean\s*\(SD\)|\bmean \(standard", text[start : number.start]) and _BRACKET_SD.search(before) and "%" in before[-8:]:
            return False
        # "a 50% reduction … defined as response": a criterion
        if re.match(r"\s+(?:\w+\s+)?(?:reduction|improvement|decrease|increase|decline|change)", text[end : end + 34]) and re.search(r"\ban?\s+$|\bthan\s+$", before) and self.cues.has("criterion", start, stop):
            return False
        return not (self.cues.has("criterion", near, number.start) and re.search(r"\b(?:assum\w+|expected|hypothes\w+|detect|powered|designed|margin)\b", text[near : number.start]))

    # ------------------------------------------------------------ by the words before

    def _measured(self, i: int) -> None:
        number = self.numbers[i]
        text = self.text
        if self.tables and self.tables.cell(number.start) is not None and self._cell(i):
            return
        if number.value > 100_000 or 1900 <= number.value <= 2100 and number.end - number.start == 4:
            return
        before = self._before(i, 70)
        start = self._clause(i)
        near = max(start, number.start - 110)
        if _FROM.search(before) and self._from_to(i, near):
            return
        time = pat.TIME.match(text, number.end)
        last = i
        if time is None and i + 1 < len(self.numbers) and self.free[i + 1]:
            joined = link(text, number, self.numbers[i + 1])
            if joined in ("range", "to", "versus", "and", "or", "comma", "plusminus"):
                time = pat.TIME.match(text, self.numbers[i + 1].end)
                last = i + 1 if time and joined in ("range", "to", "plusminus") else i
        if time is not None:
            self._time(i, last, time.end() if last != i or time.start() == number.end else number.end, near, before)
            return
        kind = self._kind(i, near, before)
        if kind is not None:
            self._value(i, kind)

    def _value(self, i: int, kind: ResultKind) -> None:
        """Write a mean, change or score with its ± spread, and the numbers compared with it."""
        number = self.numbers[i]
        end = number.end
        j = i + 1
        spread = pat.SPREAD.match(self.text, number.end)
        if spread and j < len(self.numbers) and self.numbers[j].start <= spread.end() + 1:
            end = self.numbers[j].end
            j += 1
        self._add(i, end, kind, kind.replace("_", " "))
        bracket = _SD_BRACKET.match(self.text, end)
        if bracket and j < len(self.numbers) and self.numbers[j].start < bracket.end():
            while j < len(self.numbers) and self.numbers[j].start < bracket.end():
                self.free[j] = False
                j += 1
            end = bracket.end()
        if j < len(self.numbers) and self.free[j] and j - i <= 3:
            gap = self.text[end : self.numbers[j].start]
            following = self.numbers[j]
            alike = following.signed == number.signed and (self._printed_whole(j) == self._printed_whole(i) or following.signed) and not following.word
            if alike and not pat.PERCENT.match(self.text, following.end) and not pat.TIME.match(self.text, following.end):
                if _COMPARED.fullmatch(gap) or not self._printed_whole(i) and len(gap) < 90 and _COMPARED_FAR.fullmatch(gap):
                    self._value(j, kind)

    def _kind(self, i: int, near: int, before: str) -> ResultKind | None:
        number = self.numbers[i]
        text = self.text
        spread = pat.SPREAD.match(text, number.end) is not None
        if number.word or _BRACKET_SD.search(before) and not number.signed and not spread and self._bracket_of_number(i):
            return None
        if re.match(r"\s?(?:mg|kg|g|ml|mL|cm|mm|µg|mcg|years?|Gy|items?|weeks?|patients?)\b", text[number.end : number.end + 9]) and not spread and not number.signed:
            if not re.match(r"\s?(?:ml|mL|mm|cm|kg)\b", text[number.end : number.end + 6]):
                return None
        if re.search(r"(?:[≥≤<>]\s*|\b(?:least|than|exceeding|above|below|week|day|month|year|visit|grade|stage|group|phase|table|figure|cycle|item|items|range,?|chapter|version|aged?|n\s*=|F\s*=|t\s*=|chi\s*=|r\s*=|z\s*=)\s*)$", before, re.IGNORECASE):
            return None
        blocked = self.cues.between("not_result", near, number.start)
        change = self.cues.between("change", near, number.start)
        difference = self.cues.between("difference", near, number.start)
        measure = self.cues.between("measure", near, number.start)
        statistic = self.cues.between("statistic", near, number.start)
        scale = self._near(self.scales, near, number.start)
        outcome = self._near(self.outcomes, near, number.start)
        if blocked and not number.signed and blocked[-1][0] > max([c[0] for c in change + difference + measure] + [scale]):
            return None
        copula = pat.COPULA_FAR.search(before)
        if difference and (not change or difference[-1][0] > change[-1][0] or " between " in text[near : number.start]) and copula and (not self._printed_whole(i) or scale > 0 or outcome > 0):
            return "effect_size"
        if number.signed and number.value < 0 and (change or scale >= 0 or outcome >= 0):
            return "mean_change"
        if change and copula and (scale >= 0 or outcome >= 0 or measure or statistic) and (not self._printed_whole(i) or re.search(r"\bby\s|\bwas\s|\bof\s", before[-22:])):
            return "mean_change"
        if spread and (measure or scale >= 0 or outcome >= 0 or statistic or change):
            return "score"
        if not self._printed_whole(i) and (scale >= 0 or statistic and (measure or outcome >= 0)) and (copula or re.search(r"(?:[(=:]|\b(?:versus|vs\.?|and|median|mean|scores?))\s*$", before)):
            return "score"
        if self._printed_whole(i) and copula and scale >= 0 and statistic and measure:
            return "score"
        return None

    def _bracket_of_number(self, i: int) -> bool:
        """Whether the bracket before number ``i`` stands directly behind another number: its spread."""
        if i == 0:
            return False
        return re.fullmatch(r"\s*(?:%|[a-zA-Z]{1,8}|points?)?\s*[(\[]\s*(?:SDs?|SEs?|SEM|s\.?d\.?|range|IQR|interquartile range)?\s*[=:,]?\s*±?\s*", self.text[self.numbers[i - 1].end : self.numbers[i].start], re.IGNORECASE) is not None

    def _printed_whole(self, i: int) -> bool:
        """Whether number ``i`` is printed without decimals (``4.0`` is not)."""
        number = self.numbers[i]
        return number.is_integer and not re.search(r"[.·]", self.text[number.start : number.end])

    @staticmethod
    def _near(starts: list[int], low: int, high: int) -> int:
        """The last of the sorted places in [low, high), or -1."""
        k = bisect_left(starts, high) - 1
        return starts[k] if k >= 0 and starts[k] >= low else -1

    def _from_to(self, i: int, near: int) -> bool:
        """*fell from 31.2 to 12.9*: two scores."""
        j = i + 1
        text = self.text
        first_end = self.numbers[i].end
        if j < len(self.numbers) and (spread := pat.SPREAD.match(text, first_end)) and self.numbers[j].start <= spread.end() + 1:
            first_end = self.numbers[j].end
            j += 1
        while j < len(self.numbers) and self.numbers[j].start < first_end + 40 and not _TO.fullmatch(text[first_end : self.numbers[j].start]):
            j += 1
        if j >= len(self.numbers) or not self.free[j] or not _TO.fullmatch(text[first_end : self.numbers[j].start]):
            return False
        low = self.numbers[i].start
        evidence = self.cues.has("change", near, low) or self.cues.has("change", self.numbers[j].end, self.numbers[j].end + 60)
        sure = evidence or self._near(self.scales, near, low) >= 0
        earlier = any(f.value.kind == "score" and near <= f.start < low for f in self.out[-3:] if isinstance(f.value, ResultValue))
        if not (sure or earlier) or re.search(r"\brang(?:ed|ing|e)\b", text[max(near, low - 25) : low]):
            return False
        second = self.numbers[j]
        if re.match(r"\s?(?:mg|µg|mcg|Gy|IU)\b|\s*:", text[second.end : second.end + 5]):
            return False
        time = pat.TIME.match(text, second.end)
        if time and re.match(r"\s?(?:weeks|months|years)", text[second.end : second.end + 8]) and not self.cues.has("survival", near, low):
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

    def _time(self, i: int, last: int, end: int, near: int, before: str) -> None:
        """A number with a unit of time: a result only as duration of an effect, time to an event, or change."""
        number: Number = self.numbers[i]
        if re.search(r"(?:[≥≤<>]\s*|\b(?:every|at|day|days|week|weeks|month|year|first|last|next|after|aged|age|over|for the|during|per|each|of follow-up of|follow-up(?: of| was|:)?|followed for)\s*)$", before, re.IGNORECASE) and not re.search(r"\b(?:only|median|mean|average)\s+$|\bafter a (?:median|mean) of\s+$", before):
            return
        survival = self.cues.between("survival", near, number.start)
        lasting = self.cues.between("lasting", near, number.start)
        change = self.cues.between("change", near, number.start)
        blocked = [c for c in self.cues.between("not_result", near, number.start) if c[0] > max([x[0] for x in survival + lasting + change] or [-1])]
        if blocked:
            return
        close = number.start - 60
        kind: ResultKind
        if change and change[-1][0] >= close and re.search(r"\bby\s+(?:an?\s+(?:mean|median|average)\s+(?:of\s+)?)?(?:only\s+|about\s+)?$", before):
            kind = "mean_change"
        elif survival and (pat.COPULA_FAR.search(before) or re.search(r"(?:[(=:,]|\b(?:versus|vs\.?|against|and|median|mean|pfs|os|dfs|survival))\s*$", before, re.IGNORECASE)):
            kind = "time"
        elif self._lasts(i, lasting, near, before):
            kind = "time"
        else:
            if not self._after_time(i):
                return
            kind = self.kinds.get(i - 1, "time")
        if last != i and (joined := link(self.text, number, self.numbers[last])) in ("range", "to"):
            self._add(i, end, kind, f"{kind}, {joined}", last)
        else:
            unit = pat.TIME.match(self.text, number.end)
            self._add(i, max(end, unit.end()) if unit else end if last != i else number.end, kind, "duration" if kind == "time" else "change of a time")

    def _lasts(self, i: int, lasting: list[Cue], near: int, before: str) -> bool:
        """Whether the time is how long an effect lasted, or when it ended; not an onset, not a treatment's duration."""
        start = self.numbers[i].start
        if not _FOR_TIME.search(before) or _TREATED.search(before):
            return False
        sentence = self.sentences.around(start)
        if self.about.weight("animal", *sentence) + self.about.weight("mechanism", *sentence) > self.about.weight("human", *sentence) + 1:
            return False
        reach = 95 if re.search(r"\b(?:median|mean|average) of\s+$", before) else 62
        for cue in reversed(lasting):
            if cue[0] < start - reach:
                return False
            word = self.text[cue[0] : cue[1]].lower()
            if word in ("maintained", "kept", "continued for") and self._near(self.outcomes, near, start) < 0:
                continue
            return True
        return re.search(r"\beffects?\b[^.;]{0,20}\bfor\s+(?:an?\s+)?(?:maximum of|up to|only|about|approximately|at least)?\s*$", before) is not None

    def _after_time(self, i: int) -> bool:
        """Whether the number before was a time and this one is compared with it."""
        if i == 0 or self.kinds.get(i - 1) not in ("time", "mean_change"):
            return False
        gap = self.text[self.numbers[i - 1].end : self.numbers[i].start]
        return len(gap) < 100 and _COMPARED_FAR.fullmatch(gap) is not None

    # ------------------------------------------------------------ tables

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
        words = re.findall(r"[A-Za-z]{3,}", self.text[start:end])
        if len(words) > 6:
            return False
        if not _HEAD.search(head) or _NOT_HEAD.search(head) and "%" not in head:
            return True
        if re.search(r"\b(?:day|week|month|hour|year|grade)\s+$", self._before(i), re.IGNORECASE) or pat.TIME.match(self.text, number.end):
            return True
        kind: ResultKind = "percent" if "%" in head or re.search(r"\b(?:rate|percent)", head, re.IGNORECASE) else "mean_change" if number.signed or re.search(r"change|reduction|difference", head, re.IGNORECASE) else "score"
        self._value(i, kind) if kind != "percent" else self._add(i, number.end, "percent", "cell")
        return True


def _decimal(printed: str) -> float:
    """The value of a printed P: ``.003``, ``0·02``, ``1.2 × 10−6``."""
    plain = printed.replace("·", ".").replace(" ", "").replace("−", "-").replace("–", "-")
    power = re.fullmatch(r"([\d.]+)[x×*]10[\^({]?-(\d+)\)?", plain)
    if power:
        return float(power[1]) * 10.0 ** -int(power[2])
    return float(re.sub(r",", ".", plain))


@Language.factory("goldpan_results", assigns=["doc.spans"])
def make_results(nlp: Language, name: str) -> ResultFinder:
    """Factory of `ResultFinder`."""
    return ResultFinder()
