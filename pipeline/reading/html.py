"""HTML pages of articles → `Document`.

A page says little of what its parts are for, so it is rendered as a text in the text reader's dialect (headings,
``<sup>``, pipe tables), scripts, navigation and hidden parts left out; the text reader tells front matter, sections,
citations and references. Every character leads back to its element.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from pipeline.reading.placed import in_reading_offsets
from pipeline.reading.segments import SegmentMap
from pipeline.reading.tree_inline import Piece, math_pieces
from pipeline.reading.tree_table import Grid, grid
from pipeline.reading.tree_text import Places, TreeBuilder, TreeText, local_name
from pipeline.reading.xmlsafe import parse_html
from pipeline.schema import Document, GoldpanError, Section, Table

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
#: Never an article's words.
_SILENT = {
    "script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "canvas", "audio", "video", "img",
    "picture", "map", "input", "select", "textarea", "button", "datalist", "progress", "meter", "link", "meta", "base",
    "head", "rp", "source", "track", "param", "dialog",
}  # fmt: skip
#: The page around the article.
_AROUND = {"nav", "footer", "aside", "form", "menu"}
_ROLES = {
    "navigation",
    "banner",
    "contentinfo",
    "search",
    "complementary",
    "dialog",
    "alert",
    "menu",
    "menubar",
}
_BLOCKS = {
    "address", "article", "blockquote", "body", "caption", "center", "dd", "details", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "header", "hgroup", "hr", "html", "legend", "li", "main", "ol", "p", "pre",
    "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", *_HEADINGS,
}  # fmt: skip
#: What the text reader would take for mark-up.
_MARKS = re.compile(r"[\\`*_$<]|&(?=[#\w])|\{(?<=\^\{)|!(?=\[)|(?<=\])\((?=https?:|mailto:|[#/.])")
_CELL_MARKS = re.compile(_MARKS.pattern + r"|\|")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NUMBERED = re.compile(r"\s*[\[(]?\d{1,4}[\].)]")


class _Renderer:
    """One walk over a page, writing the rendered text."""

    def __init__(self, tree: TreeText) -> None:
        self.tree = tree
        self.builder = TreeBuilder(tree.text)
        self.around: list[str] = []
        self.grids: list[Grid] = []
        self._pieces: list[Piece] = []
        self._prefix = ""
        self._counts: dict[Any, int] = {}

    # ------------------------------------------------------------ walking

    def walk(self, element: Any) -> None:
        """An element and what is in it."""
        name = local_name(element.tag)
        if name in _SILENT or self._hidden(element):
            return
        if name in _AROUND or element.get("role") in _ROLES:
            self.around.append(name)
            return
        if name == "table" and not _is_layout(element):
            self.flush()
            self._table(element)
            return
        if name in ("br", "hr"):
            self._pieces.append(Piece("break", 0, 0))
            return
        if name == "math":
            self._pieces += math_pieces(self.tree, element)
            return
        if name == "sup":
            start, end = self.tree.span(element)
            self._pieces.append(Piece("raised", start, end))
            return
        block = name in _BLOCKS
        if block:
            self.flush()
            if name in _HEADINGS:
                self._prefix = "#" * _HEADINGS[name] + " "
            elif name == "li":
                self._prefix = self._bullet(element)
        self._pieces.append(Piece("text", *self.tree.head(element)))
        for child in element:
            self.walk(child)
            self._pieces.append(Piece("text", *self.tree.tail(child)))
        if block:
            self.flush()
            self._prefix = ""

    @staticmethod
    def _hidden(element: Any) -> bool:
        return (
            element.get("hidden") is not None or element.get("aria-hidden") == "true"
            or _HIDDEN.search(element.get("style") or "") is not None
        )  # fmt: skip

    def _bullet(self, item: Any) -> str:
        parent = item.getparent()
        if parent is None or local_name(parent.tag) != "ol":
            return "- "
        if _NUMBERED.match("".join(item.itertext())):
            return ""
        start = parent.get("start") or "1"
        first = int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1
        number = self._counts[parent] = self._counts.get(parent, first - 1) + 1
        return f"{number}. "

    # ------------------------------------------------------------ writing

    def flush(self) -> None:
        """Write the paragraph that has come together."""
        pieces, self._pieces = self._pieces, []
        if not any(self.tree.text[p.start : p.end].strip() for p in pieces):
            return
        if self.builder.length:
            self.builder.insert("\n\n")
        self.builder.insert(self._prefix)
        if not self._prefix and self._first(pieces) == "#":
            self.builder.insert("\\")
        self._prefix = ""
        self._inline(pieces)

    def _first(self, pieces: Iterable[Piece]) -> str:
        return "".join(self.tree.text[p.start : p.end] for p in pieces).strip()[:1]

    def _inline(self, pieces: Iterable[Piece], cell: bool = False) -> None:
        for piece in pieces:
            if piece.kind == "break":
                if not self.builder.ends_with_space():
                    self.builder.insert(" ")
            elif piece.kind == "raised":
                if self.tree.text[piece.start : piece.end].strip():
                    self.builder.insert("<sup>")
                    self._literal(piece.start, piece.end, cell)
                    self.builder.insert("</sup>")
            else:
                self._literal(piece.start, piece.end, cell)
        self.builder.trim()

    def _literal(self, start: int, end: int, cell: bool) -> None:
        """Copy a stretch, with a backslash before what is not mark-up but looks so."""
        at = start
        for match in (_CELL_MARKS if cell else _MARKS).finditer(self.tree.text, start, end):
            self.builder.copy(at, match.start())
            self.builder.insert("\\")
            at = match.start()
        self.builder.copy(at, end)

    def _table(self, table: Any) -> None:
        for child in table:
            if local_name(child.tag) == "caption":
                self.walk(child)
        found = grid(table)
        if not any(
            cell is not None and "".join(cell.itertext()).strip() for row in found.rows for cell in row
        ):
            return
        if self.builder.length:
            self.builder.insert("\n\n")
        self.grids.append(found)
        for r, row in enumerate(found.rows):
            if r:
                self.builder.insert("\n")
            for cell in row:
                self.builder.insert("| ")
                if cell is not None:
                    self._inline(self._cell(cell), cell=True)
                self.builder.insert(" ")
            self.builder.insert("|")
            if r + 1 == found.header_rows:
                self.builder.insert("\n" + "| --- " * len(row) + "|")

    def _cell(self, element: Any) -> Iterator[Piece]:
        """The inline content of a table cell; blocks in it are parted by a blank."""
        yield Piece("text", *self.tree.head(element))
        for child in element:
            name = local_name(child.tag)
            if name == "sup":
                yield Piece("raised", *self.tree.span(child))
            elif name == "math":
                yield from math_pieces(self.tree, child)
            elif name not in _SILENT and not self._hidden(child):
                if name in _BLOCKS or name == "br":
                    yield Piece("break", 0, 0)
                yield from self._cell(child)
            yield Piece("text", *self.tree.tail(child))


def _is_layout(table: Any) -> bool:
    """Whether a table only arranges the page: it holds headings, another table, or paragraphs in very few cells."""
    names = [local_name(node.tag) for node in table.iterdescendants()]
    if any(name in _HEADINGS or name in ("table", "nav", "form", "main", "article") for name in names):
        return True
    cells = names.count("td") + names.count("th")
    return (
        cells <= 2 or names.count("p") + names.count("div") > 3 * cells or table.get("role") == "presentation"
    )


def _content(root: Any) -> Any:
    """The element that holds the article: ``main`` or ``article`` where it has most of the page's words, else body."""
    body = next((node for node in root if local_name(node.tag) == "body"), root)
    size = _words(body)
    candidates = [
        node for node in body.iterdescendants()
        if local_name(node.tag) in ("main", "article") or node.get("role") == "main"
    ]  # fmt: skip
    best = max(((_words(node), -i, node) for i, node in enumerate(candidates[:50])), default=None)
    return best[2] if best is not None and best[0] * 2 > size else body


