"""What a run stored, read back: the source of the page, the reports and the exports.

``Stored`` opens the ledger for reading only. It takes no lock, so it can be read while a
run is writing to it, and gives back the frozen records that went in.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError
from pipeline.running.ledger_reader import LedgerReader
from pipeline.running.ledger_rows import line_of
from pipeline.running.ledger_tables import SCHEMA_VERSION
from pipeline.types import (
    ConceptMention,
    FigureError,
    Gene,
    LexiconEntry,
    Line,
    Mention,
    Point,
    Polygon,
    Region,
    Source,
)

_DETECTOR = "stored"
"""The ledger does not keep which detector found the region of a name."""


@dataclass(frozen=True, slots=True)
class StoredFigure:
    """What the ledger says of one figure.

    Attributes:
        figid: the figure.
        state: where it stands in the last run that it was part of: an ``EndState``, or
            another while it is not finished.
        result: ``done`` or ``empty``: what the files, lines and names that are kept of it
            are, whatever a later run came to; empty if there are none.
        image: its image file.
        record: its curated record.
        metadata: its paper metadata.
        text: the file of its given text.
        size: (width, height) of the upright image in pixels, if it was decoded.
        counts: rows per class of its diff.
        finished: when it came to its end state (UTC, ISO 8601), or empty.
        error: why it failed.
    """

    figid: str
    state: str
    result: str
    image: Path | None
    record: Path | None
    metadata: Path | None
    text: Path | None
    size: tuple[int, int] | None
    counts: dict[str, int]
    finished: str
    error: FigureError | None

    @property
    def read(self) -> bool:
        """Whether it was read without fault, and what came of that is kept."""
        return bool(self.result)


class Stored(LedgerReader):
    """Reads the ledger of a run; a context manager, for use in one thread at a time.

    Args:
        path: the ledger, ``OUT/run.db``.

    Raises:
        InputError: if there is none, or it is not one of this version.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise InputError(path.parent, "it holds no run (run.db)", "Name the --out of a run")
        super().__init__(path, threads=True)
        if self.version != SCHEMA_VERSION:
            self.close()
            raise InputError(
                path,
                f"it was written by another pfcurate (ledger version {self.version})",
                "Give the same pfcurate run command again, which brings it up to date",
            )

    def figures(self) -> Iterator[StoredFigure]:
        """Yield all figures in order of their ids."""
        for row in self._rows("SELECT * FROM figures ORDER BY figid"):
            yield _figure(row)

    def states(self) -> Iterator[tuple[str, str, str]]:
        """Yield id, state and time of the end state of all figures, in order of their ids.

        That is enough to see what changed, and much quicker than ``figures``.
        """
        query = "SELECT figid, state, finished FROM figures ORDER BY figid"
        for figid, state, finished in self._rows(query):
            yield figid, state, finished or ""

    def figure(self, figid: str) -> StoredFigure | None:
        """Return one figure, or None where the ledger has none of that id."""
        rows = self._rows("SELECT * FROM figures WHERE figid = ?", figid)
        return _figure(rows[0]) if rows else None

    def lines(self, figid: str) -> tuple[Line, ...]:
        """Return the text lines of a figure in reading order."""
        rows = self._rows("SELECT * FROM lines WHERE figid = ? ORDER BY idx", figid)
        return tuple(map(line_of, rows))

    def mentions(self, figid: str) -> tuple[Mention, ...]:
        """Return the genes and families named in a figure, in reading order."""
        rows = self._rows("SELECT * FROM mentions WHERE figid = ? ORDER BY idx", figid)
        return tuple(_mention(row) for row in rows)

    def concepts(self, figid: str) -> tuple[ConceptMention, ...]:
        """Return the chemicals and diseases named in a figure, in reading order."""
        rows = self._rows("SELECT * FROM concepts WHERE figid = ? ORDER BY idx", figid)
        return tuple(_concept(row) for row in rows)

    def _rows(self, query: str, *values: str) -> list[sqlite3.Row]:
        with self._explained():
            return self._db.execute(query, values).fetchall()


def _figure(row: sqlite3.Row) -> StoredFigure:
    error = None
    if row["error_kind"] is not None:
        error = FigureError(
            row["error_kind"], row["error_subject"], row["error_cause"], row["error_remedy"]
        )
    size = (row["width"], row["height"]) if row["width"] else None
    return StoredFigure(
        figid=row["figid"],
        state=row["state"],
        result=row["result"] or "",
        image=_path(row["image"]),
        record=_path(row["record"]),
        metadata=_path(row["metadata"]),
        text=_path(row["text"]),
        size=size,
        counts=json.loads(row["counts"]) if row["counts"] else {},
        finished=row["finished"] or "",
        error=error,
    )


def _path(text: str | bytes | None) -> Path | None:
    return Path(os.fsdecode(text)) if text else None


def _mention(row: sqlite3.Row) -> Mention:
    entry = LexiconEntry(
        term=row["symbol"],
        source=Source(row["source"]),
        genes=tuple(Gene(symbol, entrez) for symbol, entrez in json.loads(row["genes"])),
        family=row["family"],
        origin=row["origin"],
    )
    return Mention(
        text=row["text"],
        line=row["line"],
        start=row["start"],
        end=row["end"],
        entry=entry,
        rules=tuple(json.loads(row["rules"])),
        score=row["score"],
        region=_region(row["polygon"]),
        evidence=tuple((name, weight) for name, weight in json.loads(row["evidence"])),
        reading=row["reading"],
    )


def _concept(row: sqlite3.Row) -> ConceptMention:
    return ConceptMention(
        text=row["text"],
        word=row["word"],
        line=row["line"],
        start=row["start"],
        end=row["end"],
        kind=row["kind"],
        term=row["term"],
        identifier=row["identifier"],
        rules=tuple(json.loads(row["rules"])),
        region=_region(row["polygon"]),
        reading=row["reading"],
    )


def _region(polygon: str | None) -> Region | None:
    if polygon is None:
        return None
    corners: list[Point] = [(float(x), float(y)) for x, y in json.loads(polygon)]
    return Region(_polygon(corners), 1.0, _DETECTOR)


def _polygon(corners: list[Point]) -> Polygon:
    first, second, third, fourth = corners
    return first, second, third, fourth
