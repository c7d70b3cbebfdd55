"""An extraction process: reads batches of documents from standard input, puts results into the cache.

Started by `pipeline.workers` as ``python -m pipeline.worker``. One JSON line in: the settings and the cache; then
one line a batch. One JSON line out for each document, then ``{"end": true}``. It guards its machine itself: a
document that takes too long ends the process by an alarm (which interrupts compiled code as well), one that takes
too much memory runs into a limit; the leader learns of either from the exit status.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from pipeline import versions
from pipeline.cache import Cache, to_line
from pipeline.schema import Document, GoldpanError
from pipeline.settings import Settings
from pipeline.store import unwritable

#: Exit code of a process whose batch ran into the memory limit.
OUT_OF_MEMORY = 77


class Worker:
    """The state of one extraction process."""

    def __init__(self, start: Mapping[str, Any], out: TextIO) -> None:
        self.out = out
        self.settings = Settings.from_json(start["settings"])
        self.cache = Cache(Path(start["cache"]), versions.fingerprint(self.settings))
        from pipeline.extract import Extractor
        from pipeline.reading.text import build

        self.extractor = Extractor(self.settings)
        # What is loaded at first use is loaded now, not on the first document's time.
        list(self.extractor.rows([build("Ten patients took 5 mg of lithium (MADRS: −3.1).", "first")]))
        _limit_memory(self.settings.max_memory_mb)

    def say(self, row: Mapping[str, Any]) -> None:
        self.out.write(to_line(row))
        self.out.flush()

    def batch(self, request: Mapping[str, Any]) -> None:
        """Extract from each document of a batch and report it."""
        staging = Path(request["staging"])
        items = {item["index"]: item for item in request["items"]}
        waiting: dict[int, int] = {}
        before = time.process_time()
        try:
            for document, mentions, evidence in self.extractor.rows(self._documents(items, waiting)):
                index = waiting.pop(id(document))
                words = len(document.text.split())
                seconds, before = time.process_time() - before, time.process_time()
                try:
                    key = items[index]["key"]
                    self.cache.put(key, mentions, document.kind, words, seconds, staging, evidence)
                except OSError as error:  # a full disk is no document's fault
                    self.say({"error": str(unwritable(self.cache.folder, error))})
                    return
                self.say({"done": index, "words": words, "seconds": seconds})
                self._alarm()
        except MemoryError:
            if len(items) > 1:  # whose fault it was shows when each is tried alone
                os._exit(OUT_OF_MEMORY)
            self._aside(
                next(iter(items)), f"needs more than {self.settings.max_memory_mb} MB (max_memory_mb)"
            )
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self.say({"end": True})

    def _documents(
        self, items: Mapping[int, Mapping[str, Any]], waiting: dict[int, int]
    ) -> Iterator[Document]:
        for index, item in items.items():
            self._alarm()
            try:
                document = self._read(item)
            except GoldpanError as error:
                self._aside(index, str(error).removeprefix(f"{item['path']}: "))
                continue
            if document.sha256 and document.sha256 != item["sha256"]:
                self._aside(index, "changed while the run was reading it; run again")
                continue
            waiting[id(document)] = index
            yield document

    def _read(self, item: Mapping[str, Any]) -> Document:
        from pipeline.reading import read
        from pipeline.reading.sources import decode
        from pipeline.reading.text import build

        path, text = item["path"], item.get("text")
        if text is None:
            return read(Path(path), self.settings)
        return build(decode(text.encode(), path), Path(path).stem, path=path)

    def _aside(self, index: int, reason: str) -> None:
        self.say({"aside": index, "reason": reason})

    def _alarm(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, self.settings.timeout_seconds)


def _limit_memory(megabytes: int) -> None:
    """At most so many MB on top of what the process has now; 0: no limit. Where the system has no such limit: none."""
    if not megabytes:
        return
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return
    limit = pages * resource.getpagesize() + megabytes * 1_000_000
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


def _requests() -> Iterator[dict[str, Any]]:
    """Lines of standard input, read by a thread: when the leader is gone, the process ends in mid-document too."""
    import queue

    lines: queue.Queue[str] = queue.Queue()

    def listen() -> None:
        for line in sys.stdin:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        yield json.loads(lines.get())


def main() -> int:
    """Serve until standard input ends. Exit code 2 with ``{"error": …}`` where the settings cannot be met."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the leader decides what Ctrl-C means
    # What libraries print must not get between the answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    requests = _requests()
    try:
        worker = Worker(next(requests), out)
    except GoldpanError as error:
        out.write(to_line({"error": str(error)}))
        out.flush()
        return 2
    worker.say({"ready": worker.cache.fingerprint})
    for request in requests:
        worker.batch(request)
    return 0


if __name__ == "__main__":
    sys.exit(main())
