"""Files of a run, written whole or not at all.

A file is written beside its place under a temporary name, flushed to the disk and then
renamed, so that a reader sees the old bytes or the new ones and nothing between.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import yaml

from pipeline.curation.decision_files import FOLDER
from pipeline.errors import OutputError, OutputFolderError, UsageError
from pipeline.records.figid import safe_figid
from pipeline.records.tables import lacks_rows, table_files
from pipeline.types import Figure, Outcome

_WHOLE_DISK = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE))
"""Errors that concern the disk, not the file."""


@dataclass(frozen=True, slots=True)
class Output:
    """The output folder of a run.

    Attributes:
        root: the folder named by ``--out``.
    """

    root: Path

    @property
    def ledger(self) -> Path:
        """The SQLite file with the states, lines and mentions of the figures."""
        return self.root / "run.db"

    @property
    def log(self) -> Path:
        """The log of all runs, one JSON object a line."""
        return self.root / "run.log"

    @property
    def records(self) -> Path:
        """The folder of emitted front matter."""
        return self.root / "records"

    @property
    def diffs(self) -> Path:
        """The folder of differences between curated rows and rows read."""
        return self.root / "diff"

    @property
    def decisions(self) -> Path:
        """The folder of what reviewers decided; see ``curation.decision_files``."""
        return self.root / FOLDER

    def record(self, figid: str) -> Path:
        """Return the place of the emitted record of ``figid``."""
        return self.records / f"{safe_figid(figid)}.md"

    def diff(self, figid: str) -> Path:
        """Return the place of the diff of ``figid``."""
        return self.diffs / f"{safe_figid(figid)}.yaml"

    def create(self) -> None:
        """Create the folders.

        Raises:
            OutputError: if they cannot be created.
        """
        try:
            self.records.mkdir(parents=True, exist_ok=True)
            self.diffs.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(
                self.root,
                f"the output folder cannot be created ({error.strerror})",
                "Choose a folder that can be written with --out",
            ) from error

    def check_apart(self, figures: Iterable[Figure]) -> None:
        """Make sure that writing here overwrites no input.

        Raises:
            UsageError: if the folder, or one that is written in it, holds input files.
        """
        inputs = {
            path.resolve().parent if path.is_symlink() else path.parent
            for figure in figures
            for path in (figure.image, figure.record, figure.metadata, figure.text)
            if path is not None
        }
        taken = {folder.resolve() for folder in (self.root, self.records, self.diffs)}
        for folder in sorted(inputs):
            if folder.resolve() in taken:
                raise UsageError(
                    "--out",
                    f"writing to {self.root} would mix results with the inputs in {folder}",
                    "Choose another output folder",
                )

    def write(self, outcome: Outcome) -> None:
        """Write the diff and, where the outcome has one, the record of a figure.

        Raises:
            OutputFolderError: if the folder takes no file: the disk is full, or the folder
                is gone or read-only.
            OutputError: if this one file cannot be written; an earlier one then stays as
                it was.
        """
        text = yaml.dump(
            outcome.diff,
            Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper),
            sort_keys=False,
            allow_unicode=True,
            default_flow_style=False,
            width=80,
        )
        # The diff first: no row leaves a record before the diff that names it is safe.
        replace_file(self.diff(outcome.figid), text.encode("utf-8"))
        if outcome.record is not None:
            replace_file(self.record(outcome.figid), outcome.record.encode("utf-8"))

    def has(self, figid: str, *, record: bool) -> bool:
        """Tell whether the files of ``figid`` are there (its record only if asked for)."""
        return self.diff(figid).is_file() and (not record or self.record(figid).is_file())


def write_back(figure: Figure, outcome: Outcome) -> bool:
    """Write the emitted record over the input record; return whether bytes changed.

    A figure without an input record has nothing to write back to.

    Raises:
        OutputError: if the record cannot be read or written, or is of the layout of tables.
    """
    if figure.record is None or outcome.record is None:
        return False
    # A link is followed: its target is the user's record, and the link stays a link.
    target = figure.record.resolve()
    new = outcome.record.encode("utf-8")
    try:
        old = target.read_bytes()
    except OSError as error:
        raise _unwritable(target, error) from error
    if old == new:
        return False
    if lacks_rows(old.decode("utf-8", "replace")) and table_files(figure.record):
        raise OutputError(
            target,
            "its genes stand in tables, which are not written in place",
            "Leave --in-place out, and convert what is written with pfcurate convert",
        )
    replace_file(target, new)
    return True


def replace_file(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of ``path``, atomically; keep the mode of an old file.

    Raises:
        OutputError: if it cannot be written; then ``path`` is as it was.
    """
    with whole_file(path) as file:
        file.write(data)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of ``path`` when the block ends without an error.

    Raises:
        OutputError: if it cannot be written; then ``path`` is as it was.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        # What a killed run left behind goes; O_EXCL then refuses to follow a planted link.
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if path.is_file() and not path.is_symlink():
                shutil.copymode(path, temporary)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> OutputError:
    kind = OutputFolderError if _stops_all(path, error) else OutputError
    return kind(
        path,
        f"the file cannot be written ({error.strerror or error})",
        "Check the permissions of the folder and the free space on the disk, and run again",
    )


def _stops_all(path: Path, error: OSError) -> bool:
    """Tell whether no other file can be written there, either."""
    if error.errno in _WHOLE_DISK:
        return True
    folder = path.parent
    return not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK))
