"""Differences between runs, their causes, and how they are shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pipeline.reconcile import diff_render
from pipeline.reconcile.diff import Difference, changes, diff, write_rows
from pipeline.reconcile.runs import Rows, read_rows, read_run
from pipeline.schema import GoldpanError, Mention

Make = Callable[..., Mention]
RECORD: dict[str, Any] = {
    "id": "1", "started": "then", "lexicons": {"drugs.tsv": "a", "scales.tsv": "a"}, "goldpan": {"code": "a"},
    "model": {"sha256": "a"}, "settings": {"model": "m", "workers": 1}, "documents": {"processed": 3},
}  # fmt: skip


def rows(name: str, mentions: list[Mention], **more: Any) -> Rows:
    return Rows(name, Path(name), mentions, **more)


def changed(**parts: Any) -> dict[str, Any]:
    return RECORD | {"id": "2", "started": "now", "documents": {"processed": 9}} | parts


def test_each_kind(m: Make) -> None:
    a = [m("DRUG", 0, 7), m("DRUG", 10, 17), m("DRUG", 20, 27), m("DRUG", 30, 37), m("DRUG", 40, 47)]
    b = [
        m("DRUG", 0, 7),
        m("DRUG", 10, 16),
        m("DRUG", 20, 27, name="x"),
        m("SCALE", 30, 37),
        m("DRUG", 50, 57),
    ]
    result = diff(rows("a", a), rows("b", b))
    assert [(r.kind, (r.a or r.b).start) for r in result.rows if r.a or r.b] == [  # type: ignore[union-attr]
        ("lost", 40), ("found", 50), ("label_changed", 30), ("value_changed", 20), ("moved", 10),
    ]  # fmt: skip
    assert result.unchanged == 1
    assert diff(rows("a", a), rows("b", list(reversed(a)))).rows == []


def test_only_what_can_matter_is_a_change() -> None:
    assert changes(RECORD, changed()) == []
    assert [c.field for c in changes(RECORD, changed(goldpan={"code": "b"}))] == ["goldpan.code"]


@pytest.mark.parametrize(
    ("parts", "why", "label", "cause"),
    [
        (
            {"lexicons": {"drugs.tsv": "b", "scales.tsv": "a"}, "goldpan": {"code": "b"}},
            "drug:x",
            "DRUG",
            "lexicons.drugs.tsv",
        ),
        (
            {"lexicons": {"drugs.tsv": "a", "scales.tsv": "b"}},
            "lexicon:MADRS",
            "SCALE",
            "lexicons.scales.tsv",
        ),
        ({"model": {"sha256": "b"}, "goldpan": {"code": "b"}}, "ner", "DRUG", "model.sha256"),
        ({"goldpan": {"code": "b"}, "model": {"sha256": "b"}}, "dose:unit", "DOSE", "goldpan.code"),
        ({"settings": {"model": "n", "workers": 2}}, "dose:unit", "DOSE", "settings.model"),
        ({}, "dose:unit", "DOSE", "unknown"),
    ],
)
def test_a_lost_row_leads_to_one_change(
    parts: dict[str, Any], why: str, label: str, cause: str, m: Make
) -> None:
    result = diff(rows("a", [m(label, 0, 7, why=why)], record=RECORD), rows("b", [], record=changed(**parts)))
    assert [(row.kind, row.cause, row.why) for row in result.rows] == [("lost", cause, why)]


def test_another_text_is_the_cause_before_all_others(m: Make) -> None:
    a = rows("a", [m("DRUG", 0, 7, why="drug:x")], record=RECORD, sha256={"d": "1"})
    b = rows("b", [], record=changed(goldpan={"code": "b"}), sha256={"d": "2"})
    assert diff(a, b).rows[0].cause == "input"


def test_a_document_that_only_one_run_read_is_no_loss(m: Make) -> None:
    a = rows("a", [m("DRUG", 0, 7, doc="x"), m("DRUG", 0, 7, doc="y")], processed=["x", "y"])
    result = diff(a, rows("b", [], processed=["x", "z"]))
    assert [row.doc for row in result.rows] == ["x"]
    assert (result.only_a, result.only_b) == (["y"], ["z"])


def test_gold_may_say_less_than_a_run_but_a_run_not_than_a_run(m: Make) -> None:
    a, b = [m("SCALE", 0, 5, name="HDRS")], [m("SCALE", 0, 5, name="HDRS", items=17)]
    assert diff(rows("gold", a, is_gold=True), rows("b", b)).rows == []
    assert [row.kind for row in diff(rows("a", a), rows("b", b)).rows] == ["value_changed"]


class Page(HTMLParser):
    """The tags of a page and what they load."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [value or "" for name, value in attrs if name in ("src", "href", "onerror", "onload")]


