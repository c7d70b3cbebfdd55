"""What the tests of whole runs share: papers, runs started as a user does, and what they gave."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline import store
from pipeline.cache import Cache

#: What a run gives that depends on texts, code and settings alone.
BYTES = (
    "mentions.jsonl", "mentions.parquet", "studies.json", "studies.csv", "concord.json", "audit.json",
)  # fmt: skip


def write_papers(folder: Path, count: int = 12, trials: int = 25) -> Path:
    """So many small reviews of the same trials, of which they say different things; each with a sum that is wrong."""
    folder.mkdir()
    for number in range(count):
        said = [
            f"In the trial of Roe{k} et al.,[{k}] {20 + k + number % 3} patients took lithium {100 + 10 * k} mg/d or "
            f"placebo; response was seen in 12 of 47 patients ({60 + number}%)."
            for k in range(1, trials)
        ]
        listed = [
            f"{k}. Roe{k} A. Lithium carbonate against placebo number {k} in mania. J Test. {1980 + k};1:{k}."
            for k in range(1, trials)
        ]
        text = (
            f"# Review {number}\n\n" + "\n\n".join(said) + "\n\n## References\n\n" + "\n".join(listed) + "\n"
        )
        (folder / f"paper{number:02}.txt").write_text(text, encoding="utf-8")
    return folder


def record(out: Path) -> dict:
    """run.json of the newest run."""
    latest = store.latest(out)
    assert latest
    return store.read_record(latest)


def contents(out: Path) -> dict[str, bytes]:
    """The files of the newest run that must not depend on what happened on the way."""
    latest = store.latest(out)
    assert latest
    return {name: (latest / name).read_bytes() for name in BYTES}


def start(clean_env: dict[str, str], cwd: Path, *args: object, **env: str) -> subprocess.Popen[str]:
    """``goldpan run`` as a process that leads a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "run", *map(str, args)], cwd=cwd, env=clean_env | env,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def wait_for(condition: Callable[[], Any], seconds: float = 120) -> Any:
    """Until something is the case; what it is. Raises AssertionError where it does not come to be."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
    return found


def processes(session: int, command: str = "") -> set[int]:
    """The living processes of a session; those whose command line has a word in it."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            line = (stat.parent / "cmdline").read_text()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z" and command in line:
            found.add(int(stat.parent.name))
    return found


def cached(out: Path) -> int:
    """Documents whose results are kept."""
    packs = list((out / "cache").glob("*/*.pack"))
    return sum(1 for pack in packs for _ in Cache(out / "cache", pack.parent.name).scan(pack.name))
