"""Which study records, of one or several documents, are of the same study: told by their references.

DOI, then PMID, then title; author and year only support a title, never decide alone. Years may differ by two where
the title agrees (online first against print, preprint against article).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.letters import plain

_STOP = frozenset(
    ("a", "an", "the", "of", "in", "for", "and", "on", "with", "to", "by", "from", "at", "as", "is", "are", "or", "vs",
     "versus", "using", "after", "during")
)  # fmt: skip


def fold_title(title: str | None) -> tuple[str, ...]:
    """The words of a title that count, without case, accents, punctuation and hyphens.

    >>> fold_title("A Double-blind Trial of Kétamine: results")
    ('doubleblind', 'trial', 'ketamine', 'results')
    """
    words = re.sub(r"(?<=\w)[-‐‑–](?=\w)", "", plain(title or "").lower())
    return tuple(word for word in re.findall(r"[a-z0-9]+", words) if word not in _STOP)


def _author(reference: Mapping[str, Any]) -> str:
    authors = reference.get("authors") or [""]
    return "".join(fold_title(authors[0]))


def same_work(a: Mapping[str, Any], b: Mapping[str, Any]) -> str | None:
    """How two references are known to be one work (``doi``, ``pmid``, ``title``), or None.

    >>> same_work({"title": "Ketamine for depression in adults, a trial", "year": 2018, "authors": ["Fava"]},
    ...           {"title": "Ketamine for Depression in Adults: A Trial", "year": 2020, "authors": ["Fava"]})
    'title'
    >>> same_work({"authors": ["Roe"], "year": 2001}, {"authors": ["Roe"], "year": 2001}) is None
    True
    """
    if a.get("doi") and b.get("doi") and a["doi"].lower() == b["doi"].lower():
        return "doi"
    if a.get("pmid") and b.get("pmid"):
        return "pmid" if a["pmid"] == b["pmid"] else None
    first, second = set(fold_title(a.get("title"))), set(fold_title(b.get("title")))
    if len(first) < 3 or len(second) < 3:
        return None
    years = abs((a.get("year") or 0) - (b.get("year") or 0)) if a.get("year") and b.get("year") else 0
    common = len(first & second)
    likeness = common / len(first | second)
    contained = common / min(len(first), len(second))
    authors = _author(a) == _author(b) or not _author(a) or not _author(b)
    if likeness >= 0.85 and years <= 2 and (authors or likeness == 1):
        return "title"
    # a title cut at its subtitle
    if contained >= 0.95 and min(len(first), len(second)) >= 5 and authors and years <= 2:
        return "title"
    return None


def cluster(studies: Sequence[Mapping[str, Any]]) -> list[list[int]]:
    """Indices of study records grouped by study, in order of first appearance.

    Records carry their reference under ``sources["reference"]``.
    """
    groups: list[list[int]] = []
    by_key: dict[tuple[str, str], int] = {}
    by_word: dict[str, set[int]] = {}
    for i, study in enumerate(studies):
        reference = (study.get("sources") or {}).get("reference") or {}
        candidates: set[int] = set()
        for name in ("doi", "pmid"):
            key = (name, str(reference.get(name) or "").lower())
            if key[1] and key in by_key:
                candidates.add(by_key[key])
        rare = sorted(fold_title(reference.get("title")), key=len, reverse=True)[:3]
        for word in rare:
            candidates |= by_word.get(word, set())
        home = None
        for g in sorted(candidates):
            if any(same_work(reference, studies[j]["sources"]["reference"]) for j in groups[g]):
                home = g
                break
        if home is None:
            home = len(groups)
            groups.append([])
        groups[home].append(i)
        for name in ("doi", "pmid"):
            if reference.get(name):
                by_key.setdefault((name, str(reference[name]).lower()), home)
        for word in rare:
            by_word.setdefault(word, set()).add(home)
    return groups
