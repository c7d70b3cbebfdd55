"""Tables of a page as rows of cells: ruled ones by their lines, unruled ones by the white between their columns.

Precise rather than complete: what does not fall cleanly into at least two columns and two rows stays running text.
"""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass, field

from pipeline.reading.pdf_chars import Rule
from pipeline.reading.pdf_lines import Page, Segment, Word, merged, rows_of

CAPTION = re.compile(
    r"^(?:supplement(?:ary|al)\s+|e|online\s+|extended\s+data\s+)?table\s*(?:S?\d{1,3}|[A-Z]\d{1,2}|[IVX]{1,5})\b", re.IGNORECASE
)
_ANY_CAPTION = re.compile(
    r"^(?:supplement(?:ary|al)\s+|e)?(?:table|fig(?:ure)?s?|box|scheme|chart)\.?\s*(?:S?\d{1,3}|[IVX]{1,5})\b", re.IGNORECASE
)
_NUMBER = re.compile(r"^[\s(<>≤≥=~±−–-]*\d")
#: Rules of one table begin and end within this many points of each other.
_ALIGN = 8.0
#: White between two columns of a table, in ems, at least.
_WHITE = 0.55


@dataclass(slots=True)
class TableCells:
    """``rows[r][c]`` are the cell's lines; the first row holds the column heads."""

    rows: list[list[list[Segment]]]
    x0: float
    top: float
    x1: float
    bottom: float
    segments: list[Segment] = field(default_factory=list)


def take_tables(page: Page) -> None:
    """Replace the segments of each ruled table of a page by one segment that stands for it."""
    rules = _collapsed([r for r in page.chars.rules if r.horizontal and r.x1 - r.x0 >= 40])
    uprights = [r for r in page.chars.rules if not r.horizontal and r.bottom - r.top >= 6]
    for region in _regions(page, rules):
        inside = [
            s for s in page.segments
            if s.block is None and s.x0 >= region.x0 - 6 and s.x1 <= region.x1 + 6
            and region.top - 1 <= s.base - 0.3 * s.size <= region.bottom + 1
        ]  # fmt: skip
        within = [
            r for r in uprights
            if region.x0 - 3 <= r.x0 <= region.x1 + 3 and r.top < region.bottom and r.bottom > region.top
        ]  # fmt: skip
        table = _cells(inside, region.rules, within, 0.15 if region.captioned else 0.6)
        if table is None:
            continue
        ids = {id(s) for s in table.segments}
        page.segments = [s for s in page.segments if id(s) not in ids]
        page.segments.append(as_segment(table))


def as_segment(table: TableCells) -> Segment:
    """A segment that stands for a table in the layout."""
    size = table.segments[0].size
    return Segment([], table.x0, table.x1, table.bottom, size, 0, table.top, table.bottom, block=table)


def _collapsed(rules: list[Rule]) -> list[Rule]:
    """Rules drawn in pieces or twice, as one each; pieces must touch."""
    out: list[Rule] = []
    for rule in sorted(rules, key=lambda r: (round(r.top), r.x0)):
        for i, last in enumerate(out):
            if abs(last.top - rule.top) <= 2.5 and rule.x0 <= last.x1 + 3 and rule.x1 >= last.x0 - 3:
                out[i] = Rule(min(last.x0, rule.x0), min(last.top, rule.top), max(last.x1, rule.x1), max(last.bottom, rule.bottom))
                break
        else:
            out.append(rule)
    return sorted(out, key=lambda r: r.top)


@dataclass(frozen=True, slots=True)
class _Region:
    top: float
    bottom: float
    x0: float
    x1: float
    rules: list[Rule]
    captioned: bool


