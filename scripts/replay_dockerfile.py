#!/usr/bin/env python3
"""Replay the steps of the Dockerfile in fresh folders, where no container engine is at hand.

Each ``FROM`` gets a new Debian system, made by debootstrap, of the release that the base
image names; its Python is Debian's own, not the image's. ``RUN`` steps run in it by
chroot, with the network and the certificates of this machine. In the end the entry point
curates the drawn example figures as the Dockerfile's user, who is not root.

Needs root, debootstrap, and Debian's and PyPI's packages.

    sudo scripts/replay_dockerfile.py FOLDER
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: What an official Python image has that the smallest Debian has not.
PACKAGES = "ca-certificates,python3,python3-venv"
#: Files of this machine that its network needs; Docker lends the first two as well.
LENT = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt")
PASSED = re.compile("(?:https?|no|ftp)_proxy|PIP_CERT|PIP_INDEX_URL|SSL_CERT_FILE", re.IGNORECASE)
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Stage:
    """One stage of the Dockerfile and the system that it is replayed in."""

    root: Path
    env: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    folder: str = "/"
    user: str = ""
    entrypoint: list[str] = field(default_factory=list)

    def path(self, inside: str) -> Path:
        """Return where a path of the stage lies on this machine."""
        return self.root / os.path.normpath(Path("/", self.folder, inside)).lstrip("/")

    def run(self, step: str, *, check: bool = True) -> int:
        """Run a shell command in the stage, as its user; return its status."""
        user = [f"--userspec={self.user}"] if self.user else []
        shell = ["/bin/sh", "-c", f"cd {shlex.quote(self.folder)} && {step}"]
        passed = {name: value for name, value in os.environ.items() if PASSED.fullmatch(name)}
        env = {**passed, **self.env, "HOME": "/tmp" if self.user else "/root"}
        # A name space of its own for mounts: /proc goes when the command ends, however it ends.
        inside = shlex.join(["chroot", *user, str(self.root), *shell])
        outside = f"mount -t proc proc {shlex.quote(str(self.root / 'proc'))} && exec {inside}"
        command = ["unshare", "--mount", "/bin/sh", "-c", outside]
        return subprocess.run(command, env=env, check=check).returncode


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield the keyword and the rest of each instruction of a Dockerfile."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line.strip():
            keyword, _, rest = line.strip().partition(" ")
            yield keyword.upper(), " ".join(rest.split())


def replay(folder: Path) -> Stage:
    """Do what the Dockerfile says; return the last stage."""
    stages: dict[str, Stage] = {}
    stage = None
    for keyword, rest in instructions((ROOT / "Dockerfile").read_text("utf-8")):
        say(f"{keyword} {rest}")
        if keyword == "FROM":
            image, _, name = rest.partition(" AS ")
            name = name or f"stage{len(stages)}"
            stage = stages[name] = Stage(system(folder, image.rpartition("-")[2], name))
            continue
        if stage is None:
            raise SystemExit(f"{keyword} stands before FROM")
        if keyword == "ENV":
            for pair in shlex.split(rest):
                key, _, value = pair.partition("=")
                stage.env[key] = value.replace(f"${key}", stage.env.get(key, ""))
        elif keyword == "WORKDIR":
            stage.folder = rest
            stage.path(".").mkdir(parents=True, exist_ok=True)
        elif keyword == "COPY":
            copy(rest.split(), stage, stages)
        elif keyword == "RUN":
            stage.run(rest)
        elif keyword == "USER":
            stage.user = rest
        elif keyword == "ENTRYPOINT":
            stage.entrypoint = json.loads(rest)
        elif keyword != "CMD":
            raise SystemExit(f"replaying {keyword} is not implemented")
    if stage is None:
        raise SystemExit("the Dockerfile has no FROM")
    return stage


def system(folder: Path, release: str, name: str) -> Path:
    """Return a fresh system for a stage; the first of a release is made, others are copies."""
    pristine, root = folder / f"debian-{release}", folder / name
    if not pristine.is_dir():
        made = folder / f"debian-{release}.part"
        shutil.rmtree(made, ignore_errors=True)
        subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", release, made],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (made / "usr/local/bin/python").symlink_to("/usr/bin/python3")
        made.rename(pristine)
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cp", "--archive", "--reflink=auto", pristine, root], check=True)
    for file in map(Path, LENT):
        if file.is_file():
            shutil.copyfile(file, root / file.relative_to("/"))
    return root


def copy(words: list[str], stage: Stage, stages: Mapping[str, Stage]) -> None:
    """Do a COPY: from another stage, or the files of the checkout that git knows."""
    *sources, target = words
    into = stage.path(target)
    if sources[0].startswith("--from="):
        other = stages[sources.pop(0).removeprefix("--from=")]
        for source in sources:
            into.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "--archive", other.path(source), into], check=True)
        return
    for source in sources:
        folder = (ROOT / source).is_dir()
        for name in known_to_git(source):
            inside = Path(name).relative_to(source) if folder else Path(name).name
            place = into / inside
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place)


def known_to_git(path: str) -> list[str]:
    """Return the tracked files under a path of the checkout."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--", path]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    names = [name for name in listed.split("\0") if name]
    if not names:
        raise SystemExit(f"COPY {path}: the checkout has no such file")
    return names


def curate(stage: Stage) -> int:
    """Curate the drawn figures by the entry point, as the image's user; return its status."""
    data = stage.path(".")
    for source in ("fixtures/figures", "seeds"):
        for name in known_to_git(source):
            place = data / Path(source).name / Path(name).name
            place.parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, place)
    command = shlex.join(
        [*stage.entrypoint, "run", "figures", "--records", "seeds", "--out", "out"]
    )
    say(f"as user {stage.user}: {command}")
    status = stage.run(f"id && {command}", check=False)
    images = {p.stem for p in (data / "figures").iterdir() if p.suffix in (".jpg", ".png")}
    records = list((data / "out/records").glob("*.md"))
    missing = images - {record.stem for record in records}
    owners = {record.stat().st_uid for record in records}
    say(f"{len(records)} records of {len(images)} figures, owned by user {owners}")
    if missing or owners != {int(stage.user.partition(":")[0])}:
        return status or 1
    return status


def say(text: str) -> None:
    """Tell what is being done, on standard error."""
    print(f"replay: {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Replay the Dockerfile in the folder given; return the status of the last step."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a folder for the systems; some 3 GB")
    folder = parser.parse_args().folder.absolute()
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        say("run it as root, with debootstrap installed")
        return 3
    folder.mkdir(parents=True, exist_ok=True)
    stage = replay(folder)
    return curate(stage)


if __name__ == "__main__":
    sys.exit(main())
