from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence.identity import cluster, fold_title, same_work

TITLE = "Lithium for depressed outpatients: a randomized trial in two centres"


def work(
    title: str | None = TITLE, year: int | None = 2018, author: str = "Roe", **more: Any
) -> dict[str, Any]:
    return {"title": title, "year": year, "authors": [author, "Poe"], **more}


@pytest.mark.parametrize(
    ("a", "b", "how"),
    [
        # case and resolver prefixes of a DOI do not matter
        (work(doi="10.5555/ABC.1"), work("Another title altogether here", doi="10.5555/abc.1"), "doi"),
        (work(pmid="7"), work("Another title altogether here", pmid="7"), "pmid"),
        (work(pmid="7"), work(pmid="8"), None),
        # online first against print
        (work(year=2018), work(year=2020), "title"),
        (work(year=2018), work(year=2021), None),
        # preprint against article: another DOI, the same title and author
        (work(doi="10.1101/2020.01.01", year=2020), work(doi="10.5555/x", year=2021), "title"),
        # letters, accents, hyphens, a subtitle left out
        (work("Lithium för depressed out-patients: a randomized trial in two centres"), work(), "title"),
        (work("Lithium for depressed outpatients in two small centres"), work(), None),
        (work("Lithium for depressed outpatients: a randomized trial"), work(), "title"),
        # one author and year, another work; the same name alone is nothing
        (work("Lithium for bipolar inpatients: an open extension phase"), work(), None),
        (work(None), work(None), None),
        # one title, another author: two works
        (work(), work("Lithium for depressed outpatients: a randomised trial in two centres", author="Moe"), None),
    ],
)  # fmt: skip
def test_same_work(a: dict[str, Any], b: dict[str, Any], how: str | None) -> None:
    assert same_work(a, b) == how
    assert same_work(b, a) == how


def record(doc: str, study: str, reference: dict[str, Any]) -> dict[str, Any]:
    return {"doc": doc, "study": study, "sources": {"reference": reference}}


def test_suffix_letters_keep_works_of_one_year_apart() -> None:
    first = record("a", "roe2019", work("Suvorexant against placebo in older adults", 2019, suffix="a"))
    second = record("a", "roe2019b", work("Forty weeks of suvorexant and a blinded stop", 2019, suffix="b"))
    again = record("b", "roe2019", work("Forty Weeks of Suvorexant and a Blinded Stop", 2019))
    assert cluster([first, second, again]) == [[0], [1, 2]]


def test_records_without_a_reference_stay_alone() -> None:
    assert cluster(
        [{"doc": "a", "study": "x", "sources": {}}, {"doc": "b", "study": "x", "sources": {}}]
    ) == [[0], [1]]


WORKS = st.lists(
    st.builds(
        lambda words, year, doi: work(" ".join(words), year, doi=doi),
        st.lists(st.sampled_from(["lithium", "sleep", "trial", "adults", "pain", "weeks"]), min_size=1, max_size=6),
        st.integers(2000, 2003), st.sampled_from([None, "10.1/a", "10.1/B"]),
    ),
    max_size=8,
)  # fmt: skip


@given(WORKS)
def test_clusters_are_a_partition_in_order(works: list[dict[str, Any]]) -> None:
    groups = cluster([record("d", str(i), w) for i, w in enumerate(works)])
    assert sorted(i for group in groups for i in group) == list(range(len(works)))
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)


@given(st.text(max_size=60))
def test_folding_is_stable(title: str) -> None:
    assert fold_title(" ".join(fold_title(title))) == fold_title(title)
