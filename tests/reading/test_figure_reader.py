from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.errors import UsageError
from pipeline.imaging.geometry import box_polygon
from pipeline.lexicon.folding import fold
from pipeline.reading import registry, tiles
from pipeline.reading.figure_reader import FigureReader, agreed, bounded, second_scale
from pipeline.reading.options import ReadingOptions
from pipeline.reading.regions import overlap
from pipeline.reading.registry import Probe, ReaderKind
from pipeline.types import Line, Reading, Region
from tests.reading.drawn import canvas, write

LABELS = {"JAK1": (40, 60), "MAPK": (220, 60), "IL6 receptor": (40, 150), "AKT": (240, 150)}


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
        assert overlap(region.polygon, box_polygon(*box)) >= 0.5


@pytest.mark.parametrize(
    "readers", [("ppocr",), ("tesseract",), ("label",), ("ppocr", "label", "tesseract")]
)
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


def test_text_too_small_or_too_large_gets_a_look_at_its_best_height() -> None:
    assert second_scale(regions(1.35 * 10), 2.0) is None
    small, large = second_scale(regions(1.35 * 4), 2.0), second_scale(regions(1.35 * 45), 2.0)
    assert small is not None
    assert large is not None
    assert small * 4 == pytest.approx(large * 45)
    assert small > 2.0 > large
    assert second_scale([], 2.0) is None


def test_two_readers_that_are_sure_of_the_same_agree() -> None:
    def seen(*said: tuple[str, float, str]) -> list[Reading]:
        return [Reading(text, confidence, reader) for text, confidence, reader in said]

    assert agreed(seen(("IL-6", 0.9, "ppocr"), ("IL6", 0.95, "label")))
    assert not agreed(seen(("IL-6", 0.9, "ppocr"), ("IL-8", 0.95, "label")))
    assert not agreed(seen(("IL-6", 0.9, "ppocr"), ("IL6", 0.5, "label")))
    assert not agreed(seen(("IL-6", 0.9, "ppocr"), ("IL6", 0.95, "ppocr")))


def test_a_third_reader_is_asked_only_where_two_do_not_agree(
    monkeypatch: pytest.MonkeyPatch,
    figure: tuple[np.ndarray, dict[str, tuple[int, int, int, int]]],
) -> None:
    asked: list[int] = []

    class Second(Echo):
        name = "second"

        def read(self, pixels: np.ndarray, regions: Sequence[Region]) -> list[tuple[Reading, ...]]:
            said = super().read(pixels, regions)
            return [
                (Reading(r.text if i else "other", 0.9, self.name),) for i, (r,) in enumerate(said)
            ]

    class Third(Echo):
        name = "third"

        def read(self, pixels: np.ndarray, regions: Sequence[Region]) -> list[tuple[Reading, ...]]:
            asked.append(len(regions))
            return super().read(pixels, regions)

    monkeypatch.setattr(registry, "_KINDS", dict(registry._KINDS))
    for made in (Echo, Second, Third):
        probe = Probe(made.name, True)
        registry.register(
            ReaderKind(made.name, lambda _, made=made: made(), lambda probe=probe: probe)
        )
    FigureReader(ReadingOptions(readers=("echo", "second", "third"))).read(figure[0])
    assert asked == [1]


@pytest.mark.parametrize(
    ("figid", "quarters", "tile"),
    [
        *((f"FIXTURE{figure}", 0, None) for figure in ("001__wnt-signalling", "008__tgf-beta")),
        ("FIXTURE002__cell-cycle", 0, 512),
        ("FIXTURE002__cell-cycle", 1, None),
        ("FIXTURE007__autophagy", 0, None),
        ("FIXTURE009__notch", 1, 512),
        ("PMC5400654__oncotarget-08-22145-g003", 0, None),
    ],
)
def test_labels_of_drawn_figures_are_boxed(
    root: Path, monkeypatch: pytest.MonkeyPatch, figid: str, quarters: int, tile: int | None
) -> None:
    """Of the labels read, places overlap the labels' own by half; turned and in tiles, too."""
    if tile:
        monkeypatch.setattr(tiles, "TILE", tile)
    truth = json.loads((root / "fixtures" / "truth" / f"{figid}.json").read_text("utf-8"))
    with Image.open(root / "fixtures" / "figures" / truth["image"]) as image:
        pixels = np.asarray(image.convert("RGB"))
    height = pixels.shape[0]
    turned = np.ascontiguousarray(np.rot90(pixels, -quarters))  # clockwise
    lines = FigureReader(ReadingOptions(readers=("label",))).read(turned)
    places: dict[str, list[Region]] = {}
    for line in lines:
        assert line.region is not None
        places.setdefault(fold(line.text), []).append(line.region)
    checked, best = 0, {}
    for label in truth["labels"]:
        corners = [(x, y) if not quarters else (height - y, x) for x, y in label["polygon"]]
        wanted = (corners[0], corners[1], corners[2], corners[3])
        if len(fold(label["text"])) < 2 or fold(label["text"]) not in places:
            continue  # marks of one letter are smaller than the room around them
        checked += 1
        best[label["text"]] = max(overlap(r.polygon, wanted) for r in places[fold(label["text"])])
    assert min(best.values()) >= 0.4, best
    # Superscripts (Ca2+) of turned figures fall a little short.
    assert sum(share < 0.5 for share in best.values()) <= 1, best
    assert checked >= 0.7 * len(truth["labels"])


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
