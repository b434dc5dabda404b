"""Reading crops with PP-OCR's recognition network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.crops import crop_polygon
from pipeline.reading import ppocr_model
from pipeline.reading.ctc import Alternatives, batches, padded_width, runners_up
from pipeline.types import Reading, Region

Pixels = NDArray[np.uint8]

NAME = "ppocr"
HEIGHT = 48
"""Rows that the network takes."""

_LEAST_WIDTH = 64

MARGINS = (-0.07, 0.0)
"""Space kept around a region at the first and the second look, in region heights.

Detected boxes are generous and labels stand close to the outlines of their shapes, so a
slightly tighter crop reads better than the box itself.
"""

_SURE = 0.97
"""Confidence from which a region needs no second look."""

_BLANK = 0.1
"""Chance from which a blank between two characters is believed.

The network was trained on much Chinese, which has no blanks between words, and leaves
many out; in the lines of six figures every gap above this chance held a blank.
"""

PREFERRED = {
    ("y", "γ"): 0.02,
    ("a", "α"): 0.1,
    ("k", "κ"): 0.05,
    ("K", "κ"): 0.05,
    ("B", "β"): 0.1,
    ("l", "I"): 0.1,
}
"""Chance from which the second character is believed though the first scores better.

The network underrates what its training text had little of. The thresholds were set on
half of 46 figures read by eye, where every change they make is right; on 21 other figures
they make 11 changes, all plausible as strings.
"""

_EXTRA = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρσςτυφχψωϵϕ°±×µ→←↑↓–—’“”•…®™ⅠⅡⅢⅣⅤ"


class PpocrReader:
    """Reads regions with PP-OCR's recognition network, several crops at a time.

    The network knows 18,708 characters, most of them Chinese; only those that figures
    in English print are believed: ASCII, Latin-1, Greek and a few signs.

    Raises:
        MissingDependencyError: the network or onnxruntime is absent.
    """

    name = NAME

    def __init__(self) -> None:
        self._session = ppocr_model.open_session(ppocr_model.RECOGNISER)
        self._input = self._session.get_inputs()[0].name
        listed = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        # Index 0 is "no character"; the blank between words stands after the list.
        symbols = ["", *listed, " "]
        wanted = [i for i, s in enumerate(symbols) if _printed(s)]
        self._columns = np.array(wanted)
        self._symbols = [symbols[i] for i in wanted]

    def version(self) -> str:
        """Versions of the networks and what runs them."""
        return ppocr_model.version()

    def read(self, pixels: Pixels, regions: Sequence[Region]) -> list[tuple[Reading, ...]]:
        """Read every region.

        Args:
            pixels: RGB image, uint8, shape (height, width, 3).
            regions: where to read, in pixels of ``pixels``.

        Returns:
            One tuple per region, empty where nothing was read.
        """
        first = self._look(pixels, regions, MARGINS[0])
        unsure = [i for i, r in enumerate(first) if r is None or r.confidence < _SURE]
        second = self._look(pixels, [regions[i] for i in unsure], MARGINS[1])
        looks: list[list[Reading]] = [[r] if r else [] for r in first]
        for i, reading in zip(unsure, second, strict=True):
            if reading is not None:
                looks[i].append(reading)
        return [tuple(found) for found in looks]

    def _look(
        self, pixels: Pixels, regions: Sequence[Region], margin: float
    ) -> list[Reading | None]:
        crops = [
            crop_polygon(
                pixels,
                region.polygon,
                height=HEIGHT,
                margin=margin * region.height,
                interpolation=cv2.INTER_LINEAR,  # cubic edges read worse, Lanczos worst
            )
            for region in regions
        ]
        found: list[Reading | None] = [None] * len(regions)
        for batch in batches([crop.shape[1] for crop in crops], least=_LEAST_WIDTH):
            for i, rows in zip(batch, self._run([crops[i] for i in batch]), strict=True):
                text, confidence, alternatives = decode(rows, self._symbols)
                if text.strip():
                    scale = round(HEIGHT / (regions[i].height * (1 + 2 * margin)), 2)
                    found[i] = Reading(text, confidence, self.name, scale, alternatives)
        return found

    def _run(self, crops: Sequence[Pixels]) -> NDArray[np.float32]:
        width = padded_width(max(crop.shape[1] for crop in crops), least=_LEAST_WIDTH)
        values = np.zeros((len(crops), 3, HEIGHT, width), dtype=np.float32)
        for row, crop in zip(values, crops, strict=True):
            row[:, :, : crop.shape[1]] = crop[:, :, ::-1].transpose(2, 0, 1) / 127.5 - 1.0
        (chances,) = self._session.run(None, {self._input: values})
        return np.asarray(chances[:, :, self._columns], dtype=np.float32)


def _printed(symbol: str) -> bool:
    return len(symbol) <= 1 and (symbol in _EXTRA or " " <= symbol <= "ÿ")


def decode(rows: NDArray[Any], symbols: Sequence[str]) -> tuple[str, float, Alternatives]:
    """Greedy CTC decoding (Graves et al. 2006) with the runners-up of every character.

    Blanks between characters and characters of ``PREFERRED`` are believed below the
    greatest chance.

    Args:
        rows: chance of each symbol, shape (steps, symbols); symbol 0 is no character.
        symbols: what each column stands for.

    Returns:
        The text, the mean chance of its characters (0 to 1), and per character the
        other characters that the network considered, best first.
    """
    blank = symbols.index(" ")
    best = rows.argmax(axis=1)
    text: list[str] = []
    chances: list[float] = []
    alternatives: list[tuple[tuple[str, float], ...]] = []
    gap = 0.0
    for step, index in enumerate(best):
        if index == 0 or (step > 0 and index == best[step - 1]):
            gap = max(gap, float(rows[step, blank]))
            continue
        if gap >= _BLANK and text and " " not in (text[-1], symbols[index]):
            text.append(" ")
            alternatives.append(())
        gap = 0.0
        char, others = _believed(rows[step], int(index), symbols)
        text.append(char)
        chances.append(float(rows[step, index]))
        alternatives.append(others)
    confidence = min(1.0, sum(chances) / len(chances)) if chances else 0.0
    return "".join(text), confidence, tuple(alternatives)


def _believed(
    row: NDArray[Any], index: int, symbols: Sequence[str]
) -> tuple[str, tuple[tuple[str, float], ...]]:
    """The character believed at one step, and the others considered, best first."""
    considered = list(runners_up(row, index, symbols))
    char = symbols[index]
    for other in considered:
        if other[1] >= PREFERRED.get((char, other[0]), 2.0):
            considered.remove(other)
            considered.append((char, round(float(row[index]), 4)))
            considered.sort(key=lambda item: -item[1])
            return other[0], tuple(considered)
    return char, tuple(considered)
