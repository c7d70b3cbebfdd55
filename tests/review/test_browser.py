"""The page in a real browser: by keyboard alone, through a kill, with hostile documents, wide and narrow."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest

from pipeline.reconcile.score import Scores
from tests.review.chromium import Chromium
from tests.review.conftest import Place, Serve, build

TITLE = "document.querySelector('#title').textContent"
SETTLED = "document.querySelector('#bar').value"
NAMES = {
    "Missed": "missed", "Only found": "spurious", "Ends": "moved", "Value": "value", "Label": "label",
}  # fmt: skip
#: What was asked for is done; a key pressed before would be passed over.
READY = "document.querySelector('#item').ariaBusy === 'false'"
CURRENT = "document.querySelector('#rows [aria-current]')?.textContent + document.querySelector('#where').textContent"


def press(browser: Chromium, key: str) -> None:
    """A key, and the page's answer to it."""
    before = browser.run(CURRENT)
    browser.key(key)
    browser.wait(f"{CURRENT} !== {json.dumps(before)}")
    browser.wait("!document.querySelector('#fix').offsetParent")
    browser.wait(READY)


def correct(scores: Scores, mode: str) -> int:
    return int(scores.tallies["overall", mode][:, 0].sum())


@pytest.mark.slow
def test_thirty_by_keyboard_through_a_kill(place: Place, serve: Serve, browser: Chromium) -> None:
    """Nothing that was told as kept is lost, and the score rises by exactly what was accepted."""
    before = place.score()
    process, address = serve(place)
    browser.go(address)
    done: list[tuple[str, str]] = []

    def settle() -> None:
        kind = browser.run(TITLE)
        action = ("accept", "accept", "reject")[len(done) % 3]
        if "Value" in kind and not any(a == "fix" for _, a in done):
            action = "fix"
        if action == "fix":  # neither is right: another number, typed
            browser.key("f")
            browser.wait("document.activeElement.classList.contains('text')")
            while browser.run("document.activeElement.name") != "value-count":
                browser.key("Tab")
            for _ in range(3):
                browser.key("Backspace")
            browser.type("77")
            shown = browser.run(CURRENT)
            browser.key("Enter")
            browser.wait(f"{CURRENT} !== {json.dumps(shown)}")
        else:
            press(browser, action[0])
        done.append((kind, action))
        browser.wait(f"{SETTLED} === {len(done)}")
        browser.wait(READY)

    for _ in range(10):
        settle()
    for _ in range(2):  # think again
        press(browser, "u")
        done.pop()
        browser.wait(f"{SETTLED} === {len(done)}")
    for _ in range(7):
        settle()
    press(browser, "s")
    assert len(done) == 15
    process.kill()
    process.wait()
    browser.key("a")
    browser.wait("document.querySelector('#trouble').textContent.includes('does not answer')")
    assert browser.run(SETTLED) == 15

    _, address = serve(place)
    browser.go(address)
    assert browser.run(SETTLED) == 15
    assert "1 skipped" in browser.run("document.querySelector('#progress').textContent")
    for _ in range(15):
        settle()

    result = place.command("gold", "apply", *place.options())
    assert result.returncode == 0, result.stderr
    kinds = Counter(
        NAMES[name] for kind, action in done if action == "accept" for name in NAMES if name in kind
    )
    assert len(done) == 30 and set(kinds) == set(NAMES.values())
    assert "+++ b/" in result.stdout and f"{kinds.total() + 1} changes made" in result.stderr
    after = place.score()
    # what was accepted and nothing else: places, places with their ends and label, and values
    assert correct(after, "overlap") - correct(before, "overlap") == kinds["spurious"] + kinds["label"]
    assert correct(after, "strict") - correct(before, "strict") == (
        kinds["spurious"] + kinds["label"] + kinds["moved"]
    )
    assert correct(after, "value") - correct(before, "value") == (
        kinds["spurious"] + kinds["label"] + kinds["value"]
    )
    gold = sum(row.gold for row in after.labels.values()) - sum(row.gold for row in before.labels.values())
    assert gold == kinds["spurious"] - kinds["missed"]
    again = place.command("gold", "apply", *place.options())
    assert "0 changes made" in again.stderr and not again.stdout


