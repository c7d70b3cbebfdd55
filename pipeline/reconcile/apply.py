"""Decisions become gold: single lines of gold files are taken out and put in, the rest of a file stays byte for byte.

What was applied is kept in a journal, ``applied.jsonl``. So a second time changes nothing, an edit by hand afterwards
is not overruled, and a decision that was taken back later takes its change back too. A kill between the gold file and
the journal does no harm: a change that gold holds already counts as made.
"""

from __future__ import annotations

import difflib
import fcntl
import json
import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.reconcile import gold, journal
from pipeline.reconcile.gold import GoldDocument, Sources
from pipeline.reconcile.render import one_line
from pipeline.reconcile.values import same
from pipeline.schema import LABELS, GoldpanError

APPLIED = "applied.jsonl"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """What gold shall say about an item: ``after`` instead of ``before`` (None: nothing there).

    ``standing`` is False where nobody's decision stands any more: what was applied is taken back.
    """

    item: str
    doc: str
    sha256: str
    before: Row | None
    after: Row | None
    who: str = ""
    standing: bool = True


@dataclass(slots=True)
class Report:
    """What applying did. ``refused`` are lines that say why a change was not made, ``waiting`` counts by document
    those whose document has no gold yet."""

    changed: dict[Path, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    waiting: dict[str, int] = field(default_factory=dict)
    diff: str = ""


def _key(row: Row | None) -> str:
    return (
        ""
        if row is None
        else json.dumps([row["label"], row["start"], row["end"], row["value"]], sort_keys=True)
    )


def _span(row: Row) -> tuple[Any, ...]:
    return row.get("label"), row.get("start"), row.get("end")


class GoldFile:
    """The lines of a gold file, of which some are changed."""

    def __init__(self, path: Path, header: Row | None = None) -> None:
        self.path = path
        self.before = path.read_bytes().decode("utf-8") if path.is_file() else ""
        self.lines = [line for line in self.before.split("\n") if line.strip()]
        if not self.lines and header:
            self.lines = [json.dumps(header, ensure_ascii=False)]
        self.rows: list[dict[str, Any]] = [json.loads(line.removeprefix("\ufeff")) for line in self.lines]

    @property
    def after(self) -> str:
        return "".join(line + "\n" for line in self.lines)

    def find(self, doc: str, row: Row) -> int | None:
        """The place of the line that says the same; a value may have keys that the guidelines do not name."""

        def says_it(r: Row) -> bool:
            return (
                r.get("doc") == doc
                and _span(r) == _span(row)
                and same(row["label"], r["value"], row["value"], drug=True)
                and same(row["label"], row["value"], r["value"], drug=True)
            )

        return next((i for i, r in enumerate(self.rows) if "label" in r and says_it(r)), None)

    def overlapping(self, doc: str, row: Row, but: Row | None) -> Row | None:
        """A mention of the same label at the place of ``row``, other than ``but``."""
        for other in self.rows:
            if (
                other.get("doc") == doc
                and other.get("label") == row["label"]
                and other["start"] < row["end"]
                and row["start"] < other["end"]
                and (but is None or _span(other) != _span(but))
            ):
                return other
        return None

    def swap(self, doc: str, before: Row | None, after: Row | None) -> str | None:
        """Put ``after`` in ``before``'s place; what hinders it, or None where it is done (or was so already)."""
        at = self.find(doc, before) if before else None
        if before is not None and at is None:
            if after is None or self.find(doc, after) is not None:
                return None
            return f"gold has no {before['label']} “{one_line(str(before['text']))}” there any more; decide again"
        if after is not None and self.find(doc, after) is None:
            other = self.overlapping(doc, after, before)
            if other is not None:
                text = one_line(str(other["text"]))
                return (
                    f"gold has the {other['label']} “{text}” there, and mentions of one label never overlap"
                )
        if at is not None:
            del self.lines[at], self.rows[at]
        if after is not None and self.find(doc, after) is None:
            self._insert(doc, after)
        return None

    def _insert(self, doc: str, row: Row) -> None:
        """In text order among the document's mentions, as `gold.write` sorts them."""

        def place(r: Row) -> tuple[int, int, int]:
            return r["start"], r["end"], LABELS.index(r["label"])

        mine = [i for i, r in enumerate(self.rows) if "label" in r and r.get("doc") == doc]
        at = next(
            (i for i in mine if place(self.rows[i]) > place(row)), mine[-1] + 1 if mine else len(self.rows)
        )
        self.lines.insert(at, json.dumps(row, ensure_ascii=False))
        self.rows.insert(at, dict(row))


def apply(
    folder: Path, changes: Iterable[Change], decisions: Path, *, sources: Sources | None = None,
    new: Iterable[str] = (), dry_run: bool = False,
) -> Report:  # fmt: skip
    """Apply changes to the gold of a folder, each file in one step. ``new`` are documents to begin a gold file for.

    A change is refused where gold was made on another text, where its line is gone, where it would overlap another
    mention, and where the text at hand does not say what it says. Raises GoldpanError for gold that is wrong itself.
    """
    documents = gold.read(folder, sources) if any(folder.glob("*.jsonl")) else {}
    fresh = set(new)
    report = Report()
    wanted: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        wanted[change.doc].append(change)
    with _alone(decisions):
        done = {str(row["item"]): row for row in journal.read(decisions / APPLIED)[0]}
        diffs = []
        for doc in sorted(wanted):
            document = documents.get(doc) or (_begin(folder, doc, wanted[doc]) if doc in fresh else None)
            if document is None:
                count = sum(
                    change.standing and _key(change.before) != _key(change.after) for change in wanted[doc]
                )
                if count:
                    report.waiting[doc] = count
                continue
            diffs.append(_document(document, wanted[doc], done, decisions, sources, report, dry_run))
        report.diff = "".join(diffs)
    return report


def _begin(folder: Path, doc: str, changes: list[Change]) -> GoldDocument:
    if not doc or doc != Path(doc).name or doc.startswith("."):
        raise GoldpanError(f"{doc!r}: no name for a gold file; rename the document")
    sha256 = next((change.sha256 for change in changes if change.sha256), "")
    return GoldDocument(doc, sha256=sha256, path=str(folder / f"{doc}.jsonl"))


def _document(
    document: GoldDocument, changes: list[Change], done: Mapping[str, Row], decisions: Path, sources: Sources | None,
    report: Report, dry_run: bool,
) -> str:  # fmt: skip
    """Apply one document's changes; the diff of its gold file."""
    doc, path = document.doc, Path(document.path)
    file = GoldFile(path, {"doc": doc} | ({"sha256": document.sha256} if document.sha256 else {}))
    source = sources(doc) if sources else None
    rows: list[dict[str, Any]] = []
    for change in changes:
        earlier = done.get(change.item)
        before, after = change.before, change.after
        if not change.standing:
            if earlier is None or _key(earlier["after"]) == _key(earlier["before"]):
                continue
            before, after = earlier["after"], earlier["before"]
        elif earlier is not None:
            before = earlier["after"]
        if _key(before) == _key(after):
            continue
        problem = _problem(document, change, after, source) or file.swap(doc, before, after)
        if problem:
            place = after or before or {}
            report.refused.append(f"{one_line(doc, 40)}:{place.get('start')}–{place.get('end')}: {problem}")
            continue
        # a change taken back leaves what was there first, so that it can be applied anew
        kept = earlier["before"] if earlier else before
        rows.append(
            {
                "item": change.item, "doc": doc, "before": kept, "after": after, "who": change.who,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
            }
        )  # fmt: skip
    if not rows:
        return ""
    text = file.after
    shown = unified(path, file.before, text)
    if dry_run:
        if shown:
            report.changed[path] = len(rows)
        return shown
    if text != file.before:
        gold.write_atomic(path, text.encode("utf-8"))
        report.changed[path] = len(rows)
    journal.append(decisions / APPLIED, rows)
    return git_diff(path) or shown if shown else ""


def _problem(
    document: GoldDocument, change: Change, after: Row | None, source: gold.Source | None
) -> str | None:
    if change.sha256 and document.sha256 and change.sha256 != document.sha256:
        return f"decided on another text (sha256 {change.sha256[:12]}…, gold was made on {document.sha256[:12]}…)"
    if after is not None and after["label"] not in document.labels:
        return f"this document's gold does not hold the label {after['label']}"
    if (
        after is not None
        and source is not None
        and source.text[after["start"] : after["end"]] != after["text"]
    ):
        return f"the text there is not “{one_line(str(after['text']))}”"
    return None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else applies decisions of this folder meanwhile."""
    if not folder.is_dir():
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    except OSError as error:
        raise GoldpanError(f"{error.filename or folder}: cannot be written ({error.strerror})") from error
    finally:
        os.close(handle)


def unified(path: Path, before: str, after: str) -> str:
    """A unified diff of a file's two states; lines end with line feeds only, as in gold files.

    >>> print(unified(Path("a"), "1\\n", "1\\n2\\n"), end="")
    --- a/a
    +++ b/a
    @@ -1 +1,2 @@
     1
    +2
    """
    a, b = ([line + "\n" for line in text.split("\n")[:-1]] for text in (before, after))
    return "".join(difflib.unified_diff(a, b, f"a/{path}", f"b/{path}"))


def git_diff(path: Path) -> str:
    """git's diff of a file that it tracks; empty where there is no git, or the file is not in it."""
    git = shutil.which("git")
    if git is None:
        return ""
    command = [
        git,
        "-C",
        str(path.parent),
        "--no-pager",
        "diff",
        "--no-color",
        "--no-ext-diff",
        "--",
        path.name,
    ]
    result = subprocess.run(command, capture_output=True, timeout=60, check=False)
    return result.stdout.decode("utf-8", "replace") if result.returncode == 0 else ""
