"""The peers' environment: ``outputs/peers``, made from peers.txt when it is missing or peers.txt has changed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.processes import ROOT, environment, last_line

PEERS = Path(__file__).with_name("peers.txt")


def sections(text: str) -> dict[str, list[str]]:
    """The pins of a requirements file by section; a section begins with a line ``# == NAME``.

    >>> sections("# all\\n# == a\\nx==1\\n\\n# == b\\ny==2\\nz==3\\n")
    {'a': ['x==1'], 'b': ['y==2', 'z==3']}
    """
    out: dict[str, list[str]] = {}
    pins: list[str] = []
    for line in text.splitlines():
        if line.startswith("# == "):
            pins = out.setdefault(line.removeprefix("# == ").strip(), [])
        elif line.strip() and not line.startswith("#"):
            pins.append(line.strip())
    return out


def peers(folder: Path, say: Callable[[str], None]) -> tuple[Path, dict[str, str]]:
    """The interpreter of the peers' environment, and why a peer is not in it, by section of peers.txt.

    A section that was not installed is tried again the next time.
    """
    folder = folder.absolute()
    python = folder / "bin" / "python"
    failed: dict[str, str] = {}
    if not python.is_file():
        say(f"making {folder.name}/, the environment of the other tools (once, a minute or two)")
        reason = _run([sys.executable, "-m", "venv", str(folder)])
        if reason:
            return python, dict.fromkeys(sections(PEERS.read_text(encoding="utf-8")), reason)
    for name, pins in sections(PEERS.read_text(encoding="utf-8")).items():
        stamp = folder / f"{name}.installed"
        digest = hashlib.sha256("\n".join(pins).encode()).hexdigest()
        if stamp.is_file() and stamp.read_text() == digest:
            continue
        say(f"installing {name}")
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        reason = _run([*install, *pins])
        if reason:
            failed[name] = reason
        else:
            stamp.write_text(digest)
    return python, failed


def _run(arguments: list[str]) -> str:
    """Empty where the command went well, else pip's error, one line."""
    try:
        done = subprocess.run(
            arguments, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=900, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return last_line(str(error))
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return last_line("\n".join(errors) or done.stderr) if done.returncode else ""
