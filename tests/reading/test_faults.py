"""Hostile and broken sources: each gives one clear line, in bounded time and memory, without a connection."""

# ruff: noqa: E501 - mark-up reads better unbroken
from __future__ import annotations

import gzip
import io
import os
import socket
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.corpus import load
from pipeline.reading import read
from pipeline.schema import GoldpanError
from pipeline.settings import Settings

LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 20))
BODY = b"<body><p>Ten men took lithium.</p></body>"


def _zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.xml", b"\0" * 50_000_000)
    return out.getvalue()


FAULTS: dict[str, tuple[bytes, str]] = {
    "empty.txt": (b"", "empty file"),
    "blank.xml": (b" \n\n\t", "empty file"),
    "external.xml": (
        b"<!DOCTYPE article [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><article><body><p>&x;</p></body></article>", "entities"),
    "network.xml": (
        b"<!DOCTYPE article [<!ENTITY % x SYSTEM 'http://127.0.0.1:9/x'> %x;]><article>" + BODY + b"</article>", "entities"),
    "laughs.nxml": (
        b'<?xml version="1.0"?><!DOCTYPE article [<!ENTITY l0 "ha">' + LAUGHS + b"]><article><body><p>&l19;</p></body></article>",
        "entities"),
    "laughs-utf7.xml": (
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE article [+ADwAIQ-ENTITY l0 "ha">]><article>' + BODY
        + b"</article>", "entities"),
    "quadratic.xml": (b"<!DOCTYPE article [<!ENTITY a '" + b"x" * 50_000 + b"'>]><article><body>" + b"&a;" * 50_000
                      + b"</body></article>", "entities"),
    "wrong-encoding.xml": (b'<?xml version="1.0" encoding="UTF-8"?><article><body><p>na\xefve</p></body></article>', "byte 58"),
    "utf16-declared.xml": (b'<?xml version="1.0" encoding="UTF-16"?><article>' + BODY + b"</article>", "declares UTF-16"),
    "utf8-as-latin1.xml": ('<?xml version="1.0" encoding="ISO-8859-1"?><article><p>naïve</p></article>'.encode(), "are UTF-8"),
    "no-such-encoding.xml": (b'<?xml version="1.0" encoding="klingon"?><article>' + BODY + b"</article>", "klingon"),
    "no-text-encoding.xml": (b'<?xml version="1.0" encoding="uu"?><article>' + BODY + b"</article>", "no encoding of text"),
    "no-body.xml": (b"<article><front><article-meta/></front></article>", "without title, abstract or body"),
    "no-front.xml": (b"<article><p>Ten men.</p></article>", "neither front nor body"),
    "tei.xml": (b'<?xml version="1.0"?><TEI><text><body><p>Ten men.</p></body></text></TEI>', "XML of <TEI>"),
    "truncated.nxml": (b"<article>" + BODY[:-12], "not well-formed"),
    "two.xml": (b"<set>" + b"<article>" + BODY + b"</article>" + b"<article>" + BODY + b"</article></set>", "holds 2 articles"),
    "deep.xml": (b"<article><body>" + b"<sec>" * 5000 + b"</sec>" * 5000 + b"</body></article>", "deep|well-formed"),
    "deep.html": (b"<html><body>" + b"<div>" * 50_000 + b"Ten men.", "deep"),
    "scripts.html": (b"<!DOCTYPE html><html><body>" + b"<script>while(1){}</script>" * 20_000 + b"</body></html>", "without text"),
    "binary.html": (b"<html><body>\xff\xfe\x00\x01</body></html>", "UTF-8"),
    "bomb.zip": (_zip_bomb(), "a zip archive"),
    "bomb.xml": (_zip_bomb(), "a zip archive"),
    "bomb.gz": (gzip.compress(b"\0" * 10_000_000), "a gzip archive"),
    "picture.pdf": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "a picture"),
    "utf16.xml": ("<article><body><p>Ten men.</p></body></article>".encode("utf-16"), "UTF-16"),
    "nul.txt": (b"Ten men\x00 took it", "binary data"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Any attempt to open a socket or to look a name up is noted and fails the test."""
    calls: list[Any] = []

    def refuse(*args: Any, **kwargs: Any) -> None:
        calls.append(args)
        raise OSError("no network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    yield calls
    assert calls == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_clear_line(name: str, tmp_path: Path) -> None:
    raw, words = FAULTS[name]
    path = tmp_path / name
    path.write_bytes(raw)
    began = time.perf_counter()
    tracemalloc.start()
    with pytest.raises(GoldpanError, match=words) as caught:
        read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    line = str(caught.value)
    assert line.startswith(f"{path}: ") and "\n" not in line and len(line) < 400
    assert ";" in line  # what is wrong; what to do
    assert time.perf_counter() - began < 10
    assert peak < 60_000_000


def test_the_parser_itself_opens_no_connection(tmp_path: Path) -> None:
    """libxml2 makes its own connections, so a listening server is asked whether anybody came."""
    import threading

    server = _listening()
    port = server.getsockname()[1]
    came: list[Any] = []

    def accept() -> None:
        try:
            came.append(server.accept())
        except OSError:
            return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{port}/a.dtd"
    jats = tmp_path / "a.xml"
    jats.write_text(f"<!DOCTYPE article SYSTEM '{url}'><article xmlns:xi='http://www.w3.org/2001/XInclude'><body><p>Ten men.</p>"
                    f"<xi:include href='{url}'/></body></article>")  # fmt: skip
    assert read(jats).text == "Ten men."
    page = tmp_path / "a.html"
    page.write_text(f"<!DOCTYPE html SYSTEM '{url}'><html><head><link rel=stylesheet href='{url}'></head><body><p>Ten men.</p>"
                    f"<img src='{url}'><iframe src='{url}'></iframe></body></html>")  # fmt: skip
    assert read(page).text == "Ten men."
    time.sleep(0.1)
    server.close()
    assert came == []


_real_socket = socket.socket


def _listening() -> socket.socket:
    server = _real_socket(socket.AF_INET, socket.SOCK_STREAM)
    server.bind(("127.0.0.1", 0))
    server.listen()
    server.settimeout(5)
    return server


def test_entities_of_an_unread_dtd_are_characters_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<!DOCTYPE article SYSTEM 'x.dtd'><article><body><p>5&nbsp;&mu;g &unknown;of <i>&alpha;</i>&beta;.</p></body></article>")  # fmt: skip
    assert read(path).text == "5 µg of αβ."


@pytest.mark.parametrize("text", ["It helped [1]<b></b>[2]", "It helped [1]^{a}^{2} [2]"])
def test_marks_behind_a_space_that_is_taken_back_stay_inside_the_text(text: str, tmp_path: Path) -> None:
    """Found by mutating pages: a second mark took back the space before which the first one stood."""
    path = tmp_path / "a.txt"
    path.write_text(
        f"# A\n\n## Results\n\n{text}\n\n## References\n\n1. Roe A. B. J Test. 2001;1:1.\n2. Poe B. C. J Test. 2002;1:2.\n"
    )
    document = read(path)
    assert [citation.keys for citation in document.citations][:2] == [("1",), ("2",)]
    assert {citation.at for citation in document.citations} == {document.text.index("helped") + 6}


def test_many_links_take_time_in_proportion(tmp_path: Path) -> None:
    """Found by large files: each range of two links looked through the whole reference list."""
    refs = "".join(f"<ref id='a{i}'><label>{i}</label>Roe A. B. 2001.</ref>" for i in range(1, 1701))
    links = "-".join(f"<xref ref-type='bibr' rid='a{i}'>{i}</xref>" for i in range(1, 1701))
    path = tmp_path / "a.xml"
    path.write_text(
        f"<article><body><p>Seen {links}.</p></body><back><ref-list>{refs}</ref-list></back></article>"
    )
    began = time.perf_counter()
    document = read(path)
    assert time.perf_counter() - began < 5
    assert len(document.citations[0].keys) == 1700


def test_a_device_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldpanError, match="device or pipe"):
        read("/dev/zero")
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(GoldpanError, match="device or pipe"):
        read(tmp_path / "pipe.txt")


def test_a_link_out_of_the_folder_is_set_aside(tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("Ten men took lithium.")
    folder = tmp_path / "papers"
    (folder / "sub").mkdir(parents=True)
    (folder / "own.txt").write_text("Two men took lithium.")
    (folder / "out.txt").symlink_to(outside)
    (folder / "in.txt").symlink_to(folder / "own.txt")
    (folder / "sub" / "loop.txt").symlink_to(folder / "sub" / "loop.txt")
    items = {item.id: item for item in load([folder], Settings()).items}
    assert "leads out of" in items["out"].reason and not items["out"].sha256
    assert items["own"].reason == items["in"].reason == ""
    assert "loop" not in items


def test_a_manifest_does_not_lead_out_of_its_folders(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("Ten men took lithium.")
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    rows = "a,,,,,,../secret.txt\nb,,,,,,link.txt\nc,,,,,," + str(tmp_path / "secret.txt") + "\n"
    (folder / "manifest.csv").write_text("id,title,doi,citation,terms,sha256,file\n" + rows)
    items = {item.id: item for item in load([folder], Settings()).items}
    assert set(items) == {"a", "b", "c"}
    assert all("leads out of" in item.reason and not item.sha256 for item in items.values())


def test_bioc_json_of_a_folder_is_found_and_other_json_is_not(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        '{"documents": [{"id": "a", "passages": [{"offset": 0, "text": "Ten men."}]}]}'
    )
    (tmp_path / "b.json").write_text('{"name": "no paper"}')
    assert [item.id for item in load([tmp_path], Settings()).items] == ["a"]


_HEADS = [
    b"<article><front/><body>", b"<html><body>", b"<collection><document><passage>", b'{"documents": [{"passages": [', b"# A\n\n",
    b"<?xml version='1.0' encoding='latin-1'?>", b"%PDF-1.4\n", b"\xef\xbb\xbf", b"<!DOCTYPE article>", b"",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(_HEADS),
    st.lists(st.one_of(st.binary(max_size=12), st.sampled_from([b"<p>", b"</p>", b"<xref ref-type='bibr' rid='a'>", b"&amp;", b"&#0;",
             b"<table><tr><td colspan='99999999999'>", b"<sup>", b"]]>", b"<![CDATA[", b"\x00", b"12 [3]", b"\n\n", b'"text": "a"}']))),
)  # fmt: skip
def test_nothing_but_a_goldpan_error_escapes_a_reader(
    tmp_path_factory: pytest.TempPathFactory, head: bytes, pieces: list[bytes]
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.bin"
    path.write_bytes(head + b"".join(pieces))
    try:
        document = read(path)
    except GoldpanError as error:
        assert "\n" not in str(error).replace(str(path), "")
    else:
        assert all(0 <= citation.at <= len(document.text) for citation in document.citations)
        for section in document.sections:
            assert section.start is None or 0 <= section.start <= (section.end or 0) <= len(document.text)
