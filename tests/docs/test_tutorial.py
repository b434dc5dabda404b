"""The tutorial, run command by command; what it shows is what is printed."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIGURE, LABEL = "FIXTURE001__wnt-signalling", "Proteasome"


@dataclass(frozen=True)
class Step:
    """A command, what it prints and its exit status."""

    command: str
    output: str
    status: int


def steps(text: str) -> Iterator[Step]:
    for block in CONSOLE.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            ended = re.search(r"^\[([0-9]+)\]\n\Z", output, re.MULTILINE)
            yield Step(
                command, output[: ended.start()] if ended else output, int(ended[1]) if ended else 0
            )


class Terminal:
    """A shell that keeps its folder from one command to the next."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        for name in ("fixtures", "seeds"):
            (folder / name).symlink_to(root / name)
        program = folder / "bin" / "pfcurate"
        program.parent.mkdir()
        run = "from pipeline.cli.main import main; main()"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -c "{run}" "$@"\n', "utf-8")
        program.chmod(0o755)
        self.env = {
            **os.environ,
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(root),
            "LC_ALL": "C.UTF-8",
        }

    def run(self, step: Step) -> None:
        """Run a command; fail if it prints something else, or ends otherwise."""
        where = shlex.quote(str(self.env["PATH"].partition(":")[0] + "/folder"))
        shell = f"{step.command}\nstatus=$?\npwd > {where}\nexit $status"
        done = subprocess.run(
            ["bash", "-c", shell],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == step.status, f"{step.command}\n{done.stdout}"
        if step.output:
            check(step, done.stdout)
        elif not step.command.startswith("pfcurate"):
            assert done.stdout == "", step.command
        self.folder = Path(Path(shlex.split(where)[0]).read_text("utf-8").strip())

    def review(self, step: Step) -> None:
        """Serve the page, decide as its button would, and leave it with Ctrl-C."""
        command = shlex.split(step.command)
        serving = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        assert serving.stdout is not None
        try:
            address = serving.stdout.readline()
            check(step, address)
            reject(address.strip())
        finally:
            serving.send_signal(signal.SIGINT)
            serving.communicate(timeout=60)


def check(step: Step, printed: str) -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.OutputChecker().check_output(step.output, printed, flags), (
        f"{step.command}\nprints\n{printed}\nand not\n{step.output}"
    )


def reject(address: str) -> None:
    """Reject the label of the tutorial, as the page does."""
    parts = urllib.parse.urlsplit(address)
    assert parts.hostname == "127.0.0.1"
    page = f"{address}figure/{FIGURE}"
    with urllib.request.urlopen(page, timeout=60) as answer:
        shown = answer.read().decode("utf-8")
    found = re.search(rf'data-key="(\w+)"[^>]*data-stamp=""[^>]*data-word="{LABEL}"', shown)
    assert found, "the page does not show the label"
    form = urllib.parse.urlencode({"do": "reject", "item": found[1], "stamp": ""})
    headers = {"Origin": f"http://{parts.netloc}", "Accept": "application/json"}
    request = urllib.request.Request(page, form.encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200


def test_the_tutorial(root: Path, tmp_path: Path) -> None:
    listed = list(steps((root / "docs" / "tutorial.md").read_text("utf-8")))
    assert len(listed) > 15
    terminal = Terminal(tmp_path, root)
    for step in listed:
        if step.command.startswith("pfcurate review"):
            terminal.review(step)
        else:
            terminal.run(step)


def test_steps_are_found() -> None:
    text = "```console\n$ a b\nx\n[2]\n$ c\n```\n\n```\n$ no\n```\n"
    assert list(steps(text)) == [Step("a b", "x\n", 2), Step("c", "", 0)]


def test_other_output_is_a_failure(root: Path, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, root)
    terminal.run(Step("mkdir d; cd d; printf 'a\\nb\\n'", "a\n...\n", 0))
    terminal.run(Step("basename $PWD", "d\n", 0))
    for step in (Step("echo a", "b\n", 0), Step("false", "", 0), Step("echo a", "", 0)):
        with pytest.raises(AssertionError):
            terminal.run(step)
