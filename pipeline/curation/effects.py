"""What a lexicon release does to curated records, told before any of them is rewritten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.curation.discovery import record_files
from pipeline.errors import PfcurateError
from pipeline.lexicon.folding import fold
from pipeline.lexicon.releases import Meaning, Releases
from pipeline.records.figid import printable
from pipeline.records.frontmatter import load_record
from pipeline.types import FigureError, Gene, GeneRow, Source


class Effect(StrEnum):
    """What a release does to a curated row.

    Attributes:
        RENAMED: the row's gene has another symbol, or its successor another id.
        WITHDRAWN: the newer release does not have the gene, nor a successor.
        LOST: the row's gene is no longer a member of its family.
        GAINED: a gene is now a member of a family that the record holds; the row is the one
            that the record has not got.
        CHANGED: the row's term leads to other genes than before.
        DROPPED: the row's term is in the lexicon no more.
    """

    RENAMED = "renamed"
    WITHDRAWN = "withdrawn"
    LOST = "lost"
    GAINED = "gained"
    CHANGED = "changed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class RowEffect:
    """One effect on one row.

    Attributes:
        effect: its kind.
        row: the curated row; for ``GAINED`` the row to come.
        old: the row's gene as curated, or the genes that its term led to.
        new: the gene as it is called now, or the genes that its term leads to now.
    """

    effect: Effect
    row: GeneRow
    old: tuple[Gene, ...] = ()
    new: tuple[Gene, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordEffects:
    """The effects on one record.

    Attributes:
        path: the record.
        figid: its figure.
        rows: number of its gene rows.
        effects: in the order of the rows.
        error: why the record cannot be read, if so.
    """

    path: Path
    figid: str
    rows: int = 0
    effects: tuple[RowEffect, ...] = ()
    error: FigureError | None = None

    def counts(self) -> dict[str, int]:
        """Return the number of effects by kind, all kinds named."""
        found = Counter(each.effect for each in self.effects)
        return {effect.value: found[effect] for effect in Effect}


def records_effects(folder: Path, releases: Releases) -> Iterator[RecordEffects]:
    """Yield the effects of a release on each record of a folder, in the order of their names.

    Raises:
        InputError: the folder cannot be listed or holds no record.
    """
    paths = record_files(folder, "Correct --records")
    for path in paths:
        try:
            record = load_record(path)
        except PfcurateError as error:
            reason = FigureError(
                type(error).__name__, printable(error.subject), error.cause, error.remedy
            )
            yield RecordEffects(path, path.stem, error=reason)
        else:
            effects = tuple(row_effects(record.genes, releases))
            yield RecordEffects(path, record.figid, len(record.genes), effects)


def row_effects(rows: Sequence[GeneRow], releases: Releases) -> Iterator[RowEffect]:
    """Yield the effects of a release on the gene rows of one record.

    A row is renamed or withdrawn by the newer release alone, whatever the older one says.
    Its term has effects only where the two differ; a term that the older release does not
    have is taken to have led to the curated genes.
    """
    labels: dict[tuple[str, str, str], list[GeneRow]] = {}
    for row in rows:
        labels.setdefault((row.word, row.symbol, row.source), []).append(row)
    for label in labels.values():
        yield from _label_effects(label, releases)


def _label_effects(rows: Sequence[GeneRow], releases: Releases) -> Iterator[RowEffect]:
    """Yield the effects on the rows of one label: those of a family, or of one gene."""
    present: list[tuple[GeneRow, Gene]] = []
    for row in rows:
        curated = Gene(row.hgnc_symbol, row.entrez)
        now = releases.new.present(row.hgnc_symbol, row.entrez)
        if now is None:
            yield RowEffect(Effect.WITHDRAWN, row, (curated,))
            continue
        present.append((row, now))
        if now != curated:
            yield RowEffect(Effect.RENAMED, row, (curated,), (now,))
    key = fold(rows[0].symbol)
    before, after = releases.before(key), releases.after(key)
    held = frozenset(now.entrez for _, now in present)
    led = before.genes if before else held
    if after is None:
        if before is not None:
            old = releases.genes(led, old=True)
            yield from (RowEffect(Effect.DROPPED, row, old) for row, _ in present)
    elif led != after.genes:
        yield from _moved(present, held, led, after, releases)


def _moved(
    rows: Iterable[tuple[GeneRow, Gene]],
    held: frozenset[str],
    led: frozenset[str],
    after: Meaning,
    releases: Releases,
) -> Iterator[RowEffect]:
    """Yield the effects of a term that led to the genes ``led`` and leads elsewhere now."""
    old, new = releases.genes(led, old=True), releases.genes(after.genes)
    family: GeneRow | None = None
    for row, gene in rows:
        if row.source == Source.FAMILY and after.term.source is Source.FAMILY:
            family = row
            if gene.entrez in led - after.genes:
                yield RowEffect(Effect.LOST, row, (gene,))
        elif gene.entrez in led | after.genes:
            yield RowEffect(Effect.CHANGED, row, old, new)
    if family is not None:
        for gene in releases.genes(after.genes - led - held):
            row = GeneRow(family.word, family.symbol, family.source, gene.hgnc_symbol, gene.entrez)
            yield RowEffect(Effect.GAINED, row, (), (gene,))
