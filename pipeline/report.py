"""The page of a run (``report.html``): scores, studies across documents, effects, contradictions, alarms.

One file without scripts or anything fetched; pictures are inline SVG, coloured and lettered, light and dark.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.evidence.concord import first_sentence
from pipeline.pictures import LETTERS, MOST, WORDS, anchor, forest, groups, matrix, more
from pipeline.store import read_array

_STYLE = """
:root{--bg:#fbfaf7;--fg:#20242a;--soft:#5c6470;--line:#d9d6ce;--agree:#2f7d4f;--explainable:#a86b00;
--contradict:#b3261e;--single:#6b7a90;--card:#fff}
@media (prefers-color-scheme:dark){:root{--bg:#15181c;--fg:#e8e6e1;--soft:#a3abb8;--line:#343a42;--agree:#6fcf97;
--explainable:#f2b84b;--contradict:#ff8a80;--single:#8fa3bf;--card:#1d2126}}
body{font:16px/1.5 system-ui,sans-serif;background:var(--bg);color:var(--fg);max-width:72rem;margin:0 auto;
padding:1.5rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}
h3{font-size:1rem;margin:1rem 0 .3rem}p.soft,small{color:var(--soft)}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
td.n,th.n{text-align:right}td.tight{white-space:nowrap}tr:target{background:var(--card);outline:2px solid var(--single)}
a{color:inherit}.scroll{overflow-x:auto}
q{quotes:none;background:var(--card);border:1px solid var(--line);border-radius:.3rem;padding:0 .3rem}
svg text{fill:var(--fg);font:12px system-ui,sans-serif}
.contradict{color:var(--contradict)}.explainable{color:var(--explainable)}.agree{color:var(--agree)}
code{color:var(--soft)}
"""


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
    return f"<q>{escape(first_sentence(str(side['text']), width))}</q> <code>{escape(place)}</code>"


def _table(heads: Sequence[str], rows: Sequence[str]) -> str:
    if not rows:
        return "<p class=soft>None.</p>"
    head = "".join(f"<th>{name}" for name in heads)
    return f"<div class=scroll><table><tr>{head}{''.join(rows)}</table></div>"


def _comparisons(comparisons: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    named: set[str] = set()  # the first row of a study is where the matrix leads to
    for c in comparisons:
        if c["verdict"] == "agree":
            continue
        place = "" if c["study"] in named else f' id="{anchor(c["study"])}"'
        named.add(c["study"])
        rows.append(
            f"<tr{place}><td class='tight {c['verdict']}'>{LETTERS[c['verdict']]} {WORDS[c['verdict']]}"
            f"<td>{escape(c['severity'])}<td>{escape(c['study'])}<td class=tight>{escape(c['field'])}"
            f"<td>{escape(c['explanation'])}<td>{_quote(c['a'])}<br>{_quote(c['b'])}"
        )
    head = ("verdict", "severity", "study", "field", "what", "where")
    return _table(head, rows[:MOST]) + more(len(rows), "concord.json")


def _alarms(alarms: Sequence[Mapping[str, Any]], count: int) -> str:
    rows = [
        f"<tr><td>{escape(a['check'])}<td>{escape(a['severity'])}<td>{escape(a['sum'])}<td>{_quote(a, 160)}"
        for a in alarms[:MOST]
    ]
    return _table(("check", "severity", "the sum", "where"), rows) + more(count, "audit.json")


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
    verdicts = [c["verdict"] for c in comparisons]
    found = (
        f"{len(studies)} study descriptions; {verdicts.count('contradict')} contradictions, "
        f"{verdicts.count('explainable')} explainable differences, {verdicts.count('agree')} agreements; "
        f"{run.get('alarms', len(alarms))} figures that do not add up"
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1><p "
        f"class=soft>documents: {escape(said)}<br>{escape(found)}</p>"
        f"<h2>Against gold</h2>{_scores(scores)}"
        f"<h2>Studies by documents</h2>{matrix(studies, comparisons)}"
        f"<h2>Contradictions and differences</h2>{_comparisons(comparisons)}"
        f"<h2>Effects with their intervals</h2>{forest(studies)}"
        f"<h2>Shares of two groups</h2>{groups(studies)}"
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
        f"goldpan run {folder.name.removeprefix('.partial-')}", record or load("run.json", {}),
        load("scores.json", {}), _drawn(folder),
        list(_array(folder / "concord.json")), list(islice(_array(folder / "audit.json"), MOST)),
    )  # fmt: skip


def _array(path: Path) -> Iterator[dict[str, Any]]:
    """The elements of a file of the run; none where it is absent."""
    return read_array(path) if path.is_file() else iter(())


def _drawn(folder: Path) -> list[dict[str, Any]]:
    """What the page draws of a run's studies, read one at a time: which work each is, and outcomes with figures."""
    return [
        {
            "doc": study["doc"], "study": study["study"], "year": study.get("year"),
            "sources": {"reference": (study.get("sources") or {}).get("reference")},
            "outcomes": [
                outcome for outcome in study.get("outcomes") or ()
                if any(outcome.get(name) is not None for name in ("effect", "comparator_value", "comparator_events"))
            ],
        }
        for study in _array(folder / "studies.json")
    ]  # fmt: skip