def _words(element: Any) -> int:
    """Characters of an element's text, those of scripts, tables of links and forms left out."""
    total = 0
    stack = [element]
    while stack:
        node = stack.pop()
        if local_name(node.tag) not in _SILENT | _AROUND:
            total += len((node.text or "").strip()) + sum(len((child.tail or "").strip()) for child in node)
            stack.extend(node)
    return total


def _title(root: Any) -> tuple[str, Any]:
    """The title that the page's metadata give, and its ``title`` element."""
    metas: dict[str, str] = {}
    element = None
    for node in root.iter():
        name = local_name(node.tag)
        if name == "meta":
            key = (node.get("name") or node.get("property") or "").lower()
            metas.setdefault(key, " ".join((node.get("content") or "").split()))
        elif name == "title" and element is None:
            element = node
    for key in ("citation_title", "dc.title", "wkhealth_title", "og:title"):
        if metas.get(key):
            return metas[key], element
    return "", element


class RenderedOrigin:
    """From the reading text over the rendered text to the elements of the page; offsets stay as they are."""

    __slots__ = ("_places", "_reading", "_rendered")

    def __init__(self, reading: Any, rendered: SegmentMap, places: Places) -> None:
        self._reading = reading
        self._rendered = rendered
        self._places = places

    def place(self, start: int, end: int) -> dict[str, Any] | None:
        """``{"start", "end", "xpath", "offset"}``; None where what was left out stands inside the span."""
        there = self._reading.place(start, end)
        if there is None:
            return None
        first = self._rendered.source_start(there["start"])
        last = max(first, self._rendered.source_end(there["end"]))
        return {"start": start, "end": end, **self._places.place(first, last)}


