"""The pipeline, from one config (pipeline.cfg), and the slot for its NER model."""

from __future__ import annotations

import sys
import warnings
from importlib import resources
from pathlib import Path

import spacy
from spacy.language import Language
from thinc.api import Config

import pipeline.language.components  # noqa: F401  (registers the factories)
from pipeline.schema import GoldpanError
from pipeline.versions import BUNDLED


def config() -> Config:
    """The declarative config of goldpan's pipeline; every component can be swapped in it."""
    text = resources.files("pipeline.language").joinpath("pipeline.cfg").read_text(encoding="utf-8")
    return Config().from_str(text)


def build_pipeline(model: str = BUNDLED) -> Language:
    """Build the pipeline with an NER model: the bundled one, any installed spaCy or scispaCy model, or ``none``.

    Raises GoldpanError where no such model is installed.
    """
    settings = config()
    settings["components"]["goldpan_entities"]["model"] = model
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        nlp = spacy.util.load_model_from_config(settings, auto_fill=True)
    # spaCy's limit is for parsers; how long and how large a document may be is the settings' to say.
    nlp.max_length = sys.maxsize
    return nlp


def bundled_path() -> Path:
    """Where the bundled model lies."""
    return Path(str(resources.files("pipeline.models").joinpath(BUNDLED)))


def load_model(name: str) -> Language:
    """An NER model by name, with nothing in it but what NER needs."""
    try:
        if name == BUNDLED:
            return spacy.load(bundled_path())
        return spacy.load(name, exclude=["tagger", "parser", "lemmatizer", "attribute_ruler", "senter"])
    except OSError:
        raise GoldpanError(
            f"model {name!r}: not installed; use {BUNDLED!r} (bundled), 'none', or pip install the model first"
        ) from None
