from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.geometry import bounds, box_polygon
from pipeline.reading.detect_components import ComponentDetector
from pipeline.reading.detect_ppocr import OVERLAP, TILE, BoxRules, fit_boxes, spans
from pipeline.reading.regions import area, overlap, shared_area
from pipeline.types import Region
from tests.reading.drawn import canvas, write

LABELS = [
    ((20, 20, 20), (255, 255, 255)),
    ((255, 255, 255), (40, 40, 120)),
    ((200, 30, 30), (90, 110, 90)),
]


def holds(regions: list[Region], box: tuple[int, int, int, int]) -> bool:
    """Whether some region has the whole box in it and little else."""
    wanted = box_polygon(*box)
    return any(
        shared_area(r.polygon, wanted) > 0.9 * area(wanted) and overlap(r.polygon, wanted) > 0.35
        for r in regions
    )


@pytest.mark.parametrize(("ink", "ground"), LABELS)
def test_components_find_labels_of_any_colour(
    ink: tuple[int, int, int], ground: tuple[int, int, int]
) -> None:
    picture = canvas(ground=ground)
    boxes = [write(picture, "JAK1", 40, 60, ink), write(picture, "STAT3 dimer", 200, 150, ink)]
    found = ComponentDetector().detect(picture, 2.0)
    assert all(holds(found, box) for box in boxes)


def test_components_find_nothing_on_an_empty_page() -> None:
    assert ComponentDetector().detect(canvas(), 2.0) == []


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 90, 3), (90, 1, 3), (15, 15, 3)])
def test_components_survive_tiny_images(shape: tuple[int, int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
    assert isinstance(ComponentDetector().detect(noise, 2.0), list)


@given(st.integers(1, 20 * TILE))
def test_tiles_cover_every_pixel_once_with_room_around(length: int) -> None:
    tiles = spans(length)
    assert [tile[2] for tile in tiles[1:]] == [tile[3] for tile in tiles[:-1]]
    assert (tiles[0][2], tiles[-1][3]) == (0, length)
    for start, end, keep_start, keep_end in tiles:
        assert 0 <= start <= keep_start < keep_end <= end <= length
        assert end - start <= TILE
        assert start == 0 or keep_start - start >= OVERLAP // 2
        assert end == length or end - keep_end >= OVERLAP // 2


def chances(*islands: tuple[int, int, int, int], value: float = 0.9) -> np.ndarray:
    table = np.zeros((100, 200), dtype=np.float32)
    for left, top, right, bottom in islands:
        table[top:bottom, left:right] = value
    return table


def test_an_island_becomes_a_box_grown_around_it() -> None:
    ((polygon, score),) = fit_boxes(chances((40, 40, 120, 50)), BoxRules(grow=1.6))
    left, top, right, bottom = bounds(polygon)
    # It grows on every side by area x 1.6 / outline: 80 x 10 x 1.6 / 180 = 7.1.
    assert (left, top, right, bottom) == pytest.approx((32.9, 32.9, 127.1, 57.1), abs=1.5)
    assert polygon[0] == pytest.approx((left, top))
    assert score == pytest.approx(0.9, abs=0.1)


def test_faint_and_tiny_islands_are_no_text() -> None:
    assert fit_boxes(chances((40, 40, 120, 50), value=0.35), BoxRules()) == []
    assert fit_boxes(chances((40, 40, 41, 41)), BoxRules()) == []


def test_islands_at_the_edge_are_boxed() -> None:
    assert len(fit_boxes(chances((0, 0, 60, 10), (150, 90, 200, 100)), BoxRules())) == 2
