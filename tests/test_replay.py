"""The script that replays the Dockerfile knows all that the Dockerfile does."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def script(root: Path) -> ModuleType:
    path = root / "scripts" / "replay_dockerfile.py"
    spec = importlib.util.spec_from_file_location("replay_dockerfile", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_instructions_are_read(script: ModuleType) -> None:
    text = "# a note\nFROM a AS b\n\nENV A=1 \\\n    B=2\nRUN one \\\n# not this\n    && two\n"
    assert list(script.instructions(text)) == [
        ("FROM", "a AS b"),
        ("ENV", "A=1 B=2"),
        ("RUN", "one && two"),
    ]


def test_the_dockerfile_holds_nothing_else(script: ModuleType, root: Path) -> None:
    listed = list(script.instructions((root / "Dockerfile").read_text("utf-8")))
    known = {"FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "ENTRYPOINT", "CMD"}
    assert {keyword for keyword, _ in listed} <= known
    stages = {rest.partition(" AS ")[2] for keyword, rest in listed if keyword == "FROM"}
    for rest in (rest for keyword, rest in listed if keyword == "COPY"):
        first, *_ = rest.split()
        if first.startswith("--from="):
            assert first.removeprefix("--from=") in stages
    assert [rest for keyword, rest in listed if keyword == "USER"] == ["1000:1000"]


def test_only_files_of_the_checkout_are_copied(script: ModuleType, tmp_path: Path) -> None:
    if subprocess.run(["git", "-C", script.ROOT, "rev-parse"], check=False).returncode:
        pytest.skip("not a git checkout")
    stage = script.Stage(tmp_path, folder="/src")
    script.copy(["LICENSE", "README.md", "./"], stage, {})
    script.copy(["models", "models"], stage, {})
    assert sorted(path.name for path in (tmp_path / "src").iterdir()) == [
        "LICENSE",
        "README.md",
        "models",
    ]
    assert (tmp_path / "src" / "models" / "lexicon" / "manifest.json").is_file()
    assert not (tmp_path / "src" / "models" / "models").exists()
    with pytest.raises(SystemExit, match="no such file"):
        script.known_to_git("nowhere")


def test_the_path_is_that_of_the_stage(script: ModuleType, tmp_path: Path) -> None:
    stage = script.Stage(tmp_path, folder="/data")
    assert stage.path("a/../b") == tmp_path / "data" / "b"
    assert stage.path("/opt") == tmp_path / "opt"
    assert stage.path("../../..") == tmp_path
