"""Running heads, feet, page numbers and watermarks, told by coming again at the same place of the pages.

A line is taken only where every line between it and the page's edge is furniture too, so that a repeated column
head or list item inside the text stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.reading.pdf_lines import Page, Segment, body_size, rows_of
from pipeline.reading.pdf_margin import line_numbers
from pipeline.reading.pdf_words import Word

#: Heads and feet are looked for in this part of the page's height, at the top and at the bottom.
_ZONE = 0.16
#: Points by which a running line may move from page to page.
_DRIFT = 6.0
_CAPTION = re.compile(r"(?:table|fig(?:ure)?|box)\b", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"[–—|.\s-]*(?:p(?:age|\.)\s*)?(?:\d{1,5}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d+)?[–—|.\s-]*", re.IGNORECASE
)
_ROMAN = re.compile(r"^[ivxlc]{1,6}$")


@dataclass(frozen=True, slots=True)
class Furniture:
    """A piece of a page that is no part of the article; ``bbox`` is [x0, top, x1, bottom] on the shown page."""

    page: int
    text: str
    bbox: tuple[float, float, float, float]
    why: str


def _keys(text: str, page: int) -> set[str]:
    """A line as it may come again, spaces and case aside: as it stands, or with one number that counts the pages.

    >>> _keys("Page 3 of 9", 3) & _keys("Page 4 of 9", 4)
    {'page#0of9'}
    >>> _keys("Trial 3", 3) & _keys("Trial 7", 4)
    set()
    """
    plain = re.sub(r"\s+", "", text.lower())
    if _ROMAN.match(plain):
        return {plain, "#roman"}
    runs = list(re.finditer(r"\d{1,6}", plain))
    return {plain} | {f"{plain[: m.start()]}#{int(m[0]) - page}{plain[m.end() :]}" for m in runs[:6]}


def split_furniture(pages: list[Page]) -> list[Furniture]:
    """Take furniture out of the pages' segments and say what was taken.

    Raises nothing; a document of one page has only skewed text to give.
    """
    found = [_skewed(page, word) for page in pages for word in _runs(page.skewed)]
    for page, numbers in line_numbers(pages):
        _take(page, numbers, "line number", found)
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
        seen.update(
            {
                (key, round(s.base / _DRIFT))
                for row in rows
                for s in row
                for key in _keys(s.text, page.chars.number)
            }
        )
    least = 2 if len(pages) < 8 else 3

    def repeats(segment: Segment, page: Page) -> bool:
        place = round(segment.base / _DRIFT)
        count = max(
            max(seen[key, place - 1], seen[key, place + 1]) + seen[key, place]
            for key in _keys(segment.text, page.chars.number)
        )
        return count >= (2 if _PAGE_NUMBER.fullmatch(segment.text) else least)

    size = body_size(s for page in pages for s in page.segments)
    for page, rows in zip(pages, zones, strict=True):
        for row in rows:
            again = [s for s in row if repeats(s, page)] or (_page_number(row) if row is rows[0] else [])
            if not again or any(_CAPTION.match(s.text) for s in row) or _table_heads(row, page):
                break
            if len(again) < len(row) and not _beside(row, again, page):
                break
            once = not any(repeats(s, page) for s in again)
            alone = _alone(row, again, page, size, from_top)
            if once and not alone:
                break
            if alone:
                again = row
            _take(page, again, "running head" if from_top else "running foot", found)
            if len(again) < len(row):
                break


def _beside(row: list[Segment], again: list[Segment], page: Page) -> bool:
    """Whether the repeated pieces of a row stand well apart from its others (a page number beside the title)."""
    others = [s for s in row if s not in again]
    gap = min(max(a.x0, b.x0) - min(a.x1, b.x1) for a in again for b in others)
    return gap > 0.04 * page.chars.width


def _table_heads(row: list[Segment], page: Page) -> bool:
    """Whether a row of several pieces stands between two rules: the heads of a table, repeated on its next page."""
    base, size = row[0].base, row[0].size
    rules = [r.top for r in page.chars.rules if r.horizontal and r.x0 < row[1 % len(row)].x0 < r.x1]
    return len(row) >= 3 and any(base - 2.5 * size < y < base for y in rules) and any(
        base < y < base + 2 * size for y in rules
    )  # fmt: skip


def _page_number(row: list[Segment]) -> list[Segment]:
    """A number alone on its line, or at an end of it beside one other piece."""
    if len(row) > 2:
        return []
    return [s for s in (row[0], row[-1]) if re.fullmatch(r"\d{1,5}", s.text)][:1]


def _alone(row: list[Segment], again: list[Segment], page: Page, body: float, from_top: bool) -> bool:
    """Whether what stands level with a page number is a running head too, that comes on this page only: in small print,
    clear of the text, not on the first page. (Short papers show the head of the odd and of the even pages once each.)
    """
    others = [s for s in row if s not in again]
    if (page.chars.number == 1 and from_top) or any(s.size > 1.1 * body for s in others):
        return False
    if not all(re.fullmatch(r"[\s\d–—|.-]+", s.text) for s in again):
        return False
    base = row[0].base
    rest = [s for s in page.segments if s not in row]
    gaps = [s.base - base if from_top else base - s.base for s in rest]
    return min((gap for gap in gaps if gap > 0), default=99.0) > 1.5 * body


def _overall(pages: list[Page], found: list[Furniture]) -> None:
    """What stands at the same place of most pages, wherever it is: upright watermarks and side marks."""
    if len(pages) < 3:
        return
    seen: Counter[tuple[str, int, int]] = Counter()
    for page in pages:
        seen.update(
            {
                (key, round(s.x0 / 3), round(s.base / 3))
                for s in page.segments
                for key in _keys(s.text, page.chars.number)
            }
        )
    for page in pages:
        again = [
            s for s in page.segments
            if len(re.sub(r"[\d\s]", "", s.text)) >= 4
            and max(seen[key, round(s.x0 / 3), round(s.base / 3)] for key in _keys(s.text, page.chars.number))
            >= max(3, 0.6 * len(pages))
        ]  # fmt: skip
        _take(page, again, "watermark", found)
