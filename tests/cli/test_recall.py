from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli.main import app
from pipeline.errors import ExitCode
from tests.review.runs import SEED, DrawnRun, drawn_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> DrawnRun:
    return drawn_run(tmp_path_factory.mktemp("drawn"))


def recall(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["recall", *map(str, words)])


def test_numbers_on_the_terminal_and_a_report_on_disk(run: DrawnRun) -> None:
    result = recall(run.output.root)
    assert result.exit_code == ExitCode.OK
    first = result.stdout.splitlines()[0]
    assert first.startswith("curated genes found again")
    assert first.endswith("in 11 figures")
    assert "filtered as unlikely" in result.stdout
    assert "by truth" not in result.stdout
    page = run.output.root / "report" / "recall.html"
    assert str(page) in result.stderr.replace("\n", "")
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_json_is_what_is_written(run: DrawnRun, root: Path) -> None:
    result = recall(run.output.root, "--json", "--truth", root / "fixtures" / "truth")
    numbers = json.loads(result.stdout)
    assert numbers == json.loads((run.output.root / "report" / "recall.json").read_text("utf-8"))
    assert numbers["accuracy"]["figures"] == 11
    assert SEED in {figure["figid"] for figure in numbers["per_figure"]}


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ((), "holds no run"),
        (("--records", "nowhere"), "there is no such folder"),
        (("--truth", "nowhere"), "there is no such folder"),
    ],
)
def test_what_is_not_there(tmp_path: Path, words: tuple[str, ...], cause: str) -> None:
    result = recall(tmp_path, *words)
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert cause in result.stderr
    assert result.stdout == ""


def test_a_run_without_curated_records(run: DrawnRun, tmp_path: Path) -> None:
    result = recall(run.output.root, "--records", tmp_path)
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert "none of its figures has a curated record" in result.stderr
