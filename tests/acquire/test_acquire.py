"""Acquiring over real HTTP: a server on the loopback that pages, throttles, fails, truncates, stalls and lies."""

from __future__ import annotations

import csv
import hashlib
import json
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.acquire import Client, Outcome, Shelf, acquire, fetch_abstracts
from pipeline.acquire.europepmc import dated_query, search
from pipeline.corpus import load
from pipeline.reading import read
from pipeline.schema import GoldpanError
from pipeline.settings import Settings
from tests.acquire.conftest import Handler, Reply, Server, jats, row


def states(outcomes: Iterator[Outcome]) -> dict[str, str]:
    return {outcome.id: outcome.state for outcome in outcomes}


def test_a_query_is_paged_and_kept_with_licence_checksum_and_date(
    server: Server, client: Client, tmp_path: Path
) -> None:
    assert states(acquire(client, Shelf(tmp_path), query="lithium")) == {
        f"PMC{i}": "fetched" for i in range(1, 8)
    }
    assert sum("search" in path for path in server.asked) == 4  # three full pages' worth, and the end
    with (tmp_path / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["id"] for r in rows] == [f"PMC{i}" for i in range(1, 8)]
    first, path = rows[0], tmp_path / "texts" / "PMC1.nxml"
    assert (first["terms"], first["doi"], first["pmid"], first["title"]) == (
        "CC BY",
        "10.5555/p1",
        "1001",
        "Paper 1",
    )
    assert first["citation"] == "J Test 2026;3(2):1-9"
    assert first["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert len(first["acquired"]) == 10
    assert json.loads((tmp_path / "metadata" / "PMC1.json").read_text())["abstract"].startswith(
        "Methods: 1 men & 10"
    )
    assert server.agents == {next(iter(server.agents))} and "mailto:someone@example.org" in next(
        iter(server.agents)
    )
    corpus = load([tmp_path], Settings())
    assert [(i.id, i.reason) for i in corpus.items] == [(f"PMC{i}", "") for i in range(1, 8)]
    assert read(corpus.items[2].path).text == "Paper 3\n\n3 men took lithium 600 mg."


def test_what_is_there_is_never_fetched_again(server: Server, client: Client, tmp_path: Path) -> None:
    list(acquire(client, Shelf(tmp_path), ["PMC1", "10.5555/P2", "1003", "https://doi.org/10.5555/p2"]))
    before = len(server.asked)
    names = ["PMC1", "10.5555/p2", "PMID:1003", "doi:10.5555/P2", "https://doi.org/10.5555/p2"]
    assert set(states(acquire(client, Shelf(tmp_path), names)).values()) == {"present"}
    assert len(server.asked) == before  # not a single request
    list(acquire(client, Shelf(tmp_path), query="lithium"))
    assert sum("fullTextXML" in path for path in server.asked) == 7
    (tmp_path / "texts" / "PMC1.nxml").unlink()
    assert states(acquire(client, Shelf(tmp_path), ["PMC1"])) == {"PMC1": "fetched"}
    assert len(list(csv.DictReader((tmp_path / "manifest.csv").open()))) == 7
    (tmp_path / "texts" / "PMC1.nxml").write_text("my notes")
    (changed,) = acquire(client, Shelf(tmp_path), ["PMC1"])
    assert changed.state == "changed" and changed.bad
    assert (tmp_path / "texts" / "PMC1.nxml").read_text() == "my notes"


def test_an_interrupted_query_goes_on_where_it_was(server: Server, client: Client, tmp_path: Path) -> None:
    outcomes = acquire(client, Shelf(tmp_path), query="lithium")
    for _ in range(4):
        next(outcomes)
    outcomes.close()  # Ctrl-C
    assert states(acquire(client, Shelf(tmp_path), query="lithium", limit=2)) == {
        "PMC1": "present", "PMC2": "present", "PMC3": "present", "PMC4": "present", "PMC5": "fetched", "PMC6": "fetched"
    }  # fmt: skip
    assert sum("fullTextXML" in path for path in server.asked) == 6
    assert not list(tmp_path.rglob("*.part"))


def test_other_lines_and_columns_of_a_manifest_stay(server: Server, client: Client, tmp_path: Path) -> None:
    old = "id,title,doi,citation,terms,sha256,file,note\na,An old one,,here,CC0,,a.txt,mine\n"
    (tmp_path / "manifest.csv").write_text(old)
    list(acquire(client, Shelf(tmp_path), ["PMC1"]))
    rows = list(csv.DictReader((tmp_path / "manifest.csv").open()))
    assert rows[0]["note"] == "mine" and rows[0]["title"] == "An old one"
    assert rows[1]["id"] == "PMC1" and rows[1]["note"] == ""


# ---------------------------------------------------------------- a server that is not well


def throttle(after: str) -> Reply:
    return lambda handler: handler.send(429, b"slow down", Retry_After=after)


def fail(status: int) -> Reply:
    return lambda handler: handler.send(status, b"oh")


def truncate(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b"<article><body>")


def hang_up(handler: Handler) -> None:
    handler.connection.close()


def stall(handler: Handler) -> None:
    time.sleep(1.6)


def lie(handler: Handler) -> None:
    handler.send(200, b"<!DOCTYPE html><html><body>We are down for maintenance</body></html>", "text/html")


@pytest.mark.parametrize("trouble", [throttle("7"), fail(500), fail(503), truncate, hang_up, stall, lie])
def test_trouble_that_passes_is_waited_out(
    trouble: Reply, server: Server, client: Client, pauses: list[float], tmp_path: Path
) -> None:
    server.replies = [None, trouble]  # the search is well, the text is not at first
    assert states(acquire(client, Shelf(tmp_path), ["PMC1"])) == {"PMC1": "fetched"}
    assert len(server.asked) == 3 and len(pauses) == 1
    assert (tmp_path / "texts" / "PMC1.nxml").read_bytes() == jats(1)


def test_pauses_grow_with_jitter_and_heed_retry_after(
    server: Server, client: Client, pauses: list[float]
) -> None:
    server.replies = [fail(500), fail(502)]
    list(search(client, "lithium", 1))
    assert 0.5 <= pauses[0] <= 1 and 1 <= pauses[1] <= 2
    pauses.clear()
    server.replies = [throttle("7")]
    list(search(client, "lithium", 1))
    assert pauses == [7]
    server.replies = [throttle("3600")]
    with pytest.raises(GoldpanError, match="asks to wait 3600 s"):
        list(search(client, "lithium", 1))


def test_trouble_that_stays_is_reported_and_the_rest_goes_on(
    server: Server, client: Client, tmp_path: Path
) -> None:
    server.replies = [None, fail(500), fail(500), fail(500)]
    found = list(acquire(client, Shelf(tmp_path), ["PMC1", "PMC2", "PMC99"]))
    assert [(o.id, o.state) for o in found] == [("PMC1", "failed"), ("PMC2", "fetched"), ("PMC99", "failed")]
    assert "HTTP 500" in found[0].detail and "3 tries" in found[0].detail
    assert "does not know it" in found[2].detail
    assert not (tmp_path / "texts" / "PMC1.nxml").exists()


def test_a_search_that_fails_keeps_what_came_before(server: Server, client: Client, tmp_path: Path) -> None:
    server.replies = [None] * 4 + [lie, lie, lie]  # first page and three texts, then the second page
    with pytest.raises(GoldpanError, match="no search result"):
        list(acquire(client, Shelf(tmp_path), query="lithium"))
    assert len(list(csv.DictReader((tmp_path / "manifest.csv").open()))) == 3


@pytest.mark.parametrize("status", [400, 403])
def test_a_refusal_is_not_repeated(status: int, server: Server, client: Client) -> None:
    server.replies = [fail(status)]
    with pytest.raises(GoldpanError, match=f"HTTP {status}"):
        list(search(client, "lithium", 1))
    assert len(server.asked) == 1


def test_an_answer_that_is_too_large_is_cut_off(server: Server, settings: Settings, tmp_path: Path) -> None:
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65536)
        except OSError:
            return

    server.replies = [endless]
    with pytest.raises(GoldpanError, match="max_bytes"):
        Client(settings.replace(max_bytes=1_000_000)).get("PMC1/fullTextXML")


