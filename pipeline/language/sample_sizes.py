"""Sample sizes: counts of people and animals, with their role in the study and the name of their arm.

Three steps, each in a module of its own: which words stand around the whole numbers of a sentence
(`sample_words`), which of those numbers count people (`sample_counts`), and what role each has in its study
(`sample_roles`). A study is a stretch of a paragraph that cites the same work; a table row is one as well.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language import sample_words as w
from pipeline.language.common import OnCharacters, document_of, get, put, sentences_of, tables_of
from pipeline.language.cues import paragraphs_of, text_of
from pipeline.language.lookup import hits_of
from pipeline.language.numbers import numbers_of
from pipeline.language.sample_arms import arm_of
from pipeline.language.sample_cells import cell_counts
from pipeline.language.sample_clause import clause
from pipeline.language.sample_counts import Count, Finder
from pipeline.language.sample_roles import assign, report
from pipeline.language.sample_words import words_in
from pipeline.schema import Found, Label, SampleSizeValue

_WHOLE = re.compile(r"\d[\d,]*|[A-Za-z]")
_NONE = re.compile(
    r"\b[Nn]one(?=\s+(?:of\s+(?:the|these|those|them|our|whom|\d+|\w+ (?:patients|participants"
    r"|subjects|controls))\b|(?:had|developed|experienced|reported|relapsed|died|withdrew|dropped"
    r"|discontinued|achieved|responded|required|showed|in|on)\b)|(?=[.,;)]))"
)
#: "breast cancer survivors (BCS)": a noun of people with its abbreviation
_ABBREVIATED = re.compile(r"\((?:[A-Z]{2,4}\s)?(?P<short>[A-Z][A-Za-z]{0,3}[A-Zs]s?)\)")
_LAST_WORD = re.compile(r"[^\W\d_]+(?=\s*$)")
#: what behind a number says that it counts no people
_NO_COUNT = re.compile(
    r"\s?(?:%|±|mg|µg|percent|per\s?cent|°|(?:-|‐|\s)?(?:weeks?|months?|years?|days?|hours?"
    r"|minutes?|min|h)\b(?! patients))|\.\d"
)
_NEW_STUDY = re.compile(
    r"\b(?:an?|another|one|this|first|second|third|larger?|recent|later|subsequent|similar"
    r"|separate|previous|pilot|planned|prospective|retrospective|open-label"
    r"|controlled)\s+(?:[\w-]+\s+){0,5}?(?:study|trial|RCT|registry|cohort|case series"
    r"|meta-analysis|analysis)\b|\bet al\b|\([12][09]\d\d\)",
    re.IGNORECASE,
)


#: other people's work by its authors: a text with two such names is about several studies, list of references or not
_AUTHORS = re.compile(r"\b[A-Z][\w’'-]+(?: et al\b| and (?:colleagues|co-?workers)\b|,? \(?(?:19|20)\d\d\))")
_YEAR = re.compile(r"\d\d\d\d\)")
#: outcomes that are counted in people
_HAPPENS = frozenset({"adverse_effect", "response", "remission", "relapse", "suicidality", "dropout"})
#: characters
_REPORT = 8000
_N_EQUALS = re.compile(r"[nN]\s*=\s*$")
_NAMED = re.compile(r"(?:\s*[(\[]\s*[nN]\s*=\s*|\s+(?:in|by|for)\s+(?:only\s+)?)$")
_OTHERS: tuple[Label, ...] = ("DOSE", "SCALE")


class SampleSizeFinder(OnCharacters):
    """spaCy component: writes ``doc.spans["sample_sizes"]``; reads drugs and doses where they were found before.

    >>> import spacy
    >>> nlp = spacy.blank("en"); _ = nlp.add_pipe("goldpan_sample_sizes")
    >>> doc = nlp("We randomized 47 patients; 12 of 25 responded, and two dropped out.")
    >>> [(span._.value.count, span._.value.role) for span in doc.spans["sample_sizes"]]
    [(47, 'total'), (12, 'event'), (25, 'arm'), (2, 'dropout')]
    """

    def __call__(self, doc: Doc) -> Doc:
        put(doc, "SAMPLE_SIZE", _Reader(doc).found())
        return doc


class _Reader:
    """One doc's counts, sentence by sentence, study by study."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.text = text_of(doc)
        self.numbers = numbers_of(doc)
        self.sentences = sentences_of(doc)
        self.tables = tables_of(doc)
        self.drugs = [(d.start, d.end) for d in get(doc, "DRUG")]
        self.taken = sorted((d.start, d.end) for label in _OTHERS for d in get(doc, label))
        document = document_of(doc)
        self.citations = [(c.at, c.keys) for c in document.citations] if document else []
        self.cited = [at for at, _ in self.citations]
        self.events = frozenset(
            hit.end for hit in hits_of(doc, "outcomes") if hit.entry.row.get("name") in _HAPPENS
        )
        #: a text that cites nothing and is no longer than an abstract with its tables is about one study
        named = not self.citations and (
            " et al" in self.text or " and co" in self.text or _YEAR.search(self.text)
        )
        self.several = bool(named) and len(_AUTHORS.findall(self.text)) > 1
        self.report = not self.citations and not self.several and len(self.text) < _REPORT
        known = w.kinds()
        self.short: set[str] = set()
        for match in _ABBREVIATED.finditer(self.text):
            noun = _LAST_WORD.search(self.text, max(0, match.start() - 24), match.start())
            if noun and known.get(noun[0].lower(), 0) & w.PEOPLE:
                self.short.add(match["short"].lower())

    def found(self) -> list[Found]:
        out: list[Found] = []
        study: list[Count] = []
        keys: set[str] = set()
        bounds = (-1, -1)
        last_end = -1000
        nones = (
            [m.start() for m in _NONE.finditer(self.text)]
            if "None" in self.text or "none" in self.text
            else []
        )
        for start, end in self._sentences(nones):
            cell = self.tables.cell(start) if self.tables else None
            counts = (
                cell_counts(self.text, self.numbers, self.tables.head(start), start, end, self.drugs)
                if cell
                else None
            )
            if counts is None:
                counts = self._prose(start, end, start - last_end < 400)
            counts += self._none(start, end, nones, bool(study) or bool(counts))
            if not counts:
                continue
            last_end = end
            place = (cell[0], cell[1]) if cell else self._whole() or paragraphs_of(self.doc).around(start)
            cites = self._keys(start, end)
            if place != bounds or (not cell and study and self._another(start, end, keys, cites)):
                out += self._roles(study)
                study, keys = [], set()
            bounds = place
            keys |= cites
            study += sorted(counts, key=lambda c: c.start)
        return out + self._roles(study)

    def _whole(self) -> tuple[int, int] | None:
        return (0, len(self.text)) if self.report else None

    def _sentences(self, nones: list[int]) -> list[tuple[int, int]]:
        """The sentences in which a number stands, in order."""
        seen: list[tuple[int, int]] = []
        end = -1
        places = [n.start for n in self.numbers]
        for at in sorted(places + nones) if nones else places:
            if at >= end:
                bounds = self.sentences.around(at)
                end = bounds[1]
                seen.append(bounds)
        return seen

    def _prose(self, start: int, end: int, earlier: bool) -> list[Count]:
        numbers = [n for n in self.numbers.within(start, end) if not self._is_taken(n.start)]
        if not any(n.is_integer and not _NO_COUNT.match(self.text, n.end) for n in numbers):
            return []
        words = w.Words(self.text, start, end, numbers)
        if self.short:
            words.bits = [
                bits or (w.PEOPLE if word in self.short else 0)
                for word, bits in zip(words.words, words.bits, strict=True)
            ]
        low, high = bisect_left(self.drugs, (start, 0)), bisect_left(self.drugs, (end, 0))
        return Finder(words, self.drugs[low:high], self.events).run(earlier)

    def _is_taken(self, at: int) -> bool:
        """Whether a dose or a scale holds the number."""
        i = bisect_left(self.taken, (at + 1, 0)) - 1
        return (
            i >= 0
            and at < self.taken[i][1]
            and not _N_EQUALS.match(self.text[max(0, at - 4) : at].lstrip(" (["))
        )

    def _none(self, start: int, end: int, nones: list[int], counted: bool) -> list[Count]:
        low, high = bisect_left(nones, start), bisect_left(nones, end)
        if low == high or not counted:
            return []
        words = words_in(self.text, start, end, self.numbers)
        out = []
        for at in nones[low:high]:
            i = words.starts.index(at)
            following = [words.kind(k) for k in range(i + 1, min(len(words), i + 6))]
            if (
                words.word(i + 1) != "of"
                or words.word(i + 2) in ("them", "whom", "those", "these", "#")
                or any(kind & (w.PEOPLE | w.GROUP) for kind in following)
            ):
                out.append(Count(i, at, at + 4, 0, "none", i, 0, None, words))
        return out

    def _keys(self, start: int, end: int) -> set[str]:
        low, high = bisect_left(self.cited, start), bisect_left(self.cited, end + 2)
        return {key for _, keys in self.citations[low:high] for key in keys}

    def _another(self, start: int, end: int, keys: set[str], cites: set[str]) -> bool:
        """Whether a sentence speaks of another study than the one before."""
        if not self.citations and not self.several:
            return False
        if cites and keys:
            return not cites & keys
        return bool(_NEW_STUDY.search(self.text, start, end)) and not re.search(
            r"\b(?:in|of) this (?:study|trial)\b", self.text[start:end]
        )

    # ------------------------------------------------------------ roles and arms

    def _roles(self, study: list[Count]) -> list[Found]:
        if not study:
            return []
        of_sentence: dict[int, set[int]] = {}
        for count in study:
            of_sentence.setdefault(id(count.words), set()).add(count.i)
        arounds = [clause(count, of_sentence[id(count.words)] - {count.i}, self.drugs) for count in study]
        events = [self._named_event(count) for count in study]
        roles = (report if self.report else assign)(study, arounds, events)
        out = []
        for count, role in zip(study, roles, strict=True):
            arm = arm_of(count, self.text, self.drugs) if role != "total" else None
            out.append(
                Found(
                    "SAMPLE_SIZE",
                    count.start,
                    count.end,
                    SampleSizeValue(count.count, role, arm),
                    f"count:{count.form}",
                )
            )
        return out

    def _named_event(self, count: Count) -> bool:
        """Whether an outcome's name stands directly before the count (``dissociation (n = 39)``, ``nausea in 12``)."""
        before = self.text[max(0, count.start - 12) : count.start]
        match = _NAMED.search(before)
        if not match:
            return False
        at = count.start - (len(before) - match.start())
        return at in self.events


@Language.factory("goldpan_sample_sizes", assigns=["doc.spans"])
def make_sample_sizes(nlp: Language, name: str) -> SampleSizeFinder:
    """Factory of `SampleSizeFinder`."""
    return SampleSizeFinder()
