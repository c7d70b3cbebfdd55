"""EBM-NLP's abstracts of trials (three diseases, as RCT-ART gives them): tokens put back into running text, with spans.

Its annotators marked outcomes (OC) and interventions (INTV) by other rules than ours: outcomes with their measures and
times, interventions of any kind. So only whether ours touch theirs is counted, as a sign of what is missed or made up
in fields other than our own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.schema import GoldpanError

_GLUED_BEFORE = frozenset(",.;:)]%?!'") | {"'s", "n't"}
_GLUED_AFTER = frozenset("([")


@dataclass(frozen=True, slots=True)
class Abstract:
    """An abstract's text, and the character spans of each kind."""

    id: str
    text: str
    spans: dict[str, list[tuple[int, int]]]


def read(folder: Path) -> list[Abstract]:
    """The abstracts of a folder of ``*.iob`` files. Raises GoldpanError where there is none."""
    files = sorted(folder.glob("*.iob"))
    if not files:
        raise GoldpanError(
            f"{folder}: no *.iob here; the folder holds EBM-NLP as token, part of speech, tag a line"
        )
    return [abstract for file in files for abstract in _abstracts(file)]


def _abstracts(file: Path) -> Iterator[Abstract]:
    documents: list[list[tuple[str, str] | None]] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("-DOCSTART-"):
            documents.append([])
        elif documents:
            parts = line.split()
            documents[-1].append((parts[0], parts[-1]) if len(parts) > 1 else None)
    for number, tokens in enumerate(documents):
        text, spans = rendered(tokens)
        yield Abstract(f"{file.stem}-{number}", text, spans)


def rendered(tokens: list[tuple[str, str] | None]) -> tuple[str, dict[str, list[tuple[int, int]]]]:
    """Running text from tokens with their tags (None: a sentence's end, the first of them the title's); spans by kind.

    >>> rendered([("Pain", "B-OC"), ("score", "I-OC"), ("(", "O"), ("n", "O"), (")", "O"), (".", "O")])
    ('Pain score (n).', {'OC': [(0, 10)]})
    """
    text, spans = "", dict[str, list[tuple[int, int]]]()
    glued, inside = True, ""
    for token in tokens:
        if token is None:
            if text and "\n" not in text:
                text, glued = text + "\n\n", True
            inside = ""
            continue
        word, tag = token
        if not glued and word not in _GLUED_BEFORE:
            text += " "
        start, kind = len(text), tag[2:]
        text += word
        if kind and (tag[0] == "B" or kind != inside):
            spans.setdefault(kind, []).append((start, len(text)))
        elif kind:
            spans[kind][-1] = (spans[kind][-1][0], len(text))
        glued, inside = word in _GLUED_AFTER, kind
    return text, spans
