"""Files of texts as corpora, and a run that is assembled from them a document at a time."""

import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import corpus, steps, store, texts
from pipeline.evidence.concord import concord
from pipeline.items import Item, Items
from pipeline.schema import GoldpanError, Mention
from pipeline.settings import Settings
from pipeline.store import Run


def write(path: Path, rows: list) -> Path:
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=2)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["t.jsonl", "t.parquet"])
def test_each_row_is_a_document_with_its_place(tmp_path, name):
    rows = [{"id": f"d{n}", "text": f"Dépression {n}."} for n in range(5)]
    found = corpus.load([write(tmp_path / name, rows)], Settings())
    assert [(i.id, i.row, i.path.name, i.reason) for i in found.items] == [
        (f"d{n}", n + 1, name, "") for n in range(5)
    ]
    reader = texts.Reader(1000)
    assert [reader.text(tmp_path / name, n) for n in (2, 4, 1, 9)] == [
        "Dépression 1.", "Dépression 3.", "Dépression 0.", "",
    ]  # fmt: skip


def test_bad_rows_are_set_aside_and_the_others_are_read(tmp_path):
    good = json.dumps({"id": "good", "text": "Lithium."})
    lines = [
        good, "{", "[1]", '{"text": "x"}', '{"id": "a"}', '{"id": "b", "text": " "}', '{"id": true, "text": "x"}',
        json.dumps({"id": "big", "text": "x" * 200}), '{"id": "s", "text": "\\ud800"}', "", "y" * 20_000,
        json.dumps({"id": "good", "text": "Another."}), json.dumps({"id": 7, "text": "Valproate."}),
    ]  # fmt: skip
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = corpus.load([path], Settings(max_bytes=100))
    reasons = {(item.row, item.id): item.reason for item in found.items}
    assert [key for key, reason in reasons.items() if not reason] == [(1, "good"), (13, "7")]
    assert "row 1, has the same name" in reasons[12, "good"]
    assert "max_bytes" in reasons[8, "big"] and "max_bytes" in reasons[11, "t-11"]
    assert (
        "no text" in reasons[5, "a"]
        and "no id" in reasons[4, "t-4"]
        and "not a JSON object" in reasons[2, "t-2"]
    )
    assert len(reasons) == 12


@pytest.mark.parametrize(
    ("content", "said"), [(b"PAR1 no", "not readable as Parquet"), (None, "has no column text")]
)
def test_file_that_is_no_parquet_of_texts_is_one_line(tmp_path, content, said):
    path = tmp_path / "t.parquet"
    if content is None:
        pq.write_table(pa.table({"id": ["a"], "abstract": ["x"]}), path)
    else:
        path.write_bytes(content)
    with pytest.raises(GoldpanError, match=said):
        corpus.load([path], Settings())


def test_batches_carry_texts_and_leave_out_what_is_known(tmp_path):
    path = write(tmp_path / "t.jsonl", [{"id": f"d{n}", "text": f"Lithium {n} mg."} for n in range(4)])
    settings = Settings(out=tmp_path / "out", model="none")
    work = steps.plan([path], settings)
    work.cache.put(work.key(1), [], "text", 3, 0.1)
    again = steps.plan([path], settings)
    assert list(again.reused) == [1]
    assert [[task.text for task in batch.tasks()] for batch in again.batches(1)] == [
        ["Lithium 0 mg."], ["Lithium 2 mg."], ["Lithium 3 mg."],
    ]  # fmt: skip
    assert work.key(0) != work.cache.key(work.corpus.items[0].sha256, ".txt")


def study(name: str, count: int, title: str | None) -> dict:
    """A study with one count, of a reference or of none."""
    fact = {"field": "n_total", "value": {"count": count, "role": "total"}, "start": 5, "end": 7, "text": str(count),
            "linked": "sentence", "sentence": "s"}  # fmt: skip
    table = fact | {"linked": "row", "value": {"count": count + 1, "role": "total"}, "text": str(count + 1)}
    reference = title and {
        "title": title, "doi": None, "pmid": None, "year": 2001, "authors": ["Roe"], "drugs": [], "routes": [],
        "designs": [], "start": 90, "end": 99,
    }  # fmt: skip
    return {
        "study": name,
        "doc": "",
        "arms": [],
        "outcomes": [],
        "sources": {"reference": reference, "facts": [fact, table]},
    }


