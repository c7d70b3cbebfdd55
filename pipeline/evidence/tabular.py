"""Studies and comparisons as rows: for CSV, Parquet, and the terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.evidence.concord import first_sentence

#: One row for each study, arm and outcome, ready for pandas, metafor and RevMan.
COLUMNS = (
    "doc", "study", "author", "year", "references", "doi", "pmid", "title", "design", "population", "n_total", "route",
    "arm", "drug", "amounts", "unit", "arm_route", "schedule", "duration", "n_arm",
    "outcome", "scale", "time", "outcome_arm", "value", "comparator_value", "interval_low", "interval_high",
    "p_value", "direction", "significance", "evidence_start", "evidence_end",
)  # fmt: skip


def _joined(values: Iterable[Any] | None) -> str:
    return "; ".join(str(value) for value in values or ())


def rows_of(studies: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row for each study, arm and outcome; a study without arms or outcomes still has one.

    >>> rows_of([{"doc": "a", "study": "roe2001", "arms": [{"drug": "lithium", "n": 12}], "outcomes": []}])[0]["n_arm"]
    12
    """
    out = []
    for study in studies:
        reference = (study.get("sources") or {}).get("reference") or {}
        spans = study.get("evidence") or []
        base = {
            "doc": study.get("doc"), "study": study.get("study"), "author": study.get("author"),
            "year": study.get("year"),
            "references": _joined(study.get("references")), "doi": reference.get("doi"), "pmid": reference.get("pmid"),
            "title": reference.get("title"), "design": _joined(study.get("design")),
            "population": study.get("population"),
            "n_total": _joined(study.get("n_total")), "route": _joined(study.get("route")),
            "evidence_start": min((s[0] for s in spans), default=None),
            "evidence_end": max((s[1] for s in spans), default=None),
        }  # fmt: skip
        for number, arm in enumerate(study.get("arms") or [{}], 1):
            for outcome in study.get("outcomes") or [{}]:
                low, high = outcome.get("interval") or (None, None)
                row = base | {
                    "arm": number if arm else None, "drug": arm.get("drug"), "amounts": _joined(arm.get("amounts")),
                    "unit": arm.get("unit"), "arm_route": arm.get("route"), "schedule": arm.get("schedule"),
                    "duration": arm.get("duration"), "n_arm": arm.get("n"),
                    "outcome": outcome.get("name"), "scale": outcome.get("scale"), "time": outcome.get("time"),
                    "outcome_arm": outcome.get("arm"), "value": outcome.get("value"),
                    "comparator_value": outcome.get("comparator_value"), "interval_low": low, "interval_high": high,
                    "p_value": outcome.get("p_value"), "direction": outcome.get("direction"),
                    "significance": outcome.get("significance"),
                }  # fmt: skip
                out.append({name: row[name] for name in COLUMNS})
    return out


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as CSV with a header; a cell never begins a formula."""
    from pipeline.store import safe_cell

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(["" if row[name] is None else safe_cell(row[name]) for name in COLUMNS])
    return out.getvalue()


def to_parquet(rows: Iterable[Mapping[str, Any]], path: Path, rows_a_group: int = 50_000) -> None:
    """The rows as a Parquet file with the columns of `COLUMNS`, typed alike whether there are rows or not.

    A group of rows is held at a time.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = {"value", "comparator_value", "interval_low", "interval_high"}
    whole = {"year", "arm", "n_arm", "evidence_start", "evidence_end"}
    schema = pa.schema(
        (name, pa.float64() if name in numbers else pa.int64() if name in whole else pa.string())
        for name in COLUMNS
    )
    typed = numbers | whole
    left = iter(rows)
    with pq.ParquetWriter(path, schema) as writer:
        while True:
            group = [
                {n: row[n] if row[n] is None or n in typed else str(row[n]) for n in COLUMNS}
                for row in islice(left, rows_a_group)
            ]
            writer.write_table(pa.Table.from_pylist(group, schema))
            if len(group) < rows_a_group:
                return


def _arm(arm: Mapping[str, Any]) -> str:
    amounts = "/".join(f"{x:g}" for x in arm.get("amounts") or ())
    size = f" (n={arm['n']})" if arm.get("n") else ""
    return (
        f"{arm.get('drug') or '?'} {amounts}{' ' + arm['unit'] if amounts and arm.get('unit') else ''}".strip()
        + size
    )


def table_of(studies: Sequence[Mapping[str, Any]], width: int = 110) -> str:
    """The studies as a table that fits a terminal: study, n, arms, outcomes with their direction."""
    signs = {"better": "+", "worse": "-", "no difference": "="}
    lines = [f"{'document':12} {'study':18} {'n':>6}  arms; outcomes (+ better, - worse, = no difference)"]
    for study in studies:
        arms = ", ".join(_arm(arm) for arm in study.get("arms") or [])
        outcomes = ", ".join(
            o["name"] + (f" {o['scale']}" if o.get("scale") else "") + signs.get(o.get("direction") or "", "")
            for o in study.get("outcomes") or []
        )
        total = "/".join(map(str, study.get("n_total") or [])) or "-"
        text = first_sentence(f"{arms or '-'}; {outcomes or '-'}", width - 42)
        lines.append(f"{study['doc'][:12]:12} {study['study'][:18]:18} {total:>6}  {text}")
    return "\n".join([*lines, f"{len(studies)} studies"])


def table_of_comparisons(rows: Sequence[Mapping[str, Any]], agreements: bool = False) -> str:
    """The comparisons that differ, worst first, with both quotations and where they stand."""
    lines = []
    for row in rows:
        if row["verdict"] == "agree" and not agreements:
            continue
        lines.append(
            f"{row['verdict']:11} {row['severity']:6} {row['study']:20} {row['field']:9} {row['explanation']}"
        )
        lines.extend(
            f"{'':20}{side['doc']}[{side['start']}:{side['end']}] {first_sentence(side['text'], 70)!r}"
            for side in (row["a"], row["b"])
        )
    counts = {
        verdict: sum(row["verdict"] == verdict for row in rows)
        for verdict in ("contradict", "explainable", "agree")
    }
    lines.append(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    return "\n".join(lines)


def table_of_alarms(alarms: Sequence[Mapping[str, Any]]) -> str:
    """The failed checks of an audit, each with its sum, its place and its sentence."""
    lines = []
    for alarm in alarms:
        lines.append(f"{alarm['severity']:6} {alarm['check']:9} {alarm['sum']}")
        lines.append(
            f"{'':17}{alarm['doc']}[{alarm['start']}:{alarm['end']}] {first_sentence(alarm['sentence'], 100)!r}"
        )
    return "\n".join([*lines, f"{len(alarms)} failed checks"])
