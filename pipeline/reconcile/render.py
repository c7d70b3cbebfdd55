"""Scores, errors and comparisons as text: aligned columns for a terminal, Markdown, JUnit XML."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from xml.etree import ElementTree

from pipeline.reconcile.errors import Cause, Error
from pipeline.reconcile.modes import NAMES, modes
from pipeline.reconcile.paired import Comparison
from pipeline.reconcile.score import METRICS, OVERALL, Measure, Scores
from pipeline.reconcile.thresholds import Verdict


def one_line(text: str, width: int = 60) -> str:
    """A text from a document, safe to print: no line ends, control or direction characters, not longer than ``width``.

    >>> one_line("a\\tb\\u202ec\\x1b[31m", 20)
    'a b·c·[31m'
    """
    out = "".join(
        " "
        if char.isspace()
        else "·"
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn")
        else char
        for char in text
    )
    return out if len(out) <= width else out[: width - 1] + "…"


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def columns(head: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> str:
    """Rows in columns two spaces apart; the columns numbered in ``right`` stand to the right.

    >>> print(columns(["a", "n"], [["x", "10"], ["yy", "9"]], right=[1]))
    a    n
    x   10
    yy   9
    """
    table = [list(head), *(list(row) for row in rows)]
    widths = [max(_width(row[i]) for row in table) for i in range(len(head))]
    aside = set(right)
    lines = []
    for row in table:
        cells = []
        for i, (cell, width) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (width - _width(cell))
            cells.append(gap + cell if i in aside else cell + gap)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> str:
    """The same as a Markdown table; bars and markup in a cell are escaped.

    >>> print(markdown(["a", "n"], [["x|y", "1"]], right=[1]))
    | a | n |
    |---|--:|
    | x\\|y | 1 |
    """
    aside = set(right)

    def cells(row: Sequence[str]) -> str:
        escaped = (cell.replace("\\", "\\\\") for cell in row)
        escaped = ("".join("\\" + c if c in "|*_`<>[]" else c for c in cell) for cell in escaped)
        return "| " + " | ".join(escaped) + " |"

    rule = "|" + "|".join("--:" if i in aside else "---" for i in range(len(head))) + "|"
    return "\n".join([cells(head), rule, *(cells(row) for row in rows)])


def _with_interval(measure: Measure, name: str) -> str:
    low, high = measure.interval[name]
    return f"{getattr(measure, name):.3f} [{low:.3f}, {high:.3f}]"


def score_rows(scores: Scores, mode: str) -> list[list[str]]:
    """Label, gold, found, precision, recall, F1 with intervals, and documents to annotate for ±5 points of recall."""
    out = []
    for label, row in [*scores.labels.items(), (OVERALL, scores.overall)]:
        plan = "–" if row.planning is None else str(row.planning.documents_needed)
        measures = [_with_interval(row.modes[mode], name) for name in METRICS]
        out.append([label, str(row.gold), str(row.found), *measures, plan])
    return out


SCORE_HEAD = ["label", "gold", "found", "precision", "recall", "F1", "+docs"]


def mode_rows(scores: Scores) -> list[list[str]]:
    """F1 of each label in each mode."""
    return [
        [label, *(f"{row.modes[name].f1:.3f}" for name in NAMES)]
        for label, row in [*scores.labels.items(), (OVERALL, scores.overall)]
    ]


def _notes(scores: Scores, mode: str) -> list[str]:
    says = next(item.says for item in modes() if item.name == mode)
    n = len(scores.documents)
    named = ", ".join(one_line(doc, 40) for doc in scores.documents[:8]) + (", …" if n > 8 else "")
    out = [
        f"Mode {mode}: {says}. 95% intervals: {scores.interval_method}.",
        f"{n} document{'s' if n != 1 else ''} with gold: {named}.",
        "+docs: documents to annotate besides for recall ± 5 points.",
    ]
    if scores.not_in_run:
        left = ", ".join(one_line(doc, 40) for doc in scores.not_in_run[:8]) + (
            ", …" if len(scores.not_in_run) > 8 else ""
        )
        out.append(f"Gold that the run did not read, not scored: {left}.")
    return out


def report(
    scores: Scores,
    mode: str = "overlap",
    *,
    as_markdown: bool = False,
    compared: Sequence[Comparison] = (),
    verdicts: Sequence[Verdict] = (),
    confused: Mapping[str, Mapping[str, int]] | None = None,
    grouped: Sequence[Cause] = (),
    listed: Sequence[Error] = (),
) -> str:
    """The whole report as a terminal or Markdown text; parts that are not given are left out."""
    table = markdown if as_markdown else columns
    blocks = [
        table(SCORE_HEAD, score_rows(scores, mode), right=(1, 2, 3, 4, 5, 6)),
        "\n".join(_notes(scores, mode)),
    ]
    blocks.append("F1 by mode" if not as_markdown else "**F1 by mode**")
    blocks.append(table(["label", *NAMES], mode_rows(scores), right=range(1, len(NAMES) + 1)))
    if compared:
        rows = [
            [c.label, c.metric, f"{c.a:.3f}", f"{c.b:.3f}", f"{c.b - c.a:+.3f}",
             "–" if c.interval is None else f"[{c.interval[0]:+.3f}, {c.interval[1]:+.3f}]", f"{c.p:.3f}"]
            for c in compared
        ]  # fmt: skip
        least = min(c.least_p for c in compared)
        blocks.append(f"This run (A) and the other (B): {compared[-1].test}")
        blocks.append(table(["label", "metric", "A", "B", "B − A", "95%", "p"], rows, right=(2, 3, 4, 5, 6)))
        if least > 0.05:
            blocks.append(
                f"With so few documents p cannot fall below {least:.3f}, whatever the difference: go by the interval."
            )
    if confused is not None:
        names = list(confused)
        rows = [[name, *(str(confused[name][other] or "·") for other in names)] for name in names]
        blocks.append("Gold (rows) found as (columns)")
        blocks.append(table(["", *names], rows, right=range(1, len(names) + 1)))
    if grouped:
        rows = [
            [c.kind, one_line(c.cause, 44), c.label, str(c.count), one_line("; ".join(c.examples), 60)]
            for c in grouped[:40]
        ]
        blocks.append(f"Errors by cause ({sum(c.count for c in grouped)})")
        blocks.append(table(["error", "why", "label", "n", "such as"], rows, right=(3,)))
    if listed:
        blocks.append(
            table(["error", "where", "label", "gold", "found", "why"], [_error_row(e) for e in listed])
        )
    blocks.extend(("met: " if v.met else "MISSED: ") + str(v) for v in verdicts)
    return "\n\n".join(blocks)


def _error_row(error: Error) -> list[str]:
    mention = error.gold or error.found
    assert mention is not None
    note = f" ({error.note})" if error.note else ""

    def show(side: object) -> str:
        if side is None:
            return "–"
        text = one_line(side.text, 40)  # type: ignore[attr-defined]
        if error.kind == "value":
            return one_line(f"{text} {dict(side.value)}", 90)  # type: ignore[attr-defined]
        return f"{side.label} {text}" if error.kind == "label" else text  # type: ignore[attr-defined]

    where = f"{one_line(error.doc, 30)}:{mention.start}–{mention.end}"
    return [
        error.kind,
        where,
        error.label,
        show(error.gold),
        show(error.found),
        one_line(error.cause, 40) + note,
    ]


def junit(scores: Scores, verdicts: Sequence[Verdict], mode: str = "overlap") -> str:
    """JUnit XML: one test case a threshold (failed where it is missed), or one a label where none was asked for."""
    suites = ElementTree.Element("testsuites", name="goldpan score")
    failures = sum(not v.met for v in verdicts)
    count = len(verdicts) or len(scores.labels) + 1
    suite = ElementTree.SubElement(
        suites,
        "testsuite",
        name="goldpan score",
        tests=str(count),
        failures=str(failures),
        errors="0",
        skipped="0",
    )
    properties = ElementTree.SubElement(suite, "properties")
    for label, row in [*scores.labels.items(), (OVERALL, scores.overall)]:
        for name in METRICS:
            value = f"{getattr(row.modes[mode], name):.6f}"
            ElementTree.SubElement(properties, "property", name=f"{label}.{mode}.{name}", value=value)
    for verdict in verdicts:
        case = ElementTree.SubElement(
            suite, "testcase", classname="goldpan.score", name=verdict.threshold.text
        )
        if not verdict.met:
            ElementTree.SubElement(case, "failure", type="threshold", message=str(verdict)).text = str(
                verdict
            )
    if not verdicts:
        for label in [*scores.labels, OVERALL]:
            ElementTree.SubElement(suite, "testcase", classname="goldpan.score", name=label)
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode")
