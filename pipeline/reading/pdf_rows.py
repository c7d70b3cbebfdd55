"""The rows of a table: by the rules between them, or by steps and numbers where lines are wrapped without rules."""

from __future__ import annotations

import itertools
import re

from pipeline.reading.pdf_drawn import Rule
from pipeline.reading.pdf_lines import Segment

NUMBER = re.compile(r"^[\s(<>≤≥=~±−–-]*\d")
#: A cell's line that its next line must go on with.
_OPEN = re.compile(
    r"(?:[,;/(±=–—-]|\b(?:vs?\.?|versus|to|and|or|of|then|plus|with|for|by|in|at|on|per|than|from))$"
)
Band = tuple[float, float]


def grid_bands(rules: list[Rule], uprights: list[Rule]) -> list[Band]:
    """The bands between the rules of a full grid, whose columns have rules too; empty where it is none."""
    tops = sorted({round(r.top) for r in rules})
    if len(tops) < 2:
        return []
    bands = [(float(a), float(b)) for a, b in itertools.pairwise(tops) if b - a >= 4]
    parted = 0
    for top, bottom in bands:
        crossing = {round(r.x0) for r in uprights if r.top <= top + 3 and r.bottom >= bottom - 3}
        parted += len(crossing) >= 3
    return bands if parted >= 0.7 * len(bands) and bands else []  # a subheading may span all columns


def row_bands(
    grid: list[list[list[Segment]]], lines: list[list[Segment]], header: int, rules: list[Rule]
) -> list[Band]:
    """The bands between rules that stand under every row; empty where a band holds more than one row.

    A band is one row where no line of it fills a cell that its first line leaves empty, and no number stands under
    a number (row heads aside).
    """
    width = max((r.x1 - r.x0 for r in rules), default=0.0)
    tops = sorted({round(r.top) for r in rules if r.x1 - r.x0 >= 0.8 * width})
    inner = (
        [top for top in tops if lines[header][0].base < top < lines[-1][0].base]
        if header < len(lines)
        else []
    )
    if len(inner) < 2:
        return []
    cuts = [float("-inf"), *tops, float("inf")]
    for top, bottom in itertools.pairwise(cuts):
        band = [row for row, line in zip(grid, lines, strict=True) if top < line[0].base <= bottom]
        for above, row in itertools.pairwise(band if top >= lines[0][0].base else []):
            for c, cell in enumerate(row):
                if cell and not band[0][c]:
                    return []
                if c and cell and _number_under_number(above[c], cell):
                    return []
    return list(itertools.pairwise(cuts))


def banded(
    grid: list[list[list[Segment]]], lines: list[list[Segment]], bands: list[Band]
) -> list[list[list[Segment]]]:
    """One row for each band that holds lines."""
    rows: list[list[list[Segment]]] = []
    last: Band | None = None
    for cells, line in zip(grid, lines, strict=True):
        middle = line[0].base - 0.3 * line[0].size
        band = next((b for b in bands if b[0] <= middle <= b[1]), None)
        if rows and band is not None and band == last:
            for cell, more in zip(rows[-1], cells, strict=True):
                cell.extend(more)
        else:
            rows.append([list(cell) for cell in cells])
        last = band
    return rows


def wrapped(
    grid: list[list[list[Segment]]], lines: list[list[Segment]], header: int, rules: list[Rule], em: float
) -> list[list[list[Segment]]]:
    """Put the lines of wrapped cells together; rules, wide steps and a number under a number begin a new row."""
    bases = [line[0].base for line in lines]
    steps = [b - a for a, b in zip(bases[header:], bases[header + 1 :], strict=False)]
    tight = min((s for s in steps if s > 0.7 * em), default=1.2 * em)
    loose = any(step > 1.22 * tight for step in steps)
    rights = [max((s.x1 for line in grid for s in line[c]), default=0.0) for c in range(len(grid[0]))]
    rows: list[list[list[Segment]]] = []
    for i, line in enumerate(grid):
        if i == 0 or i == header:
            rows.append([list(cell) for cell in line])
            continue
        ruled = any(bases[i - 1] < r.top < bases[i] - 0.2 * em for r in rules)
        if i < header or (
            not ruled
            and bases[i] - bases[i - 1] <= 1.22 * tight
            and _continues(rows[-1], line, grid[i - 1], loose, rights)
        ):
            for cell, more in zip(rows[-1], line, strict=True):
                cell.extend(more)
        else:
            rows.append([list(cell) for cell in line])
    return rows


def cell_text(cell: list[Segment]) -> str:
    """A cell's lines as one."""
    return " ".join(s.text for s in cell)


def _number_under_number(above: list[Segment], cell: list[Segment]) -> bool:
    """Whether both are numbers, and the upper one is no beginning of what the lower one ends: "0.5 vs.", "12.4" over
    "(3.1)".
    """
    upper, lower = cell_text(above), cell_text(cell)
    if lower.startswith("(") and "(" not in upper:
        return False
    return bool(NUMBER.match(upper) and NUMBER.match(lower) and not _OPEN.search(upper))


def _continues(
    row: list[list[Segment]],
    line: list[list[Segment]],
    above: list[list[Segment]],
    loose: bool,
    rights: list[float],
) -> bool:
    """Whether a line at the table's closest step goes on with the cells of the row above it.

    ``loose``: rows stand wider than the lines of a cell; ``rights`` are the right ends of the columns.
    """
    filled = [i for i, cell in enumerate(line) if cell]
    if any(not row[i] for i in filled):
        return False
    if any(_number_under_number(above[i], line[i]) for i in filled if i):
        return False
    if 0 not in filled or loose:
        return True
    begin = cell_text(line[0])
    if len(filled) == 1 and (begin[:1].islower() or begin[:1] == "("):
        return True
    if len(filled) == len(line):
        return False  # hardly ever do all cells of a row wrap
    return not any(_fits(row[i][-1], line[i][0], rights[i]) for i in filled)


def _fits(last: Segment, following: Segment, right: float) -> bool:
    """Whether the first word of a line had room behind the line above it: then nothing made it wrap."""
    word = following.words[0]
    return last.x1 + 0.25 * last.size + word.x1 - word.x0 <= right
