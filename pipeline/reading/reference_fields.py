"""The fields of one reference: authors, year, title, journal, DOI and PMID, in the styles that journals print.

Vancouver and AMA (``Roe AB, Poe C. Title. J Test. 2003;289:1``), APA and Harvard with the year in brackets, between
commas or stops, Frontiers, Nature (year at the end), IEEE (initials first, title in quotation marks), Chicago and ACS.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from pipeline.reading.reference_names import head_of

_DOI = re.compile(r"\b(10\.\d{4,9}/[^\s\"<>\]]+)", re.IGNORECASE)
_PMID = re.compile(r"(?:PubMed(?: PMID)?|PMID)\s*:?\s*\[?\s*(\d{5,9})", re.IGNORECASE)
YEAR = re.compile(r"\bc?((?:1[6-9]|20)\d\d)([a-z])?\b")
#: The year right behind the authors: "(2014).", "2020.", "(2021, March 4).", "(in press)."
_LEADING_YEAR = re.compile(
    r"^(?:\(\s*(?P<bracket>(?:1[6-9]|20)\d\d)(?P<letter>[a-z])?(?:\s*[,/;][^)]*)?\)|"
    r"(?P<bare>(?:1[6-9]|20)\d\d)(?P<letter2>[a-z])?(?=[.,:]\s)|\((?P<none>in press|n\.d\.|forthcoming|submitted)\))"
    r"[.,:]?\s*",
    re.IGNORECASE,
)
#: A stop and what may begin a sentence or a journal's name ("bioRxiv").
_SENTENCE = re.compile(
    r"(?<!\bvs)(?<!\bSt)(?<!\bNo)(?<!\bDr)(?<!\bsp)(?<!\bcf)[.?!](?:[*_”\"])*\s+"
    r"(?=[*_“\"\[(]*(?:[A-Z0-9À-Þ]|[a-z]{1,5}[A-Z]|npj\b))"
)
#: What may stand behind a title: an edition, a medium, a report's number.
_BEHIND = re.compile(
    r"\s*(?:\[[^\]]{3,30}\]|\((?:[^()]*\b(?:edn?|ed|eds|Nos?|Report|Rev|Vol|Version)\b\.?[^()]*)\))\s*$",
    re.IGNORECASE,
)
#: Behind the year of publication: a month or a day perhaps, and a volume.
_VOLUME = re.compile(r"(?:\s+[A-Z][a-z]{2,8}\.?(?:[-/ ]\w+)?(?:\s+\d{1,2})?)?\s*[;:,]\s*\d")
#: When a page was looked at is no year of publication, if there is another.
_VISITED = re.compile(
    r"\[[^\[\]]{0,80}\b(?:cited|accessed)\b[^\[\]]{0,80}\]|\b(?:accessed|retrieved) .*$", re.IGNORECASE
)
#: Nature's books: "The Book (Oxford Univ. Press, 1998)."
_PUBLISHED = re.compile(r"\s\((?:[^()]*,\s)?(?:1[6-9]|20)\d\d\)")
#: Behind initials and surnames, without quotation marks: "Title, J. Test 3 (2008) 12–18." (Elsevier's numbered style)
_NUMBERED = re.compile(
    r"(?P<title>.{14,400}),\s+(?P<journal>[A-ZÀ-Þ][^,()\d]{1,80}?)\s+\d+(?:\s*\(\d+\))?\s+\((?:1[89]|20)\d\d\)"
)
#: What begins no journal and no sentence of a title.
_OTHER = re.compile(
    r"\d|\[|[Ii]n:?\s+(?:[A-Z]|Proc)|Available|Retrieved|Published|Accessed|https?:|doi|PhD|NCT\d"
)
_LOWER = frozenset("of the and in for on de la le des et y und der & to".split())  # noqa: SIM905


def parse_entry(text: str) -> dict[str, Any]:
    """The fields of one entry's text, white space and markup cleaned; a field that cannot be read is absent.

    >>> entry = parse_entry(
    ...     "Roe JB, Poe M, Doe EJ, et al. A study of dosing. J Test. 2016;173(8):816-826.")
    >>> entry["authors"], entry["year"], entry["title"], entry["journal"]
    (('Roe', 'Poe', 'Doe', 'et al.'), 2016, 'A study of dosing', 'J Test')
    >>> entry = parse_entry("Adler, B. C. & Dunn, E. A receptor for sleep. Nat. Invent. 12, 345–350 (2015).")
    >>> entry["authors"], entry["year"], entry["title"]
    (('Adler', 'Dunn'), 2015, 'A receptor for sleep')
    """
    out: dict[str, Any] = {}
    doi = _DOI.search(text)
    if doi:
        out["doi"] = _close_brackets(doi[1]).lower()
    pmid = _PMID.search(text)
    if pmid:
        out["pmid"] = pmid[1]
    head = head_of(_one_separator(text))
    out["authors"] = head.authors
    rest = head.rest
    year = _LEADING_YEAR.match(rest)
    if year:
        rest = rest[year.end() :]
        if not year["none"]:
            out["year"] = int(year["bracket"] or year["bare"])
            out["suffix"] = year["letter"] or year["letter2"] or ""
    else:
        bare = re.sub(r"\b(?:doi|DOI)\s*:?.*$|https?://\S+", "", text)
        years = _publication_years(_VISITED.sub("", bare)) or _publication_years(bare)
        if years:
            out["year"], out["suffix"] = years
    title, behind = _title(rest, head.quoted)
    if title:
        out["title"] = title
    journal = _journal(behind)
    if journal:
        out["journal"] = journal
    return out


def _one_separator(text: str) -> str:
    """``Roe, A; Poe, B. Title`` as ``Roe A, Poe B. Title``."""
    match = re.match(
        r"^((?:[\w’' -]{2,30},\s*[A-Z]{1,3}\.?;\s*|[\w’' -]{2,30},\s*[A-Z]{1,3}\.?,\s*(?=et al))+(?:et al|"
        r"[\w’' -]{2,30},\s*[A-Z]{1,3}))\.\s+(?![A-Z]\.)",
        text,
    )
    if not match:
        return text
    names = ", ".join(piece.replace(",", "") for piece in match[1].replace(".", "").split(";"))
    return f"{names}. {text[match.end() :]}"


def _title(rest: str, comma: bool) -> tuple[str, str]:
    """The title at the head of the rest of an entry, and what stands behind it; ``comma``: a comma may end it."""
    quoted = re.match(
        r"^(?:“(?P<a>[^”]+)”|\"(?P<b>[^\"]+)\"|[‘'](?P<c>.+?)['’](?=[,.;]|\s*\(|\s*$))[.,]?\s*", rest
    )
    if quoted:
        return (quoted["a"] or quoted["b"] or quoted["c"]).strip(" .,"), rest[quoted.end() :]
    inside = re.match(r"^[Ii]n:?\s+(?=[A-Z])", rest)
    if inside:
        return "", rest[inside.end() :]  # a chapter without a title of its own
    numbered = _NUMBERED.match(rest) if comma else None
    if numbered:
        return numbered["title"].strip(), rest[numbered.start("journal") :]
    cut = _end_of_title(rest)
    title, behind = rest[: cut[0]], rest[cut[1] :]
    for pattern in (
        r"[.,]?\s+(?:https?://|www\.|doi:)",
        r";\s[^;:]{3,60}:\s[^;:]{2,40},\s*(?:1[6-9]|20)\d\d",
    ):
        early = re.search(pattern, title)
        if early:
            title, behind = title[: early.start()], title[early.start() + 1 :] + behind
    published = _PUBLISHED.search(title) or re.search(r"\s\([^()]*$", title)
    if published and published.start() > 3 and _PUBLISHED.search(rest[published.start() :]):
        title = title[: published.start()]
    while (shorter := _BEHIND.sub("", title.rstrip(" ."))) != title.rstrip(" ."):
        title = shorter
    return title.strip(' ."“”*_').rstrip("."), behind


def _end_of_title(rest: str) -> tuple[int, int]:
    """Where the title ends and what follows begins: at the first end of a sentence before a journal's name.

    Where none of the first three stands before one, at the first; a stop behind a single capital is no end then.
    """
    ends = [(m.start() + (rest[m.start()] in "?!"), m.end()) for m in islice(_SENTENCE.finditer(rest), 4)]
    if ends and _OTHER.match(rest[ends[0][1] :]):
        return ends[0]
    for end in ends[:3]:
        if _is_journal(rest[end[1] :]):
            return end
    certain = [end for end in ends if not re.search(r"(?:^|[\s(])[A-ZÀ-Þ]$", rest[: end[0]])]
    return next(iter(certain), (len(rest), len(rest)))


def _is_journal(text: str) -> bool:
    """Whether a text goes on with a journal's name: capitalised words up to a number."""
    match = re.match(r"^(?P<name>[^\d;:()\[\]]{2,80}?)[.,]?\s*(?:[\d;:(\[]|\bvol\b|$)", text)
    if match is None:
        return False
    words = re.findall(r"[\w&]+", match["name"])
    if not words or words[0] in ("DOI", "PMID", "PubMed"):
        return False
    return len(words) <= 10 and all(word in _LOWER or word.lower() != word for word in words)


