"""The counts of one study read together: groups that add up to a total, groups beside one another."""

from __future__ import annotations

from itertools import pairwise

from pipeline.language import sample_words as w
from pipeline.language.sample_clause import GROUP_WORDS, Clause
from pipeline.language.sample_counts import Count
from pipeline.schema import Role


def settle(counts: list[Count], arounds: list[Clause], roles: list[Role]) -> None:
    """Read the counts of a study together, in place: groups that add up to a total, groups without one.

    A run of two to six neighbouring counts of one sentence that adds up to a count stated before it or just behind
    it is a list of groups.
    """
    totals = {c.count for c, role in zip(counts, roles, strict=True) if role == "total"}
    wholes = {
        c.count
        for c, role in zip(counts, roles, strict=True)
        if role in ("total", "arm") and c.form not in ("denominator", "numerator")
    }
    settled: set[int] = set()
    for start in range(len(counts)):
        if roles[start] not in ("total", "arm") or counts[start].form in ("denominator", "numerator"):
            continue
        whole = 0
        for stop in range(start, min(len(counts), start + 6)):
            if roles[stop] not in ("total", "arm"):
                break
            whole += counts[stop].count
            if stop == start or whole not in wholes:
                continue
            first = next(
                (
                    k for k, count in enumerate(counts)
                    if count.count == whole and not start <= k <= stop and roles[k] in ("total", "arm")
                ),
                None,
            )  # fmt: skip
            if first is None or (totals and whole not in totals and whole < max(totals)):
                continue
            if first < start and whole not in totals and (not totals or whole > max(totals)):
                roles[first] = "total"
                roles[:] = ["arm" if k != first and role == "total" else role for k, role in enumerate(roles)]
            settled.add(first)
            for k in range(start, stop + 1):
                roles[k] = "arm"
            break
    for k, (one, other) in enumerate(pairwise(counts)):
        if k in settled or roles[k] != "total" or roles[k + 1] != "arm" or one.words is not other.words:
            continue
        if one.count + other.count not in totals and side_by_side(one, other, arounds[k]):
            roles[k] = "arm"
    parts(counts, arounds, roles)
    shared_verbs(counts, arounds, roles)
    if "total" not in roles:
        _promote(counts, arounds, roles)


def parts(counts: list[Count], arounds: list[Clause], roles: list[Role]) -> None:
    """Counts that add up to the one right before them have its role: ``nine had pain; five on A and four on B``.

    Counts of those who *had* something that add up to the total are its groups (``31 had surgery and 29 had none``).
    """
    for k, whole in enumerate(counts):
        for stop in range(k + 2, min(len(counts), k + 5)):
            run = counts[k + 1 : stop + 1]
            if counts[stop].words is not whole.words or sum(c.count for c in run) != whole.count:
                continue
            if any(c.form in ("denominator", "numerator") for c in run):
                continue
            if roles[k] in ("event", "dropout"):
                if any(around.allocated for around in arounds[k + 1 : stop + 1]):
                    break
                roles[k + 1 : stop + 1] = [roles[k]] * len(run)
            elif roles[k] == "total" and all(map(_grouped, run, arounds[k + 1 :], roles[k + 1 :])):
                roles[k + 1 : stop + 1] = ["arm"] * len(run)
            break


def _grouped(count: Count, around: Clause, role: Role) -> bool:
    """Whether a count that adds up to the total with its neighbours may be one of its groups."""
    had = count.form == "verb" and count.words.word(count.i + 1) == "had"
    return role == "arm" or (role == "event" and (had or count.form == "n=" or around.unsure))


def shared_verbs(counts: list[Count], arounds: list[Clause], roles: list[Role]) -> None:
    """*Six patients on the drug and two on placebo had infections*: the verb is that of both."""
    for k in range(len(counts) - 2, -1, -1):
        one, other = counts[k], counts[k + 1]
        role = roles[k + 1]
        if (
            roles[k] not in ("total", "arm")
            or role not in ("event", "dropout")
            or one.words is not other.words
            or arounds[k].verb
            or one.form in ("n=", "denominator", "part")
            or other.form not in ("group", "verb", "percent", "people", "coordination")
        ):
            continue
        if (arounds[k + 1].does or arounds[k + 1].dropped) and _coordinate(one, other):
            roles[k] = role


