from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.evidence.tabular import COLUMNS, rows_of, table_of, to_csv
from tests.evidence.conftest import paper

STUDY = {
    "doc": "a", "study": "roe2001", "author": "Roe", "year": 2001, "references": ["1"], "design": ["randomized"],
    "population": "depression", "n_total": [80, 72], "route": ["oral"],
    "arms": [
        {"drug": "lithium", "amounts": [600.0], "unit": "mg", "n": 41},
        {"drug": "placebo", "amounts": None, "unit": None, "n": 39},
    ],
    "outcomes": [
        {"name": "response", "scale": "MADRS", "arm": "lithium", "value": 61.0, "comparator_value": 30.0,
         "effect": 2.1, "effect_measure": "OR", "interval": [1.1, 4.0], "direction": "better"},
        {"name": "relapse", "arm": "lithium", "direction": None},
    ],
    "evidence": [[10, 20], [40, 60]], "sources": {"reference": {"doi": "10.5555/x", "title": "=SUM(A1)"}},
}  # fmt: skip


def test_a_row_for_each_arm_and_outcome() -> None:
    rows = rows_of([STUDY])
    assert [(row["drug"], row["arm_role"], row["outcome"], row["value"]) for row in rows] == [
        ("lithium", "arm", "response", 61.0), ("placebo", "comparator", "response", 30.0),
        ("lithium", "arm", "relapse", None),
    ]  # fmt: skip
    assert all(tuple(row) == COLUMNS for row in rows)
    first = rows[0]
    assert (first["interval_low"], first["interval_high"], first["n_total"]) == (1.1, 4.0, "80; 72")
    assert (first["n_arm"], first["comparator"], first["n_comparator"], first["comparator_value"]) == (
        41,
        "placebo",
        39,
        30,
    )
    assert (first["evidence_start"], first["evidence_end"]) == (10, 60)


def test_effects_are_ready_for_analysis() -> None:
    first = rows_of([STUDY])[0]
    assert (first["effect_measure"], first["effect"]) == ("OR", 2.1)
    assert first["yi"] == pytest.approx(math.log(2.1), abs=1e-5)
    assert first["sei"] == pytest.approx((math.log(4.0) - math.log(1.1)) / 3.919928, abs=1e-5)


def test_an_arm_without_an_outcome_has_a_row() -> None:
    study = STUDY | {"outcomes": [{"name": "relapse", "arm": "lithium"}]}
    assert [(row["drug"], row["outcome"]) for row in rows_of([study])] == [
        ("lithium", "relapse"),
        ("placebo", None),
    ]


def test_an_outcome_of_no_known_arm_is_not_given_to_one() -> None:
    study = STUDY | {"outcomes": [{"name": "relapse", "arm": None, "value": 12.0}]}
    assert [(row["drug"], row["value"]) for row in rows_of([study])] == [
        (None, 12.0), ("lithium", None), ("placebo", None)
    ]  # fmt: skip


def test_a_bare_study_has_a_row() -> None:
    (row,) = rows_of([{"doc": "a", "study": "x"}])
    assert row["study"] == "x" and row["drug"] is None


def test_csv_has_a_header_and_no_formulas() -> None:
    read = list(csv.DictReader(io.StringIO(to_csv(rows_of([STUDY])))))
    assert len(read) == 3 and read[0]["value"] == "61.0" and read[2]["value"] == ""
    assert not read[0]["title"].startswith("=")


def test_table_fits_and_counts() -> None:
    text = table_of([STUDY])
    assert "lithium 600 mg (n=41)" in text and "response MADRS+" in text and text.endswith("1 studies")
    assert max(map(len, text.splitlines())) <= 112


def test_studies_command(goldpan: Callable[..., Any], tmp_path: Path) -> None:
    body = "Roe and Poe [1] randomized 80 patients to lithium 600 mg daily or placebo."
    (tmp_path / "review.txt").write_text(paper(body), encoding="utf-8")
    done = goldpan("studies", "review.txt", "--format", "json")
    assert done.returncode == 0, done.stderr
    (record,) = json.loads(done.stdout)
    assert record["study"] == "roe2001" and record["doc"] == "review" and record["n_total"] == [80]
    assert "roe2001" in goldpan("studies", "review.txt").stdout
    assert goldpan("studies", "review.txt", "--format", "csv").stdout.startswith("doc,study,author")
    assert goldpan("studies", "missing.txt").returncode == 2
