from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.geometry import bounds, box_polygon
from pipeline.reading import tiles
from pipeline.reading.detect_lines import LineDetector, LineRules, fit_lines
from pipeline.reading.detect_ppocr import BoxRules, fit_boxes
from pipeline.reading.regions import area, overlap, shared_area
from pipeline.reading.tiles import OVERLAP, TILE, spans
from pipeline.types import Region
from tests.reading.drawn import canvas, write

LABELS = [
    ((20, 20, 20), (255, 255, 255)),
    ((255, 255, 255), (40, 40, 120)),
    ((150, 20, 20), (170, 200, 170)),
]


def holds(regions: list[Region], box: tuple[int, int, int, int]) -> bool:
    """Whether some region has the whole box in it and little else."""
    wanted = box_polygon(*box)
    return any(
        shared_area(r.polygon, wanted) > 0.9 * area(wanted) and overlap(r.polygon, wanted) > 0.35
        for r in regions
    )


@pytest.fixture(scope="module")
def detector() -> LineDetector:
    return LineDetector()


@pytest.mark.parametrize(("ink", "ground"), LABELS)
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_labels_of_any_colour_are_found(
    detector: LineDetector,
    ink: tuple[int, int, int],
    ground: tuple[int, int, int],
    scale: float,
) -> None:
    picture = canvas(ground=ground)
    boxes = [write(picture, "JAK1", 40, 60, ink), write(picture, "STAT3 dimer", 200, 150, ink)]
    found = detector.detect(picture, scale)
    assert all(holds(found, box) for box in boxes)


def test_two_lines_in_one_node_are_two_regions(detector: LineDetector) -> None:
    picture = canvas()
    cv2.ellipse(picture, (200, 120), (45, 28), 0, 0, 360, (60, 60, 60), 1, cv2.LINE_AA)
    boxes = [write(picture, "p27", 184, 117, size=0.5), write(picture, "KIP1", 180, 134, size=0.5)]
    found = detector.detect(picture, 2.0)
    assert all(holds(found, box) for box in boxes)
    assert len([r for r in found if r.height < 30]) >= 2


def test_an_empty_page_has_no_lines(detector: LineDetector) -> None:
    assert detector.detect(canvas(), 2.0) == []


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 90, 3), (90, 1, 3), (15, 15, 3)])
def test_tiny_images_are_survived(detector: LineDetector, shape: tuple[int, int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
    assert isinstance(detector.detect(noise, 2.0), list)


def test_a_figure_in_tiles_has_the_lines_of_the_whole(
    detector: LineDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = canvas(700, 500)
    boxes = [write(picture, f"GENE{i}", 20 + 90 * (i % 7), 40 + 60 * (i // 7)) for i in range(49)]
    whole = detector.detect(picture, 1.0)
    monkeypatch.setattr(tiles, "TILE", 256)
    tiled = detector.detect(picture, 1.0)
    assert all(holds(whole, box) and holds(tiled, box) for box in boxes)
    for region in whole:
        assert max(overlap(region.polygon, other.polygon) for other in tiled) > 0.75


def maps(*cores: tuple[int, int, int, int], capital: float = 20.0) -> np.ndarray:
    table = np.zeros((2, 100, 200), dtype=np.float32)
    table[1] = capital
    for left, top, right, bottom in cores:
        table[0, top:bottom, left:right] = 0.9
    return table


def test_a_core_becomes_a_box_of_the_lines_height() -> None:
    rules = LineRules()
    ((polygon, score),) = fit_lines(maps((40, 40, 120, 46)), rules)
    left, top, right, bottom = bounds(polygon)
    # The map has half the size of the image; the core is 0.55 of the capitals' 20 pixels.
    assert bottom - top == pytest.approx(12 + (rules.depth - 0.55) * 20, abs=0.1)
    assert right - left == pytest.approx(160 + 2 * (0.3 + rules.room) * 20, abs=0.1)
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((160, 86))
    assert polygon[0] == pytest.approx((left, top))
    assert score == pytest.approx(0.9)


def test_a_tall_core_grows_along_its_own_direction() -> None:
    rules = LineRules()
    ((polygon, _),) = fit_lines(maps((90, 10, 96, 90)), rules)
    left, top, right, bottom = bounds(polygon)
    assert right - left == pytest.approx(12 + (rules.depth - 0.55) * 20, abs=0.1)
    assert bottom - top == pytest.approx(160 + 2 * (0.3 + rules.room) * 20, abs=0.1)


def test_specks_are_no_lines() -> None:
    assert fit_lines(maps((40, 40, 41, 42)), LineRules()) == []
    assert fit_lines(maps(), LineRules()) == []


@given(st.integers(1, 10 * TILE))
def test_tiles_keep_to_even_pixels_where_asked(half: int) -> None:
    for tile in spans(2 * half, step=2):
        assert all(edge % 2 == 0 for edge in tile)


@given(st.integers(1, 20 * TILE))
def test_tiles_cover_every_pixel_once_with_room_around(length: int) -> None:
    tiles = spans(length)
    assert [tile[2] for tile in tiles[1:]] == [tile[3] for tile in tiles[:-1]]
    assert (tiles[0][2], tiles[-1][3]) == (0, length)
    for start, end, keep_start, keep_end in tiles:
        assert 0 <= start <= keep_start < keep_end <= end <= length
        assert end - start <= TILE
        assert start == 0 or keep_start - start >= OVERLAP // 2 - 1
        assert end == length or end - keep_end >= OVERLAP // 2 - 1


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
