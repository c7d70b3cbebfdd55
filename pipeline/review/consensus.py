"""What several curators together say of an item, and how often they say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from pipeline.review.decisions import Decision, Decisions

State = Literal["open", "settled", "conflict"]


@dataclass(frozen=True, slots=True)
class Consensus:
    """The state of an item; ``decision`` is one that says what the majority says, where it is settled."""

    state: State
    decision: Decision | None = None


def consensus(standing: Mapping[str, Decision]) -> Consensus:
    """One curator's word settles an item; two that differ make a conflict, which a majority ends.

    >>> yes, no = Decision("1", "accept", "a", result=None), Decision("1", "reject", "b", result={"label": "DRUG"})
    >>> consensus({"a": yes}).state, consensus({"a": yes, "b": no}).state
    ('settled', 'conflict')
    >>> consensus({"a": yes, "b": no, "c": Decision("1", "accept", "c")}).state
    'settled'
    """
    said = [decision for decision in standing.values() if decision.action != "skip"]
    if not said:
        return Consensus("open")
    votes = Counter(decision.outcome() for decision in said).most_common()
    if len(votes) > 1 and votes[0][1] == votes[1][1]:
        return Consensus("conflict")
    winners = [decision for decision in said if decision.outcome() == votes[0][0]]
    return Consensus("settled", max(winners, key=lambda decision: decision.at))


def _kappa(pairs: list[tuple[str, str]]) -> float | None:
    """Cohen's kappa (1960) of two curators over verdicts; None where both always said one and the same verdict."""
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(left[word] * right[word] for word in left) / n**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def agreement(decisions: Decisions, items: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """For each two curators: the items that both settled, on how many they agree, and Cohen's kappa of their verdicts.

    They agree where gold would hold the same mention; the verdicts of kappa are accept, reject and each distinct fix.
    """
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for item in decisions.items():
        if items is not None and item not in items:
            continue
        said = {who: d for who, d in decisions.of(item).items() if d.action != "skip"}
        for a, b in combinations(sorted(said), 2):
            same = said[a].outcome() == said[b].outcome()
            first = said[a].action
            pairs.setdefault((a, b), []).append((first, first if same else f"{said[b].action} otherwise"
                                                 if said[b].action == first else said[b].action))  # fmt: skip
    out = []
    for (a, b), verdicts in sorted(pairs.items()):
        agreed = sum(left == right for left, right in verdicts)
        kappa = _kappa(verdicts)
        out.append(
            {
                "a": a, "b": b, "both": len(verdicts), "agreed": agreed, "conflicts": len(verdicts) - agreed,
                "kappa": None if kappa is None else round(kappa, 3),
            }
        )  # fmt: skip
    return out
