"""The same flow on a Dask cluster of separate processes, one of which is killed."""

import os
import signal
from pathlib import Path

import pytest

from tests.flows.runs import cached, contents, processes, record, start, wait_for, write_papers

pytest.importorskip("prefect_dask")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc"),
]


def test_worker_of_the_cluster_killed_in_mid_run_gives_the_same_bytes(clean_env, server, tmp_path):
    papers = write_papers(tmp_path / "papers")
    first = start(clean_env, tmp_path, papers, "--out", tmp_path / "plain", **server)
    _, errors = first.communicate(timeout=120)
    assert first.returncode == 0, errors

    out = tmp_path / "out"
    dask = {"GOLDPAN_RUNNER": "dask", "GOLDPAN_WORKERS": "2", "GOLDPAN_BATCH_WORDS": "600"}
    process = start(clean_env, tmp_path, papers, "--out", out, **dask, **server)
    wait_for(lambda: cached(out) >= 2)
    workers = processes(process.pid, "--multiprocessing-fork") or processes(process.pid, "spawn_main")
    assert len(workers) >= 2
    os.kill(sorted(workers)[-1], signal.SIGKILL)
    _, errors = process.communicate(timeout=180)
    assert process.returncode == 0, errors
    assert contents(out) == contents(tmp_path / "plain")
    assert record(out)["documents"]["set_aside"] == 0
    wait_for(lambda: not processes(process.pid), 20)
