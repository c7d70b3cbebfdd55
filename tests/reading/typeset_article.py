"""One article on the pages of `typeset`: masthead, abstract, text with its floats, references."""

# ruff: noqa: E501 - mark-up and measures read better unbroken
from __future__ import annotations

from pathlib import Path

from pipeline.schema import Document
from tests.reading.renderings import Block, blocks
from tests.reading.typeset import HEIGHT, WIDTH, Layout, Page
from tests.reading.typeset_floats import Set, floats_of, set_float


def journal(document: Document, path: Path, layout: Layout) -> Set:
    """Set a document; gives its text in reading order, floats apart."""
    from reportlab.platypus import Paragraph

    page = Page(document, layout, path)
    done = Set()
    items = list(blocks(document))
    text = document.text
    canvas = page.canvas
    canvas.setTitle(document.title)
    margin = layout.margin
    full = WIDTH - 2 * margin
    # the masthead
    canvas.setFont(page.bold, 9)
    canvas.drawString(margin, HEIGHT - 40, "INVENTED JOURNAL OF TRIALS")
    canvas.setFont(page.roman, 8)
    canvas.drawRightString(WIDTH - margin, HEIGHT - 40, "Volume 12, Article 3, May 2024")
    page.y = 64
    side = layout.side + 14 if layout.side else 0.0
    page.begin(1, 64, side if layout.columns == 1 else 0.0)
    for block in [b for b in items if b.kind == "title"]:
        page.flow(page.markup(block.start, block.end, hyphens=False), "title")
        done.flow.append(text[block.start : block.end])
    page.y += 6
    page.flow(
        "Ann Author<super>1</super>, Bea Writer<super>2</super> and Cyr Reader<super>1,*</super>", "abstract"
    )
    page.flow(
        "<super>1</super>Department of Trials, University of Nowhere, Nowhere; <super>2</super>Hospital of Elsewhere",
        "note",
        before=3,
    )
    page.y += 10
    if side:
        notes = ["OPEN ACCESS", "Edited by: Dora Editor, University of Nowhere", "Reviewed by: Ed Referee, Hospital of Elsewhere", "*Correspondence: Cyr Reader, reader@nowhere.example",
                 "Received: 12 January 2024", "Accepted: 3 March 2024", "Published: 1 May 2024", "Citation: Author A, Writer B and Reader C (2024) Invented J Trials 12:3", "Copyright © 2024 the authors. An article under the Creative Commons licence."]  # fmt: skip
        keep, page.y = page.y, page.y + 4 if layout.columns > 1 else 70
        for note in notes:
            page.put(Paragraph(note, page.styles["note"]), margin, layout.side)
            page.y += 5
        page.y = keep
        page.begin(1, keep, side)
    elif layout.columns == 1:
        page.flow("Received 12 January 2024; accepted 3 March 2024", "note")
        page.y += 8
    abstract = [b for b in items if _section_kind(document, b) == "abstract"]
    rest = [
        b
        for b in items
        if b.kind not in ("title",) and b not in abstract and b.table is None and b.kind != "caption"
    ]
    wide = layout.wide_abstract or side > 0
    if not wide:
        page.begin(layout.first or layout.columns, page.y)
    start = page.y
    page.y += 8 if layout.boxed_abstract else 0
    shift = 8.0 if layout.boxed_abstract else 0.0
    if shift:
        page.columns = [(margin + shift, full - 2 * shift)]
    for block in abstract:
        page.flow(
            page.markup(block.start, block.end),
            "heading" if block.kind == "heading" else "abstract",
            before=3,
        )
        done.flow.append(text[block.start : block.end])
    if shift:
        page.y += 8
        canvas.rect(margin, HEIGHT - page.y, full, page.y - start)
    if wide:
        page.begin(layout.first or layout.columns, page.y + 14, side)
    if layout.footnote and not side:
        _footnote(page)
    floats = floats_of(items)
    for i, block in enumerate(rest):
        before = 8 if block.kind == "heading" else layout.spaced
        words = page.markup(block.start, block.end)
        page.flow(
            words, "heading" if block.kind == "heading" else "body", before, keep=block.kind == "heading"
        )
        done.flow.append(text[block.start : block.end])
        if (
            floats
            and (page.number > 1 or layout.columns == 1)
            and i > 3
            and block.kind != "heading"
            and page.y < page.bottom - 200
        ):
            set_float(page, *floats.pop(0), done)
    while floats:
        set_float(page, *floats.pop(0), done)
    page.flow("References", "heading", 10, keep=True)
    for r in document.references:
        page.flow(
            page.plain(f"{r.key}. {r.text}" if r.key.isdigit() else r.text, hyphens=False), "reference", 1
        )
    page.furnish()
    canvas.save()
    return done


def _section_kind(document: Document, block: Block) -> str:
    section = document.section_at(block.start)
    return section.kind if section else ""


def _footnote(page: Page) -> None:
    """A note with a rule above it at the foot of the first column."""
    from reportlab.platypus import Paragraph

    x, width = page.columns[0]
    note = Paragraph(
        "*Correspondence: Cyr Reader, Department of Trials, University of Nowhere. E-mail: reader@nowhere.example. Received 12 January 2024; accepted 3 March 2024.",
        page.styles["note"],
    )
    _, height = note.wrap(width, 900)
    page.bottom = HEIGHT - 60 - height - 12
    page.canvas.line(x, HEIGHT - page.bottom - 4, x + 60, HEIGHT - page.bottom - 4)
    note.drawOn(page.canvas, x, 58)
