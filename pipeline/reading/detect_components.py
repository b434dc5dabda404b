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
    """What counts as a character and what as a line, in units of character height.

    Attributes:
        scale: enlargement before thresholding.
        window: side of the neighbourhood that ink must differ from, enlarged pixels.
        contrast: grey levels that ink must differ by.
        min_height: least height of a character in pixels of the original.
        max_height: greatest height of a character as a share of the image height.
        gap: widest gap between neighbours on a line.
        drift: most that neighbours' middles differ.
        likeness: least ratio of neighbours' heights.
    """

    scale: float = 2.0
    window: int = 25
    contrast: float = 12.0
    min_height: float = 4.0
    max_height: float = 0.12
    gap: float = 0.9
    drift: float = 0.4
    likeness: float = 0.45


class ComponentDetector:
    """Finds text lines by thresholding lightness and colour in both polarities."""

    def __init__(self, rules: ComponentRules | None = None) -> None:
        self._rules = rules or ComponentRules()

    def detect(self, pixels: Pixels) -> list[Region]:
        """Text lines, upright ones only.

        Args:
            pixels: RGB image, uint8, shape (height, width, 3).

        Returns:
            Regions in pixels of ``pixels``, from each channel and polarity in turn.
        """
        rules = self._rules
        enlarged: Any = cv2.resize(
            pixels, None, fx=rules.scale, fy=rules.scale, interpolation=cv2.INTER_CUBIC
        )
        planes = cv2.split(cv2.cvtColor(enlarged, cv2.COLOR_RGB2Lab))
        found: list[Region] = []
        for plane in planes:
            for shown in (plane, 255 - plane):
                boxes = self._characters(np.asarray(shown, dtype=np.uint8), pixels.shape[0])
                found.extend(
                    Region(box_polygon(*(line / rules.scale)), 0.5, NAME)
                    for line in group_lines(boxes, rules)
                )
        return found

    def _characters(self, plane: Pixels, image_height: int) -> Boxes:
        """Boxes (left, top, right, bottom) of dark islands shaped like characters."""
        rules = self._rules
        mask = cv2.adaptiveThreshold(
            plane,
            255,
            cv2.ADAPTIVE_THRESH_MEAN_C,
            cv2.THRESH_BINARY_INV,
            rules.window,
            rules.contrast,
        )
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        left, top, width, height, ink = (stats[1:, i].astype(np.float64) for i in range(5))
        fill = ink / (width * height)
        keep = (
            (height >= rules.min_height * rules.scale)
            & (height <= max(rules.max_height * image_height, 40.0) * rules.scale)
            & (width <= 6.0 * height)
            & (height <= 12.0 * width)
            & (fill >= 0.12)
        )
        boxes = np.stack([left, top, left + width, top + height], axis=1)
        return np.asarray(boxes[keep], dtype=np.float64)


def group_lines(boxes: Boxes, rules: ComponentRules) -> list[Boxes]:
    """Join characters side by side into lines.

    Args:
        boxes: characters, shape (n, 4): left, top, right, bottom.
        rules: what may be joined.

    Returns:
        One box (left, top, right, bottom) per line, from left to right; lines that are
        a single narrow stroke are left out.
    """
    order = np.argsort(boxes[:, 0], kind="stable")
    boxes = boxes[order]
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
        near = slice(i + 1, int(np.searchsorted(boxes[:, 0], boxes[i, 2] + rules.gap * heights[i])))
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
        if len(group) > 1 or (box[2] - box[0]) >= 0.3 * (box[3] - box[1]):
            lines.append(box)
    return lines
