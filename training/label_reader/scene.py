"""What stands around and under a label: grounds, nodes, patches, lines; and its ink."""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]


@dataclass(slots=True)
class Scene:
    """A label being drawn, at ``zoom`` times its final size.

    Attributes:
        image: colour image, uint8, shape (height, width, 3).
        box: left, top, right, bottom of the label's ink.
        capital: top and bottom of its capitals.
        zoom: enlargement relative to the final size.
        unit: height of capitals in pixels of ``image``.
    """

    image: Pixels
    box: tuple[float, float, float, float]
    capital: tuple[float, float]
    zoom: float
    unit: float


def _hsv(hue: float, saturation: float, value: float) -> Colour:
    cell = np.array([[[hue * 179, saturation * 255, value * 255]]]).astype(np.uint8)
    red, green, blue = (int(v) for v in cv2.cvtColor(cell, cv2.COLOR_HSV2RGB)[0, 0])
    return red, green, blue


def _lightness(colour: Colour) -> float:
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def colours(r: random.Random) -> tuple[Colour, Colour]:
    """Ground and text colours that can be told apart, now and then only just."""
    least = 25 if r.random() < 0.06 else 60
    while True:
        kind = r.random()
        if kind < 0.36:
            ground = (255, 255, 255) if r.random() < 0.85 else _hsv(0, 0, r.uniform(0.85, 1))
        elif kind < 0.6:
            ground = _hsv(r.random(), r.uniform(0.05, 0.35), r.uniform(0.85, 1.0))
        elif kind < 0.82:
            ground = _hsv(r.random(), r.uniform(0.3, 1.0), r.uniform(0.5, 1.0))
        elif kind < 0.92:
            ground = _hsv(r.random(), r.uniform(0.2, 1.0), r.uniform(0.1, 0.6))
        else:
            ground = _hsv(0, 0, r.uniform(0.0, 0.85))
        kind = r.random()
        dark = _lightness(ground) < 130
        if kind < 0.6:
            bright = _hsv(0, 0, r.choice((1.0, 1.0, r.uniform(0.8, 1.0))))
            colour = bright if dark else _hsv(0, 0, r.choice((0, 0, r.uniform(0, 0.35))))
        elif kind < 0.72:
            colour = (255, 255, 255) if r.random() < 0.6 else (0, 0, 0)
        else:
            colour = _hsv(r.random(), r.uniform(0.4, 1.0), r.uniform(0.2, 1.0))
        if abs(_lightness(ground) - _lightness(colour)) >= least:
            return ground, colour


def ground_of(r: random.Random, shape: tuple[int, ...], colour: Colour) -> Pixels:
    """An empty ground: plain, a gradient, or slightly clouded."""
    rows, columns = shape[:2]
    image = np.empty((rows, columns, 3), dtype=np.uint8)
    image[:] = colour
    kind = r.random()
    if kind < 0.16:
        change = np.array([r.uniform(-60, 60) for _ in range(3)])
        if r.random() < 0.5:
            change[:] = change[0]
        if r.random() < 0.6:
            ramp = np.linspace(-0.5, 0.5, rows)[:, None, None]
        else:
            ramp = np.linspace(-0.5, 0.5, columns)[None, :, None]
        if r.random() < 0.3:
            ramp = 0.5 - 2 * np.abs(ramp)
        image = np.clip(image + ramp * change, 0, 255).astype(np.uint8)
    elif kind < 0.21:
        coarse = np.random.default_rng(r.getrandbits(32)).normal(0, r.uniform(5, 25), (3, 5, 3))
        cloud = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC)
        image = np.clip(image + cloud, 0, 255).astype(np.uint8)
    return image


def _near(r: random.Random, colour: Colour, reach: int) -> Colour:
    red, green, blue = (min(255, max(0, c + r.randint(-reach, reach))) for c in colour)
    return red, green, blue


