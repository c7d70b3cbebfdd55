# ruff: noqa: E501 - rows of data read better unbroken
"""Europe PMC in small: a server on the loopback that pages, and is told to throttle, fail, truncate, stall and lie."""

from __future__ import annotations

import json
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pipeline.acquire import Client
from pipeline.settings import Settings

Reply = Callable[["Handler"], None]


def jats(number: int) -> bytes:
    return (
        f"<article><front><article-meta><title-group><article-title>Paper {number}</article-title></title-group></article-meta>"
        f"</front><body><p>{number} men took lithium 600 mg.</p></body></article>"
    ).encode()


def row(number: int, is_open: bool = True) -> dict[str, Any]:
    out: dict[str, Any] = {
        "id": str(1000 + number), "source": "MED", "pmid": str(1000 + number), "doi": f"10.5555/p{number}",
        "title": f"Paper {number}.", "authorString": "Roe A, Poe B.", "pubYear": "2026", "isOpenAccess": "Y" if is_open else "N",
        "journalInfo": {"volume": "3", "issue": "2", "journal": {"title": "J Test"}}, "pageInfo": "1-9",
        "abstractText": f"<h4>Methods</h4>{number} men &amp; 10<sup>2</sup> mice.<h4>Results</h4>Good.",
    }  # fmt: skip
    if is_open:
        out |= {"pmcid": f"PMC{number}", "license": "cc by"}
    return out


class Server(ThreadingHTTPServer):
    """Europe PMC in small: papers 1 to ``papers``; ``replies`` are handed out first, one a request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.papers = [row(number) for number in range(1, 8)]
        self.replies: list[Reply | None] = []
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.times: list[float] = []
        self.page = 3


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.agents.add(self.headers["User-Agent"])
        self.server.times.append(time.monotonic())
        special = self.server.replies.pop(0) if self.server.replies else None
        if special is not None:
            special(self)
            return
        path = urllib.parse.urlsplit(self.path)
        if path.path == "/rest/search":
            self.search({key: items[0] for key, items in urllib.parse.parse_qs(path.query).items()})
            return
        parts = path.path.split("/")
        number = parts[2].removeprefix("PMC")
        if (
            parts[-1] == "fullTextXML"
            and number.isdigit()
            and any(p.get("pmcid") == parts[2] for p in self.server.papers)
        ):
            self.send(200, jats(int(number)), "application/xml")
        else:
            self.send(404, b"<html>nothing</html>")

    def search(self, query: dict[str, str]) -> None:
        assert query["resultType"] == "core" and query["format"] == "json"
        asked = query["query"]
        found = [p for p in self.server.papers if self.fits(p, asked)]
        start = 0 if query["cursorMark"] == "*" else int(query["cursorMark"].removeprefix("c"))
        size = min(int(query["pageSize"]), self.server.page)
        body = {
            "hitCount": len(found), "nextCursorMark": f"c{min(start + size, len(found))}",
            "resultList": {"result": found[start : start + size]},
        }  # fmt: skip
        self.send(200, json.dumps(body).encode())

    @staticmethod
    def fits(paper: dict[str, Any], asked: str) -> bool:
        if "EXT_ID:" in asked or "DOI:" in asked or "PMCID:" in asked:
            names = [f"EXT_ID:{paper['id']} ", f'DOI:"{paper["doi"]}"', f"PMCID:{paper.get('pmcid')}"]
            return any(name in asked + " " for name in names)
        return True

    def send(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(server: Server) -> Settings:
    return Settings(acquire_url=f"http://127.0.0.1:{server.server_port}/rest", acquire_contact="someone@example.org",
                    acquire_per_second=0, acquire_timeout_seconds=1, acquire_retries=2)  # fmt: skip


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(settings: Settings, pauses: list[float]) -> Client:
    return Client(settings, sleep=pauses.append)
