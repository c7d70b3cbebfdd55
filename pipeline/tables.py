"""A run's mentions as Parquet, written while they come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

#: Mentions that are held at once.
_GROUP = 20_000
_REQUIRED = ("label", "start", "end", "text")
_OPTIONAL = ("why", "section", "context")
_KNOWN = frozenset({"doc", "value", *_REQUIRED, *_OPTIONAL})


class MentionTable:
    """``mentions.parquet``: the rows of mentions.jsonl, a group of them at a time.

    ``value`` and what a format adds (page, box, path: ``place``) are JSON texts: their keys differ from label to label.
    Groups end with a document, so that the bytes depend on the documents alone.
    """

    def __init__(self, path: Path, group: int = _GROUP) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        texts = dict.fromkeys(("doc", "label", "text", "value", "why", "section", "place"), pa.string())
        kinds = texts | {"start": pa.int64(), "end": pa.int64(), "context": pa.list_(pa.string())}
        order = ("doc", "label", "start", "end", "text", "value", "why", "section", "context", "place")
        self._schema = pa.schema([(name, kinds[name]) for name in order])
        self._group = group
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._columns: dict[str, list[Any]] = {name: [] for name in order}

    def __enter__(self) -> MentionTable:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._flush()
        finally:
            self._writer.close()

    def add(self, doc: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """The mentions of a document, as `Mention.to_json` gives them."""
        rows, columns = list(rows), self._columns
        columns["doc"] += [doc] * len(rows)
        for name in _REQUIRED:
            columns[name] += [row[name] for row in rows]
        columns["value"] += [str(orjson.dumps(row["value"]), "utf-8") for row in rows]
        known = (len(_REQUIRED) + 1) * len(rows)
        for name in _OPTIONAL:
            column = [row.get(name) for row in rows]
            known += len(rows) - column.count(None)
            columns[name] += column
        # Most documents have mentions with nothing more to say; that is seen by counting.
        plain = sum(map(len, rows)) == known
        columns["place"] += [None] * len(rows) if plain else [_place(row) for row in rows]
        if len(columns["doc"]) >= self._group:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.table(self._columns, schema=self._schema))
        self._columns = {name: [] for name in self._columns}


def _place(row: Mapping[str, Any]) -> str | None:
    """What a format added to a mention, as JSON; None where it added nothing.

    >>> _place({"label": "DOSE", "value": {}, "page": 3}), _place({"label": "DOSE"})
    ('{"page":3}', None)
    """
    if row.keys() <= _KNOWN:
        return None
    return orjson.dumps({name: item for name, item in row.items() if name not in _KNOWN}).decode()
