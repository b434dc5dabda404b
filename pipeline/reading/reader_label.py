"""Reading crops with the project's own network for short scientific labels.

A small network trained on drawn labels alone (see ``training/label_reader``): it knows
Greek letters in names, small print and outlines through the text, where a general
reader does not, and costs a fraction of one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.crops import crop_polygon
from pipeline.reading import label_model
from pipeline.types import Polygon, Reading, Region

Pixels = NDArray[np.uint8]
Alternatives = tuple[tuple[tuple[str, float], ...], ...]

NAME = "label"
ROOM = {"ppocr": (0.12, 0.05)}
"""Shares of a box's height that a detector leaves over and under the text.

They are cut off at the first look, for letters that fill the crop are read better, and
kept at the second. Chosen on the 46 figures of ``models/label_reader/README.md``.
"""

_SURE = 0.9
"""Confidence from which a trimmed region needs no second look."""

_BATCH_COLUMNS = 4096
_STEP = 16
_MIN_WIDTH = 32
_MIN_ALTERNATIVE = 0.01
_MAX_ALTERNATIVES = 4


@dataclass(frozen=True, slots=True)
class Facts:
    """What the weights' metadata say about them.

    Attributes:
        alphabet: characters of classes 1, 2, ...; class 0 is no character.
        height: rows of a crop.
        step: columns of a crop per row of the network's answer.
        calibration: weights of the constant, of the least log chance of a character and
            of the mean log chance, in the log odds that the whole text is right.
    """

    alphabet: str
    height: int
    step: int
    calibration: tuple[float, float, float]


class LabelReader:
    """Reads regions with the label network, several crops at a time.

    Raises:
        MissingDependencyError: the weights or onnxruntime are absent, or the weights are
            not those that this version expects.
    """

    name = NAME

    def __init__(self) -> None:
        self._session = label_model.open_session()
        self._facts = _facts(self._session.get_modelmeta().custom_metadata_map)
        self._input = self._session.get_inputs()[0].name

    def version(self) -> str:
        """Versions of the weights and of what runs them."""
        return label_model.version()

    def read(self, pixels: Pixels, regions: Sequence[Region]) -> list[tuple[Reading, ...]]:
        """Read every region.

        Args:
            pixels: RGB image, uint8, shape (height, width, 3).
            regions: where to read, in pixels of ``pixels``.

        Returns:
            One tuple per region: the reading of each look, empty where nothing was read.
        """
        first = self._look(pixels, [trimmed(region) for region in regions])
        unsure = [
            i for i, region in enumerate(regions) if region.detector in ROOM and not _sure(first[i])
        ]
        second = dict(
            zip(unsure, self._look(pixels, [regions[i].polygon for i in unsure]), strict=True)
        )
        return [
            tuple(reading for reading in (seen, second.get(i)) if reading is not None)
            for i, seen in enumerate(first)
        ]

    def _look(self, pixels: Pixels, polygons: Sequence[Polygon]) -> list[Reading | None]:
        facts = self._facts
        crops = [crop_polygon(pixels, polygon, height=facts.height) for polygon in polygons]
        found: list[Reading | None] = [None] * len(polygons)
        for batch in batches([crop.shape[1] for crop in crops]):
            chances = self._run([crops[i] for i in batch])
            for i, rows in zip(batch, chances, strict=True):
                steps = math.ceil(crops[i].shape[1] / facts.step)
                text, confidence, alternatives = decode(rows[:steps], facts)
                if text.strip():
                    depth = math.dist(polygons[i][0], polygons[i][3])
                    scale = round(facts.height / max(1.0, depth), 2)
                    found[i] = Reading(text, confidence, self.name, scale, alternatives)
        return found

    def _run(self, crops: Sequence[Pixels]) -> NDArray[np.float32]:
        width = padded_width(max(crop.shape[1] for crop in crops))
        values = np.zeros((len(crops), 3, self._facts.height, width), dtype=np.float32)
        for row, crop in zip(values, crops, strict=True):
            row[:, :, : crop.shape[1]] = crop.transpose(2, 0, 1) / 127.5 - 1.0
        (chances,) = self._session.run(None, {self._input: values})
        return np.asarray(chances, dtype=np.float32)


def _facts(stored: dict[str, str]) -> Facts:
    constant, least, mean = (float(w) for w in stored["calibration"].split())
    return Facts(
        stored["alphabet"],
        int(stored["height"]),
        int(stored["step"]),
        (constant, least, mean),
    )


def _sure(reading: Reading | None) -> bool:
    return reading is not None and reading.confidence >= _SURE


def trimmed(region: Region) -> Polygon:
    """A region's polygon without the room that its detector leaves over and under text."""
    over, under = ROOM.get(region.detector, (0.0, 0.0))
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = region.polygon
    return (
        (ax + over * (dx - ax), ay + over * (dy - ay)),
        (bx + over * (cx - bx), by + over * (cy - by)),
        (cx - under * (cx - bx), cy - under * (cy - by)),
        (dx - under * (dx - ax), dy - under * (dy - ay)),
    )


def padded_width(width: int) -> int:
    """Columns of the batch that holds a crop ``width`` pixels wide."""
    return max(_MIN_WIDTH, -(-width // _STEP) * _STEP)


def batches(widths: Sequence[int]) -> list[list[int]]:
    """Crops of one padded width together, so that no crop's padding depends on the others.

    Args:
        widths: columns of each crop.

    Returns:
        Indices, narrowest first; the columns of a batch are bounded.
    """
    found: list[list[int]] = []
    held = 0
    for i in sorted(range(len(widths)), key=lambda i: (padded_width(widths[i]), i)):
        width = padded_width(widths[i])
        if found and width == held and (len(found[-1]) + 1) * width <= _BATCH_COLUMNS:
            found[-1].append(i)
        else:
            found.append([i])
            held = width
    return found


def decode(rows: NDArray[Any], facts: Facts) -> tuple[str, float, Alternatives]:
    """Greedy CTC decoding (Graves et al. 2006) with the runners-up of every character.

    Args:
        rows: chance of each class, shape (steps, classes).
        facts: the alphabet and the calibration.

    Returns:
        The text, the calibrated chance (0 to 1) that all of it is right, and per
        character the other characters that the network considered, best first. A
        character that lasts several steps counts where it is surest.
    """
    best = rows.argmax(axis=1)
    peaks: list[tuple[int, int]] = []
    for step, index in enumerate(best):
        if index == 0:
            continue
        if step > 0 and index == best[step - 1]:
            if rows[step, index] > rows[peaks[-1][0], index]:
                peaks[-1] = (step, int(index))
        else:
            peaks.append((step, int(index)))
    if not peaks:
        return "", 0.0, ()
    text = "".join(facts.alphabet[index - 1] for _, index in peaks)
    logs = np.log([max(float(rows[step, index]), 1e-4) for step, index in peaks])
    constant, least, mean = facts.calibration
    odds = constant + least * float(logs.min()) + mean * float(logs.mean())
    alternatives = tuple(_runners_up(rows[step], index, facts.alphabet) for step, index in peaks)
    return text, round(1.0 / (1.0 + math.exp(-odds)), 4), alternatives


def _runners_up(row: NDArray[Any], index: int, alphabet: str) -> tuple[tuple[str, float], ...]:
    ranked = np.argsort(-row, kind="stable")[: _MAX_ALTERNATIVES + 2]
    return tuple(
        (alphabet[i - 1], round(float(row[i]), 4))
        for i in ranked
        if i not in (0, index) and row[i] >= _MIN_ALTERNATIVE
    )[:_MAX_ALTERNATIVES]
