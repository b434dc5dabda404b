"""A ledger opened to be read: nothing is written, and no lock is taken that a run would notice."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from pipeline.errors import InputError


class LedgerReader:
    """A ledger to read; a context manager.

    Args:
        path: the SQLite file, which exists.
        threads: whether several threads use it, one at a time.

    Attributes:
        path: the file.
        version: its schema version, for the caller to judge.

    Raises:
        InputError: the file cannot be read.
    """

    def __init__(self, path: Path, *, threads: bool = False) -> None:
        self.path = path
        with self._explained():
            self._db = _opened(path, threads)
            self._db.row_factory = sqlite3.Row
            (self.version,) = self._db.execute("PRAGMA user_version").fetchone()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise InputError(
                self.path,
                f"the ledger cannot be read ({error})",
                "Check its permissions; if the file is damaged, move it away and run again",
            ) from error


def address(path: Path, option: str) -> str:
    """A file as SQLite's URI, with an option such as ``mode=ro``."""
    return f"file:{quote(os.fsencode(path.absolute()))}?{option}"


def _opened(path: Path, threads: bool) -> sqlite3.Connection:
    def connected(option: str) -> sqlite3.Connection:
        return sqlite3.connect(
            address(path, option), uri=True, timeout=30, check_same_thread=not threads
        )

    connection = connected("mode=ro")
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.OperationalError:
        # A folder that cannot be written has no place for the files beside the ledger
        # that sharing it takes, and so nobody is writing to it.
        connection.close()
        return connected("immutable=1")
    return connection
