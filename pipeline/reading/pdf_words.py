"""Characters → words, by the spaces of the file, those that PDFium sees, and the gaps on the page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pipeline.reading.pdf_chars import PageChars

#: A gap that parts words where the file holds no space, in ems; and where PDFium, which knows the advance widths
#: (an italic f hangs over the space behind it), sees one.
SPACE, _GUESSED_SPACE = 0.22, -0.1


@dataclass(slots=True, eq=False)
class Word:
    """Characters ``start`` to ``end`` of a page, of one size and baseline, without space between them.

    ``script`` is 1 for a superscript, -1 for a subscript; ``spaced`` whether a space stands before it.
    """

    start: int
    end: int
    text: str
    x0: float
    x1: float
    base: float
    size: float
    font: int
    script: int = 0
    spaced: bool = True


def words_of(page: PageChars) -> tuple[list[Word], list[Word]]:
    """The upright words of a page in content order, and the skewed ones (side marks, watermarks)."""
    upright: list[Word] = []
    skewed: list[Word] = []
    begin = -1
    space = True
    guessed = turned = False
    tracked = _tracked(page)
    text, x0, x1, base, size, skew = page.text, page.x0, page.x1, page.base, page.size, page.skew
    last = -1

    def close(end: int) -> None:
        nonlocal begin
        if begin < 0:
            return
        word = Word(
            begin, end, "".join(text[begin:end]), min(x0[begin:end]), max(x1[begin:end]), base[begin], size[begin],
            _main_font(page, begin, end), spaced=spaced,
        )  # fmt: skip
        if word.text.strip():
            (skewed if skew[begin] else upright).append(word)
        begin = -1

    spaced = True
    for i, char in enumerate(text):
        if char == " ":
            close(last + 1)
            space = True
            continue
        if char in ("\v", "\n"):
            # PDFium's line ends stand between text objects, too: inside a word they part nothing
            guessed, turned = guessed or char == "\v", turned or char == "\n"
            continue
        if not char:
            continue
        if begin >= 0:
            em = size[i]
            gap = x0[i] - x1[last]
            if x0[i] >= x0[last] and x1[i] <= x1[last] + 0.01 and base[i] == base[last] and i == last + 1:
                gap = 0.0  # the second letter of a ligature has the ligature's box
            same_line = abs(base[i] - base[last]) <= 0.5 and abs(em - size[last]) <= 0.3
            if i in tracked:
                apart = gap > tracked[i]
            else:
                least = _GUESSED_SPACE if guessed else 0.05 if turned else SPACE
                apart = gap > min(least, SPACE) * em
            if apart or not same_line or gap < -0.6 * em or skew[i] != skew[last]:
                close(last + 1)
                space = apart or abs(base[i] - base[last]) > em or gap < -0.6 * em
        if begin < 0:
            begin, spaced = i, space
            space = False
        guessed = turned = False
        last = i
    close(last + 1)
    return upright, skewed


def _tracked(page: PageChars) -> dict[int, float]:
    """Characters of letter-spaced lines ("R E S U L T S"): index → the gap (points) that parts words there."""
    out: dict[int, float] = {}
    line: list[int] = []
    gaps: list[float] = []
    last = " "
    for i, char in enumerate([*page.text, "\n"]):
        if char == "\n":
            if len(line) >= 5:
                gaps.sort()
                usual, em = gaps[len(gaps) // 2] if gaps else 0.0, page.size[line[0]]
                letters = sum(page.text[at].isalpha() for at in line)
                if 0.06 * em < usual < 0.6 * em and letters >= 0.8 * len(line):
                    out.update((at, max(2.2 * usual, usual + 0.15 * em)) for at in line)
            line, gaps = [], []
        elif char and char not in " \v":
            if line and last != " ":
                gaps.append(page.x0[i] - page.x1[line[-1]])
            line.append(i)
        if char:
            last = char
    return out


def _main_font(page: PageChars, begin: int, end: int) -> int:
    fonts = page.font[begin:end]
    return fonts[0] if len(set(fonts)) == 1 else Counter(fonts).most_common(1)[0][0]
