"""A table's segments → rows of cells: columns by white strips and rules, rows by rules, steps and numbers."""

from __future__ import annotations

import itertools
import statistics
from dataclasses import dataclass, field

from pipeline.reading.pdf_drawn import Rule
from pipeline.reading.pdf_lines import Segment, merged, rows_of
from pipeline.reading.pdf_rows import Band, banded, grid_bands, row_bands, wrapped
from pipeline.reading.pdf_words import Word

#: White between two columns of a table, in ems, at least.
_WHITE = 0.55


@dataclass(slots=True)
class TableCells:
    """``rows[r][c]`` are the cell's lines; the first row holds the column heads. ``edges``: x where columns begin."""

    rows: list[list[list[Segment]]]
    x0: float
    top: float
    x1: float
    bottom: float
    segments: list[Segment] = field(default_factory=list)
    edges: list[float] = field(default_factory=list)


def cells_of(
    segments: list[Segment], rules: list[Rule], uprights: list[Rule], least: float
) -> TableCells | None:
    """Cut a region into rows and columns; None where less than ``least`` of the lines fill two columns."""
    boxes = grid_bands(rules, uprights) if segments else []
    if len(boxes) == 1:
        return _one_row(segments, boxes[0], uprights)
    if len(segments) < 4:
        return None
    lines = rows_of(segments, 0.35)
    if len(lines) < 2:
        return None
    x0, x1 = min(s.x0 for s in segments), max(s.x1 for s in segments)
    em = statistics.median(s.size for s in segments)
    header = _header_lines(lines, rules)
    body = lines[header:] if len(lines) - header >= 2 else lines
    columns = _columns(body, em, x0, x1, uprights)
    if len(columns) < 2:
        return None
    grid = [_in_columns(line, columns, head=i < header) for i, line in enumerate(lines)]
    filled = sum(1 for line in grid[header:] if sum(bool(cell) for cell in line) >= 2)
    if not boxes and (filled < 2 or filled < least * len(grid[header:])):
        return None
    bands = boxes or row_bands(grid, lines, header, rules)
    rows = banded(grid, lines, bands) if bands else wrapped(grid, lines, header, rules, em)
    if len(rows) < 2 or sum(sum(map(bool, row)) >= 2 for row in rows) < 2:
        return None
    return _table(rows, segments, columns)


def _table(
    rows: list[list[list[Segment]]], segments: list[Segment], columns: list[tuple[float, float]]
) -> TableCells:
    x0, x1 = min(s.x0 for s in segments), max(s.x1 for s in segments)
    top, bottom = min(s.top for s in segments), max(s.bottom for s in segments)
    return TableCells(rows, x0, top, x1, bottom, segments, [a for a, _ in columns])


def _one_row(segments: list[Segment], band: Band, uprights: list[Rule]) -> TableCells | None:
    """A row boxed by rules on all sides: the heads, or the last row, of a table on another page."""
    edges = sorted({round(r.x0) for r in uprights if r.top <= band[0] + 3 and r.bottom >= band[1] - 3})
    columns = [(float(a), float(b)) for a, b in itertools.pairwise(edges) if b - a >= 6]
    row: list[list[Segment]] = [[] for _ in columns]
    for segment in segments:
        column = next(
            (i for i, (a, b) in enumerate(columns) if a - 1 <= segment.x0 and segment.x1 <= b + 1), None
        )
        if column is None:
            return None
        row[column].append(segment)
    return _table([row], segments, columns) if sum(map(bool, row)) >= 2 else None


def _header_lines(lines: list[list[Segment]], rules: list[Rule]) -> int:
    """How many lines stand above the rule that parts the heads from the body; 0 where there is none."""
    top, bottom = lines[0][0].top, lines[-1][0].bottom
    width = max((r.x1 - r.x0 for r in rules), default=0)
    wide = [
        r.top for r in rules if r.x1 - r.x0 >= 0.8 * width and lines[0][0].base < r.top < lines[-1][0].top
    ]
    if not wide or wide[0] - top > 0.5 * (bottom - top):
        return 0
    return sum(1 for line in lines if line[0].base <= wide[0] + 1) or 1


def _columns(
    lines: list[list[Segment]], em: float, x0: float, x1: float, uprights: list[Rule]
) -> list[tuple[float, float]]:
    """x intervals of the columns: white strips that (nearly) no line crosses part them."""
    width = int(x1 - x0) + 2
    covered = [0] * width
    count = 0
    for line in lines:
        if len(line) == 1 and line[0].x1 - line[0].x0 > 0.5 * (x1 - x0):
            continue  # a subheading over all columns
        count += 1
        for s in line:
            for x in range(int(s.x0 - x0), min(width, int(s.x1 - x0) + 1)):
                covered[x] += 1
    if count < 2:
        return []
    allowed = int(0.07 * count)
    edges: list[float] = [x0 - 1]
    strips: list[tuple[float, float]] = []
    begin: int | None = None
    for x in range(width + 1):
        if x < width and covered[x] <= allowed:
            begin = x if begin is None else begin
        elif begin is not None:
            if x - begin >= _WHITE * em and begin > 0 and x < width:
                left, right = x0 + begin - 3, x0 + x + 3
                drawn = [r.x0 for r in uprights if left <= r.x0 <= right]
                edges.append(drawn[0] if drawn else x0 + (begin + x) / 2)
                strips.append((left, right))
            begin = None
    for rule in uprights:
        free = not any(a <= rule.x0 <= b for a, b in strips) and all(
            abs(rule.x0 - edge) > em for edge in edges
        )
        if x0 + 4 < rule.x0 < x1 - 4 and free:
            column = int(rule.x0 - x0)
            if covered[column] <= max(1, allowed):
                edges.append(rule.x0)
    edges = [*sorted(edges), x1 + 1]
    return list(itertools.pairwise(edges))


def _in_columns(line: list[Segment], columns: list[tuple[float, float]], head: bool) -> list[list[Segment]]:
    """A line's pieces by column; a piece that reaches over a column's edge is cut at a gap there, if it has one."""
    cells: list[list[Segment]] = [[] for _ in columns]
    for segment in line:
        parts: list[list[Word]] = []
        last = -1
        for word in segment.words:
            middle = (word.x0 + word.x1) / 2
            column = next((i for i, (a, b) in enumerate(columns) if a <= middle < b), len(columns) - 1)
            gap = word.x0 - parts[-1][-1].x1 if parts else 0.0
            if not parts or (column != last and gap >= (_GAP_IN_HEAD if head else 0.3) * word.size):
                parts.append([word])
                last = column
            else:
                parts[-1].append(word)
        for part in parts:
            piece = segment if len(parts) == 1 else Segment.of(part)
            first = (part[0].x0 + part[0].x1) / 2
            cells[next((i for i, (a, b) in enumerate(columns) if a <= first < b), len(columns) - 1)].append(
                piece
            )
    return cells


#: A head that spans columns is cut only at a gap wider than a word's, in ems.
_GAP_IN_HEAD = 0.6


def table_line(cell: list[Segment]) -> list[Segment]:
    """A cell's pieces as lines, top to bottom."""
    return [merged(row) for row in rows_of(cell)]
