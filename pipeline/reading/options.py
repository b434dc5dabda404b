"""What a user may choose about reading."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import UsageError

DEFAULT_READERS = ("ppocr", "label", "tesseract")


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How figures are read.

    Attributes:
        readers: kinds of the readers, see :mod:`pipeline.reading.registry`, in the order
            in which they read; where two are sure of the same, no third is asked. With
            ``ppocr`` among them its network also finds text that the product's own line
            detector does not.
        min_confidence: calibrated confidence (0 to 1) below which a line is dropped.
        timeout: seconds that one reader may take for one figure, where it can be
            stopped.
    """

    readers: tuple[str, ...] = DEFAULT_READERS
    min_confidence: float = 0.3
    timeout: float = 120.0

    def __post_init__(self) -> None:
        if not self.readers:
            raise UsageError("readers", "none is given", "Name at least one reader")
        doubled = sorted({kind for kind in self.readers if self.readers.count(kind) > 1})
        if doubled:
            raise UsageError("readers", f"{', '.join(doubled)} is given twice", "Name it once")
        if not 0.0 <= self.min_confidence <= 1.0:
            raise UsageError(
                "min_confidence", f"{self.min_confidence} is not in 0..1", "Give a fraction"
            )
        if not self.timeout > 0:
            raise UsageError("timeout", f"{self.timeout} is not positive", "Give seconds")
