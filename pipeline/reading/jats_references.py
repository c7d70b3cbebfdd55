"""The reference list of JATS: ``ref`` elements → references, and the keys that their identifiers stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.reading.citations import expand_numbers
from pipeline.reading.references import author_year_key, parse_entry
from pipeline.reading.tree_text import local_name
from pipeline.reading.xrefs import is_number
from pipeline.schema import Reference

_CITATIONS = ("mixed-citation", "element-citation", "nlm-citation", "citation", "citation-alternatives")
_YEAR = re.compile(r"\b((?:1[6-9]|20)\d\d)([a-z])?\b")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>\]]+")


@dataclass(slots=True)
class References:
    """The entries in order, the key of each ``ref`` identifier, and how to fill a range of two keys."""

    entries: list[Reference] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    named: bool = False
    #: key → place in the list
    order: dict[str, int] = field(default_factory=dict)

    def between(self, first: str, last: str) -> tuple[str, ...]:
        """The keys of the entries between two of them, both left out; nothing where they do not follow."""
        if first not in self.order or last not in self.order:
            return ()
        return tuple(entry.key for entry in self.entries[self.order[first] + 1 : self.order[last]])

    def resolve(self, identifiers: str, text: str) -> tuple[str, ...]:
        """The keys of a link: by its identifiers, and for ``3-5`` in one link by its numbers."""
        by_id = tuple(self.keys[name] for name in identifiers.split() if name in self.keys)
        numbers = () if self.named else expand_numbers(text.strip("[]() "), len(self.entries) or None) or ()
        more = [key for key in numbers if key in self.order] if len(numbers) > len(by_id) else []
        return tuple(dict.fromkeys([*by_id, *more])) or tuple(numbers)


def read_references(root: Any) -> References:
    """All ``ref`` elements of an article, keyed as its citations are printed: by number, or by author and year.

    >>> from lxml import etree
    >>> found = read_references(etree.fromstring(
    ...     "<article><p><xref ref-type='bibr' rid='r1'>Roe 2001</xref></p><ref-list><ref id='r1'><citation><name>"
    ...     "<surname>Roe</surname><given-names>A</given-names></name><year>2001</year><article-title>On tests"
    ...     "</article-title><pub-id pub-id-type='pmid'>123456</pub-id></citation></ref></ref-list></article>"))
    >>> found.keys, found.entries[0].pmid, found.entries[0].text
    ({'r1': 'Roe, 2001'}, '123456', 'Roe A. On tests. 2001.')
    """
    links = [
        (link.get("rid") or "", _text(link)) for link in _iter(root, "xref") if link.get("ref-type") == "bibr"
    ]
    numeric = sum(is_number(text) for _, text in links)
    out = References(named=bool(links) and numeric * 2 < len(links))
    letters = _letters(links) if out.named else {}
    for number, ref in enumerate(_iter(root, "ref"), 1):
        fields = _fields(ref)
        suffix = fields["suffix"] or letters.get(ref.get("id") or "", "")
        key: str | None = None
        if out.named:
            key = author_year_key(fields["authors"], fields["year"], suffix)
        else:
            label = next((_text(child) for child in ref if local_name(child.tag) == "label"), "")
            digits = re.fullmatch(r"\D{0,3}(\d{1,4})\D{0,2}", label)
            key = digits[1] if digits else None
        key = key if key and key not in out.order else str(number)
        out.order[key] = len(out.entries)
        out.entries.append(
            Reference(
                key=key,
                text=fields["text"],
                source_start=0,
                source_end=0,
                authors=fields["authors"],
                year=fields["year"],
                title=fields["title"],
                journal=fields["journal"],
                doi=fields["doi"],
                pmid=fields["pmid"],
                suffix=suffix,
            )
        )
        for element in ref.iter():
            if element.get("id"):
                out.keys[element.get("id")] = key
    return out


def _letters(links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The letter that citations give a reference (``Roe 2001b``), where the list does not print it."""
    out: dict[str, str] = {}
    for rid, text in links:
        match = _YEAR.search(text)
        if match and match[2]:
            out.setdefault(rid, match[2])
    return out


