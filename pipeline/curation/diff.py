"""Curated rows against rows as read now.

Two things are compared. A *gene* is an NCBI Gene id. A *label* is what is printed: two rows
have the same label if the lexicon terms that they matched fold to the same key, or the
printed words do. The word of several labels in one (``JAK/STAT3``) says nothing about
which of them a row is for, so of such a row only the term counts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from pipeline.lexicon.folding import fold
from pipeline.types import GeneRow

_COMPOUND = re.compile(r"[/,;|]")


def labels(row: GeneRow) -> frozenset[str]:
    """Return the keys under which ``row`` is the row of a label."""
    names = [row.symbol]
    if not _COMPOUND.search(row.word):
        names.append(row.word)
    # Names without letters and digits fold to nothing, and would all be one label.
    return frozenset(fold(name) or name for name in names)


@dataclass(frozen=True, slots=True)
class Renamed:
    """A gene that curated rows call by another symbol than the present lexicon.

    Attributes:
        curated: the curated row.
        hgnc_symbol: the symbol that the gene has now.
    """

    curated: GeneRow
    hgnc_symbol: str


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
        renamed: the confirmed rows whose gene has another symbol now.
        refound: rows read whose label and gene a curated row has.
    """

    confirmed: tuple[GeneRow, ...]
    missing: tuple[GeneRow, ...]
    new: tuple[GeneRow, ...]
    lexicon_added: tuple[GeneRow, ...]
    lexicon_removed: tuple[GeneRow, ...]
    renamed: tuple[Renamed, ...]
    refound: tuple[GeneRow, ...]

    def document(self) -> dict[str, object]:
        """Return the diff as plain dicts, lists and strings, to be read by a curator.

        Row counts come first, then the classes. A class lists its labels, each with word,
        symbol, source and ``genes``: HGNC symbols by NCBI Gene id. Entries of ``lexicon``
        have a ``change``, ``added`` or ``removed``, and the genes of ``renamed`` have their
        ``old`` and ``new`` symbols.
        """
        now = {row.curated: row.hgnc_symbol for row in self.renamed}
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
            "renamed": _entries(now, gene=lambda row: {"old": row.hgnc_symbol, "new": now[row]}),
        }


def diff_rows(curated: Sequence[GeneRow], read: Sequence[GeneRow]) -> Diff:
    """Compare the curated rows of a figure with the rows read in it now."""
    curated_genes, read_genes = _genes_by_label(curated), _genes_by_label(read)
    symbols: dict[str, list[str]] = defaultdict(list)
    for row in read:
        symbols[row.entrez].append(row.hgnc_symbol)

    confirmed, missing, removed, renamed = [], [], [], []
    for row in curated:
        if row.entrez in symbols:
            confirmed.append(row)
            if row.hgnc_symbol not in symbols[row.entrez]:
                renamed.append(Renamed(row, symbols[row.entrez][0]))
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


def _genes_by_label(rows: Iterable[GeneRow]) -> dict[str, set[str]]:
    genes: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for label in labels(row):
            genes[label].add(row.entrez)
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
