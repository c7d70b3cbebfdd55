"""The inline content of an element: one pass, writing clean reading text, lifting linked citations.

What is an element's part in a sentence (raised, a citation, left out) a dialect decides; here is what is done with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.reading.inline import Inline
from pipeline.reading.tree_text import TreeText, local_name
from pipeline.reading.xrefs import Link, Mark, marks

#: MathML that is a line of characters ("n = 24", "P < .05", "±"); anything else has a shape and is left out.
_FLAT_MATH = {
    "math", "mi", "mn", "mo", "mtext", "mrow", "mspace", "mstyle", "semantics", "mpadded", "mfenced", "msub",
    "annotation", "annotation-xml",
}  # fmt: skip
_RELATIONS = {"=", "<", ">", "≤", "≥", "±", "≈", "~"}
_ANY = re.compile(".*", re.DOTALL)
#: Stands in a paragraph's text for a raised character, so that no bracket or word is seen there.
_RAISED = "\ue000"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the tree's string in a paragraph; ``gap`` is left out, ``break`` is a blank."""

    kind: Literal["text", "raised", "link", "gap", "break"]
    start: int
    end: int
    keys: tuple[str, ...] = ()
    raised: bool = False


class LiteralInline(Inline):
    """`Inline` for a text whose mark-up is gone already: stars, dollars and ``<`` are themselves."""

    def _itself(self, match: re.Match[str], _end: int) -> int:
        self.builder.copy(match.start(), match.start() + 1)
        return match.start() + 1

    _on_suptag = _on_supbrace = _on_subbrace = _on_comment = _on_skip = _on_autolink = _itself
    _on_linkopen = _on_image = _on_escape = _on_tick = _itself
    # the base class names the second parameter by whether it is used; the dispatch passes it by place
    _on_tag = _on_math = _on_linkclose = _on_command = _itself  # type: ignore[assignment]
    _on_stars = _on_underscores = _on_entity = _itself  # type: ignore[assignment]

    def raised(self, start: int, end: int) -> None:
        """Write a superscript: a citation, an exponent, a footnote sign."""
        match = _ANY.match(self.source, start, end)
        assert match is not None
        self._superscript(match, match[0], start)

    def paragraph(
        self, pieces: Iterable[Piece], between: Callable[[str, str], tuple[str, ...]] = lambda a, b: ()
    ) -> None:
        """Write a paragraph; its linked citations become anchors. ``between``: see `marks`."""
        parts = _merged(pieces)
        local, links = _local(self.source, parts)
        found = iter(marks(local, links, between))
        mark = next(found, None)
        at = 0  # in the paragraph's own text
        for piece in parts:
            size = piece.end - piece.start
            if piece.kind == "gap":
                continue
            if piece.kind == "break":
                if not self.builder.ends_with_space():
                    self.builder.insert(" ")
                continue
            done = piece.start
            while mark is not None and mark.start < at + size:
                first = piece.start + max(0, mark.start - at)
                last = piece.start + min(size, mark.end - at)
                if mark.lifted:
                    self._stretch(piece, done, first)
                    done = last
                if at + size < mark.end:
                    break  # the mark goes on in the next piece
                if not mark.lifted:
                    self._stretch(piece, done, last)
                    done = last
                self._anchor(mark, first, last, local[mark.start : mark.end].strip())
                mark = next(found, None)
            self._stretch(piece, done, piece.end)
            at += size
        self.trim()

    def _stretch(self, piece: Piece, start: int, end: int) -> None:
        if start >= end:
            return
        if piece.kind == "raised":
            self.raised(start, end)
        else:
            self.write(start, end)

    def _anchor(self, mark: Mark, first: int, last: int, text: str) -> None:
        if mark.lifted and self.source[last : last + 1] in " .,;:)":
            self.trim()
        self.anchors.append((self.builder.length, first, last, text, mark.keys))


def _local(source: str, parts: Iterable[Piece]) -> tuple[str, list[Link]]:
    """A paragraph's own text, and its links in it. Raised characters that are no link are masked."""
    out: list[str] = []
    links: list[Link] = []
    at = 0
    for piece in parts:
        if piece.kind in ("gap", "break"):
            continue
        size = piece.end - piece.start
        if piece.kind == "link":
            links.append(Link(at, at + size, piece.keys, piece.raised))
        out.append(_RAISED * size if piece.kind == "raised" else source[piece.start : piece.end])
        at += size
    return "".join(out), links


def _merged(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbouring text pieces as one, so that a citation in words is seen across mark-up."""
    out: list[Piece] = []
    for piece in pieces:
        last = out[-1] if out else None
        if last is not None and last.kind == piece.kind == "text" and last.end == piece.start:
            out[-1] = Piece("text", last.start, piece.end)
        elif piece.end > piece.start or piece.kind == "break":
            out.append(piece)
    return out


def math_pieces(tree: TreeText, math: Any) -> list[Piece]:
    """The characters of flat MathML, its relations between blanks as in print; nothing where it has a shape."""
    nodes = [(node, local_name(node.tag)) for node in math.iter()]
    if any(name not in _FLAT_MATH for _, name in nodes):
        return []
    out: list[Piece] = []
    for node, name in nodes:
        if name in ("mi", "mn", "mo", "mtext"):
            text = Piece("text", *tree.head(node))
            blank = Piece("break", 0, 0)
            out += (
                [blank, text, blank] if name == "mo" and (node.text or "").strip() in _RELATIONS else [text]
            )
    return out
