from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import status as command
from pipeline.cli.main import app
from pipeline.errors import ExitCode
from pipeline.running.ledger import Fingerprint, Ledger
from pipeline.types import EndState, Figure, FigureError, Outcome

PRINT = Fingerprint("inputs", "config", {})
ERROR = FigureError("ImageError", "f2.png", "it is damaged", "Replace it")


def status(out: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["status", str(out), *options])


def begin(ledger: Ledger) -> None:
    ledger.begin("2 workers", {})
    ledger.register([Figure(f"f{n}") for n in range(6)])
    for n in range(4):
        ledger.start(Figure(f"f{n}"))
    ledger.finish(Outcome("f0", EndState.DONE), PRINT, {})
    ledger.finish(Outcome("f1", EndState.EMPTY), PRINT, {})
    ledger.finish(Outcome("f2", EndState.FAILED, error=ERROR), PRINT, {})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.db"


def test_a_run_that_goes_on(path: Path) -> None:
    with Ledger(path) as ledger:
        begin(ledger)
        shown = status(path.parent)
        document = json.loads(status(path.parent, "--json").stdout)
    assert shown.exit_code == ExitCode.OK
    lines = shown.stdout.splitlines()
    assert lines[0].startswith("run 1 running, ")
    assert "2 workers (process " in lines[0]
    assert lines[1] == "6 figures: 1 done, 1 empty, 1 failed, 1 running, 2 pending"
    assert any(line.startswith("    f3  ") and "so far" in line for line in lines)
    assert lines[-1] == "    f2  ImageError: f2.png: it is damaged. Replace it."
    assert document["state"] == "running"
    assert document["states"] == {"done": 1, "empty": 1, "failed": 1, "running": 1, "pending": 2}
    assert [figure["figid"] for figure in document["running"]] == ["f3"]
    assert [failure["figid"] for failure in document["failures"]] == ["f2"]


def test_a_run_that_was_killed_says_how_to_go_on(path: Path) -> None:
    with Ledger(path) as ledger:
        begin(ledger)
    shown = status(path.parent)
    assert shown.stdout.startswith("run 1 killed, ")
    assert "Give the same pfcurate run command again to go on." in shown.stdout
    assert "left" not in shown.stdout


def test_a_run_that_stopped_names_the_reason(path: Path) -> None:
    with Ledger(path) as ledger:
        begin(ledger)
        ledger.end("stopped", "OutputFolderError: out: the disk is full. Free some.")
    assert "stopped by OutputFolderError: out: the disk is full" in status(path.parent).stdout


def test_many_failures_are_named_when_asked_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "FAILURES_SHOWN", 2)
    with Ledger(path) as ledger:
        begin(ledger)
        for n in range(6):
            ledger.finish(Outcome(f"f{n}", EndState.FAILED, error=ERROR), PRINT, {})
        ledger.end("finished")
    some, every = status(path.parent).stdout, status(path.parent, "--failures").stdout
    assert some.splitlines()[-1] == "    and 4 more; --failures names them all"
    assert [line.split()[0] for line in some.splitlines()[-3:-1]] == ["f0", "f1"]
    assert every.splitlines()[-1].split()[0] == "f5"


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    result = status(tmp_path)
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert "run.db: there is no ledger here" in result.stderr
