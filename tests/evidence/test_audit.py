"""Each check alarms where figures disagree, and is silent where they may agree."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence.audit import _intervals, _shares, audit, grim
from pipeline.evidence.tabular import table_of_alarms


def checks(process: Callable[..., Any], sentence: str) -> list[str]:
    return [alarm["check"] for alarm in audit(process(f"A trial\n\n{sentence}\n"))]


@pytest.mark.parametrize(
    ("sentence", "check"),
    [
        ("Response occurred in 59 of 156 patients (48%) on lithium.", "shares"),
        ("Response was seen in 63% (59/156) of patients on lithium.", "shares"),
        ("Relapse was less frequent (odds ratio 2.7, 95% CI 1.2 to 2.1).", "intervals"),
        ("Relapse was rarer (hazard ratio 0.80, 95% CI 0.60 to 1.20; P < .001).", "intervals"),
        ("Relapse was rarer (hazard ratio 0.60, 95% CI 0.40 to 0.80; P = .40).", "intervals"),
        ("The mean difference was 2.0 (95% CI 3.0 to 1.0).", "intervals"),
        ("We randomized 90 patients to lithium (n = 41) or placebo (n = 39).", "arms"),
        ("We randomized 70 patients to lithium (n = 41) or placebo (n = 39).", "arms"),
        ("The mean MADRS score was 5.19 at week 6 in the lithium group (n = 28).", "grim"),
        ("Patients took oral escitalopram 1000 mg daily.", "dose"),
    ],
)
def test_alarm(process: Callable[..., Any], sentence: str, check: str) -> None:
    assert checks(process, sentence) == [check]


@pytest.mark.parametrize(
    "sentence",
    [
        "Response occurred in 98 of 156 patients (63%) on lithium.",
        "Response occurred in 2 of 3 patients (66%) on lithium.",  # rounded down
        "Grade 3 of 4 toxicity was seen (12%).",
        "There were 3 of 12 events (95% CI 0.1 to 0.4).",
        "The odds ratio was 1.5 (95% CI 1.2-2.1).",
        "The mean difference was -0.3 (95% CI -0.4--0.2; P = .001).",
        "The odds ratio was 1.00 (95% CI 1.00 to 1.02; P = .04).",  # rounding at the edge
        "We randomized 80 patients to lithium (n = 41) or placebo (n = 39).",
        "We randomized 80 patients to lithium (n = 40 each) or placebo (n = 40 each).",
        "We screened 200 and randomized 80 to lithium (n = 41), placebo (n = 20) or neither (n = 19).",
        "The mean MADRS score was 5.18 at week 6 in the lithium group (n = 28).",
        "The mean MADRS score was 5.19 in the lithium (n = 28) and placebo (n = 31) groups.",  # whose mean?
        "Patients took oral escitalopram 10 mg daily.",
        "The cumulative dose of escitalopram was 1000 mg.",
        "Rats were given escitalopram 1000 mg.",
        "No figure stands here.",
    ],
)
def test_no_alarm(process: Callable[..., Any], sentence: str) -> None:
    assert checks(process, sentence) == []


@given(st.integers(1, 2000), st.integers(1, 2000), st.integers(0, 2))
def test_a_share_rounded_either_way_is_right(a: int, b: int, decimals: int) -> None:
    n, total = min(a, b), max(a, b)
    exact = 100 * n / total
    sentence = f"Response occurred in {n} of {total} patients ({exact:.{decimals}f}%)."
    assert list(_shares(sentence)) == []


@given(st.lists(st.integers(0, 60), min_size=1, max_size=99))
def test_means_of_whole_numbers_pass_grim(scores: list[int]) -> None:
    assert grim(f"{sum(scores) / len(scores):.2f}", len(scores))


@given(st.floats(-50, 50), st.floats(0, 10), st.floats(0, 10))
def test_an_interval_around_its_estimate_is_right(estimate: float, below: float, above: float) -> None:
    low, high = estimate - below, estimate + above
    assert list(_intervals(f"a mean difference of {estimate:.2f} (95% CI {low:.2f} to {high:.2f})")) == []


def test_alarm_is_located(process: Callable[..., Any]) -> None:
    text = "A trial\n\nResponse occurred in 59 of 156 patients (48%) on lithium.\n"
    (alarm,) = audit(process(text, "demo"))
    assert text[alarm["start"] : alarm["end"]] == alarm["text"] == "59 of 156 patients (48%"
    assert alarm["doc"] == "demo" and "37.8%" in alarm["sum"]
    assert "59/156 is 37.8%" in table_of_alarms([alarm]) and table_of_alarms([]) == "0 failed checks"


def test_command(goldpan: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text(
        "A trial\n\nResponse occurred in 59 of 156 patients (48%).\n", encoding="utf-8"
    )
    done = goldpan("audit", "bad.txt", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert [alarm["check"] for alarm in json.loads(done.stdout)] == ["shares"]
    assert goldpan("audit", "bad.txt", "--most", "0").returncode == 1
    assert goldpan("audit", "bad.txt", "--most", "1").returncode == 0
    assert goldpan("audit", "none.txt").returncode == 2
