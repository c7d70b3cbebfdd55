"""The NER slot: runs a model on a doc and keeps its entities as candidates in ``doc.spans["ner"]``.

The model is the bundled one, any installed spaCy or scispaCy model by name, or none. Its chemical labels
(``CHEMICAL``, ``SIMPLE_CHEMICAL``, ``CHEBI``, ``Chemical``, ``DRUG``) become CHEMICAL, diseases DISEASE.

The bundled model is asked only where it can matter: in sentences with a word that neither the lexicons nor common
biomedical English know (lexicons/common_words.tsv), at a place where a drug can stand. Other models see whole docs.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language.common import OnCharacters, has_tokens, sentences_of, text_of
from pipeline.language.given import beside_given, is_code
from pipeline.language.lexicon import Traits
from pipeline.language.lookup import hits_of
from pipeline.language.tokenizer import Tokenizer
from pipeline.lexicons import rows

_LABELS = {
    "CHEMICAL": "CHEMICAL", "SIMPLE_CHEMICAL": "CHEMICAL", "CHEBI": "CHEMICAL", "Chemical": "CHEMICAL",
    "DRUG": "CHEMICAL", "DISEASE": "DISEASE", "Disease": "DISEASE",
}  # fmt: skip
_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z][a-z]{3,}(?![A-Za-z])")
_CODE = re.compile(r"[A-Z](?<![\w-][A-Z])[A-Z]{0,5}-?\d{2,7}[A-Z]{0,2}(?![\w-])")


#: an entity by character, and CHEMICAL or DISEASE
Entity = tuple[int, int, str]
_ENTITIES = "goldpan.entities"


def entities_of(doc: Doc) -> list[Entity]:
    """The candidates that an NER component left: ours, or anybody's span group ``ner``."""
    found: list[Entity] | None = doc.user_data.get(_ENTITIES)
    if found is None and has_tokens(doc):
        return [(span.start_char, span.end_char, span.label_) for span in doc.spans.get("ner", ())]
    return found or []


@cache
def common_words() -> frozenset[str]:
    """Words of ordinary biomedical English."""
    return frozenset(row["word"] for row in rows("common_words.tsv"))


def unknown_places(doc: Doc) -> list[int]:
    """Where words stand that no lexicon and no common English knows, and that could be a drug by their neighbours."""
    text = text_of(doc)
    unknown = {word for _, word in _unknown_words().of(text)["unknown"]}
    codes = [m for m in _CODE.finditer(text) if is_code(m[0])]
    if not unknown and not codes:
        return []
    taken = sorted(
        (h.start, h.end) for name in ("drugs", "not_drugs", "scales", "outcomes") for h in hits_of(doc, name)
    )
    starts = [start for start, _ in taken]

    def covered(at: int) -> bool:
        i = bisect_left(starts, at + 1) - 1
        return any(taken[j][0] <= at < taken[j][1] for j in range(max(0, i - 3), i + 1))

    places = [m.start() for m in codes if not covered(m.start())]
    for word in unknown:
        start = text.find(word)
        while start >= 0:
            alone = _WORD.match(text, start)
            if (
                alone is not None
                and alone[0] == word
                and not covered(start)
                and beside_given(text, start, start + len(word))
            ):
                places.append(start)
            start = text.find(word, start + 1)
    return sorted(places)


@cache
def _unknown_words() -> Traits:
    """The words that common English does not know, each looked up once."""

    def unknown(run: str) -> str | None:
        for match in _WORD.finditer(run):
            if match[0].lower() not in common_words():
                return match[0]
        return None

    return Traits({"unknown": unknown})


class EntityCandidates(OnCharacters):
    """spaCy component: entities of another pipeline as span group ``ner``.

    Only that pipeline's components run; a model with tokens of its own is aligned by characters.
    """

    def __init__(self, model: str, gate: bool = True) -> None:
        from pipeline.language.build import load_model
        from pipeline.versions import BUNDLED

        self.model_name = model
        self.gate = gate
        self.nlp = load_model(model) if model != "none" else None
        self.meta = self.nlp.meta if self.nlp else {}
        self.tokenizer: Any = Tokenizer(self.nlp.vocab) if self.nlp is not None else None
        self.tagger: Any = self.nlp.get_pipe("ner") if self.nlp is not None and model == BUNDLED else None

    def __call__(self, doc: Doc) -> Doc:
        if self.nlp is None:
            found = []
        else:
            found = self._bundled(doc) if self.tagger is not None else self._foreign(text_of(doc))
        doc.user_data[_ENTITIES] = found
        if has_tokens(doc):
            spans = (doc.char_span(a, b, label=label, alignment_mode="expand") for a, b, label in found)
            doc.spans["ner"] = [span for span in spans if span is not None]
        return doc

    def _bundled(self, doc: Doc) -> list[Entity]:
        """The bundled tagger on the sentences that hold unknown words; each sentence is tagged by itself."""
        text = text_of(doc)
        stretches = self._sentences(doc) if self.gate else [(0, len(text))]
        if not stretches:
            return []
        pieces = [self.tokenizer(text[start:end]) for start, end in stretches]
        found: list[Entity] = []
        for (at, _), piece, entities in zip(stretches, pieces, self.tagger.predict(pieces), strict=True):
            for first, last, label in entities:
                start, end = at + piece[first].idx, at + piece[last - 1].idx + len(piece[last - 1])
                found.append((start, end, _LABELS[label]))
        return found

    def _sentences(self, doc: Doc) -> list[tuple[int, int]]:
        sentences = sentences_of(doc)
        wanted = sorted({sentences.index(place) for place in unknown_places(doc)})
        return [
            (sentences.starts[i], sentences.ends[i])
            for i in wanted
            if sentences.ends[i] > sentences.starts[i]
        ]

    def _foreign(self, text: str) -> list[Entity]:
        """The entities of another pipeline, which sees the whole text in tokens of its own."""
        assert self.nlp is not None
        twin = self.nlp.make_doc(text)
        for _, component in self.nlp.pipeline:
            twin = component(twin)
        known = ((entity, _LABELS.get(entity.label_)) for entity in twin.ents)
        return [(entity.start_char, entity.end_char, label) for entity, label in known if label is not None]


@Language.factory(
    "goldpan_entities", assigns=["doc.spans"], default_config={"model": "goldpan_ner", "gate": True}
)
def make_entities(nlp: Language, name: str, model: str, gate: bool) -> EntityCandidates:
    """Factory of `EntityCandidates`: ``model`` names the pipeline to run or is ``none``; ``gate`` off reads all."""
    return EntityCandidates(model, gate)
