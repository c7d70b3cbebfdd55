"""``goldpan acquire --cited``: from a review to what its studies say themselves, over real HTTP."""

from __future__ import annotations

import csv
import hashlib
import json
import urllib.parse
from pathlib import Path

import pytest

from pipeline.acquire import Client, Shelf, cited
from pipeline.cli import main
from pipeline.schema import GoldpanError
from pipeline.settings import Settings
from tests.acquire.conftest import Server, row

REVIEW = """# Lithium after an episode: a short review

## Results

Roe et al. (2020) randomised 48 patients to lithium 900 mg/d or placebo; relapse was seen in 12%. Poe et al. (2021) gave
lithium 600 mg/d to 30 patients for a year, and 20% relapsed. Doe et al. (2019) treated 22 patients with placebo.

## References

Doe C, Moe D. Placebo for a year. J Test. 2019;1:1-9.
Poe B, Moe D. Lithium for a year. J Test. 2021;2:1-9. doi: 10.5555/p2
Roe A, Moe D. Lithium or placebo after an episode. J Test. 2020;3:1-9. doi: 10.5555/p1
"""


@pytest.fixture
def place(server: Server, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a review and its studies; the server knows the first of them."""
    first = row(1) | {
        "title": "Lithium or placebo after an episode.", "authorString": "Roe A, Moe D.", "pubYear": "2020",
        "abstractText": "We randomised 84 patients to lithium 900 mg/d or placebo. Relapse was seen in 12%.",
    }  # fmt: skip
    server.papers = [first, *(row(number) for number in range(3, 6))]
    monkeypatch.setenv("GOLDPAN_ACQUIRE_URL", settings.acquire_url)
    monkeypatch.setenv("GOLDPAN_ACQUIRE_PER_SECOND", "0")
    monkeypatch.setenv("GOLDPAN_ACQUIRE_RETRIES", "0")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "review.txt").write_text(REVIEW, encoding="utf-8")
    return tmp_path


def studies(place: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    assert main(["studies", "review.txt", "--format", "json", "--model", "none"]) == 0
    out = capsys.readouterr().out
    (place / "studies.json").write_text(out, encoding="utf-8")
    return list(json.loads(out))


def test_the_abstracts_of_cited_studies_show_where_a_review_misreports_them(
    server: Server, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(studies(place, capsys)) == 3
    assert main(["acquire", "--cited", "studies.json", "--out", "abstracts"]) == 0
    shown = capsys.readouterr()
    assert "fetched   doi:10.5555/p1" in shown.out and "unknown   doi:10.5555/p2" in shown.out
    assert "1 fetched, 1 unknown, 1 studies without DOI and PMID" in shown.err
    asked = urllib.parse.unquote_plus(server.asked[0])
    assert 'DOI:"10.5555/p1"' in asked and 'DOI:"10.5555/p2"' in asked
    (line,) = csv.DictReader((place / "abstracts" / "manifest.csv").open(newline=""))
    assert (line["doi"], line["terms"], len(line["acquired"])) == ("10.5555/p1", "abstract only", 10)
    raw = (place / "abstracts" / line["file"]).read_bytes()
    assert line["sha256"] == hashlib.sha256(raw).hexdigest()
    command = ["concord", "review.txt", "--abstracts", "abstracts", "--format", "json", "--model", "none"]
    assert main(command) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [
        (r["field"], r["verdict"], r["a"]["text"], r["b"]["text"]) for r in rows if r["verdict"] != "agree"
    ] == [("n_total", "contradict", "48", "84")]


def test_a_second_call_asks_for_nothing(
    server: Server, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    studies(place, capsys)
    assert main(["acquire", "--cited", "studies.json", "--out", "abstracts"]) == 0
    before = len(server.asked)
    capsys.readouterr()
    assert main(["acquire", "--cited", "studies.json", "--out", "abstracts"]) == 0
    assert len(server.asked) == before
    assert "1 present, 1 unknown" in capsys.readouterr().err


def test_an_interrupted_call_goes_on_where_it_was(server: Server, settings: Settings, tmp_path: Path) -> None:
    server.papers = [row(number) for number in range(1, 31)]
    server.page = 100
    works = [(f"10.5555/p{number}", None) for number in range(1, 31)]
    server.replies = [None, None, lambda handler: handler.send(500, b"oh")]
    client = Client(settings.replace(acquire_retries=0))
    done = []
    with pytest.raises(GoldpanError, match="HTTP 500"):
        done.extend(outcome for outcome in cited(works, Shelf(tmp_path), client))
    kept = list(csv.DictReader((tmp_path / "manifest.csv").open(newline="")))
    assert len(kept) == 20  # the first batch
    asked = len(server.asked)
    states = [outcome.state for outcome in cited(works, Shelf(tmp_path), client)]
    assert sorted(states) == ["fetched"] * 10 + ["present"] * 20
    assert 'DOI:"10.5555/p1"' not in urllib.parse.unquote_plus("".join(server.asked[asked:]))
    assert len(list(csv.DictReader((tmp_path / "manifest.csv").open(newline="")))) == 30


def test_an_abstract_that_was_changed_is_said(server: Server, settings: Settings, tmp_path: Path) -> None:
    works = [("10.5555/p1", None), ("10.5555/p2", None)]
    client = Client(settings)
    list(cited(works, Shelf(tmp_path), client))
    (line, _) = csv.DictReader((tmp_path / "manifest.csv").open(newline=""))
    (tmp_path / line["file"]).write_text('{"abstract": "mine"}', encoding="utf-8")
    states = {outcome.id: outcome.state for outcome in cited(works, Shelf(tmp_path), client)}
    assert states == {"doi:10.5555/p1": "changed", "doi:10.5555/p2": "present"}
    assert json.loads((tmp_path / line["file"]).read_text()) == {"abstract": "mine"}


def test_a_record_without_abstract_is_told_apart(server: Server, settings: Settings, tmp_path: Path) -> None:
    server.papers = [row(1) | {"abstractText": ""}]
    (outcome,) = cited([("10.5555/p1", None)], Shelf(tmp_path), Client(settings))
    assert (outcome.state, outcome.bad) == ("bare", False)


def test_abstracts_do_not_go_among_full_texts(server: Server, settings: Settings, place: Path) -> None:
    assert main(["acquire", "PMC3", "--out", "papers"]) == 0
    with pytest.raises(GoldpanError, match="holds full texts"):
        list(cited([("10.5555/p1", None)], Shelf(place / "papers"), Client(settings)))


def test_a_sealed_run_names_the_works(
    server: Server, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipeline.store import Run

    records = studies(place, capsys)
    with Run(place / "outputs") as run:
        with run.array("studies.json") as add:
            for record in records:
                add(record)
        folder = run.seal({"run": run.id})
    capsys.readouterr()
    for name in (str(folder), folder.name, "latest"):
        assert main(["acquire", "--cited", name, "--out", "abstracts"]) == 0
    assert "1 present, 1 unknown" in capsys.readouterr().err
    assert main(["acquire", "--cited", "no-such-run"]) == 2
    assert main(["acquire", "--cited", str(folder), "PMC1"]) == 2
    (place / "bad.json").write_text('{"a": 1}')
    assert main(["acquire", "--cited", "bad.json"]) == 2
    assert "list of studies" in capsys.readouterr().err
