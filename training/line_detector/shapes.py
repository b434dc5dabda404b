"""What stands in pathway figures besides text: cells, membranes, nodes, arrows, icons."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scene import Colour, Pixels, colours

Points = NDArray[np.int32]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """A shape that may hold a label: its centre and half sizes in pixels."""

    x: float
    y: float
    wide: float
    high: float
    kind: str


KINDS = ("ellipse", "box", "round", "circle", "diamond", "up", "down", "hexagon", "gear", "none")
_WEIGHTS = (22, 16, 12, 10, 5, 4, 6, 4, 2, 19)


def draw_kind(r: random.Random) -> str:
    """The kind of a node, as often as figures use it; ``none`` is a bare label."""
    return r.choices(KINDS, _WEIGHTS)[0]


def outline(node: Node, grow: float = 0.0) -> Points:
    """A node's outline as a closed polygon, int32 (n, 2), grown by so many pixels."""
    wide, high = max(2.0, node.wide + grow), max(2.0, node.high + grow)
    turns = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    if node.kind in ("ellipse", "circle"):
        points = np.stack([np.cos(turns) * wide, np.sin(turns) * high], 1)
    elif node.kind == "round":
        power = np.abs(np.stack([np.cos(turns), np.sin(turns)], 1)) ** 0.35
        signs = np.sign(np.stack([np.cos(turns), np.sin(turns)], 1))
        points = power * signs * np.array([wide, high])
    elif node.kind == "gear":
        radius = 1 + 0.14 * np.sign(np.sin(turns * 8))
        points = np.stack([np.cos(turns) * wide * radius, np.sin(turns) * high * radius], 1)
    else:
        corners = {
            "box": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
            "diamond": [(-1, 0), (0, -1), (1, 0), (0, 1)],
            "up": [(-1, 1), (0, -1), (1, 1)],
            "down": [(-1, -1), (1, -1), (0, 1)],
            "hexagon": [(-1, 0), (-0.7, -1), (0.7, -1), (1, 0), (0.7, 1), (-0.7, 1)],
        }[node.kind if node.kind != "none" else "box"]
        points = np.array(corners) * np.array([wide, high])
    return (points + np.array([node.x, node.y])).round().astype(np.int32)


def put_node(r: random.Random, image: Pixels, node: Node, fill: Colour | None, unit: float) -> None:
    """A node with its fill and outline; now and then a double outline or a shadow."""
    points = outline(node)
    thick = max(1, round(unit * r.uniform(0.05, 0.18)))
    line = (0, 0, 0) if r.random() < 0.5 else colours(r)[r.randint(0, 1)]
    if r.random() < 0.08:
        shift = np.array([unit * 0.25, unit * 0.25], dtype=np.int32)
        cv2.fillPoly(image, [points + shift], (150, 150, 150), cv2.LINE_AA)
    if fill is not None:
        cv2.fillPoly(image, [points], fill, cv2.LINE_AA)
    if fill is None or r.random() < 0.65:
        if r.random() < 0.08:
            for i in range(0, len(points), 2):
                cv2.line(
                    image, points[i].tolist(), points[(i + 1) % len(points)].tolist(), line, thick
                )
        else:
            cv2.polylines(image, [points], True, line, thick, cv2.LINE_AA)
        if r.random() < 0.12:
            more = outline(node, unit * r.choice((-0.35, 0.35)))
            cv2.polylines(image, [more], True, line, thick, cv2.LINE_AA)


def put_arrow(
    r: random.Random,
    image: Pixels,
    start: tuple[float, float],
    end: tuple[float, float],
    unit: float,
) -> None:
    """A line between two places: arrow, T-bar, dashed, bent or plain."""
    thick = max(1, round(unit * r.uniform(0.06, 0.3)))
    line = (0, 0, 0) if r.random() < 0.6 else colours(r)[r.randint(0, 1)]
    a, b = (round(start[0]), round(start[1])), (round(end[0]), round(end[1]))
    length = max(1.0, math.dist(a, b))
    form = r.random()
    if form < 0.5:
        tip = min(0.6, unit * r.uniform(0.4, 1.0) / length)
        cv2.arrowedLine(image, a, b, line, thick, cv2.LINE_AA, 0, tip)
    elif form < 0.62:
        across = unit * r.uniform(0.3, 0.6) / length
        dx, dy = round((b[1] - a[1]) * across), round((a[0] - b[0]) * across)
        cv2.line(image, a, b, line, thick, cv2.LINE_AA)
        cv2.line(image, (b[0] - dx, b[1] - dy), (b[0] + dx, b[1] + dy), line, thick, cv2.LINE_AA)
    elif form < 0.76:
        count = max(2, int(length / (unit * r.uniform(0.6, 1.4))))
        for i in range(0, count, 2):
            p = [round(a[k] + (b[k] - a[k]) * i / count) for k in (0, 1)]
            q = [round(a[k] + (b[k] - a[k]) * (i + 1) / count) for k in (0, 1)]
            cv2.line(image, p, q, line, thick, cv2.LINE_AA)
    elif form < 0.88:
        corner = (b[0], a[1])
        cv2.line(image, a, corner, line, thick, cv2.LINE_AA)
        cv2.arrowedLine(image, corner, b, line, thick, cv2.LINE_AA, 0, 0.15)
    else:
        cv2.line(image, a, b, line, thick, cv2.LINE_AA)


