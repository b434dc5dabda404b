"""OCR recall against curated records: what was found again, and why the rest was not.

The unit is a *pair*: one gene of one figure's curated rows. A pair is found if any label
read in the figure gives the gene. What was read comes from the ledger of a run, so that it
does not matter which policy the run had: curated rows are never evidence.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.curation import gain
from pipeline.curation.decision_files import DecisionFiles
from pipeline.curation.decisions import Decided, Kind, Verb
from pipeline.curation.diff import diff_rows
from pipeline.curation.misses import Miss, Trace, Tracer
from pipeline.lexicon.nomenclature import Nomenclature
from pipeline.naming.namer import Namer
from pipeline.naming.rows import gene_rows
from pipeline.records.frontmatter import Record, load_record
from pipeline.reports.truth import Comparison, Truth, compare, load_truth, mentions_of
from pipeline.running.stored import Stored, StoredFigure
from pipeline.running.writing import Output
from pipeline.types import GeneRow, Line, Mention

FUSED = "all readers together"
"""Stands beside the names of the readers for what the run itself read."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One curated gene of one figure.

    Attributes:
        figid: the figure.
        row: the first curated row of the gene.
        by: who found it again: names of readers, and ``FUSED``.
        trace: why it was not found, if it was not.
        height: height of its text in pixels: of the line that holds it, or may hold it;
            else the median of the figure's lines; None where no line has a place.
    """

    figid: str
    row: GeneRow
    by: frozenset[str]
    trace: Trace | None
    height: float | None

    @property
    def found(self) -> bool:
        """Whether it was found again."""
        return FUSED in self.by


@dataclass(frozen=True, slots=True)
class FigureReport:
    """One figure.

    Attributes:
        figure: what the ledger says of it.
        pairs: its curated genes.
        lines: its lines.
        labels: what was read: each lexicon term with its words, genes and highest score.
        new: labels read that no curated row has: word and score.
        curated: NCBI Gene ids of the curated rows.
        truth: what is printed, if that is known.
        comparison: what was read against it.
    """

    figure: StoredFigure
    pairs: tuple[Pair, ...]
    lines: tuple[Line, ...]
    labels: tuple[Label, ...]
    new: tuple[tuple[str, float], ...]
    truth: Truth | None
    comparison: Comparison | None

    @property
    def figid(self) -> str:
        """Identifier of the figure."""
        return self.figure.figid

    @property
    def missed(self) -> tuple[Pair, ...]:
        """The pairs that were not found again."""
        return tuple(pair for pair in self.pairs if not pair.found)

    @property
    def gain(self) -> float:
        """Expected number of changes that a review makes to the record, a label each."""
        unread = {pair.row.word for pair in self.missed}
        return sum(gain.of_new(score) for _, score in self.new) + gain.UNREAD * len(unread)


@dataclass(frozen=True, slots=True)
class Label:
    """All that was read under one lexicon term in one figure.

    Attributes:
        term: the lexicon term.
        word: the name as printed, first occurrence.
        score: the highest belief.
        genes: present symbols.
        curated: whether any of its genes is in the curated record.
    """

    term: str
    word: str
    score: float
    genes: frozenset[str]
    curated: bool


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a run that have a curated record, or truth.

    Attributes:
        figures: the figures.
        readers: names of the readers, ``FUSED`` last; only that where text was given.
        without_record: figures of the run that have no curated record.
        unrun: curated records that no figure of the run belongs to.
    """

    figures: tuple[FigureReport, ...]
    readers: tuple[str, ...]
    without_record: int = 0
    unrun: int = 0

    @property
    def pairs(self) -> list[Pair]:
        """The curated pairs of all figures."""
        return [pair for figure in self.figures for pair in figure.pairs]

    @property
    def compared(self) -> list[FigureReport]:
        """The figures with truth."""
        return [figure for figure in self.figures if figure.comparison]

    def misses(self) -> dict[Miss, list[Pair]]:
        """Return the missed pairs by class; every missed pair is in one."""
        found: dict[Miss, list[Pair]] = {miss: [] for miss in Miss}
        for pair in self.pairs:
            if pair.trace is not None:
                found[pair.trace.miss].append(pair)
        return found


