"""Chemicals and diseases from MeSH: the printable names of descriptors and supplements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
    name, synonyms, headings mapped to``, lists separated by ``|``, headings by commas, too.

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
        headings = (heading.strip(" *") for heading in re.split("[|,]", cells[3]))
        if kind := next((kinds[heading] for heading in headings if heading in kinds), ""):
            for term in _terms(cells, kind):
                if len(term.text) <= _SUPPLEMENT_LENGTH and _SUPPLEMENT.fullmatch(term.text):
                    yield term


#: Name and species of a supplement's protein: ``TICAM1 protein, human``.
_SUPPLEMENTED = re.compile(r"(.+?)( protein)?, (human|mouse|rat)")

#: What needs no "protein" behind it to be the name of one; "docking" does.
_NAMES_PROTEIN = re.compile(r".*[A-Z0-9][^\s-]*|.*[a-z](?:in|ase)")


@dataclass(frozen=True, slots=True)
class ProteinRecord:
    """A protein that MeSH has a record of, because papers were about it.

    Attributes:
        names: what papers call it; in a supplement the symbol mostly comes first.
        human: whether it is the human protein, or that of any species, but not a rodent's.
    """

    names: tuple[str, ...]
    human: bool


def read_proteins(paths: Iterable[Path]) -> Iterator[ProteinRecord]:
    """Proteins of MeSH's descriptors, and of its supplements those of man, mouse and rat.

    Lines are as for ``read_mesh``.

    Raises:
        LexiconError: a file cannot be read.
    """
    for path in paths:
        for cells in (line.split("\t") for line in read_text(path).splitlines()):
            listed = (cells[1], *filter(None, cells[2].split("|")))
            if not cells[0].startswith("D"):
                matches = [match for match in map(_SUPPLEMENTED.fullmatch, listed) if match]
                if matches:
                    names = tuple(map(_bare, matches))
                    yield ProteinRecord(names, any(match[3] == "human" for match in matches))
            elif any(tree.startswith(_PROTEIN_TREES) for tree in cells[3].split("|")):
                yield ProteinRecord(tuple(name.removesuffix(" Protein") for name in listed), True)


def _bare(match: re.Match[str]) -> str:
    """The name of a supplement's protein as a label has it."""
    return match[1] if _NAMES_PROTEIN.fullmatch(match[1]) else match[1] + (match[2] or "")


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
