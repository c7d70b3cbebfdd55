import csv
import hashlib
from pathlib import Path

import pytest

from pipeline import corpus
from pipeline.schema import GoldpanError
from pipeline.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
HEAD = "id,title,doi,citation,terms,sha256,file\n"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_folder_gives_its_documents_in_order_without_its_readme(papers):
    (papers / "README.md").write_text("about", encoding="utf-8")
    (papers / "notes.docx").write_bytes(b"x")
    (papers / ".hidden.txt").write_text("x", encoding="utf-8")
    (papers / "sub").mkdir()
    (papers / "sub" / "delta.md").write_text("x", encoding="utf-8")
    found = corpus.load([papers], Settings())
    assert [item.id for item in found.items] == ["alpha2020", "beta2021", "gamma2022", "delta"]
    text = (papers / "alpha2020.txt").read_text(encoding="utf-8")
    assert (found.items[0].sha256, found.items[0].bytes) == (sha(text), len(text.encode()))


def test_manifest_finds_texts_beside_it_in_its_folder_and_where_settings_say(tmp_path):
    (tmp_path / "texts").mkdir()
    far = tmp_path / "far"
    far.mkdir()
    for place, name in ((tmp_path, "a"), (tmp_path / "texts", "b"), (far, "c")):
        (place / f"{name}.txt").write_text(name, encoding="utf-8")
    rows = "".join(f"{n},,10.5555/{n},,,{sha(n)},{n}.txt\n" for n in "abcd")
    (tmp_path / "manifest.csv").write_text(HEAD + rows, encoding="utf-8")
    found = corpus.load([tmp_path], Settings(texts=(far,)))
    assert [(item.id, item.reason) for item in found.items] == [("a", ""), ("b", ""), ("c", "")]
    assert [absent.id for absent in found.absent] == ["d"]
    line = found.missing()
    assert line and line.startswith("1 of 4 texts") and "doi:10.5555/d" in line and "GOLDPAN_TEXTS" in line


def test_text_that_differs_from_its_checksum_is_set_aside(tmp_path):
    (tmp_path / "a.txt").write_text("changed", encoding="utf-8")
    (tmp_path / "m.csv").write_text(HEAD + f"a,,,,,{sha('original')},a.txt\n", encoding="utf-8")
    (item,) = corpus.load([tmp_path / "m.csv"], Settings()).items
    assert "checksum differs from m.csv" in item.reason


def test_too_large_a_file_is_set_aside_unread(tmp_path):
    (tmp_path / "big.txt").write_bytes(b"a" * 3000)
    (item,) = corpus.load([tmp_path / "big.txt"], Settings(max_bytes=2000)).items
    assert "max_bytes" in item.reason and not item.sha256


def test_second_file_of_a_name_is_set_aside_but_the_same_file_twice_is_one(tmp_path, papers):
    (tmp_path / "alpha2020.txt").write_text("another", encoding="utf-8")
    found = corpus.load([papers, papers / "alpha2020.txt", tmp_path / "alpha2020.txt"], Settings())
    assert len(found.items) == 4
    assert "has the same name" in found.items[3].reason


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone", None, "no such file or folder"),
        ("m.csv", "a,b\n1,2\n", "has no column id, title"),
        ("m.csv", HEAD + ",,,,,,a.txt\n", "line 2: id and file must be given"),
        ("m.csv", b"\xff\xfe\x00", "cannot be read as a manifest"),
    ],
)
def test_bad_corpus_is_one_clear_line(tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(GoldpanError, match=said):
        corpus.load([tmp_path / name], Settings())


def test_empty_folder_is_an_error(tmp_path):
    with pytest.raises(GoldpanError, match="no documents"):
        corpus.load([tmp_path], Settings())


def test_projects_manifest_lists_every_sample_with_its_checksum():
    rows = corpus.read_manifest(ROOT / "corpus" / "manifest.csv")
    listed = {row["file"]: row["sha256"] for row in rows}
    for path in sorted((ROOT / "corpus" / "sample").glob("*.txt")):
        assert listed[f"sample/{path.name}"] == hashlib.sha256(path.read_bytes()).hexdigest(), path.name
    assert all(row["terms"] and (row["doi"] or row["citation"]) for row in rows)


@pytest.mark.reviews
def test_reviews_have_the_checksums_of_the_manifest(reviews):
    found = corpus.load([ROOT / "corpus" / "manifest.csv"], Settings(texts=(reviews,)))
    assert not found.absent
    assert not [item for item in found.items if item.reason]


def test_manifest_opens_as_plain_csv():
    with (ROOT / "corpus" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        assert all(None not in row and None not in row.values() for row in csv.DictReader(file))
