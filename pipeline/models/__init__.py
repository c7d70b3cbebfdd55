"""The bundled NER model, goldpan_ner (CARD.md). Importing this makes its parts known to ``spacy.load``."""

from pipeline.language import ner_model, tokenizer

__all__ = ["ner_model", "tokenizer"]
