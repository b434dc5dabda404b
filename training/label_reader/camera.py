"""A drawn label made a small damaged picture, and cut out as the pipeline cuts."""

from __future__ import annotations

import random
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scene import Pixels, Scene

from pipeline.imaging.crops import crop_polygon

HEIGHT = 32
"""Rows of a crop."""


def resized(image: Any, size: tuple[int, int], way: int | None = None) -> Pixels:
    """An image at another size (width, height); averaged down or enlarged by cubic curves."""
    if way is None:
        way = cv2.INTER_AREA if size[0] < image.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=way), dtype=np.uint8)


def photograph(r: random.Random, scene: Scene) -> Pixels | None:
    """Shrink to the final size, damage as figures on the web are, and cut out."""
    image, zoom = scene.image, scene.zoom
    rows, columns = image.shape[:2]
    if r.random() < 0.15 and zoom > 1:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), zoom * r.uniform(0.2, 0.6)), np.uint8)
    if zoom > 1:
        size = max(8, round(columns / zoom)), max(8, round(rows / zoom))
        ways = (cv2.INTER_AREA, cv2.INTER_AREA, cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC)
        image = resized(image, size, r.choice(ways))
    if r.random() < 0.12:
        # Scaled once more on the way to the web, as journals do.
        factor = r.uniform(0.6, 1.5)
        size = max(8, round(image.shape[1] * factor)), max(8, round(image.shape[0] * factor))
        small = resized(image, size, cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
        image = resized(small, (image.shape[1], image.shape[0]), cv2.INTER_CUBIC)
    fx, fy = image.shape[1] / columns, image.shape[0] / rows
    turn = 0.0
    if r.random() < 0.03:
        turn = r.uniform(-70.0, 70.0)
        image, shift = _turned(image, turn)
    if r.random() < 0.12:
        soft = cv2.GaussianBlur(image, (0, 0), 1.0)
        gain = r.uniform(0.4, 1.5)
        image = np.asarray(cv2.addWeighted(image, 1 + gain, soft, -gain, 0), dtype=np.uint8)
    elif r.random() < 0.06:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), r.uniform(0.3, 0.8)), dtype=np.uint8)
    if r.random() < 0.04:
        noise = np.random.default_rng(r.getrandbits(32)).normal(0, r.uniform(2, 12), image.shape)
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if r.random() < 0.7:
        # JPEG's blocks start anywhere relative to the label.
        dx, dy = r.randint(0, 7), r.randint(0, 7)
        shifted = image[min(dy, image.shape[0] - 8) :, min(dx, image.shape[1] - 8) :]
        quality = int(r.triangular(30, 98, 88))
        _, data = cv2.imencode(".jpg", shifted[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        back = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)[:, :, ::-1]
        image = np.array(image)
        image[-back.shape[0] :, -back.shape[1] :] = back
    box = _cut(r, scene, fx, fy)
    if box is None:
        return None
    if turn:
        points = cv2.transform(np.array([box], dtype=np.float64), shift)[0]
        box = [(float(x), float(y)) for x, y in points]
    polygon = (box[0], box[1], box[2], box[3])
    return crop_polygon(np.ascontiguousarray(image), polygon, height=HEIGHT)


def _turned(image: Pixels, degrees: float) -> tuple[Pixels, NDArray[np.float64]]:
    rows, columns = image.shape[:2]
    side = int(np.hypot(rows, columns)) + 4
    shift = cv2.getRotationMatrix2D((columns / 2, rows / 2), degrees, 1.0)
    shift[:, 2] += side / 2 - columns / 2, side / 2 - rows / 2
    turned = cv2.warpAffine(
        image, shift, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(turned, dtype=np.uint8), np.asarray(shift)


def _cut(r: random.Random, scene: Scene, fx: float, fy: float) -> list[tuple[float, float]] | None:
    """Corners of the box that a detector would have drawn around the label."""
    left, top, right, bottom = scene.box
    cap_top, cap_bottom = scene.capital
    unit = scene.unit
    if r.random() < 0.2:
        # As tight as the ink itself, as boxes of connected components are.
        upper, lower = top - unit * r.uniform(-0.02, 0.2), bottom + unit * r.uniform(-0.02, 0.2)
        if lower - upper < unit * 0.6:
            upper, lower = cap_top, cap_bottom
    else:
        depth = unit * r.triangular(1.05, 2.7, 1.5)
        lean = 0.12 if bottom > cap_bottom + 0.1 * unit else 0.0
        middle = (cap_top + cap_bottom) / 2 + unit * (lean + r.gauss(0, 0.08))
        upper, lower = middle - depth / 2, middle + depth / 2
    start = left - unit * r.triangular(-0.08, 0.8, 0.2)
    end = right + unit * r.triangular(-0.08, 0.8, 0.2)
    if end - start < 0.3 * unit:
        return None
    tilt = (end - start) * np.tan(np.radians(r.gauss(0, 0.8))) / 2
    tilt = float(np.clip(tilt, -0.2 * unit, 0.2 * unit))
    corners = (
        (start, upper - tilt),
        (end, upper + tilt),
        (end, lower + tilt),
        (start, lower - tilt),
    )
    return [(x * fx, y * fy) for x, y in corners]
