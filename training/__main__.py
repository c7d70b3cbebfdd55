"""`python -m training --data DIR --out DIR`: make the bundled NER model, and measure it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from pipeline.language.ner_network import Weights
from training import package
from training.evaluate import dev_scores, words_per_second
from training.layers import Params
from training.recipe import (
    Clock,
    Corpora,
    Family,
    Recipe,
    export,
    label,
    load,
    pretrain,
    train_student,
    train_teacher,
)


def _kept(stages: Path | None, name: str, make: Callable[[], Params]) -> Params:
    """What an earlier, interrupted call kept of a step, or the step done now (and kept)."""
    if stages is None:
        return make()
    file = stages / f"{name}.npz"
    if not file.exists():
        stages.mkdir(parents=True, exist_ok=True)
        params = make()
        with file.open("wb") as out:
            np.savez(out, **params)
    with np.load(file) as stored:
        return {key: stored[key] for key in stored.files}


def _make_family(
    corpora: Corpora, recipe: Recipe, family: Family, number: int, stages: Path | None, log: Clock
) -> Params:
    """All steps of one family; returns the parameters that ship."""
    start = _kept(stages, f"pretrained{number}", partial(pretrain, corpora, recipe, family, log))
    teachers = []
    for seed in family.teachers:
        make = partial(train_teacher, corpora, recipe, family, start, seed, log)
        teachers.append(_kept(stages, f"teacher{seed}", make))
        weights = export([(family, teachers[-1])], corpora.inventory)
        log(f"teacher {seed}: {dev_scores(weights, corpora.held_out)}")
    if len(teachers) == 1:
        return teachers[0]
    return _kept(
        stages,
        f"student{number}",
        lambda: train_student(corpora, recipe, family, start, label(corpora, recipe, family, teachers), log),
    )


def make_model(
    data: Path, lexicons: Path, out: Path, stages: Path | None, recipe: Recipe
) -> dict[str, object]:
    """All steps; writes `out/goldpan_ner` and `out/scores.json`, and returns what the latter holds."""
    log = Clock()
    corpora = load(data, lexicons, recipe)
    log(f"{sum(map(len, corpora.runs))} tokens of raw text; entities and entities lost: {corpora.alignment}")
    networks = [
        (family, _make_family(corpora, recipe, family, number, stages, log))
        for number, family in enumerate(recipe.families, start=1)
    ]
    # Scores are those of the file that ships, whose tables are rounded to 8 bits.
    weights = Weights.from_files(export(networks, corpora.inventory).to_files())
    tokenizers = ("goldpan", "spacy", "gold")
    texts = [path.read_text(encoding="utf-8") for path in sorted((data / "pico_corpus").glob("*.txt"))]
    dev = {name: dev_scores(weights, corpora.held_out, name) for name in tokenizers}
    folder = out / package.NAME
    scores: dict[str, object] = {
        "dev": dev,
        "sha256": package.write(weights, folder, dev["goldpan"]),
        "bytes": package.bytes_on_disk(folder),
        "words_per_second": round(words_per_second(weights, texts)),
        "alignment": {name: vars(found) for name, found in corpora.alignment.items()},
    }
    (out / "scores.json").write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")
    log(json.dumps(scores))
    return scores


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with bc5cdr/, ncbi_disease/, … (see CARD.md)"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="where goldpan_ner/ and scores.json are written"
    )
    parser.add_argument(
        "--lexicons",
        type=Path,
        default=Path(__file__).parents[1] / "pipeline" / "lexicons",
        help="folder of drugs.tsv",
    )
    parser.add_argument(
        "--stages", type=Path, help="keep each step's parameters here, and skip the steps kept"
    )
    parsed = parser.parse_args(arguments)
    if not (parsed.data / "bc5cdr" / "train.tsv").is_file():
        parser.error(f"{parsed.data}: no bc5cdr/train.tsv there")
    make_model(parsed.data, parsed.lexicons, parsed.out, parsed.stages, Recipe())


if __name__ == "__main__":
    main()
