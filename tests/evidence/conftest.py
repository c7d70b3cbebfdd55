"""Small reviews of our own, read and processed as files are; the NER model is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.extract import Extractor
from pipeline.reading.text import build
from pipeline.settings import Settings

#: Reference lists of the small reviews; the works are invented.
REFERENCES = (
    "Roe A, Poe B. Lithium for depressed outpatients: a randomized placebo-controlled trial. J Test. 2001;1:1-9.",
    "Doe C, Fox D. Oral riluzole in patients with depression: an open-label study. J Test. 2005;2:10-19.",
    "Moe E. Lithium and hippocampal neurons in rats. J Test. 2010;3:20-29.",
    "Noe F. Mood stabilisers: a systematic review. J Test. 2011;4:30-39.",
    "Coe G, Hill H. Intranasal esketamine in treatment-resistant depression: a randomized trial. J Test. 2015;5:40-9.",
    "Bee I, Jay K. Zolpidem in adults with insomnia: a crossover trial. J Test. 2018;6:50-59.",
)


def paper(body: str, references: tuple[str, ...] = REFERENCES) -> str:
    """A review as plain text: a title, a section, a numbered reference list."""
    listed = "\n".join(f"{i}. {reference}" for i, reference in enumerate(references, 1))
    return f"# Drugs and moods: a short review\n\n## Trials\n\n{body}\n\n## References\n\n{listed}\n"


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    return Extractor(Settings(model="none"))


@pytest.fixture(scope="session")
def process(extractor: Extractor) -> Callable[..., Any]:
    """A text → its processed doc."""

    def call(text: str, name: str = "review") -> Any:
        return next(iter(extractor.docs([build(text, name)])))

    return call


@pytest.fixture(scope="session")
def studies(process: Callable[..., Any]) -> Callable[..., dict[str, dict[str, Any]]]:
    """The body of a small review → its study records by name."""
    from pipeline.evidence.studies import studies_of

    def call(body: str, name: str = "review") -> dict[str, dict[str, Any]]:
        return {study.study: study.to_json() for study in studies_of(process(paper(body), name))}

    return call
