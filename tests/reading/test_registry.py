from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import MissingDependencyError, UsageError
from pipeline.reading import ppocr_model, registry
from pipeline.reading.options import ReadingOptions
from pipeline.reading.registry import Probe, ReaderKind


def program(folder: Path, script: str) -> str:
    """A program named tesseract, and a PATH that has it alone."""
    (folder / "tesseract").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "tesseract").chmod(0o755)
    return str(folder)


def test_the_default_readers_are_known() -> None:
    assert set(ReadingOptions().readers) <= set(registry.kinds())


def test_an_unknown_reader_is_named_with_the_choice() -> None:
    with pytest.raises(UsageError, match=r"abbyy.*tesseract"):
        registry.probe("abbyy")
    with pytest.raises(UsageError, match="abbyy"):
        registry.make("abbyy", ReadingOptions())


def test_a_reader_that_cannot_work_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_KINDS", dict(registry._KINDS))
    made: list[ReadingOptions] = []
    kind = ReaderKind(
        "broken",
        lambda options: made.append(options),  # type: ignore[arg-type, return-value]
        lambda: Probe("broken", False, detail="no lamp", remedy="Buy a lamp"),
    )
    registry.register(kind)
    with pytest.raises(MissingDependencyError, match=r"no lamp.*Buy a lamp"):
        registry.make("broken", ReadingOptions())
    assert made == []


def test_tesseract_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = registry.probe("tesseract")
    assert not found.ok
    assert "apt-get install tesseract-ocr" in found.remedy


def test_tesseract_without_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", program(tmp_path, "echo tesseract 5.9.9; echo osd"))
    found = registry.probe("tesseract")
    assert (found.ok, found.version) == (False, "5.9.9")
    assert "tesseract-ocr-eng" in found.remedy


def test_tesseract_that_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", program(tmp_path, "echo tesseract 5.9.9; echo eng"))
    found = registry.probe("tesseract")
    assert found == Probe("tesseract", True, "5.9.9", str(tmp_path / "tesseract"))


@pytest.mark.parametrize("script", ["exit 1", "kill -9 $$"])
def test_tesseract_that_breaks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str
) -> None:
    monkeypatch.setenv("PATH", program(tmp_path, script) + os.pathsep + "/usr/bin:/bin")
    found = registry.probe("tesseract")
    assert not found.ok
    assert "does not run" in found.detail


def test_weights_that_are_absent_are_never_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ppocr_model, "RECOGNISER", "PP-OCRv99_rec.onnx")
    found = registry.probe("ppocr")
    assert not found.ok
    assert "PP-OCRv99_rec.onnx" in found.detail
    assert "pip install" in found.remedy


def test_damaged_weights_are_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no network")
    monkeypatch.setattr(ppocr_model, "model_file", lambda name: tmp_path / name)
    with pytest.raises(MissingDependencyError, match=r"broken\.onnx"):
        ppocr_model.open_session("broken.onnx")


@pytest.mark.parametrize(
    "options",
    [
        {"readers": ()},
        {"readers": ("ppocr", "ppocr")},
        {"min_confidence": 1.5},
        {"min_confidence": float("nan")},
        {"timeout": 0.0},
    ],
)
def test_senseless_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        ReadingOptions(**options)  # type: ignore[arg-type]
