"""A diff as a terminal text and as one HTML page that needs nothing else: no script, no font, no network."""

from __future__ import annotations

import json
from collections import Counter
from html import escape

from pipeline.reconcile.diff import KINDS, Diff, Difference
from pipeline.reconcile.render import columns, one_line
from pipeline.schema import Mention

_SIGN = {"lost": "−", "found": "+", "moved": "↔", "value_changed": "≠", "label_changed": "≠"}
_HEADING = {
    "lost": "Lost", "found": "Found", "moved": "Moved", "value_changed": "Value changed",
    "label_changed": "Label changed",
}  # fmt: skip
#: rows of one group shown on the page; diff.jsonl holds all
_SHOWN = 200


def _what(row: Difference) -> str:
    """What changed, in one line."""
    a, b = row.a, row.b
    if a is None or b is None:
        return one_line((a or b).text, 60)  # type: ignore[union-attr]
    if row.kind == "label_changed":
        return f"{a.label} {one_line(a.text, 30)} → {b.label} {one_line(b.text, 30)}"
    if row.kind == "value_changed":
        return f"{one_line(b.text, 30)}: {_value(a)} → {_value(b)}"
    return f"{one_line(a.text, 40)} → {one_line(b.text, 40)}"


def _value(mention: Mention) -> str:
    return one_line(json.dumps(dict(mention.value), ensure_ascii=False), 80)


def table(diff: Diff, rows: int = 20) -> str:
    """The diff for a terminal: what the records state differently, the groups, and the first rows."""
    counts = Counter(row.kind for row in diff.rows)
    blocks = [
        f"A {one_line(diff.a)}, B {one_line(diff.b)}: {diff.unchanged} unchanged, "
        + ", ".join(f"{counts[kind]} {_HEADING[kind].lower()}" for kind in KINDS)
    ]
    if diff.changed:
        blocks.append(
            "Changed between A and B\n" + "\n".join(f"  {one_line(str(c), 120)}" for c in diff.changed)
        )
    for name, documents in (("A", diff.only_a), ("B", diff.only_b)):
        if documents:
            more = ", …" if len(documents) > 10 else ""
            blocks.append(f"Only in {name}, not compared: {one_line(', '.join(documents[:10]), 300)}{more}")
    groups = [
        [_SIGN[kind], kind, one_line(cause, 44), one_line(why, 44), str(len(members)),
         one_line("; ".join(text for text, _ in Counter(_what(row) for row in members).most_common(2)), 60)]
        for kind, cause, why, members in diff.groups()[:40]
    ]  # fmt: skip
    if groups:
        blocks.append(columns(["", "change", "cause", "why", "n", "such as"], groups, right=(4,)))
    if diff.rows and rows:
        lines = [
            [_SIGN[row.kind], _place(row), row.label, one_line(_what(row), 100)] for row in diff.rows[:rows]
        ]
        blocks.append(columns(["", "where", "label", "what"], lines))
        if len(diff.rows) > rows:
            blocks.append(f"… and {len(diff.rows) - rows} more (--rows, or --format json)")
    return "\n\n".join(blocks)


def _place(row: Difference) -> str:
    mention = row.b or row.a
    assert mention is not None
    return f"{one_line(row.doc, 30)}:{mention.start}–{mention.end}"


_STYLE = """
:root { color-scheme: light dark; --ink: #1d2125; --paper: #fff; --soft: #5b6470; --line: #d5dae0;
  --lost: #a3271d; --found: #1b6e37; --other: #7a4b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ea; --paper: #15181b; --soft: #a0a9b4; --line: #363c43;
  --lost: #ff9b91; --found: #7fd89b; --other: #f0c36b; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto;
  max-width: 70rem; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem } h2 { font-size: 1.1rem; margin-top: 2rem } .soft { color: var(--soft) }
.lost { color: var(--lost) } .found { color: var(--found) }
.moved, .value_changed, .label_changed { color: var(--other) }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top;
  padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line) } td.n { white-space: nowrap }
details { margin: .4rem 0 } summary { cursor: pointer } bdi { unicode-bidi: isolate }
@media (max-width: 40rem) { table, tbody, tr, td { display: block } thead { display: none } }
"""


def _text(text: str, width: int = 400) -> str:
    return f"<bdi>{escape(one_line(text, width))}</bdi>"


def _side(mention: Mention | None) -> str:
    if mention is None:
        return '<span class="soft">–</span>'
    value = f'<br><span class="soft">{_text(_value(mention))}</span>' if mention.value else ""
    return f"{_text(mention.text)}{value}"


def html(diff: Diff) -> str:
    """The diff as one page; everything that comes from a document is escaped."""
    counts = Counter(row.kind for row in diff.rows)
    out = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(one_line(diff.a))} → {escape(one_line(diff.b))}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_text(diff.a)} → {_text(diff.b)}</h1>",
        f"<p>{diff.unchanged} unchanged; "
        + ", ".join(f'<span class="{k}">{_SIGN[k]} {counts[k]} {_HEADING[k].lower()}</span>' for k in KINDS)
        + "</p>",
    ]
    if diff.changed:
        rows = "".join(f"<li>{_text(str(change))}</li>" for change in diff.changed)
        out.append(f"<h2>Changed between the two</h2><ul>{rows}</ul>")
    for name, documents in (("the first", diff.only_a), ("the second", diff.only_b)):
        if documents:
            out.append(
                f'<p class="soft">Only in {name}, not compared: {_text(", ".join(documents), 4000)}</p>'
            )
    heading: str | None = None
    for kind, cause, why, members in diff.groups():
        if kind != heading:
            heading = kind
            out.append(f'<h2 class="{kind}">{_SIGN[kind]} {_HEADING[kind]} ({counts[kind]})</h2>')
        out.append(
            f"<details><summary>{len(members)} × {_text(why)} "
            f'<span class="soft">cause: {_text(cause)}</span></summary>'
            "<table><thead><tr><th>where</th><th>label</th><th>before</th><th>after</th></tr></thead><tbody>"
        )
        for row in members[:_SHOWN]:
            label = row.label if row.kind != "label_changed" or not row.b else f"{row.label} → {row.b.label}"
            out.append(
                f'<tr><td class="n">{_text(_place(row))}</td><td>{_text(label)}</td>'
                f"<td>{_side(row.a)}</td><td>{_side(row.b)}</td></tr>"
            )
        out.append("</tbody></table>")
        if len(members) > _SHOWN:
            out.append(f'<p class="soft">… and {len(members) - _SHOWN} more; diff.jsonl has all.</p>')
        out.append("</details>")
    if not diff.rows:
        out.append("<p>No difference.</p>")
    out.append("</body></html>")
    return "\n".join(out)
