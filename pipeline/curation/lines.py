"""Lines as they are named and kept: plain values that survive being written down.

What a reader gives may hold NumPy numbers, endless decimals and text that no file can
hold. Names are found in the plain form alone, so that lines taken from the ledger give
the very rows that they gave when they were read.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import ReadingError
from pipeline.types import Line, Reading, Region

log = logging.getLogger(__name__)

_PIXEL_DIGITS = 2  # a hundredth of a pixel
_SHARE_DIGITS = 4  # confidences, probabilities and scales


def plain_lines(lines: Sequence[Line], subject: Path) -> tuple[Line, ...]:
    """Return ``lines`` in their plain form; doing so twice changes nothing more.

    Args:
        lines: what a reader gave.
        subject: the image or text file, to be named in errors.

    Raises:
        ReadingError: the reader gave something else than lines.
    """
    try:
        found = tuple(_line(line) for line in lines)
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        raise ReadingError(
            subject,
            "the reader gave something that is not a line of text",
            "Choose other --readers, and report the fault",
        ) from error
    spoilt = sum(new.text != old.text for old, new in zip(lines, found, strict=True))
    if spoilt:
        log.warning("%d lines hold characters that are not Unicode; shown as \ufffd", spoilt)
    return found


def _line(line: Line) -> Line:
    return Line(
        _text(line.text),
        _share(line.confidence),
        None if line.region is None else _region(line.region),
        tuple(_reading(reading) for reading in line.readings),
    )


def _region(region: Region) -> Region:
    a, b, c, d = ((_finite(x, _PIXEL_DIGITS), _finite(y, _PIXEL_DIGITS)) for x, y in region.polygon)
    return Region((a, b, c, d), _share(region.confidence), _text(region.detector))


def _reading(reading: Reading) -> Reading:
    alternatives = tuple(
        tuple((_text(character), _share(share)) for character, share in others)
        for others in reading.alternatives
    )
    return Reading(
        _text(reading.text),
        _share(reading.confidence),
        _text(reading.reader),
        _finite(reading.scale, _SHARE_DIGITS),
        alternatives if any(alternatives) else (),
    )


def _text(text: str) -> str:
    """Return ``text`` with what UTF-8 cannot hold replaced."""
    if not isinstance(text, str):
        raise TypeError("text is a string")
    return str(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))


def _share(value: float) -> float:
    share = _finite(value, _SHARE_DIGITS)
    if not 0.0 <= share <= 1.0:
        raise ValueError("a share lies between 0 and 1")
    return share


def _finite(value: float, digits: int) -> float:
    number = round(float(value), digits)
    if not math.isfinite(number):
        raise ValueError("a number is finite")
    return number + 0.0  # no negative zero
