"""BC5CDR's dev file: the bundled NER by itself, chemicals and diseases, strict ends and type, sentence by sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from benchmarks import quality
from benchmarks.intervals import tallied
from pipeline.extract import Extractor
from pipeline.language.build import load_model
from pipeline.schema import GoldpanError
from training.corpora import Span, read_iob, with_offsets

NAME = "BC5CDR dev"
FILE = "devel.tsv"
LABELS = {"CHEMICAL": "chemicals", "DISEASE": "diseases"}


def part(extractor: Extractor, folder: Path) -> quality.Part:
    """Score the bundled model on the sentences of the dev file, put back into running text."""
    path = folder / FILE
    if not path.is_file():
        raise GoldpanError(f"{path}: no such file; bc5cdr/ holds {FILE}, a token and its IOB tag a line")
    texts = [with_offsets(sentence) for sentence in read_iob(path)]
    nlp = load_model("goldpan_ner")
    gold = [{(start, end, kind.upper()) for start, end, kind in spans} for _, spans in texts]
    found = [
        {(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents}
        for doc in nlp.pipe(text for text, _ in texts)
    ]
    lines = []
    for name, kinds in [*((name, {kind}) for kind, name in LABELS.items()), ("all", set(LABELS))]:
        counts = []
        for wanted, given in zip(gold, found, strict=True):
            a = {span for span in wanted if span[2] in kinds}
            b = {span for span in given if span[2] in kinds}
            counts.append((len(a & b), len(b), len(a)))
        lines.append(quality.line(NAME, f"{name}, strict", tallied(np.array(counts, float))))
    note = (
        f"{NAME}: the bundled NER on {len(texts):,} sentences, which it was not trained on but whose scores chose its "
        "settings; exact ends and type on goldpan's tokens; intervals by bootstrap over sentences (the file does not "
        "say which belong to one abstract), never narrower than Wilson's."
    )
    return quality.Part(lines, _causes([text for text, _ in texts], gold, found), note)


def _causes(texts: list[str], gold: list[set[Span]], found: list[set[Span]]) -> list[quality.Cause]:
    """Errors by what is wrong with them: ends, type, nothing found, nothing there; and by the form of the name."""
    counts: Counter[tuple[str, str, str]] = Counter()
    examples: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for text, wanted, given in zip(texts, gold, found, strict=True):
        for one, other, alone in ((wanted - given, given, "missed"), (given - wanted, wanted, "spurious")):
            for start, end, label in sorted(one):
                over = [span for span in other if span[0] < end and start < span[1]]
                same_ends = any(span[:2] == (start, end) for span in over)
                kind = "type" if same_ends else "ends" if over else alone
                if over and alone == "spurious":
                    continue  # counted once, with the annotated one
                key = (kind, form(text[start:end]), LABELS.get(label, label))
                counts[key] += 1
                examples[key].append(text[start:end])
    return [
        quality.Cause(NAME, kind, cause, label, count, tuple(examples[kind, cause, label][:3]))
        for (kind, cause, label), count in counts.items()
    ]


def form(name: str) -> str:
    """What a name looks like, which is how the model's errors differ.

    >>> [form(name) for name in ("MPTP", "naloxone", "acute renal failure", "5-FU")]
    ['abbreviation', 'one word', 'several words', 'abbreviation']
    """
    if " " in name:
        return "several words"
    letters = [char for char in name if char.isalpha()]
    return (
        "abbreviation"
        if len(name) <= 7 and sum(map(str.isupper, letters)) * 2 >= len(letters)
        else "one word"
    )
