"""The rows that names are looked for in: readings of lines, and lines that belong together."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.types import Line, Region

#: Most readings of one line that are looked at, the believed one counted.
_READINGS = 6

#: Two lines are one label broken in two if their heights differ by no more than this
#: factor, the gap between them is no more than this share of the height, and they overlap
#: along the reading direction by at least this share of the shorter one.
_HEIGHT_RATIO, _GAP, _OVERLAP = 1.6, 0.7, 0.6

#: Lines turned by more than this many degrees are not joined.
_LEVEL = 20.0

#: A label broken over lines is short; longer lines are running text.
_LABEL_LENGTH = 24

#: Fewest letters and digits in the upper line.
_HEAD = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the document: a reading of a line, or two lines joined.

    Attributes:
        line: index of the line, of the upper one if two are joined.
        text: the reading, blanks normalised.
        confidence: how sure the reading is, 0 to 1.
        believed: whether it is the line's text rather than another reading of it.
        below: index of the lower line of two joined, else -1.
        seam: offset in ``text`` at which the lower line begins, 0 if none is joined.
        offset: character of the document at which the row starts.
    """

    line: int
    text: str
    confidence: float
    believed: bool = True
    below: int = -1
    seam: int = 0
    offset: int = 0


#: What stands for an unprintable character, by its Unicode category.
_SEEN_AS = {"Cc": " ", "Cf": "", "Cs": "", "Zl": " ", "Zp": " "}


def printable(text: str) -> str:
    """``text`` with single blanks and without characters that leave nothing on paper.

    Zero-width characters, soft hyphens, marks of writing direction and stray surrogates
    go, control characters and every kind of white space become a blank.
    """
    if not text.isprintable():
        text = "".join(_SEEN_AS.get(unicodedata.category(char), char) for char in text)
    return " ".join(text.split())


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """The believed text of every line, what else was read there, and labels broken in two."""
    rows: list[Row] = []
    offset = 0
    for row in (*_readings(lines), *_joined(lines)):
        rows.append(replace(row, offset=offset))
        offset += len(row.text) + 1
    return rows


def _readings(lines: Sequence[Line]) -> Iterator[Row]:
    for number, line in enumerate(lines):
        texts = {printable(line.text): line.confidence}
        for reading in line.readings:
            other = printable(reading.text)
            if other and len(texts) < _READINGS:
                texts.setdefault(other, reading.confidence)
        for index, (text, confidence) in enumerate(texts.items()):
            yield Row(number, text, confidence, believed=not index)


def _joined(lines: Sequence[Line]) -> Iterator[Row]:
    short = [
        (number, line, printable(line.text), line.region)
        for number, line in enumerate(lines)
        if line.region is not None and 0 < len(line.text) <= _LABEL_LENGTH
    ]
    for number, line, text, upper in short:
        if sum(char.isalnum() for char in text) < _HEAD:  # a letter is no head of a name
            continue
        for below, other, rest, lower in short:
            if upper and lower and number != below and stacked(upper, lower):
                confidence = min(line.confidence, other.confidence)
                joined = f"{text} {rest}"
                yield Row(number, joined, confidence, below=below, seam=len(text) + 1)


def stacked(upper: Region, lower: Region) -> bool:
    """Whether ``lower`` stands right below ``upper``, as the second line of one label."""
    if abs(upper.angle) > _LEVEL or abs(lower.angle) > _LEVEL:
        return False
    heights = sorted((upper.height, lower.height))
    if heights[0] <= 0 or heights[1] > _HEIGHT_RATIO * heights[0]:
        return False
    left, top, right, bottom = _box(upper)
    other_left, other_top, other_right, other_bottom = _box(lower)
    if not top < other_top or not bottom < other_bottom:
        return False
    common = min(right, other_right) - max(left, other_left)
    shorter = min(right - left, other_right - other_left)
    height = (bottom - top + other_bottom - other_top) / 2
    return common >= _OVERLAP * shorter and -0.5 * height < other_top - bottom < _GAP * height


def _box(region: Region) -> tuple[float, float, float, float]:
    xs, ys = zip(*region.polygon, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
