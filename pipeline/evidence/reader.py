"""A processed doc's sentences, linked to the references that they are about. Rows of tables: table_rows.py."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from spacy.tokens import Doc

from pipeline.evidence import cues
from pipeline.evidence.marks import announces, is_of_study, misfit
from pipeline.evidence.named import Authors, is_by
from pipeline.evidence.statements import Statement, scoped
from pipeline.evidence.threads import compares, goes_on, leaves
from pipeline.evidence.titles import title_drugs
from pipeline.language.common import document_of, everything, sentences_of, text_of
from pipeline.schema import Citation, Document, DrugValue, Found, Reference

#: Labels that make a sentence evidence of a study.
_EVIDENCE = {"SAMPLE_SIZE", "DOSE", "OUTCOME", "RESULT"}
_FOREIGN = {"animal", "in_vitro", "hypothetical"}
#: Kinds of papers, by their titles, that can be primary research in people.
_PRIMARY = frozenset({"human", "mechanistic", "unknown"})
_NAMED = re.compile(
    r"(?:et al\.?|and (?:colleagues|co-?workers|associates|co-?authors|collaborators))[’']?s?\s*$"
)
_ONE_OF_TWO = re.compile(
    r"(?:In )?the (?:(?P<first>former|first(?: of these)?)|latter|second(?: of these)?)\b(?! (?:group|arm|dose|"
    r"week|month|day|year))",
    re.IGNORECASE,
)
_TRIED = re.compile(
    r"\b(?:compar|gave|test|stud|randomi[sz]|treat|assign|administ|investigat|examin|evaluat)"
)
_NEWS = re.compile(r"\b(?:a|one|another|an|the first|subsequent|recent)\b[^.]{0,60}\b(?:study|trial|RCT)\b")


def _is_named(text: str, at: int) -> bool:
    """Whether authors are named right before an offset (*Roe and colleagues*)."""
    return _NAMED.search(text[max(0, at - 30) : at].rstrip("., ")) is not None


class Reader:
    """Cuts a processed doc into statements and links them to references."""

    def __init__(self, doc: Doc) -> None:
        document = document_of(doc)
        assert document is not None
        self.document: Document = document
        self.text = text_of(doc)
        self.sentences = list(sentences_of(doc))
        found = list(everything(doc))
        counted = sorted(f.start for f in found if f.label == "SAMPLE_SIZE")
        self.found = sorted(
            (f for f in found if not self._foreign(f, counted, self.sentences)),
            key=lambda f: (f.start, f.end),
        )
        self._starts = [f.start for f in self.found]
        self.references: dict[str, Reference] = {r.key: r for r in document.references}
        self.citations: Sequence[Citation] = sorted(document.citations, key=lambda c: c.at)
        self._ats = [c.at for c in self.citations]
        self.authors = Authors(self.references)
        self._kinds: dict[str, bool] = {}
        self._in_table = [(t.start, t.end) for t in document.tables]

    @staticmethod
    def _foreign(found: Found, counted: Sequence[int], sentences: Sequence[tuple[int, int]]) -> bool:
        """Said of animals, cells or what might be.

        In a sentence about what might be a drug may be named, and people who are counted were there, as was what
        they were given (*210 took 8 g so that the other drug could be continued*).
        """
        if not _FOREIGN & set(found.context):
            return False
        if found.context != ("hypothetical",) or found.label not in ("DRUG", "SAMPLE_SIZE", "DOSE"):
            return True
        if found.label != "DOSE":
            return False
        start, end = sentences[max(0, bisect_right(sentences, (found.start, math.inf)) - 1)]
        return bisect_left(counted, start) == bisect_left(counted, end)

    def own(self, key: str) -> list[Statement]:
        """Every sentence as a statement about one study: that of a paper that reports it itself."""
        return [
            Statement(start, end, self.text[start:end], self.mentions(start, end), (key,), "abstract")
            for start, end in self.sentences
        ]

    def mentions(self, start: int, end: int) -> list[Found]:
        """The mentions that start in a stretch."""
        return self.found[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def anchors(self, start: int, end: int) -> list[Citation]:
        """The citation marks of a sentence; one behind its full stop belongs to it."""
        found = self.citations[bisect_left(self._ats, start) : bisect_right(self._ats, end)]
        return [c for c in found if c.at > start or start == 0]

    def primary(self, keys: Sequence[str]) -> list[str]:
        """Those keys that can be primary research in people, by their titles."""
        return [key for key in keys if self._is_primary(key)]

    def _is_primary(self, key: str) -> bool:
        known = self._kinds.get(key)
        if known is None:
            listed = key in self.references or not self.references
            known = listed and cues.reference_kind(self.references.get(key)) in _PRIMARY
            self._kinds[key] = known
        return known

    def prose(self) -> list[Statement]:
        """The sentences that are about studies, linked by citation, by what goes on, or by what is cited next."""
        if not self.citations and not self.references:
            return []  # nothing that a sentence could be linked to
        out: list[Statement] = []
        current: tuple[str, ...] = ()
        pending: list[Statement] = []
        paragraph_end = 0
        pair: tuple[str, ...] = ()  # the works of the last mark, of which "the former" is one
        announced = False  # a study that is cited only later: "An RCT was reported recently. In it, …¹²"
        for start, end in self.sentences:
            if any(a <= start < b for a, b in self._in_table):
                continue
            if "\n" in self.text[paragraph_end:start] if start >= paragraph_end else True:
                current, pending, announced, pair = (), [], False, ()
            paragraph_end = end
            text = self.text[start:end]
            mentions = self.mentions(start, end)
            anchors = self.anchors(start, end)
            evidence = any(m.label in _EVIDENCE for m in mentions)
            cited = [key for anchor in anchors for key in anchor.keys]
            primary = self.primary(cited)
            if cited and not primary:
                primary = misfit(text, start, anchors, mentions, self.references)
            keys = tuple(dict.fromkeys(primary))
            statement = Statement(start, end, text, mentions)
            named = self._named(statement, cited)
            if named is not None:
                keys, anchors = (named,), []
                cited = [named]
            if anchors and cited and current and compares(text, start, anchors):
                statement.keys, statement.linked = current, "anaphora"
                out.append(statement)
                continue
            if keys:
                statement.keys, statement.linked = keys, "citation"
                supports = self._supports(statement, evidence) or (named is not None and evidence)
                # "The authors suggested … ¹²" ends what was told of a study without a mark
                supports = supports or bool(pending and len(keys) == 1 and cues.has("anaphora", text, 0, 80))
                if supports:
                    out.extend(scoped(statement, anchors, self.primary))
                if len(keys) == 1 and supports:
                    for earlier in pending:
                        earlier.keys, earlier.linked = keys, "cataphora"
                        out.append(earlier)
                pending, announced = [], False
                told = (
                    supports
                    or named is not None
                    or cues.has("study_words", text)
                    or self._by_name(text, start, anchors)
                )
                current = self._subject(text, start, anchors, keys) if told else ()
                pair = keys
                continue
            if cited and not keys and not self._instrument_only(cited):
                current = ()  # a review or an animal study is spoken of now
                pending, announced = [], False
                continue
            if not cited and announces(text):
                current, announced = (), True
            if not evidence and not (current and goes_on(statement)):
                continue
            if current and not leaves(text):
                if len(pair) == 2 and (which := _ONE_OF_TWO.match(text)):
                    current = (pair[0] if which["first"] else pair[1],)
                statement.keys, statement.linked = current, "anaphora"
                out.append(statement)
            elif not current and (announced or (is_of_study(text) and _NEWS.search(text))):
                pending.append(statement)
        return out

    def _named(self, s: Statement, cited: Sequence[str]) -> str | None:
        """The work that a sentence names by its authors, where it cites nothing or another work there."""
        found = self.authors.named(s.text)
        if not found and not cited:
            called = self.primary(self.authors.called(s.text))
            return called[0] if len(called) == 1 else None
        if len(found) != 1:
            return None
        start, end, names = found[0]
        if any(is_by(self.references.get(key), names[:1]) for key in cited):
            return None
        key = self.authors.only(names)
        if key is None or not self.primary([key]):
            return None
        if cited:
            said = {m.value.name for m in s.mentions if isinstance(m.value, DrugValue)} - {"placebo"}
            titled = set(title_drugs(self.references[key].title or ""))
            if len(set(cited)) > 1 or len(names) > 1 or (said and titled and not said & titled):
                return None
            s.wrong = (s.start + start, s.start + end, cited[0])
        return key

    def _subject(
        self, text: str, start: int, anchors: Sequence[Citation], keys: tuple[str, ...]
    ) -> tuple[str, ...]:
        """The study that the following sentences go on about: the one whose author is named, or the only one."""
        if len(keys) == 1:
            return keys
        named = [
            a for a in anchors
            if _is_named(text, a.at - start)
        ]  # fmt: skip
        own = tuple(self.primary(named[0].keys)) if len(named) == 1 else ()
        return own if len(own) == 1 else keys if len(keys) == 2 and not named else ()

    @staticmethod
    def _by_name(text: str, start: int, anchors: Sequence[Citation]) -> bool:
        """Whether a name stands right before a citation mark (*a depot was examined by Roe et al.⁴*)."""
        return any(_is_named(text, a.at - start) for a in anchors)

    def _supports(self, statement: Statement, evidence: bool) -> bool:
        """Whether a cited sentence says something of a study, rather than of a disease, a drug or an open question."""
        text = statement.text
        labels = {m.label for m in statement.mentions}
        if labels & {"SAMPLE_SIZE", "DOSE", "RESULT"}:
            return True
        if cues.has("unknown", text):
            return False
        if evidence:
            return "DRUG" in labels or cues.has("study_words", text)
        if (
            "DRUG" in labels
            and _TRIED.search(text)
            and self._by_name(text, statement.start, self._marks(statement))
        ):
            return True  # "Roe et al. compared lithium with placebo"
        if "DRUG" not in labels or not cues.has("effect_words", text):
            return False
        if cues.has("laboratory", text) and not cues.has("people", text):
            return False
        return any(self._about(statement, key) for key in statement.keys)

    def _marks(self, s: Statement) -> list[Citation]:
        return self.anchors(s.start, s.end)

    def _about(self, statement: Statement, key: str) -> bool:
        """Whether a reference is of a trial, or of people and of a drug that the sentence names."""
        reference = self.references.get(key)
        if reference is None or not reference.title:
            return False
        said = cues.has("study_words", statement.text)
        if cues.is_trial_title(reference) and said:
            return True
        kind = cues.reference_kind(reference)
        if kind == "mechanistic" or (not said and len(statement.keys) > 1):
            return False
        if kind != "human" and not cues.has("outcome_title", reference.title):
            return False
        named = {m.value.name for m in statement.mentions if isinstance(m.value, DrugValue)}
        return bool(named & set(title_drugs(reference.title)))

    def _instrument_only(self, cited: Sequence[str]) -> bool:
        return all(cues.reference_kind(self.references.get(key)) == "instrument" for key in cited)

    def topic(self, statement: Statement) -> list[Found]:
        """The drugs that a statement's paragraph names up to its end."""
        start = self.text.rfind("\n", 0, statement.start) + 1
        return [m for m in self.mentions(start, statement.end) if m.label == "DRUG"]

    def stretch(self, statement: Statement, key: str) -> tuple[int, int]:
        """The part of a sentence that is one study's, where several are cited in it: offsets in ``statement.text``."""
        whole = 0, len(statement.text)
        if statement.linked != "citation":
            return whole
        anchors = [a for a in self.anchors(statement.start, statement.end) if self.primary(a.keys)]
        own = [a.at - statement.start for a in anchors if key in a.keys]
        others = [a.at - statement.start for a in anchors if key not in a.keys]
        if not own or not others:
            return whole
        left = max((at for at in others if at < own[0]), default=0)
        return (left, own[-1]) if own[-1] > left else whole
