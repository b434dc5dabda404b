"""The lexicon that the published PFOCR records were made with: four CSV files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.lexicon.folding import fold
from pipeline.lexicon.tables import Term
from pipeline.types import Source

#: File, column of the term and kind of term, in PFOCR's order of precedence.
FILES = (
    ("1_symbol.csv", "symbol", Source.SYMBOL),
    ("2_bioentities.csv", "bioentities", Source.FAMILY),
    ("3_alias_symbol.csv", "alias_symbol", Source.ALIAS),
    ("4_prev_symbol.csv", "prev_symbol", Source.PREVIOUS),
)


def is_pfocr(folder: Path) -> bool:
    """Whether ``folder`` holds PFOCR's files rather than tables of our own."""
    return (folder / FILES[0][0]).is_file()


def read_pfocr(
    folder: Path,
) -> tuple[dict[str, str], dict[str, list[str]], dict[str, list[Term]], str]:
    """Read the four files, whose lines end in carriage returns.

    Returns:
        NCBI Gene ids by symbol, member symbols by family, terms by key, and a version
        made from the files' content.

    Raises:
        LexiconError: a file is missing or has other columns.
    """
    entrez: dict[str, str] = {}
    symbols: dict[str, str] = {}
    families: dict[str, list[str]] = {}
    terms: dict[str, list[Term]] = {}
    digest = hashlib.sha256()
    for name, column, source in FILES:
        data = _read(folder / name)
        digest.update(data)
        for gene_id, text in _rows(folder / name, data, column):
            if source is Source.SYMBOL:
                entrez[text] = gene_id
                symbols.setdefault(gene_id, text)
            # An id that PFOCR's symbol file lacks has no symbol to write into a row.
            symbol = symbols.get(gene_id)
            key = fold(text)
            if symbol is None or len(key) < 2 or key.isdigit():
                continue
            if source is Source.FAMILY:
                families.setdefault(text, []).append(symbol)
            target = text if source is Source.FAMILY else symbol
            term = Term(text, source, target, "PFOCR")
            if term not in terms.setdefault(key, []):
                terms[key].append(term)
    return entrez, families, terms, f"pfocr-{digest.hexdigest()[:12]}"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LexiconError(
            path, f"cannot be read ({error.strerror})", "Give a folder with PFOCR's four files"
        ) from error


def _rows(path: Path, data: bytes, column: str) -> list[tuple[str, str]]:
    try:
        lines = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise LexiconError(path, "is not UTF-8", "Save it as UTF-8") from error
    if lines[0].split(",") != ["entrez_id", column]:
        raise LexiconError(
            path, f"its first line is not `entrez_id,{column}`", "Use PFOCR's own file"
        )
    rows = []
    for line in lines[1:]:
        gene_id, _, text = line.partition(",")
        text = text.strip().strip('"')
        if gene_id.isdigit() and text:
            rows.append((gene_id, text))
    return rows