def build(raw: bytes, doc_id: str, where: str = "") -> Document:
    """The document of an HTML page. Offsets count in its reading text; ``xpath`` and ``offset`` stand beside.

    Raises GoldpanError, one line, where the page has no text to read.

    >>> page = b"<html><body><nav>Home</nav><h1>On lithium</h1><p>It helped 12 of <b>20</b>.</p></body></html>"
    >>> document = build(page, "demo")
    >>> document.text, document.origin.place(28, 30)
    ('On lithium\\n\\nIt helped 12 of 20.', {'start': 28, 'end': 30, 'xpath': '/html/body[1]/p[1]/b[1]', 'offset': 0})
    """
    from pipeline.reading.text import build as build_text

    where = where or doc_id
    root = parse_html(raw, where)
    tree = TreeText(root)
    renderer = _Renderer(tree)
    content = _content(root)
    headings = [node for node in content.iter() if local_name(node.tag) == "h1"]
    title, named = _title(root)
    if not headings and named is not None and title and title in " ".join("".join(named.itertext()).split()):
        start = tree.span(named)[0] + tree.text[slice(*tree.span(named))].find(title)
        renderer.builder.insert("# ")
        renderer.builder.copy(start, start + len(title))
    renderer.walk(content)
    renderer.flush()
    text, segments = renderer.builder.finish()
    if not re.search(r"\w", text):
        raise GoldpanError(
            f"{where}: a page without text to read (scripts alone?); save the page as it is shown"
        )
    document = build_text(text, doc_id, "html")
    if not document.text.strip():
        raise GoldpanError(f"{where}: a page without an article in it; save the article's own page")
    document = in_reading_offsets(document, RenderedOrigin(document.origin, segments, tree.places))
    document.tables = [_headed(table, renderer.grids, document.text) for table in document.tables]
    end = len(document.text)
    around = [Section("furniture", name, end, end) for name in dict.fromkeys(renderer.around)]
    document.sections = [*document.sections, *around]
    return document


def _headed(table: Table, grids: list[Grid], text: str) -> Table:
    """A table with heads that reach over several columns given to each of them."""
    for found in grids:
        if len(found.rows) != len(table.rows) or len(found.rows[0]) != len(table.rows[0]):
            continue
        first = {
            cell: (r, c) for r, row in enumerate(found.rows) for c, cell in enumerate(row) if cell is not None
        }
        words = [" ".join("".join(cell.itertext()).split()) for cell in first][:3]
        shown = [text[table.rows[r][c].start : table.rows[r][c].end] for r, c in list(first.values())[:3]]
        if [re.sub(r"\W", "", w) for w in words] != [re.sub(r"\W", "", s) for s in shown]:
            continue
        heads = []
        for c in range(len(table.rows[0])):
            over = [row[c] for row in found.cover[: found.header_rows] if row[c] is not None]
            places = [table.rows[first[cell][0]][first[cell][1]] for cell in over]
            heads.append(" ".join(dict.fromkeys(t for p in places if (t := text[p.start : p.end].strip()))))
        return replace(table, heads=tuple(heads))
    return table
