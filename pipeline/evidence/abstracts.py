"""Reviews against their sources: what a review says of a study, and what the study's own abstract says.

Abstracts are the JSON files that ``goldpan acquire --cited`` leaves in a folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from spacy.tokens import Doc

from pipeline.evidence.comparisons import compare
from pipeline.evidence.concord import merged, ordered, sides_of
from pipeline.evidence.identity import same_work
from pipeline.evidence.studies import study_of
from pipeline.language.common import document_of
from pipeline.reading.text import build
from pipeline.schema import Document, GoldpanError, Reference

#: An abstract's fields that matter here: title, abstract, doi, pmid, year, authors.
Abstract = Mapping[str, Any]


def read_folder(folder: Path) -> list[Abstract]:
    """The abstracts in a folder, each paper once, in the order of their files' names.

    Raises GoldpanError where there is no such folder, or a file in it is no JSON.
    """
    if not folder.is_dir():
        raise GoldpanError(f"{folder}: no such folder; make it with `goldpan acquire --cited`")
    out: list[Abstract] = []
    seen: set[tuple[str, str]] = set()
    for path in sorted(folder.glob("*.json")):
        try:
            row = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise GoldpanError(
                f"{path}: cannot be read as JSON ({error}); remove it or fetch it again"
            ) from error
        if not isinstance(row, dict) or not row.get("abstract"):
            continue
        paper = (str(row.get("doi") or "").lower(), str(row.get("pmid") or ""))
        if paper not in seen or not any(paper):
            seen.add(paper)
            out.append(row)
    return out


def document_for(abstract: Abstract) -> Document:
    """An abstract as a document: its title, an empty line, its text. Its id is the PMID, else the DOI.

    >>> document_for({"title": "A trial", "abstract": "Ten patients took lithium.", "pmid": "7"}).id
    'pmid7'
    """
    name = (
        f"pmid{abstract['pmid']}"
        if abstract.get("pmid")
        else str(abstract.get("doi") or abstract.get("id") or "abstract")
    )
    return build(f"{abstract.get('title') or 'Untitled'}\n\n{abstract['abstract']}", name)


def record_of(doc: Doc, abstract: Abstract) -> dict[str, Any] | None:
    """What an abstract says of its study, as `Study.to_json` gives it; None where it tells of none.

    ``doc`` is the processed document of `document_for`.
    """
    document = document_of(doc)
    assert document is not None
    authors = abstract.get("authors") or ""
    names = (
        authors
        if isinstance(authors, list)
        else [part.split(" ")[0] for part in str(authors).split(", ") if part]
    )
    year = str(abstract.get("year") or "")
    study = study_of(
        doc,
        Reference(
            key=document.id, text=document.source, source_start=0, source_end=len(abstract.get("title") or ""),
            authors=tuple(names), year=int(year) if year.isdigit() else None, title=abstract.get("title") or None,
            doi=abstract.get("doi") or None, pmid=str(abstract.get("pmid") or "") or None,
        ),
    )  # fmt: skip
    return study.to_json() if study is not None else None


def against_abstracts(
    studies: Sequence[Mapping[str, Any]], abstracts: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Compare reviews' study records with the records of the abstracts of the same works (`record_of`).

    Rows and verdicts are those of `pipeline.evidence.concord.concord`; ``a`` is the review, ``b`` the abstract.
    """
    own = list(abstracts)
    by_identifier: dict[str, list[Mapping[str, Any]]] = {}
    for record in own:
        for name in ("doi", "pmid"):
            value = record["sources"]["reference"].get(name)
            if value:
                by_identifier.setdefault(f"{name}:{value}".lower(), []).append(record)
    out: list[dict[str, Any]] = []
    for study in studies:
        reference = study["sources"].get("reference") or {}
        keys = [f"{name}:{reference[name]}".lower() for name in ("doi", "pmid") if reference.get(name)]
        known = [record for key in keys for record in by_identifier.get(key, ())]
        source = next((r for r in known or own if same_work(reference, r["sources"]["reference"])), None)
        if source is None:
            continue
        rows = [
            row | {"_pair": (a.key, b.key)}
            for a, b in product(sides_of(study), sides_of(source))
            for row in compare(a, b)
        ]
        out.extend({"study": study["study"], **row} for row in merged(rows))
    return ordered(out)
