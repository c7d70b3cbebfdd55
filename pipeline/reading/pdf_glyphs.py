"""What the glyphs of fonts without a usable code map read as; the table is lexicons/pdf_glyphs.tsv."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib import resources

from pipeline.reading.glyphs import CHARACTERS, LIGATURES

#: Spacing accents that some fonts draw over the letter before or after, and their combining forms.
ACCENTS = {
    "´": "\u0301", "`": "\u0300", "¨": "\u0308", "ˆ": "\u0302", "˜": "\u0303", "¸": "\u0327", "ˇ": "\u030c",
    "˚": "\u030a", "¯": "\u0304", "˘": "\u0306", "˙": "\u0307", "˝": "\u030b", "˛": "\u0328",
}  # fmt: skip
_SYMBOL = re.compile(r"symbol", re.IGNORECASE)
_CODE = re.compile(r"U\+([0-9A-F]{4,6})$")


@cache
def _rows() -> tuple[tuple[re.Pattern[str] | None, str, str], ...]:
    with resources.files("pipeline.lexicons").joinpath("pdf_glyphs.tsv").open(encoding="utf-8") as handle:
        out = []
        for row in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE):
            code = _CODE.match(row["char"])
            pattern = None if row["font"] == "*" else re.compile(row["font"])
            out.append((pattern, chr(int(code[1], 16)) if code else row["char"], row["text"]))
    return tuple(out)


@cache
def glyph_table(font: str) -> dict[str, str]:
    """Character → reading text for a font name (subset prefix and all).

    >>> glyph_table("ABCDEF+AdvP4C4E74")["¼"], glyph_table("Times-Roman").get("¼"), glyph_table("Times")["\\uf0b3"]
    ('=', None, '≥')
    """
    table = {
        char: text for char, text in CHARACTERS.items() if 0xE000 <= ord(char) < 0xF900 or char in LIGATURES
    }
    if _SYMBOL.search(font):
        # a Symbol font that was given Latin codes: 'm' is mu, '£' is ≤
        table.update({
            chr(ord(char) - 0xF000): text for char, text in CHARACTERS.items()
            if 0xF0A0 <= ord(char) <= 0xF0FF
        })  # fmt: skip
    table.update((char, text) for pattern, char, text in _rows() if pattern is None or pattern.search(font))
    return table


def with_accent(letter: str, accent: str) -> str | None:
    """The letter with a spacing accent drawn over it, or None where there is no such letter.

    >>> with_accent("o", "¨"), with_accent("7", "¨")
    ('ö', None)
    """
    mark = ACCENTS.get(accent)
    if mark is None or not letter.isalpha():
        return None
    joined = unicodedata.normalize("NFC", letter + mark)
    return joined if len(joined) == 1 else None
