"""The commands score, diff, gold and export, as a shell calls them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.schema import Mention

TEXT = "Lithium 300 mg raised MADRS in 26 patients; lithium again."


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with texts, gold of one document, and two runs."""
    for name in ("GOLDPAN_SETTINGS", "GOLDPAN_GOLD", "GOLDPAN_OUT", "GOLDPAN_TEXTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "goldpan.toml").write_text(
        'gold = "gold"\nout = "out"\ntexts = ["texts"]\n', encoding="utf-8"
    )
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text(TEXT, encoding="utf-8")
    drug, scale = {"name": "lithium"}, {"name": "MADRS"}
    first = Mention("a", "DRUG", 0, 7, "Lithium", drug, "drug:lithium")
    second = Mention("a", "DRUG", 44, 51, "lithium", drug, "drug:lithium")
    third = Mention("a", "SCALE", 22, 27, "MADRS", scale, "lexicon:MADRS")
    for folder, file, mentions in (
        ("gold", "a.jsonl", [first, third, second]), ("one", "mentions.jsonl", [first, third]),
        ("two", "mentions.jsonl", [first, third, second]),
    ):  # fmt: skip
        (tmp_path / folder).mkdir()
        lines = "".join(json.dumps(mention.to_json()) + "\n" for mention in mentions)
        (tmp_path / folder / file).write_text(lines, encoding="utf-8")
    return tmp_path


Capture = pytest.CaptureFixture[str]


def test_score_json_is_the_contract(place: Path, capsys: Capture) -> None:
    assert main(["score", "one", "--gold", "gold", "--format", "json"]) == 0
    out = json.loads(capsys.readouterr().out)
    drug = out["labels"]["DRUG"]
    assert (drug["gold"], drug["found"], out["documents"]) == (2, 1, ["a"])
    assert set(drug["modes"]) == {"strict", "exact", "partial", "type", "overlap", "value", "value_drug"}
    for mode in drug["modes"].values():
        assert (mode["precision"], mode["recall"]) == (1, 0.5)
        assert all(len(mode["interval"][name]) == 2 for name in ("precision", "recall", "f1"))
    assert out["overall"]["modes"]["overlap"]["f1"] == 0.8 and out["interval_method"]


def test_score_fails_under_a_threshold_and_names_it(place: Path, capsys: Capture) -> None:
    asked = ["--fail-under", "recall=0.6", "--fail-under", "DRUG.recall=0.9"]
    assert main(["score", "one", *asked]) == 1
    assert "MISSED: DRUG recall (overlap) is 0.5000, below 0.9" in capsys.readouterr().out
    assert main(["score", "one", "--format", "junit", *asked]) == 1
    captured = capsys.readouterr()
    assert 'failures="1"' in captured.out and "DRUG recall" in captured.err
    assert main(["score", "two", *asked]) == 0


def test_score_against_another_run_with_errors(place: Path, capsys: Capture) -> None:
    assert main(["score", "one", "--against", "two", "--errors", "5"]) == 0
    out = capsys.readouterr().out
    assert "McNemar, exact (0 found by A alone, 1 by B alone)" in out and "a:44–51" in out
    assert main(["score", "one", "--against", "two", "--errors", "5", "--format", "markdown"]) == 0
    assert "| missed | a:44–51 | DRUG | lithium | – | (none) |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["score", "nowhere"], "no run of this name"),
        (["score", "one", "--gold", "nowhere"], "nowhere: no such gold file or folder"),
        (["score", "one", "--fail-under", "recal=0.9"], "not a threshold"),
        (["score", "texts"], "no mentions.jsonl in it"),
        (["score", "one", "--texts", "nowhere"], "no such folder of texts"),
        (["diff", "one", "nowhere"], "no run of this name"),
        (["export", "one", "--format", "csv", "--out", "texts"], "texts: a folder; csv is one file"),
        (["gold", "check", "nowhere"], "no such gold"),
    ],
)
def test_bad_usage_is_one_line_and_two(arguments: list[str], said: str, place: Path, capsys: Capture) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1


def test_gold_that_does_not_fit_its_text_is_refused(place: Path, capsys: Capture) -> None:
    (place / "texts" / "a.txt").write_text("x" + TEXT, encoding="utf-8")
    assert main(["score", "one"]) == 2
    assert "a.jsonl:1: source[0:7] is 'xLithiu', not 'Lithium'" in capsys.readouterr().err
    assert main(["gold", "check"]) == 2
    captured = capsys.readouterr()
    assert captured.out.count("a.jsonl:") == 3 and "3 problems" in captured.err


def test_gold_and_run_of_different_texts_are_refused(place: Path, capsys: Capture) -> None:
    (place / "one" / "documents.csv").write_text("id,sha256\na,ffff\n", encoding="utf-8")
    header = json.dumps({"doc": "a", "sha256": "0000"})
    (place / "gold" / "a.jsonl").write_text(header + "\n", encoding="utf-8")
    (place / "texts" / "a.txt").unlink()
    assert main(["score", "one"]) == 2
    assert "made on another text of a" in capsys.readouterr().err


def test_gold_check_and_agree(place: Path, capsys: Capture) -> None:
    assert main(["gold", "check"]) == 0
    assert "1 documents, 3 mentions, no problem" in capsys.readouterr().out
    assert main(["gold", "agree", "gold", "one/mentions.jsonl", "--format", "markdown"]) == 0
    assert "| DRUG | 2 | 1 | 0.667 | 0.667 | 0.667 |" in capsys.readouterr().out


def test_diff(place: Path, capsys: Capture) -> None:
    assert main(["diff", "two", "one", "--save", "rows/diff.jsonl"]) == 0
    assert "2 unchanged, 1 lost, 0 found" in capsys.readouterr().out
    assert len((place / "rows" / "diff.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    assert main(["diff", "gold", "one", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["lost"] == 1
    assert main(["diff", "two", "one", "--format", "html", "--out", "d.html"]) == 0
    assert (place / "d.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_export(place: Path, capsys: Capture) -> None:
    assert main(["export", "two", "--format", "brat", "--out", "brat"]) == 0
    assert (place / "brat" / "a.txt").read_text(encoding="utf-8") == TEXT
    assert "T1\tDRUG 0 7\tLithium" in (place / "brat" / "a.ann").read_text(encoding="utf-8")
    assert "brat: 3 mentions as brat" in capsys.readouterr().out


def test_help_loads_no_library() -> None:
    code = (
        "import sys; from pipeline.cli import parser; parser().format_help(); "
        "print(sorted({'numpy', 'scipy', 'spacy', 'pandas', 'pyarrow', 'lxml', 'prefect'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_big_run_is_scored(place: Path, m: Callable[..., Mention], capsys: Capture) -> None:
    lines = [
        json.dumps(m("DRUG", 10 * (k % 400), 10 * (k % 400) + 7, f"d{k // 400}").to_json())
        for k in range(20_000)
    ]
    for folder, file in (("gold", "all.jsonl"), ("one", "mentions.jsonl")):
        (place / folder / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (place / "gold" / "a.jsonl").unlink()
    assert main(["score", "one", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["overall"]["modes"]["strict"]["f1"] == 1
