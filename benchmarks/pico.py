"""PICO-Corpus: how many participants, in which arms, with what results, against 687 annotated abstracts.

The corpus (sociocom/PICO-Corpus, abstracts of breast cancer trials in brat standoff) is not part of goldpan; give
the folder that holds its ``.txt`` and ``.ann`` files. Scores are those of the issue on matchers: the exact total per
abstract with its coverage (Windisch et al. 2024: 93.8% at 64.7%), and overlap F1 of arm sizes; event counts,
percentages, means and standard deviations by recall, since the corpus annotates only those of the two compared arms.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.language.numbers import find_numbers
from pipeline.schema import Found, ResultValue, SampleSizeValue

#: entity types of the corpus → what we call them
TYPES = {
    "total-participants": "total", "intervention-participants": "arm", "control-participants": "arm",
    "iv-bin-abs": "event", "cv-bin-abs": "event", "iv-bin-percent": "percent", "cv-bin-percent": "percent",
    "iv-cont-mean": "mean", "cv-cont-mean": "mean", "iv-cont-median": "median", "cv-cont-median": "median",
    "iv-cont-sd": "sd", "cv-cont-sd": "sd",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gold:
    """An annotated number of an abstract."""

    kind: str
    start: int
    end: int
    value: float


@dataclass(slots=True)
class Abstract:
    """A text with its annotated numbers, in order."""

    id: str
    text: str
    gold: list[Gold]


@dataclass(slots=True)
class Tally:
    """Counts of one kind: annotated, found, and found where annotated."""

    gold: int = 0
    found: int = 0
    hits: int = 0

    @property
    def precision(self) -> float:
        return self.hits / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.hits / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.hits / (self.gold + self.found) if self.gold + self.found else 0.0


@dataclass(slots=True)
class Scores:
    """The table: totals per abstract, and one tally for each kind of number."""

    abstracts: int = 0
    stated: int = 0
    covered: int = 0
    exact: int = 0
    exact_any: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)

    def rows(self) -> list[tuple[str, str]]:
        """Name and value of each line of the table."""
        out = [
            ("abstracts", f"{self.abstracts}, {self.stated} state a total"),
            ("total exact", f"{self.exact / max(1, self.stated):.3f} of those that state one"),
            ("total exact, any stated", f"{self.exact_any / max(1, self.stated):.3f}"),
            ("total coverage", f"{self.covered / max(1, self.stated):.3f}"),
        ]
        for kind, tally in self.tallies.items():
            out.append(
                (
                    kind,
                    f"gold {tally.gold} found {tally.found} "
                    f"P {tally.precision:.3f} R {tally.recall:.3f} F1 {tally.f1:.3f}",
                )
            )
        return out


def read(folder: Path) -> list[Abstract]:
    """The abstracts of a folder of brat files, by name. Annotations without a number in them are left out."""
    out = []
    for path in sorted(folder.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        gold = []
        for line in path.with_suffix(".ann").read_text(encoding="utf-8").splitlines():
            if not line.startswith("T"):
                continue
            _, place, printed = line.split("\t")
            kind, offsets = place.split(" ", 1)
            if kind not in TYPES:
                continue
            start, end = (int(x) for x in re.findall(r"\d+", offsets)[:2])
            numbers = find_numbers(printed)
            if numbers:
                gold.append(Gold(TYPES[kind], start, end, numbers[0].value))
        out.append(Abstract(path.stem, text, sorted(gold, key=lambda g: g.start)))
    return out


def _match(gold: Iterable[Gold], found: Iterable[tuple[int, int]], tally: Tally) -> None:
    """Each annotated span may be hit by one found span that overlaps it."""
    rest = sorted(found)
    tally.found += len(rest)
    for item in gold:
        tally.gold += 1
        hit = next((span for span in rest if span[0] < item.end and item.start < span[1]), None)
        if hit is not None:
            tally.hits += 1
            rest.remove(hit)


def score(abstracts: Iterable[Abstract], extract: Callable[[str], list[Found]]) -> Scores:
    """Score an extractor, text → mentions, against the annotated abstracts.

    The total of an abstract is the first number found with role total; it is exact where it is the first annotated
    total or, where several are annotated (randomised, then analysed), the largest.
    """
    scores = Scores(
        tallies={
            k: Tally()
            for k in (
                "total",
                "arm",
                "arm, values",
                "event",
                "participants",
                "percent",
                "mean",
                "median",
                "sd",
            )
        }
    )
    for abstract in abstracts:
        found = extract(abstract.text)
        scores.abstracts += 1
        sizes = [f for f in found if isinstance(f.value, SampleSizeValue)]
        by_kind: dict[str, list[Gold]] = {}
        for item in abstract.gold:
            by_kind.setdefault(item.kind, []).append(item)
        stated = [int(g.value) for g in by_kind.get("total", [])]
        totals = [
            f.value.count for f in sizes if isinstance(f.value, SampleSizeValue) and f.value.role == "total"
        ]
        if stated:
            scores.stated += 1
            scores.covered += bool(totals)
            scores.exact += bool(totals) and totals[0] in (stated[0], max(stated))
            scores.exact_any += bool(set(totals) & set(stated))
        for kind in ("total", "arm", "event"):
            mine = [
                (f.start, f.end)
                for f in sizes
                if isinstance(f.value, SampleSizeValue) and f.value.role == kind
            ]
            _match(by_kind.get(kind, []), mine, scores.tallies[kind])
        # the same by value: a group's size counts once an abstract, however often it is repeated
        sizes_found = {
            f.value.count for f in sizes if isinstance(f.value, SampleSizeValue) and f.value.role == "arm"
        }
        sizes_gold = {int(g.value) for g in by_kind.get("arm", [])}
        values = scores.tallies["arm, values"]
        values.gold += len(sizes_gold)
        values.found += len(sizes_found)
        values.hits += len(sizes_found & sizes_gold)
        every = [g for kind in ("total", "arm", "event") for g in by_kind.get(kind, [])]
        _match(
            sorted(every, key=lambda g: g.start),
            [(f.start, f.end) for f in sizes],
            scores.tallies["participants"],
        )
        results = [(f.start, f.end) for f in found if isinstance(f.value, ResultValue)]
        percents = [
            (f.start, f.end) for f in found if isinstance(f.value, ResultValue) and f.value.kind == "percent"
        ]
        _match(by_kind.get("percent", []), percents, scores.tallies["percent"])
        for kind in ("mean", "median", "sd"):
            _match(by_kind.get(kind, []), results, scores.tallies[kind])
    return scores


def counts(abstracts: Iterable[Abstract]) -> Counter[str]:
    """How many numbers of each kind are annotated."""
    return Counter(g.kind for abstract in abstracts for g in abstract.gold)
