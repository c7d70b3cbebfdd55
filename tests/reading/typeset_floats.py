"""Captions, tables and figures on the pages of `typeset`."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.reading.renderings import Block
from tests.reading.typeset import HEIGHT, WIDTH, Page


@dataclass
class Set:
    """What was set: words that running text, captions, notes and furniture hold."""

    flow: list[str] = field(default_factory=list)
    floats: list[str] = field(default_factory=list)


def floats_of(items: list[Block]) -> list[tuple[list[Block], Block | None]]:
    """Captions with the table behind them, or alone (a figure's)."""
    out: list[tuple[list[Block], Block | None]] = []
    held: list[Block] = []
    for block in items:
        if block.kind == "caption":
            held.append(block)
        elif block.table is not None:
            out.append((held[-1:], block))
            out[-1:-1] = [([b], None) for b in held[:-1]]
            held = []
    return out + [([b], None) for b in held]


def set_float(page: Page, captions: list[Block], table: Block | None, done: Set) -> None:
    """A float in the column, or over the width of a new page."""
    from reportlab.platypus import Paragraph

    layout = page.layout
    wide = layout.wide_tables and table is not None
    drawn = None
    x, width = (layout.margin, WIDTH - 2 * layout.margin) if wide else page.columns[page.at]
    texts = [Paragraph(page.markup(b.start, b.end), page.styles["caption"]) for b in captions]
    if table is not None:
        drawn = page.table(table, width)
        if drawn is None:  # too wide for a column
            wide, x, width = True, layout.margin, WIDTH - 2 * layout.margin
            drawn = page.table(table, width)
        if drawn is None:
            return
    height = sum(t.wrap(width, 9000)[1] + 4 for t in texts) + (drawn.wrap(width, 9000)[1] if drawn else 110)
    if height > HEIGHT - 160:
        return  # no journal would print it so
    if wide:
        page.next_page()
    elif page.y + height + 24 > page.bottom:
        page.next_column()
        x, width = page.columns[page.at]
    page.y += 10 if page.y > page.top else 0
    if drawn is None:
        _figure(page, x, width)
    for t in texts:
        page.put(t, x, width)
        page.y += 4
    for b in captions:
        done.floats.append(page.document.text[b.start : b.end])
    if drawn is not None:
        page.put(drawn, x, width)
        assert table is not None and table.table is not None
        done.floats += [page.document.text[c.start : c.end] for row in table.table.rows for c in row]
    page.y += 14
    if wide:
        page.begin(layout.columns, page.y)


def _figure(page: Page, x: float, width: float) -> None:
    """A plot with axes and labels."""
    canvas, top = page.canvas, HEIGHT - page.y
    canvas.rect(x + 30, top - 80, width - 60, 76)
    canvas.setFont("Helvetica", 6)
    for i in range(5):
        canvas.drawString(x + 14, top - 78 + 16 * i, str(10 * i))
        canvas.drawString(x + 34 + i * (width - 70) / 5, top - 90, f"week {2 * i}")
        canvas.line(x + 30 + i * 20, top - 80 + 8 * i, x + 50 + i * 20, top - 70 + 8 * i)
    page.y += 100
