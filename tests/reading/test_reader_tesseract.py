from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import MissingDependencyError, ReadingError
from pipeline.imaging.geometry import box_polygon
from pipeline.reading.reader_tesseract import TesseractReader
from pipeline.types import Region

PIXELS = np.full((40, 120, 3), 255, dtype=np.uint8)
REGION = Region(box_polygon(10, 10, 100, 30), 0.9, "test")


def page(number: int, *words: str) -> str:
    spans = "".join(
        f"<span class='ocrx_word' id='word_1_1' title='bbox 0 0 9 9; x_wconf 90'>{word}</span>"
        for word in words
    )
    return f"<div class='ocr_page' id='page_{number}' title='x'>{spans}</div>\n"


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """Put a program named tesseract in front of PATH."""
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return program


def test_all_crops_of_a_look_go_through_one_process_with_one_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    answer = tmp_path / "answer"
    answer.write_text(page(1, "A") + page(2) + page(3, "C"))
    install(
        tmp_path,
        monkeypatch,
        f'echo "$OMP_THREAD_LIMIT $(wc -l < $1)" >> {log}; cp {answer} $2.hocr',
    )
    monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    found = TesseractReader().read(PIXELS, [REGION] * 3)
    assert log.read_text().split("\n") == ["1 3", "1 1", ""]  # the second region is unsure
    assert [[r.text for r in readings] for readings in found] == [["A"], ["A"], ["C"]]
    assert found[0][0].reader == "tesseract"
    assert found[0][0].scale == 4.0
    assert "OMP_THREAD_LIMIT" not in os.environ


def test_beside_other_readers_there_is_one_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = tmp_path / "answer"
    answer.write_text(page(1, "A") + page(2))
    install(tmp_path, monkeypatch, f"echo x >> {tmp_path}/log; cp {answer} $2.hocr")
    found = TesseractReader(alone=False).read(PIXELS, [REGION] * 2)
    assert [[r.text for r in readings] for readings in found] == [["A"], []]
    assert (tmp_path / "log").read_text() == "x\n"


def test_no_regions_start_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, "exit 1")
    assert TesseractReader().read(PIXELS, []) == []


@pytest.mark.parametrize(
    "script",
    [
        "exit 3",
        "echo no such model >&2; exit 1",
        "printf '\\377' >&2; exit 1",
        "kill -SEGV $$",
        ":",
    ],
)
def test_a_failing_program_is_a_reading_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    install(tmp_path, monkeypatch, script)
    with pytest.raises(ReadingError, match="1 crops"):
        TesseractReader().read(PIXELS, [REGION])


def test_a_hanging_program_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = tmp_path / "pid"
    install(tmp_path, monkeypatch, f"echo $$ > {pid}; exec sleep 600")
    with pytest.raises(ReadingError, match="timeout"):
        TesseractReader(timeout=0.5).read(PIXELS, [REGION])
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingDependencyError, match="apt-get install"):
        TesseractReader().read(PIXELS, [REGION])


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    install(tmp_path, monkeypatch, "exit 3")
    with pytest.raises(ReadingError):
        TesseractReader().read(PIXELS, [REGION])
    assert list(scratch.iterdir()) == []
