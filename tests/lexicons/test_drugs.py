"""The drug lexicon's files: one owner a name, no contradiction between the files, a source in every row."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

LEXICONS = Path(__file__).parents[2] / "pipeline" / "lexicons"
DRUG_FILES = ("drugs.tsv", "drugs_wide.tsv")
DRUG_COLUMNS = [
    "name", "synonyms", "abbreviations", "abbreviations_if_defined", "kind", "context",
    "atc", "rxnorm", "mesh", "drugbank", "source",
]  # fmt: skip
STEM_COLUMNS = ["stem", "position", "meaning", "min_length", "examples", "exceptions", "source"]
NOT_DRUG_COLUMNS = ["term", "kind", "source"]
KINDS = {
    "drug", "metabolite", "control", "anaesthetic", "toolcompound", "biologic", "vaccine",
    "vitamin/supplement", "cell_therapy", "herbal",
}  # fmt: skip
NOT_DRUG_KINDS = {
    "class", "transmitter", "receptor", "protein", "ion", "endogenous", "treatment", "diet", "other",
}  # fmt: skip


def rows(name: str, columns: list[str]) -> list[dict[str, str]]:
    """Rows of a lexicon file; every line must have exactly `columns`."""
    text = (LEXICONS / name).read_text(encoding="utf-8")
    lines = list(csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert lines[0] == columns
    for number, line in enumerate(lines[1:], 2):
        assert len(line) == len(columns), f"{name}:{number} has {len(line)} columns"
    return [dict(zip(columns, line, strict=True)) for line in lines[1:]]


def parts(cell: str) -> list[str]:
    """The members of a `|`-separated cell, none of them empty."""
    return cell.split("|") if cell else []


def spellings(row: dict[str, str]) -> list[str]:
    """What the matcher looks for without regard to case: the name and its synonyms, in lower case."""
    return [row["name"], *(synonym.lower() for synonym in parts(row["synonyms"]))]


DRUGS = {name: rows(name, DRUG_COLUMNS) for name in DRUG_FILES}
STEMS = rows("inn_stems.tsv", STEM_COLUMNS)
NOT_DRUGS = rows("not_drugs.tsv", NOT_DRUG_COLUMNS)
ALL_DRUGS = [row for name in DRUG_FILES for row in DRUGS[name]]


def covered(word: str, stem: dict[str, str]) -> bool:
    """Whether a stem, with its length and its exceptions, takes this word for a drug."""
    ends = word.endswith if stem["position"] == "suffix" else word.startswith
    return (
        ends(stem["stem"]) and len(word) >= int(stem["min_length"]) and word not in parts(stem["exceptions"])
    )


def owner(spelling: str) -> dict[str, str]:
    found = [row for row in ALL_DRUGS if spelling.lower() in spellings(row)]
    assert len(found) == 1, f"{spelling}: {[row['name'] for row in found]}"
    return found[0]


def test_every_spelling_has_one_owner() -> None:
    counts = Counter(spelling for row in ALL_DRUGS for spelling in spellings(row))
    assert [spelling for spelling, count in counts.items() if count > 1] == []


def test_safe_abbreviations_have_one_owner() -> None:
    counts = Counter(short for row in ALL_DRUGS for short in parts(row["abbreviations"]))
    assert [short for short, count in counts.items() if count > 1] == []


def test_no_abbreviation_is_both_safe_and_unsafe() -> None:
    safe = {short for row in ALL_DRUGS for short in parts(row["abbreviations"])}
    unsafe = {short for row in ALL_DRUGS for short in parts(row["abbreviations_if_defined"])}
    assert safe & unsafe == set()


def test_no_drug_is_a_not_drug() -> None:
    excluded = {row["term"].lower() for row in NOT_DRUGS}
    named = {spelling for row in ALL_DRUGS for spelling in spellings(row)}
    assert named & excluded == set()
    exact = {row["term"] for row in NOT_DRUGS}
    assert exact & {short for row in ALL_DRUGS for short in parts(row["abbreviations"])} == set()


def test_no_definable_abbreviation_is_a_not_drug() -> None:
    excluded = {row["term"] for row in NOT_DRUGS}
    unsafe = {short for row in ALL_DRUGS for short in parts(row["abbreviations_if_defined"])}
    assert unsafe & excluded == set()


def test_not_drugs_are_listed_once() -> None:
    counts = Counter(row["term"].lower() for row in NOT_DRUGS)
    assert [term for term, count in counts.items() if count > 1] == []
    assert len(NOT_DRUGS) >= 600


@pytest.mark.parametrize("file", DRUG_FILES)
def test_drug_rows_are_well_formed(file: str) -> None:
    for row in DRUGS[file]:
        name = row["name"]
        assert name and name == name.lower().strip(), name
        assert all(re.fullmatch(r"[A-DGHJL-NPRSV]\d{2}[A-Z]{2}\d{2}", code) for code in parts(row["atc"])), (
            name
        )
        assert row["source"], name
        assert row["kind"] in KINDS, name
        assert row["context"] in {"", "ambiguous"}, name
        assert re.fullmatch(r"(DB\d{5})?", row["drugbank"]), name
        for cell in ("synonyms", "abbreviations", "abbreviations_if_defined"):
            for part in parts(row[cell]):
                assert part and part == part.strip() and "\t" not in part, (name, cell, part)
        assert name not in (synonym.lower() for synonym in parts(row["synonyms"])), name
        assert all(len(spelling) > 2 for spelling in spellings(row)), name


def test_the_wide_file_holds_nothing_ambiguous() -> None:
    assert [row["name"] for row in DRUGS["drugs_wide.tsv"] if row["context"]] == []


def test_rows_stand_in_the_order_of_their_names() -> None:
    for file in DRUG_FILES:
        names = [row["name"] for row in DRUGS[file]]
        assert names == sorted(names)


def test_drugbank_identifiers_are_not_shared() -> None:
    counts = Counter(row["drugbank"] for row in ALL_DRUGS if row["drugbank"])
    assert [identifier for identifier, count in counts.items() if count > 1] == []


def test_every_row_says_where_it_is_from() -> None:
    assert all(row["source"] for row in [*ALL_DRUGS, *STEMS, *NOT_DRUGS])
    assert {row["kind"] for row in NOT_DRUGS} <= NOT_DRUG_KINDS


@pytest.mark.parametrize("stem", STEMS, ids=lambda stem: stem["stem"])
def test_a_stem_takes_its_examples_and_leaves_its_exceptions(stem: dict[str, str]) -> None:
    assert stem["position"] in {"suffix", "prefix"}
    assert parts(stem["examples"])
    for example in parts(stem["examples"]):
        assert any(covered(word, stem) for word in example.split()), example
    for exception in parts(stem["exceptions"]):
        assert not covered(exception, stem)


def test_no_stem_takes_a_word_that_is_no_drug() -> None:
    words = [row["term"].lower() for row in NOT_DRUGS if re.fullmatch(r"[a-z]+", row["term"].lower())]
    taken = [(word, stem["stem"]) for word in words for stem in STEMS if covered(word, stem)]
    assert taken == []


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("S-ketamine", "esketamine"),
        ("(S)-ketamine", "esketamine"),
        ("R-ketamine", "arketamine"),
        ("racemic ketamine", "ketamine"),
        ("ketamine hydrochloride", "ketamine"),
        ("(2R,6R)-hydroxynorketamine", "hydroxynorketamine"),
        ("(2R,6R)-HNK", "hydroxynorketamine"),
        ("rapamycin", "sirolimus"),
        ("MK-801", "dizocilpine"),
        ("MK-0657", "rislenemdaz"),
        ("CP-101,606", "traxoprodil"),
        ("divalproex sodium", "valproate"),
        ("normal saline", "placebo"),
        ("sodium chloride", "placebo"),
        ("acetaminophen", "paracetamol"),
        ("albuterol", "salbutamol"),
        ("GLYX-13", "rapastinel"),
        ("AXS-05", "dextromethorphan-bupropion"),
        ("T-DM1", "trastuzumab emtansine"),
        ("Herceptin", "trastuzumab"),
    ],
)
def test_spellings_lead_to_the_preferred_name(spelling: str, name: str) -> None:
    assert owner(spelling)["name"] == name


@pytest.mark.parametrize(
    "name",
    [
        "insulin",
        "oxytocin",
        "testosterone",
        "dopamine",
        "glucose",
        "oxygen",
        "ethanol",
        "glycine",
        "d-serine",
    ],
)
def test_what_the_body_makes_too_needs_evidence_of_being_given(name: str) -> None:
    assert owner(name)["context"] == "ambiguous"


@pytest.mark.parametrize(
    "term", ["glutamate", "GABA", "BDNF", "SSRIs", "antidepressants", "benzodiazepine", "NMDA", "sham"]
)
def test_what_the_guidelines_exclude_is_listed(term: str) -> None:
    assert term.lower() in {row["term"].lower() for row in NOT_DRUGS}


def test_an_atc_code_has_one_drug() -> None:
    counts = Counter(code for row in ALL_DRUGS for code in parts(row["atc"]))
    assert [code for code, count in counts.items() if count > 1] == []
    assert len(counts) >= 1000


@pytest.mark.parametrize(
    ("name", "code"),
    [("paracetamol", "N02BE01"), ("metformin", "A10BA02"), ("rituximab", "L01FA01"), ("dolutegravir", "J05AJ03"),
     ("clopidogrel", "B01AC04"), ("ketamine", "N01AX03"), ("esketamine", "N06AX27"), ("tiotropium", "R03BB04")],
)  # fmt: skip
def test_atc_codes_of_common_drugs(name: str, code: str) -> None:
    assert code in parts(owner(name)["atc"])
