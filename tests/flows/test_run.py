"""The main job as a user starts it: a process of its own, with Prefect's server, on real files."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import store

ROOT = Path(__file__).resolve().parents[2]
#: What a run gives that depends on texts, code and settings alone.
_BYTES = ("mentions.jsonl", "mentions.parquet", "scores.json")


def record(out: Path) -> dict:
    latest = store.latest(out)
    assert latest
    return store.read_record(latest)


def contents(out: Path) -> dict[str, bytes]:
    latest = store.latest(out)
    assert latest
    return {name: (latest / name).read_bytes() for name in _BYTES}


@pytest.fixture
def many(tmp_path) -> Path:
    """Two dozen papers, each of some thousand words."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(24):
        text = "\n\n".join(
            f"In trial {k} of group {number}, {20 + k + number} patients took lithium {100 + 10 * k} mg/d or placebo."
            for k in range(120)
        )
        (folder / f"paper{number:02}.txt").write_text(f"Paper {number}\n\n{text}\n", encoding="utf-8")
    return folder


@pytest.mark.slow
def test_second_run_extracts_nothing_and_a_changed_paper_is_the_only_one_read(
    goldpan, papers, tmp_path, server
):
    out = tmp_path / "outputs"
    first = goldpan("run", papers, **server)
    assert first.returncode == 0, first.stderr
    assert "3 processed, 0 reused, 0 set aside" in first.stdout
    one = record(out)
    before = contents(out)

    second = goldpan("run", papers, **server)
    assert "0 processed, 3 reused" in second.stdout and "nothing was extracted" in second.stdout
    assert contents(out) == before
    two = record(out)
    assert two["previous"] == one["id"] and two["documents"] == {"processed": 0, "reused": 3, "set_aside": 0}

    path = papers / "beta2021.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("600 mg/d", "900 mg/d"), encoding="utf-8")
    third = goldpan("run", papers, **server)
    assert "1 processed, 2 reused" in third.stdout
    latest = store.latest(out)
    assert latest
    changed = [json.loads(line) for line in (latest / "diff.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["doc"] for row in changed} == {"beta2021"} and changed
    assert {"lexicons", "model", "goldpan", "settings", "inputs", "timings", "libraries"} <= set(record(out))


@pytest.mark.slow
def test_bytes_do_not_depend_on_workers_or_batches(goldpan, many, tmp_path, server):
    for out, workers, words in (("one", "1", "100000"), ("three", "3", "2000")):
        done = goldpan(
            "run", many, "--out", out, GOLDPAN_WORKERS=workers, GOLDPAN_BATCH_WORDS=words, **server
        )
        assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "one") == contents(tmp_path / "three")
    documents = [
        json.loads(line)["doc"] for line in contents(tmp_path / "one")["mentions.jsonl"].splitlines()
    ]
    assert documents == sorted(documents) and len(set(documents)) == 24


@pytest.mark.slow
def test_bad_documents_are_set_aside_with_their_reasons(goldpan, papers, tmp_path, server):
    (papers / "empty.txt").write_bytes(b"")
    (papers / "latin.txt").write_bytes("Dépression".encode("latin-1"))
    (papers / "huge.txt").write_bytes(b"a" * 5000)
    done = goldpan("run", papers, GOLDPAN_MAX_BYTES="4000", **server)
    assert done.returncode == 0, done.stderr
    aside = {row["doc"]: row["reason"] for row in record(tmp_path / "outputs")["set_aside"]}
    assert set(aside) == {"empty", "latin", "huge"}
    assert "UTF-8" in aside["latin"] and "max_bytes" in aside["huge"]
    assert all(f"set aside: {name}: " in done.stdout for name in aside)


@pytest.mark.slow
def test_gold_is_scored_and_bad_gold_is_left_out(goldpan, papers, tmp_path, server):
    gold = tmp_path / "gold"
    gold.mkdir()
    source = (papers / "alpha2020.txt").read_text(encoding="utf-8")
    start = source.index("600 mg/d")
    row = {"doc": "alpha2020", "label": "DOSE", "start": start, "end": start + 8, "text": "600 mg/d",
           "value": {"amounts": [600], "unit": "mg/d", "range": False, "drug": "lithium"}}  # fmt: skip
    (gold / "alpha2020.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    (gold / "beta2021.jsonl").write_text(
        json.dumps(row | {"doc": "beta2021", "start": 3, "end": 11}) + "\n", encoding="utf-8"
    )
    done = goldpan("run", papers, "--gold", gold, **server)
    assert done.returncode == 0, done.stderr
    scores = json.loads((tmp_path / "outputs" / "latest" / "scores.json").read_text(encoding="utf-8"))
    assert scores["documents"] == ["alpha2020"]
    assert scores["labels"]["DOSE"]["modes"]["value"]["recall"] == 1.0
    assert "gold left out" in done.stdout and "beta2021.jsonl:1" in done.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["no-such-folder"], "no such file or folder"),
        (["papers", "--gold", "no-gold"], "no such folder of gold"),
        (["papers", "--out", "papers/alpha2020.txt/x"], "cannot be written"),
    ],
)
def test_bad_usage_is_one_line_before_anything_starts(goldpan, papers, args, said):
    done = goldpan("run", *args)
    assert done.returncode == 2 and done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert said in line


