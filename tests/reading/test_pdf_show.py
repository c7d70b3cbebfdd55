"""The picture of a page with its mentions: right page, right place, right colour, a legend below."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.reading.show import COLOURS, show
from pipeline.schema import GoldpanError, Mention

canvas = pytest.importorskip("reportlab.pdfgen.canvas")
Image = pytest.importorskip("PIL.Image")


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.pdf"
    page = canvas.Canvas(str(path), pagesize=(400, 300))
    page.drawString(72, 200, "First page")
    page.showPage()
    page.setCropBox((20, 30, 400, 280))
    page.drawString(72, 200, "Second page")
    page.save()
    return path


def _mention(page: int, label: str = "DOSE") -> Mention:
    return Mention("paper", label, 0, 1, "x", {}, place={"page": page, "bbox": [[100, 50, 150, 60]]})  # type: ignore[arg-type]


def test_the_first_page_with_a_mention_is_drawn(paper: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.png"
    assert show(paper, [_mention(2), Mention("paper", "DRUG", 0, 1, "x", {})], out) == 2
    assert show(paper, [], out) == 1


def test_a_box_stands_where_the_mention_is(paper: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.png"
    show(paper, [_mention(1)], out, 1)
    image = Image.open(out)
    assert image.width == 800 and image.height > 600
    assert image.getpixel((200, 101)) == COLOURS["DOSE"]
    assert image.getpixel((400, 300)) == (255, 255, 255)


def test_a_crop_box_moves_the_boxes(paper: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.png"
    show(paper, [_mention(2)], out, 2)
    image = Image.open(out)
    assert image.width == 760
    # 20 points off the left, 20 off the top, two pixels a point
    assert image.getpixel((200 - 40, 101 - 40)) == COLOURS["DOSE"]


def test_every_label_has_a_colour_of_its_own(paper: Path, tmp_path: Path) -> None:
    assert len(set(COLOURS.values())) == 6
    out = tmp_path / "page.png"
    show(paper, [_mention(1, label) for label in COLOURS], out, 1)
    image = Image.open(out)
    strip = image.crop((0, 600, image.width, image.height))
    seen = {colour for _, colour in strip.getcolors(100_000)}
    assert set(COLOURS.values()) <= seen


def test_a_page_that_is_not_there(paper: Path, tmp_path: Path) -> None:
    with pytest.raises(GoldpanError, match="has no page 3, only 1 to 2"):
        show(paper, [], tmp_path / "page.png", 3)


def test_a_picture_that_cannot_be_written(paper: Path, tmp_path: Path) -> None:
    with pytest.raises(GoldpanError, match="cannot be written"):
        show(paper, [], tmp_path / "missing" / "page.png")
