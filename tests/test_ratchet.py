"""The ratchet: what was found of the committed gold must still be found, with the value it had.

A failure names each mention lost, and the rule, lexicon entry or model that used to find it. Where a loss is meant
(gold corrected, a wrong rule removed), write the state anew: ``PYTHONPATH=. python tests/test_ratchet.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import corpus
from pipeline.extract import Extractor
from pipeline.reading import read
from pipeline.reconcile import gold, ratchet
from pipeline.reconcile.score import score
from pipeline.schema import Mention
from pipeline.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
STATE = Path(__file__).with_name("ratchet.jsonl")


def extract() -> tuple[dict[str, gold.GoldDocument], list[Mention]]:
    """The gold of the documents that are present, and what is found in them now."""
    settings = Settings.load()
    items = [
        item for item in corpus.load([ROOT / "corpus" / "manifest.csv"], settings).items if not item.reason
    ]
    documents, problems = gold.load(ROOT / "annotations" / "gold")
    assert not [str(p) for p in problems if p.fatal]
    known = [item for item in items if item.id in documents]
    read_documents = (read(item.path, settings, doc_id=item.id) for item in known)
    found = [mention for _, mentions in Extractor(settings).extract(read_documents) for mention in mentions]
    return {item.id: documents[item.id] for item in known}, found


@pytest.mark.slow
def test_nothing_that_was_found_of_gold_is_lost() -> None:
    documents, found = extract()
    assert len(documents) >= 4
    saved = [entry for entry in ratchet.read(STATE) if entry.doc in documents]
    assert saved, "no saved state; run PYTHONPATH=. python tests/test_ratchet.py"
    lost = ratchet.losses(saved, documents, found)
    assert not lost, ratchet.summary(lost)


def main() -> None:
    """Write the state anew, for the documents that are present; the others keep theirs."""
    documents, found = extract()
    kept = [entry for entry in ratchet.read(STATE) if entry.doc not in documents] if STATE.exists() else []
    entries = sorted([*kept, *ratchet.state(score(documents, found))], key=lambda e: e.key)
    ratchet.write(STATE, entries)
    print(f"{len(entries)} mentions of {len({e.doc for e in entries})} documents")


if __name__ == "__main__":
    main()
