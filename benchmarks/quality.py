"""The quality table: reviews and samples against gold, PICO-Corpus, EBM-NLP, BC5CDR dev; 95% intervals everywhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.intervals import Tallied
from benchmarks.speed import commit
from pipeline import __version__
from pipeline.extract import Extractor
from pipeline.reconcile.render import markdown, one_line

HEAD = ["texts", "what", "n", "precision", "recall", "F1", "right value, F1"]


@dataclass(frozen=True, slots=True)
class Cause:
    """Errors of one kind that one rule, entry or model made, and a few of their texts."""

    texts: str
    kind: str
    cause: str
    label: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one set of texts adds: lines of the table, causes of errors, and a note under the table."""

    lines: list[list[str]]
    causes: list[Cause]
    note: str


def interval(value: float, ends: tuple[float, float]) -> str:
    """A score with its interval.

    >>> interval(0.5, (0.25, 0.75))
    '0.500 (0.250–0.750)'
    """
    return f"{value:.3f} ({ends[0]:.3f}–{ends[1]:.3f})"


def line(
    texts: str, what: str, scores: Tallied, only: Sequence[str] = ("precision", "recall", "f1")
) -> list[str]:
    """A line of the table from tallies; measures that do not apply stay empty."""
    cells = [
        interval(getattr(scores, name), scores.interval[name]) if name in only else ""
        for name in ("precision", "recall", "f1")
    ]
    return [texts, what, f"{scores.gold:,}", *cells, ""]


def say(text: str) -> None:
    """Progress, on standard error."""
    print(f"quality {time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


def run(texts: Sequence[Path], data: Path | None, errors: int) -> str:
    """Score everything that is here; the table as Markdown, with what is not here named under it."""
    from benchmarks import bc5cdr, on_ebm, on_gold, on_pico

    extractor = Extractor()
    say("reviews and samples")
    parts = on_gold.parts(extractor, texts)
    for name, folder, score in (
        ("PICO-Corpus", "pico_corpus", on_pico.part),
        ("EBM-NLP", "ebm_nlp", on_ebm.part),
        ("BC5CDR dev", "bc5cdr", bc5cdr.part),
    ):
        path = data / folder if data is not None else None
        if path is None or not path.is_dir():
            parts.append(
                Part([], [], f"{name}: not here; name the folder of {folder}/ with --data or GOLDPAN_DATA.")
            )
            continue
        say(name)
        parts.append(score(extractor, path))
    lines = [row for part in parts for row in part.lines]
    blocks = [markdown(HEAD, lines, right=range(2, len(HEAD)))]
    blocks.append("In parentheses: 95% intervals.")
    blocks.append("\n".join(f"- {part.note}" for part in parts))
    blocks.append(f"{datetime.now(UTC):%d %B %Y}, goldpan {__version__} {commit()}.")
    if errors:
        blocks += [causes(part.causes, errors) for part in parts if part.causes]
    return "\n\n".join(blocks)


def causes(rows: Sequence[Cause], limit: int) -> str:
    """The commonest causes of errors of one set of texts, as a table."""
    first = sorted(rows, key=lambda row: (-row.count, row.kind, row.cause, row.label))[:limit]
    body = [
        [row.texts, row.kind, one_line(row.cause, 40), row.label, str(row.count),
         "; ".join(one_line(text, 40) for text in row.examples)]
        for row in first
    ]  # fmt: skip
    return markdown(["texts", "error", "cause", "label", "n", "for example"], body, right=(4,))
