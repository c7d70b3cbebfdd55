"""Read IOB corpora and turn their token lines back into text.

The public corpora come as one token a line, with a blank line between sentences. The bundled model works on
text, not on anybody's tokens, so sentences are put back into running text (`detokenise`) and cut again by the
tokenizer that the model uses at run time (`pipeline.language.ner_features.fine_tokens`). Entity offsets are code
points of that text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

Span = tuple[int, int, str]
"""An entity as (start, end, type): offsets in code points or in tokens, end exclusive."""


@dataclass(frozen=True)
class Sentence:
    """One sentence: its tokens and one IOB tag a token."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]


def read_iob(path: Path) -> list[Sentence]:
    """Read a file of `token … tag` lines (tab or space between columns; the last column is the tag).

    Raises ValueError, naming the line, where a line has fewer than two columns or the tag is not O, B-X or I-X.
    """
    sentences: list[Sentence] = []
    tokens: list[str] = []
    tags: list[str] = []
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], start=1):
        if not line.strip() or line.startswith("-DOCSTART-"):
            if tokens:
                sentences.append(Sentence(tuple(tokens), tuple(tags)))
                tokens, tags = [], []
            continue
        columns = line.split("\t") if "\t" in line else line.split()
        if len(columns) < 2 or not re.fullmatch(r"O|[BI]-\S+", columns[-1]):
            raise ValueError(f"{path}:{number}: expected 'token TAG', found {line!r}")
        tokens.append(columns[0])
        tags.append(columns[-1])
    return sentences


def iob_spans(tags: Sequence[str]) -> list[Span]:
    """Entities of one sentence as token spans.

    An I- that does not continue an entity of its type starts one, as conlleval reads it.

    >>> iob_spans(["B-Chemical", "I-Chemical", "O", "I-Disease"])
    [(0, 2, 'Chemical'), (3, 4, 'Disease')]
    """
    spans: list[Span] = []
    start, kind = 0, ""
    for i, tag in enumerate([*tags, "O"]):
        prefix, _, label = tag.partition("-")
        if kind and (prefix != "I" or label != kind):
            spans.append((start, i, kind))
            kind = ""
        if label and not kind:
            start, kind = i, label
    return spans


_NO_SPACE_BEFORE = frozenset(",;:)]}%.?!")
_NO_SPACE_AFTER = frozenset("([{")
_JOINING = frozenset("-/")


def _gap(tokens: Sequence[str], i: int, quote_open: bool) -> bool:
    """Whether a space stands between tokens[i - 1] and tokens[i]."""
    left, right = tokens[i - 1], tokens[i]
    after = tokens[i + 1] if i + 1 < len(tokens) else ""
    before = tokens[i - 2] if i > 1 else ""
    if left in _NO_SPACE_AFTER:
        return False
    if right == "." or left == ".":
        if right == ".":
            return False
        initials = len(before) == 1 and len(right) == 1 and after == "."
        return not (before.isdigit() and right.isdigit()) and not initials
    if right in _NO_SPACE_BEFORE:
        return False
    if (left, right) in {("+", "/"), ("/", "-")} or (right == "+" and after == "/"):
        return right == "+"
    if right == "-" and left in {"=", "<", ">"}:
        return True
    if left == "-" and before in {"/", "=", "<", ">"}:
        return before == "/"
    if left in _JOINING or right in _JOINING:
        return False
    if right == "'":
        return after not in {"s", "t"} and not left.endswith("s")
    if left == "'":
        return right not in {"s", "t"} and before.endswith("s")
    if right == '"':
        return not quote_open
    if left == '"':
        return not quote_open
    return True


def detokenise(tokens: Sequence[str]) -> tuple[str, list[int]]:
    """Running text for a token list, and where each token starts in it.

    Spaces are a matter of rule (none inside brackets, before a comma, around a hyphen or a slash, inside a decimal
    number); the corpora do not say where they stood.

    >>> detokenise("drug - induced ( 12 . 5 mg ) Parkinson ' s disease .".split())[0]
    "drug-induced (12.5 mg) Parkinson's disease."
    """
    text = ""
    starts: list[int] = []
    quote_open = False
    for i, token in enumerate(tokens):
        if i and _gap(tokens, i, quote_open):
            text += " "
        if token == '"':
            quote_open = not quote_open
        starts.append(len(text))
        text += token
    return text, starts


def with_offsets(sentence: Sentence) -> tuple[str, list[Span]]:
    """A sentence's text and its entities in code points of that text."""
    text, starts = detokenise(sentence.tokens)
    spans = [
        (starts[a], starts[b - 1] + len(sentence.tokens[b - 1]), kind)
        for a, b, kind in iob_spans(sentence.tags)
    ]
    return text, spans


def without_overlap(sentences: Iterable[Sentence], held_out: Iterable[Sentence]) -> Iterator[Sentence]:
    """Sentences that do not stand, token for token and case aside, in the held-out set.

    The corpora draw on the same abstracts, so a sentence of a test set can return in another corpus.
    Sentences under eight tokens (headings, stock phrases) are kept.
    """
    known = {tuple(token.lower() for token in sentence.tokens) for sentence in held_out}
    for sentence in sentences:
        if len(sentence.tokens) < 8 or tuple(token.lower() for token in sentence.tokens) not in known:
            yield sentence
