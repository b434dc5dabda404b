from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.geometry import box_polygon
from pipeline.reading.order import reading_order
from pipeline.types import Line, Region


def line(text: str, left: float, top: float, width: float = 40, height: float = 10) -> Line:
    polygon = box_polygon(left, top, left + width, top + height)
    return Line(text, region=Region(polygon, 1.0, "test"))


def test_bands_go_down_and_each_to_the_right() -> None:
    lines = [line("d", 60, 31), line("b", 60, 2), line("c", 0, 30), line("a", 0, 0)]
    assert [x.text for x in reading_order(lines)] == ["a", "b", "c", "d"]


def test_a_tall_line_does_not_swallow_its_neighbours() -> None:
    lines = [line("side", 0, 0, 10, 200), line("top", 50, 90), line("low", 20, 120)]
    assert [x.text for x in reading_order(lines)] == ["top", "side", "low"] or [
        x.text for x in reading_order(lines)
    ] == ["side", "top", "low"]


def test_lines_without_places_keep_their_order_in_front() -> None:
    lines = [line("z", 0, 0), Line("b"), Line("a")]
    assert [x.text for x in reading_order(lines)] == ["b", "a", "z"]


boxes = st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(5, 80), st.integers(5, 30))


@given(st.lists(boxes, max_size=12, unique=True), st.randoms())
def test_order_does_not_depend_on_the_order_found(
    places: list[tuple[int, int, int, int]], chance: random.Random
) -> None:
    lines = [line(str(i), *place) for i, place in enumerate(places)]
    shuffled = list(lines)
    chance.shuffle(shuffled)
    assert reading_order(shuffled) == reading_order(lines)
    assert sorted(x.text for x in reading_order(lines)) == sorted(x.text for x in lines)
