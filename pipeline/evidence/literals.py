"""Which letters a pattern cannot do without, so that one pass of an automaton tells which patterns can match at all.

The idea is that of RE2's prefilter (Cox 2010, "Regular expression matching in the wild"): a pattern's required
literals are those of a sequence's best part, or of all branches of an alternation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import ahocorasick

_parse: Any = vars(re)["_parser"].parse
#: A literal this short is in every sentence.
_SHORT = 2


def required(pattern: str) -> frozenset[str] | None:
    """Strings of which each match of a pattern holds at least one; None where there are none worth asking for.

    >>> sorted(required(r"\\b(?:improv\\w+|bet+er)(?: off)?"))
    ['be', 'improv']
    >>> required(r"\\d+|mg") is None
    True
    """
    return _sequence(list(_parse(pattern)))


def _sequence(items: Sequence[tuple[Any, Any]]) -> frozenset[str] | None:
    """The best required set of a sequence: the one whose shortest string is longest."""
    found: list[frozenset[str]] = []
    run = ""
    for op, argument in [*items, (None, None)]:
        if str(op) == "LITERAL":
            run += chr(argument)
            continue
        if len(run) >= _SHORT or (run and not run.isascii()):
            found.append(frozenset({run}))
        run = ""
        inner = _one(str(op), argument)
        if inner is not None:
            found.append(inner)
    return max(found, key=lambda s: (min(map(len, s)), -len(s)), default=None)


def _one(op: str, argument: Any) -> frozenset[str] | None:
    if op == "SUBPATTERN":
        return _sequence(list(argument[-1]))
    if op in ("MAX_REPEAT", "MIN_REPEAT") and argument[0] >= 1:
        return _sequence(list(argument[2]))
    if op == "BRANCH":
        branches = [_sequence(list(branch)) for branch in argument[1]]
        return None if None in branches else frozenset().union(*(b for b in branches if b is not None))
    return None


class Prefilter:
    """Tells which of many patterns can match a text. ``patterns`` are in lower case, as the text must be.

    >>> sorted(Prefilter(["improv\\\\w+", "wors[et]", "[ab]c"]).fitting("it got worse"))
    [1, 2]
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._always: set[int] = set()
        by_literal: dict[str, set[int]] = {}
        for i, pattern in enumerate(patterns):
            needed = required(pattern)
            if needed is None:
                self._always.add(i)
            for literal in needed or ():
                by_literal.setdefault(literal, set()).add(i)
        self._machine = ahocorasick.Automaton()
        for literal, ids in by_literal.items():
            self._machine.add_word(literal, frozenset(ids))
        if by_literal:
            self._machine.make_automaton()

    def fitting(self, text: str) -> set[int]:
        """Indices of the patterns that can match."""
        out = set(self._always)
        if len(self._machine):
            for _, ids in self._machine.iter(text):
                out |= ids
        return out
