"""The main job as a user starts it: a process of its own, with Prefect's server, on real files."""

import json
import signal
from pathlib import Path

import pytest

from pipeline import store
from tests.flows.runs import cached, contents, record, start, wait_for, write_papers

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def many(tmp_path) -> Path:
    """A dozen small reviews of the same trials."""
    return write_papers(tmp_path / "many")


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
    third = goldpan("run", papers, "--fail-if-worse", **server)
    assert "1 processed, 2 reused" in third.stdout
    latest = store.latest(out)
    assert latest
    changed = [json.loads(line) for line in (latest / "diff.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["doc"] for row in changed} == {"beta2021"} and changed
    # The dose of before is there no more.
    assert third.returncode == (1 if record(out)["watch"]["worse"] else 0)
    assert "1 document with another text: beta2021" in record(out)["watch"]["new"]
    (papers / "beta2021.txt").write_bytes(b"")
    fourth = goldpan("run", papers, "--fail-if-worse", **server)
    assert fourth.returncode == 1 and "worse: 1 document set aside that was read: beta2021" in fourth.stdout
    assert {"lexicons", "model", "goldpan", "settings", "inputs", "timings", "libraries"} <= set(record(out))


@pytest.mark.slow
def test_bytes_do_not_depend_on_workers_or_batches(goldpan, many, tmp_path, server):
    for out, workers, words in (("one", "1", "100000"), ("three", "3", "600")):
        done = goldpan(
            "run", many, "--out", out, GOLDPAN_WORKERS=workers, GOLDPAN_BATCH_WORDS=words, **server
        )
        assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "one") == contents(tmp_path / "three")
    documents = [
        json.loads(line)["doc"] for line in contents(tmp_path / "one")["mentions.jsonl"].splitlines()
    ]
    assert documents == sorted(documents) and len(set(documents)) == 12


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


@pytest.mark.slow
def test_interrupted_run_is_one_line(clean_env, tmp_path, server):
    many = write_papers(tmp_path / "many", count=60)  # so that it is not over before it is interrupted
    process = start(clean_env, tmp_path, many, GOLDPAN_BATCH_WORDS="600", GOLDPAN_WORKERS="1", **server)
    wait_for(lambda: cached(tmp_path / "outputs") >= 1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert [line for line in errors.splitlines() if not line.startswith("extract: ")] == [
        "goldpan: interrupted"
    ]
    assert store.latest(tmp_path / "outputs") is None


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
def test_absent_texts_are_one_line_and_no_error(goldpan, server):
    done = goldpan("run", ROOT / "corpus" / "manifest.csv", **server)
    assert done.returncode == 0, done.stderr
    missing = [line for line in done.stderr.splitlines() if "not present" in line]
    assert len(missing) == 1 and "10.4088/JCP.19r12859" in missing[0]
