"""Linked citations (``xref`` of JATS): which stretch of the sentence is the mark, and which references it names.

A mark is more than its links: the brackets around them, the commas between, a dash that stands for what lies between
two numbers. Names that carry the sentence (*Roe and Poe (2001) saw*) stay, as in the text reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from pipeline.reading.citations import NARRATIVE, author_years, expand_numbers

#: A dash longer than any word between two numbers still is a range; more entries than this between them is none.
_WIDEST_RANGE = 60
_DASH = re.compile(r"\s*[-–—−‐‑]\s*")
_SEPARATOR = re.compile(r"\s*(?:[-–—−‐‑,;]|,?\s*(?:and|&))?\s*")
_LEAD = (
    r"(?:see(?: also)?|e\.?g\.?|i\.?e\.?|cf\.?|also|reviewed (?:in|by)|for (?:a )?(?:recent )?reviews?,?(?: see)?|"
    r"refs?\.?|references?|and|adapted from|data from|from|in)"
)
_ONLY_MARKS = re.compile(rf"(?:[\s,;&.–—−-]|\b{_LEAD}(?!\w))*", re.IGNORECASE)
#: A mark is looked for in brackets no further away than this.
_REACH = 600


@dataclass(frozen=True, slots=True)
class Link:
    """One linked citation of a paragraph: its place in the paragraph's text, and the keys that it points to."""

    start: int
    end: int
    keys: tuple[str, ...]
    raised: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A citation mark: ``lifted`` out of the sentence, or left in it because the sentence needs its words."""

    start: int
    end: int
    keys: tuple[str, ...]
    lifted: bool = True


def marks(
    text: str, links: Iterable[Link], between: Callable[[str, str], tuple[str, ...]] = lambda a, b: ()
) -> list[Mark]:
    """The marks that the links of a paragraph make, in order.

    ``between(first, last)`` gives the keys that a range of two keys leaves out.

    >>> one = "seen before [1-3] and (TRD; Roe, 2001) by Poe (2002)."
    >>> def link(text, key):
    ...     return Link(one.index(text), one.index(text) + len(text), (key,))
    >>> links = [link("1", "1"), link("3", "3"), link("Roe, 2001", "Roe, 2001"), link("2002", "Poe, 2002")]
    >>> [(one[m.start:m.end], m.keys) for m in marks(one, links, lambda first, last: ("2",))]
    [('[1-3]', ('1', '2', '3')), ('; Roe, 2001', ('Roe, 2001',)), (' (2002)', ('Poe, 2002',))]
    """
    out: list[Mark] = []
    for group in _groups(text, sorted(links, key=lambda link: link.start)):
        first, last = group[0], group[-1]
        if out and first.start < out[-1].end:
            before = out.pop()
            out.append(Mark(before.start, before.end, tuple(dict.fromkeys(before.keys + _keys(text, group, between))),
                            before.lifted))  # fmt: skip
            continue
        keys = _keys(text, group, between)
        if first.raised:
            out.append(Mark(first.start, last.end, keys))
        elif is_number(text[first.start : first.end]):
            out.append(_numbers(text, first.start, last.end, keys))
        else:
            out.append(_names(text, first.start, last.end, keys))
    return out


def _groups(text: str, links: list[Link]) -> Iterator[list[Link]]:
    """Links with nothing but separators between them; names are not joined by *and*, which may carry the sentence."""
    group: list[Link] = []
    for link in links:
        if group:
            gap = text[group[-1].end : link.start]
            joined = _SEPARATOR.fullmatch(gap) is not None and group[-1].raised == link.raised
            if joined and not is_number(text[link.start : link.end]):
                joined = gap.strip() in (",", ";")
            if not joined:
                yield group
                group = []
        group.append(link)
    if group:
        yield group


def is_number(text: str) -> bool:
    """Whether a link's text is reference numbers (``3``, ``[3-5]``), not a name or a bare year.

    >>> is_number("[3]"), is_number("2001"), is_number("Roe, 2001")
    (True, False, False)
    """
    bare = text.strip("[]() ")
    return expand_numbers(bare) is not None and not re.fullmatch(r"(?:1[89]|20)\d\d", bare)


def _keys(text: str, group: list[Link], between: Callable[[str, str], tuple[str, ...]]) -> tuple[str, ...]:
    keys = list(group[0].keys)
    for left, right in pairwise(group):
        if _DASH.fullmatch(text[left.end : right.start]) and left.keys and right.keys:
            inner = between(left.keys[-1], right.keys[0])
            keys.extend(inner if len(inner) <= _WIDEST_RANGE else ())
        keys.extend(right.keys)
    return tuple(dict.fromkeys(keys))


def _brackets(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the brackets around a stretch open and close (end exclusive), where no other bracket intervenes."""
    left = max(text.rfind(char, max(0, start - _REACH), start) for char in "([")
    if left < 0 or any(text.rfind(char, left, start) > left for char in ")]"):
        return None
    right = min((i for char in ")]" if (i := text.find(char, end, end + _REACH)) >= 0), default=-1)
    if right < 0 or any(text.find(char, end, right) >= 0 for char in "(["):
        return None
    return left, right + 1


def _numbers(text: str, start: int, end: int, keys: tuple[str, ...]) -> Mark:
    around = _brackets(text, start, end)
    if around:
        inner = text[around[0] + 1 : around[1] - 1]
        outside = text[around[0] + 1 : start] + " " + text[end : around[1] - 1]
        whole = expand_numbers(inner)
        if whole or _ONLY_MARKS.fullmatch(outside):
            return Mark(around[0], around[1], keys)
    return Mark(start, end, keys)


def _names(text: str, start: int, end: int, keys: tuple[str, ...]) -> Mark:
    own = NARRATIVE.fullmatch(text, start, end)
    if own:
        return Mark(own.start("mark"), end, keys)
    around = _brackets(text, start, end)
    if around is None:
        return Mark(start, end, keys, lifted=False)
    inner = text[around[0] + 1 : around[1] - 1]
    outside = text[around[0] + 1 : start] + " " + text[end : around[1] - 1]
    if _ONLY_MARKS.fullmatch(outside) or author_years(inner):
        opening = around[0]
        while opening > 0 and text[opening - 1] == " ":
            opening -= 1
        return Mark(opening, around[1], keys)
    head = text.rfind(";", around[0], start)
    tail = text[end : around[1] - 1]
    if head >= 0 and _ONLY_MARKS.fullmatch(text[head + 1 : start]) and (
        _ONLY_MARKS.fullmatch(tail) or author_years(tail.strip(" ;,"))
    ):  # fmt: skip
        return Mark(head, around[1] - 1, keys)
    return Mark(start, end, keys, lifted=False)
