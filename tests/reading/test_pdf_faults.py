"""Bad PDFs are set aside with one line that says what is wrong; protected ones with an empty password are read."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.reading.pdf import read_pdf
from pipeline.schema import GoldpanError

canvas = pytest.importorskip("reportlab.pdfgen.canvas")
pdfencrypt = pytest.importorskip("reportlab.lib.pdfencrypt")
Image = pytest.importorskip("PIL.Image")
utils = pytest.importorskip("reportlab.lib.utils")

LINE = "Lithium 600 mg/d was given to 24 patients."


def _pdf(pages: int = 1, text: str = LINE, **options: object) -> bytes:
    data = io.BytesIO()
    page = canvas.Canvas(data, pagesize=(595, 842), **options)
    for _ in range(pages):
        if text:
            page.drawString(72, 700, text)
        page.showPage()
    page.save()
    return data.getvalue()


def _fails(path: Path, **limits: int) -> str:
    with pytest.raises(GoldpanError) as caught:
        read_pdf(path, SimpleNamespace(**limits) if limits else None)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message.removeprefix(str(path))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "paper.pdf"


def test_encrypted_with_an_empty_password_is_read(path: Path) -> None:
    path.write_bytes(
        _pdf(encrypt=pdfencrypt.StandardEncryption("", ownerPassword="owner", canCopy=0, strength=128))
    )
    assert read_pdf(path).text == LINE


def test_protected_by_a_password(path: Path) -> None:
    path.write_bytes(_pdf(encrypt=pdfencrypt.StandardEncryption("secret", strength=128)))
    assert "password" in _fails(path)


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_cut_short(path: Path, part: float) -> None:
    data = _pdf(3)
    path.write_bytes(data[: int(part * len(data))])
    assert "cut short" in _fails(path)


def test_empty_file(path: Path) -> None:
    path.write_bytes(b"")
    assert "0 bytes" in _fails(path)


def test_no_pdf_at_all(path: Path) -> None:
    path.write_bytes(b"<!doctype html><title>Access denied</title>" * 40)
    assert "not a PDF" in _fails(path)


def test_no_such_file(path: Path) -> None:
    assert "cannot be read" in _fails(path)


def test_damaged_cross_reference_table(path: Path) -> None:
    data = _pdf()
    at = data.rindex(b"startxref\n") + 10
    path.write_bytes(data[:at] + b"99\n%%EOF\n")
    assert "cross-reference" in _fails(path)


def test_bytes_before_the_head_do_no_harm(path: Path) -> None:
    path.write_bytes(b"\n\n" + _pdf())
    assert read_pdf(path).text == LINE


def test_no_pages(path: Path) -> None:
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    )
    entries = [body.index(b"1 0 obj"), body.index(b"2 0 obj")]
    table = b"xref\n0 3\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in entries)
    path.write_bytes(body + table + b"trailer<</Size 3/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body))
    assert "no pages" in _fails(path)


def test_too_many_pages(path: Path) -> None:
    path.write_bytes(_pdf(12))
    assert "12 pages, more than max_pages = 10" in _fails(path, max_pages=10)


def test_blank_pages(path: Path) -> None:
    path.write_bytes(_pdf(2, text=""))
    assert "has no text" in _fails(path)


@pytest.mark.parametrize("stamp", ["", "Downloaded from an invented library"])
def test_scanned_without_text(path: Path, stamp: str) -> None:
    picture = utils.ImageReader(Image.new("L", (60, 80), 200))
    page = canvas.Canvas(str(path), pagesize=(595, 842))
    for _ in range(3):
        page.drawImage(picture, 0, 0, 595, 842)
        page.drawString(72, 20, stamp)
        page.showPage()
    page.save()
    assert "run OCR on it first" in _fails(path)


def test_a_scan_with_a_text_layer_is_read(path: Path) -> None:
    picture = utils.ImageReader(Image.new("L", (60, 80), 200))
    page = canvas.Canvas(str(path), pagesize=(595, 842))
    page.drawImage(picture, 0, 0, 595, 842)
    layer = page.beginText(72, 700)
    layer.setTextRenderMode(3)
    for number in range(20):
        layer.textLine(f"Line {number} of the words that were recognised on this scanned page.")
    page.drawText(layer)
    page.save()
    assert "Line 7 of the words" in read_pdf(path).text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(10, 1300), junk=st.binary(min_size=1, max_size=30))
def test_damage_anywhere_ends_in_text_or_one_line(tmp_path: Path, at: int, junk: bytes) -> None:
    data = bytearray(_pdf(2))
    data[at : at + len(junk)] = junk
    path = tmp_path / "paper.pdf"
    path.write_bytes(bytes(data))
    try:
        rendered = read_pdf(path)
    except GoldpanError as error:
        assert "\n" not in str(error)
    else:
        assert len(rendered.boxes) == len(rendered.text)
