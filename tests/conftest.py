"""Fixtures for all rooms: the command in a process of its own, small papers, the five reviews where they are."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: A review in six sentences, ours to share.
PAPER = """\
A Small Review of Examplamine

Examplamine was given to 24 patients with depression, who took lithium 600 mg/d as well. In another trial, 12 of
47 adults on placebo left early. The MADRS score fell by 6.2 points on esketamine 56 mg and by 2.1 on placebo
(P = .03). Response was seen in 61% and in 18%. Doses of 100–200 mg/d were safe.
"""


@pytest.fixture(scope="session")
def clean_env() -> dict[str, str]:
    """The environment without goldpan's and Prefect's variables; one worker and no NER model, for speed."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("GOLDPAN_", "PREFECT_"))}
    few = {"GOLDPAN_MODEL": "none", "GOLDPAN_WORKERS": "1"}
    return env | few | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}


@pytest.fixture
def goldpan(clean_env: dict[str, str], tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command in ``tmp_path``; keyword arguments are environment variables."""

    def call(*args: object, timeout: float = 120, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *map(str, args)],
            cwd=tmp_path, env=clean_env | env, capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip

    return call


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A folder of three small papers."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for number, name in enumerate(("alpha2020", "beta2021", "gamma2022"), 1):
        (folder / f"{name}.txt").write_text(
            PAPER.replace("24 patients", f"{24 + number} patients"), encoding="utf-8"
        )
    return folder


@pytest.fixture(scope="session")
def reviews() -> Path:
    """The folder of the five reviews that corpus/manifest.csv names; skips where it is not there."""
    named = [Path(p) for p in os.environ.get("GOLDPAN_TEXTS", "").split(os.pathsep) if p]
    for folder in (*named, ROOT / "corpus" / "texts", ROOT.parent / "shared" / "corpus"):
        if (folder / "papakostas2020.txt").is_file():
            return folder
    pytest.skip("the five reviews are not here (corpus/manifest.csv says where to get them)")
