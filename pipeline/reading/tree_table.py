"""Tables of XML and HTML: rows of cells on a grid, spans counted, heads told from the body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.reading.tree_text import local_name

#: A span wider than this is a mistake or an attack.
_WIDEST = 100
_ROWS = ("tr", "row")
_CELLS = ("td", "th", "entry")
_GROUPS = ("thead", "tbody", "tfoot", "tgroup")


@dataclass(slots=True)
class Grid:
    """``rows[r][c]`` is the cell that begins there, None where another reaches; ``cover[r][c]`` is that other."""

    rows: list[list[Any]]
    cover: list[list[Any]]
    header_rows: int


def grid(table: Any) -> Grid:
    """The grid of a ``table`` element; each row has as many columns as the widest.

    >>> from lxml import etree
    >>> found = grid(etree.fromstring(
    ...     "<table><thead><tr><th rowspan='2'>Drug</th><th colspan='2'>n</th></tr><tr><th>a</th><th>b</th></tr>"
    ...     "</thead><tbody><tr><td>lithium</td><td>1</td><td>2</td></tr></tbody></table>"))
    >>> [[cell.text if cell is not None else None for cell in row] for row in found.rows], found.header_rows
    ([['Drug', 'n', None], [None, 'a', 'b'], ['lithium', '1', '2']], 2)
    """
    lines = list(_lines(table))
    rows: list[list[Any]] = []
    cover: list[list[Any]] = []
    reaching: dict[int, tuple[int, Any]] = {}  # column → rows that a cell above still covers, and that cell
    for tr, _ in lines:
        row, over, reaching = _row(tr, reaching)
        rows.append(row)
        cover.append(over)
    width = max((len(row) for row in rows), default=0)
    for line in (*rows, *cover):
        line.extend([None] * (width - len(line)))
    return Grid(rows, cover, _header_rows(lines))


def _row(
    tr: Any, reaching: dict[int, tuple[int, Any]]
) -> tuple[list[Any], list[Any], dict[int, tuple[int, Any]]]:
    """One row on the grid, the cells that cover it, and what reaches on into the next row."""
    row: list[Any] = []
    over: list[Any] = []
    on: dict[int, tuple[int, Any]] = {}

    def skip() -> None:
        while len(row) in reaching:
            left, above = reaching[len(row)]
            if left > 1:
                on[len(row)] = (left - 1, above)
            row.append(None)
            over.append(above)

    for cell in tr:
        if local_name(cell.tag) not in _CELLS:
            continue
        skip()
        tall = _span(cell, "rowspan") if cell.get("morerows") is None else _span(cell, "morerows") + 1
        for column in range(_span(cell, "colspan")):
            if column and len(row) in reaching:
                break
            if tall > 1:
                on[len(row)] = (tall - 1, cell)
            row.append(None if column else cell)
            over.append(cell)
    skip()
    on.update(
        {at: (left - 1, above) for at, (left, above) in reaching.items() if at >= len(row) and left > 1}
    )
    return row, over, on


def _span(cell: Any, name: str) -> int:
    text = (cell.get(name) or "1").strip()
    return min(max(int(text), 1), _WIDEST) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _lines(table: Any, group: str = "") -> Iterator[tuple[Any, str]]:
    """The rows of this table (not of one inside it), with the group that they stand in; the foot comes last."""
    feet = []
    for child in table:
        name = local_name(child.tag)
        if name in _ROWS:
            yield child, group
        elif name == "tfoot":
            feet.append(child)
        elif name in _GROUPS:
            yield from _lines(child, name if name != "tgroup" else group)
    for foot in feet:
        yield from _lines(foot, "tfoot")


def _header_rows(lines: list[tuple[Any, str]]) -> int:
    """The rows of the ``thead``; without one, the first rows made of ``th`` alone; at least one."""
    heads = sum(group == "thead" for _, group in lines)
    if not heads:
        for tr, _ in lines:
            names = [local_name(child.tag) for child in tr]
            if not names or any(name != "th" for name in names):
                break
            heads += 1
        heads = heads if heads < len(lines) else 1
    return min(max(heads, 1), len(lines))
