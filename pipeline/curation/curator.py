"""One figure from its files to its outcome: read, name, compare, decide."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pipeline.curation.decision_files import load_decided
from pipeline.curation.decisions import Decided, apply_decisions
from pipeline.curation.diff import Nomenclature, Renamed, diff_rows
from pipeline.curation.enrichment import Enricher, Enrichment, with_enriched
from pipeline.curation.lines import plain_lines
from pipeline.curation.policies import Policy, apply_policy, refreshable
from pipeline.curation.terms import TermDiff, apply_to_terms, diff_terms
from pipeline.errors import InputError, PfcurateError
from pipeline.records.titles import RULES
from pipeline.types import (
    EndState,
    Figure,
    FigureError,
    GeneRow,
    Line,
    Names,
    Outcome,
    StoredLines,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.records.frontmatter import Record

log = logging.getLogger(__name__)


class Reader(Protocol):
    """What turns pixels into lines of text; see ``reading.figure_reader``."""

    def read(self, pixels: NDArray[np.uint8]) -> Sequence[Line]:
        """Return the lines of an RGB image (height, width, 3) in reading order."""
        ...


class Namer(Protocol):
    """What finds names in lines of text; see ``naming.namer``."""

    def names(self, lines: Sequence[Line], context: str = "") -> Names:
        """Return the names in ``lines``; ``context`` is what the paper says of the figure."""
        ...


@dataclass(slots=True)
class _Progress:
    """What is known of a figure so far; it survives the stage that fails."""

    seconds: dict[str, float] = field(default_factory=dict)
    image_size: tuple[int, int] | None = None
    lines: tuple[Line, ...] = ()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the wall time of the block, in seconds, to ``seconds[name]``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


class Curator:
    """Curates figures one at a time; holds the engines, keeps nothing between figures.

    Args:
        reader: reads the pixels; None where every figure comes with its text.
        namer: finds the names in the lines.
        policy: how rows read and curated rows become the rows of the emitted record.
        nomenclature: what the genes of curated rows are called now; see ``diff_rows``.
        refresh: whether renamed curated rows get the symbol and id that their gene has now.
        title_rules: names of the rules that clean the titles of new records; see
            ``records.titles``.
        enricher: tests the genes of a figure against sets of disease genes, if asked for.
    """

    def __init__(
        self,
        reader: Reader | None,
        namer: Namer,
        policy: Policy,
        nomenclature: Nomenclature | None = None,
        *,
        refresh: bool = False,
        title_rules: Collection[str] = tuple(RULES),
        enricher: Enricher | None = None,
    ) -> None:
        self._reader = reader
        self._namer = namer
        self._policy = policy
        self._nomenclature = nomenclature
        self._refresh = refresh
        self._title_rules = title_rules
        self._enricher = enricher

    def curate(self, figure: Figure, stored: StoredLines | None = None) -> Outcome:
        """Return what ``figure`` came to; an error is part of the outcome, never raised.

        A figure that failed after it was read keeps its lines. Only
        ``KeyboardInterrupt`` passes through.

        Args:
            figure: the figure and its files.
            stored: what an earlier reading gave, to be used instead of reading again.
        """
        progress = _Progress()
        try:
            return self._curate(figure, stored, progress)
        except PfcurateError as error:
            reason = FigureError(type(error).__name__, error.subject, error.cause, error.remedy)
        except MemoryError as error:
            reason = _unexpected(figure, error, "Give the run fewer --jobs or more memory")
        except (Exception, SystemExit) as error:
            log.debug("traceback of %s", type(error).__name__, exc_info=True)
            remedy = "This is a fault of pfcurate: report it with what pfcurate --debug shows"
            reason = _unexpected(figure, error, remedy)
        log.debug("failed: %s", reason)
        return Outcome(
            figure.figid,
            EndState.FAILED,
            lines=progress.lines,
            error=reason,
            seconds=progress.seconds,
            image_size=progress.image_size,
        )

    def _curate(self, figure: Figure, stored: StoredLines | None, progress: _Progress) -> Outcome:
        # The record comes first: where it is malformed, reading would be wasted.
        with progress.stage("record"):
            record, intake = self._load_or_create(figure)
            decided = _decided(figure)
        for problem in record.problems:
            log.warning("%s: %s", record.path, problem)
        if stored is None:
            lines = self._lines(figure, progress)
        else:
            lines, progress.image_size = stored.lines, stored.image_size
        progress.lines = lines if stored is None else ()
        with progress.stage("name"):
            from pipeline.naming.rows import gene_rows

            # The context is the paper's words on the figure. Curated rows stay out: they
            # are what the reading is compared with, so they must not shape it.
            names = self._namer.names(lines, record.context)
            rows = gene_rows(names.genes)
        with progress.stage("compare"):
            diff = diff_rows(record.genes, rows, self._nomenclature)
            refreshed = refreshable(self._policy, diff) if self._refresh else ()
            kept = apply_policy(self._policy, record.genes, rows, diff, refreshed)
            changed = _refreshed(record, refreshed).with_genes(kept)
            enrichment = None
            if self._enricher is not None:
                with_decisions = apply_decisions(changed, decided, record)
                enrichment = self._enricher.enrich(with_decisions.genes)
            terms = _compared_terms(record, names, enrichment)
            emitted = None
            if self._policy is not Policy.REPORT:
                changed = _with_terms(self._policy, changed, terms)
                if figure.record is None:
                    changed = _with_organisms(changed, lines, rows)
                emitted = apply_decisions(changed, decided, record).text
        has_text = any(line.text.strip() for line in lines)
        return Outcome(
            figure.figid,
            EndState.DONE if has_text else EndState.EMPTY,
            lines=progress.lines,
            mentions=names.genes,
            concepts=names.concepts,
            rows=rows,
            record=emitted,
            diff={
                **diff.document(refreshed),
                **_told(terms),
                **({"enrichment": enrichment.document()} if enrichment else {}),
                **_told_of(decided),
                **intake,
            },
            seconds=progress.seconds,
            image_size=progress.image_size,
        )

    def _load_or_create(self, figure: Figure) -> tuple[Record, dict[str, object]]:
        """Return the record, and the section of the diff that tells how a new one was made."""
        if figure.record is not None:
            from pipeline.records.frontmatter import load_record

            return load_record(figure.record), {}
        from pipeline.records.create import take_in

        image_name = figure.image.name if figure.image is not None else None
        intake = take_in(figure.figid, figure.metadata, image_name, self._title_rules)
        return intake.record, {"intake": dict(intake.changes)} if intake.changes else {}

    def _lines(self, figure: Figure, progress: _Progress) -> tuple[Line, ...]:
        """Return the given text of ``figure``, or what the reader reads in its image."""
        if figure.text is not None:
            from pipeline.reading.external import read_text

            with progress.stage("text"):
                return plain_lines(read_text(figure.text), figure.text)
        if figure.image is None:
            raise InputError(figure.figid, "it has neither an image nor text", "Add one of them")
        if self._reader is None:
            raise InputError(
                figure.figid,
                "no text was given for it",
                "Add its .txt or .json file to the --text folder, or leave --text out to read "
                "the image",
            )
        from pipeline.imaging.decode import load_image

        with progress.stage("decode"):
            image = load_image(figure.image)
        progress.image_size = image.size
        for note in image.notes:
            log.info("%s", note)
        with progress.stage("read"):
            return plain_lines(self._reader.read(image.pixels), figure.image)


def _compared_terms(
    record: Record, names: Names, enrichment: Enrichment | None
) -> dict[str, TermDiff]:
    """Compare the record's chemicals and diseases with those found, by the record's key."""
    from pipeline.naming.rows import term_rows

    diseases = term_rows(names.concepts, "disease")
    if enrichment is not None:
        diseases = with_enriched(diseases, enrichment.found)
    return {
        "chemicals": diff_terms(record.chemicals, term_rows(names.concepts, "chemical")),
        "diseases": diff_terms(record.diseases, diseases),
    }


def _with_terms(policy: Policy, record: Record, terms: Mapping[str, TermDiff]) -> Record:
    """Return the record with the terms that ``policy`` gives it.

    A key that is missing or holds no list is left alone; the record's problems name it.
    """
    curated = {"chemicals": record.chemicals, "diseases": record.diseases}
    kept = {
        key: apply_to_terms(policy, curated[key], diff)
        for key, diff in terms.items()
        if isinstance(record.fields.get(key, ""), list | None)
    }
    return record.with_terms(chemicals=kept.get("chemicals"), diseases=kept.get("diseases"))


def _with_organisms(record: Record, lines: Sequence[Line], rows: Sequence[GeneRow]) -> Record:
    """Return a new record with the species that caption, titles and figure name.

    Its genes are human genes, so a record that has any names the human, too.
    """
    from pipeline.naming.organisms import HUMAN, organisms

    names = organisms((record.context, *(line.text for line in lines)))
    if rows and HUMAN not in names:
        names = (*names, HUMAN)
    return record.with_organisms(names)


def _told(terms: Mapping[str, TermDiff]) -> dict[str, object]:
    """Return the sections of the diff document, leaving out those with nothing to say."""
    documents = {key: diff.document() for key, diff in terms.items()}
    return {key: document for key, document in documents.items() if document}


def _decided(figure: Figure) -> Decided:
    return load_decided(figure.decisions) if figure.decisions else Decided(figure.figid)


def _told_of(decided: Decided) -> dict[str, object]:
    """Return the section of the diff document with what reviewers decided, if anything."""
    return {"decided": decided.document()} if decided.standing else {}


def _refreshed(record: Record, renamed: Sequence[Renamed]) -> Record:
    """Return the record with the present symbol and id in these of its rows."""
    now = {row.curated: row.refreshed for row in renamed}
    return record.with_genes_renamed([now.get(row, row) for row in record.genes])


def _unexpected(figure: Figure, error: BaseException, remedy: str) -> FigureError:
    subject = figure.image or figure.text or figure.figid
    cause = " ".join(str(error).split()) or "no message"
    return FigureError(type(error).__name__, str(subject), cause, remedy)
