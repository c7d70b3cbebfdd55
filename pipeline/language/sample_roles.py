"""The role of each count in its study: total, arm, event or dropout, as annotation/GUIDELINES says.

A first look at the words around a count gives a guess; then the counts of one study are read together: the first
enrolled or randomised number is its total, later and smaller numbers are groups, and numbers that add up to an
earlier one are its groups whatever stood beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.language import sample_words as w
from pipeline.language.sample_counts import Count
from pipeline.schema import Role

_RELATIVE = frozenset({"who", "whom", "that", "which", "whose", "with", "without", "having", "if", "when"})
_CLAUSE = frozenset({";", "whereas", "while", "but", "although", ":"})
_UNSURE = frozenset({"found", "demonstrated", "showed", "shown", "reported", "observed", "seen", "obtained", "had", "improved", "maintained", "rated", "maintain", "tolerated"})
_GROUP_WORDS = frozenset({"intervention", "experimental", "control", "placebo", "treated", "untreated", "comparison"})
_EACH = frozenset({"each", "per", "apiece"})
_WHOLE = frozenset({"either", "or", "groups", "arms", "cohorts", "one", "two", "three", "four", "versus", "vs"})
_AUXILIARIES = frozenset({"were", "was", "had", "have", "be", "been", "are", "also", "not", "did"})


@dataclass(slots=True)
class Clause:
    """What stands around a count: kinds to its left and right, and a few signs that decide roles."""

    left: int = 0
    right: int = 0
    #: an event verb follows directly; or after a phrase (*with depression*) that may swallow it
    does: bool = False
    does_later: bool = False
    unsure: bool = False
    #: *occurred in 12 patients*
    done_in: bool = False
    done_in_unsure: bool = False
    #: *in the placebo group*, *to placebo* behind the count
    group: bool = False
    to_group: bool = False
    of: bool = False
    enrolled: bool = False
    assigned: bool = False
    completed: bool = False
    dropped: bool = False
    screened: bool = False
    each: bool = False
    percent: bool = False
    #: *one group consisted of 21 patients*, *intervention dyads (n = 69)*
    of_group: bool = False
    #: a verb of any of these kinds stands in the clause
    verb: bool = False
    #: the verb of enrolment is the sentence's own (*were randomized*, *enrolled 68*)
    main: bool = False
    allocated: bool = False


def clause(count: Count, taken: set[int], drugs: list[tuple[int, int]]) -> Clause:
    """Read the clause of a count. ``taken`` are the tokens of the other counts of its sentence."""
    words, out = count.words, Clause()
    _left(count, taken, out)
    relative = preposed = False
    out.percent = _percent_beside(count)
    j = (count.i if count.form in ("verb", "group", "of them", "percent") else max(count.noun, count.i)) + 1
    if count.form in ("n=", "percent") or words.word(j) == "(":
        close = next((k for k in range(j, min(len(words), j + 14)) if words.words[k] in ")]"), None)
        if count.form == "n=" and close:
            out.each = any(words.word(k) in _EACH for k in range(j, close))
        if close is not None and (count.form != "n=" or not any(k in taken for k in range(j, close))):
            j = close + 1
    distance = 0
    while j < len(words) and distance < 26:
        word, kind = words.words[j], words.bits[j]
        if j in taken or word in _CLAUSE:
            break
        if word == "(":
            close = words.close(j)
            out.percent = out.percent or count.form == "group" and words.word(j + 2) == "%"
            if close is None:
                break
            j = close + 1
            continue
        if word in (")", "]") or (word == "," and words.word(j + 1) in ("and", "while", "whereas", "but", "with", "respectively")):
            break
        if word in _RELATIVE or (word == "diagnosed" or word.endswith("ing") and kind & (w.EVENT | w.ASSIGN | w.ENROL)) and words.word(j - 1) not in _AUXILIARIES:
            relative = True
        if word in _EACH and distance < 4:
            out.each = True
        if kind & w.GROUP and preposed:
            out.group = True
        if word in ("in", "on", "to", "from", "of", "receiving", "at") and distance < 3:
            preposed = True
        if word == "to" and not out.to_group:
            out.to_group = _one_group(words, j)
        verb = kind & (w.EVENT | w.ENROL | w.ASSIGN | w.COMPLETE | w.DROPOUT | w.SCREEN)
        if verb and not out.right & (w.EVENT | w.ENROL | w.ASSIGN | w.COMPLETE | w.DROPOUT | w.SCREEN):
            out.verb = True
            out.enrolled = bool(kind & w.ENROL) and not relative or out.enrolled
            out.screened = bool(kind & w.SCREEN) and not kind & w.ENROL
            out.completed = bool(kind & w.COMPLETE) and not relative
            if kind & w.EVENT and not relative:
                out.does = True
                out.unsure = word in _UNSURE
            elif kind & w.EVENT:
                out.does_later = True
        if kind & w.ASSIGN:
            out.assigned = True
        if kind & w.ALLOCATE and not relative:
            out.allocated = True
        if kind & w.ENROL and not relative:
            out.enrolled = True
            out.main = out.main or words.word(j - 1) in _AUXILIARIES or words.word(j - 2) in _AUXILIARIES
        if (kind & w.DROPOUT and distance < 8 and not relative) or (word == "lost" and words.word(j + 1) == "to" and distance < 6):
            out.dropped = True
        out.right |= kind
        j += 1
        distance += 1
    if not out.group and preposed:
        start, stop = words.ends[max(count.noun, count.i)], words.ends[min(len(words) - 1, max(count.noun, count.i) + 4)]
        out.group = any(start <= a < stop for a, _ in drugs)
    return out


def _percent_beside(count: Count) -> bool:
    """Whether a percentage stands in the bracket behind a count, or the count in the bracket behind a percentage."""
    words = count.words
    for at in (count.i + 1, max(count.noun, count.i) + 1):
        if words.word(at) in ("(", "[") and words.word(at + 1) == "#" and words.word(at + 2) == "%":
            return True
    first = count.i - 3 if count.form == "n=" else count.i - 1
    if words.word(first) in ("(", "[") and words.word(first - 1) == "%":
        return True
    return count.form == "n=" and words.word(count.i + 1) in (",", ";") and words.word(count.i + 3) == "%" and words.word(count.i + 4) not in ("ci", "confidence")


def _one_group(words: w.Words, j: int) -> bool:
    """Whether *to* at ``j`` leads to one group, and not to a choice (*to A or B*, *to two groups*)."""
    for k in range(j + 1, j + 12):
        word, kind = words.word(k), words.kind(k)
        if word in _WHOLE or kind & w.NUMBER and words.word(k + 1) in ("of", "groups", "arms", "treatment"):
            return False
        if kind & w.GROUP:
            return words.word(k + 1) not in ("or", "versus", "vs") and not (words.word(k + 1) == "and" and words.word(k + 2) != "#")
        if kind & w.NUMBER or word in (".", ";", ""):
            break
    return True


def _left(count: Count, taken: set[int], out: Clause) -> None:
    words = count.words
    k = count.i - 1
    if count.form == "n=":
        while k >= 0 and words.words[k] not in "([" and count.i - k < 8:
            k -= 1
        if k < 0 or count.i - k >= 8:
            k = count.i - 3
        else:
            k -= 1
    near, comma = 0, False
    first = words.word(k)
    out.of = first in ("of", "among", "from")
    if first in ("the", "these", "all", "only"):
        out.of = words.word(k - 1) in ("of", "among", "from")
    while k >= 0 and near < 12:
        word, kind = words.words[k], words.bits[k]
        if k in taken or word in (";", ":"):
            break
        out.left |= kind
        if kind & w.GROUP and kind & w.SINGULAR and near < 5 and (first in ("comprised", "included", "contained", "had", "received") or first == "of" and words.word(count.i - 2) in ("consisted", "comprised", "composed", "consisting")) or count.form == "n=" and word in _GROUP_WORDS and (near == 0 or near == 1 and out.left & w.PEOPLE):
            out.of_group = True
        if kind & w.EVENT and near < 6 and first in ("in", "by", "for", "among", "only", "the", "affected"):
            out.done_in = True
            out.done_in_unsure = word in _UNSURE
        if word == ",":
            comma = True
        if kind & w.ENROL and near < 6 and not comma:
            out.enrolled = True
            out.main = out.main or not word.startswith(("compris", "includ", "involv"))
        if kind & w.SCREEN and not kind & w.ENROL and near < 3:
            out.screened = True
        k -= 1
        near += 1


def guess(count: Count, around: Clause, study: Study, named_event: bool) -> Role:
    """The role of one count by its own words, and by what was counted in its study and sentence before."""
    form, total = count.form, study.total
    if form == "dropout" or around.dropped and form not in ("denominator", "n="):
        return "dropout"
    if form in ("event", "none", "verb in") or named_event and form == "n=" and not around.left & (w.PEOPLE | w.ALLOCATE):
        return "event"
    if form == "denominator":
        return "arm"
    if form == "part":
        return "arm" if study.previous in (None, "total", "arm") else study.previous
    if form in ("numerator", "of them", "percent"):
        if around.does:
            return "event"
        if around.enrolled and total is None and form == "numerator":
            return "total"
        return "arm" if around.allocated or around.completed or around.enrolled and form != "percent" else "event"
    if form == "n=" and around.percent and not around.allocated:
        return "event"
    if form == "n=":
        if around.each or total is not None or study.listed or around.left & w.GROUP or around.of_group:
            return "arm"
        return "total"
    if form == "number of":
        if around.left & w.DROPOUT_NOUN:
            return "dropout"
        return "event" if around.left & w.EVENT_NOUN or total is not None and not around.left & w.ENROL else "total" if total is None else "arm"
    if form == "verb":
        return "event" if around.does and not around.allocated and not around.enrolled else "arm"
    if form in ("group", "coordination", "cell") and study.previous is not None and form != "cell":
        if around.does or around.percent or study.previous == "event" and study.previous_form != "denominator" or form == "group" and around.left & w.EVENT_NOUN:
            return "event"
        return study.previous if form == "coordination" and study.previous in ("event", "dropout") else "arm"
    return _people(count, around, total, named_event)


def _people(count: Count, around: Clause, total: int | None, named_event: bool) -> Role:
    if around.does and (not around.unsure or total is not None or around.group):
        return "event"
    if count.kinds & w.CONTROL or around.each or around.of_group:
        return "arm"
    if count.count == total:
        return "total"
    if around.enrolled:
        if total is None:
            return "total"
        return "arm" if around.to_group or count.count <= total else "total"
    if count.kinds & w.CASE and count.words.word(count.noun + 1) == "of" and not around.assigned:
        return "event"
    if around.percent and total is not None and not around.allocated and not around.completed:
        return "event"
    if count.kinds & w.RESPONDER and not around.assigned:
        return "event"
    if (around.done_in or named_event) and (total is not None or not (around.done_in_unsure or named_event)):
        return "event"
    if around.group:
        return "arm" if total is not None or not around.allocated else "total"
    if around.does_later and total is not None and count.count < total:
        return "event" if not around.of else "arm"
    return "total" if total is None else "arm"


@dataclass(slots=True)
class Study:
    """What the counts of a study before this one have said."""

    total: int | None = None
    #: the total's place, and whether a word of enrolment or randomisation stood with it
    at: int = -1
    sure: bool = False
    #: more than one ``n =`` in this sentence
    listed: bool = False
    #: role and form of the count before this one in its sentence
    previous: Role | None = None
    previous_form: str = ""


def assign(counts: list[Count], arounds: list[Clause], events: list[bool]) -> list[Role]:
    """The roles of a study's counts, in order of their places."""
    study, roles = Study(), list[Role]()
    for k, (count, around) in enumerate(zip(counts, arounds, strict=True)):
        before = counts[k - 1] if k else None
        same = before is not None and before.words is count.words
        study.previous, study.previous_form = (roles[-1], before.form) if same and before else (None, "")
        study.listed = count.form == "n=" and sum(c.form == "n=" and c.words is count.words for c in counts) > 1
        role = guess(count, around, study, events[k])
        sure = around.main or around.allocated
        if role == "total" and study.total is None:
            study.total, study.at, study.sure = count.count, k, sure
        elif study.total is not None and not study.sure and around.main and role == "arm" and not around.to_group and not around.of and counts[study.at].form != "n=" and (
            count.form in ("people", "total of") or count.form == "verb" and arounds[study.at].screened
        ) and count.words.word(count.i - 1) != "(" and count.count < study.total:
            # "Of 121 who qualified, 112 were randomised": the total is what was enrolled
            roles[study.at] = "arm"
            study.total, study.at, study.sure, role = count.count, k, True, "total"
        roles.append(role)
    settle(counts, arounds, roles)
    return roles


