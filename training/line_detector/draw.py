"""Patches of drawn pathway figures, with the place of every line of text in them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from camera import resized
from fonts import Face, Fonts
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scene import Colour, Pixels, colours, ground_of
from shapes import Node, draw_kind, put_arrow, put_cell, put_icon, put_membrane, put_node

SIDE = 256
"""Pixels of a patch's side as the network sees it."""

CANVAS = 512
"""Pixels of the side at which a patch is drawn."""

CORE = 0.55
"""Height of a line's core in heights of its capitals: lines of one node stay apart."""

CUT = 0.3
"""What the core leaves of the line at each end, in heights of its capitals."""

Corners = NDArray[np.float32]


@dataclass(slots=True)
class Patch:
    """A patch being drawn.

    Attributes:
        image: uint8 (CANVAS, CANVAS, 3).
        unit: usual height of capitals in pixels of the canvas.
        lines: centre line (2, 2) of each text line from its start to its end, and the
            height of its capitals, in pixels of the canvas.
        taken: what is occupied, as boxes.
    """

    image: Pixels
    unit: float
    lines: list[tuple[Corners, float]] = field(default_factory=list)
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def free(self, box: tuple[float, float, float, float]) -> bool:
        """Whether a box touches nothing that is there."""
        x0, y0, x1, y1 = box
        return all(x1 < a or c < x0 or y1 < b or d < y0 for a, b, c, d in self.taken)


