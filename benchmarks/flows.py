"""Whole runs through the flow beside extraction alone: words a second and core, memory, one Dask worker and two.

Abstracts are made from our own templates (`benchmarks.abstracts`) and enter as Parquet or JSON lines. Each run is the
command ``goldpan run`` in a folder of its own; its processes are looked at from outside, Prefect's server apart.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.abstracts import abstracts
from benchmarks.child import Job, Tool
from benchmarks.processes import ROOT, Failed, environment, last_line, measure

_TICK = os.sysconf("SC_CLK_TCK")
_LOOK = 0.25
_ROWS_A_GROUP = 1000


def write(path: Path, count: int) -> None:
    """So many abstracts as a file of texts: Parquet or JSON lines, by its ending."""
    rows = ({"id": f"a{number:06}", "text": text} for number, text in enumerate(abstracts(count)))
    if path.suffix == ".jsonl":
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("id", pa.string()), ("text", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        held: list[dict[str, str]] = []
        for row in rows:
            held.append(row)
            if len(held) == _ROWS_A_GROUP:
                writer.write_table(pa.Table.from_pylist(held, schema))
                held = []
        writer.write_table(pa.Table.from_pylist(held, schema))


def alone(job: Job) -> tuple[Callable[[list[str]], Any], Callable[[Any], Any]]:
    """What a run does to a text, in one process, without a flow: read, extract, studies, audit; words, nothing kept."""
    from pipeline.extract import Extractor
    from pipeline.reading.text import build
    from pipeline.settings import Settings

    extractor = Extractor(Settings())

    def run(texts: list[str]) -> int:
        documents = (build(text, str(number)) for number, text in enumerate(texts))
        return sum(len(document.text.split()) for document, _, _ in extractor.rows(documents))

    return list, run


TOOLS: dict[str, Tool] = {"alone": alone}


@dataclass(slots=True)
class Seen:
    """The processes of a run: CPU seconds and peak memory, its server's apart."""

    cpu: dict[int, float] = field(default_factory=dict)
    servers: set[int] = field(default_factory=set)
    peak: float = 0.0

    def look(self, leader: int) -> None:
        """Look at the leader and what descends from it. Memory that processes share is counted once (PSS)."""
        memory = 0.0
        for pid, line, seconds in _family(leader):
            self.cpu[pid] = max(seconds, self.cpu.get(pid, 0.0))
            if "flows.server" in line:
                self.servers.add(pid)
            else:
                memory += _pss(pid)
        self.peak = max(self.peak, memory)

    def seconds(self, server: bool = False) -> float:
        return sum(s for pid, s in self.cpu.items() if (pid in self.servers) is server)


def _family(leader: int) -> Iterator[tuple[int, str, float]]:
    """Each process of a family: its number, command line and CPU seconds."""
    found: dict[int, tuple[int, float]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(stat.parent.name)] = int(fields[1]), (int(fields[11]) + int(fields[12])) / _TICK
    family, grown = {leader}, True
    while grown:
        more = {pid for pid, (parent, _) in found.items() if parent in family} - family
        family, grown = family | more, bool(more)
    for pid in family & found.keys():
        try:
            line = Path(f"/proc/{pid}/cmdline").read_text()
        except OSError:
            continue
        yield pid, line, found[pid][1]


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


@dataclass(frozen=True, slots=True)
class Ran:
    """A run: seconds of clock in all and extracting, CPU seconds without the server's and the server's, peak MB."""

    documents: int
    words: int
    clock: float
    extracting: float
    cpu: float
    server: float
    peak: float

    @property
    def per_cpu(self) -> float:
        return self.words / self.cpu


def run(path: Path, out: Path, workers: int, runner: str = "threads") -> Ran:
    """``goldpan run`` on a file of texts. Raises Failed with its last words."""
    settings = {"GOLDPAN_WORKERS": str(workers), "GOLDPAN_RUNNER": runner, "PYTHONPATH": str(ROOT)}
    arguments = ["run", str(path), "--out", str(out), "--format", "json"]
    out.parent.mkdir(parents=True, exist_ok=True)
    seen = Seen()
    began = time.perf_counter()
    with (out.parent / "errors").open("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *arguments], cwd=out.parent, env=environment() | settings,
            stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
        done = threading.Event()

        def look() -> None:
            while not done.wait(_LOOK):
                seen.look(process.pid)

        looking = threading.Thread(target=look)
        looking.start()
        try:
            printed, _ = process.communicate()
        finally:
            done.set()
            looking.join()
        clock = time.perf_counter() - began
        errors.seek(0)
        if process.returncode:
            raise Failed(last_line(errors.read()))
    record = json.loads(printed)
    return Ran(
        record["documents"]["processed"], record["words"], clock, record["timings"]["extract"], seen.seconds(),
        seen.seconds(server=True), seen.peak,
    )  # fmt: skip


def table(folder: Path, largest: int, say: Callable[[str], None]) -> str:
    """Measure and set out: extraction alone, runs of a tenth and of all, Dask with one worker and two."""
    small = max(largest // 10, 100)
    few, some, many = folder / "few.jsonl", folder / "some.parquet", folder / "many.parquet"
    say(f"making {largest:,} abstracts")
    write(few, small)
    write(some, max(largest // 4, 100))  # a cluster takes its seconds to start
    write(many, largest)
    job = folder / "job.json"
    job.write_text(json.dumps({"texts": list(abstracts(small))}), encoding="utf-8")
    rates: list[float] = []

    def reference() -> None:
        say(f"extraction alone, {small:,} abstracts")
        measured = measure("flows", "alone", job)
        rates.append(measured.done / measured.seconds)

    rows: list[tuple[str, Ran]] = []
    failed: list[str] = []
    for number, (what, path, workers, runner) in enumerate(
        (
            ("two workers, JSON lines", few, 2, "threads"), ("two workers, Parquet", many, 2, "threads"),
            ("one Dask worker", some, 1, "dask"), ("two Dask workers", some, 2, "dask"),
        )
    ):  # fmt: skip
        if number != 3:
            reference()
        say(what)
        try:
            rows.append((what, run(path, folder / f"out{number}" / "runs", workers, runner)))
        except Failed as error:
            if runner != "dask":
                raise
            failed.append(f"| {what} | not measured: {error} | | | | | |")
            break
    base = sum(rates) / len(rates)
    return _table(base, rates, rows, failed)


def _table(base: float, rates: list[float], rows: list[tuple[str, Ran]], failed: list[str]) -> str:
    lines = [
        "| what | abstracts | words/s of CPU | of extraction alone | extracting, words/s of clock "
        "| peak MB | server, CPU s |",
        "|---|--:|--:|--:|--:|--:|--:|",
        f"| extraction alone, one process | | {base:,.0f} ({min(rates):,.0f}–{max(rates):,.0f}) | 1.00 | | | |",
    ]
    lines += [
        f"| {what} | {r.documents:,} | {r.per_cpu:,.0f} | {r.per_cpu / base:.2f} | {r.words / r.extracting:,.0f} "
        f"| {r.peak:,.0f} | {r.server:.1f} |"
        for what, r in rows
    ]  # fmt: skip
    small, large, *dask = (r for _, r in rows)
    said = f"Memory at {large.documents:,} over {small.documents:,}: {large.peak / small.peak:.2f}. "
    if len(dask) == 2:
        one, two = dask
        said += (
            f"Two Dask workers over one: {one.extracting / two.extracting:.2f} extracting, "
            f"{one.clock / two.clock:.2f} from start to end. "
        )
    said += "CPU is that of all processes of a run but Prefect's server, their start included."
    return "\n".join([*lines, *failed, "", said])
