"""Files named on the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.schema import Document, GoldpanError
from pipeline.settings import Settings
from pipeline.texts import is_texts, rows


class Inputs:
    """Documents of the files and folders named; what cannot be read is reported, one line each, and counted."""

    def __init__(self, paths: Sequence[Path], settings: Settings) -> None:
        self.settings = settings
        self.bad = 0
        self.paths: list[Path] = []
        for path in paths:
            self._expand(path)

    def _expand(self, path: Path) -> None:
        """A folder or manifest becomes its files, any other path stays: reading it says what is wrong with it."""
        from pipeline import corpus

        if not (path.is_dir() or path.suffix.lower() == ".csv"):
            self.paths.append(path)
            return
        try:
            found = corpus.load([path], self.settings)
        except GoldpanError as error:
            self._report(str(error))
            return
        if found.absent:
            print(f"goldpan: {found.missing()}", file=sys.stderr)
        for item in found.items:
            if item.reason:
                self._report(f"{item.path}: {item.reason}")
            else:
                self.paths.append(item.path)

    def __iter__(self) -> Iterator[Document]:
        from pipeline.reading import read

        for path in self.paths:
            try:
                if is_texts(path):
                    yield from self._rows(path)
                else:
                    yield read(path, self.settings)
            except GoldpanError as error:
                self._report(str(error))

    def _rows(self, path: Path) -> Iterator[Document]:
        """The documents of a file of texts."""
        from pipeline.reading.text import build

        for row in rows(path, self.settings.max_bytes):
            if row.reason:
                self._report(f"{path}, row {row.number}: {row.reason}")
            else:
                yield build(row.text, row.id, path=str(path))

    def _report(self, line: str) -> None:
        self.bad += 1
        print(f"goldpan: {line}", file=sys.stderr)
