"""The steps that make the model: pretrain, train teachers, let them label unlabelled text, train the student.

1. A masked-word model on all raw text gives the layers a start (as in Devlin et al. 2019, at a small scale).
2. Teachers are trained from there on BC5CDR's train file, with the other corpora as tasks with heads of their own.
3. The teachers' mean tag probabilities label the raw text (Hinton et al. 2015, doi:10.48550/arXiv.1503.02531).
4. A student learns from BC5CDR's gold tags and the labelled text.

There are two families of networks, which differ in how far they see and in the seed of their pretraining. The first
goes through all steps; of the second, which sees eight tokens to either side instead of four, the teacher itself is
kept. Both networks ship, their tag scores averaged.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from pipeline.language.ner_features import fold
from pipeline.language.ner_network import Weights, allowed_moves
from training import lexicon
from training.adam import Adam
from training.corpora import Sentence, detokenise, read_iob, without_overlap
from training.crf import Array, Ints, forward_backward
from training.examples import Alignment, Encoded, Swapper, batches, encode, encode_texts, lay_out
from training.layers import Params
from training.network import Inventory, Network, Size, biluo_tags, crf_step, initial

MAIN = "bc5cdr"
LABELS = {
    MAIN: {"Chemical": "CHEMICAL", "Disease": "DISEASE"},
    "ncbi_disease": {"Disease": "DISEASE"},
    "craft_chem": {"CHEBI": "CHEMICAL"},
    "bionlp13cg_chem": {"Simple_chemical": "CHEMICAL"},
    "ebm_nlp": {"POPU": "POPU", "INTV": "INTV", "OC": "OC"},
}
"""Corpora by the name of their folder: their types, and the types of their heads."""


@dataclass(frozen=True)
class Family:
    """Networks alike, one of which ships: the student of the teachers, or where there is one teacher alone, that.

    dilations: of each convolution, how far it looks to either side.
    seed: of the pretraining and the student.
    teachers: the seed of each.
    """

    dilations: tuple[int, ...]
    seed: int
    teachers: tuple[int, ...]


@dataclass(frozen=True)
class Recipe:
    """How long and how hard to train; the values are those of the shipped model."""

    size: Size = field(default_factory=Size)
    families: tuple[Family, ...] = (
        Family((1, 1, 1, 1), seed=1, teachers=(1, 2, 3, 4)),
        Family((1, 1, 2, 4), seed=2, teachers=(5,)),
    )
    tokens: int = 1500
    vocabulary: int = 10000
    pretrain_epochs: int = 5
    teacher_epochs: int = 8
    student_epochs: int = 8
    rate: float = 0.003
    dropout: float = 0.4
    word_dropout: float = 0.5
    hidden: float = 0.05
    other_share: float = 0.34
    swap_diseases: float = 0.25
    swap_drugs: float = 0.03
    student_dropout: float = 0.2


@dataclass
class Corpora:
    """Encoded corpora by name; raw text as runs of type numbers; held-out sentences; entities lost by corpus."""

    tasks: dict[str, list[Encoded]]
    runs: list[Ints]
    held_out: list[Sentence]
    alignment: dict[str, Alignment]
    inventory: Inventory
    swapper: Swapper


def load(data: Path, lexicons: Path, recipe: Recipe) -> Corpora:
    """Read everything under `data`. Sentences of BC5CDR's dev file are kept out of every other part."""
    here = Path(__file__).parent
    drugs = [name for file in ("drugs.tsv", "drugs_wide.tsv") for name in lexicon.drug_names(lexicons / file)]
    diseases = list(lexicon.names(here / "disease_names.tsv"))
    substances, others = lexicon.other_names(lexicons / "not_drugs.tsv")
    chemicals = list(lexicon.names(here / "chemical_names.tsv"))
    inventory = Inventory(recipe.size, lexicon.word_classes(drugs, diseases, substances + chemicals, others))
    swapper = Swapper(
        {"CHEMICAL": drugs, "DISEASE": diseases},
        ["CHEMICAL", "DISEASE"],
        inventory,
        {"CHEMICAL": recipe.swap_drugs, "DISEASE": recipe.swap_diseases},
    )
    held_out = read_iob(data / MAIN / "devel.tsv")
    tasks: dict[str, list[Encoded]] = {}
    alignment: dict[str, Alignment] = {}
    abstracts = sorted((data / "pico_corpus").glob("*.txt"))
    runs = encode_texts((path.read_text(encoding="utf-8") for path in abstracts), inventory)
    for name, labels in LABELS.items():
        files = [data / MAIN / "train.tsv"] if name == MAIN else sorted((data / name).iterdir())
        sentences = list(without_overlap((s for file in files for s in read_iob(file)), held_out))
        tasks[name], alignment[name] = encode(sentences, labels, inventory)
        if name != MAIN:
            runs += encode_texts((detokenise(sentence.tokens)[0] for sentence in sentences), inventory)
    return Corpora(tasks, runs, held_out, alignment, inventory, swapper)


