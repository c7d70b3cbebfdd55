"""Citation marks: recognise them, and expand them to the keys of the reference list.

Five styles are read: superscripts (``^{11,21-24}``, ``<sup>78</sup>``, ``¹¹,²¹⁻²⁴``), brackets (``[12; 13]``),
numbers in parentheses, superscripts that a conversion flattened (``formulation.14``), and author with year
(``(Zarate et al., 2006a; Murrough et al., 2013a,b)``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_RANGE = re.compile(r"^(\d{1,4})(?:\s*[-–—−‐‑˗]\s*(\d{1,4}))?$")
#: More keys than this from one range is no citation but a range of values.
_WIDEST_RANGE = 60


def expand_numbers(mark: str, highest: int | None = None) -> tuple[str, ...] | None:
    """The keys of a numeric mark, or None where it is not one.

    ``highest`` is the last number of the reference list; a mark beyond it is not a citation.

    >>> expand_numbers("11,21-24")
    ('11', '21', '22', '23', '24')
    >>> expand_numbers("39; 45; 46", highest=93)
    ('39', '45', '46')
    >>> expand_numbers("2+") is None
    True
    """
    keys: list[str] = []
    for part in re.split(r"\s*[,;]\s*", mark.strip(" ,;")):
        match = _RANGE.match(part)
        if not match:
            return None
        first = int(match[1])
        last = int(match[2]) if match[2] else first
        if (
            first == 0
            or last < first
            or last - first > _WIDEST_RANGE
            or (highest is not None and last > highest)
        ):
            return None
        keys.extend(str(number) for number in range(first, last + 1))
    return tuple(dict.fromkeys(keys)) or None


_PARTICLE = (
    r"(?:aan het|van der|van den|van de|von der|de la|de los|van|von|vom|de|del|della|di|da|du|des|dos|den|der|la|le|"
    r"el|al|ten|ter|bin|af|zu|zur|St\.?|El|Al|La|Le|Du|De|Di|Da|Van|Von|Mac)"
)
_SURNAME = rf"(?:{_PARTICLE}\s+)*(?:[a-z]{{1,3}})?[A-ZÀ-ÖØ-Þ][\w’'‘`.‐‑-]*[\w’'](?:\s+(?:Jr|Sr)\.?)?"
_NAMES = (
    rf"{_SURNAME}(?:(?:,\s*|\s+){_SURNAME}){{0,4}}?(?:,?\s+(?:and|&|y|und|et)\s+(?!al\b){_SURNAME}|"
    rf",?\s+et\s+al\.?|,?\s+and\s+(?:colleagues|others|coworkers))?"
)
_YEAR = r"(?:1[89]|20)\d\d[a-z]?"
_YEARS = rf"{_YEAR}(?:\s*,\s*(?:{_YEAR}|[a-z](?![a-z])))*"
_ITEM = rf"(?P<names>{_NAMES})[\s,]+(?:\(?)(?P<years>{_YEARS}|in press|n\.d\.)"
AUTHOR_YEAR_ITEM = re.compile(_ITEM)
#: "Corssen and Domino (1965)", "Berman et al. [2000]": the names stay in the sentence, the year is lifted.
NARRATIVE = re.compile(
    rf"(?<!\w)(?P<names>{_SURNAME}(?:(?:,\s+{_SURNAME}){{0,3}},?\s+(?:and|&)\s+{_SURNAME}|,?\s+et\s+al\.?|\s+and\s+(?:colleagues|"
    rf"coworkers))?)(?:['’]s?)?"
    rf"(?P<mark>\s*\((?P<years>{_YEARS})\))"
)
_LEAD = re.compile(
    r"^(?:see(?: also)?|e\.?g\.?,?|i\.?e\.?,?|cf\.?,?|reviewed (?:in|by)|for (?:a )?reviews?,? see|as "
    r"reviewed (?:in|by)|"
    r"but see|also|and|adapted from|modified from|for example,?|for review,? see|review(?:ed)?:?|data "
    r"from|from|in)\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AuthorYear:
    """One work cited by name: the surname first named, whether others follow, the year, its letter."""

    first: str
    second: str | None
    others: bool
    year: int
    suffix: str

    @property
    def key(self) -> str:
        """The key as the list gives it: ``Singh et al., 2016``, ``Huang and Reichardt, 2001``."""
        names = self.first
        if self.others:
            names += " et al."
        elif self.second:
            names += f" and {self.second}"
        return f"{names}, {self.year}{self.suffix}"


_SPLIT_NAMES = re.compile(r",?\s+(?:and|&|y|und|et)\s+(?!al\b)|,\s*")


def _works(names: str, years: str) -> list[AuthorYear]:
    others = bool(re.search(r"\bet\s+al\b|\band (?:colleagues|others|coworkers)\b", names))
    bare = re.sub(r",?\s+(?:et\s+al\.?|and (?:colleagues|others|coworkers))\s*,?$", "", names).strip(" ,")
    people = [name for name in _SPLIT_NAMES.split(bare) if name]
    works: list[AuthorYear] = []
    year = 0
    for part in re.split(r"\s*,\s*", years):
        match = re.match(r"((?:1[89]|20)\d\d)?([a-z]?)$", part)
        if not match:
            continue
        year = int(match[1]) if match[1] else year
        if year and people:
            many = others or len(people) > 2
            second = people[1] if len(people) == 2 and not others else None
            works.append(AuthorYear(people[0], second, many, year, match[2]))
    return works


def author_years(text: str) -> list[AuthorYear]:
    """The works that a text of citations names; empty where it is anything but citations.

    >>> [work.key for work in author_years("Zarate et al., 2006a; Murrough et al., 2013a,b")]
    ['Zarate et al., 2006a', 'Murrough et al., 2013a', 'Murrough et al., 2013b']
    >>> author_years("n = 20; 2016")
    []
    """
    works: list[AuthorYear] = []
    for part in text.split(";"):
        bare = _LEAD.sub("", part.strip()).strip()
        match = AUTHOR_YEAR_ITEM.fullmatch(bare.rstrip(" ,."))
        if not match:
            # "Zarate et al., 2006a, Berman et al., 2000": items separated by commas
            found = list(AUTHOR_YEAR_ITEM.finditer(bare))
            rest = AUTHOR_YEAR_ITEM.sub("", bare).strip(" ,.&")
            if not found or rest not in ("", "and"):
                return []
            for item in found:
                works.extend(_works(item["names"], item["years"]))
            continue
        works.extend(_works(match["names"], match["years"]))
    return works


def narrative(match: re.Match[str]) -> list[AuthorYear]:
    """The works of a `NARRATIVE` match."""
    return _works(match["names"], match["years"])
