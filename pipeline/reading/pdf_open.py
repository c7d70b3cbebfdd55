"""Open a PDF safely: what is damaged, protected, empty or too long is refused with one line that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2

from pipeline.schema import GoldpanError


@contextmanager
def open_pdf(path: Path, max_pages: int) -> Iterator[Any]:
    """Open a PDF, with an empty password where it is encrypted, and close it again.

    Raises GoldpanError, one line, where the file is no PDF, is cut short, has a damaged cross-reference table, wants a
    password, has no pages or more than ``max_pages``.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GoldpanError(f"{path}: cannot be read ({error.strerror or error}); check the file") from error
    _check_frame(path, data)
    try:
        document = pypdfium2.PdfDocument(data, password="")
        count = len(document)
    except pypdfium2.PdfiumError as error:
        # PDFium keeps the last error of the process: its word on passwords counts only for an encrypted file
        if b"/Encrypt" in data and "password" in str(error).lower():
            raise GoldpanError(
                f"{path}: is protected by a password; save a copy without one and add that"
            ) from error
        if re.search(rb"/Count\s+0\b", data):
            raise GoldpanError(f"{path}: has no pages; fetch it again") from error
        raise GoldpanError(f"{path}: is damaged, no PDF reader opens it; fetch it again") from error
    try:
        if count == 0:
            raise GoldpanError(f"{path}: has no pages; fetch it again")
        if count > max_pages:
            raise GoldpanError(
                f"{path}: has {count} pages, more than max_pages = {max_pages}; split it or raise the setting"
            )
        yield document
    finally:
        document.close()


def _check_frame(path: Path, data: bytes) -> None:
    """The file's head, tail and cross-reference pointer; PDFium would mend these in silence and lose pages."""
    head = data.find(b"%PDF-", 0, 1024)
    if not data:
        raise GoldpanError(f"{path}: is empty (0 bytes); fetch it again")
    if head < 0:
        raise GoldpanError(f"{path}: is not a PDF (it does not begin with %PDF-); check what was downloaded")
    end = data.rfind(b"%%EOF")
    pointers = re.findall(rb"startxref\s+(\d+)", data[max(0, end - 2048) :] if end >= 0 else b"")
    if end < 0 or not pointers:
        raise GoldpanError(f"{path}: is cut short (no end-of-file mark); fetch it again")
    at = int(pointers[-1])
    if not any(_cross_reference(data, place) for place in (at, at + head)):
        raise GoldpanError(
            f"{path}: has a damaged cross-reference table, parts may be missing; fetch it again"
        )


def _cross_reference(data: bytes, at: int) -> bool:
    """Whether a cross-reference table or stream begins at (or within a few bytes of) an offset."""
    begin = data[max(0, at - 16) : at + 32]
    return b"xref" in begin or (
        re.search(rb"\d+\s+\d+\s+obj", begin) is not None and b"/XRef" in data[at : at + 2048]
    )
