"""The drugs that a reference's title names."""

from __future__ import annotations

from functools import lru_cache

from pipeline.language.lookup import look_up


@lru_cache(maxsize=4096)
def title_drugs(title: str) -> tuple[str, ...]:
    """Preferred names of the drugs in a title, in order, without repeats.

    >>> title_drugs("Intranasal esketamine and lithium in depression")
    ('esketamine', 'lithium')
    """
    spans = sorted(
        {
            (hit.start, hit.end, hit.entry.row["name"])
            for hit in look_up(title).hits.get("drugs", ())
            if not hit.entry.row.get("context")
            # the drug in another thing's name ("mammalian target of rapamycin")
            and not title[: hit.start].lower().endswith("target of ")
        },
        key=lambda span: (span[0], -span[1]),
    )
    drugs: dict[str, None] = {}
    last = -1
    for start, end, name in spans:
        if start >= last:
            drugs.setdefault(name)
            last = end
    return tuple(drugs)
