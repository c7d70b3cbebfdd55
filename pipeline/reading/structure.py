"""What each block of a text is for: title, abstract, body, caption, table, reference list, furniture, notes.

The patterns that name sections and furniture are data (lexicons/sections.tsv, lexicons/furniture.tsv); here is
the walk that applies them, and that joins the paragraphs which a page break cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.reading.blocks import Block, strip_markup
from pipeline.reading.furniture import (
    find_furniture,
    furniture_lines,
    own_watermarks,
    watermark_pattern,
)
from pipeline.reading.recognise import (
    ABSTRACT_LABEL,
    AFFILIATION,
    CAPTION,
    EMAIL,
    FUNCTION,
    JOURNAL_LINE,
    LEADING_MARK,
    LEGEND,
    REFERENCE_LIKE,
    TRAILING,
    TRAILING_MARK,
    heading_kind,
    is_prose,
    leads,
    looks_like_heading,
    looks_like_names,
)  # fmt: skip
from pipeline.schema import SectionKind


@dataclass(slots=True)
class Part:
    """A piece of the document with one purpose; ``ranges`` are its source stretches in reading order."""

    kind: SectionKind
    title: str
    ranges: list[tuple[int, int]]
    block: Block
    heading: bool = False
    #: the ranges that continue a sentence of the range before (joined across a page break)
    words: int = 0


@dataclass(slots=True)
class Structure:
    """Parts in reading order, and the blocks of the reference list."""

    parts: list[Part] = field(default_factory=list)
    references: list[Block] = field(default_factory=list)
    title: str = ""


#: Words of a block that may stand before the title; what is longer is text.
_BEFORE_TITLE = 80


class Walk:
    """One pass over the blocks; each is given its kind, and cut paragraphs are joined."""

    def __init__(self, source: str, blocks: list[Block], watermark: re.Pattern[str] | None) -> None:
        self.source = source
        self.watermark = watermark
        self.blocks = blocks
        self.out = Structure()
        self.furniture = find_furniture(blocks, len(source))
        self.title_at = _title_at(blocks)
        self.zone: SectionKind = "front_matter"
        self.zone_title = ""
        self.begun = False  # the abstract or the body has begun
        self.open: Part | None = None  # a paragraph whose last sentence is unfinished
        self.since_open = 0

    def run(self) -> Structure:
        """Classify every block. Nothing is lost: what is left out of the reading text is a part too."""
        for i, block in enumerate(self.blocks):
            self._block(i, block)
        return self.out

    # ------------------------------------------------------------

    def _add(
        self,
        kind: SectionKind,
        block: Block,
        heading: bool = False,
        start: int | None = None,
        end: int | None = None,
    ) -> Part:
        span = (block.start if start is None else start, block.end if end is None else end)
        part = Part(kind, self.zone_title, [span], block, heading, block.words)
        self.out.parts.append(part)
        return part

    def _content(self, block: Block) -> str:
        """The block's plain text without watermarks."""
        if self.watermark is None:
            return block.plain
        raw = self.source[block.start : block.end]
        clean = self.watermark.sub("", raw)
        if clean != raw:
            return strip_markup(clean)
        return block.plain

    def _block(self, i: int, block: Block) -> None:
        text = self._content(block)
        if (
            i in self.furniture
            or not re.search(r"\w", text)
            or (text != block.plain and furniture_lines().fullmatch(text))
        ):
            self._add("furniture", block)
            return
        if text != block.plain and len(text.split()) <= 6 and i > 3 and any(
            text.strip(" .") in other.plain for other in self.blocks[:12] if other is not block
        ):  # fmt: skip
            self._add("furniture", block)  # a running head with a watermark behind it
            return
        if i < self.title_at and block.words <= _BEFORE_TITLE:
            self._add("front_matter", block)  # a masthead, a column of notes beside the title
            return
        if block.kind == "table":
            kind: SectionKind = (
                "table" if self.zone not in ("front_matter", "author_notes") or self.begun else "front_matter"
            )
            self._add(kind, block)
            return
        if (
            block.words <= 30
            and JOURNAL_LINE.search(text)
            and not is_prose(text, 12)
            and self.zone != "references"
        ):
            self._add("front_matter", block)
            return
        if self._is_running_name(i, text):
            self._add("furniture", block)
            return
        if self.zone == "keywords" and heading_kind(text) is None and block.kind != "heading":
            self._add("keywords", block)
            self.zone, self.zone_title = "body" if self.out.title else "front_matter", ""
            return
        opens = heading_kind(text) if len(text) <= 90 else None
        if (
            block.kind != "heading"
            and opens is None
            and self.zone != "references"
            and self._is_note(block, text)
        ):
            return
        is_heading = block.kind == "heading" or (looks_like_heading(block) and self._heading_fits(i, text))
        if is_heading or (opens and block.words <= 8):
            self._heading(block, text, opens)
            return
        if CAPTION.match(text) and (block.words <= 250):
            self._caption(block, text)
            return
        if self.zone == "references":
            if block.kind == "prose" and not REFERENCE_LIKE.match(text) and self._lead_kind(text):
                self._add("author_notes", block)  # notes and terms behind the list
                return
            if block.kind == "prose" and self.out.references and self._after_references(block, text):
                self._add("footnote" if self.out.parts[-1].kind == "table" else "caption", block)
                return
            self._add("references", block)
            self.out.references.append(block)
            return
        if LEGEND.match(text) and self.begun:
            self._add("footnote", block)
            return
        if not self.begun:
            self._front(i, block, text)
            return
        if self.zone in ("author_notes", "acknowledgements", "front_matter"):
            cites = re.search(
                r"<sup>\d|\^\{\d|\[\d|[⁰¹²³⁴-⁹]|\(\w[^()]* (?:19|20)\d\d",
                self.source[block.start : block.end],
            )
            if not (is_prose(text, 60) and cites):
                self._add(self.zone, block)
                return
            self.zone, self.zone_title = "body", ""  # the article goes on behind a note without a heading
        self._prose(block, text)

    def _is_running_name(self, i: int, text: str) -> bool:
        """A short line that is the beginning of an author line or of the title in the front matter."""
        if not self.begun or len(text.split()) > 12 or len(text.split()) < 2:
            return False
        early = [part for part in self.out.parts[:12] if part.kind in ("front_matter", "title")]
        names = [w for w in re.findall(r"[^\W\d_]+", text) if w.lower() not in ("and", "et", "al")]
        authors = " ".join(part.block.plain for part in early if looks_like_names(part.block.plain))
        if (
            len(text.split()) <= 6
            and names
            and all(w[:1].isupper() and re.search(rf"\b{w}\b", authors) for w in names)
        ):
            return True  # "Castellane and Ito": surnames of the author line
        return any(
            part.block is not self.blocks[i] and part.block.plain.startswith(text.rstrip(". "))
            for part in early
        )

    def _heading_fits(self, i: int, text: str) -> bool:
        """A short line is a heading only before something longer, and not in the middle of a sentence."""
        following = next(
            (b for j, b in enumerate(self.blocks[i + 1 : i + 4], i + 1) if j not in self.furniture), None
        )
        if self.zone == "references":
            return heading_kind(text) is not None or bool(CAPTION.match(text)) or text.isupper()
        if following is None or not self.begun:
            return False
        if self.zone in ("author_notes", "acknowledgements"):
            return heading_kind(text) is not None or is_prose(following.plain, 40)
        # what goes on in lower case is a sentence that a page break cut, not a section
        return not LEADING_MARK.sub("", self.source[following.start : following.end])[:1].islower()

    def _heading(self, block: Block, text: str, opens: SectionKind | None) -> None:
        if not self.begun and opens is None and not self.out.title:
            self._title(block, text)
            return
        if CAPTION.match(text):
            self._caption(block, text)
            return
        self.zone_title = text
        if opens in ("references", "keywords", "author_notes", "acknowledgements", "front_matter"):
            self.zone = opens
            self._add(opens, block)
            return
        if opens == "abstract":
            self._choose_title()
            self.zone, self.begun = "abstract", True
        elif block.kind == "heading" or self.begun or is_prose(text, 3):
            if not self.begun and not self._is_body_heading(text):
                self._add("front_matter", block)
                return
            self._choose_title()
            structured = self.zone == "abstract" and block.words <= 4 and block.kind != "heading"
            self.zone = "abstract" if structured and not self._is_body_heading(text) else "body"
            self.begun = True
        self._add(self.zone, block, heading=True)

    @staticmethod
    def _is_body_heading(text: str) -> bool:
        return bool(
            re.match(
                r"(?:\d+\.?\s*|[IVX]+\.\s*)?(?:introduction|background|objectives?|overview|methods?|purpose)\b",
                text,
                re.IGNORECASE,
            )
        )

    def _caption(self, block: Block, text: str) -> None:
        if self.zone == "references":
            self.zone, self.zone_title = "references", ""
        self._add("caption" if self.begun else "front_matter", block)

    def _after_references(self, block: Block, text: str) -> bool:
        """Prose that follows a figure's title behind the reference list belongs to the figure."""
        last = self.out.parts[-1]
        return (
            last.kind in ("caption", "table")
            and not REFERENCE_LIKE.match(text)
            and not re.match(r"\d|\[", text)
        )

    @staticmethod
    def _lead_kind(text: str) -> SectionKind | None:
        """The kind of the note that a block's first words announce."""
        bare = text.lstrip("*†‡§¶ ")
        return next((kind for pattern, kind in leads() if pattern.match(bare)), None)

    def _is_note(self, block: Block, text: str) -> bool:
        """Author notes and front matter told by their first words or by what they hold."""
        bare = text.lstrip("*†‡§¶^{}1234567890abc,() ") if not self.begun else text.lstrip("*†‡§¶ ")
        for candidate in {bare, text}:
            for pattern, kind in leads():
                match = pattern.match(candidate)
                if match and (block.words <= 400):
                    if match.end() == len(candidate) and self.begun and kind != "keywords":
                        break
                    self._note(block, kind)
                    return True
        if block.words <= 90 and (EMAIL.search(text) or "orcid.org" in text.lower()):
            self._note(block, "author_notes")
            return True
        if (
            block.words <= 60
            and AFFILIATION.search(text)
            and not is_prose(text, 25)
            and not (ABSTRACT_LABEL.match(text) or re.search(r"\b(?:[Ww]e|whether)\b", text))
            and (not self.begun or self._is_address(block, text))
        ):
            self._note(block, "front_matter" if not self.begun else "author_notes")
            return True
        return False

    @staticmethod
    def _is_address(block: Block, text: str) -> bool:
        """An address in the middle of the article (the foot of its first page): no verbs, commas, a mark before it."""
        functions = len(FUNCTION.findall(re.sub(r"\b(?:of|and)\b", "", text)))
        begins = re.match(
            r"(?:\^\{?|<sup>)?[\w*†‡]{1,2}(?:\}|</sup>)?\s?(?:Department|From|Division|[A-Z])", text
        )
        return (
            begins is not None
            and functions <= 0.1 * block.words
            and "," in text
            and not text.rstrip().endswith(":")
        )

    def _note(self, block: Block, kind: SectionKind) -> None:
        """Record a note; where body prose runs on behind its address (a lost line break), split it off."""
        emails = list(EMAIL.finditer(self.source, block.start, block.end))
        if emails:
            tail = re.compile(r"[)\].;,]*\s+").match(self.source, emails[-1].end(), block.end)
            rest_text = self.source[tail.end() : block.end] if tail else ""
            if tail and is_prose(rest_text, 20) and "orcid" not in rest_text.lower():
                self._add(kind, block, end=emails[-1].end())
                rest = Block(
                    "prose",
                    tail.end(),
                    block.end,
                    self.source[tail.end() : block.end],
                    lines=[(tail.end(), block.end)],
                )
                if self.zone in ("front_matter", "author_notes"):
                    self.zone = "body"
                self.begun = True
                self._prose(rest, rest.plain)
                return
        self._add(kind, block)

    def _title(self, block: Block, text: str) -> None:
        self.out.title = text
        self._add("title", block)

    def _choose_title(self) -> None:
        """Of the lines before the abstract, the one that reads most like a title becomes it."""
        if self.out.title or self.begun:
            return
        front = [part for part in self.out.parts if part.kind == "front_matter"]
        best, best_score = None, 0.0
        for place, part in enumerate(front):
            text = self._content(part.block)
            words = text.split()
            if (
                not 3 <= len(words) <= 40
                or JOURNAL_LINE.search(text)
                or (AFFILIATION.search(text) and (place or "," in text or len(words) < 8))
                or text.endswith((":", ",", ";"))
            ):
                continue
            following = self._content(front[place + 1].block) if place + 1 < len(front) else ""
            score = (
                1.0
                + min(len(words), 12) / 12
                + (looks_like_names(following) * 2)
                - (looks_like_names(text) * 3)
            )
            score += 0.3 * (place == 0) - 1.5 * any(pattern.match(text) for pattern, _ in leads())
            if score > best_score:
                best, best_score = part, score
        if best is not None:
            best.kind = "title"
            self.out.title = self._content(best.block)

    def _front(self, i: int, block: Block, text: str) -> None:
        """Before the abstract: the title, names and addresses; the first real prose begins the abstract."""
        if is_prose(text, 35) and not JOURNAL_LINE.search(text[:200]):
            self._choose_title()
            self.begun = True
            # with a title before it the first long paragraph is the abstract; without one, the body
            self.zone = "abstract" if self.out.title else "body"
            self.zone_title = ""
            self._prose(block, text)
            return
        label = ABSTRACT_LABEL.match(text)
        if (label and (not label[0].rstrip()[-1].isalpha() or text[-1] in ".?!")) or self._begins_short(
            i, text
        ):
            self._choose_title()
            self.begun, self.zone = True, "abstract"
            self._prose(block, text)
            return
        self._add("front_matter", block)

    def _begins_short(self, i: int, text: str) -> bool:
        """A short first paragraph of an abstract: whole sentences behind a title, and prose or a label comes next."""
        if not is_prose(text, 8) or text[-1] not in ".?!" or JOURNAL_LINE.search(text) or not self.out.parts:
            return False
        following = next(
            (b.plain for j, b in enumerate(self.blocks[i + 1 :], i + 1) if j not in self.furniture), ""
        )
        return is_prose(following, 25) or ABSTRACT_LABEL.match(following) is not None

    # ------------------------------------------------------------ joining

    def _prose(self, block: Block, text: str) -> None:
        kind: SectionKind = self.zone if self.zone in ("abstract", "body") else "body"
        raw = self.source[block.start : block.end]
        lead = self.watermark.match(raw) if self.watermark else None
        if lead:
            raw = raw[lead.end() :]
        head = LEADING_MARK.sub("", raw)
        if self.open is not None and block.kind == "prose" and self._continues(head, text):
            self.open.ranges.append((block.start, block.end))
            self.open.words += block.words
            if not self._unfinished(raw):
                self.open = None
            return
        part = self._add("box" if block.kind == "item" else kind, block)
        bare = raw.rstrip()
        cut_word = bare.endswith(("-", "‐", "\u00ad")) and bare[-2:-1].isalpha()
        if block.kind == "prose" and self._unfinished(raw) and (block.words >= 6 or cut_word):
            self.open, self.since_open = part, len(self.out.parts)

    def _continues(self, head: str, text: str) -> bool:
        between = self.out.parts[self.since_open :]
        if len(between) > 12 or self.open is None:
            return False
        last = TRAILING_MARK.sub("", self.source[self.open.ranges[-1][0] : self.open.ranges[-1][1]])[-1:]
        if head[:1].islower():
            return True
        aside = all(
            p.kind in ("furniture", "author_notes", "front_matter", "caption", "table", "footnote")
            for p in between
        )
        return aside and not last.isspace() and last not in ".!?:;" and is_prose(text, 6)

    @staticmethod
    def _unfinished(raw: str) -> bool:
        bare = raw.rstrip()
        if bare[-1:] in TRAILING:
            bare = TRAILING_MARK.sub("", bare)
        return bool(bare) and bare[-1] not in ".!?:"