def _rates(peak: float, steps: int, floor: float = 0.02) -> Iterator[float]:
    """A hundred steps up, then down in a line."""
    for step in range(10**9):
        yield peak * min(1.0, (step + 1) / 100) * max(floor, 1 - step / steps)


def _tags(name: str) -> list[str]:
    return biluo_tags(sorted(set(LABELS[name].values())))


def pretrain(corpora: Corpora, recipe: Recipe, family: Family, log: Callable[[str], None]) -> Params:
    """Averaged parameters of the shared layers after the masked-word model; a fifth of the known words is hidden."""
    rng = np.random.default_rng(family.seed)
    inventory = corpora.inventory
    runs = corpora.runs + [sentence.types for sentence in corpora.tasks[MAIN]]
    counts: Counter[str] = Counter()
    for run in runs:
        counts.update(fold(inventory.words[number]) for number in run.tolist())
    numbers = {word: i for i, (word, _) in enumerate(counts.most_common(recipe.vocabulary))}
    target = np.asarray([numbers.get(fold(word), -1) for word in inventory.words])
    size = _size(recipe, family)
    params = initial(size, {"lm": recipe.vocabulary}, rng)
    network, adam = Network(params, size, inventory, family.seed), Adam(params)
    sizes = [len(run) for run in runs]
    rates = _rates(recipe.rate, max(1, recipe.pretrain_epochs * sum(sizes) // recipe.tokens), 0.05)
    for epoch in range(recipe.pretrain_epochs):
        losses: list[float] = []
        for group in batches(sizes, recipe.tokens, 3, rng):
            batch = lay_out(group, runs.__getitem__)
            words = target[batch.types]
            hidden = (rng.random(len(words)) < 0.2) & (words >= 0)
            if not hidden.any():
                continue
            values = network.forward(batch, 0.1, 0.2, hidden)
            inputs = values[hidden]
            chances = network.emissions(inputs, "lm")
            chances -= chances.max(axis=1, keepdims=True)
            np.exp(chances, out=chances)
            chances /= chances.sum(axis=1, keepdims=True)
            rows, gold = np.arange(len(inputs)), words[hidden]
            losses.append(float(-np.log(chances[rows, gold] + 1e-9).mean()))
            chances[rows, gold] -= 1
            chances /= np.float32(len(inputs))
            gradient = np.zeros_like(values)
            gradient[hidden] = chances @ params["lm_W"].T
            gradients = network.backward(gradient)
            gradients["lm_W"], gradients["lm_b"] = inputs.T @ chances, chances.sum(axis=0)
            adam.step(gradients, next(rates))
        log(f"pretrain epoch {epoch + 1}: masked-word loss {np.mean(losses):.3f}")
    return {name: value for name, value in adam.average.items() if not name.startswith("lm_")}


def _size(recipe: Recipe, family: Family) -> Size:
    return replace(recipe.size, dilations=family.dilations)


def _start(size: Size, heads: Sequence[str], pretrained: Params, seed: int) -> Params:
    params = initial(size, {name: len(_tags(name)) for name in heads}, np.random.default_rng(seed))
    params.update({name: value.copy() for name, value in pretrained.items()})
    return params


def train_teacher(
    corpora: Corpora,
    recipe: Recipe,
    family: Family,
    pretrained: Params,
    seed: int,
    log: Callable[[str], None],
) -> Params:
    """One teacher on all corpora: in each epoch all of BC5CDR's train file and a share of the others."""
    rng = np.random.default_rng(seed)
    size = _size(recipe, family)
    params = _start(size, list(corpora.tasks), pretrained, seed)
    network, adam = Network(params, size, corpora.inventory, seed), Adam(params)
    limits = {name: allowed_moves(_tags(name)) for name in corpora.tasks}
    sizes = {name: [len(sentence.types) for sentence in task] for name, task in corpora.tasks.items()}
    shares = {name: 1.0 if name == MAIN else recipe.other_share for name in corpora.tasks}
    steps = (
        sum(sum(sizes[name]) * share for name, share in shares.items())
        * recipe.teacher_epochs
        / recipe.tokens
    )
    rates = _rates(recipe.rate, max(1, int(steps)))
    for epoch in range(recipe.teacher_epochs):
        plan = [
            (name, group)
            for name in corpora.tasks
            for group in batches(sizes[name], recipe.tokens, 4, rng)
            if rng.random() < shares[name]
        ]
        losses: list[float] = []
        for number in rng.permutation(len(plan)):
            name, group = plan[int(number)]
            sentences = {i: corpora.tasks[name][i] for part in group for i in part}
            if name == MAIN:
                sentences = {i: corpora.swapper(sentence, rng) for i, sentence in sentences.items()}
            batch = lay_out(group, lambda i, s=sentences: s[i].types)  # type: ignore[misc]
            target = np.concatenate([sentences[i].tags for part in group for i in part])
            hidden = rng.random(len(target)) < recipe.hidden
            values = network.forward(batch, recipe.dropout, recipe.word_dropout, hidden)
            loss, gradient, gradients = crf_step(network, batch, values, name, target, limits[name])
            adam.step({**gradients, **network.backward(gradient)}, next(rates))
            if name == MAIN:
                losses.append(loss)
        log(f"teacher {seed} epoch {epoch + 1}: loss {np.mean(losses):.4f}")
    return adam.average


def label(corpora: Corpora, recipe: Recipe, family: Family, teachers: Sequence[Params]) -> list[Array]:
    """The teachers' mean tag probabilities of each run of raw text (tokens, tags)."""
    limits = allowed_moves(_tags(MAIN))
    means: list[Array] = [np.zeros((len(run), len(limits)), np.float16) for run in corpora.runs]
    for params in teachers:
        network = Network(params, _size(recipe, family), corpora.inventory, family.seed)
        moves = params[f"{MAIN}_moves"] + limits
        for low in range(0, len(corpora.runs), 64):
            numbers = list(range(low, min(low + 64, len(corpora.runs))))
            batch = lay_out([[i] for i in numbers], corpora.runs.__getitem__)
            scores = batch.padded(network.emissions(network.forward(batch), MAIN))
            chances, _, _ = forward_backward(scores, batch.lengths, moves, moves[0], moves[:, 0])
            for place, i in enumerate(numbers):
                means[i] += (chances[place, : len(means[i])] / len(teachers)).astype(np.float16)
    return means


def train_student(
    corpora: Corpora,
    recipe: Recipe,
    family: Family,
    start: Params,
    targets: Sequence[Array],
    log: Callable[[str], None],
) -> Params:
    """A student from `start`: BC5CDR's train file by its gold tags, raw text by the probabilities in `targets`."""
    seed = family.seed + 1000
    rng = np.random.default_rng(seed)
    size = _size(recipe, family)
    params = _start(size, [MAIN], start, seed)
    network, adam = Network(params, size, corpora.inventory, seed), Adam(params)
    limits = allowed_moves(_tags(MAIN))
    gold = corpora.tasks[MAIN]
    sizes = ([len(sentence.types) for sentence in gold], [len(run) for run in corpora.runs])
    rates = _rates(recipe.rate, max(1, sum(map(sum, sizes)) * recipe.student_epochs // recipe.tokens))
    for epoch in range(recipe.student_epochs):
        plan = [(True, group) for group in batches(sizes[0], recipe.tokens, 4, rng)]
        plan += [(False, group) for group in batches(sizes[1], recipe.tokens, 4, rng)]
        losses: list[float] = []
        for number in rng.permutation(len(plan)):
            labelled, group = plan[int(number)]
            target: Ints | Array
            if labelled:
                sentences = {i: corpora.swapper(gold[i], rng) for part in group for i in part}
                batch = lay_out(group, lambda i, s=sentences: s[i].types)  # type: ignore[misc]
                target = np.concatenate([sentences[i].tags for part in group for i in part])
            else:
                batch = lay_out(group, corpora.runs.__getitem__)
                target = np.concatenate([targets[i] for part in group for i in part]).astype(np.float32)
            drop = recipe.dropout if labelled else recipe.student_dropout
            values = network.forward(batch, drop, recipe.word_dropout if labelled else 0.2)
            loss, gradient, gradients = crf_step(network, batch, values, MAIN, target, limits)
            adam.step({**gradients, **network.backward(gradient)}, next(rates))
            losses.append(loss)
        log(f"student epoch {epoch + 1}: loss {np.mean(losses):.4f}")
    return adam.average


def export(networks: Sequence[tuple[Family, Params]], inventory: Inventory) -> Weights:
    """The weights as the shipped component takes them, of one network or of several to be averaged."""
    others = tuple(f"{name}_" for name in LABELS if name != MAIN)
    arrays = [
        {
            name.replace(f"{MAIN}_", "head_"): value
            for name, value in params.items()
            if name != "mask" and not name.startswith(others)
        }
        for _, params in networks
    ]
    dilations = tuple(family.dilations for family, _ in networks)
    return Weights(tuple(arrays), tuple(_tags(MAIN)), dilations, inventory.classes)


class Clock:
    """A log that prints seconds since it was made."""

    def __init__(self) -> None:
        self.began = time.perf_counter()

    def __call__(self, message: str) -> None:
        print(f"[{time.perf_counter() - self.began:6.0f} s] {message}", flush=True)
