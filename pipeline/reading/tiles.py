"""Figures enlarged for detection, and cut into overlapping tiles where they are large."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.geometry import Affine

Pixels = NDArray[np.uint8]

TILE = 1536
"""Side of a tile in enlarged pixels; keeps one pass under about 1 GB."""

OVERLAP = 128
"""Pixels by which tiles overlap; the network hardly looks farther than half of that."""


def enlarge(pixels: Pixels, scale: float, step: int = 1) -> tuple[Pixels, Affine]:
    """A figure at another size, and the way from there back to its own pixels.

    Args:
        pixels: image, uint8, shape (height, width, 3).
        scale: enlargement; below 1 pixels are averaged.
        step: the sides of the result are multiples of this.
    """
    height, width = pixels.shape[:2]
    columns, rows = (step * max(1, round(side * scale / step)) for side in (width, height))
    way = cv2.INTER_CUBIC if scale >= 1 else cv2.INTER_AREA
    resized = cv2.resize(pixels, (columns, rows), interpolation=way)
    back = Affine.scale(columns / width, rows / height).inverse()
    return np.asarray(resized, dtype=np.uint8), back


def spans(length: int, step: int = 1) -> list[tuple[int, int, int, int]]:
    """Overlapping tiles along one side.

    Args:
        length: pixels of the side, a multiple of ``step``.
        step: tiles start, and are cut, at multiples of this.

    Returns:
        (start, end, first kept, after last kept) per tile; the kept parts cover the side
        once.
    """
    if length <= TILE:
        return [(0, length, 0, length)]
    count = -(-(length - OVERLAP) // (TILE - OVERLAP))
    starts = [i * (length - TILE) // (count - 1) // step * step for i in range(count)]
    cuts = [0, *((a + TILE + b) // 2 // step * step for a, b in pairwise(starts)), length]
    return [(s, s + TILE, cuts[i], cuts[i + 1]) for i, s in enumerate(starts)]
