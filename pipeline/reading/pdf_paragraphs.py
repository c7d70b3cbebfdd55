"""Lines of a column → paragraphs, and what each is for: heading, caption, footnote, list item, text.

Told by spacing, indent, size, weight and by whether the next line's first word would have fitted into the line
before; in this order, each weaker than the one before.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from pipeline.reading.pdf_cells import TableCells
from pipeline.reading.pdf_chars import FONTS
from pipeline.reading.pdf_layout import Column
from pipeline.reading.pdf_lines import Segment, leading
from pipeline.reading.pdf_unruled import unruled

ParagraphKind = Literal["text", "title", "heading", "caption", "footnote", "table", "aside"]

_BULLET = re.compile(r"^(?:[•●▪◦‣■□✓]|[–—-](?=\s))\s*")
_MARK = re.compile(r"^(?:\[(\d{1,3})\]|\(?(\d{1,3})[.)](?=\s)|\(?(?:[ivx]{1,5}|[a-z])\)(?=\s))\s*\S")
_CAPTION = re.compile(
    r"^(?:supplement(?:ary|al)\s+|e|online\s+|extended\s+data\s+)?(?:table|fig(?:ure)?s?\.?|scheme|chart|box|panel)\s*"
    r"(?:S?\d{1,3}[A-Za-z]?|[A-Z]\d{1,2}|[IVX]{1,5})\b\s*(?P<mark>[.:|–—-](?!\d)|$|(?=\s*[A-Z(]))", re.IGNORECASE
)  # fmt: skip
_NOTE_MARK = re.compile(r"^[*†‡§¶#‖]")
_TERMINAL = re.compile(r"[.!?:;][”\"’')\]]*$")


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together. ``hanging``: it stands in a list whose items begin further left than they go on;
    ``continues``: it goes on with an item of such a list that the column before left unfinished.
    """

    kind: ParagraphKind
    page: int
    lines: list[Segment] = field(default_factory=list)
    table: TableCells | None = None
    hanging: bool = False
    continues: bool = False
    right: float = 0.0

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)

    @property
    def size(self) -> float:
        return statistics.median(line.size for line in self.lines) if self.lines else 0.0

    @property
    def finished(self) -> bool:
        """Whether its last sentence has come to an end; marks of citation and footnote aside."""
        words = self.lines[-1].words if self.lines else []
        while words and (words[-1].script > 0 or re.fullmatch(r"\[[\d,–\s-]+\]\.?", words[-1].text)):
            words = words[:-1]
        return not words or bool(_TERMINAL.search(words[-1].text))


@dataclass(frozen=True, slots=True)
class Body:
    """What the running text of a document looks like: size in points, index of its font."""

    size: float
    font: int

    @classmethod
    def of(cls, segments: list[Segment]) -> Body:
        """The largest of the sizes that much of the text has: a long reference list is no body."""
        sizes: Counter[float] = Counter()
        fonts: Counter[tuple[float, int]] = Counter()
        for s in segments:
            sizes[round(s.size, 1)] += len(s.text)
            fonts[round(s.size, 1), s.font] += len(s.text)
        if not sizes:
            return cls(10.0, 0)
        most = max(sizes.values())
        size = max(value for value, count in sizes.items() if count >= 0.3 * most)
        font = max((count, key[1]) for key, count in fonts.items() if key[0] == size)[1]
        return cls(size, font)


def paragraphs(column: Column, page: int, body: Body) -> list[Paragraph]:
    """The paragraphs of one column region, in order, tables among its lines included; kinds but the title's told."""
    out: list[Paragraph] = []
    tables = {first: (after, cells) for first, after, cells in unruled(column.lines, body.size)}
    run: list[Segment] = []
    i = 0
    while i < len(column.lines):
        if i in tables:
            out.extend(_split(run, column, page))
            run = []
            i, cells = tables[i]
            out.append(Paragraph("table", page, table=cells))
            continue
        run.append(column.lines[i])
        i += 1
    out.extend(_split(run, column, page))
    _classify(out, column, body)
    return out


# ---------------------------------------------------------------- splitting


def _split(lines: list[Segment], column: Column, page: int) -> list[Paragraph]:
    if not lines:
        return []
    rights = sorted(line.x1 for line in lines)
    right = rights[int(0.9 * (len(rights) - 1))]
    out: list[Paragraph] = []
    for chunk in _chunks(lines, right):
        for group, hanging, continues in _by_indent(chunk, right):
            out.append(Paragraph("text", page, group, hanging=hanging, continues=continues, right=column.x1))
    return out


