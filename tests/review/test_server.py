"""Who is let in, what is answered, and how the page's own files look."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import pipeline.review
from pipeline.review.api import Api
from pipeline.review.open import open_run
from pipeline.review.server import TOKEN, Server
from pipeline.review.texts import window
from pipeline.settings import Settings
from tests.review.conftest import Place

STATIC = Path(pipeline.review.__file__).parent / "static"


@pytest.fixture
def server(place: Place) -> Iterator[Server]:
    session = open_run(place.run, place.gold, place.decisions, "Ann", Settings(), [place.texts])
    server = Server(Api(session), 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def ask(
    server: Server, method: str, path: str, body: Any = None, **headers: str | None
) -> tuple[int, dict[str, str], bytes]:
    """A request as the page makes it; headers with None are left out."""
    host = f"127.0.0.1:{server.server_address[1]}"
    given: dict[str, str | None] = {"Host": host, TOKEN: server.token}
    if method == "POST":
        given |= {"Origin": f"http://{host}", "Content-Type": "application/json"}
    given |= {key.replace("_", "-"): value for key, value in headers.items()}
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    if method == "POST":
        given.setdefault("Content-Length", str(len(data)))
    for name, value in given.items():
        if value is not None:
            connection.putheader(name, value)
    connection.endheaders(data or None)
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()


def test_only_the_loopback_interface(server: Server) -> None:
    assert server.server_address[0] == "127.0.0.1"
    port = int(server.server_address[1])
    for kind, _, _, _, address in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET):
        if not str(address[0]).startswith("127."):
            with socket.socket(kind) as other, pytest.raises(OSError):
                other.settimeout(2)
                other.connect(address)


def test_the_page_needs_the_token_and_has_a_strict_policy(server: Server) -> None:
    address = urlsplit(server.address)
    assert ask(server, "GET", "/")[0] == 403 and ask(server, "GET", "/?token=wrong")[0] == 403
    status, headers, body = ask(server, "GET", f"/?{address.query}")
    assert status == 200 and server.token.encode() not in body
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "script-src 'self'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(
        rb'\son\w+="|style="|<script(?! type="module" src="/app.js")|https?://(?!www.w3)', body
    )


@pytest.mark.parametrize(
    "headers",
    [
        {TOKEN: None}, {TOKEN: "wrong"}, {"Origin": None}, {"Origin": "http://evil.example"}, {"Origin": "null"},
        {"Host": "evil.example"}, {"Host": None}, {"Content-Type": "text/plain"}, {"Sec-Fetch-Site": "cross-site"},
        {"Content-Length": None}, {"Content-Length": "-5"}, {"Content-Length": "999999999"},
    ],
)  # fmt: skip
def test_a_decision_from_elsewhere_is_refused(
    server: Server, place: Place, headers: dict[str, str | None]
) -> None:
    item = server.api.queue.items[0]
    status, _, body = ask(server, "POST", "/api/decide", {"item": item.id, "action": "accept"}, **headers)
    assert status in (403, 411, 413, 415) and "error" in json.loads(body)
    assert not (place.decisions / "curators").exists()
    assert ask(server, "POST", "/api/decide", {"item": item.id, "action": "accept"})[0] == 200


def test_data_need_the_token_too(server: Server) -> None:
    item = server.api.queue.items[0].id
    for path in ("run", "items", f"item?id={item}", f"document?id={item}", "decisions.csv"):
        assert ask(server, "GET", f"/api/{path}", **{TOKEN: None})[0] == 403
        assert ask(server, "GET", f"/api/{path}", Host="evil.example")[0] == 403
        assert ask(server, "GET", f"/api/{path}")[0] == 200


@pytest.mark.parametrize(
    "path",
    ["/../api.py", "/static/../server.py", "/%2e%2e/server.py", "/index.html", "/api/../run.json", "/etc/passwd",
     "/api/document?id=../../etc/passwd", "/api/document?doc=/etc/passwd", "/api/page.png?id=..", "//etc/passwd"],
)  # fmt: skip
def test_no_path_leads_out(server: Server, path: str) -> None:
    assert ask(server, "GET", path)[0] == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[]", 400), (b"[" * 50_000, 400), ({"item": 3, "action": []}, 422), ({}, 422),
     ({"item": "0" * 16, "action": "accept", "note": {}}, 422)],
)  # fmt: skip
def test_nonsense_is_answered_in_one_line(server: Server, body: Any, status: int) -> None:
    code, _, answer = ask(server, "POST", "/api/decide", body)
    assert code == status and "\n" not in json.loads(answer)["error"]


def test_the_questions_of_the_page(server: Server) -> None:
    run = json.loads(ask(server, "GET", "/api/run")[2])
    assert run["who"] == "Ann" and run["total"] == len(server.api.queue.items) and run["facets"]["kind"]
    page = json.loads(ask(server, "GET", "/api/items?limit=3&kind=missed")[2])
    assert len(page["items"]) == 3 and {item["kind"] for item in page["items"]} == {"missed"}
    item = page["items"][0]
    shown = json.loads(ask(server, "GET", f"/api/item?id={item['id']}")[2])["contexts"][0]
    gold = item["gold"]
    assert shown["text"][gold["start"] - shown["start"] : gold["end"] - shown["start"]] == gold["text"]
    assert json.loads(ask(server, "GET", f"/api/document?id={item['id']}")[2])["text"].startswith(
        "Trial no. 0"
    )
    for wrong in (
        "items?limit=x",
        "items?view=x",
        "items?below=x",
        "document?id=" + item["id"] + "&start=-1",
    ):
        assert ask(server, "GET", f"/api/{wrong}")[0] == 422
    assert ask(server, "GET", f"/api/page.png?id={item['id']}")[0] == 422  # no PDF


def test_no_cell_of_the_table_is_a_formula(server: Server) -> None:
    server.api.queue.decide(server.api.queue.items[0].id, "reject", note="=HYPERLINK(1)")
    table = ask(server, "GET", "/api/decisions.csv")[2].decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in table and not re.search(r"(?:^|,)\"?[=+@]", table, re.MULTILINE)


# ---------------------------------------------------------------- the page's own files


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    digits = colour.lstrip("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_contrast_is_at_least_aa(scheme: int) -> None:
    style = (STATIC / "style.css").read_text()
    roots = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", roots[scheme]))
    on = {
        "ink": ("ground", "sheet", "gold-wash", "found-wash", "new-wash", "warn-wash"), "soft": ("ground", "sheet"),
        "yes": ("sheet",), "no": ("sheet", "warn-wash"), "sheet": ("gold", "found", "new"),
        "soft ": ("found-wash", "warn-wash"),
    }  # fmt: skip
    for text, grounds in on.items():
        for ground in grounds:
            light, dark = sorted((luminance(colours[text.strip()]), luminance(colours[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


def test_the_page_asks_nobody_else_and_makes_no_markup() -> None:
    for path in STATIC.iterdir():
        text = path.read_text()
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text
        ), path
        assert not re.search(r"@import|@font-face|https?://(?!www\.w3\.org/2000/svg)", text), path


def test_a_sentence_with_its_neighbours() -> None:
    text = "# Head\n\nOne here. Smith et al. [3] gave 5 mg (P = .03). Then more.\n\nAnother."
    start = text.index("5 mg")
    shown = window(text, start, start + 4)
    assert shown["text"] == "One here. Smith et al. [3] gave 5 mg (P = .03). Then more."
    low, high = shown["sentence"]
    assert text[low:high] == "Smith et al. [3] gave 5 mg (P = .03)."
    long = "x" * 10_000 + " 5 mg " + "y" * 10_000
    assert len(window(long, 10_001, 10_005)["text"]) < 1_000
