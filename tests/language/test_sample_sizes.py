"""Sample sizes: which numbers count people, in which role, in which arm."""

from __future__ import annotations

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language import drugs, numbers, sample_sizes, sentences  # noqa: F401  (register the factories)
from pipeline.language.common import attach, get
from pipeline.language.tokenizer import Tokenizer
from pipeline.reading.text import build
from pipeline.schema import SampleSizeValue


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = spacy.blank("en")
    nlp.tokenizer = Tokenizer(nlp.vocab)
    for name in ("goldpan_sentences", "goldpan_numbers", "goldpan_drugs", "goldpan_sample_sizes"):
        nlp.add_pipe(name)
    return nlp


def roles(nlp: Language, text: str) -> list[tuple[int, str]]:
    """(count, role) of every sample size in a text."""
    return values(nlp(text))


def values(doc: Doc) -> list[tuple[int, str]]:
    found = [f.value for f in get(doc, "SAMPLE_SIZE")]
    return [(value.count, value.role) for value in found if isinstance(value, SampleSizeValue)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # nouns of people behind modifiers
        ("We treated 34 treatment-resistant outpatients.", [(34, "total")]),
        ("The trial enrolled 1,234 postmenopausal women with early breast cancer.", [(1234, "total")]),
        ("Twenty newly diagnosed stage II or III lung cancer patients took part.", [(20, "total")]),
        ("In 57 type 2 diabetic patients, glucose fell.", [(57, "total")]),
        # n =
        ("In an RCT (n=67), mood improved.", [(67, "total")]),
        ("They gave lithium (n = 33) or valproate (n = 31).", [(33, "arm"), (31, "arm")]),
        ("We enrolled 72 adults (n = 24 per group).", [(72, "total"), (24, "arm")]),
        ("Doses differed (5 or 10 mg; n = 91 and 92).", [(91, "arm"), (92, "arm")]),
        # ratios
        ("Of 60 patients, 12/25 and 9 of 30 responded.",
         [(60, "total"), (12, "event"), (25, "arm"), (9, "event"), (30, "arm")]),
        ("In the group given lithium 7 out of 25 patients improved.", [(7, "event"), (25, "arm")]),
        ("Response was seen in 19 (90%) of 21 patients.", [(19, "event"), (21, "total")]),
        # allocation
        ("A total of 40 patients were randomized: 19 to A and 21 to B.", [(40, "total"), (19, "arm"), (21, "arm")]),
        ("Of 410 entered, 397 (198 lithium and 199 placebo) were analysed.",
         [(410, "total"), (397, "arm"), (198, "arm"), (199, "arm")]),
        ("239 patients were assigned to lithium and 235 to valproate.", [(239, "arm"), (235, "arm")]),
        ("Of 121 women who qualified, 112 women were randomized to one of two groups.", [(121, "arm"), (112, "total")]),
        ("We compared 150 and 148 patients.", [(150, "arm"), (148, "arm")]),
        # events and dropouts
        ("We randomized 47 patients. Nausea occurred in 12 patients; nine left the study early.",
         [(47, "total"), (12, "event"), (9, "dropout")]),
        ("Fifty patients were randomized. Two cases of neutropenia resolved.", [(50, "total"), (2, "event")]),
        ("We enrolled 30 patients. Withdrawals numbered 7 and 15.", [(30, "total"), (7, "dropout"), (15, "dropout")]),
        ("Ten patients entered; 7/10 (70%) responded and none developed psychosis.",
         [(10, "total"), (7, "event"), (10, "arm"), (0, "event")]),
        ("Six patients on lithium and two on placebo had infections.", [(6, "event"), (2, "event")]),
        # completers where no other total is given, and beside one
        ("Fifty-two completers were analysed.", [(52, "total")]),
        ("We randomized 60 patients; 52 completed the study.", [(60, "total"), (52, "arm")]),
        # shared verbs, causes, brackets behind what happened
        ("We randomized 90 men. Five patients on lithium (11%) and two on placebo were lost to follow-up.",
         [(90, "total"), (5, "dropout"), (2, "dropout")]),
        ("We enrolled 80 adults. Three women allocated to lithium and 12 to placebo died.",
         [(80, "total"), (3, "event"), (12, "event")]),
        ("We enrolled 80 adults. Four patients in group B could not stand.", [(80, "total"), (4, "event")]),
        ("We enrolled 80 adults. Nine patients withdrew, six because of rash and three for other reasons.",
         [(80, "total"), (9, "dropout"), (6, "dropout"), (3, "dropout")]),
        ("We enrolled 80 adults. There were 11 fractures (4 early and 7 late).",
         [(80, "total"), (11, "event"), (4, "event"), (7, "event")]),
        ("We enrolled 80 adults. Fewer deaths were seen on lithium (3 vs 8, P = .04).",
         [(80, "total"), (3, "event"), (8, "event")]),
        ("We enrolled 80 adults in three groups (27, 26 and 27 patients).",
         [(80, "total"), (27, "arm"), (26, "arm"), (27, "arm")]),
        ("We enrolled 80 adults. Withdrawal was recorded in 4 and 9 patients, respectively.",
         [(80, "total"), (4, "dropout"), (9, "dropout")]),
        ("We enrolled 80 adults. Seven patients came off study; ten participants did not attend week 12.",
         [(80, "total"), (7, "dropout"), (10, "dropout")]),
        ("We enrolled 80 adults. Rash was reported by 8 patients and itch by 4.",
         [(80, "total"), (8, "event"), (4, "event")]),
        ("We enrolled 80 adults. Rash occurred in 8 patients (20%) of 40 in the lithium group.",
         [(80, "total"), (8, "event"), (40, "arm")]),
        ("Thirty experimental and 28 control patients were compared.", [(30, "arm"), (28, "arm")]),
        ("In all, 1902 women were assigned to lithium and 1944 to placebo.", [(1902, "arm"), (1944, "arm")]),
        ("Lithium (n = 40) was compared with placebo (n = 41); rash was seen on lithium (n = 9, 22%).",
         [(40, "arm"), (41, "arm"), (9, "event")]),
        ("We enrolled 90 adults. Fewer in the lithium group (n = 2) had strokes than in the placebo group (n = 9).",
         [(90, "total"), (2, "event"), (9, "event")]),
        ("A total of 120 patients received a home visit (n = 64, 53.3%) or usual care (n = 56, 46.7%).",
         [(120, "total"), (64, "arm"), (56, "arm")]),
        ("We enrolled 80 adults. Lithium was needed in 21, valproate in 9 and both in 4.",
         [(80, "total"), (21, "event"), (9, "arm"), (4, "event")]),
        ("Of 34 patients enrolled, thirty (88%) completed; one died and three withdrew.",
         [(34, "total"), (30, "arm"), (1, "event"), (3, "dropout")]),
        ("We enrolled 300 adults. Rash led to discontinuation in 8 (5.1%) and 3 (1.9%) patients.",
         [(300, "total"), (8, "dropout"), (3, "dropout")]),
        ("We enrolled 300 adults. The drop-out rate was 23% (n=14) on lithium and 8% (n=5) on placebo.",
         [(300, "total"), (14, "dropout"), (5, "dropout")]),
        ("We enrolled 300 adults; 12 and 9, respectively, withdrew consent.",
         [(300, "total"), (12, "dropout"), (9, "dropout")]),
        ("We randomised 30 dogs (15 per arm).", [(30, "total"), (15, "arm")]),
        ("Among the 88 children randomised, freedom from seizures was attained by 14/44 and 5/44.",
         [(88, "total"), (14, "event"), (44, "arm"), (5, "event"), (44, "arm")]),
        ("A total of 235 patients with arthritis were randomized. Of these, 228 received their treatment (115 received "
         "lithium and 113 received placebo).", [(235, "total"), (228, "arm"), (115, "arm"), (113, "arm")]),
        ("We enrolled 300 adults. Only 4 of 90 (4.4%) on lithium and none of 88 on placebo fainted.",
         [(300, "total"), (4, "event"), (90, "arm"), (0, "event"), (88, "arm")]),
        ("To detect a difference, 53 patients were needed. We enrolled 52 patients.", [(53, "arm"), (52, "total")]),
        ("In a cohort of 1 204 diabetics, glucose fell.", [(1204, "total")]),
        ("We randomized 156 adults to three doses or placebo (40, 39, 38 and 39 per group).",
         [(156, "total"), (40, "arm"), (39, "arm"), (38, "arm"), (39, "arm")]),
        ("After screening for exclusion, only 55 patients were included. Left ventricular thrombi were seen in two.",
         [(55, "total"), (2, "event")]),
        ("A total of 457 patients had been included. None of the subjects withdrew.", [(457, "total"), (0, "event")]),
        ("Two studies with 18 and 22 cyclists, respectively, found no effect.", [(18, "total"), (22, "total")]),
        ("We enrolled 80 adults. Fractures were sustained by 2 and 5 residents.",
         [(80, "total"), (2, "event"), (5, "event")]),
        ("Of 412 patients screened, 138 were eligible and 128 consented: 65 had lithium and 63 had placebo.",
         [(412, "arm"), (138, "arm"), (128, "total"), (65, "arm"), (63, "arm")]),
        ("Of 760 who entered, 223 (31%) were women, 15 (2%) were responders and 29 migrated.",
         [(760, "total"), (223, "arm"), (15, "event"), (29, "event")]),
        ("We enrolled 80 adults; 72 finished, and 14 (6 on lithium) had a rash. Data were available for 29.",
         [(80, "total"), (72, "arm"), (14, "event"), (6, "event"), (29, "arm")]),
        ("We enrolled 80 adults. Remission was attained by 13 participants and one control.",
         [(80, "total"), (13, "event"), (1, "event")]),
        # one total for a report of one study, wherever it stands
        ("Of 130 patients screened, 98 were randomized.\n\nNinety completed week 8 and 47 responded.",
         [(130, "arm"), (98, "total"), (90, "arm"), (47, "event")]),
        ("A sample size of 200 patients was planned. We enrolled 150 patients.", [(200, "arm"), (150, "total")]),
        # animals
        ("In 24 rats, sleep was longer.", [(24, "total")]),
        ("In nine control patients, nothing changed.", [(9, "arm")]),
        ("In mice (n = 12 per group), it failed.", [(12, "arm")]),
    ],
)  # fmt: skip
def test_roles(nlp: Language, text: str, expected: list[tuple[int, str]]) -> None:
    assert roles(nlp, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Trials with N > 40 were included.",
        "Trials of fewer than 20 patients were left out.",
        "We found 17 trials and 23 articles in 4 databases.",
        "Patients received 6 infusions over 12 days at 3 sites.",
        "The 17-item scale was used in a two-arm, 12-week study.",
        "Depression affects 322 million people worldwide.",
        "About one adult in ten has insomnia.",
        "In 2010, patients were treated at week 12 and day 15.",
        "Women aged 40 to 65 years with grade 3/4 events took part.",
        "Patients were randomized 2:1 between 09/92 and 12/96.",
        "The score was 12 in the placebo group and 14 in the lithium group.",
        "Response was 58%, 61 and 34% in patients.",
        "They were balanced every 4 patients, with n = 38 hospitals.",
        "A CMF 600/40/600 regimen was given.",
        "At least one patient from every site attended 3 case conferences.",
        "Lithium was injected on days 1, 14 and 28, or every 4 weeks.",
        "Rashes were commoner with FEC 100 than with FEC 75 (49.2% v 40%).",
        "Room # 2 in 5; # in 7 # of 9 (# 3%).",
        "Patients were assigned 1 : 1 in a 2 × 2 design; tests 1, 2, and 3 were done.",
        "An inhibitor of kinases 4/6 (CDK4/6) was given; the score was 20/100 (95% CI 4 to 31).",
        "Pain scores were lower (3 vs 5, P = .04).",
    ],
)
def test_what_counts_no_sample(nlp: Language, text: str) -> None:
    assert roles(nlp, text) == []


