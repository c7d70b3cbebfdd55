"""Statements → arms: who was given what, how much, how, how often, for how long, and how many they were."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from pipeline.evidence import cues
from pipeline.evidence.statements import Statement
from pipeline.reconcile.values import unit_factor
from pipeline.schema import Arm, DoseValue, DrugValue, Found, SampleSizeValue

_COUNT = r"(?:once|twice|thrice|two|three|four|six|\d)"
_SCHEDULE = re.compile(
    rf"\b(?:{_COUNT}(?:[- ]times)?[- ]?(?:/|an? |per |each )?(?:or {_COUNT}[- ]times[- ])?\s?"
    r"(?:daily|weekly|day|week|monthly|month)|"
    r"daily|weekly|monthly|nightly|at bedtime|every (?:other )?(?:\w+ )?(?:hours?|days?|weeks?|months?)|"
    r"single (?:infusion|dose|injection)|one (?:infusion|injection)|b\.?i\.?d\.?|t\.?i\.?d\.?|q\.?d\.?)(?!\w)",
    re.IGNORECASE,
)
_NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight|ten|twelve|a|an)"
_DURATION = re.compile(
    rf"\b(?:for|over|during)\s+(?:up to\s+|a total of\s+)?({_NUMBER}(?:[- ]?(?:to|–|-)\s?\d+)?[- ]?"
    r"(?:minutes?|min|hours?|h|days?|weeks?|months?|years?))\b",
    re.IGNORECASE,
)
_FLEXIBLE = re.compile(
    r"\b(?:flexib\w+|titrat\w+|individuali[sz]ed|adjusted|escalat\w+|stepped|raised|up to|tapered|then|followed by)\b",
    re.IGNORECASE,
)
#: A drug behind such words is spoken of, not given by this study.
_BACKGROUND = re.compile(
    r"\b(?:maintained on|prior|previous(?:ly)?|stable|concomitant|background|unlike|like|such as|including|"
    r"equivalents? (?:to|of)|"
    r"derivatives? of|metabolites? of|instead of|history of|known|analog(?:ue)?s? of|resistant to|"
    r"refractory to|(?:fail|respond)\w* to|"
    r"all on|combined with|on top of|discontinu\w+ (?:of )?|withdrawal of|similar to|compared (?:to|with) that of|"
    r"(?:mechanisms?|actions?|pharmacology|properties|role) of)\s+(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
#: A drug whose use is what is measured (*morphine consumption*).
_CONSUMED = re.compile(
    r"[- ](?:equivalents? )?(?:consumption|requirements?|use|usage|demand|intake|levels?|concentrations?|naive|resistan\w+|"
    r"refractory|dependen\w+|sparing|abuse|misuse|overdos\w+)\b",
    re.IGNORECASE,
)
#: A dose behind such words is said for comparison.
_EQUIVALENT = re.compile(
    r"\b(?:equivalent|equal|comparable|similar|corresponding|compared) (?:to|with)\b(?:[^.;,]|\.\d)*$",
    re.IGNORECASE,
)
_BEFORE_CONTROL = re.compile(
    r"(?:\b(?:compared (?:to|with)(?: that (?:with|of))?|versus|vs\.?|than|over|against|or|and|to)\s+"
    r"(?:the |an? |intravenous |IV |oral )*(?:active (?:placebo|control|comparator),?\s*)?"
    r"(?:[\w-]+\+[\w-]+ (?:IV |oral )?)?\(?(?:i\.e\.,?\s*)?|"
    r"\bactive (?:placebo|control|comparator)[,\s(]*(?:i\.e\.,?\s*)?)$",
    re.IGNORECASE,
)
_COMPARING = re.compile(r"compared|versus|vs|than|over|against|active", re.IGNORECASE)
_AFTER_CONTROL = re.compile(r"[- ]controll?(?:ed)?\b|\s+(?:infusion )?control\b", re.IGNORECASE)
_TIMES = re.compile(r"(\d)\s*[×x]\s*$")
_PER_DAY = re.compile(
    r"[\s,(]*(?:(?:once|twice|thrice|one|two|three|four|\d)(?: times)?(?:[- ]|\s+an?\s+|\s+per\s+)?)?"
    r"(?:daily|a day|per day|day|weekly|a week|per week|every (?:other )?(?:day|week)|monthly|nightly|at bedtime|"
    r"b\.?i\.?d|t\.?i\.?d)\b",
    re.IGNORECASE,
)
_OFTEN = {
    "twice": 2,
    "two": 2,
    "2": 2,
    "b.i.d": 2,
    "bid": 2,
    "thrice": 3,
    "three": 3,
    "3": 3,
    "t.i.d": 3,
    "tid": 3,
    "four": 4,
}
_CONTROL = frozenset({"placebo"})


def arms_of(
    statements: Sequence[Statement], titled: Sequence[str] = (), groups: Container[int] = ()
) -> list[Arm]:
    """The arms that a study's own statements name, doses first, then drugs without a dose.

    A range, or amounts that could be varied, are one arm; a list of amounts given to groups is an arm each.
    ``titled`` are the drugs of the reference's title: a drug beside them that only the prose of a shared
    sentence names is no arm. ``groups`` are starts of totals that count one group.
    """
    arms: list[Arm] = []
    for s in statements:
        for dose in s.of("DOSE"):
            assert isinstance(dose.value, DoseValue)
            if for_comparison(s, dose):
                continue
            for amounts in _split(dose.value, s.text):
                _add(arms, s, dose, dose.value.drug, amounts, dose.value.unit)
    named = {arm.drug for arm in arms}
    for s in statements:
        for drug in s.of("DRUG"):
            assert isinstance(drug.value, DrugValue)
            name = drug.value.name
            if name in named or _background(s, drug):
                continue
            if (
                len(s.keys) > 1
                and titled
                and name not in titled
                and name not in _CONTROL
                and set(titled) & _names(s)
            ):
                continue
            named.add(name)
            _add(arms, s, drug, name, None, None)
    _sizes(arms, statements, groups)
    return _claimed(arms)


def _claimed(arms: list[Arm]) -> list[Arm]:
    """Arms whose drug a sentence leaves out are those that were given the same amount of the one drug that was."""
    out = [arm for arm in arms if arm.drug or not arm.amounts]
    for arm in arms:
        if arm.drug or not arm.amounts:
            continue
        same = [old for old in out if old.amounts and _one_dose(old, arm.amounts, arm.unit)]
        if len(same) == 1:
            for name in ("route", "schedule", "duration", "n"):
                if getattr(same[0], name) is None:
                    setattr(same[0], name, getattr(arm, name))
        elif not same:
            out.append(arm)
    return out


def for_comparison(s: Statement, dose: Found) -> bool:
    """Whether a dose is only said for comparison (*equivalent to 0.5 mg/kg of the racemate*)."""
    a = dose.start - s.start
    return bool(_EQUIVALENT.search(s.text[max(0, a - 45) : a]))


def is_control(s: Statement, m: Found, name: str) -> bool:
    """Whether a drug is named as what another was compared with; *active placebo* is no placebo."""
    a, b = m.start - s.start, m.end - s.start
    before, after = s.text[max(0, a - 45) : a], s.text[b : b + 20]
    if re.search(r"\bactive $", before, re.IGNORECASE):
        return False
    behind = _BEFORE_CONTROL.search(before)
    if name in _CONTROL:
        return behind is not None and not after.startswith("-")
    return bool(_AFTER_CONTROL.match(after)) or (behind is not None and bool(_COMPARING.search(behind[0])))


def daily_factor(s: Statement, dose: Found) -> float | None:
    """How many of a dose are taken a day (*2 × 80 mg daily*: 2; *15 mg weekly*: 1/7); None where unsaid."""
    a, b = dose.start - s.start, dose.end - s.start
    times = _TIMES.search(s.text[max(0, a - 8) : a])
    factor = float(times[1]) if times else 1.0
    match = _PER_DAY.match(s.text, b)
    if not match:
        return None
    word = match[0].lower()
    if "week" in word or "month" in word or "other" in word:
        return factor / (7 if "other" not in word else 2) if "month" not in word else factor / 30
    count = next((n for w, n in _OFTEN.items() if w in word), 1)
    return factor * count


def _names(s: Statement) -> set[str]:
    return {m.value.name for m in s.of("DRUG") if isinstance(m.value, DrugValue)}


def _split(value: DoseValue, text: str) -> list[list[float]]:
    if (
        value.range
        or len(value.amounts) == 1
        or _FLEXIBLE.search(text)
        or re.search(r"\d\s+to\s+[\d.]+\s+to\s+\d", text)
    ):
        return [list(value.amounts)]
    return [[amount] for amount in value.amounts]


def _add(
    arms: list[Arm],
    s: Statement,
    mention: Found,
    drug: str | None,
    amounts: list[float] | None,
    unit: str | None,
) -> None:
    a, b = mention.start - s.start, mention.end - s.start
    near = s.text[max(0, a - 60) : b + 80]
    routes = cues.values("route", s.text, max(0, a - 60), b + 80)
    arm = Arm(drug=drug, amounts=amounts, unit=unit, route=routes[0] if len(routes) == 1 else None)
    if amounts:
        schedule, duration = _SCHEDULE.search(near), _DURATION.search(near)
        arm.schedule = schedule[0].lower() if schedule else None
        arm.duration = duration[1] if duration else None
    for old in arms:
        if old.drug == drug and _one_dose(old, amounts, unit):
            for name in ("route", "schedule", "duration"):
                if getattr(old, name) is None:
                    setattr(old, name, getattr(arm, name))
            return
    arms.append(arm)


def _one_dose(arm: Arm, amounts: list[float] | None, unit: str | None) -> bool:
    """Whether an arm was given these amounts, in whatever unit (*1.2 g* is *1200 mg*)."""
    if arm.amounts == amounts and arm.unit == unit:
        return True
    if not arm.amounts or not amounts or not arm.unit or not unit or len(arm.amounts) != len(amounts):
        return False
    (ours, base), (theirs, other) = unit_factor(arm.unit), unit_factor(unit)
    return base == other and all(abs(a * ours - b * theirs) < 1e-9 for a, b in zip(arm.amounts, amounts, strict=True))


def _background(s: Statement, drug: Found) -> bool:
    """A drug that is only spoken of: of a class, a comparison with other work, earlier treatment."""
    a = drug.start - s.start
    before = s.text[max(0, a - 50) : a]
    if _CONSUMED.match(s.text, drug.end - s.start):
        return True
    return bool(_BACKGROUND.search(before)) or bool(re.search(r"\bactive $", before))


def _sizes(arms: list[Arm], statements: Sequence[Statement], groups: Container[int]) -> None:
    for s in statements:
        for m in s.of("SAMPLE_SIZE"):
            if isinstance(m.value, SampleSizeValue) and (m.value.role == "arm" or m.start in groups):
                for arm in arms_of_size(arms, s, m):
                    arm.n = arm.n or m.value.count


#: who was given what: "30 women received", "38 had"
_GIVEN = re.compile(
    r"\s+(?:[a-z]+\s+){0,3}?(?:had|received|took|got|were (?:given|treated with|assigned to|allocated to|randomi[sz]ed to))\b",
    re.IGNORECASE,
)


def arms_of_size(arms: Sequence[Arm], s: Statement, size: Found) -> list[Arm]:
    """The arms that a group's size belongs to: the dose right before it, the drug that it names, or all (*each*)."""
    assert isinstance(size.value, SampleSizeValue)
    after = s.text[size.end - s.start : size.end - s.start + 8]
    if re.match(r"\s*(?:each|per)\b", after):
        return [arm for arm in arms if arm.amounts or arm.drug in _CONTROL]
    before = [m for m in s.of("DOSE") if m.start <= size.start]
    if before and isinstance(before[-1].value, DoseValue):
        dose, value = before[-1], before[-1].value
        inside = size.start < dose.end
        gap = s.text[dose.end - s.start : size.start - s.start]
        if inside or (len(gap) < 25 and not re.search(r"\b(?:placebo|or|and|versus|vs)\b", gap)):
            wanted = value.amounts[-1]
            if inside:
                numbers = re.findall(
                    r"\d+(?:\.\d+)?",
                    re.sub(r"n\s*=\s*\d*", "", s.text[dose.start - s.start : size.start - s.start]),
                )
                wanted = float(numbers[-1]) if numbers else wanted
            fitting = [arm for arm in arms if arm.drug == value.drug and wanted in (arm.amounts or [])]
            return [arm for arm in fitting if arm.unit == value.unit][:1]
    name = (size.value.arm or "").lower()
    named = [(m, m.value.name) for m in s.of("DRUG") if isinstance(m.value, DrugValue)]
    # the arm is called as the sentence calls its drug (saline, not placebo)
    name = next((drug for m, drug in named if s.text[m.start - s.start : m.end - s.start].lower() == name), name)
    if not name:
        near = [drug for m, drug in named if m.end <= size.start and size.start - m.end < 12]
        given = _GIVEN.match(s.text, size.end - s.start)
        first = [drug for m, drug in named if given and m.start - s.start >= given.end()]
        tested = list(dict.fromkeys(drug for _, drug in named if drug not in _CONTROL))
        name = near[-1] if near else first[0] if first else tested[0] if len(tested) == 1 and size.value.role == "total" else ""
    fitting = [arm for arm in arms if arm.drug and name and (arm.drug in name or name in arm.drug)]
    return fitting[:1]
