import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cache import Cache, Place
from pipeline.schema import Mention


def mention(start: int, text: str, doc: str = "a") -> Mention:
    return Mention(doc, "DRUG", start, start + len(text), text, {"name": text.lower()}, "rule", "body")


@pytest.fixture
def cache(tmp_path) -> Cache:
    return Cache(tmp_path / "cache", "f1")


def put(cache: Cache, key: str, *mentions: Mention) -> Place:
    return cache.put(key, mentions, "text", 12, 0.5)


def again(cache: Cache) -> Cache:
    """The cache as the next process sees it."""
    return Cache(cache.folder, cache.fingerprint)


def test_entry_comes_back_under_the_name_that_the_document_has_now(cache):
    key = cache.key("00ff", ".txt")
    place = put(cache, key, mention(9, "Lithium"), mention(0, "X", "a"))
    assert again(cache).known(key) == place
    entry = cache.entry(key, place)
    assert entry
    rows = [json.loads(line) for line in entry.lines("renamed").splitlines()]
    assert [(row["doc"], row["start"], row["text"]) for row in rows] == [
        ("renamed", 0, "X"),
        ("renamed", 9, "Lithium"),
    ]
    assert list(rows[0])[:5] == ["doc", "label", "start", "end", "text"]
    assert [{"doc": "renamed", **row} for row in entry.rows()] == rows
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
    assert cache.known("0" * 40) is None
    place = put(cache, "0" * 40)
    assert cache.entry("1" * 40, place) is None
    assert cache.entry("0" * 40, place._replace(pack="gone.pack")) is None


def test_entry_torn_at_any_byte_counts_as_missing_and_those_before_it_stand(cache):
    first, key = put(cache, "1" * 40, mention(3, "Lithium")), cache.key("00", ".txt")
    place = put(cache, key, mention(0, "Lithium"), mention(10, "é"))
    path = cache.packs / place.pack
    whole = path.read_bytes()
    assert len(whole) == place.offset + place.length and again(cache).known(key) == place
    for length in range(place.offset, len(whole)):
        path.write_bytes(whole[:length])
        assert (again(cache).known(key), again(cache).known("1" * 40)) == (None, first), length
    for at in range(place.offset, len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert (again(cache).known(key), again(cache).known("1" * 40)) == (None, first), at


def test_many_writers_and_packs_and_the_same_key_twice(cache):
    keys = [f"{n:040x}" for n in range(60)]
    for number, key in enumerate(keys):
        writer = again(cache)
        writer.put(key, [mention(0, f"Drug{number}")], "text", number, 0.1)
        writer.put(keys[0], [], "text", 0, 0.1)
        writer.close()
    reader = again(cache)
    found = [reader.entry(key, place) for key in keys if (place := reader.known(key))]
    assert [entry.header.words for entry in found if entry] == list(range(60))
    assert len(reader._reading) < 40
    reader.close()


def test_disk_that_is_full_tears_nothing(cache, monkeypatch):
    put(cache, "0" * 40, mention(0, "x"))
    real = os.write
    calls = []

    def write(descriptor, data):
        calls.append(len(data))
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return real(descriptor, data[:10])

    monkeypatch.setattr("pipeline.cache.os.write", write)
    with pytest.raises(OSError, match="No space"):
        put(cache, "1" * 40, mention(0, "y"))
    monkeypatch.setattr("pipeline.cache.os.write", real)
    place = put(cache, "2" * 40, mention(0, "z"))
    reader = again(cache)
    assert reader.known("2" * 40) == place and reader.known("0" * 40) and not reader.known("1" * 40)


@given(text=st.text(min_size=1), doc=st.text(min_size=1), more=st.dictionaries(st.text(), st.text()))
def test_any_text_survives(tmp_path_factory, text, doc, more):
    text, doc = (t.encode("utf-8", "replace").decode() for t in (text, doc))
    more = {
        k.encode("utf-8", "replace").decode(): v.encode("utf-8", "replace").decode() for k, v in more.items()
    }
    value = {"name": text, "list": [{"label": text}, {"label": text}], **more}
    found = [Mention(doc, "DRUG", at, at + len(text), text, value, text) for at in (0, 500)]
    cache = Cache(tmp_path_factory.mktemp("cache"), "f")
    entry = cache.entry("0" * 40, put(cache, "0" * 40, *found))
    assert entry
    rows = [json.loads(line) for line in entry.lines(doc).split(b"\n")[:-1]]
    assert [Mention.from_json(row) for row in rows] == found
    assert [{"doc": doc, **row} for row in entry.rows()] == rows
    cache.close()
