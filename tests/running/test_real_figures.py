"""The same figures, whoever works on them."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.figures

PFCURATE = "from pipeline.cli.main import main; main()"


def run(root: Path, images: list[Path], out: Path, *options: str) -> dict[str, object]:
    """Everything that a run of real engines comes to, times aside."""
    command = [sys.executable, "-c", PFCURATE, "run", *images, "--out", out, *options]
    done = subprocess.run(
        [*map(str, command), "--readers", "tesseract", "--policy", "replace"],
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = {
        path.relative_to(out).as_posix(): path.read_bytes()
        for folder in ("records", "diff")
        for path in sorted((out / folder).iterdir())
    }
    connection = sqlite3.connect(out / "run.db")
    for table in ("lines", "mentions", "concepts"):
        found[table] = connection.execute(f"SELECT * FROM {table} ORDER BY figid, idx").fetchall()
    found["figures"] = connection.execute(
        "SELECT figid, state, result, input_hash, config_hash, versions, counts, source_hash, "
        "reading_hash FROM figures ORDER BY figid"
    ).fetchall()
    connection.close()
    return found


def test_one_worker_two_and_a_cluster_come_to_the_same(
    root: Path, shared: Path, tmp_path: Path
) -> None:
    pytest.importorskip("distributed")
    folder = shared / "figures" / "images"
    images = sorted(folder.iterdir(), key=lambda path: path.stat().st_size)[:4]
    one = run(root, images, tmp_path / "one", "--jobs", "1")
    assert len([name for name in one if name.startswith("records/")]) == 4
    assert one["lines"]
    assert run(root, images[::-1], tmp_path / "two", "--jobs", "2") == one
    assert run(root, images[2:] + images[:2], tmp_path / "dask", "--scheduler", "local:2") == one
