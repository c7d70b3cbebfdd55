"""The last word of a run: what is new since the run before, what got worse, what needs a curator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.mentions import Documents

#: The mode whose F1 is watched: any overlap with a mention of the same label.
MODE = "overlap"
#: The heads of the last word, as people read them.
HEADS = {"new": "New since the run before", "worse": "Worse", "curator": "For a curator"}
#: A fall of F1 by less than this is rounding.
_FALL = 0.0005
_NAMED = 5


@dataclass(slots=True)
class Watch:
    """Sentences under three heads; an empty list says that there is nothing."""

    new: list[str] = field(default_factory=list)
    worse: list[str] = field(default_factory=list)
    curator: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, list[str]]:
        return asdict(self)


class Moves:
    """What became of documents from one run to the next: ``new``, ``other text``, ``gone``, ``set aside``, ``read``."""

    def __init__(self, names: Iterable[str], now: Documents, before: Documents) -> None:
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}
        for doc in names:
            text = before.text(doc)
            if text is None:
                self._add("new", doc)
                continue
            if text != now.text(doc):
                self._add("other text", doc)
            was, is_now = (documents.status(doc) == "set_aside" for documents in (before, now))
            if was != is_now:
                self._add("set aside" if is_now else "read", doc)
        for doc in before.names():
            if now.text(doc) is None:
                self._add("gone", doc)

    def _add(self, kind: str, doc: str) -> None:
        self.counts[kind] += 1
        examples = self.examples.setdefault(kind, [])
        if len(examples) < _NAMED:
            examples.append(doc)

    def said(self, kind: str, singular: str, plural: str) -> list[str]:
        """One sentence with the count and the first few names; none where there are none."""
        count = self.counts[kind]
        if not count:
            return []
        more = ", …" if count > _NAMED else ""
        return [f"{count:,} {singular if count == 1 else plural}: {', '.join(self.examples[kind])}{more}"]


def watch(
    record: Mapping[str, Any],
    scores: Mapping[str, Any],
    moves: Moves | None = None,
    before: Mapping[str, Any] | None = None,
    before_scores: Mapping[str, Any] | None = None,
) -> Watch:
    """The last word of a run, from its run.json and scores.json, and those of the run before, if there is one.

    >>> watch({"contradictions": 2, "alarms": 1, "documents": {}}, {}).curator
    ['2 contradictions (concord.json)', '1 alarm (audit.json)']
    """
    out = Watch()
    changes = Counter(record.get("changes") or {})
    if moves is not None and before is not None:
        out.new += moves.said("new", "new document", "new documents")
        out.new += moves.said("other text", "document with another text", "documents with another text")
        out.new += moves.said("gone", "document no longer given", "documents no longer given")
        out.new += moves.said(
            "read", "document read that was set aside", "documents read that were set aside"
        )
        if before.get("fingerprint") != record.get("fingerprint"):
            out.new.append("other code, lexicons, model or libraries than in the run before")
        if changes["found"]:
            out.new.append(f"{counted(changes['found'], 'mention')} found in texts that were there before")
        out.worse += moves.said(
            "set aside", "document set aside that was read", "documents set aside that were read"
        )
        if changes["lost"]:
            out.worse.append(f"{counted(changes['lost'], 'mention')} lost (diff.jsonl)")
        out.worse += list(_falls(scores, before_scores or {}))
        for name in ("contradictions", "alarms"):
            more = record.get(name, 0) - before.get(name, 0)
            if more > 0:
                out.new.append(f"{counted(more, name[:-1])} more than before")
    for name, file in (("contradictions", "concord"), ("alarms", "audit")):
        if record.get(name):
            out.curator.append(f"{counted(record[name], name[:-1])} ({file}.json)")
    differences = changes["value_changed"] + changes["label_changed"]
    if differences:
        out.curator.append(f"{counted(differences, 'mention')} with another value or label (diff.jsonl)")
    if record.get("gold_problems"):
        out.curator.append(f"{counted(len(record['gold_problems']), 'mistake')} in gold files")
    if (record.get("documents") or {}).get("set_aside"):
        out.curator.append(
            f"{counted(record['documents']['set_aside'], 'document')} set aside (documents.csv)"
        )
    return out


def counted(number: int, noun: str) -> str:
    """A number and its noun: ``1 alarm``, ``2 alarms``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _falls(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterable[str]:
    """Falls of F1; only where both runs were scored on the same documents, with as much gold."""
    if not now.get("labels") or not before.get("labels"):
        if before.get("labels"):
            yield "no scores any more: there were some in the run before"
        return
    if now["documents"] != before["documents"]:
        return
    pairs = [("all labels", now["overall"], before["overall"])]
    pairs += [
        (name, s, before["labels"][name]) for name, s in now["labels"].items() if name in before["labels"]
    ]
    for name, new, old in pairs:
        if new["gold"] != old["gold"]:
            continue
        here, there = new["modes"][MODE]["f1"], old["modes"][MODE]["f1"]
        if here < there - _FALL:
            yield f"F1 of {name} fell from {there:.3f} to {here:.3f}"
