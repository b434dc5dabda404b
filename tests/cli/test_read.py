from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.errors import ExitCode
from pipeline.running.engines import Engines
from tests.faults.engines import Fault, FaultyReader, WordNamer, draw


@pytest.fixture(autouse=True)
def doubles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engines, "reader", lambda self: FaultyReader(tmp_path))
    monkeypatch.setattr(Engines, "namer", lambda self: WordNamer())
    monkeypatch.setattr(Engines, "probe", lambda self: {"double": "1"})


def test_json_has_the_lines_and_genes_of_each_image(tmp_path: Path) -> None:
    images = [draw(tmp_path / "a.png"), draw(tmp_path / "b.png", Fault.NO_TEXT)]
    result = CliRunner().invoke(app, ["read", "--json", *map(str, images)])
    assert result.exit_code == ExitCode.OK
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first == {
        "image": str(images[0]),
        "lines": [
            {
                "text": "TP53",
                "polygon": [[1, 1], [9, 1], [9, 5], [1, 5]],
                "confidence": 0.75,
                "readers": ["double"],
                "joined": False,
            }
        ],
        "genes": [
            {
                "word": "TP53",
                "symbol": "TP53",
                "source": "hgnc_symbol",
                "hgnc_symbol": "TP53",
                "entrez": "7157",
            }
        ],
        "chemicals": [],
        "diseases": [],
    }
    nothing = {"lines": [], "genes": [], "chemicals": [], "diseases": []}
    assert second == {"image": str(images[1]), **nothing}


def test_people_get_tables(tmp_path: Path) -> None:
    image = draw(tmp_path / "a.png", Fault.PRINT)
    result = CliRunner().invoke(app, ["read", str(image)])
    assert result.exit_code == ExitCode.OK
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["0.75", "double", "TP53"] in lines
    assert ["TP53", "TP53", "hgnc_symbol", "TP53", "7157"] in lines
    assert "says hello" not in result.stdout


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (None, ExitCode.INVALID_INPUT),
        (Fault.READING_ERROR, ExitCode.SOME_FAILED),
        (Fault.RUNTIME_ERROR, ExitCode.SOME_FAILED),
        (Fault.NOTHING, ExitCode.SOME_FAILED),
    ],
)
def test_a_bad_image_is_named_and_the_others_are_read(
    tmp_path: Path, fault: Fault | None, status: int
) -> None:
    bad, good = tmp_path / "bad.png", draw(tmp_path / "good.png")
    if fault is None:
        bad.write_bytes(b"not a PNG")
    else:
        draw(bad, fault)
    result = CliRunner().invoke(app, ["read", "--json", str(bad), str(good)])
    assert result.exit_code == status
    assert json.loads(result.stdout)["image"] == str(good)
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1


def test_records_beside_the_image_are_not_used(tmp_path: Path) -> None:
    image = draw(tmp_path / "a.png")
    (tmp_path / "a.md").write_text("not even a record")
    result = CliRunner().invoke(app, ["read", "--json", str(image)])
    assert result.exit_code == ExitCode.OK