@pytest.mark.parametrize(
    ("text", "arms"),
    [
        ("We randomized 40 patients to lithium (n=21) or placebo (n=19).", [None, "lithium", "placebo"]),
        (
            "Adults (72 in the lithium arm and 67 in the observation arm) were followed.",
            ["lithium", "observation"],
        ),
        ("The exercise group (n = 30) and the control group (n = 29) improved.", ["exercise", "control"]),
    ],
)
def test_arms(nlp: Language, text: str, arms: list[str | None]) -> None:
    values = [f.value for f in get(nlp(text), "SAMPLE_SIZE")]
    assert [value.arm for value in values if isinstance(value, SampleSizeValue)] == arms


def test_an_abbreviation_of_a_noun_of_people_counts_people(nlp: Language) -> None:
    assert roles(nlp, "Breast cancer survivors (BCS) were asked. We enrolled 152 BCS.") == [(152, "total")]


def test_each_cited_study_of_a_paragraph_has_its_own_total(nlp: Language) -> None:
    source = (
        "# Review\n\nRoe et al.[1] randomized 30 patients to lithium. "
        "In another trial[2] 26 patients received valproate.\n\n"
        "## References\n\n1. Roe A. Lithium. J Test. 2001;1:2.\n2. Doe B. Valproate. J Test. 2002;1:3.\n"
    )
    document = build(source, "demo")
    doc = nlp(attach(nlp.make_doc(document.text), document))
    assert values(doc) == [(30, "total"), (26, "total")]


