"""A sheet of labels that were not read, each with the place that was most likely it."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.imaging.crops import crop_polygon
from pipeline.imaging.decode import load_image
from pipeline.types import Line

ROW, PICTURE, WIDTH = 56, 320, 900
_ALIKE = 0.34
"""Least likeness (difflib) of a reading to a label for its place to be shown."""


def write_sheet(path: Path, misses: Sequence[tuple[Path, str, Sequence[Line]]]) -> None:
    """One row a label: what is printed, the crop most like it and what was read there.

    Args:
        path: picture to write.
        misses: image, label as printed, and all lines read in the image.
    """
    sheet = Image.new("RGB", (WIDTH, ROW * max(1, len(misses))), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for number, (image, label, lines) in enumerate(misses):
        top = number * ROW
        line = most_alike(label, lines)
        if line is not None and line.region is not None:
            sheet.paste(Image.fromarray(_crop(image, line)), (8, top + 4))
        read = "no reading like it" if line is None else f"read: {line.text}"
        draw.text((PICTURE + 20, top + 6), f"{label}   {read}", "black", font)
        draw.text((PICTURE + 20, top + 28), image.stem[:70], "gray", font)
    sheet.save(path)


def most_alike(label: str, lines: Sequence[Line]) -> Line | None:
    """The line that reads most like a label; None if none does."""

    def likeness(line: Line) -> float:
        return max(
            SequenceMatcher(None, label.casefold(), text.casefold()).ratio()
            for text in {line.text, *(r.text for r in line.readings)}
        )

    best = max(lines, key=likeness, default=None)
    return best if best is not None and likeness(best) >= _ALIKE else None


def _crop(image: Path, line: Line) -> NDArray[np.uint8]:
    assert line.region is not None
    pixels = load_image(image).pixels
    crop = crop_polygon(
        pixels, line.region.polygon, height=ROW - 8, margin=0.25 * line.region.height
    )
    if crop.shape[1] > PICTURE:
        crop = np.asarray(cv2.resize(crop, (PICTURE, ROW - 8)), dtype=np.uint8)
    return crop
