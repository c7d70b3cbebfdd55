"""Studies and comparisons as rows: for CSV, Parquet, and the terminal."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from pipeline.evidence.concord import first_sentence

#: One row for each study, arm and outcome, ready for pandas, metafor and RevMan.
COLUMNS = (
    "doc", "study", "author", "year", "references", "doi", "pmid", "title", "design", "population", "n_total", "route",
    "arm", "arm_role", "drug", "amounts", "unit", "arm_route", "schedule", "duration", "n_arm",
    "outcome", "scale", "time", "outcome_arm", "measure", "value", "events", "total",
    "comparator", "n_comparator", "comparator_value", "comparator_events", "comparator_total",
    "effect_measure", "effect", "interval_low", "interval_high", "yi", "sei",
    "p_value", "direction", "significance", "evidence_start", "evidence_end",
)  # fmt: skip
_RATIOS = frozenset({"OR", "RR", "HR"})
#: The half width of a 95% interval in standard errors.
_WIDTH = 2 * 1.959964


def _joined(values: Iterable[Any] | None) -> str:
    return "; ".join(str(value) for value in values or ())


def rows_of(studies: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row for each study, arm and outcome; a study without arms or outcomes still has one.

    An outcome has a row for the arm that it is reported of (``arm_role`` = ``arm``), with the comparator's figures
    beside the arm's, and one for the comparator where it has figures of its own. An arm of which no outcome is
    reported has a row without one.

    >>> rows_of([{"doc": "a", "study": "roe2001", "arms": [{"drug": "lithium", "n": 12}], "outcomes": []}])[0]["n_arm"]
    12
    """
    return [{name: row.get(name) for name in COLUMNS} for study in studies for row in _of_study(study)]


def _of_study(study: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    base = _study(study)
    arms = [_arm_columns(number, arm) for number, arm in enumerate(study.get("arms") or (), 1)]
    used: set[int] = set()
    for outcome in study.get("outcomes") or ():
        tested = _tested(arms, outcome)
        other = _comparator(arms, tested, outcome.get("comparator"))
        row = _outcome(outcome)
        if other is not None:
            row |= {"comparator": _label(other), "n_comparator": other["n_arm"]}
        yield base | (tested or {}) | {"arm_role": "arm"} | row
        used |= {arm["arm"] for arm in (tested,) if arm}
        own = {
            "value": outcome.get("comparator_value"), "events": outcome.get("comparator_events"),
            "total": outcome.get("comparator_total"),
        }  # fmt: skip
        if other is not None and any(x is not None for x in own.values()):
            used.add(other["arm"])
            same = {name: row[name] for name in ("outcome", "scale", "time", "measure")}
            yield base | other | {"arm_role": "comparator"} | same | own
    left = [arm for arm in arms if arm["arm"] not in used]
    yield from (base | arm for arm in left)
    if not arms and not study.get("outcomes"):
        yield base


def _study(study: Mapping[str, Any]) -> dict[str, Any]:
    reference = (study.get("sources") or {}).get("reference") or {}
    spans = study.get("evidence") or []
    return {
        "doc": study.get("doc"), "study": study.get("study"), "author": study.get("author"), "year": study.get("year"),
        "references": _joined(study.get("references")), "doi": reference.get("doi"), "pmid": reference.get("pmid"),
        "title": reference.get("title"), "design": _joined(study.get("design")),
        "population": study.get("population"), "n_total": _joined(study.get("n_total")),
        "route": _joined(study.get("route")),
        "evidence_start": min((s[0] for s in spans), default=None),
        "evidence_end": max((s[1] for s in spans), default=None),
    }  # fmt: skip


def _arm_columns(number: int, arm: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "arm": number, "drug": arm.get("drug"), "amounts": _joined(arm.get("amounts")), "unit": arm.get("unit"),
        "arm_route": arm.get("route"), "schedule": arm.get("schedule"), "duration": arm.get("duration"),
        "n_arm": arm.get("n"),
    }  # fmt: skip


def _label(arm: Mapping[str, Any]) -> str:
    """An arm as ``outcome_arm`` names it: its drug, or drug, amounts and unit."""
    amounts = str(arm["amounts"] or "").replace("; ", "/").replace(".0", "")
    return " ".join(str(part) for part in (arm["drug"], amounts, arm["unit"] if amounts else None) if part)


def _tested(arms: Sequence[dict[str, Any]], outcome: Mapping[str, Any]) -> dict[str, Any] | None:
    """The arm that an outcome is reported of, or None where the record does not tell."""
    named = outcome.get("arm")
    fitting = [arm for arm in arms if named and (_label(arm) == named or arm["drug"] == named)]
    exact = [arm for arm in fitting if _label(arm) == named]
    return next(iter(exact or fitting), None)


def _comparator(
    arms: Sequence[dict[str, Any]], tested: dict[str, Any] | None, named: str | None
) -> dict[str, Any] | None:
    """The arm that another is compared with: the one named, placebo, or the only other one."""
    if tested is None:
        return None
    others = [arm for arm in arms if arm is not tested]
    for arm in others:
        if named is not None and arm["drug"] == named:
            return arm
    inert = [arm for arm in others if arm["drug"] == "placebo"]
    return inert[0] if inert else others[0] if len(others) == 1 else None


def _outcome(outcome: Mapping[str, Any]) -> dict[str, Any]:
    low, high = outcome.get("interval") or (None, None)
    names = (
        "scale", "time", "measure", "value", "events", "total", "comparator_value", "comparator_events",
        "comparator_total", "effect_measure", "effect", "p_value", "direction", "significance",
    )  # fmt: skip
    row = {name: outcome.get(name) for name in names}
    row |= {
        "outcome": outcome.get("name"),
        "outcome_arm": outcome.get("arm"),
        "interval_low": low,
        "interval_high": high,
    }
    yi, sei = _for_analysis(outcome.get("effect"), low, high, outcome.get("effect_measure"))
    return row | {"yi": yi, "sei": sei}


def _for_analysis(
    effect: float | None, low: float | None, high: float | None, measure: str | None
) -> tuple[float | None, float | None]:
    """An effect on the scale of analysis, ratios as logarithms, and its standard error by its 95% interval.

    >>> [round(x, 3) for x in _for_analysis(0.5, 0.25, 1.0, "OR")]
    [-0.693, 0.354]
    >>> _for_analysis(1.2, None, None, "MD")
    (1.2, None)
    """
    ratio = measure in _RATIOS
    if effect is None or (ratio and effect <= 0):
        return None, None
    yi = math.log(effect) if ratio else effect
    if low is None or high is None or not low <= effect <= high or low == high or (ratio and low <= 0):
        return round(yi, 6), None
    width = math.log(high) - math.log(low) if ratio else high - low
    return round(yi, 6), round(width / _WIDTH, 6)


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

    numbers = {"value", "comparator_value", "effect", "interval_low", "interval_high", "yi", "sei"}
    whole = {
        "year", "arm", "n_arm", "n_comparator", "events", "total", "comparator_events", "comparator_total",
        "evidence_start", "evidence_end",
    }  # fmt: skip
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
