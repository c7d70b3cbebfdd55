"""The queue of a run: what is open to this curator, in what order, and what deciding does to it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pipeline.reconcile import values
from pipeline.reconcile.gold import GoldDocument
from pipeline.review.consensus import State, agreement, consensus
from pipeline.review.decisions import ACTIONS, Action, Decision, Decisions
from pipeline.review.items import COMPARED, TIERS, Item, clean
from pipeline.review.texts import Text, Texts
from pipeline.schema import LABELS, GoldpanError, Mention

View = Literal["todo", "skipped", "second", "mine", "all"]
VIEWS: tuple[View, ...] = get_args(View)
#: Longest note that is kept; it is a remark, not a document.
_NOTE = 2000
#: Commonest documents and causes that the page proposes.
_FACETS = 500


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the queue is looked at. ``below`` keeps items whose confidence is known and lower."""

    view: View = "todo"
    kind: str = ""
    label: str = ""
    doc: str = ""
    cause: str = ""
    below: float | None = None

    def test(self) -> Callable[[Item], bool]:
        """Whether an item passes, its state aside. Document and cause may be given in part, in any case."""
        doc, cause = self.doc.lower(), self.cause.lower()

        def passes(item: Item) -> bool:
            return (
                (not self.kind or item.kind == self.kind)
                and (not self.label or self.label in item.labels)
                and (not doc or doc in item.doc.lower())
                and (not cause or cause in item.cause.lower())
                and (self.below is None or (item.confidence is not None and item.confidence < self.below))
            )

        return passes


