"""One article in every format: a document that was read is written as JATS, BioC, HTML, Markdown and PDF."""

# ruff: noqa: E501 - mark-up reads better unbroken
from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipeline.schema import Citation, Document, Table


@dataclass(frozen=True)
class Block:
    """A paragraph of the reading text; ``kind`` is its section's, or ``heading``."""

    kind: str
    start: int
    end: int
    table: Table | None = None


def blocks(document: Document) -> Iterator[Block]:
    """The paragraphs, headings and tables of a document in their order."""
    at = 0
    for piece in document.text.split("\n\n"):
        start, end = at, at + len(piece)
        at = end + 2
        section = document.section_at(start)
        if section is None or not piece.strip():
            continue
        table = next((t for t in document.tables if t.start == start), None)
        heading = piece.strip() == section.title.strip() and section.kind in ("abstract", "body")
        yield Block("heading" if heading else section.kind, start, end, table)


def _citations(document: Document, start: int, end: int) -> list[Citation]:
    return [c for c in document.citations if start <= c.at <= end]


def _runs(document: Document, citation: Citation) -> list[list[str]]:
    """Numeric keys in runs: ["3", "5"] for 3 to 5, ["7"] for one alone."""
    numbers = sorted(int(key) for key in citation.keys)
    runs: list[list[int]] = [[numbers[0], numbers[0]]]
    for before, number in pairwise(numbers):
        if number == before + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    out = []
    for first, last in runs:
        out += (
            [[str(first)], [str(last)]]
            if last == first + 1
            else [[str(first), str(last)] if last > first else [str(first)]]
        )
    return out


def _numeric(citation: Citation) -> bool:
    return all(key.isdigit() for key in citation.keys)


def _with_marks(document: Document, start: int, end: int, mark: Any, plain: Any) -> str:
    """text[start:end] with its citations written by ``mark`` and the rest by ``plain``."""
    out, at = [], start
    for citation in _citations(document, start, end):
        out.append(plain(document.text[at : citation.at]))
        out.append(mark(citation))
        at = citation.at
    return "".join(out) + plain(document.text[at:end])


def _narrow(citation: Citation) -> bool:
    """Whether the mark is the tail of a longer parenthesis: "; Roe, 2001"."""
    return citation.text.lstrip().startswith(";")


# ---------------------------------------------------------------- JATS


def jats(document: Document) -> bytes:
    """JATS with linked citations (raised numbers with ranges, or names in parentheses)."""
    rids = {reference.key: f"ref{i}" for i, reference in enumerate(document.references)}

    def link(key: str, text: str) -> str:
        return f'<xref ref-type="bibr" rid="{rids.get(key, "none")}">{html.escape(text)}</xref>'

    def mark(citation: Citation) -> str:
        if _numeric(citation):
            runs = ["–".join(link(key, key) for key in run) for run in _runs(document, citation)]
            return f"<sup>{','.join(runs)}</sup>"
        if re.fullmatch(r"\s*\(\d{4}[a-z]?\)", citation.text):
            return f" ({link(citation.keys[0], citation.text.strip()[1:-1])})"
        inner = "; ".join(link(key, key) for key in citation.keys)
        return f"; {inner}" if _narrow(citation) else f" ({inner})"

    def inline(start: int, end: int) -> str:
        return _with_marks(document, start, end, mark, html.escape)

    front, body, open_section, in_abstract = [], [], False, False
    captions: list[str] = []
    for block in blocks(document):
        words = inline(block.start, block.end)
        section = document.section_at(block.start)
        assert section is not None
        if block.kind == "title":
            front.append(f"<title-group><article-title>{words}</article-title></title-group>")
            continue
        if section.kind == "abstract":
            front.append(("<abstract>" if not in_abstract else "") + (f"<p>{words}</p>"))
            in_abstract = True
            continue
        if block.kind == "heading":
            body.append(("</sec>" if open_section else "") + f"<sec><title>{words}</title>")
            open_section = True
        elif block.table is not None:
            rows = []
            for r, row in enumerate(block.table.rows):
                tag = "th" if r < block.table.header_rows else "td"
                rows.append(
                    "<tr>" + "".join(f"<{tag}>{inline(c.start, c.end)}</{tag}>" for c in row) + "</tr>"
                )
            heads, rest = rows[: block.table.header_rows], rows[block.table.header_rows :]
            caption = "".join(f"<p>{words}</p>" for words in captions)
            body.append(
                f"<table-wrap><caption>{caption}</caption><table><thead>{''.join(heads)}</thead>"
                f"<tbody>{''.join(rest)}</tbody></table></table-wrap>"
            )
            captions = []
            continue
        elif block.kind == "caption":
            captions.append(words)
            continue
        else:
            if captions:
                body.append(
                    f"<fig><caption>{''.join(f'<p>{c}</p>' for c in captions)}</caption><graphic/></fig>"
                )
                captions = []
            body.append(
                f"<p>{words}</p>"
                if block.kind != "box"
                else f"<list><list-item><p>{words}</p></list-item></list>"
            )
    if captions:
        body.append(f"<fig><caption>{''.join(f'<p>{c}</p>' for c in captions)}</caption><graphic/></fig>")
    entries = "".join(
        f'<ref id="{rids[r.key]}">{f"<label>{r.key}</label>" if r.key.isdigit() else ""}<mixed-citation>'
        f"{html.escape(r.text)}</mixed-citation></ref>"
        for r in document.references
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving '
        'and Interchange DTD v1.2 20190208//EN" "JATS-archivearticle1.dtd">\n<article><front><article-meta>'
        f"{''.join(front)}{'</abstract>' if in_abstract else ''}<kwd-group><kwd>never read</kwd></kwd-group>"
        f"</article-meta></front><body>{''.join(body)}{'</sec>' if open_section else ''}</body><back><ack><p>We thank "
        f"nobody.</p></ack><ref-list><title>References</title>{entries}</ref-list></back></article>\n"
    ).encode()


