"""The authors at the head of a reference, in the forms that lists print names in."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Capital and small letters of Latin alphabets, for character classes.
_CAP = "A-ZÀ-ÖØ-Þ" + "".join(chr(code) for code in range(0x100, 0x250) if chr(code).isupper())
_LOW = "a-zß-öø-ÿ" + "".join(chr(code) for code in range(0x100, 0x250) if chr(code).islower())
_JUNIOR = r"(?:,?\s*(?:Jr|Sr|II|III|2nd|3rd)\b\.?)?"
#: "Kessler RC", "de la Cruz A-B", "Zarate CA Jr". Repetitions are bounded: nested ones take exponential time.
_PARTICLE = r"(?:[a-z]{1,4}|aan het|van der|van den|de la|De la|de los)\s"
_WORD = rf"[{_CAP}][\w’'‘`‐‑-]*"
VANCOUVER_NAME = (
    rf"(?:{_PARTICLE}){{0,2}}[{_CAP}{_LOW}][\w’'‘`‐‑-]*(?:[ -](?:{_WORD}|[a-z]{{2,3}})){{0,4}}?"
    rf"\s+(?P<initials>[{_CAP}](?![{_LOW}])(?:\.?[ -]?[{_CAP}](?![{_LOW}])){{0,3}})"
    r"(?:\.?\s?(?:Jr|Sr|II|III|2nd|3rd)\b)?\.?"
)
_VANCOUVER = re.compile(VANCOUVER_NAME)
#: "Ago, Y.", "van den Heuvel, O. A.", "Jansen, K. L. R."
HARVARD_NAME = (
    rf"(?:{_PARTICLE}){{0,2}}[{_CAP}{_LOW}][\w’'‐‑ -]{{0,60}}?,\s*"
    rf"(?:[{_CAP}]\w?\.[ ‐-]{{0,2}}){{1,5}}{_JUNIOR}"
)
_HARVARD = re.compile(HARVARD_NAME)
#: "E. Braunwald", "D. E. F. van Dijk" (IEEE, Hindawi)
_IEEE = re.compile(
    rf"(?:[{_CAP}]\.[ -]?){{1,4}}(?:(?:van|von|de|der|den|la|di|da)\s){{0,2}}[{_CAP}][\w’'‐-]+"
    rf"(?:\s(?:der\s|den\s|la\s)?[{_CAP}][\w’'‐-]+)?(?:,?\s(?:Jr|Sr|II|III)\.?)?"
)
#: "Abbott, Ruth, and Peter Bloom. 2012." (Chicago)
_GIVEN = rf"[{_CAP}][\w’'‐-]+(?:\s[{_CAP}]\.){{0,2}}"
_SURNAME = rf"(?:{_PARTICLE}){{0,2}}[{_CAP}][\w’'‐-]+"
_CHICAGO_FIRST = re.compile(rf"{_SURNAME},\s{_GIVEN}(?=[,.]|\sand\s)")
_CHICAGO_MORE = re.compile(rf"{_GIVEN}(?:\s{_SURNAME}){{1,2}}(?=[,.]|\sand\s)")
_SEPARATOR = re.compile(r"\s*(?:,?\s*(?:\.\s?\.\s?\.|…)|,\s*(?:&|and)\s|[,;]|&|and\s)\s*")
_ET_AL = re.compile(r"[,;]?\s*et al\b\.?")
_GROUP = re.compile(
    r"[,;]?\s*(?:and|&|for)\s+(?:the\s+)?[A-Z][^.()]{2,80}?(?:Group|Consortium|Investigators|Team|Network|"
    r"Collaboration|Collaborators|Committee|Initiative)\b"
)
#: What may stand between the last name and the stop: the group that they wrote for.
_FOR = re.compile(r"[,;][^.]{3,160}")
_STOP = re.compile(r"\s*[.:]\s+(?=\S)")
#: The authors are whatever stands before a year in brackets: "Roe A and Poe B (2001)", "R Core Team (2020)".
_YEAR_IN_BRACKETS = re.compile(r"[^()]{2,1200}\((?:1[6-9]|20)\d\d[a-z]?(?:,[^)]{0,40})?\)")
#: A body, and a stop that parts it from what it wrote; "ClinicalTrials.gov" has one inside.
_BODY = re.compile(r"^(?P<authors>[A-ZÀ-Þ](?:[^.]|\.(?=\S)){2,120}?)\.\s+(?P<rest>\S.*)$", re.DOTALL)
#: Authors of one work that are read; CERN's papers have three thousand.
_MOST = 600


@dataclass(frozen=True, slots=True)
class Head:
    """The authors of an entry, ``et al.`` as the last of them where it stands, and the rest of its text."""

    authors: tuple[str, ...]
    rest: str
    quoted: bool = False  # the title follows behind a comma (IEEE)


def begins_with_names(text: str) -> bool:
    """Whether a text begins with a name and its initials, as an entry does.

    >>> begins_with_names("Roe JB, Poe M. On tests"), begins_with_names("of the trial, 2001")
    (True, False)
    """
    return bool(
        re.match(rf"^{VANCOUVER_NAME}(?:[,.;:]|\s+and\b|\s+et al|$)", text[:200])
        or re.match(rf"^{HARVARD_NAME}", text[:200])
    )


def _run(name: re.Pattern[str], text: str, more: re.Pattern[str] | None = None) -> list[re.Match[str]]:
    """The names at the head of a text, each behind a separator, without going back on any of them."""
    out: list[re.Match[str]] = []
    at = 0
    while len(out) < _MOST:
        match = (name if not out or more is None else more).match(text, at)
        if match is None:
            break
        out.append(match)
        separator = _SEPARATOR.match(text, match.end())
        if separator is None:
            break
        at = separator.end()
    return out


def is_ieee(text: str) -> bool:
    """Whether initials stand before the surnames, and a title in quotation marks behind them."""
    names = _run(_IEEE, text)
    return bool(names) and re.match(r"(?:,?\s*et al\.?)?,\s*[“\"‘']", text[names[-1].end() :]) is not None


def head_of(text: str) -> Head:
    """Authors and rest of an entry; no authors where they cannot be told.

    >>> head_of("Anacker, C., and Hen, R. (2017). Adult neurogenesis.")
    Head(authors=('Anacker', 'Hen'), rest='(2017). Adult neurogenesis.', quoted=False)
    >>> head_of("Archer, A. B.; Bird, C. Binding of lithium. J. Chem. 2013").authors
    ('Archer', 'Bird')
    """
    found = _ieee_head(text)
    if found:
        return found
    vancouver, harvard = _vancouver_end(text), _harvard_end(text)
    if harvard and vancouver <= harvard + 3:
        return Head(_harvard_names(text[:harvard]), re.sub(r"^[,.;]?\s*", "", text[harvard:]))
    found = _chicago_head(text)
    if found:
        return found
    year = _YEAR_IN_BRACKETS.match(text)
    bracket = text.find("(") if year else 0
    if year and (not vancouver or bracket <= vancouver + 3):
        return Head(_any_names(text[:bracket].rstrip(" ,.")), text[bracket:])
    if vancouver:
        stop = _STOP.match(text, vancouver)
        return Head(_vancouver_names(text[:vancouver]), text[stop.end() if stop else vancouver :])
    body = _BODY.match(text)
    if body and re.search(r"\bc?(?:1[6-9]|20)\d\d[a-z]?\b", body["rest"]):
        who, colon, title = body["authors"].partition(": ")
        if colon and len(who) < 60:
            return Head((who,), f"{title}. {body['rest']}")
        if re.match(r"[\d\[]|https?:", body["rest"]):
            return Head((), text)  # a title, and nobody who wrote it
        return Head((body["authors"],), body["rest"])
    return Head((), text)


def _vancouver_end(text: str) -> int:
    """Where names with bare initials end, before the stop behind them; 0 where there are none."""
    names = _run(_VANCOUVER, text)
    for match in reversed(names[-2:]):
        at = match.end()
        others = _ET_AL.match(text, at)
        group = _FOR.match(text, others.end() if others else at)
        ends = [m.end() - (text[m.end() - 1] == ".") for m in (group, others) if m]
        # the stop may be the last initial's, and a title may begin with a capital by itself: "Roe A. A trial"
        initials = match.start("initials")
        capitals = [initials + i + 1 for i, c in enumerate(match["initials"]) if c.isalpha()]
        ends += [at, *reversed(capitals)]
        for end in ends:
            if _STOP.match(text, end):
                return end
    return 0


def _harvard_end(text: str) -> int:
    """Where names with initials behind a comma end, a group that they wrote for included; 0 where there are none."""
    names = _run(_HARVARD, text)
    if not names:
        return 0
    end = len(text[: names[-1].end()].rstrip())
    for pattern in (_ET_AL, _GROUP):
        match = pattern.match(text, end)
        end = match.end() if match else end
    return end


def _ieee_head(text: str) -> Head | None:
    names = _run(_IEEE, text)
    if not names:
        return None
    end = names[-1].end()
    others = _ET_AL.match(text, end)
    comma = re.compile(r",\s*").match(text, others.end() if others else end)
    if comma is None:
        return None
    people = tuple(re.sub(rf"^(?:[{_CAP}]\.[ -]?)+", "", name[0]) for name in names)
    return Head(people + (("et al.",) if others else ()), text[comma.end() :], quoted=True)


def _chicago_head(text: str) -> Head | None:
    names = _run(_CHICAGO_FIRST, text, _CHICAGO_MORE)
    if not names:
        return None
    others = _ET_AL.match(text, names[-1].end())
    end = re.compile(r"[.,]\s(?=\(?(?:1[6-9]|20)\d\d[a-z]?\)?[.,:]?\s)").match(
        text, others.end() if others else names[-1].end()
    )
    if end is None:
        return None
    people = (names[0][0].split(",")[0], *(name[0].split()[-1] for name in names[1:]))
    return Head(people + (("et al.",) if others else ()), text[end.end() :])


def _others(authors: str) -> tuple[str, ...]:
    return ("et al.",) if re.search(r"\bet\.? al\b", authors) else ()


def _without_others(authors: str) -> str:
    return re.sub(r"[,;]?\s*\bet\.? al\.?.*$", "", authors, flags=re.DOTALL).strip(" .,;")


def _any_names(authors: str) -> tuple[str, ...]:
    """Names before a year in brackets; where none has initials, a body."""
    if re.match(HARVARD_NAME, authors + "."):
        return _harvard_names(authors + ".")
    if re.match(rf"{VANCOUVER_NAME}(?:[,;.]|\s+and|\s+&|$)", authors):
        return _vancouver_names(authors)
    if _others(authors) or re.fullmatch(rf"{_SURNAME}(?:(?:,|,? and|,? &)\s{_SURNAME})*", authors):
        return _vancouver_names(authors)  # surnames alone
    return (authors.strip(" .,"),)


def _harvard_names(authors: str) -> tuple[str, ...]:
    group = re.search(rf"{_GROUP}$", authors)
    bare = _without_others(authors[: group.start()] if group else authors) + "."
    pairs = re.finditer(
        rf"([^\d,;&()]+?),\s*((?:[{_CAP}]\w?\.[ -]?)+){_JUNIOR}(?:,|;|&|…|(?:\.\s?){{3}}|$|\s)*(?:and\s+)?",
        bare,
    )
    names = (re.sub(r"^(?:and|&)\s+", "", match[1].strip(" .,&…")) for match in pairs)
    return tuple(name for name in names if name) + _others(authors)


def _vancouver_names(authors: str) -> tuple[str, ...]:
    names: list[str] = []
    for piece in re.split(r"[,;]\s*(?:and\s+|&\s*)?|\s+(?:and|&)\s+", _without_others(authors)):
        name = re.sub(
            rf"\s+(?:[{_CAP}]\.?[ -]?){{1,4}}(?:\s?(?:Jr|Sr|II|III|2nd|3rd)\.?)?$", "", piece.strip(" .")
        )
        if name and not re.fullmatch(r"Jr|Sr|II|III", name):
            names.append(name)
    return tuple(names) + _others(authors)
