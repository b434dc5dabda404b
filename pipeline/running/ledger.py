"""The ledger of a run: one SQLite file that knows what became of every figure.

Each figure is in exactly one state: ``pending``, ``running``, ``done``, ``empty`` or
``failed``. A figure's lines, mentions and end state go in with one transaction, after
its files are written, so a run that is killed at any moment leaves no figure that is
marked as finished and is not. The page, the reports and the exports read this file.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.errors import OutputError
from pipeline.running.ledger_tables import CHANGES, SCHEMA_VERSION
from pipeline.types import Figure, FigureError, Outcome, Region

_FINISHED = ("done", "empty")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What the result of a figure depends on; equal fingerprints give equal results.

    Attributes:
        inputs: hash of the bytes of its files, empty if one cannot be read.
        config: hash of the settings that change results.
        versions: name and version of everything that takes part.
    """

    inputs: str
    config: str
    versions: Mapping[str, str]

    def same(self, row: sqlite3.Row) -> bool:
        """Tell whether a row of ``figures`` was made with this fingerprint."""
        return bool(self.inputs) and (self.inputs, self.config, _json(self.versions)) == (
            row["input_hash"],
            row["config_hash"],
            row["versions"],
        )


class Ledger:
    """Reads and writes the ledger; a context manager. One run writes at a time.

    Args:
        path: the SQLite file, created where it is missing.

    Raises:
        OutputError: if the file is no ledger, is of a newer version, cannot be
            written, or another run is writing to it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._explained():
            self._lock = self._locked()
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None)
            self._db.row_factory = sqlite3.Row
            try:
                self._prepare()
            except BaseException:
                self.close()
                raise

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
        self._db.close()
        self._lock.close()

    def register(self, figures: Iterable[Figure]) -> None:
        """Add figures that are not in the ledger yet, as pending.

        What an earlier run left as running is pending again.
        """
        with self._transaction():
            self._db.execute("UPDATE figures SET state = 'pending' WHERE state = 'running'")
            self._db.executemany(
                "INSERT INTO figures (figid, state) VALUES (?, 'pending') ON CONFLICT DO NOTHING",
                ((figure.figid,) for figure in figures),
            )

    def finished(self, figid: str, fingerprint: Fingerprint) -> sqlite3.Row | None:
        """Return the row of a figure that is done or empty with this very fingerprint."""
        with self._explained():
            row: sqlite3.Row | None = self._db.execute(
                "SELECT * FROM figures WHERE figid = ?", (figid,)
            ).fetchone()
        if row is None or row["state"] not in _FINISHED or not fingerprint.same(row):
            return None
        return row

    def start(self, figure: Figure) -> None:
        """Mark a figure as running."""
        with self._transaction():
            self._db.execute(
                "UPDATE figures SET state = 'running', started = ?, finished = NULL, "
                "image = ?, record = ?, metadata = ?, text = ? WHERE figid = ?",
                (
                    _now(),
                    *(
                        _printable(path)
                        for path in (figure.image, figure.record, figure.metadata, figure.text)
                    ),
                    figure.figid,
                ),
            )

    def postpone(self, figids: Iterable[str]) -> None:
        """Mark figures that were started and not finished as pending."""
        with self._transaction():
            self._db.executemany(
                "UPDATE figures SET state = 'pending', started = NULL WHERE figid = ?",
                ((figid,) for figid in figids),
            )

    def finish(self, outcome: Outcome, fingerprint: Fingerprint, counts: Mapping[str, int]) -> None:
        """Record the end state of a figure with its lines and mentions, all or nothing."""
        figid = outcome.figid
        error = outcome.error
        width, height = outcome.image_size or (None, None)
        with self._transaction():
            self._db.execute("DELETE FROM lines WHERE figid = ?", (figid,))
            self._db.execute("DELETE FROM mentions WHERE figid = ?", (figid,))
            self._db.execute("DELETE FROM concepts WHERE figid = ?", (figid,))
            self._db.execute(
                "UPDATE figures SET state = ?, width = ?, height = ?, error_kind = ?, "
                "error_subject = ?, error_cause = ?, error_remedy = ?, input_hash = ?, "
                "config_hash = ?, versions = ?, counts = ?, seconds = ?, finished = ? "
                "WHERE figid = ?",
                (
                    outcome.state.value,
                    width,
                    height,
                    *(
                        (None,) * 4
                        if error is None
                        else map(_text, (error.kind, error.subject, error.cause, error.remedy))
                    ),
                    fingerprint.inputs or None,
                    fingerprint.config,
                    _json(fingerprint.versions),
                    _json(counts),
                    _json({name: round(value, 4) for name, value in outcome.seconds.items()}),
                    _now(),
                    figid,
                ),
            )
            self._db.executemany("INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)", _lines(outcome))
            self._db.executemany(
                "INSERT INTO mentions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                _mentions(outcome),
            )
            self._db.executemany(
                "INSERT INTO concepts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                _concepts(outcome),
            )

    def states(self) -> dict[str, int]:
        """Return how many figures are in each state; a state without figures is left out."""
        with self._explained():
            rows = self._db.execute("SELECT state, COUNT(*) FROM figures GROUP BY state")
            return {str(state): int(count) for state, count in rows}

    def failures(self) -> Iterator[tuple[str, FigureError]]:
        """Yield the figures that failed, in order of their ids, with the reason."""
        with self._explained():
            for row in self._db.execute(
                "SELECT * FROM figures WHERE state = 'failed' ORDER BY figid"
            ):
                yield (
                    row["figid"],
                    FigureError(
                        row["error_kind"],
                        row["error_subject"],
                        row["error_cause"],
                        row["error_remedy"],
                    ),
                )

    def _locked(self) -> sqlite3.Connection:
        # An exclusive transaction on a file of its own: the system lets go of it when
        # the process ends in whatever way, and readers of the ledger are not held up.
        lock = sqlite3.connect(self.path.with_name("run.lock"), timeout=0, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            lock.close()
            if "locked" not in str(error):
                raise
            raise OutputError(
                self.path.parent,
                "another run is writing to this output folder",
                "Wait until it ends, or choose another folder with --out",
            ) from error
        return lock

    def _prepare(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise OutputError(
                self.path,
                f"it was written by a newer pfcurate (ledger version {version})",
                "Update pfcurate, or choose another folder with --out",
            )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        if version < SCHEMA_VERSION:
            self._db.executescript(
                f"BEGIN; {CHANGES[version]} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise OutputError(
                self.path,
                f"the ledger cannot be used ({error})",
                "Check the folder's permissions and free space; if the file is damaged, move it "
                "away and run again",
            ) from error


def _lines(outcome: Outcome) -> Iterator[tuple[object, ...]]:
    for index, line in enumerate(outcome.lines):
        readings = [
            {
                "text": _text(reading.text),
                "confidence": round(float(reading.confidence), 4),
                "reader": reading.reader,
                "scale": float(reading.scale),
            }
            for reading in line.readings
        ]
        yield (
            outcome.figid,
            index,
            _text(line.text),
            float(line.confidence),
            _polygon(line.region),
            _json(readings),
        )


def _mentions(outcome: Outcome) -> Iterator[tuple[object, ...]]:
    for index, mention in enumerate(outcome.mentions):
        entry = mention.entry
        yield (
            outcome.figid,
            index,
            mention.line,
            mention.start,
            mention.end,
            _text(mention.text),
            entry.term,
            str(entry.source),
            entry.family,
            entry.origin,
            _json([[gene.hgnc_symbol, gene.entrez] for gene in entry.genes]),
            _json(mention.rules),
            float(mention.score),
            _polygon(mention.region),
            _text(mention.reading),
            _json([[name, round(float(weight), 3)] for name, weight in mention.evidence]),
        )


def _concepts(outcome: Outcome) -> Iterator[tuple[object, ...]]:
    for index, concept in enumerate(outcome.concepts):
        yield (
            outcome.figid,
            index,
            concept.line,
            concept.start,
            concept.end,
            _text(concept.text),
            _text(concept.word),
            concept.kind,
            concept.term,
            concept.identifier,
            _json(concept.rules),
            _polygon(concept.region),
            _text(concept.reading),
        )


def _polygon(region: Region | None) -> str | None:
    if region is None:
        return None
    return _json([[round(float(x), 2), round(float(y), 2)] for x, y in region.polygon])


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _text(text: str) -> str:
    # SQLite takes no lone surrogates; file names that are not UTF-8 have them.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _printable(path: Path | None) -> str | None:
    return None if path is None else _text(str(path.absolute()))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
