"""Imports every component, so that their factories are registered."""

from pipeline.language import (
    abbreviations,
    context,
    doses,
    drugs,
    ner,
    ner_model,
    numbers,
    outcomes,
    results,
    sample_sizes,
    scales,
    sentences,
    tokenizer,
)  # fmt: skip

__all__ = [
    "abbreviations", "context", "doses", "drugs", "ner", "ner_model", "numbers", "outcomes", "results",
    "sample_sizes", "scales", "sentences", "tokenizer",
]  # fmt: skip
