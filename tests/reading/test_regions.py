from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.geometry import Affine, box_polygon
from pipeline.reading.regions import area, merge, overlap, readable_ways, usable
from pipeline.types import Region

sides = st.floats(2, 200)


def region(left: float, top: float, right: float, bottom: float) -> Region:
    return Region(box_polygon(left, top, right, bottom), 0.9, "test")


@given(sides, sides, st.floats(-180, 180))
def test_area_does_not_change_with_direction(width: float, height: float, angle: float) -> None:
    polygon = Affine.turn(angle).polygon(box_polygon(5, 5, 5 + width, 5 + height))
    assert area(polygon) == pytest.approx(width * height, rel=1e-6)


@given(sides, sides, st.floats(-80, 80))
def test_a_polygon_overlaps_itself_wholly(width: float, height: float, angle: float) -> None:
    polygon = Affine.turn(angle).polygon(box_polygon(0, 0, width, height))
    assert overlap(polygon, polygon) == pytest.approx(1.0, abs=1e-2)


def test_overlap_is_shared_area_over_union() -> None:
    one, other = box_polygon(0, 0, 10, 10), box_polygon(5, 0, 15, 10)
    assert overlap(one, other) == pytest.approx(1 / 3, abs=1e-4)
    assert overlap(one, box_polygon(10, 0, 20, 10)) == 0


def test_of_repeats_the_first_pass_is_kept() -> None:
    fine, coarse = region(0, 0, 100, 20), region(1, 0, 101, 20)
    far = region(300, 0, 400, 20)
    assert merge([[fine], [coarse, far]]) == [fine, far]


def test_one_pass_keeps_all_it_found() -> None:
    twins = [region(0, 0, 100, 20), region(0, 0, 100, 20)]
    assert merge([twins]) == twins


def test_splits_and_joins_are_both_kept() -> None:
    whole, left, right = region(0, 0, 100, 20), region(0, 0, 48, 20), region(52, 0, 100, 20)
    assert merge([[whole], [left, right]]) == [whole, left, right]


@pytest.mark.parametrize(
    ("width", "height", "angles"),
    [(60, 20, [0]), (20, 60, [-90, 90]), (20, 40, [-90, 90, 0]), (20, 29, [0])],
)
def test_tall_boxes_are_read_both_ways_round(
    width: float, height: float, angles: list[float]
) -> None:
    ways = readable_ways(region(0, 0, width, height))
    assert [way.angle for way in ways] == pytest.approx(angles)
    assert {round(math.prod((w.width, w.height))) for w in ways} == {width * height}


def test_specks_and_nonsense_hold_no_text() -> None:
    assert usable(region(0, 0, 20, 8))
    assert not usable(region(0, 0, 20, 2))
    assert not usable(region(0, 0, math.inf, 20))
