"""Pages per second of goldpan's PDF reader, beside what pdfplumber and pypdfium2 give by themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.abstracts import abstracts
from benchmarks.child import Job, Tool

Pair = tuple[Callable[[list[str]], Any], Callable[[Any], Any]]


def goldpan(job: Job) -> Pair:
    """pipeline.reading.pdf: reading order, headings, tables, furniture, boxes."""
    from pipeline.reading.pdf import read_pdf

    return list, lambda paths: sum(read_pdf(Path(path)).pages for path in paths)


def _plumber(method: str) -> Tool:
    """pdfplumber's own reading of every page, by the name of its method."""

    def tool(job: Job) -> Pair:
        import pdfplumber as library

        def run(paths: list[str]) -> int:
            pages = 0
            for path in paths:
                with library.open(path) as document:
                    for page in document.pages:
                        getattr(page, method)()
                        page.close()
                        pages += 1
            return pages

        return list, run

    return tool


def pypdfium2(job: Job) -> Pair:
    """pypdfium2's text of every page, in the order of the file, without places."""
    import pypdfium2 as library

    def run(paths: list[str]) -> int:
        pages = 0
        for path in paths:
            document = library.PdfDocument(path)
            for page in document:
                page.get_textpage().get_text_bounded()
                pages += 1
            document.close()
        return pages

    return list, run


TOOLS: dict[str, Tool] = {
    "goldpan": goldpan,
    "words": _plumber("extract_words"),
    "pdfplumber": _plumber("extract_text"),
    "pypdfium2": pypdfium2,
}


def make(folder: Path, count: int = 3) -> list[Path]:
    """Papers of our own in two columns, four to five pages each, set with reportlab. Raises ImportError without it."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Spacer

    styles = getSampleStyleSheet()
    width, height = A4
    paths = []
    for number in range(count):
        path = folder / f"paper{number}.pdf"
        frames = [Frame(x, 50, width / 2 - 55, height - 100) for x in (45, width / 2 + 10)]
        document = BaseDocTemplate(str(path), pagesize=A4, title=f"Trials of an invented drug, part {number}")
        document.addPageTemplates([PageTemplate(frames=frames)])
        story: list[Any] = [Paragraph(f"Trials of an invented drug, part {number}", styles["Title"])]
        for section, text in enumerate(abstracts(30, seed=number + 1), 1):
            if section % 5 == 1:
                story.append(Paragraph(f"{section // 5 + 1}. Studies", styles["Heading2"]))
            story += [Paragraph(text.replace("&", "and"), styles["BodyText"]), Spacer(1, 4)]
        document.build(story)
        paths.append(path)
    return paths
