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
from pipeline.language.cues import Cues, Paragraphs, cues_of, paragraphs_of
from pipeline.language.lexicon import fold
from pipeline.language.outcome_spans import Candidate, candidates
from pipeline.schema import Found, OutcomeName, OutcomeValue

_NAMES = frozenset(get_args(OutcomeName))
#: weight of one cue of a kind in the candidate's sentence, and of one per sentence in its paragraph
_SENTENCE = {"human": 0.4, "trial": 0.5, "given": 0.35, "result": 0.3, "animal": -0.9, "preclinical": -0.5, "in_vitro": -0.3, "mechanism": -0.4}
_PARAGRAPH = {"trial": 0.7, "given": 0.35, "animal": -1.0, "mechanism": -0.5}
_MOST = 3.0
#: how readily a candidate of a kind is believed
_PRIOR = {"antidepressant_effect": 2.2, "adverse_event": 1.5, "endpoint": 0.8, "survival": 0.8, "dropout": 0.5, "score": 0.5, "symptom": 0.5, "physiological": 0.0, "effect_measure": 0.5}

_COUNTED = re.compile(r"(?:\b(?:proportion|percentage|number|rates?|incidence|frequency|%|fraction|share)\s*(?:of\s+)?(?:the\s+)?(?:\w+\s+)?$|\d%?\)?\s+(?:of\s+)?(?:the\s+)?(?:\w+\s+)?$)", re.IGNORECASE)
_THRESHOLD_AFTER = re.compile(r"\s*(?:\([^()]{1,20}\)\s*)?(?:of|was|were|being|is)?\s*(?:[≥≤<>]|\$?\\?(?:geq|leq)|at\s+least\b|greater\s+than\b|more\s+than\b|less\s+than\b|below\b|above\b|\d+(?:\.\d+)?\s+(?:or|and)\s+(?:more|greater|higher|above|less|lower|fewer)\b)", re.IGNORECASE)
_THRESHOLD_BEFORE = re.compile(r"(?:(?:≥|>|at\s+least\s+a?|minimum|minimal)\s*\d+(?:\.\d+)?\s*%?|\d+(?:\.\d+)?\s*%\s+or\s+(?:greater|more|higher|larger)|required)\s+(?:\w+\s+)?$", re.IGNORECASE)
_LIST = re.compile(r"(?:\s*(?:,|;|/|and|or|as well as|\([^()]{0,30}\))\s*)+", re.IGNORECASE)
_SAFETY_BEFORE = re.compile(r"(?:\b(?:risk|cases?|rates?|episodes?|incidence|onset|development|reports?|occurrence|history-free|worsening)\s+(?:of|for)|\b(?:cause[sd]?|causing|induced?|precipitated?|produced?|developed|experienced|reported|including|include[sd]?|such\s+as|especially|namely|noted?|no))\s+(?:\w+\s+)?$", re.IGNORECASE)


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
            Found("OUTCOME", c.start, c.end, OutcomeValue(name), c.why) for c in found if (name := judge.name(c))
        ])  # fmt: skip
        return doc


