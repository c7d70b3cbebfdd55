"""The role of each count in its study: total, arm, event or dropout, as annotation/GUIDELINES says.

A first look at the words around a count gives a guess; then the counts of one study are read together: the first
enrolled or randomised number is its total, later and smaller numbers are groups, and numbers that add up to an
earlier one are its groups whatever stood beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.language import sample_words as w
from pipeline.language.sample_clause import GROUP_WORDS, Clause
from pipeline.language.sample_counts import Count
from pipeline.language.sample_study import parts, settle, shared_verbs
from pipeline.language.sample_total import total_of
from pipeline.schema import Role

_CONTROLS = frozenset({"control", "controls"})
#: between two counts that are compared
_AGAINST = frozenset({"versus", "vs", "than"})


def guess(count: Count, around: Clause, study: Study, named_event: bool) -> Role:
    """The role of one count by its own words, and by what was counted in its study and sentence before."""
    form, total = count.form, study.total
    if form == "none":
        return "event"
    if (
        form == "dropout"
        or (around.dropped and form not in ("denominator", "n="))
        or (around.dropped_in and form in ("people", "coordination", "verb in", "percent"))
        or (form == "n=" and around.percent and (around.dropped_in or study.previous == "dropout"))
        or (
            study.previous == "dropout"
            and study.previous_form == "percent"
            and around.percent
            and count.words.word(count.i - 1) == "and"
        )
        or (form in ("reason", "of them") and study.previous == "dropout" and not around.verb)
    ):
        return "dropout"
    if form == "reason":
        return "event"
    if form == "given to":
        return "arm"
    if form == "pair":
        return "event" if study.previous not in ("dropout",) else study.previous
    if form == "verb in" and around.completed and not around.done_in:
        return "arm"
    if form in ("event", "none", "verb in") or (
        named_event and form == "n=" and not around.left & (w.PEOPLE | w.ALLOCATE)
    ):
        return "event"
    if form == "denominator":
        return "arm"
    if form == "part":
        return "arm" if study.previous in (None, "total", "arm") else study.previous
    joint = count.words.word(count.i - 1)
    against = joint in _AGAINST or (joint in ("with", "to") and count.words.word(count.i - 2) == "compared")
    if against and study.previous == "arm" and study.previous_form == form == "percent":
        return "arm"
    if against and study.previous in ("event", "dropout") and not around.allocated and form != "n=":
        return study.previous
    if form in ("numerator", "of them", "percent"):
        if around.describes:
            return "arm"
        if around.does:
            return "event"
        if (
            form == "percent"
            and study.previous == "arm"
            and around.leads_to
            and study.previous_form != "denominator"
        ):
            return "arm"
        if around.received and not around.done_in and form != "percent":
            return "arm"
        if around.enrolled and total is None and form == "numerator":
            return "total"
        return (
            "arm"
            if around.allocated or around.completed or (around.enrolled and form != "percent")
            else "event"
        )
    if form == "n=" and around.percent and not around.allocated:
        return "event"
    if (
        form == "n="
        and around.does_next
        and total is not None
        and 5 * count.count < total
        and not around.allocated
    ):
        return "event"
    if form == "n=" and study.previous == "event" and study.previous_form == "n=" and not around.allocated:
        near = count.words.words[max(0, count.i - 12) : count.i - 2]
        if not _AGAINST.isdisjoint(near) or "compared" in near:
            return "event"
    if form == "n=" and around.of_study:
        return "total"
    if form == "n=":
        if around.each or total is not None or study.listed or around.left & w.GROUP or around.of_group:
            return "arm"
        return "total"
    if form == "number of":
        if around.left & w.DROPOUT_NOUN:
            return "dropout"
        return (
            "event"
            if around.left & w.EVENT_NOUN or (total is not None and not around.left & w.ENROL)
            else "total"
            if total is None
            else "arm"
        )
    if form == "verb":
        return "event" if around.does and not around.allocated and not around.enrolled else "arm"
    if (
        around.of_study
        and form in ("coordination", "people")
        and not count.kinds & (w.EVENT_NOUN | w.DROPOUT_NOUN)
    ):
        return "total"
    if form == "coordination" and count.kinds & (w.EVENT_NOUN | w.DROPOUT_NOUN):
        return "event" if count.kinds & w.EVENT_NOUN else "dropout"
    if (
        form == "people"
        and joint == "and"
        and study.previous in ("event", "dropout")
        and study.previous_form in ("verb in", "people")
        and not around.verb
    ):
        return study.previous
    if form == "people" and joint == "among" and total is not None and around.left & w.EVENT_NOUN:
        return "arm"
    if form == "group" and study.previous is None and around.left & w.EVENT_NOUN and joint == "(":
        return "event"
    if form in ("group", "coordination", "cell") and study.previous is not None and form != "cell":
        if (
            around.does
            or around.percent
            or (study.previous == "event" and study.previous_form != "denominator")
            or (form == "group" and around.left & w.EVENT_NOUN)
        ):
            return "event"
        return study.previous if form == "coordination" and study.previous in ("event", "dropout") else "arm"
    if (
        study.previous in ("event", "dropout", "arm")
        and study.previous_form == "coordination"
        and form == "people"
    ):
        return "event" if around.does and study.previous == "arm" else study.previous
    if form == "coordination" and not around.does and not around.dropped_in and not around.done_in:
        return "arm"
    return _people(count, around, total, named_event)


def _people(count: Count, around: Clause, total: int | None, named_event: bool) -> Role:
    if total is None and count.words.word(count.i - 1) == "of" and count.words.word(count.i - 2) == "size":
        return "total"
    if count.words.word(count.i - 1) == "the" and around.assigned and total is not None:
        return "arm"
    if around.does and (not around.unsure or total is not None or around.group):
        return "event"
    between = count.words.words[count.i + 1 : count.noun]
    if count.kinds & w.CONTROL or around.each or around.of_group or not GROUP_WORDS.isdisjoint(between):
        return "arm"
    if count.count == total:
        return "total"
    if count.kinds & w.CASE and not around.assigned and not _CONTROLS & set(count.words.words):
        following = count.words.word(count.noun + 1)
        if following == "of" or ((not around.of) and (total is not None and 2 * count.count < total)):
            return "event"
    if around.doing and total is not None and not around.of and not around.main:
        return "event"
    if around.enrolled:
        if total is None:
            return "total"
        return "arm" if around.to_group or count.count <= total else "total"
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


def report(counts: list[Count], arounds: list[Clause], events: list[bool]) -> list[Role]:
    """The roles of the counts of a text about one study: one number is its total, however often it is printed."""
    roles = assign(counts, arounds, events, again=False)
    best = total_of(counts, arounds, roles)
    if best is None:
        return roles
    whole = counts[best].count
    roles = assign(counts, arounds, events, Study(whole, best, sure=True))
    for k, role in enumerate(roles):
        if k == best or (
            role == "arm"
            and counts[k].count == whole
            and counts[k].form != "denominator"
            and not arounds[k].to_group
        ):
            roles[k] = "total"
        elif role == "total" and counts[k].count != whole and not arounds[k].of_study:
            roles[k] = "arm"
    parts(counts, arounds, roles)
    return roles


def assign(
    counts: list[Count],
    arounds: list[Clause],
    events: list[bool],
    known: Study | None = None,
    *,
    again: bool = True,
) -> list[Role]:
    """The roles of a study's counts, in order of their places. ``known`` says what its total is, if it does."""
    study, roles = known or Study(), list[Role]()
    for k, (count, around) in enumerate(zip(counts, arounds, strict=True)):
        before = counts[k - 1] if k else None
        same = before is not None and before.words is count.words
        study.previous, study.previous_form = (roles[-1], before.form) if same and before else (None, "")
        study.listed = (
            count.form == "n=" and sum(c.form == "n=" and c.words is count.words for c in counts) > 1
        )
        role = guess(count, around, study, events[k])
        sure = around.main or around.allocated
        if role == "total" and study.total is None:
            study.total, study.at, study.sure = count.count, k, sure
        elif (
            study.total is not None
            and not study.sure
            and around.main
            and role == "arm"
            and not around.to_group
            and not around.of
            and counts[study.at].form != "n="
            and (
                count.form in ("people", "total of") or (count.form == "verb" and arounds[study.at].screened)
            )
            and count.words.word(count.i - 1) != "("
            and count.count < study.total
        ):
            # "Of 121 who qualified, 112 were randomised": the total is what was enrolled
            roles[study.at] = "arm"
            study.total, study.at, study.sure, role = count.count, k, True, "total"
        roles.append(role)
    if known is None:
        unknown = again and study.total is None
        settle(counts, arounds, roles)
        if unknown and "total" in roles:
            # the total came to light at the end: read again what happened to whom
            at = roles.index("total")
            read = assign(counts, arounds, events, Study(counts[at].count, at, sure=True))
            roles = [
                new if old == "arm" and new in ("event", "dropout") else old
                for old, new in zip(roles, read, strict=True)
            ]
    else:
        parts(counts, arounds, roles)
        shared_verbs(counts, arounds, roles)
    return roles