@dataclass(slots=True)
class Assessor:
    """Makes reports.

    Attributes:
        output: the output folder of the run.
        namer: names what single readers read, with the lexicon of the run.
        records: folder of curated records; None for those that the run was given.
        truth: folder of truth files, if there is one.
    """

    output: Output
    namer: Namer
    records: Path | None = None
    truth: Path | None = None
    _nomenclature: Nomenclature = field(init=False)

    def __post_init__(self) -> None:
        self._nomenclature = Nomenclature(self.namer.lexicon)

    def report(self) -> Report:
        """Return the report of the run.

        Raises:
            InputError: the folder holds no run, or a record or truth file is malformed.
        """
        decisions = DecisionFiles(self.output.decisions)
        found: list[FigureReport] = []
        readers: set[str] = set()
        without = 0
        with Stored(self.output.ledger) as stored:
            for figure in stored.figures():
                record, truth = self._record(figure), self._truth(figure.figid)
                without += record is None
                if record is None and truth is None:
                    continue
                lines = stored.lines(figure.figid)
                readers |= {reading.reader for line in lines for reading in line.readings}
                found.append(
                    self._figure(
                        figure, record, truth, lines, stored.mentions(figure.figid),
                        decisions.load(figure.figid),
                    )
                )  # fmt: skip
            figids = {figid for figid, *_ in stored.states()}
        unrun = 0
        if self.records is not None:
            unrun = sum(path.stem not in figids for path in self.records.glob("*.md"))
        names = (*sorted(readers), FUSED) if len(readers) > 1 else (FUSED,)
        return Report(tuple(found), names, without, unrun)

    def _record(self, figure: StoredFigure) -> Record | None:
        path = self.records / f"{figure.figid}.md" if self.records else figure.record
        return load_record(path) if path is not None and path.is_file() else None

    def _truth(self, figid: str) -> Truth | None:
        path = self.truth / f"{figid}.json" if self.truth else None
        return load_truth(path, self._nomenclature) if path and path.is_file() else None

    def _figure(
        self,
        figure: StoredFigure,
        record: Record | None,
        truth: Truth | None,
        lines: tuple[Line, ...],
        mentions: Sequence[Mention],
        decided: Decided,
    ) -> FigureReport:
        curated = record.genes if record else ()
        read = gene_rows(mentions)
        diff = diff_rows(curated, read, self._nomenclature)
        ids = {self._now(row) for row in curated}
        labels = tuple(self._labels(mentions, ids))
        scores = {label.term: label.score for label in labels}
        fresh = {row.symbol: (row.word, scores.get(row.symbol, 0.0)) for row in diff.new}
        found = {FUSED: {row.entrez for row in read}}
        context = record.context if record else ""
        found |= self._by_reader(lines, context) if figure.read else {}
        by_term = mentions_of(read, self._nomenclature)
        return FigureReport(
            figure=figure,
            pairs=tuple(self._pairs(figure, curated, found, lines, mentions, truth, decided)),
            lines=lines,
            labels=labels,
            new=tuple(fresh.values()),
            truth=truth,
            comparison=compare(truth, by_term) if truth else None,
        )

    def _pairs(
        self,
        figure: StoredFigure,
        curated: Iterable[GeneRow],
        found: Mapping[str, set[str]],
        lines: Sequence[Line],
        mentions: Sequence[Mention],
        truth: Truth | None,
        decided: Decided,
    ) -> Iterator[Pair]:
        tracer = Tracer(lines, mentions, self.namer.lexicon)
        heights = [line.region.height for line in lines if line.region]
        usual = statistics.median(heights) if heights else None
        seen: set[str] = set()
        for row in curated:
            entrez = self._now(row)
            if entrez in seen:
                continue
            seen.add(entrez)
            by = frozenset(name for name, ids in found.items() if entrez in ids)
            trace, places = None, []
            if FUSED in by:
                places = [m.region for m in mentions if _gives(m, entrez)]
            else:
                trace = self._trace(figure, row, tracer, truth, decided)
                places = [] if trace.line is None else [lines[trace.line].region]
            own = [region.height for region in places if region]
            yield Pair(figure.figid, row, by, trace, max(own, default=usual))

    def _trace(
        self,
        figure: StoredFigure,
        row: GeneRow,
        tracer: Tracer,
        truth: Truth | None,
        decided: Decided,
    ) -> Trace:
        if not figure.read:
            return Trace(Miss.FAILED)
        if truth is not None:
            gene = self._nomenclature.present(row.hgnc_symbol, row.entrez)
            symbol = gene.hgnc_symbol if gene else row.hgnc_symbol
            if symbol not in truth.printed:
                return Trace(Miss.UNPRINTED)
        elif _rejected(row, decided):
            return Trace(Miss.UNPRINTED)
        return tracer.trace(row)

    def _by_reader(self, lines: Sequence[Line], context: str) -> dict[str, set[str]]:
        """Return the genes that each reader alone would have found, by its name."""
        readers = sorted({reading.reader for line in lines for reading in line.readings})
        if len(readers) < 2:
            return {}
        found = {}
        for reader in readers:
            own = [alone for line in lines if (alone := _alone(line, reader))]
            rows = gene_rows(self.namer.names(own, context).genes)
            found[reader] = {row.entrez for row in rows}
        return found

    def _labels(self, mentions: Iterable[Mention], curated: set[str]) -> Iterator[Label]:
        by_term: dict[str, list[Mention]] = {}
        for mention in mentions:
            by_term.setdefault(mention.entry.term, []).append(mention)
        for term, same in by_term.items():
            genes = {gene for mention in same for gene in mention.entry.genes}
            yield Label(
                term=term,
                word=same[0].text,
                score=max(mention.score for mention in same),
                genes=frozenset(gene.hgnc_symbol for gene in genes),
                curated=any(gene.entrez in curated for gene in genes),
            )

    def _now(self, row: GeneRow) -> str:
        """Return the NCBI Gene id that a curated row's gene has now."""
        gene = self._nomenclature.present(row.hgnc_symbol, row.entrez)
        return gene.entrez if gene else row.entrez


def _gives(mention: Mention, entrez: str) -> bool:
    return any(gene.entrez == entrez for gene in mention.entry.genes)


def _alone(line: Line, reader: str) -> Line | None:
    """Return a line as one reader read it, or None if it read nothing there."""
    own = [reading for reading in line.readings if reading.reader == reader and reading.text]
    if not own:
        return None
    best = max(own, key=lambda reading: reading.confidence)
    return Line(best.text, best.confidence, line.region, (best,))


def _rejected(row: GeneRow, decided: Decided) -> bool:
    """Tell whether a reviewer decided that a curated row does not belong."""
    return any(
        row in decision.rows
        for decision in decided.standing
        if decision.kind is Kind.GENE and decision.verb in (Verb.REJECT, Verb.REPLACE)
    )
