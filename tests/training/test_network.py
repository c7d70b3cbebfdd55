"""The network: gradients against finite differences, CRF against enumeration, training against shipped code."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pipeline.language.ner_network import TypeVectors, Weights, allowed_moves, decode, emissions
from training.adam import Adam
from training.crf import forward_backward, gold_score
from training.layers import Batch
from training.network import Inventory, Network, Size, biluo_tags, crf_step, initial

SIZE = Size(
    ngram_rows=50, word_rows=20, shape_rows=9, ngram_width=6, word_width=4, shape_width=3, class_width=2, width=8,
    dilations=(1, 2),
)  # fmt: skip
TAGS = biluo_tags(["CHEMICAL", "DISEASE"])
WORDS = ["Ketamine", "eased", "pain", "in", "26", "patients", "."]


def small_network(seed: int = 0) -> Network:
    inventory = Inventory(SIZE, {"ketamine": 1, "pain": 4})
    for word in WORDS:
        inventory.add(word)
    params = initial(SIZE, {"bc5cdr": len(TAGS)}, np.random.default_rng(seed))
    for name in ("ngrams", "words", "shapes", "classes", "bc5cdr_W"):
        params[name] *= 10
    return Network(params, SIZE, inventory, seed)


BATCH = Batch(np.asarray([0, 1, 2, 6, 5, 3, 2, 4, 0]), np.asarray([4, 1, 4]))
GOLD = np.asarray([4, 0, 8, 0, 0, 1, 3, 0, 8])


def loss_and_gradients(network: Network) -> tuple[float, dict[str, np.ndarray]]:
    values = network.forward(BATCH)
    loss, gradient, gradients = crf_step(network, BATCH, values, "bc5cdr", GOLD, allowed_moves(TAGS))
    return loss, {**gradients, **network.backward(gradient)}


def test_gradients_are_those_of_finite_differences() -> None:
    network = small_network()
    for name, values in network.params.items():
        network.params[name] = values.astype(np.float64)  # type: ignore[assignment]
    network = Network(network.params, SIZE, network.inventory, 0)
    _, gradients = loss_and_gradients(network)
    rng = np.random.default_rng(3)
    for name, gradient in gradients.items():
        flat = network.params[name].reshape(-1)
        # The largest entries, where the difference is well above rounding, and one at random.
        for place in [*np.argsort(-np.abs(gradient.reshape(-1)))[:3], int(rng.integers(flat.size))]:
            kept = flat[place]
            flat[place] = kept + 1e-3
            above, _ = loss_and_gradients(network)
            flat[place] = kept - 1e-3
            below, _ = loss_and_gradients(network)
            flat[place] = kept
            assert (above - below) / 2e-3 == pytest.approx(gradient.reshape(-1)[place], abs=2e-3), name


def test_crf_marginals_pairs_and_partition_equal_enumeration() -> None:
    rng = np.random.default_rng(0)
    scores, moves = (rng.normal(size=shape).astype(np.float32) for shape in ((2, 4, 3), (3, 3)))
    start, end = rng.normal(size=(2, 3)).astype(np.float32)
    lengths = np.asarray([4, 2])
    marginals, pairs, partition = forward_backward(scores, lengths, moves, start, end)
    expected_pairs = np.zeros((3, 3))
    for row, length in enumerate(lengths):
        weights: dict[tuple[int, ...], float] = {}
        for path in itertools.product(range(3), repeat=int(length)):
            padded = np.asarray([[*path, *[0] * (4 - length)]])
            score = gold_score(scores[row : row + 1], padded, lengths[row : row + 1], moves, start, end)
            weights[path] = float(np.exp(score[0]))
        total = sum(weights.values())
        assert partition[row] == pytest.approx(np.log(total), abs=1e-4)
        expected = np.zeros((4, 3))
        for path, weight in weights.items():
            for t, tag in enumerate(path):
                expected[t, tag] += weight / total
            for left, right in itertools.pairwise(path):
                expected_pairs[left, right] += weight / total
        np.testing.assert_allclose(marginals[row], expected, atol=1e-5)
    np.testing.assert_allclose(pairs, expected_pairs, atol=1e-5)


def shipped(network: Network) -> Weights:
    arrays = {
        name.replace("bc5cdr_", "head_"): value for name, value in network.params.items() if name != "mask"
    }
    return Weights((arrays,), tuple(TAGS), (SIZE.dilations,), network.inventory.classes)


def together(one: Network, other: Network) -> Weights:
    """Two networks that score together."""
    first, second = shipped(one), shipped(other)
    return Weights(
        first.networks + second.networks, first.tags, first.dilations + second.dilations, first.classes
    )


def test_the_shipped_forward_pass_equals_that_of_training() -> None:
    network = small_network()
    expected = network.emissions(network.forward(BATCH), "bc5cdr")
    types = TypeVectors(shipped(network))
    words = [network.inventory.words[number] for number in BATCH.types]
    rows = types.rows(BATCH.types, words)
    np.testing.assert_allclose(
        emissions(types.weights, types.vectors, rows, BATCH.lengths), expected, atol=1e-5
    )


def test_two_networks_give_the_mean_of_their_scores() -> None:
    networks = small_network(0), small_network(1)
    expected = sum(network.emissions(network.forward(BATCH), "bc5cdr") for network in networks) / 2
    types = TypeVectors(together(*networks))
    rows = types.rows(BATCH.types, [networks[0].inventory.words[number] for number in BATCH.types])
    np.testing.assert_allclose(
        emissions(types.weights, types.vectors, rows, BATCH.lengths), expected, atol=1e-5
    )
    moves = [network.params["bc5cdr_moves"] for network in networks]
    np.testing.assert_allclose(types.weights.moves, (moves[0] + moves[1]) / 2, atol=1e-6)


def test_long_texts_done_in_pieces_equal_those_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    types = TypeVectors(together(small_network(0), small_network(1)))
    rng = np.random.default_rng(5)
    numbers = rng.integers(0, len(WORDS), 90)
    rows = types.rows(numbers, [WORDS[number] for number in numbers])
    lengths = np.asarray([1, 60, 29])
    whole = emissions(types.weights, types.vectors, rows, lengths)
    monkeypatch.setattr("pipeline.language.ner_network.CHUNK", 7)
    np.testing.assert_allclose(emissions(types.weights, types.vectors, rows, lengths), whole, atol=1e-5)


def best_path(scores: np.ndarray, moves: np.ndarray) -> list[int]:
    def score(path: tuple[int, ...]) -> float:
        steps = [0, *path, 0]
        return sum(scores[t, tag] for t, tag in enumerate(path)) + sum(
            moves[a, b] for a, b in itertools.pairwise(steps)
        )

    return list(max(itertools.product(range(scores.shape[1]), repeat=len(scores)), key=score))


def test_decoding_finds_the_best_allowed_path() -> None:
    tags = biluo_tags(["CHEMICAL"])
    rng = np.random.default_rng(2)
    moves = allowed_moves(tags) + rng.normal(size=(5, 5)).astype(np.float32)
    lengths = np.asarray([5, 1, 4, 5, 3])
    scores = (rng.normal(size=(18, 5)) * 3).astype(np.float32)
    found = decode(scores, lengths, moves, margin=1e9)
    start = 0
    for length in lengths:
        assert found[start : start + length].tolist() == best_path(scores[start : start + length], moves)
        start += length


def test_decoding_where_outside_is_certain_is_the_same_with_and_without_cuts() -> None:
    rng = np.random.default_rng(4)
    moves = allowed_moves(TAGS) + rng.normal(size=(9, 9)).astype(np.float32) * np.float32(0.5)
    scores = rng.normal(size=(400, 9)).astype(np.float32)
    scores[:, 0] += np.where(rng.random(400) < 0.8, 20, 0).astype(np.float32)
    lengths = np.asarray([150, 250])
    cut = decode(scores, lengths, moves)
    assert cut.any()
    assert cut.tolist() == decode(scores, lengths, moves, margin=1e9).tolist()


def test_the_store_of_types_begins_anew_beyond_its_limit() -> None:
    types = TypeVectors(shipped(small_network()), limit=3)
    rows = types.rows(np.arange(5), WORDS[:5])
    before = types.vectors[rows].copy()
    rows = types.rows(np.asarray([6, 0]), [WORDS[6], WORDS[0]])
    assert len(types.known) == 2
    np.testing.assert_allclose(types.vectors[rows][1], before[0], atol=1e-6)


def test_storage_loses_little_and_nothing_of_the_rest() -> None:
    weights = together(small_network(0), small_network(1))
    again = Weights.from_files(weights.to_files())
    assert (again.tags, again.dilations, dict(again.classes)) == (
        weights.tags,
        weights.dilations,
        dict(weights.classes),
    )
    for kept, given in zip(again.networks, weights.networks, strict=True):
        assert set(kept) == set(given)
        for name, values in given.items():
            np.testing.assert_allclose(kept[name], values, atol=np.abs(values).max() / 120)
    assert again.to_files()["weights.npz"] == Weights.from_files(again.to_files()).to_files()["weights.npz"]


def test_training_lowers_the_loss() -> None:
    network = small_network()
    adam = Adam(network.params)
    first, _ = loss_and_gradients(network)
    for _ in range(30):
        _, gradients = loss_and_gradients(network)
        adam.step(gradients, 0.01)
    assert loss_and_gradients(network)[0] < first / 3
