"""Draw what was read over a figure: ``python bench/overlay.py OUT FIGID --output FILE.png``.

Reads the lines and mentions that a run stored in ``OUT/run.db``. A line in which a gene or
family was named is outlined in green with the lexicon term above it, any other line in
grey; the number of pixels per original pixel is chosen so that small text can be judged.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.imaging.decode import load_image

NAMED, READ = (20, 140, 60), (150, 150, 150)

#: Width in pixels that the overlay is enlarged to, and the largest enlargement.
_WIDTH, _MOST = 1400, 3.0


def draw(
    pixels: NDArray[np.uint8],
    lines: Sequence[tuple[str, list[list[float]] | None]],
    names: Mapping[int, list[str]],
) -> Image.Image:
    """The overlay of one figure.

    Args:
        pixels: RGB, shape (height, width, 3).
        lines: text and polygon (corners in pixels) of every line.
        names: lexicon terms by line index.
    """
    scale = min(_MOST, max(1.0, _WIDTH / pixels.shape[1]))
    big = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    image = Image.fromarray(big)
    canvas = ImageDraw.Draw(image)
    # matplotlib's wheel carries a font with Greek letters
    font = ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", 12)
    for index, (_, polygon) in enumerate(lines):
        if polygon is None:
            continue
        corners = [(x * scale, y * scale) for x, y in polygon]
        terms = list(dict.fromkeys(names.get(index, ())))
        canvas.polygon(corners, outline=NAMED if terms else READ, width=2)
        if terms:
            at = (min(x for x, _ in corners), min(y for _, y in corners) - 14)
            label = ", ".join(terms)
            canvas.rectangle(canvas.textbbox(at, label, font=font), fill=(255, 255, 255))
            canvas.text(at, label, fill=NAMED, font=font)
    return image


def overlay(out: Path, figid: str) -> Image.Image:
    """The overlay of one figure of a finished run.

    Raises:
        SystemExit: the run has no image of that figure.
    """
    ledger = sqlite3.connect(f"file:{out / 'run.db'}?mode=ro", uri=True)
    row: Any = ledger.execute("SELECT image FROM figures WHERE figid = ?", (figid,)).fetchone()
    if row is None or row[0] is None:
        raise SystemExit(f"{figid}: no image of it in {out}")
    lines = [
        (text, json.loads(polygon) if polygon else None)
        for text, polygon in ledger.execute(
            "SELECT text, polygon FROM lines WHERE figid = ? ORDER BY idx", (figid,)
        )
    ]
    names: dict[int, list[str]] = defaultdict(list)
    query = "SELECT line, symbol FROM mentions WHERE figid = ? ORDER BY idx"
    for line, symbol in ledger.execute(query, (figid,)):
        names[line].append(symbol)
    return draw(load_image(row[0]).pixels, lines, names)


def main() -> None:
    """Draw one overlay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("figid")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    overlay(arguments.out, arguments.figid).save(arguments.output)


if __name__ == "__main__":
    main()
