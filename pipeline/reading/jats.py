"""JATS and NLM XML (PubMed Central, Europe PMC, publishers) → `Document`.

What each element is for is said by its name, so nothing is guessed here: title, abstract, sections, captions, tables,
boxes and footnotes are kept, everything else is recorded as left out. Linked citations are lifted out of the sentence
and resolved to the reference list.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from pipeline.reading.inline import Style, citation_style
from pipeline.reading.jats_inline import BLOCKS, SILENT, JatsInline, named
from pipeline.reading.jats_references import References, read_references
from pipeline.reading.recognise import heading_kind, leads
from pipeline.reading.tree_inline import Piece
from pipeline.reading.tree_text import TreeText, local_name
from pipeline.reading.tree_writer import TreeWriter
from pipeline.reading.xmlsafe import parse_xml
from pipeline.schema import KEPT, Document, GoldpanError, SectionKind

_FLOATS = {"fig", "fig-group", "table-wrap", "table-wrap-group", "boxed-text", "fn", "supplementary-material"}
#: Elements of the front and back that are left out: kind, and the title they go by.
_DROPPED: dict[str, tuple[SectionKind, str]] = {
    "journal-meta": ("front_matter", "journal"), "contrib-group": ("front_matter", "authors"),
    "aff": ("front_matter", "affiliations"), "aff-alternatives": ("front_matter", "affiliations"),
    "author-notes": ("author_notes", "author notes"), "permissions": ("front_matter", "permissions"),
    "history": ("front_matter", "history"), "kwd-group": ("keywords", "keywords"),
    "funding-group": ("author_notes", "funding"), "article-categories": ("front_matter", "categories"),
    "trans-abstract": ("front_matter", "abstract in another language"),
    "trans-title-group": ("front_matter", "title in another language"), "product": ("front_matter", "product"),
    "ack": ("acknowledgements", "acknowledgements"), "bio": ("author_notes", "biography"),
    "glossary": ("author_notes", "abbreviations"), "ref-list": ("references", "references"),
    "supplementary-material": ("author_notes", "supplementary material"), "notes": ("author_notes", "notes"),
    "sub-article": ("author_notes", "sub-article"), "response": ("author_notes", "response"),
    "related-article": ("front_matter", "related article"), "custom-meta-group": ("front_matter", "metadata"),
}  # fmt: skip
#: Types of footnotes that are about the authors, not the text.
_NOTE_TYPES = {
    "con", "conflict", "coi-statement", "financial-disclosure", "supported-by", "participating-researchers", "corresp",
    "current-aff", "present-address", "presented-at", "presented-by", "previously-at", "equal", "deceased", "on-leave",
    "study-group-members", "edited-by", "com", "abbr", "custom",
}  # fmt: skip


class _Article:
    """One walk over an ``article``."""

    def __init__(self, root: Any, tree: TreeText) -> None:
        self.root = root
        self.tree = tree
        self.references: References = read_references(root)
        self.inline = JatsInline(tree, self.references)
        self.writer = TreeWriter(tree, self._style(), self.inline.pieces, self.references.between)
        self.title = ""
        self._targets: set[str] | None = None

    def _style(self) -> Style:
        """Where no citation is linked, marks in plain text are read as the text reader does.

        Where they are, what looks like one without a link is something else (*F[1,12]*); names with a year still count.
        """
        if not self.references.entries:
            return Style(superscript=False, bracket=False, author_year=False, highest=None)
        linked = any(name == "xref" and node.get("ref-type") == "bibr" for node, name in named(self.root))
        style = citation_style(self.tree.text, len(self.references.entries), True)
        if linked:
            style.superscript = style.flat = style.parenthesis = style.bracket = False
            style.author_year = self.references.named
        else:
            raised = sum(
                (node.text or "").strip()[:1].isdigit() for node, name in named(self.root) if name == "sup"
            )
            style.superscript = raised >= 3
        return style

    # ------------------------------------------------------------ blocks

    def read(self) -> None:
        """Front, body, back, floats: in the order of the file."""
        for child in self.root:
            name = local_name(child.tag)
            if name == "front":
                self._front(child)
            elif name in ("body", "back", "floats-group", "floats-wrap"):
                self.blocks(child, "body", "")
            elif name in _DROPPED:
                self.drop(child)

    def _front(self, front: Any) -> None:
        for node in front:
            name = local_name(node.tag)
            if name in ("article-meta", "front-stub"):
                self._front(node)
            elif name == "title-group":
                for child in node:
                    if local_name(child.tag) in ("article-title", "subtitle"):
                        place = self.writer.block("title", "", [self.inline.pieces(child)])
                        if place and not self.title:
                            self.title = self.writer.builder.so_far(place[0])
                    elif local_name(child.tag) in _DROPPED:
                        self.drop(child)
            elif name == "abstract":
                self.section(node, "abstract")
            elif name in _DROPPED:
                self.drop(node)

    def drop(self, element: Any) -> None:
        """Record an element that is left out, by its own title where it has one."""
        kind, title = _DROPPED[local_name(element.tag)]
        self.writer.drop(kind, self._heading(element) or title)

    def _heading(self, element: Any) -> str:
        title = _child(element, "title")
        return "" if title is None else " ".join("".join(title.itertext()).split())

    def section(self, element: Any, kind: SectionKind) -> None:
        """A section with its heading; one that is about the authors or the files is left out whole."""
        title = self._heading(element)
        other = heading_kind(title) if title else None
        if element.get("sec-type") == "supplementary-material":
            other = "author_notes"
        if other and other not in KEPT:
            self.writer.drop(other, title)
            return
        heading = _child(element, "title")
        if heading is not None:
            label = _child(element, "label")
            runs = [self.inline.pieces(label)] if label is not None else []
            self.writer.block(kind, title, [*runs, self.inline.pieces(heading)])
        self.blocks(element, kind, title)

    def blocks(self, element: Any, kind: SectionKind, title: str) -> None:
        """The blocks inside an element; stray inline content between them makes paragraphs."""
        stray: list[Piece] = [Piece("text", *self.tree.head(element))]
        for child in element:
            name = local_name(child.tag)
            if name not in ("title", "label", "caption"):  # the caller's
                if name in BLOCKS or name in _DROPPED or name in SILENT or name == "sec-meta":
                    self.writer.block(kind, title, [stray])
                    stray = []
                    self.block(child, kind, title)
                else:
                    for item in self.inline.inline(child):
                        if isinstance(item, Piece):
                            stray.append(item)
                        else:
                            self.writer.block(kind, title, [stray])
                            stray = []
                            self.block(item, kind, title)
            stray.append(Piece("text", *self.tree.tail(child)))
        self.writer.block(kind, title, [stray])

    def block(self, child: Any, kind: SectionKind, title: str) -> None:
        """One block, by its name."""
        name = local_name(child.tag)
        if name in _DROPPED:
            self.drop(child)
        elif name in ("sec", "app"):
            self.section(child, kind)
        elif name in ("p", "preformat", "code", "def"):
            self.paragraph(child, kind, title)
        elif name == "boxed-text":
            self._captioned(child, "box", title)
            self.blocks(child, "box", title)
        elif name in ("fig", "fig-group", "table-wrap", "table-wrap-group"):
            self._float(child, title)
        elif name in ("table", "array"):
            self.writer.table(child, title, "")
        elif name == "fn":
            self._footnote(child, title)
        elif name == "def-list":
            for item in child:
                self.writer.block(kind, title, [self.inline.pieces(part) for part in item], [": "])
        elif name not in SILENT or name == "fn-group":
            self.blocks(child, kind, title)

    def paragraph(self, element: Any, kind: SectionKind, title: str) -> None:
        """A paragraph; a list inside cuts it, what floats (figures, tables, footnotes) comes behind it."""
        pieces: list[Piece] = []
        floats = []
        for item in self.inline.flatten(element):
            if isinstance(item, Piece):
                pieces.append(item)
            elif local_name(item.tag) in _FLOATS:
                floats.append(item)
            else:
                self.writer.block(kind, title, [pieces])
                pieces = []
                self.block(item, kind, title)
        self.writer.block(kind, title, [pieces])
        for item in floats:
            self.block(item, kind, title)

    def _captioned(self, element: Any, kind: SectionKind, title: str) -> str:
        """Label and caption of a float: the label, the title and the first paragraph begin it. Gives its text."""
        label, caption = _child(element, "label"), _child(element, "caption")
        parts = [
            part
            for part in (caption if caption is not None else ())
            if local_name(part.tag) in ("title", "p")
        ]
        if caption is not None and not parts:
            parts = [caption]
        head = ([label] if label is not None else []) + parts[:1]
        joint = " " if label is not None and self._closes(label) else ". "
        place = self.writer.block(kind, title, [self.inline.pieces(part) for part in head], [joint])
        start = place[0] if place else self.writer.builder.length
        for part in parts[1:]:
            self.paragraph(part, kind, title)
        return self.writer.builder.so_far(start).strip()

    def _closes(self, label: Any) -> bool:
        return "".join(label.itertext()).rstrip()[-1:] in ".:|"

    def _float(self, element: Any, title: str) -> None:
        caption = self._captioned(element, "caption", title)
        for child in element:
            name = local_name(child.tag)
            if name == "alternatives":
                child = next((node for node in child if local_name(node.tag) == "table"), child)
                name = local_name(child.tag)
            if name in ("table", "array"):
                self.writer.table(child, title, caption)
            elif name == "table-wrap-foot":
                self.blocks(child, "footnote", title)
            elif name not in ("label", "caption") and name in BLOCKS:
                self.block(child, "caption" if name == "p" else "footnote", title)

    def _footnote(self, element: Any, title: str) -> None:
        """A footnote of the text is kept; one about the authors is not.

        That is told by its type or first words; at the end of the article, also by no mark leading to it.
        """
        words = " ".join("".join(element.itertext()).split())
        ends = any(local_name(up.tag) == "back" for up in element.iterancestors())
        if (
            element.get("fn-type") in _NOTE_TYPES or any(pattern.match(words) for pattern, _ in leads())
            or (ends and element.get("id") not in self._linked())
        ):  # fmt: skip
            self.writer.drop("author_notes", words[:60])
        else:
            self.blocks(element, "footnote", title)

    def _linked(self) -> set[str]:
        """The identifiers that some link points to."""
        if self._targets is None:
            rids = (node.get("rid") or "" for node, name in named(self.root) if name == "xref")
            self._targets = {target for rid in rids for target in rid.split()}
        return self._targets


def _child(element: Any, name: str) -> Any:
    return next((child for child in element if local_name(child.tag) == name), None)


def articles(root: Any) -> list[Any]:
    """The ``article`` elements of a file: its root, or those in a wrapper (``pmc-articleset``, OAI)."""
    if local_name(root.tag) == "article":
        return [root]
    found: list[Any] = []
    for node, name in named(root):
        if name == "article" and not any(up in found for up in cast(Iterable[Any], node.iterancestors())):
            found.append(node)
    return found


def build(raw: bytes, doc_id: str, where: str = "") -> Document:
    """The document of a JATS or NLM file. Offsets count in its reading text; ``xpath`` and ``offset`` stand beside.

    Raises GoldpanError, one line, where the file is no such article, holds several, or has no text.

    >>> document = build(
    ...     b"<article><front><article-meta><title-group><article-title>On lithium</article-title></title-group>"
    ...     b"</article-meta></front><body><p>It helped <xref ref-type='bibr' rid='a'>[1]</xref>.</p></body><back>"
    ...     b"<ref-list><ref id='a'><citation>Roe A. Lithium. J Test. 2001;1:2.</citation></ref></ref-list></back>"
    ...     b"</article>", "demo")
    >>> document.text, document.citations[0].keys, document.origin.place(12, 14)
    ('On lithium\\n\\nIt helped.', ('1',), {'start': 12, 'end': 14, 'xpath': '/article/body[1]/p[1]', 'offset': 0})
    """
    where = where or doc_id
    root = parse_xml(raw, where)
    found = articles(root)
    if not found:
        name = local_name(root.tag)
        raise GoldpanError(f"{where}: XML of <{name}>, not an article; give JATS, BioC or HTML")
    if len(found) > 1:
        raise GoldpanError(f"{where}: holds {len(found)} articles; split it, one article a file")
    if not any(local_name(child.tag) in ("front", "body", "back") for child in found[0]):
        raise GoldpanError(f"{where}: an <article> with neither front nor body; fetch its full text")
    walk = _Article(found[0], TreeText(root))
    walk.read()
    document = walk.writer.document(doc_id, "jats", walk.title, walk.references.entries)
    if not document.text.strip():
        raise GoldpanError(f"{where}: an article without title, abstract or body; fetch its full text")
    return document
