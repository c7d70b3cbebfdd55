"""Makes lexicons/common_words.tsv: words of biomedical English that are hardly ever part of a chemical's name.

    python -m training.common_words --data DIR

The NER model is asked only about sentences that hold another word where a drug could stand (language/ner.py). A word
is common where it occurs three times or more in the training parts of the corpora, in at most one of ten of them
tagged as a chemical or an intervention, and no drug in the lexicons has it in its name.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pipeline.lexicons import rows

_WORD = re.compile(r"[A-Za-z][a-z]{3,}")
_OUT = Path(__file__).resolve().parent.parent / "pipeline" / "lexicons" / "common_words.tsv"


def tagged(data: Path) -> Iterator[tuple[str, float]]:
    """(word, how far it counts as part of a chemical's name) for each word of the corpora."""
    for corpus in ("bc5cdr", "ncbi_disease", "craft_chem", "bionlp13cg_chem"):
        for line in (data / corpus / "train.tsv").read_text(encoding="utf-8").splitlines():
            word, _, tag = line.partition("\t")
            yield word, float(tag not in ("", "O") and corpus != "ncbi_disease" and "Disease" not in tag)
    for path in sorted((data / "ebm_nlp").glob("*.iob")):
        for line in path.read_text(encoding="utf-8").splitlines():
            parts = line.split()
            if len(parts) == 3:
                # interventions are drugs in about one word of three
                yield parts[0], 0.34 * ("INTV" in parts[2])
    for path in sorted((data / "pico_corpus").glob("*.txt")):
        for word in _WORD.findall(path.read_text(encoding="utf-8")):
            yield word, 0.0


def common(data: Path) -> list[str]:
    """The common words, sorted."""
    count: Counter[str] = Counter()
    chemical: Counter[str] = Counter()
    for word, share in tagged(data):
        if _WORD.fullmatch(word):
            count[word.lower()] += 1
            chemical[word.lower()] += share  # type: ignore[assignment]
    names = {
        part.lower()
        for lexicon in ("drugs.tsv", "drugs_wide.tsv")
        for row in rows(lexicon)
        for name in (row["name"], *row["synonyms"].split("|"))
        for part in re.findall(r"[A-Za-z]{4,}", name)
    }
    return sorted(w for w, n in count.items() if n >= 3 and chemical[w] < 0.1 * n and w not in names)


def main() -> None:
    """Write the lexicon."""
    ask = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    ask.add_argument("--data", type=Path, required=True, help="folder of the public corpora")
    words = common(ask.parse_args().data)
    _OUT.write_text(
        "word\tsource\n" + "".join(f"{w}\tcorpora of training/\n" for w in words), encoding="utf-8"
    )
    print(f"{len(words)} words to {_OUT.name}")


if __name__ == "__main__":
    main()
