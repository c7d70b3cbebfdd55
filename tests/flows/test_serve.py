"""Runs by the clock: a real server, a real schedule."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import store

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_served_flow_runs_by_itself_twice(clean_env, papers, tmp_path):
    out = tmp_path / "outputs"
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "serve", "papers", "--every", "3", "--port", "0"],
            cwd=tmp_path, env=clean_env, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + 120
            while len(store.runs(out)) < 2:
                assert process.poll() is None and time.monotonic() < deadline, (tmp_path / "log").read_text()
                time.sleep(0.2)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=90)
            finally:
                process.kill()
    latest = store.latest(out)
    assert latest
    assert store.read_record(latest)["documents"] == {"processed": 0, "reused": 3, "set_aside": 0}


def test_bad_schedules_are_one_line(goldpan, papers):
    for args, said in (
        (["--every", "0"], "above 0"),
        (["--every", "5", "--cron", "* * * * *"], "not allowed"),
    ):
        done = goldpan("serve", papers, *args)
        assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


def test_project_file_deploys_the_flow_that_is_there():
    import inspect

    import yaml

    from flows.nightly import nightly

    plan = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    (deployment,) = plan["deployments"]
    assert deployment["entrypoint"] == "flows/nightly.py:nightly"
    assert list(deployment["parameters"]) == list(inspect.signature(nightly.fn).parameters)
