"""Which documents a run reads: a manifest, a folder, files named one by one, or files of texts.

A manifest is a CSV file with the columns ``id, title, doi, citation, terms, sha256, file``. It may name texts
that are not ours to share: ``file`` is looked for beside the manifest, in its ``texts/`` folder, and in the
folders of the setting ``texts``. What is not found is absent (said once, no error); what is found but differs
from its checksum is set aside. Of a file of texts (see `pipeline.texts`) every row is a document.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline import texts
from pipeline.items import Item, Items
from pipeline.schema import GoldpanError
from pipeline.settings import Settings

#: Endings of the files that a folder is searched for.
SUFFIXES = frozenset({".txt", ".md", ".pdf", ".xml", ".nxml", ".html", ".htm", ".xhtml", ".json"})
MANIFEST = "manifest.csv"
_COLUMNS = ("id", "title", "doi", "citation", "terms", "sha256", "file")


@dataclass(frozen=True, slots=True)
class Absent:
    """A document that a manifest names and no folder has."""

    id: str
    where: str


@dataclass(slots=True)
class Corpus:
    """The documents of a run in their order, and what its manifest names but nobody put there."""

    items: Items = field(default_factory=Items)
    absent: list[Absent] = field(default_factory=list)
    listed: int = 0

    def missing(self) -> str | None:
        """One line about the absent texts; None where all are present."""
        if not self.absent:
            return None
        names = ", ".join(f"{a.id} ({a.where})" for a in self.absent)
        return (
            f"{len(self.absent)} of {self.listed} texts of the manifest are not present and are skipped: {names}. "
            "Put them into texts/ beside the manifest, or name their folder: GOLDPAN_TEXTS=DIR"
        )


def load(paths: Sequence[Path], settings: Settings) -> Corpus:
    """The documents that the paths name; without paths, those of the setting ``corpus``.

    Every file is hashed, none is read otherwise. Raises GoldpanError where a path does not exist, a manifest
    is malformed, or nothing is found at all.
    """
    corpus = Corpus()
    for path in paths or [settings.corpus]:
        _add(corpus, path, settings)
    if not corpus.items and not corpus.absent:
        named = ", ".join(str(p) for p in paths or [settings.corpus])
        raise GoldpanError(
            f"{named}: no documents ({', '.join(sorted(SUFFIXES))}) in it; name a folder or a file"
        )
    corpus.items = corpus.items.distinct()
    return corpus


def check(path: Path) -> None:
    """Raises GoldpanError where there is nothing of that name."""
    if not path.exists():
        raise GoldpanError(f"{path}: no such file or folder; give a folder, a file or a manifest")


def _add(corpus: Corpus, path: Path, settings: Settings) -> None:
    check(path)
    if path.is_dir() and (path / MANIFEST).is_file():
        path = path / MANIFEST
    if path.is_dir():
        corpus.items += (_inside(path, p) or identify(p, settings) for p in _walk(path))
    elif path.suffix.lower() == ".csv":
        _add_manifest(corpus, path, settings)
    elif texts.is_texts(path):
        corpus.items += _rows(path, settings)
    else:
        corpus.items.append(identify(path, settings))


def _walk(folder: Path) -> list[Path]:
    """Documents below a folder in the order of their names; a README is about the folder, not of it."""
    try:
        return sorted(
            path
            for path in folder.rglob("*")
            if path.suffix.lower() in SUFFIXES
            and path.stem.lower() != "readme"
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
            and path.is_file()
            and (path.suffix.lower() != ".json" or _is_bioc(path))
        )
    except OSError as error:
        raise GoldpanError(f"{folder}: cannot be listed ({error.strerror}); check its permissions") from error


def _is_bioc(path: Path) -> bool:
    """Whether a JSON file is BioC: other JSON lies in folders of papers, too."""
    from pipeline.reading.sources import kind_of

    try:
        with path.open("rb") as file:
            return kind_of(file.read(65536)) == "bioc-json"
    except OSError:
        return False


def _inside(folder: Path, path: Path, doc_id: str = "") -> Item | None:
    """None where a file stands in its folder; where a link or ``..`` leads out of it, the item set aside, unread."""
    if path.resolve().is_relative_to(folder.resolve()):
        return None
    reason = f"leads out of {folder}; put the file itself there, or name its own folder"
    return Item(id=doc_id or path.stem, path=path, reason=reason)


def identify(path: Path, settings: Settings, title: str = "") -> Item:
    """The item for a file: its id (the name without ending), size and checksum, or the reason it is set aside."""
    item = Item(id=path.stem, path=path, title=title)
    try:
        size = path.stat().st_size
        if size > settings.max_bytes:
            return replace(
                item, bytes=size,
                reason=f"{size / 1e6:.1f} MB is more than the {settings.max_bytes / 1e6:g} MB of max_bytes; "
                "split the file or raise GOLDPAN_MAX_BYTES",
            )  # fmt: skip
        with path.open("rb") as file:
            return replace(item, bytes=size, sha256=hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        return replace(item, reason=f"cannot be opened ({error.strerror}); check its permissions")


def _rows(path: Path, settings: Settings) -> Iterator[Item]:
    """An item for each row of a file of texts, without its text."""
    for row in texts.rows(path, settings.max_bytes):
        if row.reason:
            yield Item(row.id, path, reason=row.reason, row=row.number)
        else:
            raw = row.text.encode()
            yield Item(row.id, path, hashlib.sha256(raw).hexdigest(), len(raw), row=row.number)


def _add_manifest(corpus: Corpus, path: Path, settings: Settings) -> None:
    for row in read_manifest(path):
        corpus.listed += 1
        folders = (path.parent, path.parent / "texts", *settings.texts)
        folder = next((f for f in folders if (f / row["file"]).is_file()), None)
        if folder is None:
            where = f"doi:{row['doi']}" if row["doi"] else row["citation"] or row["file"]
            corpus.absent.append(Absent(row["id"], where))
            continue
        found = folder / row["file"]
        outside = _inside(folder, found, row["id"])
        if outside is not None:
            corpus.items.append(outside)
            continue
        item = identify(found, settings, row["title"])
        if row["sha256"] and item.sha256 and item.sha256 != row["sha256"]:
            reason = (
                f"checksum differs from {path.name}: expected {row['sha256'][:12]}, found {item.sha256[:12]}"
            )
            item = replace(item, reason=reason)
        corpus.items.append(replace(item, id=row["id"]))


def read_manifest(path: Path) -> list[dict[str, str]]:
    """The rows of a manifest. Raises GoldpanError naming the line where one is malformed."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            lacking = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
            if lacking:
                raise GoldpanError(
                    f"{path}: not a manifest, it has no column {', '.join(lacking)}; "
                    f"a manifest has the columns {', '.join(_COLUMNS)}"
                )
            rows = []
            for row in reader:
                if not row["id"] or not row["file"]:
                    raise GoldpanError(f"{path}, line {reader.line_num}: id and file must be given")
                rows.append({name: row[name] or "" for name in _COLUMNS})
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GoldpanError(f"{path}: cannot be read as a manifest ({error})") from error
