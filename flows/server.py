"""Prefect's server for one run, on the loopback interface: no account, no outside call, nobody's ~/.prefect touched.

Prefect starts such a server by itself when it has none (its *ephemeral* mode), but only once the client has loaded
the server's code too, and one that is killed leaves it running. Here it starts first, loads while the run does,
and ends with the process that started it, however that ends. One that ends before (killed for want of memory, say)
is started again: its socket stays open meanwhile, so that who asks only waits. Where ``PREFECT_API_URL`` names a
server that answers, that one is used and nothing is started.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.schema import GoldpanError

#: Seconds that a server may take to answer; 5 to 10 on two cores of 2020.
PATIENCE = 90.0
#: Said before Prefect is imported, where the user has not said otherwise.
QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_CLIENT_MAX_RETRIES": "6",  # each after twice the time: a server may be away for two minutes
}
#: Seconds that a server which the user names may take to answer.
NAMED_PATIENCE = 5.0
#: How often a server that ended is started again.
_AGAIN = 5
#: What a server of one run has no use for: schedules, workers, automations, block types.
_SPARE = {"PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false"} | {
    f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false"
    for name in (
        "SCHEDULER", "LATE_RUNS", "PAUSE_EXPIRATIONS", "TRIGGERS", "FOREMAN", "CANCELLATION_CLEANUP", "REPOSSESSOR",
    )
}  # fmt: skip


class Server:
    """A server process, started at once, ready after `wait`."""

    def __init__(self, home: Path, port: int = 0, full: bool = False) -> None:
        """Start it with its records below ``home``; ``full``: with schedules and the page. Raises GoldpanError."""
        # Kept open here: no other process can take the port, and connections wait while a server is started again.
        self._listening = socket.socket()
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._listening.bind(("127.0.0.1", port))
        except OSError as error:
            self._listening.close()
            raise GoldpanError(
                f"port {port} of 127.0.0.1 cannot be used ({error.strerror}); choose another with --port"
            ) from error
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._full = full
        self._env = {**os.environ, **QUIET, **({} if full else _SPARE), "PREFECT_HOME": str(home)}
        if full:
            self._env["PREFECT_UI_API_URL"] = f"{self.url}/api"
        self._env.pop("PREFECT_API_URL", None)
        self._lock = threading.Lock()
        self._closed = self._answered = False
        self._popen = self._start()
        threading.Thread(target=self._watch, daemon=True).start()

    def _start(self) -> subprocess.Popen[bytes]:
        number = self._listening.fileno()
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "flows.server", str(number), "full" if self._full else "run"],
            stdin=subprocess.PIPE, stdout=self._log, stderr=self._log, pass_fds=[number], env=self._env,
        )  # fmt: skip

    def _watch(self) -> None:
        """Start it again when it ends by itself, a few times; one that never answered is left alone."""
        for _ in range(_AGAIN):
            self._popen.wait()
            with self._lock:
                if self._closed or not self._answered:
                    return
                assert self._popen.stdin
                self._popen.stdin.close()
                self._popen = self._start()

    def wait(self) -> None:
        """Until it answers. Raises GoldpanError where it ends instead, or takes too long."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self._popen.poll() is not None:
                raise GoldpanError(f"Prefect's server does not start: {self._last_line()}")
            with suppress(OSError), opener.open(f"{self.url}/api/health", timeout=2) as answer:
                if answer.status == 200:
                    self._answered = True
                    return
            time.sleep(0.05)
        raise GoldpanError(
            f"Prefect's server does not answer after {PATIENCE:g} s; name one with PREFECT_API_URL"
        )

    def close(self) -> None:
        """End it, giving it a moment to write its records down."""
        with self._lock:
            self._closed = True
        assert self._popen.stdin
        self._popen.terminate()
        try:
            self._popen.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._popen.stdin.close()
        self._log.close()
        self._listening.close()

    def _last_line(self) -> str:
        self._log.seek(0)
        lines = self._log.read()[-4000:].decode("utf-8", "replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "nothing said")[:300]


@contextmanager
def embedded(out: Path, port: int = 0, full: bool = False) -> Iterator[Server | None]:
    """A server for the runs of a folder, and the environment that makes Prefect use it; None where the user has one.

    Call it before Prefect is imported: it reads its environment then. ``port`` 0: any free one; ``full``: with
    schedules and the page; a server that the user names must answer then, else its place is taken with a word.
    """
    for key, value in QUIET.items():
        os.environ.setdefault(key, value)
    named = os.environ.get("PREFECT_API_URL")
    if named and answers(named):
        yield None
        return
    if named:
        if full:
            raise GoldpanError(
                f"Prefect's server {named} does not answer; start it, or unset PREFECT_API_URL"
            )
        print(f"Prefect's server {named} does not answer: the run uses one of its own", file=sys.stderr)
    if not full:
        # Nobody reads them there; what is logged when the server has gone would be tried again for minutes.
        os.environ.setdefault("PREFECT_LOGGING_TO_API_ENABLED", "false")
    with own(out, port, full) as server:
        os.environ["PREFECT_API_URL"] = f"{server.url}/api"
        try:
            yield server
        finally:
            if named:
                os.environ["PREFECT_API_URL"] = named
            else:
                del os.environ["PREFECT_API_URL"]


@contextmanager
def own(out: Path, port: int = 0, full: bool = False) -> Iterator[Server]:
    """A server that keeps its records with the runs of a folder."""
    with _home(out) as home:
        os.environ["PREFECT_HOME"] = str(home)
        server = Server(home, port, full)
        try:
            yield server
        finally:
            server.close()


def answers(url: str, patience: float = NAMED_PATIENCE) -> bool:
    """Whether something answers at the address of an API within so many seconds.

    >>> answers("http://127.0.0.1:1/api", patience=0)
    False
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=max(patience, 1)):
                return True
        except urllib.error.HTTPError:
            return True  # it answers, if only to say that it wants a key
        except (OSError, ValueError, http.client.HTTPException):
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.5)


@contextmanager
def _home(out: Path) -> Iterator[Path]:
    """Where the server keeps its records: with the runs, or, while another run's server is there, a passing folder."""
    home = out / ".prefect"
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "lock").open("w")
    except OSError as error:
        from pipeline.store import unwritable

        raise unwritable(out, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            with tempfile.TemporaryDirectory(
                prefix="goldpan-prefect-", ignore_cleanup_errors=True
            ) as passing:
                yield Path(passing)
            return
        yield home


def _serve(descriptor: int, full: bool) -> None:
    """In the server's own process: answer until the process that started it is gone."""

    def listen() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(ephemeral=not full, final=True)
    uvicorn.run(app, fd=descriptor, log_level="error", lifespan="on")


if __name__ == "__main__":
    _serve(int(sys.argv[1]), sys.argv[2] == "full")
