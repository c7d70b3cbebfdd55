"""The quality table on corpora of two sentences, whose scores are known by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import bc5cdr, on_pico, quality
from benchmarks.intervals import tallied
from pipeline.extract import Extractor

TEXT = "Sixty women were randomly assigned to tamoxifen (n = 31) or placebo (n = 29). Response was seen in 40%.\n"
ANNOTATIONS = (("total-participants", "Sixty"), ("intervention-participants", "31"), ("control-participants", "29"),
               ("iv-bin-percent", "40%"), ("iv-cont-sd", "seen in"))  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    pico, cdr = root / "pico_corpus", root / "bc5cdr"
    pico.mkdir()
    cdr.mkdir()
    for name in ("1", "2"):
        (pico / f"{name}.txt").write_text(TEXT, encoding="utf-8")
        lines = []
        for number, (kind, printed) in enumerate(ANNOTATIONS, 1):
            at = TEXT.index(printed)
            lines.append(f"T{number}\t{kind} {at} {at + len(printed)}\t{printed}\n")
        (pico / f"{name}.ann").write_text("".join(lines), encoding="utf-8")
    tokens = ["Naloxone", "was", "given", "for", "hypotension", ".", "Zzz"]
    tags = ["B-Chemical", "O", "O", "O", "B-Disease", "O", "B-Chemical"]
    (cdr / bc5cdr.FILE).write_text("".join(f"{a}\t{b}\n" for a, b in zip(tokens, tags, strict=True)))
    ebm = root / "ebm_nlp"
    ebm.mkdir()
    words = (
        "Lithium/B-INTV was/O given/O to/O patients/B-POPU ./O / Nausea/B-OC occurred/O in/O 12/O %/O and/O "
    )
    tokens = [
        word.rpartition("/")
        for word in f"{words} zest/B-OC in/O none/O ;/O placebo/O was/O given/O ./O".split()
    ]
    lines = [
        "-DOCSTART- -X- O O\n",
        "\n",
        *(f"{word} NN {tag}\n" if word else "\n" for word, _, tag in tokens),
    ]
    (ebm / "one.iob").write_text("".join(lines), encoding="utf-8")
    return root


def cells(table: str, texts: str, what: str) -> list[str]:
    row = next(line for line in table.splitlines() if line.startswith(f"| {texts} | {what} |"))
    return [cell.strip() for cell in row.strip("|").split("|")][2:]


def test_table(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOLDPAN_TEXTS", raising=False)
    table = quality.run([], data, errors=5)
    assert cells(table, "samples", "DRUG")[0].isdigit()
    n, precision, recall, _, _ = cells(table, "PICO-Corpus", "total per abstract, exact")
    assert n == "2" and precision.startswith("1.000 (0.") and recall.startswith("1.000 (0.")
    assert cells(table, "PICO-Corpus", "arm sizes, by value")[0] == "4"
    assert cells(table, "EBM-NLP", "outcomes of theirs, touched")[0::2][:2] == ["2", "0.500 (0.095–0.905)"]
    assert cells(table, "EBM-NLP", "outcomes of ours that touch")[0] == "1"
    assert cells(table, "EBM-NLP", "drugs of ours that touch")[0] == "2"
    assert cells(table, "PICO-Corpus", "percentages of the two arms")[1:3] == ["", "1.000 (0.342–1.000)"]
    n, precision, recall, _, _ = cells(table, "BC5CDR dev", "chemicals, strict")
    assert (n, precision[:5], recall[:5]) == ("2", "1.000", "0.500")
    assert "| BC5CDR dev | missed | one word | chemicals | 1 | Zzz |" in table


def test_what_is_not_here_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOLDPAN_DATA", raising=False)
    table = quality.run([], None, errors=0)
    assert "PICO-Corpus: not here" in table and "BC5CDR dev: not here" in table


def test_errors_of_pico_have_kinds_and_are_of_one_half(data: Path) -> None:
    folder = data / "pico_corpus"
    for name in ("3", "5"):  # the checksum of "5" is even
        (folder / f"{name}.txt").write_text("Of 12 men, 7 died.\n", encoding="utf-8")
        (folder / f"{name}.ann").write_text("T1\tintervention-participants 3 5\t12\n", encoding="utf-8")
    try:
        part = on_pico.part(Extractor(), folder)
    finally:
        for name in ("3", "5"):
            (folder / f"{name}.txt").unlink()
    errors = [(c.kind, c.label, c.count) for c in part.causes if c.label == "arm"]
    assert errors == [("found as total", "arm", 1)]
    halves = {line[0] for line in part.lines}
    assert halves == {"PICO-Corpus", "PICO-Corpus, half read", "PICO-Corpus, other half"}


def test_group_sizes_of_the_study_record(data: Path) -> None:
    lines = on_pico.part(Extractor(), data / "pico_corpus").lines
    row = next(line for line in lines if line[1].startswith("arm sizes of the study record"))
    assert row[2] == "4" and row[3].startswith("1.000") and row[4].startswith("1.000")


def test_intervals_hold_the_score_and_are_never_a_point() -> None:
    scores = tallied(np.array([[1.0, 1, 1]] * 5))
    low, high = scores.interval["recall"]
    assert scores.recall == high == 1.0 and 0.5 < low < 0.6
    scores = tallied(np.array([[0.0, 0, 0]]))
    assert (scores.f1, scores.interval["f1"]) == (0.0, (0.0, 1.0))