def _iter(root: Any, name: str) -> Iterator[Any]:
    return (node for node in root.iter() if local_name(node.tag) == name)


def _text(node: Any) -> str:
    return " ".join("".join(node.itertext()).split())


def _fields(ref: Any) -> dict[str, Any]:
    """Author, year, title and so on of one ``ref``; what is not tagged is read from its words."""
    cited = next((node for node in ref.iter() if local_name(node.tag) in _CITATIONS), ref)
    found: dict[str, list[Any]] = {}
    for node in cited.iter():
        found.setdefault(local_name(node.tag), []).append(node)

    def first(*names: str) -> str | None:
        return next((_text(node) for name in names for node in found.get(name, ()) if _text(node)), None)

    people = list(_people(cited))
    title, source = first("article-title", "chapter-title", "part-title", "data-title"), first("source")
    year = _YEAR.search(first("year") or "")
    words = _text(cited)
    ids = {
        node.get("pub-id-type"): _text(node) for node in found.get("pub-id", ()) if node.get("pub-id-type")
    }
    out: dict[str, Any] = {
        "authors": tuple(name for name, _ in people), "year": int(year[1]) if year else None,
        "suffix": (year[2] or "") if year else "", "title": (title or source or "").rstrip(" .") or None,
        "journal": source if title else None, "doi": _doi(ids.get("doi"), cited, words), "pmid": ids.get("pmid"),
        "text": words,
    }  # fmt: skip
    if found.get("etal") and people:
        out["authors"] += ("et al.",)
    if not (people and year and out["title"]):
        for key, value in parse_entry(words).items():
            out[key] = out.get(key) or value
    if (title or source) and people:
        out["text"] = _printed(
            out, people, first("volume"), first("fpage", "elocation-id"), first("lpage"), source
        )
    return out


def _people(cited: Any) -> Iterator[tuple[str, str]]:
    """Surname and initials of the authors (not the editors), in order; a group is its name."""
    groups = {
        node: node.get("person-group-type", "author") for node in cited.iter() if local_name(node.tag) == "person-group"
    }  # fmt: skip
    authored = "author" in groups.values()
    for node in cited.iter():
        name = local_name(node.tag)
        if name not in ("name", "string-name", "collab"):
            continue
        group = next((groups[up] for up in node.iterancestors() if up in groups), None)
        if group not in (None, "author") and authored:
            continue
        if name == "collab":
            yield _text(node), ""
            continue
        parts = {local_name(child.tag): _text(child) for child in node}
        surname = parts.get("surname") or _text(node)
        if surname:
            yield surname, parts.get("given-names", "")


def _doi(tagged: str | None, cited: Any, words: str) -> str | None:
    """The DOI as tagged, as linked, or as printed."""
    links = (value for node in cited.iter() for key, value in node.attrib.items() if key.endswith("href"))
    for text in (tagged or "", *links, words):
        match = _DOI.search(text)
        if match:
            return match[0].rstrip(".,;:")
    return None


def _printed(
    fields: dict[str, Any], people: list[tuple[str, str]], volume: str | None, first: str | None, last: str | None,
    source: str | None,
) -> str:  # fmt: skip
    """An entry as a list prints it: many files have its parts without a stop or blank between them."""
    names = ", ".join(f"{name} {_initials(given)}".strip() for name, given in people)
    if "et al." in fields["authors"]:
        names += ", et al"
    pages = "–".join(page for page in (first, last) if page)
    where = f"{fields['year'] or ''}{fields['suffix']}{f';{volume}' if volume else ''}{f':{pages}' if pages else ''}"
    parts = [names, fields["title"], source if source != fields["title"] else None, where]
    return ". ".join(part.rstrip(".") for part in parts if part) + "."


def _initials(given: str) -> str:
    """``Ann Bea`` or ``A. B.`` as ``AB``; what is initials already stays."""
    return given if given.isupper() and given.isalpha() else "".join(word[0] for word in given.split())
