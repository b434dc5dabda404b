"""The frozen records that stages hand to each other.

Coordinates are pixels of the upright original image (after its EXIF orientation, as
every viewer shows it): x to the right, y down, origin at the top-left corner.
Confidences and scores run from 0 to 1. Angles are degrees, clockwise positive.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

Point = tuple[float, float]
Polygon = tuple[Point, Point, Point, Point]


class _Sent:
    """What goes from process to process: pickled as its class and values.

    Left alone, a frozen dataclass with slots looks its fields up anew for every object, both
    ways, which for the lines of a figure took longer than to name them.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        names: tuple[str, ...] = self.__slots__
        return type(self), tuple(getattr(self, name) for name in names)


@dataclass(frozen=True, slots=True)
class Figure(_Sent):
    """One figure to curate and the files that belong to it.

    Attributes:
        figid: identifier, the stem of its files.
        image: image file, or None when only its text is given.
        record: curated front matter ``FIGID.md``, if there is one.
        metadata: paper metadata ``FIGID.yml``, if there is one and no record.
        text: text to use instead of the pixels, if given.
        decisions: what reviewers decided about it, if anything.
    """

    figid: str
    image: Path | None = None
    record: Path | None = None
    metadata: Path | None = None
    text: Path | None = None
    decisions: Path | None = None


@dataclass(frozen=True, slots=True)
class Region(_Sent):
    """A place in the figure that holds one line of text.

    Attributes:
        polygon: four corners in pixels, clockwise as the text is read, from the
            top-left corner of its first character.
        confidence: how sure the detector is, 0 to 1.
        detector: name of the detector.
    """

    polygon: Polygon
    confidence: float
    detector: str

    @property
    def angle(self) -> float:
        """Reading direction in degrees, clockwise from left-to-right, in (-180, 180]."""
        (x0, y0), (x1, y1) = self.polygon[0], self.polygon[1]
        return math.degrees(math.atan2(y1 - y0, x1 - x0))

    @property
    def height(self) -> float:
        """Length of the edge across the reading direction, in pixels."""
        return math.dist(self.polygon[0], self.polygon[3])

    @property
    def width(self) -> float:
        """Length of the edge along the reading direction, in pixels."""
        return math.dist(self.polygon[0], self.polygon[1])


