"""The pictures of a run's page, as inline SVG: studies by documents, effects with intervals, shares of two groups."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

#: Rows of a table or picture; the files have them all.
MOST = 200
LETTERS = {"agree": "=", "explainable": "~", "contradict": "×", "single": "•"}
WORDS = {
    "agree": "agrees",
    "explainable": "differs, explainably",
    "contradict": "contradicts",
    "single": "nothing to compare",
}
_LEFT, _CELL, _NARROW, _HIGH = 150, 164, 40, 26  # pixels: the names' column, a cell's width, a row's height
#: Documents beside which a cell has no room for words.
_WIDE = 6
_FIELDS = {"n_total": "n", "n_arm": "n of arm"}
_LABELS, _PLOT, _VALUES, _ROW = 300, 460, 190, 24  # pixels: the columns and rows of a plot


class _Cell(NamedTuple):
    verdict: str
    fields: tuple[str, ...]
    said: str


_Lines = list[tuple[str, str, list[_Cell | None]]]


def matrix(studies: Sequence[Mapping[str, Any]], comparisons: Sequence[Mapping[str, Any]]) -> str:
    """An SVG of studies (rows) by documents (columns); colour, letter and words say whether and in what it agrees.

    Only studies that two documents describe, or that a comparison contradicts, get a row.
    """
    from pipeline.evidence.concord import name_of
    from pipeline.evidence.identity import cluster

    docs: list[str] = sorted({s["doc"] for s in studies})
    rows: _Lines = []
    for group in cluster(studies):
        records = [studies[i] for i in group]
        present = {r["doc"] for r in records}
        name = name_of(records)
        mine = [c for c in comparisons if c["study"] == name and {c["a"]["doc"], c["b"]["doc"]} <= present]
        if len(present) < 2 and not any(c["verdict"] == "contradict" for c in mine):
            continue
        reference = (records[0].get("sources") or {}).get("reference") or {}
        rows.append((name, str(reference.get("title") or ""), [_cell(doc, present, mine) for doc in docs]))
    if not rows:
        return "<p class=soft>No study is described twice.</p>"
    rows.sort(key=lambda row: (-sum(c is not None and c.verdict == "contradict" for c in row[2]), row[0]))
    count = len(rows)
    docs, rows = _present(docs, rows[:MOST])
    return _drawn(docs, rows) + _legend() + more(count, "studies.json")


def _drawn(docs: Sequence[str], rows: _Lines) -> str:
    wide = _CELL if len(docs) <= _WIDE else _NARROW
    top = _HIGH if wide == _CELL else 110
    out = [svg("Studies by documents", _LEFT + wide * len(docs) + 60, top + _HIGH * len(rows) + 10)]
    for i, doc in enumerate(docs):
        x = _LEFT + wide * i + wide / 2
        if wide == _CELL:
            out.append(text(x, 16, doc[:20], "middle"))
        else:
            out.append(
                f'<text transform="translate({x:.1f} {top - 8}) rotate(-50)">{escape(doc[:20])}</text>'
            )
    for j, (name, title, cells) in enumerate(rows):
        y = top + _HIGH * j
        out.append(f"<g><title>{escape(title)}</title>{text(_LEFT - 8, y + 17, name[:26], 'end')}</g>")
        out += [
            _square(_LEFT + wide * i + 2, y, wide, cell, f"{name}, {docs[i]}: {cell.said}", name)
            for i, cell in enumerate(cells)
            if cell is not None
        ]
    return f"<div class=scroll>{''.join(out)}</svg></div>"


def _legend() -> str:
    parts = (f'<span class="{v}">{LETTERS[v]}</span> {word}' for v, word in WORDS.items())
    return f"<p class=soft>{'&ensp;'.join(parts)}</p>"


def _present(docs: Sequence[str], rows: _Lines) -> tuple[list[str], _Lines]:
    """The columns that some row has something in, at most so many as there may be rows."""
    kept = [i for i in range(len(docs)) if any(cells[i] for *_, cells in rows)][:MOST]
    return [docs[i] for i in kept], [(name, title, [cells[i] for i in kept]) for name, title, cells in rows]


def _square(x: float, y: float, wide: int, cell: _Cell, title: str, name: str) -> str:
    """A cell of the matrix: a coloured square with its letter and what differs; one that differs leads to its row."""
    label = LETTERS[cell.verdict]
    if wide == _CELL and cell.fields:
        label += " " + ", ".join(cell.fields)
    label = label if len(label) <= 24 else label[:22] + " …"
    shape = (
        f"<title>{escape(title)}</title>"
        f'<rect x="{x:g}" y="{y:g}" width="{wide - 4}" height="{_HIGH - 4}" rx="4" fill="var(--{cell.verdict})" '
        f'fill-opacity=".2" stroke="var(--{cell.verdict})"/>'
        f"{text(x + wide / 2 - 2, y + 16, label, 'middle')}"
    )
    return f'<a href="#{anchor(name)}">{shape}</a>' if cell.fields else f"<g>{shape}</g>"


def anchor(study: str) -> str:
    """The name of the place of a study's comparisons on the page.

    >>> anchor("d’Andrea 2013")
    'study-dandrea2013'
    """
    return "study-" + "".join(c for c in study.lower() if c.isalnum() and c.isascii())


def _cell(doc: str, present: set[str], mine: Sequence[Mapping[str, Any]]) -> _Cell | None:
    """The worst verdict that touches a document's description of a study, and in what; None where it has none."""
    if doc not in present:
        return None
    here = [c for c in mine if doc in (c["a"]["doc"], c["b"]["doc"])]
    for verdict in ("contradict", "explainable"):
        found = [c for c in here if c["verdict"] == verdict]
        if found:
            fields = tuple(dict.fromkeys(_FIELDS.get(c["field"], c["field"]) for c in found))
            return _Cell(verdict, fields, f"{WORDS[verdict]}: " + "; ".join(c["explanation"] for c in found))
    verdict = "agree" if here else "single"
    return _Cell(verdict, (), WORDS[verdict])


