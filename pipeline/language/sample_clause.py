"""What stands around a count in its clause: verbs, groups and percentages that decide its role."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from pipeline.language import sample_words as w
from pipeline.language.sample_counts import Count
from pipeline.language.sample_verbs import is_side, left_study, lost, one_group, percent_beside, unknown_verb

_WHO = frozenset({"who", "whom", "that", "which", "whose", "if", "when"})
_RELATIVE = frozenset({"who", "whom", "that", "which", "whose", "with", "without", "having", "if", "when"})
_CLAUSE = frozenset({";", "whereas", "while", "but", "although", ":"})
_UNSURE = frozenset(
    {
        "found", "demonstrated", "showed", "shown", "reported", "observed", "seen", "obtained",
        "had", "improved", "maintained", "rated", "maintain", "tolerated",
    }
)  # fmt: skip
#: words before a noun of people that make it one group
GROUP_WORDS = frozenset({"intervention", "experimental", "control", "placebo", "untreated", "comparison"})
_PREPOSITIONS = frozenset(
    {"in", "of", "among", "from", "with", "for", "to", "on", "by", "between", "including"}
)
_SEVERAL = frozenset({"studies", "trials", "rcts", "series"})
_STUDIES = frozenset({"study", "studies", "trial", "trials", "rct", "rcts", "sample"})
_TAKEN = frozenset({"sustained", "taken", "used", "needed", "given", "requested"})
_NOT_EVENT = w.ENROL | w.ASSIGN | w.COMPLETE
_IN = frozenset({"in", "by", "for", "only", "the", "affected", "just"})
_EACH = frozenset({"each", "per", "apiece"})
#: participles that stand behind a noun without a verb of their own (*women assigned letrozole*)
_REDUCED = frozenset(
    {
        "assigned", "allocated", "randomized", "randomised", "treated", "given", "enrolled", "exposed",
        "randomly", "recruited", "included", "studied", "registered", "admitted",
    }
)  # fmt: skip
_AUXILIARIES = frozenset({"were", "was", "had", "have", "be", "been", "are", "also", "not", "did"})


@dataclass(slots=True)
class Clause:
    """What stands around a count: kinds to its left and right, and a few signs that decide roles."""

    left: int = 0
    right: int = 0
    #: an event verb follows directly; or after a phrase (*with depression*) that may swallow it
    does: bool = False
    does_later: bool = False
    #: an event verb stands right behind the count or its bracket
    does_next: bool = False
    #: *223 (31%) were women*
    describes: bool = False
    #: *patients reporting nausea*
    doing: bool = False
    unsure: bool = False
    #: *occurred in 12 patients*
    done_in: bool = False
    done_in_unsure: bool = False
    #: *withdrawal in 12 patients*
    dropped_in: bool = False
    #: *in the placebo group*, *to placebo* behind the count
    group: bool = False
    to_group: bool = False
    #: *to* directly behind the count or its percentage
    leads_to: bool = False
    of: bool = False
    enrolled: bool = False
    assigned: bool = False
    #: the verb of the clause is one of treatment (*12 of whom received lithium*)
    received: bool = False
    completed: bool = False
    dropped: bool = False
    screened: bool = False
    each: bool = False
    percent: bool = False
    #: *one group consisted of 21 patients*, *intervention dyads (n = 69)*
    of_group: bool = False
    #: *two studies (n = 90 and n = 212)*
    of_study: bool = False
    #: a verb of any of these kinds stands in the clause
    verb: bool = False
    #: the verb of enrolment is the sentence's own (*were randomized*, *enrolled 68*)
    main: bool = False
    allocated: bool = False


def clause(count: Count, taken: set[int], drugs: list[tuple[int, int]]) -> Clause:
    """Read the clause of a count. ``taken`` are the tokens of the other counts of its sentence."""
    words, out = count.words, Clause()
    _left(count, taken, out)
    relative = preposed = seen = comma = who = False
    out.percent = percent_beside(count)
    governed, studies = _governed(count)
    out.of_study = out.of_study or studies
    j = (count.i if count.form in ("verb", "group", "percent") else max(count.noun, count.i)) + 1
    if count.form == "numerator" and count.pair is not None:
        j = max(j, count.pair + 1)  # the verb stands behind both numbers
    if count.form in ("n=", "percent") or words.word(j) == "(":
        close = next((k for k in range(j, min(len(words), j + 14)) if words.words[k] in ")]"), None)
        if count.form == "n=" and close:
            out.each = any(words.word(k) in _EACH for k in range(j, close))
        if close is not None and (count.form != "n=" or not any(k in taken for k in range(j, close))):
            j = close + 1
    out.leads_to = words.word(j) == "to"
    out.does_next = bool(words.kind(j) & w.EVENT)
    out.does = count.form == "verb" and words.word(j).endswith("ed") and not words.kind(j)
    noun = words.kind(j + 1)
    out.describes = words.word(j) in ("were", "was") and bool(noun & w.PEOPLE) and not noun & w.RESPONDER
    distance = 0
    tokens, size = words.words, len(words.words)
    while j < size and distance < 26:
        word, kind = tokens[j], words.bits[j]
        before = tokens[j - 1] if j else ""
        after = tokens[j + 1] if j + 1 < size else ""
        if j in taken or word in _CLAUSE:
            break
        if word == "(":
            close = words.close(j)
            out.percent = out.percent or (count.form == "group" and words.word(j + 2) == "%")
            if close is None:
                break
            j = close + 1
            continue
        if word == "," and after == "respectively" and words.word(j + 2) == ",":
            comma = True
            j += 3
            continue
        if word == "," and after in ("there", "we", "it"):
            break
        if word in (")", "]") or (
            word == "," and after in ("and", "while", "whereas", "but", "with", "respectively")
        ):
            break
        comma = comma or word == ","
        if word in _RELATIVE or (
            (word == "diagnosed" or (word.endswith("ing") and kind & (w.EVENT | w.ASSIGN | w.ENROL)))
            and before not in _AUXILIARIES
        ):
            relative, who = True, word in _WHO
        if relative and kind & (w.ENROL | w.ALLOCATE | w.EVENT | w.COMPLETE | w.DROPOUT):
            # the verb that an auxiliary begins behind "with …", or behind the verb of "who …", is the sentence's own
            helped = before in ("were", "was") or words.word(j - 2) in ("were", "was")
            relative = not (helped and (not who or bool(out.right & (w.EVENT | w.COMPLETE | w.RECEIVE))))
        if word in _EACH and distance < 4 and (words.kind(j + 1) & (w.GROUP | w.PUNCT | w.STOP)):
            out.each = True
        if kind & w.GROUP and preposed:
            out.group = True
        if word in ("in", "on", "to", "from", "of", "receiving", "at") and distance < 3:
            preposed = True
        if word == "to" and not out.to_group and (out.right & (w.ALLOCATE | w.ENROL) or distance < 3):
            out.to_group = one_group(words, j)
        # "62 of 68 randomised": the participle is that of the 68
        foreign = count.form == "numerator" and word in _REDUCED and before not in _AUXILIARIES
        verb = kind & (w.EVENT | w.ENROL | w.ASSIGN | w.COMPLETE | w.DROPOUT | w.SCREEN)
        if verb and not seen:
            out.verb = not (word.endswith("ing") or (word in _REDUCED and before not in _AUXILIARIES))
            seen = out.verb or relative
            out.received = bool(kind & w.RECEIVE) and out.verb and not relative
            out.enrolled = (
                bool(kind & w.ENROL) and not relative and not foreign and before != "not"
            ) or out.enrolled
            out.screened = bool(kind & w.SCREEN) and not kind & w.ENROL
            out.completed = out.completed or (bool(kind & w.COMPLETE) and not relative)
            if comma and (out.of or governed or (out.enrolled and out.right & w.ENROL)):
                pass  # "Among the 88 children randomised, freedom from seizures was attained by 14"
            elif word == "had" and (after == "been" or words.kind(j + 1) & _NOT_EVENT):
                seen = out.verb = False  # an auxiliary: "had been included", "had undergone surgery"
            elif word in ("needed", "required") and before in _AUXILIARIES:
                pass  # "53 patients were needed"
            elif kind & w.EVENT and not relative:
                out.does = True
                out.unsure = word in _UNSURE
            elif kind & w.EVENT:
                out.does_later = True
                out.doing = out.doing or (word.endswith("ing") and distance == 0)
        elif (
            not verb
            and not relative
            and not out.verb
            and not (comma and (out.of or governed))
            and unknown_verb(words, j, count)
        ):
            out.does = out.unsure = out.verb = True
        if kind & w.ASSIGN:
            out.assigned = True
        if kind & w.ALLOCATE and not relative and not foreign:
            out.allocated = True
        if kind & w.ENROL and not relative and not foreign and before != "not":
            out.enrolled = True
            helped = before in _AUXILIARIES or words.word(j - 2) in _AUXILIARIES
            out.main = out.main or (helped and word != "eligible")
        if (
            not relative
            and ((kind & w.DROPOUT and distance < 8 and not is_side(words, j)) or left_study(words, j))
        ) or (word == "lost" and distance < 6 and lost(words, j)):
            out.dropped = True
        out.right |= kind
        j += 1
        distance += 1
    if not out.group and preposed:
        start, stop = (
            words.ends[max(count.noun, count.i)],
            words.ends[min(len(words) - 1, max(count.noun, count.i) + 4)],
        )
        k = bisect_left(drugs, (start, 0))
        out.group = k < len(drugs) and drugs[k][0] < stop
    return out


def _governed(count: Count) -> tuple[bool, bool]:
    """Whether a preposition governs the count, alone or in a coordination, and whether it counts those of studies.

    ``two studies with 9 and 14 patients``: each number is the whole of a study.
    """
    words = count.words
    k = count.i - 1
    coordinated = count.form == "coordination"
    while words.word(k) in ("and", "or", ",", "#", "only", "just", "the"):
        coordinated = coordinated or words.word(k) == "#"
        k -= 1
    if words.word(k) not in _PREPOSITIONS:
        return False, False
    several = any(words.word(n) in _SEVERAL for n in range(k - 1, k - 7, -1))
    return True, coordinated and several and words.word(k) in ("with", "of", "in", "on")


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
    dropped = first in ("in", "by", "for", "(") or (
        first in ("only", "just") and words.word(k - 1) in ("in", "by", "for")
    )
    if first == "of" and words.word(k - 1) in ("size", "accrual", "enrollment", "enrolment"):
        out.enrolled = out.main = True
    out.of_study = count.form == "n=" and first in _STUDIES
    out.of = first in ("of", "among", "from")
    if first in ("the", "these", "all", "only"):
        out.of = words.word(k - 1) in ("of", "among", "from")
    while k >= 0 and near < 12:
        word, kind = words.words[k], words.bits[k]
        if k in taken or word in (";", ":"):
            break
        noun_seen = bool(out.left & w.PEOPLE)
        out.left |= kind
        if (
            kind & w.GROUP
            and kind & w.SINGULAR
            and near < 5
            and (
                first in ("comprised", "included", "contained", "had", "received")
                or (
                    first == "of"
                    and words.word(count.i - 2) in ("consisted", "comprised", "composed", "consisting")
                )
            )
        ) or (count.form == "n=" and word in GROUP_WORDS and (near == 0 or (near == 1 and noun_seen))):
            out.of_group = True
        if near < 6 and first in _IN and (kind & w.EVENT or (near == 1 and first == "by" and word in _TAKEN)):
            out.done_in = True
            out.done_in_unsure = word in _UNSURE
        if near == 1 and first == "in" and not kind and word.endswith("ed"):
            out.done_in = out.done_in_unsure = True
        if (
            kind & w.COMPLETE
            and near < (5 if word == "available" else 2)
            and first in ("by", "from", "for", "in")
            and word != "followed"
        ):
            out.completed = True
        if kind & w.DROPOUT_NOUN and near < 12 and not comma and (dropped or count.form == "n="):
            out.dropped_in = True
        if word == ",":
            comma = True
        if kind & w.ENROL and near < 6 and not comma:
            out.enrolled = True
            out.main = out.main or not word.startswith(("compris", "includ", "involv"))
        if kind & w.SCREEN and not kind & w.ENROL and near < 3:
            out.screened = True
        k -= 1
        near += 1