def _chunks(lines: list[Segment], right: float) -> list[list[Segment]]:
    """Cut where spacing, size or weight change."""
    steps: dict[float, list[Segment]] = {}
    for line in lines:
        steps.setdefault(round(line.size), []).append(line)
    usual = {size: leading(group) for size, group in steps.items()}
    chunks = [[lines[0]]]
    for above, line in itertools.pairwise(lines):
        step = line.base - above.base
        lead = min(usual[round(above.size)], usual[round(line.size)], 2.2 * line.size)
        spaced = step > max(1.28 * lead, lead + 0.25 * line.size) or step < 0.3 * line.size
        resized = max(above.size, line.size) > 1.09 * min(above.size, line.size)
        if spaced or resized or _restyled(chunks[-1], line, right):
            chunks.append([line])
        else:
            chunks[-1].append(line)
    return chunks


def _restyled(chunk: list[Segment], line: Segment, right: float) -> bool:
    """A heading in bold (or in another font) on lines of its own, before or behind plain text."""
    above = chunk[-1]
    if above.font == line.font:
        return False
    room = above.x1 < right - 1.5 * line.size
    if above.bold and not line.bold and not FONTS.fonts[line.words[0].font].bold:
        return all(other.bold for other in chunk) and (room or len(chunk) == 1)
    if line.bold and not above.bold:
        return room and line.x1 < right - 1.5 * line.size
    plain = {word.font for word in above.words}, {word.font for word in line.words}
    return (
        room
        and plain[0].isdisjoint(plain[1])
        and len({other.font for other in chunk}) == 1
        and len(chunk) <= 2
    )


def _by_indent(chunk: list[Segment], right: float) -> list[tuple[list[Segment], bool, bool]]:
    """Cut a chunk at first-line indents, at outdents of hanging items, at list marks and at ends of sentences."""
    em = chunk[0].size
    left = min(line.x0 for line in chunk)
    flush = [line.x0 <= left + 0.55 * em for line in chunk]
    if len(chunk) == 1 or _centred(chunk, left, em):
        return [(chunk, False, False)]
    both = sum(a and b for a, b in itertools.pairwise(flush))
    neither = sum(not a and not b for a, b in itertools.pairwise(flush))
    marked = [bool(_MARK.match(line.text) or _BULLET.match(line.text)) for line in chunk]
    outs = [i for i, is_flush in enumerate(flush) if is_flush]
    listed = sum(marked[i] for i in outs) >= 0.5 * len(outs)
    open_first = flush[0] and not flush[1] and not _ends(chunk[0], right)
    hanging = len(outs) < len(chunk) and (neither > both or (neither == both and (listed or open_first)))
    hanging = _hangs(chunk, flush, marked, right, hanging)
    groups: list[list[Segment]] = [[chunk[0]]]
    for i in range(1, len(chunk)):
        above, line = chunk[i - 1], chunk[i]
        if hanging:
            new = flush[i] or (marked[i] and _numbered_on(groups[-1][0], line))
        else:
            indented = line.x0 >= left + 0.7 * em
            if indented and flush[i - 1]:
                new = not (marked[i - 1] and i + 1 < len(chunk) and abs(chunk[i + 1].x0 - line.x0) < 1)
            elif indented:
                new = _ends(above, right) and abs(line.x0 - above.x0) < 0.5 * em
            else:
                new = _ends(above, right)
            new = new or bool(_BULLET.match(line.text) and _BULLET.match(groups[-1][0].text)) or (
                marked[i] and _numbered_on(groups[-1][0], line)
            )  # fmt: skip
        # a footnote begins with its mark, behind a line that has room left
        note = line.words[0].script > 0 or bool(_NOTE_MARK.match(line.text))
        if new or (note and above.x1 < right - 1.5 * em):
            groups.append([line])
        else:
            groups[-1].append(line)
    first_goes_on = hanging and not flush[0] and not marked[0]
    return [(group, hanging, first_goes_on and i == 0) for i, group in enumerate(groups)]


def _hangs(chunk: list[Segment], flush: list[bool], marked: list[bool], right: float, likely: bool) -> bool:
    """Whether indented lines go on with flush ones, where that can be told: each flush line carries a mark, or the
    first words of the indented lines had no room in the lines above them.
    """
    outs = [i for i, is_flush in enumerate(flush) if is_flush]
    if len(outs) < len(chunk) and len(outs) > 1 and all(marked[i] for i in outs):
        return True
    pairs = itertools.pairwise(zip(chunk, flush, strict=True))
    steps = [(above, line) for (above, is_flush), (line, goes_on) in pairs if is_flush and not goes_on]
    if len(steps) < 2:
        return likely
    full = sum(not _fits(above, line, right) for above, line in steps)
    if full in (0, len(steps)):
        return full > 0
    return likely


def _fits(above: Segment, line: Segment, right: float) -> bool:
    """Whether the first word of a line had room at the end of the line above."""
    word = line.words[0]
    return above.x1 + 0.25 * line.size + word.x1 - word.x0 < right


def _centred(chunk: list[Segment], left: float, em: float) -> bool:
    middles = [(line.x0 + line.x1) / 2 for line in chunk]
    return (
        len(chunk) > 1
        and max(middles) - min(middles) < 0.5 * em
        and max(line.x0 for line in chunk) - left > em
    )


