"""What the bundled NER model sees of a word: hashed features of the token's type.

All features belong to the type and none to its place in the text, so a type's vector is computed once and kept.
Character n-grams in a hashed table follow Bojanowski et al. 2017 (fastText, doi:10.1162/tacl_a_00051).
"""

from __future__ import annotations

import re
from zlib import crc32

_DIGIT = re.compile(r"\d")
_UPPER = re.compile(r"[A-ZÀ-ÖØ-Þ]")
_LOWER = re.compile(r"[a-zß-öø-ÿ]")
_RUN = re.compile(r"(.)\1{2,}")
NGRAM_SIZES = (3, 4, 5)


def fold(word: str) -> str:
    """The form that n-grams and the word table are keyed on: lower case, every digit a zero.

    >>> fold("MK801")
    'mk000'
    """
    return _DIGIT.sub("0", word.lower())


def shape(word: str) -> str:
    """Kinds of characters in order, runs of more than two cut to two.

    >>> shape("Ketamine"), shape("5HT1A"), shape("mTOR")
    ('Xxx', '0XX0X', 'xXX')
    """
    kinds = _LOWER.sub("x", _UPPER.sub("X", _DIGIT.sub("0", word)))
    return _RUN.sub(r"\1\1", kinds)


def ngrams(word: str) -> list[str]:
    """Character n-grams of a folded word with its boundaries marked.

    >>> ngrams("uft")
    ['<uf', 'uft', 'ft>', '<uft', 'uft>', '<uft>']
    """
    marked = f"<{word}>"
    return [marked[i : i + n] for n in NGRAM_SIZES for i in range(len(marked) - n + 1)] or [marked]


def row(key: str, rows: int) -> int:
    """The row of a table of `rows` rows that a string is hashed to; the same on every machine and in every run."""
    return crc32(key.encode("utf-8")) % rows
