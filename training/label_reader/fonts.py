"""Typefaces that stand in for those of published figures, each as often as it is met there."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

# Share, and the file names of the family. Arial, Helvetica, Times, Calibri, Verdana and
# Myriad are what figures are set in; the free families named here are drawn like them.
FAMILIES: tuple[tuple[float, str], ...] = (
    (0.22, r"LiberationSans-|Arimo-"),
    (0.12, r"NimbusSans-|texgyreheros-"),
    (0.06, r"FreeSans"),
    (0.03, r"LiberationSansNarrow-|NimbusSansNarrow-|texgyreheroscn-"),
    (0.12, r"LiberationSerif-|NimbusRoman-|Tinos-|texgyretermes-"),
    (0.02, r"FreeSerif|STIXGeneral-|STIX-"),
    (0.14, r"Carlito-"),
    (0.02, r"Caladea-|C059-|texgyreschola-|LinLibertine_R[BI]*\."),
    (0.04, r"DejaVuSans(-Bold|-Oblique|-BoldOblique)?\.|DejaVuSansCondensed"),
    (0.05, r"OpenSans-(Regular|Semi|Bold|Italic|Light|Cond)"),
    (0.04, r"NotoSans-"),
    (0.04, r"Roboto(Condensed)?-(Regular|Medium|Bold|Italic|Light)"),
    (0.02, r"Lato-(Regular|Medium|Semibold|Bold|Italic|Heavy|Light)"),
    (0.02, r"Inter-(Regular|Medium|SemiBold|Bold|Italic)"),
    (0.02, r"Andika-|Cantarell-(Regular|Bold)|LinBiolinum_R|Junction"),
    (0.02, r"ComicNeue-"),
    (0.01, r"Quicksand-|Jura-|texgyreadventor-|URWGothic-|LeagueSpartan-(Med|Bold|Reg)"),
    (0.005, r"NotoSerif-|EBGaramond|P052-|texgyrepagella-|DejaVuSerif"),
    (0.005, r"LiberationMono-|Cousine-|Hack-|DejaVuSansMono|texgyrecursor-"),
)
_SYMBOLS = r"StandardSymbolsPS|NimbusRoman-Regular|FreeSerif\.|LiberationSerif-Regular|FreeSans\."


@dataclass(frozen=True)
class Face:
    """One font file: which characters it has, and its capitals' share of the em."""

    path: str
    characters: frozenset[int]
    capital: float
    heavy: bool
    slanted: bool

    def at(self, capital_height: float) -> ImageFont.FreeTypeFont:
        """The face at about the size that gives capitals of so many pixels.

        Opening a face costs more than drawing with it, so sizes are rounded and kept.
        """
        size = capital_height / self.capital
        step = 1 if size < 20 else 2 if size < 40 else 4
        return _sized(self.path, max(3, round(size / step) * step))


@lru_cache(maxsize=6000)
def _sized(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def _face(path: Path) -> Face | None:
    with TTFont(path, lazy=True) as font:
        characters = frozenset(font.getBestCmap() or ())
    if not set(map(ord, "AZaz09-()")) <= characters and "Symbols" not in path.name:
        return None
    letter = "H" if ord("H") in characters else "Η"
    box = ImageFont.truetype(str(path), 200).getbbox(letter)
    name = path.stem.lower()
    return Face(
        str(path),
        characters,
        max(0.3, (box[3] - box[1]) / 200),
        bool(re.search(r"bold|black|heavy|semi|demi|medium", name)),
        bool(re.search(r"ital|obl", name)),
    )


class Fonts:
    """The faces found under a folder.

    Args:
        root: searched for .ttf and .otf files of :data:`FAMILIES`.

    Raises:
        FileNotFoundError: fewer than ten of the families are there.
    """

    def __init__(self, root: Path) -> None:
        files = sorted(p for p in root.rglob("*") if p.suffix in (".ttf", ".otf"))
        self._families: list[list[Face]] = []
        self._weights: list[float] = []
        for weight, pattern in FAMILIES:
            faces = [f for p in files if re.match(pattern, p.name) and (f := _face(p))]
            if faces:
                self._families.append(faces)
                self._weights.append(weight)
        if len(self._families) < 10:
            raise FileNotFoundError(f"{root}: too few font families, see README.md")
        self._symbols = [f for p in files if re.match(_SYMBOLS, p.name) and (f := _face(p))]

    def draw(self, r: random.Random) -> Face:
        """One face; upright ones are taken more often than slanted ones."""
        faces = r.choices(self._families, self._weights)[0]
        for _ in range(3):
            face = r.choice(faces)
            if not face.slanted or r.random() < 0.22:
                break
        return face

    def symbol(self, r: random.Random, character: str) -> Face | None:
        """A face for a character that the label's own face lacks, or that is set apart."""
        able = [f for f in self._symbols if ord(character) in f.characters]
        return r.choice(able) if able else None
