"""What may happen to a run at night, done for real: the run, or the next one, gives the bytes of an undisturbed one."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from flows.server import Server
from pipeline import store
from tests.flows.runs import BYTES, cached, contents, processes, record, start, wait_for, write_papers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc"),
]
#: Seconds.
_AWAY = 60
#: One process and a batch for each paper, so that there is a middle to be hit.
_SLOWLY = {"GOLDPAN_WORKERS": "1", "GOLDPAN_BATCH_WORDS": "600"}


@pytest.fixture(scope="session")
def shelf(tmp_path_factory) -> Path:
    """A folder with the papers that all of these runs read, as ``papers`` and as ``texts.jsonl``."""
    shelf = tmp_path_factory.mktemp("shelf")
    papers = write_papers(shelf / "papers")
    rows = [{"id": p.stem, "text": p.read_text(encoding="utf-8")} for p in sorted(papers.iterdir())]
    (shelf / "texts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return shelf


@pytest.fixture(scope="session")
def undisturbed(shelf, clean_env, server) -> dict[str, bytes]:
    """What a run gives that nothing happens to."""
    process = start(clean_env, shelf, "texts.jsonl", "--out", "whole", **server)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    found = contents(shelf / "whole")
    for name in ("studies.json", "concord.json", "audit.json"):
        assert json.loads(found[name]), f"{name} is empty: nothing would be compared"
    return found


@pytest.fixture(scope="module", autouse=True)
def away(shelf, clean_env, tmp_path_factory):
    """A run whose server is gone for a minute in its middle, while the other tests of this file are at work."""
    home, out = tmp_path_factory.mktemp("away"), tmp_path_factory.mktemp("out")
    servers = [Server(home)]
    servers[0].wait()
    named = {"PREFECT_API_URL": f"{servers[0].url}/api"}
    process = start(clean_env, shelf, "texts.jsonl", "--out", out, **named, **_SLOWLY)
    wait_for(lambda: cached(out) >= 2)
    servers[0].close()
    port = int(servers[0].url.rpartition(":")[2])
    back = threading.Timer(_AWAY, lambda: servers.append(Server(home, port)))
    back.start()
    yield process, out
    back.cancel()
    process.kill()
    process.communicate()
    for server in servers[1:]:
        server.close()


def finish(process: subprocess.Popen[str]) -> str:
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return errors


def kill(session: int) -> None:
    """Kill -9 of all processes of a session at once, as a machine that goes down does."""
    os.killpg(session, signal.SIGKILL)
    wait_for(lambda: not processes(session), 10)


def test_whole_group_killed_in_every_phase_then_the_same_bytes(
    shelf, undisturbed, clean_env, server, tmp_path
):
    """Ingest, reconcile and seal are held by a pipe that nobody writes into, as by a network folder that hangs."""
    out = tmp_path / "out"
    texts, gold = tmp_path / "texts.jsonl", tmp_path / "gold"
    gold.mkdir()
    os.mkfifo(texts)
    given = (texts, "--out", out)
    process = start(clean_env, tmp_path, *given, **_SLOWLY, **server)
    wait_for(lambda: list(out.glob(".partial-*")))
    wait_for(lambda: processes(process.pid, "pipeline.worker"))
    kill(process.pid)
    assert cached(out) == 0

    texts.unlink()
    shutil.copy(shelf / "texts.jsonl", texts)
    process = start(clean_env, tmp_path, *given, **_SLOWLY, **server)
    wait_for(lambda: cached(out) >= 2)
    kill(process.pid)
    assert 2 <= cached(out) < 12

    process = start(clean_env, tmp_path, *given, **server)
    wait_for(lambda: list(out.glob(".partial-*/studies.parquet")))
    kill(process.pid)

    held = gold / "held.jsonl"
    os.mkfifo(held)
    process = start(clean_env, tmp_path, *given, "--gold", gold, **server)
    wait_for(lambda: list(out.glob(".partial-*/concord.json")))
    time.sleep(0.2)
    kill(process.pid)

    process = start(clean_env, tmp_path, *given, "--gold", gold, **server)
    (partial,) = wait_for(lambda: [p.parent for p in out.glob(".partial-*/concord.json") if p.stat().st_size])
    os.mkfifo(partial / "held")  # sealing flushes every file of the run
    held.open("w").close()
    wait_for(lambda: (partial / "run.json.tmp").exists())
    time.sleep(0.2)
    kill(process.pid)
    assert store.latest(out) is None and store.runs(out) == []

    held.unlink()
    errors = finish(start(clean_env, tmp_path, *given, **server))
    assert "an earlier run did not finish" in errors
    assert contents(out) == undisturbed
    assert record(out)["documents"]["reused"] == 12 and not list(out.glob(".partial-*"))


def test_worker_and_own_server_killed_and_the_run_itself_completes(shelf, undisturbed, clean_env, tmp_path):
    process = start(clean_env, shelf, "texts.jsonl", "--out", tmp_path, **_SLOWLY)
    wait_for(lambda: cached(tmp_path) >= 2)
    leading, working = sorted(processes(process.pid, "pipeline.worker"))
    (server,) = processes(process.pid, "flows.server")
    os.kill(working, signal.SIGKILL)
    os.kill(server, signal.SIGKILL)
    wait_for(lambda: cached(tmp_path) >= 4)
    os.kill(leading, signal.SIGKILL)
    wait_for(lambda: processes(process.pid, "flows.server") - {server})
    finish(process)
    assert contents(tmp_path) == undisturbed
    assert record(tmp_path)["documents"]["processed"] == 12
    wait_for(lambda: not processes(process.pid), 10)


def test_only_the_leader_killed_leaves_no_process(shelf, undisturbed, clean_env, tmp_path):
    process = start(clean_env, shelf, "texts.jsonl", "--out", tmp_path, **_SLOWLY)
    wait_for(lambda: cached(tmp_path) >= 1)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    wait_for(lambda: not processes(process.pid), 10)
    assert store.latest(tmp_path) is None


def test_named_server_that_goes_for_good_and_one_that_never_was(shelf, undisturbed, clean_env, tmp_path):
    gone = Server(tmp_path / "prefect")
    gone.wait()
    out = tmp_path / "out"
    env = {"PREFECT_API_URL": f"{gone.url}/api", "PREFECT_CLIENT_MAX_RETRIES": "0"}
    process = start(clean_env, shelf, "texts.jsonl", "--out", out, **env, **_SLOWLY)
    wait_for(lambda: cached(out) >= 2)
    gone.close()
    assert "goes on with one of its own" in finish(process)
    assert contents(out) == undisturbed
    errors = finish(start(clean_env, shelf, "texts.jsonl", "--out", out, **env))
    assert "does not answer: the run uses one of its own" in errors
    assert contents(out) == undisturbed and record(out)["documents"]["reused"] == 12


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, of half a megabyte; skips where none can be mounted (that takes root)."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", place], capture_output=True
    ).returncode:
        pytest.skip("a file system cannot be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def remount(place: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", place], check=True)


def test_full_disk_and_read_only_folder_are_one_line_and_cost_nothing(
    shelf, undisturbed, clean_env, server, small_disk
):
    out = small_disk / "out"
    remount(small_disk, "ro")
    process = start(clean_env, shelf, "texts.jsonl", "--out", out, **server)
    printed, errors = process.communicate(timeout=60)
    assert (process.returncode, printed) == (2, "") and "cannot be written (Read-only file system)" in errors
    remount(small_disk, "rw")
    said = []
    for size in ("600k", "1200k", "20m"):
        remount(small_disk, f"size={size}")
        process = start(clean_env, shelf, "texts.jsonl", "--out", out, **_SLOWLY, **server)
        _, errors = process.communicate(timeout=120)
        said.append((process.returncode, errors))
        if process.returncode:
            lines = [line for line in errors.splitlines() if line.startswith("goldpan: ")]
            assert process.returncode == 2 and "No space left on device" in "".join(lines) and len(lines) == 1
            assert "Traceback" not in errors and store.runs(out) == []
    assert said[0][0] == 2 and said[-1][0] == 0, said
    assert contents(out) == undisturbed


def test_two_runs_at_once_do_not_disturb_each_other(shelf, undisturbed, clean_env, server, tmp_path):
    both = [start(clean_env, shelf, "papers", "--out", tmp_path, **_SLOWLY, **server) for _ in range(2)]
    for process in both:
        finish(process)
    first, second = store.runs(tmp_path)
    for run in (first, second):
        assert {name: (run / name).read_bytes() for name in BYTES} == undisturbed


#: A clock that has an hour more at each third look and an hour less at the next; the monotonic one goes on.
_CLOCK = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <time.h>
    int clock_gettime(clockid_t which, struct timespec *now) {
        static int (*real)(clockid_t, struct timespec *);
        static int looks;
        if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
        int code = real(which, now);
        if (which == CLOCK_REALTIME) now->tv_sec += (++looks % 3 - 1) * 3600L;
        return code;
    }
"""