def _regions(page: Page, rules: list[Rule]) -> list[_Region]:
    """What the rules may make a table."""
    captions = [s for s in page.segments if s.block is None and _ANY_CAPTION.match(s.text)]
    out: list[_Region] = []
    used: set[Rule] = set()
    for first in rules:
        if first in used:
            continue
        group = [first]
        for rule in rules:
            if rule.top <= first.top + 1 or rule in used:
                continue
            if not _belongs(rule, first):
                continue
            if any(group[-1].top < c.base - 0.3 * c.size < rule.top and c.x0 < rule.x1 and c.x1 > rule.x0 and CAPTION.match(c.text) for c in captions):
                if len(group) == 1:
                    group = [rule]  # a rule above the caption belongs to the box around it
                    continue
                break
            if _prose(page, group[-1].top, rule.top, first.x0, first.x1):
                break
            group.append(rule)
        captioned = any(
            CAPTION.match(c.text) and c.x0 < first.x1 and c.x1 > first.x0 and -6 <= group[0].top - c.base <= 9 * c.size
            for c in captions
        )  # fmt: skip
        same = [r for r in group if abs(r.x0 - first.x0) <= _ALIGN and abs(r.x1 - first.x1) <= _ALIGN]
        if not captioned:
            group = same
        if len(group) < (2 if captioned else 3):
            continue
        top, bottom = group[0].top, group[-1].bottom
        inner = [r for r in rules if top - 1 <= r.top <= bottom + 1 and r.x0 >= first.x0 - _ALIGN and r.x1 <= first.x1 + _ALIGN]
        used.update(inner)
        out.append(_Region(top, bottom, first.x0, first.x1, inner, captioned))
    return out


def _belongs(rule: Rule, first: Rule) -> bool:
    """Whether a rule lies within the width of a table's first rule and spans at least half of it."""
    inside = rule.x0 >= first.x0 - _ALIGN and rule.x1 <= first.x1 + _ALIGN
    return inside and rule.x1 - rule.x0 >= 0.5 * (first.x1 - first.x0)


def _prose(page: Page, top: float, bottom: float, x0: float, x1: float) -> bool:
    """Whether lines of running text stand between two rules: three in a row that fill the width without a gap."""
    filled = 0
    for row in rows_of(s for s in page.segments if s.block is None and s.x1 > x0 and s.x0 < x1 and top < s.base - 0.3 * s.size < bottom):
        covered = sum(s.x1 - s.x0 for s in row)
        whole = len(row) <= 2 and covered >= 0.85 * (x1 - x0)
        filled = filled + 1 if whole else 0
        if filled >= 3:
            return True
    return False


def _cells(segments: list[Segment], rules: list[Rule], uprights: list[Rule], least: float) -> TableCells | None:
    """Cut a region into rows and columns; None where less than ``least`` of the lines fill two columns."""
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
    if filled < 2 or filled < least * len(grid[header:]):
        return None
    rows = _rows(grid, lines, header, rules, em)
    if len(rows) < 2:
        return None
    top = min(s.top for s in segments)
    return TableCells(rows, x0, top, x1, max(s.bottom for s in segments), segments)


def _header_lines(lines: list[list[Segment]], rules: list[Rule]) -> int:
    """How many lines stand above the rule that parts the heads from the body; 0 where there is none."""
    top, bottom = lines[0][0].top, lines[-1][0].bottom
    width = max((r.x1 - r.x0 for r in rules), default=0)
    wide = [r.top for r in rules if r.x1 - r.x0 >= 0.8 * width and lines[0][0].base < r.top < lines[-1][0].top]
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
    begin: int | None = None
    for x in range(width + 1):
        if x < width and covered[x] <= allowed:
            begin = x if begin is None else begin
        elif begin is not None:
            if x - begin >= _WHITE * em and begin > 0 and x < width:
                edges.append(x0 + (begin + x) / 2)
            begin = None
    for rule in uprights:
        if x0 + 4 < rule.x0 < x1 - 4 and all(abs(rule.x0 - edge) > 2 * em for edge in edges):
            column = int(rule.x0 - x0)
            if covered[column] <= max(1, allowed):
                edges.append(rule.x0)
    edges = sorted(edges) + [x1 + 1]
    return list(zip(edges, edges[1:], strict=False))


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
            if not parts or (column != last and gap >= (GAP_IN_HEAD if head else 0.3) * word.size):
                parts.append([word])
                last = column
            else:
                parts[-1].append(word)
        for part in parts:
            piece = segment if len(parts) == 1 else Segment.of(part)
            first = (part[0].x0 + part[0].x1) / 2
            cells[next((i for i, (a, b) in enumerate(columns) if a <= first < b), len(columns) - 1)].append(piece)
    return cells


#: A head that spans columns is cut only at a gap wider than a word's, in ems.
GAP_IN_HEAD = 0.6


