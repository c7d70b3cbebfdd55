"""From decisions to gold: what changes, what does not, and what is refused."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pipeline.reconcile import gold as gold_files
from pipeline.review.open import open_run
from pipeline.review.queue import Filter, Queue
from pipeline.schema import GoldpanError
from pipeline.settings import Settings
from tests.review.conftest import Place


def open_as(place: Place, who: str) -> Queue:
    return open_run(place.run, place.gold, place.decisions, who, Settings(), [place.texts]).queue


def of_kind(queue: Queue, kind: str) -> list[Any]:
    return [item for item in queue.items if item.kind == kind]


def gold_bytes(place: Place) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.gold.glob("*.jsonl")}


def test_the_repositorys_gold_stays_as_it_is_where_nothing_is_said(place: Place) -> None:
    """Single lines change; a file that `gold.write` would write otherwise keeps every other byte."""
    path = place.gold / "paper000.jsonl"
    lines = path.read_text().splitlines()
    lines[0] = lines[0].replace('", "', '",   "')
    path.write_text("\n".join(lines) + "\n")
    queue = open_as(place, "Ann")
    item = next(i for i in of_kind(queue, "spurious") if i.doc == "paper000")
    queue.decide(item.id, "accept")
    assert place.command("gold", "apply", *place.options()).returncode == 0
    after = path.read_text().splitlines()
    assert len(after) == len(lines) + 1 and [line for line in after if line in lines] == lines
    assert not gold_files.check(place.gold, gold_files.texts_in(place.texts))


def test_undo_after_apply_takes_the_change_back(place: Place) -> None:
    before = gold_bytes(place)
    queue = open_as(place, "Ann")
    kinds = ("missed", "value", "moved", "label", "spurious")
    for kind in kinds:
        queue.decide(of_kind(queue, kind)[0].id, "accept")
    assert "5 changes made" in place.command("gold", "apply", *place.options()).stderr
    assert gold_bytes(place) != before
    for _ in kinds:
        assert queue.undo() is not None
    assert queue.undo() is None
    assert "5 changes made" in place.command("gold", "apply", *place.options()).stderr
    assert gold_bytes(place) == before
    queue.decide(of_kind(queue, "missed")[0].id, "accept")
    assert "1 change made" in place.command("gold", "apply", *place.options()).stderr


def test_a_hand_edit_after_apply_is_not_overruled(place: Place) -> None:
    queue = open_as(place, "Ann")
    item = of_kind(queue, "spurious")[0]
    queue.decide(item.id, "accept")
    before = gold_bytes(place)
    place.command("gold", "apply", *place.options())
    for name, data in before.items():
        (place.gold / name).write_bytes(data)
    assert "0 changes made" in place.command("gold", "apply", *place.options()).stderr
    assert gold_bytes(place) == before


def test_a_dry_run_writes_nothing(place: Place) -> None:
    queue = open_as(place, "Ann")
    queue.decide(of_kind(queue, "spurious")[0].id, "accept")
    before = gold_bytes(place)
    result = place.command("gold", "apply", "--dry-run", *place.options())
    assert '+{"doc"' in result.stdout and "would be made" in result.stderr
    assert gold_bytes(place) == before and not (place.decisions / "applied.jsonl").exists()


def test_gits_diff_is_shown_where_gold_is_in_git(place: Place) -> None:
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(place.root)]
    for more in (["init", "-q"], ["add", "gold"], ["commit", "-qm", "gold"]):
        subprocess.run([*git, *more], check=True)
    queue = open_as(place, "Ann")
    queue.decide(of_kind(queue, "spurious")[0].id, "accept")
    out = place.command("gold", "apply", *place.options()).stdout
    assert out.startswith("diff --git a/gold/") and '+{"doc"' in out


def test_two_curators_a_conflict_and_a_third(place: Place) -> None:
    ann, bob = open_as(place, "Ann"), open_as(place, "Bob")
    item, other = of_kind(ann, "spurious")[:2]
    ann.decide(item.id, "accept")
    ann.decide(other.id, "accept")
    second = bob.page(Filter("second"))
    assert (
        second["total"] == 2 and second["items"][0]["said"] == []
    )  # a second opinion is not led by the first
    bob.decide(item.id, "reject")
    bob.decide(other.id, "accept")
    assert bob.summary()["agreement"][0] | {"kappa": 0} == {
        "a": "Ann", "b": "Bob", "both": 2, "agreed": 1, "conflicts": 1, "kappa": 0,
    }  # fmt: skip
    before = gold_bytes(place)
    result = place.command("gold", "apply", *place.options())
    assert (
        "1 change made" in result.stderr and "1 in conflict" in result.stderr and gold_bytes(place) != before
    )
    assert item.id not in [
        i["id"] for i in ann.page(Filter())["items"]
    ]  # those who differ are not asked again
    cleo = open_as(place, "Cleo")
    first = cleo.page(Filter())["items"][0]
    assert first["id"] == item.id and {said["who"] for said in first["said"]} == {"Ann", "Bob"}
    assert first["tier"] == "two curators disagree"
    cleo.decide(item.id, "accept")
    assert cleo.progress()["conflicts"] == 0
    assert "1 change made" in place.command("gold", "apply", *place.options()).stderr


def test_what_cannot_be_is_refused_and_nothing_kept(place: Place) -> None:
    queue = open_as(place, "Ann")
    item = of_kind(queue, "value")[0]
    good = {
        "label": "SAMPLE_SIZE",
        "start": item.place,
        "end": item.place + 2,
        "value": {"count": 5, "role": "total"},
    }
    for wrong, said in (
        ({"label": "DISEASE"}, "unknown label"), ({"end": item.place}, "empty"), ({"end": 10**9}, "behind the text"),
        ({"start": True}, "empty"), ({"value": {"count": -1, "role": "total"}}, "whole number"),
        ({"start": item.place - 1}, "no blank"), ({"value": []}, "object"),
    ):  # fmt: skip
        with pytest.raises(GoldpanError, match=said):
            queue.decide(item.id, "fix", good | wrong)
    for arguments in ((item.id, "delete"), ("nope", "accept"), (item.id, "undo")):
        with pytest.raises(GoldpanError):
            queue.decide(*arguments)
    assert not (place.decisions / "curators").exists()
    queue.decide(item.id, "fix", good | {"text": "not from the page"})
    (line,) = (place.decisions / "curators" / "ann.jsonl").read_text().splitlines()
    row = json.loads(line)
    assert row["result"]["text"] == item.gold["text"]
    assert {"id", "at", "who", "action", "item", "run", "sha256", "gold", "found", "result"} <= row.keys()


def test_a_changed_text_or_gold_is_refused(place: Place) -> None:
    queue = open_as(place, "Ann")
    item = of_kind(queue, "value")[0]
    queue.decide(item.id, "accept")
    path = place.gold / f"{item.doc}.jsonl"
    kept = [line for line in path.read_text().splitlines() if json.loads(line).get("start") != item.place]
    path.write_text("\n".join(kept) + "\n")
    result = place.command("gold", "apply", *place.options())
    assert "any more; decide again" in result.stderr and "1 refused" in result.stderr
    text = place.texts / f"{item.doc}.txt"
    text.write_text(text.read_text() + "more")
    assert place.command("gold", "apply", *place.options()).returncode == 2


def test_a_document_without_gold_waits_until_it_is_named(place: Place) -> None:
    (place.gold / "paper001.jsonl").unlink()
    queue = open_as(place, "Ann")
    waiting = of_kind(queue, "unconfirmed")
    assert waiting and max(i.tier for i in queue.items) == waiting[0].tier
    for item in waiting[:3]:
        queue.decide(item.id, "accept")
    assert "paper001, which has no gold" in place.command("gold", "apply", *place.options()).stderr
    assert not (place.gold / "paper001.jsonl").exists()
    assert "3 changes made" in place.command("gold", "apply", "--new", "paper001", *place.options()).stderr
    made = gold_files.read(place.gold, gold_files.texts_in(place.texts))["paper001"]
    assert len(made.mentions) == 3 and made.sha256


def test_contradictions_and_alarms_come_first_and_change_no_gold(place: Place) -> None:
    side = {"doc": "paper000", "start": 0, "end": 5, "text": "Trial", "value": {"count": 1}}
    other = side | {"doc": "paper001", "value": {"count": 2}}
    row = {"study": "s2020", "field": "n_total", "verdict": "contradict", "severity": "high", "a": side, "b": other,
           "explanation": "1 against 2"}  # fmt: skip
    (place.run / "concord.json").write_text(json.dumps([row, row | {"verdict": "agree"}]))
    alarm = {
        "doc": "paper000",
        "check": "shares",
        "severity": "medium",
        "start": 0,
        "end": 5,
        "text": "Trial",
        "sum": "no",
    }
    (place.run / "audit.json").write_text(json.dumps([alarm]))
    queue = open_as(place, "Ann")
    assert [item.kind for item in queue.items[:2]] == ["contradiction", "alarm"]
    with pytest.raises(GoldpanError, match="what explains it"):
        queue.decide(queue.items[0].id, "fix")
    queue.decide(queue.items[0].id, "fix", note="completers against randomised")
    queue.decide(queue.items[1].id, "reject")
    before = gold_bytes(place)
    assert "0 changes made" in place.command("gold", "apply", *place.options()).stderr
    assert gold_bytes(place) == before and queue.progress()["settled"] == 2


def test_texts_are_found_where_the_run_says(place: Place) -> None:
    """documents.csv may say where each text is; a text that is not the one the run read is not shown."""
    table = place.run / "documents.csv"
    lines = table.read_text().splitlines()
    paths = ["path", *(str(place.texts / f"paper{n:03}.txt") for n in range(2))]
    table.write_text("\n".join(f"{line},{path}" for line, path in zip(lines, paths, strict=True)))
    session = open_run(place.run, place.gold, place.decisions, "Ann", Settings())
    assert "text" in session.views.contexts(session.queue.items[0])[0]
    (place.texts / "paper000.txt").write_text("another text")
    session = open_run(place.run, place.gold, place.decisions, "Ann", Settings(), [place.texts])
    shown = session.views.contexts(next(i for i in session.queue.items if i.doc == "paper000"))[0]
    assert "checksums differ" in shown["missing"]
    assert session.queue.decide(session.queue.items[0].id, "accept").who == "Ann"


def test_confidence_filters_where_the_model_gives_one(place: Place) -> None:
    path = place.run / "mentions.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    sure = {"points": 0.4, "119": 0.95}
    path.write_text("".join(json.dumps(r | {"confidence": sure.get(r["text"], 0.8)}) + "\n" for r in rows))
    queue = open_as(place, "Ann")
    assert queue.summary()["confidence"]
    assert queue.page(Filter(below=0.5))["total"] == len(of_kind(queue, "spurious"))


def test_a_page_of_a_pdf_is_drawn(tmp_path: Path) -> None:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    paper = canvas.Canvas(str(tmp_path / "paper.pdf"), pagesize=(400, 300))
    paper.drawString(72, 200, "Lithium was given to 26 patients with depression, who took 600 mg.")
    paper.save()
    run = tmp_path / "run"
    run.mkdir()
    mention = {"doc": "paper", "label": "DRUG", "start": 0, "end": 7, "text": "Lithium", "value": {"name": "lithium"},
               "page": 1, "bbox": [[72, 90, 110, 102]]}  # fmt: skip
    (run / "mentions.jsonl").write_text(json.dumps(mention) + "\n")
    session = open_run(run, None, tmp_path / "d", "Ann", Settings(gold=tmp_path / "none"), [tmp_path])
    (item,) = session.queue.items
    assert session.views.page_of(item) == 1 and session.views.contexts(item)[0]["pdf"]
    assert session.views.picture(item).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["nowhere"], "no run of this name"), (["run", "--gold", "nowhere"], "no such gold"),
     (["run", "--texts", "no"], "--texts"),
     (["run", "--curator", "//"], "--curator"), (["run", "--port", "99999999"], "give another --port")],
)  # fmt: skip
def test_bad_usage_is_one_line(place: Place, arguments: list[str], said: str) -> None:
    result = place.command("review", "--no-browser", *arguments)
    assert result.returncode == 2 and said in result.stderr and result.stderr.count("\n") == 1


def test_filters_and_pages(place: Place) -> None:
    queue = open_as(place, "Ann")
    assert queue.page(Filter(kind="missed", doc="000"))["total"] == 3
    assert queue.page(Filter(label="OUTCOME", kind="label"))["total"] == len(of_kind(queue, "label"))
    assert queue.page(Filter(cause="RULE:SAMPLE"))["total"] == len(of_kind(queue, "value"))
    assert queue.page(Filter(below=0.5))["total"] == 0
    seen: list[str] = []
    while rows := queue.page(Filter(), after=seen[-1] if seen else "", limit=7)["items"]:
        seen += [row["id"] for row in rows]
        queue.decide(rows[0]["id"], "reject")  # a queue that shrinks skips nothing
    assert seen == [item.id for item in queue.items]
