"""Tables that a page break cuts: the pieces put together, a repeated head taken off, a lone row made text again."""

from __future__ import annotations

import re

from pipeline.reading.pdf_cells import TableCells, table_line
from pipeline.reading.pdf_lines import Segment
from pipeline.reading.pdf_paragraphs import Paragraph
from pipeline.reading.pdf_rows import cell_text

#: Points by which the columns of a piece may stand away from those of the piece before.
_DRIFT = 6.0
_CONTINUED = re.compile(r"^(?:table\s*\w{1,5}\b)?.{0,200}?\bcont(?:inued|['’]?d|\.)", re.IGNORECASE)


def stitched(items: list[Paragraph]) -> list[Paragraph]:
    """The items with the pieces of each table behind each other, all but the first marked as going on.

    >>> stitched([])
    []
    """
    out: list[Paragraph] = []
    late: list[Paragraph] = []
    open_table: Paragraph | None = None
    for item in items:
        if item.table is None:
            again = open_table and item.kind == "caption" and item.page == open_table.page + 1
            if again and _CONTINUED.match(item.text):
                late.append(item)
                continue
            out += [*late, item]
            late, open_table = [], None
            continue
        if open_table is not None and item.page == open_table.page + 1 and _same_columns(open_table, item):
            _take_heads(open_table, item)
            item.continues = True
            if item.table.rows:
                out.append(item)
        else:
            out += [*late, item]
            late = []
        open_table = item
    out += late
    return [_settled(item, following) for item, following in zip(out, [*out[1:], None], strict=False)]


def _same_columns(above: Paragraph, below: Paragraph) -> bool:
    assert above.table is not None and below.table is not None
    a, b = above.table.edges, below.table.edges
    return len(a) == len(b) > 1 and all(abs(x - y) <= _DRIFT for x, y in zip(a[1:], b[1:], strict=True))


def _take_heads(above: Paragraph, below: Paragraph) -> None:
    """Take off a row of heads that comes again."""
    assert above.table is not None and below.table is not None
    first = [[cell_text(cell) for cell in row] for row in above.table.rows[:1] + below.table.rows[:1]]
    if not above.continues and len(first) == 2 and first[0] == first[1]:
        del below.table.rows[0]


def _settled(item: Paragraph, following: Paragraph | None) -> Paragraph:
    """A table of one row that belongs to no other is text."""
    goes_on = following is not None and following.table is not None and following.continues
    if item.table is None or len(item.table.rows) > 1 or item.continues or goes_on:
        return item
    return Paragraph("text", item.page, _lines(item.table), right=item.table.x1)


def _lines(table: TableCells) -> list[Segment]:
    return [line for row in table.rows for cell in row for line in table_line(cell)]
