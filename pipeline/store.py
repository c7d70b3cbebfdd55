"""Runs on disk: one folder a run, hidden while it is written, sealed by renaming.

``outputs/.partial-<id>`` is a run in the making. Its maker holds a lock on a file in it, which the system
releases however the maker ends; a partial folder whose lock can be taken belongs to nobody, and is removed by
the next run (what its documents gave is in the cache already, see `pipeline.cache`). Sealing writes run.json,
flushes it to the disk, renames the folder to ``outputs/<id>`` and points ``outputs/latest`` at it: a folder
without a leading dot is always a whole run.
"""

from __future__ import annotations

import csv
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from pipeline.schema import LABELS, GoldpanError

RECORD = "run.json"
LATEST = "latest"
_PARTIAL = ".partial-"
_LOCK = ".lock"
#: First characters that make a spreadsheet run a cell.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
DOCUMENT_COLUMNS = ("id", "kind", "words", *LABELS, "seconds", "status", "reason", "sha256", "path", "row")


class Run:
    """A run in the making. Use it as a context: leaving it unsealed removes what it wrote.

    >>> import tempfile
    >>> out = Path(tempfile.mkdtemp())
    >>> with Run(out) as run:
    ...     run.write_json("scores.json", {})
    ...     sealed = run.seal({"documents": {"processed": 0, "reused": 0, "set_aside": 0}})
    >>> latest(out) == sealed
    True
    """

    def __init__(self, out: Path) -> None:
        """Make the partial folder and take its lock. Raises GoldpanError where ``out`` cannot be written."""
        self.out = out
        self.started = datetime.now(UTC)
        self.id = f"{self.started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        self.folder = out / f"{_PARTIAL}{self.id}"
        try:
            out.mkdir(parents=True, exist_ok=True)
            # Under another name until the lock is held: `sweep` of another run must not take it for abandoned.
            new = out / f".new-{self.id}"
            new.mkdir()
            self._lock: IO[str] | None = (new / _LOCK).open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            new.rename(self.folder)
        except OSError as error:
            raise unwritable(out, error) from error

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None
            shutil.rmtree(self.folder, ignore_errors=True)

    def write_json(self, name: str, value: object) -> None:
        """A JSON file for people to read: indented, keys in the order given."""
        text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
        (self.folder / name).write_text(text, encoding="utf-8", newline="\n")

    def write_lines(self, name: str, lines: Iterable[str]) -> int:
        """Finished lines to a file; returns their number."""
        count = 0
        with (self.folder / name).open("w", encoding="utf-8", newline="\n") as file:
            for line in lines:
                file.write(line)
                count += 1
        return count

    @contextmanager
    def array(self, name: str) -> Iterator[Callable[[object], None]]:
        """A JSON array that is written an element at a time, each on a line of its own; see `read_array`."""
        with (self.folder / name).open("w", encoding="utf-8", newline="\n") as file:
            before = "["
            encode = json.JSONEncoder(ensure_ascii=False).encode

            def add(value: object) -> None:
                nonlocal before
                file.write(f"{before}\n{encode(value)}")
                before = ","

            yield add
            file.write("[]\n" if before == "[" else "\n]\n")

    @contextmanager
    def table(self, name: str, columns: Sequence[str]) -> Iterator[Callable[[Iterable[object]], None]]:
        """A table that a spreadsheet opens without running any of its cells, written a row of cells at a time."""
        with (self.folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            yield lambda row: writer.writerow([safe_cell(cell) for cell in row])

    def write_csv(self, name: str, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
        """A table that a spreadsheet opens without running any of its cells."""
        with self.table(name, columns) as add:
            for row in rows:
                add(row.get(column) for column in columns)

    def seal(self, record: Mapping[str, Any]) -> Path:
        """Write run.json, and give the folder its name; returns the sealed folder."""
        previous = latest(self.out)
        finished = datetime.now(UTC)
        head = {
            "id": self.id, "started": self.started.isoformat(timespec="seconds"),
            "finished": finished.isoformat(timespec="seconds"), "previous": previous.name if previous else None,
        }  # fmt: skip
        self.write_json(RECORD + ".tmp", head | dict(record))
        for path in self.folder.iterdir():
            if path.name != _LOCK:
                _flush(path)
        (self.folder / (RECORD + ".tmp")).rename(self.folder / RECORD)
        with suppress(OSError):  # some file systems cannot flush a folder
            _flush(self.folder)
        sealed = self.out / self.id
        self.folder.rename(sealed)
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        (sealed / _LOCK).unlink(missing_ok=True)
        _point(self.out, self.id)
        return sealed


def safe_cell(value: object) -> object:
    """The value for a CSV cell; a text that a spreadsheet would take for a formula is quoted.

    >>> safe_cell("=1+1"), safe_cell(-1), safe_cell("a"), safe_cell(None)
    ("'=1+1", -1, 'a', '')
    """
    if value is None:
        return ""
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value


def unwritable(out: Path, error: OSError) -> GoldpanError:
    """The one line for a folder of runs that cannot be written."""
    return GoldpanError(
        f"{out}: cannot be written ({error.strerror}); make room, correct its permissions, or choose another "
        "folder with --out"
    )


def sweep(out: Path) -> int:
    """Remove the folders of runs that ended before they were sealed; returns how many there were."""
    count = 0
    for folder in out.glob(f"{_PARTIAL}*"):
        with suppress(OSError), (folder / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
            count += 1
    return count


def runs(out: Path) -> list[Path]:
    """The sealed runs of a folder, by name."""
    return sorted(
        p.parent
        for p in out.glob(f"*/{RECORD}")
        if not p.parent.name.startswith(".") and p.parent.name != LATEST
    )


def latest(out: Path) -> Path | None:
    """The newest sealed run; None where there is none."""
    pointer = out / LATEST
    if pointer.is_symlink():
        name = str(pointer.readlink())
    elif pointer.is_file():
        name = pointer.read_text(encoding="utf-8").strip()
    else:
        return None
    return out / name if (out / name / RECORD).is_file() else None


def find(name: str | Path, out: Path) -> Path:
    """The folder of a sealed run: given as a path, by its id, by an id's unique beginning, or as ``latest``.

    Raises GoldpanError where there is none, or several.
    """
    text = str(name)
    if text == LATEST:
        newest = latest(out)
        if newest is None:
            raise GoldpanError(f"{out}: no sealed run yet; make one with goldpan run")
        return newest
    path = Path(name)
    if path.is_file() and path.name == LATEST:
        return find(LATEST, path.parent)
    if (path / RECORD).is_file():
        return path
    if path.is_dir():
        raise GoldpanError(f"{path}: not a sealed run (it has no {RECORD}); name a run below {out}")
    near = [run for run in runs(out) if run.name.startswith(text)]
    if len(near) == 1:
        return near[0]
    known = ", ".join(run.name for run in (near or runs(out))[-5:]) or "none yet"
    raise GoldpanError(f"{text}: {'several runs' if near else 'no run'} of this name; known: {known}")


def read_record(run: Path) -> dict[str, Any]:
    """A sealed run's run.json. Raises GoldpanError where it is missing or damaged."""
    try:
        record: dict[str, Any] = json.loads((run / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GoldpanError(f"{run / RECORD}: not readable ({error}); make the run again") from error
    return record


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSON-lines file, one at a time. Raises GoldpanError naming the line that is malformed."""
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    try:
                        yield json.loads(line)
                    except ValueError as error:
                        raise GoldpanError(f"{path}, line {number}: not JSON ({error})") from error
    except OSError as error:
        raise GoldpanError(f"{path}: cannot be read ({error.strerror})") from error


def read_array(path: Path) -> Iterator[dict[str, Any]]:
    """The elements of a file that `Run.array` wrote, one at a time. Raises GoldpanError where it is damaged."""
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                if line not in ("[\n", "]\n", "[]\n"):
                    yield json.loads(line.rstrip("\n").removesuffix(","))
    except (OSError, ValueError) as error:
        raise GoldpanError(f"{path}: not readable ({error}); make the run again") from error


def _flush(path: Path) -> None:
    """To the disk, so that a sealed run survives the loss of power. Raises OSError, also for a disk found full."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _point(out: Path, name: str) -> None:
    """Point ``latest`` at a run, in one step; a text file where the file system has no symbolic links."""
    temporary = out / f".{LATEST}-{secrets.token_hex(4)}"
    try:
        temporary.symlink_to(name)
    except OSError:
        temporary.write_text(name + "\n", encoding="utf-8")
    temporary.replace(out / LATEST)
