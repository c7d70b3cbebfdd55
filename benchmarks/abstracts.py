"""Abstracts of invented trials, as many as are wanted: text to measure growth with, not to measure quality with.

Names, numbers and wording vary from one to the next, and every abstract has words that no other has, as real ones do
(names of products, places, registrations), so that what is kept by word grows here too if it grows at all.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

_DRUGS = (
    "lithium", "sertraline", "metformin", "atorvastatin", "prednisolone", "morphine", "gabapentin", "warfarin",
    "adalimumab", "budesonide", "amlodipine", "esketamine", "quetiapine", "omeprazole", "tamoxifen", "levodopa",
)  # fmt: skip
_ILLS = (
    "major depression", "type 2 diabetes", "knee osteoarthritis", "chronic migraine", "asthma", "heart failure",
    "insomnia", "breast cancer", "rheumatoid arthritis", "neuropathic pain", "Parkinson's disease", "hypertension",
)  # fmt: skip
_SCALES = (
    "Montgomery-Åsberg Depression Rating Scale (MADRS)", "Hamilton Depression Rating Scale (HDRS)",
    "Brief Pain Inventory (BPI)", "EQ-5D", "Insomnia Severity Index (ISI)", "SF-36", "Beck Depression Inventory (BDI)",
)  # fmt: skip
_SYLLABLES = [
    "ba",
    "co",
    "di",
    "fe",
    "gu",
    "ho",
    "ki",
    "la",
    "mo",
    "nu",
    "pra",
    "qui",
    "ro",
    "sta",
    "tre",
    "vo",
    "xi",
    "zel",
]
_BACKGROUND = (
    "Whether {drug} helps people with {ill} who did not respond to {other} is not known.",
    "{Drug} is widely used for {ill}, but few studies have compared it with {other}.",
    "We asked if adding {drug} to {other} is safe and useful in {ill}.",
)
_METHODS = (
    "In this double-blind study at {sites} hospitals near {place}, {total} adults with {ill} were randomly assigned to "
    "{drug} {dose} mg daily (n = {one}) or placebo (n = {two}) for {weeks} weeks.",
    "{Total} outpatients ({share}% women, mean age {age} years) received {drug} {dose} mg/d (n={one}) or {other} "
    "{low}–{high} mg/d (n={two}) over {weeks} weeks; the study was registered as {code}.",
)
_RESULTS = (
    "Scores on the {scale} fell from {before} to {after} with {drug} and from {before2} to {after2} without it "
    "(mean difference −{diff}, 95% CI −{wide} to −{narrow}; P = .0{p}).",
    "Response was seen in {events} of {one} patients ({rate}%) on {drug} and in {events2} of {two} ({rate2}%) in the "
    "other group (odds ratio {ratio}, 95% CI {narrow}–{wide}).",
    "The {scale} improved by {diff} points (SD {narrow}) with {drug}, against {narrow} points with {name}.",
)
_HARMS = (
    "Nausea ({few}%) and headache ({few2}%) were the most common adverse events; {left} participants left early.",
    "{Left} patients stopped {drug} because of dizziness, and {few} had been treated with {product} {low} mg before.",
)
_END = (
    "{Drug} {dose} mg was effective and well tolerated in {ill}.",
    "These results do not support {drug} for {ill}; trials of {name} are under way.",
)


def _invented(draw: random.Random) -> str:
    return "".join(draw.choice(_SYLLABLES) for _ in range(draw.randint(2, 4))).capitalize()


def abstract(number: int, seed: int = 0) -> str:
    """The abstract of this number, about 120 words; the same for the same number and seed.

    >>> abstract(7) == abstract(7) != abstract(8)
    True
    """
    draw = random.Random(f"{seed}-{number}")
    drug, other = draw.sample(_DRUGS, 2)
    one, two = draw.randint(20, 400), draw.randint(20, 400)
    events, events2 = draw.randint(5, one), draw.randint(2, two)
    before, low = draw.randint(200, 400) / 10, draw.choice((5, 10, 25, 50))
    words: dict[str, object] = {
        "drug": drug, "Drug": drug.capitalize(), "other": other, "ill": draw.choice(_ILLS),
        "product": _invented(draw).lower(), "place": _invented(draw),
        "name": _invented(draw).lower() + draw.choice(("mab", "pril", "zole", "tinib")),
        "code": f"NCT{draw.randint(10**7, 10**8 - 1)}", "sites": draw.randint(2, 40), "total": one + two,
        "Total": one + two, "one": one, "two": two, "dose": draw.choice((2.5, 5, 10, 20, 50, 100, 150, 600)),
        "low": low, "high": low * draw.randint(2, 4), "weeks": draw.randint(4, 52), "share": draw.randint(20, 90),
        "age": draw.randint(200, 800) / 10, "scale": draw.choice(_SCALES), "before": before,
        "after": round(before / 2, 1), "before2": before + 0.4, "after2": round(before * 0.8, 1),
        "diff": draw.randint(20, 90) / 10, "wide": draw.randint(90, 150) / 10, "narrow": draw.randint(5, 19) / 10,
        "p": draw.randint(1, 9), "events": events, "events2": events2, "rate": round(100 * events / one, 1),
        "rate2": round(100 * events2 / two, 1), "ratio": draw.randint(110, 400) / 100, "few": draw.randint(1, 30),
        "few2": draw.randint(1, 30), "left": draw.randint(2, 19), "Left": draw.randint(2, 19),
    }  # fmt: skip
    results = draw.sample(_RESULTS, 2)
    lines = [
        draw.choice(_BACKGROUND),
        draw.choice(_METHODS),
        *results,
        draw.choice(_HARMS),
        draw.choice(_END),
    ]
    return " ".join(line.format_map(words) for line in lines)


def abstracts(count: int, seed: int = 0) -> Iterator[str]:
    """So many abstracts, one after the other."""
    return (abstract(number, seed) for number in range(count))
