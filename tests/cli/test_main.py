from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pipeline import __version__
from pipeline.cli.main import EXIT_CODES, Boundary, app
from pipeline.errors import (
    ExitCode,
    ImageError,
    MissingDependencyError,
    ReadingError,
    UsageError,
)


def boundary_around(error: BaseException) -> typer.Typer:
    """An application like the real one, whose only command raises ``error``."""
    application = typer.Typer(cls=Boundary, pretty_exceptions_enable=False, rich_markup_mode=None)

    @application.callback()
    def options(debug: bool = False) -> None:
        pass

    @application.command()
    def fail() -> None:
        print("a result")
        raise error

    return application


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ReadingError("f1", "the reader stopped", "Try again"), ExitCode.SOME_FAILED),
        (UsageError("--jobs", "is 0", "Give at least 1"), ExitCode.USAGE),
        (MissingDependencyError("tesseract", "is not installed", "Install it"), 3),
        (ImageError("f1.png", "is empty", "Replace it"), ExitCode.INVALID_INPUT),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (RuntimeError("what"), ExitCode.INTERNAL),
        (PermissionError(errno.EACCES, "Permission denied", "a.png"), ExitCode.INVALID_INPUT),
    ],
)
def test_every_error_ends_in_its_status_and_leaves_results_alone(
    error: BaseException, status: int
) -> None:
    result = CliRunner().invoke(boundary_around(error), ["fail"])
    assert result.exit_code == status
    assert result.stdout == "a result\n"
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) <= 2


def test_message_names_subject_cause_and_remedy() -> None:
    error = ImageError("figures/a.png", "holds no pixels", "Give the figure again")
    result = CliRunner().invoke(boundary_around(error), ["fail"])
    assert result.stderr == "Error: figures/a.png: holds no pixels. Give the figure again.\n"


def test_system_errors_name_the_file() -> None:
    error = OSError(errno.ENOSPC, "No space left on device", "out/run.db")
    result = CliRunner().invoke(boundary_around(error), ["fail"])
    assert result.stderr.startswith("Error: out/run.db: No space left on device. Check ")


def test_an_unexpected_error_says_how_to_report_it() -> None:
    result = CliRunner().invoke(boundary_around(ValueError("odd")), ["fail"])
    assert result.stderr.startswith("Error: ValueError: odd\n")
    assert "pfcurate --debug" in result.stderr
    assert "pfcurate doctor" in result.stderr


@pytest.mark.parametrize("error", [ValueError("odd"), ImageError("a.png", "is odd", "Look")])
def test_debug_shows_the_traceback(error: Exception) -> None:
    result = CliRunner().invoke(boundary_around(error), ["--debug", "fail"])
    assert "Traceback (most recent call last)" in result.stderr
    assert "raise error" in result.stderr


def test_control_characters_of_file_names_do_not_reach_the_terminal() -> None:
    error = ImageError("a\x1b[2J\n\udc80é.png", "is odd", "Look")
    result = CliRunner().invoke(boundary_around(error), ["fail"])
    assert result.stderr == "Error: a\\x1b[2J\\n\\udc80é.png: is odd. Look.\n"


def test_chosen_status_of_a_command_is_kept() -> None:
    result = CliRunner().invoke(boundary_around(typer.Exit(1)), ["fail"])
    assert result.exit_code == 1
    assert result.stderr == ""


def test_usage_errors_are_typers() -> None:
    result = CliRunner().invoke(app, ["run", "--no-such-option"])
    assert result.exit_code == ExitCode.USAGE
    assert "No such option" in result.stderr
    assert result.stdout == ""


def test_version_option() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"pfcurate {__version__}\n")


def test_every_status_is_explained_in_help() -> None:
    assert set(EXIT_CODES) == set(ExitCode)
    shown = " ".join(CliRunner().invoke(app, ["--help"]).stdout.split())
    for code, meaning in EXIT_CODES.items():
        assert f"{code:d} {meaning}" in shown


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["--help"], {"pydantic"}),
        (["run", "--help"], set()),  # Typer itself parses the types of options with pydantic
    ],
)
def test_help_imports_nothing_heavy(arguments: list[str], heavy: set[str]) -> None:
    heavy = heavy | {"cv2", "numpy", "onnxruntime", "PIL", "rapidocr", "rich", "spacy", "yaml"}
    code = (
        "import sys\n"
        "from pipeline.cli.main import app\n"
        f"try:\n    app({arguments})\n"
        "except SystemExit:\n    pass\n"
        f"print(sorted({heavy} & set(sys.modules)), file=sys.stderr)\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage:" in shown.stdout
    assert shown.stderr == "[]\n"


@pytest.mark.skipif(os.name != "posix", reason="closes a pipe as a POSIX shell does")
def test_a_reader_that_stops_reading_ends_the_command_quietly(tmp_path: Path) -> None:
    script = tmp_path / "endless.py"
    script.write_text(
        "import typer\n"
        "from pipeline.cli.main import Boundary\n"
        "app = typer.Typer(cls=Boundary, rich_markup_mode=None)\n"
        "@app.callback()\n"
        "def options() -> None: ...\n"
        "@app.command()\n"
        "def lines() -> None:\n"
        "    for number in range(100_000):\n"
        "        print(number)\n"
        "app()\n"
    )
    with subprocess.Popen(
        [sys.executable, script, "lines"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"0\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == ExitCode.OUTPUT_CLOSED
