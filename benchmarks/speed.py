"""The speed table: rounds of fresh processes on the same texts, PDFs, start-up, growth; Markdown for the README."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import environment, pdfs, rows
from benchmarks.abstracts import abstract
from benchmarks.growth import exponent
from benchmarks.processes import ROOT, Failed, command, measure
from benchmarks.rows import Row
from benchmarks.texts import Texts
from pipeline import __version__
from pipeline.lexicons import rows as lexicon
from pipeline.reconcile.render import markdown

PARTS = ("goldpan", "peers", "pdf", "start", "growth")
HEAD = ["what", "speed (of CPU)", "lowest–highest", "cost, tokenizer = 1", "peak MB"]
Lines = list[list[str]]


def say(line: str) -> None:
    """Progress, on standard error."""
    print(f"bench {time.strftime('%H:%M:%S')}  {line}", file=sys.stderr, flush=True)


def on_texts(texts: Texts, parts: Sequence[str], rounds: int, folder: Path, peers: Path) -> Lines:
    """The rows on texts: every row once a round, so that a busy machine is as busy for all of them."""
    wanted = [row for row in rows.plan() if row.name == rows.UNIT or _part(row) in parts]
    python, failed = environment.peers(peers, say) if any(row.peer for row in wanted) else (None, {})
    job = folder / "texts.json"
    terms = [row["name"] for row in lexicon("drugs.tsv")]
    job.write_text(json.dumps({"texts": texts.texts, "terms": terms}), encoding="utf-8")
    for number in range(1, rounds + 1):
        for row in wanted:
            row.failed = row.failed or failed.get(row.peer, "")
            if row.failed:
                continue
            try:
                row.measures.append(measure(row.module, row.tool, job, python if row.peer else None))
                say(f"round {number}/{rounds}  {row.name}: {row.measures[-1].seconds:.2f} s")
            except Failed as error:
                row.failed = str(error)
                say(f"round {number}/{rounds}  {row.name}: {error}")
    unit = [m.seconds for row in wanted if row.name == rows.UNIT for m in row.measures]
    return [line for row in wanted for line in rows.cells(row, texts.words, unit)]


def _part(row: Row) -> str:
    return "goldpan" if row.module == "ours" else "peers"


def on_pdfs(given: Path | None, rounds: int, folder: Path) -> Lines:
    """Pages a second of goldpan and what it is built beside, on the PDFs of a folder or on papers of our own; and the
    cost of goldpan over that of pdfplumber's words, which is to stay below 2.
    """
    try:
        paths = sorted(given.glob("*.pdf")) if given else pdfs.make(folder)
    except ImportError as error:
        return [["PDF", f"not measured: {error}; name a folder with --pdf", "", "", ""]]
    job = folder / "pdfs.json"
    job.write_text(json.dumps({"texts": [str(path.absolute()) for path in paths]}), encoding="utf-8")
    names = {
        "goldpan": "PDF: goldpan, reading order and structure",
        "words": "PDF: pdfplumber, extract_words",
        "pdfplumber": "PDF: pdfplumber, extract_text",
        "pypdfium2": "PDF: pypdfium2, text as it comes",
    }
    out: Lines = []
    speeds: dict[str, float] = {}
    for tool, name in names.items():
        say(name)
        try:
            done = [measure("pdfs", tool, job) for _ in range(rounds)]
        except Failed as error:
            out.append([name, f"not measured: {error}", "", "", ""])
            continue
        middle, low, high = rows.spread([m.seconds for m in done], done[0].done)
        peak = f"{max(m.peak for m in done):.0f}"
        out.append([name, f"{middle:.3g} pages/s", f"{low:.3g}–{high:.3g}" if rounds > 1 else "", "", peak])
        speeds[tool] = middle
    if speeds.keys() >= {"goldpan", "words"}:
        out.append(
            [
                "PDF: cost of goldpan over extract_words",
                f"{speeds['words'] / speeds['goldpan']:.2f}",
                "",
                "",
                "",
            ]
        )
    return out


def start_up(rounds: int, folder: Path) -> Lines:
    """Seconds of clock from the command to its first line: help, and the first mention of a paper."""
    paper = folder / "paper.txt"
    paper.write_text(abstract(1), encoding="utf-8")
    out: Lines = []
    for name, arguments in (
        ("start: goldpan --help", ["--help"]),
        ("start: goldpan extract, to the first mention", ["extract", str(paper)]),
        ("start: the same, without NER", ["extract", str(paper), "--model", "none"]),
    ):
        say(name)
        try:
            times = [command(arguments, folder) for _ in range(rounds + 1)][1:]
        except Failed as error:
            out.append([name, f"not measured: {error}", "", "", ""])
            continue
        clock = [seconds for seconds, _ in times]
        cpu = median(seconds for _, seconds in times)
        speed = f"{median(clock):.2f} s of clock, {cpu:.2f} s of CPU"
        out.append([name, speed, f"{min(clock):.2f}–{max(clock):.2f} s", "", ""])
    return out


def growth(largest: int, folder: Path) -> Lines:
    """The exponent of cost over documents, and memory at both ends."""
    job = folder / "growth.json"
    job.write_text(json.dumps({"texts": [""], "largest": largest}), encoding="utf-8")
    name = f"growth: 100 to {largest:,} abstracts, streamed"
    say(f"{name} (about {largest / 300:.0f} s)")
    try:
        done = measure("growth", "stream", job)
    except Failed as error:
        return [[name, f"not measured: {error}", "", "", ""]]
    points: list[tuple[int, float, float]] = done.done
    say("documents, seconds, MB: " + "; ".join(f"{n} {cpu:.2f} {mb:.0f}" for n, cpu, mb in points))
    slope = exponent([(n, cpu) for n, cpu, _ in points])
    rate = points[-1][0] / points[-1][1]
    memory = f"{points[0][2]:.0f} MB after 100, {points[-1][2]:.0f} MB after {largest:,}"
    return [
        [name, f"exponent {slope:.3f}, {rate:,.0f} documents/s", "", "", f"{done.peak:.0f}"],
        ["growth: memory in use", memory, "", "", ""],
    ]


def run(
    texts: Texts, parts: Sequence[str], *, quick: bool, pdf: Path | None, folder: Path,
    peers: Path, largest: int | None = None,
) -> str:  # fmt: skip
    """Measure and return the table as Markdown, with what it was measured on."""
    texts = texts.capped(30_000) if quick else texts
    rounds = 1 if quick else 3
    busy = [os.getloadavg()[0]]
    say(f"{len(texts.texts)} texts, {texts.words:,} words, rounds: {rounds}")
    steps: list[tuple[str, Callable[[], Lines]]] = [
        ("pdf", lambda: on_pdfs(pdf, rounds, folder)),
        ("start", lambda: start_up(3, folder)),
        ("growth", lambda: growth(largest or (3_000 if quick else 100_000), folder)),
    ]
    lines: Lines = []
    if {"goldpan", "peers"} & set(parts):
        lines += on_texts(texts, parts, rounds, folder, peers)
    for part, step in steps:
        if part in parts:
            lines += step()
    busy.append(os.getloadavg()[0])
    return markdown(HEAD, lines, right=(1, 2, 3, 4)) + "\n\n" + about(texts, rounds, busy)


def about(texts: Texts, rounds: int, busy: Sequence[float]) -> str:
    """What was measured on what, when, with which versions: the lines under the table."""
    names = ("spacy", "scispacy", "numpy", "pyahocorasick", "pdfplumber", "pypdfium2")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in names]
    pins = [
        pin for section in environment.sections(environment.PEERS.read_text()).values() for pin in section
    ]
    versions += [
        pin.replace("==", " ") for pin in pins if pin.split("==")[0] in ("medspacy", "edsnlp", "quantulum3")
    ]
    where = ", ".join(f"{name} ({count})" for name, count in texts.folders.items())
    return (
        f"{datetime.now(UTC):%d %B %Y}, goldpan {__version__} {commit()}, Python {platform.python_version()}, "
        f"{', '.join(versions)}. {processor()}, {os.cpu_count()} cores, load {busy[0]:.1f} at the start and "
        f"{busy[-1]:.1f} at the end. Texts: {where}; measured on {len(texts.texts)} texts with {texts.words:,} words "
        f"between white space. Each row: {_times(rounds)} in a process of its own, one thread, warmed up on every "
        "fifth text; words per second of CPU, all steps of a row included. Cost: time over that of spaCy's blank "
        "tokenizer in the same round."
    )


def _times(rounds: int) -> str:
    return "once" if rounds == 1 else f"median of {rounds} runs, each"


def commit() -> str:
    """The commit that was measured, with a plus where files differ from it; empty outside a repository."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty=+"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return f"({done.stdout.strip()})" if done.returncode == 0 else ""


def processor() -> str:
    """The name of the CPU, as the system gives it."""
    info = Path("/proc/cpuinfo")
    lines: list[Any] = info.read_text().splitlines() if info.is_file() else []
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
