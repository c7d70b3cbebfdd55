"""The forward pass of the bundled NER network, in numpy: type vectors, convolutions, CRF decoding.

No deep-learning library is needed to run it. `training/network.py` holds the same network with its backward pass.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.language.ner_features import fold, ngrams, row, shape

Array = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
FORBIDDEN = np.float32(-1e4)
CHUNK = 1024
_EPSILON = np.float32(1e-5)
_QUANTISED = ("ngrams", "words")


@dataclass(frozen=True)
class Weights:
    """Everything the model knows: one network, or several whose tag scores are averaged.

    networks: float32 arrays of each, by the names that training gives them. All hash words to tables of one size.
    tags: BILUO tags in the order of the emission columns.
    dilations: of each network, how far each convolution looks to either side.
    classes: lexicon class (0 to 63) of folded words; words not in it are class 0.
    """

    networks: tuple[Mapping[str, Array], ...]
    tags: tuple[str, ...]
    dilations: tuple[tuple[int, ...], ...]
    classes: Mapping[str, int]

    @property
    def moves(self) -> Array:
        """Learnt scores of one tag following another, the networks' mean: (tags, tags)."""
        moves: Array = np.stack([arrays["head_moves"] for arrays in self.networks]).mean(axis=0)
        return moves

    @property
    def widths(self) -> list[int]:
        """How many columns of a type's vector belong to each network."""
        return [len(arrays["type_g"]) for arrays in self.networks]

    def to_files(self) -> dict[str, bytes]:
        """The model's files by name: tables in 8 bits with a scale a row, the rest in 16-bit floats.

        An array's name begins with the number of its network: `0_ngrams`.
        """
        stored: dict[str, npt.NDArray[np.generic]] = {}
        for number, arrays in enumerate(self.networks):
            for name, values in sorted(arrays.items()):
                key = f"{number}_{name}"
                if name in _QUANTISED:
                    scale = np.maximum(np.abs(values).max(axis=1, keepdims=True), 1e-8) / 127
                    stored[key] = np.rint(values / scale).astype(np.int8)
                    stored[f"{key}_scale"] = scale.astype(np.float32)
                else:
                    stored[key] = values.astype(np.float16)
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **stored)
        network = {"tags": self.tags, "dilations": self.dilations}
        lexicon = "".join(f"{word}\t{number}\n" for word, number in sorted(self.classes.items()))
        return {
            "weights.npz": buffer.getvalue(),
            "network.json": (json.dumps(network, indent=1) + "\n").encode(),
            "lexicon.tsv": lexicon.encode(),
        }

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Weights:
        """Read what `to_files` wrote. Raises KeyError where a file is missing."""
        network = json.loads(files["network.json"])
        networks: list[dict[str, Array]] = [{} for _ in network["dilations"]]
        with np.load(io.BytesIO(files["weights.npz"]), allow_pickle=False) as stored:
            for key in stored.files:
                number, _, name = key.partition("_")
                if name in _QUANTISED:
                    values = stored[key].astype(np.float32) * stored[f"{key}_scale"]
                elif not name.endswith("_scale"):
                    values = stored[key].astype(np.float32)
                else:
                    continue
                networks[int(number)][name] = values
        lines = files["lexicon.tsv"].decode().splitlines()
        classes = {word: int(number) for word, number in (line.split("\t") for line in lines)}
        return cls(tuple(networks), tuple(network["tags"]), tuple(map(tuple, network["dilations"])), classes)

    @classmethod
    def from_disk(cls, folder: Path) -> Weights:
        """Read a folder. Raises FileNotFoundError where one of its files is missing."""
        return cls.from_files({name: (folder / name).read_bytes() for name in FILES})


FILES = ("weights.npz", "network.json", "lexicon.tsv")


