"""Gold files: what is wrong is said in one line, with the place and what to do; what is written is whole."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.reconcile import gold
from pipeline.schema import GoldpanError

TEXT = "Of 26 patients, 12 took lithium 300 mg. MADRS fell."
SHA = hashlib.sha256(TEXT.encode()).hexdigest()


def row(text: str = "lithium", label: str = "DRUG", **more: Any) -> dict[str, Any]:
    at = TEXT.index(text) if text in TEXT else 0
    return {
        "doc": "a",
        "label": label,
        "start": at,
        "end": at + len(text),
        "text": text,
        "value": {"name": "lithium"},
    } | more


def put(folder: Path, *rows: object, name: str = "a.jsonl") -> Path:
    lines = (line if isinstance(line, str) else json.dumps(line) for line in rows)
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


BAD = {
    "no end": ({k: v for k, v in row().items() if k != "end"}, "no end"),
    "no value": ({k: v for k, v in row().items() if k != "value"}, "no value"),
    "unknown label": (row(label="DRUGS"), "unknown label 'DRUGS'; use one of DRUG, DOSE"),
    "text differs": (row(start=25, end=32), "source[25:32] is 'ithium ', not 'lithium'; correct the offsets"),
    "text is not there": (row("wortmannin"), "the text does not stand in the source"),
    "beyond the end": (row(start=900, end=907), "source[900:907] is ''"),
    "empty span": (row(start=3, end=3), "offsets 3–3 are no span"),
    "floats": (row(start=24.0), "offsets 24.0–31 are no span"),
    "not JSON": ("{'doc': 1}", "not JSON"),
    "not an object": ("[1]", "not a JSON object"),
    "value is no object": (row(value="lithium"), "value must be an object"),
    "another text": (row(sha256="0" * 64), "made on another text of a"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_is_named(name: str, tmp_path: Path) -> None:
    line, said = BAD[name]
    put(tmp_path, {"doc": "a", "sha256": SHA}, row("MADRS", "SCALE", value={"name": "MADRS"}), line)
    problems = gold.check(tmp_path, {"a": TEXT})
    assert len(problems) == 1
    assert str(problems[0]).startswith(f"{tmp_path / 'a.jsonl'}:3: ") and said in str(problems[0])
    with pytest.raises(GoldpanError, match=r"a\.jsonl:3: "):
        gold.read(tmp_path, {"a": TEXT})


def test_wrong_values_and_overlaps_are_reported_and_still_scored(tmp_path: Path) -> None:
    put(tmp_path, row(), row("lithium 300"), row("26", "SAMPLE_SIZE", value={"count": "26", "role": "total"}))
    said: list[str] = []
    documents = gold.read(tmp_path, {"a": TEXT}, said.append)
    assert len(documents["a"].mentions) == 3
    assert "count must be a whole number" in said[0] and "overlaps 'lithium'" in said[1]


def test_a_header_is_optional_and_may_limit_the_labels(tmp_path: Path) -> None:
    put(tmp_path, {"doc": "a", "sha256": SHA, "guidelines": "1.2", "labels": ["DRUG"]}, row())
    put(tmp_path, row(doc="b"), name="b.jsonl")
    put(tmp_path, {"doc": "c"}, name="c.jsonl")
    documents = gold.read(tmp_path, {"a": TEXT})
    assert (documents["a"].labels, documents["a"].sha256, documents["a"].guidelines) == (
        ("DRUG",),
        SHA,
        "1.2",
    )
    assert len(documents["b"].mentions) == 1 and documents["c"].mentions == []


def test_a_changed_source_is_one_problem_not_one_a_line(tmp_path: Path) -> None:
    put(tmp_path, {"doc": "a", "sha256": SHA}, row(), row("MADRS", "SCALE"))
    assert len(gold.check(tmp_path, {"a": TEXT + " "})) == 1


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(GoldpanError, match=r"no \.jsonl file"):
        gold.load(tmp_path)
    with pytest.raises(GoldpanError, match="no such gold"):
        gold.load(tmp_path / "x")
    (tmp_path / "a.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GoldpanError, match="not UTF-8 at byte 0"):
        gold.load(tmp_path)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    put(
        tmp_path,
        {"doc": "a", "sha256": SHA, "guidelines": "1.2"},
        row("MADRS", "SCALE", value={"name": "MADRS"}),
        row(),
    )
    document = gold.read(tmp_path)["a"]
    gold.write(tmp_path / "out" / "a.jsonl", document)
    again = gold.read(tmp_path / "out", {"a": TEXT})["a"]
    assert [m.label for m in again.mentions] == ["DRUG", "SCALE"]
    assert (again.sha256, again.guidelines) == (SHA, "1.2")
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    gold.write_atomic(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        gold.write_atomic(path, b"new")
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_texts_keep_their_line_ends_and_stay_in_their_folder(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_bytes(b"a\r\nb\xc2\xb5")
    (tmp_path / "secret.txt").write_text("x", encoding="utf-8")
    look = gold.texts_in(tmp_path / "texts")
    source = look("a")
    assert source is not None and source.text == "a\r\nbµ"
    assert look("../secret") is None and look("") is None


def test_studies(tmp_path: Path) -> None:
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "a.json").write_text('[{"study": "x2016"}]', encoding="utf-8")
    assert gold.studies(tmp_path) == {"a": [{"study": "x2016"}]}
    (tmp_path / "studies" / "b.json").write_text('{"study": "x2016"}', encoding="utf-8")
    with pytest.raises(GoldpanError, match="not a list of study records"):
        gold.studies(tmp_path)
