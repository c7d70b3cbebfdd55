"""A run with differences of every kind at known places, its gold and its texts; the page's server; a browser."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.reconcile import gold as gold_files
from pipeline.reconcile.runs import read_run
from pipeline.reconcile.score import Scores, score
from tests.review.chromium import Chromium, find

ROOT = Path(__file__).resolve().parents[2]
#: What goes wrong in the sentences, in turn.
KINDS = ("missed", "spurious", "moved", "value", "label", "spurious")


def sentence(number: int) -> tuple[str, dict[str, tuple[str, dict[str, Any]]]]:
    """A sentence and its mentions: label → words and value."""
    words = {
        "DRUG": ("lithium", {"name": "lithium"}),
        "DOSE": (
            f"{100 + number} mg",
            {"amounts": [100 + number], "unit": "mg", "range": False, "drug": "lithium"},
        ),
        "SAMPLE_SIZE": (f"{20 + number}", {"count": 20 + number, "role": "total"}),
        "SCALE": ("MADRS", {"name": "MADRS"}),
        "RESULT": (f"{number}.5", {"number": number + 0.5, "kind": "mean_change"}),
    }
    drug, dose, size, scale, result = (words[label][0] for label in words)
    return (
        f"Trial no. {number} gave {drug} {dose} to {size} patients, and the {scale} fell by {result} points. ",
        words,
    )


@dataclass
class Place:
    """Folders of a run, its gold, its texts and its decisions; ``kinds`` are the differences in it by count."""

    root: Path
    run: Path
    gold: Path
    texts: Path
    decisions: Path
    env: dict[str, str]
    kinds: list[str] = field(default_factory=list)

    def options(self) -> list[str]:
        return ["--gold", str(self.gold), "--decisions", str(self.decisions), "--texts", str(self.texts)]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *arguments], cwd=self.root, env=self.env, capture_output=True,
            text=True, timeout=60, check=False,
        )  # fmt: skip

    def score(self) -> Scores:
        return score(gold_files.read(self.gold), read_run(self.run).mentions)


def build(root: Path, docs: int, sentences: int, env: dict[str, str]) -> Place:
    """Write texts, gold and run: one difference a sentence."""
    place = Place(root, root / "run", root / "gold", root / "texts", root / "decisions", env)
    for folder in (place.run, place.gold, place.texts):
        folder.mkdir(parents=True)
    rows: list[dict[str, Any]] = []
    table: list[list[str]] = []
    for d in range(docs):
        doc = f"paper{d:03}"
        text, golden, found = "", [], []
        for number in range(sentences):
            said, words = sentence(number)
            kind = KINDS[number % len(KINDS)]
            place.kinds.append(kind)
            at = len(text)
            text += said + ("\n\n" if number % 5 == 4 else "")
            for label, (piece, value) in words.items():
                start = text.index(piece, at if label == "DRUG" else golden[-1]["end"])
                mention = {
                    "doc": doc,
                    "label": label,
                    "start": start,
                    "end": start + len(piece),
                    "text": piece,
                    "value": value,
                }
                golden.append(mention)
                found += wrong(kind, mention | {"why": f"rule:{label.lower()}"}, text)
        data = text.encode()
        digest = hashlib.sha256(data).hexdigest()
        (place.texts / f"{doc}.txt").write_bytes(data)
        header = {"doc": doc, "sha256": digest, "guidelines": "1.2"}
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in [header, *golden])
        (place.gold / f"{doc}.jsonl").write_text(lines, encoding="utf-8")
        rows += found
        table.append([doc, "text", digest])
    (place.run / "mentions.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8"
    )
    (place.run / "run.json").write_text(json.dumps({"id": "run-1", "documents": {"processed": docs}}))
    with (place.run / "documents.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["id", "kind", "sha256"], *table])
    return place


def wrong(kind: str, mention: dict[str, Any], text: str) -> list[dict[str, Any]]:
    """What the run finds where gold has a mention."""
    label = mention["label"]
    if kind == "missed" and label == "DOSE":
        return []
    if kind == "moved" and label == "DOSE":
        start = mention["start"] - len("lithium ")
        return [mention | {"start": start, "text": text[start : mention["end"]]}]
    if kind == "value" and label == "SAMPLE_SIZE":
        return [mention | {"value": mention["value"] | {"count": mention["value"]["count"] + 100}}]
    if kind == "label" and label == "SCALE":
        return [mention | {"label": "OUTCOME", "value": {"name": "other"}}]
    if kind == "spurious" and label == "RESULT":
        start = text.index("points", mention["end"])
        more = {
            "label": "OUTCOME",
            "start": start,
            "end": start + 6,
            "text": "points",
            "value": {"name": "other"},
        }
        return [mention, mention | more]
    return [mention]


@pytest.fixture
def place(tmp_path: Path, clean_env: dict[str, str]) -> Place:
    """Two documents with 16 sentences each: 32 differences."""
    return build(tmp_path, 2, 16, clean_env)


Serve = Callable[..., tuple[subprocess.Popen[str], str]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts ``goldpan review`` in a process of its own; gives the process and the address that it printed."""
    started: list[subprocess.Popen[str]] = []

    def start(place: Place, *more: str, who: str = "Ann") -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "review", str(place.run), "--port", "0", "--no-browser",
             "--curator", who, *place.options(), *more],
            cwd=place.root, env=place.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        assert process.stdout is not None and process.stderr is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), process.stderr.read()
        return process, address

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chromium]:
    """A headless Chromium; skips where there is none."""
    program = find()
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    if not Path("/bin/bash").exists():
        pytest.skip("bash, which hands Chromium its pipe, is not installed")
    chromium = Chromium(program, tmp_path / f"profile-{os.getpid()}")
    yield chromium
    chromium.close()
