"""Outcomes: which of the candidate phrases name an endpoint of a study or a treatment in people.

Whether *remission* is an outcome depends on what its sentence is about. Cues (lexicons/cues.tsv) weigh for people,
trials, treatment and results, and against animals, cells and mechanisms; the paragraph counts for a part. On top,
a term must have what its lexicon row needs: a rated symptom a word of change or measurement beside it, a disease
that can be an adverse effect a word of safety. Entry criteria (*who had not responded …*), conditions (*patients
with …*) and thresholds are put aside. The weights were fitted by logistic regression on development texts and rounded.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import get_args

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language.common import Sentences, Tables, document_of, put, sentences_of, tables_of
from pipeline.language.cues import Cues, Paragraphs, cues_of, paragraphs_of, text_of
from pipeline.language.lexicon import fold
from pipeline.language.outcome_spans import Candidate, Row, candidates
from pipeline.schema import Found, OutcomeName, OutcomeValue

_NAMES = frozenset(get_args(OutcomeName))
#: weight of one cue of a kind in the candidate's sentence, and of one per sentence in its paragraph
_SENTENCE = {
    "human": 0.4, "trial": 0.5, "given": 0.35, "result": 0.3, "drug_class": 0.4,
    "animal": -0.9, "preclinical": -0.5, "in_vitro": -0.3, "mechanism": -0.4, "background": -0.8,
}  # fmt: skip
_PARAGRAPH = {"trial": 0.7, "given": 0.35, "animal": -1.0, "mechanism": -0.5}
_MOST = 3.0
#: how readily a candidate is believed, by name or else by kind
_PRIOR = {
    "antidepressant_effect": 2.2, "response": 1.6, "remission": 1.6, "relapse": 1.6, "suicidality": 1.0, "dropout": 0.8,
    "adverse_event": 1.5, "endpoint": 0.3, "survival": 0.8, "symptom": 0.5, "physiological": 0.0, "effect_measure": 0.5,
    "score": 0.5,
}  # fmt: skip

_COUNTED = re.compile(r"(?:\b(?:proportion|percentage|number|numbers|rates?|incidence|frequency|fraction|share)\s+of\s+(?:the\s+)?(?:\w+\s+)?|%\)?\s*(?:of\s+)?(?:the\s+)?(?:\w+\s+)?)$", re.IGNORECASE)
_THRESHOLD_AFTER = re.compile(r"\s*(?:[(\[][^()\[\]]{1,20}[)\]]\s*)?(?:of|was|were|being|is)?\s*(?:[≥≤<>]|\$?\\?(?:geq|leq)|at\s+least\b|greater\s+than\b|more\s+than\b|less\s+than\b|below\b|above\b|\d+(?:\.\d+)?\s+(?:or|and)\s+(?:more|greater|higher|above|less|lower|fewer)\b)", re.IGNORECASE)
_THRESHOLD_BEFORE = re.compile(r"(?:(?:[≥>]|at\s+least\s+a?|minimum|minimal)\s*\d+(?:\.\d+)?\s*(?:%|points?)?|\d+(?:\.\d+)?\s*%\s+or\s+(?:greater|more|higher|larger)|required|\d\s+or\s+(?:more|fewer))\s+(?:\w+\s+)?$", re.IGNORECASE)
_LIST = re.compile(r"(?:\s*(?:,|;|/|\b(?:and|or|as well as|but not|plus)\b|\([^()]{0,40}\)))+\s*(?:(?:the|an?|mild|moderate|severe|transient|other|more)\s+)*", re.IGNORECASE)
_SAFETY_BEFORE = re.compile(r"(?:\b(?:risk|cases?|rates?|episodes?|incidence|onset|development|reports?|occurrence|worsening)\s+(?:of|for)|\b(?:cause[sd]?|causing|induced?|precipitated?|produced?|developed|experienced|experience|reported|including|include[sd]?|such\s+as|especially|namely|noted?|no|without))\s+(?:\w+\s+)?$|-(?:induced|related|associated|emergent)\s+$", re.IGNORECASE)
#: what may stand between a verb and its object, or a subject and its verb: words without a stop or a new clause
_OBJECT = re.compile(r"(?:[\s\w'’/%()-]|,(?!\s+(?:and|but|while|whereas|which|who)\b)){0,60}")
_CLAUSE = re.compile(r"\b(?:but|while|whereas|which|who|that|because|although|after|before|during|who|when)\b|[;:]")
_ENDPOINT_HEAD = re.compile(r"\b(?:end\s?-?points?|outcomes?|measures?|results?|findings?)\b", re.IGNORECASE)
_PREPOSITIONS = ("with", "of", "for", "in", "from", "had")
_WORD = r"(?!(?:and|or|of|in|by|to|on|had|was|were|is|after|for|receiving|improved|who|that|which)\b)[\w’'/-]+"
#: between *patients with* and the condition, and between *chronic* and the condition
_WHOSE = re.compile(rf"\s+(?:{_WORD}\s+(?:and\s+|or\s+|(?:(?<=level\s)|(?<=degree\s)|(?<=risk\s))of\s+)?(?:\(\w+\)\s+)?){{0,4}}", re.IGNORECASE)
_BESIDE = re.compile(rf"\s+(?:{_WORD}\s+)?", re.IGNORECASE)
_WITH = re.compile(r"\b(?:[A-Z]{2,}|patients?|subjects|people|individuals|adults|children|women|men|participants|depression|disorders?|disease|cancer|diabetes|those)\s+with(?:out)?\s+(?:\w+\s+){0,2}$")
_TESTED = re.compile(r"(?:\s+\w+)?\s*[,(\[]+\s*(?:P|p|r|R|HR|OR|RR|SMD|MD|n|N|95%|mean|median|hazard|odds|relative)\b")
_EFFECT_ON = re.compile(r"\b(?:effects?|impact|influence|efficacy)\s+of\s[^.;:]{1,90}?\s(?:either\s+)?on\s+(?:the\s+|their\s+|a\s+)?(?:\w+\s+)?$", re.IGNORECASE)
_NEXT = re.compile(r"\s+(?:the|a|their|in|on|of|for)?\s*")
_AUXILIARY = re.compile(r"\s+(?:(?:was|were|is|are|had|has|have|been|did|not|also|significantly|rapidly|may|could|scores?|levels?)\s+){0,3}")
DASH = frozenset("‐‑‒–—−-")
_VALUE = re.compile(r"\s*(?:\([^()]{0,40}\)\s*)?(?:was|were|of|at|is|went\s+from|from|averaged|reached|\(|,|=|:)*\s*(?:was|were|of|in|by)?\s*[-−–]?\d")


class OutcomeFinder:
    """spaCy component: writes ``doc.spans["outcomes"]``; scales are found before it.

    >>> import spacy
    >>> from pipeline.language.common import get
    >>> nlp = spacy.blank("en"); _ = nlp.add_pipe("goldpan_outcomes")
    >>> doc = nlp("In 40 patients, lithium led to a greater reduction in depressive symptoms than placebo; "
    ...           "nausea occurred in 12%.")
    >>> [(doc.text[f.start:f.end], f.value.name) for f in get(doc, "OUTCOME")]
    [('reduction in depressive symptoms', 'symptom_change'), ('nausea', 'adverse_effect')]
    """

    def __call__(self, doc: Doc) -> Doc:
        judge = _Judge(doc)
        found = candidates(doc, judge.cues, judge.sentences)
        judge.conditions = judge.find_conditions(found)
        put(doc, "OUTCOME", [
            Found("OUTCOME", c.start, c.end, OutcomeValue(name), c.why) for c, name in judge.names(found)
        ])  # fmt: skip
        return doc


class _Judge:
    """Decides for each candidate of one doc."""

    def __init__(self, doc: Doc) -> None:
        self.text = text_of(doc)
        self.cues: Cues = cues_of(doc)
        self.sentences: Sentences = sentences_of(doc)
        self.paragraphs: Paragraphs = paragraphs_of(doc)
        self.tables: Tables = tables_of(doc)
        document = document_of(doc)
        #: a text without a title is read as an abstract that begins with it
        self.title = fold((document.title if document else "") or self.text[: self.sentences.around(0)[1]])
        self.conditions: frozenset[str] = frozenset()
        self._weighed: dict[tuple[int, int], float] = {}  # of sentences and, ending later, of paragraphs

    # ------------------------------------------------------------ what the text is about

    def find_conditions(self, found: list[Candidate]) -> frozenset[str]:
        """The terms that are the text's disease: in its title, or again and again behind *patients with*."""
        counts: Counter[str] = Counter()
        for c in found:
            if c.kinds & {"adverse_event", "symptom"} and not c.change:
                counts[fold(self.text[c.at : c.to])] += self._is_condition(c)
        return frozenset(
            term for term, n in counts.items() if n >= 2 or (self.title and re.search(rf"\b{re.escape(term)}\b", self.title))
        )

    def _is_condition(self, c: Candidate) -> bool:
        """Whether a term stands as somebody's condition: *patients with X*, *X disorder*, *treatment of X*."""
        return self._blocked_before(c) or self._blocked_after(c)

    def _blocked_before(self, c: Candidate) -> bool:
        low = self.sentences.around(c.start)[0]
        for cue in self.cues.between("blocker_before", max(low, c.start - 80), c.start):
            pattern = _WHOSE if self.text[cue[0] : cue[1]].endswith(_PREPOSITIONS) else _BESIDE
            if pattern.fullmatch(self.text, cue[1], c.start):
                return not _COUNTED.search(self.text, max(low, cue[0] - 30), cue[0])
        return _WITH.search(self.text, max(low, c.start - 50), c.start) is not None

    def _blocked_after(self, c: Candidate) -> bool:
        if c.rows and c.rows[0]["name"] in ("response", "remission", "relapse", "antidepressant_effect"):
            return False
        return any(self.text[c.end : cue[0]] in (" ", "\n", "-") for cue in self.cues.between("blocker_after", c.end, c.end + 24))

    def weigh(self, c: Candidate) -> float:
        """Evidence that the candidate's sentence speaks of people in a study or of a treatment."""
        bounds = self.sentences.around(c.start)
        weighed = self._weighed.get(bounds)
        if weighed is None:
            around = self.paragraphs.around(c.start)
            by_paragraph = self._weighed.get(around)
            if by_paragraph is None:
                size = max(1, self.sentences.index(around[1]) - self.sentences.index(around[0]))
                by_paragraph = sum(w * min(_MOST, self.cues.weight(k, *around) / size) for k, w in _PARAGRAPH.items())
                self._weighed[around] = by_paragraph
            weighed = by_paragraph + sum(w * self.cues.weight(k, *bounds, _MOST) for k, w in _SENTENCE.items())
            self._weighed[bounds] = weighed
        return weighed

    # ------------------------------------------------------------ what a candidate is

    def names(self, found: list[Candidate]) -> list[tuple[Candidate, OutcomeName]]:
        """The candidates that are outcomes, with their names. Members of a list share what stands before or behind it."""
        names = [self.name(c) for c in found]
        for step in (1, -1):
            order = range(1, len(found)) if step > 0 else range(len(found) - 2, -1, -1)
            for i in order:
                c, other = found[i], found[i - step]
                if names[i] is None and names[i - step] is not None and c.rows and other.rows and not c.refused:
                    gap = self.text[other.end : c.start] if step > 0 else self.text[c.end : other.start]
                    if _LIST.fullmatch(gap) and c.kinds & other.kinds:
                        names[i] = self._value(c, other.chosen)
        return [(c, name) for c, name in zip(found, names, strict=True) if name is not None]

    def name(self, c: Candidate) -> OutcomeName | None:
        """The outcome's name, or None where the candidate is none."""
        low, high = self.sentences.around(c.start)
        cell = self.tables.cell(c.start) if self.tables else None
        if cell and not c.score and self._names_endpoint(c, cell):
            return None if c.kinds <= {"effect_measure"} or self._is_condition(c) else self._value(c)
        if c.score:
            return self._score(c, low, high, cell is not None)
        if not c.rows:
            said = cell is not None or self.cues.has("human", low, high) or self.cues.has("trial", low, high)
            return "symptom_change" if said and self.weigh(c) + _PRIOR["symptom"] > 0 else None
        for row in c.rows:
            if self._fits(c, row, low, high, cell is not None):
                c.chosen = row
                return self._value(c, row)
        return None

    def _names_endpoint(self, c: Candidate, cell: tuple[int, int, int]) -> bool:
        """Whether a cell is a head, or all that stands under a head like *Main endpoint*."""
        document = self.tables.document
        if document is None:
            return False
        if cell[1] < document.tables[cell[0]].header_rows:
            return True
        box = document.tables[cell[0]].rows[cell[1]][cell[2]]
        return c.end - c.start > 0.7 * (box.end - box.start) and bool(_ENDPOINT_HEAD.search(self.tables.head(c.start)))

    def _value(self, c: Candidate, row: Row | None = None) -> OutcomeName:
        """The name of the guidelines' list that a candidate falls under."""
        phrase = fold(self.text[c.start : c.end])
        if "antidepressant" in phrase and not phrase.endswith(("response", "responses")):
            return "antidepressant_effect"
        row = row or (c.rows[0] if c.rows else {})
        name = row.get("name", "symptom_change")
        if c.change and name == "adverse_effect":
            name = next((r["name"] for r in c.rows if r["kind"] == "symptom"), name)
        return name if name in _NAMES else "other"  # type: ignore[return-value]

    def _criterion(self, c: Candidate, low: int) -> bool:
        """Whether the words before it in its sentence say who may enter, or what something is defined as."""
        for cue in self.cues.between("criterion", max(low, c.start - 200), c.start):
            if not re.search(r"[.;:]\s|,\s+(?:and|but|the|with|while|which)\b", self.text[cue[1] : c.start]):
                return True
        return False

    def _threshold(self, c: Candidate, low: int) -> bool:
        """*50% or greater reduction in* in a bracket or a definition; what so many people *had* is a result."""
        before = self.text[max(low, c.start - 50) : c.start]
        return _THRESHOLD_BEFORE.search(before) is not None and ("(" in before or not self.cues.has("result", low, c.start - 24))

    def _score(self, c: Candidate, low: int, high: int, in_cell: bool) -> OutcomeName | None:
        """A scale's score is an outcome where it is reported or compared, not as a criterion."""
        if (in_cell and not c.change) or _THRESHOLD_AFTER.match(self.text, c.end, high):
            return None
        if self._criterion(c, low) or self._threshold(c, low) or self._blocked_before(c):
            return None
        if self.weigh(c) + _PRIOR["score"] <= 0:
            return None
        item = self.text[c.start : c.end].lower()
        return "suicidality" if "suicid" in item and " item" in item else "symptom_change"

    def _fits(self, c: Candidate, row: Row, low: int, high: int, in_cell: bool) -> bool:
        """Whether a lexicon row's needs are met where the candidate stands."""
        kind, needs, phrase = row["kind"], row["needs"], fold(self.text[c.at : c.to])
        if kind == "effect_measure":
            return "effect size" in phrase and self.weigh(c) + _PRIOR[kind] > 0
        if self._criterion(c, low) or (not c.change and self._is_condition(c)) or (kind != "adverse_event" and self._threshold(c, low)):
            c.refused = True
            return False
        condition = phrase in self.conditions
        if needs and kind != "adverse_event" and not c.change and self._compound(c):
            return False
        if needs and not c.change and any(cue[:2] == (c.at, c.to) for cue in self.cues.between("governed", c.at, c.to)):
            if not self._governed(c):
                return False
        prior = _PRIOR.get(row["name"], _PRIOR.get(kind, 0.0)) + (0.7 if c.change else 0.0)
        if kind in ("endpoint", "survival") and row["name"] == "other" and not needs and not self._changes(c, low, high, condition):
            prior -= 1.3  # quality of life and survival are background as often
        if phrase.startswith(("side", "adverse")):
            prior += 1.0
        if needs and needs != "human":
            changes = c.change or self._changes(c, low, high, condition)
            safe = kind == "adverse_event" and self._safety(c, low, high, condition)
            if not changes and not safe:
                return False
        elif row["name"] == "suicidality" and (c.change or self._changes(c, low, high, condition)):
            prior += 1.0
        return self.weigh(c) + prior + (1.0 if in_cell else 0.0) > 0

    def _compound(self, c: Candidate) -> bool:
        """*non-insulin-dependent*, *weight-bearing*: a part of another word."""
        text = self.text
        return (text[c.at - 1 : c.at] in DASH and text[c.at - 2 : c.at - 1].isalpha()) or (
            text[c.to : c.to + 1] in DASH and text[c.to + 1 : c.to + 2].isalpha()
        )

    def _governed(self, c: Candidate) -> bool:
        """Whether the very next word, on either side, speaks of its change or measurement."""
        text, cues = self.text, self.cues
        if _EFFECT_ON.search(text, max(0, c.start - 120), c.start):
            return True
        for kind in ("change_verb", "asked_of", "adverse"):
            for cue in cues.between(kind, c.start - 24, c.start):
                if _NEXT.fullmatch(text[cue[1] : c.start]):
                    return True
        for kind in ("change_verb", "told_of"):
            for cue in cues.between(kind, c.end, c.end + 30):
                if _AUXILIARY.fullmatch(text[c.end : cue[0]]):
                    return True
        return False

    def _changes(self, c: Candidate, low: int, high: int, condition: bool) -> bool:
        """Whether a word of change or of measurement governs it: a verb on either side, *effect on* before it, a value."""
        text, cues = self.text, self.cues
        near = 25 if condition else 60
        for kind in ("change_verb", "asked_of"):
            for cue in reversed(cues.between(kind, max(low, c.start - near), c.start)):
                between = text[cue[1] : c.start]
                if _OBJECT.fullmatch(between) and not _CLAUSE.search(between):
                    return True
        for kind in ("change_verb", "told_of"):
            for cue in cues.between(kind, c.end, min(high, c.end + near)):
                between = text[c.end : cue[0]]
                if not _CLAUSE.search(between) and not re.search(r",\s+(?:and|but)\b", between):
                    return True
        if _EFFECT_ON.search(text, max(low, c.start - 120), c.start):
            return True
        return not condition and (_VALUE.match(text, c.end, high) or _TESTED.match(text, c.end, high)) is not None

    def _safety(self, c: Candidate, low: int, high: int, condition: bool) -> bool:
        """Whether a word of safety stands near; the text's own disease needs it right before."""
        if _SAFETY_BEFORE.search(self.text, max(low, c.start - 40), c.start):
            return True
        return not condition and self.cues.weight("adverse", low, high) >= 2


@Language.factory("goldpan_outcomes", assigns=["doc.spans"])
def make_outcomes(nlp: Language, name: str) -> OutcomeFinder:
    """Factory of `OutcomeFinder`."""
    return OutcomeFinder()
