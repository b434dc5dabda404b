"""Safe decoding: a file of any kind in, upright 8-bit RGB pixels or a clear error out."""

from __future__ import annotations

import io
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from pipeline.errors import ImageError

Pixels = NDArray[np.uint8]

MAX_PIXELS = 100_000_000
"""Largest image decoded by default: 100 megapixels, 300 MB as RGB."""

MAX_ASPECT = 100.0
"""Longest side over shortest beyond which an image is no figure."""

SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp"})
"""File name endings of the formats decoded, lower case."""

# Pillow would also offer formats that run other programs (EPS calls Ghostscript) or
# that nobody publishes figures in; every one of them is attack surface.
_FORMATS = ("JPEG", "PNG", "TIFF", "GIF", "WEBP", "BMP", "PPM")

_ORIENTATION = 0x0112  # EXIF 2.3, section 4.6.4
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_LIGHT_INK = 160.0
"""Luma above which text drawn straight on a transparent ground needs a dark ground."""


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """An image as every viewer shows it.

    Attributes:
        pixels: RGB, uint8, shape (height, width, 3), upright.
        notes: what had to be decided on the way, one phrase each.
    """

    pixels: Pixels
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return int(self.pixels.shape[1]), int(self.pixels.shape[0])


def load_image(path: str | os.PathLike[str], *, max_pixels: int = MAX_PIXELS) -> DecodedImage:
    """Decode an image file.

    The size is checked from the header before anything is decoded. Transparent images
    are laid on white, or on black when what is drawn straight on the transparent ground
    is light. Images with more than 8 bits are scaled by the range of their values. Of
    several frames or pages the first is used.

    Args:
        path: the file.
        max_pixels: most pixels (width x height) to decode.

    Raises:
        ImageError: the file is missing, unreadable, empty, no image, damaged, cut short,
            or too large; the message says which.
    """
    path = Path(path)
    data = _read(path)
    # Pillow's own size limit warns below and raises above; ours replaces the warning.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                _check_size(path, image.size, max_pixels)
                return _decode(image, data)
        except ImageError:
            raise
        except Image.DecompressionBombError as error:
            raise _too_large(path, "over 178 million", max_pixels) from error
        except UnidentifiedImageError as error:
            raise ImageError(
                path,
                "is not an image in a known format",
                "Give a JPEG, PNG, TIFF, GIF, WebP or BMP file",
            ) from error
        except MemoryError as error:
            raise ImageError(
                path, "does not fit into memory", "Scale the image down, or run fewer jobs"
            ) from error
        except Exception as error:
            # Decoders meet hostile bytes with whatever breaks first: OSError, SyntaxError,
            # struct.error, KeyError. To the user they all mean a damaged file.
            raise ImageError(
                path,
                f"cannot be decoded, it is damaged or cut short ({_first_line(error)})",
                "Download the image again, or convert it to PNG",
            ) from error


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ImageError(path, "does not exist", "Check the path") from error
    except IsADirectoryError as error:
        raise ImageError(path, "is a folder, not an image", "Give an image file") from error
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise ImageError(path, f"cannot be read ({cause})", "Check its permissions") from error
    except ValueError as error:
        raise ImageError(repr(str(path)), "is not a file name", "Check the path") from error
    if not data:
        raise ImageError(path, "is empty (0 bytes)", "Download the image again")
    return data


def _too_large(path: Path, size: str, max_pixels: int) -> ImageError:
    return ImageError(
        path,
        f"has {size} pixels, more than the {max_pixels:,} allowed",
        "Scale the image down",
    )


def _check_size(path: Path, size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise ImageError(path, f"has no pixels ({width} x {height})", "Download it again")
    if width * height > max_pixels:
        raise _too_large(path, f"{width} x {height} = {width * height:,}", max_pixels)
    if max(size) > MAX_ASPECT * min(size):
        raise ImageError(
            path,
            f"is {width} x {height} pixels, a strip and not a figure",
            f"Crop it so that no side is over {MAX_ASPECT:.0f} times the other",
        )


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0][:200] if lines else type(error).__name__


def _decode(image: Image.Image, data: bytes) -> DecodedImage:
    notes: list[str] = []
    frames = int(getattr(image, "n_frames", 1))
    if frames > 1:
        kind = "animated: first frame used" if image.format != "TIFF" else "first page used"
        notes.append(f"{kind} (of {frames})")
    wide = _wide_rgb(image, data)
    if wide is not None:
        pixels = wide
        notes.append("16 bits a channel scaled to 8")
    else:
        image.load()
        pixels = _to_rgb(image, notes)
    orientation = _orientation(image)  # last, since finding it decodes a PNG
    if orientation in _TURNS:
        pixels = np.asarray(Image.fromarray(pixels).transpose(_TURNS[orientation]))
        notes.append("turned upright by its EXIF orientation")
    return DecodedImage(np.ascontiguousarray(pixels, dtype=np.uint8), tuple(notes))


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:
        # Broken metadata must not cost a figure whose pixels are sound.
        return 1


def _wide_rgb(image: Image.Image, data: bytes) -> Pixels | None:
    """16-bit colour through OpenCV; Pillow would keep the high bytes alone."""
    if image.mode not in ("RGB", "RGBA") or "16" not in _raw_mode(image):
        return None
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    decoded: Any = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), flags)
    if decoded is None or decoded.dtype != np.uint16 or decoded.ndim != 3:
        return None
    colours = _by_range(decoded[:, :, 2::-1])
    if decoded.shape[2] == 3:
        return colours
    alpha = (decoded[:, :, 3] >> 8).astype(np.uint8)
    return _flatten(colours, alpha, [])


def _raw_mode(image: Image.Image) -> str:
    for tile in getattr(image, "tile", []):
        arguments = tile[3]
        found = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
        if isinstance(found, str):
            return found
    return ""


def _by_range(values: NDArray[Any]) -> Pixels:
    """Any numbers to 0..255, the least to 0 and the greatest to 255."""
    numbers = np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0)
    low, high = float(numbers.min()), float(numbers.max())
    if high <= low:
        return np.full(values.shape, 255 if high > 0 else 0, dtype=np.uint8)
    numbers -= low
    numbers *= 255.0 / (high - low)
    return np.round(numbers).astype(np.uint8)


def _to_rgb(image: Image.Image, notes: list[str]) -> Pixels:
    if image.mode.startswith("I") or image.mode == "F":
        grey = _by_range(np.asarray(image))
        notes.append("more than 8 bits a channel scaled to 8")
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        rgba = np.asarray(image.convert("RGBA"))
        return _flatten(rgba[:, :, :3], rgba[:, :, 3], notes)
    # Adobe's inverted CMYK is already set right by Pillow's JPEG reader.
    return np.asarray(image.convert("RGB"))


def _flatten(colours: Pixels, alpha: Pixels, notes: list[str]) -> Pixels:
    """Lay a transparent image on white, or on black if its ink is light."""
    ground = 255
    clear = alpha < 128
    if clear.any() and not clear.all():
        rim: Any = cv2.dilate(clear.astype(np.uint8), np.ones((5, 5), np.uint8))
        ink = colours[(rim > 0) & ~clear]
        if ink.size and float(np.median(ink @ (0.299, 0.587, 0.114))) > _LIGHT_INK:
            ground = 0
    if alpha.min() == 255:
        return colours
    notes.append(f"transparent: laid on {'white' if ground else 'black'}")
    weight = alpha[:, :, None].astype(np.float32) / 255.0
    return np.asarray(np.round(colours * weight + ground * (1.0 - weight)), dtype=np.uint8)