def test_fix_by_keyboard_and_by_mouse(place: Place, serve: Serve, browser: Chromium) -> None:
    """Ends by keys and by dragging, another label, another value; what gold gets is read from the source."""
    _, address = serve(place)
    browser.go(address)
    browser.key("/")
    browser.wait("document.activeElement.name === 'view'")
    browser.run("document.querySelector('[name=kind]').value = 'moved'")
    browser.run("document.querySelector('#filters').dispatchEvent(new Event('change'))")
    browser.wait(f"{TITLE}.includes('Ends differ')")
    browser.key("Escape")
    browser.key("f")
    preview = "document.querySelector('#fix .words bdi').textContent"
    browser.wait(f"{preview}.startsWith('lithium 1')")
    whole = browser.run(preview)
    browser.key("ArrowRight", "Control", "Shift")
    browser.wait(f"{preview} === {json.dumps(whole.removeprefix('lithium '))}")
    browser.key("ArrowRight", "Control")
    browser.wait(f"{preview}.endsWith('mg to')")
    browser.key("ArrowLeft")
    browser.key("ArrowLeft")
    browser.key("ArrowLeft")
    browser.wait(f"{preview}.endsWith('mg')")
    browser.key("Tab")  # the movers' first button
    browser.run("document.querySelector('[name=value-unit]').select()")
    browser.run("document.querySelector('[name=value-unit]').focus()")
    browser.type("g")
    before = browser.run(CURRENT)
    browser.key("Enter")
    browser.wait(f"{CURRENT} !== {json.dumps(before)}")

    browser.key("f")
    browser.wait(f"{preview}.startsWith('lithium 1')")
    rectangle = "document.querySelector('.text .new').getClientRects()[0]"
    left, right, top, bottom = (
        browser.run(f"{rectangle}.{side}") for side in ("left", "right", "top", "bottom")
    )
    line = (top + bottom) / 2
    browser.drag((left + 1, line), (left + (right - left) * 7.4 / len(whole), line))
    browser.wait(f"{preview} === 'lithium'")
    browser.run("document.querySelector('.text').focus()")
    browser.key("1")
    browser.run("document.querySelector('[name=value-name]').focus()")
    browser.type("lithium")
    before = browser.run(CURRENT)
    browser.key("Enter")
    browser.wait("document.querySelector('#trouble').textContent.includes('overlap')")  # gold has it already
    browser.key("Escape")
    assert browser.run(CURRENT) == before
    lines = [
        json.loads(line) for line in (place.decisions / "curators" / "ann.jsonl").read_text().splitlines()
    ]
    assert [line["action"] for line in lines] == ["fix"]
    fixed = lines[0]["result"]
    assert fixed["text"] == whole.removeprefix("lithium ") and fixed["value"]["unit"] == "g"
    assert browser.trouble == [text for text in browser.trouble if "422" in text]


HOSTILE = (
    "<script>window.owned = 1</script><img src=x onerror='window.owned = 2'>\u202egnp.exe\u2066\u0000 "
    "</p></main><svg onload='window.owned = 3'> javascript:alert(1) \U0001f9ea \u0301\u200b=cmd|'/c calc'!A1 "
)


