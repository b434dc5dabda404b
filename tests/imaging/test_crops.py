from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.imaging.crops import MAX_CROP_WIDTH, crop_polygon
from pipeline.imaging.geometry import Affine, box_polygon, turned


def stripes(width: int = 60, height: int = 20) -> np.ndarray:
    """A picture that differs in every direction: dark left third, grey top half."""
    picture = np.full((height, width), 255, dtype=np.uint8)
    picture[: height // 2] = 160
    picture[:, : width // 3] = 0
    return picture


def test_an_upright_crop_at_its_own_size_is_the_pixels() -> None:
    picture = stripes()
    crop = crop_polygon(picture, box_polygon(10, 5, 40, 15), height=10)
    assert np.array_equal(crop, picture[5:15, 10:40])


def test_height_is_exact_and_width_follows() -> None:
    crop = crop_polygon(stripes(), box_polygon(0, 0, 60, 20), height=48)
    assert crop.shape == (48, 144)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_turned_regions_come_out_upright(quarters: int) -> None:
    picture = stripes()
    rotated = np.ascontiguousarray(np.rot90(picture, -quarters))
    height, width = rotated.shape
    polygon = turned(box_polygon(0, 0, width, height), quarters)
    assert np.array_equal(crop_polygon(rotated, polygon, height=20), picture)


def test_a_slanted_region_comes_out_upright() -> None:
    canvas = np.full((200, 200), 255, dtype=np.uint8)
    step = Affine.turn(30).then(Affine.shift(80, 40))
    corners = step.polygon(box_polygon(0, 0, 60, 20))
    left_third = step.polygon(box_polygon(0, 0, 20, 20))
    cv2.fillPoly(canvas, [np.array(left_third, dtype=np.int32)], 0)
    crop = crop_polygon(canvas, corners, height=20)
    assert crop.shape == (20, 60)
    assert crop[4:16, 4:16].mean() < 20
    assert crop[4:16, 26:56].mean() > 235


def test_the_margin_adds_pixels_of_the_original() -> None:
    picture = stripes()
    crop = crop_polygon(picture, box_polygon(10, 5, 40, 15), height=14, margin=2)
    assert np.array_equal(crop, picture[3:17, 8:42])


def test_beyond_the_edge_the_edge_repeats() -> None:
    crop = crop_polygon(stripes(), box_polygon(-10, 0, 10, 20), height=20)
    assert crop[:, :9].max() == 0


def test_shrinking_averages_instead_of_skipping() -> None:
    fine = np.zeros((200, 400), dtype=np.uint8)
    fine[:, ::2] = 255
    crop = crop_polygon(fine, box_polygon(0, 0, 400, 200), height=20)
    assert 120 <= crop.min() <= crop.max() <= 136


def test_an_endless_line_is_squeezed() -> None:
    picture = np.zeros((2, 20_000), dtype=np.uint8)
    assert crop_polygon(picture, box_polygon(0, 0, 20_000, 2), height=48).shape == (
        48,
        MAX_CROP_WIDTH,
    )
