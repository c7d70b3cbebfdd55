"""The other tools. Each loads what it needs by itself: half of them live in an environment of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # at run time this file stands alone
    from benchmarks.child import Job, Tool

Pair = tuple[Callable[[list[str]], Any], Callable[[Any], Any]]


def _piped(nlp: Any) -> Pair:
    return list, lambda texts: sum(1 for _ in nlp.pipe(texts))


def spacy_tokenizer(job: Job) -> Pair:
    """spaCy's blank English tokenizer, called text by text: the unit of the table."""
    import spacy

    tokenizer = spacy.blank("en").tokenizer
    return list, lambda texts: sum(len(tokenizer(text)) for text in texts)


def spacy_sentencizer(job: Job) -> Pair:
    """Blank tokenizer and sentencizer."""
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    return _piped(nlp)


def spacy_cnn(job: Job) -> Pair:
    """spaCy's default CNN NER (width 96, depth 4) with random weights: what such a model costs, not what it finds."""
    import spacy

    nlp = spacy.blank("en")
    ner = nlp.add_pipe("ner")
    for label in ("CHEMICAL", "DISEASE"):
        ner.add_label(label)  # type: ignore[attr-defined]
    nlp.initialize()
    return _piped(nlp)


def scispacy_tokenizer(job: Job) -> Pair:
    """scispaCy's tokenizer."""
    import spacy
    from scispacy.custom_tokenizer import combined_rule_tokenizer

    tokenizer = combined_rule_tokenizer(spacy.blank("en"))
    return list, lambda texts: sum(len(tokenizer(text)) for text in texts)


def scispacy_abbreviations(job: Job) -> Pair:
    """scispaCy's tokenizer and AbbreviationDetector."""
    import spacy
    from scispacy.abbreviation import AbbreviationDetector  # noqa: F401  (registers the factory)
    from scispacy.custom_tokenizer import combined_rule_tokenizer

    nlp = spacy.blank("en")
    nlp.tokenizer = combined_rule_tokenizer(nlp)
    nlp.add_pipe("abbreviation_detector")
    return _piped(nlp)


def pysbd_sentences(job: Job) -> Pair:
    """pysbd's sentences, which scispaCy offers as its segmenter."""
    import pysbd

    segmenter = pysbd.Segmenter(language="en", clean=False)
    return list, lambda texts: sum(len(segmenter.segment(text)) for text in texts)


def medspacy(job: Job) -> Pair:
    """medspaCy: PyRuSH sentences, target matcher on the terms, ConText. Its debugging log is switched off."""
    from loguru import logger

    logger.remove()
    import medspacy as library
    from medspacy.target_matcher import TargetRule

    nlp = library.load(medspacy_enable=["medspacy_pyrush", "medspacy_target_matcher", "medspacy_context"])
    logger.remove()
    nlp.get_pipe("medspacy_target_matcher").add([TargetRule(term, "DRUG") for term in job["terms"]])
    return _piped(nlp)


def edsnlp(normalized: bool) -> Tool:
    """edsnlp: sentences, all quantities, and the terms; with its normalizer, which its guide puts first, or without."""

    def tool(job: Job) -> Pair:
        from loguru import logger

        logger.remove()
        import edsnlp as library

        nlp = library.blank("eds")
        if normalized:
            nlp.add_pipe("eds.normalizer")
        nlp.add_pipe("eds.sentences")
        nlp.add_pipe("eds.quantities", config={"quantities": "all"})
        attribute = "NORM" if normalized else "LOWER"
        nlp.add_pipe("eds.matcher", config={"terms": {"drug": job["terms"]}, "attr": attribute})
        return _piped(nlp)

    return tool


def quantulum3(job: Job) -> Pair:
    """quantulum3: quantities with units, with its classifier."""
    from quantulum3 import parser

    return list, lambda texts: sum(len(parser.parse(text)) for text in texts)


TOOLS: dict[str, Tool] = {
    "spacy": spacy_tokenizer,
    "sentencizer": spacy_sentencizer,
    "cnn": spacy_cnn,
    "scispacy": scispacy_tokenizer,
    "abbreviations": scispacy_abbreviations,
    "pysbd": pysbd_sentences,
    "medspacy": medspacy,
    "edsnlp": edsnlp(normalized=False),
    "edsnlp, normalizer": edsnlp(normalized=True),
    "quantulum3": quantulum3,
}
