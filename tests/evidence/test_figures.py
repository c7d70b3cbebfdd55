from __future__ import annotations

import pytest

from pipeline.evidence import figures
from pipeline.schema import Found, ResultKind, ResultValue, SampleSizeValue


def results(text: str, kind: ResultKind, *numbers: str) -> list[Found]:
    """RESULT mentions of printed numbers, in order."""
    out, at = [], 0
    for number in numbers:
        at = text.index(number, at)
        out.append(Found("RESULT", at, at + len(number), ResultValue(kind, float(number.strip("%"))), "test"))
        at += len(number)
    return out


def counts(text: str, *rows: tuple[str, str]) -> list[Found]:
    out, at = [], 0
    for number, role in rows:
        at = text.index(number, at)
        out.append(Found("SAMPLE_SIZE", at, at + len(number), SampleSizeValue(int(number), role), "test"))  # type: ignore[arg-type]
        at += len(number)
    return out


@pytest.mark.parametrize(
    ("text", "numbers", "control_last", "pairs"),
    [
        ("Response in 61% against 34%.", ("61%", "34%"), None, [(61, 34)]),
        ("Response in 34% on placebo and in 61% on lithium.", ("34%", "61%"), None, [(61, 34)]),
        ("Response in 58%, more than with placebo (36%).", ("58%", "36%"), None, [(58, 36)]),
        ("Response in 61%, 66% and 34%.", ("61%", "66%", "34%"), True, [(61, 34), (66, 34)]),
        ("Response in 34%, 61% and 66%.", ("34%", "61%", "66%"), False, [(61, 34), (66, 34)]),
        ("Response in 48%.", ("48%",), None, [(48, None)]),
    ],
)
def test_which_value_is_the_comparators(text, numbers, control_last, pairs) -> None:  # type: ignore[no-untyped-def]
    assert figures.read(text, 0, results(text, "percent", *numbers), control_last).pairs == pairs


def test_as_many_values_as_active_arms_leave_the_control_untold() -> None:
    text = "Response in 48%, 57%, and 61%."
    found = figures.read(text, 0, results(text, "percent", "48%", "57%", "61%"), True, active=3)
    assert found.pairs == [(48, None), (57, None), (61, None)]


def test_scores_before_and_after() -> None:
    text = "It went from 31 to 12 and from 30 to 25."
    found = figures.read(text, 0, results(text, "score", "31", "12", "30", "25"), None)
    assert found.pairs == [(12, 25)]
    assert figures.verdict("symptom_change", "pain", "", (12, 25), found) == "better"


@pytest.mark.parametrize(
    ("printed", "number", "said"),
    [
        ("P = .01", 0.01, "significant"), ("p<0.05", 0.05, "significant"), ("P = .05", 0.05, "not significant"),
        ("P > .05", 0.05, "not significant"), ("p ≤ 0.001", 0.001, "significant"),
    ],
)  # fmt: skip
def test_significance_by_p(printed: str, number: float, said: str) -> None:
    mention = Found("RESULT", 0, len(printed), ResultValue("p_value", number), "test")
    assert figures.read(printed, 0, [mention], None).significance == said


def test_p_decides_against_the_figures() -> None:
    found = figures.Figures(kind="percent", p_value="0.4")
    assert figures.verdict("response", "response", "", (61, 34), found) == "no difference"


@pytest.mark.parametrize(
    ("name", "effect", "interval", "measure", "text", "wanted"),
    [
        ("relapse", 0.47, [0.29, 0.77], "HR", "hazard ratio", "better"),
        ("adverse_effect", 1.42, [1.05, 1.93], "HR", "hazard ratio", "worse"),
        ("response", 1.2, [0.8, 1.7], "OR", "odds ratio", "no difference"),
        ("symptom_change", -4.4, [-7.0, -1.8], "MD", "difference", "better"),
        ("symptom_change", -4.4, [-7.0, -1.8], "effect size", "effect", None),
    ],
)
def test_effects_with_intervals(name, effect, interval, measure, text, wanted) -> None:  # type: ignore[no-untyped-def]
    found = figures.Figures(effect=effect, interval=interval, measure=measure)
    assert figures.effect_verdict(name, "pain", text, found) == wanted


def test_events_of_groups() -> None:
    text = "18 of 40 on lithium and 9 of 41 on placebo relapsed"
    sizes = counts(text, ("18", "event"), ("40", "arm"), ("9", "event"), ("41", "arm"))
    assert figures.count_verdict("relapse", sizes, text, 0, arms_equal=False) == "worse"


def test_bare_events_need_arms_of_one_size() -> None:
    text = "6 patients on lithium and 2 on placebo had infections"
    sizes = counts(text, ("6", "event"), ("2", "event"))
    assert figures.count_verdict("adverse_effect", sizes, text, 0, arms_equal=True) == "worse"
    assert figures.count_verdict("adverse_effect", sizes, text, 0, arms_equal=False) is None
