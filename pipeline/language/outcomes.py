"""Outcomes: which of the candidate phrases name an endpoint of a study or a treatment in people.

Whether *remission* is an outcome depends on what its sentence is about (outcome_evidence.py). On top, a term must
have what its lexicon row needs: a rated symptom a word of change or measurement beside it, a disease that can be an
adverse effect a word of safety. Entry criteria (*who had not responded …*), conditions (*patients with …*) and
thresholds are put aside. Members of a list share what stands at its head.
"""

from __future__ import annotations

from typing import cast, get_args

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language import outcome_patterns as patterns
from pipeline.language.common import OnCharacters, Tables, put, tables_of
from pipeline.language.outcome_evidence import Evidence
from pipeline.language.outcome_spans import Candidate, Row, candidates
from pipeline.schema import Found, OutcomeName, OutcomeValue

_NAMES = frozenset(get_args(OutcomeName))
#: how readily a candidate is believed before its evidence is weighed: by name, or else by kind
_PRIOR = {
    "antidepressant_effect": 2.2, "response": 1.6, "remission": 1.6, "relapse": 1.6, "suicidality": 1.0, "dropout": 0.8,
    "adverse_event": 1.5, "endpoint": 0.3, "survival": 0.8, "symptom": 0.5, "physiological": 0.0, "effect_measure": 0.5,
    "score": 0.5,
}  # fmt: skip


class OutcomeFinder(OnCharacters):
    """spaCy component: writes ``doc.spans["outcomes"]``; scales and drugs are found before it.

    >>> import spacy
    >>> from pipeline.language.common import get
    >>> nlp = spacy.blank("en"); _ = nlp.add_pipe("goldpan_outcomes")
    >>> doc = nlp("In 40 patients, lithium led to a greater reduction in depressive symptoms than placebo; "
    ...           "nausea occurred in 12%.")
    >>> [(doc.text[f.start:f.end], f.value.name) for f in get(doc, "OUTCOME")]
    [('reduction in depressive symptoms', 'symptom_change'), ('nausea', 'adverse_effect')]
    """

    def __call__(self, doc: Doc) -> Doc:
        evidence = Evidence(doc)
        found = candidates(doc, evidence.cues, evidence.sentences)
        evidence.find_conditions(found)
        named = _Judge(evidence, tables_of(doc)).names(found)
        put(
            doc, "OUTCOME", [Found("OUTCOME", c.start, c.end, OutcomeValue(name), c.why) for c, name in named]
        )
        return doc


