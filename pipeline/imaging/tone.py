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


def strongest_channel(pixels: Pixels) -> Pixels:
    """The grey picture of a crop in which its text stands out.

    Luma, except where it hides what colour shows (red text on green of the same
    lightness): there, the projection on the main axis of the crop's colours.

    Args:
        pixels: RGB crop, uint8, shape (rows, columns, 3).
    """
    luma = grey(pixels)
    colours = pixels.reshape(-1, 3).astype(np.float32)
    colours -= colours.mean(axis=0)
    values, axes = np.linalg.eigh(colours.T @ colours / len(colours))
    if values[-1] <= 4.0 * float(luma.var()) or values[-1] <= 0:
        return luma
    line = colours @ axes[:, -1]
    low, high = float(line.min()), float(line.max())
    projected = np.asarray((line - low) * (255.0 / (high - low)), dtype=np.uint8)
    return projected.reshape(luma.shape)


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
    return np.asarray(stretched, dtype=np.uint8)
