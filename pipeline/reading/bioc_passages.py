"""The passages of a BioC file, XML or JSON, and the reference list that some of them make."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.reading.references import parse_entry
from pipeline.schema import Reference, SectionKind

#: PubMed Central's section types; those not named are body.
_SECTIONS: dict[str, SectionKind] = {
    "TITLE": "title", "ABSTRACT": "abstract", "FIG": "caption", "TABLE": "table", "REF": "references",
    "ACK_FUND": "acknowledgements", "AUTH_CONT": "author_notes", "COMP_INT": "author_notes", "ABBR": "author_notes",
    "SUPPL": "author_notes", "KEYWORD": "keywords", "REVIEW_INFO": "author_notes", "DATA": "author_notes",
}  # fmt: skip


@dataclass(slots=True)
class Passage:
    """A passage: its text, where it stands in the BioC document, and what its infons say."""

    text: str
    offset: int
    infons: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> SectionKind | None:
        """What the passage is for; None where its infons do not say."""
        section = self.infons.get("section_type", "").upper()
        type_ = self.infons.get("type", "").lower()
        if type_ in ("ref", "reference") or section == "REF":
            return "references"
        if type_ == "table_footnote":
            return "footnote"
        if "caption" in type_ or section == "FIG":
            return "caption"
        if section in _SECTIONS and not (section == "TABLE" and type_ not in ("table", "")):
            return _SECTIONS[section]
        if type_ in ("front", "title") or section == "TITLE":
            return "title"
        if type_.startswith("abstract"):
            return "abstract"
        if type_ in ("table", "footnote"):
            return "table" if type_ == "table" else "footnote"
        return "body" if section or type_ else None

    @property
    def heading(self) -> bool:
        """Whether it is the heading of a section: ``title_1``, ``abstract_title_1``."""
        return re.search(r"title(?:_\d+)?$", self.infons.get("type", "").lower()) is not None


def from_json(raw: bytes) -> list[list[Passage]]:
    """The passages of each document of a JSON file. Raises ValueError, TypeError or KeyError where it is not BioC."""
    data = json.loads(raw.decode("utf-8-sig"))
    collections = data if isinstance(data, list) else [data]
    documents = [document for collection in collections for document in collection["documents"]]
    return [[_passage(p) for p in document["passages"]] for document in documents]


def _passage(row: Mapping[str, Any]) -> Passage:
    infons = {str(key): str(value) for key, value in (row.get("infons") or {}).items()}
    text, offset = row.get("text") or "", int(row.get("offset") or 0)
    if not text:
        text = _joined(
            [(int(s.get("offset") or 0), s.get("text") or "") for s in row.get("sentences") or ()], offset
        )
    if not isinstance(text, str):
        raise TypeError("the text of a passage is no string")
    return Passage(text, offset, infons)


def from_xml(root: Any) -> list[list[Passage]]:
    """The passages of each document of a ``collection`` element. Raises ValueError where it is not BioC."""
    documents = []
    for document in root.iter("document"):
        passages = []
        for node in document.iterchildren("passage"):
            infons = {i.get("key", ""): i.text or "" for i in node.iterchildren("infon")}
            offset = int((node.findtext("offset") or "0").strip() or 0)
            text = node.findtext("text") or ""
            if "text-json" in infons:  # as goldpan writes a text that XML cannot hold
                text = str(json.loads(infons.pop("text-json")))
            if not text:
                sentences = node.iterchildren("sentence")
                text = _joined(
                    [(int(s.findtext("offset") or 0), s.findtext("text") or "") for s in sentences], offset
                )
            passages.append(Passage(text, offset, infons))
        documents.append(passages)
    return documents


def _joined(sentences: Sequence[tuple[int, str]], offset: int) -> str:
    """A passage's text from its sentences, each at its place; a gap is blanks (at most a line of them)."""
    out = ""
    for at, text in sentences:
        gap = at - offset - len(out)
        out += " " * (gap if 0 <= gap <= 80 else 1 if out else 0) + text
    return out


def read_references(passages: Sequence[Passage]) -> list[Reference]:
    """The entries of the reference list, from their infons where these name their parts, else from their words."""
    out: list[Reference] = []
    for passage in passages:
        if passage.kind != "references" or passage.heading:
            continue
        infons = passage.infons
        names = [infons[key] for key in sorted(infons, key=_natural) if re.fullmatch(r"name_\d+", key)]
        authors = tuple(m[1].strip() for name in names if (m := re.search(r"surname:([^;]+)", name)))
        fields = parse_entry(" ".join(passage.text.split())) if not (authors and infons.get("year")) else {}
        year = re.match(r"((?:1[6-9]|20)\d\d)([a-z]?)", infons.get("year", ""))
        title = " ".join(passage.text.split()).rstrip(".") if authors else fields.get("title")
        text = " ".join(passage.text.split())
        if authors:
            parts = (", ".join(authors), title, infons.get("source"), infons.get("year"))
            text = ". ".join(part for part in parts if part) + "."
        out.append(
            Reference(
                key=str(len(out) + 1),
                text=text,
                source_start=0,
                source_end=0,
                authors=authors or fields.get("authors", ()),
                year=int(year[1]) if year else fields.get("year"),
                title=title,
                journal=infons.get("source") or fields.get("journal"),
                doi=infons.get("pub-id_doi") or fields.get("doi"),
                pmid=infons.get("pub-id_pmid") or fields.get("pmid"),
                suffix=year[2] if year else str(fields.get("suffix", "")),
            )
        )
    return out


def _natural(key: str) -> tuple[int, str]:
    digits = re.search(r"\d+$", key)
    return (int(digits[0]) if digits else 0, key)
