"""Statements → targets: the words of a sentence that name what was measured."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.evidence import cues
from pipeline.evidence.arms import is_control
from pipeline.evidence.direction import blank_entry, clauses
from pipeline.evidence.setting import Setting
from pipeline.evidence.statements import Statement
from pipeline.schema import DrugValue, Found, OutcomeValue, ScaleValue

_EFFECT = re.compile(
    r"\b(?:effects?|efficacy|effectiveness|effective|efficacious|ineffective|benefits?|superior(?:ity)?|non-?inferior\w*|"
    r"(?:better|worse) than|as good as)\b",
    re.IGNORECASE,
)
#: Before a scale on which the outcome named before was rated.
_ON = re.compile(r"\b(?:on|by|per|using|with) (?:the )?$|\($", re.IGNORECASE)
_MOVED = re.compile(
    r"\b(?:fell|falls?|went|dropp?ed|improv\w+|rose|chang\w+|decreas\w+|reduc\w+|worsen\w*|lower\w*)\b",
    re.IGNORECASE,
)
#: Columns of a table that tell of whom a study was made, and why, not of what it found.
_NO_RESULT = re.compile(
    r"\b(?:population|patients?|participants?|characteristics|subjects|diagnos[ie]s|inclusion|exclusion|criteria|purpose|"
    r"aims?|objectives?|indication|condition|disease|disorder|setting)\b",
    re.IGNORECASE,
)
#: Outcomes told by a verb: "38% of the drug's group relapsed".
_HAPPENED = re.compile(
    r"(?<!had )(?<!who )(?<!not )\b(relapsed|remitted|responded)\b(?! to (?:at least|\w+ previous|prior))",
    re.IGNORECASE,
)
_HAPPENED_AS = {"relapsed": "relapse", "remitted": "remission", "responded": "response"}
#: The same right before a scale: "improved PASI scores".
_MOVES = re.compile(
    r"\b(?:improved|reduced|lowered|decreased|raised|increased|changed|worsened) (?:the |mean |total )*$",
    re.IGNORECASE,
)
#: A share of improvement on a scale that makes a response of it.
_RESPONSE_OF = re.compile(r"[ -]?(?:50|75|90|100)\b(?! ?(?:mg|%|points?|patients))")
#: What the one scale of a study rates, where a sentence names no scale.
_SYMPTOMS = re.compile(r"symptoms|severity", re.IGNORECASE)
#: Outcomes that a scale rates.
_RATED = frozenset({"symptom_change", "response", "remission", "suicidality", "effect_size"})
_MOOD = re.compile(r"depress|mood", re.IGNORECASE)
_CONTROL = frozenset({"placebo"})


@dataclass(slots=True)
class Target:
    """Words that name an outcome, in the sentence's offsets; ``generic``: an effect by its word alone."""

    start: int
    end: int
    name: str
    scale: str | None = None
    generic: bool = False


