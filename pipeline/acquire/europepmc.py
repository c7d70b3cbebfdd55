"""Europe PMC's REST service (Rosonovski et al. 2024): searches page by page, and open full texts as JATS."""

from __future__ import annotations

import datetime
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.acquire.client import Client, NotFound
from pipeline.schema import GoldpanError

PAGE = 100
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_PMID = re.compile(r"(?:pmid:?\s*)?(\d{1,9})", re.IGNORECASE)
_PMCID = re.compile(r"(?:pmcid:?\s*)?(PMC\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """What Europe PMC knows of one paper; ``terms`` is its licence as stated."""

    id: str
    source: str
    ext_id: str
    pmid: str = ""
    pmcid: str = ""
    doi: str = ""
    title: str = ""
    authors: str = ""
    journal: str = ""
    year: str = ""
    citation: str = ""
    terms: str = "not stated"
    open: bool = False
    abstract: str = ""

    @property
    def names(self) -> set[str]:
        """Its identifiers, in lower case."""
        return {name.lower() for name in (self.id, self.doi, self.pmcid, self.pmid) if name}

    def to_json(self) -> dict[str, Any]:
        """Its fields, as the metadata file holds them."""
        return asdict(self)


def identifier_query(text: str) -> tuple[str, str]:
    """A DOI, PMID or PMCID in its bare form, and the query for it. Raises GoldpanError where it is none of them.

    >>> identifier_query("https://doi.org/10.5555/A.b"), identifier_query("pmc123"), identifier_query("PMID: 45")
    (('10.5555/a.b', 'DOI:"10.5555/a.b"'), ('PMC123', 'PMCID:PMC123'), ('45', 'EXT_ID:45 AND SRC:MED'))
    """
    bare = text.strip()
    if match := _DOI.fullmatch(bare):
        doi = match[1].replace('"', "").lower()
        return doi, f'DOI:"{doi}"'
    if match := _PMCID.fullmatch(bare):
        return match[1].upper(), f"PMCID:{match[1].upper()}"
    if match := _PMID.fullmatch(bare):
        return match[1], f"EXT_ID:{match[1]} AND SRC:MED"
    raise GoldpanError(f"{text}: no DOI, PMID or PMCID; give one, or search with --query")


def dated_query(query: str, since: str | None) -> str:
    """A query, limited to what was first published on or after a day. Raises GoldpanError for a date that is none.

    >>> dated_query("ketamine OR lithium", "2026-01-01")
    '(ketamine OR lithium) AND FIRST_PDATE:[2026-01-01 TO 3000-12-31]'
    """
    if not query.strip():
        raise GoldpanError("--query: empty; say what to look for")
    if since is None:
        return query.strip()
    try:
        day = datetime.date.fromisoformat(since)
    except ValueError:
        raise GoldpanError(f"--since {since}: no date; write it as 2026-01-31") from None
    return f"({query.strip()}) AND FIRST_PDATE:[{day.isoformat()} TO 3000-12-31]"


def search(client: Client, query: str, limit: int | None = None) -> Iterator[Record]:
    """The records of a query, page by page (``cursorMark``), each once. Raises GoldpanError as the client does."""
    cursor, seen, given = "*", {"*"}, 0
    known: set[str] = set()
    while limit is None or given < limit:
        size = PAGE if limit is None else min(PAGE, limit - given)
        page = json.loads(
            client.get(
                "search",
                {
                    "query": query,
                    "resultType": "core",
                    "format": "json",
                    "pageSize": str(size),
                    "cursorMark": cursor,
                },
                check=_wrong_page,
            )
        )
        rows = page["resultList"]["result"]
        for row in rows:
            record = read_record(row)
            if record is not None and record.id not in known and (limit is None or given < limit):
                known.add(record.id)
                given += 1
                yield record
        cursor = page.get("nextCursorMark") or ""
        if not rows or not cursor or cursor in seen:
            return
        seen.add(cursor)


def _wrong_page(body: bytes) -> str | None:
    """What is wrong with a page of search results; None where it can be used."""
    try:
        rows = json.loads(body)["resultList"]["result"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "answered with something that is no search result"
    return None if isinstance(rows, list) else "answered with something that is no search result"


def read_record(row: Any) -> Record | None:
    """A record of the ``core`` result type; None for a row without a usable identifier.

    >>> read_record({"id": "12", "source": "MED", "pmcid": "PMC7", "isOpenAccess": "Y", "license": "cc by"}).terms
    'CC BY'
    """
    if not isinstance(row, Mapping):
        return None

    def text(key: str, of: Mapping[str, Any] = row) -> str:
        value = of.get(key)
        return " ".join(html.unescape(re.sub(r"<[^<>]{1,80}>", " ", str(value))).split()) if value else ""

    source, ext_id, pmcid = text("source"), text("id"), text("pmcid").upper()
    pmcid = pmcid if re.fullmatch(r"PMC\d{1,9}", pmcid) else ""
    if not re.fullmatch(r"[A-Za-z]{2,5}", source) or not re.fullmatch(r"[A-Za-z0-9._-]{1,40}", ext_id):
        return None
    if ext_id.upper().startswith("PMC") and not pmcid and re.fullmatch(r"PMC\d{1,9}", ext_id.upper()):
        pmcid = ext_id.upper()
    info = _table(row.get("journalInfo"))
    journal = _table(info.get("journal"))
    name = text("title", journal) or text("journalTitle")
    year = text("pubYear")
    volume, issue = text("volume", info) or text("journalVolume"), text("issue", info) or text("issue")
    place = f"{volume}({issue})" if volume and issue else volume
    pages = text("pageInfo")
    where = f"{';' if place or pages else ''}{place}{':' if pages else ''}{pages}"
    citation = " ".join(part for part in (name, f"{year}{where}") if part)
    own = ext_id if ext_id.upper().startswith(source.upper()) else f"{source.upper()}{ext_id}"
    return Record(
        id=pmcid or own,
        source=source.upper(), ext_id=ext_id, pmid=text("pmid") or (ext_id if source.upper() == "MED" else ""),
        pmcid=pmcid, doi=text("doi"), title=text("title").rstrip("."), authors=text("authorString"),
        journal=name, year=year, citation=citation,
        terms=text("license").upper() or "not stated", open=text("isOpenAccess") == "Y",
        abstract=_paragraphs(row.get("abstractText")),
    )  # fmt: skip


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _paragraphs(markup: Any) -> str:
    """An abstract's text; its headings (``<h4>``) begin paragraphs."""
    if not markup:
        return ""
    text = re.sub(r"\s*<h\d>\s*(.*?)\s*</h\d>\s*", r"\n\n\1: ", str(markup), flags=re.DOTALL)
    text = re.sub(r"<su([bp])>(.{0,60}?)</su\1>", r"\2", text)
    text = html.unescape(re.sub(r"</?[A-Za-z][^<>]{0,80}>", " ", text))
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


def full_text(client: Client, record: Record) -> bytes:
    """The JATS of an open paper. Raises NotFound where the service has none, GoldpanError as the client does."""
    paths = [f"{record.pmcid}/fullTextXML"] if record.pmcid else []
    paths.append(f"{record.source}/{record.ext_id}/fullTextXML")
    for path in paths[:-1]:
        try:
            return client.get(path, check=_wrong_article)
        except NotFound:
            continue  # older services want source and identifier
    return client.get(paths[-1], check=_wrong_article)


def _wrong_article(body: bytes) -> str | None:
    """What is wrong with a full text; None where it can be read."""
    from pipeline.reading.jats import build

    try:
        build(body, "answer", "what came")
    except GoldpanError as error:
        return f"answered with no full text ({error})"
    return None
