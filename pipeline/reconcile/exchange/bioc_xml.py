"""BioC XML (Comeau et al. 2013). As bioc_json; XML cannot hold every character, so those it cannot are kept aside.

A text with a control character (a form feed of a PDF, say) has U+FFFD in its place, which keeps the offsets, and the
whole text as JSON in an infon ``text-json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.reconcile.exchange import restore
from pipeline.reconcile.exchange.bioc_json import INFONS, infons, parts_of
from pipeline.reconcile.gold import Sources, write_atomic
from pipeline.schema import Mention

#: what XML 1.0 does not allow (§2.2)
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _put(parent: Any, tag: str, text: str = "", **attributes: str) -> Any:
    from lxml import etree

    element = etree.SubElement(parent, tag, **attributes)
    element.text = _ILLEGAL.sub("\ufffd", text)
    return element


def _infons(parent: Any, table: Mapping[str, str]) -> None:
    """Infons; one that XML cannot hold goes as JSON (whose escapes are ASCII) under its key with ``-json``."""
    for key, item in table.items():
        if _ILLEGAL.search(item):
            _put(parent, "infon", json.dumps(item), key=f"{key}-json")
        else:
            _put(parent, "infon", item, key=key)


def _aside(text: str) -> dict[str, str]:
    """The infon that keeps a text which the ``text`` element cannot hold."""
    return {"text": text} if _ILLEGAL.search(text) else {}


def write(path: Path, documents: Mapping[str, Sequence[Mention]], sources: Sources) -> None:
    """Write one file, elements in the order of BioC's DTD."""
    from lxml import etree

    root = etree.Element("collection")
    for tag, text in (("source", "goldpan"), ("date", ""), ("key", "")):
        _put(root, tag, text)
    _infons(root, INFONS)
    for doc, rows in documents.items():
        document = etree.SubElement(root, "document")
        _put(document, "id", doc)
        passage = etree.SubElement(document, "passage")
        source = sources(doc)
        _infons(passage, _aside(source.text) if source else {})
        _put(passage, "offset", "0")
        if source:
            _put(passage, "text", source.text)
        for number, m in enumerate(rows, 1):
            annotation = etree.SubElement(passage, "annotation", id=f"T{number}")
            _infons(annotation, infons(m) | _aside(m.text))
            etree.SubElement(annotation, "location", offset=str(m.start), length=str(m.end - m.start))
            _put(annotation, "text", m.text)
    data = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True,
        doctype='<!DOCTYPE collection SYSTEM "BioC.dtd">',
    )  # fmt: skip
    write_atomic(path, data)


def _table(element: Any) -> dict[str, str]:
    """The infons of an element, as they were given."""
    out: dict[str, str] = {}
    for infon in element.iterfind("infon"):
        key, item = infon.get("key"), infon.text or ""
        out.update({key.removesuffix("-json"): json.loads(item)} if key.endswith("-json") else {key: item})
    return out


def read(path: Path) -> list[Mention]:
    """Read one file; no entity is resolved and no DTD fetched."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(path.read_bytes(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error)) from error
    out: list[Mention] = []
    for document in root.iterfind("document"):
        doc = document.findtext("id") or ""
        for annotation in document.iterfind("passage/annotation"):
            table = _table(annotation)
            places = [(int(p.get("offset")), int(p.get("length"))) for p in annotation.iterfind("location")]
            start, end = min(at for at, _ in places), max(at + length for at, length in places)
            text = table.get("text", annotation.findtext("text") or "")
            out.append(restore(doc, table["type"], start, end, text, parts_of(table)))
    return out
