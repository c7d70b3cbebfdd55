"""A document that the text reader made of a rendering, put into offsets of its reading text."""

from __future__ import annotations

from dataclasses import replace

from pipeline.schema import Citation, Document, Origin


def in_reading_offsets(document: Document, origin: Origin) -> Document:
    """The same document with its reading text for source, and the way back to where it was rendered from.

    A section that was left out stands, without extent, behind the kept one before it; references stand at the end.

    >>> from pipeline.reading.text import build
    >>> document = build("*Lithium* helped.", "a")
    >>> in_reading_offsets(document, document.origin).source
    'Lithium helped.'
    """
    sections, at = [], 0
    for section in document.sections:
        if section.start is not None and section.end is not None:
            at = section.end
            sections.append(replace(section, source_start=section.start, source_end=at))
        else:
            sections.append(replace(section, source_start=at, source_end=at))
    end = len(document.text)
    document.sections = sections
    document.citations = [Citation(c.at, c.at, c.at, c.text, c.keys) for c in document.citations]
    document.references = [replace(r, source_start=end, source_end=end) for r in document.references]
    document.origin, document.source = origin, document.text
    return document