def put_cell(r: random.Random, image: Pixels, unit: float) -> None:
    """A large area: a cell, a nucleus, a compartment, a panel's frame."""
    rows, columns = image.shape[:2]
    fill, _ = colours(r)
    if r.random() < 0.6:
        fill = tuple(int(255 - (255 - c) * 0.25) for c in fill)  # type: ignore[assignment]
    node = Node(
        r.uniform(0, columns),
        r.uniform(0, rows),
        r.uniform(0.2, 0.9) * columns,
        r.uniform(0.2, 0.9) * rows,
        r.choice(("ellipse", "box", "round")),
    )
    put_node(r, image, node, fill if r.random() < 0.8 else None, unit)


def put_membrane(r: random.Random, image: Pixels, unit: float) -> None:
    """A bar, a double row of lipids, or a twisted double strand, across the patch."""
    rows, columns = image.shape[:2]
    line = (0, 0, 0) if r.random() < 0.4 else colours(r)[r.randint(0, 1)]
    depth = unit * r.uniform(0.5, 2.5)
    y = r.uniform(0, rows)
    bend = r.uniform(-0.2, 0.2) * rows if r.random() < 0.4 else 0.0
    left, right = (0.0, float(columns))
    kind = r.random()
    if kind >= 0.7:
        left = r.uniform(0, columns * 0.6)
        right = left + unit * r.uniform(5, 14)
    xs = np.arange(left, right, max(2.0, unit * 0.35))
    ys = y + bend * np.sin(np.pi * xs / columns)
    upright = r.random() < 0.25
    thick = max(1, round(unit * r.uniform(0.05, 0.15)))

    def at(px: float, py: float) -> tuple[int, int]:
        return (round(py), round(px)) if upright else (round(px), round(py))

    if kind < 0.35:
        course = [at(px, py) for px, py in zip(xs, ys, strict=True)]
        cv2.polylines(image, [np.array(course, np.int32)], False, line, max(2, round(depth)), 16)
    elif kind < 0.7:
        other = colours(r)[0]
        for px, py in zip(xs, ys, strict=True):
            for side in (-1, 1):
                end = py + side * depth
                cv2.line(image, at(px, py), at(px, end), line, thick, cv2.LINE_AA)
                cv2.circle(image, at(px, end), max(1, round(unit * 0.16)), other, -1, cv2.LINE_AA)
    else:
        phase = xs / unit * r.uniform(0.8, 2.0)
        for shift in (0.0, math.pi):
            course = [
                at(px, py + depth * 0.5 * math.sin(p + shift))
                for px, py, p in zip(xs, ys, phase, strict=True)
            ]
            cv2.polylines(image, [np.array(course, np.int32)], False, line, thick, cv2.LINE_AA)
        for px, py, p in zip(xs[::2], ys[::2], phase[::2], strict=True):
            high = depth * 0.5 * math.sin(p)
            cv2.line(image, at(px, py - high), at(px, py + high), line, thick, cv2.LINE_AA)


def put_icon(r: random.Random, image: Pixels, unit: float) -> None:
    """Small drawings that are no text: dots, stars, waves, hatching, crosses, jagged blots."""
    rows, columns = image.shape[:2]
    x, y = r.uniform(0, columns), r.uniform(0, rows)
    size = unit * r.uniform(0.4, 3.0)
    line = (0, 0, 0) if r.random() < 0.3 else colours(r)[r.randint(0, 1)]
    thick = max(1, round(unit * r.uniform(0.05, 0.25)))
    kind = r.random()
    if kind < 0.25:
        for _ in range(r.randint(2, 14)):
            place = round(x + r.gauss(0, 1) * size), round(y + r.gauss(0, 1) * size)
            radius = max(1, round(unit * r.uniform(0.1, 0.4)))
            cv2.circle(image, place, radius, line, -1 if r.random() < 0.7 else thick, cv2.LINE_AA)
    elif kind < 0.45:
        count = r.randint(4, 11)
        turns = np.linspace(0, 2 * math.pi, 2 * count, endpoint=False)
        radius = np.where(np.arange(2 * count) % 2, 0.5, 1.0) * size
        star = np.stack([x + np.cos(turns) * radius, y + np.sin(turns) * radius], 1)
        cv2.fillPoly(image, [star.astype(np.int32)], line, cv2.LINE_AA)
    elif kind < 0.6:
        xs = np.linspace(0, 6 * size, 40)
        wave = np.stack([x + xs, y + np.sin(xs / unit * r.uniform(1.5, 4)) * unit * 0.3], 1)
        cv2.polylines(image, [wave.astype(np.int32)], False, line, thick, cv2.LINE_AA)
    elif kind < 0.75:
        step = max(3, round(unit * r.uniform(0.25, 0.6)))
        for i in range(r.randint(3, 15)):
            a = round(x + i * step), round(y)
            b = round(x + i * step + r.choice((0, 1)) * size * 0.5), round(y + size)
            cv2.line(image, a, b, line, thick, cv2.LINE_AA)
    elif kind < 0.85:
        cv2.drawMarker(image, (round(x), round(y)), line, r.randint(0, 6), round(size), thick)
    else:
        blot = np.array(
            [[x + r.gauss(0, size), y + r.gauss(0, size)] for _ in range(r.randint(4, 9))]
        )
        filled = r.random() < 0.6
        if filled:
            cv2.fillPoly(image, [blot.astype(np.int32)], line, cv2.LINE_AA)
        else:
            cv2.polylines(image, [blot.astype(np.int32)], True, line, thick, cv2.LINE_AA)
