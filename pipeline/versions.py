"""What a result depends on besides its text: code, lexicons, model, libraries. Cheap: hashes files, loads nothing."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import platform
import subprocess
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

from pipeline import __version__
from pipeline.schema import GoldpanError
from pipeline.settings import Settings

_HERE = Path(__file__).parent
#: The code that decides what is extracted; the rest (runs, commands, pages) may change without a new extraction.
_EXTRACTION = ("schema.py", "extract.py", "reading", "language", "evidence")
#: Libraries whose version can change what is extracted.
_LIBRARIES = ("spacy", "thinc", "scispacy", "numpy", "pyahocorasick", "pdfplumber", "pypdfium2", "lxml")
BUNDLED = "goldpan_ner"


def _hash(files: Iterable[tuple[str, Path]]) -> str:
    """Hash of names and contents; independent of the order and of where the files lie."""
    digest = hashlib.sha256()
    for name, path in sorted(files):
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:12]


def _files(folder: Path) -> list[tuple[str, Path]]:
    return [
        (path.relative_to(folder).as_posix(), path)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]


@cache
def code() -> str:
    """Hash of the extracting code; 12 hexadecimal digits."""
    found: list[tuple[str, Path]] = []
    for name in _EXTRACTION:
        path = _HERE / name
        found += [(name, path)] if path.is_file() else [(f"{name}/{n}", p) for n, p in _files(path)]
    return _hash((name, path) for name, path in found if path.suffix != ".pyc")


@cache
def lexicons() -> dict[str, str]:
    """Hash of each lexicon file."""
    folder = _HERE / "lexicons"
    return {
        name: _hash([(name, path)])
        for name, path in sorted(_files(folder))
        if path.suffix not in (".py", ".md")
    }


@cache
def model(name: str) -> str:
    """Hash of the NER model's files; "none" where no model is used.

    Raises GoldpanError where no package of the name is installed and no folder of the name exists.
    """
    if name == "none":
        return "none"
    if name == BUNDLED:
        folder = _HERE / "models" / BUNDLED
    elif Path(name).is_dir():
        folder = Path(name)
    else:
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            spec = None
        if spec is None or spec.origin is None:
            raise GoldpanError(
                f"model {name}: no such package is installed; pip install it, or choose {BUNDLED} or none"
            )
        folder = Path(spec.origin).parent
    if not folder.is_dir():
        raise GoldpanError(
            f"model {name}: {folder} is missing; reinstall goldpan, or choose another model or none"
        )
    return _hash(_files(folder))


@cache
def libraries() -> dict[str, str]:
    """Version of each library that matters, and of Python."""
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in _LIBRARIES}


@cache
def commit() -> str | None:
    """``git describe`` of the checkout that this package runs from; None where it is not one."""
    try:
        done = subprocess.run(
            ["git", "-C", str(_HERE), "describe", "--always", "--dirty", "--tags"],
            capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def fingerprint(settings: Settings) -> str:
    """Everything that a document's result depends on besides its own bytes, as one hash of 16 digits."""
    parts = [code(), settings.fingerprint(), lexicons(), model(settings.model), libraries()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def record(settings: Settings) -> dict[str, object]:
    """The versions, as run.json has them."""
    return {
        "goldpan": {"version": __version__, "commit": commit(), "code": code()},
        "fingerprint": fingerprint(settings),
        "lexicons": lexicons(),
        "model": {"name": settings.model, "sha256": model(settings.model)},
        "libraries": libraries(),
    }