def test_a_review_without_a_list_of_references_is_no_report_of_one_study(nlp: Language) -> None:
    text = (
        "Roe et al. (2001) randomised 30 patients to lithium. In a larger trial, Doe and colleagues enrolled "
        "90 patients; 12 had a rash."
    )
    assert roles(nlp, text) == [(30, "total"), (90, "total"), (12, "event")]


def test_people_to_whom_something_happened_before_the_total_of_their_study_was_clear(nlp: Language) -> None:
    source = (
        "# Review\n\nThe first trial allocated 144 women to lithium or placebo.[1] Rash was reported by 12 women on "
        "lithium and four on placebo.\n\n## References\n\n1. Roe A. Lithium. J Test. 2001;1:2.\n"
    )
    document = build(source, "demo")
    doc = nlp(attach(nlp.make_doc(document.text), document))
    assert values(doc) == [(144, "total"), (12, "event"), (4, "event")]


def test_table_columns_whose_head_names_a_sample_size(nlp: Language) -> None:
    source = (
        "# Review\n\n| Study | Sample size | Weeks |\n|---|---|---|\n"
        "| Roe 2001 | 9 (2 drop-outs) | 12 |\n| Doe 2002 | 73 | 6 |\n"
    )
    document = build(source, "demo")
    doc = nlp(attach(nlp.make_doc(document.text), document))
    assert values(doc) == [(9, "total"), (2, "dropout"), (73, "total")]


def test_cells_with_pairs_and_lists_of_groups(nlp: Language) -> None:
    source = (
        "# Review\n\nWe looked at two trials.\n\n| Study | n (drug/placebo) | Groups (n) | Weeks |\n|---|---|---|---|\n"
        "| Roe 2001 | 26/25 | lithium (20), saline (21) | 12 |\n"
    )
    document = build(source, "demo")
    doc = nlp(attach(nlp.make_doc(document.text), document))
    assert values(doc) == [(26, "arm"), (25, "arm"), (20, "arm"), (21, "arm")]


def test_any_tokenizer_will_do() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("goldpan_sample_sizes")
    doc = nlp("We enrolled 12 patients.")
    assert [(span.text, span._.value.count) for span in doc.spans["sample_sizes"]] == [("12", 12)]


@pytest.mark.parametrize(
    "text", ["", "n=", "of 3 of 4 of", "1/2/3 (4 (5", "((((12%", "none", "12 (", "7 to 8 to 9 patients"]
)
def test_scraps_of_text_raise_nothing(nlp: Language, text: str) -> None:
    for found in get(nlp(text), "SAMPLE_SIZE"):
        assert text[found.start : found.end]