def test_a_server_that_drips_is_given_up(server: Server, settings: Settings) -> None:
    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(b"x")
                time.sleep(0.05)
        except OSError:
            return

    server.replies = [drip]
    began = time.monotonic()
    with pytest.raises(GoldpanError, match="too slow"):
        Client(settings.replace(acquire_timeout_seconds=0.1, acquire_retries=0)).get("PMC1/fullTextXML")
    assert time.monotonic() - began < 3


def test_nobody_is_there(settings: Settings) -> None:
    lost = settings.replace(acquire_url="http://127.0.0.1:9/rest")
    with pytest.raises(GoldpanError, match="cannot be reached"):
        Client(lost, sleep=lambda seconds: None).get("search")


def test_a_redirect_leaves_the_web_for_nothing(server: Server, client: Client) -> None:
    server.replies = [lambda handler: handler.send(302, b"", Location="file:///etc/passwd")] * 3
    with pytest.raises(GoldpanError, match=r"not allowed|redirected to file"):
        client.get("search")


def test_requests_keep_their_distance(server: Server, settings: Settings) -> None:
    client = Client(settings.replace(acquire_per_second=20))
    for _ in range(4):
        client.get("PMC1/fullTextXML")
    gaps = [b - a for a, b in zip(server.times, server.times[1:], strict=False)]
    assert min(gaps) > 0.03 and sum(gaps) > 0.13


