"""Coverage-guided fuzzing of a reader with atheris, which is no dependency: ``pip install atheris`` where you run it.

    python -m tests.reading.fuzz KIND FOLDER [libFuzzer options, such as -max_total_time=300]

KIND is text, html, jats, bioc, pdf, or one whose inputs are well-formed: jats-tree, html-tree, pdf-page.

The samples of corpus/sample, rendered in the reader's format and cut to a few thousand bytes, are the first inputs;
FOLDER keeps what grew from them and every input that broke a promise. What it found is pinned in the tests beside it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from tests.reading.fuzz_shapes import page, tree

#: Reading is imported inside the functions: it must not be loaded before atheris can instrument it.
_SAMPLES = Path(__file__).resolve().parents[2] / "corpus" / "sample"
#: Bytes of a seed, and seconds that no input of that order may take.
_SEED, _SECONDS = 6000, 5.0
_FORMATS = {"text": ["markdown"], "html": ["html_page"], "jats": ["jats"], "bioc": ["bioc_json", "bioc_xml"]}
#: Kinds whose inputs are not files but the choices that make well-formed ones.
_SHAPES = {"jats-tree": partial(tree, "jats"), "html-tree": partial(tree, "html"), "pdf-page": page}
_HEADS = {"html": b"<html>", "jats": b"<article>", "pdf": b"%PDF-1.4\n"}


def check(document: Any) -> None:
    """What every reader promises of its document."""
    size = len(document.text)
    assert all(0 <= citation.at <= size for citation in document.citations)
    for section in document.sections:
        assert section.start is None or 0 <= section.start <= (section.end or 0) <= size
    for table in document.tables:
        for row in table.rows:
            for cell in row:
                assert 0 <= cell.start <= cell.end <= size
                assert "\t" not in document.text[cell.start : cell.end]
    step = max(1, size // 50)
    for start in range(0, size, step):
        place = document.origin.place(start, min(size, start + 7))
        if place and document.kind in ("text", "pdf"):
            assert (
                document.source[place["start"] : place["end"]].strip()
                or not document.text[start : start + 7].strip()
            )


def seeds(kind: str, folder: Path) -> None:
    """Short papers of ours in the reader's format."""
    from pipeline.reading import read
    from tests.reading import renderings

    for path in sorted(_SAMPLES.glob("*.txt")):
        document = read(path)
        if kind == "pdf":
            _small_pdf(document, folder / f"{document.id}.pdf")
            continue
        if kind == "text":
            raw = path.read_bytes()
            (folder / f"{document.id}.head.txt").write_bytes(raw[:_SEED])
            (folder / f"{document.id}.tail.txt").write_bytes(raw[-_SEED:])
        for i, render in enumerate(_FORMATS[kind]):
            raw = getattr(renderings, render)(document)
            (folder / f"{document.id}.{i}").write_bytes(raw if kind in ("jats", "bioc") else raw[:_SEED])


def _small_pdf(document: Any, path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(400, 400), pageCompression=0)
    for x in (20, 210):
        pen = canvas.beginText(x, 370)
        pen.setFont("Times-Roman", 7)
        for i in range(0, 1200, 45):
            pen.textLine(
                document.text[i + x : i + x + 45]
                .encode("latin-1", "ignore")
                .decode("latin-1")
                .replace("\n", " ")
            )
        canvas.drawText(pen)
    for y in (60, 80, 100):
        canvas.line(20, y, 380, y)
    canvas.save()


def main(argv: list[str]) -> None:
    import atheris  # type: ignore[import-not-found, unused-ignore]

    with atheris.instrument_imports(include=["pipeline.reading"]):
        from pipeline.reading import bioc, html, jats, pdf, read, text
    from pipeline.schema import GoldpanError
    from pipeline.settings import Settings

    assert bioc and html and jats and pdf and text
    kind, folder = argv[1], Path(argv[2])
    found = folder / "found"
    found.mkdir(parents=True, exist_ok=True)
    (folder / "inputs").mkdir(exist_ok=True)
    if kind not in _SHAPES:
        seeds(kind, folder / "inputs")
    path = Path(tempfile.mkdtemp()) / "fuzz.bin"
    settings = Settings(model="none")
    known: set[str] = set()

    def one(data: bytes) -> None:
        if kind in _SHAPES:
            data = _SHAPES[kind](data)
        path.write_bytes(data if data.startswith(_HEADS.get(kind, b"")) else _HEADS.get(kind, b"") + data)
        began = time.process_time()
        try:
            try:
                check(read(path, settings))
            except GoldpanError as error:
                assert "\n" not in str(error)
            assert time.process_time() - began < _SECONDS, "slow"
        except Exception as error:
            trace = error.__traceback__
            while trace is not None and trace.tb_next:
                trace = trace.tb_next
            where = (
                f"{type(error).__name__} {error!s:.80} at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
                if trace
                else ""
            )
            key = where.split(" at ")[-1]
            if key not in known:  # note it and go on: one fault must not hide the others
                known.add(key)
                (found / f"{len(known)}.bin").write_bytes(path.read_bytes())
                (found / f"{len(known)}.txt").write_text(where)
                print("FOUND", where, flush=True)

    atheris.Setup([argv[0], str(folder / "inputs"), "-timeout=60", "-rss_limit_mb=3000", *argv[3:]], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
