"""``goldpan gold import``: what was exported comes back as the gold it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.reconcile import gold
from pipeline.reconcile.exchange import FORMATS

ROOT = Path(__file__).resolve().parents[2]
GOLD, TEXTS = ROOT / "annotations" / "development", ROOT / "corpus" / "development"


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_gold_comes_back_as_it_was(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, back = tmp_path / f"x.{name}", tmp_path / "back"
    assert main(["export", str(GOLD), "--format", name, "--out", str(out), "--texts", str(TEXTS)]) == 0
    arguments = ["gold", "import", str(out), "--format", name, "--out", str(back), "--texts", str(TEXTS)]
    assert main(arguments) == 0
    ours, theirs = gold.load(GOLD)[0], gold.load(back)[0]
    assert ours.keys() == theirs.keys()
    for doc in ours:
        assert ours[doc].sha256 == theirs[doc].sha256
        key = {(m.label, m.start, m.end, m.text, str(dict(m.value))) for m in ours[doc].mentions}
        assert key == {(m.label, m.start, m.end, m.text, str(dict(m.value))) for m in theirs[doc].mentions}
    assert main(arguments) == 2  # what is there stays
    assert "is there already" in capsys.readouterr().err
