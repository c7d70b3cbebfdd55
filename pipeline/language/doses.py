"""Doses: a number, or a coordination of numbers that shares one unit, with the drug it is a dose of.

A dose is looked for only where a unit stands behind a number. From there the coordination is followed backwards
(``0.1, 0.2, 0.5, and 1.0 mg``), over sample sizes in brackets. The drug is read from the words beside the dose,
then from the dose before it in a coordination, then from the sentence or the paragraph where only one drug is in
question; otherwise it is null.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language.common import Sentences, get, put, sentences_of, text_of
from pipeline.language.numbers import DASHES, Number, Numbers, link, numbers_of
from pipeline.language.units import Unit, match_unit
from pipeline.schema import DoseValue, DrugValue, Found

_GAP = re.compile(rf"\s*[{DASHES}]?\s*(?:an?\s+)?")
_SAMPLE = re.compile(r"\s*[(\[]\s*[nN]\s*=\s*\d+\s*[)\]]")
_SPREAD = re.compile(r"\s*\(?\s*(?:±|\+/?[-−–])\s*$")
#: Words before a number that say it counts something else: a day, a week, a visit.
_COUNTER = re.compile(
    r"(?:\b(?:days?|weeks?|months?|years?|hours?|cycles?|phases?|stages?|visits?|steps?|parts?|groups?|arms?|tables?|figures?|age|aged|grade|type|[nN])\s*=?\s*)$",
    re.IGNORECASE,
)
_CONCENTRATION = re.compile(
    r"\b(?:blood|plasma|serum|trough|peak|target|urine|urinary|csf|cerebrospinal|brain)\s+(?:\w+\s+){0,2}?(?:levels?|concentrations?)\b|"
    r"\b(?:levels?|concentrations?)\s+(?:of|from|at|between|above|below|exceeding|were|was|is|≥|>|<|=)?\s*\S{0,12}\s*$|\b(?:IC50|EC50|Ki|Kd|Cmax|AUC(?=\s+(?:of|was|were|=)))\b",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"\b(?:weigh(?:ed|ing|s|t)?|weights?|lost|gained?|tumou?rs?|birth|lighter|heavier|fat|fib(?:re|er)|protein|carbohydrates?|urine|stool|tissue|faeces|feces|diet|meal|brain)\b",
    re.IGNORECASE,
)
_DOSE_WORD = re.compile(
    r"\b(?:dos(?:e|es|ed|age|ages|ing)|received?|receiving|administered|administration|given|infus\w+|inject\w+|tablets?|capsules?|bolus|treat(?:ed|ment)|daily|twice|once|oral(?:ly)?|intra\w+|subcutaneous\w*|i\.?v\.?|titrated|loading|maintenance|supplement\w*|prescribed|medication)\b",
    re.IGNORECASE,
)
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
    r"extended-release|slow-release|immediate-release|controlled-release|pegylated|liposomal|b\.?i\.?d\.?|t\.?i\.?d\.?|q\.?d\.?)[\s-]*){0,6}$"
)
_EQUIVALENT = re.compile(r"[\s,)]*(?:in\s+|of\s+|an?\s+|the\s+)*$")
_CONTROLS = {"placebo"}


@dataclass(slots=True)
class _Candidate:
    """A dose before its drug is known."""

    start: int
    end: int
    amounts: list[float]
    range: bool
    unit: Unit
    rule: str


class DoseFinder:
    """spaCy component: finds doses. Wants ``goldpan_drugs`` before it for their drugs.

    >>> import spacy
    >>> nlp = spacy.blank("en"); _ = nlp.add_pipe("goldpan_doses")
    >>> doc = nlp("28, 56, or 84 mg; 100-200 mg/d")
    >>> [(span.text, span._.value.amounts, span._.value.unit) for span in doc.spans["doses"]]
    [('28, 56, or 84 mg', (28.0, 56.0, 84.0), 'mg'), ('100-200 mg/d', (100.0, 200.0), 'mg/d')]
    """

    def __call__(self, doc: Doc) -> Doc:
        text, numbers = text_of(doc), numbers_of(doc)
        sentences = sentences_of(doc)
        drugs = get(doc, "DRUG")
        candidates = self._candidates(text, numbers, sentences, drugs)
        put(doc, "DOSE", _Linker(text, sentences, drugs, candidates).found())
        return doc

    def _candidates(
        self, text: str, numbers: Numbers, sentences: Sentences, drugs: list[Found]
    ) -> list[_Candidate]:
        out: list[_Candidate] = []
        units: list[Unit | None] = []
        exponents: set[int] = set()
        taken = 0
        for number in numbers:
            if number.start < taken:
                exponents.add(len(units))  # an exponent of the unit before: "mg kg-1"
                units.append(None)
                continue
            gap = _GAP.match(text, number.end)
            units.append(match_unit(text, gap.end() if gap else number.end))
            taken = units[-1].end if units[-1] else taken
        for i, unit in enumerate(units):
            if unit is None or unit.concentration:
                continue
            candidate = self._coordination(text, numbers, units, exponents, i, unit)
            before = max((u.end for u in units[:i] if u is not None and u.end <= unit.end), default=0)
            if candidate and self._is_dose(text, candidate, sentences, drugs, before):
                out.append(candidate)
        return out

    def _coordination(
        self, text: str, numbers: Numbers, units: list[Unit | None], exponents: set[int], i: int, unit: Unit
    ) -> _Candidate | None:
        """Follow the coordination that ends at number ``i`` back to its first number."""
        members: list[Number] = [numbers[i]]
        links: list[str] = []
        first = i
        spread: Number | None = None
        while first > 0:
            left, right = numbers[first - 1], numbers[first]
            joined = link(text, left, right)
            if joined is None and units[first - 1] is None:
                # "0.1 (n=18), 0.2 (n=20), … and 1.0 mg": sample sizes inside a coordination do not break it
                over = self._over_sample(text, numbers, first)
                if over is not None and units[over] is None:
                    members.insert(0, numbers[over])
                    links.insert(0, "comma")
                    first = over
                    continue
            if joined is None or units[first - 1] is not None or first - 1 in exponents:
                break
            if joined == "plusminus":
                spread = members.pop(0)
                members.insert(0, left)
                first -= 1
                continue
            if joined not in ("range", "to", "comma", "and", "or", "versus", "slash"):
                break
            if joined == "slash" and not (left.is_integer and right.is_integer):
                break
            if not self._alike(left, right, joined):
                break
            members.insert(0, left)
            links.insert(0, joined)
            first -= 1
        if (len(set(links)) > 1 and links[-1] == "comma") or (
            "comma" in links and ("to" in links or "range" in links)
        ):
            members, links = members[-1:], []  # "from 71 to 22, 100 mg": the comma ends a clause
        before = text[max(0, members[0].start - 14) : members[0].start]
        if len(members) > 1 and _COUNTER.search(before):
            members, links = members[-1:], []
        if any(member.value < 0 for member in members):
            return None
        amounts = [member.value for member in members]
        is_range = len(members) == 2 and (
            links[-1] in ("range", "to")
            or (links[-1] == "and" and re.search(r"\bbetween\s+$", before) is not None)
        )
        if is_range and amounts[0] > amounts[1] and links[-1] == "range":
            members, amounts, is_range = members[-1:], amounts[-1:], False
        rule = "number+unit" if len(members) == 1 else "range" if is_range else "coordination"
        return _Candidate(
            members[0].start, unit.end, amounts, is_range, unit, rule + ("+spread" if spread else "")
        )

    @staticmethod
    def _over_sample(text: str, numbers: Numbers, first: int) -> int | None:
        """Index of the number two before, where only ``(n=…),`` stands between it and number ``first``."""
        if first < 2:
            return None
        left = numbers[first - 2]
        sample = _SAMPLE.match(text, left.end)
        if sample and re.fullmatch(
            r"\s*,?\s*(?:and|or|versus|vs\.?)?\s*", text[sample.end() : numbers[first].start]
        ):
            return first - 2
        return None

    @staticmethod
    def _alike(left: Number, right: Number, joined: str) -> bool:
        """Whether two numbers can be amounts of one coordination: not a year, not a word beside digits."""
        if (
            1900 <= left.value <= 2100
            and left.is_integer
            and joined in ("comma", "and")
            and right.value < 900
        ):
            return False
        return left.word == right.word or joined in ("to", "or", "and")

    def _is_dose(
        self, text: str, dose: _Candidate, sentences: Sentences, drugs: list[Found], before: int
    ) -> bool:
        start, end = sentences.around(dose.start)
        # a level spoken of before another amount is that amount's
        left = text[max(start, dose.start - 60, min(before, dose.start)) : dose.start]
        if _CONCENTRATION.search(left):
            return False
        kind = dose.unit.kind
        if kind in ("mass", "activity", "radioactivity"):
            return not re.match(
                r"\s*(?:of\s+)?(?:cholesterol|tissue|protein\b)", text[dose.end : dose.end + 20]
            )
        near = any(d.start >= start and d.end <= end for d in drugs)
        words = bool(_DOSE_WORD.search(text, max(start, dose.start - 80), min(end, dose.end + 50)))
        if kind == "weight":
            body = bool(_BODY.search(text, max(start, dose.start - 30), min(end, dose.end + 25)))
            return ((near or dose.unit.rate) and words and not body) or (near and not body)
        if kind in ("units", "amount", "volume"):
            if (
                kind == "units"
                and not re.match(
                    r"(?:U|MU|million|units?)\b",
                    text[dose.unit.end - 12 : dose.unit.end].strip().rsplit(" ", 1)[-1],
                )
                and not near
            ):
                return False
            return near and (words or dose.unit.ucum != dose.unit.ucum.split("/")[0] or kind == "units")
        return False


class _Linker:
    """Says of which drug each dose is one; see the module's docstring for the order of evidence."""

    def __init__(self, text: str, sentences: Sentences, drugs: list[Found], doses: list[_Candidate]) -> None:
        self.text = text
        self.sentences = sentences
        self.drugs = drugs
        self.doses = doses

    def found(self) -> list[Found]:
        out: list[Found] = []
        previous: Found | None = None
        for dose in self.doses:
            drug, rule = self._drug(dose, previous)
            value = DoseValue(tuple(dose.amounts), dose.unit.ucum, dose.range, drug)
            previous = Found("DOSE", dose.start, dose.end, value, f"dose:{dose.rule};drug:{rule}")
            out.append(previous)
        return out

    def _drug(self, dose: _Candidate, previous: Found | None) -> tuple[str | None, str]:
        start, end = self.sentences.around(dose.start)
        inside = [d for d in self.drugs if start <= d.start and d.end <= end]
        before = max((d for d in inside if d.end <= dose.start), key=lambda d: d.end, default=None)
        after = min((d for d in inside if d.start >= dose.end), key=lambda d: d.start, default=None)
        within = next((d for d in inside if d.start >= dose.start and d.end <= dose.end), None)
        if within:
            return _name(within), "within"
        behind = self.text[dose.end : after.start] if after else None
        if after is not None and behind is not None:
            if re.match(r"[\s-]*equivalents?\b", self.text[after.end : after.end + 13]) and len(behind) < 15:
                return _name(after), "equivalent"
            if len(behind) < 60 and _AFTER.fullmatch(behind) and _name(after) not in _CONTROLS and not (
                before and self.text[before.end : dose.start].strip(" (") == "" and not re.search(r"\bof\b", behind)
            ):  # fmt: skip
                return _name(after), "after"
        if before is not None:
            gap = self.text[before.end : dose.start]
            if re.match(r"\s+equivalents?\b", gap) and len(gap) < 60 and _name(before) not in _CONTROLS:
                return _name(before), "equivalent"
            if len(gap) < 90 and _BEFORE.fullmatch(gap) and _name(before) not in _CONTROLS:
                return _name(before), "before"
        if (
            previous is not None
            and previous.start >= start
            and isinstance(previous.value, DoseValue)
            and previous.value.drug
        ):
            gap = self.text[previous.end : dose.start]
            if not any(previous.end <= d.start < dose.start for d in inside) and len(gap) < 90:
                return previous.value.drug, "coordination"
        names = {_name(d) for d in inside} - _CONTROLS
        if len(names) == 1:
            return names.pop(), "sentence"
        if names:
            active = before if before is not None and _name(before) not in _CONTROLS else None
            if (
                active is not None
                and dose.start - active.end < 60
                and not re.search(r"\b(?:versus|vs|placebo|with|than)\b", self.text[active.end : dose.start])
            ):
                return _name(active), "nearest"
            return None, "several"
        return self._paragraph(start)

    def _paragraph(self, start: int) -> tuple[str | None, str]:
        """The one drug of the nearest sentence before, within the paragraph, that names drugs at all."""
        index = self.sentences.index(start)
        for back in range(index - 1, max(-1, index - 4), -1):
            left, right = self.sentences.starts[back], self.sentences.ends[back]
            if "\n" in self.text[right:start]:
                break
            names = {_name(d) for d in self.drugs if left <= d.start and d.end <= right} - _CONTROLS
            if len(names) == 1:
                return names.pop(), "paragraph"
            if names:
                break
        return None, "none"


def _name(drug: Found) -> str:
    assert isinstance(drug.value, DrugValue)
    return drug.value.name


@Language.factory("goldpan_doses", assigns=["doc.spans"])
def make_doses(nlp: Language, name: str) -> DoseFinder:
    """Factory of `DoseFinder`."""
    return DoseFinder()
