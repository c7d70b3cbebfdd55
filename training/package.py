"""The pipeline folder that ships: goldpan's tokenizer and the tagger, loadable with `spacy.load`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import spacy

from pipeline.language.ner_model import NeuralTagger
from pipeline.language.ner_network import Weights
from pipeline.language.tokenizer import Tokenizer

NAME = "goldpan_ner"
COMPONENT = "ner"


def write(weights: Weights, folder: Path, scores: dict[str, float]) -> str:
    """Write the pipeline to `folder`, with scores in its meta.json; returns the SHA-256 of its weights.npz.

    The same weights give the same bytes.
    """
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "goldpan.Tokenizer.v1"}}})
    tagger = nlp.add_pipe("goldpan_tagger", name=COMPONENT)
    assert isinstance(nlp.tokenizer, Tokenizer) and isinstance(tagger, NeuralTagger)
    tagger.set_weights(weights)
    nlp.meta.update(
        name=NAME,
        version="1.0.0",
        spacy_version=">=3.8,<3.9",
        description="Chemicals and diseases in biomedical text; see CARD.md",
        license="MIT",
        author="goldpan contributors",
        performance=scores,
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(folder, exclude=["vocab"])
    return checksum(folder)


def checksum(folder: Path) -> str:
    """SHA-256 of the weights of a pipeline folder, as `sha256sum` prints it."""
    return hashlib.sha256((folder / COMPONENT / "weights.npz").read_bytes()).hexdigest()


def bytes_on_disk(folder: Path) -> int:
    """Size of all files of a folder together."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