class _Judge:
    """Decides for each candidate of one doc."""

    def __init__(self, evidence: Evidence, tables: Tables) -> None:
        self.evidence = evidence
        self.text = evidence.text
        self.tables = tables

    def names(self, found: list[Candidate]) -> list[tuple[Candidate, OutcomeName]]:
        """The candidates that are outcomes, with their names."""
        names = [self.name(c) for c in found]
        forwards = [(i, i - 1) for i in range(1, len(found))]
        backwards = [(i, i + 1) for i in reversed(range(len(found) - 1))]
        for i, j in forwards + backwards:
            if names[i] is None and names[j] is not None and self._in_list(found[i], found[j]):
                names[i] = self._value(found[i], self._own_row(found[i], found[j].chosen))
        refused = {id(c) for c, name in zip(found, names, strict=True) if name is None}
        for i, c in enumerate(found):
            if c.meant is not None and id(c.meant) in refused:
                names[i] = None  # what it stands for is none where it is defined
            elif c.kinds == {"physiological"}:
                names[i] = self._as_event(found, names, i) or names[i]
        return self._composed([(c, name) for c, name in zip(found, names, strict=True) if name is not None])

    def _as_event(
        self, found: list[Candidate], names: list[OutcomeName | None], i: int
    ) -> OutcomeName | None:
        """*nausea, raised transaminases and rash*: a value that is raised, among adverse events, is one of them."""
        c = found[i]
        raised = patterns.RAISED.search(self.text, max(0, c.start - 20), c.start)
        if raised is None:
            return None
        start, c.start = c.start, raised.start()
        for j in (i - 1, i + 1):
            if 0 <= j < len(found) and names[j] == "adverse_effect":
                first, second = (found[j], c) if j < i else (c, found[j])
                if patterns.LIST.fullmatch(self.text, first.end, second.start):
                    return "adverse_effect"
        c.start = start
        return None

    def _composed(self, named: list[tuple[Candidate, OutcomeName]]) -> list[tuple[Candidate, OutcomeName]]:
        """*the composite of death or stroke*: its parts are one endpoint."""
        out: list[tuple[Candidate, OutcomeName]] = []
        composed = False
        for c, name in named:
            low = self.evidence.sentences.around(c.start)[0]
            last = out[-1][0] if out else None
            if (
                composed
                and last
                and c.start < last.end + 40
                and patterns.PARTS.fullmatch(self.text, last.end, c.start)
            ):
                last.end = c.end
                out[-1] = (last, "other" if out[-1][1] != name else name)
                continue
            composed = patterns.COMPOSITE.search(self.text, max(low, c.start - 60), c.start) is not None
            out.append((c, name))
        return out

    @staticmethod
    def _own_row(c: Candidate, other: Row | None) -> Row | None:
        """Its own row of the kind that its neighbour was taken for."""
        return next((row for row in c.rows if other and row["kind"] == other["kind"]), other)

    def _in_list(self, c: Candidate, other: Candidate) -> bool:
        """Whether an accepted neighbour of the same kind stands beside it in a list."""
        if c.refused or not c.kinds & other.kinds:
            return False
        first, second = (c, other) if c.start < other.start else (other, c)
        return patterns.LIST.fullmatch(self.text, first.end, second.start) is not None

    def name(self, c: Candidate) -> OutcomeName | None:
        """The outcome's name, or None where the candidate is none."""
        cell = self.tables.cell(c.start) if self.tables else None
        if cell and not c.score and self._names_endpoint(c, cell):
            return None if c.kinds <= {"effect_measure"} or self.evidence.is_condition(c) else self._value(c)
        changes = c.change or patterns.CHANGE_END.search(self.text, c.at, c.end) is not None
        reached = patterns.THRESHOLD_REACHED.match(self.text, c.end) if changes else None
        if reached and not self.evidence.is_criterion(c):
            c.end = reached.end()
            return "response"
        if c.score:
            return self._score(c, cell is not None)
        if not c.rows:
            return self._improvement(c, cell is not None)
        rows = c.rows
        if len(rows) > 1 and (c.change or not self.evidence.is_safety(c)):
            rows = tuple(sorted(rows, key=lambda row: row["kind"] != "symptom"))
        elif len(rows) > 1 and self.evidence.is_lessened(c):
            rows = tuple(sorted(rows, key=lambda row: row["kind"] == "adverse_event"))
        for row in rows:
            if self._fits(c, row, cell is not None):
                c.chosen = row
                if row["kind"] == "adverse_event" and row["needs"] and self.evidence.is_lessened(c):
                    return "other"  # a disease that the treatment is for
                return self._value(c, row)
        return None

    def _names_endpoint(self, c: Candidate, cell: tuple[int, int, int]) -> bool:
        """Whether a cell is a head, or all that stands under a head like *Main endpoint*."""
        document = self.tables.document
        if document is None:
            return False
        table = document.tables[cell[0]]
        if cell[1] < table.header_rows:
            return True
        box = table.rows[cell[1]][cell[2]]
        alone = c.end - c.start > 0.7 * (box.end - box.start)
        return alone and patterns.ENDPOINT_HEAD.search(self.tables.head(c.start)) is not None

    def _value(self, c: Candidate, row: Row | None = None) -> OutcomeName:
        """The name of the guidelines' list that a candidate falls under."""
        phrase = self.evidence.folded[c.start : c.end]
        if "antidepressant" in phrase and not phrase.endswith(("response", "responses")):
            return "antidepressant_effect"
        chosen = row or (c.rows[0] if c.rows else {})
        name = chosen.get("name", "symptom_change")
        return cast(OutcomeName, name) if name in _NAMES else "other"

    def _score(self, c: Candidate, in_cell: bool) -> OutcomeName | None:
        """A scale's score is an outcome where it is reported or compared, not as a criterion or alone in a cell."""
        evidence = self.evidence
        if (in_cell and not c.change) or patterns.THRESHOLD_AFTER.match(self.text, c.end):
            return None
        if evidence.is_criterion(c) or evidence.is_threshold(c) or evidence.behind_people(c):
            return None
        if not c.change and (evidence.is_aimed(c) or evidence.is_baseline(c)):
            return None
        if evidence.weigh(c) + _PRIOR["score"] <= 0:
            return None
        phrase = self.evidence.folded[c.start : c.end]
        return "suicidality" if "suicid" in phrase and " item" in phrase else cast(OutcomeName, c.measures)

    def _improvement(self, c: Candidate, in_cell: bool) -> OutcomeName | None:
        """A bare *improvement* that is reported of people."""
        bounds = self.evidence.sentences.around(c.start)
        said = in_cell or self.evidence.cues.has("human", *bounds) or self.evidence.cues.has("trial", *bounds)
        said = said or c.start < c.at  # what specifies it names an endpoint
        if not said or self.evidence.weigh(c) + _PRIOR["symptom"] <= 0:
            return None
        return "response" if patterns.REACHED.match(self.text, c.end) and c.start < c.at else "symptom_change"

    def _fits(self, c: Candidate, row: Row, in_cell: bool) -> bool:
        """Whether a lexicon row's needs are met where the candidate stands."""
        evidence, kind, needs = self.evidence, row["kind"], row["needs"]
        phrase = evidence.phrase(c)
        prior = _PRIOR.get(row["name"], _PRIOR.get(kind, 0.0)) + 0.7 * c.change + 1.0 * in_cell
        if kind == "effect_measure":  # odds ratios and their like name a RESULT
            return "effect size" in phrase and evidence.weigh(c) + prior > 0
        refused = evidence.is_criterion(c) or (kind != "adverse_event" and evidence.is_threshold(c))
        if kind in ("physiological", "symptom"):
            above = patterns.THRESHOLD_AFTER.match(self.text, c.end) is not None
            refused = refused or (above and not evidence.is_declared(c))
            refused = refused or (not c.change and (evidence.is_aimed(c) or evidence.is_baseline(c)))
        if refused or (not c.change and evidence.is_condition(c)):
            c.refused = True
            return False
        if kind not in ("adverse_event", "dropout") and not c.change and evidence.is_compound(c):
            return False
        if needs == "" and kind == "adverse_event" and phrase in evidence.conditions and not c.change:
            if not (evidence.is_told_adverse(c) or evidence.changes(c)):
                return False
        elif needs == "" and row["name"] == "other" and not evidence.changes(c):
            prior -= 1.3  # quality of life and survival are background as often
        elif needs == "" and row["name"] == "suicidality" and evidence.changes(c):
            prior += 1.0
        elif needs == "governed":
            if not (c.change or evidence.is_told(c) or evidence.is_tested(c)):
                return False
            prior -= 0.6
        elif needs not in ("", "human"):
            if not c.change and evidence.is_general(c) and not evidence.is_governed(c):
                return False
            if kind == "adverse_event" and phrase in evidence.conditions and not c.change:
                fits = evidence.is_safety(c)
            else:
                fits = evidence.changes(c) or (kind == "adverse_event" and evidence.is_safety(c))
            if not fits:
                return False
        if phrase.startswith(("side", "adverse")):
            prior += 1.0
        return evidence.weigh(c) + prior > 0


@Language.factory("goldpan_outcomes", assigns=["doc.spans"])
def make_outcomes(nlp: Language, name: str) -> OutcomeFinder:
    """Factory of `OutcomeFinder`."""
    return OutcomeFinder()
