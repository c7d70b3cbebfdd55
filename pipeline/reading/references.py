"""Reference lists: blocks → entries with key, authors, year, title, journal, DOI and PMID.

Numbers lost in a conversion are counted out again and put right wherever a printed one is left. The fields of an
entry are read in `reference_fields`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.reading.blocks import Block
from pipeline.reading.reference_fields import YEAR
from pipeline.reading.reference_fields import parse_entry as fields_of
from pipeline.reading.reference_names import begins_with_names, is_ieee
from pipeline.schema import Reference

_MARKER = re.compile(r"^\s*(?:[-*•‣▪]\s+)?(?:\[(?P<square>\d{1,4})\]|\(?(?P<number>\d{1,4})[.)]\)?)?\s*")
_BULLET = re.compile(r"^\s*[-*•‣▪]\s+")
#: "R Core Team (2020)": a body and the year of what it wrote
_BODY_YEAR = re.compile(
    r"^(?:[A-ZÀ-Þ][\w’'&-]*\s+(?:(?:of|for|and|the|in|on)\s+)*){1,10}\((?:1[6-9]|20)\d\d[a-z]?\)"
)


@dataclass(slots=True)
class _Entry:
    start: int
    end: int
    number: int | None
    text: str


def _clean(text: str) -> str:
    text = re.sub(r"\[([^\[\]]*)\]\((?:https?:|#|mailto:)[^)]*\)*", r"\1", text)
    text = re.sub(r"</?[A-Za-z][^<>]*>", "", text).replace("\\", "")
    text = re.sub(r"(?<!\w)[*_]+|[*_]+(?!\w)", "", text)
    return " ".join(text.split())


def _begins_entry(text: str) -> bool:
    """Whether a text begins as an entry does: a name with initials, a body with its title, not mid-sentence."""
    head = text[:200]
    if begins_with_names(head) or is_ieee(text) or _BODY_YEAR.match(head):
        return True
    return bool(re.match(r"^[A-ZÀ-Þ][\w’'-]+(?:[ ,].*)?$", head, re.DOTALL)) and bool(
        YEAR.search(text) or re.search(r"https?://", text)
    ) and len(text.split()) >= 6  # fmt: skip


def _complete(text: str) -> bool:
    """Whether an entry has come to its end: it has a year or an address, and closes."""
    return bool(YEAR.search(text) or "http" in text) and bool(re.search(r"[.\])>\d]$", text.rstrip("* _")))


def _entries(source: str, blocks: Iterable[Block]) -> list[_Entry]:
    """Cut the blocks into entries; a block that begins none continues the one before."""
    out: list[_Entry] = []
    for block in blocks:
        raw = source[block.start : block.end]
        # a continuation line with the next entry's number glued behind it
        for piece_start, piece in _pieces(raw):
            marker = _MARKER.match(piece)
            assert marker is not None
            number = marker["square"] or marker["number"]
            body = _clean(piece[marker.end() :])
            bullet = bool(_BULLET.match(piece))
            begins = _begins_entry(body)
            last = out[-1] if out else None
            numbered = number is not None and (last is None or begins or _plausible(int(number), out))
            unfinished = (
                last is not None and last.number is not None and number is None and not YEAR.search(last.text)
            )
            if (
                last is not None
                and not numbered
                and (
                    unfinished
                    or not begins
                    or (not bullet and not _complete(last.text) and not _strong(body))
                )
            ):
                last.end = block.start + piece_start + len(piece)
                last.text = _clean(source[last.start : last.end])
                continue
            start = block.start + piece_start + marker.end()
            if body:
                out.append(
                    _Entry(
                        start,
                        block.start + piece_start + len(piece),
                        int(number) if numbered and number else None,
                        body,
                    )
                )
    return out


def _strong(body: str) -> bool:
    return begins_with_names(body) or _BODY_YEAR.match(body) is not None


def _plausible(number: int, out: list[_Entry]) -> bool:
    """A printed number goes on from the last printed one, give or take entries whose number was lost."""
    for back, entry in enumerate(reversed(out), 1):
        if entry.number is not None:
            return 0 < number - entry.number <= back + 5
    return abs(number - len(out) - 1) <= 6


def _pieces(raw: str) -> list[tuple[int, str]]:
    """Lines of a block that begin with a number of their own are entries of their own."""
    cuts = [0]
    counted = re.match(r"\s*(?:\[\d{1,4}\]|\d{1,4}[.)])\s", raw) is not None
    lines = [] if counted else [m.end() for m in re.finditer(r"\n", raw)]
    hanging = any(raw[at : at + 1] in " \t" for at in lines)
    for at in lines:
        line = raw[at : raw.find("\n", at) if raw.find("\n", at) > 0 else len(raw)]
        ended = bool(
            re.search(r"(?:[.>)\]]|https?://\S+|\b10\.\d{4,9}/\S+|\d)\s*$", raw[max(0, at - 90) : at])
        )
        if (hanging and not line[:1].isspace() and ended) or (
            not hanging and ended and _strong(_clean(line))
        ):
            cuts.append(at)
    cuts += [
        m.start() for m in re.finditer(r"(?<=\n)[ \t]*(?:\[\d{1,4}\]|\d{1,4}[.)])\s+(?=[A-Za-zÀ-Þ])", raw)
    ]
    cuts = sorted(set(cuts))
    return [
        (a, raw[a:b].rstrip()) for a, b in zip(cuts, [*cuts[1:], len(raw)], strict=True) if raw[a:b].strip()
    ]


def parse_entry(text: str) -> dict[str, Any]:
    """The fields of one entry as it is printed, markup and all; see `reference_fields.parse_entry`.

    >>> parse_entry("Anacker, C., and Hen, R. (2017). *Adult* neurogenesis. Nat. Rev. 18, 335.")["title"]
    'Adult neurogenesis'
    """
    return fields_of(_clean(text))


def author_year_key(authors: tuple[str, ...], year: int | None, suffix: str) -> str | None:
    """The key that a text cites an entry by: ``Singh et al., 2016``.

    >>> author_year_key(("Huang", "Reichardt"), 2001, ""), author_year_key(("Zanos", "et al."), 2016, "a")
    ('Huang and Reichardt, 2001', 'Zanos et al., 2016a')
    """
    if not authors or year is None:
        return None
    people = [name for name in authors if name != "et al."]
    if not people:
        return None
    names = f"{people[0]} et al." if len(people) > 2 or "et al." in authors else " and ".join(people)
    return f"{names}, {year}{suffix}"


def parse_references(source: str, blocks: list[Block], numbered: bool) -> list[Reference]:
    """The entries of a reference list, in order.

    ``numbered`` says that the text cites by number; keys are then ``"1"``, ``"2"`` …, otherwise author and year.
    The first block may be the list's heading; blocks without an entry are passed over.
    """
    out: list[Reference] = []
    count = 0
    for entry in _entries(source, blocks):
        count = entry.number if entry.number is not None and entry.number > count else count + 1
        fields = parse_entry(entry.text)
        authors, year = fields.get("authors", ()), fields.get("year")
        suffix = str(fields.get("suffix", ""))
        key: str | None = str(count)
        if not numbered:
            key = author_year_key(authors, year, suffix)
        out.append(
            Reference(
                key=key or str(count),
                text=entry.text,
                source_start=entry.start,
                source_end=entry.end,
                authors=authors,
                year=year,
                title=fields.get("title"),
                journal=fields.get("journal"),
                doi=fields.get("doi"),
                pmid=fields.get("pmid"),
                suffix=suffix,
            )
        )
    return out
