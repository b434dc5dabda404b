"""Reading order: bands from top to bottom, each from left to right."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.imaging.geometry import bounds
from pipeline.types import Line


def reading_order(lines: Sequence[Line]) -> list[Line]:
    """Lines sorted as a reader's eye goes; lines without a place stay in front.

    Lines belong to one band while their middles stay within half the height of the
    band's first line. The order is the same whatever order the lines came in.
    """
    placed = [(bounds(line.region.polygon), line) for line in lines if line.region is not None]
    placed.sort(key=lambda item: ((item[0][1] + item[0][3]) / 2, item[0][0], item[1].text))
    ordered = [line for line in lines if line.region is None]
    band: list[tuple[float, str, Line]] = []
    limit = 0.0
    for (left, top, right, bottom), line in placed:
        middle = (top + bottom) / 2
        if band and middle > limit:
            ordered.extend(item[2] for item in sorted(band, key=lambda item: item[:2]))
            band = []
        if not band:
            # A line that runs up the page must not swallow every line beside it.
            limit = middle + min(bottom - top, right - left) / 2
        band.append((left, line.text, line))
    ordered.extend(item[2] for item in sorted(band, key=lambda item: item[:2]))
    return ordered
