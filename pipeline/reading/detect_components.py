"""Text detection without a neural network: characters as connected components.

Characters are islands of ink, darker or lighter or differently coloured than what is
around them; islands of like height, side by side, make a line. Used where only
Tesseract reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.geometry import box_polygon
from pipeline.types import Region

Pixels = NDArray[np.uint8]
Boxes = NDArray[np.float64]

NAME = "components"


@dataclass(frozen=True, slots=True)
class ComponentRules:
    """What counts as a character and what as a line.

    Attributes:
        window: side of the neighbourhood that ink must differ from, enlarged pixels.
        contrast: levels of lightness, or of a colour axis, that ink must differ by.
        min_height: least height of a character, in pixels of the original.
        max_height: greatest height of a character, in pixels of the original.
        max_stroke: greatest thickness of strokes, as a share of a character's height.
        gap: widest gap between neighbours on a line, in character heights.
        drift: most that neighbours' middles differ, in character heights.
        likeness: least ratio of neighbours' heights.
        pad: space added around a line (beside, above and below), in line heights; readers
            want some ground around the ink.
    """

    window: int = 25
    contrast: float = 12.0
    min_height: float = 4.0
    max_height: float = 60.0
    max_stroke: float = 0.4
    gap: float = 0.7
    drift: float = 0.3
    likeness: float = 0.5
    pad: tuple[float, float] = (0.25, 0.18)


class ComponentDetector:
    """Finds text lines by thresholding lightness and colour in both polarities."""

    def __init__(self, rules: ComponentRules | None = None) -> None:
        self._rules = rules or ComponentRules()

    def detect(self, pixels: Pixels, scale: float) -> list[Region]:
        """Text lines, upright ones only.

        Args:
            pixels: RGB image, uint8, shape (height, width, 3).
            scale: enlargement before thresholding.

        Returns:
            Regions in pixels of ``pixels``, from each channel and polarity in turn.
        """
        rules = self._rules
        enlarged: Any = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        planes = cv2.split(cv2.cvtColor(enlarged, cv2.COLOR_RGB2Lab))
        found: list[Region] = []
        for plane in planes:
            for sign in (cv2.THRESH_BINARY_INV, cv2.THRESH_BINARY):
                boxes = self._characters(np.asarray(plane, dtype=np.uint8), sign, scale)
                for left, top, right, bottom in group_lines(boxes, rules):
                    beside, above = ((bottom - top) * pad for pad in rules.pad)
                    box = np.array([left - beside, top - above, right + beside, bottom + above])
                    found.append(Region(box_polygon(*(box / scale).tolist()), 0.5, NAME))
        return found

    def _characters(self, plane: Pixels, sign: int, scale: float) -> Boxes:
        """Boxes (left, top, right, bottom) of islands of ink shaped like characters."""
        rules = self._rules
        contrast = rules.contrast if sign == cv2.THRESH_BINARY_INV else -rules.contrast
        mask = cv2.adaptiveThreshold(
            plane, 255, cv2.ADAPTIVE_THRESH_MEAN_C, sign, rules.window, contrast
        )
        _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        left, top, width, height, ink = (stats[:, i].astype(np.float64) for i in range(5))
        core = cv2.erode(mask, np.ones((3, 3), np.uint8), borderValue=0)
        inner = np.bincount(labels.ravel(), weights=(core > 0).ravel(), minlength=len(stats))
        # A stroke of thickness t loses 2 of its t pixels to the erosion.
        stroke = 2.0 / np.maximum(1.0 - inner / ink, 0.01)
        keep = (
            (height >= rules.min_height * scale)
            & (height <= rules.max_height * scale)
            & (width <= 5.0 * height)
            & (height <= 12.0 * width)
            & (ink >= 0.12 * width * height)
            & (stroke <= rules.max_stroke * np.maximum(height, 12.0))
        )
        keep[0] = False  # label 0 is the ground
        boxes = np.stack([left, top, left + width, top + height], axis=1)
        return np.asarray(boxes[keep], dtype=np.float64)


def group_lines(boxes: Boxes, rules: ComponentRules) -> list[Boxes]:
    """Join characters side by side into lines.

    Args:
        boxes: characters, shape (n, 4): left, top, right, bottom.
        rules: what may be joined.

    Returns:
        One box (left, top, right, bottom) per line of at least two characters, or of one
        island wide enough to be several characters that touch.
    """
    boxes = boxes[np.lexsort((boxes[:, 1], boxes[:, 0]))]
    count = len(boxes)
    root = list(range(count))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    heights = boxes[:, 3] - boxes[:, 1]
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    for i in range(count):
        reach = boxes[i, 2] + rules.gap * heights[i] / rules.likeness
        near = slice(i + 1, int(np.searchsorted(boxes[:, 0], reach)))
        larger = np.maximum(heights[near], heights[i])
        fits = (
            (np.abs(middles[near] - middles[i]) <= rules.drift * larger)
            & (np.minimum(heights[near], heights[i]) >= rules.likeness * larger)
            & (boxes[near, 0] - boxes[i, 2] <= rules.gap * larger)
        )
        for j in np.flatnonzero(fits) + i + 1:
            root[find(int(j))] = find(i)
    members: dict[int, list[int]] = {}
    for i in range(count):
        members.setdefault(find(i), []).append(i)
    lines = []
    for group in members.values():
        part = boxes[group]
        box = np.concatenate([part[:, :2].min(axis=0), part[:, 2:].max(axis=0)])
        if len(group) > 1 or box[2] - box[0] >= 1.2 * (box[3] - box[1]):
            lines.append(box)
    return lines