def test_an_endless_cursor_ends(server: Server, client: Client) -> None:
    def same(handler: Handler) -> None:
        body = {"nextCursorMark": "same", "resultList": {"result": [row(1)]}}
        handler.send(200, json.dumps(body).encode())

    server.replies = [same] * 10
    assert [record.id for record in search(client, "lithium")] == ["PMC1"]
    assert len(server.asked) == 2


# ---------------------------------------------------------------- what is not open, older services, hostile rows


def test_a_closed_paper_is_noted_or_kept_as_its_abstract(
    server: Server, client: Client, tmp_path: Path
) -> None:
    server.papers = [row(1, is_open=False)]
    assert states(acquire(client, Shelf(tmp_path), query="lithium")) == {"MED1001": "closed"}
    assert (tmp_path / "metadata" / "MED1001.json").is_file() and not (tmp_path / "manifest.csv").exists()
    (named,) = acquire(client, Shelf(tmp_path), ["1001"])
    assert named.bad and "--abstracts" in named.detail
    assert states(acquire(client, Shelf(tmp_path), ["1001"], abstracts=True)) == {"MED1001": "abstract"}
    (item,) = load([tmp_path], Settings()).items
    document = read(item.path)
    assert document.title == "Paper 1" and "1 men & 102 mice." in document.text
    assert next(csv.DictReader((tmp_path / "manifest.csv").open()))["terms"] == "abstract only"


def test_a_service_that_wants_the_source_before_the_identifier(
    server: Server, client: Client, tmp_path: Path
) -> None:
    server.replies = [None, fail(404), lambda handler: handler.send(200, jats(1))]
    assert states(acquire(client, Shelf(tmp_path), ["PMC1"])) == {"PMC1": "fetched"}
    assert server.asked[1:] == ["/rest/PMC1/fullTextXML", "/rest/MED/1001/fullTextXML"]


@pytest.mark.parametrize(
    "bad",
    [{"id": "../../x", "source": "MED"}, {"id": "1", "source": "../.."}, {"source": "MED"}, "text", {}, None],
)
def test_a_row_with_a_name_that_leads_elsewhere_is_passed_over(
    bad: Any, server: Server, client: Client, tmp_path: Path
) -> None:
    server.papers = []
    body = json.dumps({"resultList": {"result": [bad, row(1) | {"pmcid": "PMC/../../1"}]}}).encode()
    server.replies = [lambda handler: handler.send(200, body)]
    list(acquire(client, Shelf(tmp_path / "in"), query="lithium", abstracts=True))
    assert {p.name for p in tmp_path.iterdir()} == {"in"}
    assert {p.name for p in (tmp_path / "in").rglob("*.json")} == {"MED1001.json"}


