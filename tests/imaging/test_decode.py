from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline.errors import ImageError
from pipeline.imaging.decode import load_image


def picture(width: int = 60, height: int = 40) -> Image.Image:
    """Red, with a blue top-left corner, so that every orientation differs."""
    image = Image.new("RGB", (width, height), (250, 10, 10))
    image.paste((10, 10, 250), (0, 0, 20, 10))
    return image


def save(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds no pixels."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 9) + b"IDAT"


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "ppm", "webp"])
def test_lossless_formats_give_the_pixels(tmp_path: Path, suffix: str) -> None:
    options = {"lossless": True} if suffix == "webp" else {}
    decoded = load_image(save(tmp_path / f"a.{suffix}", picture(), **options))
    assert np.array_equal(decoded.pixels, np.asarray(picture()))
    assert decoded.size == (60, 40)
    assert decoded.notes == ()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_undone(tmp_path: Path, orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = picture().transpose(undo[orientation]) if orientation > 1 else picture()
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(tmp_path / "a.jpg", stored, exif=exif, quality=95, subsampling=0)
    decoded = load_image(path)
    assert decoded.size == (60, 40)
    assert decoded.pixels[3, 3, 2] > 200
    assert decoded.pixels[35, 50, 0] > 200
    assert bool(decoded.notes) == (orientation > 1)


def test_broken_exif_does_not_cost_the_figure(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", picture(), exif=b"Exif\0\0II*\0\xff\xff\xff\x7f garbage")
    assert load_image(path).size == (60, 40)


def test_adobe_cmyk_is_not_inverted(tmp_path: Path) -> None:
    white = Image.new("CMYK", (30, 30), (0, 0, 0, 0))
    white.paste((0, 0, 0, 255), (10, 10, 20, 20))
    pixels = load_image(save(tmp_path / "a.jpg", white, quality=95)).pixels
    assert pixels[2, 2].min() > 240
    assert pixels[15, 15].max() < 15


def test_sixteen_bit_grey_is_scaled_by_its_range(tmp_path: Path) -> None:
    values = np.full((20, 20), 4000, dtype=np.uint16)  # a 12-bit picture in 16 bits
    values[5:10, 5:10] = 100
    cv2.imwrite(str(tmp_path / "a.png"), values)
    decoded = load_image(tmp_path / "a.png")
    assert decoded.pixels[0, 0].tolist() == [255] * 3
    assert decoded.pixels[7, 7].tolist() == [0] * 3
    assert decoded.notes


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bit_colour_is_scaled_by_its_range(tmp_path: Path, suffix: str) -> None:
    values = np.zeros((20, 20, 3), dtype=np.uint16)
    values[:, :, 2] = 4000  # red, in OpenCV's order
    cv2.imwrite(str(tmp_path / f"a.{suffix}"), values)
    decoded = load_image(tmp_path / f"a.{suffix}")
    assert decoded.pixels[0, 0].tolist() == [255, 0, 0]
    assert decoded.notes


def test_floating_point_pixels_are_scaled(tmp_path: Path) -> None:
    values = np.linspace(0, 1, 400, dtype=np.float32).reshape(20, 20)
    values[0, 0] = np.nan
    path = save(tmp_path / "a.tiff", Image.fromarray(values))
    pixels = load_image(path).pixels
    assert pixels[19, 19, 0] == 255
    assert pixels[0, 1, 0] < 3


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "YCbCr"])
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    path = save(tmp_path / "a.tiff", picture().convert(mode))
    pixels = load_image(path).pixels
    assert pixels.shape == (40, 60, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous


@pytest.mark.parametrize(
    ("ink", "ground"), [((0, 0, 0), 255), ((255, 255, 255), 0), ((255, 240, 120), 0)]
)
def test_transparency_is_laid_where_its_ink_shows(
    tmp_path: Path, ink: tuple[int, int, int], ground: int
) -> None:
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((*ink, 255), (20, 10, 30, 30))
    decoded = load_image(save(tmp_path / "a.png", image))
    assert decoded.pixels[2, 2].tolist() == [ground] * 3
    assert decoded.pixels[20, 25].tolist() == list(ink)
    assert "transparent" in decoded.notes[0]


def test_a_transparent_palette_colour_becomes_white(tmp_path: Path) -> None:
    image = Image.new("P", (30, 30), 0)
    image.putpalette([255, 0, 255, 0, 0, 0])
    image.paste(1, (10, 10, 20, 20))
    path = save(tmp_path / "a.png", image, transparency=0)
    pixels = load_image(path).pixels
    assert pixels[0, 0].tolist() == [255] * 3
    assert pixels[15, 15].tolist() == [0] * 3


def test_half_transparent_ink_is_blended(tmp_path: Path) -> None:
    image = Image.new("RGBA", (30, 30), (0, 0, 0, 51))
    assert load_image(save(tmp_path / "a.png", image)).pixels[0, 0].tolist() == [204] * 3


def test_of_an_animation_the_first_frame_is_used(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue", "green")]
    path = tmp_path / "a.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    decoded = load_image(path)
    assert decoded.pixels[5, 5].tolist() == [255, 0, 0]
    assert decoded.notes == ("animated: first frame used (of 3)",)


def test_of_several_pages_the_first_is_used(tmp_path: Path) -> None:
    path = tmp_path / "a.tiff"
    picture().save(path, save_all=True, append_images=[Image.new("RGB", (9, 9))])
    decoded = load_image(path)
    assert decoded.size == (60, 40)
    assert decoded.notes == ("first page used (of 2)",)


def test_one_pixel_is_an_image(tmp_path: Path) -> None:
    assert load_image(save(tmp_path / "a.png", picture(1, 1))).size == (1, 1)


def cause_of(path: Path, **options: int) -> str:
    with pytest.raises(ImageError) as caught:
        load_image(path, **options)
    assert path.name in caught.value.subject
    assert caught.value.remedy
    return caught.value.cause


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "does not exist" in cause_of(tmp_path / "no.png")


def test_a_folder_is_no_image(tmp_path: Path) -> None:
    assert "folder" in cause_of(tmp_path)


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    assert "0 bytes" in cause_of(tmp_path / "a.png")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", picture())
    path.chmod(0)
    assert "cannot be read" in cause_of(path)


def test_text_is_no_image(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("not an image at all")
    assert "not an image" in cause_of(tmp_path / "a.png")


def test_postscript_is_not_handed_to_an_interpreter(tmp_path: Path) -> None:
    (tmp_path / "a.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    assert "not an image" in cause_of(tmp_path / "a.eps")


@pytest.mark.parametrize("suffix", ["jpg", "png", "tiff", "gif", "webp", "bmp"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_cut_short_is_refused(tmp_path: Path, suffix: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    whole = save(tmp_path / f"whole.{suffix}", Image.fromarray(noise)).read_bytes()
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(whole[: int(len(whole) * share)])
    assert "damaged" in cause_of(path) or "not an image" in cause_of(path)


def test_flipped_bytes_never_escape_as_another_error(tmp_path: Path) -> None:
    generator = np.random.default_rng(7)
    for suffix in ("jpg", "png", "tiff", "gif", "webp", "bmp"):
        whole = save(tmp_path / f"whole.{suffix}", picture()).read_bytes()
        for _ in range(30):
            data = bytearray(whole)
            for at in generator.integers(0, len(data), 4):
                data[at] ^= int(generator.integers(1, 256))
            path = tmp_path / f"a.{suffix}"
            path.write_bytes(bytes(data))
            try:
                assert load_image(path).pixels.ndim == 3
            except ImageError as error:
                assert path.name in error.subject


def test_the_size_is_checked_before_decoding(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png_header(20_000, 6_000))
    assert "120,000,000" in cause_of(path)


def test_a_bomb_beyond_the_limit_of_pillow_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png_header(60_000, 60_000))
    assert "pixels" in cause_of(path)


def test_the_limit_can_be_set(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", picture())
    assert "2,400" in cause_of(path, max_pixels=2399)
    assert load_image(path, max_pixels=2400).size == (60, 40)


def test_a_strip_is_no_figure(tmp_path: Path) -> None:
    assert "strip" in cause_of(save(tmp_path / "a.png", picture(501, 5)))


def test_a_name_with_a_null_byte_is_refused() -> None:
    with pytest.raises(ImageError):
        load_image("a\0b.png")


def test_webp_with_alpha_is_laid_on_white(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(buffer, "WEBP", lossless=True)
    (tmp_path / "a.webp").write_bytes(buffer.getvalue())
    assert load_image(tmp_path / "a.webp").pixels.min() == 255
