"""The ledger of a run: one SQLite file that knows what became of every figure.

Each figure is in exactly one state: ``pending``, ``running``, ``done``, ``unchanged``,
``empty``, ``failed`` or ``quarantined``. The state tells where it stands in the last run
that it was part of; ``result`` tells what the files and lines that are kept of it are,
whatever a later run came to. What a figure came to goes in with one transaction, after
its files are written, so a run that is killed at any moment leaves no figure that is
marked as finished and is not. The page, the reports and the exports read this file
through ``stored``, and ``status`` through ``ledger_view``.
"""

from __future__ import annotations

import hashlib
import os
import socket
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.errors import OutputFolderError
from pipeline.running import ledger_rows as rows_of
from pipeline.running.ledger_file import explained, identity, locked, opened
from pipeline.running.ledger_rows import json_of
from pipeline.types import EndState, Figure, FigureError, Outcome

_FINISHED = (EndState.DONE, EndState.EMPTY)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What the result of a figure depends on; equal fingerprints give equal results.

    Attributes:
        inputs: hash of the bytes of its files, empty if one cannot be read.
        config: hash of the settings that change results.
        versions: name and version of everything that takes part.
        source: hash of what its lines were read from, empty if it cannot be read.
        reading: hash of the settings and versions that decide what is read.
    """

    inputs: str
    config: str
    versions: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    reading: str = ""

    def same(self, row: sqlite3.Row) -> bool:
        """Tell whether the result kept in a row of ``figures`` was made with this."""
        return bool(self.inputs) and (self.inputs, self.config, json_of(self.versions)) == (
            row["input_hash"],
            row["config_hash"],
            row["versions"],
        )

    def digest(self) -> str:
        """Return a hash of what the result depends on."""
        whole = json_of([self.inputs, self.config, dict(self.versions)])
        return hashlib.sha256(whole.encode("utf-8")).hexdigest()


class Ledger:
    """Writes the ledger; a context manager. One run writes at a time.

    Args:
        path: the SQLite file, created where it is missing.

    Raises:
        OutputError: if the file is no ledger, is of a newer version, cannot be
            written, or another run is writing to it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._run: int | None = None
        with self._explained():
            self._lock = locked(path)
            try:
                self._db = opened(path)
            except BaseException:
                self._lock.close()
                raise
            self._place = identity(path)

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
        """Close the file and let another run write to it."""
        with suppress(sqlite3.Error):  # what was not written is not lost: it is to be done
            self._db.close()
        self._lock.close()

    def begin(self, workers: str, versions: Mapping[str, str]) -> None:
        """Open a run, held by this process; runs of processes that are gone are closed.

        Args:
            workers: where it works, in words.
            versions: name and version of everything that takes part.
        """
        with self._transaction():
            self._db.execute("UPDATE runs SET state = 'killed' WHERE state = 'running'")
            now = _now()
            self._run = self._db.execute(
                "INSERT INTO runs (state, host, pid, started, seen, workers, versions) "
                "VALUES ('running', ?, ?, ?, ?, ?, ?)",
                (socket.gethostname(), os.getpid(), now, now, workers, json_of(versions)),
            ).lastrowid

    def beat(self) -> None:
        """Note that the run is alive."""
        with self._transaction():
            self._db.execute("UPDATE runs SET seen = ? WHERE id = ?", (_now(), self._run))

    def end(self, state: str, error: str | None = None) -> None:
        """Close the run as ``finished``, ``interrupted`` or ``stopped`` by ``error``."""
        with self._transaction():
            self._db.execute(
                "UPDATE runs SET state = ?, seen = ?, error = ? WHERE id = ?",
                (state, _now(), error, self._run),
            )

    def register(self, figures: Iterable[Figure]) -> None:
        """Make figures part of this run, as pending; what is kept of them stays.

        What an earlier run left as running is pending again.
        """
        with self._transaction():
            self._db.execute("UPDATE figures SET state = 'pending' WHERE state = 'running'")
            self._db.executemany(
                "INSERT INTO figures "
                "(figid, state, run, size, image, record, metadata, text, decisions) "
                "VALUES (?, 'pending', ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (figid) DO UPDATE SET "
                "state = excluded.state, run = excluded.run, size = excluded.size, "
                "image = excluded.image, record = excluded.record, "
                "metadata = excluded.metadata, text = excluded.text, "
                "decisions = excluded.decisions",
                ((figure.figid, self._run, _size(figure), *_paths(figure)) for figure in figures),
            )

    def pending(self, limit: int) -> list[sqlite3.Row]:
        """Return up to ``limit`` figures that this run has not come to, large images first."""
        with self._explained():
            return self._db.execute(
                "SELECT * FROM figures WHERE run IS ? AND state = 'pending' "
                "ORDER BY size DESC, figid LIMIT ?",
                (self._run, limit),
            ).fetchall()

    def stored_lines(self, row: sqlite3.Row, fingerprint: Fingerprint) -> rows_of.KeptLines | None:
        """Return the lines kept of a figure, if reading it now would give the same."""
        kept = row["source_hash"], row["reading_hash"]
        if not all(kept) or kept != (fingerprint.source, fingerprint.reading):
            return None
        with self._explained():
            lines = self._db.execute(
                "SELECT * FROM lines WHERE figid = ? ORDER BY idx", (row["figid"],)
            )
            size = None if row["width"] is None else (row["width"], row["height"])
            return rows_of.KeptLines(tuple(map(dict, lines)), size)

    def start(self, figure: Figure) -> None:
        """Mark a figure as running.

        From here on its files may be new ones, or half of them: what is kept of it stands
        for nothing until it is finished.
        """
        with self._transaction():
            self._db.execute(
                "UPDATE figures SET state = 'running', started = ?, input_hash = NULL, "
                "image = ?, record = ?, metadata = ?, text = ?, decisions = ? WHERE figid = ?",
                (_now(), *_paths(figure), figure.figid),
            )

    def postpone(self, figids: Iterable[str]) -> None:
        """Mark figures that were started and not finished as pending."""
        with self._transaction():
            self._db.executemany(
                "UPDATE figures SET state = 'pending' WHERE figid = ? AND state = 'running'",
                ((figid,) for figid in figids),
            )

    def settle(self, figids: Sequence[tuple[str, EndState, str]]) -> None:
        """Keep the results of figures as they are.

        Args:
            figids: figid, state (UNCHANGED or QUARANTINED) and stamps of each.
        """
        with self._transaction():
            self._db.executemany(
                "UPDATE figures SET state = ?, stamps = ? WHERE figid = ?",
                ((str(state), stamps, figid) for figid, state, stamps in figids),
            )

    def finish(
        self,
        outcome: Outcome,
        fingerprint: Fingerprint,
        counts: Mapping[str, int],
        *,
        stamps: str | None = None,
        read: bool = True,
    ) -> None:
        """Record what a figure came to, all or nothing.

        A figure that failed keeps what an earlier run made of it, unless it was read anew:
        then its lines are kept, and what was found in the old ones goes.

        Args:
            outcome: what it came to.
            fingerprint: what that depends on.
            counts: rows per class of its diff.
            stamps: of its files; see ``inputs``.
            read: whether its lines were read now, not taken from here.
        """
        figid, kept = outcome.figid, outcome.state in _FINISHED
        with self._transaction():
            quarantine = outcome.state is EndState.QUARANTINED and fingerprint.inputs
            self._db.execute(
                "UPDATE figures SET state = ?, error_kind = ?, error_subject = ?, "
                "error_cause = ?, error_remedy = ?, seconds = ?, finished = ?, stamps = ?, "
                "quarantine = ? WHERE figid = ?",
                (
                    outcome.state.value,
                    *rows_of.error_columns(outcome.error),
                    json_of({name: round(value, 4) for name, value in outcome.seconds.items()}),
                    _now(),
                    stamps,
                    fingerprint.digest() if quarantine else None,
                    figid,
                ),
            )
            if read and (kept or outcome.lines):
                self._keep_lines(outcome, fingerprint)
            if kept or (read and outcome.lines):
                self._keep_names(outcome, fingerprint, counts if kept else None)

    def _keep_lines(self, outcome: Outcome, fingerprint: Fingerprint) -> None:
        width, height = outcome.image_size or (None, None)
        self._db.execute("DELETE FROM lines WHERE figid = ?", (outcome.figid,))
        self._db.execute(
            "UPDATE figures SET width = ?, height = ?, source_hash = ?, reading_hash = ? "
            "WHERE figid = ?",
            (width, height, fingerprint.source or None, fingerprint.reading or None, outcome.figid),
        )
        self._db.executemany(
            "INSERT INTO lines (figid, idx, text, confidence, polygon, readings, detector, "
            "region_confidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            rows_of.line_rows(outcome),
        )

    def _keep_names(
        self, outcome: Outcome, fingerprint: Fingerprint, counts: Mapping[str, int] | None
    ) -> None:
        """Replace the result of a figure; without counts there is none."""
        done = counts is not None
        self._db.execute("DELETE FROM mentions WHERE figid = ?", (outcome.figid,))
        self._db.execute("DELETE FROM concepts WHERE figid = ?", (outcome.figid,))
        self._db.execute(
            "UPDATE figures SET result = ?, input_hash = ?, config_hash = ?, versions = ?, "
            "counts = ? WHERE figid = ?",
            (
                outcome.state.value if done else None,
                fingerprint.inputs or None if done else None,
                fingerprint.config if done else None,
                json_of(fingerprint.versions) if done else None,
                json_of(counts) if done else None,
                outcome.figid,
            ),
        )
        self._db.executemany(
            f"INSERT INTO mentions VALUES ({', '.join('?' * 16)})", rows_of.mention_rows(outcome)
        )
        self._db.executemany(
            f"INSERT INTO concepts VALUES ({', '.join('?' * 13)})", rows_of.concept_rows(outcome)
        )

    def states(self) -> dict[str, int]:
        """Return how many figures are in each state; a state without figures is left out."""
        with self._explained():
            rows = self._db.execute("SELECT state, COUNT(*) FROM figures GROUP BY state")
            return {str(state): int(count) for state, count in rows}

    def unsettled(self) -> int:
        """Return how many figures of this run have not come to an end state."""
        with self._explained():
            (count,) = self._db.execute(
                "SELECT COUNT(*) FROM figures WHERE run IS ? AND state IN ('pending', 'running')",
                (self._run,),
            ).fetchone()
            return int(count)

    def failures(self) -> Iterator[tuple[str, FigureError]]:
        """Yield the figures of this run that failed, in order of their ids, with the reason."""
        with self._explained():
            for row in self._db.execute(
                "SELECT * FROM figures WHERE run IS ? AND state IN ('failed', 'quarantined') "
                "ORDER BY figid",
                (self._run,),
            ):
                yield row["figid"], rows_of.error_of(row)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained():
            # A ledger that was removed takes writes as before, and they lead nowhere.
            if identity(self.path) != self._place:
                raise OutputFolderError(
                    self.path,
                    "the ledger was removed or replaced while the run was writing to it",
                    "Run again: what is missing is done again",
                )
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk may have rolled back already
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _explained(self) -> AbstractContextManager[None]:
        return explained(self.path)


def _paths(figure: Figure) -> tuple[str | bytes | None, ...]:
    return tuple(rows_of.path_of(getattr(figure, role)) for role in rows_of.ROLES)


def _size(figure: Figure) -> int:
    """Return the bytes of the image: a large one that is started last is waited for."""
    try:
        return figure.image.stat().st_size if figure.image is not None else 0
    except OSError:
        return 0


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