def test_two_commands_do_not_write_one_folder(server: Server, client: Client, tmp_path: Path) -> None:
    with Shelf(tmp_path).locked(), pytest.raises(GoldpanError, match="another goldpan acquire"):
        list(acquire(client, Shelf(tmp_path), ["PMC1"]))


def test_an_answer_about_another_paper_is_not_taken(server: Server, client: Client, tmp_path: Path) -> None:
    body = json.dumps({"resultList": {"result": [row(2)]}}).encode()
    server.replies = [lambda handler: handler.send(200, body)]
    assert states(acquire(client, Shelf(tmp_path), ["PMC1"])) == {"PMC1": "failed"}
    assert not (tmp_path / "texts").exists()


@pytest.mark.parametrize("bad", ["", "abc", "10.1", "PMC", "12345678901"])
def test_a_bad_identifier_is_said_before_anything_is_fetched(
    bad: str, server: Server, client: Client, tmp_path: Path
) -> None:
    with pytest.raises(GoldpanError, match="no DOI, PMID or PMCID"):
        list(acquire(client, Shelf(tmp_path), ["PMC1", bad]))
    assert server.asked == []


def test_dates_are_checked() -> None:
    with pytest.raises(GoldpanError, match="no date"):
        dated_query("lithium", "yesterday")
    with pytest.raises(GoldpanError, match="empty"):
        dated_query("  ", None)


# ---------------------------------------------------------------- abstracts of cited studies


def test_abstracts_are_fetched_in_batches_and_once(server: Server, client: Client, tmp_path: Path) -> None:
    works = [
        ("10.5555/P1", None),
        (None, "1002"),
        ("10.5555/p3", "1003"),
        ("10.5555/none", None),
        (None, None),
    ]
    found = fetch_abstracts(works, tmp_path, client)
    assert len(server.asked) == 2  # one page of three hits, and the end
    assert set(found) == {("10.5555/p1", None), (None, "1002"), ("10.5555/p3", "1003")}
    data = json.loads(found[None, "1002"].read_text())
    assert data["abstract"] == "Methods: 2 men & 102 mice.\n\nResults: Good."
    assert data["sha256"] == hashlib.sha256(data["abstract"].encode()).hexdigest() and data["acquired"]
    before = len(server.asked)
    again = fetch_abstracts([*works, ("10.5555/p2", None)], tmp_path, client)
    assert len(server.asked) == before  # paper 2 is found by its DOI too, the unknown one is remembered
    assert ("10.5555/p2", None) in again


# ---------------------------------------------------------------- the command


def test_the_command(server: Server, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str],
                     monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    from pipeline.cli import main

    monkeypatch.setenv("GOLDPAN_ACQUIRE_URL", settings.acquire_url)
    monkeypatch.setenv("GOLDPAN_ACQUIRE_PER_SECOND", "0")
    out = str(tmp_path / "papers")
    assert (
        main(
            [
                "acquire",
                "--query",
                "ketamine depression review",
                "--since",
                "2026-01-01",
                "--limit",
                "2",
                "--out",
                out,
            ]
        )
        == 0
    )
    shown = capsys.readouterr()
    assert shown.out.startswith("fetched   PMC1") and "2 fetched" in shown.err
    assert "FIRST_PDATE" in urllib.parse.unquote_plus(server.asked[0])
    (tmp_path / "ids.txt").write_text("# mine\nPMC1\n\nPMC77\n")
    assert main(["acquire", "--from", str(tmp_path / "ids.txt"), "--out", out]) == 2
    assert "failed    PMC77" in capsys.readouterr().err
    assert main(["acquire", "--query", "lithium", "--list", "--out", out]) == 0
    assert "found     PMC3" in capsys.readouterr().out
    for wrong in (
        ["acquire"],
        ["acquire", "--since", "2026-01-01", "PMC1"],
        ["acquire", "--query", "x", "--limit", "-1"],
    ):
        assert main(wrong) == 2
