"""Reading crops with PP-OCR's recognition network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.crops import crop_polygon
from pipeline.reading import ppocr_model
from pipeline.types import Reading, Region

Pixels = NDArray[np.uint8]
Alternatives = tuple[tuple[tuple[str, float], ...], ...]

NAME = "ppocr"
HEIGHT = 48
"""Rows that the network takes."""

_BATCH_COLUMNS = 4096
"""Columns of all crops of a batch together; bounds memory and padding."""

_MIN_WIDTH = 64
_STEP = 16
_MIN_ALTERNATIVE = 0.01
_MAX_ALTERNATIVES = 4

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
        crops = [crop_polygon(pixels, r.polygon, height=HEIGHT) for r in regions]
        results: list[tuple[Reading, ...]] = [()] * len(regions)
        for batch in batches([crop.shape[1] for crop in crops]):
            chances = self._run([crops[i] for i in batch])
            for i, rows in zip(batch, chances, strict=True):
                text, confidence, alternatives = decode(rows, self._symbols)
                if text.strip():
                    scale = HEIGHT / max(1.0, regions[i].height)
                    results[i] = (
                        Reading(text, confidence, self.name, round(scale, 2), alternatives),
                    )
        return results

    def _run(self, crops: Sequence[Pixels]) -> NDArray[np.float32]:
        width = padded_width(max(crop.shape[1] for crop in crops))
        values = np.zeros((len(crops), 3, HEIGHT, width), dtype=np.float32)
        for row, crop in zip(values, crops, strict=True):
            row[:, :, : crop.shape[1]] = crop[:, :, ::-1].transpose(2, 0, 1) / 127.5 - 1.0
        (chances,) = self._session.run(None, {self._input: values})
        return np.asarray(chances[:, :, self._columns], dtype=np.float32)


def _printed(symbol: str) -> bool:
    return len(symbol) <= 1 and (symbol in _EXTRA or " " <= symbol <= "ÿ")


def padded_width(width: int) -> int:
    """Columns of the batch that holds a crop ``width`` pixels wide."""
    return max(_MIN_WIDTH, -(-width // _STEP) * _STEP)


def batches(widths: Sequence[int]) -> list[list[int]]:
    """Crops of like width together: indices, narrowest first, bounded in columns."""
    order = sorted(range(len(widths)), key=lambda i: (widths[i], i))
    found: list[list[int]] = []
    for i in order:
        if found and (len(found[-1]) + 1) * padded_width(widths[i]) <= _BATCH_COLUMNS:
            found[-1].append(i)
        else:
            found.append([i])
    return found


def decode(rows: NDArray[Any], symbols: Sequence[str]) -> tuple[str, float, Alternatives]:
    """Greedy CTC decoding (Graves et al. 2006) with the runners-up of every character.

    Args:
        rows: chance of each symbol, shape (steps, symbols); symbol 0 is no character.
        symbols: what each column stands for.

    Returns:
        The text, the mean chance of its characters (0 to 1), and per character the
        other characters that the network considered, best first.
    """
    best = rows.argmax(axis=1)
    text: list[str] = []
    chances: list[float] = []
    alternatives: list[tuple[tuple[str, float], ...]] = []
    for step, index in enumerate(best):
        if index == 0 or (step > 0 and index == best[step - 1]):
            continue
        text.append(symbols[index])
        chances.append(float(rows[step, index]))
        ranked = np.argsort(-rows[step], kind="stable")[: _MAX_ALTERNATIVES + 2]
        alternatives.append(
            tuple(
                (symbols[i], round(float(rows[step, i]), 4))
                for i in ranked
                if i not in (0, index) and rows[step, i] >= _MIN_ALTERNATIVE
            )[:_MAX_ALTERNATIVES]
        )
    confidence = min(1.0, sum(chances) / len(chances)) if chances else 0.0
    return "".join(text), confidence, tuple(alternatives)
