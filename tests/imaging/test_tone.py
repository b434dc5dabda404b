from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.tone import dark_on_light, grey


def crop(ground: int, ink: int) -> np.ndarray:
    picture = np.full((20, 60), ground, dtype=np.uint8)
    picture[6:14, 10:14] = ink
    picture[6:14, 20:24] = ink
    return picture


@given(st.integers(0, 255), st.integers(0, 255))
def test_ink_comes_out_dark_and_ground_light(ground: int, ink: int) -> None:
    shown = dark_on_light(crop(ground, ink))
    if abs(ground - ink) >= 8:
        assert shown[0, 0] == 255
        assert shown[10, 11] == 0


def test_noise_is_not_blown_up() -> None:
    flat = crop(200, 197)
    assert np.array_equal(dark_on_light(flat), flat)


def test_grey_weighs_green_most() -> None:
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], dtype=np.uint8)
    red, green, blue = grey(colours)[0].tolist()
    assert green > red > blue


def test_grey_leaves_one_channel_alone() -> None:
    flat = crop(10, 200)
    assert grey(flat) is flat
