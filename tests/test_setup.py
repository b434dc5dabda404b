"""The set-up script, with stand-ins for the programs that it looks for and calls."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = ["bash", "cat", "dirname", "env", "grep", "rm", "sha256sum", "tr"]


class Machine:
    """A folder of programs, all that the script can see."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.checkout = folder / "checkout"
        self.programs = folder / "bin"
        (self.checkout / "scripts").mkdir(parents=True)
        self.programs.mkdir()
        shutil.copy(root / "scripts" / "setup.sh", self.checkout / "scripts")
        for tool in TOOLS:
            (self.programs / tool).symlink_to(str(shutil.which(tool)))

    def program(self, name: str, body: str) -> None:
        path = self.programs / name
        path.write_text(f"#!{self.programs / 'bash'}\n{body}\n")
        path.chmod(0o755)

    def setup(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.checkout / "scripts" / "setup.sh", *options],
            env={"PATH": str(self.programs)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(root: Path, tmp_path: Path) -> Machine:
    """A Debian with Python and without Tesseract, used by a plain user."""
    made = Machine(root, tmp_path)
    made.program("python3", f'exec "{sys.executable}" "$@"')
    made.program("apt-get", f'echo "$DEBIAN_FRONTEND $*" >>"{tmp_path}/apt"; exit 100')
    made.program("id", "echo 1000")
    return made


def test_a_plain_user_is_told_what_to_run(machine: Machine, tmp_path: Path) -> None:
    result = machine.setup()
    assert result.returncode == 3
    assert result.stdout == ""
    assert result.stderr == (
        "setup: missing system packages. Run: sudo apt-get update && sudo apt-get install -y "
        "--no-install-recommends tesseract-ocr tesseract-ocr-eng\n"
    )
    assert not (tmp_path / "apt").exists()


def test_tesseract_without_english_is_not_enough(machine: Machine) -> None:
    machine.program("tesseract", "printf 'List of languages:\\nosd\\n'")
    result = machine.setup()
    assert result.returncode == 3
    assert "tesseract-ocr-eng" in result.stderr


@pytest.mark.parametrize("fault", ["exit 1", "echo 3.10; exit 127"])
def test_python_without_venv_is_not_enough(machine: Machine, fault: str) -> None:
    machine.program("python3", fault)
    machine.program("tesseract", "echo eng")
    result = machine.setup()
    assert result.returncode == 3
    assert result.stderr.rstrip().endswith("--no-install-recommends python3 python3-venv")


def test_without_apt_the_packages_are_named(machine: Machine) -> None:
    (machine.programs / "apt-get").unlink()
    result = machine.setup()
    assert result.returncode == 3
    assert "missing: tesseract-ocr tesseract-ocr-eng (Debian's names)" in result.stderr


def test_root_installs_without_being_asked(machine: Machine, tmp_path: Path) -> None:
    machine.program("id", "echo 0")
    apt = tmp_path / "apt"
    machine.program("apt-get", f'echo "$DEBIAN_FRONTEND $*" >>"{apt}"; [[ $1 == update ]]')
    result = machine.setup()
    assert result.returncode == 1, "a failed installation must not go unnoticed"
    assert apt.read_text().splitlines() == [
        "noninteractive update -q",
        "noninteractive install -y --no-install-recommends tesseract-ocr tesseract-ocr-eng",
    ]


def test_without_chromium_the_tests_are_set_up_all_the_same(machine: Machine) -> None:
    machine.program("tesseract", "echo eng")
    assert "no Chromium: the tests of the review page will be skipped" in (
        machine.setup("--tests").stderr
    )
    assert "Chromium" not in machine.setup().stderr


def test_root_installs_chromium_for_the_tests(machine: Machine, tmp_path: Path) -> None:
    machine.program("id", "echo 0")
    machine.program("tesseract", "echo eng")
    apt = tmp_path / "apt"
    machine.program("apt-get", f'echo "$*" >>"{apt}"')
    machine.setup("--tests")
    installed = "install -y --no-install-recommends chromium"
    assert apt.read_text().splitlines() == ["update -q", installed]
    machine.program("chromium", "exit 0")
    machine.setup("--tests")
    assert apt.read_text().splitlines() == ["update -q", installed]


def test_a_finished_environment_is_left_alone(machine: Machine) -> None:
    machine.program("tesseract", "echo eng")
    for name in ("requirements-dev.lock", "pyproject.toml"):
        (machine.checkout / name).write_text("")
    environment = machine.checkout / ".venv"
    (environment / "bin").mkdir(parents=True)
    machine.program("agreeable", "exit 0")
    (environment / "bin" / "python").symlink_to(machine.programs / "agreeable")
    (environment / ".setup-place").write_text(f"{os.path.realpath(machine.checkout)}\n")
    installed = machine.setup()
    assert "done" in installed.stderr
    again = machine.setup()
    assert (again.returncode, again.stderr, again.stdout) == (0, "", "")
    (machine.checkout / "pyproject.toml").write_text("changed\n")
    assert "installing the locked dependencies" in machine.setup().stderr
