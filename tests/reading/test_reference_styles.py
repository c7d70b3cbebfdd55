"""Reference lists in the styles that journals print: the entries and their authors, years, titles and DOIs.

The works are invented. Each style is read as a list in a text; the same works are then printed in every style by rule.
"""

# ruff: noqa: E501 - references read better unbroken
from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from pipeline.reading.references import parse_entry
from pipeline.reading.text import build

STYLES: dict[str, tuple[str, str, list[tuple[str, int | None, str | None]]]] = {}
STYLES["vancouver"] = (
    "num",
    """1. Smith AB, Jones CD, van der Berg E. Lithium for the prevention of relapse: a randomised trial. Br J Invent. 2015;12(3):45–52. doi:10.5555/bji.2015.1
2. O'Neill P, García-López M, et al. Is esketamine effective? A review. Lancet Invent. 2019 Mar;7:1023-31. PMID: 12345678
3. World Health Organization. Depression and other common disorders. Geneva: WHO; 2017.
4. Müller K. Handbook of sleep. 2nd ed. Berlin: Springer; 2004. p. 120-8.
5. Kim J-H, Park S Jr, Lee Y; ASCEND Study Group. Long-term outcomes of sertraline in adults. J Test. 2020;3:e201234.
6. Brown T. Doxepin at low dose. In: White S, Black R, editors. Insomnia in practice. New York: Invent Press; 2011. p. 33–51.
7. Tanaka H, Suzuki K. Ketamine infusions in practice [Internet]. 2021 [cited 2022 May 1]. Available from: https://example.org/k
8. ClinicalTrials.gov. Study of X-101 in adults with pain. NCT01234567. 2018.""",
    [
        ("Smith", 2015, "Lithium for the prevention of relapse: a randomised trial"),
        ("O'Neill", 2019, "Is esketamine effective? A review"),
        ("World Health Organization", 2017, "Depression and other common disorders"),
        ("Müller", 2004, "Handbook of sleep"),
        ("Kim", 2020, "Long-term outcomes of sertraline in adults"),
        ("Brown", 2011, "Doxepin at low dose"),
        ("Tanaka", 2021, "Ketamine infusions in practice"),
        ("ClinicalTrials.gov", 2018, "Study of X-101 in adults with pain"),
    ],
)
STYLES["apa"] = (
    "name",
    """Adams, R. B., & Brooks, C. D. (2014). Mindfulness and medication in recurrent depression: A three-arm trial. Journal of Invented Psychiatry, 14(2), 101–110. https://doi.org/10.5555/jip.2014.101
Castillo-Vega, M., Dupont, L., & Éluard, P. (2018). Does trazodone improve sleep? Sleep Inventions, 9, 55-63. doi: 10.5555/si.9.55
De la Cruz, J. P. (2009). The relapse problem (2nd ed.). Invented Press.
National Institute for Health and Care Excellence. (2022). Depression in adults: Treatment and management (NICE Guideline No. 222). https://example.org/ng222
Fischer, A., Gruber, B., Huber, C., Imhof, D., Jung, E., Koch, F., . . . Zeller, Z. (2020). Vortioxetine in older adults. The Lancet of Inventions, 3(4), e210–e218.
Ivanov, S. (in press). Agomelatine revisited. Psychopharmacology of Nowhere.
Larsen, T. (2016a). Light therapy: A first report. Acta Inventa, 2(1), 1–9.
Larsen, T. (2016b). Light therapy: A second report. Acta Inventa, 2(2), 11–19.
McDonald, K., & O'Brien, L. (2021, March 4). Esketamine at home. Invented Times.
Nguyen, H. T. (2012). Dosing of lithium. In P. Roe & Q. Doe (Eds.), Handbook of mood (pp. 77–95). Oxford University Press.""",
    [
        ("Adams", 2014, "Mindfulness and medication in recurrent depression: A three-arm trial"),
        ("Castillo-Vega", 2018, "Does trazodone improve sleep?"),
        ("De la Cruz", 2009, "The relapse problem"),
        (
            "National Institute for Health and Care Excellence",
            2022,
            "Depression in adults: Treatment and management",
        ),
        ("Fischer", 2020, "Vortioxetine in older adults"),
        ("Ivanov", None, "Agomelatine revisited"),
        ("Larsen", 2016, "Light therapy: A first report"),
        ("Larsen", 2016, "Light therapy: A second report"),
        ("McDonald", 2021, "Esketamine at home"),
        ("Nguyen", 2012, "Dosing of lithium"),
    ],
)
STYLES["harvard"] = (
    "name",
    """Adler, M., Berg, N. and Conti, O. (2013) 'Zolpidem in shift workers: a crossover study', Journal of Invented Sleep, 22(4), pp. 310–318. doi: 10.5555/jis.2013.310.
Bell, T. (2007) Pain and its measurement. 3rd edn. London: Invented Books.
Chen, W. and Dubois, R. (2019) 'How safe is tramadol?', Pain Inventions, vol. 8, no. 2, pp. 14-21.
Department of Health (2015) Prescribing in older adults. London: HMSO.
El-Sayed, A., 2020. Pregabalin for anxiety: an open trial. Acta Inventa, 31(2), pp.88–97.
Ferrari, G., Haas, P., Ito, K. et al., 2011. Duloxetine and back pain. Spine of Nowhere, 5, pp.1–8.""",
    [
        ("Adler", 2013, "Zolpidem in shift workers: a crossover study"),
        ("Bell", 2007, "Pain and its measurement"),
        ("Chen", 2019, "How safe is tramadol?"),
        ("Department of Health", 2015, "Prescribing in older adults"),
        ("El-Sayed", 2020, "Pregabalin for anxiety: an open trial"),
        ("Ferrari", 2011, "Duloxetine and back pain"),
    ],
)
STYLES["brackets"] = (
    "num",
    """[1] A. B. Smith, C. Jones, and D. E. F. van Dijk, "Ketamine for acute pain in emergency rooms," Invent. J. Med., vol. 12, no. 3, pp. 45–52, Mar. 2015, doi: 10.5555/ijm.2015.45.
[2] K. Okafor and L. Petrov, "Naltrexone: what is known?" in Proc. Invented Conf. Addiction, Paris, France, 2018, pp. 1–6.
[3] M. Rossi, Handbook of Addiction. New York, NY, USA: Invented Press, 2010.
[4] N. Silva et al., "Buprenorphine implants in practice," Addict. Invent., vol. 4, p. 100123, 2021.
[5] Tran TH, Ueda M. Methadone and QT interval. Heart Invent 2012;98:77-83.
[6] Vogel, P., Weiss, Q. Acamprosate in liver disease. Liver Invent. 33, 101–108 (2016).""",
    [
        ("Smith", 2015, "Ketamine for acute pain in emergency rooms"),
        ("Okafor", 2018, "Naltrexone: what is known?"),
        ("Rossi", 2010, "Handbook of Addiction"),
        ("Silva", 2021, "Buprenorphine implants in practice"),
        ("Tran", 2012, "Methadone and QT interval"),
        ("Vogel", 2016, "Acamprosate in liver disease"),
    ],
)
STYLES["frontiers"] = (
    "name",
    """Abad, V. C., and Guilleminault, C. (2018). Insomnia in elderly patients: recommendations for drugs. Drugs Aging Invent. 35, 791–817. doi: 10.5555/s40266-018-0569-8
Barker, R., Cole, S. J., Dahl, M., and Ek, L. (2016). Orexin antagonists: a new way? Front. Invent. 7:133. doi: 10.5555/fi.2016.00133
Hansen, P. (2009). The Ageing Brain. Cambridge: Invented Press.
Iqbal, N., Jansen, K. L. R., and Kaur, D. (2021). Suvorexant after stroke. bioRxiv [Preprint]. doi: 10.5555/2021.01.02.425000
R Core Team (2020). R: A Language and Environment for Statistical Computing. Vienna: R Foundation.
van den Heuvel, O. A., and de Vries, G. (2012). Melatonin in children. Sleep Invent. 3:e22.""",
    [
        ("Abad", 2018, "Insomnia in elderly patients: recommendations for drugs"),
        ("Barker", 2016, "Orexin antagonists: a new way?"),
        ("Hansen", 2009, "The Ageing Brain"),
        ("Iqbal", 2021, "Suvorexant after stroke"),
        ("R Core Team", 2020, "R: A Language and Environment for Statistical Computing"),
        ("van den Heuvel", 2012, "Melatonin in children"),
    ],
)
STYLES["ama"] = (
    "num",
    """1. Alvarez PL, Bhatt DK, Cho EM, et al. Apixaban vs warfarin in frail adults: the INVENT randomized clinical trial. JAMA Invent. 2017;317(5):483-491. doi:10.5555/jama.2017.0001
2. Dorsey R. What about statins? N Engl J Invent. 2019;381(1):1-2. Published online July 4, 2019.
3. US Preventive Services Task Force. Screening for hypertension in adults: recommendation statement. JAMA Invent. 2021;325(16):1650-1656.
4. Evans FG, Hill IJ. Heart Failure: A Practical Guide. 4th ed. Invented Publishing; 2014.
5. Klein L, Moore N; for the TEST Investigators. Dapagliflozin and the kidney. Circ Invent. 2020;142:1010-1021.
6. Nakagawa O. Aspirin. In: Poole Q, ed. Textbook of Prevention. 2nd ed. Elsewhere; 2008:212-230.""",
    [
        ("Alvarez", 2017, "Apixaban vs warfarin in frail adults: the INVENT randomized clinical trial"),
        ("Dorsey", 2019, "What about statins?"),
        (
            "US Preventive Services Task Force",
            2021,
            "Screening for hypertension in adults: recommendation statement",
        ),
        ("Evans", 2014, "Heart Failure: A Practical Guide"),
        ("Klein", 2020, "Dapagliflozin and the kidney"),
        ("Nakagawa", 2008, "Aspirin"),
    ],
)
STYLES["nature"] = (
    "num",
    """1. Adler, B. C. & Dunn, E. A receptor for sleep. Nat. Invent. 12, 345–350 (2015).
2. Fox, G. et al. Single-cell atlas of the invented cortex. Preprint at https://example.org/1234 (2022).
3. Gray, H. I., Ito, J. K., López, M. N. & Öberg, P. Psilocybin changes networks: a PET study. Nature Invent. 8, e1234 (2020).
4. Quist, R. The Invented Brain (Oxford Univ. Press, 1998).
5. Smith, T., Underwood, V. & the PTSD Consortium. MDMA for trauma. Nat. Med. Invent. https://doi.org/10.5555/s41591-021-01336-3 (2021).
6. Wu, X. Y. in Handbook of Receptors (eds Young, Z. & Zhou, A.) 22–41 (Elsevier, 2003).""",
    [
        ("Adler", 2015, "A receptor for sleep"),
        ("Fox", 2022, "Single-cell atlas of the invented cortex"),
        ("Gray", 2020, "Psilocybin changes networks: a PET study"),
        ("Quist", 1998, "The Invented Brain"),
        ("Smith", 2021, "MDMA for trauma"),
        ("Wu", 2003, None),
    ],
)
STYLES["chicago"] = (
    "name",
    """Abbott, Ruth, and Peter Bloom. 2012. "Topiramate and Weight in Migraine." Headache Inventions 52 (3): 401–9. https://doi.org/10.5555/hi.2012.401.
Carver, Jane. 2005. The Migraine Book. Chicago: Invented Press.
Dent, Amy, Bo Ek, and Cy Falk. 2019. "Candesartan for Prevention: Who Benefits?" Cephalalgia Inventa 39:1120–28.""",
    [
        ("Abbott", 2012, "Topiramate and Weight in Migraine"),
        ("Carver", 2005, "The Migraine Book"),
        ("Dent", 2019, "Candesartan for Prevention: Who Benefits?"),
    ],
)
STYLES["elsevier"] = (
    "num",
    """[1] Ahn J, Bae K, Choi L. Gabapentin for itch: a pilot trial. J Invent Dermatol 2014;70:12–9. https://doi.org/10.5555/j.jid.2014.01.
[2] Davis M, Evans N. Itch in the elderly. In: Foster O, editor. Skin. Amsterdam: Elsewhere; 2011, p. 55–70.
[3] FDA. Guidance on itch, https://example.org/itch; 2018 [accessed 3 May 2019].
[4] Green P, Hall Q, Ivers R, Jacobs S, Kent T, Lane U, et al. Dupilumab over two years. Lancet Invent 2020;395:100–10.""",
    [
        ("Ahn", 2014, "Gabapentin for itch: a pilot trial"),
        ("Davis", 2011, "Itch in the elderly"),
        ("FDA", 2018, "Guidance on itch"),
        ("Green", 2020, "Dupilumab over two years"),
    ],
)
STYLES["acs"] = (
    "num",
    """(1) Archer, A. B.; Bird, C. Binding of lithium to a kinase. J. Invent. Chem. 2013, 56, 1234–1240.
(2) Cook, D.; Dyer, E. F.; Eads, G. H. Allosteric modulators of mGlu2: a survey. Chem. Rev. Invent. 2018, 118, 1–44.
(3) Fry, I. Pharmacology for Chemists; Invented Press: Boston, 2001; pp 10–20.""",
    [
        ("Archer", 2013, "Binding of lithium to a kinase"),
        ("Cook", 2018, "Allosteric modulators of mGlu2: a survey"),
        ("Fry", 2001, "Pharmacology for Chemists"),
    ],
)


