"""Leads extraction processes (`pipeline.worker`): hands them batches, outlives their crashes, blames one document.

A document that ends its process, takes too long or too much memory must not take others with it: what its batch
had not finished is tried again, each document alone in its turn, and one that fails alone is set aside.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from pipeline import versions
from pipeline.cache import Cache, Place, new_pack
from pipeline.schema import GoldpanError
from pipeline.settings import Settings
from pipeline.worker import OUT_OF_MEMORY

#: One thread a process: as many processes as CPUs do the rest, and sums do not depend on the machine.
_SINGLE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)

#: A child is renewed after so many words: spaCy keeps each new word for ever, about 1.5 kB an abstract.
_TERM = 1_000_000


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
class Batch:
    """Documents to extract from, in the form in which they go to a process: thousands of objects cost more."""

    first: int
    count: int
    words: int
    packed: bytes

    @classmethod
    def of(cls, tasks: Sequence[Task]) -> Batch:
        """A batch of tasks, the first of which says where in the corpus it is.

        >>> task = Task(3, Path("a.txt"), "00", "k", 12)
        >>> Batch.of([task]).tasks() == [task], Batch.of([task]).first, len(Batch.of([]).tasks())
        (True, 3, 0)
        """
        rows = [
            {"index": t.index, "path": str(t.path), "sha256": t.sha256, "key": t.key, "words": t.words, "text": t.text}
            for t in tasks
        ]  # fmt: skip
        first = tasks[0].index if tasks else 0
        return cls(first, len(rows), sum(t.words for t in tasks), orjson.dumps(rows))

    def tasks(self) -> list[Task]:
        return [Task(**{**row, "path": Path(row["path"])}) for row in orjson.loads(self.packed)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task: where its result is in the cache, or the reason why there is none."""

    index: int
    words: int = 0
    place: Place | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of a batch, packed as it came."""

    packed: bytes

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Outcomes:
        """
        >>> found = [Outcome(1, 12, Place("a.pack", 0, 99)), Outcome(2, reason="has no text")]
        >>> list(Outcomes.of(found)) == found
        True
        """
        rows = [(o.index, o.words, *(o.place or ("", 0, 0)), o.reason) for o in outcomes]
        return cls(orjson.dumps(rows))

    def __iter__(self) -> Iterator[Outcome]:
        for index, words, pack, offset, length, reason in orjson.loads(self.packed):
            yield Outcome(index, words, Place(pack, offset, length) if pack else None, reason)


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
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, env={**os.environ, **_SINGLE},
        )  # fmt: skip
        self._write(
            orjson.dumps({"settings": settings.to_json(), "cache": str(cache), "term": _TERM}) + b"\n"
        )
        self._ready = False
        self._number = 0
        #: the file in the cache that it appends to
        self.pack = new_pack()
        #: it has no batch to finish, so another may be sent
        self.at_rest = True

    def wait_ready(self) -> None:
        """Until the model is loaded. Raises Ended, and GoldpanError where the settings cannot be met."""
        if not self._ready:
            fingerprint = self._receive()["ready"]
            if fingerprint != versions.fingerprint(self.settings):
                raise GoldpanError(
                    "the code, lexicons or model changed while the run was going on; run again"
                )
            self._ready = True

    def extract(self, packed: bytes) -> tuple[str, dict[str, Any]]:
        """Extract from the documents of a batch; the pack that it went to, and what is where in it.

        Raises Ended where the batch ended its process.
        """
        self.at_rest = False
        self._number += 1
        request = b'%d\n{"pack":"%s","items":%s}\n' % (self._number, self.pack.encode(), packed)
        self._write(request)
        while (answer := self._receive())["number"] != self._number:
            # A child that ended while it had nothing to do may have taken the request with it.
            if "ended" in answer:
                self._write(request)
        self.at_rest = True
        if "ended" in answer:
            raise self._ended(answer["ended"])
        return self.pack, answer

    def renew_pack(self) -> None:
        """Write to another pack from now on: the end of the old one is torn."""
        self.pack = new_pack()

    def close(self) -> None:
        self._popen.kill()
        self._popen.wait()
        for stream in (self._popen.stdin, self._popen.stdout, self._log):
            if stream:
                with suppress(OSError):
                    stream.close()

    def alive(self) -> bool:
        return self._popen.poll() is None

    def _write(self, line: bytes) -> None:
        assert self._popen.stdin
        # A broken pipe is a process that ended: the next answer that is missing says so.
        with suppress(BrokenPipeError):
            self._popen.stdin.write(line)
            self._popen.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._popen.stdout
        line = self._popen.stdout.readline()
        if line.endswith(b"\n"):
            answer: dict[str, Any] = orjson.loads(line)
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
        self._cache = Cache(cache, versions.fingerprint(settings))
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

    def extract(self, batch: Batch) -> Outcomes:
        """What became of all documents of a batch, in their order.

        Raises GoldpanError where no process can be started (a model that is not installed) or the cache cannot
        be written.
        """
        done: dict[int, Outcome] = {}
        crash = self._attempt(batch, done)
        # One after the other now, so that it is sure at which a process ends.
        for task in [task for task in batch.tasks() if task.index not in done] if crash else ():
            alone = Batch.of([task])
            if batch.count > 1:
                crash = self._attempt(alone, done)
            if crash and not crash.certain:  # it may have been an accident
                crash = self._attempt(alone, done)
            if task.index not in done:
                done[task.index] = Outcome(task.index, reason=str(crash))
        return Outcomes.of(done[index] for index in sorted(done))

    def close(self) -> None:
        """End all processes, also those at work; what they had not finished is lost."""
        with self._lock:
            self._closed = True
            processes, self._all = self._all, set()
        for process in processes:
            process.close()

    def _attempt(self, batch: Batch, done: dict[int, Outcome]) -> Ended | None:
        """Try a batch; how its process ended, if it did. What it had finished until then is in the cache."""
        with self._lease() as process:
            before = self._size(process.pack)
            try:
                pack, answer = process.extract(batch.packed)
            except Ended as ended:
                indices = {task.key: task.index for task in batch.tasks()}
                for key, place in self._cache.scan(process.pack, before):
                    if key in indices and (entry := self._cache.entry(key, place)):
                        index = indices[key]
                        done[index] = Outcome(index, entry.header.words, place)
                process.renew_pack()
                return ended
        for index, offset, length, words in answer["done"]:
            done[index] = Outcome(index, words, Place(pack, offset, length))
        for index, reason in answer["aside"]:
            done[index] = Outcome(index, reason=reason)
        return None

    def _size(self, pack: str) -> int:
        try:
            return (self._cache.packs / pack).stat().st_size
        except OSError:
            return 0

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
        if process.at_rest and process.alive():
            with self._lock:
                self._idle.append(process)
        else:
            self._drop(process)

    def _drop(self, process: Process) -> None:
        with self._lock:
            self._all.discard(process)
        process.close()
