"""Exports of text: gene sets (GMT), a table of genes (TSV), documents (NDJSON)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pipeline.exports.formats import Ids
from pipeline.exports.source import ExportFigure, Place, unique_genes
from pipeline.types import GeneRow, TermRow

PFOCR = "https://pfocr.wikipathways.org"
PMC = "https://www.ncbi.nlm.nih.gov"

COLUMNS = (
    "figid", "pmcid", "number", "word", "symbol", "source", "hgnc_symbol", "entrez",
    "confidence", "polygon",
)  # fmt: skip
"""The columns of the table of genes."""


def gmt(
    figures: Iterable[ExportFigure], ids: Ids = Ids.SYMBOL, min_genes: int = 1
) -> Iterator[str]:
    """Yield a line of GMT a figure: its id, its title, its genes, each once.

    Args:
        figures: the figures.
        ids: what stands for a gene.
        min_genes: figures with fewer genes are left out.
    """
    for figure in figures:
        genes = unique_genes(figure.record.genes)
        if len(genes) < min_genes or not genes:
            continue
        names = [row.hgnc_symbol if ids is Ids.SYMBOL else entrez for entrez, row in genes.items()]
        cells = (figure.figid, figure.text("figtitle"), *dict.fromkeys(names))
        yield "\t".join(map(_cell, cells)) + "\n"


def tsv(figures: Iterable[ExportFigure]) -> Iterator[str]:
    """Yield a heading, and a line for each gene row of each figure.

    ``confidence`` is 0 to 1; ``polygon`` is JSON, four corners in pixels of the upright
    image, clockwise from the start of the word. Both are empty for rows that were not read.
    """
    yield "\t".join(COLUMNS) + "\n"
    for figure in figures:
        about = (figure.figid, figure.text("pmcid"), figure.text("number"))
        for row in figure.record.genes:
            confidence, polygon = _seen(figure.places(row))
            cells = (*about, row.word, row.symbol, row.source, row.hgnc_symbol, row.entrez)
            seen = (
                "" if confidence is None else f"{confidence:.3f}",
                "" if polygon is None else _json(polygon),
            )
            yield "\t".join((*map(_cell, cells), *seen)) + "\n"


def ndjson(figures: Iterable[ExportFigure]) -> Iterator[str]:
    """Yield a document a figure, one line of JSON each; every document has all keys."""
    for figure in figures:
        yield _json(document(figure)) + "\n"


def document(figure: ExportFigure) -> dict[str, object]:
    """Return a figure as a document for a search engine.

    Each gene, chemical and disease stands in it once, with all ``words`` that name it.
    """
    text = figure.text
    figlink = text("figlink")
    return {
        "figid": figure.figid,
        "figid_alias": text("figid_alias"),
        "number": text("number"),
        "figtype": text("figtype"),
        "title": text("figtitle"),
        "caption": text("caption"),
        "pmcid": text("pmcid"),
        "paper_title": text("papertitle"),
        "citation": text("reftext"),
        "year": int(text("year")) if text("year").isdecimal() else None,
        "doi": text("doi"),
        "organisms": figure.texts("organisms"),
        "pfocr_url": f"{PFOCR}/figures/{figure.figid}.html",
        "figure_url": f"{PMC}{figlink}" if figlink.startswith("/") else figlink,
        "genes": _genes(figure),
        "chemicals": _terms(figure, figure.record.chemicals, "chemical"),
        "diseases": _terms(figure, figure.record.diseases, "disease"),
    }


def _genes(figure: ExportFigure) -> list[dict[str, object]]:
    rows: dict[str, list[GeneRow]] = {}
    for row in figure.record.genes:
        rows.setdefault(row.entrez, []).append(row)
    documents: list[dict[str, object]] = []
    for entrez, same in rows.items():
        confidence, polygon = _seen([place for row in same for place in figure.places(row)])
        documents.append(
            {
                "hgnc_symbol": same[0].hgnc_symbol,
                "ncbigene": entrez,
                "words": list(dict.fromkeys(row.word for row in same)),
                "sources": sorted({row.source for row in same}),
                "confidence": None if confidence is None else round(confidence, 3),
                "polygon": polygon,
            }
        )
    return documents


def _terms(figure: ExportFigure, rows: Iterable[TermRow], kind: str) -> list[dict[str, object]]:
    return [
        {
            "word": row.word,
            "source": row.source,
            "identifier": row.identifier,
            "polygon": _seen(figure.term_places(row, kind))[1],
        }
        for row in dict.fromkeys(rows)
    ]


def _seen(places: Iterable[Place]) -> tuple[float | None, list[list[float]] | None]:
    """Return the confidence and the polygon of the place of greatest confidence."""
    best = max(places, key=lambda place: place.confidence or 0.0, default=None)
    if best is None:
        return None, None
    corners = best.region.polygon if best.region else None
    return best.confidence, corners and [[round(x, 1), round(y, 1)] for x, y in corners]


def _cell(text: str) -> str:
    """Return a text without the tabs and line breaks that part cells and rows."""
    return " ".join(text.split())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
