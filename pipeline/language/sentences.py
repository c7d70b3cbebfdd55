"""Sentences: a boundary is a final stop, white space and a beginning, unless what stands before it is no end.

One regular expression finds the candidates; the exceptions (abbreviations, initials, enumerations) are looked up
in lexicons/abbreviations.tsv. Paragraphs, table rows and table cells end a sentence always. Decimals and citation
marks never come here: the former hold no white space, the latter were lifted out by the reader.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language.common import OnCharacters, has_tokens, set_sentences, text_of, token_starts
from pipeline.language.lexicon import rows

#: One character class first, so that the search leaps from stop to stop.
_CANDIDATE = re.compile(
    r"""[.!?…\n\t](?:(?<=[\n\t])(?P<hard>\s*)|(?P<close>["”’'»)\]]*)(?P<gap>[ ]+)(?=(?P<next>[\"“‘'(\[]*\S)))"""
)
_ENUMERATION = re.compile(r"\(?(?:\d{1,2}|[ivx]{1,4}|[a-z])\.")
_INITIALS = re.compile(r"(?:[A-Z]\.-?)+")
_LAST_WORD = re.compile(r"[^\s(\[“\"/]*$")


@cache
def _abbreviations() -> tuple[frozenset[str], frozenset[str]]:
    """(never the end of a sentence, the end only before a capital)."""
    never = {row["form"] for row in rows("abbreviations.tsv") if row["ends"] == "never"}
    maybe = {row["form"] for row in rows("abbreviations.tsv") if row["ends"] == "before_capital"}
    return frozenset(never), frozenset(maybe)


def boundaries(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence, without the white space between them.

    >>> text = "Berman et al. gave 0.5 mg/kg i.v. over 40 min. Seven patients (approx. half) improved vs. placebo."
    >>> [text[a:b] for a, b in boundaries(text)] == [text[:46], text[47:]]
    True
    """
    never, maybe = _abbreviations()
    out: list[tuple[int, int]] = []
    start = 0
    for match in _CANDIDATE.finditer(text):
        at = match.start()
        if match["hard"] is None:
            if not _ends(text, at + 1, match["next"], bool(match["close"]), never, maybe):
                continue
            stop = match.start("gap")
        else:
            stop = at
            while stop > start and text[stop - 1] == " ":
                stop -= 1
        if stop > start:
            out.append((start, stop))
        start = match.end()
    if start < len(text):
        out.append((start, len(text)))
    return out


def _ends(
    text: str, at: int, following: str, closed: bool, never: frozenset[str], maybe: frozenset[str]
) -> bool:
    """Whether the stop before ``at`` ends its sentence."""
    begin = following.lstrip("\"“‘'([")[:1]
    if text[at - 1] in "!?":
        return not begin.islower()
    if begin.islower():
        # "mTOR signaling …" begins sentences in lower case; one letter then a capital
        return bool(re.match(r"[a-z]{1,2}[A-Z]", text[text.find(begin, at) :][:3]))
    if closed and text[at - 1] == ".":
        return True
    tail = _LAST_WORD.search(text, max(0, at - 24), at)
    word = tail[0] if tail else ""
    bare = word.rstrip(".").lower()
    if bare in never or word.lower() in never:
        return False
    if bare in maybe:
        return not (begin.isdigit() or begin in "(=<>~≥≤")
    if _INITIALS.fullmatch(word):
        # initials ("J. Roe", "C. A. Zarate"), but not "vitamin D." nor "group B."
        before = re.search(r"(\w+)\s*$", text[max(0, at - len(word) - 24) : at - len(word)])
        if len(word) > 2 and before and before[1][:1].islower() and "." in word[:-1]:
            return True  # "in the U.S. Patients"
        return (
            bool(before and before[1].islower() and begin.isupper())
            and before is not None
            and before[1] not in ("by", "and", "see", "of")
        )
    if len(word) < 7 and _ENUMERATION.fullmatch(word):
        # an enumeration "1. " at the head of a paragraph goes with what follows
        head = at - len(word)
        return (
            bool(text[max(0, head - 1) : head].strip(" \n\t"))
            or text[max(0, head - 2) : head - 1].strip() != ""
        )
    return True


@Language.factory("goldpan_sentences", assigns=["token.is_sent_start", "doc.sents"])
def make_sentences(nlp: Language, name: str) -> SentenceFinder:
    """Factory of `SentenceFinder`."""
    return SentenceFinder()


class SentenceFinder(OnCharacters):
    """spaCy component: sets sentence starts, and keeps the boundaries by character for the matchers.

    >>> import spacy
    >>> nlp = spacy.blank("en"); _ = nlp.add_pipe("goldpan_sentences")
    >>> [sent.text for sent in nlp("It fell (P < .05). J. Roe agreed.").sents]
    ['It fell (P < .05).', 'J. Roe agreed.']
    """

    def __call__(self, doc: Doc) -> Doc:
        bounds = boundaries(text_of(doc))
        set_sentences(doc, bounds)
        if has_tokens(doc) and len(doc):
            starts = token_starts(doc)
            flags = np.full(len(doc), -1, dtype=np.int64)
            flags[0] = 1
            if bounds:
                flags[np.minimum(np.searchsorted(starts, [a for a, _ in bounds]), len(doc) - 1)] = 1
            doc.from_array(["SENT_START"], flags.astype(np.uint64).reshape(-1, 1))  # type: ignore[arg-type]
        return doc
