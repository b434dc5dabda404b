"""Rows of a record from the mentions in a figure."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.lexicon.folding import fold
from pipeline.types import ConceptMention, GeneRow, Mention, TermRow

#: What stands as ``source`` of a chemical or disease with a MeSH id.
MESH = "MeSH"


def gene_rows(mentions: Iterable[Mention]) -> tuple[GeneRow, ...]:
    """One row per mentioned gene, one per member of a family, in reading order.

    A gene that stands in the figure several times under one word gives one row; under
    several words, one row each, as in the published records.
    """
    rows: dict[tuple[str, str], GeneRow] = {}
    for mention in mentions:
        for gene in mention.entry.genes:
            row = GeneRow(
                word=mention.text,
                symbol=mention.entry.term,
                source=mention.entry.source.value,
                hgnc_symbol=gene.hgnc_symbol,
                entrez=gene.entrez,
            )
            rows.setdefault((row.word, row.entrez), row)
    return tuple(rows.values())


def term_rows(mentions: Iterable[ConceptMention], kind: str) -> tuple[TermRow, ...]:
    """One row per name of the chemicals or diseases (``kind``), in reading order.

    A name is told by its folded key, or as it is printed if it has no letters and digits.
    """
    rows: dict[str, TermRow] = {}
    for mention in mentions:
        if mention.kind == kind:
            source = MESH if mention.identifier else ""
            row = TermRow(mention.word, source, mention.identifier)
            rows.setdefault(fold(row.word) or row.word, row)
    return tuple(rows.values())
