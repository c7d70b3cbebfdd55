"""One optimal one-to-one alignment between the gold and the found mentions of a document.

Within a label the alignment maximises, in this order: the number of overlapping pairs; of those, the exact ones; the
characters shared; the values that agree. What is left over is aligned across labels in the same way (a place found
under another name). Each mention stands in one pair at most, so a gold span that was predicted in two pieces is found
once, and one long prediction over two gold spans finds one of them.

Mentions of one label do not overlap in good data. The overlap graph is then a forest in which alignments never
cross, and weighted interval scheduling over its edges solves it exactly in linear time. Where a side does overlap
itself, the assignment problem is solved on each connected component (Kuhn 1955; Munkres 1957).
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.reconcile.values import same
from pipeline.schema import Mention

#: (pairs, exact ones, characters shared, values that agree): compared from the left
Weight = tuple[int, int, int, int]
Edge = tuple[int, int]
_NOTHING: Weight = (0, 0, 0, 0)


@dataclass(slots=True)
class Aligned:
    """The alignment of one document.

    ``pairs`` are (gold, found) of one label that overlap, ``crossed`` those of different labels; ``missed`` are the
    gold mentions in no pair, ``spurious`` the found ones in none. All in text order.
    """

    pairs: list[tuple[Mention, Mention]] = field(default_factory=list)
    crossed: list[tuple[Mention, Mention]] = field(default_factory=list)
    missed: list[Mention] = field(default_factory=list)
    spurious: list[Mention] = field(default_factory=list)


def shared(a: Mention, b: Mention) -> int:
    """Characters that two mentions share.

    >>> from pipeline.schema import Mention
    >>> m = lambda start, end: Mention("d", "DRUG", start, end, "", {})
    >>> shared(m(0, 5), m(3, 9)), shared(m(0, 3), m(3, 9))
    (2, 0)
    """
    return max(0, min(a.end, b.end) - max(a.start, b.start))


def in_order(mentions: Iterable[Mention]) -> list[Mention]:
    """Mentions in text order; ties are broken by everything else they say, so that the input's order is forgotten."""
    rows = sorted(mentions, key=lambda m: (m.start, m.end, m.label))
    keys = {(m.start, m.end, m.label) for m in rows}
    if len(keys) < len(rows):
        rows.sort(
            key=lambda m: (m.start, m.end, m.label, json.dumps(m.to_json(), sort_keys=True, default=str))
        )
    return rows


def edges_of(gold: Sequence[Mention], found: Sequence[Mention]) -> list[Edge]:
    """Index pairs of the mentions that overlap, sorted. Both sides in text order; one sweep from left to right."""
    edges: list[Edge] = []
    active: list[int] = []
    following = 0
    for i, mention in enumerate(gold):
        while following < len(found) and found[following].start < mention.end:
            active.append(following)
            following += 1
        active = [j for j in active if found[j].end > mention.start]
        edges.extend((i, j) for j in active if shared(mention, found[j]))
    return edges


def components(edges: Sequence[Edge]) -> list[list[Edge]]:
    """Edges grouped into connected components, each sorted, in the order of their first edges."""
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for i, j in edges:
        parent[root(("gold", i))] = root(("found", j))
    groups: dict[tuple[str, int], list[Edge]] = defaultdict(list)
    for edge in edges:
        groups[root(("gold", edge[0]))].append(edge)
    return list(groups.values())


def _disjoint(mentions: Sequence[Mention]) -> bool:
    return all(a.end <= b.start for a, b in itertools.pairwise(mentions))


def _plus(a: Weight, b: Weight) -> Weight:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3])


def _schedule(edges: Sequence[Edge], weights: Sequence[Weight]) -> list[Edge]:
    """The best set of edges of a component whose two sides are disjoint: no two edges with a common end.

    Sorted edges then rise on both sides, so the edges that share an end with one stand directly before it: the best
    of the first k edges follows from shorter prefixes.
    """
    best: list[Weight] = [_NOTHING]
    before: list[int] = []
    first_left: dict[int, int] = {}
    first_right: dict[int, int] = {}
    for k, (i, j) in enumerate(edges):
        before.append(min(first_left.setdefault(i, k), first_right.setdefault(j, k)))
        best.append(max(best[k], _plus(best[before[k]], weights[k])))
    chosen: list[Edge] = []
    k = len(edges)
    while k:
        if best[k] == best[k - 1]:
            k -= 1
        else:
            chosen.append(edges[k - 1])
            k = before[k - 1]
    return chosen[::-1]


