"""What kind of source a file is, told by its content, and the reader for it."""

from __future__ import annotations

import codecs
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.schema import Document, GoldpanError

if TYPE_CHECKING:
    from pipeline.settings import Settings

#: Read at most this much of a text file, unless the settings say otherwise.
MAX_BYTES = 20_000_000
_BINARY = {b"PK\x03\x04": "a zip archive (or an Office file)", b"\x1f\x8b": "a gzip archive", b"\x89PNG": "a picture",
           b"\xff\xd8\xff": "a picture", b"GIF8": "a picture", b"\xd0\xcf\x11\xe0": "an old Office file",
           b"7z\xbc\xaf": "a 7z archive", b"\x7fELF": "a program", b"BZh": "a bzip2 archive"}  # fmt: skip
_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def kind_of(head: bytes) -> str:
    """The kind of a source by its first bytes: ``pdf``, ``jats``, ``bioc-xml``, ``bioc-json``, ``html``, ``text``.

    >>> kind_of(b"%PDF-1.7"), kind_of(b"<?xml version='1.0'?><article>"), kind_of(b"# A review")
    ('pdf', 'jats', 'text')
    """
    if b"%PDF-" in head[:1024]:
        return "pdf"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:4000]
    if start[:1] == b"{" and b'"documents"' in head and b'"passages"' in head:
        return "bioc-json"
    if start[:1] == b"<":
        lower = start.lower()
        if re.search(rb"<!doctype\s+html|<html[\s>]|^<(?:head|body)[\s>]", lower):
            return "html"
        if re.search(rb"<!doctype\s+collection|<collection[\s>]", lower):
            return "bioc-xml"
        if re.search(rb"<!doctype\s+article|<article[\s>]|<pmc-articleset|<oai", lower):
            return "jats"
        if start.startswith(b"<?xml"):
            return "xml"
    return "text"


def decode(raw: bytes, where: str) -> str:
    """The text of a file, newlines kept. Raises GoldpanError where it is empty, binary or not UTF-8."""
    if not raw.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise GoldpanError(f"{where}: empty file; give one with text")
    for magic, name in _BINARY.items():
        if raw.startswith(magic):
            raise GoldpanError(f"{where}: this is {name}, not text; unpack or convert it first")
    if raw.startswith(_BOMS):
        raise GoldpanError(f"{where}: encoded as UTF-16 or UTF-32; save it as UTF-8")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise GoldpanError(
            f"{where}: not UTF-8 (byte {error.start} is 0x{raw[error.start]:02x}); save it as UTF-8"
        ) from None
    if "\x00" in text or sum(c < " " and c not in "\t\n\r\f\v" for c in text[:4000]) > 40:
        raise GoldpanError(f"{where}: binary data, not text; give a text, PDF, XML or HTML file")
    return text


def read(path: str | Path, settings: Settings | None = None, *, doc_id: str | None = None) -> Document:
    """Read a file of any supported kind; the kind is told by its content.

    The document's id is the file's name without its ending, unless ``doc_id`` is given. Raises GoldpanError, one
    line, where the file is missing, empty, binary, too large, wrongly encoded or cannot be read.
    """
    path = Path(path)
    limit = getattr(settings, "max_bytes", None) or MAX_BYTES
    try:
        if path.is_dir():
            raise GoldpanError(f"{path}: a folder, not a file")
        if path.exists() and not path.is_file():
            raise GoldpanError(f"{path}: a device or pipe, not a file; give a file")
        size = path.stat().st_size
        if size > limit:
            raise GoldpanError(
                f"{path}: {size / 1e6:.0f} MB is over the limit of {limit / 1e6:.0f} MB; split it or raise max_bytes"
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise GoldpanError(f"{path}: no such file") from None
    except OSError as error:
        raise GoldpanError(f"{path}: cannot be read ({error.strerror or error})") from None
    name = doc_id or path.name.rsplit(".", 1)[0] or path.name
    digest = hashlib.sha256(raw).hexdigest()
    document = _read(raw, path, name, settings)
    document.sha256, document.path = digest, str(path)
    return document


def _read(raw: bytes, path: Path, name: str, settings: Settings | None) -> Document:
    """Hand the file to the reader of its kind; a reader is imported when it is needed."""
    kind, where = kind_of(raw[:65536]), str(path)
    if kind == "pdf":
        from pipeline.reading.pdf import read_document

        return read_document(path, name, settings)
    if kind == "xml":
        kind = _xml_kind(raw, where)
    if kind == "jats":
        from pipeline.reading.jats import build as build_jats

        return build_jats(raw, name, where)
    if kind == "html":
        from pipeline.reading.html import build as build_html

        return build_html(raw, name, where)
    if kind in ("bioc-xml", "bioc-json"):
        from pipeline.reading.bioc import build as build_bioc

        return build_bioc(raw, name, where)
    from pipeline.reading.text import build

    return build(decode(raw, where), name, kind)


def _xml_kind(raw: bytes, where: str) -> str:
    """The kind of XML whose first bytes do not tell: by its root element, or an article inside a wrapper."""
    from pipeline.reading.tree_text import local_name
    from pipeline.reading.xmlsafe import parse_xml

    root = local_name(parse_xml(raw, where).tag).lower()
    return {"html": "html", "collection": "bioc-xml"}.get(root, "jats")
