"""The figures of an export: their records as decided, and where their genes stand.

One figure is read at a time, in order of the ids, so that an export of any size takes the
memory of one figure, and the same folder gives the same bytes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pipeline.curation.decision_files import FOLDER, DecisionFiles
from pipeline.curation.decisions import apply_decisions
from pipeline.curation.discovery import record_files
from pipeline.errors import PfcurateError
from pipeline.records.frontmatter import Record, load_record
from pipeline.records.yamltext import Value
from pipeline.running.stored import Stored
from pipeline.types import ConceptMention, FigureError, GeneRow, Mention, Region, TermRow

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row of a record stands in its figure.

    Attributes:
        region: the place.
        confidence: belief that the figure shows it, 0 to 1; None for what is not scored.
    """

    region: Region | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class ExportFigure:
    """A figure to export.

    Attributes:
        record: its record, with the decisions of reviewers applied.
        mentions: the genes read in it.
        concepts: the chemicals and diseases read in it.
        size: (width, height) of the image in pixels, if it was read.
    """

    record: Record
    mentions: tuple[Mention, ...] = ()
    concepts: tuple[ConceptMention, ...] = ()
    size: tuple[int, int] | None = None

    @property
    def figid(self) -> str:
        """Identifier of the figure."""
        return self.record.figid

    def text(self, key: str) -> str:
        """Return the text of a key of the record, empty where there is none."""
        value = self.record.fields.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> list[str]:
        """Return the texts of a list; one text counts as a list of it."""
        value: Value = self.record.fields.get(key)
        if isinstance(value, str):
            return [value] if value else []
        return [item for item in value or () if isinstance(item, str)]

    def places(self, row: GeneRow) -> list[Place]:
        """Return where a gene row was read, the best place first.

        That is where its word was read for its gene, or else where its gene was read under
        another word; nowhere for curated rows that were not read.
        """
        found = [m for m in self.mentions if any(g.entrez == row.entrez for g in m.entry.genes)]
        same = [mention for mention in found if mention.text == row.word]
        chosen = sorted(same or found, key=lambda m: -m.score)
        return [Place(mention.region, mention.score) for mention in chosen]

    def term_places(self, row: TermRow, kind: str) -> list[Place]:
        """Return where a chemical or disease (``kind``) was read."""
        return [
            Place(concept.region, None)
            for concept in self.concepts
            if concept.kind == kind
            and (
                concept.word == row.word
                or (concept.identifier and concept.identifier == row.identifier)
            )
        ]


class Figures:
    """The figures of an output folder, or of a folder of records; iterate once or often.

    Figures that reviewers set aside (not a pathway, wrong organism) are left out. A record
    that cannot be read stands in ``errors`` after the iteration and stops nothing.

    Attributes:
        errors: why figures are missing from the export.
        set_aside: figids that reviewers set aside.

    Raises:
        InputError: the folder holds no records.
    """

    def __init__(self, folder: Path) -> None:
        self.errors: list[FigureError] = []
        self.set_aside: list[str] = []
        records = folder / "records"
        self._folder = records if records.is_dir() else folder
        self._ledger = folder / "run.db"
        self._decisions = DecisionFiles(folder / FOLDER)
        remedy = "Name the --out of a run (with another --policy than report), or such a folder"
        # Names take less memory than paths, and there may be many.
        self._names = [path.name for path in record_files(self._folder, remedy)]

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[ExportFigure]:
        self.errors, self.set_aside = [], []
        with ExitStack() as opened:
            stored = opened.enter_context(Stored(self._ledger)) if self._ledger.is_file() else None
            for name in self._names:
                try:
                    figure = self._figure(self._folder / name, stored)
                except PfcurateError as error:
                    kind = type(error).__name__
                    self.errors.append(FigureError(kind, error.subject, error.cause, error.remedy))
                    continue
                if figure is not None:
                    yield figure

    def _figure(self, path: Path, stored: Stored | None) -> ExportFigure | None:
        record = load_record(path)
        decided = self._decisions.load(record.figid)
        if decided.verdict:
            self.set_aside.append(record.figid)
            return None
        record = apply_decisions(record, decided)
        if stored is None:
            return ExportFigure(record)
        state = stored.figure(record.figid)
        return ExportFigure(
            record,
            stored.mentions(record.figid),
            stored.concepts(record.figid),
            state.size if state else None,
        )


def unique_genes(rows: Iterable[GeneRow]) -> dict[str, GeneRow]:
    """Return the first row of each gene by its NCBI Gene id, in order."""
    genes: dict[str, GeneRow] = {}
    for row in rows:
        genes.setdefault(row.entrez, row)
    return genes
