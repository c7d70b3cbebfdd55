"""What must hold of any mentions: no order matters, perfect is 1, and gold and run may change places."""

from __future__ import annotations

import itertools
import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reconcile.align import _assign, align, edges_of, in_order, match, shared
from pipeline.reconcile.score import score
from pipeline.schema import Mention


def mention(doc: str, label: str, start: int, length: int, name: str) -> Mention:
    return Mention(doc, label, start, start + length, "", {"name": name}, why=name)


MENTIONS = st.lists(
    st.builds(
        mention, st.sampled_from(["d", "e"]), st.sampled_from(["DRUG", "SCALE", "OUTCOME"]), st.integers(0, 30),
        st.integers(1, 9), st.sampled_from(["a", "b"]),
    ),
    max_size=9,
)  # fmt: skip
SOME = MENTIONS.filter(bool)


@settings(max_examples=150, deadline=None)
@given(gold=SOME, found=MENTIONS, seed=st.integers(0, 99))
def test_order_does_not_matter(gold: list[Mention], found: list[Mention], seed: int) -> None:
    rng = random.Random(seed)
    shuffled = rng.sample(gold, len(gold)), rng.sample(found, len(found))
    assert score(gold, found, resamples=20).to_json() == score(*shuffled, resamples=20).to_json()


@settings(max_examples=60, deadline=None)
@given(gold=SOME)
def test_a_perfect_run_scores_one(gold: list[Mention]) -> None:
    scores = score(gold, gold, resamples=20)
    for row in [*scores.labels.values(), scores.overall]:
        for measure in row.modes.values():
            assert measure.precision == measure.recall == measure.f1 == 1
            assert all(low <= 1 == high for low, high in measure.interval.values())


@settings(max_examples=150, deadline=None)
@given(gold=SOME, found=SOME)
def test_swapping_gold_and_run_swaps_precision_and_recall(gold: list[Mention], found: list[Mention]) -> None:
    documents = {m.doc for m in [*gold, *found]}
    from pipeline.reconcile.gold import GoldDocument

    def by_doc(rows: list[Mention]) -> dict[str, GoldDocument]:
        return {doc: GoldDocument(doc, [m for m in rows if m.doc == doc]) for doc in documents}

    there, back = score(by_doc(gold), found, resamples=20), score(by_doc(found), gold, resamples=20)
    for label, row in there.labels.items():
        for name, measure in row.modes.items():
            other = back.labels[label].modes[name]
            assert (measure.precision, measure.recall) == (other.recall, other.precision)


@settings(max_examples=200, deadline=None)
@given(gold=MENTIONS, found=MENTIONS)
def test_each_mention_stands_in_one_place(gold: list[Mention], found: list[Mention]) -> None:
    ours, theirs = [m for m in gold if m.doc == "d"], [m for m in found if m.doc == "d"]
    result = align(ours, theirs)
    pairs = result.pairs + result.crossed
    assert in_order([g for g, _ in pairs] + result.missed) == in_order(ours)
    assert in_order([f for _, f in pairs] + result.spurious) == in_order(theirs)
    assert all(shared(g, f) for g, f in pairs)
    assert all(g.label == f.label for g, f in result.pairs) and all(
        g.label != f.label for g, f in result.crossed
    )


def brute_force(gold: list[Mention], found: list[Mention]) -> tuple[int, ...]:
    """The best (pairs, exact, characters, values) over all one-to-one alignments."""
    edges = edges_of(gold, found)
    best = (0, 0, 0, 0)
    for size in range(1, min(len(gold), len(found)) + 1):
        for chosen in itertools.combinations(edges, size):
            if len({i for i, _ in chosen}) == len({j for _, j in chosen}) == size:
                best = max(best, weight(gold, found, list(chosen)))
    return best


def weight(
    gold: list[Mention], found: list[Mention], chosen: list[tuple[int, int]]
) -> tuple[int, int, int, int]:
    pairs = [(gold[i], found[j]) for i, j in chosen]
    exact = sum((a.start, a.end) == (b.start, b.end) for a, b in pairs)
    return len(pairs), exact, sum(shared(a, b) for a, b in pairs), sum(a.value == b.value for a, b in pairs)


SMALL = st.lists(
    st.builds(
        mention, st.just("d"), st.just("DRUG"), st.integers(0, 14), st.integers(1, 6), st.sampled_from("ab")
    ),
    max_size=4,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(gold=SMALL, found=SMALL)
def test_the_alignment_is_the_best_of_all(gold: list[Mention], found: list[Mention]) -> None:
    gold, found = in_order(gold), in_order(found)
    assert weight(gold, found, match(gold, found)) == brute_force(gold, found)


def test_the_two_solvers_and_scipy_agree() -> None:
    """A chain where both sides are disjoint, longer than the Hungarian algorithm is used for."""
    rng = random.Random(5)
    gold, found = [], []
    for k in range(90):
        gold.append(mention("d", "DRUG", 10 * k, rng.randint(6, 10), "a"))
        found.append(mention("d", "DRUG", 10 * k + 4, rng.randint(7, 10), "a"))
    edges = edges_of(gold, found)
    weights = [(1, 0, shared(gold[i], found[j]), 1) for i, j in edges]
    assert weight(gold, found, _assign(edges, weights)) == weight(gold, found, match(gold, found))


def test_twenty_thousand_mentions_in_about_a_second() -> None:
    rng = random.Random(1)
    gold, found, at = [], [], 0
    for k in range(20_000):
        at += rng.randint(1, 12)
        length = rng.randint(3, 15)
        gold.append(mention(f"d{k // 400}", "DRUG", at, length, "a"))
        found.append(mention(f"d{k // 400}", "DRUG", max(0, at + rng.randint(-3, 3)), length, "a"))
        at += length
    started = time.perf_counter()
    scores = score(gold, found)
    assert time.perf_counter() - started < 3  # 0.2 s where this was written; a loaded machine gets its margin
    assert len(scores.documents) == 50
