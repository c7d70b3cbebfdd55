"""The page of a run (``report.html``): scores, studies across documents, effects, contradictions, alarms.

One file without scripts or anything fetched; pictures are inline SVG, coloured and lettered, light and dark.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

_STYLE = """
:root{--bg:#fbfaf7;--fg:#20242a;--soft:#5c6470;--line:#d9d6ce;--agree:#2f7d4f;--explainable:#a86b00;--contradict:#b3261e;
--single:#6b7a90;--card:#fff}
@media (prefers-color-scheme:dark){:root{--bg:#15181c;--fg:#e8e6e1;--soft:#a3abb8;--line:#343a42;--agree:#6fcf97;
--explainable:#f2b84b;--contradict:#ff8a80;--single:#8fa3bf;--card:#1d2126}}
body{font:16px/1.5 system-ui,sans-serif;background:var(--bg);color:var(--fg);max-width:72rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}p.soft,small{color:var(--soft)}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:.25rem .7rem;border-bottom:1px solid var(--line);
text-align:left;vertical-align:top}td.n,th.n{text-align:right}.scroll{overflow-x:auto}q{quotes:none;background:var(--card);
border:1px solid var(--line);border-radius:.3rem;padding:0 .3rem}svg text{fill:var(--fg);font:12px system-ui,sans-serif}
.contradict{color:var(--contradict)}.explainable{color:var(--explainable)}.agree{color:var(--agree)}code{color:var(--soft)}
"""
_LETTERS = {"agree": "=", "explainable": "~", "contradict": "×", "single": "•"}
_WORDS = {
    "agree": "agrees", "explainable": "differs, explainably", "contradict": "contradicts", "single": "described once",
}  # fmt: skip


def matrix(studies: Sequence[Mapping[str, Any]], comparisons: Sequence[Mapping[str, Any]]) -> str:
    """An SVG of studies (rows) by documents (columns); a cell's colour and letter say whether it agrees.

    Only studies that two documents describe, or that a comparison contradicts, get a row.
    """
    from pipeline.evidence.identity import cluster

    docs = sorted({s["doc"] for s in studies})
    rows = []
    for group in cluster(studies):
        records = [studies[i] for i in group]
        present = {r["doc"] for r in records}
        name = records[0]["study"]
        mine = [c for c in comparisons if c["study"] == name]
        if len(present) < 2 and not any(c["verdict"] == "contradict" for c in mine):
            continue
        rows.append((name, [_verdict(doc, present, mine) for doc in docs]))
    if not rows:
        return "<p class=soft>No study is described twice.</p>"
    rows.sort(key=lambda row: (-sum(v == "contradict" for v in row[1]), row[0]))
    left, cell, high = 190, 96, 26
    out = [
        f'<svg role="img" aria-label="Studies by documents" width="{left + cell * len(docs) + 10}" '
        f'height="{high * (len(rows) + 1) + 10}">'
    ]
    for i, doc in enumerate(docs):
        out.append(
            f'<text x="{left + cell * i + cell / 2}" y="16" text-anchor="middle">{escape(doc[:14])}</text>'
        )
    for j, (name, verdicts) in enumerate(rows, 1):
        out.append(f'<text x="{left - 8}" y="{high * j + 17}" text-anchor="end">{escape(name[:26])}</text>')
        for i, verdict in enumerate(verdicts):
            if verdict is None:
                continue
            x, y = left + cell * i + 2, high * j
            out.append(
                f"<g><title>{escape(name)}, {escape(docs[i])}: {_WORDS[verdict]}</title>"
                f'<rect x="{x}" y="{y}" width="{cell - 4}" height="{high - 4}" rx="4" fill="var(--{verdict})" fill-opacity=".22" '
                f'stroke="var(--{verdict})"/><text x="{x + cell / 2 - 2}" y="{y + 16}" text-anchor="middle">{_LETTERS[verdict]}</text></g>'
            )
    out.append("</svg>")
    legend = "&ensp;".join(f'<span class="{v}">{_LETTERS[v]}</span> {word}' for v, word in _WORDS.items())
    return f"<div class=scroll>{''.join(out)}</div><p class=soft>{legend}</p>"


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
    import math

    points = []
    for study in studies:
        for outcome in study.get("outcomes") or []:
            value, interval = outcome.get("value"), outcome.get("interval")
            if value is None or not interval or not interval[0] <= value <= interval[1]:
                continue
            label = f"{study['study']} {outcome['name']}" + (
                f" {outcome['scale']}" if outcome.get("scale") else ""
            )
            points.append((label, interval[0], value, interval[1], study["doc"]))
    if not points:
        return "<p class=soft>No effect is printed with its interval.</p>"
    out = []
    for title, ratio in (("Ratios", True), ("Differences", False)):
        group = [p for p in points if (p[1] > 0 and 0.05 < p[2] < 20) == ratio]
        if not group:
            continue
        low, high = min(p[1] for p in group), max(p[3] for p in group)
        null = 1.0 if ratio else 0.0
        low, high = min(low, null), max(high, null)
        scale = math.log if ratio else float
        left, wide, row = 250, 420, 24

        def x(v: float, low: float = low, high: float = high, scale: Any = scale) -> float:
            return left + wide * (scale(v) - scale(low)) / ((scale(high) - scale(low)) or 1)

        out.append(
            f'<h3>{title}</h3><div class=scroll><svg role="img" aria-label="{title} with intervals" width="{left + wide + 150}" '
            f'height="{row * len(group) + 30}"><line x1="{x(null):.1f}" x2="{x(null):.1f}" y1="0" y2="{row * len(group)}" '
            f'stroke="var(--line)" stroke-dasharray="3 3"/>'
        )
        for i, (label, a, v, b, doc) in enumerate(group):
            y = row * i + 14
            out.append(
                f"<g><title>{escape(doc)}</title>"
                f'<text x="{left - 10}" y="{y + 4}" text-anchor="end">{escape(label[:38])}</text>'
                f'<line x1="{x(a):.1f}" x2="{x(b):.1f}" y1="{y}" y2="{y}" stroke="var(--fg)"/>'
                f'<rect x="{x(v) - 4:.1f}" y="{y - 4}" width="8" height="8" fill="var(--agree)"/>'
                f'<text x="{left + wide + 10}" y="{y + 4}">{v:g} ({a:g} to {b:g})</text></g>'
            )
        y = row * len(group) + 18
        for v in (low, null, high):
            out.append(f'<text x="{x(v):.1f}" y="{y}" text-anchor="middle">{v:g}</text>')
        out.append("</svg></div>")
    return "".join(out)


def _scores(scores: Mapping[str, Any]) -> str:
    labels = scores.get("labels") or {}
    if not labels:
        return "<p class=soft>No document of this run has gold annotations.</p>"
    rows = []
    for label, score in labels.items():
        mode = score["modes"]["overlap"]
        cells = "".join(
            f"<td class=n>{mode[name]:.3f} <small>{mode['interval'][name][0]:.2f}–{mode['interval'][name][1]:.2f}</small>"
            for name in ("precision", "recall", "f1")
        )
        rows.append(f"<tr><td>{escape(label)}<td class=n>{score['gold']}<td class=n>{score['found']}{cells}")
    head = (
        "<tr><th>label<th class=n>gold<th class=n>found<th class=n>precision<th class=n>recall<th class=n>F1"
    )
    return f"<div class=scroll><table>{head}{''.join(rows)}</table></div>"


def _comparisons(comparisons: Sequence[Mapping[str, Any]], most: int = 200) -> str:
    rows = []
    for c in [c for c in comparisons if c["verdict"] != "agree"][:most]:
        quotes = "<br>".join(
            f"<q>{escape(str(s['text'])[:120])}</q> <code>{escape(s['doc'])}[{s['start']}:{s['end']}]</code>"
            for s in (c["a"], c["b"])
        )
        rows.append(
            f"<tr><td class={c['verdict']}>{_LETTERS[c['verdict']]} {_WORDS[c['verdict']]}<td>{escape(c['severity'])}<td>{escape(c['study'])}"
            f"<td>{escape(c['field'])}<td>{escape(c['explanation'])}<td>{quotes}"
        )
    if not rows:
        return "<p class=soft>None.</p>"
    return f"<div class=scroll><table><tr><th>verdict<th>severity<th>study<th>field<th>what<th>where{''.join(rows)}</table></div>"


def _alarms(alarms: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(a['check'])}<td>{escape(a['severity'])}<td>{escape(a['sum'])}<td><q>{escape(a['text'][:160])}</q> "
        f"<code>{escape(a['doc'])}[{a['start']}:{a['end']}]</code>"
        for a in alarms
    )
    if not rows:
        return "<p class=soft>None.</p>"
    return f"<div class=scroll><table><tr><th>check<th>severity<th>the sum<th>where{rows}</table></div>"


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
        f"<h2>Arithmetic that does not add up</h2>{_alarms(alarms)}</html>\n"
    )


def render_folder(folder: Path, record: Mapping[str, Any] | None = None) -> str:
    """The page of a run's folder, from the files in it; absent ones count as empty.

    ``record`` is what run.json will say, where the run is not sealed yet.
    """

    def load(name: str, default: Any) -> Any:
        path = folder / name
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else default

    return render(
        f"goldpan run {folder.name}", record or load("run.json", {}), load("scores.json", {}), load("studies.json", []),
        load("concord.json", []), load("audit.json", []),
    )  # fmt: skip
