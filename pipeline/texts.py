"""Files of texts as a corpus: JSON lines and Parquet, a document a row, with an ``id`` and a ``text``.

Rows are read one after the other, a few at a time, however long the file is. Offsets of mentions count in the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.schema import GoldpanError

#: Endings of files of texts.
SUFFIXES = frozenset({".jsonl", ".ndjson", ".parquet"})
#: Rows of Parquet that are held at once.
_HELD = 256
#: A line of JSON may be so many times longer than its text: every character can be written in six.
_ESCAPED = 6


class Row(NamedTuple):
    """A row: its number from 1, its document's name and text; or the reason why it is set aside."""

    number: int
    id: str
    text: str
    reason: str = ""


def is_texts(path: Path) -> bool:
    """Whether a file is one of texts, by its ending.

    >>> is_texts(Path("abstracts.parquet")), is_texts(Path("paper.txt"))
    (True, False)
    """
    return path.suffix.lower() in SUFFIXES


def rows(path: Path, max_bytes: int) -> Iterator[Row]:
    """The rows of a file, in order; a text of more than ``max_bytes`` is set aside.

    Raises GoldpanError where the file as a whole cannot be read.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.jsonl"
    >>> _ = path.write_text('{"id": 7, "text": "Lithium."}' + chr(10) + "oops" + chr(10))
    >>> [(row.number, row.id, row.reason) for row in rows(path, 100)]
    [(1, '7', ''), (2, 'a-2', 'not a JSON object; give {"id": …, "text": …}')]
    """
    try:
        found = _parquet(path) if path.suffix.lower() == ".parquet" else _json_lines(path, max_bytes)
        for number, row in found:
            yield _checked(path, number, row, max_bytes)
    except OSError as error:
        raise GoldpanError(
            f"{path}: cannot be read ({error.strerror or error}); check the file and its permissions"
        ) from error


class Reader:
    """Texts of files by row. Asked for rows in order, it goes through each file once.

    Parameter: the setting ``max_bytes``.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._path: Path | None = None
        self._at = 0
        self._rows: Iterator[Row] = iter(())

    def text(self, path: Path, number: int) -> str:
        """The text of a row; empty where the file does not have it any more. Raises GoldpanError."""
        if path != self._path or number <= self._at:
            self._path, self._rows = path, rows(path, self.max_bytes)
        for row in self._rows:
            self._at = row.number
            if row.number == number:
                return row.text
        self._path = None
        return ""


def _checked(path: Path, number: int, row: Any, max_bytes: int) -> Row:
    """A row with its name as text, or with what is wrong with it."""
    nameless = f"{path.stem}-{number}"
    if isinstance(row, str):
        return Row(number, nameless, "", row)
    if not isinstance(row, dict):
        return Row(number, nameless, "", 'not a JSON object; give {"id": …, "text": …}')
    name, text = row.get("id"), row.get("text")
    if isinstance(name, bool) or not isinstance(name, str | int) or not str(name).strip():
        return Row(number, nameless, "", "has no id; give each text one of its own")
    if not isinstance(text, str) or not text.strip():
        return Row(number, str(name), "", "has no text")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return Row(number, str(name), "", "not Unicode (half of a surrogate pair); write the text again")
    if size > max_bytes:
        return Row(number, str(name), "", _too_large(max_bytes))
    return Row(number, str(name), text)


def _too_large(max_bytes: int) -> str:
    return f"more than the {max_bytes / 1e6:g} MB of max_bytes; split the text or raise GOLDPAN_MAX_BYTES"


def _json_lines(path: Path, max_bytes: int) -> Iterator[tuple[int, Any]]:
    """Lines that are not empty, parsed; a text where a line says nothing but why it cannot be."""
    import orjson

    longest = _ESCAPED * max_bytes + 10_000
    with path.open("rb") as file:
        number = 0
        while line := file.readline(longest):
            number += 1
            if not line.endswith(b"\n") and len(line) == longest:
                while line and not line.endswith(b"\n"):
                    line = file.readline(longest)
                yield number, _too_large(max_bytes)
            elif line.strip():
                try:
                    yield number, orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
                except orjson.JSONDecodeError:
                    yield number, None


def _parquet(path: Path) -> Iterator[tuple[int, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            lacking = {"id", "text"} - set(file.schema_arrow.names)
            if lacking:
                raise GoldpanError(
                    f"{path}: has no column {', '.join(sorted(lacking))}; texts have id and text"
                )
            number = 0
            for batch in file.iter_batches(batch_size=_HELD, columns=["id", "text"]):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except pa.ArrowException as error:
        raise GoldpanError(
            f"{path}: not readable as Parquet ({' '.join(str(error).split())[:200]})"
        ) from error
