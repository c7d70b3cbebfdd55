"""Numbers by name in a few bytes a name: what a run of a million documents can keep of each."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator


def hash_of(text: str) -> int:
    """64 bits of a text, the same in every process."""
    return int.from_bytes(
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"
    )


class Index:
    """Two numbers of up to 64 bits for each name, in 24 bytes a name: names themselves are not kept.

    Two names may share a hash; who asks must check.

    >>> list(Index([("a", 1, 2), ("b", 3, 4)]).get("b")), list(Index([]).get("a"))
    ([(3, 4)], [])
    """

    def __init__(self, rows: Iterable[tuple[str, int, int]]) -> None:
        import numpy as np

        flat = array("Q")
        for name, first, second in rows:
            flat.extend((hash_of(name), first, second))
        table = np.frombuffer(flat, dtype=np.uint64).reshape(-1, 3) if flat else np.empty((0, 3), np.uint64)
        self._table = table[np.argsort(table[:, 0], kind="stable")]
        self._hashes = np.ascontiguousarray(self._table[:, 0])

    def get(self, name: str) -> Iterator[tuple[int, int]]:
        """The numbers of all names of this name's hash."""
        import numpy as np

        wanted = np.uint64(hash_of(name))
        at = int(np.searchsorted(self._hashes, wanted))
        while at < len(self._table) and self._hashes[at] == wanted:
            yield int(self._table[at, 1]), int(self._table[at, 2])
            at += 1


def repeated(hashes: array[int]) -> frozenset[int]:
    """The hashes that occur more than once.

    >>> repeated(array("Q", [1, 2, 1]))
    frozenset({1})
    """
    import numpy as np

    found = np.sort(np.frombuffer(hashes, dtype=np.uint64)) if hashes else np.empty(0, np.uint64)
    return frozenset(found[1:][found[1:] == found[:-1]].tolist())
