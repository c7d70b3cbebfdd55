"""The one settings object: defaults, overridden by ``goldpan.toml``, overridden by ``GOLDPAN_*`` variables.

``goldpan.toml`` is the one that ``GOLDPAN_SETTINGS`` names, or the nearest one in the working folder or above
it. Relative paths in the file count from its folder, those in variables from the working folder. A list in a
variable is separated like ``PATH``.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pipeline.schema import GoldpanError

FILE = "goldpan.toml"
PREFIX = "GOLDPAN_"
#: Field metadata: what is extracted depends on it, so a change of it makes cached results stale.
_EXTRACTION = {"extraction": True}
#: Variables of the prefix that are not settings; SAMPLES tells the tests where papers are that cannot be shared.
_NOT_SETTINGS = {"BENCH", "DATA", "SAMPLES", "SETTINGS"}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how much a run may use.

    >>> Settings.load(environ={"GOLDPAN_WORKERS": "2"}, folder=Path("/")).workers
    2
    """

    corpus: Path = Path("corpus/manifest.csv")
    """What ``goldpan run`` reads when it is given no corpus: a manifest, a folder or a file."""

    texts: tuple[Path, ...] = ()
    """Folders where the files that a manifest names are looked for, after the manifest's own ``texts/``."""

    gold: Path = Path("annotations/gold")
    """Folder of gold annotations (JSON lines) that runs are scored against."""

    out: Path = Path("outputs")
    """Folder of runs, of cached results and of the embedded server's records."""

    model: str = field(default="goldpan_ner", metadata=_EXTRACTION)
    """NER model: ``goldpan_ner`` (bundled), the name of an installed spaCy or scispaCy package, or ``none``."""

    workers: int = 0
    """Extraction processes on this machine; 0: one for each CPU."""

    batch_words: int = 300_000
    """Words in a task at most, some seconds of work: a scheduler that costs 0.2 s a task must not be felt."""

    max_bytes: int = 20_000_000
    """Larger files are set aside unread (a 300-page book of text has about 1 MB)."""

    timeout_seconds: float = 120.0
    """Seconds that one document may take before it is set aside."""

    max_memory_mb: int = 4096
    """MB that one extraction process may take on top of its model before the document is set aside."""

    runner: Literal["threads", "dask"] = "threads"
    """Prefect's task runner: ``threads`` leads worker processes on this machine, ``dask`` those of a cluster."""

    dask_address: str = ""
    """Scheduler of the Dask cluster (``tcp://host:8786``); empty: a cluster of this machine's own."""

    acquire_url: str = "https://www.ebi.ac.uk/europepmc/webservices/rest"
    """Base address of Europe PMC's REST service; another one for a mirror or a test."""

    acquire_contact: str = ""
    """E-mail address that ``goldpan acquire`` sends along, so that the service can write before it blocks."""

    acquire_per_second: float = 3.0
    """Requests a second at most."""

    acquire_timeout_seconds: float = 30.0
    """Seconds to wait for an answer; ten times that for the whole of it."""

    acquire_retries: int = 5
    """How often a request that failed in passing is made again."""

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
        """Defaults, file and environment, in this order.

        Raises GoldpanError for an unknown key (naming the nearest known one), for a value of the wrong type,
        and for a file that is missing or not TOML.
        """
        env = os.environ if environ is None else environ
        here = (folder or Path.cwd()).absolute()
        file = _find(env, here)
        root = file.parent if file else here
        values: dict[str, Any] = {f.name: f.default for f in dataclasses.fields(cls)}
        values = {key: _resolved(value, root) for key, value in values.items()}
        if file:
            for key, value in _toml(file).items():
                values[key] = _resolved(_convert(key, value, str(file)), root)
        for name, text in env.items():
            if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in _NOT_SETTINGS:
                key = name.removeprefix(PREFIX).lower()
                values[key] = _resolved(_convert(key, text, name), here)
        return cls(**values)

    def replace(self, **changes: Any) -> Settings:
        """These settings with some of them changed; None leaves one as it is."""
        return dataclasses.replace(self, **{k: v for k, v in changes.items() if v is not None})

    def fingerprint(self) -> str:
        """Hash of the settings that what is extracted depends on; 12 hexadecimal digits.

        >>> Settings().fingerprint() == Settings(workers=3).fingerprint() != Settings(model="none").fingerprint()
        True
        """
        kept = {
            f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.metadata.get("extraction")
        }
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:12]

    def to_json(self) -> dict[str, Any]:
        """Plain values, as run.json records them."""
        return {f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self)}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Settings:
        """The way back from `to_json`.

        >>> Settings.from_json(Settings(texts=(Path("a"),)).to_json()).texts
        (PosixPath('a'),)
        """
        return cls(**{key: _convert(key, value, "settings") for key, value in row.items()})

    def cpus(self) -> int:
        """Extraction processes to start: ``workers``, or the CPUs that this process may use."""
        if self.workers > 0:
            return self.workers
        affinity = getattr(os, "sched_getaffinity", None)
        return len(affinity(0)) if affinity else (os.cpu_count() or 1)


def _find(env: Mapping[str, str], folder: Path) -> Path | None:
    named = env.get(PREFIX + "SETTINGS")
    if named:
        path = (folder / named).resolve()
        if not path.is_file():
            raise GoldpanError(f"{PREFIX}SETTINGS names {path}, which is not a file; correct or unset it")
        return path
    return next((p / FILE for p in (folder, *folder.parents) if (p / FILE).is_file()), None)


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise GoldpanError(f"{file}: not readable as TOML ({error}); correct it") from error


def _convert(key: str, value: Any, where: str) -> Any:
    """A value from TOML or a variable as the field's type."""
    hints = get_type_hints(Settings)
    if key not in hints:
        near = difflib.get_close_matches(key, hints, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(hints)}"
        raise GoldpanError(f"{where}: unknown setting {key}; {hint}")
    kind = hints[key]
    try:
        return _typed(kind, value)
    except (TypeError, ValueError):
        raise GoldpanError(f"{where}: {key} = {value!r} is not {_describe(kind)}") from None


def _typed(kind: Any, value: Any) -> Any:
    if get_origin(kind) is tuple:
        parts = [p for p in value.split(os.pathsep) if p] if isinstance(value, str) else value
        return tuple(_typed(get_args(kind)[0], part) for part in parts)
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise ValueError
        return value
    if kind in (int, float):
        if isinstance(value, bool):
            raise TypeError
        number = kind(value)
        if number < 0 or (kind is int and float(value) != number):
            raise ValueError
        return number
    if not isinstance(value, (str, Path)):
        raise TypeError
    return kind(value)


def _describe(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(get_args(kind))
    if get_origin(kind) is tuple:
        return "a list of folders"
    return {int: "a whole number of at least 0", float: "a number of at least 0", Path: "a path"}.get(
        kind, "a text"
    )


def _resolved(value: Any, root: Path) -> Any:
    if isinstance(value, Path):
        return root / value.expanduser()
    return tuple(_resolved(v, root) for v in value) if isinstance(value, tuple) else value


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return str(value) if isinstance(value, Path) else value
