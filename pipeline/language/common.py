"""What the components share: where they find the document, and where they put what they found.

Every matcher writes a span group (``doc.spans["doses"]``). A span carries its typed value on ``span._.value``,
the rule or lexicon entry that fired on ``span._.why``, its context on ``span._.context``, and its exact
characters on ``span._.chars`` (the same as the span's own with goldpan's tokenizer; foreign ones may be coarser).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc, Span

from pipeline.schema import Document, Found, Label

#: span group of each label
GROUPS: dict[Label, str] = {
    "DRUG": "drugs", "DOSE": "doses", "SAMPLE_SIZE": "sample_sizes",
    "SCALE": "scales", "OUTCOME": "outcomes", "RESULT": "results",
}  # fmt: skip
_FOUND = "goldpan.found"
_DOCUMENT = "goldpan.document"
_SENTENCES = "goldpan.sentences"


def _attribute(name: str) -> Any:
    def getter(span: Span) -> Any:
        found = span.doc.user_data.get(_FOUND, {}).get(span.label_, {}).get((span.start, span.end))
        return getattr(found, name) if found is not None else None

    return getter


def _chars(span: Span) -> tuple[int, int] | None:
    found = span.doc.user_data.get(_FOUND, {}).get(span.label_, {}).get((span.start, span.end))
    return (found.start, found.end) if found is not None else None


if not Span.has_extension("value"):
    Span.set_extension("value", getter=_attribute("value"))
if not Span.has_extension("why"):
    Span.set_extension("why", getter=_attribute("why"))
if not Span.has_extension("context"):
    Span.set_extension("context", getter=_attribute("context"))
if not Span.has_extension("chars"):
    Span.set_extension("chars", getter=_chars)


class Light:
    """A document on its way through the pipeline without tokens: what goldpan's components read and write of a Doc.

    They work on characters, so a Doc is made only where somebody wants one (`Extractor.docs`, anybody's pipeline):
    its tokens cost more than most matchers.

    >>> from pipeline.reading.text import build
    >>> light = Light(build("Lithium helped.", "a"))
    >>> text_of(light), document_of(light).id
    ('Lithium helped.', 'a')
    """

    __slots__ = ("text", "user_data")

    def __init__(self, document: Document) -> None:
        self.text = document.text
        self.user_data: dict[str, Any] = {_DOCUMENT: document, "goldpan.text": document.text}


def has_tokens(doc: object) -> bool:
    """Whether a doc is spaCy's, and not a `Light`."""
    return isinstance(doc, Doc)


class OnCharacters:
    """A component that asks a doc for no tokens: it takes a `Light` as well."""

    __slots__ = ()


def attach(doc: Doc, document: Document) -> Doc:
    """Give a doc the document that its text was read from, so that matchers know sections, tables and citations."""
    doc.user_data[_DOCUMENT] = document
    doc.user_data["goldpan.text"] = document.text
    return doc


def _place(found: Found) -> tuple[int, int]:
    return found.start, found.end


def document_of(doc: Doc) -> Document | None:
    """The document a doc was made from; None where somebody calls ``nlp("some text")``."""
    return doc.user_data.get(_DOCUMENT)


def text_of(doc: Doc) -> str:
    """``doc.text``, made once: spaCy joins the tokens anew at every call, which costs more than most matchers."""
    text: str | None = doc.user_data.get("goldpan.text")
    if text is None:
        text = doc.user_data["goldpan.text"] = doc.text
    return text


def token_starts(doc: Doc) -> npt.NDArray[np.int64]:
    """Character offset of each token, shape (n_tokens,), int64."""
    starts = doc.user_data.get("goldpan.token_starts")
    if starts is None:
        lengths = np.fromiter((len(token.text_with_ws) for token in doc), dtype=np.int64, count=len(doc))
        starts = np.concatenate(([0], np.cumsum(lengths)[:-1])) if len(doc) else np.zeros(0, dtype=np.int64)
        doc.user_data["goldpan.token_starts"] = starts
    return starts


def put(doc: Doc, label: Label, mentions: Iterable[Found]) -> None:
    """Write a component's mentions: the span group, and the values behind its spans. Replaces earlier ones."""
    found = sorted(mentions, key=_place)
    doc.user_data.setdefault("goldpan.list", {})[label] = found
    if not has_tokens(doc):
        return
    starts = token_starts(doc)
    by_tokens: dict[tuple[int, int], Found] = {}
    spans = []
    if found:
        first = np.searchsorted(starts, [f.start for f in found], side="right") - 1
        last = np.searchsorted(starts, [f.end for f in found], side="left")
        for mention, i, j in zip(found, first.tolist(), last.tolist(), strict=True):
            by_tokens[i, j] = mention
            spans.append(Span(doc, i, j, label=label))
    doc.user_data.setdefault(_FOUND, {})[label] = by_tokens
    doc.spans[GROUPS[label]] = spans


def get(doc: Doc, label: Label) -> list[Found]:
    """The mentions of one label, in order of their start."""
    found: list[Found] = doc.user_data.get("goldpan.list", {}).get(label, [])
    return found


def everything(doc: Doc) -> Iterator[Found]:
    """All mentions of a doc, label by label."""
    for label in GROUPS:
        yield from get(doc, label)


class Sentences:
    """Sentence boundaries by character, for bisection: ``sentences.around(offset)``."""

    __slots__ = ("ends", "starts")

    def __init__(self, bounds: list[tuple[int, int]]) -> None:
        self.starts = [start for start, _ in bounds]
        self.ends = [end for _, end in bounds]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(zip(self.starts, self.ends, strict=True))

    def __len__(self) -> int:
        return len(self.starts)

    def index(self, offset: int) -> int:
        """Which sentence holds a character."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def around(self, offset: int) -> tuple[int, int]:
        """Start and end of the sentence (or table cell) that holds a character."""
        if not self.starts:
            return 0, 0
        i = bisect_right(self.starts, offset) - 1
        if i < 0:
            i = 0
        return self.starts[i], self.ends[i]


def set_sentences(doc: Doc, bounds: list[tuple[int, int]]) -> None:
    """Keep a doc's sentence boundaries, (start, end) by character, for the matchers."""
    doc.user_data[_SENTENCES] = Sentences(bounds)


def sentences_of(doc: Doc) -> Sentences:
    """The sentences set by ``goldpan_sentences``, or else the doc's own, or else the whole text as one."""
    found = doc.user_data.get(_SENTENCES)
    if found is None:
        if has_tokens(doc) and doc.has_annotation("SENT_START"):
            found = Sentences([(sent.start_char, sent.end_char) for sent in doc.sents])
        else:
            found = Sentences([(0, len(text_of(doc)))])
        doc.user_data[_SENTENCES] = found
    return found


class Tables:
    """Which table cell a character stands in, by bisection over all cells of the document."""

    def __init__(self, document: Document | None) -> None:
        self.document = document
        self._cells = sorted(
            (cell.start, cell.end, t, cell.row, cell.column)
            for t, table in enumerate(document.tables if document else ())
            for row in table.rows
            for cell in row
        )
        self._starts = [cell[0] for cell in self._cells]

    def __bool__(self) -> bool:
        return bool(self._cells)

    def cell(self, offset: int) -> tuple[int, int, int] | None:
        """(table index, row, column) of the cell around a reading offset, or None in prose."""
        i = bisect_right(self._starts, offset) - 1
        if i < 0 or offset >= self._cells[i][1]:
            return None
        return self._cells[i][2], self._cells[i][3], self._cells[i][4]

    def head(self, offset: int) -> str:
        """The column head over a reading offset ("" in prose, or in the head row itself)."""
        place = self.cell(offset)
        if place is None or self.document is None:
            return ""
        table = self.document.tables[place[0]]
        return table.heads[place[2]] if place[1] >= table.header_rows and place[2] < len(table.heads) else ""


def tables_of(doc: Doc) -> Tables:
    """The table cells of a doc's document."""
    tables = doc.user_data.get("goldpan.tables")
    if tables is None:
        tables = doc.user_data["goldpan.tables"] = Tables(document_of(doc))
    return tables


__all__ = [
    "GROUPS",
    "Light",
    "OnCharacters",
    "Sentences",
    "Tables",
    "attach",
    "document_of",
    "everything",
    "get",
    "has_tokens",
    "put",
    "sentences_of",
    "set_sentences",
    "tables_of",
    "text_of",
    "token_starts",
]  # fmt: skip