def _journal(behind: str) -> str | None:
    match = re.match(r"(?:in\s+)?([^\d;\[\]]{2,90}?)(?=[.,]?\s*(?:\d|;|\[|\(|\bvol\b|\bpp?\b|$))", behind)
    return match[1].strip(" .,*_") or None if match else None


def _close_brackets(doi: str) -> str:
    doi = doi.rstrip(".,;:")
    while doi.endswith((")", "]", "}")) and doi.count("(") < doi.count(")"):
        doi = doi[:-1].rstrip(".,;:")
    return doi


def _publication_years(text: str) -> tuple[int, str] | None:
    """The year of publication: that before the volume, in ``2016;173(8)``, or the last plausible one; no page number.

    >>> _publication_years("vol. 309, pp. 2010–2013, 2005.")
    (2005, '')
    """
    years = [m for m in YEAR.finditer(text) if int(m[1]) <= 2100 and not _is_page(text, m)]
    last = re.search(r"\(((?:1[6-9]|20)\d\d)([a-z])?\)\.?\s*$", text)
    if last:
        return int(last[1]), last[2] or ""
    before_volume = [m for m in years if _VOLUME.match(text, m.end())]
    match = before_volume[0] if before_volume else years[-1] if years else None
    return (int(match[1]), match[2] or "") if match else None


def _is_page(text: str, year: re.Match[str]) -> bool:
    behind = re.match(r"\s?[–-]\s?\d", text[year.end() :])
    return bool(behind or re.search(r"(?:\d\s?[–-]\s?|\b(?:pp?|vol)\.?\s?)$", text[: year.start()]))
