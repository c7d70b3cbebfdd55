"""Statements → one record for each study (guidelines, Studies): arms, sizes, outcomes, each with its evidence.

Nothing is invented. A field that the text does not state stays null or empty; what was inferred names its rule in
``Study.sources``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from spacy.tokens import Doc

from pipeline.evidence import cues
from pipeline.evidence.facts import facts_of, reference_facts
from pipeline.evidence.statements import Reader, Statement
from pipeline.language.common import document_of
from pipeline.schema import (
    Arm, Document, DoseValue, DrugValue, Found, OutcomeValue, Reference, ResultValue, SampleSizeValue, ScaleValue,
    Study, StudyOutcome,
)  # fmt: skip

_CONTROL = {"placebo"}
_SCHEDULE = re.compile(
    r"\b(?:(?:once|twice|thrice|two|three|four|\d)[- ]?(?:times)?[- ]?(?:a |per |/)?(?:daily|weekly|day|week|month|monthly)(?:ly)?|"
    r"(?:once|twice|thrice)[- ](?:daily|weekly|a day|a week|monthly)|daily|weekly|every (?:other )?(?:\w+ )?(?:days?|weeks?|months?)|single (?:infusion|dose|injection)|"
    r"b\.?i\.?d\.?|t\.?i\.?d\.?|q\.?d\.?)\b",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"\b(?:for|over|during)\s+(?:up to\s+|a total of\s+)?((?:\d+|one|two|three|four|five|six|seven|eight|ten|twelve)(?:[- ]?(?:to|–|-)\s?\d+)?[- ]?(?:minutes?|min|hours?|h|days?|weeks?|months?|years?))\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:at|by|on|within|after)\s+((?:day|week|month|hour|year)\s+\d+|(?:the\s+)?(?:study\s+)?end\s?point|\d+(?:[–-]\d+)?\s*(?:hours?|h|days?|weeks?|months?|years?|minutes?|min)"
    r"|(?:one|two|three|four|six|eight|twelve)\s+(?:hours?|days?|weeks?|months?))\b",
    re.IGNORECASE,
)
_POPULATION = re.compile(
    r"\b(?:patients?|participants|subjects|adults|outpatients|inpatients|women|men|children|individuals|volunteers)\s+(?:diagnosed\s+)?with\s+((?:[\w-]+\s){0,4}?[\w-]*(?:depression|disorder|MDD|TRD|disease|cancer|pain|"
    r"migraine|arthritis|insomnia|schizophrenia|epilepsy|diabetes|hypertension|syndrome|failure|asthma|dementia|PTSD|OCD|ideation))\b",
    re.IGNORECASE,
)


def studies_of(doc: Doc) -> list[Study]:
    """The study records of a processed doc, in the order of the reference list.

    The doc must carry its document (`pipeline.language.common.attach`) and the mentions of goldpan's pipeline.
    """
    document = document_of(doc)
    if document is None:
        return []
    reader = Reader(doc)
    by_key: dict[str, list[Statement]] = {}
    for statement in reader.statements():
        for key in statement.keys:
            by_key.setdefault(key, []).append(statement)
    order = {reference.key: i for i, reference in enumerate(document.references)}
    out = []
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


class _Assembly:
    """Builds one study's record from its statements."""

    def __init__(self, document: Document, reader: Reader, key: str, statements: list[Statement]) -> None:
        self.document = document
        self.reader = reader
        self.key = key
        self.reference: Reference | None = reader.references.get(key)
        # the statements that are this study's alone say more than those it shares with others
        self.statements = sorted(statements, key=lambda s: (len(s.keys) > 1, s.linked != "row", s.start))
        self.own = [s for s in self.statements if len(s.keys) == 1] or self.statements

    def study(self) -> Study | None:
        arms = self._arms()
        outcomes = self._outcomes()
        totals = self._totals()
        if not (arms and any(a.amounts for a in arms)) and not outcomes and not totals:
            return None
        if cues.reference_kind(self.reference) == "unknown" and not self._told(arms, totals):
            return None
        first = self.reference.authors[0] if self.reference and self.reference.authors else None
        year = self.reference.year if self.reference else None
        text = " ".join(s.text for s in self.own)
        study = Study(
            study=_identifier(first, year, self.key),
            doc=self.document.id,
            author=first,
            year=year,
            references=[self.key],
            design=cues.values("design", text),
            population=self._population(text),
            n_total=totals,
            route=self._routes(),
            arms=arms,
            outcomes=outcomes,
        )
        spans = []
        for s in self.statements:
            place = self.document.origin.place(s.start, s.end) or self._outer(s)
            spans.append((place["start"], place["end"]))
        study.evidence = sorted(set(spans))
        study.sources = self._sources()
        return study

    def _told(self, arms: list[Arm], totals: list[int]) -> bool:
        """Whether the text itself says that this reference is a study in people, where its title does not."""
        if any(s.linked == "row" for s in self.statements) or (totals and arms) or any(a.amounts for a in arms):
            return True
        return any(
            s.of("OUTCOME") and s.of("DRUG") and re.search(r"\b(?:stud(?:y|ies)|trials?|patients?|participants|subjects|volunteers|cohort|case|series|found|showed|reported|demonstrated)\b", s.text, re.IGNORECASE)
            for s in self.statements
        )

    def _outer(self, statement: Statement) -> dict[str, int]:
        """Source bounds of a statement that furniture interrupts: from its first to its last character."""
        words = [m.span() for m in re.finditer(r"\S+", statement.text)]
        first = self.document.origin.place(statement.start + words[0][0], statement.start + words[0][1])
        last = self.document.origin.place(statement.start + words[-1][0], statement.start + words[-1][1])
        if first is None or last is None:
            return {"start": 0, "end": 0}
        return {"start": min(first["start"], last["start"]), "end": max(first["end"], last["end"])}

    def _sources(self) -> dict[str, object]:
        """How each statement was linked, and where the sizes and doses stand (source offsets)."""
        out: dict[str, object] = {"linked": sorted({s.linked for s in self.statements})}
        for label in ("SAMPLE_SIZE", "DOSE", "OUTCOME", "RESULT"):
            spans = []
            for s in self.own:
                for m in s.of(label):
                    place = self.document.origin.place(m.start, m.end)
                    if place:
                        spans.append([place["start"], place["end"]])
            if spans:
                out[label.lower()] = sorted(spans)
        out["facts"] = [fact for s in self.statements for fact in facts_of(self.reader, s, self.key)]
        if self.reference is not None:
            out["reference"] = reference_facts(self.reference)
        return out

    # ------------------------------------------------------------ fields

    def _totals(self) -> list[int]:
        found: list[int] = []
        for s in self.own:
            if len(s.keys) > 1:
                continue
            for m in s.of("SAMPLE_SIZE"):
                assert isinstance(m.value, SampleSizeValue)
                if m.value.role == "total" and m.value.count not in found:
                    found.append(m.value.count)
        return found

    def _routes(self) -> list[str]:
        found: list[str] = []
        for s in self.own:
            stretch = self._stretch(s)
            found.extend(route for route in cues.values("route", stretch) if route not in found)
        if "intranasal" in found and "intravenous" in found and not re.search(
            r"intravenous|\bIV\b|i\.v\.", " ".join(self._stretch(s) for s in self.own)
        ):  # fmt: skip
            found.remove("intravenous")  # "infusion" said of a nasal spray
        return found

    def _stretch(self, statement: Statement) -> str:
        """The part of a sentence that is this study's, where several studies are cited in it."""
        if statement.linked != "citation" or len(self.reader.anchors(statement.start, statement.end)) < 2:
            return statement.text
        anchors = [a for a in self.reader.anchors(statement.start, statement.end) if self.reader.primary(a.keys)]
        own = [a.at for a in anchors if self.key in a.keys]
        others = [a.at for a in anchors if self.key not in a.keys]
        if not own or not others:
            return statement.text
        left = max((at for at in others if at < own[0]), default=statement.start)
        return self.document.text[left : own[-1]] or statement.text

    def _population(self, text: str) -> str | None:
        match = _POPULATION.search(text)
        return match[1].strip() if match else None

    def _arms(self) -> list[Arm]:
        arms: list[Arm] = []
        for s in self.own:
            for dose in s.of("DOSE"):
                assert isinstance(dose.value, DoseValue)
                for amounts in self._split(dose.value, s.text):
                    self._add_arm(arms, s, dose, dose.value.drug, amounts, dose.value.unit)
        named = {arm.drug for arm in arms}
        for s in self.own:
            for drug in s.of("DRUG"):
                assert isinstance(drug.value, DrugValue)
                if drug.value.name not in named and not self._background(s, drug):
                    named.add(drug.value.name)
                    self._add_arm(arms, s, drug, drug.value.name, None, None)
        self._sizes(arms)
        return arms

    @staticmethod
    def _split(value: DoseValue, text: str) -> list[list[float]]:
        """A range, or a dose that could be varied, is one arm; a list of amounts given to groups is an arm each."""
        if value.range or len(value.amounts) == 1:
            return [list(value.amounts)]
        if re.search(r"\b(?:flexib\w+|titrat\w+|individuali[sz]ed|adjusted|escalat\w+|stepped|raised|up to)\b", text, re.IGNORECASE) or re.search(
            r"\d\s+to\s+[\d.]+\s+to\s+\d", text
        ):
            return [list(value.amounts)]
        return [[amount] for amount in value.amounts]

    def _add_arm(
        self, arms: list[Arm], s: Statement, mention: Found, drug: str | None, amounts: list[float] | None, unit: str | None
    ) -> None:
        for arm in arms:
            if arm.drug == drug and (arm.amounts == amounts and arm.unit == unit):
                return
        near = self.document.text[max(s.start, mention.start - 60) : min(s.end, mention.end + 80)]
        schedule = _SCHEDULE.search(near)
        duration = _DURATION.search(near)
        routes = cues.values("route", near)
        arms.append(
            Arm(
                drug=drug, amounts=amounts, unit=unit, route=routes[0] if len(routes) == 1 else None,
                schedule=schedule[0].lower() if schedule and amounts else None,
                duration=duration[1] if duration and amounts else None,
            )  # fmt: skip
        )

    def _background(self, s: Statement, drug: Found) -> bool:
        """A drug that is only spoken of: of a class, a comparison with other work, earlier treatment."""
        before = self.document.text[max(s.start, drug.start - 40) : drug.start]
        return bool(
            re.search(
                r"\b(?:maintained on|prior|previous(?:ly)?|stable|concomitant|background|unlike|like|such as|including|equivalent to|derivative of|instead of|history of)\s+(?:\w+\s){0,2}$",
                before,
                re.IGNORECASE,
            )
        )

    def _sizes(self, arms: list[Arm]) -> None:
        for s in self.own:
            for m in s.of("SAMPLE_SIZE"):
                assert isinstance(m.value, SampleSizeValue)
                if m.value.role != "arm":
                    continue
                arm = self._arm_of(arms, s, m)
                if arm is not None and arm.n is None:
                    arm.n = m.value.count

    def _arm_of(self, arms: list[Arm], s: Statement, size: Found) -> Arm | None:
        """The arm that a group's size belongs to: its dose right before, its named drug, or the nearest drug."""
        assert isinstance(size.value, SampleSizeValue)
        doses = [m for m in s.of("DOSE") if m.start <= size.start]
        if doses and size.start - doses[-1].end < 25:
            value = doses[-1].value
            assert isinstance(value, DoseValue)
            for arm in arms:
                if arm.drug == value.drug and arm.amounts and arm.amounts[-1] == value.amounts[-1] and arm.unit == value.unit:
                    return arm
        within = [m for m in s.of("DOSE") if m.start <= size.start < m.end]
        if within:
            value = within[0].value
            assert isinstance(value, DoseValue)
            before = self.document.text[within[0].start : size.start]
            number = re.findall(r"\d+(?:\.\d+)?", before)
            for arm in arms:
                if number and arm.drug == value.drug and arm.amounts == [float(number[-1 if "n" not in before[-6:] else -1])]:
                    return arm
        name = (size.value.arm or "").lower()
        for arm in arms:
            if arm.drug and name and (arm.drug in name or name in arm.drug):
                return arm
        return None

    # ------------------------------------------------------------ outcomes

    def _outcomes(self) -> list[StudyOutcome]:
        out: list[StudyOutcome] = []
        for s in self.statements:
            scales = [m.value.name for m in s.of("SCALE") if isinstance(m.value, ScaleValue)]
            direction = self._direction(s.text)
            results = s.of("RESULT")
            drugs = [m.value.name for m in s.of("DRUG") if isinstance(m.value, DrugValue) and m.value.name not in _CONTROL]
            for m in s.of("OUTCOME"):
                assert isinstance(m.value, OutcomeValue)
                near = [r for r in results if abs(r.start - m.end) < 160]
                outcome = StudyOutcome(
                    name=m.value.name, scale=self._scale(s, m, scales), arm=drugs[0] if drugs else None,
                    time=self._time(s, m), direction=None if "negated" in m.context and not direction else direction,
                )  # fmt: skip
                self._values(outcome, near)
                outcome.direction = self._numeric(outcome, s) or outcome.direction
                if "negated" in m.context and outcome.direction is None:
                    outcome.direction = "no difference"
                if not self._known(out, outcome):
                    out.append(outcome)
            if not s.of("OUTCOME") and direction and s.linked != "row":
                # "There was no significant difference in efficacy": said of the outcomes named before
                for earlier in out:
                    if earlier.direction is None:
                        earlier.direction = direction
            if not s.of("OUTCOME") and s.linked == "citation" and not out and drugs:
                name = "antidepressant_effect" if re.search(r"antidepress", s.text, re.IGNORECASE) else "other"
                out.append(StudyOutcome(name=name, arm=drugs[0], direction=direction))
            if not s.of("OUTCOME") and scales and s.linked == "row":
                outcome = StudyOutcome(name="symptom_change", scale=scales[0], direction=direction, arm=drugs[0] if drugs else None)
                if not self._known(out, outcome):
                    out.append(outcome)
        return out

    @staticmethod
    def _known(out: list[StudyOutcome], new: StudyOutcome) -> bool:
        """Fill an outcome that is there already, rather than state it twice."""
        for old in out:
            if old.name != new.name or (old.value is not None and new.value is not None and old.value != new.value):
                continue
            if old.scale and new.scale and old.scale != new.scale:
                continue
            for name in ("scale", "time", "arm", "value", "comparator_value", "p_value", "interval", "direction"):
                if getattr(old, name) is None:
                    setattr(old, name, getattr(new, name))
            return True
        return False

    def _scale(self, s: Statement, outcome: Found, scales: list[str]) -> str | None:
        inside = [m for m in s.of("SCALE") if outcome.start <= m.start < outcome.end]
        if inside and isinstance(inside[0].value, ScaleValue):
            return inside[0].value.name
        assert isinstance(outcome.value, OutcomeValue)
        rated = outcome.value.name in ("symptom_change", "response", "remission", "antidepressant_effect", "suicidality", "effect_size")
        return scales[0] if rated and len(set(scales)) == 1 else None

    def _time(self, s: Statement, outcome: Found) -> str | None:
        times = [(abs(s.start + m.start() - outcome.end), m[1]) for m in _TIME.finditer(s.text)]
        return min(times)[1] if times and min(times)[0] < 120 else None

    @staticmethod
    def _values(outcome: StudyOutcome, results: Iterable[Found]) -> None:
        plain = []
        for r in results:
            assert isinstance(r.value, ResultValue)
            if r.value.kind == "p_value":
                outcome.p_value = outcome.p_value or (str(r.value.number) if r.value.number is not None else None)
            elif r.value.kind == "interval" and r.value.low is not None and r.value.high is not None:
                outcome.interval = outcome.interval or [r.value.low, r.value.high]
            elif r.value.number is not None:
                plain.append(r.value)
        if plain:
            outcome.value = plain[0].number
            if len(plain) > 1 and plain[1].kind == plain[0].kind:
                outcome.comparator_value = plain[1].number
        if outcome.p_value is not None:
            outcome.significance = "significant" if float(outcome.p_value) < 0.05 else "not significant"

    def _numeric(self, outcome: StudyOutcome, s: Statement) -> str | None:
        """The direction that the figures give: two values, or two shares of patients, of arm and comparator."""
        if outcome.significance == "not significant":
            return "no difference"
        good = {"response": 1, "remission": 1, "relapse": -1, "adverse_effect": -1, "dropout": -1}
        value, other = outcome.value, outcome.comparator_value
        if value is not None and other is not None and value != other:
            if outcome.name == "symptom_change" and value * other > 0:
                return "better" if abs(value) > abs(other) else "worse"
            if outcome.name in good and not cues.has("no_difference", s.text):
                return "better" if (value > other) == (good[outcome.name] > 0) else "worse"
        sizes = [(m.value.count, m.value.role) for m in s.of("SAMPLE_SIZE") if isinstance(m.value, SampleSizeValue)]
        pairs = [(a, b) for (a, ra), (b, rb) in zip(sizes, sizes[1:], strict=False) if ra == "event" and rb == "arm" and b]
        if len(pairs) == 2 and outcome.name in good:
            first, second = pairs[0][0] / pairs[0][1], pairs[1][0] / pairs[1][1]
            if first != second:
                return "better" if (first > second) == (good[outcome.name] > 0) else "worse"
        return None

    @staticmethod
    def _direction(text: str) -> str | None:
        """No difference where the sentence denies one; else worse, else better, by its words."""
        if cues.has("no_difference", text):
            return "no difference"
        if cues.has("worse", text):
            return "worse"
        return "better" if cues.has("better", text) else None


def _identifier(author: str | None, year: int | None, key: str) -> str:
    """``singh2016``; where the list gives no author, the key."""
    if not author:
        return f"ref{key}"
    plain = unicodedata.normalize("NFKD", author)
    name = re.sub(r"[^a-z-]", "", "".join(c for c in plain if not unicodedata.combining(c)).lower())
    suffix = re.search(r"\d{4}([a-z])$", key)
    return f"{name}{year or ''}{suffix[1] if suffix else ''}"
