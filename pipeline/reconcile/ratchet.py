"""The ratchet: what was found of gold once must still be found.

A *state* is the gold mentions that a run found, each with the rule, lexicon entry or model that found it. It is kept
in git; a change that loses one of them fails a test that names the mention and who used to find it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.reconcile.gold import GoldDocument, write_atomic
from pipeline.reconcile.render import one_line
from pipeline.reconcile.score import Scores, score
from pipeline.reconcile.values import same
from pipeline.schema import GoldpanError, Mention

#: document, label, start, end of a gold mention
Key = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """A gold mention that was found; ``value`` says whether its value was right too."""

    doc: str
    label: str
    start: int
    end: int
    text: str
    why: str
    value: bool

    @property
    def key(self) -> Key:
        return self.doc, self.label, self.start, self.end


@dataclass(frozen=True, slots=True)
class Loss:
    """An entry no longer found, or whose value is no longer right (``what``); ``now`` is who finds it wrongly."""

    entry: Entry
    what: str
    now: str = ""

    def __str__(self) -> str:
        e = self.entry
        now = f"; now {self.now}" if self.now else ""
        place = f"{e.doc}:{e.start}–{e.end} {e.label} {one_line(e.text, 40)!r}"
        return f"{place}: {self.what}; {e.why or 'no rule named'}{now}"


def state(scores: Scores) -> list[Entry]:
    """The gold mentions that were found, in order of document and place."""
    return [
        Entry(g.doc, g.label, g.start, g.end, g.text, f.why, same(g.label, g.value, f.value))
        for doc in scores.documents
        for g, f in scores.aligned[doc].pairs
    ]


def write(path: Path | str, entries: Iterable[Entry]) -> None:
    """One entry a line, so that git shows which mentions came and went."""
    lines = [
        json.dumps([e.doc, e.label, e.start, e.end, e.text, e.why, e.value], ensure_ascii=False) + "\n"
        for e in entries
    ]
    write_atomic(Path(path), "".join(lines).encode("utf-8"))


def read(path: Path | str) -> list[Entry]:
    """Entries as ``write`` wrote them. Raises GoldpanError where a line is none."""
    out: list[Entry] = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").split("\n"), 1):
        if line.strip():
            try:
                out.append(Entry(*json.loads(line)))
            except (ValueError, TypeError) as error:
                raise GoldpanError(
                    f"{path}:{number}: not an entry of the ratchet ({error}); write it anew"
                ) from error
    return out


def losses(saved: Iterable[Entry], gold: Mapping[str, GoldDocument], found: Iterable[Mention]) -> list[Loss]:
    """Which saved entries the mentions found now have lost, or now have with a wrong value.

    An entry whose gold mention is gone (gold was corrected), or whose document has no gold here, is no loss.

    >>> m = lambda why, name="x": Mention("d", "DRUG", 0, 4, "abcd", {"name": name}, why)
    >>> gold = {"d": GoldDocument("d", [m("")])}
    >>> entries = state(score(gold, [m("drugs:abcd")]))
    >>> [str(loss) for loss in losses(entries, gold, [])]
    ["d:0–4 DRUG 'abcd': no longer found; drugs:abcd"]
    >>> [loss.what for loss in losses(entries, gold, [m("ner", "y")])]
    ['value no longer right']
    """
    now = score(gold, found).aligned
    standing = {(m.doc, m.label, m.start, m.end) for document in gold.values() for m in document.mentions}
    pairs: dict[Key, tuple[Mention, Mention]] = {
        (g.doc, g.label, g.start, g.end): (g, f) for result in now.values() for g, f in result.pairs
    }
    out: list[Loss] = []
    for entry in saved:
        if entry.key not in standing:
            continue
        pair = pairs.get(entry.key)
        if pair is None:
            out.append(Loss(entry, "no longer found"))
        elif entry.value and not same(entry.label, pair[0].value, pair[1].value):
            out.append(Loss(entry, "value no longer right", pair[1].why))
    return out


def summary(lost: Iterable[Loss]) -> str:
    """The losses as a test prints them: first who lost how many, then each."""
    rows: list[Any] = list(lost)
    counts = Counter((loss.entry.why or "no rule named", loss.what) for loss in rows)
    head = [f"{n} × {why}: {what}" for (why, what), n in counts.most_common()]
    return "\n".join([*head, *(str(loss) for loss in rows)])
