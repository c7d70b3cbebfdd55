"""The speed table on two short texts, in seconds: fresh processes, the unit, a peer that is not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import environment, growth, pdfs, rows, speed
from benchmarks.abstracts import abstract
from benchmarks.processes import Failed, Measure, measure
from benchmarks.texts import Texts, data_folder, find
from pipeline.schema import GoldpanError

TWO = Texts([abstract(1), abstract(2)], {"made here": 2})


def test_quick_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = ("mentions, no NER", "spacy", "medspacy")
    plan = [row for row in rows.plan() if row.tool in kept]
    monkeypatch.setattr(rows, "plan", lambda: plan)
    reason = "ERROR: no such package"
    monkeypatch.setattr(environment, "peers", lambda folder, say: (folder / "python", {"medspaCy": reason}))
    table = speed.run(
        TWO, ("goldpan", "peers"), quick=True, pdf=None, folder=tmp_path, peers=tmp_path / "peers"
    )
    lines = table.splitlines()
    ours, unit, peer = lines[2:5]
    assert ours.startswith("| goldpan: reading and mentions, without NER | ") and " words/s |" in ours
    assert unit.startswith("| spaCy: blank tokenizer |") and "| 1.00 |" in unit
    assert f"not measured: {reason}" in peer
    assert f"2 texts with {TWO.words} words" in lines[-1]


def test_components_add_up(tmp_path: Path) -> None:
    job = tmp_path / "job.json"
    job.write_text(json.dumps({"texts": TWO.texts * 5}))
    done = measure("ours", "components", job)
    assert {"tokenizer", "doses", "entities", "results"} <= done.done.keys()
    assert 0.3 * done.seconds < sum(done.done.values()) <= done.seconds
    assert done.peak > 30


def test_a_child_that_fails_says_why(tmp_path: Path) -> None:
    job = tmp_path / "job.json"
    job.write_text("{}")
    with pytest.raises(Failed, match="KeyError"):
        measure("peers", "spacy", job)


def test_growth_has_a_slope_and_memory(tmp_path: Path) -> None:
    job = tmp_path / "job.json"
    job.write_text(json.dumps({"texts": [""], "largest": 215, "model": "none"}))
    points = measure("growth", "stream", job).done
    assert [n for n, _, _ in points] == [100, 215]
    assert 0.5 < growth.exponent([(n, seconds) for n, seconds, _ in points]) < 1.5
    assert all(mb > 30 for _, _, mb in points)


def test_made_pdfs_are_read(tmp_path: Path) -> None:
    from pipeline.reading.pdf import read_pdf

    (path,) = pdfs.make(tmp_path, count=1)
    rendered = read_pdf(path)
    assert rendered.pages > 1
    assert " ".join(abstract(0, seed=1).split()[:12]) in " ".join(rendered.text.split())


def test_lines_of_a_row() -> None:
    row = rows.Row("x", "ours", "y", measures=[Measure(s, 0.1, 50, 0) for s in (1.0, 2.0, 4.0)])
    assert rows.cells(row, 1000, [0.5, 0.5, 0.5]) == [["x", "500 words/s", "250–1,000", "4.00", "50"]]
    row = rows.Row("x", "ours", "y", measures=[Measure(1.0, 0.1, 50, {"a_b": 0.25})])
    assert rows.cells(row, 1000, [0.5]) == [["— a b", "4,000 words/s", "", "0.50", ""]]


def test_where_texts_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOLDPAN_BENCH", raising=False)
    monkeypatch.delenv("GOLDPAN_DATA", raising=False)
    assert find([], None).folders["corpus"] >= 4  # the samples at least
    (tmp_path / "a.txt").write_text("one two three", encoding="utf-8")
    monkeypatch.setenv("GOLDPAN_BENCH", str(tmp_path))
    assert find([], None).texts == ["one two three"]
    with pytest.raises(GoldpanError, match=r"no \.txt files"):
        find([tmp_path / "none"], None)
    with pytest.raises(GoldpanError, match="no such folder"):
        data_folder(tmp_path / "none")


def test_every_pin_is_exact_and_every_peer_has_a_section() -> None:
    found = environment.sections(environment.PEERS.read_text(encoding="utf-8"))
    assert {row.peer for row in rows.plan() if row.peer} <= found.keys()
    assert all(pin.count("==") == 1 for pins in found.values() for pin in pins)
