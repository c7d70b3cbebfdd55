"""The drug of a dose: from the words beside it, the dose before it, its sentence, its paragraph; or none.

What may stand between a drug and its dose is the words of dosing: routes, forms, schedules, concentrations.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace

from pipeline.language.common import Sentences
from pipeline.language.units import Unit
from pipeline.schema import DoseValue, DrugValue, Found

#: Between a drug and the dose behind it: brackets, routes, and the words of dosing.
_BEFORE = re.compile(
    r"[\s(\[,:;=@-]*(?:(?:at|in|to|of|was|were|is|be|being|been|with|from|up|using|given|administered|dosed|doses?|dosages?|dosing|infusions?|injections?|treatment|therapy|"
    r"monotherapy|tablets?|capsules?|spray|solution|hydrochloride|the|an?|single|total|daily|mean|median|average|starting|initial|fixed|flexible|low|high|lower|higher|"
    r"standard|target|maximum|maximal|minimum|recommended|titrated|started|initiated|increased|reduced|orally?|intravenous(?:ly)?|intranasal(?:ly)?|intramuscular(?:ly)?|"
    r"subcutaneous(?:ly)?|sublingual(?:ly)?|topical(?:ly)?|nasal|IV|i\.v\.|IM|i\.m\.|SC|s\.c\.|PO|p\.o\.|IN|bolus|loading|maintenance|once|twice|thrice|weekly|monthly|approximately|about|"
    r"either|between|ranging|range|sub-?an[a]?esthetic|placebo-controlled|extended-release|XR|SR|ER|CR|\d+|one|two|three|four)[\s(\[,:;=-]*){0,9}"
)
#: Between a dose and the drug behind it.
_AFTER = re.compile(
    r"(?:[\s\]]|(?<=[a-z])[-)]\s)*(?:(?:of|doses?|infusions?|injections?|tablets?|capsules?|bolus|intravenous(?:ly)?|intranasal(?:ly)?|intramuscular(?:ly)?|subcutaneous(?:ly)?|sublingual|"
    r"oral(?:ly)?|topical|nasal|transdermal|IV|i\.v\.|IM|SC|IN|PO|racemic|inhaled|rectal|an?|the|once|twice|thrice|daily|weekly|monthly|per|day|single|open-label|adjunctive|add-on|"
    r"extended-release|slow-release|immediate-release|controlled-release|pegylated|liposomal|hyperbaric|isobaric|plain|\d+(?:[.·]\d+)?\s?%|b\.?i\.?d\.?|t\.?i\.?d\.?|q\.?d\.?)[\s-]*){0,6}$"
)
_EQUIVALENT = re.compile(r"[\s,)]*(?:in\s+|of\s+|an?\s+|the\s+)*$")
#: between an amount of a solution and its drug, on either side; and what makes a volume that of a solvent
_SOLUTION_AFTER = re.compile(
    r"(?:\s+of)?(?:\s+(?:an?|the|hyperbaric|isobaric|hypobaric|heavy|plain|preservative-free|buffered|warmed|isotonic|hypertonic|normal"
    r"|sterile|intravenous|injectable|oral|liposomal|\d+(?:[.·]\d+)?\s?%|\d+(?:[.·]\d+)?\s?mg/mL))*\s+$",
    re.IGNORECASE,
)
_SOLUTION_BEFORE = re.compile(
    r"(?:\s+(?:hydrochloride|solution|injection))?[\s,(]*(?:\d+(?:[.·]\d+)?\s?%|\d+(?:[.·]\d+)?\s?mg/mL)?[\s,(:]*"
    r"(?:(?:at|a|an|in|of|dose|bolus|volume|total|given|was|were|infused|injected|instilled|applied|administered|with|using|either)[\s,(:]+){0,6}$",
    re.IGNORECASE,
)
#: between doses of one drug that stands behind them
_SHARED = re.compile(r"\s*(?:/|,\s*(?:and\s+|or\s+)?|and\s+|or\s+|to\s+|versus\s+|vs\.?\s+)\s*")
CONTROLS = {"placebo"}
#: how far back, in characters, a dose is known from: an abstract, a page of a review
_FAR = 4000


@dataclass(slots=True)
class Candidate:
    """A dose before its drug is known."""

    start: int
    end: int
    amounts: list[float]
    range: bool
    unit: Unit
    rule: str


def of_solution(text: str, dose: Candidate, drugs: list[Found]) -> bool:
    """*20 mL of 0.25% bupivacaine*, *ropivacaine 0.2% 10 mL*: the drug is right beside the volume."""
    return any(
        (
            d.start >= dose.end
            and d.start - dose.end < 60
            and _SOLUTION_AFTER.fullmatch(text, dose.end, d.start)
        )
        or (
            d.end <= dose.start
            and dose.start - d.end < 60
            and _SOLUTION_BEFORE.fullmatch(text, d.end, dose.start)
        )
        for d in drugs[
            bisect_left(drugs, dose.start - 120, key=_start) : bisect_left(drugs, dose.end + 60, key=_start)
        ]
        if drug_name(d) not in CONTROLS
    )


def _start(found: Found) -> int:
    return found.start


class Linker:
    """Says of which drug each dose is one; see the module's docstring for the order of evidence."""

    def __init__(self, text: str, sentences: Sentences, drugs: list[Found], doses: list[Candidate]) -> None:
        self.text = text
        self.sentences = sentences
        self.drugs = drugs
        self._starts = [drug.start for drug in drugs]
        self.doses = doses

    def found(self) -> list[Found]:
        out: list[Found] = []
        previous: Found | None = None
        for dose in self.doses:
            drug, rule = self._drug(dose, previous)
            if drug is None:
                drug, rule = self._known(dose, out, rule)
            value = DoseValue(tuple(dose.amounts), dose.unit.ucum, dose.range, drug)
            previous = Found("DOSE", dose.start, dose.end, value, f"dose:{dose.rule};drug:{rule}")
            out.append(previous)
        return self._forwards(out)

    def _forwards(self, found: list[Found]) -> list[Found]:
        """*70 mg or 140 mg of erenumab*: the drug behind the last dose of a coordination is that of all."""
        for i in range(len(found) - 2, -1, -1):
            dose, following = found[i], found[i + 1]
            if (
                following.why.endswith(("drug:after", "drug:shared"))
                and not dose.why.endswith(("drug:before", "drug:after", "drug:within", "drug:equivalent"))
                and _SHARED.fullmatch(self.text, dose.end, following.start)
                and isinstance(dose.value, DoseValue)
                and isinstance(following.value, DoseValue)
            ):
                value = replace(dose.value, drug=following.value.drug)
                why = f"{dose.why.partition(';')[0]};drug:shared"
                found[i] = replace(dose, value=value, why=why)
        return found

    def _within(self, start: int, end: int) -> list[Found]:
        """The drugs of a stretch."""
        low, high = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [drug for drug in self.drugs[low:high] if drug.end <= end]

    def _drug(self, dose: Candidate, previous: Found | None) -> tuple[str | None, str]:
        start, end = self.sentences.around(dose.start)
        inside = self._within(start, end)
        before = max((d for d in inside if d.end <= dose.start), key=lambda d: d.end, default=None)
        after = min((d for d in inside if d.start >= dose.end), key=lambda d: d.start, default=None)
        within = next((d for d in inside if d.start >= dose.start and d.end <= dose.end), None)
        if within:
            return drug_name(within), "within"
        behind = self.text[dose.end : after.start] if after else None
        if after is not None and behind is not None:
            if re.match(r"[\s-]*equivalents?\b", self.text[after.end : after.end + 13]) and len(behind) < 15:
                return drug_name(after), "equivalent"
            if len(behind) < 60 and _AFTER.fullmatch(behind) and drug_name(after) not in CONTROLS and not (
                before and self.text[before.end : dose.start].strip(" (") == "" and not re.search(r"\bof\b", behind)
            ):  # fmt: skip
                return drug_name(after), "after"
        if before is not None:
            gap = self.text[before.end : dose.start]
            if re.match(r"\s+equivalents?\b", gap) and len(gap) < 60 and drug_name(before) not in CONTROLS:
                return drug_name(before), "equivalent"
            control = drug_name(before) in CONTROLS
            if len(gap) < 90 and _BEFORE.fullmatch(gap) and not control:
                return drug_name(before), "before"
            if control and dose.unit.kind == "volume" and gap.strip(" (,") == "":
                return drug_name(before), "before"  # "saline (1 ml/kg)"
        if (
            previous is not None
            and previous.start >= start
            and isinstance(previous.value, DoseValue)
            and previous.value.drug
        ):
            gap = self.text[previous.end : dose.start]
            if not any(previous.end <= d.start < dose.start for d in inside) and len(gap) < 90:
                return previous.value.drug, "coordination"
        names = {drug_name(d) for d in inside} - CONTROLS
        if len(names) == 1:
            return names.pop(), "sentence"
        if names:
            active = before if before is not None and drug_name(before) not in CONTROLS else None
            if (
                active is not None
                and dose.start - active.end < 60
                and not re.search(r"\b(?:versus|vs|placebo|with|than)\b", self.text[active.end : dose.start])
            ):
                return drug_name(active), "nearest"
            return None, "several"
        return self._paragraph(start)

    @staticmethod
    def _known(dose: Candidate, found: list[Found], rule: str) -> tuple[str | None, str]:
        """The one drug whose dose this was before: *sarilumab 150 mg or 200 mg … the 200-mg group*."""
        unit, drugs = dose.unit.ucum.removesuffix("/d"), set()
        for earlier in found:
            value = earlier.value
            assert isinstance(value, DoseValue)
            if (
                value.drug
                and dose.start - earlier.end < _FAR
                and value.unit.removesuffix("/d") == unit
                and set(dose.amounts) <= set(value.amounts)
            ):
                drugs.add(value.drug)
        return (drugs.pop(), "known dose") if len(drugs) == 1 else (None, rule)

    def _paragraph(self, start: int) -> tuple[str | None, str]:
        """The one drug of the nearest sentence before, within the paragraph, that names drugs at all."""
        index = self.sentences.index(start)
        for back in range(index - 1, max(-1, index - 4), -1):
            left, right = self.sentences.starts[back], self.sentences.ends[back]
            if "\n" in self.text[right:start]:
                break
            names = {drug_name(d) for d in self._within(left, right)} - CONTROLS
            if len(names) == 1:
                return names.pop(), "paragraph"
            if names:
                break
        return None, "none"


def drug_name(drug: Found) -> str:
    """The preferred name of a drug's mention."""
    assert isinstance(drug.value, DrugValue)
    return drug.value.name
