"""`goldpan_tagger`: the bundled model's spaCy component, tagging CHEMICAL and DISEASE in `doc.ents`.

`spacy.load` of the bundled folder needs `pipeline.models` imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import srsly  # type: ignore[import-untyped]
from spacy.attrs import ORTH  # type: ignore[import-not-found]
from spacy.language import Language
from spacy.pipeline import Pipe
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from pipeline.language.ner_definitions import label_short_forms
from pipeline.language.ner_network import FILES, TypeVectors, Weights, allowed_moves, decode, emissions


class NeuralTagger(Pipe):
    """Writes `doc.ents`, replacing what stood there.

    A `Doc` or a part of one (a sentence) is tagged by itself: nothing is carried from one to the next but the vectors
    of word types, which do not depend on the text. Short forms that the text defines take the label of their long
    form. Tokens of white space are skipped. It is trained on goldpan's
    tokenizer and runs on any; a tokenizer that keeps `ketamine-induced` whole will tag the whole.

    >>> import spacy
    >>> from pipeline.language.build import bundled_path
    >>> nlp = spacy.load(bundled_path())
    >>> [(ent.text, ent.label_) for ent in nlp("Naloxone was given for respiratory depression.").ents]
    [('Naloxone', 'CHEMICAL'), ('respiratory depression', 'DISEASE')]
    """

    def __init__(self, vocab: Vocab, name: str = "goldpan_tagger") -> None:
        self.vocab, self.name = vocab, name
        self.weights: Weights | None = None

    def set_weights(self, weights: Weights) -> None:
        """Take the weights that the component shall run with."""
        self.weights = weights
        self.types = TypeVectors(weights)
        self.moves = weights.moves + allowed_moves(weights.tags)

    @property
    def labels(self) -> tuple[str, ...]:
        """Entity types, in alphabetical order; none before weights are loaded."""
        tags = self.weights.tags if self.weights else ()
        return tuple(sorted({tag[2:] for tag in tags if tag != "O"}))

    def predict(self, texts: Sequence[Doc | Span]) -> list[list[tuple[int, int, str]]]:
        """Entities of each text as (start, end, label), in tokens of its document. All texts share a vocabulary.

        Raises ValueError before weights are loaded.
        """
        if self.weights is None:
            raise ValueError("goldpan_tagger has no weights yet: load them with from_disk, or use spacy.load")
        found: list[list[tuple[int, int, str]]] = [[] for _ in texts]
        orths = [text.to_array([ORTH]).reshape(-1) for text in texts]  # type: ignore[union-attr]
        if not orths or not sum(map(len, orths)):
            return found
        keys, inverse = np.unique(np.concatenate(orths), return_inverse=True)
        strings = texts[0].vocab.strings
        words = [strings[key] for key in keys.tolist()]
        rows = self.types.rows(keys, words)[inverse]
        kept = ~np.asarray([word.isspace() for word in words])[inverse]
        owner = np.repeat(np.arange(len(texts)), [len(part) for part in orths])
        token = np.concatenate([np.arange(len(part)) for part in orths])
        owner, token, rows, which = owner[kept], token[kept], rows[kept], inverse[kept]
        counts = np.bincount(owner, minlength=len(texts))
        scores = emissions(self.weights, self.types.vectors, rows, counts[counts > 0])
        tags = decode(scores, counts[counts > 0], self.moves)
        firsts = np.cumsum(counts) - counts
        for place in np.flatnonzero(tags).tolist():
            tag = self.weights.tags[tags[place]]
            text = int(owner[place])
            if tag[0] in "BU":
                start = place - int(firsts[text])
            if tag[0] in "LU":
                found[text].append((start, place + 1 - int(firsts[text]), tag[2:]))
        for text in np.unique(owner[which == words.index("(")]).tolist() if "(" in words else ():
            if found[text]:
                part = which[firsts[text] : firsts[text] + counts[text]].tolist()
                found[text] = label_short_forms([words[number] for number in part], found[text])
        for text, (first, source) in enumerate(zip(firsts.tolist(), texts, strict=True)):
            shift = source.start if isinstance(source, Span) else 0
            found[text] = [
                (int(token[first + start]) + shift, int(token[first + end - 1]) + 1 + shift, kind)
                for start, end, kind in found[text]
            ]
        return found

    def set_annotations(self, docs: Sequence[Doc], found: Sequence[Sequence[tuple[int, int, str]]]) -> None:
        """Write what `predict` found of whole documents to `doc.ents`."""
        for doc, entities in zip(docs, found, strict=True):
            doc.set_ents([Span(doc, start, end, label) for start, end, label in entities])

    def __call__(self, doc: Doc) -> Doc:
        self.set_annotations([doc], self.predict([doc]))
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        for docs in _batched(stream, batch_size):
            self.set_annotations(docs, self.predict(docs))
            yield from docs

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self._files().items():
            (folder / name).write_bytes(content)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> NeuralTagger:
        self.set_weights(Weights.from_files({name: (Path(path) / name).read_bytes() for name in FILES}))
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        return bytes(srsly.msgpack_dumps(self._files()))

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> NeuralTagger:
        self.set_weights(Weights.from_files(srsly.msgpack_loads(bytes_data)))
        return self

    def _files(self) -> dict[str, bytes]:
        if self.weights is None:
            raise ValueError("goldpan_tagger has no weights to save")
        return self.weights.to_files()


def _batched(stream: Iterable[Doc], size: int) -> Iterator[list[Doc]]:
    docs = iter(stream)
    while batch := list(islice(docs, size)):
        yield batch


@Language.factory("goldpan_tagger", assigns=["doc.ents", "token.ent_iob", "token.ent_type"])
def make_neural_tagger(nlp: Language, name: str) -> Any:
    """The component, without weights until it is loaded."""
    return NeuralTagger(nlp.vocab, name)
