"""Child processes to measure in: one thread, no settings of the caller, one line of JSON back."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_THREADS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "BLIS", "VECLIB")


class Failed(Exception):
    """A measurement that could not be made; the message is the reason, one line."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a child measured: CPU seconds of the run and of loading, peak memory in MB, and what it did."""

    seconds: float
    loading: float
    peak: float
    done: Any


def environment() -> dict[str, str]:
    """The caller's environment without goldpan's variables, with one thread for every library.

    >>> environment()["OMP_NUM_THREADS"]
    '1'
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GOLDPAN_", "PYTHON"))}
    kept |= {f"{name}_NUM_THREADS": "1" for name in _THREADS}
    return kept | {"PYTHONWARNINGS": "ignore", "PYTHONHASHSEED": "0", "TOKENIZERS_PARALLELISM": "false"}


def last_line(text: str) -> str:
    """The last line of a log that says something, shortened.

    >>> last_line("Traceback\\nImportError: no module named x\\n\\n")
    'ImportError: no module named x'
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:160] if lines else "no message"


def measure(module: str, tool: str, job: Path, python: Path | None = None) -> Measure:
    """Measure a tool of ``benchmarks/<module>.py`` in goldpan's environment, or in that of another interpreter.

    Raises Failed with the child's last words. Another environment must not see goldpan's folder: spaCy would load
    goldpan's entry points there.
    """
    start = [str(python or sys.executable), str(ROOT / "benchmarks" / "child.py")]
    path = {} if python else {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*start, module if python else f"benchmarks.{module}", tool, str(job)],
        cwd=job.parent, env=environment() | path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Failed(last_line(done.stderr))
    return Measure(**json.loads(last_json(done.stdout)))


def last_json(output: str) -> str:
    """The last line of a child's output, whole."""
    return output.strip().splitlines()[-1]


def command(arguments: list[str], folder: Path) -> tuple[float, float]:
    """Run a goldpan command until its first line of output; seconds of clock to that line, and of CPU in all.

    Raises Failed where the command fails before it prints anything.
    """
    script = Path(sys.executable).with_name("goldpan")
    start = [str(script)] if script.is_file() else [sys.executable, "-m", "pipeline.cli"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with subprocess.Popen(
        [*start, *arguments], cwd=folder, env=environment() | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        first = child.stdout.readline()
        clock = time.perf_counter() - began
        _, errors = child.communicate()
    if not first:
        raise Failed(last_line(errors))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
