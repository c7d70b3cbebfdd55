"""``goldpan read --show``: a page of a PDF as a picture with its mentions."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli import main


def test_a_page_is_drawn_with_its_mentions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    paper, picture = tmp_path / "paper.pdf", tmp_path / "page.png"
    page = canvas.Canvas(str(paper))
    page.drawString(72, 700, "Twenty patients took ketamine 0.5 mg/kg and twelve of them responded to it.")
    page.save()
    assert main(["read", str(paper), "--show", str(picture)]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "drawn into" in capsys.readouterr().err


def test_only_a_pdf_can_be_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "a.txt"
    text.write_text("Twenty patients took ketamine.", encoding="utf-8")
    assert main(["read", str(text), "--show", str(tmp_path / "p.png")]) == 2
    assert "is no PDF" in capsys.readouterr().err
