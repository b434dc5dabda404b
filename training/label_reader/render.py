"""Labels drawn as published figures show them, cut out as the pipeline cuts them.

A label is set larger than it will be, coloured, put on a ground with what stands around
labels in figures (outlines, arrows, other text), shrunk to the size of figures on the
web, compressed, and cut out with the pipeline's own crop function.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import cv2
import numpy as np
from alphabet import spell
from camera import photograph, resized
from fonts import Face, Fonts
from PIL import Image, ImageDraw
from scene import Colour, Pixels, Scene, colours, ground_of, lay, put_node, put_patches, put_stroke

MAX_WIDTH = 640


class Renderer:
    """Draws labels.

    Args:
        fonts: the faces to set them in.
        draw_text: gives a label's text.
    """

    def __init__(self, fonts: Fonts, draw_text: Callable[[random.Random], str]) -> None:
        self._fonts = fonts
        self._draw_text = draw_text

    def sample(self, seed: int) -> tuple[Pixels, str]:
        """One crop and its text, the same for the same seed.

        Returns:
            RGB crop, uint8, shape (32, width, 3), and what is to be read in it; about
            one in thirty holds no text.
        """
        r = random.Random(seed)
        while True:
            text = "" if r.random() < 0.03 else self._draw_text(r)
            answer = spell(text)
            if answer is None:
                continue
            crop = self._crop(r, text) if answer else self._empty(r)
            if crop is not None and len(answer) * 4 <= crop.shape[1] <= MAX_WIDTH:
                return crop, answer

    def _empty(self, r: random.Random) -> Pixels | None:
        """A crop of lines, arrows and shapes that a detector took for text."""
        return self._crop(r, "".join(r.choices("ABCno", k=r.randint(1, 5))), hidden=True)

    def _crop(self, r: random.Random, text: str, hidden: bool = False) -> Pixels | None:
        height = _capital_height(r)
        # Small text mostly comes from a larger drawing that was scaled down; some was
        # set at its final size by a program that fits strokes to pixels.
        zoom = 1.0 if r.random() < 0.25 else r.uniform(1.2, 3.0 if height < 11 else 1.7)
        ink = self._ink(r, text, height * zoom)
        if ink is None:
            return None
        mask, box, capital = ink
        if r.random() < 0.12:
            stretch = r.uniform(0.78, 1.2)
            size = max(1, round(mask.shape[1] * stretch)), mask.shape[0]
            mask = resized(mask, size)
            box = (box[0] * stretch, box[1], box[2] * stretch, box[3])
        scene = Scene(np.empty(0, np.uint8), box, capital, zoom, height * zoom)
        ground, colour = colours(r)
        scene.image = ground_of(r, mask.shape, ground)
        around = r.random()
        if around < 0.38:
            put_node(r, scene, ground, colour)
        if r.random() < (0.9 if hidden else 0.22):
            for _ in range(r.randint(1, 3 if not hidden else 6)):
                put_stroke(r, scene, colour, through=hidden or r.random() < 0.3)
        if r.random() < 0.14:
            put_patches(r, scene, colour)
        if r.random() < 0.2:
            self._neighbour(r, scene, colour)
        if not hidden:
            lay(r, scene, mask, colour)
        return photograph(r, scene)

    def _ink(
        self, r: random.Random, text: str, capital: float
    ) -> tuple[Pixels, tuple[float, float, float, float], tuple[float, float]] | None:
        """Coverage of the label's ink on a canvas with room around it, and where it is."""
        face = self._fonts.draw(r)
        pad = capital * 1.2
        room = int(len(text) * capital * 1.75 + 2 * pad + 8), int(capital * 1.9 + 2 * pad)
        canvas = Image.new("L", room)
        draw = ImageDraw.Draw(canvas)
        base = pad + capital * 1.4
        x = pad
        gap = capital * r.uniform(0.02, 0.22) if r.random() < 0.1 else 0.0
        blank = r.uniform(-0.12, 0.5) * capital if r.random() < 0.3 else 0.0
        other_face = r.random() < 0.3
        for run, level in _runs(r, text):
            for part, font_face in self._faces(r, run, face, other_face):
                if font_face is None:
                    return None
                font = font_face.at(capital * (1.0 if level == 0 else 0.68))
                y = base - level * capital * 0.5
                pieces = part if gap else re.split(r"(?<= )", part) if blank else [part]
                for piece in pieces:
                    draw.text((x, y), piece, fill=255, font=font, anchor="ls")
                    x += font.getlength(piece) + gap + (blank if piece[-1:] == " " else 0.0)
        mask = np.asarray(canvas)
        box = canvas.getbbox()
        if box is None or box[2] >= room[0] - 1:
            return None
        if box[2] + pad < room[0]:
            mask = mask[:, : int(box[2] + pad)]
        if r.random() < 0.06:
            mask = _slanted(mask, r.uniform(-0.25, 0.25), base)
        return mask, (box[0], box[1], box[2], box[3]), (base - capital, base)

    def _faces(
        self, r: random.Random, run: str, face: Face, apart: bool
    ) -> list[tuple[str, Face | None]]:
        """A run in pieces of one face each; letters outside ASCII may stand in another."""
        if run.isascii() and all(ord(c) in face.characters for c in run):
            return [(run, face)]
        pieces: list[tuple[str, Face | None]] = []
        for c in run:
            own = ord(c) in face.characters and (c.isascii() or not apart)
            chosen = face if own else self._fonts.symbol(r, c)
            if pieces and pieces[-1][1] is chosen:
                pieces[-1] = (pieces[-1][0] + c, chosen)
            else:
                pieces.append((c, chosen))
        return pieces

    def _neighbour(self, r: random.Random, scene: Scene, colour: Colour) -> None:
        """Other text close by, of which a crop may catch an edge."""
        text = self._draw_text(r)[:14]
        face = self._fonts.draw(r)
        if not all(ord(c) in face.characters for c in text):
            return
        font = face.at(scene.unit * r.uniform(0.8, 1.2))
        left, top, right, bottom = scene.box
        side = r.random()
        middle = (scene.capital[0] + scene.capital[1]) / 2
        gap = scene.unit * r.uniform(0.15, 0.9)
        canvas = Image.fromarray(scene.image)
        draw = ImageDraw.Draw(canvas)
        if side < 0.35:
            draw.text((left + scene.unit * r.uniform(-3, 2), top - gap), text, colour, font, "ld")
        elif side < 0.7:
            draw.text(
                (left + scene.unit * r.uniform(-3, 2), bottom + gap), text, colour, font, "lt"
            )
        elif side < 0.85:
            draw.text((left - gap, middle), text, colour, font, "rm")
        else:
            draw.text((right + gap, middle), text, colour, font, "lm")
        scene.image = np.array(canvas)


def _capital_height(r: random.Random) -> float:
    """Final height of capitals in pixels: most labels lie between 6 and 12."""
    if r.random() < 0.2:
        return r.uniform(4.8, 7.5)
    if r.random() < 0.1:
        return r.uniform(4.5, 30.0)
    return min(30.0, max(4.5, r.lognormvariate(2.25, 0.35)))


def _runs(r: random.Random, text: str) -> list[tuple[str, int]]:
    """The text in runs with their level: 1 raised, -1 lowered, 0 on the line."""
    if len(text) < 2 or r.random() > 0.07:
        return [(text, 0)]
    cut = r.randint(max(1, len(text) - 3), len(text) - 1)
    return [(text[:cut], 0), (text[cut:], r.choice((1, 1, -1)))]


def _slanted(mask: Pixels, slant: float, base: float) -> Pixels:
    rows = np.array([[1.0, -slant, slant * base], [0.0, 1.0, 0.0]])
    return np.asarray(cv2.warpAffine(mask, rows, mask.shape[::-1]), dtype=np.uint8)