class Drawer:
    """Draws patches.

    Args:
        fonts: the faces to set labels in.
        draw_text: gives a label's text.
    """

    def __init__(self, fonts: Fonts, draw_text: Callable[[random.Random], str]) -> None:
        self._fonts = fonts
        self._draw_text = draw_text

    def sample(self, seed: int) -> tuple[Pixels, NDArray[np.uint8], NDArray[np.uint8]]:
        """One patch and what is to be found in it, the same for the same seed.

        Returns:
            RGB, uint8 (SIDE, SIDE, 3); the cores of the lines, 0 or 255; and six
            times the height of capitals in pixels of the patch where there is a core
            (at most 255), both uint8 (SIDE / 2, SIDE / 2).
        """
        r = random.Random(seed)
        seen = min(40.0, max(7.5, r.lognormvariate(2.6, 0.35)))  # capitals as the network sees
        patch = Patch(np.empty(0, np.uint8), seen * CANVAS / SIDE)
        ground, _ = colours(r)
        if r.random() < 0.7:
            ground = (255, 255, 255)
        patch.image = ground_of(r, (CANVAS, CANVAS), ground)
        self._fill(r, patch)
        image = _photograph(r, patch.image, seen)
        return (image, *_targets(patch))

    def _fill(self, r: random.Random, patch: Patch) -> None:
        unit = patch.unit
        for _ in range(r.choices((0, 1, 2, 3), (4, 4, 2, 1))[0]):
            put_cell(r, patch.image, unit)
        for _ in range(r.choices((0, 1, 2), (6, 3, 1))[0]):
            put_membrane(r, patch.image, unit)
        for _ in range(r.choices((0, 1, 3, 6), (5, 3, 2, 1))[0]):
            put_icon(r, patch.image, unit)
        face = self._fonts.draw(r)
        nodes = self._places(r, patch)
        crossing = r.random() < 0.3
        for round_ in (0, 1):
            for start, end in zip(nodes, nodes[1:] + nodes[:1], strict=True):
                if r.random() < (0.4 if round_ == 0 else 0.06 + 0.1 * crossing):
                    put_arrow(r, patch.image, (start.x, start.y), (end.x, end.y), unit)
            if round_ == 0:
                style = colours(r)[0] if r.random() < 0.5 else None
                tight = r.random() < 0.3
                labels = [self._node(r, patch, node, face, style, tight) for node in nodes]
                for write in labels:  # after all nodes, so that none lies over a label
                    write()
        if r.random() < 0.25:
            self._paragraph(r, patch, face)

    def _places(self, r: random.Random, patch: Patch) -> list[Node]:
        """Where nodes go: a loose scatter, or rows and columns."""
        unit, kinds = patch.unit, [draw_kind(r) for _ in range(3)]
        wanted = r.randint(2, max(3, int(3 * (CANVAS / (unit * 9)) ** 2)))
        nodes: list[Node] = []
        for _ in range(wanted * 6):
            if len(nodes) >= min(wanted, 60):
                break
            wide, high = unit * r.uniform(1.2, 3.6), unit * r.uniform(0.8, 1.9)
            kind = r.choice(kinds) if r.random() < 0.8 else draw_kind(r)
            if kind in ("circle", "diamond", "up", "down", "gear"):
                high = max(high, wide * r.uniform(0.6, 1.0))
            if kind == "circle":
                high = wide
            x, y = r.uniform(0, CANVAS), r.uniform(0, CANVAS)
            if nodes and r.random() < 0.6:
                near = r.choice(nodes)
                if r.random() < 0.5:
                    x = near.x + r.choice((-1, 1)) * (near.wide + wide + unit * r.uniform(0.1, 2))
                    y = near.y
                else:
                    x = near.x
                    y = near.y + r.choice((-1, 1)) * (near.high + high + unit * r.uniform(0.1, 2))
            box = (x - wide, y - high, x + wide, y + high)
            if patch.free(box):
                patch.taken.append(box)
                nodes.append(Node(x, y, wide, high, kind))
        return nodes

    def _node(
        self,
        r: random.Random,
        patch: Patch,
        node: Node,
        usual: Face,
        style: Colour | None,
        tight: bool,
    ) -> Callable[[], None]:
        """Draw a node; what it returns writes its label, inside or across the outline."""
        face = usual if r.random() < 0.85 else self._fonts.draw(r)
        unit = patch.unit * (r.uniform(0.8, 1.25) if r.random() < 0.3 else 1.0)
        texts = [self._draw_text(r)[:16] for _ in range(r.choices((1, 2, 3), (80, 17, 3))[0])]
        if len(texts) > 1:
            texts = [text[: r.randint(1, 7)].strip() or "A" for text in texts]
        fill: Colour | None = None
        if node.kind != "none":
            kind = r.random()
            fill = style if kind < 0.5 else colours(r)[0] if kind < 0.75 else None
            if fill is None and tight and r.random() < 0.6:
                fill = (255, 255, 255)
        font = face.at(unit)
        wide = max(font.getlength(text) for text in texts)
        # Labels mostly fit their nodes; pathway programs let them stand out.
        if not tight and node.kind != "none" and wide > 1.9 * node.wide:
            grown = Node(node.x, node.y, wide / 2 + unit * 0.4, node.high, node.kind)
            node = grown if patch.free(_beside(grown, node)) else node
        if node.kind != "none":
            put_node(r, patch.image, node, fill, unit)
            if r.random() < 0.03:
                texts = []  # a node without a label
        turn = 0.0
        if r.random() < 0.06:
            turn = r.choice((-90.0, -90.0, 90.0, r.uniform(-60, 60)))
        pitch = unit * r.uniform(1.3, 1.9)
        first = node.y - pitch * (len(texts) - 1) / 2
        if node.kind in ("up", "down") and r.random() < 0.5:
            first += unit * (0.4 if node.kind == "up" else -0.4)

        def write() -> None:
            for i, text in enumerate(texts):
                at = (node.x, first + pitch * i) if not turn else (node.x + pitch * i, node.y)
                self._set(r, patch, text, at, face, unit, turn)
            if r.random() < 0.1:
                self._mark(r, patch, node, face)

        return write

    def _mark(self, r: random.Random, patch: Patch, node: Node, face: Face) -> None:
        """A phosphate: a small circle with a letter at the node's edge."""
        unit = patch.unit
        turn = r.uniform(0, 2 * math.pi)
        x, y = node.x + math.cos(turn) * node.wide, node.y + math.sin(turn) * node.high
        circle = Node(x, y, unit * 0.55, unit * 0.55, "circle")
        put_node(r, patch.image, circle, colours(r)[0], unit)
        self._set(r, patch, r.choice("PPPUAM"), (x, y), face, unit * 0.6, 0.0)

    def _paragraph(self, r: random.Random, patch: Patch, face: Face) -> None:
        """Lines of running text below each other."""
        unit = patch.unit * r.uniform(0.8, 1.1)
        x, y = r.uniform(-50, CANVAS * 0.6), r.uniform(0, CANVAS)
        pitch = unit * r.uniform(1.5, 2.2)
        for i in range(r.randint(2, 5)):
            text = " ".join(self._draw_text(r) for _ in range(r.randint(1, 3)))
            wide = face.at(unit).getlength(text)
            box = (x, y + i * pitch - unit, x + wide, y + i * pitch + unit)
            if not patch.free(box):
                return
            patch.taken.append(box)
            self._set(r, patch, text, (x + wide / 2, y + i * pitch), face, unit, 0.0)

    def _set(
        self,
        r: random.Random,
        patch: Patch,
        text: str,
        at: tuple[float, float],
        face: Face,
        unit: float,
        turn: float,
    ) -> None:
        """One line of text centred on a place, and its entry in the list of lines."""
        font = face.at(unit)
        if not text.strip():
            return
        kept = "".join(c for c in text if ord(c) in face.characters)
        wide = font.getlength(kept)
        if wide < 1:
            return
        if turn:
            size = int(wide + 4 * unit)
            tile = Image.new("L", (size, size))
            ImageDraw.Draw(tile).text(
                (size / 2 - wide / 2, size / 2 + unit / 2), kept, 255, font, "ls"
            )
            mask = Image.new("L", (CANVAS, CANVAS))
            turned = tile.rotate(-turn, Image.Resampling.BICUBIC)
            mask.paste(turned, (round(at[0] - size / 2), round(at[1] - size / 2)))
        else:
            mask = Image.new("L", (CANVAS, CANVAS))
            ImageDraw.Draw(mask).text((at[0] - wide / 2, at[1] + unit / 2), kept, 255, font, "ls")
        box = mask.getbbox()
        if box is None:
            return
        part = np.s_[box[1] : box[3], box[0] : box[2]]
        share = (np.asarray(mask)[part].astype(np.float32) / 255)[:, :, None]
        under = patch.image[part]
        ground = np.median(under.reshape(-1, 3), axis=0)
        colour = _readable(r, (int(ground[0]), int(ground[1]), int(ground[2])))
        under[:] = (under + (np.array(colour, np.float32) - under) * share + 0.5).astype(np.uint8)
        half = wide / 2 * np.array([math.cos(math.radians(turn)), math.sin(math.radians(turn))])
        centre = np.array(at)
        patch.lines.append((np.array([centre - half, centre + half], np.float32), unit))


