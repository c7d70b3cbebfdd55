import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cache import Cache
from pipeline.schema import Mention


def mention(start: int, text: str, doc: str = "a") -> Mention:
    return Mention(doc, "DRUG", start, start + len(text), text, {"name": text.lower()}, "rule", "body")


@pytest.fixture
def cache(tmp_path) -> Cache:
    (tmp_path / "staging").mkdir()
    return Cache(tmp_path / "cache", "f1")


def put(cache: Cache, key: str, *mentions: Mention) -> None:
    cache.put(key, mentions, "text", 12, 0.5, cache.folder.parent / "staging")


def test_entry_comes_back_under_the_name_that_the_document_has_now(cache):
    key = cache.key("00ff", ".txt")
    put(cache, key, mention(9, "Lithium"), mention(0, "X", "a"))
    entry = cache.entry(key)
    assert entry
    rows = [json.loads(line) for line in entry.lines("renamed")]
    assert [(row["doc"], row["start"], row["text"]) for row in rows] == [
        ("renamed", 0, "X"),
        ("renamed", 9, "Lithium"),
    ]
    assert list(rows[0])[:5] == ["doc", "label", "start", "end", "text"]
    assert (entry.header.words, entry.header.labels) == (12, {"DRUG": 2})


def test_key_depends_on_text_ending_and_fingerprint(cache):
    other = Cache(cache.folder, "f2")
    keys = {
        cache.key("00", ".txt"),
        cache.key("01", ".txt"),
        cache.key("00", ".xml"),
        other.key("00", ".txt"),
    }
    assert len(keys) == 4


def test_missing_entry_is_none(cache):
    assert cache.entry("0" * 40) is None


def test_entry_torn_at_any_byte_counts_as_missing(cache):
    key = cache.key("00", ".txt")
    put(cache, key, mention(0, "Lithium"), mention(10, "é"))
    path = cache.path(key)
    whole = path.read_bytes()
    assert cache.entry(key)
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert cache.entry(key) is None, length
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert cache.entry(key) is None, place


def test_nothing_is_left_in_staging(cache):
    put(cache, "0" * 40, mention(0, "x"))
    assert not list((cache.folder.parent / "staging").iterdir())


@given(text=st.text(min_size=1), doc=st.text(min_size=1))
def test_any_text_survives(tmp_path_factory, text, doc):
    text, doc = (t.encode("utf-8", "replace").decode() for t in (text, doc))
    folder = tmp_path_factory.mktemp("cache")
    (folder / "staging").mkdir()
    cache = Cache(folder / "cache", "f")
    put(cache, "0" * 40, mention(0, text), mention(500, text))
    entry = cache.entry("0" * 40)
    assert entry
    rows = [json.loads(line) for line in entry.lines(doc)]
    assert [(row["doc"], row["text"]) for row in rows] == [(doc, text)] * 2