class _Effect(NamedTuple):
    label: str
    low: float
    value: float
    high: float
    doc: str
    measure: str


def forest(studies: Iterable[Mapping[str, Any]]) -> str:
    """An SVG of the effects that the texts give with an interval, one line each, ratios on a log axis."""
    points: list[_Effect] = []
    for study in studies:
        for outcome in study.get("outcomes") or []:
            value, interval = outcome.get("effect"), outcome.get("interval")
            if value is None or not interval or not interval[0] <= value <= interval[1]:
                continue
            measure = outcome.get("effect_measure") or ""
            points.append(
                _Effect(_named(study, outcome), interval[0], value, interval[1], study["doc"], measure)
            )
    ratios = [p for p in points if p.measure in ("OR", "RR", "HR") and p.low > 0]
    others = [p for p in points if p not in ratios]
    if not points:
        return "<p class=soft>No effect is printed with its interval.</p>"
    shown = _plot("Ratios", ratios[:MOST], math.log, 1.0) + _plot("Differences", others[:MOST], float, 0.0)
    return shown + more(max(len(ratios), len(others)), "studies.csv")


def _named(study: Mapping[str, Any], outcome: Mapping[str, Any]) -> str:
    parts = (study["study"], outcome["name"].replace("_", " "), outcome.get("scale"), outcome.get("time"))
    return " ".join(filter(None, parts))


def _plot(title: str, group: Sequence[_Effect], scale: Callable[[float], float], null: float) -> str:
    """Effects of one kind with their intervals, and a line where there is no effect."""
    if not group:
        return ""
    low, high = min(null, *(p.low for p in group)), max(null, *(p.high for p in group))
    margin = 12  # no interval ends at the frame
    span = (scale(high) - scale(low)) or 1.0

    def x(v: float) -> float:
        return _LABELS + margin + (_PLOT - 2 * margin) * (scale(v) - scale(low)) / span

    bottom = _ROW * len(group)
    out = [
        f"<h3>{title}</h3><div class=scroll>",
        svg(f"{title} with intervals", _LABELS + _PLOT + _VALUES, bottom + 30),
        *_axis(ticks(low, high, scale is math.log), x, bottom),
        line(x(null), 0, x(null), bottom, ' stroke-dasharray="3 3"'),
    ]
    for i, p in enumerate(group):
        y = _ROW * i + 14
        out += [
            f"<g><title>{escape(f'{p.label} ({p.doc})')}</title>", text(_LABELS - 12, y + 4, p.label[:44], "end"),
            line(x(p.low), y, x(p.high), y, ' stroke-width="1.5"'),
            f'<rect x="{x(p.value) - 4:.1f}" y="{y - 4}" width="8" height="8" fill="var(--agree)"/>',
            text(_LABELS + _PLOT + 12, y + 4, f"{p.measure} {p.value:g} ({p.low:g} to {p.high:g})".strip()), "</g>",
        ]  # fmt: skip
    return "".join([*out, "</svg></div>"])


class _Pair(NamedTuple):
    label: str
    value: float
    other: float
    shown: str
    doc: str
    direction: str


