"""The texts that are measured on, and the places of public corpora, from arguments, variables or the manifest."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import ROOT
from pipeline import corpus
from pipeline.schema import GoldpanError
from pipeline.settings import Settings

#: Variables of the benchmarks; they are none of goldpan's settings.
TEXTS, DATA = "GOLDPAN_BENCH", "GOLDPAN_DATA"


@dataclass(frozen=True, slots=True)
class Texts:
    """Source texts, and where they are from, by folder: for the line under the table."""

    texts: list[str]
    folders: dict[str, int]

    @property
    def words(self) -> int:
        return sum(len(text.split()) for text in self.texts)

    def capped(self, words: int) -> Texts:
        """Some of them, drawn once for all, with about so many words in all; a long text is cut at a paragraph.

        >>> Texts(["a b c", "d e", "f"], {}).capped(2).words <= 3
        True
        """
        kept: list[str] = []
        left = words
        for text in random.Random(0).sample(self.texts, len(self.texts)):
            if left <= 0:
                break
            share = _beginning(text, max(left, words // 10))
            kept.append(share)
            left -= len(share.split())
        return Texts(kept, self.folders)


def _beginning(text: str, words: int) -> str:
    if len(text.split()) <= words:
        return text
    kept: list[str] = []
    for paragraph in text.split("\n\n"):
        kept.append(paragraph)
        words -= len(paragraph.split())
        if words <= 0:
            break
    return "\n\n".join(kept)


def settings() -> Settings:
    """goldpan's settings in this project, without the variables of the benchmarks."""
    environ = {key: value for key, value in os.environ.items() if key not in (TEXTS, DATA)}
    return Settings.load(environ, ROOT)


def named(variable: str, environ: Mapping[str, str] = os.environ) -> list[Path]:
    """The folders that a variable names, separated like PATH."""
    return [Path(part).expanduser() for part in environ.get(variable, "").split(os.pathsep) if part]


def data_folder(given: Path | None) -> Path | None:
    """The folder that holds pico_corpus/ and bc5cdr/: the argument, or GOLDPAN_DATA. Raises GoldpanError."""
    folder = given or next(iter(named(DATA)), None)
    if folder is not None and not folder.is_dir():
        raise GoldpanError(f"{folder}: no such folder of corpora; correct --data or {DATA}")
    return folder


def find(given: Sequence[Path], data: Path | None) -> Texts:
    """Texts to measure on: the folders given, or those of GOLDPAN_BENCH, or else what the manifest has.

    With neither, PICO-Corpus is added where ``data`` has it. Raises GoldpanError where a folder has no ``.txt``.
    """
    folders = list(given) or named(TEXTS)
    texts: list[str] = []
    counts: dict[str, int] = {}
    if not folders:
        items = corpus.load([ROOT / "corpus" / "manifest.csv"], settings()).items
        paths = [item.path for item in items if not item.reason]
        texts += [path.read_text(encoding="utf-8") for path in paths]
        counts["corpus"] = len(paths)
        folders = [data / "pico_corpus"] if data is not None and (data / "pico_corpus").is_dir() else []
    for folder in folders:
        files = sorted(folder.glob("*.txt"))
        if not files:
            raise GoldpanError(f"{folder}: no .txt files in it; give a folder of texts")
        texts += [path.read_text(encoding="utf-8") for path in files]
        counts[folder.name] = len(files)
    return Texts(texts, counts)
