"""The reading of one figure, from pixels to lines of text."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.reading import registry
from pipeline.reading.detect_lines import LineDetector, LineRules
from pipeline.reading.fusion import Sighting, fuse, squeezed
from pipeline.reading.options import ReadingOptions
from pipeline.reading.protocols import Detector
from pipeline.reading.regions import merge, readable_ways, usable
from pipeline.reading.vocabulary import load_vocabulary
from pipeline.types import Line, Reading, Region

Pixels = NDArray[np.uint8]

_LEAST_SIDE = 736.0
"""Short side, in pixels, up to which PP-OCR's detector has small figures enlarged."""

_SCALE = 2.0
"""Enlargement of the first look: capitals of 6 to 16 pixels, as most figures have, come out
at heights that the line detector was trained on."""

_SMALL, _LARGE, _BEST = 12.0, 36.0, 18.0
"""Height of capitals, in pixels of the first look, under or over which there is a second
look, and the height that they then have."""

_MAX_MEGAPIXELS = 12.0
"""Most pixels of an enlarged figure, in millions; bounds time on large scans."""

_MAX_SCALE = 4.0
"""Largest enlargement; narrow strips would otherwise be blown up to the least side."""

_WORTHWHILE = 1.15
"""Least ratio of two enlargements that see different things."""

_AGREED = 0.85
"""Confidence of two readers that say the same from which no third is asked."""


class FigureReader:
    """Reads figures: finds regions, has every reader read them, fuses what they say.

    Attributes:
        readers: the readers, in the order of the options.
        detectors: name to detector of text lines, the most trusted first.

    Raises:
        UsageError: the options name a reader that does not exist.
        MissingDependencyError: a reader cannot work on this machine.
    """

    def __init__(self, options: ReadingOptions | None = None) -> None:
        self._options = options or ReadingOptions()
        cv2.setNumThreads(1)  # one figure per process; the batch runs several
        self.readers = [registry.make(kind, self._options) for kind in self._options.readers]
        self.detectors: dict[str, Detector] = {"lines": LineDetector()}
        if "ppocr" in self._options.readers:
            from pipeline.reading.detect_ppocr import PpocrDetector

            self.detectors["ppocr"] = PpocrDetector()
        self.vocabulary = load_vocabulary()

    def versions(self) -> dict[str, str]:
        """Versions of every reader, by its name."""
        return {reader.name: reader.version() for reader in self.readers}

    def read(self, pixels: Pixels) -> tuple[Line, ...]:
        """The text lines of a figure, in reading order.

        Args:
            pixels: RGB image, uint8, shape (height, width, 3), upright.

        Raises:
            ReadingError: a reader failed on the figure.
        """
        sightings = self.sight(pixels)
        return tuple(fuse(sightings, self._options.min_confidence, self.vocabulary))

    def sight(self, pixels: Pixels) -> list[Sighting]:
        """Every region of a figure with everything that was read there, not yet fused.

        Args:
            pixels: RGB image, uint8, shape (height, width, 3), upright.

        Raises:
            ReadingError: a reader failed on the figure.
        """
        regions = [way for region in self._detect(pixels) for way in readable_ways(region)]
        found: list[tuple[Reading, ...]] = [()] * len(regions)
        for reader in self.readers:
            open_ = [i for i, readings in enumerate(found) if not agreed(readings)]
            seen = reader.read(pixels, [regions[i] for i in open_]) if open_ else []
            for i, readings in zip(open_, seen, strict=True):
                found[i] += readings
        return [Sighting(*pair) for pair in zip(regions, found, strict=True)]

    def _detect(self, pixels: Pixels) -> list[Region]:
        """Regions of all detectors, each at the enlargements that the text asks for."""
        lines = self.detectors["lines"]
        first = bounded(_SCALE, pixels)
        passes = [lines.detect(pixels, first)]
        wanted = second_scale(passes[0], first)
        second = first if wanted is None else bounded(wanted, pixels)
        if not 1 / _WORTHWHILE < second / first < _WORTHWHILE:
            passes.append(lines.detect(pixels, second))
        if "ppocr" in self.detectors:
            scale = bounded(max(1.0, _LEAST_SIDE / min(pixels.shape[:2])), pixels)
            passes.append(self.detectors["ppocr"].detect(pixels, scale))
        return [region for region in merge(passes) if usable(region)]


def agreed(readings: Sequence[Reading]) -> bool:
    """Whether two readers are sure of the same text."""
    sure: dict[str, str] = {}
    for reading in readings:
        if reading.confidence >= _AGREED:
            said = sure.setdefault(squeezed(reading.text), reading.reader)
            if said != reading.reader:
                return True
    return False


def second_scale(seen: Sequence[Region], scale: float) -> float | None:
    """The enlargement for text that the first look saw too small or too large.

    Args:
        seen: regions of the first look.
        scale: its enlargement.

    Returns:
        The enlargement that gives the smaller labels their best height, or None if they
        have it about.
    """
    heights = sorted(min(r.height, r.width) / LineRules().depth * scale for r in seen)
    if not heights:
        return None
    typical = heights[len(heights) // 4]
    return None if _SMALL <= typical <= _LARGE else scale * _BEST / typical


def bounded(scale: float, pixels: Pixels) -> float:
    """The scale, or the largest that keeps the scaled figure within bounds."""
    megapixels = pixels.shape[0] * pixels.shape[1] / 1e6
    return float(min(scale, _MAX_SCALE, (_MAX_MEGAPIXELS / megapixels) ** 0.5))
