import csv
import json
import subprocess
import sys
import time

import pytest

from pipeline import store
from pipeline.schema import GoldpanError
from pipeline.store import Run
from pipeline.tables import MentionTable

RECORD = {"documents": {"processed": 0, "reused": 0, "set_aside": 0}}
#: Makes a run and waits to be killed.
_WAIT = """
import sys, time
from pathlib import Path
from pipeline.store import Run
run = Run(Path(sys.argv[1]))
print("made", flush=True)
time.sleep(60)
"""


def seal(out) -> str:
    with Run(out) as run:
        run.write_json("scores.json", {})
        return run.seal(RECORD).name


def test_run_is_invisible_until_it_is_sealed(tmp_path):
    with Run(tmp_path) as run:
        run.write_lines("mentions.jsonl", ["{}\n"])
        assert store.runs(tmp_path) == [] and store.latest(tmp_path) is None
        sealed = run.seal(RECORD)
    assert store.runs(tmp_path) == [sealed] and store.latest(tmp_path) == sealed
    assert sorted(p.name for p in sealed.iterdir()) == ["mentions.jsonl", "run.json"]
    assert (tmp_path / "latest").resolve() == sealed


def test_run_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), Run(tmp_path):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_record_chains_runs_and_survives_a_clock_that_goes_back(tmp_path):
    first = seal(tmp_path)
    second = seal(tmp_path)
    # As if the first had been made by a clock that was ahead.
    (tmp_path / first).rename(tmp_path / f"2999{first[4:]}")
    latest = store.latest(tmp_path)
    assert latest and latest.name == second
    assert store.read_record(latest)["previous"] == first


def test_killed_runs_folder_is_swept_and_a_living_ones_is_not(tmp_path, clean_env):
    process = subprocess.Popen([sys.executable, "-c", _WAIT, tmp_path], stdout=subprocess.PIPE, env=clean_env)
    try:
        assert process.stdout and process.stdout.readline()
        assert store.sweep(tmp_path) == 0
        assert len(list(tmp_path.glob(".partial-*"))) == 1
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    deadline = time.monotonic() + 5
    while store.sweep(tmp_path) == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(tmp_path.iterdir()) == []


def test_latest_may_be_a_text_file_and_may_point_nowhere(tmp_path):
    name = seal(tmp_path)
    (tmp_path / "latest").unlink()
    (tmp_path / "latest").write_text(name + "\n", encoding="utf-8")
    assert store.find("latest", tmp_path) == tmp_path / name
    (tmp_path / "latest").write_text("gone\n", encoding="utf-8")
    assert store.latest(tmp_path) is None


def test_runs_are_found_by_id_beginning_and_path(tmp_path):
    name = seal(tmp_path)
    assert store.find(name, tmp_path) == store.find(name[:-2], tmp_path) == tmp_path / name
    assert store.find(tmp_path / name, tmp_path / "elsewhere") == tmp_path / name
    seal(tmp_path)
    for wanted, said in (("20", "several runs"), ("x", "no run of this name")):
        with pytest.raises(GoldpanError, match=said):
            store.find(wanted, tmp_path)
    with pytest.raises(GoldpanError, match="no sealed run yet"):
        store.find("latest", tmp_path / "empty")


def test_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(GoldpanError, match="cannot be written"):
        Run(tmp_path / "file" / "out")


def test_no_cell_begins_a_formula(tmp_path):
    with Run(tmp_path) as run:
        run.write_csv("t.csv", ["a", "b"], [{"a": "=HYPERLINK(1)", "b": -3}, {"a": "@x", "b": None}])
        with (run.folder / "t.csv").open(newline="") as file:
            assert list(csv.reader(file)) == [["a", "b"], ["'=HYPERLINK(1)", "-3"], ["'@x", ""]]


def test_parquet_holds_what_the_lines_hold(tmp_path):
    import pyarrow.parquet as pq

    rows = [
        {"doc": "a", "label": "DOSE", "start": 0, "end": 4, "text": "5\u2028mg", "value": {"amounts": [5]}, "why": "r"},
        {"doc": "b", "label": "DRUG", "start": 9, "end": 12, "text": "x", "value": {"name": "x"}, "page": 3,
         "context": ["animal"]},
    ]  # fmt: skip
    with MentionTable(tmp_path / "m.parquet", group=1) as table:
        for row in rows:
            table.add(row["doc"], [row])
    back = pq.read_table(tmp_path / "m.parquet").to_pylist()
    assert [(r["doc"], r["start"], r["text"], json.loads(r["value"])) for r in back] == [
        (r["doc"], r["start"], r["text"], r["value"]) for r in rows
    ]
    assert json.loads(back[1]["place"]) == {"page": 3} and back[1]["context"] == ["animal"]


def test_malformed_line_is_named(tmp_path):
    (tmp_path / "m.jsonl").write_text("{}\n{\n", encoding="utf-8")
    with pytest.raises(GoldpanError, match="line 2: not JSON"):
        list(store.read_rows(tmp_path / "m.jsonl"))
