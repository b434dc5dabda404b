"""Measure what many figures cost the parent, the ledger and the disk.

    python bench/scale.py IMAGES TEXTS [--count N] [--figures N] [--jobs N]

Puts images of a folder, and the text that was read in them (``FIGID.json`` or
``FIGID.txt``), under ``N`` other ids, as hard links, and runs ``pfcurate run --text`` over
them: everything but the reading, which costs what it costs whatever the number. Prints
for the first run, for one that finds nothing to do, for one after a change of settings
(rows made anew from stored lines) and for ``pfcurate status``: wall time, and the
greatest memory of the parent process. Needs /proc.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

_PFCURATE = "from pipeline.cli.main import main; main()"
_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cost:
    """What one command cost.

    Attributes:
        seconds: wall time.
        megabytes: greatest resident memory of its process, children aside.
        status: its exit status.
        said: the last line that it printed first of all: the summary.
    """

    seconds: float
    megabytes: float
    status: int
    said: str


def measure(*words: object) -> Cost:
    """Call ``pfcurate`` with ``words``."""
    start = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", _PFCURATE, *map(str, words)],
        env=os.environ | {"PYTHONPATH": str(_ROOT)},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    greatest = 0.0
    while process.poll() is None:
        greatest = max(greatest, _resident(process.pid))
        time.sleep(0.02)
    assert process.stdout is not None
    said = process.stdout.read().splitlines()
    process.stdout.close()
    return Cost(time.monotonic() - start, greatest, process.returncode, said[0] if said else "")


def _resident(process: int) -> float:
    """Return the greatest resident memory of a process so far, in megabytes."""
    try:
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:  # it ended meanwhile
        pass
    return 0.0


def spread(images: Path, texts: Path, folder: Path, count: int, figures: int) -> None:
    """Link pairs of image and text into ``folder`` under ``count`` ids."""
    there = {path.stem: path for path in sorted(texts.iterdir())}
    pairs = [(path, there[path.stem]) for path in sorted(images.iterdir()) if path.stem in there]
    pairs = sorted(pairs, key=lambda pair: pair[1].stat().st_size)[:figures]
    for kind in ("images", "texts"):
        (folder / kind).mkdir()
    for number, (image, text) in enumerate(islice(cycle(pairs), count)):
        figid = f"{image.stem}-{number:06}"
        (folder / "images" / f"{figid}{image.suffix}").hardlink_to(image)
        (folder / "texts" / f"{figid}{text.suffix}").hardlink_to(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("images", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--figures", type=int, default=20, help="of these, with the least text")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="pfcurate-scale-") as name:
        folder, out = Path(name), Path(name) / "out"
        spread(given.images, given.texts, folder, given.count, given.figures)
        run = ["run", folder / "images", "--text", folder / "texts", "--out", out, "--quiet"]
        run += ["--jobs", given.jobs]
        for what, words in (
            ("first run", run),
            ("nothing to do", run),
            ("status", ["status", out]),
            ("other settings", [*run, "--policy", "replace"]),
        ):
            cost = measure(*words)
            print(
                f"{what:15} {cost.seconds:8.1f} s {cost.megabytes:8.0f} MB  "
                f"status {cost.status}  {cost.said}",
                flush=True,
            )
        for part in ("run.db", "run.log"):
            size = (out / part).stat().st_size
            print(f"{part:15} {size / given.count / 1000:8.2f} MB a thousand figures")
        for part in ("records", "diff"):
            size = sum(path.stat().st_size for path in (out / part).iterdir())
            print(f"{part:15} {size / given.count / 1000:8.2f} MB a thousand figures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
