"""Label Studio JSON: a task for each document, mentions as predictions (or annotations), the labelling config beside.

Offsets are code points, as Label Studio keeps them (before 1.4 it counted UTF-16 units, which differ after an emoji).
What it has no place for is JSON in the region's ``meta.text``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.reconcile.exchange import extras, restore
from pipeline.reconcile.gold import Sources, write_atomic
from pipeline.schema import LABELS, Mention

_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b")
CONFIG = (
    '<View>\n  <Labels name="label" toName="text">\n'
    + "".join(
        f'    <Label value="{label}" background="{colour}" hotkey="{n}"/>\n'
        for n, (label, colour) in enumerate(zip(LABELS, _COLOURS, strict=True), 1)
    )
    + '  </Labels>\n  <Text name="text" value="$text" granularity="symbol"/>\n</View>\n'
)


def _region(number: int, m: Mention) -> dict[str, Any]:
    region: dict[str, Any] = {
        "id": f"T{number}", "from_name": "label", "to_name": "text", "type": "labels",
        "value": {"start": m.start, "end": m.end, "text": m.text, "labels": [m.label]},
    }  # fmt: skip
    parts = extras(m)
    return region | {"meta": {"text": [json.dumps(parts, ensure_ascii=False)]}} if parts else region


def write(path: Path, documents: Mapping[str, Sequence[Mention]], sources: Sources) -> None:
    """Write the tasks to import, and the project's labelling config as ``<path>.config.xml``."""
    tasks = []
    for number, (doc, rows) in enumerate(documents.items(), 1):
        source = sources(doc)
        assert source is not None  # export() saw to it
        result = [_region(at, m) for at, m in enumerate(rows, 1)]
        prediction = {"model_version": "goldpan", "result": result}
        tasks.append({"id": number, "data": {"doc": doc, "text": source.text}, "predictions": [prediction]})
    write_atomic(path, (json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
    write_atomic(path.with_name(path.name + ".config.xml"), CONFIG.encode("utf-8"))


def _parts(region: Mapping[str, Any]) -> dict[str, Any]:
    """Ours among the notes of a region; an annotator's own words are left alone."""
    notes = region.get("meta", {}).get("text", [])
    for note in [notes] if isinstance(notes, str) else notes:
        try:
            parts = json.loads(note)
        except ValueError:
            continue
        if isinstance(parts, dict):
            return parts
    return {}


def read(path: Path) -> list[Mention]:
    """Read a project's export: the newest annotation of each task, or the first prediction where there is none."""
    out: list[Mention] = []
    for task in json.loads(path.read_text(encoding="utf-8")):
        text = task["data"]["text"]
        made = [item for item in task.get("annotations", []) if not item.get("was_cancelled")]
        chosen = made[-1:] or task.get("predictions", [])[:1]
        for region in (region for item in chosen for region in item["result"] if region["type"] == "labels"):
            value = region["value"]
            start, end = value["start"], value["end"]
            doc = task["data"]["doc"]
            parts = _parts(region)
            out.extend(restore(doc, label, start, end, text[start:end], parts) for label in value["labels"])
    return out
