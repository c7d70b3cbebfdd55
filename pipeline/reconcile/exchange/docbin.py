"""spaCy's DocBin: a Doc for each document, a span group for each label.

The values are JSON in ``doc.user_data["goldpan"]``.

Tokens are words and white space, split further wherever a mention begins or ends, so that every mention is a span of
whole tokens and ``doc.text`` is the source to the character.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from pipeline.reconcile.exchange import extras, restore
from pipeline.reconcile.gold import Sources, write_atomic
from pipeline.schema import Mention


def tokens(text: str, starts: Set[int], ends: Set[int]) -> tuple[list[str], list[bool]]:
    """Words, and whether a single space follows each, that make up the text; cut where mentions start and end.

    >>> tokens("0.5 mg/kg  of", {0}, {6})
    (['0', '.', '5', 'mg', '/', 'kg', ' ', 'of'], [False, False, True, False, False, True, False, False])
    """
    pieces = (at for piece in re.finditer(r"\w+|\s|[^\w\s]+", text) for at in piece.span())
    borders = sorted({0, len(text), *starts, *ends, *pieces})
    words: list[str] = []
    spaces: list[bool] = []
    for start, end in itertools.pairwise(borders):
        piece = text[start:end]
        # a space belongs to the word before it, unless a mention begins or ends with it
        if (
            piece == " "
            and words
            and not (spaces[-1] or words[-1].isspace() or start in starts or end in ends)
        ):
            spaces[-1] = True
        else:
            words.append(piece)
            spaces.append(False)
    return words, spaces


def write(path: Path, documents: Mapping[str, Sequence[Mention]], sources: Sources) -> None:
    """Write one file, which any spaCy 3 reads."""
    from spacy.tokens import Doc, DocBin, Span, SpanGroup
    from spacy.vocab import Vocab

    vocab = Vocab()
    box = DocBin(store_user_data=True, attrs=["ORTH", "SPACY"])
    for doc, rows in documents.items():
        source = sources(doc)
        assert source is not None  # export() saw to it
        words, spaces = tokens(source.text, {m.start for m in rows}, {m.end for m in rows})
        made = Doc(vocab, words=words, spaces=spaces)
        starts = {token.idx: token.i for token in made}
        ends = {token.idx + len(token): token.i + 1 for token in made}
        groups: dict[str, list[Span]] = defaultdict(list)
        notes: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for m in rows:
            groups[m.label].append(Span(made, starts[m.start], ends[m.end], label=m.label))
            notes[m.label].append(extras(m))
        for label, spans in groups.items():
            made.spans[label] = SpanGroup(made, name=label, spans=spans)
        # as JSON: msgpack would turn lists into tuples
        made.user_data["goldpan"] = json.dumps({"doc": doc, "mentions": notes})
        box.add(made)
    write_atomic(path, box.to_bytes())


def read(path: Path) -> list[Mention]:
    """Read one file. Raises ValueError where a Doc was not written by ``write``."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    out: list[Mention] = []
    for made in DocBin(store_user_data=True).from_bytes(path.read_bytes()).get_docs(Vocab()):
        record = made.user_data.get("goldpan")
        if record is None:
            raise ValueError("a Doc without user_data['goldpan']")
        record = json.loads(record)
        for label, notes in record["mentions"].items():
            for span, parts in zip(made.spans[label], notes, strict=True):
                out.append(restore(record["doc"], label, span.start_char, span.end_char, span.text, parts))
    return out
