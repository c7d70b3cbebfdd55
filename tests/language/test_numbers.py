"""The number parser: what is a number, its value, and what is part of a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.numbers import find_numbers, link, parse_words


def values(text: str) -> list[float]:
    return [number.value for number in find_numbers(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,200 patients", [1200]),
        ("13 388 women", [13388]),
        ("a hazard of .05", [0.05]),
        ("0·83 and 1·5", [0.83, 1.5]),
        ("fell by –18.4", [-18.4]),
        ("fell by −2.6 and -1", [-2.6, -1]),
        ("100–200 mg", [100, 200]),
        ("one hundred and thirty patients", [130]),
        ("Hundred fifty-nine patients", [159]),
        ("two and a half years", [2.5]),
        ("half a milligram", [0.5]),
        ("Twenty-four of forty", [24, 40]),
        ("2½ hours", [2.5]),
    ],
)
def test_values(text: str, expected: list[float]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize("text", ["MK-801", "HDRS17", "5-HT", "COVID-19", "the 3rd visit", "no one knew"])
def test_parts_of_names_are_no_numbers(text: str) -> None:
    assert values(text) == []


def test_spans_take_in_the_sign() -> None:
    text = "change –18.4 versus –5.7"
    assert [text[n.start : n.end] for n in find_numbers(text)] == ["–18.4", "–5.7"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("150 and 148", "and"),
        ("12/25", "slash"),
        ("12 out of the 25", "of"),
        ("3.1 ± 0.2", "plusminus"),
        ("5 patients, 6", None),
    ],
)
def test_links(text: str, kind: str | None) -> None:
    first, second = find_numbers(text)
    assert link(text, first, second) == kind


@given(st.integers(min_value=0, max_value=99_999))
def test_thousands_separators_keep_the_value(number: int) -> None:
    assert values(f"In {number:,} patients") == [number]


_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def in_words(number: int) -> str:
    if number < 20:
        return _UNITS[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_UNITS[number % 10]}" if number % 10 else "")
    if number < 1000:
        return f"{_UNITS[number // 100]} hundred" + (f" and {in_words(number % 100)}" if number % 100 else "")
    return f"{in_words(number // 1000)} thousand" + (f" {in_words(number % 1000)}" if number % 1000 else "")


@given(st.integers(min_value=0, max_value=99_999))
def test_number_words_up_to_the_hundred_thousands(number: int) -> None:
    assert parse_words(in_words(number)) == number
