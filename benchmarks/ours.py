"""goldpan's own rows: whole, without NER, and component by component."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.child import Job, Tool
from pipeline.extract import Extractor
from pipeline.language.common import attach
from pipeline.language.lookup import hits_of
from pipeline.reading.text import build
from pipeline.schema import Document
from pipeline.settings import Settings

#: The step that belongs to no component: one pass for all lexicons and cues, which all matchers read.
LOOKUP = "lexicon lookup, for all of them"


def _read(texts: Sequence[str]) -> list[Document]:
    return [build(text, str(number)) for number, text in enumerate(texts)]


def _extractor(model: str) -> Extractor:
    return Extractor(Settings(model=model))


def reading(job: Job) -> tuple[Callable[[list[str]], Any], Callable[[Any], Any]]:
    """Source text → document: sections, citations, references, tables."""
    return list, lambda texts: len(_read(texts))


def everything(model: str) -> Tool:
    """What a run does to a text: reading, mentions, studies, audit."""

    def tool(job: Job) -> tuple[Callable[[list[str]], Any], Callable[[Any], Any]]:
        extractor = _extractor(model)

        def run(texts: list[str]) -> int:
            documents = (build(text, str(number)) for number, text in enumerate(texts))
            return sum(len(mentions) for _, mentions, _ in extractor.rows(documents))

        return list, run

    return tool


def mentions(model: str, read_before: bool) -> Tool:
    """Mentions, from source texts or from documents that were read before."""

    def tool(job: Job) -> tuple[Callable[[list[str]], Any], Callable[[Any], Any]]:
        extractor = _extractor(model)

        def run(texts: Any) -> int:
            documents = (
                texts if read_before else (build(text, str(number)) for number, text in enumerate(texts))
            )
            return sum(len(found) for _, found in extractor.extract(documents))

        return (_read if read_before else list), run

    return tool


def components(job: Job) -> tuple[Callable[[list[str]], Any], Callable[[Any], dict[str, float]]]:
    """CPU seconds of each component, each after those that it reads."""
    nlp = _extractor("goldpan_ner").nlp

    def run(documents: list[Document]) -> dict[str, float]:
        spent: dict[str, float] = defaultdict(float)
        clock = time.process_time
        for document in documents:
            at = clock()
            doc = attach(nlp.make_doc(document.text), document)
            now = clock()
            spent["tokenizer"] += now - at
            at = now
            hits_of(doc, "drugs")
            now = clock()
            spent[LOOKUP] += now - at
            for name, component in nlp.pipeline:
                at = now
                doc = component(doc)
                now = clock()
                spent[name.removeprefix("goldpan_")] += now - at
        return dict(spent)

    return _read, run


TOOLS: dict[str, Tool] = {
    "reading": reading,
    "everything": everything("goldpan_ner"),
    "everything, no NER": everything("none"),
    "mentions": mentions("goldpan_ner", read_before=False),
    "mentions, no NER": mentions("none", read_before=False),
    "matchers": mentions("goldpan_ner", read_before=True),
    "matchers, no NER": mentions("none", read_before=True),
    "components": components,
}
