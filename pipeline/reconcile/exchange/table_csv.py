"""CSV: one mention a row; ``value``, ``context`` and ``place`` as JSON. No cell begins as a formula does."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.reconcile.exchange import restore
from pipeline.reconcile.gold import Sources, write_atomic
from pipeline.schema import Mention

COLUMNS = ("doc", "label", "start", "end", "text", "value", "why", "section", "context", "place")
#: A spreadsheet runs a cell that begins so (OWASP, CSV injection; the wide forms are taken for the narrow ones).
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def guard(cell: str) -> str:
    """A cell that no spreadsheet runs: a quote before what would begin a formula, or would look like this quote.

    >>> guard("=1+1"), guard("'tis"), guard("5 mg")
    ("'=1+1", "''tis", '5 mg')
    """
    return "'" + cell if cell.startswith((*_FORMULA, "'")) else cell


def unguard(cell: str) -> str:
    """The way back.

    >>> unguard(guard("'=x")), unguard("5 mg")
    ("'=x", '5 mg')
    """
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell


def _json(item: object) -> str:
    return json.dumps(item, ensure_ascii=False) if item else ""


def write(path: Path, documents: Mapping[str, Sequence[Mention]], sources: Sources) -> None:
    """Write one file. UTF-8 with a byte order mark, which spreadsheets need to know it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for rows in documents.values():
        for m in rows:
            cells = [m.doc, m.label, m.text, _json(dict(m.value)), m.why, m.section or "", _json(list(m.context)),
                     _json(dict(m.place))]  # fmt: skip
            doc, label, *rest = map(guard, cells)
            writer.writerow([doc, label, m.start, m.end, *rest])
    write_atomic(path, out.getvalue().encode("utf-8-sig"))


def read(path: Path) -> list[Mention]:
    """Read one file; columns are known by their heads, and their order does not matter."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    out: list[Mention] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        missing = [name for name in COLUMNS[:5] if name not in (table.fieldnames or ())]
        if missing:
            raise ValueError(f"no column {missing[0]}")
        for row in table:
            cells = {key: unguard(cell or "") for key, cell in row.items() if key is not None}
            parts = {
                key: json.loads(cells[key]) if key in ("value", "context", "place") else cells[key]
                for key in ("value", "why", "section", "context", "place")
                if cells.get(key)
            }
            start, end = int(cells["start"]), int(cells["end"])
            out.append(restore(cells["doc"], cells["label"], start, end, cells["text"], parts))
    return out
