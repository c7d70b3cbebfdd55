"""BioC XML and JSON (Comeau et al. 2013, 2019) → `Document`.

A passage says by its infons what it is (``section_type`` and ``type`` of PubMed Central's collections, ``type`` of
PubTator's). A document whose passages say nothing is a text, and is read as one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.reading.bioc_passages import Passage, from_json, from_xml, read_references
from pipeline.reading.inline import citation_style
from pipeline.reading.placed import in_reading_offsets
from pipeline.reading.recognise import heading_kind
from pipeline.reading.references import author_year_key
from pipeline.reading.tree_inline import LiteralInline
from pipeline.reading.tree_text import TreeBuilder
from pipeline.reading.xmlsafe import parse_xml
from pipeline.schema import Cell, Citation, Document, GoldpanError, Section, SectionKind, Table

_SPACES = str.maketrans("\t\n\r\f\v", "     ")
#: A cell ends at a tab, a row at a line end, or at PubMed Central's tab, blank, tab.
_ROW_END = re.compile(r"\t \t|\n")


class BiocOrigin:
    """From a reading text to passages; ``offset`` is that of the BioC document, in characters."""

    __slots__ = ("_offsets", "_segments", "_starts")

    def __init__(self, segments: Any, starts: Sequence[int], offsets: Sequence[int]) -> None:
        self._segments = segments
        self._starts = starts
        self._offsets = offsets

    def place(self, start: int, end: int) -> dict[str, Any] | None:
        """``{"start", "end", "passage", "offset"}``; passages count from 0."""
        there = self._segments.place(start, end)
        if there is None:
            return None
        i = max(0, bisect_right(self._starts, there["start"]) - 1)
        offset = self._offsets[i] + there["start"] - self._starts[i]
        return {"start": start, "end": end, "passage": i, "offset": offset}


def build(raw: bytes, doc_id: str, where: str = "") -> Document:
    """The document of a BioC file, XML or JSON. Offsets count in its reading text; passage and offset stand beside.

    Raises GoldpanError, one line, where the file is not BioC, holds several documents, or has no text.

    >>> passage = b'{"offset": 7, "infons": {"type": "abstract"}, "text": "12 men."}'
    >>> file = b'{"documents": [{"id": "1", "passages": [' + passage + b"]}]}"
    >>> document = build(file, "demo")
    >>> document.text, document.sections[0].kind, document.origin.place(3, 6)
    ('12 men.', 'abstract', {'start': 3, 'end': 6, 'passage': 0, 'offset': 10})
    """
    where = where or doc_id
    try:
        found = (
            from_xml(parse_xml(raw, where))
            if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
            else from_json(raw)
        )
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise GoldpanError(f"{where}: not BioC as it should be ({reason}); convert it again") from None
    if len(found) != 1:
        raise GoldpanError(f"{where}: holds {len(found)} documents; split it, one document a file")
    passages = [passage for passage in found[0] if passage.text.strip()]
    if not passages:
        raise GoldpanError(f"{where}: a BioC document without text; fetch it with its text")
    if all(passage.kind is None for passage in passages):
        return _as_text(passages, doc_id)
    document = _Reader(passages).read(doc_id)
    if not document.text.strip():
        raise GoldpanError(f"{where}: a BioC document without title, abstract or body; fetch its full text")
    return document


def _as_text(passages: Sequence[Passage], doc_id: str) -> Document:
    """Passages that say nothing of themselves are the paragraphs of a text."""
    from pipeline.reading.text import build as build_text

    source, starts = _concatenated(passages, "\n\n")
    document = build_text(source, doc_id, "bioc")
    return in_reading_offsets(document, BiocOrigin(document.origin, starts, [p.offset for p in passages]))


def _concatenated(passages: Sequence[Passage], joint: str) -> tuple[str, list[int]]:
    starts, at = [], 0
    for passage in passages:
        starts.append(at)
        at += len(passage.text) + len(joint)
    return joint.join(passage.text for passage in passages), starts


class _Reader:
    """Writes the passages of one document."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages
        source, self.starts = _concatenated(passages, "\n")
        self.references = list(read_references(passages))
        prose = "\n".join(p.text for p in passages if p.kind in ("abstract", "body"))
        style = citation_style(prose, len(self.references) or None, bool(self.references))
        self.by_name = style.author_year and not (style.superscript or style.bracket or style.parenthesis)
        if self.by_name:
            self.references = [
                replace(r, key=author_year_key(r.authors, r.year, r.suffix) or r.key) for r in self.references
            ]
        self.raw = source
        self.builder = TreeBuilder(source.translate(_SPACES))
        self.inline = LiteralInline(self.builder, style)
        self.sections: list[Section] = []
        self.tables: list[Table] = []

    def read(self, doc_id: str) -> Document:
        """One section a passage; neighbours of one kind and heading are one."""
        title, heading, dropped, caption = "", "", None, ""
        for passage, start in zip(self.passages, self.starts, strict=True):
            kind = passage.kind or "body"
            if passage.heading and kind in ("body", "abstract"):
                heading = " ".join(passage.text.split())
                other = heading_kind(heading)
                dropped = other if other not in (None, "abstract") else None
            named = heading if dropped and kind == "body" else kind.replace("_", " ")
            kind = dropped if dropped and kind == "body" else kind
            if kind in ("references", "author_notes", "acknowledgements", "keywords", "front_matter"):
                self._section(kind, named, None)
                continue
            if self.builder.length:
                self.builder.insert("\n\n")
            at = self.builder.length
            if kind == "table":
                self._table(start, passage.text, caption)
            else:
                self._write(start, start + len(passage.text))
            if kind == "title" and not title:
                title = self.builder.so_far(at)
            caption = self.builder.so_far(at) if kind == "caption" else ""
            self._section(kind, "" if kind == "title" else heading, at)
        text, segments = self.builder.finish()
        end = len(text)
        return Document(
            id=doc_id, kind="bioc", source=text, text=text,
            origin=BiocOrigin(segments, self.starts, [p.offset for p in self.passages]), sections=self.sections,
            citations=[Citation(at, at, at, mark, keys) for at, _, _, mark, keys in self.inline.anchors],
            references=[replace(r, source_start=end, source_end=end) for r in self.references],
            tables=tuple(self.tables), title=title,
        )  # fmt: skip

    def _write(self, start: int, end: int) -> None:
        self.inline.write(start, end)
        self.inline.trim()

    def _section(self, kind: SectionKind, title: str, start: int | None) -> None:
        end = self.builder.length
        last = self.sections[-1] if self.sections else None
        same = last is not None and (last.kind, last.title) == (kind, title) and kind != "table"
        if same and last is not None and (last.start is None) == (start is None):
            self.sections[-1] = replace(last, source_end=end, end=None if start is None else end)
        else:
            self.sections.append(
                Section(
                    kind, title, end if start is None else start, end, start, None if start is None else end
                )
            )

    def _table(self, start: int, text: str, caption: str) -> None:
        """A table whose cells are parted by tabs."""
        first = self.builder.length
        rows: list[tuple[Cell, ...]] = []
        at = 0
        cuts = [(m.start(), m.end()) for m in _ROW_END.finditer(text)] + [(len(text), len(text))]
        for row_end, following in cuts:
            cells: list[Cell] = []
            left = at
            while left <= row_end and (row_end > at or following == len(text)):
                right = text.find("\t", left, row_end)
                right = row_end if right < 0 else right
                if cells:
                    self.builder.insert("\t")
                begin = self.builder.length
                self._write(start + left, start + right)
                cells.append(Cell(len(rows), len(cells), begin, self.builder.length))
                left = right + 1
            at = following
            if any(cell.end > cell.start for cell in cells):
                rows.append(tuple(cells))
                if following < len(text):
                    self.builder.insert("\n")
        width = max((len(row) for row in rows), default=0)
        end = self.builder.length
        even = tuple(
            row + tuple(Cell(r, c, row[-1].end, row[-1].end) for c in range(len(row), width))
            for r, row in enumerate(rows)
        )
        written = self.builder.so_far(first)
        heads = tuple(written[c.start - first : c.end - first] for c in even[0]) if even else ()
        if even:
            self.tables.append(Table(first, end, even, heads, 1, caption))
