"""Statements → one record for each study (guidelines, Studies): arms, sizes, outcomes, each with its evidence.

Nothing is invented. A field that the text does not state stays null or empty. ``Study.sources`` says where each field
was read, as lists of source spans under the field's name (``n_total``, ``arms``, ``outcomes``, ``scale``, ``results``),
and what was inferred, with its rule, under ``inferred``: ``author`` and ``year`` from the reference list, a study's
statements that cite nothing themselves (``anaphora``, ``cataphora``). Beside them stand ``reference`` (what the list
says of the work) and ``facts`` (what `pipeline.evidence.concord` compares).
"""

from __future__ import annotations

import re

from spacy.tokens import Doc

from pipeline.evidence import cues
from pipeline.evidence.arms import arms_of
from pipeline.evidence.facts import facts_of, reference_facts
from pipeline.evidence.groups import fill_groups
from pipeline.evidence.outcomes import findings
from pipeline.evidence.reader import Reader
from pipeline.evidence.records import follow, identifier, is_told, sizes_by_counts
from pipeline.evidence.setting import Finding, Setting, merge
from pipeline.evidence.sizes import groups_called_totals, totals_called_groups
from pipeline.evidence.statements import Statement
from pipeline.evidence.table_rows import rows_of
from pipeline.language.common import document_of
from pipeline.schema import (
    Arm,
    Document,
    DrugValue,
    Reference,
    SampleSizeValue,
    ScaleValue,
    Study,
    StudyOutcome,
)

_POPULATION = re.compile(
    r"\b(?:patients?|participants|subjects|adults|outpatients|inpatients|women|men|children|individuals|volunteers|"
    r"people)\s+(?:diagnosed\s+)?with\s+((?:[\w-]+\s){0,4}?[\w-]*(?:depression|disorder|MDD|TRD|disease|cancer|pain|"
    r"migraine|arthritis|insomnia|schizophrenia|epilepsy|diabetes|hypertension|syndrome|failure|asthma|dementia|PTSD|"
    r"OCD|ideation))\b",
    re.IGNORECASE,
)
_STUDY = re.compile(
    r"\b(?:stud(?:y|ies)|found|showed|reported|demonstrated|observed|series|case)\b", re.IGNORECASE
)
_FIELDS = {
    "SAMPLE_SIZE": "n_total",
    "DOSE": "arms",
    "SCALE": "scale",
    "OUTCOME": "outcomes",
    "RESULT": "results",
}


def studies_of(doc: Doc) -> list[Study]:
    """The study records of a processed doc, in the order of the reference list; of a trial's report, its own.

    The doc must carry its document (`pipeline.language.common.attach`) and the mentions of goldpan's pipeline.
    """
    document = document_of(doc)
    if document is None:
        return []
    reader = Reader(doc)
    if not document.references and not document.citations:
        own = _own_study(document, reader)
        return [own] if own is not None else []
    by_key: dict[str, list[Statement]] = {}
    for statement in (*reader.prose(), *rows_of(reader)):
        for key in statement.keys:
            by_key.setdefault(key, []).append(statement)
    order = {reference.key: i for i, reference in enumerate(document.references)}
    out: list[Study] = []
    taken: set[str] = set()
    for key in sorted(by_key, key=lambda k: (order.get(k, len(order)), k)):
        study = _Assembly(document, reader, key, by_key[key]).study()
        if study is None:
            continue
        name = study.study
        for letter in "bcdefghij":
            if study.study not in taken:
                break
            study.study = name + letter
        taken.add(study.study)
        out.append(study)
    return out


def _own_study(document: Document, reader: Reader) -> Study | None:
    """The record of a text that cites nothing and reports one study: an abstract. None of a review, or of none."""
    title = document.title or (reader.text[slice(*reader.sentences[0])].strip() if reader.sentences else "")
    reference = Reference(document.id, "", 0, 0, title=title or None)
    if cues.reference_kind(reference) in ("review", "animal", "instrument"):
        return None
    if not any(m.label == "SAMPLE_SIZE" for m in reader.found):
        return None
    study = _report(document, reader, reference)
    if study is not None:
        study.study, study.references = document.id, []
        study.sources["reference"] = None
    return study


def _report(document: Document, reader: Reader, reference: Reference) -> Study | None:
    """The record of a paper about itself: every sentence is about the one study."""
    reader.references = {reference.key: reference}
    statements = reader.own(reference.key)
    study = _Assembly(document, reader, reference.key, statements).study()
    if study is not None:
        fill_groups(study.arms, statements, study.n_total)
    return study


