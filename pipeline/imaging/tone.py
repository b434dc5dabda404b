"""Lightness of crops: one channel, dark text on a light ground, full contrast."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_PERCENTILES = (1.0, 99.0)
_MIN_RANGE = 8.0
"""Below this many grey levels between ink and ground a crop is noise and stays as it is."""


def grey(pixels: Pixels) -> Pixels:
    """Luma of an RGB image, shape (rows, columns); a one-channel image stays as it is."""
    if pixels.ndim == 2:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def dark_on_light(crop: Pixels) -> Pixels:
    """Dark text on a light ground, stretched to the whole range of greys.

    The ground is taken to be what the rim of the crop shows and what most of its pixels
    have; text covers less than half of a line.

    Args:
        crop: one-channel crop, uint8, shape (rows, columns).
    """
    low, high = np.percentile(crop, _PERCENTILES)
    if high - low < _MIN_RANGE:
        return crop
    rim = np.concatenate([crop[0], crop[-1], crop[:, 0], crop[:, -1]])
    ground = (float(np.median(rim)) + float(np.median(crop))) / 2
    stretched = (crop.astype(np.float32) - low) * (255.0 / (high - low))
    stretched = np.clip(stretched, 0.0, 255.0)
    if ground < (low + high) / 2:
        stretched = 255.0 - stretched
    return np.asarray(np.rint(stretched), dtype=np.uint8)
