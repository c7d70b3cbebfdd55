"""Letters of all alphabets in Latin ones without marks, so that a name is the same in every list that prints it."""

from __future__ import annotations

import unicodedata

#: Letters that Unicode takes for letters of their own, and how catalogues write them.
_LETTERS = str.maketrans(
    {
        "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ł": "l", "Ł": "L", "ħ": "h", "Ħ": "H",
        "ı": "i", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ß": "ss", "ẞ": "SS", "þ": "th", "Þ": "Th", "ŋ": "n",
    }
)  # fmt: skip


def plain(text: str) -> str:
    """A text without accents and with the letters of plain Latin.

    >>> plain("Sørbye, Łoś, Müller, Weiß")
    'Sorbye, Los, Muller, Weiss'
    """
    parts = unicodedata.normalize("NFKD", text)
    return "".join(char for char in parts if not unicodedata.combining(char)).translate(_LETTERS)
