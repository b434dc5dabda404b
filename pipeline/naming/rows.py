"""Gene rows of a record from the mentions in a figure."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.types import GeneRow, Mention


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
