"""What holds for the repository as a whole: licence, locks, sizes, documents."""

from __future__ import annotations

import ast
import itertools
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pipeline import __version__
from pipeline.cli.main import EXIT_CODES, app

LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-build.lock"]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


@pytest.fixture(scope="session")
def files(root: Path) -> list[Path]:
    """Every file that belongs to the repository, committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.split("\0") if (path := root / name).is_file()]


@pytest.fixture(scope="session")
def texts(files: list[Path], root: Path) -> dict[Path, str]:
    """The text of what the project wrote itself: no data and no hostile examples."""
    suffixes = {".lock", ".md", ".py", ".sh", ".toml", ".yml"}
    names = {".ci/run", ".dockerignore", ".gitignore", "Dockerfile", "LICENSE", "Makefile"}
    data = {root / "seeds", root / "fixtures" / "figures", root / "fixtures" / "hostile"}
    return {
        path: path.read_bytes().decode("utf-8")
        for path in files
        if (path.suffix in suffixes or str(path.relative_to(root)) in names)
        and not data & set(path.parents)
    }


@pytest.fixture(scope="session")
def project(root: Path) -> dict[str, object]:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


def commands() -> list[str]:
    names = [info.name or info.callback.__name__ for info in app.registered_commands]
    return names + [group.name for group in app.registered_groups]


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_no_place_to_fetch_from(root: Path, lock: str) -> None:
    text = (root / lock).read_text("utf-8")
    assert "://" not in text
    options = re.findall(r"^\s*(-[-a-z]+)", text, re.MULTILINE)
    assert set(options) == {"--hash"}
    assert not re.search(r"\b[\w-]+\.(com|org|net|io|dev)\b", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_version_and_hashes(root: Path, lock: str) -> None:
    blocks = re.split(r"\n(?=\S)", (root / lock).read_text("utf-8").strip())
    assert blocks
    for block in blocks:
        assert PINNED.match(block), block
        assert "--hash=sha256:" in block, block


def test_locks_hold_what_the_project_asks_for(root: Path, project: dict) -> None:
    runtime = project["project"]["dependencies"]
    groups = project["dependency-groups"]
    development = [line for line in groups["dev"] if isinstance(line, str)]
    asked = {
        "requirements.lock": runtime,
        "requirements-build.lock": groups["build"],
        "requirements-dev.lock": [*runtime, *groups["build"], *development],
    }
    for lock, requirements in asked.items():
        versions: dict[str, list[str]] = {}
        for name, version in PINNED.findall((root / lock).read_text("utf-8")):
            versions.setdefault(canonicalize_name(name), []).append(version)
        for requirement in map(Requirement, requirements):
            locked = versions.get(canonicalize_name(requirement.name))
            assert locked, f"{requirement.name} is not in {lock}; run `make lock`"
            assert all(map(requirement.specifier.contains, locked)), f"{requirement}: {locked}"


def test_development_uses_the_versions_that_users_get(root: Path) -> None:
    pins = [set(PINNED.findall((root / lock).read_text("utf-8"))) for lock in LOCKS]
    assert pins[0] <= pins[1]
    assert {pin for pin in pins[2] if pin[0] != "colorama"} <= pins[1]


def test_no_paths_of_one_machine(texts: dict[Path, str]) -> None:
    pattern = re.compile(r"(?<![\w.~$}-])/(?:home|root|Users|work|workspace)/\w")
    assert [path for path, text in texts.items() if pattern.search(text)] == []


def test_modules_stay_short(files: list[Path], root: Path) -> None:
    modules = [p for p in files if p.suffix == ".py" and root / "tests" not in p.parents]
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in modules}
    assert {path: length for path, length in lengths.items() if length >= 400} == {}


def test_text_files_end_well(texts: dict[Path, str]) -> None:
    for path, text in texts.items():
        assert "\r" not in text, path
        assert not text or text.endswith("\n"), path
        assert not text.endswith("\n\n"), path


def test_every_third_party_import_is_a_declared_dependency(root: Path, project: dict) -> None:
    imported = set()
    for path in (root / "pipeline").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                imported.add(str(node.module).partition(".")[0])
    providers = metadata.packages_distributions()
    foreign = imported - sys.stdlib_module_names - {"pipeline"}
    needed = {canonicalize_name(name) for module in foreign for name in providers[module]}
    extras = project["project"]["optional-dependencies"].values()
    lines = [*project["project"]["dependencies"], *itertools.chain(*extras)]
    declared = {Requirement(line).name for line in lines}
    assert needed <= {canonicalize_name(name) for name in declared}


def test_every_package_says_what_it_holds(root: Path) -> None:
    for folder in {path.parent for path in (root / "pipeline").rglob("*.py")}:
        package = folder / "__init__.py"
        assert package.is_file(), folder
        assert package.read_text("utf-8").startswith('"""'), package


def test_licence_is_the_one_declared(root: Path, project: dict) -> None:
    text = (root / "LICENSE").read_text("utf-8")
    assert project["project"]["license"] == "Apache-2.0"
    assert "Apache License\n" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_changelog_begins_with_this_version(root: Path) -> None:
    versions = re.findall(r"^## (\S+)", (root / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert versions[0] == __version__


def test_readme_lists_the_commands_that_exist(root: Path) -> None:
    readme = (root / "README.md").read_text("utf-8")
    section = readme.partition("## Commands\n")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `pfcurate (\w+)", section, re.MULTILINE)
    assert sorted(listed) == sorted(commands())


def test_readme_lists_the_exit_codes(root: Path) -> None:
    readme = (root / "README.md").read_text("utf-8")
    section = readme.partition("### Exit status\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", section, re.MULTILINE)
    assert rows == [(f"{code:d}", meaning) for code, meaning in EXIT_CODES.items()]


def test_make_help_lists_every_target(root: Path) -> None:
    makefile = (root / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    phony = set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split())
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(re.findall(r"^  make (\w+)", shown.stdout, re.MULTILINE)) == targets == phony


def test_scripts_can_be_run(root: Path) -> None:
    for script in (root / ".ci/run", root / "scripts/setup.sh"):
        assert script.stat().st_mode & 0o111, script
        assert "set -euo pipefail" in script.read_text("utf-8"), script
        subprocess.run(["bash", "-n", script], check=True)
