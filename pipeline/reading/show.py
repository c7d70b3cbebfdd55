"""Draw what was found on the page where it stands: one PNG for people to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from pipeline.reading.pdf import MAX_PAGES
from pipeline.reading.pdf_open import open_pdf
from pipeline.schema import LABELS, GoldpanError, Mention

#: Okabe and Ito's eight colours (2008), told apart by people with any kind of colour vision.
COLOURS: dict[str, tuple[int, int, int]] = {
    "DRUG": (0, 114, 178), "DOSE": (213, 94, 0), "SAMPLE_SIZE": (0, 158, 115), "SCALE": (204, 121, 167),
    "OUTCOME": (230, 159, 0), "RESULT": (86, 180, 233),
}  # fmt: skip
_SCALE = 2.0
_STRIP = 34


def show(path: Path, mentions: Iterable[Mention], out: Path, page: int | None = None) -> int:
    """Render a page of a PDF with the boxes of its mentions and a legend, as PNG; gives the page that was drawn.

    ``page`` counts from 1; without it, the first page that bears a mention, or page 1. Mentions of other pages and
    those without ``bbox`` are passed over. Raises GoldpanError where the PDF cannot be opened, has no such page, or
    ``out`` cannot be written.
    """
    placed = [m for m in mentions if m.place.get("bbox") and m.place.get("page")]
    number = page or min((int(m.place["page"]) for m in placed), default=1)
    with open_pdf(path, MAX_PAGES) as document:
        if not 1 <= number <= len(document):
            raise GoldpanError(f"{path}: has no page {number}, only 1 to {len(document)}")
        sheet = document[number - 1]
        image = sheet.render(scale=_SCALE).to_pil().convert("RGB")
        left, top = _cropped(sheet)
        sheet.close()
    here = [m for m in placed if int(m.place["page"]) == number]
    image = _boxes(image, here, left, top)
    image = _legend(image, Counter(m.label for m in here), f"{path.name}, page {number}")
    try:
        image.save(out, format="PNG")
    except OSError as error:
        raise GoldpanError(
            f"{out}: cannot be written ({error.strerror or error}); choose another place"
        ) from error
    return number


def _cropped(sheet: Any) -> tuple[float, float]:
    """What the crop box takes off the page's left and top as shown, in points; boxes count from the media box."""
    media, crop = sheet.get_mediabox(), sheet.get_cropbox()
    left, bottom, right, top = (c - m for c, m in zip(crop, media, strict=True))
    offsets = {0: (left, -top), 90: (bottom, left), 180: (-right, bottom), 270: (-top, -right)}
    return offsets[sheet.get_rotation() % 360]


def _boxes(image: Image.Image, mentions: list[Mention], left: float, top: float) -> Image.Image:
    veil = Image.new("RGBA", image.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(veil)
    for mention in mentions:
        colour = COLOURS.get(mention.label, (120, 120, 120))
        for x0, y0, x1, y1 in mention.place["bbox"]:
            box = [
                (x0 - left) * _SCALE - 1,
                (y0 - top) * _SCALE,
                (x1 - left) * _SCALE + 1,
                (y1 - top) * _SCALE,
            ]
            pen.rectangle(box, fill=(*colour, 60), outline=(*colour, 255), width=2)
    return Image.alpha_composite(image.convert("RGBA"), veil).convert("RGB")


def _legend(image: Image.Image, counts: Counter[str], title: str) -> Image.Image:
    """A strip below the page: each label with its colour and how often it was found, and the page's name."""
    sheet = Image.new("RGB", (image.width, image.height + _STRIP), "white")
    sheet.paste(image, (0, 0))
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=16)
    middle = image.height + _STRIP // 2
    pen.line([(0, image.height), (image.width, image.height)], fill=(160, 160, 160))
    x = 12.0
    for label in LABELS:
        pen.rectangle([x, middle - 8, x + 16, middle + 8], fill=COLOURS[label])
        text = f"{label} {counts[label]}"
        pen.text((x + 22, middle), text, fill="black", font=font, anchor="lm")
        x += 22 + font.getlength(text) + 18
    if x + font.getlength(title) + 12 <= image.width:
        pen.text((image.width - 12, middle), title, fill=(90, 90, 90), font=font, anchor="rm")
    return sheet