def test_the_page_escapes_everything_and_loads_nothing() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202e\x1b" + "x" * 10_000
    mention = Mention("<b>d", "DRUG", 0, 9, evil, {"name": evil}, why="</summary><iframe src='//x'>")
    other = Mention("<b>d", "<i>", 0, 9, evil, {"name": "y"})
    text = diff_render.html(diff(rows("<svg onload=x>", [mention]), rows("b", [other])))
    page = Page()
    page.feed(text)
    assert not page.tags & {"script", "img", "iframe", "svg", "b", "i"} and page.loads == []
    assert "\u202e" not in text and "\x1b" not in text and len(text) < 10_000
    assert "prefers-color-scheme: dark" in text and "default-src 'none'" in text


def test_a_large_diff_stays_a_small_page(m: Make) -> None:
    lost = [m("DRUG", 10 * k, 10 * k + 7, why="drug:x") for k in range(20_000)]
    result = diff(rows("a", lost), rows("b", []))
    assert len(result.rows) == 20_000
    assert "… and 19800 more" in (page := diff_render.html(result)) and len(page) < 200_000
    assert "… and 19997 more" in diff_render.table(result, 3)


def test_rows_are_written_and_runs_are_read(tmp_path: Path, m: Make) -> None:
    write_rows(
        tmp_path / "diff.jsonl", [Difference("lost", "d", m("DRUG", 0, 7, why="drug:x"), None, "input")]
    )
    line = json.loads((tmp_path / "diff.jsonl").read_text(encoding="utf-8"))
    assert (line["kind"], line["cause"], line["a"]["start"], line["b"]) == ("lost", "input", 0, None)
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "d.jsonl").write_text(json.dumps(m("DRUG", 0, 7).to_json()) + "\n", encoding="utf-8")
    assert read_rows(tmp_path / "g").is_gold


def test_a_run_folder_is_read_with_its_documents_and_record(tmp_path: Path, m: Make) -> None:
    (tmp_path / "mentions.jsonl").write_text(json.dumps(m("DRUG", 0, 7).to_json()) + "\n\n", encoding="utf-8")
    (tmp_path / "documents.csv").write_text(
        "id,status,sha256\nd,processed,1\ne,set_aside,\n", encoding="utf-8"
    )
    (tmp_path / "run.json").write_text('{"id": "1"}', encoding="utf-8")
    for path in (tmp_path, tmp_path / "mentions.jsonl"):
        run = read_run(path)
        assert (run.processed, run.sha256, run.record, len(run.mentions)) == (
            ["d", "e"],
            {"d": "1"},
            {"id": "1"},
            1,
        )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"), ("3", "not a JSON object"), ('{"label": "DRUG"}', "no doc"),
        ('{"doc": "d", "label": "DRUG", "start": 5, "end": 2, "text": "", "value": {}}', "no span"),
        ('{"doc": "d", "label": "DRUG", "start": 0, "end": 2, "text": "ab", "value": [1]}', "value must be an object"),
    ],
)  # fmt: skip
def test_a_damaged_line_is_named(line: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "mentions.jsonl").write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(GoldpanError, match=rf"mentions\.jsonl:2: .*{said}"):
        read_run(tmp_path)
