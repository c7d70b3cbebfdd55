"""The last word of a run: new, worse, for a curator."""

import json
from pathlib import Path

import pytest

from pipeline.mentions import Documents, MentionFile
from pipeline.watch import Moves, watch


def documents(path: Path, *rows: str) -> Documents:
    path.write_text("\n".join(["id,status,sha256", *rows]) + "\n", encoding="utf-8")
    return Documents(path)


def scores(f1: float, gold: int = 9, documents: tuple[str, ...] = ("a",)) -> dict:
    one = {"gold": gold, "found": 9, "modes": {"overlap": {"f1": f1}}}
    return {"labels": {"DOSE": one}, "overall": one, "documents": list(documents)}


@pytest.fixture
def moves(tmp_path) -> Moves:
    before = documents(
        tmp_path / "before.csv", "a,processed,1", "b,processed,2", "c,set_aside,3", "d,processed,4"
    )
    now = documents(tmp_path / "now.csv", "a,reused,1", "b,set_aside,22", "c,processed,3", "e,processed,5")
    return Moves("abce", now, before)


def test_documents_that_moved_are_counted_and_named(moves):
    assert dict(moves.counts) == {"other text": 1, "set aside": 1, "read": 1, "new": 1, "gone": 1}
    said = watch({"documents": {"set_aside": 1}}, {}, moves, {})
    assert said.new == [
        "1 new document: e", "1 document with another text: b", "1 document no longer given: d",
        "1 document read that was set aside: c",
    ]  # fmt: skip
    assert said.worse == ["1 document set aside that was read: b"]
    assert said.curator == ["1 document set aside (documents.csv)"]


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (
            scores(0.7),
            scores(0.8),
            ["F1 of all labels fell from 0.800 to 0.700", "F1 of DOSE fell from 0.800 to 0.700"],
        ),
        (scores(0.8), scores(0.7), []),
        (scores(0.7), scores(0.7004), []),
        (scores(0.7, gold=10), scores(0.8), []),
        (scores(0.7, documents=("b",)), scores(0.8), []),
        ({"labels": {}}, scores(0.8), ["no scores any more: there were some in the run before"]),
        (scores(0.7), {"labels": {}}, []),
    ],
)
def test_a_fall_of_scores_is_told_only_on_the_same_gold(moves, now, before, said):
    moves.counts.clear()
    assert watch({"fingerprint": "f"}, now, moves, {"fingerprint": "f"}, before).worse == said


def test_lost_mentions_and_more_contradictions(moves):
    moves.counts.clear()
    record = {"changes": {"lost": 1, "found": 2, "value_changed": 3}, "contradictions": 5, "fingerprint": "f",
              "gold_problems": ["x"]}  # fmt: skip
    said = watch(record, {}, moves, {"fingerprint": "e", "contradictions": 3})
    assert said.worse == ["1 mention lost (diff.jsonl)"]
    assert said.new[0].startswith("other code") and "2 contradictions more than before" in said.new
    assert said.curator == [
        "5 contradictions (concord.json)", "3 mentions with another value or label (diff.jsonl)",
        "1 mistake in gold files",
    ]  # fmt: skip


def test_first_run_has_nothing_new(tmp_path):
    assert watch({"documents": {"set_aside": 0}}, {}).to_json() == {"new": [], "worse": [], "curator": []}


def test_a_name_that_shares_its_hash_is_not_taken_for_another(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.index.hash_of", lambda text: 7)
    path = tmp_path / "mentions.jsonl"
    rest = {"label": "DRUG", "start": 0, "end": 1, "text": "x", "value": {}}
    rows = [json.dumps({"doc": name, **rest}) + "\n" for name in "abb"]
    path.write_text("".join(rows), encoding="utf-8")
    found = MentionFile(path)
    assert [len(found.of(name)) for name in "abc"] == [1, 2, 0]
