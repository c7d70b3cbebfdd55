"""The training command on a corpus of a few sentences, and the model that ships."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

import pipeline.models
from pipeline.language.ner_model import NeuralTagger
from pipeline.language.tokenizer import Tokenizer
from training import package
from training.__main__ import main, make_model
from training.corpora import Sentence
from training.evaluate import dev_scores, f1
from training.network import Size
from training.recipe import LABELS, Family, Recipe

MODELS = Path(pipeline.models.__file__).parent
BUNDLED = MODELS / package.NAME
LEXICONS = MODELS.parent / "lexicons"
TINY = Recipe(
    size=Size(ngram_rows=2000, word_rows=200, ngram_width=16, word_width=8, shape_width=4, class_width=4, width=24),
    families=(Family((1, 1), seed=1, teachers=(1, 2)), Family((2, 1), seed=2, teachers=(3,))),
    tokens=30, vocabulary=20, pretrain_epochs=1, teacher_epochs=25, student_epochs=30,
    rate=0.01, dropout=0.1, word_dropout=0.1, swap_diseases=0.0, swap_drugs=0.0, student_dropout=0.1,
)  # fmt: skip
SENTENCES = (
    "Zorvanil/B-Chemical caused/O severe/O mirotitis/B-Disease in/O nine/O rats/O ./O",
    "No/O mirotitis/B-Disease followed/O sodium/B-Chemical zorvanate/I-Chemical ./O",
    "Rats/O given/O zorvanil/B-Chemical slept/O ./O",
    "Grand/B-Disease mirotitis/I-Disease was/O rare/O ./O",
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Folders like those of the public corpora, with sentences of our own."""
    folder = tmp_path / "data"
    for name, labels in LABELS.items():
        (folder / name).mkdir(parents=True)
        kinds = {f"{prefix}-{kind}" for kind in labels for prefix in "BI"}
        pairs = [[word.rsplit("/", 1) for word in sentence.split()] for sentence in SENTENCES]
        lines = [
            "".join(f"{token}\t{tag if tag in kinds else 'O'}\n" for token, tag in pair) for pair in pairs
        ]
        (folder / name / "train.tsv").write_text("\n".join(lines * 3), encoding="utf-8")
    (folder / "bc5cdr" / "devel.tsv").write_text("Zorvanil\tB-Chemical\nworked\tO\n.\tO\n", encoding="utf-8")
    (folder / "pico_corpus").mkdir()
    (folder / "pico_corpus" / "1.txt").write_text(
        "Rats given zorvanil had mirotitis. Nine rats slept.", encoding="utf-8"
    )
    return folder


def test_the_command_makes_a_model_that_loads_and_has_learnt(data: Path, tmp_path: Path) -> None:
    scores = make_model(data, LEXICONS, tmp_path / "out", tmp_path / "stages", TINY)
    folder = tmp_path / "out" / package.NAME
    assert scores == json.loads((tmp_path / "out" / "scores.json").read_text(encoding="utf-8"))
    assert scores["sha256"] == package.checksum(folder)
    assert scores["bytes"] == sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    doc = spacy.load(folder)("Zorvanil caused mirotitis .")
    assert [(ent.text, ent.label_) for ent in doc.ents] == [
        ("Zorvanil", "CHEMICAL"),
        ("mirotitis", "DISEASE"),
    ]


def test_steps_that_are_kept_are_not_done_again_and_give_the_same_model(data: Path, tmp_path: Path) -> None:
    short = Recipe(
        size=TINY.size,
        tokens=30,
        vocabulary=20,
        pretrain_epochs=1,
        families=(Family((1, 1), seed=1, teachers=(7, 8)), Family((2,), seed=2, teachers=(9,))),
        teacher_epochs=1,
        student_epochs=1,
    )
    first = make_model(data, LEXICONS, tmp_path / "a", tmp_path / "stages", short)
    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "stages").iterdir()}
    assert set(kept) == {
        *("pretrained1.npz", "teacher7.npz", "teacher8.npz", "student1.npz"),
        *("pretrained2.npz", "teacher9.npz"),
    }
    second = make_model(data, LEXICONS, tmp_path / "b", tmp_path / "stages", short)
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "stages").iterdir()} == kept
    assert first["sha256"] == second["sha256"]


def test_a_folder_without_the_corpus_is_bad_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--data", str(tmp_path), "--out", str(tmp_path / "out")])
    assert stop.value.code == 2
    assert "no bc5cdr/train.tsv there" in capsys.readouterr().err


