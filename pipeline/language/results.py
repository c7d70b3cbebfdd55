"""Results: the reported values of outcomes, each number once, in the order of what is surest.

First what a printed form settles (P values; effect measures and their intervals; percentages), then what the words
before a number say: a change (*fell by 16.1*), two scores (*from 31.2 to 12.9*), a mean with its spread, a duration of
an effect or time to an event. Numbers that other components took (doses, sample sizes, scales) are passed over.
Cue words are rows of lexicons/result_cues.tsv.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language.common import OnCharacters, put
from pipeline.language.result_words import Words


class ResultFinder(OnCharacters):
    """spaCy component: writes ``doc.spans["results"]``; comes after doses, scales, sample sizes and outcomes.

    >>> import spacy
    >>> nlp = spacy.blank("en"); _ = nlp.add_pipe("goldpan_results")
    >>> doc = nlp("Scores fell from 31.2 to 12.9 (OR 2.7, 95% CI 1.2 to 6.1; P = .003); 53% responded.")
    >>> [(span.text, span._.value.kind) for span in doc.spans["results"]]  # doctest: +NORMALIZE_WHITESPACE
    [('31.2', 'score'), ('12.9', 'score'), ('2.7', 'effect_size'), ('1.2 to 6.1', 'interval'), ('P = .003', 'p_value'),
     ('53%', 'percent')]
    """

    def __call__(self, doc: Doc) -> Doc:
        put(doc, "RESULT", Words(doc).found())
        return doc


@Language.factory("goldpan_results", assigns=["doc.spans"])
def make_results(nlp: Language, name: str) -> ResultFinder:
    """Factory of `ResultFinder`."""
    return ResultFinder()
