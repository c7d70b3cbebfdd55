"""Scores of a model on held-out sentences, and its speed.

An entity counts where its first and last character and its type are right (strict, as CoNLL counts). Scores on
gold tokens, on goldpan's tokenizer and on spaCy's English one differ only in how the text was cut before tagging.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import spacy
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.language.ner_model import NeuralTagger
from pipeline.language.ner_network import Weights
from pipeline.language.tokenizer import Tokenizer
from training.corpora import Sentence, Span, detokenise, with_offsets

Scores = dict[str, float]


def f1(gold: Iterable[set[Span]], found: Iterable[set[Span]]) -> Scores:
    """Precision and recall over all types, and F1 in all and by type, in percent.

    >>> f1([{(0, 4, "CHEMICAL"), (9, 12, "DISEASE")}], [{(0, 4, "CHEMICAL")}])
    {'P': 100.0, 'R': 50.0, 'F1': 66.67, 'CHEMICAL': 100.0, 'DISEASE': 0.0}
    """
    wanted: Counter[str] = Counter()
    given: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for a, b in zip(gold, found, strict=True):
        wanted.update(kind for *_, kind in a)
        given.update(kind for *_, kind in b)
        right.update(kind for *_, kind in a & b)

    def share(part: float, whole: float) -> float:
        return round(100 * part / whole, 2) if whole else 0.0

    scores = {"P": share(right.total(), given.total()), "R": share(right.total(), wanted.total())}
    scores["F1"] = share(2 * right.total(), wanted.total() + given.total())
    return scores | {
        kind: share(2 * right[kind], wanted[kind] + given[kind]) for kind in sorted(wanted | given)
    }


def gold_tokenizer(sentences: Sequence[Sentence], vocab: Vocab) -> Callable[[str], Doc]:
    """A tokenizer that gives each sentence's text the tokens of the corpus."""
    docs: dict[str, Doc] = {}
    for sentence in sentences:
        text, starts = detokenise(sentence.tokens)
        ends = [start + len(token) for start, token in zip(starts, sentence.tokens, strict=True)]
        spaces = [end < nxt for end, nxt in zip(ends, [*starts[1:], len(text)], strict=True)]
        docs[text] = Doc(vocab, words=list(sentence.tokens), spaces=spaces)
    return docs.__getitem__


def dev_scores(weights: Weights, sentences: Sequence[Sentence], tokens: str = "goldpan") -> Scores:
    """Scores on sentences, one at a time; tokens: goldpan, spacy or gold."""
    nlp = spacy.blank("en")
    tagger = NeuralTagger(nlp.vocab)
    tagger.set_weights(weights)
    texts = [with_offsets(sentence) for sentence in sentences]
    tokenizers: dict[str, Callable[[], Callable[[str], Doc]]] = {
        "goldpan": lambda: Tokenizer(nlp.vocab),
        "spacy": lambda: nlp.tokenizer,
        "gold": lambda: gold_tokenizer(sentences, nlp.vocab),
    }
    tokenize = tokenizers[tokens]()
    docs = tagger.pipe(tokenize(text) for text, _ in texts)
    found = [{(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents} for doc in docs]
    return f1([{(a, b, kind.upper()) for a, b, kind in spans} for _, spans in texts], found)


def words_per_second(weights: Weights, texts: Sequence[str], repeats: int = 3) -> float:
    """Words between white space a second of processor time, tokenizer and tagger, the best of `repeats` passes.

    Processor time of all threads: with one thread it is the speed of one core, whatever else the machine does.
    """
    nlp = spacy.blank("en")
    nlp.tokenizer = Tokenizer(nlp.vocab)
    tagger = NeuralTagger(nlp.vocab)
    tagger.set_weights(weights)
    words = sum(len(text.split()) for text in texts)
    best = float("inf")
    for _ in range(repeats):
        began = time.process_time()
        for _doc in tagger.pipe(nlp.tokenizer(text) for text in texts):
            pass
        best = min(best, time.process_time() - began)
    return words / best