class Sentence:
    """One statement with its clauses, its drugs, its scales, and the outcomes that it is asked for."""

    def __init__(self, s: Statement, setting: Setting) -> None:
        self.s = s
        self.setting = setting
        self.text = blank_entry(s.text)
        cuts: tuple[int, ...] = ()
        if s.linked == "row":
            # the lines of a cell, which its printed form alone parted
            cuts = tuple(
                m.end() for m in re.finditer(r"\t|(?<=[a-z\d]) (?=[A-Z][a-z-]+ (?:[a-z]|[A-Z]{2}))", s.text)
            )
            cuts += tuple(x - s.start for cell in s.cells.values() for x in cell)
        silent = [(a, b) for head, (a, b) in s.cells.items() if _NO_RESULT.search(head)]
        for a, b in silent:
            self.text = self.text[: a - s.start] + " " * (b - a) + self.text[b - s.start :]
        self.clauses = clauses(self.text, cuts)
        self.scales = [
            m for m in s.of("SCALE")
            if isinstance(m.value, ScaleValue) and not any(a <= m.start < b for a, b in silent)
        ]  # fmt: skip
        given = [
            (m, m.value.name)
            for m in s.of("DRUG")
            if isinstance(m.value, DrugValue) and m.value.name not in _CONTROL
        ]
        tested = [name for m, name in given if not is_control(s, m, name)]
        tested = tested or [name for _, name in given]
        self.drugs = [name for name in tested if name in setting.titled] or tested
        against = [
            m.value.name
            for m in s.of("DRUG")
            if isinstance(m.value, DrugValue) and m.value.name not in tested
        ]
        self.control = against[0] if against else None
        self.targets = self._targets()

    def clause(self, at: int) -> tuple[int, int]:
        """The clause that an offset of the sentence stands in."""
        for clause in self.clauses:
            if clause[0] <= at < clause[1]:
                return clause
        return 0, len(self.text)

    def _targets(self) -> list[Target]:
        s, out = self.s, []
        for m in s.of("OUTCOME"):
            assert isinstance(m.value, OutcomeValue)
            a, b = m.start - s.start, m.end - s.start
            if not self.text[a:b].strip():
                continue  # in an entry criterion
            out.append(Target(a, b, m.value.name, self._scale(m, m.value.name)))
        told = any(verb in self.text for verb in _HAPPENED_AS)
        for match in _HAPPENED.finditer(self.text) if told else ():
            name = _HAPPENED_AS[match[1].lower()]
            if not any(t.name == name for t in out):
                out.append(Target(match.start(1), match.end(1), name))
        rated = {self.clause(t.start) for t in out if t.name in _RATED or t.scale}
        for m in self.scales:
            a, b = m.start - s.start, m.end - s.start
            if any(t.start <= a < t.end for t in out) or not isinstance(m.value, ScaleValue):
                continue
            clause = self.clause(a)
            if _RESPONSE_OF.match(self.text, b):  # "EASI 75", "a PASI-90"
                out.append(Target(a, b, "response", m.value.name))
                rated.add(clause)
            elif s.linked == "row":
                if not any(t.name in _RATED for t in out if t.scale in (None, m.value.name)):
                    out.append(Target(a, b, "symptom_change", m.value.name))
            elif self._moved(a, b, clause, clause in rated):
                out.append(Target(a, b, "symptom_change", m.value.name))
                rated.add(clause)
        told = bool(s.of("SAMPLE_SIZE") or s.of("DOSE"))
        cited = s.linked in ("citation", "row")
        spoken = cited or cues.has("anaphora", s.text[:80]) or cues.has("same", self.text)
        if not out and self.drugs and spoken and (_EFFECT.search(self.text) or (cited and not told)):
            for a, b, name in cues.spans("effect_words", self.text):
                if name == "effect":
                    name = (
                        "antidepressant_effect" if _MOOD.search(self.text + self.setting.title) else "other"
                    )
                out.append(Target(a, b, name, generic=True))
                break
        return sorted(out, key=lambda t: t.start)

    def _moved(self, start: int, at: int, clause: tuple[int, int], rated: bool) -> bool:
        """Whether a scale is said to have changed or to differ behind it; at once where an outcome is told already."""
        end = min(at + 20, clause[1]) if rated else clause[1]
        before = self.text[max(clause[0], start - 25) : start]
        return (
            bool(_MOVED.search(self.text, at, end))
            or bool(not rated and _MOVES.search(before))
            or (
                not rated
                and any(cues.has(kind, self.text, at, end) for kind in ("up", "down", "good", "bad", "same"))
            )
        )

    def _scale(self, outcome: Found, name: str) -> str | None:
        """The scale inside an outcome's words, or the only one of its clause (of its row)."""
        inside = [m for m in self.scales if outcome.start <= m.start < outcome.end]
        if not inside:  # "quality of recovery (QoR-40)"
            inside = [
                m
                for m in self.scales
                if re.fullmatch(
                    r"\s?(?:scores?)?\s?\(", self.text[outcome.end - self.s.start : m.start - self.s.start]
                )
            ]
        if not inside and (name in _RATED or (self.s.linked == "row" and name == "antidepressant_effect")):
            low, high = self.clause(outcome.start - self.s.start)
            if self.s.linked == "row" and name not in ("remission", "response"):
                low, high = 0, len(self.text)
            inside = [m for m in self.scales if low <= m.start - self.s.start < high]
            if len({m.value.name for m in inside if isinstance(m.value, ScaleValue)}) > 1:
                inside = [
                    m
                    for m in inside
                    if _ON.search(self.text[: m.start - self.s.start]) and m.start > outcome.end
                ][:1]
        if inside and isinstance(inside[0].value, ScaleValue):
            return inside[0].value.name
        said = self.text[outcome.start - self.s.start : outcome.end - self.s.start]
        return self.setting.scale if name == "symptom_change" and _SYMPTOMS.search(said) else None
