"""Diseases of a figure by enrichment: its genes against a collection of disease genes.

PFOCR annotates figures so (wikipathways/pfocr-postprocessing, ``pfocr_enrich.R``, with the
knowledge channel of https://diseases.jensenlab.org). As there, the universe is the genes
of the collection, the test is the hypergeometric one, only pairs that share a gene are
tested, and Benjamini-Hochberg corrects at 0.05. PFOCR corrects each disease over all
figures of a release; here each figure is corrected over its diseases, so that what a
figure gets does not depend on the figures that are run with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import InputError
from pipeline.lexicon.concepts import Concepts
from pipeline.lexicon.folding import fold
from pipeline.lexicon.nomenclature import Nomenclature
from pipeline.types import GeneRow, TermRow

#: Greatest share of false findings among a figure's diseases.
ALPHA = 0.05
#: Fewest genes that a figure shares with a disease: one gene alone enriches nothing.
MIN_SHARED = 2
#: A collection is of the size of the human genome at most; this is a thousand times that.
MAX_BYTES = 2**28


@dataclass(frozen=True, slots=True)
class DiseaseSets:
    """A collection of disease genes.

    Attributes:
        path: the file.
        digest: start of the SHA-256 of its bytes.
        sets: the genes of each disease, NCBI Gene ids; symbols of no known gene as they are.
        universe: all of them.
    """

    path: Path
    digest: str
    sets: Mapping[str, frozenset[str]]
    universe: frozenset[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enriched:
    """A disease that a figure is enriched in.

    Attributes:
        row: its row, with the MeSH id if its name is known to the lexicon.
        genes: symbols of the genes that the figure shares with it, sorted.
        size: number of its genes.
        p: probability of sharing so many genes by chance.
        q: the same, corrected over the diseases tested.
    """

    row: TermRow
    genes: tuple[str, ...]
    size: int
    p: float
    q: float


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What testing a figure came to.

    Attributes:
        sets: the collection.
        genes: number of the figure's genes that are in the universe.
        tested: number of diseases that share a gene with the figure.
        found: those that the figure is enriched in, the least probable first.
    """

    sets: DiseaseSets
    genes: int
    tested: int
    found: tuple[Enriched, ...]

    def document(self) -> dict[str, object]:
        """Return the parameters and the findings as plain values, for the diff."""
        return {
            "sets": self.sets.path.name,
            "sha256": self.sets.digest,
            "test": "hypergeometric",
            "correction": "Benjamini-Hochberg over the diseases tested",
            "alpha": ALPHA,
            "min_shared": MIN_SHARED,
            "universe": len(self.sets.universe),
            "genes": self.genes,
            "tested": self.tested,
            "found": [
                {
                    "word": each.row.word,
                    "genes": list(each.genes),
                    "size": each.size,
                    "p": float(f"{each.p:.3g}"),
                    "q": float(f"{each.q:.3g}"),
                }
                for each in self.found
            ],
        }


class Enricher:
    """Tests figures against one collection.

    Args:
        sets: the collection.
        concepts: names of diseases with their MeSH ids.
    """

    def __init__(self, sets: DiseaseSets, concepts: Concepts | None = None) -> None:
        self._sets = sets
        self._concepts = concepts or Concepts()

    def enrich(self, rows: Iterable[GeneRow]) -> Enrichment:
        """Return the diseases that a figure with these genes is enriched in."""
        symbols = {row.entrez: row.hgnc_symbol for row in rows}
        universe = self._sets.universe
        genes = symbols.keys() & universe
        shared = {
            name: common for name, members in self._sets.sets.items() if (common := genes & members)
        }
        if not shared:
            return Enrichment(self._sets, len(genes), 0, ())
        # Loading SciPy's statistics takes a second, which only figures with genes pay.
        from scipy.stats import false_discovery_control, hypergeom

        counts = [len(common) for common in shared.values()]
        sizes = [len(self._sets.sets[name]) for name in shared]
        p = hypergeom.sf([count - 1 for count in counts], len(universe), sizes, len(genes))
        p = p.clip(0.0, 1.0)  # rounding may leave the interval, and the correction checks it
        q = false_discovery_control(p, method="bh")
        found = [
            Enriched(self._row(name), tuple(sorted(symbols[g] for g in common)), size, pp, qq)
            for (name, common), size, pp, qq in zip(
                shared.items(), sizes, p.tolist(), q.tolist(), strict=True
            )
            if qq < ALPHA and len(common) >= MIN_SHARED
        ]
        found.sort(key=lambda each: (each.p, each.row.word))
        return Enrichment(self._sets, len(genes), len(shared), tuple(found))

    def _row(self, name: str) -> TermRow:
        ids = {
            term.identifier
            for term in self._concepts.find(fold(name) or name)
            if term.kind == "disease" and term.identifier
        }
        return TermRow(name, "MeSH", ids.pop()) if len(ids) == 1 else TermRow(name)


def with_enriched(rows: Iterable[TermRow], found: Iterable[Enriched]) -> tuple[TermRow, ...]:
    """Return the diseases read and then those found by enrichment that were not read."""
    rows = tuple(rows)
    words = {fold(row.word) or row.word for row in rows}
    ids = {row.identifier for row in rows if row.identifier}
    return (
        *rows,
        *(
            each.row
            for each in found
            if (fold(each.row.word) or each.row.word) not in words
            and each.row.identifier not in ids
        ),
    )


def read_disease_sets(path: Path, nomenclature: Nomenclature) -> DiseaseSets:
    """Read a collection in GMT form: a line a disease, name, description, genes, by tabs.

    Genes are HGNC symbols of any age, or NCBI Gene ids. A file without descriptions, whose
    second column holds genes as the others do, is taken as such.

    Raises:
        InputError: the file cannot be read or is no GMT.
    """
    data = _read(path)
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(path, "it is not UTF-8 text", "Save it as UTF-8") from error
    rows = [(number, line.split("\t")) for number, line in enumerate(lines, 1) if line.strip()]
    for number, cells in rows:
        if len(cells) < 3 or not cells[0].strip():
            raise InputError(
                path,
                f"line {number} is not a gene set",
                "Write name, description and genes, separated by tabs",
            )
    if not rows:
        raise InputError(path, "it holds no gene set", "Give a collection in GMT form")
    # An approved symbol is that gene's, even if another one was called so before.
    known = {gene.hgnc_symbol: gene.entrez for gene in nomenclature.genes}

    def gene(name: str) -> str:
        if name not in known:
            digits = name if name.isdecimal() else ""
            present = nomenclature.present(name, digits)
            known[name] = present.entrez if present else name
        return known[name]

    seconds = [cells[1].strip() for _, cells in rows if cells[1].strip()]
    genes = sum(name.isdecimal() or gene(name) != name for name in seconds)
    first = 1 if seconds and 2 * genes > len(seconds) else 2
    sets: dict[str, frozenset[str]] = {}
    for _, cells in rows:
        names = {gene(name) for cell in cells[first:] if (name := cell.strip())}
        disease = " ".join(cells[0].split())
        sets[disease] = sets.get(disease, frozenset()) | names
    return DiseaseSets(path, _digest(data), sets, frozenset().union(*sets.values()))


def digest(path: Path) -> str:
    """Return the start of the SHA-256 of a collection.

    Raises:
        InputError: the file cannot be read.
    """
    return _digest(_read(path))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(
            path, f"it cannot be read ({error.strerror})", "Correct --disease-sets"
        ) from error
    if len(data) > MAX_BYTES:
        raise InputError(
            path, f"it is larger than {MAX_BYTES >> 20} MiB", "Give a collection in GMT form"
        )
    return data
