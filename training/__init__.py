"""How the bundled NER model is made: corpora, network, recipe, evaluation. See pipeline/models/CARD.md."""
