"""The distribution that users install does what the checkout does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = ["-m", "build", "--wheel", "--no-isolation", "--outdir", folder, root]
    subprocess.run([sys.executable, *command], check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``pfcurate`` of an environment that holds the wheel.

    Its dependencies are borrowed from this environment. A path file adds them after the
    environment's own packages and does not follow the path file of an editable install,
    so ``pipeline`` can only come from the wheel.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    own = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    borrowed = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    (own / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n")
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
    return folder / "bin" / "pfcurate"


def call(command: Path, *arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [command, *map(str, arguments)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_wheel_holds_the_package_and_its_data_alone(wheel: Path, root: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = [p for p in (root / "pipeline").rglob("*") if p.is_file() and p.suffix != ".pyc"]
    package = {str(path.relative_to(root)) for path in files}
    data = {name for name in names if name.startswith("pipeline/_models/")}
    assert "pipeline/_models/lexicon/manifest.json" in data
    assert names - data == package


def test_package_and_data_come_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = (
        "import json, pipeline\nfrom pipeline.resources import models_dir\n"
        "print(json.dumps([pipeline.__file__, str(models_dir())]))"
    )
    shown = call(installed.with_name("python"), "-c", code, folder=tmp_path)
    package, models = json.loads(shown.stdout)
    assert Path(package).is_relative_to(installed.parents[1])
    assert Path(models).is_relative_to(installed.parents[1])
    assert (Path(models) / "lexicon" / "manifest.json").is_file()


def test_doctor_finds_nothing_missing(installed: Path, tmp_path: Path) -> None:
    result = call(installed, "doctor", "--json", folder=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert str(installed.parents[1]) in next(
        check["detail"]
        for check in json.loads(result.stdout)["checks"]
        if check["name"] == "lexicon"
    )


def test_run_writes_what_the_checkout_writes(installed: Path, root: Path, tmp_path: Path) -> None:
    image = min((root / "fixtures/figures").glob("*.png"), key=lambda path: path.stat().st_size)
    results = []
    for command in (installed, Path(sys.executable).with_name("pfcurate")):
        folder = tmp_path / str(len(results))
        folder.mkdir()
        result = call(command, "run", image, "--out", "out", "--json", folder=folder)
        assert result.returncode == 0, result.stderr
        document = json.loads(result.stdout.splitlines()[0])
        del document["seconds"]
        written = [folder / document[part] for part in ("record", "diff")]
        results.append((document, *(path.read_bytes() for path in written)))
    assert results[0] == results[1]
    assert results[0][0]["counts"]["new"] > 0