class _Judge:
    """Decides for each candidate of one doc."""

    def __init__(self, doc: Doc) -> None:
        self.text = doc.text
        self.cues: Cues = cues_of(doc)
        self.sentences: Sentences = sentences_of(doc)
        self.paragraphs: Paragraphs = paragraphs_of(doc)
        self.tables: Tables = tables_of(doc)
        document = document_of(doc)
        self.title = fold(document.title) if document else ""
        self.conditions: frozenset[str] = frozenset()
        self._weighed: dict[tuple[int, int], float] = {}

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
        for cue in self.cues.between("blocker_before", max(low, c.start - 70), c.start):
            between = self.text[cue[1] : c.start]
            if len(between) < 45 and re.fullmatch(r"\s+(?:(?!(?:and|or|of|in|by|to|on|had|was|were|is|after|for|with|receiving|improved)\b)[\w’'/-]+\s+(?:and\s+|or\s+)?(?:\(\w+\)\s+)?){0,3}", between):
                return not _COUNTED.search(self.text, max(low, cue[0] - 30), cue[0])
        return False

    def _blocked_after(self, c: Candidate) -> bool:
        return any(self.text[c.end : cue[0]].isspace() for cue in self.cues.between("blocker_after", c.end, c.end + 24))

    def weigh(self, c: Candidate) -> float:
        """Evidence that the candidate's sentence speaks of people in a study or of a treatment."""
        bounds = self.sentences.around(c.start)
        weighed = self._weighed.get(bounds)
        if weighed is None:
            weight = self.cues.weight
            weighed = sum(w * weight(kind, *bounds, _MOST) for kind, w in _SENTENCE.items())
            around = self.paragraphs.around(c.start)
            size = max(1, self.sentences.index(around[1]) - self.sentences.index(around[0]))
            weighed += sum(w * min(_MOST, weight(kind, *around) / size) for kind, w in _PARAGRAPH.items())
            self._weighed[bounds] = weighed
        return weighed

    # ------------------------------------------------------------ what a candidate is

    def name(self, c: Candidate) -> str | None:
        """The outcome's name, or None where the candidate is none."""
        low, high = self.sentences.around(c.start)
        cell = self.tables.cell(c.start) if self.tables else None
        if cell and self._head_cell(cell):
            return None if c.kinds <= {"effect_measure"} or self._is_condition(c) else self._value(c)
        if c.score:
            return self._score(c, low, high, cell is not None)
        if not c.rows:
            return c.name if self.weigh(c) + 0.5 > 0 and (cell or self.cues.has("human", low, high) or self.cues.has("trial", low, high)) else None
        for row in c.rows:
            if self._fits(c, row, low, high, cell is not None):
                return self._value(c, row)
        return None

    def _head_cell(self, cell: tuple[int, int, int]) -> bool:
        document = self.tables.document
        return document is not None and cell[1] < document.tables[cell[0]].header_rows

    def _value(self, c: Candidate, row: object = None) -> str:
        """The name of the guidelines' list that a candidate falls under."""
        phrase = fold(self.text[c.start : c.end])
        if "antidepressant" in phrase and not phrase.endswith(("response", "responses")):
            return "antidepressant_effect"
        chosen = row if isinstance(row, dict) else (c.rows[0] if c.rows else {})
        name = str(chosen.get("name") or c.name or "symptom_change")
        if c.change and name == "adverse_effect":
            symptoms = [r["name"] for r in c.rows if r["kind"] == "symptom"]
            name = symptoms[0] if symptoms else name
        return name if name in _NAMES else "other"

    def _criterion(self, c: Candidate, low: int) -> bool:
        """Whether the words before it in its sentence say who may enter, or what something is defined as."""
        window = max(low, c.start - 90)
        for cue in self.cues.between("criterion", window, c.start):
            if not re.search(r"[.;:]|,\s+(?:and|but|the|with|while|which)\b", self.text[cue[1] : c.start]):
                return True
        return False

    def _score(self, c: Candidate, low: int, high: int, in_cell: bool) -> str | None:
        """A scale's score is an outcome where it is reported or compared, not as a criterion."""
        text = self.text
        if in_cell and not c.change:
            return None
        if _THRESHOLD_AFTER.match(text, c.end, high) or self._criterion(c, low):
            return None
        if _THRESHOLD_BEFORE.search(text, max(low, c.start - 40), c.start) and (
            "(" in text[max(low, c.start - 40) : c.start] or not self.cues.has("result", low, c.start)
        ):
            return None
        if self.weigh(c) + _PRIOR["score"] <= 0:
            return None
        return "suicidality" if re.search("suicid", text[c.start : c.end], re.IGNORECASE) and " item" in text[c.start : c.end] else "symptom_change"

    def _fits(self, c: Candidate, row: object, low: int, high: int, in_cell: bool) -> bool:
        """Whether a lexicon row's needs are met where the candidate stands."""
        assert isinstance(row, dict)
        kind, needs, text, cues = row["kind"], row["needs"], self.text, self.cues
        if kind == "effect_measure":
            return "effect size" in fold(text[c.at : c.to]) and self.weigh(c) + _PRIOR[kind] > 0
        if self._criterion(c, low) or (self._is_condition(c) and not c.change):
            return False
        condition = fold(text[c.at : c.to]) in self.conditions
        if _THRESHOLD_BEFORE.search(text, max(low, c.start - 40), c.start) and c.change and "(" in text[max(low, c.start - 40) : c.start]:
            return False
        if "change" in needs or "measured" in needs:
            fits = c.change or self._changes(c, low, high, condition, "change" in needs)
            if not fits and "reported" not in needs:
                return False
        if "reported" in needs:
            fits = self._safety(c, low, high, condition)
            if not fits and not ("change" in needs and self._changes(c, low, high, condition, True)):
                return False
        prior = _PRIOR.get(row["name"], _PRIOR.get(kind, 0.0))
        if row["name"] not in ("antidepressant_effect", "adverse_effect"):
            prior -= cues.weight("background", low, high, 3.0) * 0.6
        return self.weigh(c) + prior + (1.0 if in_cell else 0.0) > 0

    def _changes(self, c: Candidate, low: int, high: int, condition: bool, verbs: bool) -> bool:
        """Whether a word of change or of measurement stands near: a verb on either side, *effect on* before it."""
        text, cues = self.text, self.cues
        near = 25 if condition else 70
        for kind in ("change_verb", "effect_on"):
            for cue in cues.between(kind, max(low, c.start - near), c.start):
                if not re.search(r"[;:]|,\s+(?:and|but|while)\b", text[cue[1] : c.start]):
                    return True
        reach = min(high, c.end + near)
        for kind in ("change_verb", "effect_on"):
            for cue in cues.between(kind, c.end, reach):
                if not re.search(r"[;:]|,\s+(?:and|but|while)\b", text[c.end : cue[0]]):
                    return True
        return bool(re.match(r"\s+(?:sub)?(?:scores?|ratings?)\b", text[c.end : c.end + 10]))

    def _safety(self, c: Candidate, low: int, high: int, condition: bool) -> bool:
        """Whether a word of safety stands near; the text's own disease needs it right before."""
        if _SAFETY_BEFORE.search(self.text, max(low, c.start - 40), c.start):
            return True
        return not condition and self.cues.weight("adverse", low, high) >= 2


@Language.factory("goldpan_outcomes", assigns=["doc.spans"])
def make_outcomes(nlp: Language, name: str) -> OutcomeFinder:
    """Factory of `OutcomeFinder`."""
    return OutcomeFinder()