def hungarian(costs: Sequence[Sequence[int]]) -> list[int]:
    """For each row the column it is assigned at the least total cost; rows ≤ columns. Exact for integers.

    The Hungarian algorithm with potentials, O(rows² · columns) (Kuhn 1955; Jonker and Volgenant 1987).

    >>> hungarian([[4, 1, 3], [2, 0, 5]])
    [1, 0]
    """
    rows, columns = len(costs), len(costs[0])
    u, v, owner = [0] * (rows + 1), [0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        owner[0] = row
        column = 0
        least: list[float | int] = [float("inf")] * (columns + 1)
        way, used = [0] * (columns + 1), [False] * (columns + 1)
        while owner[column]:
            used[column] = True
            i, delta, following = owner[column], None, 0
            for j in range(1, columns + 1):
                if used[j]:
                    continue
                reduced = costs[i - 1][j - 1] - u[i] - v[j]
                if reduced < least[j]:
                    least[j], way[j] = reduced, column
                if delta is None or least[j] < delta:
                    delta, following = int(least[j]), j
            assert delta is not None  # rows ≤ columns: a free column is left
            for j in range(columns + 1):
                if used[j]:
                    u[owner[j]] += delta
                    v[j] -= delta
                else:
                    least[j] -= delta
            column = following
        while column:
            owner[column] = owner[way[column]]
            column = way[column]
    out = [0] * rows
    for j in range(1, columns + 1):
        if owner[j]:
            out[owner[j] - 1] = j - 1
    return out


def _assign(edges: Sequence[Edge], weights: Sequence[Weight]) -> list[Edge]:
    """The best set of edges of any component, as an assignment problem with the weights packed into one integer."""
    left = sorted({i for i, _ in edges})
    right = sorted({j for _, j in edges})
    turned = len(left) > len(right)
    if turned:
        left, right = right, left
    at_left, at_right = {i: n for n, i in enumerate(left)}, {j: n for n, j in enumerate(right)}
    base = len(left) + 1
    characters = sum(weight[2] for weight in weights) + 1
    gains = [[0] * len(right) for _ in left]
    for (i, j), (pairs, exact, chars, value) in zip(edges, weights, strict=True):
        row, column = (at_left[j], at_right[i]) if turned else (at_left[i], at_right[j])
        gains[row][column] = ((pairs * base + exact) * characters + chars) * base + value
    if len(left) <= 60:
        chosen = hungarian([[-gain for gain in row] for row in gains])
    else:  # SciPy takes half a second to import: only for the rare large component
        from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

        chosen = linear_sum_assignment(gains, maximize=True)[1].tolist()
    taken = [(left[row], right[column]) for row, column in enumerate(chosen) if gains[row][column]]
    return sorted((j, i) if turned else (i, j) for i, j in taken)


def match(
    gold: Sequence[Mention],
    found: Sequence[Mention],
    agree: Callable[[Mention, Mention], bool] = lambda a, b: (
        a.label == b.label and same(a.label, a.value, b.value)
    ),
) -> list[Edge]:
    """Index pairs of the optimal alignment of two lists in text order, whatever their labels.

    >>> from pipeline.schema import Mention
    >>> m = lambda start, end: Mention("d", "DRUG", start, end, "", {})
    >>> match([m(0, 4), m(5, 9)], [m(0, 2), m(2, 7)])
    [(0, 0), (1, 1)]
    """
    out: list[Edge] = []
    for edges in components(edges_of(gold, found)):
        if len(edges) == 1:
            out.extend(edges)
            continue
        weights: list[Weight] = []
        for i, j in edges:
            a, b = gold[i], found[j]
            exact = a.start == b.start and a.end == b.end
            weights.append((1, int(exact), shared(a, b), int(agree(a, b))))
        left = [gold[i] for i in sorted({i for i, _ in edges})]
        right = [found[j] for j in sorted({j for _, j in edges})]
        solve = _schedule if _disjoint(left) and _disjoint(right) else _assign
        out.extend(solve(edges, weights))
    return sorted(out)


def align(gold: Iterable[Mention], found: Iterable[Mention]) -> Aligned:
    """Align the mentions of one document: within each label first, then what is left across labels.

    >>> from pipeline.schema import Mention
    >>> m = lambda label, start, end: Mention("d", label, start, end, "", {})
    >>> result = align([m("DRUG", 0, 9), m("SCALE", 20, 25)], [m("DRUG", 0, 4), m("DRUG", 5, 9), m("OUTCOME", 20, 25)])
    >>> len(result.pairs), len(result.crossed), len(result.missed), len(result.spurious)
    (1, 1, 0, 1)
    """
    ours: dict[str, list[Mention]] = defaultdict(list)
    theirs: dict[str, list[Mention]] = defaultdict(list)
    for mention in in_order(gold):
        ours[mention.label].append(mention)
    for mention in in_order(found):
        theirs[mention.label].append(mention)
    out = Aligned()
    left: list[Mention] = []
    right: list[Mention] = []
    for label in sorted(ours.keys() | theirs.keys()):
        a, b = ours[label], theirs[label]
        chosen = match(a, b)
        out.pairs.extend((a[i], b[j]) for i, j in chosen)
        paired_left, paired_right = {i for i, _ in chosen}, {j for _, j in chosen}
        left.extend(m for i, m in enumerate(a) if i not in paired_left)
        right.extend(m for j, m in enumerate(b) if j not in paired_right)
    out.pairs.sort(key=lambda pair: (pair[0].start, pair[0].end, pair[0].label))
    left, right = in_order(left), in_order(right)
    other = match(left, right)  # two leftovers of one label never overlap: they would be a pair
    out.crossed = [(left[i], right[j]) for i, j in other]
    paired_left, paired_right = {i for i, _ in other}, {j for _, j in other}
    out.missed = [m for i, m in enumerate(left) if i not in paired_left]
    out.spurious = [m for j, m in enumerate(right) if j not in paired_right]
    return out
