"""What curators decided: one file a curator, ``annotations/decisions/curators/<name>.jsonl``, only ever appended to.

A file of one's own lets two curators work at once, on one machine or on two clones, and git merges what they did
without a conflict. Each line stands by itself: who, when, on which run and text, about which difference, and what
gold should say there afterwards.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from pipeline.reconcile import journal
from pipeline.schema import GoldpanError

Action = Literal["accept", "reject", "fix", "skip", "undo"]
ACTIONS: tuple[Action, ...] = get_args(Action)
CURATORS = "curators"
_FIELDS = ("id", "at", "who", "action", "item")


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about one item.

    ``gold`` and ``found`` are the two sides as they were shown, ``result`` what gold shall say (None: nothing there).
    Comparisons and alarms have no ``result``: accept means that it is real, reject that it is a false alarm, fix that
    it is explained by ``note``. An undo names the decision that it takes back in ``undoes``.
    """

    item: str
    action: Action
    who: str
    kind: str = ""
    doc: str = ""
    sha256: str = ""
    run: str = ""
    gold: Mapping[str, Any] | None = None
    found: Mapping[str, Any] | None = None
    result: Mapping[str, Any] | None = None
    note: str = ""
    undoes: str = ""
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="microseconds"))
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def outcome(self) -> str:
        """What two curators agree or disagree on: the mention that gold shall hold, or the verdict on a comparison.

        >>> mention = {"label": "DRUG", "start": 0, "end": 4, "text": "x", "value": {"name": "x"}, "why": "ner"}
        >>> fixed = Decision("1", "fix", "b", result=mention | {"why": ""})
        >>> Decision("1", "accept", "a", result=mention).outcome() == fixed.outcome()
        True
        """
        if self.kind in ("contradiction", "alarm"):
            return self.action
        if self.result is None:
            return "nothing"
        keys = ("label", "start", "end", "value")
        return json.dumps([self.result.get(key) for key in keys], sort_keys=True)

    def to_json(self) -> dict[str, Any]:
        """A line of the file: what is empty is left out, but for ``result``, whose null says something."""
        row = asdict(self)
        front = {key: row[key] for key in ("id", "at", "who", "action", "item")}
        kept = {key: item for key, item in row.items() if item not in ("", None)}
        return (
            front | kept | ({"result": row["result"]} if self.action in ("accept", "reject", "fix") else {})
        )

    @classmethod
    def from_json(cls, row: Mapping[str, Any], where: str = "") -> Decision:
        """Read a line. Raises GoldpanError where it lacks what every decision has."""
        lacking = [key for key in _FIELDS if not isinstance(row.get(key), str)]
        if lacking or row["action"] not in ACTIONS:
            what = f"no {', '.join(lacking)}" if lacking else f"unknown action {row['action']!r}"
            raise GoldpanError(
                f"{where}: {what} in decision {str(row.get('id'))[:40]}; correct or remove that line"
            )
        names = cls.__dataclass_fields__.keys()
        return cls(**{key: item for key, item in row.items() if key in names})


def file_of(folder: Path, who: str) -> Path:
    """The file of a curator's decisions.

    >>> file_of(Path("d"), "Ann O'Hara").as_posix()
    'd/curators/ann-o-hara.jsonl'
    """
    slug = re.sub(r"[^\w]+", "-", who.lower()).strip("-_")[:60]
    if not slug:
        raise GoldpanError(f"--curator {who!r}: give a name with at least one letter or digit")
    return folder / CURATORS / f"{slug}.jsonl"


class Decisions:
    """All curators' decisions of a folder, followed as their files grow; what was taken back is left out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.all: dict[str, Decision] = {}
        self.undone: set[str] = set()
        self._offsets: dict[Path, int] = {}
        self._by_item: dict[str, list[Decision]] = {}

    def refresh(self) -> bool:
        """Read what was appended since; True where there was anything. Raises GoldpanError for a malformed line."""
        before = len(self.all)
        for path in sorted((self.folder / CURATORS).glob("*.jsonl")):
            size = path.stat().st_size
            offset = self._offsets.get(path, 0)
            if size < offset:  # another version of the file: read all anew
                offset = 0
            if size > offset:
                rows, self._offsets[path] = journal.read(path, offset)
                for row in rows:
                    self._take(Decision.from_json(row, str(path)))
        return len(self.all) > before

    def _take(self, decision: Decision) -> None:
        if decision.id in self.all:
            return
        self.all[decision.id] = decision
        if decision.action == "undo":
            self.undone.add(decision.undoes)
        else:
            self._by_item.setdefault(decision.item, []).append(decision)

    def add(self, decision: Decision) -> None:
        """Keep a decision: on the disk when this returns. Raises GoldpanError where it cannot be kept."""
        journal.append(file_of(self.folder, decision.who), [decision.to_json()])
        self._take(decision)

    def of(self, item: str) -> dict[str, Decision]:
        """Each curator's decision about an item that stands: the latest that was not taken back."""
        standing: dict[str, Decision] = {}
        for decision in sorted(self._by_item.get(item, ()), key=lambda d: d.at):
            if decision.id not in self.undone:
                standing[decision.who] = decision
        return standing

    def first(self, item: str) -> Decision:
        """The first decision about an item, taken back or not. Raises KeyError where there never was one."""
        return self._by_item[item][0]

    def items(self) -> Iterable[str]:
        """The items that anybody ever decided about."""
        return self._by_item.keys()

    def last(self, who: str, items: Mapping[str, Any] | None = None) -> Decision | None:
        """A curator's latest decision that stands, of the given items only where they are given."""
        mine = (
            d
            for d in self.all.values()
            if d.who == who
            and d.action != "undo"
            and d.id not in self.undone
            and (items is None or d.item in items)
        )
        return max(mine, key=lambda d: d.at, default=None)