def test_assembled_concordance_is_that_of_all_studies_at_once(tmp_path):
    title = "Lithium against placebo in bipolar depression of adults"
    rows = [{"id": f"d{n}", "text": f"Text {n}."} for n in range(4)]
    settings = Settings(out=tmp_path, model="none")
    path = write(tmp_path / "t.jsonl", rows)
    studies = [
        [study("a", 20, None), study("roe2001", 24, title)], [study("b", 30, None)],
        [study("roe2001", 28, title), study("c", 40, None)],
        [study("d", 50, "Another trial of quite other drugs in mania")],
    ]  # fmt: skip
    with Run(tmp_path) as run:
        work = steps.plan([path], settings)
        for index, mine in enumerate(studies):
            kept = [{"study": s} for s in mine] + [{"alarm": {"doc": "", "check": "shares", "n": index}}]
            mention = Mention("", "DRUG", 0, 4, "Text", {"name": "text"})
            work.keep(index, work.cache.put(work.key(index), [mention], "text", 2, 0.1, kept))
        tally = steps.assemble(run, work)
        sealed = run.seal(tally.to_json())
    written = list(store.read_array(sealed / "studies.json"))
    assert written == [s | {"doc": f"d{n}"} for n, mine in enumerate(studies) for s in mine]
    expected = concord(written)
    assert expected and list(store.read_array(sealed / "concord.json")) == expected
    assert json.loads((sealed / "concord.json").read_text(encoding="utf-8")) == expected
    assert [alarm["doc"] for alarm in store.read_array(sealed / "audit.json")] == ["d0", "d1", "d2", "d3"]
    assert pq.read_table(sealed / "studies.parquet").num_rows == len(written) == tally.studies
    assert (sealed / "documents.csv").read_text(encoding="utf-8").splitlines()[2].endswith("t.jsonl,2")


@pytest.mark.slow
def test_rows_of_a_file_give_what_files_of_their_own_give(goldpan, papers, tmp_path):
    rows = [{"id": p.stem, "text": p.read_text(encoding="utf-8")} for p in sorted(papers.iterdir())]
    write(tmp_path / "t.parquet", rows)
    assert goldpan("extract", papers).stdout == goldpan("extract", "t.parquet").stdout != ""


def test_times_and_sizes_of_files_are_not_trusted(papers, tmp_path):
    """What was read is known by its content: a file with the old time and size may be another text."""
    settings = Settings(out=tmp_path / "out", model="none")
    work = steps.plan([papers], settings)
    for index in work.todo:
        work.cache.put(work.key(index), [], "text", 2, 0.1)
    one, two, three = sorted(papers.iterdir())
    before = one.stat()
    one.write_text(one.read_text(encoding="utf-8").replace("600 mg/d", "601 mg/d"), encoding="utf-8")
    os.utime(one, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert one.stat().st_size == before.st_size
    os.utime(two, (0, 0))
    os.utime(three, (4e9, 4e9))
    again = steps.plan([papers], settings)
    assert (list(again.todo), list(again.reused)) == ([0], [1, 2])


@pytest.mark.parametrize(
    ("documents", "words", "expected"),
    [
        (10, 600, (2, 4_000)),
        (4_000, 600, (16, 160_000)),
        (40_000, 600, (80, 310_000)),
        (3, 500_000, (3, 500_010)),
    ],
)
def test_every_process_has_work_and_a_large_corpus_few_tasks(tmp_path, documents, words, expected):
    """For two processes: (tasks, words of the largest), at the setting's 300,000 words."""
    items = Items(Item(f"d{n}", tmp_path / "a.txt", "00" * 32, 6 * words - 6) for n in range(documents))
    settings = Settings(out=tmp_path)
    work = steps.Plan(corpus.Corpus(items), steps.open_cache(settings), settings.max_bytes)
    batches = list(work.batches(settings.batch_words, 2))
    assert sum(batch.count for batch in batches) == documents
    tasks, largest = expected
    assert tasks <= len(batches) <= tasks * 1.2 + 1 and max(batch.words for batch in batches) <= largest