class TypeVectors:
    """Vectors of word types, each computed when its word is first met, and kept.

    At most `limit` types are kept (512 bytes each and network, at width 128); beyond it the store begins anew.
    """

    def __init__(self, weights: Weights, limit: int = 100_000) -> None:
        self.weights, self.limit = weights, limit
        self.known: dict[int, int] = {}
        self.vectors: Array = np.zeros((0, sum(weights.widths)), np.float32)

    def rows(self, keys: Ints, words: Sequence[str]) -> Ints:
        """The row in `vectors` of each word; `keys` are numbers that stand for the words."""
        if len(self.known) > self.limit:
            self.known, self.vectors = {}, self.vectors[:0]
        fresh = [i for i, key in enumerate(keys.tolist()) if key not in self.known]
        if fresh:
            first = len(self.known)
            computed = self.compute([words[i] for i in fresh])
            if first + len(fresh) > len(self.vectors):
                grown = np.zeros((2 * (first + len(fresh)), computed.shape[1]), np.float32)
                grown[:first] = self.vectors[:first]
                self.vectors = grown
            self.vectors[first : first + len(fresh)] = computed
            for offset, i in enumerate(fresh):
                self.known[int(keys[i])] = first + offset
        return np.asarray([self.known[key] for key in keys.tolist()])

    def compute(self, words: Sequence[str]) -> Array:
        """Vectors (words, widths) from hashed n-grams, the word itself, its shape and its lexicon class."""
        tables = self.weights.networks[0]
        folded = [fold(word) for word in words]
        grams = [[row(gram, len(tables["ngrams"])) for gram in ngrams(word)] for word in folded]
        counts = np.asarray([len(rows) for rows in grams])
        starts = np.cumsum(counts) - counts
        gram_rows = np.asarray([number for rows in grams for number in rows])
        word_rows = [row(word, len(tables["words"])) for word in folded]
        shape_rows = [row(shape(word), len(tables["shapes"])) for word in words]
        class_rows = [self.weights.classes.get(word, 0) for word in folded]
        vectors = []
        for arrays in self.weights.networks:
            features = np.concatenate(
                [
                    np.add.reduceat(arrays["ngrams"][gram_rows], starts, axis=0)
                    / counts[:, None].astype(np.float32),
                    arrays["words"][word_rows],
                    arrays["shapes"][shape_rows],
                    arrays["classes"][class_rows],
                ],
                axis=1,
            )
            vectors.append(_maxout(features, arrays, "type"))
        return np.concatenate(vectors, axis=1)


def _maxout(inputs: Array, arrays: Mapping[str, Array], prefix: str) -> Array:
    """Dense layer of two pieces, the larger kept, then layer normalisation."""
    pieces = inputs @ arrays[f"{prefix}_W"]
    pieces += arrays[f"{prefix}_b"]
    half = pieces.shape[1] // 2
    best = np.maximum(pieces[:, :half], pieces[:, half:])
    best -= best.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", best, best)[:, None] / np.float32(half)
    best *= np.float32(1) / np.sqrt(variance + _EPSILON)
    best *= arrays[f"{prefix}_g"]
    best += arrays[f"{prefix}_h"]
    return best


def emissions(weights: Weights, vectors: Array, rows: Ints, lengths: Ints) -> Array:
    """Tag scores (tokens, tags) of sequences laid end to end, the mean of the networks'.

    rows: the row in `vectors` of each token; lengths: tokens of each sequence, all above zero. Long inputs are done in
    overlapping pieces; a token sees only as far as the convolutions reach, so the pieces leave no trace.
    """
    starts = np.cumsum(lengths) - lengths
    position = np.arange(len(rows)) - np.repeat(starts, lengths)
    remaining = np.repeat(lengths, lengths) - 1 - position
    reach = max(map(sum, weights.dilations))
    out = np.empty((len(rows), len(weights.tags)), np.float32)
    for start in range(0, len(rows), CHUNK):
        low, high = max(0, start - reach), min(len(rows), start + CHUNK + reach)
        values = vectors[rows[low:high]]
        kept = slice(start - low, start - low + CHUNK)
        before, after = position[low:high], remaining[low:high]
        scores = out[start : start + CHUNK]
        scores[:] = 0
        column = 0
        for arrays, width, dilations in zip(weights.networks, weights.widths, weights.dilations, strict=True):
            context = _convolve(values[:, column : column + width], before, after, arrays, dilations)
            scores += context[kept] @ arrays["head_W"] + arrays["head_b"]
            column += width
        scores /= np.float32(len(weights.networks))
    return out


