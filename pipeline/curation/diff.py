"""Curated rows against rows as read now.

Two things are compared. A *gene* is an NCBI Gene id. A *label* is what is printed: two rows
have the same label if the lexicon terms that they matched fold to the same key, or the
printed words do. The word of several labels in one (``JAK/STAT3``) says nothing about
which of them a row is for, so of such a row only the term counts.

Where a ``Nomenclature`` is given, the gene of a curated row is the present one, found by a
previous symbol where its id is gone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Protocol

from pipeline.lexicon.folding import fold
from pipeline.types import Gene, GeneRow

_COMPOUND = re.compile(r"[/,;|]")


class Nomenclature(Protocol):
    """What genes are called now; see ``lexicon.nomenclature``."""

    def present(self, symbol: str, entrez: str) -> Gene | None:
        """Return the gene that a symbol and an NCBI Gene id stand for now, or None."""
        ...


def labels(row: GeneRow) -> frozenset[str]:
    """Return the keys under which ``row`` is the row of a label."""
    names = [row.symbol]
    if not _COMPOUND.search(row.word):
        names.append(row.word)
    # Names without letters and digits fold to nothing, and would all be one label.
    return frozenset(fold(name) or name for name in names)


@dataclass(frozen=True, slots=True)
class Renamed:
    """A gene that curated rows call by another symbol or id than the present lexicon.

    Attributes:
        curated: the curated row.
        hgnc_symbol: the symbol that the gene has now.
        entrez: the NCBI Gene id that it has now; empty where that is the curated one.
    """

    curated: GeneRow
    hgnc_symbol: str
    entrez: str = ""

    @property
    def refreshed(self) -> GeneRow:
        """The curated row with the gene as it is called now."""
        entrez = self.entrez or self.curated.entrez
        return replace(self.curated, hgnc_symbol=self.hgnc_symbol, entrez=entrez)


@dataclass(frozen=True, slots=True)
class Diff:
    """What reading a figure says about its curated rows.

    Each curated row is in one of ``confirmed``, ``missing`` and ``lexicon_removed``; each
    row read is in one of ``refound``, ``new`` and ``lexicon_added``.

    Attributes:
        confirmed: curated rows whose gene was read, under any label.
        missing: curated rows of which neither gene nor label was read.
        new: rows read of a label that no curated row has.
        lexicon_added: rows read of a curated label, for which the gene is not curated.
        lexicon_removed: curated rows whose label was read, but whose gene was not.
        renamed: the confirmed rows whose gene has another symbol now; where a nomenclature
            was given, any curated rows whose gene has another symbol or id now.
        refound: rows read whose label and gene a curated row has.
    """

    confirmed: tuple[GeneRow, ...]
    missing: tuple[GeneRow, ...]
    new: tuple[GeneRow, ...]
    lexicon_added: tuple[GeneRow, ...]
    lexicon_removed: tuple[GeneRow, ...]
    renamed: tuple[Renamed, ...]
    refound: tuple[GeneRow, ...]

    def document(self, refreshed: Container[Renamed] = ()) -> dict[str, object]:
        """Return the diff as plain dicts, lists and strings, to be read by a curator.

        Row counts come first, then the classes. A class lists its labels, each with word,
        symbol, source and ``genes``: HGNC symbols by NCBI Gene id. Entries of ``lexicon``
        have a ``change``, ``added`` or ``removed``, and the genes of ``renamed`` have their
        ``old`` and ``new`` symbols, their new id as ``entrez`` if they have another, and
        ``applied`` if they are among the ``refreshed``, which the record has got anew.
        """
        now = {row.curated: _renaming(row, row in refreshed) for row in self.renamed}
        added = _entries(self.lexicon_added, change="added")
        removed = _entries(self.lexicon_removed, change="removed")
        return {
            "counts": {
                "curated": len(self.confirmed) + len(self.missing) + len(self.lexicon_removed),
                "read": len(self.refound) + len(self.new) + len(self.lexicon_added),
                "confirmed": len(self.confirmed),
                "missing": len(self.missing),
                "new": len(self.new),
                "lexicon": len(self.lexicon_added) + len(self.lexicon_removed),
                "renamed": len(self.renamed),
            },
            "confirmed": _entries(self.confirmed),
            "missing": _entries(self.missing),
            "new": _entries(self.new),
            "lexicon": added + removed,
            "renamed": _entries(now, gene=now.__getitem__),
        }


def diff_rows(
    curated: Sequence[GeneRow],
    read: Sequence[GeneRow],
    nomenclature: Nomenclature | None = None,
) -> Diff:
    """Compare the curated rows of a figure with the rows read in it now.

    Args:
        curated: rows of the record, whose genes may have been renamed since.
        read: rows read, with genes as the present lexicon has them.
        nomenclature: the names of that lexicon; without it, a curated row's gene is its id.
    """
    symbols: dict[str, list[str]] = defaultdict(list)
    for row in read:
        symbols[row.entrez].append(row.hgnc_symbol)
    now = {row: _present(row, symbols, nomenclature) for row in curated}

    def gene_now(row: GeneRow) -> str:
        return now[row].entrez

    curated_genes, read_genes = _genes_by_label(curated, gene_now), _genes_by_label(read)
    confirmed, missing, removed, renamed = [], [], [], []
    for row in curated:
        gene = now[row]
        if gene.entrez != row.entrez:
            renamed.append(Renamed(row, gene.hgnc_symbol, gene.entrez))
        elif gene.hgnc_symbol != row.hgnc_symbol:
            renamed.append(Renamed(row, gene.hgnc_symbol))
        if gene.entrez in symbols:
            confirmed.append(row)
        elif any(label in read_genes for label in labels(row)):
            removed.append(row)
        else:
            missing.append(row)

    refound, new, added = [], [], []
    for row in read:
        genes = [curated_genes[label] for label in labels(row) if label in curated_genes]
        if not genes:
            new.append(row)
        elif any(row.entrez in known for known in genes):
            refound.append(row)
        else:
            added.append(row)
    return Diff(
        confirmed=tuple(confirmed),
        missing=tuple(missing),
        new=tuple(new),
        lexicon_added=tuple(added),
        lexicon_removed=tuple(removed),
        renamed=tuple(renamed),
        refound=tuple(refound),
    )


def _present(
    row: GeneRow, read: Mapping[str, Sequence[str]], nomenclature: Nomenclature | None
) -> Gene:
    """Return the gene of a curated row as it is called now, as far as that is known.

    Args:
        row: the row.
        read: symbols of the genes read, by id.
        nomenclature: see ``diff_rows``.
    """
    gene = nomenclature.present(row.hgnc_symbol, row.entrez) if nomenclature else None
    if gene is not None:
        return gene
    known = read.get(row.entrez, (row.hgnc_symbol,))
    return Gene(row.hgnc_symbol if row.hgnc_symbol in known else known[0], row.entrez)


def _renaming(row: Renamed, applied: bool) -> dict[str, object]:
    told: dict[str, object] = {"old": row.curated.hgnc_symbol, "new": row.hgnc_symbol}
    if row.entrez:
        told["entrez"] = row.entrez
    return {**told, "applied": True} if applied else told


def _genes_by_label(
    rows: Iterable[GeneRow], gene: Callable[[GeneRow], str] = attrgetter("entrez")
) -> dict[str, set[str]]:
    genes: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for label in labels(row):
            genes[label].add(gene(row))
    return dict(genes)


def _entries(
    rows: Iterable[GeneRow],
    gene: Callable[[GeneRow], object] = attrgetter("hgnc_symbol"),
    **added: str,
) -> list[dict[str, object]]:
    """Return one entry per label, in order, with what ``gene`` tells of each of its genes."""
    genes: dict[tuple[str, str, str], dict[str, object]] = {}
    for row in rows:
        genes.setdefault((row.word, row.symbol, row.source), {})[row.entrez] = gene(row)
    return [
        {"word": word, "symbol": symbol, "source": str(source), **added, "genes": of_label}
        for (word, symbol, source), of_label in genes.items()
    ]
