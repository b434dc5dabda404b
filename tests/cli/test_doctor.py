from __future__ import annotations

import json
import re
import shlex
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement
from typer.testing import CliRunner

from pipeline import __version__, resources
from pipeline.cli import doctor
from pipeline.cli.main import app
from pipeline.errors import ExitCode
from pipeline.reading import ppocr_model, registry


def report(*, status: int) -> dict[str, dict[str, str]]:
    """The checks of ``doctor --json`` by name, after comparing its exit status."""
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == status, result.output
    document = json.loads(result.stdout)
    assert document["ok"] is (status == 0)
    assert document["version"] == __version__
    return {check.pop("name"): check for check in document["checks"]}


def require(monkeypatch: pytest.MonkeyPatch, *requirements: str) -> None:
    monkeypatch.setattr(metadata, "requires", lambda name: requirements)


def test_a_whole_installation_passes() -> None:
    checks = report(status=0)
    assert {check["remedy"] for check in checks.values()} == {""}
    assert checks["rapidocr"]["detail"] == metadata.version("rapidocr")
    assert checks["Python"]["detail"].endswith(sys.executable)
    assert {"reader tesseract", "reader ppocr", "lexicon", "temporary folder"} <= set(checks)


def test_weights_are_listed_with_their_size() -> None:
    detail = report(status=0)["PP-OCR weights"]["detail"]
    assert re.fullmatch(r"\S+det\S+\.onnx [\d.]+ MB, \S+rec\S+\.onnx [\d.]+ MB", detail)


def test_absent_weights_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ppocr_model, "RECOGNISER", "absent.onnx")
    found = report(status=ExitCode.MISSING_DEPENDENCY)["PP-OCR weights"]
    assert "absent.onnx" in found["detail"]
    assert "pip install" in found["remedy"]


def test_every_runtime_dependency_is_looked_at() -> None:
    names = {check.name for check in doctor.examine()}
    assert {"numpy", "opencv-python-headless", "pillow", "pyyaml", "spacy", "typer"} <= names


def test_a_missing_package_names_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    require(monkeypatch, "no-such-package>=1.5,<2", "numpy>=1")
    checks = report(status=ExitCode.MISSING_DEPENDENCY)
    found = checks["no-such-package"]
    assert (found["state"], found["detail"]) == ("missing", "not installed")
    assert shlex.split(found["remedy"])[:4] == [sys.executable, "-m", "pip", "install"]
    wanted = shlex.split(found["remedy"])[4]
    assert Requirement(wanted) == Requirement("no-such-package>=1.5,<2")
    assert checks["numpy"]["state"] == "ok"


def test_what_an_extra_needs_is_a_note_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    require(monkeypatch, "no-such-package>=1.5; extra == 'dask'", "numpy>=1; extra == 'dask'")
    checks = report(status=0)
    found = checks["no-such-package"]
    assert found["state"] == "note"
    assert "--scheduler" in found["detail"]
    assert shlex.split(found["remedy"])[4:] == ["no-such-package>=1.5"]
    assert checks["numpy"]["state"] == "ok"


def test_a_package_of_another_version_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    require(monkeypatch, "numpy>=9999")
    found = report(status=ExitCode.MISSING_DEPENDENCY)["numpy"]
    assert found["detail"] == f"{metadata.version('numpy')}, needed >=9999"


def test_a_package_that_cannot_be_imported_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken_module.py").write_text("raise OSError('libGL.so.1: cannot open')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(doctor.MODULES, "numpy", "broken_module")
    found = report(status=ExitCode.MISSING_DEPENDENCY)["numpy"]
    assert found["detail"].endswith("cannot be imported: libGL.so.1: cannot open")
    assert found["remedy"].endswith("--force-reinstall")


def test_a_reader_that_is_not_ready_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = SimpleNamespace(ok=False, version="", detail="not installed", remedy="install it")
    monkeypatch.setattr(registry, "probe", lambda kind: probe)
    checks = report(status=ExitCode.MISSING_DEPENDENCY)
    assert checks["reader tesseract"] == {
        "state": "missing",
        "detail": "not installed",
        "remedy": "install it",
    }


def test_damaged_lexicon_tables_are_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(resources, "models_dir", lambda: tmp_path)
    found = report(status=ExitCode.MISSING_DEPENDENCY)["lexicon"]
    assert found["state"] == "missing"
    assert str(tmp_path) in found["detail"]


def test_an_unusable_temporary_folder_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", refuse)
    found = report(status=ExitCode.MISSING_DEPENDENCY)["temporary folder"]
    assert "TMPDIR" in found["remedy"]


def test_a_thread_limit_of_the_user_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_THREAD_LIMIT", "8")
    found = report(status=0)["OMP_THREAD_LIMIT"]
    assert found["state"] == "note"
    assert found["detail"].startswith("set to 8")


def test_table_shows_states_and_whole_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    require(monkeypatch, "no-such-package-" + "x" * 150)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == ExitCode.MISSING_DEPENDENCY
    command = shlex.join([sys.executable, "-m", "pip", "install", "no-such-package-" + "x" * 150])
    assert any(line.endswith(f": {command}") for line in result.stdout.splitlines())
    assert "lexicon" in result.stdout
    assert "Traceback" not in result.output
