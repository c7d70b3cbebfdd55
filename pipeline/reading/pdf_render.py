"""Paragraphs → one text in the dialect that the text reader reads, each character with its place on the page."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property

from pipeline.reading.hyphens import keeps, vocabulary
from pipeline.reading.pdf_boxes import CharBoxes
from pipeline.reading.pdf_cells import table_line
from pipeline.reading.pdf_chars import PageChars
from pipeline.reading.pdf_lines import Segment
from pipeline.reading.pdf_paragraphs import Paragraph
from pipeline.reading.pdf_words import Word

#: Characters that the text dialect would take for markup; they get a backslash, which the text reader takes off.
_MARKUP = frozenset("*$`")
#: At most this many floats are carried past an unfinished sentence.
_MOST_HELD = 14


def flow(items: list[Paragraph]) -> list[Paragraph]:
    """Paragraphs so that what cuts a sentence in halves (a footnote, a table, a figure) comes behind it."""
    out: list[Paragraph] = []
    held: list[Paragraph] = []
    open_sentence = False
    for item in items:
        aside = item.kind in ("caption", "footnote", "table", "aside") and not item.hanging
        if aside and open_sentence and len(held) < _MOST_HELD:
            held.append(item)
            continue
        if held and not (item.kind == "text" and item.text[:1].islower()):
            out.extend(held)
            held = []
        out.append(item)
        if held:
            out.extend(held)
            held = []
        open_sentence = item.kind == "text" and not item.finished and len(item.text) > 40
    return out + held


class Renderer:
    """Writes paragraphs; ``text`` and ``boxes`` grow together."""

    def __init__(self, pages: dict[int, PageChars], items: list[Paragraph]) -> None:
        self.pages = pages
        self._items = items
        self.boxes = CharBoxes()
        self._out: list[str] = []

    @cached_property
    def vocabulary(self) -> Counter[str]:
        """The words of the text, counted where the first hyphen at a line end of a cell or heading asks for them."""
        return vocabulary("\n".join(line.text for item in self._items for line in item.lines))

    @property
    def text(self) -> str:
        return "".join(self._out)

    def write(self, item: Paragraph, joined: bool = False) -> None:
        """One paragraph behind an empty line, or (``joined``) as the rest of the one before."""
        if self._out and not joined:
            self._blank("\n\n")
        elif joined and item.table is not None:
            self._blank("\n")
        if item.table is not None:
            self._table(item)
            return
        if item.kind == "title":
            self._blank("# ")
        elif item.kind == "heading":
            self._blank("## ")
        page = self.pages[item.page]
        if joined:
            self._between(item.lines[0])
        for i, line in enumerate(item.lines):
            if i:
                self._between(line, on_one_line=item.kind in ("title", "heading"))
            self._line(page, line)

    def _table(self, item: Paragraph) -> None:
        assert item.table is not None
        page = self.pages[item.page]
        for r, row in enumerate(item.table.rows):
            if r:
                self._blank("\n")
            for c, cell in enumerate(row):
                if c:
                    self._blank("\t")
                for i, line in enumerate(table_line(cell)):
                    if i:
                        self._between(line, on_one_line=True)
                    self._line(page, line)

    def _blank(self, text: str) -> None:
        self._out.append(text)
        self.boxes.add_blank(len(text))

    def _between(self, line: Segment, on_one_line: bool = False) -> None:
        """What joins the line written last with the next one.

        A hyphen before lower case is left to the text reader, with a line end; in a cell or heading, which a line end
        would end, one that is no part of its word becomes a soft hyphen. Any other hyphen, dash or slash at a line end
        belongs to the word. Elsewhere a space: a line end might be read as the end of a list item.
        """
        end = "".join(self._out[-3:])[-3:]
        word = line.words[0].text if line.words else ""
        begin = word[:1]
        if end.endswith("-") and word in ("and", "or", "to"):
            self._blank(" ")  # "first- and second-line"
        elif re.search(r"[^\W\d_][-‐\u00ad]$", end) and begin.islower():
            if not on_one_line:
                self._blank("\n")
                return
            before = re.search(r"([^\W\d_]+).$", "".join(self._out[-40:]))
            after = re.match(r"[^\W\d_]+", word)
            if before and after and not keeps(before[1].lower(), after[0].lower(), self.vocabulary):
                self._out[-1] = self._out[-1][:-1] + "\u00ad"
        elif re.search(r"\w[-‐–/\u00ad]$", end) and begin.isalnum():
            return
        else:
            self._blank(" ")

    def _line(self, page: PageChars, line: Segment) -> None:
        self.boxes.begin_line(page, line)
        script = 0
        for i, word in enumerate(line.words):
            if word.script != script:
                if script:
                    self._blank("}")
                if i and word.spaced:
                    self._blank(" ")
                if word.script:
                    self._blank("^{" if word.script > 0 else "_{")
                script = word.script
            elif i and word.spaced:
                self._blank(" ")
            self._word(page, word, first=i == 0)
        if script:
            self._blank("}")

    def _word(self, page: PageChars, word: Word, first: bool) -> None:
        if first and word.text.startswith("#"):
            self._blank("\\")
        for i in range(word.start, word.end):
            text = page.text[i]
            if not text or text.isspace():
                continue
            if text in _MARKUP and not word.script:
                self._blank("\\")
            self._out.append(text)
            for _ in text:
                self.boxes.add(page.x0[i], page.x1[i])
