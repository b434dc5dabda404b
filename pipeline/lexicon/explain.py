"""What a term means to a lexicon, in words."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.lexicon.load import Lexicon
from pipeline.types import LexiconEntry, Source

KINDS = {
    Source.SYMBOL: "approved symbol",
    Source.ALIAS: "alias",
    Source.PREVIOUS: "previous symbol",
    Source.FAMILY: "family or complex",
}


def meanings(lexicon: Lexicon, term: str) -> Iterator[LexiconEntry]:
    """The distinct meanings of ``term``: one entry per kind, origin and target."""
    seen = set()
    for entry in lexicon.lookup(term):
        identity = (entry.source, entry.origin, entry.family, entry.genes)
        if identity not in seen:
            seen.add(identity)
            yield entry


def describe(lexicon: Lexicon, entry: LexiconEntry) -> str:
    """One entry in words: what it stands for, by which term, from where."""
    symbols = [gene.hgnc_symbol for gene in entry.genes]
    if entry.family:
        what = f"the family {entry.family}: {', '.join(symbols)}"
    else:
        info = lexicon.info(symbols[0])
        name = f", {info.name}" if info and info.name else ""
        what = f"{symbols[0]} (NCBI Gene {entry.genes[0].entrez}{name})"
    return f"{what}; {KINDS[entry.source]} {entry.spelling!r} of {entry.origin}"
