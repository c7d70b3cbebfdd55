"""The rows of the speed table: what is measured, with which tool, in which environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

from benchmarks.processes import Measure

#: The row that all others are compared with.
UNIT = "spaCy: blank tokenizer"


@dataclass(slots=True)
class Row:
    """A row and its measurements, one a round; ``failed`` says why there are none."""

    name: str
    module: str
    tool: str
    peer: str = ""
    measures: list[Measure] = field(default_factory=list)
    failed: str = ""


def plan() -> list[Row]:
    """The rows on texts, in the order of the table. ``peer`` names the section of peers.txt that it needs."""
    return [
        Row("goldpan: everything (reading, mentions, studies, audit)", "ours", "everything"),
        Row("goldpan: everything, without NER", "ours", "everything, no NER"),
        Row("goldpan: reading and mentions", "ours", "mentions"),
        Row("goldpan: reading and mentions, without NER", "ours", "mentions, no NER"),
        Row("goldpan: mentions of documents already read", "ours", "matchers"),
        Row("goldpan: the same, without NER", "ours", "matchers, no NER"),
        Row("goldpan: reading alone", "ours", "reading"),
        Row("goldpan: components", "ours", "components"),
        Row(UNIT, "peers", "spacy"),
        Row("spaCy: tokenizer and sentencizer", "peers", "sentencizer"),
        Row("spaCy: CNN NER, width 96, depth 4, untrained", "peers", "cnn"),
        Row("scispaCy: tokenizer", "peers", "scispacy"),
        Row("scispaCy: tokenizer, AbbreviationDetector", "peers", "abbreviations"),
        Row("pysbd: sentences", "peers", "pysbd"),
        Row("edsnlp: quantities and terms", "peers", "edsnlp", "edsnlp"),
        Row("edsnlp: normalizer, quantities, terms", "peers", "edsnlp, normalizer", "edsnlp"),
        Row("medspaCy: PyRuSH, target matcher, ConText", "peers", "medspacy", "medspaCy"),
        Row("quantulum3: quantities", "peers", "quantulum3", "quantulum3"),
    ]


def spread(seconds: list[float], amount: int) -> tuple[float, float, float]:
    """Median, least and most of a thing a second.

    >>> spread([2.0, 1.0, 4.0], 8)
    (4.0, 2.0, 8.0)
    """
    return amount / median(seconds), amount / max(seconds), amount / min(seconds)


def cost(seconds: list[float], unit: list[float]) -> float | None:
    """How many times the unit's time a row takes: the median of the rounds, each compared within itself.

    >>> cost([10.0, 30.0, 10.0], [1.0, 2.0, 1.0])
    10.0
    """
    pairs = [a / b for a, b in zip(seconds, unit, strict=False) if b]
    return median(pairs) if pairs else None


def cells(row: Row, words: int, unit: list[float]) -> list[list[str]]:
    """The lines of a row: what, speed, range, cost, peak MB. The row of components gives one line for each."""
    if row.failed or not row.measures:
        return [[row.name, f"not measured: {row.failed}", "", "", ""]]
    if isinstance(row.measures[0].done, dict):
        names = list(row.measures[0].done)
        parts = {name: [m.done[name] for m in row.measures] for name in names}
        return [_line(f"— {name.replace('_', ' ')}", spent, words, unit, "") for name, spent in parts.items()]
    peak = f"{max(m.peak for m in row.measures):.0f}"
    return [_line(row.name, [m.seconds for m in row.measures], words, unit, peak)]


def _line(name: str, seconds: list[float], words: int, unit: list[float], peak: str) -> list[str]:
    middle, low, high = spread(seconds, words)
    times = cost(seconds, unit)
    factor = "" if times is None else f"{times:.2f}" if times < 10 else f"{times:.0f}"
    between = f"{round_to(low):,}–{round_to(high):,}" if len(seconds) > 1 else ""
    return [name, f"{round_to(middle):,} words/s", between, factor, peak]


def round_to(number: float, digits: int = 3) -> int:
    """A number to so many figures: more would be noise.

    >>> round_to(38_585.9)
    38600
    """
    if number <= 0:
        return 0
    return int(round(number, digits - len(str(int(number)))))
