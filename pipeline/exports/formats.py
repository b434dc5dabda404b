"""The formats of an export, and what can be chosen in them."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """What is written.

    Attributes:
        GMT: a gene set a figure, tab-separated: id, title, genes.
        TSV: a table with a line a gene row.
        NDJSON: a JSON document a figure, one a line.
        CX2: a network a figure, a file each.
    """

    GMT = "gmt"
    TSV = "tsv"
    NDJSON = "ndjson"
    CX2 = "cx2"


class Ids(StrEnum):
    """What stands for a gene in a gene set: its HGNC symbol or its NCBI Gene id."""

    SYMBOL = "symbol"
    ENTREZ = "entrez"
