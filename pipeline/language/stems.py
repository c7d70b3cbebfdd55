"""What a word's own letters tell: INN stems, a drug's name glued to its participle, the ending of a disease.

The stems are those of WHO, The use of stems in the selection of INN (lexicons/inn_stems.tsv). Each word that is met
is looked at once (`lexicon.Phrases`), so that a text costs nothing here but its new words.
"""

from __future__ import annotations

import re
from functools import cache

from pipeline.language.lexicon import split
from pipeline.lexicons import rows

_NO_DISEASE = re.compile(
    r"(?:an|par|di|hypno|syn|kin)?[ae]?esthesia$|.*(?:diagnosis|prognosis|hypnosis|homeostasis|apoptosis|mitosis|osmosis|"
    r"symbiosis|academia|meiosis|cytosis|genosis|metamorphosis|dosis|phimosis|anaesthesia|analgesia|anesthesia)$",
)
_GLUED = re.compile(r"([a-z]{5,})(?:controlled|treated|induced)")
#: the signs of `sign` that are no stem
GLUED = "glued"


@cache
def _stems() -> list[tuple[re.Pattern[str], str]]:
    out = []
    for row in rows("inn_stems.tsv"):
        if row["position"] != "suffix":
            continue
        exceptions = "|".join(re.escape(word) for word in split(row["exceptions"]))
        guard = rf"(?!(?:{exceptions})(?![a-z]))" if exceptions else ""
        low = max(int(row["min_length"] or 6) - len(row["stem"]), 4)
        out.append((re.compile(rf"{guard}[a-z]{{{low},}}{re.escape(row['stem'])}"), row["stem"]))
    return out


@cache
def _endings() -> tuple[str, ...]:
    return tuple({ending for _, stem in _stems() for ending in (stem, stem + "s")})


def stem_of(word: str) -> tuple[str, str] | None:
    """A word in lower case without a plural's s, and the INN stem that it ends in; None where it has none.

    >>> stem_of("examplumab"), stem_of("statins"), stem_of("fortune")
    (('examplumab', 'mab'), None, None)
    """
    if len(word) < 5 or not word.endswith(_endings()) or not word.isascii() or not word.isalpha():
        return None
    forms = [word]
    if word.endswith("s"):
        forms.append(word[:-1])
    for form in forms:
        for pattern, stem in _stems():
            if form.endswith(stem) and pattern.fullmatch(form):
                return form, stem
    return None


def glued_name(word: str) -> str | None:
    """What may be a drug's name before a participle that a conversion glued to it.

    >>> glued_name("placebocontrolled"), glued_name("controlled")
    ('placebo', None)
    """
    match = _GLUED.fullmatch(word)
    return match[1] if match else None


def sign(word: str) -> str | None:
    """The stem of a word, `GLUED`, or None: what `lookup` keeps of every word."""
    if glued_name(word):
        return GLUED
    stem = stem_of(word)
    return stem[1] if stem else None


@cache
def _disease_endings() -> tuple[str, ...]:
    return tuple(row["form"] for row in rows("cues.tsv") if row["kind"] == "disease_ending")


def disease_ending(word: str) -> str | None:
    """The ending of a word that names a disease, None for other words.

    >>> disease_ending("chorioretinitis"), disease_ending("diagnosis")
    ('itis', None)
    """
    if len(word) < 8 or not word.endswith(_disease_endings()) or _NO_DISEASE.fullmatch(word):
        return None
    return next(form for form in _disease_endings() if word.endswith(form))
