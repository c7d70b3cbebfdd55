"""Errors by cause, confusions, thresholds, agreement and the ratchet."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.reconcile import agreement, errors, ratchet, render, thresholds
from pipeline.reconcile.gold import GoldDocument, Source
from pipeline.reconcile.score import gold_documents, score
from pipeline.schema import GoldpanError, Mention

Make = Callable[..., Mention]


def test_each_kind_of_error_with_its_cause(m: Make) -> None:
    gold = [
        m("DRUG", 0, 7),
        m("DRUG", 10, 17),
        m("DRUG", 20, 27),
        m("DRUG", 30, 37),
        m("DOSE", 40, 49),
        m("DRUG", 60, 67),
    ]
    found = [
        m("DRUG", 0, 7, why="ok"), m("DRUG", 10, 15, why="drugs:short"), m("DRUG", 20, 27, why="drugs:wrong", name="x"),
        m("OUTCOME", 30, 37, why="outcomes:a"), m("DOSE", 40, 43, why="doses:one"), m("DOSE", 44, 49, why="doses:two"),
        m("SCALE", 80, 85, why="scales:b"),
    ]  # fmt: skip
    scores = score(gold, found)
    rows = errors.errors(scores.aligned)
    assert [(e.kind, e.cause) for e in rows] == [
        ("missed", "(none)"), ("spurious", "doses:one"), ("spurious", "scales:b"), ("label", "outcomes:a"),
        ("value", "drugs:wrong"), ("boundary", "doses:two"), ("boundary", "drugs:short"),
    ]  # fmt: skip
    assert rows[1].note == "a piece of a mention already found"
    table = errors.confusion(scores.aligned)
    assert (table["DRUG"]["OUTCOME"], table["DRUG"]["(none)"], table["(none)"]["SCALE"]) == (1, 1, 1)
    assert sum(sum(row.values()) for row in table.values()) == 8


def test_causes_put_the_commonest_first(m: Make) -> None:
    found = [m("DRUG", 10 * k, 10 * k + 5, why="drugs:b" if k else "drugs:a") for k in range(4)]
    grouped = errors.causes(errors.errors(score([m("DRUG", 90, 99)], found).aligned))
    assert [(c.kind, c.cause, c.count) for c in grouped] == [
        ("missed", "(none)", 1), ("spurious", "drugs:b", 3), ("spurious", "drugs:a", 1),
    ]  # fmt: skip


def test_thresholds_name_what_is_missed(m: Make) -> None:
    scores = score([m("DRUG", 0, 7), m("DRUG", 10, 17)], [m("DRUG", 0, 7), m("SCALE", 30, 35)])
    asked = ["recall=0.5", "DRUG.recall=0.51", "DRUG.strict.precision=1", "DOSE.recall=0", "SCALE.recall=0"]
    verdicts = thresholds.judge(scores, map(thresholds.parse, asked))
    assert [v.met for v in verdicts] == [True, False, True, False, False]
    assert str(verdicts[1]) == "DRUG recall (overlap) is 0.5000, below 0.51"
    assert "gold holds no DOSE" in str(verdicts[3])


@pytest.mark.parametrize(
    "text", ["recall", "recall=high", "recall=90", "DRUGS.recall=0.9", "DRUG=0.9", "recall=nan"]
)
def test_what_is_no_threshold(text: str) -> None:
    with pytest.raises(GoldpanError, match="not a threshold"):
        thresholds.parse(text)


def test_junit_fails_what_was_missed_and_escapes(m: Make) -> None:
    scores = score([m("DRUG", 0, 7)], [])
    asked = [thresholds.parse("recall=0.9"), thresholds.parse("precision=0")]
    suite = ET.fromstring(render.junit(scores, thresholds.judge(scores, asked))).find("testsuite")
    assert suite is not None and (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failed = [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None]
    assert failed == ["recall=0.9"]


def test_a_report_holds_no_control_or_direction_character(m: Make) -> None:
    bad = Mention("d\x1b[31m", "DRUG", 0, 9, "a\x1b[2J\u202e|b\nc", {"name": "x"}, why="w\x07")
    scores = score([Mention(bad.doc, "SCALE", 50, 55, "MADRS", {"name": "MADRS"})], [bad])
    rows = errors.errors(scores.aligned)
    text = render.report(scores, grouped=errors.causes(rows), listed=rows)
    assert not {"\x1b", "\u202e", "\x07"} & set(text)


def test_agreement_by_hand(m: Make) -> None:
    """40 characters; A marks 0–10 and 20–30, B 0–10 and 25–35: both 15, A alone 5, B alone 5, neither 15."""
    a = gold_documents([m("DRUG", 0, 10), m("DRUG", 20, 30)])
    b = gold_documents([m("DRUG", 0, 10), m("DRUG", 25, 35, name="x")])
    table, documents = agreement.agree(a, b, lambda doc: Source("x" * 40, ""))
    row = table["DRUG"]
    assert (row.overlap, row.exact, row.value) == (1, 0.5, 0.5)
    assert row.kappa == pytest.approx((30 / 40 - 0.5) / 0.5)
    assert documents == ["d"] and list(table) == ["DRUG", "overall"]
    text = agreement.render(table, documents, as_markdown=True)
    assert (
        "| DRUG | 2 | 2 | 1.000 | 0.500 | 0.500 | 0.500 |" in text and "raised by the many characters" in text
    )


def test_agreement_is_symmetric_and_needs_a_common_text(m: Make) -> None:
    a, b = gold_documents([m("DRUG", 0, 10)]), gold_documents([m("DRUG", 4, 12), m("SCALE", 20, 25)])
    there, back = agreement.agree(a, b)[0], agreement.agree(b, a)[0]
    assert there["overall"].overlap == back["overall"].overlap and there["DRUG"].kappa == back["DRUG"].kappa
    with pytest.raises(GoldpanError, match="share no document"):
        agreement.agree(a, {})
    with pytest.raises(GoldpanError, match="different texts"):
        agreement.agree({"d": GoldDocument("d", sha256="1")}, {"d": GoldDocument("d", sha256="2")})


def test_the_ratchet_names_who_used_to_find_what_is_lost(m: Make, tmp_path: Path) -> None:
    gold = gold_documents([m("DRUG", 0, 7), m("DOSE", 10, 19), m("SCALE", 30, 35), m("DRUG", 40, 47)])
    then = [
        m("DRUG", 0, 7, why="drugs:x"),
        m("DOSE", 10, 19, why="dose:unit"),
        m("SCALE", 30, 35, why="scales:y"),
    ]
    ratchet.write(tmp_path / "state.jsonl", ratchet.state(score(gold, then)))
    saved = ratchet.read(tmp_path / "state.jsonl")
    assert ratchet.losses(saved, gold, then) == []
    now = [
        m("DRUG", 1, 7, why="ner"),
        m("DOSE", 10, 19, why="dose:new", amounts=[5]),
        m("DRUG", 40, 47, why="ner"),
    ]
    lost = ratchet.losses(saved, gold, now)
    assert [(x.entry.why, x.what) for x in lost] == [
        ("dose:unit", "value no longer right"),
        ("scales:y", "no longer found"),
    ]
    text = ratchet.summary(lost)
    assert "1 × scales:y: no longer found" in text and "d:30–35 SCALE" in text and "now dose:new" in text
    gold["d"].mentions = [x for x in gold["d"].mentions if x.label != "SCALE"]
    assert len(ratchet.losses(saved, gold, now)) == 1


def test_a_damaged_state_is_named(tmp_path: Path) -> None:
    (tmp_path / "s").write_text('["d", "DRUG"]\n', encoding="utf-8")
    with pytest.raises(GoldpanError, match="s:1: not an entry"):
        ratchet.read(tmp_path / "s")
