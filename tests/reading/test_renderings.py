"""The samples of corpus/sample rendered in every format give the mentions of the text, with the same values."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from pipeline.extract import Extractor
from pipeline.reading import read
from pipeline.schema import Document
from pipeline.settings import Settings
from tests.reading.renderings import FORMATS, pdf

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "corpus" / "sample").glob("*.txt"))


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor(Settings(model="none"))


@pytest.fixture(scope="module")
def samples() -> list[Document]:
    return [read(path) for path in SAMPLES]


def found(extractor: Extractor, document: Document) -> Counter[tuple[str, str]]:
    """The mentions with their values, however often each."""
    (_, mentions), *_ = extractor.extract([document])
    return Counter((m.label, json.dumps(dict(m.value), sort_keys=True)) for m in mentions)


def agreement(extractor: Extractor, pairs: list[tuple[Document, Document]]) -> float:
    """Mentions in both over mentions in either, over all documents."""
    both = either = 0
    for one, other in pairs:
        a, b = found(extractor, one), found(extractor, other)
        both += (a & b).total()
        either += (a | b).total()
    assert either > 500
    return both / either


@pytest.mark.parametrize("name", FORMATS)
def test_every_rendering_gives_the_mentions_of_the_text(
    name: str, extractor: Extractor, samples: list[Document], tmp_path: Path
) -> None:
    pairs = []
    for document in samples:
        path = tmp_path / f"{document.id}.{name}"
        path.write_bytes(FORMATS[name](document))
        again = read(path)
        pairs.append((document, again))
        assert again.title == document.title
        assert len(again.tables) == len(document.tables)
        assert [t.heads for t in again.tables] == [t.heads for t in document.tables]
        assert [r.key for r in again.references] == [r.key for r in document.references]
        assert Counter(k for c in again.citations for k in c.keys) == Counter(
            k for c in document.citations for k in c.keys
        )
        assert "never read" not in again.text and "thank nobody" not in again.text
    assert agreement(extractor, pairs) >= 0.99


def test_a_rendering_as_pdf_gives_the_mentions_of_the_text(
    extractor: Extractor, samples: list[Document], tmp_path: Path
) -> None:
    pytest.importorskip("reportlab")
    pairs = []
    for document in samples:
        pdf(document, tmp_path / f"{document.id}.pdf")
        pairs.append((document, read(tmp_path / f"{document.id}.pdf")))
    assert agreement(extractor, pairs) >= 0.99
    for document, again in pairs:  # also where a page break parts the heads from the rows
        assert [t.heads for t in again.tables] == [t.heads for t in document.tables]
