"""What counts as right: the SemEval-2013 task 9.1 modes (Segura-Bedmar et al. 2013), and three of our own.

Each mode judges one aligned pair; the alignment is the same for all of them. For one label *exact* equals *strict* and
*type* equals *overlap*, since the label is given; over all labels, *exact* and *partial* also credit a place found
under another label, as SemEval defines them.

nervaluate 1.2.1 uses the same terms and, on ordinary cases, gives the same numbers. It pairs greedily, in the order of
the input, and so goes wrong where ours does not (each checked by running it; tests/reconcile/test_nervaluate.py):

- A wrong-boundary prediction listed before the exact one uses up the gold mention: gold 0–10, found 0–4 and 0–10 gives
  strict 0 correct, the same two in the other order 1.
- Gold 0–4 and 5–9, found 2–7 and 0–2: one gold mention is missed, or none, by the order of the found ones.
- In the type mode a wrong label overlapping first takes a gold mention that another prediction names rightly.
- An overlap of less than 1% of the gold mention is none, whatever ``min_overlap_percentage`` allows (at least 1).
- Its ends are inclusive: with end-exclusive offsets, spans that only touch are taken to overlap.
- With the default loader a first document without mentions raises IndexError.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from pipeline.reconcile.values import same
from pipeline.schema import Mention

Verdict = Literal["correct", "partial", "incorrect"]
CREDIT: dict[Verdict, float] = {"correct": 1.0, "partial": 0.5, "incorrect": 0.0}


class Mode(ABC):
    """One way to judge a pair of overlapping mentions."""

    name: ClassVar[str]
    says: ClassVar[str]

    @abstractmethod
    def judge(self, gold: Mention, found: Mention) -> Verdict:
        """The verdict on an aligned pair; the labels may differ."""


class Strict(Mode):
    """Same ends and same label."""

    name, says = "strict", "same span, same label"

    def judge(self, gold: Mention, found: Mention) -> Verdict:
        right = gold.start == found.start and gold.end == found.end and gold.label == found.label
        return "correct" if right else "incorrect"


class Exact(Mode):
    """Same ends, whatever the label."""

    name, says = "exact", "same span, any label"

    def judge(self, gold: Mention, found: Mention) -> Verdict:
        return "correct" if gold.start == found.start and gold.end == found.end else "incorrect"


class Partial(Mode):
    """Same ends, or half a point for an overlap, whatever the label."""

    name, says = "partial", "same span 1, overlap ½, any label"

    def judge(self, gold: Mention, found: Mention) -> Verdict:
        return "correct" if gold.start == found.start and gold.end == found.end else "partial"


class Type(Mode):
    """Some overlap and the same label."""

    name, says = "type", "some overlap, same label (SemEval's term)"

    def judge(self, gold: Mention, found: Mention) -> Verdict:
        return "correct" if gold.label == found.label else "incorrect"


class Overlap(Mode):
    """Any overlap, same label: what a reader means by *found*. Differs from *type* in no count but in being ours."""

    name, says = "overlap", "any overlap, same label"

    def judge(self, gold: Mention, found: Mention) -> Verdict:
        return "correct" if gold.label == found.label else "incorrect"


class Value(Mode):
    """The right normalised value at an overlapping place; ``values.same`` says what is compared."""

    name, says = "value", "right value at an overlapping place"
    drug: ClassVar[bool] = False

    def __init__(self, convert: bool = False) -> None:
        self.convert = convert

    def judge(self, gold: Mention, found: Mention) -> Verdict:
        right = gold.label == found.label and same(
            gold.label, gold.value, found.value, drug=self.drug, convert=self.convert
        )
        return "correct" if right else "incorrect"


class ValueDrug(Value):
    """As *value*, and a dose must name its drug too."""

    name, says = "value_drug", "right value, and a dose's drug"
    drug = True


def modes(convert: bool = False) -> tuple[Mode, ...]:
    """All modes; ``convert`` lets doses be equal after conversion of units.

    >>> [mode.name for mode in modes()]
    ['strict', 'exact', 'partial', 'type', 'overlap', 'value', 'value_drug']
    """
    return (Strict(), Exact(), Partial(), Type(), Overlap(), Value(convert), ValueDrug(convert))


NAMES: tuple[str, ...] = tuple(mode.name for mode in modes())
