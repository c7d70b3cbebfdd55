"""Statements → outcomes: each endpoint with its scale, time, figures and direction."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.evidence import cues, figures
from pipeline.evidence.direction import direction
from pipeline.evidence.pairs import is_of_comparator, pair
from pipeline.evidence.setting import Finding, Setting
from pipeline.evidence.statements import Statement
from pipeline.evidence.targets import Sentence, Target
from pipeline.schema import Arm, DrugValue, Found, StudyOutcome

_TIME = re.compile(
    r"\b(?:at|by|on|within|after|until|through|over)\s+(?:the\s+end\s+of\s+)?((?:day|week|month|hour|year)\s+\d+|"
    r"(?:the\s+)?(?:study\s+)?end\s?point|\d+(?:[–-]\d+)?\s*(?:hours?|h|days?|weeks?|months?|years?|minutes?|min)"
    r"|(?:one|two|three|four|six|eight|twelve)\s+(?:hours?|days?|weeks?|months?))\b",
    re.IGNORECASE,
)
#: Outcomes that are told of one group more often than they are compared.
_OBSERVED = frozenset({"adverse_effect", "dropout", "effect_size"})


def findings(s: Statement, setting: Setting) -> list[Finding]:
    """The outcomes that a statement reports, in order."""
    return _Sentence(s, setting).findings()


class _Sentence(Sentence):
    """One statement, read for its outcomes."""

    def findings(self) -> list[Finding]:
        """One finding for each target, more where it is given for several arms or times."""
        out: list[Finding] = []
        results = self._shared_out()
        for t, own in zip(self.targets, results, strict=True):
            found = self._read(t, own)
            if out and len(found) == 1 and self._is_of_comparator(out[-1], found[0]):
                pair(out[-1].outcome, found[0].outcome, self.text[t.start : t.end])
                out[-1].claim = out[-1].outcome.direction or out[-1].claim
                continue
            out.extend(found)
        return out

    def _is_of_comparator(self, first: Finding, second: Finding) -> bool:
        low, high = self.clause(second.start - self.s.start)
        drugs = [m for m in self.s.of("DRUG") if low <= m.start - self.s.start < high]
        here = {m.value.name for m in drugs if isinstance(m.value, DrugValue)}
        later = low > self.clause(first.start - self.s.start)[0]
        return later and is_of_comparator(first.outcome, second.outcome, here)

    def _shared_out(self) -> list[list[Found]]:
        """Each RESULT goes to the target before it in its clause, else to the next there, else to the last before."""
        out: list[list[Found]] = [[] for _ in self.targets]
        for result in self.s.of("RESULT") if self.targets else ():
            at = result.start - self.s.start
            low, high = self.clause(at)
            before = [i for i, t in enumerate(self.targets) if t.start <= at]
            near = [i for i in before if self.targets[i].start >= low]
            after = [i for i, t in enumerate(self.targets) if at < t.start < high]
            if self.s.linked == "row" and not near and not after:
                continue  # another cell's
            out[near[-1] if near else after[0] if after else before[-1] if before else 0].append(result)
        return out

    def _read(self, t: Target, results: Sequence[Found]) -> list[Finding]:
        s, clause = self.s, self.clause(t.start)
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

    def _count(self, t: Target, clause: tuple[int, int], out: list[StudyOutcome]) -> None:
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

    def _time(self, t: Target, clause: tuple[int, int]) -> str | None:
        times = [
            (max(m.start() - t.end, t.start - m.end()), m[1]) for m in _TIME.finditer(self.text, *clause)
        ]
        return min(times)[1] if times and min(times)[0] < 120 else None

    def _later(self, t: Target, clause: tuple[int, int], first: StudyOutcome) -> list[StudyOutcome]:
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
