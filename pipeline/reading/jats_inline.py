"""The inline content of JATS: what is a link, a sign, a superscript, a formula, and where a block begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.reading.jats_references import References
from pipeline.reading.tree_inline import Piece, math_pieces
from pipeline.reading.tree_text import TreeText, local_name

#: Blocks: a paragraph that holds one is cut there, or has it behind, where it floats.
BLOCKS = {
    "p", "sec", "list", "def-list", "disp-quote", "boxed-text", "fig", "fig-group", "table-wrap", "table-wrap-group",
    "table", "verse-group", "speech", "statement", "preformat", "code", "fn", "fn-group", "ref-list", "ack", "app",
    "supplementary-material", "array", "title", "glossary", "notes", "bio", "app-group", "title-group",
}  # fmt: skip
#: Without words for a reader: pictures, formulas (their neighbours stay), identifiers, index terms.
SILENT = {
    "disp-formula", "disp-formula-group", "chem-struct", "chem-struct-wrap", "tex-math", "graphic", "inline-graphic",
    "media", "object-id", "alt-text", "long-desc", "index-term", "index-term-range-end", "def", "permissions", "attrib",
    "private-char", "target", "milestone-start", "milestone-end", "citation-alternatives", "fn-group",
}  # fmt: skip
#: Links to footnotes and addresses: their text is a sign.
_SIGNS = {"fn", "table-fn", "aff", "corresp", "author-notes", "contrib", "author-note"}


def named(root: Any) -> Iterator[tuple[Any, str]]:
    """Every element of a tree with its local name."""
    return ((node, local_name(node.tag)) for node in root.iter())


class JatsInline:
    """Elements of one article as pieces; ``references`` resolves their links."""

    def __init__(self, tree: TreeText, references: References) -> None:
        self.tree = tree
        self.references = references

    def pieces(self, element: Any) -> Iterator[Piece]:
        """The inline content of an element, blocks inside it left out (table cells: read through)."""
        for item in self.flatten(element):
            if isinstance(item, Piece):
                yield item
            elif local_name(item.tag) in ("fn", "graphic", "table", "table-wrap"):
                continue
            else:
                yield Piece("break", 0, 0)
                yield from self.pieces(item)
                yield Piece("break", 0, 0)

    def flatten(self, element: Any) -> Iterator[Piece | Any]:
        """Pieces of an element's inline content; a block inside it comes as the element itself."""
        yield Piece("text", *self.tree.head(element))
        for child in element:
            yield from self.inline(child)
            yield Piece("text", *self.tree.tail(child))

    def inline(self, child: Any) -> Iterator[Piece | Any]:
        """The pieces of one element inside a paragraph; a block comes as itself."""
        name = local_name(child.tag)
        if name in BLOCKS:
            yield child
        elif name in SILENT:
            yield Piece("gap", 0, 0)
        elif name == "break":
            yield Piece("break", 0, 0)
        elif name == "sup":
            yield from self._raised(child)
        elif name == "xref":
            yield from self._xref(child)
        elif name in ("inline-formula", "alternatives"):
            math = next((node for node, inner in named(child) if inner == "math"), None)
            yield from self.flatten(child) if math is None else math_pieces(self.tree, math)
        elif name == "math":
            yield from math_pieces(self.tree, child)
        else:
            yield from self.flatten(child)

    def _raised(self, sup: Any) -> Iterator[Piece | Any]:
        inner = list(self.flatten(sup))
        if any(isinstance(item, Piece) and item.kind == "link" for item in inner):
            for item in inner:
                if isinstance(item, Piece) and item.kind in ("text", "link"):
                    yield Piece(item.kind, item.start, item.end, item.keys, raised=True)
            return
        words = [
            item
            for item in inner
            if isinstance(item, Piece) and item.kind == "text" and item.end > item.start
        ]
        start, end = self.tree.span(sup)
        if words and sum(word.end - word.start for word in words) == end - start:
            yield Piece("raised", start, end)
        else:  # a sign that is a link to a footnote, and what stands beside it
            yield from (
                Piece("raised", w.start, w.end) for w in words if self.tree.text[w.start : w.end].strip(" ,;")
            )

    def _xref(self, xref: Any) -> Iterator[Piece | Any]:
        kind = xref.get("ref-type")
        start, end = self.tree.span(xref)
        if kind == "bibr":
            keys = self.references.resolve(xref.get("rid") or "", self.tree.text[start:end])
            if keys and end > start:
                raised = any(local_name(node.tag) == "sup" for node in xref.iter())
                yield Piece("link", start, end, keys, raised)
            elif end > start:
                yield from self.flatten(xref)
        elif kind in _SIGNS:
            yield Piece("gap", 0, 0)
        else:
            yield from self.flatten(xref)