def _beside(node: Node, own: Node) -> tuple[float, float, float, float]:
    """The box of a node less the box that it already has."""
    inset = 1.0
    if node.wide <= own.wide:
        return (node.x, node.y, node.x, node.y)
    return (own.x + own.wide + inset, node.y - own.high, node.x + node.wide, node.y + own.high)


def _readable(r: random.Random, under: Colour) -> Colour:
    """A text colour that can be told from its ground; mostly black or white."""
    dark = 0.299 * under[0] + 0.587 * under[1] + 0.114 * under[2] < 120
    if r.random() < 0.75:
        return (255, 255, 255) if dark else (0, 0, 0)
    by_hue = r.random() < 0.3  # red on green of the same lightness can be read, too
    for _ in range(20):
        _, colour = colours(r)
        if by_hue and math.dist(colour, under) > 120:
            return colour
        light = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
        if abs(light - (0.299 * under[0] + 0.587 * under[1] + 0.114 * under[2])) > 60:
            return colour
    return (255, 255, 255) if dark else (0, 0, 0)


def _photograph(r: random.Random, image: Pixels, seen: float) -> Pixels:
    """Shrunk to its published size, compressed, and enlarged as the pipeline does."""
    scale = r.uniform(1.0, max(1.0, min(3.2, seen / 4.8)))
    native = max(48, round(SIDE / scale))
    small = resized(
        image, (native, native), r.choice((cv2.INTER_AREA, cv2.INTER_AREA, cv2.INTER_LINEAR))
    )
    if r.random() < 0.1:
        small = np.asarray(cv2.GaussianBlur(small, (0, 0), r.uniform(0.3, 0.8)), np.uint8)
    if r.random() < 0.1:
        soft = cv2.GaussianBlur(small, (0, 0), 1.0)
        small = np.asarray(cv2.addWeighted(small, 1.7, soft, -0.7, 0), np.uint8)
    if r.random() < 0.7:
        quality = int(r.triangular(30, 98, 85))
        _, data = cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        small = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[:, :, ::-1]
    return resized(np.ascontiguousarray(small), (SIDE, SIDE), cv2.INTER_CUBIC)


def _targets(patch: Patch) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    cells = SIDE // 2
    ratio = cells / CANVAS
    core, height = np.zeros((cells, cells), np.uint8), np.zeros((cells, cells), np.uint8)
    fine = 16  # fillPoly takes sixteenths of a pixel
    for (start, end), unit in patch.lines:
        along = end - start
        length = float(np.hypot(*along))
        along = along / max(length, 1e-6)
        across = np.array([-along[1], along[0]]) * unit * CORE / 2
        cut = along * min(CUT * unit, length * 0.3)
        corners = np.array(
            [start + cut - across, end - cut - across, end - cut + across, start + cut + across]
        )
        points = ((corners * ratio - 0.5) * fine).round().astype(np.int32)
        cv2.fillPoly(core, [points], 255, cv2.LINE_8, 4)
        value = min(255, round(unit * SIDE / CANVAS * 6))
        cv2.fillPoly(height, [points], value, cv2.LINE_8, 4)
    return core, height
