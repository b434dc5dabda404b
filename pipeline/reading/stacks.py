"""Labels printed on two or three lines, joined.

Nodes of networks break their names ("p16" over "INK4", "IFNA" over "R1"), so no single
line holds the name. Every line stays; the joined label is one line more.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.imaging.geometry import bounds, box_polygon
from pipeline.types import Line, Reading, Region

NAME = "stacked"

_MOST_LINES = 3
_MOST_CHARACTERS = 16  # of one line; longer ones are sentences
_LEVEL = 12.0  # degrees
_STEP = (0.45, 1.45)  # distance of middles, in heights of the lines
_CENTRING = 0.6  # most that centres (or left edges) differ, in heights
_LIKENESS = 0.6  # least ratio of heights

Box = tuple[float, float, float, float]


def stacked_labels(lines: Sequence[Line]) -> list[Line]:
    """Joined labels of all small stacks of lines, in the order of their first line.

    Args:
        lines: lines of one figure; those without a place are passed over.

    Returns:
        One line per stack, its text the lines from top to bottom with blanks between.
        A stack has two or three short lines of like height, centred or flush left, and
        nothing else above or below: columns of names are lists, not labels.
    """
    boxes = {
        i: bounds(line.region.polygon)
        for i, line in enumerate(lines)
        if line.region is not None and _is_short_and_level(line, line.region)
    }
    below: dict[int, list[int]] = {i: [] for i in boxes}
    above: dict[int, list[int]] = {i: [] for i in boxes}
    for i, upper in boxes.items():
        for j, lower in boxes.items():
            if i != j and _is_under(upper, lower):
                below[i].append(j)
                above[j].append(i)
    joined = []
    for i in boxes:
        stack = [i]
        while len(below[stack[-1]]) == 1 and len(above[below[stack[-1]][0]]) == 1:
            stack.append(below[stack[-1]][0])
        if not above[i] and not below[stack[-1]] and 2 <= len(stack) <= _MOST_LINES:
            joined.append(_join([lines[k] for k in stack], [boxes[k] for k in stack]))
    return joined


def _is_short_and_level(line: Line, region: Region) -> bool:
    return len(line.text) <= _MOST_CHARACTERS and abs(region.angle) <= _LEVEL


def _is_under(upper: Box, lower: Box) -> bool:
    heights = upper[3] - upper[1], lower[3] - lower[1]
    if min(heights) < _LIKENESS * max(heights):
        return False
    height = sum(heights) / 2
    step = (lower[1] + lower[3] - upper[1] - upper[3]) / 2
    if not _STEP[0] * height <= step <= _STEP[1] * height:
        return False
    off_centre = abs(upper[0] + upper[2] - lower[0] - lower[2]) / 2
    off_edge = abs(upper[0] - lower[0])
    return min(off_centre, off_edge) <= _CENTRING * height


def _join(stack: Sequence[Line], boxes: Sequence[Box]) -> Line:
    text = " ".join(line.text for line in stack)
    confidence = min(line.confidence for line in stack)
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[2] for b in boxes), max(b[3] for b in boxes)
    agreeing = set.intersection(*(set(line.readers) for line in stack))
    readings = tuple(Reading(text, confidence, reader) for reader in sorted(agreeing))
    region = Region(box_polygon(left, top, right, bottom), confidence, NAME)
    return Line(text, confidence, region, readings)
