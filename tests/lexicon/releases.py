"""Tiny releases of HGNC, FamPlex and MeSH, written by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pipeline.lexicon.build import build_lexicon
from pipeline.lexicon.load import Lexicon, load_lexicon

COLUMNS = (
    "HGNC ID",
    "Approved symbol",
    "Approved name",
    "Status",
    "Alias symbols",
    "NCBI Gene ID(supplied by NCBI)",
    "UniProt ID(supplied by UniProt)",
    "Previous symbols",
    "Locus type",
)
PROTEIN, MICRORNA = "gene with protein product", "RNA, micro"


def hgnc_row(
    symbol: str,
    entrez: str,
    name: str = "a long name, with a comma",
    *,
    aliases: str = "",
    previous: str = "",
    uniprot: str = "",
    locus: str = PROTEIN,
    status: str = "Approved",
) -> str:
    """One line of an HGNC download."""
    cells = ("HGNC:1", symbol, name, status, aliases, entrez, uniprot, previous, locus)
    return "\t".join(cells)


@dataclass
class Releases:
    """Files to build a lexicon from; fill in lines, then ``build``."""

    folder: Path
    hgnc: list[str] = field(default_factory=list)
    relations: list[str] = field(default_factory=list)
    grounding: list[str] = field(default_factory=list)
    equivalences: list[str] = field(default_factory=list)
    names: list[str] | None = None
    mesh: dict[str, list[str]] = field(default_factory=dict)

    def write(self, name: str, lines: list[str]) -> Path:
        """Write one file of lines."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    def build(self, out: str = "lexicon") -> dict[str, int]:
        """Write all files and build the lexicon; what ``build_lexicon`` returns."""
        hgnc = self.write("hgnc.tsv", ["\t".join(COLUMNS), *self.hgnc])
        self.write("famplex/relations.csv", self.relations)
        self.write("famplex/grounding_map.csv", self.grounding)
        self.write("famplex/equivalences.csv", self.equivalences)
        names = None if self.names is None else self.write("names.tsv", self.names)
        mesh = [self.write(name, lines) for name, lines in self.mesh.items()]
        famplex = self.folder / "famplex"
        versions = {"HGNC": "2024-07-01"}
        return build_lexicon(self.folder / out, hgnc, famplex, names, mesh, versions)

    def load(self, out: str = "lexicon") -> Lexicon:
        """Build and load."""
        self.build(out)
        return load_lexicon(self.folder / out)
