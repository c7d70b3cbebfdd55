"""The page's server: on the loopback interface, for whoever holds the session's token, and for nobody else.

What keeps others out: it listens on 127.0.0.1 alone; a request must name this host (so that no foreign name can be
pointed at it); data are given only to requests that carry the token in a header of their own, which a foreign page
cannot set without being allowed to; decisions must come from this very origin. Nothing is looked up by a path that a
request gives: the files of the page are a fixed table, items and documents those of the run.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pipeline.review.api import Api
from pipeline.schema import GoldpanError

HOST = "127.0.0.1"
PORT = 8765
#: The header that carries the token.
TOKEN = "X-Goldpan-Token"
_LARGEST = 256_000
_TYPES = {
    "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}  # fmt: skip
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def assets() -> dict[str, tuple[bytes, str]]:
    """The page's own files by the path they are asked for."""
    folder = files("pipeline.review") / "static"
    return {
        f"/{file.name}": (file.read_bytes(), _TYPES[file.name.rpartition(".")[2]])
        for file in folder.iterdir()
        if file.name.rpartition(".")[2] in _TYPES
    }


class Refused(Exception):
    """A request that is not answered: its status and one line."""

    def __init__(self, status: HTTPStatus, line: str) -> None:
        super().__init__(line)
        self.status = status


class Server(ThreadingHTTPServer):
    """Serves one run to one curator."""

    daemon_threads = True
    # a server that was killed a second ago must not keep its port from the next
    allow_reuse_address = True

    def __init__(self, api: Api, port: int) -> None:
        """Bind the port; 0 takes a free one. Raises OSError where it is taken."""
        self.api = api
        self.token = secrets.token_urlsafe(24)
        self.assets = assets()
        super().__init__((HOST, port), Handler)
        bound = self.server_address[1]
        self.hosts = {f"{name}:{bound}" for name in (HOST, "localhost")}

    @property
    def address(self) -> str:
        """Where the page is, with the token."""
        return f"http://{HOST}:{self.server_address[1]}/?token={self.token}"


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "goldpan"
    sys_version = ""
    timeout = 60
    # an answer leaves in one piece: two would wait for each other's acknowledgement
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the addresses asked for hold the token."""

    def _answer(self, handle: Any) -> None:
        try:
            if self.headers.get("Host") not in self.server.hosts:
                raise Refused(HTTPStatus.FORBIDDEN, "this page answers to 127.0.0.1 only")
            handle()
        except Refused as refused:
            self._json({"error": str(refused)}, refused.status)
        except GoldpanError as error:
            self._json({"error": str(error)}, HTTPStatus.UNPROCESSABLE_ENTITY)
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            self.close_connection = True

    def _query(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        return parts.path, {key: items[-1] for key, items in parse_qs(parts.query).items()}

    def _has(self, token: str | None) -> bool:
        return token is not None and secrets.compare_digest(token.encode(), self.server.token.encode())

    def _get(self) -> None:
        path, query = self._query()
        if path == "/":
            if not self._has(query.get("token")):
                raise Refused(HTTPStatus.FORBIDDEN, "open the whole address that goldpan review printed")
            self._send(*self.server.assets["/index.html"])
        elif path in self.server.assets and path != "/index.html":
            self._send(*self.server.assets[path])
        elif path.startswith("/api/"):
            if not self._has(self.headers.get(TOKEN)):
                raise Refused(
                    HTTPStatus.FORBIDDEN,
                    "the session has ended; open the address that goldpan review printed",
                )
            answer = self.server.api.get(path.removeprefix("/api/"), query)
            if answer is None:
                raise Refused(HTTPStatus.NOT_FOUND, "nothing here")
            if isinstance(answer, tuple):
                self._send(*answer)
            else:
                self._json(answer)
        else:
            raise Refused(HTTPStatus.NOT_FOUND, "nothing here")

    def _post(self) -> None:
        # Whatever is refused, its body must not be taken for the next request of the connection.
        self.close_connection = True
        origin, host = self.headers.get("Origin"), self.headers.get("Host")
        if origin != f"http://{host}" or self.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise Refused(HTTPStatus.FORBIDDEN, "decisions are taken from this page only")
        if not self._has(self.headers.get(TOKEN)):
            raise Refused(
                HTTPStatus.FORBIDDEN, "the session has ended; open the address that goldpan review printed"
            )
        if self.headers.get_content_type() != "application/json":
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send JSON")
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "say how long it is")
        if int(length) > _LARGEST:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long for a decision")
        raw = self.rfile.read(int(length))
        self.close_connection = False
        try:
            body = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise Refused(HTTPStatus.BAD_REQUEST, "not JSON") from error
        if not isinstance(body, dict):
            raise Refused(HTTPStatus.BAD_REQUEST, "not a JSON object")
        path, _ = self._query()
        done = self.server.api.post(path.removeprefix("/api/"), body)
        if done is None:
            raise Refused(HTTPStatus.NOT_FOUND, "nothing here")
        self._json(done)

    def _json(self, body: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(json.dumps(body).encode(), "application/json", status)

    def _send(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
