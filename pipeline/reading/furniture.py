"""What stands on a page and not in the paper: running heads and feet, page numbers, watermarks."""

from __future__ import annotations

import re
from functools import cache

from pipeline.lexicons import rows
from pipeline.reading.blocks import Block
from pipeline.reading.recognise import heading_kind


@cache
def furniture_lines() -> re.Pattern[str]:
    """Lines that are furniture wherever they stand (lexicons/furniture.tsv)."""
    lines = [row["pattern"] for row in rows("furniture.tsv") if row["where"] == "line"]
    return re.compile("|".join(f"(?:{line})" for line in lines), re.IGNORECASE)


@cache
def _watermarks() -> tuple[tuple[tuple[str, ...], str], ...]:
    """Of each known watermark, words of its first five, none of which it can lack, and its pattern."""
    inline = [row["pattern"].split(" ") for row in rows("furniture.tsv") if row["where"] == "inline"]
    return tuple(
        (tuple(word.lower() for word in words[:5] if word.isalpha() and len(word) > 3), _watermark(words))
        for words in inline
    )


def _watermark(words: list[str]) -> str:
    """The pattern of a watermark, also where a line end cut it short: ``It is illegal to post this copyr``.

    One that is cut counts from five words on.
    """
    pattern = ""
    for position in range(len(words) - 1, -1, -1):
        word = words[position]
        if position >= 4 and word.isalpha() and len(word) > 4:
            # the last word printed may be cut within: "copyr"
            cut = word[:3] + "".join(f"(?:{char}" for char in word[3:]) + ")?" * (len(word) - 3)
            tail = f"(?:{word}{pattern}|{cut}(?![a-z]))"
        else:
            tail = word + pattern
        joined = rf"\s+{tail}" if position else tail
        pattern = f"(?:{joined})?" if position >= 5 else joined
    return pattern


@cache
def _any_watermark(patterns: tuple[str, ...]) -> re.Pattern[str]:
    marks = r"(?:<u>|\*\*|\*|_)?"
    closing = r"(?:</u>|\*\*|\*|_)?"
    return re.compile(rf"{marks}(?:{'|'.join(patterns)}){closing}\.?(?:</u>|\*\*)?[ \t]*", re.IGNORECASE)


def watermark_pattern(source: str) -> re.Pattern[str] | None:
    """Matches the known watermark sentences that a source can hold; None where it can hold none.

    Their words are looked for first, which is cheap beside the patterns.

    >>> watermark_pattern("Lithium helped.") is None
    True
    >>> watermark_pattern("It is illegal to post this copyr").pattern.count("illegal")
    1
    """
    lower = source.lower()
    possible = tuple(pattern for words, pattern in _watermarks() if all(word in lower for word in words))
    return _any_watermark(possible) if possible else None


def own_watermarks(blocks: list[Block]) -> re.Pattern[str] | None:
    """Watermarks that no list knows: a short line of its own that comes again glued into other blocks.

    Its first four words must stand at least three times in the text, among them once as a line by itself and once
    inside a longer block, and first near the head of the text; it is matched as far as its words go, since a
    conversion cuts it anywhere.
    """
    lines: dict[tuple[str, ...], str] = {}
    for block in blocks[2:]:
        if (
            block.kind == "prose"
            and 5 <= block.words <= 24
            and len(block.lines) <= 2
            and not heading_kind(block.plain)
        ):
            lines.setdefault(tuple(block.plain.split()[:4]), block.plain)
    if not lines:
        return None
    alone: dict[tuple[str, ...], int] = {}
    inside: dict[tuple[str, ...], int] = {}
    early: set[tuple[str, ...]] = set()
    for i, block in enumerate(blocks):
        words = block.plain.split()
        for at in range(len(words) - 3):
            head = (words[at], words[at + 1], words[at + 2], words[at + 3])
            if head not in lines:
                continue
            longer = len(words) > len(lines[head].split()) + 3
            counted = inside if longer else alone
            counted[head] = counted.get(head, 0) + 1
            if i < 4:
                early.add(head)
    found = [
        text for head, text in lines.items()
        if head in early and head in alone and head in inside and alone[head] + inside[head] >= 3
    ]  # fmt: skip
    if not found:
        return None
    alternatives = []
    for text in sorted(found, key=len, reverse=True):
        words = text.split()
        tail = ""
        for word in reversed(words[4:]):
            tail = rf"(?:\s+{re.escape(word)}{tail})?"
        alternatives.append(r"\s+".join(re.escape(word) for word in words[:4]) + tail)
    return re.compile(rf"(?:{'|'.join(alternatives)})[ \t]*")


def _masked(block: Block) -> str:
    return re.sub(r"\d+", "#", block.plain.lower()).strip(" .|")


def find_furniture(blocks: list[Block], source_length: int) -> set[int]:
    """Indices of the blocks that are running heads, feet, page numbers or site marks.

    A running head is a short line that comes again, pages apart; section names and table cells are not taken.
    """
    short = [
        (i, _masked(b)) for i, b in enumerate(blocks)
        if b.kind in ("prose", "heading") and 1 <= b.words <= 14 and len(b.plain) <= 110
    ]  # fmt: skip
    places: dict[str, list[int]] = {}
    for i, key in short:
        places.setdefault(key, []).append(i)
    found = {
        i for i, _ in short if blocks[i].kind != "heading" and furniture_lines().fullmatch(blocks[i].plain)
    }
    for key, where in places.items():
        if len(where) < 2 or len(key.split()) < 2 or heading_kind(blocks[where[0]].plain):
            continue
        spread = (blocks[where[-1]].start - blocks[where[0]].start) / len(where)
        capital = sum(word[:1].isupper() for word in blocks[where[0]].plain.split())
        if spread >= min(1200, source_length / 12) and capital * 2 >= len(key.split()):
            # the first may be the title or the author line itself: those stand at the head of the text
            keep_first = where[0] < 6 and blocks[where[0]].kind == "heading"
            found.update(where[1:] if keep_first else where)
    return found