def _coordinate(one: Count, other: Count) -> bool:
    """Whether two counts are parts of one subject: ``six on the drug (4%) and two on placebo``."""
    words = one.words
    if words.word(other.i - 1) not in ("and", "versus", "vs", "or"):
        return words.word(other.i - 1) in ("with", "to") and words.word(other.i - 2) == "compared"
    return not {";", ".", ":"} & set(words.words[one.i + 1 : other.i])


def _one_denominator(counts: list[Count], arounds: list[Clause], roles: list[Role]) -> bool:
    """*Two of 47 attained it*: where nothing but shares of one number was counted, that number is the total."""
    shares = [k for k, role in enumerate(roles) if role == "arm"]
    if not shares or any(counts[k].form != "denominator" for k in shares):
        return False
    if len({counts[k].count for k in shares}) > 1:
        return False
    first = counts[shares[0]]
    if first.words.word(first.i - 1) == "/":
        return False
    beside = [
        a
        for c, a in zip(counts, arounds, strict=True)
        if c.words is first.words and c.i in (first.i, first.pair)
    ]
    if any(a.group or a.left & w.GROUP for a in beside) or first.kinds & w.CONTROL:
        return False
    for k in shares:
        roles[k] = "total"
    return True


def _promote(counts: list[Count], arounds: list[Clause], roles: list[Role]) -> None:
    """Where no number was taken for the total: the first count that is larger than all others, if it is no group's."""
    if _one_denominator(counts, arounds, roles):
        return
    able = [
        k
        for k, role in enumerate(roles)
        if role == "arm" and counts[k].form in ("people", "n=", "total of", "randomized #", "number of")
    ]
    if not able:
        return
    most = max(c.count for c in counts)
    first = able[0]
    if (
        arounds[first].each
        or not GROUP_WORDS.isdisjoint(counts[first].words.words[counts[first].i + 1 : counts[first].noun])
        or arounds[first].of_group
        or (arounds[first].left & w.GROUP and counts[first].form == "n=")
        or (
            counts[first].form == "n="
            and sum(c.form == "n=" and c.words is counts[first].words for c in counts) > 1
        )
    ):
        return
    if (counts[first].count == most and sum(c.count == most for c in counts) == 1) or len(counts) == 1:
        others = [c for c in counts if c is not counts[first] and c.words is counts[first].words]
        if (
            not any(side_by_side(counts[first], c, arounds[first]) for c in others)
            and not (counts[first].kinds & w.CONTROL)
            and counts[first].words.word(counts[first].i - 1) != "("
        ):
            roles[first] = "total"


def side_by_side(first: Count, second: Count, around: Clause | None = None) -> bool:
    """Whether two counts are groups beside one another: ``30 patients using A and 50 patients using B``."""
    words = first.words
    joint = words.word(second.i - 1)
    between = words.words[first.i + 1 : second.i]
    if (
        {"of", ":", "("} & set(between[:2])
        or "(" in between
        or not 0.2 <= first.count / max(1, second.count) <= 5
    ):
        return False
    if any(words.kind(k) & w.COMPLETE for k in range(second.noun, second.noun + 4)):
        return False
    if second.form == "verb" or joint in (",", ";"):
        # each has its own treatment: "33 received A, 31 received B", "44 were randomized to A; 47 to B"
        given = any(words.kind(k) & w.RECEIVE for k in range(first.i, second.i)) or (
            around is not None and around.to_group
        )
        return (
            second.form in ("verb", "group")
            and joint in (",", ";", "and", "whereas", "while", "versus")
            and given
        )
    return joint in ("and", "versus", "vs", "or", "whereas", "while") and second.form in (
        "people",
        "group",
        "coordination",
    )
