import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import command_names

ROOT = Path(__file__).resolve().parent.parent


def test_help_lists_every_command(goldpan):
    done = goldpan("--help")
    assert done.returncode == 0
    assert all(f"\n    {name} " in done.stdout for name in command_names())
    assert {"extract", "read", "run", "score", "serve"} <= set(command_names())


@pytest.mark.parametrize("command", command_names())
def test_each_commands_help_teaches_by_example(goldpan, command):
    done = goldpan(command, "--help")
    assert done.returncode == 0 and f"goldpan {command}" in done.stdout
    assert "--" in done.stdout and len(done.stdout.splitlines()) > 8


def test_help_loads_no_library(clean_env):
    code = (
        "import sys; from pipeline.cli import parser; parser();"
        "print([m for m in ('spacy', 'numpy', 'pandas', 'pyarrow', 'prefect', 'lxml') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=clean_env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_no_command_is_bad_usage(goldpan):
    assert goldpan().returncode == 2
    assert goldpan("exract").returncode == 2


def test_extract_prints_the_contracts_lines(goldpan, papers):
    done = goldpan("extract", papers / "alpha2020.txt")
    assert done.returncode == 0, done.stderr
    source = (papers / "alpha2020.txt").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows
    for row in rows:
        assert row["doc"] == "alpha2020"
        assert source[row["start"] : row["end"]] == row["text"]
    assert {"label": "DOSE", "text": "600 mg/d"} in [{"label": r["label"], "text": r["text"]} for r in rows]
    assert [r["start"] for r in rows] == sorted(r["start"] for r in rows)


def test_all_formats_hold_the_same_mentions(goldpan, papers):
    lines = [json.loads(line) for line in goldpan("extract", papers).stdout.splitlines()]
    assert json.loads(goldpan("extract", papers, "--format", "json").stdout) == lines
    rows = list(csv.DictReader(io.StringIO(goldpan("extract", papers, "--format", "csv").stdout)))
    assert [(r["doc"], int(r["start"]), json.loads(r["value"])) for r in rows] == [
        (r["doc"], r["start"], r["value"]) for r in lines
    ]
    table = goldpan("extract", papers, "--format", "table").stdout.splitlines()
    assert len(table) == len(lines) + 1


BAD = {
    "empty.txt": (b"", "empty"),
    "binary.txt": (bytes(range(256)) * 20, ""),
    "latin.txt": ("Dépression, 600 mg".encode("latin-1"), "UTF-8"),
    "wide.txt": ("Lithium 600 mg".encode("utf-16"), "UTF-8"),
    "zip.txt": (b"PK\x03\x04" + b"\x00" * 100, "zip"),
    "fake.txt": (b"%PDF-1.7\nnot really", ""),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_one_line_and_exit_code_2(goldpan, tmp_path, name):
    content, said = BAD[name]
    (tmp_path / name).write_bytes(content)
    for command in ("read", "extract"):
        done = goldpan(command, name)
        assert done.returncode == 2
        assert done.stdout == ""
        (line,) = done.stderr.splitlines()
        assert line.startswith("goldpan: ") and name in line and said in line


def test_bad_files_do_not_stop_the_others(goldpan, tmp_path, papers):
    (tmp_path / "empty.txt").write_bytes(b"")
    done = goldpan("extract", "empty.txt", papers / "alpha2020.txt", "missing.txt", papers / "beta2021.txt")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 2
    assert {json.loads(line)["doc"] for line in done.stdout.splitlines()} == {"alpha2020", "beta2021"}


def test_text_over_the_limit_is_refused_unread(goldpan, tmp_path):
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(50_000_000)
    done = goldpan("extract", "huge.txt")
    assert done.returncode == 2 and "50 MB" in done.stderr and len(done.stderr.splitlines()) == 1


def test_folders_without_documents_and_settings_that_are_wrong(goldpan, tmp_path):
    (tmp_path / "nothing").mkdir()
    assert "no documents" in goldpan("extract", "nothing").stderr
    done = goldpan("extract", "nothing", GOLDPAN_WORKER="2")
    assert done.returncode == 2 and "did you mean workers?" in done.stderr
    done = goldpan("extract", "--model", "en_no_such_model", ROOT / "corpus/sample/migraine2024.txt")
    assert done.returncode == 2 and "en_no_such_model" in done.stderr and len(done.stderr.splitlines()) == 1


def test_read_gives_text_and_structure(goldpan):
    sample = ROOT / "corpus" / "sample" / "arthritis2023.txt"
    text = goldpan("read", sample).stdout
    (row,) = [json.loads(line) for line in goldpan("read", sample, "--format", "json").stdout.splitlines()]
    assert row["text"].rstrip("\n") == text.rstrip("\n")
    assert row["title"] in text and row["references"] and row["citations"] and row["tables"]
    source = sample.read_text(encoding="utf-8")
    for citation in row["citations"]:
        assert source[citation["source_start"] : citation["source_end"]] == citation["text"]


def test_closed_pipe_is_silent(clean_env, papers):
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "extract", str(papers)],
        env=clean_env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
