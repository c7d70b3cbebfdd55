"""Numbers of lines in the margin of manuscripts and preprints: consecutive numbers under each other beside the text."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict

from pipeline.reading.pdf_lines import Page, Segment, rows_of

_NUMBER = re.compile(r"\d{1,4}")
#: Points by which the numbers' right (or left) edges may differ.
_ALIGN = 2.0
#: So many numbers on a page make a margin, counted by ones or by fives; one is enough where other pages have it.
_LEAST, _LEAST_FIVES = 8, 4


def line_numbers(pages: list[Page]) -> list[tuple[Page, list[Segment]]]:
    """The numbered margins of the pages; empty where fewer than half of the pages with text have one."""
    found = [_margin(page, None) for page in pages]
    with_text = sum(len(page.segments) > 12 for page in pages)
    if 2 * sum(map(bool, found)) < max(1, with_text):
        return []
    edges = [s.x1 for margin in found for s in margin]
    found = [max(margin, _margin(page, edges), key=len) for page, margin in zip(pages, found, strict=True)]
    return [(page, margin) for page, margin in zip(pages, found, strict=True) if margin]


def _margin(page: Page, known: list[float] | None) -> list[Segment]:
    """The numbers beside the lines of a page, on its left, its right or both; ``known`` are their edges elsewhere."""
    numbers = [s for s in page.segments if _NUMBER.fullmatch(s.text)]
    if known is not None:
        numbers = [s for s in numbers if min(known) - _ALIGN <= s.x1 <= max(known) + _ALIGN]
    ids = {id(s) for s in numbers}
    others = [s for s in page.segments if id(s) not in ids]
    best: dict[bool, list[Segment]] = {True: [], False: []}  # the longest on the left, on the right
    middle = page.chars.width / 2
    for edge in ("x1", "x0"):
        stacks: dict[int, list[Segment]] = defaultdict(list)
        for s in numbers:
            at = round(getattr(s, edge) / _ALIGN)
            stacks[at].append(s)
            stacks[at + 1].append(s)
        for stack in stacks.values():
            side = stack[0].x0 < middle
            if len(stack) <= len(best[side]) or _ruled(stack, page):
                continue
            if _beside(stack, others, known is not None):
                best[side] = stack
    return best[True] + best[False]


def _ruled(stack: list[Segment], page: Page) -> bool:
    """Whether a rule runs over the numbers: they are a column of a table."""
    left, right = min(s.x0 for s in stack), max(s.x1 for s in stack)
    top, bottom = min(s.top for s in stack) - 8, max(s.bottom for s in stack) + 8
    return any(
        r.horizontal and r.x0 < left and r.x1 > right and top < r.top < bottom for r in page.chars.rules
    )


def _beside(stack: list[Segment], others: list[Segment], known: bool) -> bool:
    """Whether numbers count the lines: in steps of one, for nearly each line, or of five, with no text on their
    other side.
    """
    stack.sort(key=lambda s: s.base)
    values = [int(s.text) for s in stack]
    steps = [b - a for a, b in itertools.pairwise(values)]
    step = 5 if steps.count(5) > steps.count(1) else 1
    if steps.count(step) < 0.9 * len(steps):
        return False
    if len(stack) < (1 if known else _LEAST if step == 1 else _LEAST_FIVES):
        return False
    left, right = min(s.x0 for s in stack), max(s.x1 for s in stack)
    level = [s for s in others if stack[0].top - 2 <= s.base <= stack[-1].bottom + 2]
    outside = sum(s.x1 <= left for s in level), sum(s.x0 >= right for s in level)
    if not level or sum(outside) < 0.95 * len(level) or min(outside) > 0.05 * len(level):
        return False
    on_left = outside[1] > outside[0]
    reach = 0.3 * (max(s.x1 for s in level) - min(s.x0 for s in level))  # the column next to the numbers
    rows = len(rows_of(s for s in level if (s.x0 - right if on_left else left - s.x1) < reach))
    return step * len(stack) >= (0.25 if known else 0.6) * rows and len(stack) <= 1.5 * rows
