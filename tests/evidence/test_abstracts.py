"""What a review says of a study, against the study's own abstract."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.evidence.abstracts import against_abstracts, document_for, read_folder, record_of
from pipeline.evidence.studies import studies_of
from pipeline.schema import GoldpanError
from tests.evidence.conftest import paper

REFERENCES = (
    "Roe A, Poe B. Lithium for depressed outpatients: a randomized placebo-controlled trial. J Test. 2001;1:1-9. "
    "doi:10.5555/jt.2001.1",
    "Coe G, Hill H. Intranasal esketamine in treatment-resistant depression: a randomized trial. J Test. 2015;5:40-9. "
    "PMID: 777",
)
LITHIUM = {
    "title": "Lithium for depressed outpatients: a randomized placebo-controlled trial",
    "abstract": "Background: Lithium may help. Methods: We randomized 88 outpatients with depression to oral lithium "
    "600 mg daily or placebo for six weeks, double-blind. Results: Response did not differ from placebo (P = .40).",
    "doi": "10.5555/JT.2001.1", "pmid": "", "year": "2001", "authors": "Roe A, Poe B.",
}  # fmt: skip
ESKETAMINE = {
    "title": "Intranasal esketamine in treatment-resistant depression: a randomized trial",
    "abstract": "Sixty adults were randomized to intranasal esketamine 56 mg or placebo. MADRS scores fell by 16 "
    "and 9.",
    "doi": "", "pmid": "777", "year": "2015", "authors": "Coe G, Hill H.",
}  # fmt: skip
BODY = (
    "Roe and Poe [1] gave 80 patients lithium 60 mg daily or placebo for six weeks. Response was more frequent with "
    "lithium.\n\nCoe and Hill [2] randomized 60 patients to ketamine 56 mg or placebo."
)


def compare(process: Callable[..., Any], *abstracts: dict[str, Any]) -> list[dict[str, Any]]:
    review = [study.to_json() for study in studies_of(process(paper(BODY, REFERENCES)))]
    own = [record_of(process(document_for(a).source, document_for(a).id), a) for a in abstracts]
    return against_abstracts(review, [record for record in own if record])


def test_misquotations_are_found(process: Callable[..., Any]) -> None:
    rows = compare(process, LITHIUM, ESKETAMINE)
    wrong = {(r["study"], r["field"]) for r in rows if r["verdict"] == "contradict"}
    assert wrong == {
        ("roe2001", "n_total"), ("roe2001", "dose"), ("roe2001", "outcome"), ("coe2015", "drug")
    }  # fmt: skip
    assert ("coe2015", "n_total", "agree") in {(r["study"], r["field"], r["verdict"]) for r in rows}


def test_both_sides_are_quoted(process: Callable[..., Any]) -> None:
    document = document_for(LITHIUM)
    (row,) = [r for r in compare(process, LITHIUM) if r["field"] == "dose"]
    assert row["a"]["doc"] == "review" and row["a"]["text"] == "60 mg"
    assert row["b"]["doc"] == document.id == "10.5555/JT.2001.1"
    assert document.source[row["b"]["start"] : row["b"]["end"]] == row["b"]["text"] == "600 mg"


def test_an_abstract_of_another_work_is_not_compared(process: Callable[..., Any]) -> None:
    other = LITHIUM | {"doi": "10.5555/other", "title": "Lithium and the length of sleep in shift workers"}
    assert compare(process, other) == []


def test_an_abstract_without_a_study_gives_no_record(process: Callable[..., Any]) -> None:
    empty = {
        "title": "A letter",
        "abstract": "We thank the authors for their reply.",
        "doi": "10.5555/l",
        "pmid": "",
    }
    assert record_of(process(document_for(empty).source, "l"), empty) is None


def test_a_folder_holds_each_paper_once(tmp_path: Path) -> None:
    for file, row in (("doi-1", LITHIUM), ("pmid-777", ESKETAMINE), ("doi-2", ESKETAMINE)):
        (tmp_path / f"{file}.json").write_text(json.dumps(row), encoding="utf-8")
    (tmp_path / "unknown.json").write_text('{"pmid:8": "2024-01-01"}', encoding="utf-8")
    assert [row["title"] for row in read_folder(tmp_path)] == [LITHIUM["title"], ESKETAMINE["title"]]


def test_bad_folders_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(GoldpanError, match="goldpan acquire --cited"):
        read_folder(tmp_path / "none")
    (tmp_path / "doi-1.json").write_text("{", encoding="utf-8")
    with pytest.raises(GoldpanError, match=r"doi-1\.json"):
        read_folder(tmp_path)


def test_command(goldpan: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "review.txt").write_text(paper(BODY, REFERENCES), encoding="utf-8")
    folder = tmp_path / "abstracts"
    folder.mkdir()
    (folder / "doi-1.json").write_text(json.dumps(LITHIUM), encoding="utf-8")
    done = goldpan("concord", "review.txt", "--abstracts", "abstracts", "--format", "json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert {("n_total", "contradict"), ("dose", "contradict")} <= {(r["field"], r["verdict"]) for r in rows}
    assert goldpan("concord", "review.txt", "--abstracts", "nowhere").returncode == 2
