"""The file of the ledger: opened by one run at a time, and brought up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import InputError, OutputError, OutputFolderError
from pipeline.running.ledger_tables import CHANGES, LOCK, SCHEMA_VERSION
from pipeline.running.ledger_view import LedgerView

_PATIENCE = 60.0  # seconds that a program which holds the ledger is waited for
_LOCK_PATIENCE = 1.0  # ``status`` looks at the lock for a moment


def locked(path: Path) -> sqlite3.Connection:
    """Take the lock of the folder of a ledger, which is let go when it is closed.

    Raises:
        OutputError: another process has it, which is named.
    """
    # An exclusive transaction on a file of its own: the system lets go of it when
    # the process ends in whatever way, and readers of the ledger are not held up.
    lock = sqlite3.connect(path.with_name(LOCK), timeout=_LOCK_PATIENCE, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        if "locked" not in str(error):
            raise
        raise OutputError(
            path.parent,
            f"another run is writing to this output folder{_holder(path)}",
            "Wait until it ends, or choose another folder with --out",
        ) from error
    return lock


def opened(path: Path) -> sqlite3.Connection:
    """Open the ledger at ``path`` to write to it, made new or brought up to date.

    Raises:
        OutputError: it is of a newer version.
    """
    db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    db.row_factory = sqlite3.Row
    try:
        _prepare(path, db)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(path: Path, db: sqlite3.Connection) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise OutputError(
            path,
            f"it was written by a newer pfcurate (ledger version {version})",
            "Update pfcurate, or choose another folder with --out",
        )
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    if version < SCHEMA_VERSION:
        # Foreign keys come after this: a table that is made anew would lose its lines.
        db.executescript(
            f"BEGIN; {CHANGES[version]} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )
    db.execute("PRAGMA foreign_keys = ON")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn errors of SQLite in the block into ``OutputFolderError``."""
    try:
        yield
    except sqlite3.Error as error:
        if "locked" in str(error):
            remedy = "Close the program that holds it, and run again to go on"
        else:
            remedy = (
                "Check the folder's permissions and free space, and run again to go on; if "
                "the file is damaged, move it away first"
            )
        raise OutputFolderError(path, f"the ledger cannot be used ({error})", remedy) from error


def _holder(path: Path) -> str:
    """Return which process holds the folder of a ledger, as far as the ledger tells."""
    try:
        with LedgerView(path) as view:
            run = view.run()
    except InputError:
        return ""
    return "" if run is None else f" (process {run.pid} on {run.host}, since {run.started})"


def identity(path: Path) -> tuple[int, int] | None:
    """Return what tells the file at ``path`` from any that takes its place."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
