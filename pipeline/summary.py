"""What a run says at its end: the score table, speed, what was set aside, what changed, where it lies."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.reconcile.render import columns, one_line
from pipeline.reconcile.score import METRICS, OVERALL
from pipeline.schema import LABELS
from pipeline.watch import HEADS, MODE, counted

_SHOWN = 20


def summary(record: Mapping[str, Any], scores: Mapping[str, Any], run: Path) -> str:
    """The text for a sealed run, from its run.json and scores.json."""
    blocks = [score_table(record, scores)]
    lines = [_documents(record), _studies(record), _changes(record)]
    lines += _aside(record)
    lines += _watch(record)
    lines += [f"gold left out: {one_line(text, 300)}" for text in record.get("gold_problems", ())]
    lines.append(f"run: {run}")
    blocks.append("\n".join(line for line in lines if line))
    return "\n\n".join(blocks)


def score_table(record: Mapping[str, Any], scores: Mapping[str, Any]) -> str:
    """Per label: gold, found, precision, recall and F1 with 95% intervals; without gold, what was found."""
    if not scores.get("labels"):
        rows = [[label, f"{count:,}"] for label, count in record["mentions"].items()]
        return columns(["label", "found"], rows, right=[1]) + f"\n{scores.get('note', 'no gold')}"
    labels: dict[str, Any] = dict(scores["labels"])
    names = [label for label in LABELS if label in labels] + [n for n in labels if n not in LABELS]
    rows = [_row(name, labels[name]) for name in names] + [_row(OVERALL, scores["overall"])]
    head = ["label", "gold", "found", "precision", "recall", "F1"]
    documents = scores["documents"]
    shown = ", ".join(documents[:8]) + (", …" if len(documents) > 8 else "")
    note = f"Any overlap counts. {len(documents)} with gold: {shown}. 95% intervals: {scores['interval_method']}."
    return columns(head, rows, right=range(1, 6)) + "\n" + textwrap.fill(note, 100)


def _row(name: str, score: Mapping[str, Any]) -> list[str]:
    measure = score["modes"][MODE]
    cells = []
    for metric in METRICS:
        low, high = measure["interval"][metric]
        cells.append(f"{measure[metric]:.3f} [{low:.3f}, {high:.3f}]")
    return [name, str(score["gold"]), str(score["found"]), *cells]


def _documents(record: Mapping[str, Any]) -> str:
    counts, extracted = record["documents"], record["extracted"]
    text = (
        f"documents: {counts['processed']:,} processed, {counts['reused']:,} reused, "
        f"{counts['set_aside']:,} set aside; {record['words']:,} words, {sum(record['mentions'].values()):,} mentions"
    )
    if extracted["words_per_second"]:
        return (
            f"{text}\nspeed: {extracted['words_per_second']:,} words/s on one core (reading and extraction)"
        )
    return f"{text}\nnothing was extracted: every document is as it was" if counts["reused"] else text


def _studies(record: Mapping[str, Any]) -> str:
    return (
        f"studies: {record['studies']:,}; {counted(record['contradictions'], 'contradiction')}, "
        f"{counted(record['alarms'], 'alarm')} (report.html)"
    )


def _changes(record: Mapping[str, Any]) -> str:
    if not record.get("previous"):
        return ""
    changes = record.get("changes") or {}
    said = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in sorted(changes.items()))
    return f"since {record['previous']}: {said or 'no mention changed'}"


def _watch(record: Mapping[str, Any]) -> list[str]:
    """The last word: what is new, what is worse, what is for a curator; nothing of what there is not."""
    said = record.get("watch") or {}
    return [
        f"{head.lower()}: {'; '.join(one_line(line, 200) for line in said[name])}"
        for name, head in HEADS.items()
        if said.get(name)
    ]


def _aside(record: Mapping[str, Any]) -> list[str]:
    rows = record["set_aside"]
    lines = [
        f"set aside: {one_line(row['doc'], 60)}: {one_line(row['reason'], 300)}" for row in rows[:_SHOWN]
    ]
    if len(rows) > _SHOWN:
        lines.append(f"set aside: {len(rows) - _SHOWN:,} more, see documents.csv")
    return lines
