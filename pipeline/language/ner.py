"""The NER slot: runs a model on a doc and keeps its entities as candidates in ``doc.spans["ner"]``.

The model is the bundled one, any installed spaCy or scispaCy model by name, or none. Its chemical labels
(``CHEMICAL``, ``SIMPLE_CHEMICAL``, ``CHEBI``, ``Chemical``, ``DRUG``) become CHEMICAL, diseases DISEASE.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc, Span

_LABELS = {
    "CHEMICAL": "CHEMICAL", "SIMPLE_CHEMICAL": "CHEMICAL", "CHEBI": "CHEMICAL", "Chemical": "CHEMICAL",
    "DRUG": "CHEMICAL", "DISEASE": "DISEASE", "Disease": "DISEASE",
}  # fmt: skip


class EntityCandidates:
    """spaCy component: entities of another pipeline as span group ``ner``.

    Only that pipeline's components run, on docs of goldpan's tokenizer; a model with tokens of its own is aligned
    by characters.
    """

    def __init__(self, model: str) -> None:
        from pipeline.language.build import load_model

        self.model_name = model
        self.nlp = load_model(model) if model != "none" else None
        self.meta = self.nlp.meta if self.nlp else {}
        self._shares_tokens = model == "goldpan_ner"

    def __call__(self, doc: Doc) -> Doc:
        if self.nlp is None:
            doc.spans["ner"] = []
            return doc
        if self._shares_tokens:
            twin = Doc(self.nlp.vocab, words=[t.text for t in doc], spaces=[bool(t.whitespace_) for t in doc])
        else:
            twin = self.nlp.make_doc(doc.text)
        for _, component in self.nlp.pipeline:
            twin = component(twin)
        spans = []
        for entity in twin.ents:
            label = _LABELS.get(entity.label_)
            if label is None:
                continue
            if self._shares_tokens:
                spans.append(Span(doc, entity.start, entity.end, label=label))
            else:
                span = doc.char_span(entity.start_char, entity.end_char, label=label, alignment_mode="expand")
                if span is not None:
                    spans.append(span)
        doc.spans["ner"] = spans
        return doc


@Language.factory("goldpan_entities", assigns=["doc.spans"], default_config={"model": "goldpan_ner"})
def make_entities(nlp: Language, name: str, model: str) -> EntityCandidates:
    """Factory of `EntityCandidates`; ``model`` names the pipeline to run, or is ``none``."""
    return EntityCandidates(model)
