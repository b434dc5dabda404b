"""The reading of one figure, from pixels to lines of text."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.reading import registry
from pipeline.reading.detect_lines import LineDetector
from pipeline.reading.fusion import Sighting, fuse
from pipeline.reading.options import ReadingOptions
from pipeline.reading.protocols import Detector
from pipeline.reading.regions import merge, readable_ways, usable
from pipeline.reading.vocabulary import load_vocabulary
from pipeline.types import Line, Region

Pixels = NDArray[np.uint8]

_LEAST_SIDE = 736.0
"""Short side, in pixels, up to which small figures are enlarged for the first look."""

_MAX_MEGAPIXELS = 12.0
"""Most pixels of an enlarged figure, in millions; bounds time on large scans."""

_MAX_SCALE = 4.0
"""Largest enlargement; narrow strips would otherwise be blown up to the least side."""

_WORTHWHILE = 1.15
"""Least ratio of two enlargements that see different things."""


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
        self.detectors: dict[str, Detector] = {}
        if "ppocr" in self._options.readers:
            from pipeline.reading.detect_ppocr import PpocrDetector

            self.detectors["ppocr"] = PpocrDetector()
        self.detectors["lines"] = LineDetector()
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
        if not regions:
            return []
        readings = [reader.read(pixels, regions) for reader in self.readers]
        return [
            Sighting(region, tuple(reading for seen in views for reading in seen))
            for region, views in zip(regions, zip(*readings, strict=True), strict=True)
        ]

    def _detect(self, pixels: Pixels) -> list[Region]:
        passes: list[list[Region]] = []
        return [region for region in merge(passes) if usable(region)]


def finer_scale(seen: Sequence[Region]) -> float:
    """The enlargement at which text of the height seen is found best.

    Labels of 7 to 12 pixels (boxes under 25) gain from x3; boxes of 50 pixels and more
    need no pixels beyond that.
    """
    typical = statistics.median([min(r.height, r.width) for r in seen]) if seen else 0.0
    if typical < 25.0:
        return 3.0
    return min(2.0, 100.0 / typical)


def bounded(scale: float, pixels: Pixels) -> float:
    """The scale, or the largest that keeps the scaled figure within bounds."""
    megapixels = pixels.shape[0] * pixels.shape[1] / 1e6
    return float(min(scale, _MAX_SCALE, (_MAX_MEGAPIXELS / megapixels) ** 0.5))
