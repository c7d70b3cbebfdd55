"""Signs behind a count: verbs that no list knows, phrases for leaving a study, *to* one group, a percentage."""

from __future__ import annotations

from pipeline.language import sample_words as w
from pipeline.language.sample_counts import Count

_WHOLE = frozenset(
    {"either", "or", "groups", "arms", "cohorts", "one", "two", "three", "four", "versus", "vs"}
)
#: what may stand behind an unknown verb, and not behind a participle that is an adjective or a relative clause
_OBJECT = frozenset(
    {
        "a",
        "an",
        "the",
        "their",
        "no",
        "more",
        "less",
        "fewer",
        "any",
        "some",
        "his",
        "her",
        "its",
        "at",
        "one",
        "#",
    }
)
#: prepositions that take a count for their object
_NO_VERB = frozenset({"with", "for", "by", "to", "from", "at", "in", "on", "as", "of"})


def one_group(words: w.Words, j: int) -> bool:
    """Whether *to* at ``j`` leads to one group, and not to a choice (*to A or B*, *to two groups*)."""
    k = j
    while k < min(len(words), j + 26):
        k += 1
        word, kind = words.word(k), words.kind(k)
        if word in ("(", "["):
            k = words.close(k) or k
            continue
        if word in _WHOLE or (kind & w.NUMBER and words.word(k + 1) in ("of", "groups", "arms", "treatment")):
            return False
        if kind & w.GROUP:
            return words.word(k + 1) not in ("or", "versus", "vs") and not (
                words.word(k + 1) == "and" and words.word(k + 2) != "#"
            )
        if kind & w.NUMBER or word in (".", ";", ""):
            break
    return True


def unknown_verb(words: w.Words, j: int, count: Count) -> bool:
    """Whether a verb that no list knows stands at ``j``: *could not walk*, *exhibited*; not *aged*, *referred to*."""
    word = words.words[j]
    if words.word(count.i - 1) in _NO_VERB:
        return False  # "in 24 rats, the drug lengthened sleep"
    if word in ("could", "did", "do"):
        elliptical = words.kind(j + 2) & (w.ASSIGN | w.ENROL | w.COMPLETE | w.PUNCT | w.STOP)
        return words.word(j + 1) == "not" and not elliptical
    return (
        word.endswith("ed")
        and len(word) > 4
        and not words.bits[j]
        and "-" not in word
        and (words.word(j + 1) in _OBJECT or words.word(j - 1).endswith("ly"))
        and words.word(j - 1) not in ("a", "an", "the", "of", "with", "and", "or")
        and j - max(count.noun, count.i) < 9
    )


def left_study(words: w.Words, j: int) -> bool:
    """*came off study*, *were taken off treatment*, *did not attend*, *did not complete the trial*."""
    word = words.words[j]
    if word == "stopped":
        return words.word(j + 1) in ("taking", "treatment", "medication", "therapy", "using")
    if word == "off":
        return words.word(j + 1) in ("study", "treatment", "therapy", "protocol", "drug", "the")
    return (
        word == "not"
        and words.word(j - 1) in ("did", "could")
        and bool(
            words.kind(j + 1) & w.COMPLETE or words.word(j + 1) in ("attend", "return", "finish", "continue")
        )
    )


def percent_beside(count: Count) -> bool:
    """Whether a percentage stands in the bracket behind a count, or the count in the bracket behind a percentage."""
    words = count.words
    for at in (count.i + 1, max(count.noun, count.i) + 1):
        if words.word(at) in ("(", "[") and words.word(at + 1) == "#" and words.word(at + 2) == "%":
            return True
    first = count.i - 3 if count.form == "n=" else count.i - 1
    if words.word(first) in ("(", "[") and words.word(first - 1) == "%":
        return True
    return (
        count.form == "n="
        and words.word(count.i + 1) in (",", ";")
        and words.word(count.i + 3) == "%"
        and words.word(count.i + 4) not in ("ci", "confidence")
    )


def is_side(words: w.Words, j: int) -> bool:
    """Whether *left* is the side of the body."""
    return words.words[j] == "left" and not words.kind(j + 1) & (w.STOP | w.PUNCT | w.OTHER)


def lost(words: w.Words, j: int) -> bool:
    """*lost to follow-up*, *were lost.*; not *lost weight*."""
    after = words.word(j + 1) == "to" or bool(words.kind(j + 1) & (w.PUNCT | w.STOP))
    return after and (words.word(j + 1) == "to" or words.word(j - 1) in ("was", "were"))
