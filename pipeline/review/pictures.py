"""The pictures of the page: the figure as every viewer shows it, and small ones of it.

Figures are decoded and encoded anew, so that a browser is given nothing but plain PNG and
JPEG, whatever the file is.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from pipeline.errors import ImageError

THUMB = (132, 88)
"""Largest width and height of a small picture, in pixels."""

_KEPT = 24 * 2**20  # bytes of pictures kept in memory


class Picture(NamedTuple):
    """An encoded picture.

    Attributes:
        data: its bytes.
        media_type: what they are.
        size: (width, height) of the upright figure in pixels.
    """

    data: bytes
    media_type: str
    size: tuple[int, int]


class Pictures:
    """Makes pictures, and keeps those made last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Path, int, bool], Picture] = OrderedDict()
        self._lock = Lock()

    def figure(self, path: Path) -> Picture:
        """Return a figure in full.

        Raises:
            ImageError: it cannot be decoded.
        """
        return self._get(path, small=False)

    def thumb(self, path: Path) -> Picture:
        """Return a small picture of a figure.

        Raises:
            ImageError: it cannot be decoded.
        """
        return self._get(path, small=True)

    def _get(self, path: Path, *, small: bool) -> Picture:
        try:
            changed = path.stat().st_mtime_ns
        except OSError as error:
            raise ImageError(path, f"it cannot be read ({error.strerror})", "Restore it") from error
        key = (path, changed, small)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        picture = _encode(path, small=small)
        with self._lock:
            self._kept[key] = picture
            while sum(len(p.data) for p in self._kept.values()) > _KEPT and len(self._kept) > 1:
                self._kept.popitem(last=False)
        return picture


def _encode(path: Path, *, small: bool) -> Picture:
    import cv2

    from pipeline.imaging.decode import load_image

    image = load_image(path)
    pixels = cv2.cvtColor(image.pixels, cv2.COLOR_RGB2BGR)
    if small:
        width, height = image.size
        scale = min(1.0, 2 * THUMB[0] / width, 2 * THUMB[1] / height)  # sharp on dense screens
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 80])
        return Picture(data.tobytes(), "image/jpeg", image.size)
    _, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return Picture(data.tobytes(), "image/png", image.size)
