"""Documents → mentions, through one spaCy pipeline built from a declarative config."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pipeline.schema import Document, Mention

if TYPE_CHECKING:
    from spacy.language import Language

    from pipeline.settings import Settings


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

    def extract(self, documents: Iterable[Document]) -> Iterator[tuple[Document, list[Mention]]]:
        """Each document with its mentions in source order. Streams: one document is held at a time."""
        from pipeline.language.common import attach, everything

        docs = (attach(self.nlp.make_doc(document.text), document) for document in documents)
        for doc in self.nlp.pipe(docs):
            document = doc.user_data["goldpan.document"]
            mentions = [m for found in everything(doc) if (m := document.mention(found)) is not None]
            mentions.sort(key=lambda m: (m.start, m.end, m.label))
            yield document, mentions

    def versions(self) -> dict[str, Any]:
        """Checksums of what the result depends on besides code and settings: lexicons and model."""
        from pipeline.language.build import model_checksum
        from pipeline.language.lexicon import checksum

        return {"lexicon": checksum(), "model": model_checksum(self.nlp)}
