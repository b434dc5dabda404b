"""Kill runs at random moments and see whether anything is lost, repeated or misreported.

    python bench/killing.py IMAGES [--trials N] [--figures N] [--seed N] [-- RUN OPTIONS]

Each trial starts ``pfcurate run`` on the smallest figures of a folder, sends SIGKILL to
the parent, a worker or a Tesseract child at a random moment, up to three times in a row,
and then runs to the end. It checks that

- no process of the run is left,
- figures that the ledger had as finished were not done again, and no figure is missing,
- records, diffs and what the ledger keeps of them are those of an undisturbed run.

Needs /proc. Exit status 1 if a trial failed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TARGETS = ("parent", "worker", "tesseract")
MARK = "PFCURATE_TRIAL"
_PFCURATE = "from pipeline.cli.main import main; main()"
_ROOT = Path(__file__).resolve().parents[1]
_GONE = 10.0  # seconds that processes are given to be gone after their parent
_KEPT = {
    "figures": "figid, result, width, height, input_hash, config_hash, versions, counts, "
    "source_hash, reading_hash",
    "lines": "*",
    "mentions": "*",
    "concepts": "*",
}


@dataclass(frozen=True)
class Setting:
    """What every run of the trials is given.

    Attributes:
        images: the figures.
        options: further options of ``pfcurate run``.
    """

    images: Sequence[Path]
    options: Sequence[str]

    def start(self, out: Path) -> subprocess.Popen[bytes]:
        """Start a run whose processes bear the name of its output folder."""
        paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
        return subprocess.Popen(
            [sys.executable, "-c", _PFCURATE, "run", *map(str, self.images), "--out", str(out),
             "--quiet", *self.options],
            env=os.environ | {MARK: str(out), "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def finish(self, out: Path) -> int:
        """Run to the end; return the exit status."""
        return self.start(out).wait()


def processes(out: Path, kind: str) -> list[int]:
    """Return the processes of the run that writes to ``out``.

    Args:
        out: its output folder.
        kind: ``worker`` or ``tesseract``, or ``any`` but the parent's own number.
    """
    mark = f"{MARK}={out}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            words = (folder / "cmdline").read_bytes()
            if mark not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            is_tesseract = Path(os.fsdecode(words.split(b"\0")[0])).name == "tesseract"
            is_worker = b"pipeline.running.process" in words
            if kind == "any" or (is_tesseract if kind == "tesseract" else is_worker):
                found.append(int(folder.name))
    return found


def finished(out: Path) -> dict[str, tuple[object, ...]]:
    """Return the figures that the ledger has as done, with when, and their files' inodes."""
    if not (out / "run.db").is_file():
        return {}
    with contextlib.closing(sqlite3.connect(out / "run.db", timeout=30)) as db:
        try:
            rows = db.execute(
                "SELECT figid, finished FROM figures WHERE state IN ('done', 'unchanged', 'empty')"
            ).fetchall()
        except sqlite3.OperationalError:  # killed before the tables were made
            return {}
    return {
        figid: (when, *(p.exists() and p.stat().st_ino for p in _files(out, figid)))
        for figid, when in rows
    }


def content(out: Path) -> dict[str, object]:
    """Return everything that a run came to, times aside."""
    found: dict[str, object] = {
        path.relative_to(out).as_posix(): path.read_bytes()
        for folder in ("records", "diff")
        for path in sorted((out / folder).iterdir())
    }
    with contextlib.closing(sqlite3.connect(out / "run.db")) as db:
        for table, columns in _KEPT.items():
            found[table] = sorted(map(repr, db.execute(f"SELECT {columns} FROM {table}")))
    return found


def trial(
    setting: Setting,
    out: Path,
    wanted: dict[str, object],
    seconds: float,
    chance: random.Random,
) -> list[str]:
    """Do one trial; return what was killed, in order.

    Raises:
        AssertionError: something was lost, repeated or left behind.
    """
    killed = []
    for _ in range(chance.randint(1, 3)):
        target = chance.choice(TARGETS)
        before = finished(out)
        if len(before) == len(setting.images):
            break
        run = setting.start(out)
        # By figures, not by the clock, which other work on the machine upsets.
        enough = chance.randrange(len(before), len(setting.images))
        while run.poll() is None and len(finished(out)) < enough:
            time.sleep(0.02)
        time.sleep(chance.uniform(0.0, 0.5 * seconds / len(setting.images)))
        killed.append(target if _kill(run, out, target) else f"{target} (too late)")
        if target != "parent":
            run.wait()
        _wait_for_end(out)
        after = finished(out)
        if not before.items() <= after.items():
            raise AssertionError("a figure was done again")
    before = finished(out)
    status = setting.finish(out)
    if status:
        raise AssertionError(f"the last run ended with status {status}")
    after = finished(out)
    if not before.items() <= after.items():
        raise AssertionError("a figure was done again")
    if len(after) != len(setting.images):
        raise AssertionError("a figure is missing")
    found = content(out)
    others = [name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)]
    if others:
        raise AssertionError(f"not as undisturbed: {', '.join(sorted(others))}")
    _wait_for_end(out)
    return killed


def _kill(run: subprocess.Popen[bytes], out: Path, target: str) -> bool:
    """Kill the target as soon as there is one; return whether that came in time."""
    while run.poll() is None:
        found = [run.pid] if target == "parent" else processes(out, target)
        if found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(found[0], signal.SIGKILL)
                if target == "parent":
                    run.wait()
                return True
        time.sleep(0.005)
    return False


def _files(out: Path, figid: str) -> tuple[Path, Path]:
    return out / "records" / f"{figid}.md", out / "diff" / f"{figid}.yaml"


def _wait_for_end(out: Path) -> None:
    deadline = time.monotonic() + _GONE
    while left := processes(out, "any"):
        if time.monotonic() > deadline:
            raise AssertionError(f"processes are left: {left}")
        time.sleep(0.05)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do the trials; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("images", type=Path, help="folder of figures")
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--figures", type=int, default=8, help="take so many, the smallest")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("options", nargs="*", help="options of pfcurate run, after --")
    given = parser.parse_args(arguments)
    images = [path for path in given.images.iterdir() if path.suffix in (".jpg", ".png")]
    images = sorted(images, key=lambda path: (path.stat().st_size, path.name))[: given.figures]
    setting = Setting(images, given.options or ["--readers", "tesseract", "--jobs", "2"])
    chance = random.Random(given.seed)
    failures, kills = 0, Counter[str]()
    with tempfile.TemporaryDirectory(prefix="pfcurate-killing-") as folder:
        start = time.monotonic()
        status = setting.finish(Path(folder) / "undisturbed")
        seconds = time.monotonic() - start
        if status:
            print(f"the undisturbed run ended with status {status}")
            return 1
        wanted = content(Path(folder) / "undisturbed")
        print(f"{len(images)} figures, undisturbed in {seconds:.1f} s")
        for number in range(1, given.trials + 1):
            try:
                killed = trial(setting, Path(folder) / f"{number}", wanted, seconds, chance)
                kills.update(killed)
                print(f"trial {number}: killed {', '.join(killed)}: as undisturbed", flush=True)
            except AssertionError as error:
                failures += 1
                print(f"trial {number}: {error}", flush=True)
    print(f"{given.trials} trials, {failures} failed; killed: {dict(kills)}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
