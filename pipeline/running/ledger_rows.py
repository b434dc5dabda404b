"""Between the records that stages hand on and the rows of the ledger."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pipeline.types import Figure, FigureError, Line, Outcome, Polygon, Reading, Region, StoredLines

ROLES = ("image", "record", "metadata", "text", "decisions")
"""The files of a figure: attributes of ``Figure`` and columns of the ledger."""


def line_rows(outcome: Outcome) -> Iterator[tuple[object, ...]]:
    """Yield the rows of ``lines``; their lines are in the plain form, and come back as such."""
    for index, line in enumerate(outcome.lines):
        region = line.region
        yield (
            outcome.figid,
            index,
            text_of(line.text),
            float(line.confidence),
            _polygon(region),
            json_of([_reading(reading) for reading in line.readings]),
            None if region is None else region.detector,
            None if region is None else float(region.confidence),
        )


@dataclass(frozen=True, slots=True)
class KeptLines:
    """The lines kept of a figure, as the ledger has them.

    So they go to the worker that names them: to decode them costs more than the parent's
    other work on a figure.

    Attributes:
        rows: its rows of ``lines`` in reading order.
        image_size: (width, height) of the upright image in pixels, if it was decoded.
    """

    rows: tuple[dict[str, Any], ...]
    image_size: tuple[int, int] | None = None

    def decoded(self) -> StoredLines:
        """The lines themselves."""
        return StoredLines(tuple(map(line_of, self.rows)), self.image_size)


def line_of(row: Mapping[str, Any] | sqlite3.Row) -> Line:
    """Return the line of a row of ``lines``."""
    region = None
    if row["polygon"] is not None:
        corners = tuple((float(x), float(y)) for x, y in json.loads(row["polygon"]))
        # Ledgers before version 3 did not keep what found the place.
        confidence = row["region_confidence"]
        region = Region(
            cast("Polygon", corners), 1.0 if confidence is None else confidence,
            row["detector"] or "",
        )  # fmt: skip
    readings = tuple(
        Reading(
            reading["text"],
            reading["confidence"],
            reading["reader"],
            reading["scale"],
            tuple(
                tuple((character, share) for character, share in others)
                for others in reading.get("alternatives", ())
            ),
        )
        for reading in json.loads(row["readings"])
    )
    return Line(row["text"], row["confidence"], region, readings)


def mention_rows(outcome: Outcome) -> Iterator[tuple[object, ...]]:
    """Yield the rows of ``mentions``."""
    for index, mention in enumerate(outcome.mentions):
        entry = mention.entry
        yield (
            outcome.figid,
            index,
            mention.line,
            mention.start,
            mention.end,
            text_of(mention.text),
            entry.term,
            str(entry.source),
            entry.family,
            entry.origin,
            json_of([[gene.hgnc_symbol, gene.entrez] for gene in entry.genes]),
            json_of(mention.rules),
            float(mention.score),
            _polygon(mention.region),
            text_of(mention.reading),
            json_of([[name, round(float(weight), 3)] for name, weight in mention.evidence]),
        )


def concept_rows(outcome: Outcome) -> Iterator[tuple[object, ...]]:
    """Yield the rows of ``concepts``."""
    for index, concept in enumerate(outcome.concepts):
        yield (
            outcome.figid,
            index,
            concept.line,
            concept.start,
            concept.end,
            text_of(concept.text),
            text_of(concept.word),
            concept.kind,
            concept.term,
            concept.identifier,
            json_of(concept.rules),
            _polygon(concept.region),
            text_of(concept.reading),
        )


def figure_of(row: sqlite3.Row) -> Figure:
    """Return the figure of a row of ``figures``, with absolute paths."""
    paths = {role: row[role] for role in ROLES}
    return Figure(
        row["figid"],
        **{role: None if path is None else Path(os.fsdecode(path)) for role, path in paths.items()},
    )


def path_of(path: Path | None) -> str | bytes | None:
    """Return what stands in the ledger for a path: text, or bytes where no text can hold it."""
    if path is None:
        return None
    place = str(path.absolute())
    try:
        place.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(place)
    return place


def error_of(row: sqlite3.Row) -> FigureError:
    """Return why the figure of a row of ``figures`` failed."""
    return FigureError(
        row["error_kind"] or "", row["error_subject"] or "", row["error_cause"] or "",
        row["error_remedy"] or "",
    )  # fmt: skip


def error_columns(error: FigureError | None) -> Iterable[str | None]:
    """Return the four columns of ``figures`` that tell why it failed."""
    if error is None:
        return (None,) * 4
    return map(text_of, (error.kind, error.subject, error.cause, error.remedy))


def json_of(document: object) -> str:
    """Return ``document`` as JSON in which equal documents are equal."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def text_of(text: str) -> str:
    """Return ``text`` in a form that SQLite takes: it knows no lone surrogates.

    File names that are not UTF-8 have them.
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _reading(reading: Reading) -> dict[str, Any]:
    document = {
        "text": text_of(reading.text),
        "confidence": float(reading.confidence),
        "reader": reading.reader,
        "scale": float(reading.scale),
    }
    if any(reading.alternatives):
        document["alternatives"] = reading.alternatives
    return document


def _polygon(region: Region | None) -> str | None:
    if region is None:
        return None
    return json_of([[round(float(x), 2), round(float(y), 2)] for x, y in region.polygon])
