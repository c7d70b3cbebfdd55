"""What is known of a study when one of its sentences is read, and what is found in it."""

from __future__ import annotations

from dataclasses import dataclass, fields

from pipeline.schema import Arm, StudyOutcome

#: What a second report of an outcome may add to the first.
_FILLED = [f.name for f in fields(StudyOutcome) if f.name != "name"]
_CONTROL = frozenset({"placebo"})


@dataclass(slots=True)
class Finding:
    """An outcome with the place of the words that name it, in reading offsets."""

    start: int
    end: int
    outcome: StudyOutcome
    #: named by a word of effect alone (*efficacy*)
    generic: bool = False
    #: the direction that its words claim, with a comparator or without
    claim: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of a study when one of its sentences is read.

    ``compared``: it has a comparator (None: unsaid); ``control_last``: its arms are listed with the control last;
    ``arms``: what was given; ``title`` and ``titled``: its reference's title and the drugs in it;
    ``scale``: the only one that the study's sentences name.
    """

    compared: bool | None = None
    control_last: bool | None = None
    arms: tuple[Arm, ...] = ()
    title: str = ""
    titled: tuple[str, ...] = ()
    scale: str | None = None

    @property
    def active(self) -> list[Arm]:
        """The arms that were given a dose of a drug."""
        return [arm for arm in self.arms if arm.drug not in _CONTROL and arm.amounts]

    @property
    def equal(self) -> bool:
        """Whether the arms are known to be of about one size."""
        sizes = [arm.n for arm in self.arms if arm.n]
        return len(sizes) == 2 and max(sizes) <= 1.15 * min(sizes)


def merge(out: list[StudyOutcome], new: StudyOutcome) -> None:
    """Fill an outcome that is there already, rather than state it twice; else add it."""
    for old in out:
        if old.name != new.name or (None not in (old.value, new.value) and old.value != new.value):
            continue
        if old.scale != new.scale and (
            old.scale is None or new.scale is not None or old.direction != new.direction
        ):
            continue
        if None not in (old.direction, new.direction) and old.direction != new.direction:
            continue
        if None not in (old.arm, new.arm) and old.arm != new.arm and None not in (old.value, new.value):
            continue
        if old.value is None and new.value is not None and new.arm is not None:
            old.arm = new.arm  # of whom the figure is told
        for name in _FILLED:
            if getattr(old, name) is None:
                setattr(old, name, getattr(new, name))
        return
    out.append(new)
