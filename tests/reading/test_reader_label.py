from __future__ import annotations

import json
import math
import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from pipeline.errors import MissingDependencyError
from pipeline.imaging.geometry import box_polygon
from pipeline.lexicon.folding import fold
from pipeline.reading import networks, reader_label
from pipeline.reading.reader_label import (
    Facts,
    LabelReader,
    decode,
    read_rows,
    trimmed,
)
from pipeline.types import Polygon, Region

FACTS = Facts(("", *"ABα"), 32, 2, (2.0, 1.0, 1.0))


def rows(*best: tuple[int, float]) -> NDArray[np.float32]:
    """Chances in which each step's best class has the chance given, the rest shared."""
    found = np.empty((len(best), 4), dtype=np.float32)
    for step, (index, chance) in enumerate(best):
        found[step] = (1 - chance) / 3
        found[step, index] = chance
    return found


@pytest.fixture(scope="module")
def reader() -> LabelReader:
    return LabelReader()


def labels_of(root: Path, figid: str) -> tuple[NDArray[np.uint8], list[tuple[str, Region]]]:
    """A drawn figure, and its labels with boxes about as a detector draws them."""
    truth = json.loads((root / "fixtures" / "truth" / f"{figid}.json").read_text("utf-8"))
    with Image.open(root / "fixtures" / "figures" / truth["image"]) as image:
        pixels = np.asarray(image.convert("RGB"))
    found = []
    for label in truth["labels"]:
        corners = [(float(x), float(y)) for x, y in label["polygon"]]
        polygon = grown((corners[0], corners[1], corners[2], corners[3]), label["cap_height"])
        found.append((label["text"], Region(polygon, 1.0, "truth")))
    return pixels, found


def grown(polygon: Polygon, unit: float) -> Polygon:
    (x0, y0), (x1, y1) = polygon[0], polygon[1]
    width = math.hypot(x1 - x0, y1 - y0) or 1.0
    along = (0.15 * unit * (x1 - x0) / width, 0.15 * unit * (y1 - y0) / width)
    down = (-along[1], along[0])
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    a, b, c, d = (
        (x + i * along[0] + j * down[0], y + i * along[1] + j * down[1])
        for (x, y), (i, j) in zip(polygon, signs, strict=True)
    )
    return a, b, c, d


def test_repeats_are_one_character_unless_a_blank_step_parts_them() -> None:
    text, _, _ = decode(rows((1, 0.9), (1, 0.9), (0, 0.9), (1, 0.9), (2, 0.9), (0, 0.9)), FACTS)
    assert text == "AAB"


def test_nothing_is_read_where_no_character_is_likely() -> None:
    assert decode(rows((0, 0.9), (0, 0.6)), FACTS) == ("", 0.0, ())


def test_confidence_follows_the_calibration() -> None:
    _, confidence, _ = decode(rows((1, 0.9), (0, 0.9), (2, 0.5)), FACTS)
    logs = (math.log(0.9), math.log(0.5))
    odds = 2.0 + min(logs) + sum(logs) / 2
    assert confidence == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-4)


@given(st.floats(0.5, 0.9), st.floats(0.01, 0.09), st.integers(0, 3))
def test_a_less_sure_character_lowers_the_confidence(
    chance: float, less: float, place: int
) -> None:
    sure = [(1, chance), (2, chance), (3, chance), (1, chance)]
    doubted = [*sure[:place], (sure[place][0], chance - less), *sure[place + 1 :]]
    assert decode(rows(*doubted), FACTS)[1] < decode(rows(*sure), FACTS)[1]


def test_runners_up_come_from_the_surest_step_best_first_without_blank() -> None:
    chances = np.array([[0.3, 0.5, 0.1, 0.1], [0.1, 0.6, 0.05, 0.25]], dtype=np.float32)
    text, _, alternatives = decode(chances, FACTS)
    assert text == "A"
    assert alternatives == ((("α", 0.25), ("B", 0.05)),)


def test_every_character_has_its_runners_up() -> None:
    text, _, alternatives = decode(rows((1, 0.97), (0, 0.9), (2, 0.6)), FACTS)
    assert [len(a) for a in alternatives] == [2, 2]
    assert len(text) == len(alternatives)


def test_a_doubtful_crop_gives_the_other_texts_it_may_hold() -> None:
    chances = np.array([[0.02, 0.5, 0.46, 0.02], [0.97, 0.01, 0.01, 0.01]], dtype=np.float32)
    (first, sure, _), (second, less, _) = read_rows(
        chances, Facts(FACTS.symbols, 32, 2, (0, 1, 0))
    )[:2]
    assert (first, second) == ("A", "B")
    assert less == pytest.approx(sure * 0.46 / 0.5, abs=0.01)


def test_a_sure_crop_gives_one_text() -> None:
    found = read_rows(rows((1, 0.99)), Facts(FACTS.symbols, 32, 2, (9, 0, 0)))
    assert [text for text, _, _ in found] == ["A"]


def test_only_boxes_of_a_detector_that_leaves_room_are_trimmed() -> None:
    corners = box_polygon(10, 100, 60, 200)
    over, under, _ = reader_label.LOOKS["ppocr"][0]
    assert trimmed(Region(corners, 1.0, "other"), 0) == corners
    assert trimmed(Region(corners, 1.0, "ppocr"), 0) == box_polygon(
        10, 100 + 100 * over, 60, 200 - 100 * under
    )


