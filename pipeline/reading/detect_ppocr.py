"""Text detection by PP-OCR's network, at several scales, in tiles where a figure is large.

The network gives a map of how likely each pixel is the core of a text line; boxes are
fitted around its islands and grown to the line's full height (Liao et al. 2020,
"Real-time scene text detection with differentiable binarization", section 3.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.reading import ppocr_model
from pipeline.reading.regions import upright
from pipeline.reading.tiles import enlarge, spans
from pipeline.types import Polygon, Region

Pixels = NDArray[np.uint8]

NAME = "ppocr"


@dataclass(frozen=True, slots=True)
class BoxRules:
    """How boxes are drawn from the network's map.

    Attributes:
        threshold: map value from which a pixel belongs to a line.
        min_score: least mean map value of a box.
        grow: how far a core is grown, as a multiple of its area over its outline.
        min_side: least shorter side of a core, in pixels of the enlarged image.
    """

    threshold: float = 0.3
    min_score: float = 0.5
    grow: float = 1.6
    min_side: float = 3.0


_STRIDE = 32  # the network halves its input five times


class PpocrDetector:
    """Finds text lines with PP-OCR's detection network.

    Raises:
        MissingDependencyError: the network or onnxruntime is absent.
    """

    def __init__(self, rules: BoxRules | None = None) -> None:
        self._session = ppocr_model.open_session(ppocr_model.DETECTOR)
        self._input = self._session.get_inputs()[0].name
        self._rules = rules or BoxRules()

    def detect(self, pixels: Pixels, scale: float) -> list[Region]:
        """Text lines found when the image is enlarged by ``scale``.

        Args:
            pixels: RGB image, uint8, shape (height, width, 3).
            scale: enlargement before detection.

        Returns:
            Regions in pixels of ``pixels``; tall boxes stand upright, too: which way
            they read is for the caller to find out.
        """
        enlarged, back = enlarge(pixels, scale)
        chances = self._map(enlarged)
        return [
            Region(back.polygon(polygon), score, NAME)
            for polygon, score in fit_boxes(chances, self._rules)
        ]

    def _map(self, pixels: Pixels) -> NDArray[np.float32]:
        height, width = pixels.shape[:2]
        whole = np.zeros((height, width), dtype=np.float32)
        for top, bottom, keep_top, keep_bottom in spans(height):
            for left, right, keep_left, keep_right in spans(width):
                part = self._run(pixels[top:bottom, left:right])
                whole[keep_top:keep_bottom, keep_left:keep_right] = part[
                    keep_top - top : keep_bottom - top, keep_left - left : keep_right - left
                ]
        return whole

    def _run(self, pixels: Pixels) -> NDArray[np.float32]:
        height, width = pixels.shape[:2]
        below, beside = -height % _STRIDE, -width % _STRIDE
        padded = cv2.copyMakeBorder(pixels, 0, below, 0, beside, cv2.BORDER_REPLICATE)
        # The network was trained on images in OpenCV's channel order, blue first.
        values = padded[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32)
        values *= 2.0 / 255.0
        values -= 1.0
        (chances,) = self._session.run(None, {self._input: values})
        return np.asarray(chances, dtype=np.float32)[0, 0, :height, :width]


def fit_boxes(chances: NDArray[np.float32], rules: BoxRules) -> list[tuple[Polygon, float]]:
    """Turned boxes around the islands of a map, grown to the full line, with their scores."""
    mask = cv2.dilate((chances > rules.threshold).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes: list[tuple[Polygon, float]] = []
    for outline in outlines:
        (x, y), (across, along), angle = cv2.minAreaRect(outline)
        if min(across, along) < rules.min_side:
            continue
        corners = cv2.boxPoints(((x, y), (across, along), angle))
        score = _mean_inside(chances, corners)
        if score < rules.min_score:
            continue
        gain = 2.0 * rules.grow * across * along / (2.0 * (across + along))
        # Contour points are pixel indices; +0.5 makes them positions of pixel centres.
        grown = cv2.boxPoints(((x + 0.5, y + 0.5), (across + gain, along + gain), angle))
        boxes.append((upright(grown), score))
    return boxes


def _mean_inside(chances: NDArray[np.float32], corners: NDArray[Any]) -> float:
    left, top = np.maximum(np.floor(corners.min(axis=0)), 0).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 1
    part = chances[top:bottom, left:right]
    mask = np.zeros(part.shape, dtype=np.uint8)
    cv2.fillPoly(mask, [(corners - (left, top)).astype(np.int32)], 1)
    return float(cv2.mean(part, mask)[0])
