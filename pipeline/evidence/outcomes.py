"""Statements → outcomes: each endpoint with its scale, time, figures and direction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.evidence import cues, figures
from pipeline.evidence.arms import is_control
from pipeline.evidence.direction import blank_entry, clauses, direction
from pipeline.evidence.setting import Finding, Setting
from pipeline.evidence.statements import Statement
from pipeline.schema import Arm, DrugValue, Found, OutcomeValue, ScaleValue, StudyOutcome

_TIME = re.compile(
    r"\b(?:at|by|on|within|after|until|through|over)\s+(?:the\s+end\s+of\s+)?((?:day|week|month|hour|year)\s+\d+|"
    r"(?:the\s+)?(?:study\s+)?end\s?point|\d+(?:[–-]\d+)?\s*(?:hours?|h|days?|weeks?|months?|years?|minutes?|min)"
    r"|(?:one|two|three|four|six|eight|twelve)\s+(?:hours?|days?|weeks?|months?))\b",
    re.IGNORECASE,
)
_EFFECT = re.compile(
    r"\b(?:effects?|efficacy|effectiveness|effective|efficacious|ineffective|benefits?|superior(?:ity)?|non-?inferior\w*|"
    r"(?:better|worse) than|as good as)\b",
    re.IGNORECASE,
)
#: Outcomes that are told of one group more often than they are compared.
_OBSERVED = frozenset({"adverse_effect", "dropout", "effect_size"})
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
class _Target:
    start: int
    end: int
    name: str
    scale: str | None = None
    generic: bool = False


def findings(s: Statement, setting: Setting) -> list[Finding]:
    """The outcomes that a statement reports, in order."""
    return _Sentence(s, setting).findings()


class _Sentence:
    """One statement, read for its outcomes."""

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

    def _clause(self, at: int) -> tuple[int, int]:
        for clause in self.clauses:
            if clause[0] <= at < clause[1]:
                return clause
        return 0, len(self.text)

    def _targets(self) -> list[_Target]:
        s, out = self.s, []
        for m in s.of("OUTCOME"):
            assert isinstance(m.value, OutcomeValue)
            a, b = m.start - s.start, m.end - s.start
            if not self.text[a:b].strip():
                continue  # in an entry criterion
            out.append(_Target(a, b, m.value.name, self._scale(m, m.value.name)))
        told = any(verb in self.text for verb in _HAPPENED_AS)
        for match in _HAPPENED.finditer(self.text) if told else ():
            name = _HAPPENED_AS[match[1].lower()]
            if not any(t.name == name for t in out):
                out.append(_Target(match.start(1), match.end(1), name))
        rated = {self._clause(t.start) for t in out if t.name in _RATED or t.scale}
        for m in self.scales:
            a, b = m.start - s.start, m.end - s.start
            if any(t.start <= a < t.end for t in out) or not isinstance(m.value, ScaleValue):
                continue
            clause = self._clause(a)
            if _RESPONSE_OF.match(self.text, b):  # "EASI 75", "a PASI-90"
                out.append(_Target(a, b, "response", m.value.name))
                rated.add(clause)
            elif s.linked == "row":
                if not any(t.name in _RATED for t in out if t.scale in (None, m.value.name)):
                    out.append(_Target(a, b, "symptom_change", m.value.name))
            elif self._moved(a, b, clause, clause in rated):
                out.append(_Target(a, b, "symptom_change", m.value.name))
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
                out.append(_Target(a, b, name, generic=True))
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
            low, high = self._clause(outcome.start - self.s.start)
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

    def findings(self) -> list[Finding]:
        """One finding for each target, more where it is given for several arms or times."""
        out: list[Finding] = []
        results = self._shared_out()
        for t, own in zip(self.targets, results, strict=True):
            found = self._read(t, own)
            if out and len(found) == 1 and self._is_control_of(out[-1], found[0]):
                self._pair(out[-1].outcome, found[0].outcome, self.text[t.start : t.end])
                out[-1].claim = out[-1].outcome.direction or out[-1].claim
                continue
            out.extend(found)
        return out

    def _is_control_of(self, first: Finding, second: Finding) -> bool:
        """Whether an outcome is told again for the comparator (*61% responded, whereas 30% did on placebo*)."""
        a, b = first.outcome, second.outcome
        if (
            (a.name, a.scale) != (b.name, b.scale)
            or a.comparator_value is not None
            or a.comparator_total is not None
        ):
            return False
        if not (None not in (a.value, b.value) or None not in (a.total, b.total)) or None not in (
            b.effect,
            a.effect,
        ):
            return False
        low, high = self._clause(second.start - self.s.start)
        drugs = [m for m in self.s.of("DRUG") if low <= m.start - self.s.start < high]
        here = {m.value.name for m in drugs if isinstance(m.value, DrugValue)}
        return (
            low > self._clause(first.start - self.s.start)[0] and bool(here - {a.arm}) and a.arm not in here
        )

    @staticmethod
    def _pair(first: StudyOutcome, second: StudyOutcome, said: str) -> None:
        """Put the comparator's figures beside the arm's, and judge them."""
        first.comparator_value, first.comparator_events = second.value, second.events
        first.comparator_total, first.comparator = second.total, second.arm or first.comparator
        if (
            first.direction in (None, second.direction)
            and first.value is not None
            and second.value is not None
        ):
            kind = figures.Figures(kind=first.measure or "")
            first.direction = (
                figures.verdict(first.name, said, "", (first.value, second.value), kind) or first.direction
            )

    def _shared_out(self) -> list[list[Found]]:
        """Each RESULT goes to the target before it in its clause, else to the next there, else to the last before."""
        out: list[list[Found]] = [[] for _ in self.targets]
        for result in self.s.of("RESULT") if self.targets else ():
            at = result.start - self.s.start
            low, high = self._clause(at)
            before = [i for i, t in enumerate(self.targets) if t.start <= at]
            near = [i for i in before if self.targets[i].start >= low]
            after = [i for i, t in enumerate(self.targets) if at < t.start < high]
            if self.s.linked == "row" and not near and not after:
                continue  # another cell's
            out[near[-1] if near else after[0] if after else before[-1] if before else 0].append(result)
        return out

    def _read(self, t: _Target, results: Sequence[Found]) -> list[Finding]:
        s, clause = self.s, self._clause(t.start)
        doses = self.setting.active
        one_drug = len({arm.drug for arm in doses}) == 1
        own = figures.read(
            self.text, s.start, results, self.setting.control_last, len(doses) if one_drug else 0
        )
        before = self.text[clause[0] : t.start]
        others = [(o.start, o.end) for o in self.targets if o is not t]
        judged = (
            "antidepressant_effect" if t.generic and t.name == "other" else t.name
        )  # an effect by its word alone
        words = direction(judged, self.text, t.start, t.end, clause, self.setting.compared, others)
        further: list[str] = []
        bare = self.text[t.start : t.end].strip() == (t.scale or "")
        if s.linked == "row" and t.name == "symptom_change" and bare:
            # the column of results stands after that of scales
            after = [c for c in self.clauses if c[0] >= t.end]
            there = [direction(t.name, self.text, c[0], c[0], c, self.setting.compared) for c in after]
            known = list(dict.fromkeys(x for x in there if x is not None))
            words, further = (known[0], known[1:]) if known else (words, [])
        said = self.text[t.start : t.end]
        pairs: list[tuple[float | None, float | None]] = list(own.pairs) or [(own.effect, None)]
        active = self.setting.active
        out = []
        for i, (value, other) in enumerate(pairs):
            by_figures = (
                figures.verdict(t.name, said, before, (value, other), own, self.text[t.end : clause[1]])
                if value is not None
                else None
            )
            effect = figures.effect_verdict(t.name, said, self.text, own)
            if s.denied:
                verdict: str | None = "no difference"
            elif words == "no difference" and effect not in ("better", "worse"):
                verdict = words
            else:
                counts = figures.count_verdict(
                    t.name,
                    s.of("SAMPLE_SIZE"),
                    self.text,
                    s.start,
                    self.setting.equal,
                    said,
                    self.setting.control_last,
                )
                verdict = by_figures or counts or effect or words
            out.append(
                StudyOutcome(
                    name=t.name,
                    scale=t.scale,
                    time=self._time(t, clause),
                    arm=self._arm(i, len(pairs), active),
                    value=value,
                    comparator_value=other,
                    direction=verdict,
                    p_value=own.p_value,
                    interval=own.interval,
                    significance=own.significance,
                    measure=own.kind or own.measure,
                    comparator=self.control,
                    effect=own.effect,
                    effect_measure=own.measure,
                )
            )
        out.extend(StudyOutcome(name=t.name, scale=t.scale, direction=x) for x in further)
        self._count(t, clause, out)
        later = self._later(t, clause, out[0])
        claim = None
        if out[0].direction is None and not s.cells and t.name not in _OBSERVED:
            claim = direction(t.name, self.text, t.start, t.end, clause, True, others)
        return [
            Finding(s.start + t.start, s.start + t.end, outcome, t.generic, outcome.direction or claim)
            for outcome in (*out, *later)
        ]

    def _count(self, t: _Target, clause: tuple[int, int], out: list[StudyOutcome]) -> None:
        """The people counted of an outcome: those of its clause, or of the sentence where it has no other."""
        sizes = self.s.of("SAMPLE_SIZE")
        if len(self.targets) > 1:
            sizes = [m for m in sizes if clause[0] <= m.start - self.s.start < clause[1]]
        found = figures.shares(sizes)
        if not found or len(out) > 1 or len(found) > 2:
            return
        out[0].events, out[0].total = found[0]
        if len(found) == 2:
            out[0].comparator_events, out[0].comparator_total = found[1]

    def _arm(self, i: int, count: int, active: Sequence[Arm]) -> str | None:
        if count > 1 and len(active) == count:
            arm = active[i]
            amounts = "/".join(f"{x:g}" for x in arm.amounts or ())
            return f"{arm.drug} {amounts} {arm.unit}".strip()
        if self.drugs:
            return self.drugs[0]
        return active[0].drug if len({arm.drug for arm in active}) == 1 else None

    def _time(self, t: _Target, clause: tuple[int, int]) -> str | None:
        times = [
            (max(m.start() - t.end, t.start - m.end()), m[1]) for m in _TIME.finditer(self.text, *clause)
        ]
        return min(times)[1] if times and min(times)[0] < 120 else None

    def _later(self, t: _Target, clause: tuple[int, int], first: StudyOutcome) -> list[StudyOutcome]:
        """*although significance was lost at day 7*: a clause without an outcome of its own takes the last one's."""
        out = []
        for low, high in self.clauses:
            if low < clause[1] or any(low <= x.start < high for x in self.targets):
                continue
            if (
                max((x.start for x in self.targets if x.start < low), default=-1) != t.start
                or first.direction is None
            ):
                continue
            if cues.has("same", self.text[low:high]) and first.direction != "no difference":
                time = _TIME.search(self.text, low, high)
                out.append(
                    StudyOutcome(
                        name=t.name,
                        scale=t.scale,
                        time=time[1] if time else None,
                        arm=first.arm,
                        direction="no difference",
                    )
                )
        return out
