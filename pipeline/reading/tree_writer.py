"""Writes the reading text of an element tree: blocks, their sections, tables, and what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from pipeline.reading.inline import Style
from pipeline.reading.tree_inline import LiteralInline, Piece
from pipeline.reading.tree_table import grid
from pipeline.reading.tree_text import TreeBuilder, TreeOrigin, TreeText
from pipeline.schema import Cell, Citation, Document, Reference, Section, SectionKind, Table


class TreeWriter:
    """Blocks go into one reading text, parted by an empty line; rows of a table by a line end, cells by a tab.

    ``pieces(element)`` gives the inline content of an element, ``between`` the keys inside a range of citations.
    """

    def __init__(
        self, tree: TreeText, style: Style, pieces: Callable[[Any], Iterable[Piece]],
        between: Callable[[str, str], tuple[str, ...]],
    ) -> None:  # fmt: skip
        self.tree = tree
        self.builder = TreeBuilder(tree.text)
        self.inline = LiteralInline(self.builder, style)
        self.pieces = pieces
        self.between = between
        self.sections: list[Section] = []
        self.tables: list[Table] = []

    def block(
        self, kind: SectionKind, title: str, runs: Iterable[Iterable[Piece]], joints: Iterable[str] = ()
    ) -> tuple[int, int] | None:
        """Write a block of one or more runs with ``joints`` between them; None where there is nothing to write."""
        full = [list(run) for run in runs]
        full = [run for run in full if any(self._says_something(piece) for piece in run)]
        if not full:
            return None
        start = self._begin()
        joint = iter(joints)
        for i, run in enumerate(full):
            if i:
                self.builder.insert(next(joint, " "))
            self.inline.paragraph(run, self.between)
        self._section(kind, title, start)
        return start, self.builder.length

    def _says_something(self, piece: Piece) -> bool:
        return piece.kind not in ("gap", "break") and bool(self.tree.text[piece.start : piece.end].strip())

    def _begin(self) -> int:
        if self.builder.length:
            self.builder.insert("\n\n")
        return self.builder.length

    def _section(self, kind: SectionKind, title: str, start: int) -> None:
        """Record a kept section; it goes on where the one before has its kind and title."""
        end = self.builder.length
        last = self.sections[-1] if self.sections else None
        if last and last.start is not None and (last.kind, last.title) == (kind, title) and kind != "table":
            self.sections[-1] = Section(kind, title, last.source_start, end, last.start, end)
        else:
            self.sections.append(Section(kind, title, start, end, start, end))

    def drop(self, kind: SectionKind, title: str) -> None:
        """Record what is left out, at the place where it would stand."""
        at = self.builder.length
        last = self.sections[-1] if self.sections else None
        if last is None or last.start is not None or (last.kind, last.title) != (kind, title):
            self.sections.append(Section(kind, title, at, at))

    def table(self, element: Any, title: str, caption: str) -> None:
        """Write a table element."""
        found = grid(element)
        if not any(
            cell is not None and "".join(cell.itertext()).strip() for row in found.rows for cell in row
        ):
            return
        start = self._begin()
        spans: dict[Any, tuple[int, int]] = {}
        rows = []
        for r, row in enumerate(found.rows):
            if r:
                self.builder.insert("\n")
            cells = []
            for c, cell in enumerate(row):
                if c:
                    self.builder.insert("\t")
                at = self.builder.length
                if cell is not None:
                    self.inline.paragraph(self.pieces(cell), self.between)
                    spans[cell] = (at, self.builder.length)
                cells.append(Cell(r, c, at, self.builder.length))
            rows.append(tuple(cells))
        self._section("table", title, start)
        text = self.builder.so_far(start)
        heads = []
        for c in range(len(found.rows[0])):
            words: list[str] = []
            for over in found.cover[: found.header_rows]:
                if over[c] is not None:
                    a, b = spans[over[c]]
                    words.append(text[a - start : b - start].strip())
            heads.append(" ".join(dict.fromkeys(word for word in words if word)))
        self.tables.append(
            Table(start, self.builder.length, tuple(rows), tuple(heads), found.header_rows, caption)
        )

    def document(
        self, doc_id: str, kind: str, title: str, references: Iterable[Reference], path: str = ""
    ) -> Document:
        """The document of what was written; its source is the reading text itself."""
        text, segments = self.builder.finish()
        citations = [Citation(at, at, at, mark, keys) for at, _, _, mark, keys in self.inline.anchors]
        end = len(text)
        placed = [replace(reference, source_start=end, source_end=end) for reference in references]
        return Document(
            id=doc_id, kind=kind, source=text, text=text, origin=TreeOrigin(segments, self.tree.places),
            sections=self.sections, citations=citations, references=placed, tables=tuple(self.tables), title=title,
            path=path,
        )  # fmt: skip
