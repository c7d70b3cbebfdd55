"""Append-only JSON lines that survive a kill at any moment.

A line counts once its line end is on the disk: `append` writes whole lines under a lock and flushes them before it
returns, so what a caller was told is kept. A last line that a kill or a full disk tore is ignored by readers, and
cut off by the next writer, which holds the lock and so knows that nobody is still writing it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipeline.schema import GoldpanError

Row = dict[str, Any]


def append(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Append rows, on the disk when this returns. Raises GoldpanError where they cannot be kept: none of them is then.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.jsonl"
    >>> append(path, [{"id": "1"}]); append(path, [{"id": "2"}])
    >>> read(path)[0]
    [{'id': '1'}, {'id': '2'}]
    """
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-8", "replace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            size = _repair(handle)
            try:
                written = os.write(handle, data)
                if written < len(data):
                    raise OSError(28, "no room for the whole line")
                os.fsync(handle)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(handle, size)
                raise
        finally:
            os.close(handle)
        if new:
            _flush_folder(path.parent)
    except OSError as error:
        raise GoldpanError(
            f"{path}: cannot be written ({error.strerror}); make room or correct its permissions, then decide again"
        ) from error


def _repair(handle: int) -> int:
    """Cut off a torn last line (finish one that lacks only its line end); returns the file's length then."""
    size = os.fstat(handle).st_size
    end, tail = size, b""
    while end and b"\n" not in tail:
        start = max(0, end - 65536)
        tail = os.pread(handle, end - start, start) + tail
        end = start
    line = tail.rpartition(b"\n")[2]
    if not line:
        return size
    if _row(line) is not None:
        os.write(handle, b"\n")
        return size + 1
    os.ftruncate(handle, size - len(line))
    return size - len(line)


def _row(line: bytes) -> Row | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _flush_folder(folder: Path) -> None:
    """The new file's name to the disk, where the file system can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read(path: Path, offset: int = 0) -> tuple[list[Row], int]:
    """The rows from a byte offset on, and the offset behind the last whole line, to go on from.

    A last line without its end is given too where it is whole; it is given again with the rows that follow. Raises
    GoldpanError naming the line where an earlier one is no JSON object (a merge that was left half done, say).
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return [], 0
    except OSError as error:
        raise GoldpanError(f"{path}: cannot be read ({error.strerror}); correct its permissions") from error
    whole, _, tail = data.rpartition(b"\n")
    rows: list[Row] = []
    for number, line in enumerate(whole.split(b"\n"), 1):
        if line.strip():
            row = _row(line)
            if row is None:
                behind = f" after byte {offset}" if offset else ""
                raise GoldpanError(
                    f"{path}: line {number}{behind} is no JSON object; correct or remove that line (a merge left half "
                    "done?)"
                )
            rows.append(row)
    last = _row(tail) if tail.strip() else None
    return [*rows, last] if last else rows, offset + len(data) - len(tail)
