"""Tables in text: tab-separated, pipe and Markdown rows → source spans of cells."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.reading.blocks import Block

_RULE_ROW = re.compile(r"^[\s|:+-]*-[\s|:+-]*$")


def cell_spans(source: str, block: Block) -> tuple[list[list[tuple[int, int]]], int]:
    """Rows of (start, end) source spans, trimmed of white space, and how many rows are heads.

    >>> from pipeline.reading.blocks import split_blocks
    >>> text = "| Drug | n |\\n| --- | --- |\\n| lithium | 12 |\\n"
    >>> rows, heads = cell_spans(text, split_blocks(text)[0])
    >>> [[text[a:b] for a, b in row] for row in rows], heads
    ([['Drug', 'n'], ['lithium', '12']], 1)
    """
    rows: list[list[tuple[int, int]]] = []
    heads = 1
    for start, end in block.lines:
        line = source[start:end]
        if _RULE_ROW.match(line):
            if rows:
                heads = len(rows)
            continue
        if "\t" in line:
            cuts = [m.start() for m in re.finditer("\t", line)]
            edges = [-1, *cuts, len(line)]
        else:
            cuts = [m.start() for m in re.finditer(r"(?<!\\)\|", line)]
            edges = [-1, *cuts, len(line)]
            if line.lstrip().startswith("|"):
                edges = edges[1:]
            if line.rstrip().endswith("|"):
                edges = edges[:-1]
        row = []
        for left, right in pairwise(edges):
            a, b = start + left + 1, start + right
            while a < b and source[a].isspace():
                a += 1
            while b > a and source[b - 1].isspace():
                b -= 1
            row.append((a, b))
        if row:
            rows.append(row)
    return rows, min(heads, len(rows))
