"""Decisions on disk: appended, flushed, and whole after a kill at any moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.reconcile import journal
from pipeline.review.consensus import agreement, consensus
from pipeline.review.decisions import Decision, Decisions, file_of
from pipeline.schema import GoldpanError


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_torn_last_line_is_ignored_and_cut_off(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.jsonl"
    journal.append(path, [{"id": "1", "note": "ä" * 5}, {"id": "2", "note": "torn somewhere in here"}])
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    kept = ["1", "2"] if cut == 1 else ["1"]  # only the line's end was lost: the row itself is whole
    assert [row["id"] for row in journal.read(path)[0]] == kept
    journal.append(path, [{"id": "3"}])
    assert [json.loads(line)["id"] for line in path.read_text().splitlines()] == [*kept, "3"]


def test_a_long_torn_line_is_cut_off_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "1"}\n{"id": "2", "note": "' + b"x" * 200_000)
    journal.append(path, [{"id": "3"}])
    assert path.read_bytes() == b'{"id": "1"}\n{"id": "3"}\n'


def test_a_bad_line_in_the_middle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "1"}\n<<<<<<< HEAD\n{"id": "2"}\n')
    with pytest.raises(GoldpanError, match=r"a\.jsonl: line 2 is no JSON object"):
        journal.read(path)


def test_a_full_disk_keeps_nothing_of_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    journal.append(path, [{"id": "1"}])
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:5]))
    with pytest.raises(GoldpanError, match="no room"):
        journal.append(path, [{"id": "2"}])
    assert path.read_text() == '{"id": "1"}\n'


def test_what_was_acknowledged_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    """A writer is killed again and again; every row that it said was kept is there, and each once."""
    path = tmp_path / "a.jsonl"
    script = (
        "import sys; from pathlib import Path; from pipeline.reconcile.journal import append\n"
        "for n in range(100000):\n"
        "    append(Path(sys.argv[1]), [{'id': f'{sys.argv[2]}-{n}', 'note': 'x' * 3000}])\n"
        "    print(f'{sys.argv[2]}-{n}', flush=True)\n"
    )
    told: list[str] = []
    for round_ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(path), str(round_)], stdout=subprocess.PIPE, text=True,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert process.stdout is not None
        told.append(process.stdout.readline().strip())
        time.sleep(0.02 * round_)
        process.send_signal(signal.SIGKILL)
        told += process.stdout.read().split()
        process.wait()
    kept = [row["id"] for row in journal.read(path)[0]]
    assert len(kept) == len(set(kept)) and set(told) <= set(kept)


def test_decisions_are_followed_as_they_grow(tmp_path: Path) -> None:
    ann, bob = Decisions(tmp_path), Decisions(tmp_path)
    first = Decision("i", "accept", "Ann", kind="spurious", result={"label": "DRUG"})
    ann.add(first)
    assert bob.refresh() and bob.of("i")["Ann"] == first and not bob.refresh()
    bob.add(Decision("i", "reject", "Bob"))
    ann.refresh()
    assert consensus(ann.of("i")).state == "conflict"
    table = agreement(ann)
    assert (table[0]["both"], table[0]["agreed"], table[0]["conflicts"]) == (1, 0, 1)
    ann.add(Decision("i", "undo", "Ann", undoes=first.id))
    assert list(ann.of("i")) == ["Bob"] and consensus(ann.of("i")).state == "settled"
    assert {path.name for path in (tmp_path / "curators").iterdir()} == {"ann.jsonl", "bob.jsonl"}


def test_agreement_is_cohens_kappa(tmp_path: Path) -> None:
    """By hand: 6 of 8 alike; each said accept 5 times of 8: expected (25 + 9) / 64, kappa 7 / 15."""
    log = Decisions(tmp_path)
    for n, (a, b) in enumerate(["aa"] * 4 + ["rr"] * 2 + ["ar", "ra"]):
        for who, word in (("Ann", a), ("Bob", b)):
            log.add(Decision(str(n), "accept" if word == "a" else "reject", who, kind="alarm"))
    (row,) = agreement(log)
    assert (row["agreed"], row["both"], row["kappa"]) == (6, 8, round(7 / 15, 3))


@pytest.mark.parametrize("who", ["../../etc/passwd", "a/b", "..", "\u202eevil"])
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, who: str) -> None:
    try:
        path = file_of(tmp_path, who)
    except GoldpanError:
        return
    assert path.parent == tmp_path / "curators" and path.name == path.resolve().name
