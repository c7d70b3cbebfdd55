"""Drugs: lexicon, abbreviations that the text defines, INN stems, and the chemicals that the NER model sees.

What evidence each source needs is stated once, in `DrugFinder`: a plain lexicon name needs none; an ambiguous one
(``insulin``, ``glucose``), a stem and an NER span need signs of being given to somebody. Classes, transmitters,
receptors and the like (lexicons/not_drugs.tsv) take their stretch of text before any drug inside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language.abbreviations import definitions_of
from pipeline.language.common import OnCharacters, get, put, sentences_of, text_of
from pipeline.language.given import CODE, GIVEN, beside_given
from pipeline.language.lexicon import Entry, Hit, fold
from pipeline.language.lookup import folded_of, hits_of, look_up, traits_of
from pipeline.language.ner import common_words, entities_of
from pipeline.language.numbers import DASHES
from pipeline.language.stems import GLUED, glued_name, stem_of
from pipeline.schema import DrugValue, Found

_SALT = re.compile(
    r"\s+(?:hydrochloride|HCl|dihydrochloride|hydrobromide|maleate|mesylate|mesilate|besylate|besilate|tartrate|bitartrate|succinate|fumarate|citrate|phosphate|"
    r"diphosphate|sulfate|sulphate|acetate|sodium|disodium|potassium|calcium|magnesium|nitrate|bromide|chloride|iodide|lactate|gluconate|pamoate|palmitate|decanoate|"
    r"enanthate|valerate|propionate|dipropionate|furoate|oxalate|tosylate|ditosylate|esylate|edisylate|camsylate|xinafoate|carbonate|bicarbonate|aspartate|orotate|"
    r"trihydrate|monohydrate|dihydrate|hemihydrate|anhydrous|besilate|embonate|stearate|estolate|etabonate|medoxomil|cilexetil|axetil|proxetil|pivoxil|alafenamide|disoproxil)\b(?!\s+(?:level|concentration|channel|intake|excretion))",
)
_STEREO = re.compile(
    rf"(?:(?:\([+±{DASHES}]\)|\((?:[RS](?:,\s?[RS])*|\d[RS](?:[,;]\s?\d?[RS])*)\)|[RSDLrsdl]\([+{DASHES}]\)|(?<![\w])(?:[RSDL]|[dl]|rac|dl|DL|cis|trans|alpha|beta|[αβ]))[{DASHES}]\s?)$"
)
_RACEMIC = re.compile(r"\bracemic\s+$", re.IGNORECASE)
#: A word after a name that makes it the name of something else.
_OTHER_THING = re.compile(
    rf"\s*[{DASHES}]?\s*(?:receptors?|transporters?|channels?|antibod(?:y|ies)|kinases?|synthases?|dehydrogenases?|pathways?|signal+ing|neurons?|levels?|concentrations?|deficien\w+|"
    r"metabolism|homeostasis|secretion|release|synthesis|resistance|sensitivity|tolerance|uptake|turnover|excretion|clearance|intake|consumption|dependence|abuse|addiction|craving|saturation|oxidation|status|ratio|index|binding|precursors?|antagonis\w+|agonis\w+|inhibitors?|blockers?|modulat\w+)\b",
    re.IGNORECASE,
)
_ENDOGENOUS = re.compile(
    r"\b(?:endogenous|plasma|serum|blood|circulating|fasting|urinary|salivary|dietary|baseline|low|elevated|total|(?:levels?|concentrations?|secretion|release|production)\s+of)\s+$",
    re.IGNORECASE,
)
_JOINED_BEFORE = re.compile(
    r"(?:\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or|plus|versus|vs\.?|with)\s+|\s*[/+]\s*)$"
)
_JOINED_AFTER = re.compile(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or|plus|versus|vs\.?)\s+|\s*[/+]\s*")
_BRAND = re.compile(r"(?<![\w-])([A-Z][A-Za-z-]{3,})(?=\s?[®™])")
#: The form of a code that no lexicon has; trials (``TAX-327``, ``NSABP-B-31``) are not given to anybody.
_STUDY_AFTER = re.compile(r"\s*(?:\([^()]{1,30}\)\s*)?(?:trial|study|protocol|guideline)\b")
_STUDY_BEFORE = re.compile(r"\b(?:trial|study|protocol|guideline|Group\))\s+$")
#: the genus before a species' name: *N. sativa*
_SPECIES = re.compile(r"\b[A-Z]\.\s?$")
_WORD_SIGN = re.compile(r"\w")
_CODE_TAIL = re.compile(r"-\d{3,6}[A-Z]{0,2}(?![\w-])")  # the search leaps from dash to dash
_CODE_HEAD = re.compile(r"(?<![\w-])[A-Z]{2,5}$")
_CLASS_ENDING = re.compile(
    r"(?:ants|ics|ors|ists|ines|ates|ides|oids|ones|ents|ers|ins|ols|ens|ets|als|ems|ans|yls|acids?|amines?|oxides?|peptides?|proteins?|lipids?|metals?|ions?|salts?|steroids?|"
    r"antagonists?|agonists?|inhibitors?|blockers?|agents?|drugs?|derivatives?|metabolites?|compounds?|oxygen|water|nitrogen|carbon|hydrogen|phosphates?|sulfur|nucleotides?|"
    # procedures and devices
    r"plast(?:y|ies)|ectom(?:y|ies)|otom(?:y|ies)|ostom(?:y|ies)|scop(?:y|ies)|graph(?:y|ies)|therap(?:y|ies)|pheresis|centesis|tional|ated|fibrillator|sutures?)$",
    re.IGNORECASE,
)


def preferred(entry: Entry) -> DrugValue:
    """The value of a lexicon entry: its preferred name and identifiers."""
    row = entry.row
    kept = _VALUES.get(id(row))
    if kept is None or kept[0] is not row:
        ids = {key: row[key] for key in ("atc", "rxnorm", "mesh", "drugbank") if row.get(key)}
        kept = _VALUES[id(row)] = row, DrugValue(row["name"], ids or None)
    return kept[1]


#: the value of each row that was met, beside the row itself
_VALUES: dict[int, tuple[Mapping[str, str], DrugValue]] = {}


class DrugFinder(OnCharacters):
    """spaCy component: finds drugs; uses ``goldpan_entities`` and ``abbreviation_detector`` where they ran before.

    >>> import spacy
    >>> nlp = spacy.blank("en"); _ = nlp.add_pipe("goldpan_drugs")
    >>> doc = nlp("Racemic ketamine, S-ketamine and sodium valproate act on glutamate.")
    >>> [(span.text, span._.value.name) for span in doc.spans["drugs"]]
    [('Racemic ketamine', 'ketamine'), ('S-ketamine', 'esketamine'), ('sodium valproate', 'valproate')]
    """

    def __init__(self, stems: bool = True, ner: bool = True) -> None:
        self.stems = stems
        self.ner = ner

    def __call__(self, doc: Doc) -> Doc:
        put(doc, "DRUG", _Search(doc, self).run())
        return doc


class _Search:
    """The search in one doc. Stretches are taken in the order of the sources' certainty."""

    def __init__(self, doc: Doc, finder: DrugFinder) -> None:
        self.doc = doc
        self.text = text_of(doc)
        self.finder = finder
        self.sentences = sentences_of(doc)
        self.found: list[Found] = []
        self.blocked: list[tuple[int, int]] = []
        self.aliases: dict[str, DrugValue] = {}
        self.foreign: set[str] = set()
        self.signs = traits_of(doc, "drug")

    def run(self) -> list[Found]:
        hits = self._lexicon_hits()
        self._definitions(hits)
        self._take(hits)
        self._defined_abbreviations()
        self._brands_and_glued()
        covered = _Cover([*self.blocked, *((f.start, f.end) for f in self.found)])
        self._codes(covered)
        if self.finder.ner:
            self._ner(covered)
        if self.finder.stems:
            self._stems(covered)
        return self.found

    # ------------------------------------------------------------ lexicon

    def _lexicon_hits(self) -> list[Hit]:
        """Leftmost-longest over drugs and what is no drug together; at equal length what is no drug loses."""
        hits = [*hits_of(self.doc, "drugs"), *hits_of(self.doc, "not_drugs")]
        out: list[Hit] = []
        for hit in sorted(
            hits, key=lambda h: (h.start, -h.end, h.entry.lexicon != "drugs", h.entry.field == "if_defined")
        ):
            if out and hit.start < out[-1].end:
                continue
            out.append(hit)
        return out

    def _definitions(self, hits: list[Hit]) -> None:
        """What the text's own abbreviations stand for: a drug, or something else."""
        by_name = {(h.start, h.end): h for h in hits if h.entry.lexicon == "drugs"}
        ends = {h.end: h for h in hits if h.entry.lexicon == "drugs"}
        for hit in hits:  # "phencyclidine (PCP)": a known short form beside its name
            if (
                hit.entry.field in ("abbreviation", "if_defined")
                and self.text[hit.start - 1 : hit.start] in "(["
            ):
                at = hit.start - 1
                while at and self.text[at - 1].isspace():
                    at -= 1
                name = ends.get(at)
                if name is not None and name.entry.row["name"] == hit.entry.row["name"]:
                    self.aliases[self.text[hit.start : hit.end]] = preferred(hit.entry)
        for short, _, _, start, end in definitions_of(self.doc):
            if not re.search(r"[A-Z]", short) or len(short) > 12 or re.search(r"[a-z]{4}", short):
                continue  # "S-ketamine (a.k.a. esketamine)" defines no abbreviation
            last = [
                h
                for (a, b), h in by_name.items()
                if start - 3 <= a and end - 1 <= self._extend(a, b)[1] <= end + 1
            ]
            named = {h.entry.row["name"] for (a, b), h in by_name.items() if start - 3 <= a and b <= end + 1}
            joined = self.text[start : start + 4].lower() == "and " and (
                start - 1 in ends or start - 2 in ends
            )
            if len(named) > 1 or joined:
                self.foreign.add(short)  # "doxorubicin and cyclophosphamide (AC)" is a regimen
            elif last and (
                last[-1].end - last[-1].start >= 0.6 * (end - start)
                or re.sub(
                    r"^[^A-Za-z]*(?:\d?[RS][,;)\s]*)*[^A-Za-z]*", "", self.text[last[-1].start : last[-1].end]
                )[:1].lower()
                == short[:1].lower()
            ):
                self.aliases[short] = preferred(last[-1].entry)
            else:
                self.foreign.add(short)

    def _take(self, hits: list[Hit]) -> None:
        spelled = {
            hit.entry.row["name"]
            for hit in hits
            if hit.entry.lexicon == "drugs" and hit.entry.field in ("name", "synonym")
        }
        plain = {
            at
            for h in hits
            if h.entry.lexicon == "drugs" and not h.entry.row.get("context")
            for at in (h.start, h.end)
        }
        # an ambiguous name that this text says was given, once, is a drug of this text
        given = {
            h.entry.row["name"] for h in hits
            if h.entry.lexicon == "drugs" and h.entry.row.get("context") == "ambiguous"
            and not _OTHER_THING.match(self.text, h.end) and self._beside_given(h.start, h.end)
        }  # fmt: skip
        plain |= {at for h in hits if h.entry.row.get("name") in given for at in (h.start, h.end)}
        for hit in hits:
            entry = hit.entry
            surface = self.text[hit.start : hit.end]
            short = entry.field in ("abbreviation", "if_defined")
            if entry.lexicon != "drugs" or (
                short and surface in self.foreign and surface not in self.aliases
            ):
                self.blocked.append((hit.start, hit.end))
                continue
            if surface in self.aliases:
                continue  # taken with the definitions
            if self.text[max(0, hit.start - 5) : hit.start].lower() == "anti-":
                self.blocked.append((hit.start, hit.end))  # "an anti-interferon alfa antibody"
                continue
            if entry.field == "if_defined" and entry.row["name"] not in spelled:
                continue
            if entry.field == "if_defined" and not self._beside_given(hit.start, hit.end):
                continue
            start, end = self._extend(hit.start, hit.end)
            if _OTHER_THING.match(self.text, hit.end) and entry.row.get("context") == "ambiguous":
                self.blocked.append((hit.start, hit.end))
                continue
            if entry.row.get("context") == "ambiguous" and not (
                self._beside_given(start, end) or self._beside_drug(start, end, plain)
                or (entry.row["name"] in given and not _ENDOGENOUS.search(self.text, max(0, start - 24), start))
            ):  # fmt: skip
                self.blocked.append((hit.start, hit.end))
                continue
            self._add(start, end, preferred(entry), f"lexicon:{entry.row['name']}:{entry.field}")

    def _beside_given(self, start: int, end: int) -> bool:
        return beside_given(self.text, start, end)

    def _beside_drug(self, start: int, end: int, plain: set[int]) -> bool:
        """Coordinated with a plain drug name: ``suvorexant, zolpidem, melatonin``."""
        before = _JOINED_BEFORE.search(self.text, max(0, start - 12), start)
        after = _JOINED_AFTER.match(self.text, end)
        return bool((before and before.start() in plain) or (after and after.end() in plain))

    def _extend(self, start: int, end: int) -> tuple[int, int]:
        """Take in ``racemic``, stereo descriptors before a name and the salt behind it."""
        stereo = _STEREO.search(self.text, max(0, start - 16), start)
        if stereo:
            start = stereo.start()
        racemic = _RACEMIC.search(self.text, max(0, start - 10), start)
        if racemic:
            start = racemic.start()
        salt = _SALT.match(self.text, end)
        return start, salt.end() if salt else end

    def _add(self, start: int, end: int, value: DrugValue, why: str) -> None:
        self.found.append(Found("DRUG", start, end, value, why))

    def _defined_abbreviations(self) -> None:
        if not self.aliases:
            return
        taken = _Cover([(f.start, f.end) for f in self.found])
        pattern = re.compile(
            rf"(?<![\w])(?:{'|'.join(sorted(map(re.escape, self.aliases), key=len, reverse=True))})(?![\w])"
        )
        for match in pattern.finditer(self.text):
            start, end = self._extend(match.start(), match.end())
            if not taken.overlaps(start, end):
                self._add(start, end, self.aliases[match[0]], f"defined:{match[0]}")

    def _brands_and_glued(self) -> None:
        """Names with a trade mark sign, and names glued to their participle (``placebocontrolled``)."""
        taken = _Cover([*self.blocked, *((f.start, f.end) for f in self.found)])
        ends = {f.end: f for f in self.found}
        marked = "®" in self.text or "™" in self.text
        for match in _BRAND.finditer(self.text) if marked else ():
            start, end = match.span(1)
            if taken.overlaps(start, end):
                continue
            before = re.search(r"\s*[(\[,]\s*$", self.text[max(0, start - 4) : start])
            drug = ends.get(start - len(before[0])) if before else None
            left, right = self.sentences.around(start)
            usual = match[1].lower() in common_words()
            if drug is not None or (not usual and GIVEN.search(self.text, left, right)):
                value = (
                    drug.value
                    if drug is not None and isinstance(drug.value, DrugValue)
                    else DrugValue(fold(match[1]))
                )
                self._add(start, end, value, "brand:®")
        for start, end in self._signed(GLUED):
            name = glued_name(self.text[start:end].lower()) or ""
            end = start + len(name)
            inside = look_up(name).hits.get("drugs", ())
            whole = [hit for hit in inside if (hit.start, hit.end) == (0, len(name))]
            if whole and self.text[start - 1 : start] != "-" and not taken.overlaps(start, end):
                self._add(
                    start, end, preferred(whole[0].entry), f"lexicon:{whole[0].entry.row['name']}:glued"
                )

    # ------------------------------------------------------------ names that no lexicon has

    def _codes(self, covered: _Cover) -> None:
        """Investigational codes (``KTV-2209``): one that is given anywhere in the text is a drug all over it."""
        places: dict[str, list[tuple[int, int]]] = {}
        for match in _CODE_TAIL.finditer(self.text):
            letters = _CODE_HEAD.search(self.text, max(0, match.start() - 6), match.start())
            if letters is None:
                continue
            start, end = letters.start(), match.end()
            code = self.text[start:end]
            if self._is_study(start, end):
                continue
            if code not in self.foreign and not covered.overlaps(start, end):
                places.setdefault(code, []).append((start, end))
        for code, spans in places.items():
            if any(self._beside_given(start, end) for start, end in spans):
                for start, end in spans:
                    self._add(start, end, DrugValue(fold(code)), "code")
                    covered.add(start, end)

    def _is_study(self, start: int, end: int) -> bool:
        """*N9831*, *the TAX-327 trial*: the name of a study or a guideline."""
        return (
            _STUDY_AFTER.match(self.text, end) is not None
            or _STUDY_BEFORE.search(self.text, max(0, start - 24), start) is not None
        )

    def _ner(self, covered: _Cover) -> None:
        """Chemicals of the NER model: codes and words that no list knows, where they are given to somebody."""
        for start, end, label in entities_of(self.doc):
            surface = self.text[start:end]
            if label != "CHEMICAL" or covered.overlaps(start, end) or surface in self.foreign:
                continue
            if len(surface) < 4 or _CLASS_ENDING.search(surface) or _OTHER_THING.match(self.text, end):
                continue
            left, right = self.sentences.around(start)
            code = bool(CODE.fullmatch(surface))
            if _SPECIES.search(self.text, max(0, start - 4), start) or (code and self._is_study(start, end)):
                continue
            if not re.search(r"[a-z]{4}", surface) and not code:
                continue
            if " " in surface and not code:
                continue
            if self._beside_given(start, end) or (code and GIVEN.search(self.text, left, right)):
                self._add(start, end, DrugValue(fold(surface)), "ner:CHEMICAL")
                covered.add(start, end)

    def _stems(self, covered: _Cover) -> None:
        """Words with an INN stem."""
        for start, end in self._signed(""):
            stem = stem_of(self.text[start:end].lower())
            if stem and not covered.overlaps(start, end) and not _OTHER_THING.match(self.text, end):
                start, end = self._extend(start, end)
                self._add(start, end, DrugValue(stem[0]), f"stem:-{stem[1]}")
                covered.add(start, end)

    def _signed(self, wanted: str) -> Iterator[tuple[int, int]]:
        """The words with a sign of a drug, `GLUED` or else a stem; no capitals but the first."""
        folded = folded_of(self.doc)
        for word, said in self.signs:
            if (said == GLUED) != (wanted == GLUED):
                continue
            start = folded.find(word)
            while start >= 0:
                end = start + len(word)
                alone = not _WORD_SIGN.match(folded, end) and not (
                    start and _WORD_SIGN.match(folded, start - 1)
                )
                if alone and self.text[start + 1 : end].islower():
                    yield start, end
                start = folded.find(word, end)


class _Cover:
    """Stretches that are taken."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._cells: set[int] = set()
        for start, end in spans:
            self.add(start, end)

    def add(self, start: int, end: int) -> None:
        self._cells.update(range(start, end))

    def overlaps(self, start: int, end: int) -> bool:
        return any(at in self._cells for at in range(start, end))


@Language.factory("goldpan_drugs", assigns=["doc.spans"], default_config={"stems": True, "ner": True})
def make_drugs(nlp: Language, name: str, stems: bool, ner: bool) -> DrugFinder:
    """Factory of `DrugFinder`. ``stems`` and ``ner`` switch the sources beyond the lexicon."""
    return DrugFinder(stems, ner)


__all__ = ["DrugFinder", "get", "make_drugs", "preferred"]