def study_of(doc: Doc, reference: Reference) -> Study | None:
    """The record of a paper about itself (an abstract): every sentence is about the one study.

    ``reference`` says who the paper is; its ``source_start`` and ``source_end`` are of the doc. None where the text
    tells of no sample size, dose or outcome.
    """
    document = document_of(doc)
    if document is None:
        return None
    return _report(document, Reader(doc), reference)


class _Assembly:
    """Builds one study's record from its statements."""

    def __init__(self, document: Document, reader: Reader, key: str, statements: list[Statement]) -> None:
        self.document = document
        self.reader = reader
        self.key = key
        self.reference: Reference | None = reader.references.get(key)
        self.listed = reference_facts(self.reference) if self.reference is not None else {}
        # the statements that are this study's alone say more than those it shares with others
        self.statements = sorted(statements, key=lambda s: (len(s.keys) > 1, s.linked != "row", s.start))
        self.own = [s for s in self.statements if len(s.keys) == 1] or self.statements
        self.findings: dict[int, list[Finding]] = {}
        self.inferred: dict[str, str] = {}
        #: totals that count one group only
        self.groups = groups_called_totals(self.own)
        #: and groups' sizes that count all
        self.wholes = totals_called_groups(self.own)

    def study(self) -> Study | None:
        """The record, or None where the text says too little for one."""
        arms = self._arms()
        totals = self._totals()
        design = list(dict.fromkeys(value for s in self.own for value in cues.values("design", s.text)))
        setting = self._setting(arms, design)
        outcomes: list[StudyOutcome] = []
        for s in self._in_order():
            found = self.findings[s.start] = findings(s, setting)
            open_ones = [o for o in outcomes if o.direction is None] if s.linked == "anaphora" else []
            if open_ones and all(f.generic for f in found) and cues.has("same", s.text):
                # "There was no significant difference in efficacy": said of the outcomes named before
                for outcome in open_ones:
                    outcome.direction = "no difference"
                continue
            for finding in found:
                follow(finding.outcome, outcomes, s.text)
                if not is_told(finding, outcomes):
                    merge(outcomes, finding.outcome)

        sizes_by_counts(arms, outcomes, totals)
        if not (any(arm.amounts for arm in arms) or outcomes or totals) or not self._told(
            arms, totals, outcomes
        ):
            return None
        first = self.reference.authors[0] if self.reference and self.reference.authors else None
        year = self.reference.year if self.reference else None
        study = Study(
            study=identifier(first, year, self.key), doc=self.document.id, author=first, year=year,
            references=[self.key], design=design, population=self._population(), n_total=totals,
            route=self._routes(), arms=arms, outcomes=outcomes,
        )  # fmt: skip
        study.evidence = sorted({self._place(s) for s in self.statements})
        study.sources = self._sources(study)
        return study

    def _in_order(self) -> list[Statement]:
        """The statements as they stand, those over several studies last."""
        return sorted(self.statements, key=lambda s: (len(s.keys) > 1, s.start))

    def _arms(self) -> list[Arm]:
        """Arms by the study's own sentences; where these name no drug, those it shares; else the title's drugs."""
        titled, title = self.listed.get("drugs", []), self.listed.get("title") or ""
        arms = arms_of(self.own, titled, self.groups, title)
        if not any(arm.drug for arm in arms):
            shared = arms_of(self.statements, titled, self.groups, title)
            if any(arm.drug for arm in shared):
                self.inferred["arms"] = "sentences over several studies"
                return [*arms, *(arm for arm in shared if arm.drug)]
            if titled and cues.reference_kind(self.reference) == "human":
                self.inferred["arms"] = "title of the reference"
                return [*arms, *(Arm(drug=drug) for drug in titled)]
        return arms

    def _told(self, arms: list[Arm], totals: list[int], outcomes: list[StudyOutcome]) -> bool:
        """Whether the text itself says that this reference is a study in people, where its title does not."""
        kind = cues.reference_kind(self.reference)
        if self.statements[0].linked == "abstract":
            return True
        if kind in ("human", "review", "animal") or any(s.linked == "row" for s in self.statements):
            return True  # of a review or a laboratory's work only what a sentence tells of a trial in people is here
        if kind == "mechanistic":
            return bool(outcomes) and any(len(s.keys) == 1 and s.of("OUTCOME") for s in self.own)
        if (totals and arms) or any(arm.amounts for arm in arms) or cues.is_trial_title(self.reference):
            return True
        return any(
            (s.of("OUTCOME") or self.findings[s.start]) and s.of("DRUG") and self._of_people(s)
            for s in self.statements
        )

    @staticmethod
    def _of_people(s: Statement) -> bool:
        """Whether a sentence speaks of people or of a study; an endpoint said of one study alone does by itself."""
        if cues.has("people", s.text):
            return True
        if cues.has("laboratory", s.text):
            return False
        return bool(_STUDY.search(s.text)) or (len(s.keys) == 1 and bool(s.of("OUTCOME")))

    def _setting(self, arms: list[Arm], design: list[str]) -> Setting:
        """What the study's other sentences tell of its comparator, for those that report its outcomes."""
        title = (self.reference.title or "") if self.reference else ""
        compared: bool | None = None
        if "placebo" in {arm.drug for arm in arms} or any(cues.has("comparator", s.text) for s in self.own):
            compared = True
        elif {"open-label", "case report"} & set(design) and "randomized" not in design:
            compared = False
        last: bool | None = None
        for s in self.own:
            given = [
                m.value.name
                for m in s.of("DRUG")
                if isinstance(m.value, DrugValue) and s.text[m.end - s.start : m.end - s.start + 4] != "-con"
            ]
            if "placebo" in given and len(set(given)) > 1:
                last = given[-1] == "placebo" or given[0] != "placebo"
                break
        scales = {m.value.name for s in self.own for m in s.of("SCALE") if isinstance(m.value, ScaleValue)}
        scale = next(iter(scales)) if len(scales) == 1 else None
        return Setting(compared, last, tuple(arms), title, tuple(self.listed.get("drugs", ())), scale)

    def _place(self, statement: Statement) -> tuple[int, int]:
        """Source bounds of a statement; where furniture interrupts it, from its first to its last word."""
        place = self.document.origin.place(statement.start, statement.end)
        if place is not None:
            return place["start"], place["end"]
        ends = []
        for match in re.finditer(r"\S+", statement.text):
            word = self.document.origin.place(statement.start + match.start(), statement.start + match.end())
            if word is not None:
                ends.append((word["start"], word["end"]))
        return (min(a for a, _ in ends), max(b for _, b in ends)) if ends else (0, 0)

    def _sources(self, study: Study) -> dict[str, object]:
        out: dict[str, object] = {}
        for label, field in _FIELDS.items():
            places = [self.document.origin.place(m.start, m.end) for s in self.own for m in s.of(label)]
            spans = sorted({(place["start"], place["end"]) for place in places if place})
            if spans:
                out[field] = [list(span) for span in spans]
        inferred = dict(self.inferred)
        if self.reference is not None:
            inferred |= {"author": "reference list", "year": "reference list"}
        linked = sorted({s.linked for s in self.statements} & {"anaphora", "cataphora"})
        if linked:
            inferred["statements"] = " and ".join(linked)
        out["inferred"] = inferred
        out["linked"] = sorted({s.linked for s in self.statements})
        out["facts"] = [
            fact
            for s in self.statements
            for fact in facts_of(
                self.reader, s, self.key, self.findings[s.start], study.arms, self.groups, self.wholes
            )
        ]
        if self.listed:
            out["reference"] = self.listed
        return out

    # ------------------------------------------------------------ fields

    def _totals(self) -> list[int]:
        found: dict[int, None] = {}
        for s in self.own:
            for m in s.of("SAMPLE_SIZE") if len(s.keys) == 1 else ():
                if (
                    isinstance(m.value, SampleSizeValue)
                    and m.value.role == "total"
                    and m.start not in self.groups
                ):
                    found.setdefault(m.value.count)
        for number in self.wholes.values():
            found.setdefault(number)
        sums = [number for number in self.groups.values() if number is not None]
        if not found and sums:
            self.inferred["n_total"] = "sum of two groups"
            found.setdefault(sums[0])
        return list(found)

    def _routes(self) -> list[str]:
        found: dict[str, None] = {}
        certain = False  # "infusion" may be said of a nasal spray
        for s in self.own:
            for a, b, route in cues.spans("route", s.text, *self.reader.stretch(s, self.key)):
                found.setdefault(route)
                certain |= route == "intravenous" and not s.text[a:b].lower().startswith("infus")
        if "intranasal" in found and not certain:
            found.pop("intravenous", None)
        return list(found)

    def _population(self) -> str | None:
        matches = (_POPULATION.search(s.text) for s in self.own if " with " in s.text)
        return next((match[1].strip() for match in matches if match), None)