def test_a_hostile_document_is_only_text(
    tmp_path: Path, clean_env: dict[str, str], serve: Serve, browser: Chromium
) -> None:
    """Scripts, marks that turn the direction, and lines of 10,000 characters stay text, and stay in their box."""
    place = build(tmp_path / "place", 1, 1, clean_env)
    text = HOSTILE.replace("\u0000", "") + "x" * 10_000 + " Lithium\u202e 5 mg " + "y" * 10_000
    (place.texts / "evil.txt").write_bytes(text.encode())
    start = text.index("Lithium")
    value = {"name": HOSTILE.replace("\u0000", ""), "ids": {"<b>": "</script>"}}
    mention = {"doc": "evil", "label": "DRUG", "start": start, "end": start + 8, "text": text[start : start + 8],
               "value": value, "why": "<script>window.owned = 4</script>"}  # fmt: skip
    everything = mention | {"label": "OUTCOME", "start": 0, "end": len(text), "text": text}
    (place.run / "mentions.jsonl").write_text(json.dumps(mention) + "\n" + json.dumps(everything) + "\n")
    (place.run / "documents.csv").unlink()
    audit = {"doc": "evil", "check": "<i>sum", "severity": "high", "start": 0, "end": 30, "text": text[:30],
             "sentence": HOSTILE, "sum": HOSTILE}  # fmt: skip
    (place.run / "audit.json").write_text(json.dumps([audit]))
    _, address = serve(place)
    for width in (1280, 360):
        browser.look(width, 800)
        browser.go(address)
        for _ in range(4):
            browser.key("d")
            browser.wait("document.querySelector('#document .text, #document .nothing')")
            assert browser.run("document.documentElement.scrollWidth <= innerWidth")
            assert (
                browser.run("document.querySelectorAll('main script, main img, main svg, main b > i').length")
                == 0
            )
            browser.key("Escape")
            browser.key("j")
            time.sleep(0.1)
    assert browser.run("typeof window.owned") == "undefined"
    assert browser.run("document.querySelectorAll('.unprintable').length") > 0
    assert not browser.trouble


@pytest.mark.slow
def test_twenty_thousand_differences(
    tmp_path: Path, clean_env: dict[str, str], serve: Serve, browser: Chromium
) -> None:
    """A large run opens in under a second, and turns its pages without a wait."""
    place = build(tmp_path / "place", 100, 200, clean_env)
    assert len(place.kinds) == 20_000
    _, address = serve(place)
    browser.go(address)  # the browser's own start is not the page's
    began = time.perf_counter()
    browser.go(address)
    opened = time.perf_counter() - began
    assert "1–20 of 20,000" in browser.run("document.querySelector('#where').textContent")
    turns = []
    for page in range(1, 16):
        began = time.perf_counter()
        browser.key("PageDown")
        browser.wait(f"document.querySelector('#where').textContent.startsWith('{page * 20 + 1}–')")
        turns.append(time.perf_counter() - began)
    browser.wait(READY)
    decided = []
    for number in range(1, 11):
        began = time.perf_counter()
        browser.key("a")
        browser.wait(f"{SETTLED} === {number}")
        browser.wait(READY)
        decided.append(time.perf_counter() - began)
    print(
        f"opened {opened:.3f} s, page {max(turns):.3f} s at most, decision {sorted(decided)[5]:.3f} s (median)"
    )
    assert opened < 1 and sorted(turns)[len(turns) // 2] < 0.3 and sorted(decided)[5] < 0.3


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (360, False), (360, True)])
def test_every_control_has_a_name_and_fits(
    place: Place, serve: Serve, browser: Chromium, width: int, dark: bool
) -> None:
    """What a screen reader is told, and that nothing sticks out on a narrow screen."""
    _, address = serve(place)
    browser.look(width, 800, dark)
    browser.go(address)
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")
    ground = browser.run("getComputedStyle(document.body).backgroundColor")
    assert (sum(int(n) for n in ground[4:-1].split(",")) < 3 * 60) is dark
    for key in ("", "f"):
        if key:
            browser.key(key)
            browser.wait("document.querySelector('#fix').offsetParent")
        nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
        controls = [n for n in nodes if not n["ignored"] and n["role"]["value"] in
                    ("button", "combobox", "textbox", "checkbox", "radio", "dialog", "main", "navigation")]  # fmt: skip
        assert len(controls) > 10
        assert not [n for n in controls if not n.get("name", {}).get("value", "").strip()]
    assert browser.run("document.querySelectorAll('[style]').length") == 0
    assert not browser.trouble