def start(clean_env: dict[str, str], cwd: Path, *args: object, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "run", *map(str, args)], cwd=cwd, env=clean_env | env,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def wait_for(condition, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def offspring(pid: int) -> set[int]:
    """Processes of the session that a process leads."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == pid and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
def test_killed_run_leaves_no_process_and_the_next_one_takes_it_up(goldpan, clean_env, many, tmp_path):
    undisturbed = goldpan("run", many, "--out", "whole")
    assert undisturbed.returncode == 0, undisturbed.stderr
    env = {"GOLDPAN_BATCH_WORDS": "1500", "GOLDPAN_WORKERS": "1"}
    process = start(clean_env, tmp_path, many, "--out", "killed", **env)
    cache = tmp_path / "killed" / "cache"
    wait_for(lambda: len(list(cache.glob("*/*.jsonl"))) >= 3)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    wait_for(lambda: not offspring(process.pid), 10)
    assert store.latest(tmp_path / "killed") is None

    done = goldpan("run", many, "--out", "killed")
    assert done.returncode == 0, done.stderr
    assert "an earlier run did not finish" in done.stderr
    counts = record(tmp_path / "killed")["documents"]
    assert counts["reused"] >= 3 and counts["processed"] + counts["reused"] == 24
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
    assert not list((tmp_path / "killed").glob(".partial-*"))


@pytest.mark.slow
def test_interrupted_run_is_one_line(clean_env, many, tmp_path, server):
    process = start(clean_env, tmp_path, many, GOLDPAN_BATCH_WORDS="1500", GOLDPAN_WORKERS="1", **server)
    wait_for(lambda: len(list((tmp_path / "outputs" / "cache").glob("*/*.jsonl"))) >= 1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert [line for line in errors.splitlines() if not line.startswith("extract: ")] == [
        "goldpan: interrupted"
    ]
    assert store.latest(tmp_path / "outputs") is None


@pytest.mark.slow
def test_two_runs_at_once_do_not_disturb_each_other(clean_env, many, tmp_path):
    both = [start(clean_env, tmp_path, many, GOLDPAN_WORKERS="1") for _ in range(2)]
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    first, second = store.runs(tmp_path / "outputs")
    for name in _BYTES:
        assert (first / name).read_bytes() == (second / name).read_bytes()


@pytest.mark.slow
@pytest.mark.reviews
def test_five_reviews_with_their_manifest(goldpan, reviews, tmp_path, server):
    done = goldpan("run", ROOT / "corpus" / "manifest.csv", GOLDPAN_TEXTS=str(reviews), **server)
    assert done.returncode == 0, done.stderr
    assert "not present" not in done.stderr
    row = record(tmp_path / "outputs")
    assert row["documents"]["set_aside"] == 0 and row["words"] > 20_000
    latest = store.latest(tmp_path / "outputs")
    assert latest
    for mention in store.read_rows(latest / "mentions.jsonl"):
        path = next(
            p for p in (reviews, ROOT / "corpus" / "sample") if (p / f"{mention['doc']}.txt").is_file()
        )
        source = (path / f"{mention['doc']}.txt").read_bytes().decode("utf-8")
        assert source[mention["start"] : mention["end"]] == mention["text"]


@pytest.mark.slow
def test_absent_texts_are_one_line_and_no_error(goldpan):
    done = goldpan("run", ROOT / "corpus" / "manifest.csv")
    assert done.returncode == 0, done.stderr
    missing = [line for line in done.stderr.splitlines() if "not present" in line]
    assert len(missing) == 1 and "10.4088/JCP.19r12859" in missing[0]
