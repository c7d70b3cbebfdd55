"""Well-formed inputs from arbitrary bytes, so that a fuzzer gets behind the parsers: trees of tags, pages of text."""

from __future__ import annotations

_JATS = (
    "article", "front", "article-meta", "title-group", "article-title", "abstract", "body", "sec", "title", "p",
    "sup", "sub", "italic", "xref", "table-wrap", "caption", "table", "thead", "tbody", "tr", "th", "td", "fig",
    "graphic", "list", "list-item", "disp-formula", "back", "ref-list", "ref", "label", "mixed-citation",
    "element-citation", "person-group", "name", "surname", "given-names", "year", "pub-id", "fn", "ext-link",
    "break",
)  # fmt: skip
_HTML = (
    "html", "body", "div", "p", "h1", "h2", "ul", "ol", "li", "table", "tr", "th", "td", "thead", "tbody", "sup",
    "sub", "a", "script", "style", "pre", "br", "span", "section", "article", "nav", "figure", "figcaption", "dl",
    "dt", "dd", "main",
)  # fmt: skip
_TAGS = {"jats": _JATS, "html": _HTML}
_ATTRIBUTES = (
    "", "", ' ref-type="bibr" rid="r1"', ' rid="r2 r1"', ' id="r1"', ' colspan="3"', ' rowspan="2"', ' href="#r1"',
    ' pub-id-type="doi"', ' sec-type="methods"', ' class="ref"', ' colspan="0"', ' rowspan="999999"', ' start="7"',
)  # fmt: skip
_WORDS = (
    "lithium 600 mg", "12", "[1]", "[1,2-4]", "(Roe, 2001)", " ", "\n\n", "References", "Abstract", "Table 1.", "2001",
    "-\n", "\t", "<", "&", "é", "\u00ad", "1.", "Methods", "P < .001", "24 of 48 (50%)", "ﬁ", "𝛼",
    "Roe A, Poe B. A trial. J Test. 2001;1:2.",
)  # fmt: skip


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def tree(kind: str, data: bytes) -> bytes:
    """A tree of tags: each byte opens one, closes one, or writes words.

    >>> tree("jats", b"").decode()
    '<article><front/><body></body></article>'
    """
    out, stack = [], []
    tags = _TAGS[kind]
    for i, byte in enumerate(data[:4000]):
        if byte < 96 and len(stack) < 60:
            tag = tags[byte % len(tags)]
            out.append(f"<{tag}{_ATTRIBUTES[data[i - 1] % len(_ATTRIBUTES)]}>")
            stack.append(tag)
        elif byte < 150 and stack:
            out.append(f"</{stack.pop()}>")
        else:
            out.append(_escape(_WORDS[byte % len(_WORDS)]))
    out += [f"</{tag}>" for tag in reversed(stack)]
    inner = "".join(out)
    if kind == "html":
        return f"<!DOCTYPE html><html><body>{inner}</body></html>".encode()
    return f"<article><front/><body>{inner}</body></article>".encode()


def page(data: bytes) -> bytes:
    """A PDF of up to three pages whose words and lines stand where the bytes say, four bytes a piece.

    >>> page(b"").startswith(b"%PDF-1.4")
    True
    """
    streams = [b"", b"", b""]
    for i in range(0, min(len(data), 2400) - 3, 4):
        a, b, c, d = data[i : i + 4]
        x, y = 2.5 * a, 792 - 3.1 * b
        if d < 40:
            piece = f"{x:.1f} {y:.1f} {2 * c} {0 if d < 20 else 3 * d} re S\n"
        elif d < 60:
            piece = f"{x:.1f} {y:.1f} m {x + 3 * c:.1f} {y:.1f} l S\n"
        else:
            size = (6, 8, 9, 9, 9, 10, 14, 20)[d % 8]
            text = (
                _WORDS[c % len(_WORDS)]
                .encode("latin-1", "ignore")
                .replace(b"\\", b"")
                .replace(b"(", b"")
                .replace(b")", b"")
            )
            turn = "1 0 0 1" if d < 245 else "0 1 -1 0"
            piece = f"BT /F{1 + d % 2} {size} Tf {turn} {x:.1f} {y:.1f} Tm ({text.decode('latin-1')}) Tj ET\n"
        streams[(i // 4) % 3 if c & 1 else 0] += piece.encode("latin-1")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[5 0 R 7 0 R 9 0 R]/Count 3>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>",
    ]  # fmt: skip
    for number, stream in enumerate(streams):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]"
            b"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>/Contents %d 0 R>>" % (6 + 2 * number)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
    out = b"%PDF-1.4\n"
    places = []
    for number, item in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, table, len(objects) + 1, len(out),
    )  # fmt: skip
