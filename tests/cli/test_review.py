from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.errors import ExitCode
from tests.review.runs import WNT, drawn_run


def test_a_review_is_served_until_it_is_interrupted(tmp_path: Path, root: Path) -> None:
    run = drawn_run(tmp_path, figures=[WNT])
    main = "import sys; sys.argv[0] = 'pfcurate'; from pipeline.cli.main import main; main()"
    words = ["review", str(run.output.root), "--reviewer", "ann"]
    with subprocess.Popen(
        [sys.executable, "-c", main, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        with urllib.request.urlopen(address) as answer:
            assert WNT in answer.read().decode("utf-8")
        process.send_signal(signal.SIGINT)
        rest, messages = process.communicate(timeout=30)
    assert process.returncode == ExitCode.INTERRUPTED
    assert rest == ""
    assert messages.splitlines()[0] == "Open this address in a browser. Ctrl-C ends the review."
    assert "Traceback" not in messages


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["review", str(tmp_path)])
    assert result.exit_code == ExitCode.INVALID_INPUT
    assert "holds no run" in result.stderr
