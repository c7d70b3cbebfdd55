"""What the commands score, diff, gold and export share: where runs, gold and texts are."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.schema import GoldpanError

if TYPE_CHECKING:
    from pipeline.reconcile.gold import GoldDocument, Sources
    from pipeline.reconcile.runs import Rows


def warn(line: str) -> None:
    """One line on standard error."""
    print(f"warning: {line}", file=sys.stderr)


def find_run(name: str) -> Path:
    """A path as it is, else a run's id or ``latest`` among the runs of the settings. Raises GoldpanError."""
    from pipeline import store
    from pipeline.settings import Settings

    path = Path(name)
    if path.is_dir() or (path.is_file() and path.name != store.LATEST):
        return path
    return store.find(name, Settings.load().out)


def gold_folder(given: Path | None) -> Path:
    """The gold that was asked for, or that of the settings."""
    from pipeline.settings import Settings

    return given if given is not None else Settings.load().gold


def sources(given: Sequence[Path] | None) -> Sources:
    """Source texts from the folders given, or from those of the settings and beside the corpus' manifest."""
    from pipeline.reconcile.gold import texts_in
    from pipeline.settings import Settings

    if given:
        missing = next((path for path in given if not path.is_dir()), None)
        if missing is not None:
            raise GoldpanError(f"{missing}: no such folder of texts; correct --texts")
        return texts_in(*given)
    settings = Settings.load()
    home = settings.corpus if settings.corpus.is_dir() else settings.corpus.parent
    return texts_in(*settings.texts, home / "texts", home / "sample", home)


def same_texts(documents: Mapping[str, GoldDocument], rows: Rows) -> None:
    """Raises GoldpanError where gold was made on another text than the run read (their checksums differ)."""
    for doc, document in documents.items():
        read = rows.sha256.get(doc)
        if read and document.sha256 and read != document.sha256:
            raise GoldpanError(
                f"{document.path}: made on another text of {doc} (sha256 {document.sha256[:12]}…, the run read "
                f"{read[:12]}…); run that text, or annotate this one anew"
            )


def decisions_folder(given: Path | None, gold: Path | None) -> Path:
    """Where curators' decisions are: as asked, else ``decisions`` beside the gold folder."""
    return given if given is not None else gold_folder(gold).absolute().parent / "decisions"
