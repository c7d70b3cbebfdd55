"""Tables of a page that rules show, as rows of cells; those without rules are found in `pdf_unruled`.

Precise rather than complete: what does not fall cleanly into at least two columns and two rows stays running text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.reading.pdf_cells import TableCells, cells_of
from pipeline.reading.pdf_drawn import Rule
from pipeline.reading.pdf_lines import Page, Segment, rows_of
from pipeline.reading.pdf_rows import grid_bands

CAPTION = re.compile(
    r"^(?:supplement(?:ary|al)\s+|e|online\s+|extended\s+data\s+)?table\s*(?:S?\d{1,3}|[A-Z]\d{1,2}|[IVX]{1,5})\b",
    re.IGNORECASE,
)
_ANY_CAPTION = re.compile(
    r"^(?:supplement(?:ary|al)\s+|e)?(?:table|fig(?:ure)?s?|box|scheme|chart)\.?\s*(?:S?\d{1,3}|[IVX]{1,5})\b",
    re.IGNORECASE,
)
#: Rules of one table begin and end within this many points of each other.
_ALIGN = 8.0


def take_tables(page: Page) -> None:
    """Replace the segments of each ruled table of a page by one segment that stands for it."""
    rules = _collapsed([r for r in page.chars.rules if r.horizontal and r.x1 - r.x0 >= 40])
    uprights = [r for r in page.chars.rules if not r.horizontal and r.bottom - r.top >= 6]
    for region in _regions(page, rules, uprights):
        inside = [
            s for s in page.segments
            if s.block is None and s.x0 >= region.x0 - 6 and s.x1 <= region.x1 + 6
            and region.top - 1 <= s.base - 0.3 * s.size <= region.bottom + 1
        ]  # fmt: skip
        within = [
            r for r in uprights
            if region.x0 - 3 <= r.x0 <= region.x1 + 3 and r.top < region.bottom and r.bottom > region.top
        ]  # fmt: skip
        table = cells_of(inside, region.rules, within, 0.15 if region.captioned else 0.6)
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
                out[i] = Rule(
                    min(last.x0, rule.x0),
                    min(last.top, rule.top),
                    max(last.x1, rule.x1),
                    max(last.bottom, rule.bottom),
                )
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


def _regions(page: Page, rules: list[Rule], uprights: list[Rule]) -> list[_Region]:
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
            if any(
                group[-1].top < c.base - 0.3 * c.size < rule.top
                and c.x0 < rule.x1
                and c.x1 > rule.x0
                and CAPTION.match(c.text)
                for c in captions
            ):
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
        if len(group) < (2 if captioned or _boxed(group, uprights) else 3):
            continue
        top, bottom = group[0].top, group[-1].bottom
        inner = [
            r
            for r in rules
            if top - 1 <= r.top <= bottom + 1 and r.x0 >= first.x0 - _ALIGN and r.x1 <= first.x1 + _ALIGN
        ]
        used.update(inner)
        out.append(_Region(top, bottom, first.x0, first.x1, inner, captioned))
    return out


def _boxed(group: list[Rule], uprights: list[Rule]) -> bool:
    """Whether rules between them make a row of at least three boxes."""
    first = group[0]
    near = [r for r in uprights if first.x0 - 3 <= r.x0 <= first.x1 + 3]
    return len({round(r.x0) for r in near}) >= 4 and bool(grid_bands(group, near))


def _belongs(rule: Rule, first: Rule) -> bool:
    """Whether a rule lies within the width of a table's first rule and spans at least half of it."""
    inside = rule.x0 >= first.x0 - _ALIGN and rule.x1 <= first.x1 + _ALIGN
    return inside and rule.x1 - rule.x0 >= 0.5 * (first.x1 - first.x0)


def _prose(page: Page, top: float, bottom: float, x0: float, x1: float) -> bool:
    """Whether lines of running text stand between two rules: three in a row that fill the width without a gap."""
    filled = 0
    for row in rows_of(
        s
        for s in page.segments
        if s.block is None and s.x1 > x0 and s.x0 < x1 and top < s.base - 0.3 * s.size < bottom
    ):
        covered = sum(s.x1 - s.x0 for s in row)
        whole = len(row) <= 2 and covered >= 0.85 * (x1 - x0)
        filled = filled + 1 if whole else 0
        if filled >= 3:
            return True
    return False
