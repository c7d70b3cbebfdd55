"""The total of a report of one study: every count of the text is a candidate, and the likeliest gets the role.

A report (an abstract, a paper that cites nothing in the text read) is about one study, so exactly one number says how
many were enrolled or randomised; it may be printed again. Points are given for what a reader looks at: a verb of
enrolment or randomisation, the sum of the groups, the first and the largest count, ``N =``; and taken for one group's
words, a percentage beside it, planning, screening and completion. Where nothing but events was counted there is none.
"""

from __future__ import annotations

from pipeline.language import sample_words as w
from pipeline.language.sample_clause import GROUP_WORDS, Clause
from pipeline.language.sample_counts import Count
from pipeline.language.sample_study import side_by_side
from pipeline.schema import Role

#: points for how a count was recognised
_FORMS = {
    "people": 1.0, "total of": 2.0, "number of": 1.0, "randomized #": 1.5, "verb": 0.5, "n=": 0.5, "cell": 0.0,
    "denominator": -0.5, "numerator": -2.5, "of them": -1.0, "percent": -1.5, "group": -2.0, "part": -3.0,
    "coordination": -2.0,
}  # fmt: skip
_PLANNED = frozenset(
    {
        "planned", "required", "needed", "target", "will", "power", "calculated", "estimated", "expected",
        "anticipated", "assuming", "detect", "necessary", "goal",
    }
)  # fmt: skip
#: points that make a total of a count that was taken for a group's, and of one that was taken for the total
_LEAST, _LEAST_GUESSED = 1.5, 0.0
_RANDOM = frozenset(
    {"randomized", "randomised", "randomly", "randomization", "randomisation", "assigned", "allocated"}
)


def total_of(counts: list[Count], arounds: list[Clause], roles: list[Role]) -> int | None:
    """The index of the count that is likeliest the study's total, or None where no count can be.

    ``roles`` are a first guess, which counts as one sign among others.
    """
    wholes = {c.count for c in counts if c.form == "denominator"}
    able = [
        k
        for k, count in enumerate(counts)
        if count.form in _FORMS
        and (count.form != "denominator" or (len(wholes) == 1 and count.words.word(count.i - 1) != "/"))
        and count.count > 1
        and (roles[k] in ("total", "arm") or _enrolled(arounds[k]) or (k == 0 and _first(count, arounds[k])))
    ]
    if not able:
        return None
    sums = _sums([c for c in counts if c.form not in ("denominator", "numerator")])
    most = max((counts[k].count for k in able if not arounds[k].screened), default=0)
    group = max((c.count for c in counts if c.form in ("n=", "part", "group")), default=0)
    points = [
        _points(counts[k], arounds[k], roles[k]) + 2.0 * (counts[k].count in sums)
        + 1.0 * (k == able[0]) + 1.0 * (counts[k].count == most)
        + 0.5 * (sum(counts[j].count == counts[k].count for j in able) > 1)
        - 6.0 * _one_of_several(counts, arounds, k)
        - 4.0 * (counts[k].count < group)
        for k in able
    ]  # fmt: skip
    best = max(zip(points, (counts[k].count for k in able), able, strict=True))[2]
    return best if max(points) >= (_LEAST if roles[best] == "arm" else _LEAST_GUESSED) else None


def _one_of_several(counts: list[Count], arounds: list[Clause], k: int) -> bool:
    """Whether a count stands beside another of its kind: groups, each with its size (``A (n = 51) or B (n = 49)``)."""
    count = counts[k]
    if count.form == "people" and count.words.word(count.i - 1) == "(":
        return any(
            c.form == "people" and c is not count and c.words is count.words and c.words.word(c.i - 1) == "("
            for c in counts
        )
    if count.form == "n=":
        return (
            any(c.form == "n=" and c is not count and c.words is count.words for c in counts)
            and not arounds[k].of_study
        )
    pairs = [(k - 1, k)] * (k > 0) + [(k, k + 1)] * (k + 1 < len(counts))
    return any(
        counts[a].words is counts[b].words and side_by_side(counts[a], counts[b], arounds[a])
        for a, b in pairs
    )


def _first(count: Count, around: Clause) -> bool:
    """Whether the first count of a text may be its total whatever they are said to have had."""
    return count.form == "people" and count.count >= 20 and not around.group and not around.percent


def _enrolled(around: Clause) -> bool:
    return (around.enrolled and around.main) or around.allocated


def _points(count: Count, around: Clause, role: Role) -> float:
    words = count.words
    near = words.words[max(0, count.i - 12) : max(count.noun, count.i) + 14]
    points = _FORMS[count.form] + {"total": 2.0, "arm": 0.0, "event": -2.0, "dropout": -4.0}[role]
    if around.allocated or (around.enrolled and not _RANDOM.isdisjoint(near)):
        points += 2.5
    elif around.enrolled:
        points += 2.0 if around.main else 1.0
    points -= 3.0 * (around.to_group or around.of_group or bool(count.kinds & w.CONTROL)) + 4.0 * around.each
    points -= 2.0 * around.group + 1.5 * around.completed + 2.0 * (around.screened and not around.enrolled)
    points += 2.0 * (
        words.word(count.i - 1) == "of" and words.word(count.i - 2) == "total" and count.form == "people"
    )
    points -= 0.5 * around.of + 1.5 * (around.percent and count.form != "percent")
    points -= 4.0 * (not _PLANNED.isdisjoint(near)) + 4.0 * (
        "potential" in words.words[max(0, count.i - 4) : count.i]
    )
    points -= 2.0 * (not GROUP_WORDS.isdisjoint(words.words[count.i + 1 : count.noun]))
    points -= 1.0 * (count.form == "n=" and bool(around.left & w.GROUP))
    return points


def _sums(counts: list[Count]) -> set[int]:
    """The sums of two to five neighbouring counts: what they are groups of."""
    out = set()
    for start in range(len(counts)):
        whole = counts[start].count
        for count in counts[start + 1 : start + 5]:
            whole += count.count
            out.add(whole)
    return out
