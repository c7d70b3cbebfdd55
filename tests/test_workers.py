"""Extraction processes and what ends them: the faults are real, put into a spaCy model that does them on cue."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from pipeline import corpus, steps, versions
from pipeline.schema import GoldpanError
from pipeline.settings import Settings
from pipeline.workers import Batch, Outcome, Pool

_POISON = """
    import os, signal, sys, time
    import spacy
    from spacy.language import Language

    @Language.component("poison")
    def poison(doc):
        if "KILLME" in doc.text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "RAISEME" in doc.text:
            raise ValueError("no such thing")
        if "HANGME" in doc.text:
            while True:
                pass
        if "EATME" in doc.text:
            eaten = [bytearray(10_000_000) for _ in range(200)]
        if "FLAKYME" in doc.text and not os.path.exists(os.environ["FLAKY_MARK"]):
            open(os.environ["FLAKY_MARK"], "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        if "SLEEPME" in doc.text:
            time.sleep(30)
        return doc

    def load(**overrides):
        nlp = spacy.blank("en")
        nlp.add_pipe("poison")
        return nlp
"""


@pytest.fixture
def poison(tmp_path, monkeypatch) -> Path:
    """An installed NER model that does harm where the text says so."""
    site = tmp_path / "site"
    (site / "poison_ner").mkdir(parents=True)
    (site / "poison_ner" / "__init__.py").write_text(textwrap.dedent(_POISON), encoding="utf-8")
    info = site / "poison_ner-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: poison_ner\nVersion: 1.0\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), str(Path(__file__).parent.parent)]))
    monkeypatch.setenv("FLAKY_MARK", str(tmp_path / "flaky"))
    versions.model.cache_clear()
    return site


def extract(
    tmp_path: Path, texts: dict[str, str], **settings: object
) -> tuple[dict[str, Outcome], steps.Plan]:
    """Outcomes by document, all texts in one batch on one process."""
    folder = tmp_path / "texts"
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    chosen = Settings(out=tmp_path / "out", **{"model": "poison_ner", **settings})
    work = steps.plan([folder], chosen)
    pool = Pool(chosen, steps.open_cache(chosen).folder, 1)
    try:
        found = pool.extract(Batch.of(list(work.tasks())))
    finally:
        pool.close()
    return {work.corpus.items[o.index].id: o for o in found}, work


@pytest.mark.parametrize(
    ("cue", "said"),
    [
        ("KILLME", "ended by SIGKILL, perhaps for want of memory"),
        ("RAISEME", "ValueError"),
        ("HANGME", "takes longer than 3 s (timeout_seconds)"),
        ("EATME", "needs more than 200 MB (max_memory_mb)"),
    ],
)
def test_one_poisoned_document_is_set_aside_and_the_others_are_done(poison, tmp_path, cue, said):
    texts = {"a": "Lithium 600 mg/d.", "b": f"Lithium {cue} 900 mg/d.", "c": "Lithium 300 mg/d."}
    seconds = 3.0 if cue == "HANGME" else 60.0
    found, work = extract(tmp_path, texts, timeout_seconds=seconds, max_memory_mb=200)
    assert said in found["b"].reason
    assert (found["a"].reason, found["c"].reason) == ("", "")
    again = steps.plan([tmp_path / "texts"], Settings(out=tmp_path / "out", model="poison_ner"))
    assert [work.corpus.items[i].id for i in again.reused] == ["a", "c"]


def test_only_a_poisoned_document(poison, tmp_path):
    found, _ = extract(tmp_path, {"a": "EATME"}, max_memory_mb=200)
    assert "max_memory_mb" in found["a"].reason


def test_process_that_ends_by_accident_costs_nothing(poison, tmp_path):
    found, _ = extract(tmp_path, {"a": "Lithium 600 mg/d FLAKYME.", "b": "Lithium 300 mg/d."})
    assert (tmp_path / "flaky").exists()
    assert [outcome.reason for outcome in found.values()] == ["", ""]


def test_what_cannot_be_read_says_why(poison, tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "latin.txt").write_bytes("Dépression".encode("latin-1"))
    (tmp_path / "texts" / "empty.txt").write_bytes(b"")
    (tmp_path / "texts" / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    found, _ = extract(tmp_path, {"good": "Lithium 600 mg/d."})
    assert {name: bool(outcome.reason) for name, outcome in found.items()} == {
        "good": False, "latin": True, "empty": True, "picture": True,
    }  # fmt: skip
    assert "UTF-8" in found["latin"].reason and "empty" in found["empty"].reason
    assert str(tmp_path) not in found["latin"].reason


def test_model_that_is_not_installed_is_one_line(tmp_path):
    with pytest.raises(GoldpanError, match="model no_such_model: no such package is installed"):
        extract(tmp_path, {"a": "Lithium."}, model="no_such_model")


def test_cache_that_cannot_be_written_ends_the_run_and_blames_no_document(poison, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "cache").write_text("in the way", encoding="utf-8")
    with pytest.raises(GoldpanError, match="cannot be written"):
        extract(tmp_path, {"a": "Lithium 600 mg/d."})


def test_code_that_changed_meanwhile_is_not_trusted(poison, tmp_path, monkeypatch):
    real = versions.fingerprint
    settings = Settings(out=tmp_path / "out", model="poison_ner")
    pool = Pool(settings, tmp_path / "cache", 1)
    monkeypatch.setattr(versions, "fingerprint", lambda s: "old" + real(s))
    try:
        with pytest.raises(GoldpanError, match="changed while the run was going on"):
            pool.extract(Batch.of([]))
    finally:
        pool.close()


def test_worker_ends_when_its_leader_is_killed(poison, tmp_path):
    """In mid-document too: nobody waits for its answer."""
    (tmp_path / "a.txt").write_text("SLEEPME", encoding="utf-8")
    (item,) = corpus.load([tmp_path / "a.txt"], Settings()).items
    settings = Settings(model="poison_ner")
    leader = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent("""
            import json, subprocess, sys, time
            worker = subprocess.Popen([sys.executable, "-m", "pipeline.worker"], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE)
            for line in sys.argv[1:]:
                worker.stdin.write(line.encode() + b"\\n")
            worker.stdin.flush()
            worker.stdout.readline()
            print(worker.pid, flush=True)
            time.sleep(60)
        """),
         json.dumps({"settings": settings.to_json(), "cache": str(tmp_path / "cache"), "term": 1000}),
         "1",
         json.dumps({"items": [{"index": 0, "path": str(item.path), "sha256": item.sha256, "key": "0" * 40,
                                "words": 1}],
                     "pack": "a.pack"})],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert leader.stdout
    pid = int(leader.stdout.readline())
    time.sleep(0.5)
    leader.send_signal(signal.SIGKILL)
    leader.wait()
    leader.stdout.close()
    deadline = time.monotonic() + 5
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_a_batch_had_finished_is_not_done_again_and_the_rest_goes_on(poison, tmp_path):
    texts = {f"d{n}": f"Lithium {n} mg/d." for n in range(9)} | {"d4x": "KILLME", "d6x": "RAISEME"}
    found, work = extract(tmp_path, texts)
    assert {name for name, outcome in found.items() if outcome.reason} == {"d4x", "d6x"}
    packs = [path.name for path in work.cache.packs.iterdir()]
    keys = [key for pack in packs for key, _ in work.cache.scan(pack)]
    assert len(keys) == len(set(keys)) == 9


def test_process_is_renewed_and_started_again_without_loading(poison, tmp_path, monkeypatch):
    """The child is another one; its parent, which loaded the model, is the same."""
    monkeypatch.setattr("pipeline.workers._TERM", 1)
    folder = tmp_path / "texts"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"Lithium 600 mg/d {name}.", encoding="utf-8")
    settings = Settings(out=tmp_path / "out", model="poison_ner")
    tasks = list(steps.plan([folder], settings).tasks())
    pool = Pool(settings, steps.open_cache(settings).folder, 1)
    children, parents = set(), set()
    try:
        for task in tasks:
            (outcome,) = pool.extract(Batch.of([task]))
            assert outcome.place
            (parent,) = pool._all
            parents.add(parent._popen.pid)
            children.add(Path(f"/proc/{parent._popen.pid}/task/{parent._popen.pid}/children").read_text())
    finally:
        pool.close()
    assert len(children) == 3 and len(parents) == 1


def test_processes_killed_between_batches_cost_nothing(poison, tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"Lithium 600 mg/d {name}.", encoding="utf-8")
    settings = Settings(out=tmp_path / "out", model="poison_ner")
    tasks = list(steps.plan([folder], settings).tasks())
    pool = Pool(settings, steps.open_cache(settings).folder, 1)
    try:
        for task, kill_parent in zip(tasks, (False, True, False), strict=True):
            (outcome,) = pool.extract(Batch.of([task]))
            assert outcome.place
            (process,) = pool._all
            pid = process._popen.pid
            child = int(Path(f"/proc/{pid}/task/{pid}/children").read_text())
            os.kill(pid if kill_parent else child, signal.SIGKILL)
            deadline = time.monotonic() + 5
            while _alive(child) and time.monotonic() < deadline:
                time.sleep(0.01)
            assert not _alive(child)
    finally:
        pool.close()


def test_request_that_is_too_large_for_the_memory_blames_the_large_document(poison, tmp_path):
    """It cannot even be read: it is passed over, and what comes behind it is read from its beginning."""
    rows = [
        {"id": name, "text": text}
        for name, text in (("a", "x"), ("large", "Lithium " * 4_000_000), ("c", "y"))
    ]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    settings = Settings(out=tmp_path / "out", model="poison_ner", max_memory_mb=80, max_bytes=40_000_000)
    work = steps.plan([tmp_path / "t.jsonl"], settings)
    pool = Pool(settings, steps.open_cache(settings).folder, 1)
    try:
        found = list(pool.extract(Batch.of(list(work.tasks()))))
    finally:
        pool.close()
    assert [outcome.reason for outcome in found] == ["", "needs more than 80 MB (max_memory_mb)", ""]
