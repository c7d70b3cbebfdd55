"""Parquet: one mention a row, the columns of a run's mentions.parquet; ``value`` and ``place`` are JSON texts."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.reconcile.exchange import restore
from pipeline.reconcile.gold import Sources, write_atomic
from pipeline.schema import Mention


def _json(item: object) -> str | None:
    return json.dumps(item, ensure_ascii=False) if item else None


def write(path: Path, documents: Mapping[str, Sequence[Mention]], sources: Sources) -> None:
    """Write one file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([
        ("doc", pa.string()), ("label", pa.string()), ("start", pa.int64()), ("end", pa.int64()),
        ("text", pa.string()), ("value", pa.string()), ("why", pa.string()), ("section", pa.string()),
        ("place", pa.string()), ("context", pa.list_(pa.string())),
    ])  # fmt: skip
    rows = [
        {
            "doc": m.doc, "label": m.label, "start": m.start, "end": m.end, "text": m.text,
            "value": _json(dict(m.value)), "why": m.why or None, "section": m.section,
            "place": _json(dict(m.place)), "context": list(m.context),
        }
        for members in documents.values()
        for m in members
    ]  # fmt: skip
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), out, compression="zstd")
    write_atomic(path, out.getvalue())


def read(path: Path) -> list[Mention]:
    """Read one file, or a run's mentions.parquet."""
    import pyarrow.parquet as pq

    out: list[Mention] = []
    for row in pq.ParquetFile(path).read().to_pylist():
        parts = {
            key: json.loads(row[key]) if key in ("value", "place") else row[key]
            for key in ("value", "why", "section", "context", "place")
            if row.get(key)
        }
        out.append(restore(row["doc"], row["label"], row["start"], row["end"], row["text"], parts))
    return out
