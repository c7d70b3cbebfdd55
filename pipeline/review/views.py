"""What the page shows of a document: an item's sentence, the whole text, or the picture of a PDF's page."""

from __future__ import annotations

import tempfile
import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.reconcile.gold import GoldDocument
from pipeline.reconcile.runs import by_document
from pipeline.review.items import Item
from pipeline.review.texts import Texts, window
from pipeline.schema import GoldpanError, Mention

#: Characters of a document that are sent at once.
PIECE = 60_000
_LONGEST = 2_000


class Views:
    """Texts of a run with the mentions of both sides."""

    def __init__(self, texts: Texts, found: Iterable[Mention], gold: Mapping[str, GoldDocument]) -> None:
        self.texts = texts
        self._found = {doc: _sorted(rows) for doc, rows in by_document(found).items()}
        self._gold = {doc: _sorted(document.mentions) for doc, document in gold.items()}
        self._drawing = threading.Lock()

    def contexts(self, item: Item) -> list[dict[str, Any]]:
        """A window for each place that an item speaks of: one for a difference, two for a contradiction."""
        if item.kind == "contradiction":
            sides = [side for side in (item.gold, item.found) if side]
            return [self._context(str(side["doc"]), int(side["start"]), int(side["end"])) for side in sides]
        sides = [side for side in (item.gold, item.found) if side]
        start, end = min(int(s["start"]) for s in sides), max(int(s["end"]) for s in sides)
        return [self._context(item.doc, start, end)]

    def _context(self, doc: str, start: int, end: int) -> dict[str, Any]:
        text = self.texts.get(doc)
        if isinstance(text, str):
            return {"doc": doc, "missing": text}
        if end > len(text.text):
            return {"doc": doc, "missing": "The offsets lie behind the end of the text at hand."}
        shown = window(text.text, start, min(end, start + _LONGEST))
        low, high = shown["start"], shown["start"] + len(shown["text"])
        return {"doc": doc, "pdf": text.kind == "pdf"} | shown | {"marks": self.marks(doc, low, high)}

    def marks(self, doc: str, low: int, high: int) -> list[list[Any]]:
        """Mentions of both sides between two offsets: side, label, start, end."""
        out: list[list[Any]] = []
        for side, table in (("gold", self._gold), ("found", self._found)):
            rows = table.get(doc, [])
            at = bisect_left(rows, low - _LONGEST, key=lambda m: m.start)
            while at < len(rows) and rows[at].start < high:
                if rows[at].end > low:
                    out.append([side, rows[at].label, rows[at].start, rows[at].end])
                at += 1
        return out

    def document(self, doc: str, around: int | None = None, start: int | None = None) -> dict[str, Any]:
        """A piece of a document: the one that holds offset ``around``, or the one that begins at ``start``."""
        text = self.texts.get(doc)
        if isinstance(text, str):
            return {"doc": doc, "missing": text}
        length = len(text.text)
        if start is None:
            start = max(0, min(around or 0, length) - PIECE // 2)
        start = max(0, min(start, length))
        end = min(length, start + PIECE)
        piece = text.text[start:end]
        return {
            "doc": doc, "start": start, "text": piece, "length": length, "marks": self.marks(doc, start, end),
        }  # fmt: skip

    def page_of(self, item: Item) -> int | None:
        """The page of a PDF that an item stands on, as the nearest mention with a page says."""
        for side in (item.found, item.gold):
            if side and isinstance(side.get("page"), int):
                return int(side["page"])
        near = [m for m in self._found.get(item.doc, ()) if isinstance(m.place.get("page"), int)]
        closest = min(near, key=lambda m: abs(m.start - item.place), default=None)
        return int(closest.place["page"]) if closest else None

    def picture(self, item: Item) -> bytes:
        """The page as PNG, with the item's box. Raises GoldpanError where there is no such picture."""
        text = self.texts.get(item.doc)
        if isinstance(text, str):
            raise GoldpanError(text)
        page = self.page_of(item)
        if text.kind != "pdf" or page is None:
            raise GoldpanError(f"{item.doc}: there is no page picture of it, it is no PDF")
        from pipeline.reading.show import show

        sides = [s for s in (item.found, item.gold) if s and s.get("bbox") and "label" in s]
        with tempfile.TemporaryDirectory() as folder, self._drawing:
            out = Path(folder) / "page.png"
            show(text.path, [Mention.from_json(side) for side in sides[:1]], out, page)
            return out.read_bytes()


def _sorted(rows: Iterable[Mention]) -> list[Mention]:
    return sorted(rows, key=lambda m: m.start)
