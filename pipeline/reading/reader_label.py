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
from pipeline.reading import networks
from pipeline.reading.ctc import Alternatives, batches, likely_texts, padded_width, runners_up
from pipeline.reading.regions import inset
from pipeline.types import Polygon, Reading, Region

Pixels = NDArray[np.uint8]

NAME = "label"
LOOKS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "ppocr": ((0.12, 0.05, 0.0), (0.0, 0.0, 0.0)),
    "lines": ((0.0, 0.0, 0.0), (0.0, 0.0, -0.4), (-0.1, -0.1, 0.0), (0.08, 0.08, 0.0)),
}
"""Shares of a box's height cut off over the text, under it and on either side, by the
box's detector.

The first look is taken at every region, the others where it is not sure: letters that
fill the crop are read better, but boxes are not always where they should be. Chosen on
the 46 figures of ``models/label_reader/README.md``.
"""

_ALWAYS = {"ppocr": 1, "lines": 2}
"""Looks that are taken at every region, by its detector: a first or last letter that an
outline touches may lie outside a box that is read surely."""

_SURE = 0.9
"""Confidence from which a region needs no further look."""

_TEXTS = 5
"""Readings given for a crop that is not read surely."""

_LEAST_CHANCE = 0.02
"""Least confidence of a reading beside the surest one."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the weights' metadata say about them.

    Attributes:
        symbols: character of each class; class 0 is no character, "".
        height: rows of a crop.
        step: columns of a crop per row of the network's answer.
        calibration: weights of the constant, of the least log chance of a character and
            of the mean log chance, in the log odds that the whole text is right.
    """

    symbols: tuple[str, ...]
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
        self._session = networks.open_session(networks.LABEL_READER)
        self._facts = _facts(self._session.get_modelmeta().custom_metadata_map)
        self._input = self._session.get_inputs()[0].name

    def version(self) -> str:
        """Versions of the weights and of what runs them."""
        return networks.version(networks.LABEL_READER)

    def read(self, pixels: Pixels, regions: Sequence[Region]) -> list[tuple[Reading, ...]]:
        """Read every region.

        Args:
            pixels: RGB image, uint8, shape (height, width, 3).
            regions: where to read, in pixels of ``pixels``.

        Returns:
            One tuple per region: the reading of each look, empty where nothing was read.
        """
        found = self._look(pixels, [trimmed(region, 0) for region in regions])
        sure = [_sure(readings) for readings in found]
        for number in range(1, max(map(len, LOOKS.values()))):
            unsure = [
                i
                for i, region in enumerate(regions)
                if number < _ALWAYS.get(region.detector, 1)
                or (not sure[i] and number < len(LOOKS.get(region.detector, ())))
            ]
            more = self._look(pixels, [trimmed(regions[i], number) for i in unsure])
            for i, readings in zip(unsure, more, strict=True):
                found[i] += readings
        return found

    def _look(self, pixels: Pixels, polygons: Sequence[Polygon]) -> list[tuple[Reading, ...]]:
        facts = self._facts
        crops = [crop_polygon(pixels, polygon, height=facts.height) for polygon in polygons]
        found: list[tuple[Reading, ...]] = [()] * len(polygons)
        for batch in batches([crop.shape[1] for crop in crops]):
            chances = self._run([crops[i] for i in batch])
            for i, rows in zip(batch, chances, strict=True):
                steps = math.ceil(crops[i].shape[1] / facts.step)
                depth = math.dist(polygons[i][0], polygons[i][3])
                scale = round(facts.height / max(1.0, depth), 2)
                found[i] = tuple(
                    Reading(text, confidence, self.name, scale, alternatives)
                    for text, confidence, alternatives in read_rows(rows[:steps], facts)
                )
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
        ("", *stored["alphabet"]),
        int(stored["height"]),
        int(stored["step"]),
        (constant, least, mean),
    )


def _sure(readings: Sequence[Reading]) -> bool:
    return bool(readings) and readings[0].confidence >= _SURE


def trimmed(region: Region, look: int) -> Polygon:
    """A region's polygon as it is cut out at one look."""
    return inset(region, *LOOKS.get(region.detector, ((0.0, 0.0, 0.0),))[look])


def read_rows(rows: NDArray[Any], facts: Facts) -> list[tuple[str, float, Alternatives]]:
    """Everything worth keeping that a crop may say: texts, confidences, alternatives.

    Args:
        rows: chance of each class, shape (steps, classes).
        facts: the characters and the calibration.

    Returns:
        The text of the likeliest classes first; if it is not sure, other texts as likely
        as the network finds them in comparison. Empty where there is no text.
    """
    text, confidence, alternatives = decode(rows, facts)
    if not text.strip():
        return []
    found = [(text, confidence, alternatives)]
    if confidence >= _SURE:
        return found
    likely = likely_texts(rows, facts.symbols, _TEXTS)
    chance = dict(likely).get(text, likely[0][1])
    for other, log in likely:
        share = round(confidence * math.exp(min(0.0, log - chance)), 4)
        if other.strip() and other != text and share >= _LEAST_CHANCE:
            found.append((other, share, ()))
    return found


def decode(rows: NDArray[Any], facts: Facts) -> tuple[str, float, Alternatives]:
    """Greedy CTC decoding (Graves et al. 2006) with the runners-up of every character.

    Args:
        rows: chance of each class, shape (steps, classes).
        facts: the characters and the calibration.

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
    text = "".join(facts.symbols[index] for _, index in peaks)
    logs = np.log([max(float(rows[step, index]), 1e-4) for step, index in peaks])
    constant, least, mean = facts.calibration
    odds = constant + least * float(logs.min()) + mean * float(logs.mean())
    alternatives = tuple(runners_up(rows[step], index, facts.symbols) for step, index in peaks)
    return text, round(1.0 / (1.0 + math.exp(-odds)), 4), alternatives
