"""The reading of one figure, from pixels to lines of text."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.reading import registry
from pipeline.reading.fusion import Sighting, fuse
from pipeline.reading.options import ReadingOptions
from pipeline.reading.regions import merge, readable_ways, usable
from pipeline.types import Line, Region

if TYPE_CHECKING:
    from pipeline.reading.detect_ppocr import PpocrDetector

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

    Raises:
        UsageError: the options name a reader that does not exist.
        MissingDependencyError: a reader cannot work on this machine.
    """

    def __init__(self, options: ReadingOptions | None = None) -> None:
        self._options = options or ReadingOptions()
        cv2.setNumThreads(1)  # one figure per process; the batch runs several
        self._readers = [registry.make(kind, self._options) for kind in self._options.readers]
        self._network: PpocrDetector | None = None
        if "ppocr" in self._options.readers:
            from pipeline.reading.detect_ppocr import PpocrDetector

            self._network = PpocrDetector()

    def versions(self) -> dict[str, str]:
        """Versions of every reader, by its name."""
        return {reader.name: reader.version() for reader in self._readers}

    def read(self, pixels: Pixels) -> tuple[Line, ...]:
        """The text lines of a figure, in reading order.

        Args:
            pixels: RGB image, uint8, shape (height, width, 3), upright.

        Raises:
            ReadingError: a reader failed on the figure.
        """
        regions = [way for region in self._detect(pixels) for way in readable_ways(region)]
        if not regions:
            return ()
        readings = [reader.read(pixels, regions) for reader in self._readers]
        sightings = [
            Sighting(region, tuple(reading for seen in views for reading in seen))
            for region, views in zip(regions, zip(*readings, strict=True), strict=True)
        ]
        return tuple(fuse(sightings, self._options.min_confidence))

    def _detect(self, pixels: Pixels) -> list[Region]:
        if self._network is None:
            from pipeline.reading.detect_components import ComponentDetector

            found = ComponentDetector().detect(pixels, bounded(2.0, pixels))
            passes = [[region] for region in found]
        else:
            first_scale = bounded(max(1.0, _LEAST_SIDE / min(pixels.shape[:2])), pixels)
            first = self._network.detect(pixels, first_scale)
            scale = min(finer_scale(first), max(1.0, bounded(_MAX_SCALE, pixels)))
            finer = scale > _WORTHWHILE * first_scale
            passes = [self._network.detect(pixels, scale), first] if finer else [first]
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
