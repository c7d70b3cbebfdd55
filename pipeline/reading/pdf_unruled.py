"""Tables without rules: by the white between their columns, in a column's lines or, captioned, over the whole page.

Precise rather than complete, but a caption ("Table 2") is good evidence: what stands under it may be less regular.
"""

from __future__ import annotations

import re

from pipeline.reading.pdf_cells import TableCells, cells_of
from pipeline.reading.pdf_lines import Page, Segment, rows_of
from pipeline.reading.pdf_rows import NUMBER, cell_text
from pipeline.reading.pdf_tables import CAPTION, as_segment
from pipeline.reading.pdf_words import Word

#: Over the page: a piece wider than this part of the text's width is prose.
_WIDE = 0.4
#: A gap between the cells of a captioned table is at least this wide, in ems.
_CELL_GAP = 0.55


def take_wide(page: Page) -> None:
    """Replace the segments of captioned tables that span the columns of a page by one segment each."""
    free = [s for s in page.segments if s.block is None]
    if not free:
        return
    x0, x1 = min(s.x0 for s in free), max(s.x1 for s in free)
    for caption in [s for s in free if _is_caption(s)]:
        rows = rows_of(s for s in page.segments if s.base > caption.base + 0.3 * caption.size)
        run = _run(rows, x1 - x0, caption)
        pieces = [p for row in run for s in row for p in _pieces(s, _CELL_GAP)]
        table = cells_of(pieces, [], [], 0.5) if len(run) >= 3 else None
        if table is None or len(table.edges) < 3 or not _spans(table, x0, x1) or _has_prose(table, x1 - x0):
            continue
        ids = {id(s) for row in run for s in row}
        page.segments = [s for s in page.segments if id(s) not in ids]
        page.segments.append(as_segment(table))


def _is_caption(line: Segment) -> bool:
    """A line that names a table, not a sentence that begins with one ("Table 2 shows")."""
    match = CAPTION.match(line.text)
    return bool(match and (re.match(r"\s*(?:[.:|–—-]|$|[A-Z])", line.text[match.end() :]) or line.bold))


def _run(rows: list[list[Segment]], width: float, caption: Segment) -> list[list[Segment]]:
    """The rows of a table under its caption, which may have a second line: several pieces each, none of them prose."""
    out: list[list[Segment]] = []
    last = caption.base
    size = 0.0
    for row in rows:
        block = any(s.block is not None for s in row)
        several = len(row) >= 2 and max(s.x1 - s.x0 for s in row) < _WIDE * width
        small = len(row) == 1 and row[0].x1 - row[0].x0 < _WIDE * width and bool(out)
        em = row[0].size
        if block or row[0].base - last > 3.5 * em or (size and abs(em - size) > 0.15 * size):
            break
        if several or small:
            size = size or em
            out.append(row)
        elif out or row[0].base - caption.base > 6 * em:
            break
        last = row[0].base
    while len(out) > 1 and len(out[-1]) == 1 and not _wraps(out[-1][0], out[-2]):
        out.pop()
    return out


def _wraps(line: Segment, above: list[Segment]) -> bool:
    """Whether a lone piece is the second line of a cell in the row above it."""
    close = line.base - above[0].base <= 1.3 * line.size
    return close and any(abs(line.x0 - s.x0) <= 2 for s in above)


def _has_prose(table: TableCells, width: float) -> bool:
    """Whether a column of a would-be table is one of running text: most of its lines are as wide as it is."""
    for column in range(len(table.edges)):
        lines = [line for row in table.rows for line in rows_of(row[column])]
        widths = sorted(line[-1].x1 - line[0].x0 for line in lines)
        words = sum(len(s.words) for line in lines for s in line)
        if len(widths) < 3 or widths[-1] < 0.18 * width or words < 4 * len(lines):
            continue
        if sum(w >= 0.85 * widths[-1] for w in widths) >= 0.6 * len(widths):
            return True
    return False


def _spans(table: TableCells, x0: float, x1: float) -> bool:
    """Whether a table lies on both halves of the page, with columns on each."""
    middle = (x0 + x1) / 2
    edges = table.edges[1:]
    return table.x1 - table.x0 > 0.6 * (x1 - x0) and min(edges) < middle < max(edges)


