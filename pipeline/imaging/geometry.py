"""Invertible steps between the original image and whatever a reader looks at.

Every step that moves pixels (enlarging, cutting a tile, turning, straightening a crop)
is an affine map, so one class serves them all: it maps points forth, its inverse maps
them back, and steps compose. Polygons always end in pixels of the upright original.

Coordinates are those of :mod:`pipeline.types`: x to the right, y down, the origin at
the outer corner of the top-left pixel (pixel centres lie at half integers).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.types import Point, Polygon


@dataclass(frozen=True, slots=True)
class Affine:
    """The map ``(x, y) -> (a x + b y + c, d x + e y + f)``."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    @classmethod
    def scale(cls, x: float, y: float | None = None) -> Affine:
        """Enlarge by ``x`` (and ``y``, if the axes differ)."""
        return cls(a=x, e=x if y is None else y)

    @classmethod
    def shift(cls, x: float, y: float) -> Affine:
        """Move by ``(x, y)`` pixels; cutting a tile at (left, top) is ``shift(-left, -top)``."""
        return cls(c=x, f=y)

    @classmethod
    def turn(cls, degrees: float) -> Affine:
        """Turn clockwise (as seen, y down) about the origin."""
        sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
        return cls(a=cosine, b=-sine, d=sine, e=cosine)

    @classmethod
    def straighten(cls, polygon: Polygon, margin: float = 0.0) -> Affine:
        """Lay a polygon's text upright at its own scale, first corner at the origin.

        The directions are those of the edges at the first corner, so a slanted polygon
        loses its slant.

        Args:
            polygon: corners clockwise as the text is read.
            margin: space kept around the polygon, in pixels.

        Raises:
            ValueError: the polygon has no area.
        """
        p0, p1, _, p3 = polygon
        width, depth = math.dist(p0, p1), math.dist(p0, p3)
        if width <= 0 or depth <= 0:
            raise ValueError("a polygon without area cannot be straightened")
        axes = cls(
            a=(p1[0] - p0[0]) / width,
            b=(p3[0] - p0[0]) / depth,
            c=p0[0],
            d=(p1[1] - p0[1]) / width,
            e=(p3[1] - p0[1]) / depth,
            f=p0[1],
        )
        return axes.inverse().then(cls.shift(margin, margin))

    def then(self, step: Affine) -> Affine:
        """The map that does this one first and ``step`` after it."""
        return Affine(
            a=step.a * self.a + step.b * self.d,
            b=step.a * self.b + step.b * self.e,
            c=step.a * self.c + step.b * self.f + step.c,
            d=step.d * self.a + step.e * self.d,
            e=step.d * self.b + step.e * self.e,
            f=step.d * self.c + step.e * self.f + step.f,
        )

    def inverse(self) -> Affine:
        """The map back.

        Raises:
            ValueError: the map flattens the plane, so there is no way back.
        """
        area = self.a * self.e - self.b * self.d
        if area == 0 or not math.isfinite(area):
            raise ValueError("a map without area has no inverse")
        a, b, d, e = self.e / area, -self.b / area, -self.d / area, self.a / area
        return Affine(
            a=a, b=b, c=-(a * self.c + b * self.f), d=d, e=e, f=-(d * self.c + e * self.f)
        )

    def point(self, point: Point) -> Point:
        """Where one point goes."""
        x, y = point
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f

    def points(self, points: Iterable[Point]) -> tuple[Point, ...]:
        """Where several points go."""
        return tuple(self.point(point) for point in points)

    def polygon(self, polygon: Polygon) -> Polygon:
        """Where the four corners of a polygon go, in the same order."""
        p0, p1, p2, p3 = polygon
        return self.point(p0), self.point(p1), self.point(p2), self.point(p3)

    def rows(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """The 2 x 3 matrix that OpenCV wants, for its pixel-centre coordinates.

        OpenCV puts the centre of the first pixel at (0, 0), half a pixel off from the
        coordinates here.
        """
        shifted = Affine.shift(0.5, 0.5).then(self).then(Affine.shift(-0.5, -0.5))
        return (shifted.a, shifted.b, shifted.c), (shifted.d, shifted.e, shifted.f)


def bounds(polygon: Polygon) -> tuple[float, float, float, float]:
    """The upright box (left, top, right, bottom) around a polygon."""
    xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
    return min(xs), min(ys), max(xs), max(ys)


def box_polygon(left: float, top: float, right: float, bottom: float) -> Polygon:
    """An upright box as a polygon that reads left to right."""
    return (left, top), (right, top), (right, bottom), (left, bottom)


def turned(polygon: Polygon, quarters: int) -> Polygon:
    """The same corners read from another side.

    Args:
        polygon: corners clockwise as the text is read.
        quarters: clockwise quarter turns of the reading direction; 1 makes an upright
            polygon read downwards, -1 upwards.
    """
    k = quarters % 4
    corners = polygon[k:] + polygon[:k]
    return corners[0], corners[1], corners[2], corners[3]