def structure(source: str, blocks: list[Block]) -> tuple[Structure, re.Pattern[str] | None]:
    """Classify the blocks of a source (see `Walk`); also the pattern of the watermarks that it bears, if any."""
    watermark = watermark_pattern(source)
    own = own_watermarks(blocks)
    if own is not None:
        known = f"{watermark.pattern}|" if watermark else ""
        watermark = re.compile(f"{known}(?-i:{own.pattern})", re.IGNORECASE)
    if watermark is not None and not watermark.search(source):
        watermark = None
    found = Walk(source, blocks, watermark).run()
    if not any(part.kind in ("abstract", "body") and not part.heading for part in found.parts):
        # nothing long enough to begin an article: a snippet, an abstract alone. All of it is body.
        again = Walk(source, blocks, watermark)
        again.begun, again.zone, again.out.title = True, "body", found.title
        found = again.run()
    return _find_unheaded_references(found), watermark


def _title_at(blocks: list[Block]) -> int:
    """The index of the article's title, the only heading of the first rank and the first of all; else 0."""
    titles = [i for i, block in enumerate(blocks) if block.kind == "heading" and block.level == 1]
    if len(titles) != 1 or any(block.kind == "heading" for block in blocks[: titles[0]]):
        return 0
    return titles[0] if heading_kind(blocks[titles[0]].plain) is None else 0


def _find_unheaded_references(found: Structure) -> Structure:
    """A reference list without a heading: five or more entries in a row, in the last two thirds of the text."""
    if found.references:
        return found
    run: list[Part] = []
    for part in found.parts[len(found.parts) // 3 :]:
        if REFERENCE_LIKE.match(part.block.plain) and part.kind in ("body", "box"):
            run.append(part)
        elif len(run) >= 5:
            break
        else:
            run = []
    if len(run) >= 5:
        for part in run:
            part.kind = "references"
            found.references.append(part.block)
    return found