# ---------------------------------------------------------------- text in brackets


def _bracketed(citation: Citation) -> str:
    """A mark as plain text: ``[3-5,7]`` or the names in parentheses."""
    if _numeric(citation):
        return f" [{','.join('-'.join(run) for run in _runs_of(citation))}]"
    if re.fullmatch(r"\s*\(\d{4}[a-z]?\)", citation.text):
        return f" {citation.text.strip()}"
    inner = "; ".join(citation.keys)
    return f"; {inner}" if _narrow(citation) else f" ({inner})"


def _runs_of(citation: Citation) -> list[list[str]]:
    return _runs(None, citation)  # type: ignore[arg-type]


def _entries(document: Document) -> list[str]:
    return [f"{r.key}. {r.text}" if r.key.isdigit() else r.text for r in document.references]


def html_page(document: Document) -> bytes:
    """A saved web page: scripts, navigation, a list of references, linked numbers in brackets."""

    def mark(citation: Citation) -> str:
        return re.sub(
            r"(?<![\w.])(\d+)(?=[\],-])", r'<a href="#ref\1">\1</a>', html.escape(_bracketed(citation))
        )

    def inline(start: int, end: int) -> str:
        return _with_marks(document, start, end, mark, html.escape)

    out = [
        "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><title>Ours | A Journal</title><script>var a = "
        "'lithium 600 mg';</script><style>p { color: red }</style></head>\n<body><nav><ul><li>Home</li></ul></nav>\n<main>"
    ]
    abstract = False
    for block in blocks(document):
        words = inline(block.start, block.end)
        section = document.section_at(block.start)
        assert section is not None
        if section.kind == "abstract" and not abstract:
            abstract = True
            if section.title != "Abstract" and not re.match("abstract", words, re.IGNORECASE):
                out.append("<h2>Abstract</h2>")
        if block.kind == "title":
            out.append(f"<h1>{words}</h1>\n<p>Ann Author, MD, Bea Writer, PhD</p>")
        elif block.kind == "heading":
            out.append(f"<h2>{words}</h2>")
        elif block.table is not None:
            rows = []
            for r, row in enumerate(block.table.rows):
                tag = "th" if r < block.table.header_rows else "td"
                rows.append(
                    "<tr>" + "".join(f"<{tag}>{inline(c.start, c.end)}</{tag}>" for c in row) + "</tr>"
                )
            out.append(f"<table>{chr(10).join(rows)}</table>")
        elif block.kind == "box":
            out.append(f"<ul><li>{words}</li></ul>")
        else:
            out.append(f"<p>\n   {words}\n</p>")
    items = "\n".join(
        f"<li id='ref{i}'>{html.escape(r.text)}</li>" for i, r in enumerate(document.references, 1)
    )
    tag = "ol" if document.references and document.references[0].key.isdigit() else "ul"
    out.append(
        f"<h2>References</h2><{tag}>{items}</{tag}></main><footer>Share this page</footer></body></html>"
    )
    return "\n".join(out).encode()