def settle(counts: list[Count], arounds: list[Clause], roles: list[Role]) -> None:
    """Read the counts of a study together, in place: groups that add up to a total, groups without one.

    A run of two to six neighbouring counts of one sentence that adds up to a count stated before it or just behind
    it is a list of groups.
    """
    totals = {c.count for c, role in zip(counts, roles, strict=True) if role == "total"}
    wholes = {c.count for c, role in zip(counts, roles, strict=True) if role in ("total", "arm") and c.form not in ("denominator", "numerator")}
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
            first = next((k for k in range(len(counts)) if counts[k].count == whole and not start <= k <= stop and roles[k] in ("total", "arm")), None)
            if first is None or totals and whole not in totals and whole < max(totals):
                continue
            if first < start and whole not in totals and (not totals or whole > max(totals)):
                roles[first] = "total"
                roles[:] = ["arm" if k != first and role == "total" else role for k, role in enumerate(roles)]
            settled.add(first)
            for k in range(start, stop + 1):
                roles[k] = "arm"
            break
    for k in range(len(counts) - 1):
        first, second = counts[k], counts[k + 1]
        if k not in settled and roles[k] == "total" and roles[k + 1] == "arm" and first.words is second.words and _side_by_side(first, second, arounds[k]):
            if sum(c.count for c in counts[k : k + 2]) not in totals:
                roles[k] = "arm"
    for k in range(len(counts) - 2, -1, -1):
        # "six patients on the drug and two on placebo had infections": the verb is that of both
        if roles[k] in ("total", "arm") and roles[k + 1] == "event" and counts[k + 1].form in ("group", "verb", "percent") and arounds[k + 1].does and not arounds[k].verb:
            if counts[k].words is counts[k + 1].words and _side_by_side(counts[k], counts[k + 1]):
                roles[k] = "event"
    if "total" not in roles:
        _promote(counts, arounds, roles)


