"""An extraction process: reads batches of documents from standard input, puts results into the cache.

Started by `pipeline.workers` as ``python -m pipeline.worker``. It loads the model and then forks: the child extracts,
the parent waits and forks again when the child ends, which costs hundredths of a second where loading costs two. A
child guards its machine itself: a document that takes too long ends it by an alarm (which interrupts compiled code as
well), one that takes too much memory runs into a limit; the leader is told how it ended.

One JSON line in: the settings and the cache, answered by ``{"ready": …}``; then for each batch a line with its number
and a JSON line, answered by what is where in the cache, or by ``{"ended": code}``, with the number.
"""

from __future__ import annotations

import gc
import json
import mmap
import os
import resource
import select
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

import orjson

from pipeline import versions
from pipeline.cache import Cache, to_line
from pipeline.schema import Document, GoldpanError
from pipeline.settings import Settings
from pipeline.store import unwritable

#: Words that the extractor is given at once.
_GROUP = 10_000
#: Exit code of a child whose batch ran into the memory limit, and of one whose leader is gone.
OUT_OF_MEMORY, GONE = 77, 78


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
        #: a child ends after so many words, since spaCy keeps each word it sees
        self.term, self.words = start["term"], 0
        #: the number of the batch that the child is at, or was at last: the parent reads it when the child has ended
        self.at = mmap.mmap(-1, 8)
        _limit_memory(self.settings.max_memory_mb)
        gc.collect()
        gc.freeze()  # children share these pages as long as nobody touches them

    def say(self, row: Mapping[str, Any]) -> None:
        self.out.write(to_line(row))
        self.out.flush()

    def batch(self, number: int, request: Mapping[str, Any]) -> None:
        """Extract from each document of a batch; says where each stands in the pack, or why it is set aside."""
        done: list[tuple[int, ...]] = []
        aside: list[tuple[int, str]] = []
        try:
            for group in _groups(request["items"], _GROUP):
                self._extract(group, request["pack"], done, aside)
        except _Unwritable as error:  # a full disk is no document's fault
            self.say({"error": str(unwritable(self.cache.folder, error.why))})
            return
        except MemoryError:
            if len(request["items"]) > 1:  # whose fault it was shows when each is tried alone
                os._exit(OUT_OF_MEMORY)
            reason = f"needs more than {self.settings.max_memory_mb} MB (max_memory_mb)"
            aside.append((request["items"][0]["index"], reason))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self.say({"number": number, "done": done, "aside": aside})

    def _extract(
        self,
        group: list[dict[str, Any]],
        pack: str,
        done: list[tuple[int, ...]],
        aside: list[tuple[int, str]],
    ) -> None:
        """Extract from a few documents; the time that they took together is shared out by their words."""
        signal.setitimer(signal.ITIMER_REAL, self.settings.timeout_seconds)
        began = time.process_time()
        read: list[tuple[dict[str, Any], Document]] = []
        for item in group:
            try:
                document = self._read(item)
            except GoldpanError as error:
                aside.append((item["index"], str(error).removeprefix(f"{item['path']}: ")))
                continue
            if document.sha256 and document.sha256 != item["sha256"]:
                aside.append((item["index"], "changed while the run was reading it; run again"))
                continue
            read.append((item, document))
        found = list(self.extractor.rows(document for _, document in read))
        counts = [len(document.text.split()) for document, _, _ in found]
        a_word = (time.process_time() - began) / max(sum(counts), 1)
        for (item, _), (document, mentions, evidence), words in zip(read, found, counts, strict=True):
            seconds = words * a_word
            try:
                place = self.cache.put(item["key"], mentions, document.kind, words, seconds, evidence, pack)
            except OSError as error:
                raise _Unwritable(error) from error
            done.append((item["index"], place.offset, place.length, words))
            self.words += words

    def _read(self, item: Mapping[str, Any]) -> Document:
        from pipeline.reading import read
        from pipeline.reading.sources import decode
        from pipeline.reading.text import build

        path, text = item["path"], item.get("text")
        if text is None:
            return read(Path(path), self.settings)
        return build(decode(text.encode(), path), Path(path).stem, path=path)


class _Unwritable(Exception):
    """The cache cannot be written."""

    def __init__(self, why: OSError) -> None:
        super().__init__(str(why))
        self.why = why


def _groups(items: Iterable[dict[str, Any]], words: int) -> Iterator[list[dict[str, Any]]]:
    """Short documents together, a long one by itself: the extractor is faster with several, and reads ahead.

    >>> [len(group) for group in _groups([{"words": n} for n in (2, 2, 9, 1)], 5)]
    [2, 1, 1]
    """
    group: list[dict[str, Any]] = []
    size = 0
    for item in items:
        if group and size + item["words"] > words:
            yield group
            group, size = [], 0
        group.append(item)
        size += item["words"]
    if group:
        yield group


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


class Lines:
    """The lines of standard input, never more of them taken than asked for: the next may be for the next child.

    The leader sends a request and waits for its answer, so that what is left over is of the same request.
    """

    def __init__(self) -> None:
        self._rest = b""

    def next(self) -> bytes:
        """The next line; empty where there is none any more. Where memory does not suffice it is passed over."""
        try:
            pieces = [self._rest]
            while b"\n" not in pieces[-1]:
                piece = os.read(0, 1 << 20)
                if not piece:
                    return b""
                pieces.append(piece)
            line, _, self._rest = b"".join(pieces).partition(b"\n")
            return line
        except MemoryError:
            last = pieces[-1]
            pieces.clear()
            while last and b"\n" not in last:
                last = os.read(0, 1 << 16)
            self._rest = last.partition(b"\n")[2]
            raise


def _serve(worker: Worker, lines: Lines, parent: int) -> int:
    """In a child: batches until it has read enough, or until leader or parent is gone, in mid-document too."""

    def watch() -> None:
        poll = select.poll()
        for descriptor in (0, parent):
            poll.register(descriptor, 0)  # told of nothing but that the other end is closed
        poll.poll()
        os._exit(GONE)

    threading.Thread(target=watch, daemon=True).start()
    while worker.words < worker.term:
        number = lines.next()
        if not number:
            return GONE
        worker.at[:] = int(number).to_bytes(8, "little")
        try:
            request = orjson.loads(lines.next() or b"{}")
        except (MemoryError, orjson.JSONDecodeError):  # orjson's word for it; the leader writes no bad JSON
            return OUT_OF_MEMORY
        if request:
            worker.batch(int(number), request)
    return 0


def _fork(worker: Worker, lines: Lines) -> int:
    """Run a child to its end; its exit code, negative where a signal ended it."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid:
        os.close(ours)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.close(theirs)
        return code
    code = 1
    try:
        os.close(theirs)
        code = _serve(worker, lines, ours)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        worker.cache.close()
        sys.stderr.flush()
        os._exit(code)


def main() -> int:
    """Serve until standard input ends. Exit code 2 with ``{"error": …}`` where the settings cannot be met."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the leader decides what Ctrl-C means
    # What libraries print must not get between the answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    lines = Lines()
    try:
        worker = Worker(json.loads(lines.next()), out)
    except GoldpanError as error:
        out.write(to_line({"error": str(error)}))
        out.flush()
        return 2
    worker.say({"ready": worker.cache.fingerprint})
    while (code := _fork(worker, lines)) != GONE:
        if code:
            worker.say({"ended": code, "number": int.from_bytes(worker.at[:], "little")})
    return 0


if __name__ == "__main__":
    sys.exit(main())