def _numbered_on(first: Segment, line: Segment) -> bool:
    """Whether a line carries the number after that of the item before."""
    last, here = _MARK.match(first.text), _MARK.match(line.text)
    if not last or not here:
        return False
    numbers = [next((int(g) for g in m.groups() if g), None) for m in (last, here)]
    if numbers[0] is None or numbers[1] is None:
        return numbers == [None, None]
    return numbers[1] == numbers[0] + 1


def _ends(line: Segment, right: float) -> bool:
    """Whether a paragraph ends with a line: its sentence does, and the line has room for more than a word."""
    words = [word for word in line.words if word.script == 0]
    if not words or not _TERMINAL.search(words[-1].text):
        return False
    return line.x1 < right - 3.0 * line.size


# ---------------------------------------------------------------- kinds


def _classify(items: list[Paragraph], column: Column, body: Body) -> None:
    for i, item in enumerate(items):
        if item.kind == "table":
            continue
        following = next((p for p in items[i + 1 : i + 2]), None)
        caption = _CAPTION.match(item.text)
        if caption and _is_caption(item, caption, body):
            item.kind = "caption"
        elif _is_heading(item, following, column, body):
            item.kind = "heading"
        elif item.size < 0.92 * body.size:
            item.kind = "footnote" if _begins_note(item) else "aside"


def _is_caption(item: Paragraph, match: re.Match[str], body: Body) -> bool:
    """A sentence may begin with "Figure 1 shows": a caption differs in style or has a stop behind its number."""
    first = item.lines[0].words[0]
    styled = item.size < 0.96 * body.size or FONTS.fonts[first.font].bold or first.font != body.font
    decimal = re.match(r"\.\d", item.text[match.end() :]) is not None  # "Box 7.1 of another book"
    return (styled or bool(match["mark"]) or len(item.text) < 60) and not decimal


def _begins_note(item: Paragraph) -> bool:
    first = item.lines[0].words[0]
    return first.script > 0 or bool(_NOTE_MARK.match(first.text))


def _is_heading(item: Paragraph, following: Paragraph | None, column: Column, body: Body) -> bool:
    text = item.text
    words = text.split()
    if len(item.lines) > 3 or len(words) > 18 or not re.search(r"[A-Za-zÀ-ÿ]{3}", text):
        return False
    if not re.match(r"(?:\(?[\dIVX]+(?:\.\d+)*[.)]?\s+)?[“\"‘(]?[A-ZÀ-Þ0-9]", text) or re.search(
        r"[.,;]$", text
    ):
        return False
    if (
        item.hanging
        or any(word.script > 0 for line in item.lines for word in line.words)
        or text.count(",") >= 3
    ):
        return False
    if (
        following is None
        or following.kind == "table"
        or (len(following.lines) < 2 and len(following.text) < 50 and not _bigger(item, following))
    ):
        return False
    if _BULLET.match(text) or (_BULLET.match(following.text) and following.lines[0].x0 < item.lines[0].x0):
        return False
    bold = all(line.bold for line in item.lines)
    large = item.size >= 1.08 * body.size
    short = item.lines[-1].x1 < column.x1 - 0.12 * (column.x1 - column.x0) or len(item.lines) > 1
    capital = text.isupper() and len(re.sub(r"[^A-Z]", "", text)) >= 4
    if large or (bold and not all(line.bold for line in following.lines)):
        return True
    other_font = {w.font for line in item.lines for w in line.words}.isdisjoint(
        {w.font for w in following.lines[0].words}
    )
    if capital and short and (item.size >= 0.95 * body.size or len(following.lines) >= 3):
        return True
    if not other_font or item.lines[0].font in (body.font, following.lines[0].font):
        return False
    return short and item.size >= 0.88 * following.size and len(words) <= 12


def _bigger(item: Paragraph, following: Paragraph) -> bool:
    """A heading directly above a heading of lower rank."""
    return item.size > 1.04 * following.size or all(line.bold for line in item.lines)


def find_title(items: list[Paragraph], body: Body, named: str) -> Paragraph | None:
    """The article's title on the first pages: what the file's own title names, or else what is set largest.

    ``named`` is the title in the file's metadata, often empty or a file name.
    """
    early = [p for p in items if p.page <= 2 and p.kind != "table" and 2 <= len(p.text.split()) <= 60]
    wanted = _letters(named)
    if len(wanted) >= 15:
        for item in early:
            letters = _letters(item.text)
            if len(letters) >= 15 and (letters in wanted or wanted in letters) and item.size >= body.size:
                return item
    first = [p for p in early if p.page == min(q.page for q in early)]
    large = [p for p in first if p.size >= 1.15 * body.size and len(p.text) >= 12 and p.kind != "caption"]
    if not large:
        return None
    # "Research Article" may be set larger than the title under it
    telling = [p for p in large if len(p.text.split()) >= 4 and len(p.text) >= 20] or large
    largest = max(p.size for p in telling)
    return next(p for p in telling if p.size >= 0.98 * largest)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
