"""Read drawn labels with our readers: ``python training/confusions/drawn.py SHARD... > PAIRS``.

A shard of ``training/label_reader/shards.py`` holds crops with what is printed in them.
Each line of the output is ``reader<TAB>text read<TAB>text printed``; ``estimate.py --drawn``
counts them beside the readings of real figures, which hold too few Greek letters.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pipeline.reading.protocols import Reader
from pipeline.reading.reader_ppocr import PpocrReader
from pipeline.reading.reader_tesseract import TesseractReader
from pipeline.types import Region

#: Crops that are read at a time, pasted one below the other with a gap around them (pixels).
_BATCH, _GAP = 128, 4


def load(path: Path) -> Iterator[tuple[np.ndarray, str]]:
    """Crops, uint8, shape (32, width, 3), and their texts."""
    with np.load(path) as data:
        pixels, widths, texts = data["pixels"], data["widths"], data["texts"]
    at = 0
    for width, text in zip(widths, texts, strict=True):
        size = int(width) * 96
        yield pixels[at : at + size].reshape(32, int(width), 3), str(text)
        at += size


def read(batch: list[tuple[np.ndarray, str]], readers: list[Reader]) -> Iterator[str]:
    """Lines of the output for some labels."""
    width = max(crop.shape[1] for crop, _ in batch) + 2 * _GAP
    step = 32 + 2 * _GAP
    sheet = np.full((step * len(batch), width, 3), 255, np.uint8)
    regions = []
    for number, (crop, _) in enumerate(batch):
        left, top = _GAP, step * number + _GAP
        right, bottom = left + crop.shape[1], top + 32
        sheet[top:bottom, left:right] = crop
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        regions.append(Region(corners, 1.0, "drawn"))
    for reader in readers:
        for readings, (_, text) in zip(reader.read(sheet, regions), batch, strict=True):
            for reading in readings[:1]:
                yield f"{reader.name}\t{' '.join(reading.text.split())}\t{text}"


def main() -> None:
    """Read all labels of the shards named."""
    readers: list[Reader] = [PpocrReader(), TesseractReader()]
    for path in map(Path, sys.argv[1:]):
        labels = list(load(path))
        for start in range(0, len(labels), _BATCH):
            print("\n".join(read(labels[start : start + _BATCH], readers)))


if __name__ == "__main__":
    main()