class Queue:
    """Items in order, with everybody's decisions. Safe to use from several threads."""

    def __init__(
        self,
        items: list[Item],
        decisions: Decisions,
        who: str,
        run: str,
        texts: Texts,
        gold: Mapping[str, GoldDocument],
    ) -> None:
        self.items = items
        self.by_id = {item.id: item for item in items}
        self.position = {item.id: index for index, item in enumerate(items)}
        self.decisions = decisions
        self.who = who
        self.run = run
        self.texts = texts
        self.gold = gold
        self._lock = threading.RLock()
        self._states: dict[str, tuple[State, bool, bool]] = {}
        self._seen = -1
        self._facets = {
            name: [list(pair) for pair in Counter(getattr(item, name) for item in items).most_common(_FACETS)]
            for name in ("kind", "label", "doc", "cause")
        }
        self._unsure = any(item.confidence is not None for item in items)

    def _refresh(self) -> None:
        """Take in what other curators decided meanwhile."""
        self.decisions.refresh()
        if len(self.decisions.all) == self._seen:
            return
        self._seen = len(self.decisions.all)
        states: dict[str, tuple[State, bool, bool]] = {}
        for name in self.decisions.items():
            if name in self.by_id:
                standing = self.decisions.of(name)
                mine = standing.get(self.who)
                decided = mine is not None and mine.action != "skip"
                states[name] = (consensus(standing).state, decided, mine is not None and not decided)
        self._states = states

    def state(self, item: Item) -> tuple[State, bool, bool]:
        """An item's state, whether this curator decided on it, and whether they skipped it."""
        return self._states.get(item.id, ("open", False, False))

    def _in_view(self, item: Item, view: View) -> bool:
        state, mine, skipped = self.state(item)
        if view == "todo":
            return not mine and not skipped and state != "settled"
        if view == "second":
            return not mine and state == "settled"
        if view == "skipped":
            return skipped and state != "settled"
        return mine if view == "mine" else True

    def page(self, wanted: Filter, after: str = "", limit: int = 50) -> dict[str, Any]:
        """The next items of a view behind the item ``after``, how many there are in all, and the first one's number.

        Paged by item, not by number: a queue that shrinks while it is worked off skips nothing. Conflicts come first.
        """
        with self._lock:
            self._refresh()
            passes = wanted.test()
            chosen = [item for item in self.items if self._in_view(item, wanted.view) and passes(item)]
            if self._states:
                chosen.sort(key=lambda item: self.state(item)[0] != "conflict")
            begin = 0
            if after in self.position:
                rank = (self.state(self.by_id[after])[0] != "conflict", self.position[after])
                begin = sum((self.state(i)[0] != "conflict", self.position[i.id]) <= rank for i in chosen)
            rows = [self.show(item) for item in chosen[begin : begin + limit]]
            return {"total": len(chosen), "begin": begin, "items": rows}

    def show(self, item: Item) -> dict[str, Any]:
        """An item as a list shows it, with this curator's decision, and the others' where they are not to be hidden.

        A second opinion is worth something only where the first is not seen.
        """
        state, mine, skipped = self.state(item)
        standing = self.decisions.of(item.id) if item.id in self._states else {}
        own = standing.get(self.who)
        others = [d for who, d in standing.items() if who != self.who and d.action != "skip"]
        return {
            "id": item.id, "kind": item.kind, "doc": item.doc, "label": item.label, "cause": item.cause,
            "tier": TIERS[0] if state == "conflict" and not mine else TIERS[item.tier], "note": item.note,
            "confidence": item.confidence, "gold": item.gold, "found": item.found, "state": state, "skipped": skipped,
            "mine": _said(own) if own else None, "others": len(others),
            "said": [_said(d) for d in others] if mine or state == "conflict" else [],
        }  # fmt: skip

    def summary(self) -> dict[str, Any]:
        """Progress, what can be filtered by, and agreement."""
        with self._lock:
            self._refresh()
            return self.progress() | {
                "facets": self._facets,
                "confidence": self._unsure,
                "agreement": agreement(self.decisions, self.by_id),
            }  # fmt: skip

    def progress(self) -> dict[str, int]:
        """How many items there are and how many of them are settled, in conflict, and skipped or settled by me."""
        with self._lock:
            self._refresh()
            known = self._states.values()
            return {
                "total": len(self.items),
                "settled": sum(state == "settled" for state, _, _ in known),
                "conflicts": sum(state == "conflict" for state, _, _ in known),
                "mine": sum(decided for _, decided, _ in known),
                "skipped": sum(skip and state != "settled" for state, _, skip in known),
                "second": sum(state == "settled" and not decided for state, decided, _ in known),
            }

    # ------------------------------------------------------------ deciding

    def decide(self, name: str, action: str, result: Any = None, note: str = "") -> Decision:
        """Keep this curator's decision. Raises GoldpanError where it makes no sense; nothing is kept then."""
        item = self.by_id.get(name)
        if item is None:
            raise GoldpanError("no such item in this run; reload the page")
        if action not in ACTIONS or action == "undo":
            raise GoldpanError(f"unknown action {action!r}; use accept, reject, fix or skip")
        chosen: Action = action
        if not isinstance(note, str):
            raise GoldpanError("a note is a text")
        note = note.strip()[:_NOTE]
        told: Mapping[str, Any] | None = None
        if item.kind in COMPARED:
            if action == "fix" and not note:
                raise GoldpanError("say in a few words what explains it")
        elif action == "accept":
            told = clean(item.found) if item.found else None
        elif action == "reject":
            told = clean(item.gold) if item.gold else None
        elif action == "fix":
            told = self._fixed(item, result)
        if told is not None and action != "reject":
            self._no_overlap(item, told)
        decision = Decision(
            item.id, chosen, self.who, item.kind, item.doc, self.texts.sha256.get(item.doc, ""), self.run,
            item.gold, item.found, told, note,
        )  # fmt: skip
        with self._lock:
            self._refresh()
            before = self.decisions.of(item.id).get(self.who)
            if before and (before.action, before.outcome(), before.note) == (
                action,
                decision.outcome(),
                note,
            ):
                return before
            self.decisions.add(decision)
            return decision

    def _fixed(self, item: Item, result: Any) -> dict[str, Any]:
        """A fixed mention: its text is read from the source, never taken from the page."""
        if not isinstance(result, Mapping):
            raise GoldpanError("a fix says what gold shall hold")
        label, start, end, value = (result.get(key) for key in ("label", "start", "end", "value"))
        if label not in LABELS:
            raise GoldpanError(f"unknown label; use one of {', '.join(LABELS)}")
        if type(start) is not int or type(end) is not int or not 0 <= start < end:
            raise GoldpanError("the span is empty; move its ends")
        wrong = values.problem(label, value)
        if wrong:
            raise GoldpanError(f"{label}: {wrong}")
        text = self.texts.get(item.doc)
        if isinstance(text, Text):
            if end > len(text.text):
                raise GoldpanError("the span ends behind the text")
            words = text.text[start:end]
        else:
            same = next(
                (s for s in (item.found, item.gold) if s and (s["start"], s["end"]) == (start, end)), None
            )
            if same is None:
                raise GoldpanError(f"the ends cannot be moved: {text}")
            words = same["text"]
        if words != words.strip():
            raise GoldpanError("no blank at either end of a span (guidelines, ground rule 4); move its ends")
        return clean(
            {"doc": item.doc, "label": label, "start": start, "end": end, "text": words, "value": value}
        )

    def _no_overlap(self, item: Item, told: Mapping[str, Any]) -> None:
        """Gold mentions of one label never overlap (guidelines, ground rule 3)."""
        document = self.gold.get(item.doc)
        for mention in document.mentions if document else ():
            if (
                mention.label == told["label"]
                and mention.start < told["end"]
                and told["start"] < mention.end
                and not _is(mention, item.gold)
            ):
                raise GoldpanError(
                    f"gold has the {mention.label} “{mention.text[:60]}” there already, and mentions of one label "
                    "never overlap: reject this one, or fix it"
                )

    def undo(self) -> Decision | None:
        """Take back this curator's latest decision on this run's items; returns it, None where there is none."""
        with self._lock:
            self._refresh()
            last = self.decisions.last(self.who, self.by_id)
            if last is not None:
                taken = Decision(
                    last.item, "undo", self.who, last.kind, last.doc, last.sha256, self.run, undoes=last.id
                )
                self.decisions.add(taken)
                self._seen = -1
            return last


def _said(decision: Decision) -> dict[str, Any]:
    return {"who": decision.who, "action": decision.action, "result": decision.result, "note": decision.note}


def _is(mention: Mention, side: Mapping[str, Any] | None) -> bool:
    return side is not None and (mention.label, mention.start, mention.end) == (
        side["label"],
        side["start"],
        side["end"],
    )
