from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.evidence import cues
from pipeline.evidence.literals import Prefilter, required
from pipeline.lexicons import rows
from pipeline.schema import Reference


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Lithium in depressed outpatients: a randomized trial", "human"),
        ("Fluoxetine for panic disorder: a meta-analysis", "review"),
        ("Mechanisms of fast relief: where do we go from here", "review"),
        ("Rapid antidepressant response to scopolamine: implications for design", "unknown"),
        ("Validation of the Brief Sleep Scale", "instrument"),
        ("Scopolamine in the forced swim test in mice", "animal"),
        ("Antidepressant-like effects of a glycine partial agonist", "animal"),
        ("Scopolamine suppresses cytokine release in human blood in vitro", "animal"),
        ("Scopolamine and resting-state connectivity in volunteers", "mechanistic"),
        ("Hippocampal volume predicts antidepressant response to scopolamine", "unknown"),
        ("A new drug", "unknown"),
        ("", "unknown"),
    ],
)
def test_kind_of_paper_by_its_title(title: str, kind: str) -> None:
    assert cues.reference_kind(Reference("1", "", 0, 0, title=title or None)) == kind


def test_capitals_count_only_where_a_pattern_says_so() -> None:
    assert cues.values("route", "IN ketamine") == ["intranasal"]
    assert cues.values("route", "changes in ketamine users") == []
    assert cues.values("route", "Intranasal or ORAL lithium") == ["intranasal", "oral"]


def test_spans_stay_within_bounds() -> None:
    text = "higher doses, greater effects"
    assert cues.spans("up", text, 5) == [(14, 21, "compared")]
    assert not cues.has("up", text, 0, 4)


def test_every_row_compiles_has_a_source_and_a_known_value() -> None:
    for row in rows("study_cues.tsv"):
        assert row["source"], row
        re.compile(row["pattern"])
        if row["kind"] in ("up", "down", "good", "bad", "same"):
            assert row["value"] in ("compared", "plain"), row


WORDS = sorted({w for row in rows("study_cues.tsv") for w in re.findall(r"[a-z]{2,}", row["pattern"])})
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_prefilter_loses_no_match(text: str) -> None:
    for kind in {row["kind"] for row in rows("study_cues.tsv")}:
        wanted = [
            (m.start(), m.end(), value)
            for pattern, value, cased in cues.patterns(kind)
            for m in pattern.finditer(text if cased else cues.lower(text))
        ]
        assert cues.spans(kind, text) == wanted


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        (r"abc|def", {"abc", "def"}),
        (r"(?:abc)?defg", {"defg"}),
        (r"(?:abc)*", None),
        (r"ab(?:cd|e)f+", {"ab"}),
        (r"[ab]c|xyz", None),
        (r"≥\d", {"≥"}),
    ],
)
def test_required_literals(pattern: str, literals: set[str] | None) -> None:
    assert required(pattern) == literals


def test_prefilter_without_literals() -> None:
    assert Prefilter([r"\d"]).fitting("x") == {0}


@given(st.text(max_size=40))
def test_lower_keeps_length(text: str) -> None:
    assert len(cues.lower(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        ("IV lithium", ["intravenous"]), ("lithium i.v.", ["intravenous"]), ("by DSM-IV criteria", []),
        ("a phase IV trial", []), ("heterogeneity (IV = 3)", []), ("the pain im- proved", []),
        ("IM lithium", ["intramuscular"]),
        ("taken PO", ["oral"]), ("oral contraceptives", []), ("tablets", ["oral"]), ("SC injection", ["subcutaneous"]),
    ],
)  # fmt: skip
def test_abbreviated_routes(text: str, routes: list[str]) -> None:
    assert cues.values("route", text) == routes