def _rows(
    grid: list[list[list[Segment]]], lines: list[list[Segment]], header: int, rules: list[Rule], em: float
) -> list[list[list[Segment]]]:
    """Put the lines of wrapped cells together; rules and wide steps begin a new row, so does a number under a number."""
    bases = [line[0].base for line in lines]
    steps = [b - a for a, b in zip(bases[header:], bases[header + 1 :], strict=False)]
    tight = min((s for s in steps if s > 0.7 * em), default=1.2 * em)
    loose = any(step > 1.22 * tight for step in steps)
    rows: list[list[list[Segment]]] = []
    for i, line in enumerate(grid):
        if i == 0 or i == header:
            rows.append([list(cell) for cell in line])
            continue
        ruled = any(bases[i - 1] < r.top < bases[i] - 0.2 * em for r in rules)
        if i < header or (not ruled and bases[i] - bases[i - 1] <= 1.22 * tight and _continues(rows[-1], line, grid[i - 1], loose)):
            for cell, more in zip(rows[-1], line, strict=True):
                cell.extend(more)
        else:
            rows.append([list(cell) for cell in line])
    return rows


def _text(cell: list[Segment]) -> str:
    return " ".join(s.text for s in cell)


def _continues(
    row: list[list[Segment]], line: list[list[Segment]], above: list[list[Segment]], loose: bool
) -> bool:
    """Whether a line at the table's closest step goes on with the cells of the row above it."""
    filled = [i for i, cell in enumerate(line) if cell]
    if any(not row[i] for i in filled):
        return False
    if any(_NUMBER.match(_text(line[i])) and above[i] and _NUMBER.match(_text(above[i])) for i in filled if i):
        return False
    if 0 not in filled:
        return True
    if len(filled) == 1:
        begin = _text(line[0])
        return loose or begin[:1].islower() or begin[:1] == "("
    return loose


def unruled(lines: list[Segment], em: float) -> list[tuple[int, int, TableCells]]:
    """Tables among the lines of one column: (first line, line after the last, cells).

    Three or more lines in a row whose gaps (wider than an em) stand under each other make a table.
    """
    pieces = [_pieces(line) for line in lines]
    out: list[tuple[int, int, TableCells]] = []
    i = 0
    while i < len(lines):
        j = i
        while j < len(lines) and len(pieces[j]) >= 2 and _near(lines, i, j):
            j += 1
        if j - i >= 3:
            table = _cells([p for line in pieces[i:j] for p in line], [], [], 0.6)
            if table is not None and _aligned(table):
                out.append((i, j, table))
                i = j
                continue
            i = j
        i += 1
    return out


def _near(lines: list[Segment], first: int, at: int) -> bool:
    return at == first or (lines[at].base - lines[at - 1].base) <= 3 * lines[at].size


def _pieces(line: Segment) -> list[Segment]:
    """A line cut at gaps wider than an em and much wider than the line's own word spaces."""
    if line.block is not None or not line.words:
        return []
    parts: list[list[Word]] = [[line.words[0]]]
    gaps = [right.x0 - left.x1 for left, right in zip(line.words, line.words[1:], strict=False) if right.spaced]
    least = max(1.1 * line.size, 1.8 * min(gaps) if len(gaps) > 1 else 0.0)
    for left, right in zip(line.words, line.words[1:], strict=False):
        if right.x0 - left.x1 > least:
            parts.append([])
        parts[-1].append(right)
    return [line] if len(parts) == 1 else [Segment.of(part) for part in parts]


def _aligned(table: TableCells) -> bool:
    """Whether at least four fifths of the rows fill the same two or more columns, short of a list's marks."""
    if not table.rows:
        return False
    full = sum(1 for row in table.rows if sum(bool(cell) for cell in row) >= max(2, len(row) - 1))
    if full < 0.8 * len(table.rows):
        return False
    firsts = [_text(row[0]) for row in table.rows if row[0]]
    marks = sum(bool(re.fullmatch(r"\(?\[?(?:\d{1,3}|[ivx]{1,4}|[a-z])[.)\]]{0,2}|[•●▪–-]", text)) for text in firsts)
    return marks < 0.5 * len(firsts) and len(table.rows[0]) >= 2


def table_line(cell: list[Segment]) -> list[Segment]:
    """A cell's pieces as lines, top to bottom."""
    return [merged(row) for row in rows_of(cell)]