def words(text: str | None) -> str:
    return re.sub(r"[\W_]+", " ", text or "").strip().lower()


@pytest.mark.parametrize("style", STYLES)
def test_a_list_is_cut_into_entries_and_read(style: str) -> None:
    cited, entries, wanted = STYLES[style]
    marks = (
        "[1]. Others failed [2-4]."
        if cited == "num"
        else "(Adams and Brooks, 2014; Larsen, 2016a). Others failed."
    )
    text = f"# A review\n\n## Results\n\nSome trials of the drug were done as it was seen {marks}\n\n## References\n\n"
    document = build(text + entries.replace("\n", "\n\n") + "\n", "a")
    assert len(document.references) == len(wanted)
    for line, reference, (author, year, title) in zip(
        entries.split("\n"), document.references, wanted, strict=True
    ):
        assert words(author) in words(reference.authors[0]), line
        assert reference.year == year, line
        assert title is None or words(reference.title) == words(title), line
        assert bool(reference.doi) == ("10.5555" in line), line


# ---------------------------------------------------------------- the same works in every style

Person = tuple[str, str]
WORKS: list[tuple[list[Person], str, str, int, str, str, str]] = [
    ([("Okafor", "NJ")], "Lithium in the very old", "J Invent Psychiatry", 2012, "45", "101", "109"),
    ([("van der Berg", "E"), ("O'Neill", "PQ")], "Is esketamine safe at home?", "Lancet Invent", 2019, "7", "1023", "1031"),
    ([("Srinivas", "M"), ("Ng", "L"), ("Forrest", "D")], "Receptors of sleep: structure and function", "Sleep", 2003, "26", "1", "9"),
    ([("Doe", "AH")], "The growth of relapse. I. Early signs after a switch to placebo", "Arch Invent Med", 1998, "35", "645", "656"),
    ([("García-López", "M"), ("Müller", "K"), ("Şahin", "B"), ("Kim", "JH")], "Meta-analysis of trials in MDD", "Nord Invent J", 2021, "12", "2010", "2013"),
    ([("De Souza", "EM"), ("El-Sayed", "A")], "Vitamin D and mood in group B", "Acta Invent", 2009, "1791", "33", "41"),
    ([("Li", "X"), ("Wu", "Y"), ("Xu", "Z"), ("Yu", "A"), ("Hu", "B"), ("Gu", "C"), ("Fu", "D")], "Ketamine vs. midazolam: a trial", "PLoS Invent", 2016, "11", "300", "310"),
    ([("Park", "SJ"), ("Roe", "A")], "What works, and why? A review of reviews", "BMC Invent", 2015, "15", "22", "30"),
]  # fmt: skip


