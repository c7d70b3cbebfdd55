"""Layers with their gradients: maxout, windows over sequences laid end to end, sums by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import scipy.sparse  # type: ignore[import-untyped]

from training.crf import Array, Ints

Params = dict[str, Array]
Number = TypeVar("Number", np.float32, np.int64)
EPSILON = 1e-5


class Maxout:
    """A dense layer of two pieces, the larger kept, then layer normalisation; remembers what its gradient needs."""

    def __init__(self, params: Params, prefix: str) -> None:
        self.params, self.prefix = params, prefix

    def forward(self, inputs: Array) -> Array:
        weights, bias, gain, shift = (self.params[f"{self.prefix}_{part}"] for part in "Wbgh")
        pieces = inputs @ weights
        pieces += bias
        half = pieces.shape[1] // 2
        self.inputs = inputs
        self.first = pieces[:, :half] >= pieces[:, half:]
        best = np.maximum(pieces[:, :half], pieces[:, half:])
        best -= best.mean(axis=1, keepdims=True)
        self.inverse = 1.0 / np.sqrt(np.square(best).mean(axis=1, keepdims=True) + np.float32(EPSILON))
        best *= self.inverse
        self.normal = best
        return best * gain + shift

    def backward(self, gradient: Array, gradients: Params) -> Array:
        gradients[f"{self.prefix}_h"] = gradient.sum(axis=0)
        gradients[f"{self.prefix}_g"] = (gradient * self.normal).sum(axis=0)
        inner = gradient * self.params[f"{self.prefix}_g"]
        inner -= inner.mean(axis=1, keepdims=True) + self.normal * (inner * self.normal).mean(
            axis=1, keepdims=True
        )
        inner *= self.inverse
        pieces = np.concatenate([inner * self.first, inner * ~self.first], axis=1)
        gradients[f"{self.prefix}_W"] = self.inputs.T @ pieces
        gradients[f"{self.prefix}_b"] = pieces.sum(axis=0)
        out: Array = pieces @ self.params[f"{self.prefix}_W"].T
        return out


@dataclass
class Batch:
    """Sequences laid end to end: type numbers, lengths, and places where a window must not look back."""

    types: Ints
    lengths: Ints

    def __post_init__(self) -> None:
        starts = np.cumsum(self.lengths) - self.lengths
        self.position = np.arange(len(self.types)) - np.repeat(starts, self.lengths)
        self.remaining = np.repeat(self.lengths, self.lengths) - 1 - self.position
        self.sequence = np.repeat(np.arange(len(self.lengths)), self.lengths)

    def padded(self, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Rows of a flat (tokens, k) array as (sequences, longest, k), zero beyond each length."""
        out = np.zeros((len(self.lengths), int(self.lengths.max()), values.shape[1]), values.dtype)
        out[self.sequence, self.position] = values
        return out


def window(values: Array, batch: Batch, dilation: int) -> Array:
    """Each token's row between those `dilation` before and after it, zeros outside: (tokens, 3 * width)."""
    tokens, width = values.shape
    out = np.zeros((tokens, 3 * width), values.dtype)
    out[:, width : 2 * width] = values
    out[dilation:, :width] = values[:-dilation]
    out[:-dilation, 2 * width :] = values[dilation:]
    out[batch.position < dilation, :width] = 0
    out[batch.remaining < dilation, 2 * width :] = 0
    return out


def window_backward(gradient: Array, batch: Batch, dilation: int) -> Array:
    """Gradient of `window` with respect to its values."""
    width = gradient.shape[1] // 3
    out = gradient[:, width : 2 * width].copy()
    left = gradient[:, :width] * (batch.position >= dilation)[:, None]
    right = gradient[:, 2 * width :] * (batch.remaining >= dilation)[:, None]
    out[:-dilation] += left[dilation:]
    out[dilation:] += right[:-dilation]
    return out


def scatter(rows: Ints, values: Array, size: int) -> Array:
    """Sum of the values that share a row: (size, width)."""
    matrix = scipy.sparse.csr_matrix(
        (np.ones(len(rows), np.float32), rows, np.arange(len(rows) + 1)), shape=(len(rows), size)
    )
    return np.asarray(matrix.T @ values)
