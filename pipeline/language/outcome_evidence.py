"""Evidence for an outcome: what its sentence is about, and which words around a term govern it.

Cues (lexicons/cues.tsv) weigh for people, trials, treatment and results, and against animals, cells, mechanisms and
background; the paragraph counts for a part. The weights come from a logistic regression on development texts,
rounded; no single text moves them by much.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from spacy.tokens import Doc

from pipeline.language import outcome_patterns as patterns
from pipeline.language.case import any_case, lower_of
from pipeline.language.common import Sentences, document_of, sentences_of, text_of
from pipeline.language.cues import Cues, Paragraphs, cues_of, paragraphs_of
from pipeline.language.lexicon import fold
from pipeline.language.lookup import folded_of
from pipeline.language.numbers import DASHES
from pipeline.language.outcome_spans import Candidate

#: weight of one cue of a kind in the candidate's sentence, and of one per sentence in its paragraph
_SENTENCE = {
    "human": 0.4, "trial": 0.5, "given": 0.35, "result": 0.3, "drug_class": 0.4,
    "animal": -0.9, "preclinical": -0.5, "in_vitro": -0.3, "mechanism": -0.4, "background": -0.8,
}  # fmt: skip
_PARAGRAPH = {"trial": 0.7, "given": 0.35, "animal": -1.0, "mechanism": -0.5}
_MOST = 3.0
#: a sentence that says what the study's endpoints are
_DECLARED = 1.3
#: a sentence that says what was known before the study; and how long a text is an abstract, in characters
_KNOWN_BEFORE = -3.5
_ABSTRACT = 4500
#: kinds of terms that are counted one by one
_EVENTS = frozenset({"endpoint", "adverse_event", "survival", "dropout"})
_LESS = any_case(
    r"(?:reduc|decreas|improv|alleviat|reliev|resolv|lower|fell|fall|declin|prevent|diminish|suppress|control|attenuat|lessen|halv)",
)
_PREPOSITIONS = ("with", "of", "for", "in", "from", "had")
#: what *… group*, *… criteria* do not take away
_NEVER_CONDITIONS = frozenset({"response", "remission", "relapse", "antidepressant_effect"})


class Evidence:
    """What the words around a candidate say, for all candidates of one doc."""

    def __init__(self, doc: Doc) -> None:
        self.text = lower_of(doc)
        self.printed = text_of(doc)
        self.folded = folded_of(doc)
        self.cues: Cues = cues_of(doc)
        self.sentences: Sentences = sentences_of(doc)
        self.paragraphs: Paragraphs = paragraphs_of(doc)
        self.conditions: frozenset[str] = frozenset()
        document = document_of(doc)
        # a text without a title is read as an abstract that begins with it
        self._title = fold((document.title if document else "") or self.text[: self.sentences.around(0)[1]])
        titled = document is not None and self.folded.startswith(self._title)
        self._title_end = len(self._title) if titled and document and document.title else 0
        self._sums = self._sum_up()
        self._opening = self._find_opening(document is not None and bool(document.title))
        self._by_sentence: dict[int, float] = {}
        self._by_paragraph: dict[int, float] = {}

    def _find_opening(self, titled: bool) -> tuple[int, int]:
        """Where an abstract says what was known before: its *Background*, or what stands before its aim."""
        label = patterns.OPENING.search(self.text, 0, _ABSTRACT)
        if label:
            next_label = patterns.OPENED.search(self.text, label.end(), label.end() + _ABSTRACT)
            return label.start(), next_label.start() + 1 if next_label else label.end()
        if len(self.text) > _ABSTRACT:
            return 0, 0
        begin = self._title_end if titled else (self.sentences.ends[0] if len(self.sentences) else 0)
        for start, end in self.sentences:
            if start < begin:
                if not titled and patterns.FIRST_AIM.search(self.text, start, end):
                    break  # no title: it begins with its aim
            elif (
                patterns.AIM.search(self.text, start, end)
                or self.cues.has("trial", start, end)
                or patterns.OWN_RESULT.search(self.text, start, end)
            ):
                return begin, start
        return 0, 0

    def phrase(self, c: Candidate) -> str:
        """Its term, folded; of an abbreviation, the one that it stands for."""
        return c.term or self.folded[c.at : c.to]

    def weigh(self, c: Candidate) -> float:
        """How much speaks for people in a study or a treatment, in the candidate's sentence and paragraph."""
        start, end = self.sentences.around(c.start)
        weight = self._by_sentence.get(start)
        if weight is None:
            first, last = self.paragraphs.around(c.start)
            if first not in self._by_paragraph:
                size = max(1, self.sentences.index(last) - self.sentences.index(first))
                self._by_paragraph[first] = sum(
                    weight * min(_MOST, self.cues.weight(kind, first, last) / size)
                    for kind, weight in _PARAGRAPH.items()
                )
            kinds = self._sums.get(self.sentences.index(c.start), {})
            weight = self._by_paragraph[first] + sum(
                _SENTENCE[kind] * min(_MOST, said) for kind, said in kinds.items()
            )
            if self.cues.has("declared", start, end):
                weight += _DECLARED
            elif self._opening[0] <= start < self._opening[1] and not patterns.AIM.search(
                self.text, start, end
            ):
                weight += _KNOWN_BEFORE
            self._by_sentence[start] = weight
        return weight

    def _sum_up(self) -> dict[int, dict[str, float]]:
        """The weights of the cues of each kind of each sentence, in one pass over the cues."""
        out: dict[int, dict[str, float]] = {}
        ends, index = self.sentences.ends, self.sentences.index
        for kind in _SENTENCE:
            for start, end, weight in self.cues.every(kind):
                i = index(start)
                if end <= ends[i]:
                    sums = out.setdefault(i, {})
                    sums[kind] = sums.get(kind, 0.0) + weight
        return out

    # ------------------------------------------------------------ conditions and criteria

    def find_conditions(self, found: Iterable[Candidate]) -> None:
        """Note the terms that are the text's disease: in its title, or again and again behind *patients with*."""
        counts: Counter[str] = Counter()
        for c in found:
            if not c.change and c.kinds & {"adverse_event", "symptom"}:
                counts[self.phrase(c)] += self.is_condition(c)
        self.conditions = frozenset(
            term
            for term, n in counts.items()
            if n >= 2 or (term in self._title and re.search(rf"\b{re.escape(term)}\b", self._title))
        )

    def is_condition(self, c: Candidate) -> bool:
        """Whether a term stands as somebody's condition: *patients with X*, *X disorder*, *treatment of X*."""
        if c.condition is None:
            c.condition = self.behind_people(c) or self._before_care(c)
        return c.condition

    def behind_people(self, c: Candidate) -> bool:
        """*patients with severe X*, *chronic X*, *MDD with X*; not *the percentage of patients with X*."""
        text, low = self.text, self.sentences.around(c.start)[0]
        for start, end, _ in self.cues.between("blocker_before", max(low, c.start - 80), c.start):
            led = text.endswith(_PREPOSITIONS, start, end)
            if not led and c.rows and c.rows[0]["name"] in _NEVER_CONDITIONS:
                continue  # "major relapse"
            between = patterns.WHOSE if led else patterns.BESIDE
            if between.fullmatch(text, end, c.start):
                return not patterns.COUNTED.search(text, max(low, start - 30), start)
        return (
            text.find("with", max(low, c.start - 50), c.start) >= 0
            and patterns.WITH.search(self.printed, max(low, c.start - 50), c.start) is not None
        ) or patterns.PEOPLE_AFTER.search(text, max(low, c.start - 80), c.start) is not None

    def _before_care(self, c: Candidate) -> bool:
        """*X clinic*, *X treatment*, *X disorder*."""
        if c.rows and c.rows[0]["name"] in _NEVER_CONDITIONS:
            return False
        cues = self.cues.between("blocker_after", c.end, c.end + 24)
        return any(self.text[c.end : cue[0]] in (" ", "\n", "-") for cue in cues)

    def is_criterion(self, c: Candidate) -> bool:
        """Whether the words before it in its sentence say who may enter, or what something is defined as."""
        low = max(self.sentences.around(c.start)[0], c.start - 200)
        if patterns.ENTRY.search(self.text, max(low, c.start - 60), c.start):
            return True
        if c.rows and c.rows[0]["name"] in _NEVER_CONDITIONS and patterns.MET.search(self.text, low, c.start):
            return False
        return any(
            not patterns.CRITERION_ENDS.search(self.text, cue[1], c.start)
            for cue in self.cues.between("criterion", low, c.start)
        )

    def is_threshold(self, c: Candidate) -> bool:
        """*50% or greater reduction in* in a bracket or a definition; what so many people *had* is a result."""
        low = self.sentences.around(c.start)[0]
        near = max(low, c.start - 50)
        before = self.text[near : c.start]
        if not (patterns.DIGIT.search(before) or "required" in before):
            return False  # a cheap look before the pattern
        if not patterns.THRESHOLD_BEFORE.search(self.text, near, c.start):
            return False
        return "(" in before or not self.cues.has("result", low, c.start - 24)

    # ------------------------------------------------------------ what governs a term

    def is_compound(self, c: Candidate) -> bool:
        """*non-insulin-dependent*, *weight-bearing*: a part of another word."""
        before, after = self.text[max(0, c.at - 2) : c.at], self.text[c.to : c.to + 2]
        return (before[1:] in DASHES and before[:1].isalpha() and len(before) == 2) or (
            after[:1] in DASHES and after[1:].isalpha()
        )

    def is_general(self, c: Candidate) -> bool:
        """Whether its term names an intervention or an ordinary thing as often as an endpoint (*exercise*)."""
        return any(cue[:2] == (c.at, c.to) for cue in self.cues.between("governed", c.at, c.to))

    def is_governed(self, c: Candidate) -> bool:
        """Whether the very next word, on either side, speaks of its change or measurement."""
        text, cues = self.text, self.cues
        if patterns.EFFECT_ON.search(text, max(0, c.start - 120), c.start) or patterns.IS_VALUE.match(
            text, c.end
        ):
            return True
        if patterns.LEFT_FOR.search(text, max(0, c.start - 40), c.start):
            return True
        for kind in ("change_verb", "asked_of", "adverse"):
            if any(
                patterns.NEXT.fullmatch(text, cue[1], c.start)
                for cue in cues.between(kind, c.start - 24, c.start)
            ):
                return True
        return self.is_told(c)

    def is_told(self, c: Candidate) -> bool:
        """Whether the very next word behind it speaks of its change or measurement, or an effect on it is spoken of."""
        return patterns.EFFECT_ON.search(self.text, max(0, c.start - 120), c.start) is not None or any(
            patterns.AUXILIARY.fullmatch(self.text, c.end, cue[0])
            for kind in ("change_verb", "told_of")
            for cue in self.cues.between(kind, c.end, c.end + 30)
        )

    def is_declared(self, c: Candidate) -> bool:
        """Whether its sentence says what the study's endpoints are."""
        return self.cues.has("declared", *self.sentences.around(c.start))

    def is_tested(self, c: Candidate) -> bool:
        """Whether a value or a test stands right behind it, or it is declared an endpoint."""
        low, high = self.sentences.around(c.start)
        return (
            patterns.IS_VALUE.match(self.text, c.end, high) is not None
            or patterns.TESTED.match(self.printed, c.end, high) is not None
            or self._is_compared(c, low)
            or self.cues.has("declared", low, high)
        )

    def changes(self, c: Candidate) -> bool:
        """Whether change or measurement is said of it: by its span, a verb on either side, *effect on*, a value.

        The text's own disease needs the verb nearer than other terms.
        """
        if c.change:
            return True
        text, cues = self.text, self.cues
        low, high = self.sentences.around(c.start)
        condition = self.phrase(c) in self.conditions
        near = 25 if condition else 60
        for kind in ("change_verb", "asked_of"):
            for _, end, _ in cues.between(kind, max(low, c.start - near), c.start):
                if patterns.OBJECT.fullmatch(text, end, c.start) and not patterns.CLAUSE.search(
                    text, end, c.start
                ):
                    return True
        for kind in ("change_verb", "told_of"):
            for start, _, _ in cues.between(kind, c.end, min(high, c.end + near)):
                if not patterns.NEW_CLAUSE.search(text, c.end, start):
                    return True
        if patterns.EFFECT_ON.search(text, max(low, c.start - 120), c.start):
            return True
        if self._is_compared(c, low) or (c.end <= self._title_end and self._is_titled(c)):
            return True
        if condition:
            return False
        if patterns.VALUE.match(text, c.end, high) or patterns.TESTED.match(self.printed, c.end, high):
            return True
        if patterns.IS_VALUE.match(text, c.end, high) or cues.has("declared", low, high):
            return True
        return bool(c.kinds & _EVENTS) and self._is_counted(c, low, high)

    def _is_titled(self, c: Candidate) -> bool:
        """*Varenicline for smoking cessation*: what the title says a treatment is for, where it is no disease."""
        return (
            bool(c.kinds & {"endpoint", "survival", "symptom"})
            and patterns.TITLE_FOR.search(self.text, max(0, c.start - 40), c.start) is not None
            and patterns.TITLE_AFTER.match(self.text, c.end) is not None
        )

    def _is_compared(self, c: Candidate, low: int) -> bool:
        """*No difference emerged on the PDQ-39 or in* pain; *superior to placebo for* quality of life."""
        return (
            patterns.LED_BY_PREPOSITION.search(self.text, max(low, c.start - 24), c.start) is not None
            and patterns.COMPARED_IN.search(self.text, max(low, c.start - 130), c.start) is not None
        )

    def _is_counted(self, c: Candidate, low: int, high: int) -> bool:
        """*331 deaths had been recorded*, *rehospitalisation in none*."""
        return (
            patterns.COUNT_BEFORE.search(self.text, max(low, c.start - 30), c.start) is not None
            or patterns.COUNT_AFTER.match(self.text, c.end, high) is not None
        )

    def is_lessened(self, c: Candidate) -> bool:
        """Whether the very next word says that it became less: then it is what the treatment is for."""
        text, cues = self.text, self.cues
        before = cues.between("change_verb", c.start - 24, c.start)
        after = cues.between("change_verb", c.end, c.end + 30)
        return any(
            _LESS.match(text, cue[0]) and patterns.NEXT.fullmatch(text, cue[1], c.start) for cue in before
        ) or any(
            _LESS.match(text, cue[0]) and patterns.AUXILIARY.fullmatch(text, c.end, cue[0]) for cue in after
        )

    def is_aimed(self, c: Candidate) -> bool:
        """*titrated to an INR of 2*, *potassium was kept above 4*: what treatment is set by."""
        low = self.sentences.around(c.start)[0]
        return (
            patterns.AIMED.search(self.text, max(low, c.start - 60), c.start) is not None
            or patterns.KEPT_AT.match(self.text, c.end) is not None
        )

    def is_baseline(self, c: Candidate) -> bool:
        """Whether its sentence says who took part: *forty patients (mean age 43, mean weight 80 kg) were enrolled*."""
        low, high = self.sentences.around(c.start)
        return (
            (self.text.find("age", low, high) >= 0 or self.text.find(" old", low, high) >= 0)
            and patterns.AGE.search(self.text, low, high) is not None
            and patterns.ENROLLED.search(self.text, low, high) is not None
        )

    def is_told_adverse(self, c: Candidate) -> bool:
        """Whether its sentence tells of adverse events in so many words, as the text's own disease needs it."""
        low, high = self.sentences.around(c.start)
        left = patterns.LEFT_FOR.search(self.text, max(low, c.start - 40), c.start)
        return left is not None or patterns.TOLD_ADVERSE.search(self.text, low, high) is not None

    def is_safety(self, c: Candidate) -> bool:
        """Whether a word of safety stands near; the text's own disease needs it right before."""
        low, high = self.sentences.around(c.start)
        if patterns.SAFETY_BEFORE.search(self.text, max(low, c.start - 40), c.start):
            return True
        if patterns.FREQUENT.match(self.text, c.end, high):
            return True
        if patterns.LEFT_FOR.search(self.text, max(low, c.start - 40), c.start) and patterns.LEFT.search(
            self.text, low, c.start
        ):
            return True
        return self.phrase(c) not in self.conditions and self.cues.weight("adverse", low, high) >= 2
