"""BioC JSON (Comeau et al. 2013, 2019): a document, one passage of its whole text, annotations with infons.

BioC leaves the unit of offsets open (its DTD suggests bytes, its tools count characters); here they are code points,
and the collection's infon ``offsets`` says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.reconcile.exchange import extras, restore
from pipeline.reconcile.gold import Sources, write_atomic
from pipeline.schema import Mention

INFONS = {"offsets": "Unicode code points, end = offset + length", "labels": "goldpan annotation guidelines"}


def infons(mention: Mention) -> dict[str, str]:
    """An annotation's infons: the label as ``type``, the rest as strings; ``value``, ``context``, ``place`` as JSON.

    >>> infons(Mention("d", "DRUG", 0, 4, "abcd", {"name": "x"}, why="drugs:x"))
    {'type': 'DRUG', 'value': '{"name": "x"}', 'why': 'drugs:x'}
    """
    parts = extras(mention)
    return {"type": mention.label} | {
        key: item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
        for key, item in parts.items()
    }


def parts_of(table: Mapping[str, str]) -> dict[str, Any]:
    """What ``infons`` wrote, as ``restore`` takes it; an infon of another tool is left alone."""
    return {
        key: json.loads(table[key]) if key in ("value", "context", "place") else table[key]
        for key in ("value", "why", "section", "context", "place")
        if table.get(key)
    }


def write(path: Path, documents: Mapping[str, Sequence[Mention]], sources: Sources) -> None:
    """Write one file; a document whose text is not at hand has an empty passage."""
    collection = {
        "source": "goldpan", "date": "", "key": "", "version": "1.0", "infons": INFONS,
        "documents": [
            {
                "id": doc, "infons": {},
                "passages": [{
                    "offset": 0, "infons": {}, "text": source.text if (source := sources(doc)) else "", "sentences": [],
                    "annotations": [
                        {"id": f"T{number}", "infons": infons(m), "text": m.text,
                         "locations": [{"offset": m.start, "length": m.end - m.start}]}
                        for number, m in enumerate(rows, 1)
                    ],
                    "relations": [],
                }],
                "annotations": [], "relations": [],
            }
            for doc, rows in documents.items()
        ],
    }  # fmt: skip
    write_atomic(path, (json.dumps(collection, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))


def read(path: Path) -> list[Mention]:
    """Read one file. An annotation with several locations spans them all."""
    out: list[Mention] = []
    for document in json.loads(path.read_text(encoding="utf-8"))["documents"]:
        for passage in document["passages"]:
            for annotation in passage["annotations"]:
                places = annotation["locations"]
                start = min(place["offset"] for place in places)
                end = max(place["offset"] + place["length"] for place in places)
                table = annotation["infons"]
                out.append(
                    restore(document["id"], table["type"], start, end, annotation["text"], parts_of(table))
                )
    return out
