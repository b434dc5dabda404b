"""How a run stands, told by its ledger, while it goes on or later.

A view never writes, takes no lock that a run would notice, and works on a folder that is
read-only. What became of the single figures is told by ``stored``.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import InputError
from pipeline.running import ledger_rows as rows_of
from pipeline.running.ledger_reader import LedgerReader, address
from pipeline.running.ledger_tables import LOCK, SCHEMA_VERSION
from pipeline.types import FigureError


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Attributes:
        id: number of the run in its folder, from 1.
        state: ``running``, ``finished``, ``interrupted``, ``stopped`` or ``killed``.
        host: name of the machine of its process.
        pid: process that holds or held the folder.
        started: when it began (UTC, ISO 8601).
        seen: when it was last known to be alive: now, if it is; or its end.
        workers: where it works, in words.
        error: what stopped it, if something did.
    """

    id: int
    state: str
    host: str
    pid: int
    started: str
    seen: str
    workers: str
    error: str | None = None

    @property
    def seconds(self) -> float:
        """Wall time from its beginning to when it was last seen."""
        return (_time(self.seen) - _time(self.started)).total_seconds()


class LedgerView(LedgerReader):
    """A ledger to look at; a context manager.

    Args:
        path: the SQLite file.

    Raises:
        InputError: there is no ledger, or it is of another version.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise InputError(
                path, "there is no ledger here", "Give the folder that a run wrote with --out"
            )
        super().__init__(path)
        if self.version != SCHEMA_VERSION:
            self.close()
            raise InputError(
                path,
                f"it is a ledger of version {self.version}, this pfcurate reads {SCHEMA_VERSION}",
                "Call pfcurate run on the folder with this version, or update pfcurate",
            )

    def run(self) -> Run | None:
        """Return the last run, if there was one; one whose process is gone is ``killed``."""
        with self._explained():
            row = self._db.execute("SELECT * FROM runs ORDER BY id DESC LIMIT 1").fetchone()
        if row is None:
            return None
        state = row["state"]
        if state == "running" and not is_held(self.path):
            state = "killed"
        seen = datetime.now(UTC).isoformat() if state == "running" else row["seen"]
        return Run(
            row["id"], state, row["host"], row["pid"], row["started"], seen, row["workers"],
            row["error"],
        )  # fmt: skip

    def states(self, run: int | None = None) -> dict[str, int]:
        """Return how many figures are in each state.

        Args:
            run: count only figures whose last run was this one.
        """
        query = "SELECT state, COUNT(*) FROM figures{} GROUP BY state"
        with self._explained():
            if run is None:
                found = self._db.execute(query.format(""))
            else:
                found = self._db.execute(query.format(" WHERE run = ?"), (run,))
            return {str(state): int(count) for state, count in found}

    def running(self) -> list[tuple[str, float]]:
        """Return the figures that are being worked on, with seconds since they were begun."""
        now = datetime.now(UTC)
        with self._explained():
            found = self._db.execute(
                "SELECT figid, started FROM figures WHERE run = (SELECT MAX(id) FROM runs) "
                "AND state = 'running' ORDER BY started, figid"
            ).fetchall()
        return [(figid, (now - _time(started)).total_seconds()) for figid, started in found]

    def failures(self, run: int, limit: int = -1) -> list[tuple[str, str, FigureError]]:
        """Return figid, state and reason of figures that failed in a run, by figid.

        Args:
            run: the run.
            limit: most figures to return; negative for all.
        """
        with self._explained():
            found = self._db.execute(
                "SELECT * FROM figures WHERE run = ? AND state IN ('failed', 'quarantined') "
                "ORDER BY figid LIMIT ?",
                (run, limit),
            )
            return [(row["figid"], row["state"], rows_of.error_of(row)) for row in found]


def is_held(path: Path) -> bool:
    """Tell whether a process holds the folder of the ledger at ``path``, on any machine."""
    lock = path.with_name(LOCK)
    if not lock.exists():
        return False
    connection = sqlite3.connect(address(lock, "mode=ro"), uri=True, timeout=0)
    try:
        connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    finally:
        connection.close()
    return False


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
