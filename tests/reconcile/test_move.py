# ruff: noqa: E501 - pairs of texts read better unbroken
"""Gold carried between renderings: all of it there and back, and never to a place that is only likely."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.reading import read
from pipeline.reading.text import build
from pipeline.reconcile import gold as gold_files
from pipeline.reconcile.gold import GoldDocument, Source
from pipeline.reconcile.move import Moved, move
from pipeline.schema import Document, GoldpanError, Mention
from tests.reading.renderings import FORMATS, pdf

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "corpus" / "sample").glob("*.txt"))


def gold_of(document: Document) -> GoldDocument:
    sources = {document.id: Source(document.source, document.sha256)}
    return gold_files.read(ROOT / "annotations" / "gold" / f"{document.id}.jsonl", sources)[document.id]


def places(gold: GoldDocument) -> list[tuple[str, int, int, str]]:
    return sorted((m.label, m.start, m.end, m.text) for m in gold.mentions)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_gold_moves_there_and_back(name: str, path: Path, tmp_path: Path) -> None:
    old = read(path)
    gold = gold_of(old)
    (tmp_path / f"{old.id}.{name}").write_bytes(FORMATS[name](old))
    new = read(tmp_path / f"{old.id}.{name}", doc_id=old.id)
    there = move(gold, old, new)
    assert there.left == []
    assert there.gold.sha256 == new.sha256 and there.gold.guidelines == gold.guidelines
    assert all(new.source[m.start : m.end] == m.text for m in there.gold.mentions)
    if "jats" in name:
        assert all(m.place["xpath"].startswith("/article/") for m in there.gold.mentions)
    back = move(there.gold, new, old)
    assert back.left == []
    assert places(back.gold) == places(gold)
    assert all(not m.place for m in back.gold.mentions)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_gold_moves_to_a_pdf_or_says_why_not(path: Path, tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    old = read(path)
    gold = gold_of(old)
    pdf(old, tmp_path / "a.pdf")
    new = read(tmp_path / "a.pdf")
    there = move(gold, old, new)
    assert len(there.gold.mentions) >= 0.97 * len(gold.mentions)
    assert all(m.place["page"] >= 1 and m.place["bbox"] for m in there.gold.mentions)
    back = move(there.gold, new, old)
    assert set(places(back.gold)) <= set(places(gold))
    assert len(back.gold.mentions) == len(there.gold.mentions)


FILLER = "It was a long and quiet winter in the small town where all of this has been made up for a test."


def carry(old: str, new: str, text: str, at: int = 0) -> Moved:
    """Move one mention, the ``at``-th ``text`` of the old source."""
    one, two = build(old, "a"), build(new, "b")
    start = -1
    for _ in range(at + 1):
        start = one.source.index(text, start + 1)
    return move(
        GoldDocument("a", [Mention("a", "DRUG", start, start + len(text), text, {"name": "x"})]), one, two
    )


@pytest.mark.parametrize(
    ("old", "new", "text", "carried"),
    [
        (f"{FILLER} Ten took *S*-ketamine daily.", f"{FILLER} Ten took S-ketamine daily.", "*S*-ketamine", "S-ketamine"),
        (f"{FILLER} Aged ≥ 65 years, P &lt; .05 each.", f"{FILLER} Aged ≥65 years, P < .05 each.", "P &lt; .05", "P < .05"),
        (f"{FILLER} It fell by −4.6 points.", f"{FILLER} It fell by –4·6 points.", "−4.6", "–4·6"),
        (f"{FILLER} On HDRS<sub>17</sub> it fell.", f"{FILLER} On HDRS17 it fell.", "HDRS<sub>17</sub>", "HDRS17"),
        (f"{FILLER} Of 10<sup>6</sup> cells.", f"{FILLER} Of 10⁶ cells.", "10<sup>6</sup>", "10⁶"),
        (f"{FILLER} Methylprednisolone helped.", f"{FILLER} Methylprednisolone helped.", "prednisolone", "prednisolone"),
    ],
)  # fmt: skip
def test_a_mention_is_carried_with_its_signs(old: str, new: str, text: str, carried: str) -> None:
    moved = carry(old, new, text)
    assert moved.left == []
    assert moved.gold.mentions[0].text == carried and moved.gold.mentions[0].doc == "b"


@pytest.mark.parametrize(
    ("old", "new", "text", "reason"),
    [
        (f"{FILLER} They took lithium then.", FILLER, "lithium", "does not stand in the new text"),
        (f"{FILLER} They took 5 mg then.", f"{FILLER} They took 6 mg then.", "5 mg", "only a part"),
        (f"{FILLER} They took 5 mg then.", f"{FILLER} They took 5 then mg.", "5 mg", "only a part"),
        (f"{FILLER} They took 5 mg then.", f"{FILLER} They took 5% mg then.", "5 mg", "reads '"),
        (f"{FILLER} Then lithium helped. {FILLER[::-1]}", f"{FILLER} Lithium or lithium, said she. {FILLER[::-1]}", "lithium",
         "stands"),
        (f"{FILLER} They took ≥ 5 mg then.", f"{FILLER} They took < 5 mg then.", "≥ 5 mg", "reads '"),
        (f"{FILLER} So – it was.", f"{FILLER} So – it was.", "–", "neither a letter nor a figure"),
        (f"{FILLER}\n\n## References\n\n1. Roe A. On lithium. J Test. 2001;1:1.", FILLER, "lithium", "reader leaves out"),
    ],
)  # fmt: skip
def test_a_mention_that_cannot_be_carried_says_why(old: str, new: str, text: str, reason: str) -> None:
    moved = carry(old, new, text)
    assert moved.gold.mentions == []
    assert reason in moved.left[0].reason


def test_a_block_that_stands_elsewhere_is_followed() -> None:
    table = "Table 1. Doses of the drugs in mg a day\n\nDrug\tDose\nlithium\t600\nketamine\t40"
    other = (
        "Nothing in this paragraph has been measured anywhere, and nobody has been asked whether it is true."
    )
    moved = carry(f"{FILLER}\n\n{table}\n\n{other}", f"{FILLER}\n\n{other}\n\n{table}", "600")
    assert moved.left == []


def test_two_articles_are_not_one() -> None:
    with pytest.raises(GoldpanError, match="give two renderings of one article"):
        carry(
            f"{FILLER} Lithium.",
            "Nothing whatever of these words, but for a few of them, agrees with any other; they are of an article on boats.",
            "Lithium",
        )


# ---------------------------------------------------------------- never guesses


@pytest.mark.parametrize("vocabulary", [6, 12, 40])
def test_words_of_a_text_that_was_cut_and_copied_are_never_confused(vocabulary: int) -> None:
    """Words are few, so that runs of them stand more than once; the new text knows where each of its words came from."""
    chance = random.Random(vocabulary)
    asked = came = 0
    for _ in range(150):
        old = [f"w{'abcdefgh'[n % 8]}{'xyzuv'[n // 8]}" for n in chance.choices(range(vocabulary), k=80)]
        new = list(enumerate(old))
        for _ in range(chance.randint(1, 4)):
            at, length = chance.randrange(len(new)), chance.randint(1, 6)
            edit = chance.randrange(3)
            if edit == 0:
                del new[at : at + length]
            elif edit == 1:
                new[at:at] = [(-1, "added")] * length
            else:
                moved_words = new[at : at + length + 8]
                del new[at : at + length + 8]
                there = chance.randrange(len(new))
                new[there:there] = moved_words
        one, two = build(" ".join(old), "a"), build(" ".join(word for _, word in new), "b")
        rows = [Mention("a", "DRUG", 4 * i, 4 * i + 3, word, {}) for i, word in enumerate(old)]
        moved = move(GoldDocument("a", rows), one, two)
        begins = {}
        at = 0
        for i, word in new:
            begins[at] = i
            at += len(word) + 1
        left = {left.mention.start for left in moved.left}
        sent = [i for i, row in enumerate(rows) if row.start not in left]
        found = [begins[m.start] for m in moved.gold.mentions]  # in the order of the old text
        asked += len(old)
        came += len(found)
        assert found == sent
    assert came > 0.6 * asked


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = read(SAMPLES[0])
    new = tmp_path / f"{old.id}.nxml"
    new.write_bytes(FORMATS["jats.nxml"](old))
    out = tmp_path / "gold" / f"{old.id}.jsonl"
    gold = ROOT / "annotations" / "gold" / f"{old.id}.jsonl"
    command = ["gold", "move", "--from", str(SAMPLES[0]), "--to", str(new), "--gold", str(gold)]
    assert main([*command, "--out", str(out)]) == 0
    assert "186 of 186 mentions carried" in capsys.readouterr().err
    document = read(new)
    moved = gold_files.read(out, {old.id: Source(document.source, document.sha256)})[old.id]
    assert len(moved.mentions) == 186
    assert main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    assert json.loads(lines[0])["sha256"] == document.sha256 and len(lines) == 187
    back = [
        "gold",
        "move",
        "--from",
        str(new),
        "--to",
        str(SAMPLES[0]),
        "--gold",
        str(out),
        "--out",
        str(tmp_path / "b.jsonl"),
    ]
    assert main(back) == 0
    assert (tmp_path / "b.jsonl").read_text() == gold.read_text()
    new.write_bytes(new.read_bytes().replace(b"lithium", b"sodium").replace(b"methotrexate", b"something"))
    assert main([*command, "--out", str(out)]) == 0
    assert "not carried" in capsys.readouterr().err
    assert main([*command[:4], "--to", str(tmp_path / "none.txt")]) == 2