def test_f1_wants_both_ends_and_the_type() -> None:
    gold = [{(0, 4, "CHEMICAL"), (5, 9, "DISEASE")}, {(0, 3, "DISEASE")}]
    found = [{(0, 4, "DISEASE"), (5, 9, "DISEASE")}, {(0, 2, "DISEASE")}]
    assert f1(gold, found) == {"P": 33.33, "R": 33.33, "F1": 33.33, "CHEMICAL": 0.0, "DISEASE": 40.0}


@pytest.fixture(scope="module")
def bundled() -> Language:
    return spacy.load(BUNDLED)


def entities(doc: Doc) -> list[tuple[str, str]]:
    return [(ent.text, ent.label_) for ent in doc.ents]


TEXT = (
    "Patients with rheumatoid arthritis took methotrexate 15 mg weekly; prednisone-induced hyperglycemia "
    "was seen in two, and S-ketamine eased neuropathic pain."
)
FOUND = [
    ("rheumatoid arthritis", "DISEASE"), ("methotrexate", "CHEMICAL"), ("prednisone", "CHEMICAL"),
    ("hyperglycemia", "DISEASE"), ("S-ketamine", "CHEMICAL"), ("neuropathic pain", "DISEASE"),
]  # fmt: skip


def test_the_bundled_model_tags_drugs_and_diseases(bundled: Language) -> None:
    assert isinstance(bundled.tokenizer, Tokenizer)
    assert entities(bundled(TEXT)) == FOUND


def test_line_breaks_do_not_disturb_it(bundled: Language) -> None:
    doc = bundled(TEXT.replace("rheumatoid arthritis", "rheumatoid\n  arthritis"))
    assert entities(doc) == [("rheumatoid\n  arthritis", "DISEASE"), *FOUND[1:]]


@pytest.mark.parametrize("text", ["", " \n ", ".", "ketamine"])
def test_texts_of_hardly_anything(bundled: Language, text: str) -> None:
    assert entities(bundled(text)) == ([("ketamine", "CHEMICAL")] if text == "ketamine" else [])


def test_batches_sentences_and_single_documents_give_the_same(bundled: Language) -> None:
    tagger = bundled.get_pipe(package.COMPONENT)
    assert isinstance(tagger, NeuralTagger)
    texts = [TEXT, "", "Nausea followed lithium.", TEXT.upper()]
    alone = [entities(bundled(text)) for text in texts]
    assert [entities(doc) for doc in bundled.pipe(texts, batch_size=3)] == alone
    doc = bundled.make_doc(f"{texts[2]} {TEXT}")
    second = doc[4:]
    found = tagger.predict([doc[:4], second])
    assert [(doc[a:b].text, label) for part in found for a, b, label in part] == alone[2] + FOUND


def test_bytes_round_trip(bundled: Language) -> None:
    tagger = bundled.get_pipe(package.COMPONENT)
    assert isinstance(tagger, NeuralTagger)
    copy = NeuralTagger(bundled.vocab).from_bytes(tagger.to_bytes())
    assert copy.labels == ("CHEMICAL", "DISEASE")
    assert entities(copy(bundled.make_doc(TEXT))) == FOUND


def test_without_weights_it_says_what_to_do() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("goldpan_tagger")
    with pytest.raises(ValueError, match="has no weights yet"):
        nlp("ketamine")


@pytest.mark.parametrize("tokens", ["goldpan", "spacy", "gold"])
def test_scoring_on_each_tokenizer(bundled: Language, tokens: str) -> None:
    tagger = bundled.get_pipe(package.COMPONENT)
    assert isinstance(tagger, NeuralTagger) and tagger.weights is not None
    sentence = Sentence(
        ("Naloxone", "reversed", "ketamine", "-", "induced", "nausea", "."),
        ("B-Chemical", "O", "B-Chemical", "O", "O", "B-Disease", "O"),
    )
    assert dev_scores(tagger.weights, [sentence], tokens)["F1"] == 100.0


def test_it_is_small_and_its_card_names_it() -> None:
    assert package.bytes_on_disk(BUNDLED) < 10_000_000
    assert package.checksum(BUNDLED) in (MODELS / "CARD.md").read_text(encoding="utf-8")


def test_it_brings_its_own_lexicon() -> None:
    assert len((BUNDLED / package.COMPONENT / "lexicon.tsv").read_bytes().splitlines()) > 5000
