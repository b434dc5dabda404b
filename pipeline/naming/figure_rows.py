"""The rows that names are looked for in: readings of lines, and lines that belong together."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, pairwise

from pipeline.naming.confusions import Alternatives
from pipeline.types import Line, Region

#: Detector of the regions of labels that are printed over two lines.
JOINED = "joined"

#: Most readings of one line that are looked at, the believed one counted.
_READINGS = 6

#: Other readings of a line that are less sure than this (0 to 1) are not looked at.
_HOPELESS = 0.1

#: Two lines are one label broken in two if their heights differ by no more than this
#: factor, the gap between them is no more than this share of the height, and they overlap
#: along the reading direction by at least this share of the shorter one.
_HEIGHT_RATIO, _GAP, _OVERLAP = 1.6, 0.7, 0.6

#: Lines turned by more than this many degrees are not joined.
_LEVEL = 20.0

#: A label broken over lines is short; longer lines are running text.
_LABEL_LENGTH = 24

#: Of two lines without places, the lengths up to which they may be one label.
_PLACELESS_HEAD, _PLACELESS_TAIL = 16, 8

#: Most lines that are tried as the second one of the same label.
_BELOW = 4

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
        alternatives: what else the reader saw, by character of ``text``; empty if unknown.
        goes_on: first word of the line below, empty if there is none near.
    """

    line: int
    text: str
    confidence: float
    believed: bool = True
    below: int = -1
    seam: int = 0
    offset: int = 0
    alternatives: Alternatives = ()
    goes_on: str = ""


#: What stands for an unprintable character, by its Unicode category.
_SEEN_AS = {"Cc": " ", "Cf": "", "Cs": "", "Zl": " ", "Zp": " "}


@lru_cache(maxsize=16384)
def letters_in(text: str) -> int:
    """Number of letters and digits in ``text``."""
    return sum(map(str.isalnum, text))


@lru_cache(maxsize=16384)
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
    joined = (*_joined(lines), *_followed(lines))
    below = {row.line: row.text[row.seam :].partition(" ")[0] for row in reversed(joined)}
    for number, (line, after) in enumerate(pairwise(lines)):
        if line.region is None and after.region is None:
            below[number] = printable(after.text).partition(" ")[0]
    rows: list[Row] = []
    offset = 0
    for number, line in enumerate(lines):
        goes_on = below.get(number, "")
        for text, (confidence, known) in _readings(line).items():
            believed = not rows or rows[-1].line != number
            rows.append(Row(number, text, confidence, believed, -1, 0, offset, known, goes_on))
            offset += len(text) + 1
    for row in joined:
        rows.append(replace(row, offset=offset))
        offset += len(row.text) + 1
    return rows


def joined_labels(lines: Sequence[Line]) -> list[Line]:
    """Labels that are printed over two lines, as lines of their own.

    Args:
        lines: printed lines with their places.

    Returns:
        One line per pair that may be one label, upper line first, its region around both.
    """
    found = []
    for row in _joined(lines):
        regions = [line.region for line in (lines[row.line], lines[row.below]) if line.region]
        xs, ys = zip(*(corner for region in regions for corner in region.polygon), strict=True)
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        place = Region(corners, min(r.confidence for r in regions), JOINED)
        found.append(Line(row.text, row.confidence, place))
    return found


def _readings(line: Line) -> dict[str, tuple[float, Alternatives]]:
    """Confidence and alternatives by text, the believed one first."""
    found: dict[str, tuple[float, Alternatives]] = {printable(line.text): (line.confidence, ())}
    for reading in line.readings:
        text = printable(reading.text)
        new = text not in found
        if not text or (new and (len(found) == _READINGS or reading.confidence < _HOPELESS)):
            continue
        fits = text == reading.text and len(text) == len(reading.alternatives)
        confidence, known = found.setdefault(text, (reading.confidence, ()))
        if fits and not known:
            found[text] = confidence, reading.alternatives
    return found


@dataclass(frozen=True, slots=True)
class _Label:
    """A short level line: its height, and the upright box around it, in pixels."""

    number: int
    text: str
    confidence: float
    height: float
    left: float
    top: float
    right: float
    bottom: float


def _joined(lines: Sequence[Line]) -> Iterator[Row]:
    labels = sorted(_labels(lines), key=lambda label: label.top)
    tops = [label.top for label in labels]
    tallest = max((label.bottom - label.top for label in labels), default=0.0)
    joined = []
    for upper in labels:
        if letters_in(upper.text) < _HEAD:  # a letter is no head of a name
            continue
        reach = upper.bottom + _GAP * (upper.bottom - upper.top + tallest) / 2
        near = labels[bisect_right(tops, upper.top) : bisect_left(tops, reach)]
        stacked = (lower for lower in near if _stacked(upper, lower))
        joined += [(upper, lower) for lower in islice(stacked, _BELOW)]
    for upper, lower in sorted(joined, key=lambda pair: (pair[0].number, pair[1].number)):
        confidence = min(upper.confidence, lower.confidence)
        text = f"{upper.text} {lower.text}"
        seam = len(upper.text) + 1
        yield Row(upper.number, text, confidence, below=lower.number, seam=seam)


def _followed(lines: Sequence[Line]) -> Iterator[Row]:
    """Short lines without a place, each with the one after it: ``Cyclin``, ``E``.

    Whoever gave the text mostly gave the two lines of a label one after the other.
    """
    for number, (upper, lower) in enumerate(pairwise(lines)):
        if upper.region is None and lower.region is None:
            head, tail = printable(upper.text), printable(lower.text)
            if _HEAD <= len(head) <= _PLACELESS_HEAD and 0 < len(tail) <= _PLACELESS_TAIL:
                confidence = min(upper.confidence, lower.confidence)
                seam = len(head) + 1
                yield Row(number, f"{head} {tail}", confidence, below=number + 1, seam=seam)


def _labels(lines: Sequence[Line]) -> Iterator[_Label]:
    for number, line in enumerate(lines):
        region = line.region
        if region is None or len(line.text) > _LABEL_LENGTH or abs(region.angle) > _LEVEL:
            continue
        if text := printable(line.text):
            xs, ys = zip(*region.polygon, strict=True)
            box = (min(xs), min(ys), max(xs), max(ys))
            yield _Label(number, text, line.confidence, region.height, *box)


def _stacked(upper: _Label, lower: _Label) -> bool:
    """Whether ``lower`` stands right below ``upper``, as the second line of one label."""
    heights = sorted((upper.height, lower.height))
    if heights[0] <= 0 or heights[1] > _HEIGHT_RATIO * heights[0]:
        return False
    if not upper.top < lower.top or not upper.bottom < lower.bottom:
        return False
    common = min(upper.right, lower.right) - max(upper.left, lower.left)
    shorter = min(upper.right - upper.left, lower.right - lower.left)
    height = (upper.bottom - upper.top + lower.bottom - lower.top) / 2
    gap = lower.top - upper.bottom
    return common >= _OVERLAP * shorter and -0.5 * height < gap < _GAP * height
