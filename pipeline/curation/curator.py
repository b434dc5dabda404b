"""One figure from its files to its outcome: read, name, compare, decide."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pipeline.curation.diff import Nomenclature, Renamed, diff_rows
from pipeline.curation.policies import Policy, apply_policy, refreshable
from pipeline.errors import InputError, PfcurateError, ReadingError
from pipeline.types import EndState, Figure, FigureError, Line, Mention, Outcome

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

    def name(self, lines: Sequence[Line], context: str = "") -> Sequence[Mention]:
        """Return the names in ``lines``; ``context`` is what the paper says of the figure."""
        ...


@dataclass(slots=True)
class _Progress:
    """What is known of a figure so far; it survives the stage that fails."""

    seconds: dict[str, float] = field(default_factory=dict)
    image_size: tuple[int, int] | None = None

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
    """

    def __init__(
        self,
        reader: Reader | None,
        namer: Namer,
        policy: Policy,
        nomenclature: Nomenclature | None = None,
        *,
        refresh: bool = False,
    ) -> None:
        self._reader = reader
        self._namer = namer
        self._policy = policy
        self._nomenclature = nomenclature
        self._refresh = refresh

    def curate(self, figure: Figure) -> Outcome:
        """Return what ``figure`` came to; an error is part of the outcome, never raised.

        Only ``KeyboardInterrupt`` passes through.
        """
        progress = _Progress()
        try:
            return self._curate(figure, progress)
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
            error=reason,
            seconds=progress.seconds,
            image_size=progress.image_size,
        )

    def _curate(self, figure: Figure, progress: _Progress) -> Outcome:
        # The record comes first: where it is malformed, reading would be wasted.
        with progress.stage("record"):
            record = _load_or_create(figure)
        for problem in record.problems:
            log.warning("%s: %s", record.path, problem)
        lines = self._lines(figure, progress)
        with progress.stage("name"):
            from pipeline.naming.rows import gene_rows

            # The context is the paper's words on the figure. Curated rows stay out: they
            # are what the reading is compared with, so they must not shape it.
            mentions = tuple(self._namer.name(lines, record.context))
            rows = gene_rows(mentions)
        with progress.stage("compare"):
            diff = diff_rows(record.genes, rows, self._nomenclature)
            refreshed = refreshable(self._policy, diff) if self._refresh else ()
            emitted = None
            if self._policy is not Policy.REPORT:
                kept = apply_policy(self._policy, record.genes, rows, diff, refreshed)
                emitted = _refreshed(record, refreshed).with_genes(kept).text
        has_text = any(line.text.strip() for line in lines)
        return Outcome(
            figure.figid,
            EndState.DONE if has_text else EndState.EMPTY,
            lines=lines,
            mentions=mentions,
            rows=rows,
            record=emitted,
            diff=diff.document(refreshed),
            seconds=progress.seconds,
            image_size=progress.image_size,
        )

    def _lines(self, figure: Figure, progress: _Progress) -> tuple[Line, ...]:
        """Return the given text of ``figure``, or what the reader reads in its image."""
        if figure.text is not None:
            from pipeline.reading.external import read_text

            with progress.stage("text"):
                return tuple(read_text(figure.text))
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
            return _checked(figure.image, self._reader.read(image.pixels))


def _checked(image: Path, lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return what a reader gave, if it is what a reader may give."""
    for line in lines:
        if not (
            isinstance(line, Line) and isinstance(line.text, str) and _is_share(line.confidence)
        ):
            raise ReadingError(
                image,
                "the reader gave something that is not a line of text",
                "Choose other --readers, and report the fault",
            )
    return tuple(lines)


def _is_share(value: float) -> bool:
    return 0.0 <= value <= 1.0  # false for NaN too


def _refreshed(record: Record, renamed: Sequence[Renamed]) -> Record:
    """Return the record with the present symbol and id in these of its rows."""
    now = {row.curated: row.refreshed for row in renamed}
    return record.with_genes_renamed([now.get(row, row) for row in record.genes])


def _load_or_create(figure: Figure) -> Record:
    if figure.record is not None:
        from pipeline.records.frontmatter import load_record

        return load_record(figure.record)
    from pipeline.records.create import new_record

    image_name = figure.image.name if figure.image is not None else None
    return new_record(figure.figid, figure.metadata, image_name)


def _unexpected(figure: Figure, error: BaseException, remedy: str) -> FigureError:
    subject = figure.image or figure.text or figure.figid
    cause = " ".join(str(error).split()) or "no message"
    return FigureError(type(error).__name__, str(subject), cause, remedy)
