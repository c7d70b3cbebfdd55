"""Patterns that do not mind capitals, as patterns for lower case: Python's matcher is several times as fast there.

A pattern of `any_case` is given text in lower case (`lower_of`), whose offsets are those of the text.
"""

from __future__ import annotations

import re

from spacy.tokens import Doc

from pipeline.language.common import text_of


def lower(text: str) -> str:
    """A text in lower case, of the same length.

    >>> lower("İX")
    'İx'
    """
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def lower_of(doc: Doc) -> str:
    """A doc's text in lower case, made once."""
    small: str | None = doc.user_data.get("goldpan.lower")
    if small is None:
        small = doc.user_data["goldpan.lower"] = lower(text_of(doc))
    return small


def lower_pattern(pattern: str) -> str:
    r"""A pattern in lower case, its escapes as they are.

    >>> lower_pattern(r"\bBaseline\S")
    '\\bbaseline\\S'
    """
    return re.sub(r"\\.|[^\\]", lambda m: m[0] if m[0].startswith("\\") else m[0].lower(), pattern)


def any_case(*parts: str) -> re.Pattern[str]:
    """The pattern of these parts, for text in lower case.

    >>> bool(any_case(r"\\bPer", "cent").search(lower("12 PERCENT")))
    True
    """
    return re.compile(lower_pattern("".join(parts)))
