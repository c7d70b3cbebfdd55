"""Statements → arms: who was given what, how much, how, how often, for how long, and how many they were."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from pipeline.evidence import cues
from pipeline.evidence.dosing import could_vary, given
from pipeline.evidence.sizes import set_sizes
from pipeline.evidence.statements import Statement
from pipeline.reconcile.values import unit_factor
from pipeline.schema import Arm, DoseValue, DrugValue, Found

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
#: The time that an amount is for, at the end of a unit.
_TIME_OF = re.compile(r"/(?:d|wk|mo)$")
#: A drug behind such words is spoken of, not given by this study.
_BACKGROUND = re.compile(
    r"\b(?:maintained on|prior|previous(?:ly)?|stable|concomitant|background|unlike|like|such as|including|"
    r"equivalents? (?:to|of)|"
    r"derivatives? of|metabolites? of|instead of|(?:superior|inferior|preferable) to|history of|known|"
    r"analog(?:ue)?s? of|resistant to|"
    r"refractory to|(?:fail|respond)\w* to|"
    r"all on|combined with|on top of|discontinu\w+ (?:of )?|withdrawal of|similar to|compared (?:to|with) that of|"
    r"(?:mechanisms?|actions?|pharmacology|properties|role) of)\s+(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
#: What all groups had beside what was tried in one.
_HAD = re.compile(r"received|had|took|given|treated|started|continued|stayed|maintained")
_EVERYONE = re.compile(
    r"\b(?:all|both|every|each of the) (?:\w+ )?(?:patients|groups|participants|arms|subjects|women|men|"
    r"children|adults)\b"
    r"[^.;,]{0,25}\b(?:received|had|took|were (?:given|started on|treated with|maintained on)|continued|"
    r"stayed on)\s+(?:\w+\s){0,3}$",
    re.IGNORECASE,
)
#: A drug whose use is what is measured (*morphine consumption*).
_CONSUMED = re.compile(
    r"[- ](?:equivalents? )?(?:consumption|requirements?|use|usage|demand|intake|levels?|concentrations?|naive|"
    r"resistan\w+|"
    r"refractory|dependen\w+|sparing|abuse|misuse|overdos\w+)\b",
    re.IGNORECASE,
)
_BEFORE_CONTROL = re.compile(
    r"(?:\b(?:compared (?:to|with)(?: that (?:with|of))?|in comparison (?:to|with)|relative to|instead of|"
    r"rather than|versus|"
    r"vs\.?|than|over|against|or|and|to)\s+"
    r"(?:the |an? |intravenous |IV |oral )*(?:active (?:placebo|control|comparator),?\s*)?"
    r"(?:[\w-]+\+[\w-]+ (?:IV |oral )?)?\(?(?:i\.e\.,?\s*)?|"
    r"\bactive (?:placebo|control|comparator)[,\s(]*(?:i\.e\.,?\s*)?)$",
    re.IGNORECASE,
)
_COMPARING = re.compile(
    r"superior|inferior|prefer|compar|relative|instead|rather|versus|vs|than|over|against|active",
    re.IGNORECASE,
)
_AFTER_CONTROL = re.compile(r"[- ]controll?(?:ed)?\b|\s+(?:infusion )?control\b", re.IGNORECASE)
_CONTROL = frozenset({"placebo"})


def arms_of(
    statements: Sequence[Statement], titled: Sequence[str] = (), groups: Container[int] = (), title: str = ""
) -> list[Arm]:
    """The arms that a study's own statements name, doses first, then drugs without a dose.

    A range, or amounts that could be varied, are one arm; a list of amounts given to groups is an arm each.
    ``titled`` are the drugs of the reference's title: a drug beside them that only the prose of a shared
    sentence names is no arm. ``groups`` are starts of totals that count one group; ``title`` is that title.
    """
    arms: list[Arm] = []
    flexible = bool(could_vary(title))
    for s in statements:
        for dose, drug, amounts in given(s, flexible):
            assert isinstance(dose.value, DoseValue)
            _add(arms, s, dose, drug, amounts, dose.value.unit)
    named = {arm.drug for arm in arms}
    for s in statements:
        for mention in s.of("DRUG"):
            assert isinstance(mention.value, DrugValue)
            name = mention.value.name
            if name in named or _background(s, mention):
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
            _add(arms, s, mention, name, None, None)
    set_sizes(arms, statements, groups)
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


def _names(s: Statement) -> set[str]:
    return {m.value.name for m in s.of("DRUG") if isinstance(m.value, DrugValue)}


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
            if amounts and s.linked != "row":
                old.amounts, old.unit = amounts, unit  # as the prose has it, rather than a table
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
    (ours, base), (theirs, other) = (unit_factor(u.replace("[iU]", "U")) for u in (arm.unit, unit))
    return _TIME_OF.sub("", base) == _TIME_OF.sub("", other) and all(
        abs(a * ours - b * theirs) < 1e-9 for a, b in zip(arm.amounts, amounts, strict=True)
    )


def _background(s: Statement, drug: Found) -> bool:
    """A drug that is only spoken of: of a class, a comparison with other work, earlier treatment."""
    a = drug.start - s.start
    before = s.text[max(0, a - 50) : a]
    wide = s.text[max(0, a - 90) : a]
    if _CONSUMED.match(s.text, drug.end - s.start) or (_HAD.search(wide) and _EVERYONE.search(wide)):
        return True
    return bool(_BACKGROUND.search(before)) or bool(re.search(r"\bactive $", before))
