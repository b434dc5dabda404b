from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.imaging.geometry import Affine, bounds, box_polygon, turned

numbers = st.floats(-1000, 1000, allow_nan=False)
sizes = st.floats(0.05, 50, allow_nan=False)
points = st.tuples(numbers, numbers)
steps = st.one_of(
    st.builds(Affine.scale, sizes, sizes),
    st.builds(Affine.shift, numbers, numbers),
    st.builds(Affine.turn, st.floats(-360, 360)),
)


@given(st.lists(steps, max_size=4), points)
def test_every_chain_of_steps_maps_back(chain: list[Affine], point: tuple[float, float]) -> None:
    whole = Affine()
    for step in chain:
        whole = whole.then(step)
    x, y = whole.inverse().point(whole.point(point))
    assert (x, y) == pytest.approx(point, abs=1e-3)


@given(steps, steps, points)
def test_then_does_the_first_step_first(
    first: Affine, second: Affine, point: tuple[float, float]
) -> None:
    stepwise = second.point(first.point(point))
    assert first.then(second).point(point) == pytest.approx(stepwise, rel=1e-6, abs=1e-6)


def test_a_tile_is_a_shift_by_its_corner() -> None:
    assert Affine.shift(-30, -40).point((35, 41)) == (5, 1)


def test_a_quarter_turn_clockwise_takes_right_to_down() -> None:
    assert Affine.turn(90).point((1, 0)) == pytest.approx((0, 1))


def test_a_flat_map_has_no_inverse() -> None:
    with pytest.raises(ValueError, match="no inverse"):
        Affine(a=1, b=1, d=1, e=1).inverse()


@given(points, sizes, sizes, st.floats(-180, 180))
def test_straightening_lays_the_text_along_x(
    corner: tuple[float, float], width: float, height: float, angle: float
) -> None:
    tilt = Affine.turn(angle).then(Affine.shift(*corner))
    polygon = tilt.polygon(box_polygon(0, 0, width, height))
    laid = Affine.straighten(polygon, margin=2.0).polygon(polygon)
    expected = box_polygon(2, 2, width + 2, height + 2)
    for got, want in zip(laid, expected, strict=True):
        assert got == pytest.approx(want, abs=1e-4)


def test_a_polygon_without_area_cannot_be_straightened() -> None:
    with pytest.raises(ValueError, match="without area"):
        Affine.straighten(((0, 0), (0, 0), (0, 5), (0, 5)))


def test_opencv_sees_pixel_centres_at_whole_numbers() -> None:
    (a, _, c), _ = Affine.scale(2).rows()
    # The first pixel's centre, 0 to OpenCV, lies at 0.5 here and goes to 1.0: 0.5 there.
    assert (a, c) == (2, 0.5)


@given(st.integers(-8, 8), points, sizes, sizes)
def test_turning_keeps_the_place(
    quarters: int, corner: tuple[float, float], width: float, height: float
) -> None:
    assume(abs(width - height) > 1e-6)
    left, top = corner
    polygon = box_polygon(left, top, left + width, top + height)
    other = turned(polygon, quarters)
    assert bounds(other) == bounds(polygon)
    assert turned(other, -quarters) == polygon


@pytest.mark.parametrize(("quarters", "angle"), [(0, 0), (1, 90), (-1, -90), (2, 180)])
def test_turning_sets_the_reading_direction(quarters: int, angle: float) -> None:
    (x0, y0), (x1, y1), *_ = turned(box_polygon(0, 0, 10, 4), quarters)
    assert math.degrees(math.atan2(y1 - y0, x1 - x0)) == pytest.approx(angle)
