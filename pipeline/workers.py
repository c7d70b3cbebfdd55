"""Leads extraction processes (`pipeline.worker`): hands them batches, outlives their crashes, blames one document.

A document that ends its process, takes too long or too much memory must not take others with it: what its batch
had not finished is tried again, each document alone in its turn, and one that fails alone is set aside.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pipeline import versions
from pipeline.schema import GoldpanError
from pipeline.settings import Settings
from pipeline.worker import OUT_OF_MEMORY

#: One thread a process: as many processes as CPUs do the rest, and sums do not depend on the machine.
_SINGLE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)


#: A process is replaced after so many words, some two minutes of work: spaCy keeps each new word for ever, about 1.5 kB
#: an abstract, and starting anew costs two seconds.
_TERM = 3_000_000


@dataclass(frozen=True, slots=True)
class Task:
    """A document to extract from: its place in the run, and its entry in the cache.

    ``text`` is the document where it is a row of a file of texts; None where it is the file itself.
    """

    index: int
    path: Path
    sha256: str
    key: str
    words: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task: ``reason`` is empty where its result is in the cache."""

    index: int
    words: int = 0
    seconds: float = 0.0
    reason: str = ""


class Ended(Exception):
    """A worker process ended by itself; the text says how."""

    def __init__(self, reason: str, certain: bool) -> None:
        super().__init__(reason)
        #: the document is to blame, not the machine: trying again would end in the same way
        self.certain = certain


class Process:
    """One worker process and its pipes."""

    def __init__(self, settings: Settings, cache: Path) -> None:
        self.settings = settings
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._popen = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-X", "faulthandler", "-m", "pipeline.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, encoding="utf-8",
            env={**os.environ, **_SINGLE},
        )  # fmt: skip
        self._send({"settings": settings.to_json(), "cache": str(cache)})
        self._ready = False
        #: it has no batch to finish, so another may be sent
        self.at_rest = True
        #: that it has read
        self.words = 0

    def wait_ready(self) -> None:
        """Until the model is loaded. Raises Ended, and GoldpanError where the settings cannot be met."""
        if not self._ready:
            fingerprint = self._receive()["ready"]
            if fingerprint != versions.fingerprint(self.settings):
                raise GoldpanError(
                    "the code, lexicons or model changed while the run was going on; run again"
                )
            self._ready = True

    def extract(self, tasks: Sequence[Task], staging: Path) -> Iterator[Outcome]:
        """Outcomes as they come. Raises Ended where the process ends before the last."""
        rows = [
            {"index": t.index, "path": str(t.path), "sha256": t.sha256, "key": t.key, "text": t.text}
            for t in tasks
        ]
        self.at_rest = False
        self._send({"items": rows, "staging": str(staging)})
        while True:
            row = self._receive()
            if "end" in row:
                self.at_rest = True
                return
            if "aside" in row:
                yield Outcome(row["aside"], reason=row["reason"])
            else:
                self.words += row["words"]
                yield Outcome(row["done"], row["words"], row["seconds"])

    def close(self) -> None:
        self._popen.kill()
        self._popen.wait()
        for stream in (self._popen.stdin, self._popen.stdout, self._log):
            if stream:
                with suppress(OSError):
                    stream.close()

    def alive(self) -> bool:
        return self._popen.poll() is None

    def _send(self, row: object) -> None:
        assert self._popen.stdin
        # A broken pipe is a process that ended: the next answer that is missing says so.
        with suppress(BrokenPipeError):
            self._popen.stdin.write(json.dumps(row) + "\n")
            self._popen.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._popen.stdout
        line = self._popen.stdout.readline()
        if line.endswith("\n"):
            answer: dict[str, Any] = json.loads(line)
            if "error" in answer:
                raise GoldpanError(answer["error"])
            return answer
        raise self._ended(self._popen.wait())

    def _ended(self, code: int) -> Ended:
        if code == -signal.SIGALRM:
            return Ended(f"takes longer than {self.settings.timeout_seconds:g} s (timeout_seconds)", True)
        if code == OUT_OF_MEMORY:
            return Ended(f"needs more than {self.settings.max_memory_mb} MB (max_memory_mb)", True)
        if code < 0:
            with suppress(ValueError):
                name = signal.Signals(-code).name
                hint = ", perhaps for want of memory" if -code == signal.SIGKILL else ""
                return Ended(f"its process was ended by {name}{hint}", False)
        return Ended(f"its process ended with exit code {code}: {self._last_line()}", False)

    def _last_line(self) -> str:
        self._log.seek(0)
        lines = self._log.read()[-4000:].decode("utf-8", "replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "nothing said")[:300]


class Pool:
    """So many worker processes, handed out one a caller. Safe to use from several threads.

    Parameters: the settings, the folder of the cache, and how many processes there may be at once.
    """

    def __init__(self, settings: Settings, cache: Path, size: int) -> None:
        self.settings = settings
        self.cache = cache
        self.size = size
        self._places = threading.Semaphore(size)
        self._lock = threading.Lock()
        self._idle: list[Process] = []
        self._all: set[Process] = set()
        self._closed = False

    def warm(self, count: int) -> None:
        """Start so many processes now, to load their models while the caller does something else."""
        for _ in range(min(count, self.size)):
            process = self._start()
            with self._lock:
                self._idle.append(process)

    def extract(self, tasks: Sequence[Task], staging: Path) -> list[Outcome]:
        """Outcomes of all tasks, in their order.

        Raises GoldpanError where no process can be started (a model that is not installed) or the cache cannot
        be written.
        """
        done: dict[int, Outcome] = {}
        crash = self._attempt(tasks, staging, done)
        for task in [task for task in tasks if task.index not in done]:
            if len(tasks) > 1 or not (crash and crash.certain):
                crash = self._attempt([task], staging, done)
            if task.index not in done:
                done[task.index] = Outcome(task.index, reason=str(crash))
        return [done[task.index] for task in tasks]

    def close(self) -> None:
        """End all processes, also those at work; what they had not finished is lost."""
        with self._lock:
            self._closed = True
            processes, self._all = self._all, set()
        for process in processes:
            process.close()

    def _attempt(self, tasks: Sequence[Task], staging: Path, done: dict[int, Outcome]) -> Ended | None:
        with self._lease() as process:
            try:
                for outcome in process.extract(tasks, staging):
                    done[outcome.index] = outcome
            except Ended as ended:
                return ended
        return None

    @contextmanager
    def _lease(self) -> Iterator[Process]:
        with self._places:
            with self._lock:
                process = self._idle.pop() if self._idle else None
            process = self._ready(process or self._start())
            try:
                yield process
            finally:
                self._take_back(process)

    def _ready(self, process: Process) -> Process:
        """A process that is ready; one that ends while it starts gets a second chance."""
        try:
            process.wait_ready()
            return process
        except Ended:
            self._drop(process)
        process = self._start()
        try:
            process.wait_ready()
        except Ended as ended:
            self._drop(process)
            raise GoldpanError(f"the extraction process does not start: {ended}") from ended
        return process

    def _start(self) -> Process:
        with self._lock:
            if self._closed:
                raise GoldpanError("interrupted")
            process = Process(self.settings, self.cache)
            self._all.add(process)
            return process

    def _take_back(self, process: Process) -> None:
        if process.at_rest and process.words < _TERM and process.alive():
            with self._lock:
                self._idle.append(process)
        else:
            self._drop(process)

    def _drop(self, process: Process) -> None:
        with self._lock:
            self._all.discard(process)
        process.close()
