from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import MissingDependencyError, ReadingError
from pipeline.imaging.geometry import box_polygon
from pipeline.reading.reader_tesseract import TesseractReader, parse_pages
from pipeline.types import Region

HEAD = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
)
PIXELS = np.full((40, 120, 3), 255, dtype=np.uint8)
REGION = Region(box_polygon(10, 10, 100, 30), 0.9, "test")


def word(page: int, text: str, confidence: float = 90) -> str:
    return f"5\t{page}\t1\t1\t1\t1\t0\t0\t9\t9\t{confidence}\t{text}"


def page(number: int) -> str:
    return f"1\t{number}\t0\t0\t0\t0\t0\t0\t99\t80\t-1\t"


def table(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows, ""]).encode()


def test_words_of_a_page_are_one_text() -> None:
    pages = parse_pages(table(page(1), word(1, "IL-6"), word(1, "receptors", 60)))
    text, confidence = pages[1]
    assert text == "IL-6 receptors"
    assert confidence == pytest.approx((4 * 0.9 + 9 * 0.6) / 13)


def test_pages_without_text_do_not_shift_the_others() -> None:
    pages = parse_pages(table(page(1), page(2), word(2, "JAK1"), page(3), page(4), word(4, "Ub")))
    assert {number: text for number, (text, _) in pages.items()} == {2: "JAK1", 4: "Ub"}


def test_tabs_and_quotes_in_text_survive() -> None:
    assert parse_pages(table(word(1, 'a"b')))[1][0] == 'a"b'
    assert parse_pages(table(word(1, "a\tb")))[1][0] == "a\tb"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff\xfe\x00",
        b"5\t1",
        table("5\tx\t1\t1\t1\t1\t0\t0\t9\t9\t90\tA"),
        table(word(1, " ")),
    ]
    + [table(word(1, "A", confidence)) for confidence in (-1, 101, float("nan"))],
)
def test_garbage_gives_nothing(answer: bytes) -> None:
    assert parse_pages(answer) == {}


def test_bad_utf8_costs_a_character_and_no_more() -> None:
    assert parse_pages(table(word(1, "A")).replace(b"\tA", b"\tA\xff"))[1][0] == "A"


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(answer: bytes) -> None:
    for text, confidence in parse_pages(HEAD.encode() + b"\n" + answer).values():
        assert text
        assert 0 <= confidence <= 1


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """Put a program named tesseract in front of PATH."""
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return program


def test_all_crops_go_through_one_process_with_one_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    answer = tmp_path / "answer"
    answer.write_bytes(table(page(1), word(1, "A"), page(2), page(3), word(3, "C")))
    install(
        tmp_path,
        monkeypatch,
        f'echo "$OMP_THREAD_LIMIT $(wc -l < $1)" >> {log}; cp {answer} $2.tsv',
    )
    monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    found = TesseractReader().read(PIXELS, [REGION] * 3)
    assert log.read_text().split("\n") == ["1 3", ""]
    assert [[r.text for r in readings] for readings in found] == [["A"], [], ["C"]]
    assert found[0][0].reader == "tesseract"
    assert found[0][0].scale == 4.0
    assert "OMP_THREAD_LIMIT" not in os.environ


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
