"""Running heads, feet, page numbers and watermarks, told by coming again at the same place of the pages.

A line is taken only where every line between it and the page's edge is furniture too, so that a repeated column
head or list item inside the text stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.reading.pdf_lines import Page, Segment, rows_of
from pipeline.reading.pdf_words import Word

#: Heads and feet are looked for in this part of the page's height, at the top and at the bottom.
_ZONE = 0.16
#: Points by which a running line may move from page to page.
_DRIFT = 6.0
_CAPTION = re.compile(r"(?:table|fig(?:ure)?|box)\b", re.IGNORECASE)
_ROMAN = re.compile(r"^[ivxlc]{1,6}$")


@dataclass(frozen=True, slots=True)
class Furniture:
    """A piece of a page that is no part of the article; ``bbox`` is [x0, top, x1, bottom] on the shown page."""

    page: int
    text: str
    bbox: tuple[float, float, float, float]
    why: str


def _key(text: str) -> str:
    """A line as it comes again: page numbers masked, spaces and case aside."""
    plain = re.sub(r"\d+", "#", re.sub(r"\s+", "", text.lower()))
    return "#" if _ROMAN.match(plain) else plain


def split_furniture(pages: list[Page]) -> list[Furniture]:
    """Take furniture out of the pages' segments and say what was taken.

    Raises nothing; a document of one page has only skewed text to give.
    """
    found = [_skewed(page, word) for page in pages for word in _runs(page.skewed)]
    # rows count from the page's edges inwards: (page, row, distance from its edge)
    for from_top in (True, False):
        _edge(pages, from_top, found)
    _overall(pages, found)
    return found


def _runs(words: list[Word]) -> list[list[Word]]:
    """Skewed words, in content order, as the runs of one size that they were written in."""
    runs: list[list[Word]] = []
    for word in words:
        if runs and abs(runs[-1][-1].size - word.size) < 0.5 and word.start - runs[-1][-1].end <= 3:
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _skewed(page: Page, words: list[Word]) -> Furniture:
    text = "".join(page.chars.text[words[0].start : words[-1].end]).replace("\v", " ")
    top, bottom = min(w.base - w.size for w in words), max(w.base for w in words)
    box = page.chars.shown(min(w.x0 for w in words), top, max(w.x1 for w in words), bottom)
    return Furniture(page.chars.number, " ".join(text.split()), (box[0], box[1], box[2], box[3]), "skewed")


def _take(page: Page, segments: Iterable[Segment], why: str, found: list[Furniture]) -> None:
    for segment in segments:
        box = page.chars.shown(segment.x0, segment.top, segment.x1, segment.bottom)
        found.append(Furniture(page.chars.number, segment.text, (box[0], box[1], box[2], box[3]), why))
        page.segments.remove(segment)


def _edge(pages: list[Page], from_top: bool, found: list[Furniture]) -> None:
    zones: list[list[list[Segment]]] = []
    seen: Counter[tuple[str, int]] = Counter()
    for page in pages:
        height = page.chars.height
        near = [
            s for s in page.segments
            if (s.bottom < _ZONE * height if from_top else s.top > (1 - _ZONE) * height)
        ]  # fmt: skip
        rows = rows_of(near)
        rows = rows if from_top else rows[::-1]
        zones.append(rows)
        keys = {(_key(s.text), round(s.base / _DRIFT)) for row in rows for s in row}
        for key, place in keys:
            seen[key, place] += 1
    least = 2 if len(pages) < 8 else 3

    def repeats(segment: Segment) -> bool:
        key, place = _key(segment.text), round(segment.base / _DRIFT)
        count = max(
            seen[key, place], seen[key, place - 1] + seen[key, place], seen[key, place] + seen[key, place + 1]
        )
        return count >= (2 if key.strip("-–—|.") in ("#", "page#", "#of#", "page#of#", "p.#") else least)

    for page, rows in zip(pages, zones, strict=True):
        for row in rows:
            again = [s for s in row if repeats(s)]
            if not again or any(_CAPTION.match(s.text) for s in row):
                break
            if len(again) < len(row) and not _beside(row, again, page):
                break
            _take(page, again, "running head" if from_top else "running foot", found)
            if len(again) < len(row):
                break


def _beside(row: list[Segment], again: list[Segment], page: Page) -> bool:
    """Whether the repeated pieces of a row stand well apart from its others (a page number beside the title)."""
    others = [s for s in row if s not in again]
    gap = min(max(a.x0, b.x0) - min(a.x1, b.x1) for a in again for b in others)
    return gap > 0.04 * page.chars.width


def _overall(pages: list[Page], found: list[Furniture]) -> None:
    """What stands at the same place of most pages, wherever it is: upright watermarks and side marks."""
    if len(pages) < 3:
        return
    seen: Counter[tuple[str, int, int]] = Counter()
    for page in pages:
        seen.update({(_key(s.text), round(s.x0 / 3), round(s.base / 3)) for s in page.segments})
    for page in pages:
        again = [
            s for s in page.segments
            if seen[_key(s.text), round(s.x0 / 3), round(s.base / 3)] >= max(3, 0.6 * len(pages))
            and len(_key(s.text).replace("#", "")) >= 4
        ]  # fmt: skip
        _take(page, again, "watermark", found)
