"""Doses: a number, or a coordination of numbers that shares one unit, with the drug it is a dose of.

A dose is looked for only where a unit stands behind a number. From there the coordination is followed backwards
(``0.1, 0.2, 0.5, and 1.0 mg``), over sample sizes in brackets. The drug is read from the words beside the dose,
then from the dose before it in a coordination, then from the sentence or the paragraph where only one drug is in
question; otherwise it is null.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language import dose_forms
from pipeline.language.common import OnCharacters, Sentences, get, put, sentences_of, text_of
from pipeline.language.dose_drugs import Candidate, Linker, drug_name, of_solution
from pipeline.language.numbers import DASHES, Number, Numbers, link, numbers_of
from pipeline.language.units import Unit, match_unit
from pipeline.schema import Found

_GAP = re.compile(rf"\s*[{DASHES}]?\s*(?:an?\s+)?")
_SAMPLE = re.compile(r"\s*[(\[]\s*[nN]\s*=\s*\d+\s*[)\]]")
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
    r"\b(?:weigh(?:ed|ing|s|t)?|weights?|lost|gained?|tumou?rs?|birth|lighter|heavier|fat|fib(?:re|er)|protein|carbohydrates?|urine|stool|tissue|faeces|feces|diet|meal|brain|rats?|mice|pups|animals|rabbits|neonates|newborns)\b",
    re.IGNORECASE,
)
_DOSE_WORD = re.compile(
    r"\b(?:dos(?:e|es|ed|age|ages|ing)|received?|receiving|administered|administration|given|infus\w+|inject\w+|tablets?|capsules?|bolus|treat(?:ed|ment)|daily|twice|once|oral(?:ly)?|intra\w+|subcutaneous\w*|i\.?v\.?|titrated|loading|maintenance|supplement\w*|prescribed|medication)\b",
    re.IGNORECASE,
)
#: *assigned to 150 mg, 184* to, and *, 184 to 200 mg* and 181 to
_ALLOCATED = re.compile(
    r"\b(?:assigned|allocated|randomi[sz]ed)\s+to\s[^.;]{0,60}?\d\s?[a-zµμ/]+(?:\s+[\w-]+){0,4}(?:,|,?\s+and)\s+$",
    re.IGNORECASE,
)
_GROUP_NEXT = re.compile(r"(?:\s+[\w-]+){0,3}(?:,|,?\s+and)\s+\d[\d,]*\s+to\s+(?!\d)")
#: *protein 1.2 g/kg/day*: food
_NUTRIENT = re.compile(
    r"\b(?:proteins?|carbohydrates?|fat|lipids?|fib(?:re|er)|energy|sodium\s+intake|salt)\s+(?:(?:intake|of|at|was|were|supply|delivery)\s+){0,3}[(<>≥≤=~]*\s*$",
    re.IGNORECASE,
)
#: volumes by time that the body makes or lets through
_FLOW_AFTER = re.compile(r"\s?/?\s?(?:per\s+)?1[.·]73")
_FLOW = re.compile(
    r"\b(?:e?GFR|filtration|clearance|flow|output|ventilation|urine|diuresis|drainage|bleeding|blood\s+loss|residual|prostate|stroke\s+volume|FEV1|FVC)\b"
    r"[^.;]{0,40}$",
    re.IGNORECASE,
)
_SOLVENT = re.compile(
    r"\b(?:in|into|to|with|per|every|above|below|exceeding|[<>≥≤])\s*(?:an?\s+|the\s+)?(?:(?:total|final|fixed|same)\s+)?(?:volume\s+of\s+)?$",
    re.IGNORECASE,
)


class DoseFinder(OnCharacters):
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
        put(doc, "DOSE", Linker(text, sentences, drugs, candidates).found())
        return doc

    def _candidates(
        self, text: str, numbers: Numbers, sentences: Sentences, drugs: list[Found]
    ) -> list[Candidate]:
        out: list[Candidate] = []
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
        forms = [*dose_forms.powers(text), *self._areas(text, drugs)]
        out += [Candidate(f.start, f.end, list(f.amounts), f.range, f.unit, f.rule) for f in forms]
        covered = {j for f in forms for j in range(numbers.index_from(f.start), numbers.index_from(f.end))}
        last = before = 0  # where the unit before this one ends
        for i, unit in enumerate(units):
            if unit is None:
                continue
            before, last = last, unit.end
            if unit.concentration or i in covered:
                continue
            candidate = self._coordination(text, numbers, units, exponents, i, unit)
            if candidate and self._is_dose(text, candidate, sentences, drugs, before):
                out.append(candidate)
        return sorted(out, key=lambda candidate: candidate.start)

    @staticmethod
    def _areas(text: str, drugs: list[Found]) -> Iterator[dose_forms.Form]:
        """Target areas of carboplatin; any other area is a measurement."""
        own = [d for d in drugs if drug_name(d) == "carboplatin"]
        if own:
            yield from (
                f
                for f in dose_forms.areas(text)
                if any(-60 < f.start - d.end < 60 or 0 <= d.start - f.end < 20 for d in own)
            )

    def _coordination(
        self, text: str, numbers: Numbers, units: list[Unit | None], exponents: set[int], i: int, unit: Unit
    ) -> Candidate | None:
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
            if joined == "slash" and not (
                (left.is_integer and right.is_integer) or self._of_combination(text, left, unit)
            ):
                break
            if not self._alike(left, right, joined):
                break
            members.insert(0, left)
            links.insert(0, joined)
            first -= 1
        if (len(set(links)) > 1 and links[-1] == "comma") or (
            "comma" in links and ("to" in links or "range" in links)
        ):
            # "from 71 to 22, 100 mg", "n = 88; 100–400 mg": the comma ends a clause
            keep = 2 if links[-1] in ("range", "to") and links[-2] == "comma" else 1
            members, links = members[-keep:], links[-1:] if keep == 2 else []
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
        if is_range and links[-1] == "to" and self._allocates(text, members[0].start, unit.end):
            members, amounts, is_range = members[-1:], amounts[-1:], False
        elif is_range and amounts[0] > amounts[1]:
            is_range = False  # "fell from 712 to 655 mg/day"
            if links[-1] == "range":
                members, amounts = members[-1:], amounts[-1:]
        rule = "number+unit" if len(members) == 1 else "range" if is_range else "coordination"
        return Candidate(
            members[0].start, unit.end, amounts, is_range, unit, rule + ("+spread" if spread else "")
        )

    @staticmethod
    def _of_combination(text: str, left: Number, unit: Unit) -> bool:
        """*salmeterol/fluticasone 50/12.5 µg*: amounts of a combination, and no share or ratio."""
        return (
            unit.kind == "mass"
            and re.search(r"[a-z]\s?[/+–-]\s?[a-z]", text[max(0, left.start - 60) : left.start]) is not None
        )

    @staticmethod
    def _allocates(text: str, start: int, end: int) -> bool:
        """*181 were assigned to 150 mg, 184 to 200 mg and 181 to placebo*: a group's size before its dose."""
        return _ALLOCATED.search(text, max(0, start - 90), start) is not None or (
            _GROUP_NEXT.match(text, end) is not None
            and not re.search(r"\bfrom\s+$", text[max(0, start - 6) : start])
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
        self, text: str, dose: Candidate, sentences: Sentences, drugs: list[Found], before: int
    ) -> bool:
        start, end = sentences.around(dose.start)
        # a level spoken of before another amount is that amount's
        left = text[max(start, dose.start - 60, min(before, dose.start)) : dose.start]
        kind = dose.unit.kind
        by_body = re.search(r"/(?:kg|m2)\b", dose.unit.ucum) is not None  # nobody measures a level so
        if _CONCENTRATION.search(left) and not by_body:
            return False
        if kind in ("mass", "activity", "radioactivity"):
            return not re.match(
                r"\s*(?:of\s+)?(?:cholesterol|tissue|protein\b)", text[dose.end : dose.end + 20]
            )
        near = any(d.start >= start and d.end <= end for d in drugs)
        words = bool(_DOSE_WORD.search(text, max(start, dose.start - 80), min(end, dose.end + 50)))
        if kind == "weight":
            if _NUTRIENT.search(text, max(start, dose.start - 24), dose.start):
                return False
            body = not by_body and bool(
                _BODY.search(text, max(start, dose.start - 30), min(end, dose.end + 25))
            )
            return ((near or dose.unit.rate) and words and not body) or (near and not body)
        if kind == "volume":
            if _FLOW_AFTER.match(text, dose.end) or _FLOW.search(
                text, max(start, dose.start - 60), dose.start
            ):
                return False
            if of_solution(text, dose, drugs):
                return True
            if not by_body and _SOLVENT.search(text, max(start, dose.start - 30), dose.start):
                return False
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


@Language.factory("goldpan_doses", assigns=["doc.spans"])
def make_doses(nlp: Language, name: str) -> DoseFinder:
    """Factory of `DoseFinder`."""
    return DoseFinder()