def captioned(lines: list[Segment], first: int, em: float) -> tuple[int, int, TableCells] | None:
    """The table under a caption that begins at line ``first`` of a column: (first line, line after the last, cells)."""
    width = max(line.x1 for line in lines) - min(line.x0 for line in lines)
    begin = next((i for i in range(first + 1, min(first + 6, len(lines))) if _cut(lines[i])), None)
    if begin is None or lines[begin].block is not None:
        return None
    size = lines[begin].size
    end = begin
    for i in range(begin, len(lines)):
        line = lines[i]
        near = i == begin or line.base - lines[i - 1].base <= 3.2 * size
        if line.block is not None or not near or abs(line.size - size) > 0.12 * size:
            break
        if _cut(line):
            end = i + 1
        elif line.x1 - line.x0 > 0.72 * width:
            break
    while (
        end < len(lines) and lines[end].x0 > lines[begin].x0 + 0.5 * em and _goes_on(lines, end, size, width)
    ):
        end += 1  # the last line of the last row may fill one cell only
    if end - begin < 3:
        return None
    pieces = [p for line in lines[begin:end] for p in _pieces(line, _CELL_GAP)]
    table = cells_of(pieces, [], [], 0.5)
    return (begin, end, table) if table is not None else None


def _goes_on(lines: list[Segment], at: int, size: float, width: float) -> bool:
    line = lines[at]
    return (
        line.block is None and abs(line.size - size) <= 0.12 * size and line.base - lines[at - 1].base <= 1.3 * size
        and line.x1 - line.x0 < 0.5 * width
    )  # fmt: skip


def _cut(line: Segment) -> bool:
    return len(_pieces(line, _CELL_GAP)) >= 2


def unruled(lines: list[Segment], em: float) -> list[tuple[int, int, TableCells]]:
    """Tables among the lines of one column: (first line, line after the last, cells).

    Three or more lines in a row whose gaps (wider than an em) stand under each other make a table.
    """
    pieces = [_pieces(line) for line in lines]
    out: list[tuple[int, int, TableCells]] = []
    i = 0
    while i < len(lines):
        if lines[i].block is None and _is_caption(lines[i]):
            found = captioned(lines, i, em)
            if found is not None:
                out.append(found)
                i = found[1]
                continue
        j = i
        while j < len(lines) and len(pieces[j]) >= 2 and _near(lines, i, j):
            j += 1
        if j - i >= 3:
            table = cells_of([p for line in pieces[i:j] for p in line], [], [], 0.6)
            width = max(line.x1 for line in lines) - min(line.x0 for line in lines)
            if table is not None and _aligned(table) and not _has_prose(table, width):
                out.append((i, j, table))
                i = j
                continue
            i = j
        i += 1
    return out


def _near(lines: list[Segment], first: int, at: int) -> bool:
    return at == first or (lines[at].base - lines[at - 1].base) <= 3 * lines[at].size


def _pieces(line: Segment, gap: float = 1.1) -> list[Segment]:
    """A line cut at gaps wider than ``gap`` ems and much wider than the line's own word spaces."""
    if line.block is not None or not line.words:
        return []
    parts: list[list[Word]] = [[line.words[0]]]
    gaps = [
        right.x0 - left.x1 for left, right in zip(line.words, line.words[1:], strict=False) if right.spaced
    ]
    closest = min(gaps, default=0.0)
    least = max(gap * line.size, 1.8 * closest if closest < 0.6 * line.size else 0.0)
    for left, right in zip(line.words, line.words[1:], strict=False):
        if right.x0 - left.x1 > least:
            parts.append([])
        parts[-1].append(right)
    return [line] if len(parts) == 1 else [Segment.of(part) for part in parts]


def _aligned(table: TableCells) -> bool:
    """Whether four fifths of the rows fill the same columns, and these are columns of numbers or stand in line.

    The pieces of justified prose stand in line only at the margins, and a list's marks are no column.
    """
    rows = table.rows
    full = sum(1 for row in rows if sum(bool(cell) for cell in row) >= max(2, len(row) - 1))
    if full < 0.8 * len(rows):
        return False
    firsts = [cell_text(row[0]) for row in rows if row[0]]
    if sum(bool(_LIST_MARK.fullmatch(text)) for text in firsts) >= 0.5 * len(firsts):
        return False
    phrases = sum(any(len(s.words) > 1 for cell in row for s in cell) for row in rows)
    for column in range(1, len(rows[0])):
        cells = [row[column] for row in rows if row[column]]
        if sum(bool(NUMBER.match(cell_text(cell))) for cell in cells) >= 0.5 * len(cells):
            return True
        lefts = [min(s.x0 for s in cell) for cell in cells]
        middles = [min(s.x0 for s in cell) / 2 + max(s.x1 for s in cell) / 2 for cell in cells]
        if phrases >= 0.5 * len(rows) and max(_in_line(lefts), _in_line(middles)) >= 0.8:
            return True
    return False


_LIST_MARK = re.compile(r"\(?\[?(?:\d{1,3}|[ivx]{1,4}|[a-z])[.)\]]{0,2}|[•●▪–-]")


def _in_line(values: list[float]) -> float:
    """The part of values within 2 points of their median."""
    middle = sorted(values)[len(values) // 2]
    return sum(abs(value - middle) <= 2 for value in values) / len(values)
