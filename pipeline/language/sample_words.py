"""The words around a number, by what they say of a count: rows of people.tsv and sample_size_cues.tsv.

A sentence becomes a list of tokens; each carries the kinds of its word as bits, so that a rule asks with one ``&``.
Only sentences in which a whole number stands are read at all.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pipeline.language.lexicon import rows
from pipeline.language.numbers import Number, Numbers

PEOPLE, ANIMAL, CASE, EVENT_NOUN, DROPOUT_NOUN, GROUP, RESPONDER, COMPLETER, SINGULAR = (
    1 << i for i in range(9)
)
ENROL, SCREEN, ALLOCATE, COMPLETE, EVENT, DROPOUT, OTHER, UNIT, LABEL, MEASURE, STOP = (
    1 << i for i in range(9, 20)
)
NUMBER, PLURAL_LIKE, PUNCT, CONTROL, RECEIVE, QUANTITY = (1 << i for i in range(20, 26))
ASSIGN = ALLOCATE | RECEIVE

_KINDS = {
    "people": PEOPLE, "animal": PEOPLE | ANIMAL, "case": PEOPLE | CASE, "event": EVENT_NOUN,
    "dropout": DROPOUT_NOUN, "group": GROUP,
}  # fmt: skip
_ROLES = {"arm": CONTROL, "event": RESPONDER, "complete": COMPLETER}
_CUES = {
    "enrol": ENROL, "screen": SCREEN, "allocate": ALLOCATE, "receive": RECEIVE,
    "complete": COMPLETE, "event": EVENT, "dropout": DROPOUT, "other": OTHER,
    "unit": UNIT, "label": LABEL, "measure": MEASURE, "stop": STOP,
    "quantity": QUANTITY,
}  # fmt: skip
_HYPHEN = re.compile(r"[-‐‑–]")
_WORD = re.compile(r"[^\W_]+(?:[-‐‑–'’][^\W\d_]+)*|\S")


@cache
def kinds() -> dict[str, int]:
    """Word → its kinds, as bits.

    >>> bool(kinds()["patients"] & PEOPLE), bool(kinds()["patient"] & SINGULAR), bool(kinds()["weeks"] & UNIT)
    (True, True, True)
    """
    out: dict[str, int] = {}
    for row in rows("people.tsv"):
        bits = _KINDS[row["kind"]] | (_ROLES.get(row["role"], 0) if row["kind"] == "people" else 0)
        _add(out, row["form"], row["plural"], bits)
    for row in rows("sample_size_cues.tsv"):
        _add(out, row["form"], row["plural"], _CUES[row["kind"]])
    return out


def _add(out: dict[str, int], form: str, plural: str, bits: int) -> None:
    out[form] = out.get(form, 0) | bits | (SINGULAR if plural else 0)
    if plural:
        out[plural] = out.get(plural, 0) | bits


@lru_cache(maxsize=1 << 16)
def bits_of(word: str) -> int:
    """The kinds of a word in lower case; of one that is in no list, by its hyphenated head or by its form."""
    known = kinds()
    listed = known.get(word)
    if listed is not None:
        return listed
    if not word[0].isalnum():
        return PUNCT
    parts = _HYPHEN.split(word)
    head = parts[-1]
    if len(head) == 1 and known.get(parts[0], 0) & GROUP:
        return GROUP | SINGULAR  # "arm-a"
    found = known.get(head, 0) if head != word else 0
    if found & (PEOPLE | EVENT_NOUN | UNIT):
        return found & ~STOP
    if head.endswith("s") and len(head) > 3 and not head.endswith(("ss", "us", "is", "ous", "'s", "’s")):
        return PLURAL_LIKE
    return 0


class Words:
    """The tokens of a stretch of text: where they start and end, the word in lower case, its kinds, its number."""

    __slots__ = ("bits", "ends", "numbers", "starts", "text", "words")

    def __init__(self, text: str, start: int, end: int, numbers: list[Number]) -> None:
        self.text = text
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.words: list[str] = []
        self.bits: list[int] = []
        self.numbers: dict[int, Number] = {}
        at = start
        for number in numbers:
            if number.start < at:
                continue
            self._read(at, number.start)
            self.numbers[len(self.words)] = number
            self.starts.append(number.start)
            self.ends.append(number.end)
            self.words.append("#")
            self.bits.append(NUMBER)
            at = number.end
        self._read(at, end)

    def _read(self, start: int, end: int) -> None:
        piece = self.text[start:end]
        lower = piece.lower()
        if len(lower) != len(piece):  # a capital that folds to two characters
            lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in piece)
        if "#" in lower:
            lower = lower.replace("#", "№")  # that sign stands for numbers here
        words = _WORD.findall(lower)
        at = 0
        for word in words:
            at = lower.find(word, at)
            self.starts.append(start + at)
            at += len(word)
            self.ends.append(start + at)
        self.words += words
        self.bits += map(bits_of, words)

    def __len__(self) -> int:
        return len(self.words)

    def word(self, i: int) -> str:
        """The word at ``i``, "" outside."""
        return self.words[i] if 0 <= i < len(self.words) else ""

    def kind(self, i: int) -> int:
        """The kinds of the word at ``i``; a stop outside."""
        return self.bits[i] if 0 <= i < len(self.bits) else STOP

    def glued(self, i: int) -> bool:
        """Whether token ``i`` stands directly behind the one before it."""
        return 0 < i < len(self.words) and self.starts[i] == self.ends[i - 1]

    def close(self, i: int, reach: int = 16) -> int | None:
        """Index of the bracket that closes the one at ``i``, where it stands within ``reach`` tokens."""
        depth = 0
        for j in range(i, min(len(self.words), i + reach)):
            if self.words[j] in "([":
                depth += 1
            elif self.words[j] in ")]":
                depth -= 1
                if depth == 0:
                    return j
        return None


def words_in(text: str, start: int, end: int, numbers: Numbers) -> Words:
    """The words of a sentence or cell."""
    return Words(text, start, end, numbers.within(start, end))
