"""Runs that are killed, in the short form of ``bench/killing.py``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_runs_that_are_killed_lose_repeat_and_misreport_nothing(root: Path) -> None:
    command = [sys.executable, root / "bench" / "killing.py", root / "fixtures" / "figures"]
    trials = subprocess.run(
        [*command, "--trials", "3", "--figures", "3", "--seed", "4"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert trials.returncode == 0, trials.stdout + trials.stderr
    assert "3 trials, 0 failed" in trials.stdout
