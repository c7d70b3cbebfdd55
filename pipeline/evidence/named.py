"""Works that a sentence names by their authors: *Roe et al.*, *Roe and colleagues*, *Roe and Doe*.

A name tells which study is meant where the citation mark is missing, or points elsewhere: then the mark is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache

from pipeline.evidence.identity import fold_title
from pipeline.schema import Reference

_NAME = (
    r"(?:(?:[Vv][ao]n|[Dd](?:e|i|u|el|ella|en|er)|[Tt]e[rn]|[Ll][ae]|[Ee]l|[Aa]l|St\.?)\s)*[A-ZÀ-Þ][\w’'‐-]+"
)
_WHO = re.compile(
    rf"(?<![\w-])({_NAME})(?:\s*,\s*{_NAME}){{0,3}},?\s+(?:et\s+al\b|and\s+(?:(?:his |her |"
    rf"their )?(?:colleagues|co-?workers|"
    rf"associates|co-?authors|collaborators|others)\b|({_NAME})))"
)
#: What no name is without.
_SIGNS = re.compile(
    r" et\s+al\b| and (?:co|his co|her co|their co|assoc|others)|"
    r"[A-ZÀ-Þ][a-zà-ÿ’'-][\w’'‐-]* and [A-ZÀ-Þ][a-zà-ÿ]"
)


_CAPS = r"[A-Z][A-Z0-9]{2,}(?:-[A-Z0-9]+)*"
_IN_CAPS = re.compile(r"[A-Z][A-Z0-9][A-Z0-9]")
#: A trial's name in a title: "the LANTERN trial", "(AMBER-K)", "LANTERN: a randomised …".
_ACRONYM = re.compile(
    rf"\b({_CAPS}) (?:[a-z-]+ ){{0,3}}(?:trial|study|program(?:me)?)\b|\(({_CAPS})\)|^({_CAPS}):"
)


def _abbreviates(short: str, before: str) -> bool:
    """Whether a short form stands for the words right before it (*treatment-resistant depression (TRD)*).

    >>> _abbreviates("TRD", "in treatment-resistant depression "), _abbreviates("AMBER-K", "in heart failure ")
    (True, False)
    """
    initials = "".join(word[0] for word in re.findall(r"[A-Za-z]+", before)).lower()
    return initials.endswith(re.sub(r"[^a-z]", "", short.lower())[-3:]) or len(short) < 4


@lru_cache(8192)
def surname(text: str) -> str:
    """A surname as it is compared: without case, accents, spaces and hyphens."""
    return "".join(fold_title(text))


def near(a: str, b: str) -> bool:
    """Whether two folded surnames are one, but for a particle or a slip of one letter (*Murrrough*).

    >>> near("murrrough", "murrough"), near("vandermeer", "meer"), near("roe", "doe")
    (True, True, False)
    """
    if a in b or b in a:
        return True
    short, long = sorted((a, b), key=len)
    return (
        len(short) > 4
        and len(long) - len(short) <= 1
        and any(
            short == long[:i] + long[i + 1 :] or short[:i] + short[i + 1 :] == long[:i] + long[i + 1 :]
            for i in range(len(long))
        )
    )


def is_by_names(name: str, authors: Iterable[str]) -> bool:
    """Whether a surname is among those of a work's authors."""
    people = [surname(author) for author in authors if author != "et al."]
    return any(near(surname(name), person) for person in people if person)


def is_by(reference: Reference | None, names: Sequence[str]) -> bool:
    """Whether all names are authors of a work, as far as its list of authors goes."""
    return reference is not None and all(is_by_names(name, reference.authors) for name in names)


def _stands(name: str, text: str) -> bool:
    """Whether a name stands in a text as a word.

    >>> _stands("CORAL", "the CORAL trial"), _stands("CORAL", "CORAL-2 was next")
    (True, False)
    """
    at = text.find(name)
    while at >= 0:
        before, behind = text[at - 1 : at], text[at + len(name) : at + len(name) + 1]
        if not (before.isalnum() or before in ("-", "_")) and not (behind.isalnum() or behind in ("-", "_")):
            return True
        at = text.find(name, at + 1)
    return False


class Authors:
    """The works of a reference list by their first authors."""

    def __init__(self, references: Mapping[str, Reference]) -> None:
        self._references = references

    def _of_first(self, name: str) -> list[str]:
        """The works whose first author is so called; names are folded where they begin alike only."""
        initial, wanted = name[:1].lower(), surname(name)
        return [
            key for key, reference in self._references.items()
            if reference.authors and reference.authors[0][:1].lower() == initial
            and surname(reference.authors[0]) == wanted
        ]  # fmt: skip

    @cached_property
    def _acronyms(self) -> dict[str, str]:
        """The trials' names that titles give (*the LANTERN trial*, *(AMBER-K)*), each with its one work."""
        out: dict[str, str] = {}
        twice: set[str] = set()
        for key, reference in self._references.items():
            title = reference.title or ""
            if not _IN_CAPS.search(title):
                continue
            for match in _ACRONYM.finditer(title):
                name = match[1] or match[2] or match[3]
                if not _abbreviates(name, title[: match.start()]):
                    twice |= {name} & out.keys()
                    out[name] = key
        return {name: key for name, key in out.items() if name not in twice}

    def called(self, text: str) -> list[str]:
        """The works whose trial's name a text gives."""
        return [key for name, key in self._acronyms.items() if name in text and _stands(name, text)]

    def named(self, text: str) -> list[tuple[int, int, tuple[str, ...]]]:
        """Start, end and names of each work that a sentence names; two names are a work only where one is theirs."""
        if not _SIGNS.search(text):
            return []
        out = []
        for match in _WHO.finditer(text):
            names = tuple(name for name in match.groups() if name)
            if len(names) == 1 or self._of_first(names[0]):
                out.append((match.start(1), match.end(), names))
        return out

    def only(self, names: Sequence[str], among: Iterable[str] | None = None) -> str | None:
        """The one work whose first author is named first, and whose authors the others are."""
        keys = self._of_first(names[0]) if names else []
        allowed = None if among is None else set(among)
        fitting = [
            key for key in keys
            if (allowed is None or key in allowed) and is_by(self._references[key], names)
        ]  # fmt: skip
        return fitting[0] if len(fitting) == 1 else None
