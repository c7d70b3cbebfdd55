"""Plain text and Markdown → `Document`: blocks, structure, inline clean-up, citations, references, tables."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from functools import cached_property

from pipeline.letters import plain
from pipeline.reading.blocks import split_blocks
from pipeline.reading.hyphens import keeps, vocabulary
from pipeline.reading.inline import Anchor, Inline, citation_style
from pipeline.reading.references import parse_references
from pipeline.reading.segments import Builder
from pipeline.reading.structure import Part, structure
from pipeline.reading.tables import cell_spans
from pipeline.schema import KEPT, Cell, Citation, Document, Reference, Section, Table

_WORD = re.compile(r"[^\W\d_]+[-‐\u00ad][ \t]*\r?\n\s*[a-zß-ÿ][^\W\d_]*")
_WORD = re.compile(r"[^\W\d_]+")
_BROKEN = re.compile(r"(?<=[^\W\d_])[-‐\u00ad][ \t]*\r?\n[ \t]*(?=[a-zß-ÿ])")


class _Writer:
    """Writes the kept parts of a source, one after the other, through one `Builder`."""

    def __init__(self, source: str, inline: Inline, prose: str) -> None:
        self.source = source
        self.builder = inline.builder
        self.inline = inline
        self.prose = prose
        self.tables: list[Table] = []

    @cached_property
    def vocabulary(self) -> Counter[str]:
        """The words of the text, counted where the first hyphen at a line end asks for them."""
        return vocabulary(self.prose)

    def paragraph(self, part: Part) -> None:
        previous_end: int | None = None
        for start, end in part.ranges:
            if previous_end is not None:
                self._join(previous_end, start)
            self._wrapped(start, end)
            previous_end = end

    def _wrapped(self, start: int, end: int) -> None:
        """Write a stretch whose lines may be hard-wrapped: a hyphen before a line end is undone or kept."""
        at = start
        if self.source.find("\n", start, end) < 0:
            self.inline.write(start, end)
            return
        for match in _BROKEN.finditer(self.source[start:end]):
            cut = start + match.start()
            self.inline.write(at, cut)
            self._hyphen(cut, start + match.end())
            at = start + match.end()
        self.inline.write(at, end)

    def _hyphen(self, hyphen: int, after: int) -> None:
        """A hyphen at a line end: copied where it belongs to the word."""
        if self._keeps(hyphen, after):
            self.builder.copy(hyphen, hyphen + 1)

    def _keeps(self, hyphen: int, after: int) -> bool:
        left = re.search(r"[^\W\d_]+$", self.source[max(0, hyphen - 40) : hyphen])
        right = _WORD.match(self.source, after)
        if not left or not right:
            return True
        return keeps(left[0].lower(), right[0].lower(), self.vocabulary)

    def _join(self, previous_end: int, start: int) -> None:
        """Join two ranges of one paragraph over whatever stood between them on the page."""
        hyphenated = re.search(r"[^\W\d_][-‐\u00ad]$", self.source[previous_end - 2 : previous_end])
        if hyphenated and self.source[start : start + 1].islower():
            if not self._keeps(previous_end - 1, start):
                self.builder.take_back()
        else:
            self.builder.insert(" ")
        self.builder.gap(previous_end, start)

    def table(self, part: Part, caption: str) -> None:
        spans, heads = cell_spans(self.source, part.block)
        start = self.builder.length
        rows: list[tuple[Cell, ...]] = []
        width = max((len(row) for row in spans), default=0)
        for r, row in enumerate(spans):
            cells = []
            for c, (a, b) in enumerate(row):
                if c:
                    self.builder.insert("\t")
                at = self.builder.length
                self.inline.write(a, b)
                cells.append(Cell(r, c, at, self.builder.length))
            end = self.builder.length
            rows.append((*cells, *(Cell(r, c, end, end) for c in range(len(cells), width))))
            if r + 1 < len(spans):
                self.builder.insert("\n")
        self.tables.append(Table(start, self.builder.length, tuple(rows), (), heads, caption))


def build(
    source: str, doc_id: str, kind: str = "text", *, path: str = "", sha256: str | None = None
) -> Document:
    """The document of a text source.

    Every kept part of the source goes into ``Document.text``, paragraphs separated by an empty line, table rows by
    a line end, cells by a tab. ``Document.origin`` leads back.

    >>> document = build("# A review\\n\\nLithium 600 mg helped in 12 of 20 patients.[1]\\n\\n## References\\n\\n"
    ...                  "1. Roe A. Lithium. J Test. 2001;1:2.\\n", "demo")
    >>> document.title, document.citations[0].keys, document.references[0].year
    ('A review', ('1',), 2001)
    """
    found, watermark = structure(source, split_blocks(source))
    prose = "\n".join(source[a:b] for part in found.parts if part.kind in KEPT for a, b in part.ranges)
    references = parse_references(source, found.references, numbered=True)
    style = citation_style(prose, int(references[-1].key) if references else None, bool(references))
    by_name = style.author_year and not (style.superscript or style.bracket or style.parenthesis)
    if by_name:
        references = parse_references(source, found.references, numbered=False)
    builder = Builder(source)
    inline = Inline(builder, style, watermark)
    writer = _Writer(source, inline, prose)
    sections: list[Section] = []
    caption = ""
    for part in found.parts:
        first, last = min(a for a, _ in part.ranges), max(b for _, b in part.ranges)
        if part.kind not in KEPT:
            sections.append(Section(part.kind, part.title, first, last))
            continue
        if builder.length:
            builder.insert("\n\n")
        start = builder.length
        if part.kind == "table":
            writer.table(part, caption)
        else:
            writer.paragraph(part)
        caption = part.block.plain if part.kind == "caption" else ""
        sections.append(Section(part.kind, part.title, first, last, start, builder.length))
    text, segments = builder.finish()
    tables = tuple(_with_heads(table, text) for table in writer.tables)
    return Document(
        id=doc_id, kind=kind, source=source, text=text, origin=segments, sections=_merged(sections),
        citations=_resolve(inline.anchors, references), references=references, tables=tables,
        title=found.title, sha256=sha256 or hashlib.sha256(source.encode()).hexdigest(), path=path,
    )  # fmt: skip


def _with_heads(table: Table, text: str) -> Table:
    """Column heads: the words of the header rows, top to bottom."""
    width = max((len(row) for row in table.rows), default=0)
    heads = [
        " ".join(
            text[row[c].start : row[c].end] for row in table.rows[: table.header_rows] if c < len(row)
        ).strip()
        for c in range(width)
    ]
    return Table(table.start, table.end, table.rows, tuple(heads), table.header_rows, table.caption)


def _merged(sections: list[Section]) -> list[Section]:
    """Neighbouring parts of one kind and title are one section."""
    out: list[Section] = []
    for section in sections:
        last = out[-1] if out else None
        if (
            last is not None and last.kind == section.kind and last.title == section.title and section.kind != "table"
            and (last.start is None) == (section.start is None) and last.source_end <= section.source_start
        ):  # fmt: skip
            out[-1] = Section(
                last.kind, last.title, last.source_start, section.source_end, last.start, section.end
            )
        else:
            out.append(section)
    return out


def _resolve(anchors: list[Anchor], references: list[Reference]) -> list[Citation]:
    """Turn author-year keys into the keys of the list where they differ in letters, accents or spelling."""
    exact = {reference.key for reference in references}
    loose: dict[tuple[str, int | None, str], list[Reference]] = {}
    for reference in references:
        if reference.authors:
            loose.setdefault((_fold(reference.authors[0]), reference.year, reference.suffix), []).append(
                reference
            )
    out = []
    for at, start, end, text, keys in anchors:
        resolved = []
        for key in keys:
            if key in exact or key.isdigit():
                resolved.append(key)
                continue
            match = re.match(r"(.+?)(?: et al\.| and .+)?, (\d{4})([a-z]?)$", key)
            candidates = loose.get((_fold(match[1]), int(match[2]), match[3]), []) if match else []
            if not candidates and match and match[3]:
                candidates = loose.get((_fold(match[1]), int(match[2]), ""), [])
            resolved.append(candidates[0].key if candidates else key)
        out.append(Citation(at, start, end, text, tuple(resolved)))
    return out


def _fold(name: str) -> str:
    return re.sub(r"[^a-z]", "", plain(name).lower())
