"""Upright crops of text regions at the height that a reader wants."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.geometry import Affine
from pipeline.types import Polygon

Pixels = NDArray[np.uint8]

MAX_CROP_WIDTH = 4096
"""Widest crop made, in pixels; a longer region is squeezed, so memory stays bounded."""


def crop_polygon(
    pixels: Pixels,
    polygon: Polygon,
    *,
    height: int,
    margin: float = 0.0,
    interpolation: int = cv2.INTER_CUBIC,
) -> Pixels:
    """Cut out one region, turned upright and scaled to a fixed height.

    Args:
        pixels: image, uint8, shape (rows, columns) or (rows, columns, channels).
        polygon: corners in pixels of ``pixels``, clockwise as the text is read.
        height: rows of the crop, margin included.
        margin: space kept on every side, in pixels of ``pixels``.
        interpolation: OpenCV interpolation for enlarging.

    Returns:
        The crop, shape (height, width[, channels]); places outside the image repeat
        its edge.

    Raises:
        ValueError: the polygon has no area.
    """
    width = math.dist(polygon[0], polygon[1]) + 2 * margin
    depth = math.dist(polygon[0], polygon[3]) + 2 * margin
    columns = min(MAX_CROP_WIDTH, max(1, round(width * height / depth)))
    # Shrinking by interpolation alone would skip source pixels, so a region larger than
    # the crop is first cut at its own size and then averaged down.
    zoom = max(1.0, depth / height)
    cut_height = round(height * zoom)
    cut_width = max(1, min(MAX_CROP_WIDTH * 4, round(width * cut_height / depth)))
    step = Affine.straighten(polygon, margin).then(
        Affine.scale(cut_width / width, cut_height / depth)
    )
    crop: Any = cv2.warpAffine(
        pixels,
        np.array(step.rows(), dtype=np.float64),
        (cut_width, cut_height),
        flags=interpolation,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if (cut_width, cut_height) != (columns, height):
        crop = cv2.resize(crop, (columns, height), interpolation=cv2.INTER_AREA)
    return np.asarray(crop, dtype=np.uint8)
