"""Study records against gold ones."""

from __future__ import annotations

from typing import Any

from pipeline.reconcile.score_studies import match, score_studies

SINGH: dict[str, Any] = {
    "study": "singh2016", "author": "Singh", "year": 2016, "references": ["11"], "n_total": [68],
    "arms": [{"drug": "ketamine", "amounts": [0.5], "unit": "mg/kg"}, {"drug": "placebo", "amounts": None}],
    "outcomes": [{"name": "symptom_change", "scale": "MADRS", "direction": "better"}],
}  # fmt: skip


def test_a_perfect_record_scores_one() -> None:
    scores = score_studies({"d": [SINGH]}, {"d": [SINGH]})
    assert {name: row.to_json()["f1"] for name, row in scores.fields.items()} == dict.fromkeys(
        scores.fields, 1.0
    )
    assert scores.missed == scores.spurious == []


def test_each_fact_is_scored_by_itself() -> None:
    arms = [
        {"drug": "Ketamine", "amounts": [500], "unit": "ug/kg"},
        {"drug": "midazolam", "amounts": [0.045], "unit": "mg/kg"},
    ]
    outcomes = [{"name": "symptom_change", "scale": "MADRS", "direction": "worse"}]
    found = SINGH | {"study": "x", "n_total": [67, 68], "arms": arms, "outcomes": outcomes}
    fields = score_studies({"d": [SINGH]}, {"d": [found]}).fields
    got = {name: (row.gold, row.found, row.right) for name, row in fields.items()}
    assert got == {
        "study": (1, 1, 1), "n_total": (1, 2, 1), "arm_drug": (2, 2, 1), "arm_dose": (1, 2, 1), "scale": (1, 1, 1),
        "direction": (1, 1, 0),
    }  # fmt: skip


def test_missed_and_spurious_studies_cost_their_facts() -> None:
    other = {"study": "lai2014", "author": "Lai", "year": 2014, "references": ["30"], "n_total": [4]}
    scores = score_studies({"d": [SINGH]}, {"d": [other]})
    assert (scores.missed, scores.spurious) == ([("d", "singh2016")], [("d", "lai2014")])
    assert (
        scores.fields["n_total"].gold,
        scores.fields["n_total"].found,
        scores.fields["n_total"].right,
    ) == (1, 1, 0)


def test_a_group_citation_is_settled_by_name_and_facts() -> None:
    """Two gold records share the keys 11 and 12; their order in the run is the other way round."""
    a = SINGH | {"references": ["11", "12"]}
    b = {"study": "lai2014", "author": "Lai", "year": 2014, "references": ["11", "12"], "n_total": [4]}
    assert match([a, b], [b, a]) == [(0, 1), (1, 0)]
    assert match([a, b], [b]) == [(1, 0)] and match([b], [a, b]) == [(0, 1)]


def test_an_author_year_key_matches_whatever_its_punctuation() -> None:
    assert match([{"references": ["Singh et al., 2016"]}], [{"references": ["Singh et al. 2016"]}]) == [
        (0, 0)
    ]
    assert match([{"study": "a"}], [{"study": "b"}]) == []
