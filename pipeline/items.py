"""The documents of a run, kept in some seventy bytes each, so that a run's memory does not grow with its corpus."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

from pipeline.index import hash_of, repeated


@dataclass(frozen=True, slots=True)
class Item:
    """A document to read. ``reason`` is why it is set aside before it was read, empty where it is not.

    ``row`` is its row in a file of texts, from 1; 0 where the file is the document.
    """

    id: str
    path: Path
    sha256: str = ""
    bytes: int = 0
    title: str = ""
    reason: str = ""
    row: int = 0

    @property
    def suffix(self) -> str:
        """What decides, beside the content, how it is read: the file's ending, or that it is a row."""
        return ".row" if self.row else self.path.suffix

    @property
    def words(self) -> int:
        """Rough number of words, from the size of the file."""
        return words_of(self.bytes)


def words_of(size: int) -> int:
    """Rough number of words of so many bytes."""
    return size // 6 + 1


class Items(Sequence[Item]):
    """Items by columns; each is made when it is asked for.

    >>> items = Items([Item("a", Path("a.txt"), "00" * 32, 12), Item("b", Path("t.jsonl"), row=2, reason="no text")])
    >>> len(items), items[1] == Item("b", Path("t.jsonl"), row=2, reason="no text"), items[0].bytes
    (2, True, 12)
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._names = bytearray()
        self._ends = array("Q")
        self._paths: list[Path] = []
        self._path = array("I")
        self._sums = bytearray()
        self.sizes = array("Q")
        self._rows = array("I")
        self._titles: dict[int, str] = {}
        self._reasons: dict[int, str] = {}
        self += items

    def append(self, item: Item) -> None:
        """One more."""
        at = len(self)
        self._names += item.id.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._names))
        if not self._paths or self._paths[-1] != item.path:
            self._paths.append(item.path)
        self._path.append(len(self._paths) - 1)
        self._sums += bytes.fromhex(item.sha256) or bytes(32)
        self.sizes.append(item.bytes)
        self._rows.append(item.row)
        if item.title:
            self._titles[at] = item.title
        if item.reason:
            self._reasons[at] = item.reason

    def __iadd__(self, items: Iterable[Item]) -> Items:
        for item in items:
            self.append(item)
        return self

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> Item: ...

    @overload
    def __getitem__(self, at: slice) -> list[Item]: ...

    def __getitem__(self, at: int | slice) -> Item | list[Item]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        at = range(len(self))[at]
        raw = self._sums[32 * at : 32 * at + 32]
        return Item(
            self.name(at), self._paths[self._path[at]], raw.hex() if any(raw) else "", self.sizes[at],
            self._titles.get(at, ""), self._reasons.get(at, ""), self._rows[at],
        )  # fmt: skip

    def __iter__(self) -> Iterator[Item]:
        return (self[at] for at in range(len(self)))

    def name(self, at: int) -> str:
        """The id of an item."""
        start = self._ends[at - 1] if at else 0
        return self._names[start : self._ends[at]].decode("utf-8", "surrogatepass")

    def distinct(self) -> Items:
        """The same file named twice is read once; another file of the same name would be confused with it."""
        twice = repeated(array("Q", (hash_of(self.name(at)) for at in range(len(self)))))
        if not twice:
            return self
        seen: dict[str, Item] = {}
        kept = Items()
        for item in self:
            if hash_of(item.id) not in twice:
                kept.append(item)
                continue
            other = seen.setdefault(item.id, item)
            if other is item:
                kept.append(item)
            elif other.row != item.row or other.path.resolve() != item.path.resolve():
                where = f"{other.path}, row {other.row}," if other.row else str(other.path)
                reason = f"{where} has the same name; rename one, mentions are named by it"
                kept.append(replace(item, reason=reason))
        return kept
