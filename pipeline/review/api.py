"""What the page asks for and sends, apart from how it travels."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any, get_args

from pipeline.review.items import COMPARED, KINDS
from pipeline.review.open import Session
from pipeline.review.queue import VIEWS, Filter
from pipeline.schema import LABELS, GoldpanError, OutcomeName, ResultKind, Role
from pipeline.store import safe_cell

_MOST = 200
_COLUMNS = ("at", "who", "action", "kind", "doc", "label", "start", "end", "text", "result", "note", "run")
Answer = Mapping[str, Any] | tuple[bytes, str] | None


class Api:
    """The page's requests: each gives what becomes JSON, or bytes and their type; None where there is no such one."""

    def __init__(self, session: Session) -> None:
        self.queue = session.queue
        self.views = session.views

    def get(self, name: str, query: Mapping[str, str]) -> Answer:
        """Answer a question. Raises GoldpanError where it makes no sense."""
        if name == "run":
            return self._run()
        if name == "items":
            limit = min(_MOST, max(1, _whole(query.get("limit"), 50)))
            return self.queue.page(_filter(query), query.get("after", ""), limit)
        if name == "decisions.csv":
            return self._csv(), "text/csv; charset=utf-8"
        item = self.queue.by_id.get(query.get("id", ""))
        if item is None:
            return None
        if name == "item":
            contexts = self.views.contexts(item)
            pdf = contexts[0].get("pdf", False)
            return {
                "contexts": contexts,
                "page": self.views.page_of(item) if pdf else None,
            } | self.queue.show(item)
        if name == "document":
            second = query.get("side") == "b" and item.kind == "contradiction" and item.found is not None
            side = item.found if second and item.found else (item.gold or item.found or {})
            start = _whole(query["start"], 0) if "start" in query else None
            return self.views.document(str(side["doc"]), int(side["start"]), start)
        if name == "page.png":
            return self.views.picture(item), "image/png"
        return None

    def post(self, name: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Keep a decision, or take one back. Raises GoldpanError where it makes no sense or cannot be kept."""
        if name == "decide":
            decision = self.queue.decide(
                str(body.get("item")), str(body.get("action")), body.get("result"), body.get("note") or ""
            )
            return {"decision": decision.id, "progress": self.queue.progress()}
        if name == "undo":
            undone = self.queue.undo()
            if undone is None:
                return {"item": None, "progress": self.queue.progress()}
            shown = self.queue.show(self.queue.by_id[undone.item])
            return {"item": shown, "action": undone.action, "progress": self.queue.progress()}
        return None

    def _run(self) -> dict[str, Any]:
        return self.queue.summary() | {
            "run": self.queue.run, "who": self.queue.who, "labels": LABELS, "kinds": KINDS,
            "compared": sorted(COMPARED), "decisions": str(self.queue.decisions.folder),
            "words": {
                "role": get_args(Role), "outcome": get_args(OutcomeName), "result": get_args(ResultKind),
            },
        }  # fmt: skip

    def _csv(self) -> bytes:
        """Every standing decision on this run, a line each, for a spreadsheet: no cell of it is a formula."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for item in self.queue.items:
            for decision in self.queue.decisions.of(item.id).values():
                mention = item.gold or item.found or {}
                r = decision.result
                row = {
                    "at": decision.at, "who": decision.who, "action": decision.action, "kind": item.kind,
                    "doc": item.doc, "label": item.label, "start": mention.get("start"), "end": mention.get("end"),
                    "text": mention.get("text"), "note": decision.note, "run": decision.run,
                    "result": f"{r['label']} {r['start']}–{r['end']} {r['value']}" if r else "",
                }  # fmt: skip
                writer.writerow([safe_cell(row[name]) for name in _COLUMNS])
        return ("\ufeff" + out.getvalue()).encode("utf-8", "replace")


def _whole(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise GoldpanError(f"{text[:20]!r} is no whole number")
    return int(text)


def _filter(query: Mapping[str, str]) -> Filter:
    view = query.get("view") or "todo"
    if view not in VIEWS:
        raise GoldpanError(f"unknown view {view[:20]!r}; use one of {', '.join(VIEWS)}")
    below: float | None = None
    if query.get("below"):
        try:
            below = float(query["below"])
        except ValueError:
            raise GoldpanError("below is a number from 0 to 1") from None
    return Filter(
        view,
        query.get("kind", ""),
        query.get("label", ""),
        query.get("doc", ""),
        query.get("cause", ""),
        below,
    )
