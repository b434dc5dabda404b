"""Chemicals and diseases from MeSH: the printable names of descriptors and supplements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.lexicon.folding import fold
from pipeline.lexicon.sources import read_text
from pipeline.lexicon.tables import MeshTerm

#: MeSH tree letters by kind of row. F03 is Mental Disorders; D12.776 (proteins), D06.472.699
#: and D12.644.548 (peptide hormones) and parts of D23 (biological factors) hold gene
#: products, which are the gene lexicon's.
_DISEASE_TREES = ("C", "F03")
_CHEMICAL_TREE = "D"
_PROTEIN_TREES = (
    "D12.776", "D12.644.276", "D12.644.548", "D06.472.699", "D08.811", "D23.529",
    "D23.050.301", "D13.444",
)  # fmt: skip

_UNPRINTABLE = re.compile(r"[,()\[\];{}]")

#: Supplementary concepts number in the hundred thousands and are mostly systematic names.
#: Only what fits on a label is kept: words, and codes of compounds (MG-132, SB 203580);
#: shorter names are any abbreviation's.
_SUPPLEMENT_LENGTH = 20
_SUPPLEMENT = re.compile(r".*[a-z]{5}.*|[A-Za-z]{1,4}[- ]?\d{3,}[A-Za-z]?")


def read_mesh(paths: Iterable[Path]) -> Iterator[MeshTerm]:
    """Terms of MeSH mapping files: descriptors (ids D...) before supplements (ids C...).

    Descriptor lines are ``id, name, synonyms, tree numbers, -``; supplement lines ``id,
    name, synonyms, headings mapped to``, lists separated by ``|``.

    Raises:
        LexiconError: a file cannot be read or a line has fewer columns.
    """
    kinds: dict[str, str] = {}
    supplements: list[list[str]] = []
    for path in paths:
        for number, line in enumerate(read_text(path).splitlines(), 1):
            cells = line.split("\t")
            if len(cells) < 4:
                raise LexiconError(
                    f"{path}:{number}", "has fewer than four columns", "Use a MeSH mapping file"
                )
            if cells[0].startswith("D"):
                if kind := _kind(cells[3].split("|")):
                    kinds[cells[0]] = kind
                    yield from _terms(cells, kind)
            else:
                supplements.append(cells)
    for cells in supplements:
        headings = (heading.lstrip("*") for heading in cells[3].split("|"))
        if kind := next((kinds[heading] for heading in headings if heading in kinds), ""):
            for term in _terms(cells, kind):
                if len(term.text) <= _SUPPLEMENT_LENGTH and _SUPPLEMENT.fullmatch(term.text):
                    yield term


_HUMAN_PROTEIN = re.compile(r"(.+?)(?: protein)?, human")


def read_proteins(paths: Iterable[Path]) -> set[str]:
    """Folded names of the proteins that MeSH has records of, because papers were about them.

    They are the names and synonyms of protein descriptors, and of supplements the names of
    human proteins (``TICAM1 protein, human``); lines as for ``read_mesh``.

    Raises:
        LexiconError: a file cannot be read.
    """
    names: set[str] = set()
    for path in paths:
        for cells in (line.split("\t") for line in read_text(path).splitlines()):
            listed = (cells[1], *cells[2].split("|"))
            if not cells[0].startswith("D"):
                matches = map(_HUMAN_PROTEIN.fullmatch, listed)
                names.update(fold(match.group(1)) for match in matches if match)
            elif any(tree.startswith(_PROTEIN_TREES) for tree in cells[3].split("|")):
                names.update(fold(name.removesuffix(" Protein")) for name in listed)
    return names


def _kind(trees: list[str]) -> str:
    if any(tree.startswith(_DISEASE_TREES) for tree in trees):
        return "disease"
    chemical = [tree for tree in trees if tree.startswith(_CHEMICAL_TREE)]
    if chemical and not any(tree.startswith(_PROTEIN_TREES) for tree in chemical):
        return "chemical"
    return ""


def _terms(cells: list[str], kind: str) -> Iterator[MeshTerm]:
    for text in (cells[1], *cells[2].split("|")):
        if len(fold(text)) > 1 and not _UNPRINTABLE.search(text):
            yield MeshTerm(text, kind, cells[0])
