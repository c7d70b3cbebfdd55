"""Sentences as the model sees them: word types and BILUO tags on the tokens of goldpan's tokenizer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import spacy
from spacy.training import offsets_to_biluo_tags

from pipeline.language.tokenizer import Tokenizer
from training.corpora import Sentence, with_offsets
from training.crf import Ints
from training.layers import Batch
from training.network import Inventory, biluo_tags


@dataclass(frozen=True)
class Encoded:
    """One sentence: type numbers and tag numbers, of one length."""

    types: Ints
    tags: Ints


@dataclass(frozen=True)
class Alignment:
    """How many entities there were, and how many the tokens could not carry."""

    entities: int
    lost: int


def encode(
    sentences: Iterable[Sentence], labels: Mapping[str, str], inventory: Inventory
) -> tuple[list[Encoded], Alignment]:
    """Encode sentences for a head whose types are the values of `labels` (corpus type to type of the head).

    An entity that does not begin and end at a token is left out of the tags and counted as lost.
    """
    tokenizer = Tokenizer(spacy.blank("en").vocab)
    tags = {tag: number for number, tag in enumerate(biluo_tags(sorted(set(labels.values()))))}
    encoded: list[Encoded] = []
    entities = lost = 0
    for sentence in sentences:
        text, spans = with_offsets(sentence)
        doc = tokenizer(text)
        fitting = [(a, b, labels[kind]) for a, b, kind in spans if doc.char_span(a, b) is not None]
        entities += len(spans)
        lost += len(spans) - len(fitting)
        types = np.asarray([inventory.add(token.text) for token in doc])
        encoded.append(Encoded(types, np.asarray([tags[tag] for tag in offsets_to_biluo_tags(doc, fitting)])))
    return encoded, Alignment(entities, lost)


def encode_texts(texts: Iterable[str], inventory: Inventory, longest: int = 60) -> list[Ints]:
    """Type numbers of plain texts in runs of at most `longest` tokens, cut after a full stop where one stands."""
    tokenizer = Tokenizer(spacy.blank("en").vocab)
    runs: list[Ints] = []
    for text in texts:
        run: list[int] = []
        for token in tokenizer(text):
            if token.is_space:
                continue
            run.append(inventory.add(token.text))
            if token.text == "." or len(run) == longest:
                runs.append(np.asarray(run))
                run = []
        if run:
            runs.append(np.asarray(run))
    return runs


class Swapper:
    """Puts other names of a list in the place of entities, so that contexts are learnt apart from names.

    Mention replacement, after Dai and Adel 2020 (doi:10.18653/v1/2020.coling-main.343).
    """

    def __init__(
        self,
        names: Mapping[str, Iterable[str]],
        kinds: Sequence[str],
        inventory: Inventory,
        shares: Mapping[str, float],
    ) -> None:
        """names: lists by type; kinds: the head's types; shares: how many entities of a type are replaced."""
        tokenizer = Tokenizer(spacy.blank("en").vocab)
        self.shares = shares
        self.tags = biluo_tags(kinds)
        self.names = {
            kind: [
                np.asarray([inventory.add(token.text) for token in tokenizer(name)]) for name in names[kind]
            ]
            for kind in kinds
        }

    def __call__(self, sentence: Encoded, rng: np.random.Generator) -> Encoded:
        if not sentence.tags.any():
            return sentence
        types: list[int] = []
        tags: list[int] = []
        i = 0
        while i < len(sentence.tags):
            stop = i + 1
            tag = self.tags[sentence.tags[i]]
            if tag[0] == "B":
                while self.tags[sentence.tags[stop - 1]][0] != "L":
                    stop += 1
            if tag[0] in "BU" and rng.random() < self.shares[tag[2:]]:
                pool = self.names[tag[2:]]
                name = pool[int(rng.integers(len(pool)))]
                types += name.tolist()
                tags += self._biluo(len(name), tag[2:])
            else:
                types += sentence.types[i:stop].tolist()
                tags += sentence.tags[i:stop].tolist()
            i = stop
        return Encoded(np.asarray(types), np.asarray(tags))

    def _biluo(self, length: int, kind: str) -> list[int]:
        first = self.tags.index(f"B-{kind}")
        return [first + 3] if length == 1 else [first, *[first + 1] * (length - 2), first + 2]


def batches(
    sizes: Sequence[int], tokens: int, join: int, rng: np.random.Generator
) -> Iterator[list[list[int]]]:
    """Batches of about `tokens` tokens: each a list of sequences, each a list of neighbouring sentence numbers.

    One to `join` neighbours are laid together, cut anew in every epoch, so that the model sees sentences both alone
    and in running text.
    """
    sequences: list[list[int]] = []
    position = 0
    while position < len(sizes):
        step = int(rng.integers(1, join + 1))
        sequences.append(list(range(position, min(position + step, len(sizes)))))
        position += step
    order = rng.permutation(len(sequences))
    batch: list[list[int]] = []
    filled = 0
    for number in order:
        sequence = sequences[int(number)]
        batch.append(sequence)
        filled += sum(sizes[i] for i in sequence)
        if filled >= tokens:
            yield batch
            batch, filled = [], 0
    if batch:
        yield batch


def lay_out(batch: Sequence[Sequence[int]], types: Callable[[int], Ints]) -> Batch:
    """The `Batch` of a list of sequences; `types` gives a sentence's type numbers."""
    parts = [np.concatenate([types(i) for i in sequence]) for sequence in batch]
    return Batch(np.concatenate(parts), np.asarray([len(part) for part in parts]))
