"""What a reader and a detector are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.types import Reading, Region


class Reader(Protocol):
    """Reads the text of given regions of an image."""

    @property
    def name(self) -> str:
        """Name that its readings carry."""

    def version(self) -> str:
        """Versions of everything that decides what it reads."""

    def read(
        self, pixels: NDArray[np.uint8], regions: Sequence[Region]
    ) -> list[tuple[Reading, ...]]:
        """Readings of each region, in the order of ``regions``; none where it sees nothing.

        Args:
            pixels: RGB image, uint8, shape (height, width, 3).
            regions: where to read, in pixels of ``pixels``.

        Raises:
            ReadingError: it could not do its work on this image.
        """


class Detector(Protocol):
    """Finds the text lines of an image."""

    def detect(self, pixels: NDArray[np.uint8], scale: float) -> list[Region]:
        """Text lines found when the image is enlarged by ``scale``.

        Args:
            pixels: RGB image, uint8, shape (height, width, 3).
            scale: enlargement before detection.

        Returns:
            Regions in pixels of ``pixels``; tall boxes stand upright.
        """