def _convolve(
    values: Array, before: Ints, after: Ints, arrays: Mapping[str, Array], dilations: Sequence[int]
) -> Array:
    """Context vectors of tokens with `before` and `after` others on either side in their sequence."""
    values = values.copy()
    width = values.shape[1]
    window = np.zeros((len(values), 3 * width), np.float32)
    for layer, dilation in enumerate(dilations):
        window[:, width : 2 * width] = values
        window[dilation:, :width] = values[:-dilation]
        window[:-dilation, 2 * width :] = values[dilation:]
        window[before < dilation, :width] = 0
        window[after < dilation, 2 * width :] = 0
        values += _maxout(window, arrays, f"conv{layer}")
    return values


def allowed_moves(tags: Sequence[str]) -> Array:
    """FORBIDDEN where BILUO does not let the column's tag follow the row's, else 0."""
    moves = np.zeros((len(tags), len(tags)), np.float32)
    for i, left in enumerate(tags):
        for j, right in enumerate(tags):
            open_left = left[0] in "BI"
            follows = right[0] in "IL" and left[2:] == right[2:] if open_left else right[0] not in "IL"
            moves[i, j] = 0 if follows else FORBIDDEN
    return moves


def decode(scores: Array, lengths: Ints, moves: Array, margin: float = 8.0) -> Ints:
    """The best tag sequence of each sequence, by Viterbi's algorithm: tag numbers (tokens,); tag 0 is O.

    moves: learnt scores and limits, added up (tags, tags). Where O leads all other tags by more than `margin`,
    the token is taken as O and the sequence is cut there, so that only the short runs between are searched.
    """
    live = scores[:, 0] - scores[:, 1:].max(axis=1) < margin
    tags = np.zeros(len(scores), np.int64)
    if not live.any():
        return tags
    sequence = np.repeat(np.arange(len(lengths)), lengths)
    places = np.flatnonzero(live)
    first = np.ones(len(places), bool)
    first[1:] = (places[1:] != places[:-1] + 1) | (sequence[places[1:]] != sequence[places[:-1]])
    begins = places[first]
    sizes = np.diff(np.append(np.flatnonzero(first), len(places)))
    for low, high in ((1, 6), (7, 24), (25, len(scores))):
        chosen = (sizes >= low) & (sizes <= high)
        if chosen.any():
            _search(scores, begins[chosen], sizes[chosen], moves, tags)
    return tags


def _search(scores: Array, begins: Ints, sizes: Ints, moves: Array, tags: Ints) -> None:
    """Viterbi over runs that O stands before and after; writes the tags of their tokens."""
    runs, longest, count = len(begins), int(sizes.max()), scores.shape[1]
    back = np.zeros((longest, runs, count), np.int64)
    every = np.arange(runs)
    state = scores[begins] + moves[0]
    closed = np.zeros((runs, count), np.float32)
    for t in range(longest):
        if t:
            options = state[:, :, None] + moves[None]
            back[t] = options.argmax(axis=1)
            state = options.max(axis=1) + scores[np.minimum(begins + t, len(scores) - 1)]
        done = sizes == t + 1
        closed[done] = state[done] + moves[:, 0]
    current = closed.argmax(axis=1)
    for t in range(longest - 1, -1, -1):
        inside = sizes > t
        tags[(begins + t)[inside]] = current[inside]
        if t:
            current = np.where(inside, back[t][every, current], current)
