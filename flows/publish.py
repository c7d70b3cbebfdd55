"""What a run gave, where Prefect's page shows it: artifacts of the flow run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect import task
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from pipeline import store
from pipeline.reconcile.diff import KINDS
from pipeline.reconcile.score import METRICS, OVERALL
from pipeline.schema import LABELS
from pipeline.watch import HEADS, MODE

_HEADS = {"f1": "F1"}


@task(
    name="publish",
    task_run_name="publish",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=2,
    timeout_seconds=120,
)
def publish(sealed: Path) -> None:
    """Make the artifacts of a sealed run: scores, changes, the last word, a link to its report."""
    record = store.read_record(sealed)
    scores = json.loads((sealed / "scores.json").read_text(encoding="utf-8"))
    create_markdown_artifact(markdown(record, sealed), key="goldpan-run", description=f"run {record['id']}")
    create_table_artifact(score_rows(record, scores), key="goldpan-scores", description=_scored(scores))
    create_table_artifact(
        change_rows(record),
        key="goldpan-changes",
        description=f"mentions, against {record['previous'] or 'no run'}",
    )
    create_link_artifact(
        (sealed / "report.html").as_uri(), link_text=f"report of {record['id']}", key="goldpan-report",
        description="studies, contradictions, effects, alarms; copy the address: browsers follow no link to a file",
    )  # fmt: skip


def score_rows(record: Mapping[str, Any], scores: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for each label: gold, found, precision, recall and F1 with 95% intervals; without gold, what was found."""
    labels = scores.get("labels") or {}
    if not labels:
        return [{"label": label, "found": f"{count:,}"} for label, count in record["mentions"].items()]
    names = [label for label in LABELS if label in labels] + [name for name in labels if name not in LABELS]
    rows = [(name, labels[name]) for name in names] + [(OVERALL, scores["overall"])]
    return [
        {"label": name, "gold": score["gold"], "found": score["found"]}
        | {_HEADS.get(metric, metric): _with_interval(score["modes"][MODE], metric) for metric in METRICS}
        for name, score in rows
    ]


def _with_interval(measure: Mapping[str, Any], metric: str) -> str:
    low, high = measure["interval"][metric]
    return f"{measure[metric]:.3f} [{low:.3f}, {high:.3f}]"


def _scored(scores: Mapping[str, Any]) -> str:
    if not scores.get("labels"):
        return str(scores.get("note") or "no gold")
    return f"any overlap counts; {len(scores['documents'])} documents with gold; 95% intervals"


def change_rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Mentions that are other than in the run before, by kind of change."""
    changes = record.get("changes") or {}
    return [{"change": kind.replace("_", " "), "mentions": changes.get(kind, 0)} for kind in KINDS]


def markdown(record: Mapping[str, Any], sealed: Path) -> str:
    """The last word of a run and where its files are."""
    counts = record["documents"]
    lines = [
        f"**{counts['processed']:,}** processed, **{counts['reused']:,}** reused, "
        f"**{counts['set_aside']:,}** set aside",
        f"{record['words']:,} words, {sum(record['mentions'].values()):,} mentions, {record['studies']:,} studies",
    ]
    for head, said in HEADS.items():
        found = record["watch"][head]
        lines += ["", f"## {said}", "", *(f"- {_plain(line)}" for line in found or ["nothing"])]
    if record["set_aside"]:
        lines += ["", "## Set aside", "", "| document | reason |", "| --- | --- |"]
        lines += [f"| {_plain(row['doc'])} | {_plain(row['reason'])} |" for row in record["set_aside"][:20]]
    lines += ["", "## Seconds by phase", "", "| phase | seconds |", "| --- | --- |"]
    lines += [f"| {phase} | {seconds:.1f} |" for phase, seconds in record["timings"].items()]
    lines += [
        "",
        "## Files",
        "",
        f"`{sealed}`",
        "",
        "- `report.html`: studies, contradictions, effects, alarms",
    ]
    lines += [f"- `goldpan review {record['id']}` opens it for a curator"]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """A text that no Markdown sign in it can dress up."""
    return "".join("\\" + char if char in "\\`*_[]<>|#" else char for char in " ".join(text.split()))
