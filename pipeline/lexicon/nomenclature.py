"""What genes are called now: from a symbol and an id of any age to the present gene."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.lexicon.load import Lexicon
from pipeline.types import Gene, Source


class Nomenclature:
    """The gene names of one lexicon.

    Attributes:
        lexicon: the lexicon.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._by_id = {gene.entrez: gene for gene in lexicon.genes()}

    @property
    def genes(self) -> Iterable[Gene]:
        """All genes."""
        return self._by_id.values()

    def with_id(self, entrez: str) -> Gene | None:
        """Return the gene of an NCBI Gene id, or None."""
        return self._by_id.get(entrez)

    def present(self, symbol: str, entrez: str) -> Gene | None:
        """Return the gene that a symbol and an NCBI Gene id stand for now, or None.

        The id decides. Where it is empty or no gene has it any more, as when two genes were
        merged, the symbol does: approved or previous, and of one gene only, since a
        symbol that another gene took over says nothing.
        """
        found = self._by_id.get(entrez)
        if found is not None:
            return found
        name = symbol.casefold()
        genes: set[Gene] = set()
        for entry in self.lexicon.lookup(symbol):
            if entry.source is Source.PREVIOUS and entry.term.casefold() == name:
                genes.update(entry.genes)
            elif entry.source is Source.SYMBOL:
                genes.update(g for g in entry.genes if g.hgnc_symbol.casefold() == name)
        return genes.pop() if len(genes) == 1 else None
