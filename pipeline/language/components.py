"""Imports every component, so that their factories are registered."""

from scispacy.abbreviation import AbbreviationDetector  # registers "abbreviation_detector"

from pipeline.language import doses, drugs, ner, numbers, sentences, tokenizer

__all__ = ["AbbreviationDetector", "doses", "drugs", "ner", "numbers", "sentences", "tokenizer"]
