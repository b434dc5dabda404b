from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import pytest

from pipeline.errors import UsageError
from pipeline.imaging.geometry import box_polygon
from pipeline.reading import registry
from pipeline.reading.figure_reader import FigureReader, bounded, finer_scale
from pipeline.reading.options import ReadingOptions
from pipeline.reading.regions import area, shared_area
from pipeline.reading.registry import Probe, ReaderKind
from pipeline.types import Line, Reading, Region
from tests.reading.drawn import canvas, write

LABELS = {"JAK1": (40, 60), "STAT3": (220, 60), "IL6 receptor": (40, 150), "AKT": (240, 150)}


@pytest.fixture
def figure() -> tuple[np.ndarray, dict[str, tuple[int, int, int, int]]]:
    picture = canvas()
    return picture, {text: write(picture, text, *place) for text, place in LABELS.items()}


def check(lines: Sequence[Line], boxes: dict[str, tuple[int, int, int, int]]) -> None:
    by_text = {line.text: line for line in lines}
    for text, box in boxes.items():
        assert text in by_text
        region = by_text[text].region
        assert region is not None
        wanted = box_polygon(*box)
        assert shared_area(region.polygon, wanted) > 0.85 * area(wanted)


@pytest.mark.parametrize("readers", [("ppocr",), ("tesseract",), ("tesseract", "ppocr")])
def test_labels_are_read_where_they_stand_in_reading_order(
    readers: tuple[str, ...], figure: tuple[np.ndarray, dict[str, tuple[int, int, int, int]]]
) -> None:
    if not all(registry.probe(kind).ok for kind in readers):
        pytest.skip("a reader is not installed")
    picture, boxes = figure
    reader = FigureReader(ReadingOptions(readers=readers))
    lines = reader.read(picture)
    check(lines, boxes)
    assert [line.text for line in lines if line.text in boxes] == list(LABELS)
    assert reader.read(picture) == lines
    assert set(reader.versions()) == set(readers)


def test_text_that_runs_upwards_is_read() -> None:
    picture = canvas(300, 60)
    write(picture, "CASPASE", 60, 40, size=0.8)
    lines = FigureReader(ReadingOptions(readers=("ppocr",))).read(
        np.ascontiguousarray(np.rot90(picture))
    )
    (line,) = (line for line in lines if line.text == "CASPASE")
    assert line.region is not None
    assert line.region.angle == pytest.approx(-90, abs=5)


@pytest.mark.parametrize("shape", [(1, 1, 3), (8, 8, 3), (3, 200, 3), (200, 3, 3), (60, 60, 3)])
@pytest.mark.parametrize("readers", [("ppocr",), ("tesseract",)])
def test_empty_and_tiny_images_have_no_lines(
    shape: tuple[int, int, int], readers: tuple[str, ...]
) -> None:
    blank = np.full(shape, 255, dtype=np.uint8)
    assert FigureReader(ReadingOptions(readers=readers)).read(blank) == ()


class Echo:
    """Reads in every region how wide it is."""

    name = "echo"

    def version(self) -> str:
        return "echo 1"

    def read(self, pixels: np.ndarray, regions: Sequence[Region]) -> list[tuple[Reading, ...]]:
        return [(Reading(f"w{r.width:.0f}", 0.9, self.name),) for r in regions]


def test_a_registered_reader_takes_part(
    monkeypatch: pytest.MonkeyPatch,
    figure: tuple[np.ndarray, dict[str, tuple[int, int, int, int]]],
) -> None:
    monkeypatch.setattr(registry, "_KINDS", dict(registry._KINDS))
    registry.register(ReaderKind("echo", lambda options: Echo(), lambda: Probe("echo", True)))
    reader = FigureReader(ReadingOptions(readers=("echo",)))
    lines = reader.read(figure[0])
    assert len([line for line in lines if line.readers == ("echo",)]) >= len(LABELS)
    assert reader.versions() == {"echo": "echo 1"}


def test_an_unknown_reader_is_refused() -> None:
    with pytest.raises(UsageError, match="abbyy"):
        FigureReader(ReadingOptions(readers=("abbyy",)))


def regions(height: float) -> list[Region]:
    return [Region(box_polygon(0, 0, 5 * height, height), 0.9, "test")]


def test_small_text_gets_a_finer_look() -> None:
    heights = [12, 30, 60, 120]
    scales = [finer_scale(regions(height)) for height in heights]
    assert scales == sorted(scales, reverse=True)
    assert scales[0] == 3.0
    assert scales[-1] < 1.0
    assert finer_scale([]) == finer_scale(regions(12))


@pytest.mark.parametrize("shape", [(6000, 6000, 3), (10, 900, 3), (20_000, 200, 3)])
def test_no_image_is_enlarged_without_bound(shape: tuple[int, int, int]) -> None:
    page = np.broadcast_to(np.uint8(255), shape)
    scale = bounded(100.0, page)
    assert 0 < scale <= 4
    assert scale**2 * shape[0] * shape[1] <= 12e6 * (1 + 1e-9)


def test_importing_the_registry_loads_nothing_heavy() -> None:
    code = (
        "import sys, pipeline.reading.registry, pipeline.reading.options;"
        "print([m for m in ('cv2', 'numpy', 'onnxruntime', 'pytesseract') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


@pytest.mark.figures
def test_a_real_figure_is_read(shared) -> None:  # type: ignore[no-untyped-def]
    from pipeline.imaging.decode import load_image

    name = "PMC4022009__AD2014-532487.001.jpg"
    lines = FigureReader().read(load_image(shared / "figures" / "images" / name).pixels)
    assert len(lines) >= 15
    assert any("lymphocyte" in line.text.lower() for line in lines)
