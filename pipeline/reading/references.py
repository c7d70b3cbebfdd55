"""Reference lists: blocks → entries with key, authors, year, title, journal, DOI and PMID.

Vancouver (``Kessler RC, Berglund P. Title. JAMA. 2003;289:…``) and APA or Harvard
(``Ago, Y., Tanabe, W. (2019). Title. J.``) entries are read; numbers lost in a conversion are counted out again
and put right wherever a printed one is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.reading.blocks import Block
from pipeline.schema import Reference

_MARKER = re.compile(r"^\s*(?:[-*•‣▪]\s+)?(?:\[(?P<square>\d{1,4})\]|\(?(?P<number>\d{1,4})[.)]\)?)?\s*")
_BULLET = re.compile(r"^\s*[-*•‣▪]\s+")
_DOI = re.compile(r"\b(10\.\d{4,9}/[^\s\"<>\]]+)", re.IGNORECASE)
_PMID = re.compile(r"(?:PubMed(?: PMID)?|PMID)\s*:?\s*\[?\s*(\d{5,9})", re.IGNORECASE)
_YEAR = re.compile(r"\bc?((?:1[6-9]|20)\d\d)([a-z])?\b")
#: "Kessler RC", "de la Cruz A-B", "Zarate CA Jr"
_VANCOUVER_NAME = (
    r"(?:(?:[a-z]{1,4}|aan het|van der|van den|de la)\s){0,2}[A-ZÀ-ÖØ-Þa-zÀ-ÿ][\w’'‘`‐‑-]*(?:[ "
    r"-](?:[A-ZÀ-ÖØ-Þ][\w’'‐‑-]*|[a-z]{2,3}))*?"
    r"\s+(?:[A-ZÀ-ÖØ-Þ]\.?[ -]?){1,4}(?:\s?(?:Jr|Sr|II|III|2nd|3rd)\.?)?"
)
_VANCOUVER = re.compile(
    rf"^(?P<authors>{_VANCOUVER_NAME}(?:,?\s*(?:and|&)?\s*{_VANCOUVER_NAME}|,?\s*(?:and|&)\s*{_VANCOUVER_NAME})*"
    rf"(?:[,;]?\s*et al\.?)?(?:[,;][^.]{{3,160}})?)\s*[.:]\s+(?=\S)(?P<rest>.*)$",
    re.DOTALL,
)
#: "E. Braunwald, R. L. Campbell, and M. D. Naylor, “Title,” Journal, vol. 3, 1997." (IEEE, Hindawi)
_IEEE_NAME = (
    r"(?:[A-ZÀ-Þ]\.[ -]?){1,4}(?:(?:van|von|de|der|den|la|di|"
    r"da)\s){0,2}[A-ZÀ-Þ][\w’'‐-]+(?:\s[A-ZÀ-Þ][\w’'‐-]+)?(?:,?\s(?:Jr|Sr|II|III)\.?)?"
)
_IEEE = re.compile(
    rf"^(?P<authors>{_IEEE_NAME}(?:,?\s(?:and\s)?{_IEEE_NAME}|,\s{_IEEE_NAME})*(?:,?\s*et "
    rf"al\.?)?),\s*[“\"‘](?P<title>[^”\"]+?),?[”\"’],?\s*(?P<rest>.*)$",
    re.DOTALL,
)
#: "Roe A, Poe B. 2009. Title", "Roe, A., Poe, B., 2009. Title": the year stands before the title, bare.
_DATED = re.compile(
    r"(?P<authors>[^\d]{3,900}?)[\s,.]+(?P<year>(?:1[89]|20)\d\d[a-z]?)\.\s+(?=[A-ZÀ-Þ“\"(\[])", re.DOTALL
)
_NAMES_ONLY = re.compile(r"(?:[^.]|(?<![^\W\d_]{2})\.|(?<=\bal)\.|(?<=\b[JS]r)\.)*", re.DOTALL)
#: "A. Roe, B. Poe, Title, J. Test 3 (2008) 12–18."
_ELSEVIER = re.compile(
    r"(?P<authors>(?:(?:[A-ZÀ-Þ]\.[ -]?){1,4}(?:(?:van|von|de|der|den|la|di|"
    r"da)\s){0,2}[A-ZÀ-Þ][\w’'‐-]+,\s+(?:et al\.?,\s+)?)+)"
    r"(?P<title>[^“\"].{14,400}),\s+(?P<journal>[A-ZÀ-Þ][^,()\d]{1,80}?)\s+\d+(?:\s*\(\d+\))?\s+\((?P<year>(?:1[89]|20)\d\d)\)"
)
_HARVARD_NAME = (
    r"(?:(?:[a-z]{1,4}|aan het|van der|van den|de la)\s){0,2}[A-Za-zÀ-ÿ][\w’'‐‑ "
    r"-]*?,\s*(?:[A-ZÀ-Þ][\w]?\.[ -]?)+(?:,?\s*(?:Jr|Sr|II|III)\.?)?"
)
_HARVARD = re.compile(
    r"^(?P<authors>.{3,1500}?)[\s,.]*\((?P<year>(?:1[6-9]|"
    r"20)\d\d)(?P<suffix>[a-z])?(?:,[^)]*)?\)[.,:]?\s*(?P<rest>.*)$",
    re.DOTALL,
)
_SPLIT_SENTENCE = re.compile(r"(?<![A-Z])(?<!\bvs)(?<!\bSt)[.?!](?:[*_”\"])*\s+(?=[*_“\"\[(]*[A-Z0-9À-Þ])")


@dataclass(slots=True)
class _Entry:
    start: int
    end: int
    number: int | None
    text: str


def _clean(text: str) -> str:
    if "](" in text:
        text = re.sub(r"\[([^\[\]]*)\]\((?:https?:|#|mailto:)[^)]*\)*", r"\1", text)
    if "<" in text:
        text = re.sub(r"</?[A-Za-z][^<>]*>", "", text)
    text = text.replace("\\", "")
    if "*" in text or "_" in text:
        text = re.sub(r"(?<!\w)[*_]+|[*_]+(?!\w)", "", text)
    return " ".join(text.split())


def _begins_entry(text: str) -> bool:
    """Whether a text begins as an entry does: a name with initials, a body with its title, not mid-sentence."""
    head = text[:200]
    if re.match(rf"^{_VANCOUVER_NAME}(?:[,.;:]|\s+and\b|\s+et al|$)", head) or re.match(
        rf"^{_HARVARD_NAME}", head
    ):
        return True
    if _IEEE.match(text):
        return True
    return bool(re.match(r"^[A-ZÀ-Þ][\w’'-]+(?:[ ,].*)?$", head, re.DOTALL)) and bool(
        _YEAR.search(text) or re.search(r"https?://", text)
    ) and len(text.split()) >= 6  # fmt: skip


def _complete(text: str) -> bool:
    """Whether an entry has come to its end: it has a year or an address, and closes."""
    return bool(_YEAR.search(text) or "http" in text) and bool(re.search(r"[.\])>\d]$", text.rstrip("* _")))


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
                last is not None
                and last.number is not None
                and number is None
                and not _YEAR.search(last.text)
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
    return bool(
        re.match(rf"^{_VANCOUVER_NAME}(?:,|\.|\s+and\b|\s+et al)", body)
        or re.match(rf"^{_HARVARD_NAME}", body)
    )


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
    """The fields of one entry's text; a field that cannot be read is absent.

    >>> entry = parse_entry(
    ...     "Roe JB, Poe M, Doe EJ, et al. A study of dosing. J Test. 2016;173(8):816-826.")
    >>> entry["authors"], entry["year"], entry["title"]
    (('Roe', 'Poe', 'Doe', 'et al.'), 2016, 'A study of dosing')
    >>> parse_entry("Anacker, C., and Hen, R. (2017). Adult neurogenesis. Nat. Rev. 18, 335.")["authors"]
    ('Anacker', 'Hen')
    """
    text = _clean(text)
    out: dict[str, Any] = {}
    doi = _DOI.search(text)
    if doi:
        out["doi"] = _close_brackets(doi[1]).lower()
    pmid = _PMID.search(text)
    if pmid:
        out["pmid"] = pmid[1]
    bare = re.sub(r"\b(?:doi|DOI)\s*:?.*$", "", text)
    semicolons = re.match(
        r"^((?:[\w’' -]{2,30},\s*[A-Z]{1,3}\.?;\s*|[\w’' -]{2,30},\s*[A-Z]{1,3}\.?,\s*(?=et al))+(?:et al|"
        r"[\w’' -]{2,30},\s*[A-Z]{1,3}))\.\s+",
        text,
    )
    if semicolons:
        text = (
            f"{', '.join(piece.replace(',', '') for piece in semicolons[1].replace('.', '').split(';'))}. "
            f"{text[semicolons.end() :]}"
        )
    dated = _DATED.match(text)
    if dated and _NAMES_ONLY.fullmatch(dated["authors"]):
        text = f"{dated['authors'].rstrip(' ,')} ({dated['year']}). {text[dated.end() :]}"
    numbered = _ELSEVIER.match(text)
    if numbered:
        names = re.split(r",\s*", numbered["authors"].strip(" ,"))
        out["authors"] = tuple(re.sub(r"^(?:[A-ZÀ-Þ]\.[ -]?)+", "", name) for name in names)
        out["year"], out["suffix"] = int(numbered["year"]), ""
        out["title"], out["journal"] = numbered["title"].strip(), numbered["journal"].strip(" .")
        return out
    ieee = _IEEE.match(text)
    if ieee:
        names = re.split(r",\s*(?:and\s+)?|\s+and\s+", re.sub(r",?\s*et al\.?$", "", ieee["authors"]))
        out["authors"] = tuple(
            re.sub(r"^(?:[A-ZÀ-Þ]\.[ -]?)+", "", name) for name in names if len(name) > 3
        ) + (("et al.",) if re.search(r"\bet al\b", ieee["authors"]) else ())
        dates = list(_YEAR.finditer(bare))
        if dates:
            out["year"], out["suffix"] = int(dates[-1][1]), dates[-1][2] or ""
        out["title"], journal = ieee["title"].strip(" ,."), ieee["rest"].split(",")[0].strip()
        if journal:
            out["journal"] = journal
        return out
    harvard = _HARVARD.match(text)
    vancouver = _VANCOUVER.match(text)
    if harvard and len(harvard["authors"]) < 1200 and (
        vancouver is None or harvard.end("authors") <= vancouver.end("authors") + 3
        or re.match(_HARVARD_NAME, text)
    ):  # fmt: skip
        out["authors"] = _surnames(harvard["authors"] + ".")
        out["year"], out["suffix"] = int(harvard["year"]), harvard["suffix"] or ""
        rest = harvard["rest"]
    else:
        if vancouver:
            out["authors"] = _surnames(vancouver["authors"])
            rest = vancouver["rest"]
        else:
            organisation = re.match(r"^([A-ZÀ-Þ][^.]{2,120}?)\.\s+(?=\S)", text)
            rest = (
                text[organisation.end() :]
                if organisation and _YEAR.search(text[organisation.end() :])
                else text
            )
            out["authors"] = (organisation[1],) if organisation and rest is not text else ()
        years = _publication_years(bare)
        if years:
            out["year"], out["suffix"] = years
    parts = _SPLIT_SENTENCE.split(rest, maxsplit=1)
    title = parts[0].strip(' ."“”')
    if title:
        out["title"] = title.rstrip(".")
    if len(parts) > 1:
        journal = re.match(r"[^\d;\[\]]{2,90}?(?=[.,]?\s*(?:\d|;|\[|\(|$))", parts[1])
        if journal and journal[0].strip(" .,"):
            out["journal"] = journal[0].strip(" .,")
    return out


def _close_brackets(doi: str) -> str:
    doi = doi.rstrip(".,;:")
    while doi.endswith((")", "]", "}")) and doi.count("(") < doi.count(")"):
        doi = doi[:-1].rstrip(".,;:")
    return doi


def _publication_years(text: str) -> tuple[int, str] | None:
    """The year of publication: that before the volume, in ``2016;173(8)``, or the last plausible one."""
    match = re.search(
        r"\b((?:1[6-9]|20)\d\d)([a-z])?(?:\s+[A-Z][a-z]{2,8}\.?(?:[-/ ]\w+)?(?:\s+\d{1,2})?)?\s*[;:,]\s*\d",
        text,
    )
    if match is None:
        candidates = list(_YEAR.finditer(text))
        candidates = [c for c in candidates if int(c[1]) <= 2100]
        if not candidates:
            return None
        match = candidates[-1]
    return int(match[1]), match[2] or ""


def _surnames(authors: str) -> tuple[str, ...]:
    """Surnames in order; a trailing ``et al.`` is kept as the last name."""
    others = bool(re.search(r"\bet\.? al\b", authors))
    authors = re.sub(r"[,;]?\s*\bet\.? al\.?.*$", "", authors)
    names: list[str] = []
    if re.match(_HARVARD_NAME, authors):
        pairs = re.finditer(
            r"([^\d,;&()]+?),\s*((?:[A-ZÀ-Þ]\w?\.[ -]?)+)(?:,?\s*(?:Jr|Sr|II|III)\.?)?(?:,|;|&|$|\s)*(?:and\s+)?",
            authors,
        )
        names.extend(re.sub(r"^(?:and|&)\s+", "", match[1].strip(" .,&")) for match in pairs)
    else:
        for piece in re.split(r"[,;]\s*(?:and\s+|&\s*)?|\s+(?:and|&)\s+", authors):
            name = re.sub(
                r"\s+(?:[A-ZÀ-Þ]\.?[ -]?){1,4}(?:\s?(?:Jr|Sr|II|III|2nd|3rd)\.?)?$", "", piece.strip(" .")
            )
            if name and not re.fullmatch(r"Jr|Sr|II|III", name):
                names.append(name)
    if others:
        names.append("et al.")
    return tuple(name for name in names if name)


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
