"""Statements of tables: a body row is about the reference that one of its cells names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.evidence.reader import Reader
from pipeline.evidence.statements import Statement
from pipeline.reading.citations import NARRATIVE, author_years
from pipeline.schema import Cell


def rows_of(reader: Reader) -> list[Statement]:
    """A statement for each body row of the document's tables whose cells name a reference."""
    out = []
    for table in reader.document.tables:
        for row in table.rows[table.header_rows :]:
            keys = _keys(reader, row) if row else ()
            if not keys:
                continue
            start, end = row[0].start, row[-1].end
            cells = {
                table.heads[cell.column].lower(): (cell.start, cell.end)
                for cell in row
                if cell.column < len(table.heads)
            }
            text = reader.text[start:end]
            out.append(Statement(start, end, text, reader.mentions(start, end), keys, "row", cells))
    return out


def _keys(reader: Reader, row: Sequence[Cell]) -> tuple[str, ...]:
    """The references of a row: its citation marks, or a cell that is a name and a year, or a first author."""
    marks = [key for anchor in reader.anchors(row[0].start, row[-1].end) for key in anchor.keys]
    for cell in row:
        text = reader.text[cell.start : cell.end].strip()
        works = author_years(text.strip("()"))
        if works:
            marks.extend(work.key for work in works)
        elif (match := NARRATIVE.fullmatch(text)) is not None:
            marks.append(f"{match['names']}, {match['years']}")
    keys = [key for key in marks if key in reader.references or not reader.references]
    if not keys:
        keys = _by_author(reader, reader.text[row[0].start : row[0].end])
    return tuple(dict.fromkeys(reader.primary(keys)))


def _by_author(reader: Reader, cell: str) -> list[str]:
    """The one reference whose first author (and year, where printed) the first cell names."""
    match = re.match(r"\s*([A-ZÀ-Þ][\w’'‐-]+)(?:.*?\b((?:19|20)\d\d))?", cell)
    if not match or len(cell) > 60:
        return []
    fitting = [
        r.key for r in reader.references.values()
        if r.authors and r.authors[0].lower() == match[1].lower() and (not match[2] or r.year == int(match[2]))
    ]  # fmt: skip
    return fitting if len(fitting) == 1 else []