def put_node(r: random.Random, scene: Scene, ground: Colour, colour: Colour) -> None:
    """The shape of a node around the label: its outline, and other ground outside it.

    Pathway programs draw nodes smaller than their labels as often as not: the outline
    then runs through the letters.
    """
    left, top, right, bottom = scene.box
    unit = scene.unit
    tight = r.random() < 0.35
    across = unit * (r.uniform(-0.15, 0.4) if tight else r.uniform(0.0, 0.8))
    along = unit * (r.uniform(-1.0, 0.3) if tight else r.uniform(0.0, 0.9))
    x0, x1 = int(left - along), int(right + along)
    y0, y1 = int(min(top, scene.capital[0]) - across), int(max(bottom, scene.capital[1]) + across)
    if x1 - x0 < unit or y1 <= y0:
        return
    inside = _shape(r, scene, (x0, y0, x1, y1), pointed=tight)
    thick = max(1, round(scene.zoom * r.uniform(0.5 if tight else 0.6, 1.3 if tight else 2.0)))
    line = _near(r, (0, 0, 0), 90) if r.random() < 0.6 else _near(r, colour, 60)
    if r.random() < (0.3 if tight else 0.75):
        far, _ = colours(r)
        outer = far if r.random() < 0.35 else (255, 255, 255)
        if not tight or abs(_lightness(outer) - _lightness(colour)) > 60:
            share = (inside.astype(np.float32) / 255)[:, :, None]
            scene.image = (scene.image * share + np.array(outer) * (1 - share)).astype(np.uint8)
    if tight or r.random() < 0.8:
        edges, _ = cv2.findContours(
            (inside > 127).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        cv2.drawContours(scene.image, edges, -1, line, thick, cv2.LINE_AA)
        if r.random() < 0.15:
            size = 2 * max(2, round(scene.zoom * r.uniform(2.0, 4.0))) + 1
            inner = cv2.erode(inside, np.ones((size, size), np.uint8))
            edges, _ = cv2.findContours(
                (inner > 127).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
            )
            cv2.drawContours(scene.image, edges, -1, line, thick, cv2.LINE_AA)


def _shape(r: random.Random, scene: Scene, box: tuple[int, int, int, int], pointed: bool) -> Pixels:
    """A filled shape about a box: rectangle, oval, bar with round ends; triangle, diamond."""
    x0, y0, x1, y1 = box
    inside = np.zeros(scene.image.shape[:2], dtype=np.uint8)
    middle, half = ((x0 + x1) // 2, (y0 + y1) // 2), ((x1 - x0) // 2, (y1 - y0) // 2)
    kind = r.random()
    if pointed and kind < 0.3:
        width, height = int(half[0] * r.uniform(0.8, 1.3)), int(half[0] * r.uniform(0.7, 1.6))
        x, y = middle[0], middle[1] + int(half[1] * r.uniform(-0.6, 0.6))
        turn = r.choice((-1, 1))
        corners = [(x - width, y - turn * height), (x + width, y - turn * height)]
        corners += [(x, y + turn * height)]
        if r.random() < 0.4:
            corners = [(x - width, y), (x, y - height), (x + width, y), (x, y + height)]
        cv2.fillPoly(inside, [np.array(corners, dtype=np.int32)], 255, cv2.LINE_AA)
    elif kind < 0.45:
        cv2.rectangle(inside, (x0, y0), (x1, y1), 255, -1)
    elif kind < 0.85:
        wide, high = r.uniform(1.0, 1.25), r.uniform(1.0, 1.35)
        grown = int(half[0] * wide), int(half[1] * high)
        if pointed and r.random() < 0.5:
            grown = grown[0], max(grown[1], int(grown[0] * r.uniform(0.6, 1.1)))
        cv2.ellipse(inside, middle, grown, 0, 0, 360, 255, -1, cv2.LINE_AA)
    else:
        radius = max(1, half[1])
        cv2.rectangle(inside, (x0 + radius, y0), (max(x0 + radius, x1 - radius), y1), 255, -1)
        cv2.circle(inside, (x0 + radius, middle[1]), radius, 255, -1, cv2.LINE_AA)
        cv2.circle(inside, (x1 - radius, middle[1]), radius, 255, -1, cv2.LINE_AA)
    return inside


def put_patches(r: random.Random, scene: Scene, colour: Colour) -> None:
    """Other ground behind a part of the label: a node's edge, a membrane, a pale drawing."""
    left, top, right, bottom = scene.box
    unit = scene.unit
    for _ in range(r.choice((1, 1, 2, 3))):
        while True:
            other, _ = colours(r)
            if abs(_lightness(other) - _lightness(colour)) > 55:
                break
        x, y = int(r.uniform(left - unit, right + unit)), int(r.uniform(top - unit, bottom + unit))
        kind = r.random()
        if kind < 0.35:
            end = (scene.image.shape[1], scene.image.shape[0]) if r.random() < 0.5 else (0, y * 2)
            cv2.rectangle(scene.image, (x, 0 if r.random() < 0.6 else y), end, other, -1)
        elif kind < 0.75:
            half = int(unit * r.uniform(0.3, 3)), int(unit * r.uniform(0.3, 2))
            cv2.ellipse(scene.image, (x, y), half, r.uniform(0, 180), 0, 360, other, -1, 16)
        else:
            turns = np.cumsum(
                [[r.uniform(-2, 2) * unit, r.uniform(-1, 1) * unit] for _ in "12345"], 0
            )
            outline = (turns + np.array([x, y])).astype(np.int32)
            cv2.fillPoly(scene.image, [outline], other, cv2.LINE_AA)


def put_stroke(r: random.Random, scene: Scene, colour: Colour, through: bool) -> None:
    """A line, arrow, arc or underline, beside the label or through it."""
    left, top, right, bottom = scene.box
    unit = scene.unit
    thick = max(1, round(scene.zoom * r.uniform(0.6, 2.2)))
    line = r.choice(((0, 0, 0), (0, 0, 0), colour, _hsv(r.random(), 0.8, 0.8), (128, 128, 128)))
    rows, columns = scene.image.shape[:2]
    kind = r.random()
    if through:
        start = int(r.uniform(left, right)), int(r.uniform(0, rows))
    elif kind < 0.5:
        start = int(left - unit * r.uniform(0.1, 0.7)), int(r.uniform(top, bottom))
        if r.random() < 0.5:
            start = int(right + unit * r.uniform(0.1, 0.7)), start[1]
    else:
        y = top - unit * r.uniform(0.1, 0.6)
        if r.random() < 0.5:
            y = bottom + unit * r.uniform(0.1, 0.6)
        start = int(r.uniform(left - unit, right + unit)), int(y)
    if not through and kind > 0.85:
        y = int(scene.capital[1] + unit * r.uniform(0.12, 0.5))
        cv2.line(scene.image, (int(left), y), (int(right), y), line, thick)
        return
    if not through:
        # Away from the label, so that it ends near it and does not cross it.
        end_x = start[0] if kind >= 0.5 else (0 if start[0] < left else columns)
        end_y = start[1] if kind < 0.5 else (0 if start[1] < top else rows)
        end = int(end_x + unit * r.uniform(-0.5, 0.5)), int(end_y + unit * r.uniform(-0.5, 0.5))
    else:
        end = int(r.uniform(0, columns)), r.choice((0, rows))
    form = r.random()
    if form < 0.4:
        cv2.line(scene.image, start, end, line, thick, cv2.LINE_AA)
    elif form < 0.75:
        length = max(1.0, float(np.hypot(end[0] - start[0], end[1] - start[1])))
        tip = min(0.5, unit * r.uniform(0.3, 0.8) / length)
        cv2.arrowedLine(scene.image, end, start, line, thick, cv2.LINE_AA, 0, tip)
    elif form < 0.9:
        half = int(unit * r.uniform(0.3, 3)), int(unit * r.uniform(0.3, 3))
        turn = r.uniform(0, 360)
        middle = start[0], start[1] + (half[1] if start[1] > top else -half[1])
        if through or not left < start[0] < right:
            cv2.ellipse(
                scene.image, middle, half, 0, turn, turn + r.uniform(60, 360), line, thick, 16
            )
    else:
        size = max(1, int(unit * r.uniform(0.15, 0.5)))
        cv2.circle(scene.image, start, size, line, -1, cv2.LINE_AA)


def lay(r: random.Random, scene: Scene, mask: Pixels, colour: Colour) -> None:
    """Put the label on its ground, sometimes with a halo, a shadow or thicker strokes."""
    kind = r.random()
    if kind < 0.05:
        grown = cv2.dilate(mask, np.ones((3, 3), np.uint8), iterations=max(1, round(scene.zoom)))
        halo = (255, 255, 255) if _lightness(colour) < 128 else (0, 0, 0)
        _blend(scene, np.asarray(grown, dtype=np.uint8), halo, 1.0)
    elif kind < 0.08:
        step = max(1, round(scene.zoom * r.uniform(0.7, 1.6)))
        _blend(scene, np.roll(mask, (step, step), (0, 1)), (90, 90, 90), r.uniform(0.3, 0.8))
    elif kind < 0.11 and scene.unit > 14:
        mask = np.asarray(cv2.dilate(mask, np.ones((2, 2), np.uint8)), dtype=np.uint8)
    elif kind < 0.13 and scene.unit > 26:
        # Letters drawn as outlines.
        thin = cv2.erode(mask, np.ones((3, 3), np.uint8))
        mask = np.asarray(cv2.subtract(mask, thin), dtype=np.uint8)
    _blend(scene, mask, colour, 1.0)


def _blend(scene: Scene, mask: Pixels, colour: Colour, strength: float) -> None:
    left, top, right, bottom = cv2.boundingRect(mask)
    part = np.s_[top : top + bottom, left : left + right]
    share = (mask[part].astype(np.float32) * (strength / 255))[:, :, None]
    under = scene.image[part]
    values = under + (np.array(colour, dtype=np.float32) - under) * share
    under[:] = (values + 0.5).astype(np.uint8)
