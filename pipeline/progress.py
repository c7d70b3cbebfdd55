"""Progress of anything that takes more than two seconds, on standard error: done, rate, time left."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_SILENT = 2.0


class Progress:
    """Counts documents and words. On a terminal one line that is rewritten, elsewhere one line a batch.

    ``size`` is how much there is in any unit that is known beforehand (bytes); words are known afterwards.

    >>> import io
    >>> progress = Progress("extract", 2, 600, stream=(out := io.StringIO()), silent=0.0)
    >>> progress.add(1, 300, 50)
    >>> out.getvalue().startswith("extract: 1 of 2 documents, 50%, ")
    True
    """

    def __init__(
        self, name: str, documents: int, size: int, stream: TextIO | None = None, silent: float = _SILENT
    ) -> None:
        self.name, self.documents, self.size = name, documents, max(size, 1)
        self.stream = stream or sys.stderr
        self.terminal = self.stream.isatty()
        self.silent = silent
        self.started = time.monotonic()
        self.done = self.done_size = self.words = 0
        self._shown = False

    def add(self, documents: int, size: int, words: int) -> None:
        """So much more is done; says so after the first two seconds."""
        self.done += documents
        self.done_size += size
        self.words += words
        seconds = max(time.monotonic() - self.started, 1e-6)
        if seconds < self.silent:
            return
        share = min(self.done_size / self.size, 1.0)
        left = seconds * (1 / share - 1) if share else 0.0
        line = (
            f"{self.name}: {self.done:,} of {self.documents:,} documents, {share:.0%}, "
            f"{self.words / seconds:,.0f} words/s, {duration(left)} left"
        )
        self.stream.write(f"\r\x1b[K{line}" if self.terminal else f"{line}\n")
        self.stream.flush()
        self._shown = True

    def close(self) -> None:
        """Leave a terminal's line."""
        if self.terminal and self._shown:
            self.stream.write("\r\x1b[K")
            self.stream.flush()


def duration(seconds: float) -> str:
    """A time that a person reads at a glance.

    >>> duration(8.4), duration(200), duration(9000)
    ('8 s', '3 min 20 s', '2 h 30 min')
    """
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
