"""Abbreviations that a text defines: scispaCy's AbbreviationDetector (Schwartz and Hearst 2003), made quiet and lazy.

It looks only into texts with a bracket, and its spaCy warning about an empty matcher (W036, for every text that
defines none) is kept from the user.
"""

from __future__ import annotations

import warnings

from scispacy.abbreviation import AbbreviationDetector
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language.common import text_of


class Abbreviations:
    """spaCy component: sets ``doc._.abbreviations``, spans with ``span._.long_form``.

    >>> import spacy
    >>> nlp = spacy.blank("en"); _ = nlp.add_pipe("goldpan_abbreviations")
    >>> [(a.text, a._.long_form.text) for a in nlp("Hydroxynorketamine (HNK) is inert.")._.abbreviations]
    [('HNK', 'Hydroxynorketamine')]
    """

    def __init__(self, nlp: Language) -> None:
        self.detector = AbbreviationDetector(nlp)

    def __call__(self, doc: Doc) -> Doc:
        if "(" not in text_of(doc):
            doc._.abbreviations = []
            return doc
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return self.detector(doc)  # type: ignore[no-any-return]


@Language.factory("goldpan_abbreviations", assigns=["doc._.abbreviations"])
def make_abbreviations(nlp: Language, name: str) -> Abbreviations:
    """Factory of `Abbreviations`."""
    return Abbreviations(nlp)
