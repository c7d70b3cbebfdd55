"""Where papers are put: a folder with a manifest (the one that ``goldpan run`` reads), texts and metadata.

A text is written before its line, and each in one step, so that a crash leaves either nothing of a paper or all of it.
"""

from __future__ import annotations

import csv
import datetime
import fcntl
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.acquire.europepmc import Record
from pipeline.corpus import MANIFEST, read_manifest
from pipeline.reconcile.gold import write_atomic
from pipeline.schema import GoldpanError

_COLUMNS = ("id", "title", "doi", "citation", "terms", "sha256", "file", "pmid", "pmcid", "acquired")


class Shelf:
    """A folder of papers.

    ``find`` says whether a paper is there, by any identifier; a line whose file is missing counts as not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = folder / MANIFEST
        self._load()

    def _load(self) -> None:
        self.rows: list[dict[str, str]] = []
        self.columns = list(_COLUMNS)
        if self.manifest.is_file():
            read_manifest(self.manifest)  # says what is wrong with it, and where
            with self.manifest.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file)
                known = list(reader.fieldnames or ())
                self.columns = known + [column for column in _COLUMNS if column not in known]
                self.rows = [{key: row.get(key) or "" for key in self.columns} for row in reader]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Two commands never write one folder at once. Raises GoldpanError where another is at work."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / ".acquire.lock").open("a") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise GoldpanError(
                        f"{self.folder}: another goldpan acquire is at work in it; wait for it"
                    ) from None
                self._load()  # what another has written meanwhile
                yield
        except OSError as error:
            raise GoldpanError(
                f"{self.folder}: cannot be written ({error.strerror or error}); choose another folder with --out"
            ) from error

    def find(self, identifier: str = "", record: Record | None = None) -> dict[str, str] | None:
        """The line of a paper that is there with its file, by identifier or record; None where it is to be fetched."""
        wanted = {identifier.lower()} if identifier else set()
        if record is not None:
            wanted |= record.names
        for row in self.rows:
            names = {(row.get(key) or "").lower() for key in ("id", "doi", "pmcid", "pmid")} - {""}
            if names & wanted and self.path(row).is_file():
                return row
        return None

    def path(self, row: Mapping[str, str]) -> Path:
        """Where the text of a line is: beside the manifest, or in ``texts/``."""
        beside = self.folder / row["file"]
        return beside if beside.is_file() else self.folder / "texts" / row["file"]

    def changed(self, row: Mapping[str, str]) -> bool:
        """Whether a file is no more the one that was acquired."""
        return (
            bool(row["sha256"]) and hashlib.sha256(self.path(row).read_bytes()).hexdigest() != row["sha256"]
        )

    def put(self, record: Record, raw: bytes, ending: str, terms: str) -> Path:
        """Keep a paper: its text, its metadata, its line with checksum and date."""
        name = f"{record.id}{ending}"
        path = self.folder / "texts" / name
        write_atomic(path, raw)
        self.note(record)
        self.enter(record, raw, name, terms)
        return path

    def enter(self, record: Record, raw: bytes, name: str, terms: str) -> None:
        """Write the line of a paper whose file ``name`` holds ``raw``."""
        row = dict.fromkeys(self.columns, "") | {
            "id": record.id, "title": record.title, "doi": record.doi, "citation": record.citation, "terms": terms,
            "sha256": hashlib.sha256(raw).hexdigest(), "file": name, "pmid": record.pmid, "pmcid": record.pmcid,
            "acquired": datetime.datetime.now(datetime.UTC).date().isoformat(),
        }  # fmt: skip
        at = next((i for i, old in enumerate(self.rows) if old["id"] == record.id), len(self.rows))
        self.rows[at : at + 1] = [row]
        out = io.StringIO()
        writer = csv.DictWriter(out, self.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        write_atomic(self.manifest, out.getvalue().encode("utf-8"))

    def note(self, record: Record) -> None:
        """Keep a paper's metadata, whether its text is open or not."""
        data: dict[str, Any] = record.to_json()
        path = self.folder / "metadata" / f"{record.id}.json"
        write_atomic(path, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
