"""Imports every component, so that their factories are registered."""

from pipeline.language import abbreviations, doses, drugs, ner, numbers, sentences, tokenizer

__all__ = ["abbreviations", "doses", "drugs", "ner", "numbers", "sentences", "tokenizer"]
