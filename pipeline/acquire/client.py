"""A polite HTTP client: one request at a time, a rate, timeouts, sizes, and waiting when told to.

What may pass (429, 5xx, a broken or slow connection, half an answer, an error page with status 200) is tried again
after an exponentially growing, randomly shortened pause (jitter; Brooker 2015), or after what ``Retry-After`` asks for.
"""

from __future__ import annotations

import email.utils
import http.client
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from pipeline import __version__
from pipeline.schema import GoldpanError
from pipeline.settings import Settings

_PASSING = {408, 425, 429, 500, 502, 503, 504}
#: Longest pause in seconds; a server that asks for more is left until another day.
MAX_WAIT = 120.0
_FIRST_PAUSE = 1.0
_CHUNK = 65536


class NotFound(GoldpanError):
    """The server has nothing there (404, 410)."""


class _Passing(Exception):
    """Something that may have passed by the next try; ``wait`` is what the server asked for, in seconds."""

    def __init__(self, what: str, wait: float | None = None) -> None:
        super().__init__(what)
        self.wait = wait


class _Redirect(urllib.request.HTTPRedirectHandler):
    """Follows to http and https alone."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if urllib.parse.urlsplit(newurl).scheme not in ("http", "https"):
            raise urllib.error.URLError(f"redirected to {newurl[:60]}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Client:
    """``get`` gives the body of an answer, or says in one line why there is none.

    ``sleep`` and ``clock`` are seconds; tests put their own.

    >>> Client(Settings(acquire_url="ftp://example.org"))
    Traceback (most recent call last):
    pipeline.schema.GoldpanError: acquire_url: ftp://example.org is no http or https address; correct the setting
    """

    def __init__(
        self, settings: Settings, *, sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic, chance: random.Random | None = None,
    ) -> None:  # fmt: skip
        self.base = settings.acquire_url.rstrip("/")
        parts = urllib.parse.urlsplit(self.base)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise GoldpanError(f"acquire_url: {self.base} is no http or https address; correct the setting")
        contact = " ".join(settings.acquire_contact.split())
        self.agent = f"goldpan/{__version__}" + (f" (mailto:{contact})" if contact else "")
        self.interval = 1.0 / settings.acquire_per_second if settings.acquire_per_second else 0.0
        self.timeout = settings.acquire_timeout_seconds or 30.0
        self.tries = settings.acquire_retries + 1
        self.max_bytes = settings.max_bytes
        self.requests = 0
        self._sleep, self._clock, self._chance = sleep, clock, chance or random.Random()
        self._last = float("-inf")
        handlers = (
            urllib.request.ProxyHandler, urllib.request.HTTPHandler, urllib.request.HTTPSHandler, _Redirect,
            urllib.request.HTTPDefaultErrorHandler, urllib.request.HTTPErrorProcessor, urllib.request.UnknownHandler,
        )  # fmt: skip
        self._opener = urllib.request.OpenerDirector()
        for handler in handlers:
            self._opener.add_handler(handler())

    def get(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        check: Callable[[bytes], str | None] | None = None,
    ) -> bytes:
        """The body of GET ``base/path?query``.

        ``check`` says what is wrong with a body, None where nothing is. Raises NotFound, or GoldpanError after the last
        try, where the answer is too large, or where the server asks to wait longer than `MAX_WAIT`.
        """
        url = f"{self.base}/{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
        for number in range(1, self.tries + 1):
            try:
                body = self._once(url)
                wrong = check(body) if check else None
                if wrong is None:
                    return body
                raise _Passing(wrong)
            except _Passing as error:
                if number == self.tries:
                    raise GoldpanError(
                        f"{url}: {error} ({number} tries); try again later, what came so far is kept"
                    ) from None
                if error.wait is not None and error.wait > MAX_WAIT:
                    raise GoldpanError(
                        f"{url}: asks to wait {error.wait:.0f} s; run the command again then, what came so far is kept"
                    ) from None
                pause = _FIRST_PAUSE * 2 ** (number - 1)
                self._sleep(max(error.wait or 0.0, min(pause, MAX_WAIT) * self._chance.uniform(0.5, 1.0)))
        raise AssertionError("unreachable: the last try returns or raises")

    def _once(self, url: str) -> bytes:
        now = self._clock()
        if self._last + self.interval > now:
            self._sleep(self._last + self.interval - now)
        self._last = max(now, self._last + self.interval)
        self.requests += 1
        request = urllib.request.Request(
            url, headers={"User-Agent": self.agent, "Accept-Encoding": "identity", "Connection": "close"}
        )
        try:
            with self._opener.open(request, timeout=self.timeout) as answer:
                return self._body(url, answer)
        except urllib.error.HTTPError as error:
            with error:
                if error.code in _PASSING:
                    raise _Passing(
                        f"HTTP {error.code}", _retry_after(error.headers.get("Retry-After"))
                    ) from None
                if error.code in (404, 410):
                    raise NotFound(f"{url}: not there (HTTP {error.code}); check the identifier") from None
                raise GoldpanError(
                    f"{url}: refused (HTTP {error.code} {error.reason}); check acquire_url and the query"
                ) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            text = " ".join(str(reason).split()) or type(reason).__name__
            raise _Passing(f"cannot be reached ({text[:120]})") from None
        except ValueError as error:
            raise GoldpanError(f"{url}: no address to ask ({error}); correct acquire_url") from None

    def _body(self, url: str, answer: Any) -> bytes:
        """The body, read in pieces: bounded in size, and in time against a server that drips."""
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise _Passing("sent compressed though asked not to")
        expected = answer.headers.get("Content-Length")
        deadline = self._clock() + 10 * self.timeout
        parts: list[bytes] = []
        size = 0
        while piece := answer.read1(_CHUNK):
            parts.append(piece)
            size += len(piece)
            if size > self.max_bytes:
                raise GoldpanError(
                    f"{url}: more than the {self.max_bytes / 1e6:g} MB of max_bytes; raise GOLDPAN_MAX_BYTES to have it"
                )
            if self._clock() > deadline:
                raise _Passing(f"too slow (more than {10 * self.timeout:g} s)")
        if expected is not None and expected.isdigit() and size < int(expected):
            raise _Passing(f"broke off after {size} of {expected} bytes")
        return b"".join(parts)


def _retry_after(header: str | None) -> float | None:
    """Seconds of a ``Retry-After`` header, which is a number or a date (RFC 9110, 10.2.3).

    >>> _retry_after("7"), _retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), _retry_after("soon")
    (7.0, 0.0, None)
    """
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        when = email.utils.parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return max(0.0, when.timestamp() - time.time())
