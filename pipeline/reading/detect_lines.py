"""Text detection by the project's own network, trained on drawn pathway figures.

The network marks the core of every text line and tells how high its capitals are; a box
is laid around each core and grown to the line's full height. Lines that stand close
together in one node, or that an outline crosses, keep separate cores: this is what
detectors of running text miss (see ``training/line_detector``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.reading import networks
from pipeline.reading.regions import upright
from pipeline.reading.tiles import enlarge, spans
from pipeline.types import Polygon, Region

Pixels = NDArray[np.uint8]
Maps = NDArray[np.float32]

NAME = "lines"

_UNIT = 16.0
"""Height of capitals, in pixels of the network's input, that the height map calls 0."""

_CORE, _CUT = 0.55, 0.3
"""Height of a core, and what it leaves of the line at each end, in heights of capitals."""


@dataclass(frozen=True, slots=True)
class LineRules:
    """How boxes are drawn from the network's maps.

    Attributes:
        threshold: chance from which a pixel belongs to a core.
        min_score: least mean chance of a core.
        depth: height of a box in heights of capitals.
        room: space before and after the line, in heights of capitals.
        min_cells: least size of a core in pixels of the map.
    """

    threshold: float = 0.4
    min_score: float = 0.5
    depth: float = 1.35
    room: float = 0.2
    min_cells: int = 4


class LineDetector:
    """Finds text lines with the project's own network.

    Raises:
        MissingDependencyError: the weights or onnxruntime are absent, or the weights are
            not those that this version expects.
    """

    def __init__(self, rules: LineRules | None = None) -> None:
        self._session = networks.open_session(networks.LINE_DETECTOR)
        facts = self._session.get_modelmeta().custom_metadata_map
        self._stride = int(facts["stride"])
        self._input = self._session.get_inputs()[0].name
        self._rules = rules or LineRules()

    def detect(self, pixels: Pixels, scale: float) -> list[Region]:
        """Text lines found when the image is enlarged by ``scale``.

        Args:
            pixels: RGB image, uint8, shape (height, width, 3).
            scale: enlargement before detection.

        Returns:
            Regions in pixels of ``pixels``; tall boxes stand upright, too: which way
            they read is for the caller to find out.
        """
        # The maps have half the size of the image: even sides keep tiles aligned to them.
        enlarged, back = enlarge(pixels, scale, step=2)
        return [
            Region(back.polygon(polygon), score, NAME)
            for polygon, score in fit_lines(self._maps(enlarged), self._rules)
        ]

    def _maps(self, pixels: Pixels) -> Maps:
        """Chance of a core and height of capitals (pixels), at half the size of ``pixels``."""
        height, width = pixels.shape[:2]
        whole = np.zeros((2, height // 2, width // 2), dtype=np.float32)
        for top, bottom, *rows in spans(height, step=2):
            for left, right, *columns in spans(width, step=2):
                part = self._run(pixels[top:bottom, left:right])
                (y0, y1), (x0, x1) = ((a // 2, b // 2) for a, b in (rows, columns))
                whole[:, y0:y1, x0:x1] = part[
                    :, y0 - top // 2 : y1 - top // 2, x0 - left // 2 : x1 - left // 2
                ]
        return whole

    def _run(self, pixels: Pixels) -> Maps:
        height, width = pixels.shape[:2]
        below, beside = -height % self._stride, -width % self._stride
        padded = cv2.copyMakeBorder(pixels, 0, below, 0, beside, cv2.BORDER_REPLICATE)
        values = padded.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1.0
        (maps,) = self._session.run(None, {self._input: values})
        found = np.asarray(maps, dtype=np.float32)[0, :, : height // 2, : width // 2]
        return np.stack([1.0 / (1.0 + np.exp(-found[0])), _UNIT * np.exp(found[1])])


def fit_lines(maps: Maps, rules: LineRules) -> list[tuple[Polygon, float]]:
    """Turned boxes around the cores of a map, grown to the full line, with their scores.

    Args:
        maps: chance of a core and height of capitals in pixels of the enlarged image,
            shape (2, rows, columns), at half its size.
        rules: how boxes are drawn.

    Returns:
        Boxes in pixels of the enlarged image.
    """
    chances, heights = maps
    mask = (chances > rules.threshold).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return []
    flat = labels.ravel()
    inside = np.maximum(np.bincount(flat, minlength=count), 1)
    scores = np.bincount(flat, weights=chances.ravel(), minlength=count) / inside
    capitals = np.bincount(flat, weights=heights.ravel(), minlength=count) / inside
    boxes: list[tuple[Polygon, float]] = []
    for i in range(1, count):
        if stats[i, cv2.CC_STAT_AREA] < rules.min_cells or scores[i] < rules.min_score:
            continue
        left, top, width, height = (int(v) for v in stats[i, :4])
        part = (labels[top : top + height, left : left + width] == i).astype(np.uint8)
        outlines, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        points = np.concatenate(outlines).reshape(-1, 2) + np.array([left, top])
        boxes.append(
            (_grown(points.astype(np.float32), float(capitals[i]), rules), float(scores[i]))
        )
    return boxes


def _grown(points: NDArray[np.float32], capital: float, rules: LineRules) -> Polygon:
    """The box of a line from its core's outline (map pixels) and its capitals' height."""
    (x, y), (across, along), angle = cv2.minAreaRect(points)
    # Outline points are indices of map pixels, which are two pixels of the image wide.
    x, y = 2.0 * x + 1.0, 2.0 * y + 1.0
    across, along = 2.0 * across + 2.0, 2.0 * along + 2.0
    flat = abs(math.remainder(angle, 90.0)) < 2.0 or max(across, along) < 3 * capital
    if flat:  # short or nearly straight: the axes of the image are the better guess
        box = cv2.boundingRect(points)
        x, y = 2.0 * box[0] + box[2], 2.0 * box[1] + box[3]
        across, along, angle = 2.0 * box[2], 2.0 * box[3], 0.0
    reach = 2 * (_CUT + rules.room) * capital
    grow = (rules.depth - _CORE) * capital
    lying = across >= along
    size = (across + reach, along + grow) if lying else (across + grow, along + reach)
    return upright(cv2.boxPoints(((x, y), size, angle)))