def test_room_is_trimmed_across_the_reading_direction() -> None:
    upwards = ((0.0, 50.0), (0.0, 0.0), (100.0, 0.0), (100.0, 50.0))
    over, under, _ = reader_label.LOOKS["ppocr"][0]
    first, _, third, _ = trimmed(Region(upwards, 1.0, "ppocr"), 0)
    assert first == pytest.approx((100 * over, 50.0))
    assert third == pytest.approx((100 - 100 * under, 0.0))


def test_a_wide_look_reaches_beyond_both_ends() -> None:
    polygon = trimmed(Region(box_polygon(10, 100, 60, 120), 1.0, "lines"), 1)
    assert polygon[0] == pytest.approx((10 - 0.4 * 20, 100))
    assert polygon[2] == pytest.approx((60 + 0.4 * 20, 120))


def test_unsure_detector_boxes_are_read_a_second_time_untrimmed(
    reader: LabelReader, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels, labels = labels_of(root, "FIXTURE003__apoptosis")
    polygon = labels[0][1].polygon
    regions = [Region(polygon, 1.0, detector) for detector in ("other", "ppocr")]
    monkeypatch.setattr(reader_label, "_SURE", 0.0)
    assert [len(seen) for seen in reader.read(pixels, regions)] == [1, 1]
    monkeypatch.setattr(reader_label, "_SURE", 1.1)
    once, twice = reader.read(pixels, regions)
    assert len({r.scale for r in once}) == 1
    assert len({r.scale for r in twice}) == 2
    assert twice[0].scale > once[0].scale


def test_missing_weights_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(networks, "models_dir", lambda: tmp_path)
    with pytest.raises(MissingDependencyError, match=r"label_reader\.onnx: .*not there"):
        LabelReader()


def test_damaged_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    damaged = bytearray(networks.LABEL_READER.path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "label_reader").mkdir()
    (tmp_path / "label_reader" / "label_reader.onnx").write_bytes(damaged)
    monkeypatch.setattr(networks, "models_dir", lambda: tmp_path)
    with pytest.raises(MissingDependencyError, match="SHA-256"):
        LabelReader()


def test_weights_that_cannot_be_read_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "label_reader" / "label_reader.onnx").mkdir(parents=True)
    monkeypatch.setattr(networks, "models_dir", lambda: tmp_path)
    with pytest.raises(MissingDependencyError, match="cannot be read"):
        networks.load(networks.LABEL_READER)


def test_the_weights_know_the_alphabet_of_the_training_code(
    reader: LabelReader, root: Path
) -> None:
    code = runpy.run_path(str(root / "training" / "label_reader" / "alphabet.py"))
    assert "".join(reader._facts.symbols) == code["ALPHABET"]
    assert len(set(code["ALPHABET"])) == len(code["ALPHABET"])
    assert code["spell"]("NF–κB  ‘x’") == "NF-κB 'x'"
    assert code["spell"]("→") is None


def test_versions_name_the_weights_and_what_runs_them(reader: LabelReader) -> None:
    assert reader.version().startswith(f"{networks.LABEL_READER.version} (onnxruntime ")


@pytest.mark.parametrize(
    "figid",
    [
        "PMC5400654__oncotarget-08-22145-g003",
        "FIXTURE001__wnt-signalling",
        "FIXTURE003__apoptosis",
        "FIXTURE005__glycolysis",
    ],
)
def test_labels_of_drawn_figures_are_read(reader: LabelReader, root: Path, figid: str) -> None:
    pixels, labels = labels_of(root, figid)
    readings = reader.read(pixels, [region for _, region in labels])
    wrong = [
        (text, [r.text for r in seen])
        for (text, _), seen in zip(labels, readings, strict=True)
        if fold(text) not in {fold(r.text) for r in seen}
    ]
    assert len(wrong) <= 0.2 * len(labels), wrong


def test_greek_letters_are_read_as_such(reader: LabelReader, root: Path) -> None:
    pixels, labels = labels_of(root, "FIXTURE001__wnt-signalling")
    greek = [(text, region) for text, region in labels if not text.isascii()]
    read = reader.read(pixels, [region for _, region in greek])
    right = [
        text for (text, _), seen in zip(greek, read, strict=True) if text in {r.text for r in seen}
    ]
    assert len(right) >= 0.6 * len(greek), read


def test_a_reading_does_not_depend_on_the_other_regions(reader: LabelReader, root: Path) -> None:
    pixels, labels = labels_of(root, "FIXTURE003__apoptosis")
    regions = [region for _, region in labels][:6]
    together = reader.read(pixels, regions)
    for region, seen in zip(regions, together, strict=True):
        (alone,) = reader.read(pixels, [region])
        assert [r.text for r in alone] == [r.text for r in seen]
        assert [r.confidence for r in alone] == pytest.approx(
            [r.confidence for r in seen], abs=1e-3
        )


def test_plain_ground_reads_as_nothing(reader: LabelReader) -> None:
    pixels = np.full((60, 200, 3), 230, dtype=np.uint8)
    region = Region(box_polygon(10, 10, 90, 30), 1.0, "test")
    assert reader.read(pixels, [region]) == [()]


def test_no_regions_give_no_readings(reader: LabelReader) -> None:
    assert reader.read(np.zeros((10, 10, 3), dtype=np.uint8), []) == []


def test_readings_say_who_read_them_and_at_which_scale(reader: LabelReader, root: Path) -> None:
    pixels, labels = labels_of(root, "PMC5400654__oncotarget-08-22145-g003")
    (seen,) = reader.read(pixels, [labels[0][1]])
    (reading,) = seen
    assert reading.reader == "label"
    assert reading.scale == pytest.approx(32 / labels[0][1].height, abs=0.01)
    assert len(reading.alternatives) == len(reading.text)
    assert 0.0 < reading.confidence <= 1.0
