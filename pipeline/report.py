"""The page of a run (``report.html``): scores, studies across documents, effects, contradictions, alarms.

One file without scripts or anything fetched; pictures are inline SVG, coloured and lettered, light and dark.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.store import read_array

_STYLE = """
:root{--bg:#fbfaf7;--fg:#20242a;--soft:#5c6470;--line:#d9d6ce;--agree:#2f7d4f;--explainable:#a86b00;
--contradict:#b3261e;--single:#6b7a90;--card:#fff}
@media (prefers-color-scheme:dark){:root{--bg:#15181c;--fg:#e8e6e1;--soft:#a3abb8;--line:#343a42;--agree:#6fcf97;
--explainable:#f2b84b;--contradict:#ff8a80;--single:#8fa3bf;--card:#1d2126}}
body{font:16px/1.5 system-ui,sans-serif;background:var(--bg);color:var(--fg);max-width:72rem;margin:0 auto;
padding:1.5rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}p.soft,small{color:var(--soft)}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
td.n,th.n{text-align:right}.scroll{overflow-x:auto}
q{quotes:none;background:var(--card);border:1px solid var(--line);border-radius:.3rem;padding:0 .3rem}
svg text{fill:var(--fg);font:12px system-ui,sans-serif}
.contradict{color:var(--contradict)}.explainable{color:var(--explainable)}.agree{color:var(--agree)}
code{color:var(--soft)}
"""
_LEFT, _CELL, _HIGH = 190, 96, 26  # pixels: the names' column, a cell's width, a row's height
#: Rows of a table or picture; the files have them all.
_MOST = 200
_LETTERS = {"agree": "=", "explainable": "~", "contradict": "×", "single": "•"}
_WORDS = {
    "agree": "agrees", "explainable": "differs, explainably", "contradict": "contradicts", "single": "described once",
}  # fmt: skip


def matrix(studies: Sequence[Mapping[str, Any]], comparisons: Sequence[Mapping[str, Any]]) -> str:
    """An SVG of studies (rows) by documents (columns); a cell's colour and letter say whether it agrees.

    Only studies that two documents describe, or that a comparison contradicts, get a row.
    """
    from pipeline.evidence.identity import cluster

    docs: list[str] = sorted({s["doc"] for s in studies})
    rows: _Lines = []
    for group in cluster(studies):
        records = [studies[i] for i in group]
        present = {r["doc"] for r in records}
        name = records[0]["study"]
        mine = [c for c in comparisons if c["study"] == name and {c["a"]["doc"], c["b"]["doc"]} <= present]
        if len(present) < 2 and not any(c["verdict"] == "contradict" for c in mine):
            continue
        rows.append((name, [_verdict(doc, present, mine) for doc in docs]))
    if not rows:
        return "<p class=soft>No study is described twice.</p>"
    rows.sort(key=lambda row: (-sum(v == "contradict" for v in row[1]), row[0]))
    count = len(rows)
    rows = rows[:_MOST]
    docs, rows = _present(docs, rows)
    out = [_svg("Studies by documents", _LEFT + _CELL * len(docs) + 10, _HIGH * (len(rows) + 1) + 10)]
    for i, doc in enumerate(docs):
        out.append(_text(_LEFT + _CELL * i + _CELL / 2, 16, doc[:14], "middle"))
    for j, (name, verdicts) in enumerate(rows, 1):
        out.append(_text(_LEFT - 8, _HIGH * j + 17, name[:26], "end"))
        out += [
            _square(_LEFT + _CELL * i + 2, _HIGH * j, verdict, f"{name}, {docs[i]}: {_WORDS[verdict]}")
            for i, verdict in enumerate(verdicts)
            if verdict is not None
        ]
    legend = "&ensp;".join(f'<span class="{v}">{_LETTERS[v]}</span> {word}' for v, word in _WORDS.items())
    return f"<div class=scroll>{''.join(out)}</svg></div><p class=soft>{legend}</p>{_more(count, 'studies.json')}"


_Lines = list[tuple[str, list[str | None]]]


def _present(docs: Sequence[str], rows: _Lines) -> tuple[list[str], _Lines]:
    """The columns that some row has something in, at most so many as there may be rows."""
    kept = [i for i in range(len(docs)) if any(verdicts[i] for _, verdicts in rows)][:_MOST]
    return [docs[i] for i in kept], [(name, [verdicts[i] for i in kept]) for name, verdicts in rows]


def _svg(label: str, width: float, height: float) -> str:
    return f'<svg role="img" aria-label="{escape(label)}" width="{width:g}" height="{height:g}">'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _square(x: float, y: float, verdict: str, title: str) -> str:
    """A cell of the matrix: a coloured square with its letter, and its words for those who hover or listen."""
    return (
        f"<g><title>{escape(title)}</title>"
        f'<rect x="{x:g}" y="{y:g}" width="{_CELL - 4}" height="{_HIGH - 4}" rx="4" fill="var(--{verdict})" '
        f'fill-opacity=".22" stroke="var(--{verdict})"/>'
        f"{_text(x + _CELL / 2 - 2, y + 16, _LETTERS[verdict], 'middle')}</g>"
    )


def _verdict(doc: str, present: set[str], mine: Sequence[Mapping[str, Any]]) -> str | None:
    """The worst verdict that touches a document's description of a study; None where it has none."""
    if doc not in present:
        return None
    here = {c["verdict"] for c in mine if doc in (c["a"]["doc"], c["b"]["doc"])}
    for verdict in ("contradict", "explainable", "agree"):
        if verdict in here:
            return verdict
    return "single"


def forest(studies: Sequence[Mapping[str, Any]]) -> str:
    """An SVG of the effects that the texts give with an interval, one line each, ratios on a log axis."""
    points: list[_Effect] = []
    for study in studies:
        for outcome in study.get("outcomes") or []:
            value, interval = outcome.get("value"), outcome.get("interval")
            if value is None or not interval or not interval[0] <= value <= interval[1]:
                continue
            label = " ".join(filter(None, (study["study"], outcome["name"], outcome.get("scale"))))
            points.append(_Effect(label, interval[0], value, interval[1], study["doc"]))
    ratios = [p for p in points if p.low > 0 and 0.05 < p.value < 20]
    others = [p for p in points if p not in ratios]
    if not points:
        return "<p class=soft>No effect is printed with its interval.</p>"
    shown = _plot("Ratios", ratios[:_MOST], math.log, 1.0) + _plot("Differences", others[:_MOST], float, 0.0)
    return shown + _more(max(len(ratios), len(others)), "studies.csv")


class _Effect(NamedTuple):
    label: str
    low: float
    value: float
    high: float
    doc: str


def _plot(title: str, group: Sequence[_Effect], scale: Callable[[float], float], null: float) -> str:
    """Effects of one kind with their intervals, and a line where there is no effect."""
    if not group:
        return ""
    low, high = min(null, *(p.low for p in group)), max(null, *(p.high for p in group))
    left, wide, row = 250, 420, 24
    span = (scale(high) - scale(low)) or 1.0

    def x(v: float) -> float:
        return left + wide * (scale(v) - scale(low)) / span

    bottom = row * len(group)
    out = [
        f"<h3>{title}</h3><div class=scroll>",
        _svg(f"{title} with intervals", left + wide + 150, bottom + 30),
    ]
    out.append(_line(x(null), 0, x(null), bottom, ' stroke-dasharray="3 3"'))
    for i, p in enumerate(group):
        y = row * i + 14
        out += [
            f"<g><title>{escape(p.doc)}</title>", _text(left - 10, y + 4, p.label[:38], "end"),
            _line(x(p.low), y, x(p.high), y),
            f'<rect x="{x(p.value) - 4:.1f}" y="{y - 4}" width="8" height="8" fill="var(--agree)"/>',
            _text(left + wide + 10, y + 4, f"{p.value:g} ({p.low:g} to {p.high:g})"), "</g>",
        ]  # fmt: skip
    out += [_text(x(v), bottom + 18, f"{v:g}", "middle") for v in dict.fromkeys((low, null, high))]
    return "".join([*out, "</svg></div>"])


def _line(x1: float, y1: float, x2: float, y2: float, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:g}" x2="{x2:.1f}" y2="{y2:g}" stroke="var(--fg)"{more}/>'


def _scores(scores: Mapping[str, Any]) -> str:
    labels = scores.get("labels") or {}
    if not labels:
        return "<p class=soft>No document of this run has gold annotations.</p>"
    rows = []
    for label, score in labels.items():
        mode = score["modes"]["overlap"]
        cells = "".join(
            f"<td class=n>{mode[name]:.3f} "
            f"<small>{mode['interval'][name][0]:.2f}–{mode['interval'][name][1]:.2f}</small>"
            for name in ("precision", "recall", "f1")
        )
        rows.append(f"<tr><td>{escape(label)}<td class=n>{score['gold']}<td class=n>{score['found']}{cells}")
    head = (
        "<tr><th>label<th class=n>gold<th class=n>found<th class=n>precision<th class=n>recall<th class=n>F1"
    )
    return f"<div class=scroll><table>{head}{''.join(rows)}</table></div>"


def _quote(side: Mapping[str, Any], width: int = 120) -> str:
    place = f"{side['doc']}[{side['start']}:{side['end']}]"
    return f"<q>{escape(str(side['text'])[:width])}</q> <code>{escape(place)}</code>"


def _table(heads: Sequence[str], rows: Sequence[str]) -> str:
    if not rows:
        return "<p class=soft>None.</p>"
    head = "".join(f"<th>{name}" for name in heads)
    return f"<div class=scroll><table><tr>{head}{''.join(rows)}</table></div>"


def _more(count: int, file: str) -> str:
    """What stands below a list that was cut short."""
    return f"<p class=soft>{count - _MOST:,} more in {file}</p>" if count > _MOST else ""


def _comparisons(comparisons: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        f"<tr><td class={c['verdict']}>{_LETTERS[c['verdict']]} {_WORDS[c['verdict']]}<td>{escape(c['severity'])}"
        f"<td>{escape(c['study'])}<td>{escape(c['field'])}<td>{escape(c['explanation'])}"
        f"<td>{_quote(c['a'])}<br>{_quote(c['b'])}"
        for c in [c for c in comparisons if c["verdict"] != "agree"]
    ]
    head = ("verdict", "severity", "study", "field", "what", "where")
    return _table(head, rows[:_MOST]) + _more(len(rows), "concord.json")


def _alarms(alarms: Sequence[Mapping[str, Any]], count: int) -> str:
    rows = [
        f"<tr><td>{escape(a['check'])}<td>{escape(a['severity'])}<td>{escape(a['sum'])}<td>{_quote(a, 160)}"
        for a in alarms[:_MOST]
    ]
    return _table(("check", "severity", "the sum", "where"), rows) + _more(count, "audit.json")


def render(
    title: str,
    run: Mapping[str, Any],
    scores: Mapping[str, Any],
    studies: Sequence[Mapping[str, Any]],
    comparisons: Sequence[Mapping[str, Any]],
    alarms: Sequence[Mapping[str, Any]],
) -> str:
    """The whole page as HTML.

    >>> "described twice" in render("r", {}, {}, [], [], [])
    True
    """
    counts = run.get("documents") or {}
    said = ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in counts.items())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1><p class=soft>{escape(said)}</p>"
        f"<h2>Against gold</h2>{_scores(scores)}"
        f"<h2>Studies by documents</h2>{matrix(studies, comparisons)}"
        f"<h2>Contradictions and differences</h2>{_comparisons(comparisons)}"
        f"<h2>Effects with their intervals</h2>{forest(studies)}"
        f"<h2>Arithmetic that does not add up</h2>{_alarms(alarms, run.get('alarms', len(alarms)))}</html>\n"
    )


def render_folder(folder: Path, record: Mapping[str, Any] | None = None) -> str:
    """The page of a run's folder, from the files in it; absent ones count as empty.

    ``record`` is what run.json will say, where the run is not sealed yet.
    """

    def load(name: str, default: Any) -> Any:
        path = folder / name
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else default

    return render(
        f"goldpan run {folder.name}", record or load("run.json", {}), load("scores.json", {}), _drawn(folder),
        list(_array(folder / "concord.json")), list(islice(_array(folder / "audit.json"), _MOST)),
    )  # fmt: skip


def _array(path: Path) -> Iterator[dict[str, Any]]:
    """The elements of a file of the run; none where it is absent."""
    return read_array(path) if path.is_file() else iter(())


def _drawn(folder: Path) -> list[dict[str, Any]]:
    """What the page draws of a run's studies, read one at a time: which work each is, and effects with intervals."""
    return [
        {
            "doc": study["doc"], "study": study["study"],
            "sources": {"reference": (study.get("sources") or {}).get("reference")},
            "outcomes": [outcome for outcome in study.get("outcomes") or () if outcome.get("interval")],
        }
        for study in _array(folder / "studies.json")
    ]  # fmt: skip
