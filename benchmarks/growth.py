"""How cost grows with the number of documents: one process streams abstracts and looks at its clock on the way."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.abstracts import abstract
from benchmarks.child import Job, Tool, peak_mb


def resident_mb() -> float:
    """Memory of this process now, in MB; its peak where the system does not say."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * 4096 / 2**20 if statm.is_file() else peak_mb()


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """Slope of log cost over log size (least squares): 1 where twice as much costs twice as much.

    >>> round(exponent([(100, 2.0), (1000, 20.0), (10000, 200.0)]), 6)
    1.0
    """
    xs = [math.log(size) for size, _ in points]
    ys = [math.log(cost) for _, cost in points]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


def marks(largest: int) -> list[int]:
    """Where to look at the clock: from 100 to ``largest``, three marks for each power of ten.

    >>> marks(1000)
    [100, 215, 464, 1000]
    """
    steps = round(3 * math.log10(largest / 100))
    return [*(round(100 * 10 ** (i / 3)) for i in range(steps)), largest]


def stream(job: Job) -> tuple[Callable[[list[str]], Any], Callable[[Any], Any]]:
    """Read and extract ``job["largest"]`` abstracts; [documents, seconds of CPU so far, resident MB] at each mark.

    Making the abstracts is not counted. The warm-up streams a few others.
    """
    from pipeline.extract import Extractor
    from pipeline.reading.text import build
    from pipeline.settings import Settings

    extractor = Extractor(Settings(model=job.get("model", "goldpan_ner")))
    stops = marks(job["largest"])

    def run(seeds: list[int]) -> list[tuple[int, float, float]]:
        if seeds == [1]:
            for _ in extractor.extract(build(abstract(n, seed=1), str(n)) for n in range(50)):
                pass
            return []
        rows, spent, done, clock = [], 0.0, 0, time.process_time
        while done < job["largest"]:
            ahead = min(200, next(stop for stop in stops if stop > done) - done)
            texts = [abstract(n) for n in range(done, done + ahead)]
            began = clock()
            for _ in extractor.extract(build(text, str(n)) for n, text in enumerate(texts)):
                pass
            spent += clock() - began
            done += ahead
            if done in stops:
                rows.append((done, round(spent, 4), round(resident_mb(), 1)))
        return rows

    warmed: list[int] = []

    def prepare(texts: list[str]) -> list[int]:
        warmed.append(1)
        return [1] if len(warmed) == 1 else [0]

    return prepare, run


TOOLS: dict[str, Tool] = {"stream": stream}
