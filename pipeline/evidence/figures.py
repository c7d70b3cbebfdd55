"""The figures of an outcome: which value is the arm's, which its comparator's, and what they say of the direction."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.evidence import cues
from pipeline.evidence.direction import POLARITY, polarity
from pipeline.schema import Found, ResultValue, SampleSizeValue

_CONTROL = re.compile(
    r"\b(?:placebo|controls?|sham|saline|comparator|without|vehicle|usual care|untreated|off drug)\b",
    re.IGNORECASE,
)
_CONTROL_HERE = re.compile(rf"{_CONTROL.pattern}\s*[(\[:,]\s*$", re.IGNORECASE)
_AGAINST = re.compile(r"\b(?:versus|vs|against|compared)\b", re.IGNORECASE)
_MEASURES = re.compile(
    r"\b(?:(?P<OR>odds ratio|a?OR)|(?P<HR>hazards? ratio|a?HR)|(?P<RR>(?:risk|rate|incidence rate) ratio|"
    r"relative risk|a?RR|IRR)|"
    r"(?P<SMD>standardi[sz]ed mean difference|SMD)|(?P<NNT>number needed to treat|NNT)|(?P<MD>(?:mean |"
    r"risk )?difference|W?MD)|"
    r"(?P<g>Hedges[’']?s?)|(?P<d>Cohen[’']?s?))\b"
)
_DIFFERENCE = re.compile(r"\b(?:difference|SMD|WMD|MD)\b")
_DOSED = re.compile(r"\d\s?(?:mg|g|µg|μg|mcg|IU|units|ml)\b(?:/kg)?|\b(?:lower|higher|smaller|larger) dose\b")
#: Groups that were all given the drug: none is the others' control.
_AMONG_ARMS = re.compile(
    r"\b(?:two|both|three) (?!placebo|control|treatment|study|trial|patient|randomi)\w+ (?:groups|arms)\b",
    re.IGNORECASE,
)
_FELL = re.compile(r"\b(?:fell|declin\w+|decreas\w+|dropp\w+|reduc\w+|improv\w+|lower\w*)\b", re.IGNORECASE)
_FELL_BY = re.compile(
    rf"\W*(?:(?:scores?|rates?|levels?) )?(?:(?:was|were|had|has|had been) )?(?:{_FELL.pattern})",
    re.IGNORECASE,
)
_MORE_IS_GOOD = re.compile(r"\b(?:sleep time|quality|function\w*|freedom|recovery)\b", re.IGNORECASE)


@dataclass(slots=True)
class Figures:
    """What is printed of an outcome; ``pairs`` are (value, comparator's value) of each active arm."""

    pairs: list[tuple[float, float | None]] = field(default_factory=list)
    kind: str = ""
    changes: tuple[float, float] | None = None
    interval: list[float] | None = None
    p_value: str | None = None
    effect: float | None = None
    #: what the effect is: OR, RR, HR, MD, SMD, d, g, NNT, or effect size where no word tells
    measure: str | None = None

    @property
    def ratio(self) -> bool:
        """Whether the effect is one of ratios."""
        return self.measure in ("OR", "RR", "HR")

    @property
    def significance(self) -> str | None:
        """By the P value alone; *P < .05* is significant, *P = .05* is not."""
        if self.p_value is None:
            return None
        sign, number = re.match(r"([<>=]?)(.*)", self.p_value).groups()  # type: ignore[union-attr]
        p = float(number)
        if sign == ">":
            return "not significant" if p >= 0.05 else None
        return "significant" if p < 0.05 or (sign == "<" and p <= 0.05) else "not significant"


def read(
    text: str, offset: int, results: Sequence[Found], control_last: bool | None, active: int = 0
) -> Figures:
    """The figures among an outcome's RESULT mentions; ``offset`` is where the sentence ``text`` starts."""
    out = Figures()
    plain: list[tuple[int, int, float, str]] = []
    for found in results:
        value = found.value
        if not isinstance(value, ResultValue):
            continue
        a, b = found.start - offset, found.end - offset
        if value.kind == "p_value" and value.number is not None:
            printed = re.search(r"[<>≤≥]", text[a:b])
            sign = {"≤": "<", "≥": ">"}.get(printed[0], printed[0]) if printed else ""
            out.p_value = out.p_value or f"{sign}{value.number:g}"
        elif value.kind == "interval" and value.low is not None and value.high is not None:
            out.interval = out.interval or [value.low, value.high]
        elif value.kind == "effect_size" and value.number is not None:
            if out.effect is None:
                out.effect, out.measure = value.number, _measure(text, a, b)
        elif value.number is not None:
            plain.append((a, b, value.number, value.kind))
    kinds = [kind for *_, kind in plain]
    if plain:
        same = [row for row in plain if row[3] == kinds[0]]
        out.kind = kinds[0]
        _pair(out, text, same, control_last, active)
    return out


def _measure(text: str, a: int, b: int) -> str:
    """What an effect at ``text[a:b]`` is: by the word last before it, or right behind it.

    >>> _measure("an odds ratio of 2.7", 17, 20), _measure("an effect of 1.14 (Cohen d)", 13, 17)
    ('OR', 'd')
    """
    before = list(_MEASURES.finditer(text, max(0, a - 80), a))
    behind = _MEASURES.search(text, b, b + 14)
    match = before[-1] if before else behind
    return match.lastgroup or "effect size" if match else "effect size"


def shares(sizes: Sequence[Found]) -> list[tuple[int, int]]:
    """The counts of events that are printed with their group's size, in order (*30 out of 47*)."""
    values = [f.value for f in sizes if isinstance(f.value, SampleSizeValue)]
    return [
        (a.count, b.count)
        for a, b in itertools.pairwise(values)
        if a.role == "event" and b.role in ("arm", "total") and b.count >= a.count
    ]


def _pair(
    out: Figures, text: str, same: list[tuple[int, int, float, str]], control_last: bool | None, active: int
) -> None:
    numbers = [number for _, _, number, _ in same]
    ends = [
        same[i + 1][0] if i + 1 < len(same) else min(len(text), same[i][1] + 40) for i in range(len(same))
    ]
    if out.kind == "score" and len(same) >= 2 and re.search(r"\bfrom\s*$", text[: same[0][0]], re.IGNORECASE):
        if len(same) >= 4:
            out.changes = numbers[0] - numbers[1], numbers[2] - numbers[3]
            out.pairs = [(numbers[1], numbers[3])]
        else:
            out.pairs = [(numbers[1], None)]
        return
    if len(same) == 1:
        out.pairs = [(numbers[0], None)]
        return
    named = [i for i, (a, *_) in enumerate(same) if _CONTROL_HERE.search(text[max(0, a - 24) : a])]
    if named == [0] and ")" not in text[same[0][1] : same[1][0]]:
        named = []  # "than with placebo (24% versus 41%)": the pair is in the order of the sentence
    if _AMONG_ARMS.search(text):
        out.pairs = [(number, None) for number in numbers]
        return
    named = named or [i for i, (_, b, *_) in enumerate(same) if _CONTROL.search(text, b, ends[i])]
    if not named:
        starts = [0 if i == 0 else same[i - 1][1] for i in range(len(same))]
        named = [i for i, (a, *_) in enumerate(same) if i and _CONTROL.search(text, starts[i], a)]
    if not named and 1 < len(same) == active and not _AGAINST.search(text, same[0][1], same[-1][0]):
        out.pairs = [(number, None) for number in numbers]  # one for each dose, the control untold
        return
    control = named[0] if len(named) == 1 else (0 if control_last is False else len(same) - 1)
    out.pairs = [(number, numbers[control]) for i, number in enumerate(numbers) if i != control]


def verdict(
    name: str, text: str, before: str, pair: tuple[float, float | None], figures: Figures, after: str = ""
) -> str | None:
    """The direction that figures give for an outcome ``text``, or None where they give none.

    ``before`` and ``after`` are what its clause says before and behind it.

    >>> verdict("response", "response", "", (61.0, 34.0), Figures(kind="percent"))
    'better'
    >>> verdict("symptom_change", "ISI score", "", (-6.8, -3.9), Figures(kind="mean_change"))
    'better'
    """
    if figures.significance == "not significant":
        return "no difference"
    if figures.changes is not None and name in ("symptom_change", "suicidality"):
        return _sign(abs(figures.changes[0]) - abs(figures.changes[1]))
    value, other = pair
    if value is not None and other is not None:
        sign = polarity(name, text, before)
        if figures.kind == "percent":
            if sign < 0 and name in ("symptom_change", "other") and _FELL_BY.match(after):
                sign = 1  # "scores fell by 66% and by 24%"
            if figures.significance is None and abs(value - other) <= 0.1 * max(abs(value), abs(other)):
                return None  # 12% and 11%: whether that is a difference is not said
            return _sign((value - other) * sign) if sign else None
        if figures.kind == "mean_change" and name in ("symptom_change", "suicidality") and value * other >= 0:
            return _sign(abs(value) - abs(other))
        fell = max(value, other) < 0 or _FELL.search(after)
        if figures.kind == "mean_change" and name == "other" and sign < 0 and fell:
            return _sign(abs(value) - abs(other))
        if figures.kind == "score" and name == "symptom_change" and figures.significance == "significant":
            return _sign(
                (value - other) * (1 if _MORE_IS_GOOD.search(text) or cues.has("scale_of_good", text) else -1)
            )
        if figures.kind == "time" and sign:
            return _sign((value - other) * sign)
    return None


def effect_verdict(name: str, text: str, sentence: str, figures: Figures) -> str | None:
    """The direction of a ratio or a difference with its interval."""
    if figures.effect is None or figures.interval is None:
        return None
    low, high = figures.interval
    null = 1.0 if figures.ratio else 0.0
    if not figures.ratio and not _DIFFERENCE.search(sentence):
        return None
    if low <= null <= high:
        return "no difference"
    # a ratio is one of events, also where the outcome is the time to them
    base = 1 if _MORE_IS_GOOD.search(text) else POLARITY.get(name) or polarity(name, text)
    return _sign((figures.effect - null) * base) if base else None


def count_verdict(
    name: str,
    sizes: Sequence[Found],
    text: str,
    offset: int,
    arms_equal: bool,
    said: str = "",
    control_last: bool | None = None,
) -> str | None:
    """The direction of two counts of events, each of its group (*18 of 40 and 9 of 41*), arm first.

    *None of the controls* is a share whatever the group's size; counts alone are compared where the arms are of one
    size. ``said`` are the words that name the outcome.
    """
    values = [(f, f.value) for f in sizes if isinstance(f.value, SampleSizeValue)]
    events = [(f, v) for f, v in values if v.role == "event"]
    if len(events) != 2 or (len(_DOSED.findall(text)) > 1 and not _CONTROL.search(text)):
        return None  # two doses of one drug
    base = polarity(name, said)
    if base == 0 or name == "antidepressant_effect" or (name == "symptom_change" and base < 0):
        return None
    shares: list[float] = []
    for i, (_, a) in enumerate(values):
        b = values[i + 1][1] if i + 1 < len(values) else None
        if a.role != "event":
            continue
        if a.count == 0:
            shares.append(0.0)
        elif b is not None and b.role == "arm" and b.count >= a.count:
            shares.append(a.count / b.count)
    if len(shares) == 2:
        return _sign((shares[0] - shares[1]) * base)
    (_, first), (second, last) = events
    behind = text[second.end - offset : second.end - offset + 30]
    against = _CONTROL.search(behind) or (control_last and "respectively" in behind)
    if against and (arms_equal or last.count == 0 < first.count):
        return _sign((first.count - last.count) * base)
    return None


def _sign(number: float) -> str | None:
    return "better" if number > 0 else "worse" if number < 0 else "no difference"
