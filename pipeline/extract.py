"""Documents → mentions, through one spaCy pipeline built from a declarative config."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

from pipeline.schema import Document, Mention, Study

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from pipeline.settings import Settings


#: Characters of reading text that a batch may hold before it is closed.
_BATCH = 60_000


class Extractor:
    """Finds the mentions of documents. Loading it costs a second or two; keep it.

    >>> from pipeline.reading.text import build
    >>> extractor = Extractor()
    >>> [(m.label, m.text) for _, found in extractor.extract([build("Ten patients took lithium 600 mg.", "a")])
    ...  for m in found]
    [('SAMPLE_SIZE', 'Ten'), ('DRUG', 'lithium'), ('DOSE', '600 mg')]
    """

    def __init__(self, settings: Settings | None = None) -> None:
        from pipeline.language.build import build_pipeline

        self.settings = settings
        self.nlp: Language = build_pipeline(getattr(settings, "model", None) or "goldpan_ner")

    def docs(self, documents: Iterable[Document]) -> Iterator[Doc]:
        """Each document as a processed spaCy doc, for those who want spans. Streams: one is held at a time."""
        from pipeline.language.common import attach

        return self.nlp.pipe(attach(self.nlp.make_doc(document.text), document) for document in documents)

    def lights(self, documents: Iterable[Document]) -> Iterator[Doc]:
        """Each document as a `Light` that every component has seen; as a Doc where one of them wants tokens.

        For whatever reads mentions through `pipeline.language.common`, as studies and the audit do. Streams.
        """
        from pipeline.language.common import Light, OnCharacters

        components = [component for _, component in self.nlp.pipeline]
        if not all(isinstance(component, OnCharacters) for component in components):
            yield from self.docs(documents)
            return
        for batch in _batches(documents):
            docs = [cast("Doc", Light(document)) for document in batch]
            for component in components:
                docs = [component(doc) for doc in docs]
            yield from docs

    def extract(self, documents: Iterable[Document]) -> Iterator[tuple[Document, list[Mention]]]:
        """Each document with its mentions in source order."""
        for doc in self.lights(documents):
            yield _document(doc), _mentions(doc)

    def evidence(
        self, documents: Iterable[Document]
    ) -> Iterator[tuple[Document, list[Mention], list[Study]]]:
        """Each document with its mentions and with its studies, in the order of its reference list."""
        from pipeline.evidence.studies import studies_of

        for doc in self.lights(documents):
            yield _document(doc), _mentions(doc), studies_of(doc)

    def rows(
        self, documents: Iterable[Document]
    ) -> Iterator[tuple[Document, list[Mention], list[dict[str, Any]]]]:
        """Each document with its mentions, and its studies and audit alarms as rows to be kept.

        A row is ``{"study": Study.to_json()}`` or ``{"alarm": …}`` (see `pipeline.evidence.audit`).
        """
        from pipeline.evidence.audit import audit
        from pipeline.evidence.studies import studies_of

        for doc in self.lights(documents):
            kept = [{"study": study.to_json()} for study in studies_of(doc)]
            kept += [{"alarm": alarm} for alarm in audit(doc)]
            yield _document(doc), _mentions(doc), kept


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Short documents together, a long one by itself.

    Each component sees a whole batch before the next one does, so that its tables stay in the processor's cache. A
    batch is small enough not to be felt as memory or as waiting.
    """
    batch: list[Document] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += len(document.text)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _document(doc: Doc) -> Document:
    from pipeline.language.common import document_of

    document = document_of(doc)
    assert document is not None
    return document


def _mentions(doc: Doc) -> list[Mention]:
    """A doc's mentions in source coordinates, by place."""
    from pipeline.language.common import everything

    document = _document(doc)
    mentions = [m for found in everything(doc) if (m := document.mention(found)) is not None]
    mentions.sort(key=lambda m: (m.start, m.end, m.label))
    return mentions