def groups(studies: Iterable[Mapping[str, Any]]) -> str:
    """An SVG of the shares of people in two groups, the arm's filled, its comparator's open."""
    pairs: list[_Pair] = []
    for study in studies:
        for outcome in study.get("outcomes") or []:
            found = _shares(outcome)
            if found is not None:
                value, other, shown = found
                label = _named(study, outcome)
                pairs.append(_Pair(label, value, other, shown, study["doc"], outcome.get("direction") or ""))
    if not pairs:
        return "<p class=soft>No outcome is printed as the shares of two groups.</p>"
    bottom = _ROW * len(pairs[:MOST])

    def x(v: float) -> float:
        return _LABELS + _PLOT * v / 100

    out = [
        "<div class=scroll>",
        svg("Shares of two groups", _LABELS + _PLOT + _VALUES, bottom + 30),
        *_axis([0, 20, 40, 60, 80, 100], x, bottom, "%"),
    ]
    for i, p in enumerate(pairs[:MOST]):
        y, colour = _ROW * i + 14, {"better": "agree", "worse": "contradict"}.get(p.direction, "single")
        out += [
            f"<g><title>{escape(f'{p.label} ({p.doc})')}</title>", text(_LABELS - 12, y + 4, p.label[:44], "end"),
            line(x(p.value), y, x(p.other), y, ' stroke-width="1.5"'),
            f'<circle cx="{x(p.other):.1f}" cy="{y}" r="4.5" fill="var(--bg)" stroke="var(--{colour})" '
            f'stroke-width="2"/>',
            f'<circle cx="{x(p.value):.1f}" cy="{y}" r="4.5" fill="var(--{colour})"/>',
            text(_LABELS + _PLOT + 12, y + 4, p.shown), "</g>",
        ]  # fmt: skip
    words = "● the arm&ensp;○ its comparator&ensp;" + "&ensp;".join(
        f'<span class="{kind}">●</span> {word}'
        for kind, word in (
            ("agree", "better"),
            ("contradict", "worse"),
            ("single", "no difference, or unsaid"),
        )
    )
    return "".join([*out, f"</svg></div><p class=soft>{words}</p>", more(len(pairs), "studies.csv")])


def _shares(outcome: Mapping[str, Any]) -> tuple[float, float, str] | None:
    """The shares of an outcome in two groups, in percent, and how they are printed."""
    a, n = outcome.get("events"), outcome.get("total")
    b, m = outcome.get("comparator_events"), outcome.get("comparator_total")
    if a is not None and b is not None and n and m:
        return 100 * a / n, 100 * b / m, f"{a}/{n} against {b}/{m}"
    value, other = outcome.get("value"), outcome.get("comparator_value")
    if outcome.get("measure") != "percent" or value is None or other is None or not 0 <= value <= 100:
        return None
    return (value, other, f"{value:g}% against {other:g}%") if 0 <= other <= 100 else None


def ticks(low: float, high: float, log: bool) -> list[float]:
    """Round numbers between two ends: of 1, 2 and 5 on a log axis, else about five at one step.

    >>> ticks(0.2, 3, True), ticks(-5.2, 1, False)
    ([0.2, 0.5, 1.0, 2.0], [-4.0, -2.0, 0.0])
    """
    if log:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        every = [float(f"{m}e{k}") for k in powers for m in (1, 2, 5)]
        return [v for v in every if low <= v <= high]
    span = (high - low) or 1.0
    step = 10 ** math.floor(math.log10(span / 3))
    step *= next(m for m in (1, 2, 5, 10) if span / (step * m) <= 5)
    return [round(k * step, 10) + 0.0 for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _axis(at: Sequence[float], x: Callable[[float], float], bottom: float, unit: str = "") -> list[str]:
    """Faint lines and numbers at the ticks of a plot."""
    out = [line(x(v), 0, x(v), bottom, ' stroke-opacity=".15"') for v in at]
    return out + [text(x(v), bottom + 18, f"{v:g}{unit}", "middle") for v in at]


def svg(label: str, width: float, height: float) -> str:
    """The opening of a picture with its name."""
    return f'<svg role="img" aria-label="{escape(label)}" width="{width:g}" height="{height:g}">'


def text(x: float, y: float, said: str, end: str = "start") -> str:
    """A text of a picture; ``end`` says which of its ends stands at ``x``."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{end}">{escape(said)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, attributes: str = "") -> str:
    """A line of a picture."""
    return f'<line x1="{x1:.1f}" y1="{y1:g}" x2="{x2:.1f}" y2="{y2:g}" stroke="var(--fg)"{attributes}/>'


def more(count: int, file: str) -> str:
    """What stands below a list that was cut short."""
    return f"<p class=soft>{count - MOST:,} more in {file}</p>" if count > MOST else ""
