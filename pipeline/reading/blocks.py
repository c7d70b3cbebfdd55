"""A text file's blocks: paragraphs, headings, list items and tables, each with its place in the source."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

BlockKind = Literal["prose", "heading", "item", "table"]

_LINE = re.compile(r"[^\n]*\n?")
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"^\s{0,8}(?:[-*•‣·▪◦–]|\(?\d{1,3}[.)]|\[\d{1,3}\])\s+(?=\S)")
_RULE = re.compile(r"^\s*(?:[-=_*~]\s*){3,}$|^\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*:?-*:?\s*\|?\s*$")
#: in an abstract with one label a line, the line that is none of its text
_FUNDING_LINE = re.compile(r"\*{0,2}(?:Funding|FUNDING)\b\s*[:.]?\*{0,2}\s+[A-Z]")
_MARKUP = re.compile(r"<[^<>]{1,300}>|[*`]+|(?<!\w)_+|_+(?!\w)|\\(?=[^A-Za-z])|^#+\s*")
#: What every markup begins with: a text without any of them, as most are, is not searched.
_MARKUP_SIGNS = ("<", "*", "`", "_", "\\", "#")


@dataclass(slots=True)
class Block:
    """``source[start:end]``, without the blank lines around it; ``plain`` is its text without markup."""

    kind: BlockKind
    start: int
    end: int
    plain: str
    level: int = 0
    lines: list[tuple[int, int]] = field(default_factory=list)

    @property
    def words(self) -> int:
        return self.plain.count(" ") + 1 if self.plain else 0


def strip_markup(text: str) -> str:
    """A text without its markup, for recognising what it is (never for offsets).

    >>> strip_markup("**Key Words** Ketamine <sup>1</sup>")
    'Key Words Ketamine 1'
    """
    if any(sign in text for sign in _MARKUP_SIGNS):
        text = _MARKUP.sub("", text)
    return " ".join(text.split())


def _is_pipe_row(line: str) -> bool:
    return line.count("|") >= 2 or (line.count(" | ") >= 1 and line.strip().startswith("|"))


def split_blocks(source: str, start: int = 0, end: int | None = None) -> list[Block]:
    """Split a source into blocks in source order.

    Lines that belong together (hard-wrapped prose) make one block; headings, list items and the runs of rows that
    make a table are told by their marks.

    >>> text = "# Title\\n\\nOne line\\nof prose that goes on.\\n\\na\\tb\\n1\\t2\\n"
    >>> [(b.kind, b.plain) for b in split_blocks(text)]
    [('heading', 'Title'), ('prose', 'One line of prose that goes on.'), ('table', 'a b 1 2')]
    """
    blocks: list[Block] = []
    group: list[tuple[int, int]] = []
    for match in _LINE.finditer(source, start, len(source) if end is None else end):
        if match.start() == match.end():
            break
        stop = match.end() - 1 if source[match.end() - 1] == "\n" else match.end()
        if source[match.start() : stop].strip(" \t\r\f\v\u00a0\ufeff"):
            group.append((match.start(), stop))
        elif group:
            blocks.extend(_split_group(source, group))
            group = []
    if group:
        blocks.extend(_split_group(source, group))
    return blocks


def _split_group(source: str, lines: list[tuple[int, int]]) -> list[Block]:
    """Cut a run of non-blank lines into blocks."""
    out: list[Block] = []
    run: list[tuple[int, int]] = []
    widest = max(stop - start for start, stop in lines)

    def flush() -> None:
        if run:
            out.append(_block(source, "prose", list(run)))
            run.clear()

    i = 0
    while i < len(lines):
        start, stop = lines[i]
        text = source[start:stop]
        rows = _table_rows(source, lines, i)
        if rows > 1:
            flush()
            out.append(_block(source, "table", lines[i : i + rows]))
            i += rows
            continue
        heading = _HEADING.match(text)
        if heading:
            flush()
            block = _block(source, "heading", [(start, stop)])
            block.level = len(heading[1])
            block.start = start + heading.start(2)
            block.end = max(block.start, start + heading.end(2))
            out.append(block)
        elif _RULE.match(text):
            flush()
        elif _ITEM.match(text):
            flush()
            run.append((start, stop))
            # an item's own continuation lines are those that begin no item, heading or table
            while i + 1 < len(lines):
                following = source[slice(*lines[i + 1])]
                if (
                    _ITEM.match(following)
                    or _HEADING.match(following)
                    or _table_rows(source, lines, i + 1) > 1
                ):
                    break
                if not following[:1].isspace() and not _wraps(source, lines[i], lines[i + 1], widest):
                    break
                i += 1
                run.append(lines[i])
            out.append(_block(source, "item", list(run)))
            run.clear()
        else:
            if run and (
                not _wraps(source, run[-1], (start, stop), widest)
                or (_FUNDING_LINE.match(text) and source[slice(*run[-1])].rstrip()[-1:] in ".!?")
            ):
                flush()
            run.append((start, stop))
        i += 1
    flush()
    return out


def _table_rows(source: str, lines: list[tuple[int, int]], i: int) -> int:
    """How many lines from ``i`` make one table (0 where line i begins none)."""
    first = source[slice(*lines[i])]
    if "\t" in first.strip():
        count = i
        while count < len(lines) and "\t" in source[slice(*lines[count])].strip(" \r\n"):
            count += 1
        return count - i
    if _is_pipe_row(first):
        count = i
        while count < len(lines) and (
            _is_pipe_row(source[slice(*lines[count])]) or _RULE.match(source[slice(*lines[count])])
        ):
            count += 1
        return count - i
    return 0


def _wraps(source: str, line: tuple[int, int], following: tuple[int, int], widest: int) -> bool:
    """Whether ``following`` goes on with the sentence or paragraph of ``line``."""
    text, after = source[slice(*line)].rstrip("\r"), source[slice(*following)].lstrip()
    if text.endswith("  ") or text.endswith("\\"):
        return False  # a Markdown hard break
    if after[:1].islower():
        return True
    return len(text) >= 45 and len(text) >= 0.6 * widest


def _block(source: str, kind: BlockKind, lines: list[tuple[int, int]]) -> Block:
    start, end = lines[0][0], lines[-1][1]
    while start < end and source[start].isspace():
        start += 1
    while end > start and source[end - 1].isspace():
        end -= 1
    return Block(kind, start, end, strip_markup(source[start:end]), lines=lines)