def _promote(counts: list[Count], arounds: list[Clause], roles: list[Role]) -> None:
    """Where no number was taken for the total: the first count that is larger than all others, if it is no group's."""
    able = [k for k, role in enumerate(roles) if role == "arm" and counts[k].form in ("people", "n=", "total of", "randomized #", "number of")]
    if not able:
        return
    most = max(c.count for c in counts)
    first = able[0]
    if arounds[first].each or arounds[first].of_group or arounds[first].left & w.GROUP and counts[first].form == "n=" or counts[first].form == "n=" and sum(c.form == "n=" and c.words is counts[first].words for c in counts) > 1:
        return
    if counts[first].count == most and sum(c.count == most for c in counts) == 1 or len(counts) == 1:
        others = [c for c in counts if c is not counts[first] and c.words is counts[first].words]
        if not any(_side_by_side(counts[first], c, arounds[first]) for c in others) and not (counts[first].kinds & w.CONTROL) and counts[first].words.word(counts[first].i - 1) != "(":
            roles[first] = "total"


def _side_by_side(first: Count, second: Count, around: Clause | None = None) -> bool:
    """Whether two counts are groups beside one another: ``30 patients using A and 50 patients using B``."""
    words = first.words
    joint = words.word(second.i - 1)
    between = words.words[first.i + 1 : second.i]
    if {"of", ":", "("} & set(between[:2]) or "(" in between or not 0.2 <= first.count / max(1, second.count) <= 5:
        return False
    if any(words.kind(k) & w.COMPLETE for k in range(second.noun, second.noun + 4)):
        return False
    if second.form == "verb" or joint in (",", ";"):
        # each has its own treatment: "33 received A, 31 received B", "44 were randomized to A; 47 to B"
        given = any(words.kind(k) & w.RECEIVE for k in range(first.i, second.i)) or around is not None and around.to_group
        return second.form in ("verb", "group") and joint in (",", ";", "and", "whereas", "while", "versus") and given
    return joint in ("and", "versus", "vs", "or", "whereas", "while") and second.form in ("people", "group", "coordination")
