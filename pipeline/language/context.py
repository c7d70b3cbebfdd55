"""Context: whether a mention is negated, planned, hypothetical, of animals or in vitro.

The algorithm is ConText's (Harkema et al. 2009, doi:10.1016/j.jbi.2009.05.002), which grew out of NegEx (Chapman
et al. 2001, doi:10.1006/jbin.2001.1029): a trigger has a scope before it, behind it, or on both sides, which a
terminator or the end of the sentence closes; a pseudo-trigger (*no difference in*) takes the words away from a
trigger inside it. Triggers are rows of lexicons/context.tsv; the animals are those of cues.tsv.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language.common import GROUPS, OnCharacters, Sentences, get, put, sentences_of
from pipeline.language.cues import Cue, Cues, cues_of, text_of
from pipeline.schema import Context, Found, Label

#: NegEx's window, in words; ConText's other categories reach to a terminator
_NEGATION_WORDS = 8
#: labels that can be denied: findings and treatments; a number stays a number
_DENIABLE: frozenset[Label] = frozenset({"DRUG", "OUTCOME", "SCALE"})
_ORDER: tuple[Context, ...] = ("negated", "planned", "hypothetical", "animal", "in_vitro")
_STOP = re.compile(r"[;:]|\.\s|,\s+(?:and|or)\s+(?:the|a|an|\w+\s+(?:was|were|had|did|occurred))\b")
_ANAPHORA = re.compile(r"(?:These|This|Those|Such|The same|In these|In this model|Likewise|Similarly)\b")

_TRIGGERS = (
    "negated_forward", "negated_backward", "planned", "hypothetical_forward", "hypothetical_both",
    "hypothetical_backward", "animal", "in_vitro_setting",
)  # fmt: skip

Range = tuple[int, int]


class ContextFinder(OnCharacters):
    """spaCy component: sets ``context`` on every mention; runs last.

    >>> import spacy
    >>> from pipeline.language.common import get
    >>> nlp = spacy.blank("en"); _ = nlp.add_pipe("goldpan_outcomes"); _ = nlp.add_pipe("goldpan_context")
    >>> doc = nlp("Of 20 patients on lithium, none developed tremor; nausea occurred in 12%.")
    >>> [(doc.text[f.start:f.end], f.context) for f in get(doc, "OUTCOME")]
    [('tremor', ('negated',)), ('nausea', ())]
    """

    def __call__(self, doc: Doc) -> Doc:
        found = {label: get(doc, label) for label in GROUPS}
        if not any(found.values()):
            return doc
        scopes = _Scopes(text_of(doc), cues_of(doc), sentences_of(doc))
        for label, mentions in found.items():
            changed = [scopes.set(mention) for mention in mentions]
            if any(new is not old for new, old in zip(changed, mentions, strict=True)):
                put(doc, label, changed)
        return doc


class _Scopes:
    """The scopes of all triggers of a sentence, worked out when its first mention asks."""

    def __init__(self, text: str, cues: Cues, sentences: Sentences) -> None:
        self.text = text
        self.cues = cues
        self.sentences = sentences
        self._known: dict[int, dict[Context, list[Range]]] = {}
        self._triggers = sorted(cue[1] for kind in _TRIGGERS for cue in cues.every(kind))

    def set(self, mention: Found) -> Found:
        """The mention with its context; the same object where there is none."""
        i = self.sentences.index(mention.start)
        scopes = self._known.get(i)
        if scopes is None:
            scopes = self._known[i] = self._sentence(i)
        if not scopes:
            return mention
        context = tuple(
            name
            for name in _ORDER
            if name in scopes
            and (name != "negated" or mention.label in _DENIABLE)
            and any(a <= mention.start and mention.end <= b for a, b in scopes[name])
        )
        return replace(mention, context=context) if context else mention

    def _sentence(self, i: int) -> dict[Context, list[Range]]:
        start, end = self.sentences.starts[i], self.sentences.ends[i]
        cues, out = self.cues, dict[Context, list[Range]]()
        silent = bisect_right(self._triggers, start) == bisect_right(self._triggers, end)
        if silent and not self._takes_up(i, start, end):
            return out
        negated = self._negations(start, end)
        if negated:
            out["negated"] = negated
        if cues.has("planned", start, end):
            out["planned"] = [(start, end)]
        hypothetical = [
            *((cue[1], self._forward(cue[1], end)) for cue in cues.between("hypothetical_forward", start, end)),
            *((self._backward(cue[0], start), cue[0]) for cue in cues.between("hypothetical_backward", start, end)),
            *((self._backward(cue[0], start), self._forward(cue[1], end))
              for cue in cues.between("hypothetical_both", start, end)),
        ]  # fmt: skip
        if hypothetical:
            out["hypothetical"] = hypothetical
        animal = self._animals(i, start, end)
        if animal:
            out["animal"] = animal
        if cues.has("in_vitro_setting", start, end) and not cues.has("human", start, end):
            out["in_vitro"] = [(start, end)]
        return out

    def _negations(self, start: int, end: int) -> list[Range]:
        pseudo = self.cues.between("negated_pseudo", start, end)

        def triggers(kind: str) -> list[Cue]:
            found = self.cues.between(kind, start, end)
            return [cue for cue in found if not any(p[0] <= cue[0] and cue[1] <= p[1] for p in pseudo)]

        return [
            *((cue[1], self._forward(cue[1], end, _NEGATION_WORDS)) for cue in triggers("negated_forward")),
            *(
                (self._backward(cue[0], start, _NEGATION_WORDS), cue[0])
                for cue in triggers("negated_backward")
            ),
        ]

    def _animals(self, i: int, start: int, end: int) -> list[Range]:
        """The clauses about animals: all of the sentence unless it names people too, or takes up an animal sentence."""
        cues = self.cues
        found = cues.between("animal", start, end)
        if not found:
            return [(start, end)] if self._takes_up(i, start, end) else []
        if not cues.has("human", start, end) and not cues.has("trial", start, end):
            return [(start, end)]
        scopes = [(self._backward(cue[0], start), self._forward(cue[1], end)) for cue in found]
        return [(a, b) for a, b in scopes if not cues.has("human", a, b) and not cues.has("trial", a, b)]

    def _takes_up(self, i: int, start: int, end: int) -> bool:
        """*These effects …* after a sentence of the same paragraph that is about animals throughout."""
        if not i or not _ANAPHORA.match(self.text, start) or self.cues.has("human", start, end):
            return False
        first, last = self.sentences.starts[i - 1], self.sentences.ends[i - 1]
        if "\n\n" in self.text[last:start]:
            return False
        if i - 1 not in self._known:
            self._known[i - 1] = self._sentence(i - 1)
        return self._known[i - 1].get("animal") == [(first, last)]

    def _forward(self, at: int, end: int, words: int | None = None) -> int:
        """Where a scope that begins at ``at`` is closed."""
        stops = [cue[0] for cue in self.cues.between("terminator", at, end)]
        mark = _STOP.search(self.text, at, end)
        if mark:
            stops.append(mark.start())
        if words is not None:
            pieces = self.text[at:end].split(None, words)
            stops.append(end - len(pieces[words]) if len(pieces) > words else end)
        return min([end, *stops])

    def _backward(self, at: int, start: int, words: int | None = None) -> int:
        """Where a scope that ends at ``at`` begins."""
        stops = [cue[1] for cue in self.cues.between("terminator", start, at)]
        stops.append(max(self.text.rfind(mark, start, at) for mark in ";:") + 1)
        if words is not None:
            pieces = self.text[start:at].rsplit(None, words)
            stops.append(start + len(pieces[0]) if len(pieces) > words else start)
        return max([start, *stops])


@Language.factory("goldpan_context", assigns=["doc.spans"])
def make_context(nlp: Language, name: str) -> ContextFinder:
    """Factory of `ContextFinder`."""
    return ContextFinder()