def markdown(document: Document) -> bytes:
    """Markdown with a pipe table and numbers in brackets."""

    def inline(start: int, end: int) -> str:
        return _with_marks(
            document, start, end, _bracketed, lambda text: re.sub(r"([*_$`\\<])", r"\\\1", text)
        )

    out = []
    for block in blocks(document):
        words = inline(block.start, block.end)
        if block.kind == "title":
            out.append(f"# {words}\n\nAnn Author, MD, and Bea Writer, PhD")
        elif block.kind == "heading":
            out.append(f"## {words}")
        elif block.table is not None:
            rows = ["| " + " | ".join(inline(c.start, c.end) for c in row) + " |" for row in block.table.rows]
            rows.insert(block.table.header_rows, "|" + " --- |" * len(block.table.rows[0]))
            out.append("\n".join(rows))
        else:
            out.append(words)
    return ("\n\n".join([*out, "## References", *_entries(document)]) + "\n").encode()


# ---------------------------------------------------------------- BioC

_TYPES = {"title": ("TITLE", "front"), "abstract": ("ABSTRACT", "abstract"), "caption": ("TABLE", "table_caption"),
          "footnote": ("TABLE", "table_footnote"), "table": ("TABLE", "table")}  # fmt: skip


def _passages(document: Document) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    offset = 0

    def add(section: str, type_: str, text: str) -> None:
        nonlocal offset
        out.append({"offset": offset, "infons": {"section_type": section, "type": type_}, "text": text,
                    "annotations": [], "relations": [], "sentences": []})  # fmt: skip
        offset += len(text) + 1

    for block in blocks(document):
        section = document.section_at(block.start)
        assert section is not None
        if block.table is not None:
            rows = [
                "\t".join(_with_marks(document, c.start, c.end, _bracketed, str) for c in row)
                for row in block.table.rows
            ]
            add("TABLE", "table", "\n".join(rows))
            continue
        words = _with_marks(document, block.start, block.end, _bracketed, str)
        kind = section.kind if block.kind == "heading" else block.kind
        section_type, type_ = _TYPES.get(kind, ("RESULTS", "paragraph"))
        if block.kind == "heading":
            type_ = "abstract_title_1" if kind == "abstract" else "title_1"
        add(section_type, type_, words)
    for reference in document.references:
        add("REF", "ref", reference.text)
    return out


def bioc_json(document: Document) -> bytes:
    """BioC JSON with the infons of PubMed Central."""
    row = {
        "id": document.id,
        "infons": {},
        "passages": _passages(document),
        "annotations": [],
        "relations": [],
    }
    return json.dumps({"source": "ours", "date": "", "key": "", "infons": {}, "documents": [row]}).encode()


def bioc_xml(document: Document) -> bytes:
    """BioC XML with the infons of PubMed Central."""
    passages = "".join(
        "<passage>" + "".join(f'<infon key="{k}">{v}</infon>' for k, v in p["infons"].items())
        + f"<offset>{p['offset']}</offset><text>{html.escape(p['text'])}</text></passage>"
        for p in _passages(document)
    )  # fmt: skip
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE collection SYSTEM "BioC.dtd">\n<collection><source>ours</source>'
        f"<date></date><key></key><document><id>{document.id}</id>{passages}</document></collection>"
    ).encode()


# ---------------------------------------------------------------- PDF


def pdf(document: Document, path: Path) -> None:
    """One column of paragraphs, the table as tab stops; needs reportlab and its fonts."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer
    from reportlab.platypus import Table as Drawn

    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    pdfmetrics.registerFont(TTFont("VeraBd", "VeraBd.ttf"))
    prose = ParagraphStyle("prose", fontName="Vera", fontSize=9, leading=12, spaceAfter=8)
    head = ParagraphStyle("head", fontName="VeraBd", fontSize=11, leading=14, spaceBefore=6, spaceAfter=6)
    top = ParagraphStyle("top", fontName="VeraBd", fontSize=16, leading=20, spaceAfter=12)
    small = ParagraphStyle("small", fontName="Vera", fontSize=7, leading=9)

    def inline(start: int, end: int) -> str:
        return _with_marks(document, start, end, _bracketed, html.escape)

    story: list[Any] = []
    for block in blocks(document):
        if block.table is not None:
            cells = [[Paragraph(inline(c.start, c.end), small) for c in row] for row in block.table.rows]
            story += [Drawn(cells, style=[("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")]),
                      Spacer(1, 12)]  # fmt: skip
            continue
        style = {"title": top, "heading": head}.get(block.kind, prose)
        story.append(Paragraph(inline(block.start, block.end), style))
        if block.kind == "title":
            story.append(Paragraph("Ann Author, MD, and Bea Writer, PhD", prose))
    story.append(Paragraph("References", head))
    story += [Paragraph(html.escape(entry), prose) for entry in _entries(document)]
    SimpleDocTemplate(str(path), pagesize=A4, title=document.title).build(story)


FORMATS = {
    "jats.nxml": jats, "bioc.json": bioc_json, "bioc.xml": bioc_xml, "page.html": html_page, "paper.md": markdown,
}  # fmt: skip
