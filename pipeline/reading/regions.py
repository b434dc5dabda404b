"""Regions from several scales and detectors made one list."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.geometry import bounds, turned
from pipeline.types import Polygon, Region

SAME = 0.75
"""Overlap (intersection over union) from which two boxes would give the same crop."""

ROOM = {"lines": (0.14, 0.2), "ppocr": (0.12, 0.2)}
"""Room that a detector leaves over and under the text, and before and after it, in heights
of its boxes. With these, the places of all 307 labels of two and more characters that are
read in the drawn figures overlap the labels' own by half and more (0.85 on average)."""

_MOST_ALONG = 0.2
"""Most of a region's width that is taken off at either end."""

TALL = 1.5
"""Height over width from which a box may hold text that runs up or down."""

MAYBE_UPRIGHT = 2.5
"""Height over width up to which a tall box may still hold one upright character."""


def area(polygon: Polygon) -> float:
    """Area in square pixels."""
    total = 0.0
    for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        total += x0 * y1 - x1 * y0
    return abs(total) / 2.0


def shared_area(one: Polygon, other: Polygon) -> float:
    """Area that two convex polygons have in common, in square pixels."""
    left, top, right, bottom = bounds(one)
    other_left, other_top, other_right, other_bottom = bounds(other)
    if left >= other_right or other_left >= right or top >= other_bottom or other_top >= bottom:
        return 0.0
    shared, _ = cv2.intersectConvexConvex(
        np.array(one, dtype=np.float32), np.array(other, dtype=np.float32)
    )
    return float(shared)


def overlap(one: Polygon, other: Polygon) -> float:
    """Intersection over union, 0 to 1."""
    shared = shared_area(one, other)
    union = area(one) + area(other) - shared
    return shared / union if union > 0 else 0.0


def usable(region: Region, least: float = 4.0) -> bool:
    """Whether a region is large enough to hold a character, in pixels of the original."""
    return all(map(math.isfinite, (*region.polygon[0], *region.polygon[2]))) and (
        min(region.width, region.height) >= least
    )


def merge(passes: Iterable[Sequence[Region]], same: float = SAME) -> list[Region]:
    """Regions of several detection passes, without those that repeat an earlier one.

    Args:
        passes: regions of each pass, the most trusted pass first.
        same: overlap from which a region repeats another.
    """
    kept: list[Region] = []
    for found in passes:
        kept.extend(
            [r for r in found if not any(overlap(r.polygon, k.polygon) >= same for k in kept)]
        )
    return kept


def around_text(region: Region) -> Region:
    """A region without the room that its detector leaves around the text.

    Readers want that room; a line's place is told without it.
    """
    if region.detector not in ROOM:
        return region
    across, along = ROOM[region.detector]
    along = min(along, _MOST_ALONG * region.width / max(region.height, 1e-6))
    return Region(inset(region, across, across, along), region.confidence, region.detector)


def inset(region: Region, over: float, under: float, beside: float) -> Polygon:
    """A region's polygon, smaller by shares of its height (larger, where they are negative).

    Args:
        region: where the text stands.
        over: what is cut off over the text.
        under: what is cut off under it.
        beside: what is cut off at either end.
    """
    a, b, c, d = (np.array(corner) for corner in region.polygon)
    down, right = d - a, (b - a) * (beside * region.height / max(region.width, 1e-6))
    corners = (
        a + over * down + right,
        b + over * down - right,
        c - under * down - right,
        d - under * down + right,
    )
    first, second, third, fourth = ((float(x), float(y)) for x, y in corners)
    return first, second, third, fourth


def upright(corners: NDArray[Any]) -> Polygon:
    """Corners of a turned box from its top-left one, clockwise, as upright text reads."""
    points = sorted((float(x), float(y)) for x, y in corners)
    top_left, bottom_left = sorted(points[:2], key=lambda point: point[1])
    top_right, bottom_right = sorted(points[2:], key=lambda point: point[1])
    return top_left, top_right, bottom_right, bottom_left


def readable_ways(region: Region) -> list[Region]:
    """A region in each direction that its text may run.

    A box much taller than wide is read upwards and downwards, and upright as well where
    it may hold a single character.
    """
    ratio = region.height / max(region.width, 1e-6)
    if ratio < TALL:
        return [region]
    ways = [turned(region.polygon, quarters) for quarters in (-1, 1)]
    if ratio <= MAYBE_UPRIGHT:
        ways.append(region.polygon)
    return [Region(polygon, region.confidence, region.detector) for polygon in ways]
