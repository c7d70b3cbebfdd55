"""The tagger with its backward pass: hashed type vectors, residual convolutions, one CRF head a corpus.

The convolutions are the maxout window encoder of spaCy's CNN (Honnibal 2016); one head for each corpus over shared
layers follows Crichton et al. 2017 (doi:10.1186/s12859-017-1776-8), since corpora do not mean the same by an entity.
The forward pass without dropout equals that of the shipped component, which `tests/training` checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import scipy.sparse  # type: ignore[import-untyped]

from pipeline.language.ner_features import fold, ngrams, row, shape
from training.crf import Array, Ints, forward_backward, gold_score
from training.layers import Batch, Maxout, Params, scatter, window, window_backward

CLASSES = 64


@dataclass(frozen=True)
class Size:
    """How large the network is: rows of the hashed tables, widths, and the dilation of each convolution."""

    ngram_rows: int = 30000
    word_rows: int = 12000
    shape_rows: int = 500
    ngram_width: int = 96
    word_width: int = 48
    shape_width: int = 16
    class_width: int = 16
    width: int = 128
    dilations: tuple[int, ...] = (1, 1, 1, 1)


@dataclass
class Inventory:
    """All word types of the training texts, with the table rows of each."""

    size: Size
    classes: Mapping[str, int] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    _cache: tuple[scipy.sparse.csr_matrix, Ints, Ints, Ints] | None = None

    def add(self, word: str) -> int:
        """The number of a word, given on first sight."""
        if word not in self.ids:
            self.ids[word] = len(self.words)
            self.words.append(word)
            self._cache = None
        return self.ids[word]

    def rows(self) -> tuple[scipy.sparse.csr_matrix, Ints, Ints, Ints]:
        """(n-gram weights: types x table rows, each row summing to 1; word, shape and class row) of every type."""
        if self._cache is None:
            indices: list[int] = []
            starts = [0]
            weights: list[float] = []
            for word in self.words:
                keys = [row(gram, self.size.ngram_rows) for gram in ngrams(fold(word))]
                indices += keys
                weights += [1.0 / len(keys)] * len(keys)
                starts.append(len(indices))
            matrix = scipy.sparse.csr_matrix(
                (np.asarray(weights, np.float32), indices, starts),
                shape=(len(self.words), self.size.ngram_rows),
            )
            word_rows = np.asarray([row(fold(word), self.size.word_rows) for word in self.words])
            shape_rows = np.asarray([row(shape(word), self.size.shape_rows) for word in self.words])
            class_rows = np.asarray([self.classes.get(fold(word), 0) for word in self.words])
            self._cache = matrix, word_rows, shape_rows, class_rows
        return self._cache


def initial(size: Size, heads: dict[str, int], rng: np.random.Generator) -> Params:
    """Fresh parameters: `heads` gives the number of tags of each head."""

    def glorot(rows: int, columns: int) -> Array:
        bound = np.sqrt(6.0 / (rows + columns))
        return rng.uniform(-bound, bound, (rows, columns)).astype(np.float32)

    def table(rows: int, columns: int) -> Array:
        return rng.uniform(-0.1, 0.1, (rows, columns)).astype(np.float32)

    width = size.width
    features = size.ngram_width + size.word_width + size.shape_width + size.class_width
    params: Params = {
        "ngrams": table(size.ngram_rows, size.ngram_width),
        "words": table(size.word_rows, size.word_width),
        "shapes": table(size.shape_rows, size.shape_width),
        "classes": table(CLASSES, size.class_width),
        "type_W": glorot(features, 2 * width),
        "type_b": np.zeros(2 * width, np.float32),
        "type_g": np.ones(width, np.float32),
        "type_h": np.zeros(width, np.float32),
        "mask": table(1, width)[0],
    }
    for layer in range(len(size.dilations)):
        params[f"conv{layer}_W"] = glorot(3 * width, 2 * width)
        params[f"conv{layer}_b"] = np.zeros(2 * width, np.float32)
        params[f"conv{layer}_g"] = np.ones(width, np.float32)
        params[f"conv{layer}_h"] = np.zeros(width, np.float32)
    for name, tags in heads.items():
        params[f"{name}_W"] = glorot(width, tags) * np.float32(0.1)
        params[f"{name}_b"] = np.zeros(tags, np.float32)
        if name != "lm":
            params[f"{name}_moves"] = np.zeros((tags, tags), np.float32)
    return params


class Network:
    """Parameters with a forward and a backward pass over batches."""

    def __init__(self, params: Params, size: Size, inventory: Inventory, seed: int) -> None:
        self.params, self.size, self.inventory = params, size, inventory
        self.rng = np.random.default_rng(seed)
        self.type_layer = Maxout(params, "type")
        self.layers = [Maxout(params, f"conv{i}") for i in range(len(size.dilations))]

    def _drop(self, shape: Sequence[int], rate: float) -> Array | None:
        if not rate:
            return None
        kept = self.rng.random(shape, dtype=np.float32) >= rate
        return kept.astype(np.float32) / np.float32(1 - rate)

    def forward(
        self,
        batch: Batch,
        dropout: float = 0.0,
        word_dropout: float = 0.0,
        hidden: npt.NDArray[np.bool_] | None = None,
    ) -> Array:
        """Context vectors (tokens, width).

        word_dropout: share of types whose word vector is left out, so that n-grams must carry them.
        hidden: tokens whose type vector is replaced with the mask vector (for the language model).
        """
        self.batch, self.hidden = batch, hidden
        grams, word_rows, shape_rows, class_rows = self.inventory.rows()
        unique, self.inverse = np.unique(batch.types, return_inverse=True)
        self.grams, self.word_rows, self.shape_rows = grams[unique], word_rows[unique], shape_rows[unique]
        self.class_rows = class_rows[unique]
        if word_dropout:
            self.class_rows = np.where(self.rng.random(len(unique)) < word_dropout / 2, 0, self.class_rows)
        words = self.params["words"][self.word_rows]
        self.word_drop = self._drop((len(unique), 1), word_dropout)
        if self.word_drop is not None:
            words = words * (self.word_drop > 0)
        features = np.concatenate(
            [
                self.grams @ self.params["ngrams"],
                words,
                self.params["shapes"][self.shape_rows],
                self.params["classes"][self.class_rows],
            ],
            axis=1,
        )
        values = self.type_layer.forward(features)[self.inverse]
        if hidden is not None:
            values[hidden] = self.params["mask"]
        self.drops = [self._drop(values.shape, dropout)]
        if self.drops[0] is not None:
            values = values * self.drops[0]
        for layer, dilation in zip(self.layers, self.size.dilations, strict=True):
            change = layer.forward(window(values, batch, dilation))
            drop = self._drop(change.shape, dropout)
            self.drops.append(drop)
            values = values + (change if drop is None else change * drop)
        return values

    def backward(self, gradient: Array) -> Params:
        """Gradients of all shared parameters for the last forward pass."""
        gradients: Params = {}
        for layer, dilation, drop in zip(
            reversed(self.layers), reversed(self.size.dilations), reversed(self.drops[1:]), strict=True
        ):
            inner = layer.backward(gradient if drop is None else gradient * drop, gradients)
            gradient = gradient + window_backward(inner, self.batch, dilation)
        if self.drops[0] is not None:
            gradient = gradient * self.drops[0]
        if self.hidden is not None:
            gradients["mask"] = gradient[self.hidden].sum(axis=0)
            gradient = gradient * ~self.hidden[:, None]
        types = scatter(self.inverse, gradient, self.grams.shape[0])
        features = self.type_layer.backward(types, gradients)
        first, second, third = np.cumsum([self.size.ngram_width, self.size.word_width, self.size.shape_width])
        gradients["ngrams"] = np.asarray(self.grams.T @ features[:, :first])
        words = features[:, first:second]
        if self.word_drop is not None:
            words = words * (self.word_drop > 0)
        gradients["words"] = scatter(self.word_rows, words, self.size.word_rows)
        gradients["shapes"] = scatter(self.shape_rows, features[:, second:third], self.size.shape_rows)
        gradients["classes"] = scatter(self.class_rows, features[:, third:], CLASSES)
        return gradients

    def emissions(self, values: Array, head: str) -> Array:
        """Tag scores of a head (tokens, tags)."""
        return values @ self.params[f"{head}_W"] + self.params[f"{head}_b"]


def crf_step(
    network: Network, batch: Batch, values: Array, head: str, target: Ints | Array, limits: Array
) -> tuple[float, Array, Params]:
    """Loss per token, gradient on the context vectors, and gradients of one CRF head.

    limits: what `allowed_moves` gives for the head's tags.
    target: gold tag numbers (tokens,), or a teacher's marginals (tokens, tags): the gradient on the emissions is
    then model marginals less the teacher's, and the moves are left as they are.
    """
    params = network.params
    padded = batch.padded(network.emissions(values, head))
    moves = params[f"{head}_moves"] + limits
    # A sequence stands between two tokens outside any entity: moves from and to O open and close it.
    start, end = moves[0], moves[:, 0]
    marginals, pairs, log_partition = forward_backward(padded, batch.lengths, moves, start, end)
    flat = marginals[batch.sequence, batch.position]
    gradients: Params = {}
    if target.dtype == np.int64:
        tags = target.astype(np.int64)
        gold = batch.padded(tags[:, None])[:, :, 0]
        score = gold_score(padded, gold, batch.lengths, moves, start, end)
        loss = float((log_partition - score).sum()) / len(target)
        flat[np.arange(len(tags)), tags] -= 1
        inside = batch.remaining > 0
        following = np.roll(tags, -1)
        np.add.at(pairs, (tags[inside], following[inside]), -1)
        pairs[0] += flat[batch.position == 0].sum(axis=0)
        pairs[:, 0] += flat[batch.remaining == 0].sum(axis=0)
        gradients[f"{head}_moves"] = pairs / np.float32(len(target))
    else:
        loss = float(-(target * np.log(np.maximum(flat, 1e-9))).sum()) / len(target)
        flat = flat - target
    flat = flat / np.float32(len(target))
    gradients[f"{head}_W"] = values.T @ flat
    gradients[f"{head}_b"] = flat.sum(axis=0)
    return loss, flat @ params[f"{head}_W"].T, gradients


def biluo_tags(kinds: Sequence[str]) -> list[str]:
    """Tags of a head: O, then B-, I-, L-, U- of each type.

    >>> biluo_tags(["DISEASE"])
    ['O', 'B-DISEASE', 'I-DISEASE', 'L-DISEASE', 'U-DISEASE']
    """
    return ["O"] + [f"{prefix}-{kind}" for kind in kinds for prefix in "BILU"]
