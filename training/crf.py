"""A linear-chain conditional random field over BILOU tags: marginals and the gradient of its likelihood.

Forward-backward in scaled probability space (Rabiner 1989, doi:10.1109/5.18626), whole batches at a time; the CRF
is that of Lafferty et al. 2001. Decoding lives with the shipped component (`pipeline.language.ner_model`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def forward_backward(
    emissions: Array, lengths: Ints, transitions: Array, start: Array, end: Array
) -> tuple[Array, Array, Array]:
    """Marginal probabilities of tags and of tag pairs.

    emissions: (batch, time, tags) scores; positions at or after a sequence's length are ignored.
    transitions: (tags, tags), row to column; start, end: (tags,). Forbidden moves hold -1e4 or less.

    Returns the tag marginals (batch, time, tags), zero beyond each length; the expected counts of each
    transition summed over the batch (tags, tags); and each sequence's log partition (batch,).
    """
    batch, time, tags = emissions.shape
    top = emissions.max(axis=2, keepdims=True)
    potential = np.exp(emissions - top)
    moves = np.exp(transitions)
    alive = np.greater.outer(lengths, np.arange(time))
    alpha = np.zeros((time, batch, tags), np.float32)
    beta = np.zeros((time, batch, tags), np.float32)
    scale = np.ones((time, batch), np.float32)
    state = np.exp(start)[None, :] * potential[:, 0]
    for t in range(time):
        if t:
            state = (state @ moves) * potential[:, t]
        total = state.sum(axis=1)
        scale[t] = np.where(alive[:, t], total, 1.0)
        state = state / np.maximum(total, 1e-30)[:, None]
        alpha[t] = state
    last = lengths - 1
    ends = np.exp(end)[None, :]
    rows = np.arange(batch)
    finish = (alpha[last, rows] * ends).sum(axis=1)
    closing = ends / np.maximum(finish, 1e-30)[:, None]
    state = np.zeros((batch, tags), np.float32)
    for t in range(time - 1, -1, -1):
        if t + 1 < time:
            step = (potential[:, t + 1] * state) @ moves.T / np.maximum(scale[t + 1], 1e-30)[:, None]
            state = np.where((t < last)[:, None], step, state)
        state = np.where(np.equal(last, t)[:, None], closing, state)
        beta[t] = state
    marginals = (alpha * beta).transpose(1, 0, 2) * alive[:, :, None]
    after = beta[1:] * potential.transpose(1, 0, 2)[1:] / np.maximum(scale[1:], 1e-30)[:, :, None]
    after = after * (np.arange(1, time)[:, None] <= last[None, :])[:, :, None]
    pairs = moves * (alpha[:-1].reshape(-1, tags).T @ after.reshape(-1, tags))
    log_partition = (np.log(np.maximum(scale, 1e-30)) * alive.T).sum(axis=0) + np.log(
        np.maximum(finish, 1e-30)
    )
    return marginals, pairs, log_partition + (top[:, :, 0] * alive).sum(axis=1)


def gold_score(
    emissions: Array, tags: Ints, lengths: Ints, transitions: Array, start: Array, end: Array
) -> Array:
    """The unnormalised log score of one tag sequence a row: tags (batch, time), ignored beyond each length."""
    batch, time, _ = emissions.shape
    rows = np.arange(batch)
    alive = np.arange(time) < lengths.reshape(-1, 1)
    unary = np.take_along_axis(emissions, tags[:, :, None], axis=2)[:, :, 0]
    moves = transitions[tags[:, :-1], tags[:, 1:]] * alive[:, 1:]
    score: Array = (unary * alive).sum(axis=1) + moves.sum(axis=1)
    score += start[tags[:, 0]] + end[tags[rows, lengths - 1]]
    return score