@dataclass(frozen=True, slots=True)
class Reading(_Sent):
    """What one reader saw in one region.

    Attributes:
        text: the characters read.
        confidence: the reader's own confidence, 0 to 1.
        reader: name of the reader.
        scale: enlargement at which the crop was read, relative to the original.
        alternatives: per character of ``text``, other characters with their
            probabilities (0 to 1), best first; empty where the reader gives none.
    """

    text: str
    confidence: float
    reader: str
    scale: float = 1.0
    alternatives: tuple[tuple[tuple[str, float], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Line(_Sent):
    """One line of text of the figure, fused from the readings of its region.

    Attributes:
        text: the text believed.
        confidence: calibrated confidence of ``text``, 0 to 1.
        region: where it stands; None for text given without places.
        readings: everything that was read there, the believed reading first.
    """

    text: str
    confidence: float = 1.0
    region: Region | None = None
    readings: tuple[Reading, ...] = ()

    @property
    def readers(self) -> tuple[str, ...]:
        """Names of the readers that agree on ``text``, sorted."""
        return tuple(sorted({r.reader for r in self.readings if r.text == self.text}))


@dataclass(frozen=True, slots=True)
class StoredLines(_Sent):
    """What an earlier reading of a figure gave.

    Attributes:
        lines: its lines in reading order, in their plain form (``curation.lines``).
        image_size: (width, height) of the upright image in pixels, if it was decoded.
    """

    lines: tuple[Line, ...]
    image_size: tuple[int, int] | None = None


class Source(StrEnum):
    """Where a lexicon term comes from; the values stand in every gene row."""

    SYMBOL = "hgnc_symbol"
    FAMILY = "bioentities_symbol"
    ALIAS = "hgnc_alias_symbol"
    PREVIOUS = "hgnc_prev_symbol"


@dataclass(frozen=True, slots=True, order=True)
class Gene(_Sent):
    """An approved HGNC symbol and its NCBI Gene id (a string of digits)."""

    hgnc_symbol: str
    entrez: str


@dataclass(frozen=True, slots=True)
class LexiconEntry(_Sent):
    """One term of the lexicon and the genes that it stands for.

    Attributes:
        term: the term as the lexicon spells it.
        source: which kind of term it is.
        genes: the gene, or every member of the family.
        family: family identifier for ``Source.FAMILY``, else empty.
        origin: the table or rule that the term came from, for explanations.
        spelling: the very spelling that was looked up; differs from ``term`` for
            families, whose ``term`` is the family's name.
    """

    term: str
    source: Source
    genes: tuple[Gene, ...]
    family: str = ""
    origin: str = ""
    spelling: str = ""


@dataclass(frozen=True, slots=True)
class Mention(_Sent):
    """A name found in a line.

    Attributes:
        text: the characters as printed (read), without trimmed modifiers.
        line: index of the line in the figure's lines.
        start: offset of the first character in ``reading``.
        end: offset after the last character.
        entry: the lexicon entry it stands for.
        rules: named rules that led from the text to the entry, in order.
        score: belief that the figure shows this gene or family, 0 to 1.
        region: where it stands, if known.
        evidence: what the score is made of: name and weight (log odds) of each piece.
        reading: what was read there: the line's text, or another reading of the line if
            only that one holds the name.
    """

    text: str
    line: int
    start: int
    end: int
    entry: LexiconEntry
    rules: tuple[str, ...] = ()
    score: float = 1.0
    region: Region | None = None
    evidence: tuple[tuple[str, float], ...] = ()
    reading: str = ""


@dataclass(frozen=True, slots=True)
class ConceptMention(_Sent):
    """A chemical or disease found in a line.

    Attributes:
        text: the characters read.
        word: the name as printed: ``text``, or what it was mended to (``H2O2`` for H202).
        line: index of the line in the figure's lines.
        start: offset of the first character in ``reading``.
        end: offset after the last character.
        kind: ``chemical`` or ``disease``.
        term: the term as the lexicon spells it.
        identifier: its MeSH id, empty if MeSH has no such concept.
        rules: named rules that led from the text to the term, in order.
        region: where it stands, if known.
        reading: what was read there; see ``Mention.reading``.
    """

    text: str
    word: str
    line: int
    start: int
    end: int
    kind: str
    term: str
    identifier: str
    rules: tuple[str, ...] = ()
    region: Region | None = None
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Names(_Sent):
    """Everything that is named in a figure, each list in reading order.

    Attributes:
        genes: genes and families.
        concepts: chemicals and diseases.
    """

    genes: tuple[Mention, ...] = ()
    concepts: tuple[ConceptMention, ...] = ()


@dataclass(frozen=True, slots=True)
class GeneRow(_Sent):
    """One row of a record's ``genes:`` list; see the record schema for the fields."""

    word: str
    symbol: str
    source: str
    hgnc_symbol: str
    entrez: str


@dataclass(frozen=True, slots=True)
class TermRow(_Sent):
    """One row of a record's ``chemicals:`` or ``diseases:``.

    Attributes:
        word: the name as printed.
        source: ``MeSH``, or empty for a name without an identifier.
        identifier: the MeSH id, or empty.
    """

    word: str
    source: str = ""
    identifier: str = ""


class EndState(StrEnum):
    """The one state in which a figure ends a run.

    ``UNCHANGED``: an earlier run's result stands. ``QUARANTINED``: it cost its worker
    process, twice, and is left alone until something about it changes.
    """

    DONE = "done"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    FAILED = "failed"
    QUARANTINED = "quarantined"

    @property
    def is_failure(self) -> bool:
        """Whether the figure came to nothing, and there is a reason to tell."""
        return self in (EndState.FAILED, EndState.QUARANTINED)


@dataclass(frozen=True, slots=True)
class FigureError(_Sent):
    """Why a figure failed: class name, file or figure, cause and remedy."""

    kind: str
    subject: str
    cause: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.cause}. {self.remedy}."


@dataclass(frozen=True, slots=True)
class Outcome(_Sent):
    """Everything that curating one figure came to.

    Attributes:
        figid: the figure.
        state: its end state; EMPTY means read without fault and no text found.
        lines: text lines in reading order; a figure that failed after it was read has them,
            one that was named anew from stored lines has none.
        mentions: names found in the lines.
        rows: gene rows of the mentions, in reading order.
        record: text of the emitted front matter, or None when it failed or the
            policy leaves records untouched.
        diff: the diff document (plain lists, dicts and strings), ready for YAML.
        error: the reason when ``state`` is a failure.
        seconds: wall time per stage.
        image_size: (width, height) of the upright image in pixels, if it was decoded.
        concepts: chemicals and diseases found in the lines.
    """

    figid: str
    state: EndState
    lines: tuple[Line, ...] = ()
    mentions: tuple[Mention, ...] = ()
    rows: tuple[GeneRow, ...] = ()
    record: str | None = None
    diff: dict[str, object] = field(default_factory=dict)
    error: FigureError | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    image_size: tuple[int, int] | None = None
    concepts: tuple[ConceptMention, ...] = ()