def dotted(initials: str) -> str:
    return " ".join(f"{letter}." for letter in initials)


def bare(people: list[Person]) -> str:
    return ", ".join(f"{name} {initials}" for name, initials in people[:6]) + (
        ", et al" if len(people) > 6 else ""
    )


def behind(people: list[Person], last: str) -> str:
    names = [f"{name}, {dotted(initials)}" for name, initials in people]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + last + names[-1]


def before(people: list[Person]) -> str:
    names = [f"{dotted(initials)} {name}" for name, initials in people]
    return " and ".join(names) if len(names) < 3 else ", ".join(names[:-1]) + ", and " + names[-1]


PRINTED: dict[str, Callable[[list[Person], str, str, int, str, str, str], str]] = {
    "vancouver": lambda p, t, j, y, v, a, b: f"{bare(p)}. {t}. {j}. {y};{v}:{a}-{b}.",
    "plos": lambda p, t, j, y, v, a, b: f"{bare(p)} ({y}) {t}. {j} {v}: {a}–{b}.",
    "bmc": lambda p, t, j, y, v, a, b: f"{bare(p)}: {t}. {j} {y}, {v}:{a}-{b}.",
    "apa": lambda p, t, j, y, v, a, b: f"{behind(p, ', & ')} ({y}). {t}. {j}, {v}, {a}–{b}.",
    "frontiers": lambda p, t, j, y, v, a, b: f"{behind(p, ', and ')} ({y}). {t}. {j} {v}, {a}–{b}.",
    "harvard quoted": lambda p, t, j, y, v, a, b: f"{behind(p, ' and ')} ({y}) ‘{t}’, {j}, {v}, pp. {a}–{b}.",
    "harvard": lambda p, t, j, y, v, a, b: f"{behind(p, ' and ')}, {y}. {t}. {j}, {v}, pp.{a}–{b}.",
    "nature": lambda p, t, j, y, v, a, b: f"{behind(p, ' & ')} {t}. {j} {v}, {a}–{b} ({y}).",
    "ieee": lambda p, t, j, y, v, a, b: f"{before(p)}, “{t},” {j}, vol. {v}, pp. {a}–{b}, {y}.",
    "acs": lambda p, t, j, y, v, a, b: (
        f"{'; '.join(f'{n}, {dotted(i)}' for n, i in p)} {t}. {j} {y}, {v}, {a}–{b}."
    ),
    "elsevier": lambda p, t, j, y, v, a, b: (
        f"{bare(p)}. {t}. {j} {y};{v}:{a}–{b}. https://doi.org/10.5555/x.{y}."
    ),
    "springer": lambda p, t, j, y, v, a, b: (
        f"{', '.join(f'{n} {i}' for n, i in p)} ({y}) {t}. {j} {v}:{a}–{b}"
    ),
    "elsevier numbered": lambda p, t, j, y, v, a, b: (
        f"{before(p).replace(' and ', ', ').replace(',,', ',')}, {t}, {j} {v} ({y}) {a}–{b}."
    ),
    "dated": lambda p, t, j, y, v, a, b: f"{bare(p)}. {y}. {t}. {j} {v}:{a}–{b}.",
    "chicago": lambda p, t, j, y, v, a, b: f"{behind(p, ', and ')} {y}. “{t}.” {j} {v}: {a}–{b}.",
    "mla": lambda p, t, j, y, v, a, b: (
        f"{behind(p[:1], '')}{', et al' if len(p) > 1 else ''}. “{t}.” {j}, vol. {v}, {y}, pp. {a}–{b}."
    ),
}


@pytest.mark.parametrize("style", PRINTED)
@pytest.mark.parametrize("work", WORKS, ids=lambda work: work[0][0][0])
def test_every_style_gives_the_same_fields(
    style: str, work: tuple[list[Person], str, str, int, str, str, str]
) -> None:
    entry = PRINTED[style](*work)
    found = parse_entry(entry)
    people = [name for name in found["authors"] if name != "et al."]
    assert people[0] == work[0][0][0], entry
    assert len(people) == len(work[0]) or "et al" in entry, entry
    assert (found["year"], words(found["title"])) == (work[3], words(work[1])), entry


@pytest.mark.parametrize(
    "unit",
    [
        "Smith and ",
        "Aaa bbb ",
        "Roe AB, ",
        "Xyz ",
        "Roe, A. B., ",
        "A. ",
        "a-",
        "Peter Bloom, and ",
        "(",
        "‘x' ",
    ],
)
def test_an_entry_takes_time_in_proportion(unit: str) -> None:
    """Found by repeating words: a hundred and sixty characters of names took longer than anybody would wait."""
    began = time.process_time()
    parse_entry("Abbott, Ruth, and " + unit * 2000 + "(2001).")
    assert time.process_time() - began < 2
