"""XML and HTML from strangers, parsed without entities, DTDs, network or unbounded work.

lxml is told to load nothing and expand nothing; what it would still take (entities declared inside the file, a
declared encoding that the bytes contradict, nesting without end) is refused here, in one line.
"""

from __future__ import annotations

import codecs
import html
import re
from typing import Any

from pipeline.schema import GoldpanError

#: Deeper than this is no article but an attack (JATS of PMC stays below 30, saved web pages below 80).
MAX_DEPTH = 200
_DECLARATION = re.compile(r"<\?xml\b[^>]{0,300}?\?>")
_ENCODING = re.compile(rb"""<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_META = re.compile(rb"""<meta\b[^>]{0,200}?\bcharset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
#: What XML 1.0 does not allow (§2.2); in HTML they are dropped.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse_xml(raw: bytes, where: str) -> Any:
    """The root element (lxml) of an XML file, comments and processing instructions removed.

    Raises GoldpanError, one line, where it is empty, not well-formed, wrongly encoded, nested deeper than `MAX_DEPTH`,
    or declares entities.

    >>> parse_xml(b"<article><p>5 &lt; 6</p></article>", "a.xml")[0].text
    '5 < 6'
    """
    from lxml import etree

    text = decode_markup(raw, where, "XML")
    if "<!ENTITY" in text:  # in prose it would be written &lt;!ENTITY
        raise GoldpanError(
            f"{where}: declares entities, which goldpan never expands; save it with them resolved"
        )
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        attribute_defaults=False, huge_tree=False, recover=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(_DECLARATION.sub("", text, count=1).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        reason = " ".join(str(error.msg or "it ends too early").split())[:160]
        raise GoldpanError(f"{where}: not well-formed XML ({reason}); fetch it again") from None
    if root is None:
        raise GoldpanError(f"{where}: XML without an element; fetch it again")
    _check_depth(root, where)
    _name_characters(root)
    return root


def parse_html(raw: bytes, where: str) -> Any:
    """The root element (lxml) of an HTML page, however badly closed. Raises GoldpanError as `parse_xml` does.

    >>> parse_html(b"<html><body><p>One<p>Two</body></html>", "a.html").xpath("string(//p[2])")
    'Two'
    """
    from lxml import etree

    text = _ILLEGAL.sub(" ", decode_markup(raw, where, "HTML"))
    parser = etree.HTMLParser(
        encoding="utf-8",
        no_network=True,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(_DECLARATION.sub("", text, count=1).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        reason = " ".join(str(error.msg or "empty").split())[:160]
        raise GoldpanError(f"{where}: cannot be read as HTML ({reason}); save the page again") from None
    if root is None:
        raise GoldpanError(f"{where}: an HTML page without an element; save the page again")
    if any("xcessive depth" in entry.message for entry in parser.error_log):
        raise _too_deep(where)
    _check_depth(root, where)
    return root


def decode_markup(raw: bytes, where: str, what: str) -> str:
    """The text of an XML or HTML file, decoded as its byte order mark or declaration says, else as UTF-8.

    Raises GoldpanError where the file is empty, the declared encoding is unknown, or the bytes contradict it.

    >>> decode_markup(b'<?xml version="1.0" encoding="ISO-8859-1"?><p>na\\xefve</p>', "a", "XML")[-10:]
    '>naïve</p>'
    """
    if not raw.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise GoldpanError(f"{where}: empty file; give one with text")
    bom = next(((mark, name) for mark, name in _BOMS if raw.startswith(mark)), None)
    declared = _ENCODING.search(raw[:512]) or (_META.search(raw[:4096]) if what == "HTML" else None)
    name = declared[1].decode("ascii") if declared else ""
    encoding = bom[1] if bom else name or "utf-8"
    try:
        known = codecs.lookup(encoding).name
    except LookupError:
        raise GoldpanError(
            f"{where}: declares the encoding {encoding}, which does not exist; correct it"
        ) from None
    if bom is None and known.startswith(("utf-16", "utf-32")):
        raise GoldpanError(f"{where}: declares {encoding}, but its bytes are not; correct the declaration")
    try:
        text = raw.decode(encoding)
    except LookupError:
        raise GoldpanError(
            f"{where}: declares {encoding}, which is no encoding of text; correct it"
        ) from None
    except (UnicodeError, ValueError) as error:
        at = getattr(error, "start", 0)
        said = f"declares {name}" if name and not bom else f"should be {encoding.upper()}"
        raise GoldpanError(
            f"{where}: {said}, but byte {at} is not; correct its encoding or save it as UTF-8"
        ) from None
    if known != "utf-8" and not bom and what == "XML" and _is_utf8(raw):
        raise GoldpanError(f"{where}: declares {name}, but its bytes are UTF-8; correct the declaration")
    return text.removeprefix("\ufeff")


def _is_utf8(raw: bytes) -> bool:
    """Whether bytes beyond ASCII are there and all make UTF-8: no text in a single-byte encoding does by chance."""
    if raw.isascii():
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _name_characters(root: Any) -> None:
    """An entity that only a DTD could resolve becomes its character, where it is one of HTML's names, else nothing."""
    from lxml import etree

    for entity in list(root.iter(etree.Entity)):
        char = html.unescape(entity.text)
        text = ("" if char == entity.text else char) + (entity.tail or "")
        before, parent = entity.getprevious(), entity.getparent()
        if before is not None:
            before.tail = (before.tail or "") + text
        else:
            parent.text = (parent.text or "") + text
        parent.remove(entity)


def _check_depth(root: Any, where: str) -> None:
    from lxml import etree

    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise _too_deep(where)


def _too_deep(where: str) -> GoldpanError:
    return GoldpanError(
        f"{where}: its elements are nested more than {MAX_DEPTH} deep; no article is, fetch it again"
    )
