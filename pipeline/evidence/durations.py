"""Times of assessment as hours, so that *day 7* and *one week* are one."""

from __future__ import annotations

import re

_HOURS = {"min": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0, "mo": 730.0, "y": 8766.0}
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip
_NUMBER = rf"(\d+(?:\.\d+)?|{'|'.join(_WORDS)})"
_UNIT = r"(min|h|d|w|mo|y)[a-z]*"
_TIME = re.compile(rf"{_NUMBER}(?:\s?[-–]\s?(?:\d+))?[\s-]*{_UNIT}\b|{_UNIT}\s+{_NUMBER}\b", re.IGNORECASE)


def hours(text: str | None) -> float | None:
    """A time in hours, or None where the text is none.

    >>> hours("day 7"), hours("one week"), hours("study endpoint")
    (168.0, 168.0, None)
    """
    match = _TIME.search(text or "")
    if not match:
        return None
    number, unit = (match[1], match[2]) if match[1] else (match[4], match[3])
    return (_WORDS[number.lower()] if number.lower() in _WORDS else float(number)) * _HOURS[unit.lower()]
