"""Mentions to and from the formats of other tools, without loss: what one module writes, it reads back equal.

Each module has ``write(path, documents, sources)`` and ``read(path)``. Offsets are code points everywhere. What a
format has no place of its own for (value, why, section, context, page and box) travels as JSON in its notes or infons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from pipeline.reconcile.gold import Source, Sources, as_sources
from pipeline.schema import GoldpanError, Mention


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the module that writes it, whether it holds the texts, and what ``--out`` names."""

    name: str
    module: str
    with_texts: bool
    out: str


FORMATS: dict[str, Format] = {
    item.name: item
    for item in (
        Format("csv", "table_csv", False, "file"),
        Format("parquet", "table_parquet", False, "file"),
        Format("brat", "brat", True, "folder"),
        Format("bioc-json", "bioc_json", False, "file"),
        Format("bioc-xml", "bioc_xml", False, "file"),
        Format("docbin", "docbin", True, "file"),
        Format("label-studio", "label_studio", True, "file"),
    )
}


def export(
    name: str,
    path: Path | str,
    mentions: Iterable[Mention],
    sources: Sources | Mapping[str, str | Source] | None = None,
    documents: Iterable[str] = (),
) -> int:
    """Write mentions in a format; returns their number. ``documents`` are written too where they have no mention.

    Raises GoldpanError for an unknown format, for a text that is missing where the format holds texts, and for a
    text that is not the one the mentions were found in.
    """
    if name not in FORMATS:
        raise GoldpanError(f"--format {name}: unknown; use one of {', '.join(FORMATS)}")
    form = FORMATS[name]
    look = as_sources(sources)
    table: dict[str, list[Mention]] = {doc: [] for doc in documents}
    count = 0
    for mention in mentions:
        table.setdefault(mention.doc, []).append(mention)
        count += 1
    ordered = {doc: sorted(table[doc], key=lambda m: (m.start, m.end, m.label)) for doc in sorted(table)}
    cache = {doc: look(doc) for doc in ordered}
    for doc, rows in list(ordered.items()):
        source = cache[doc]
        if source is None:
            if form.with_texts and rows:
                raise GoldpanError(
                    f"{doc}: its text is not at hand, and {name} holds texts; name its folder with --texts"
                )
            if form.with_texts:
                del ordered[doc]
            continue
        wrong = next((m for m in rows if source.text[m.start : m.end] != m.text), None)
        if wrong is not None:
            raise GoldpanError(
                f"{doc}: {wrong.start}–{wrong.end} is {source.text[wrong.start : wrong.end][:40]!r} in the text at "
                f"hand, not {wrong.text[:40]!r}; give the text that was read with --texts"
            )
    import_module(f"{__name__}.{form.module}").write(Path(path), ordered, cache.get)
    return count


def load(name: str, path: Path | str) -> list[Mention]:
    """Read what ``export`` wrote, or what an annotator made of it. Raises GoldpanError."""
    if name not in FORMATS:
        raise GoldpanError(f"{name}: unknown format; use one of {', '.join(FORMATS)}")
    path = Path(path)
    if not path.exists():
        raise GoldpanError(f"{path}: no such file or folder; name an export")
    try:
        rows: list[Mention] = import_module(f"{__name__}.{FORMATS[name].module}").read(path)
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise GoldpanError(
            f"{path}: not {name} as goldpan knows it ({type(error).__name__}: {error})"
        ) from error
    return rows


def extras(mention: Mention) -> dict[str, Any]:
    """What most formats have no place for; empty parts are left out.

    >>> extras(Mention("d", "DRUG", 0, 4, "abcd", {"name": "x"}, why="drugs:x", place={"page": 2}))
    {'value': {'name': 'x'}, 'why': 'drugs:x', 'place': {'page': 2}}
    """
    parts: dict[str, Any] = {
        "value": dict(mention.value), "why": mention.why, "section": mention.section,
        "context": list(mention.context), "place": dict(mention.place),
    }  # fmt: skip
    return {key: item for key, item in parts.items() if item}


def restore(doc: str, label: str, start: int, end: int, text: str, parts: Mapping[str, Any]) -> Mention:
    """A mention from its own fields and what ``extras`` gave."""
    return Mention(
        doc, label, start, end, text, parts.get("value") or {}, parts.get("why") or "", parts.get("section") or None,
        tuple(parts.get("context") or ()), parts.get("place") or {},
    )  # fmt: skip