def test_clock_that_jumps(shelf, undisturbed, clean_env, server, tmp_path):
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("no C compiler to make a clock that jumps")
    (tmp_path / "clock.c").write_text(textwrap.dedent(_CLOCK), encoding="utf-8")
    library = tmp_path / "clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, tmp_path / "clock.c", "-ldl"], check=True)
    out = tmp_path / "out"
    jumping = {"LD_PRELOAD": str(library)}
    look = [sys.executable, "-c", "import time; print(*(round(time.time()) for _ in range(6)))"]
    seen = subprocess.run(
        look, env=clean_env | jumping, capture_output=True, text=True, check=True
    ).stdout.split()
    assert len(set(seen)) == 3, "the clock does not jump"
    errors = finish(start(clean_env, shelf, "texts.jsonl", "--out", out, **jumping, **_SLOWLY, **server))
    assert contents(out) == undisturbed, errors
    row = record(out)
    assert (
        all(0 <= seconds < 100 for seconds in row["timings"].values()) and row["extracted"]["seconds"] < 100
    )


def test_document_that_holds_its_process_is_set_aside_and_the_others_go_on(shelf, goldpan, server, tmp_path):
    """A text whose reading does not end in time, and one that is too much for the memory there is."""
    rows = (shelf / "texts.jsonl").read_text(encoding="utf-8").splitlines()[:2]
    for limit, said, text in (
        (
            {"GOLDPAN_TIMEOUT_SECONDS": "2"},
            "takes longer than 2 s",
            "Lithium 600 mg/d in 12 of 47 patients (61%). " * 20_000,
        ),
        ({"GOLDPAN_MAX_MEMORY_MB": "60"}, "needs more than 60 MB", "Lithium 600 mg. " * 300_000),
    ):
        heavy = json.dumps({"id": "heavy", "text": text})
        (tmp_path / "texts.jsonl").write_text("\n".join([rows[0], heavy, rows[1]]) + "\n", encoding="utf-8")
        done = goldpan("run", "texts.jsonl", "--out", said[:5], **limit, **server)
        assert done.returncode == 0, done.stderr
        row = record(tmp_path / said[:5])
        assert row["documents"] == {"processed": 2, "reused": 0, "set_aside": 1}
        assert [(r["doc"], said in r["reason"]) for r in row["set_aside"]] == [("heavy", True)]
        assert row["watch"]["curator"] and sum(row["set_aside_by_reason"].values()) == 1


def test_own_server_that_is_killed_answers_again(tmp_path):
    from flows.server import answers

    server = Server(tmp_path)
    try:
        server.wait()
        first = server._popen.pid
        waiting = threading.Thread(target=lambda: answers(f"{server.url}/api", 60))
        os.kill(first, signal.SIGKILL)
        waiting.start()
        waiting.join(60)
        assert server._popen.pid != first and answers(f"{server.url}/api", 0)
    finally:
        server.close()


def test_server_away_for_a_minute_is_waited_for(away, undisturbed):
    """The last of this file: it has been away since the first."""
    process, out = away
    finish(process)
    assert contents(out) == undisturbed
