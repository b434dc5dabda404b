"""The lexicon in memory: from a folded key to everything that it can mean."""

from __future__ import annotations

import operator
from collections.abc import Iterator, KeysView, Mapping
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.lexicon import pfocr, tables
from pipeline.lexicon.concepts import Concepts
from pipeline.lexicon.folding import fold
from pipeline.lexicon.tables import GeneInfo, Term
from pipeline.resources import models_dir
from pipeline.types import Gene, LexiconEntry, Source

#: In a larger family than this (GPCRs, zinc fingers) the members have little in common.
_CLOSE_FAMILY = 40


class Lexicon:
    """Terms, genes and families, looked up by folded key.

    Attributes:
        version: identifies the tables' content.
        like_for_like: True for PFOCR's own files: names are then matched as the published
            pipeline matched them, without the judgement that our own lexicon calls for.
        concepts: names of chemicals and diseases, none if the tables have none.
    """

    def __init__(
        self,
        genes: Mapping[str, str],
        families: Mapping[str, str],
        terms: Mapping[str, str] | Mapping[str, list[Term]],
        version: str,
        *,
        like_for_like: bool = False,
        concepts: Concepts | None = None,
    ) -> None:
        """Use ``load_lexicon``; the mappings hold unparsed rows of the tables."""
        self.version = version
        self.like_for_like = like_for_like
        self.concepts = concepts or Concepts()
        self._genes = genes
        self._families = families
        self._terms = terms
        self._families_of: dict[str, list[frozenset[str]]] | None = None
        self._sorted: list[str] | None = None
        self._made: dict[str, Gene] = {}
        self._relatives: dict[str, frozenset[str]] = {}
        self._found: dict[str, tuple[LexiconEntry, ...]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._terms

    def __len__(self) -> int:
        return len(self._terms)

    def find(self, key: str) -> tuple[LexiconEntry, ...]:
        """All entries with that folded key (see ``folding.fold``), empty if there is none."""
        found = self._found.get(key)
        if found is None:
            entries = (self._entry(term) for term in self.terms(key))
            found = self._found[key] = tuple(entry for entry in entries if entry.genes)
        return found

    def keys(self) -> KeysView[str]:
        """All folded keys."""
        return self._terms.keys()

    def sorted_keys(self) -> list[str]:
        """All folded keys in order, to be searched by their beginnings."""
        if self._sorted is None:
            self._sorted = list(self._terms)
            if any(map(operator.gt, self._sorted, self._sorted[1:])):
                self._sorted.sort()
        return self._sorted

    def terms(self, key: str) -> list[Term]:
        """The table's own meanings of a folded key; a target may be unknown to the lexicon."""
        row = self._terms.get(key)
        return tables.parse_terms(row) if isinstance(row, str) else row or []

    def genes(self) -> Iterator[Gene]:
        """All genes."""
        for symbol, row in self._genes.items():
            yield Gene(symbol, row.partition("\t")[0])

    def families(self) -> KeysView[str]:
        """The ids of all families."""
        return self._families.keys()

    def lookup(self, text: str) -> tuple[LexiconEntry, ...]:
        """All entries that ``text`` can stand for as it is written."""
        return self.find(fold(text))

    def gene(self, symbol: str) -> Gene | None:
        """The approved gene of that symbol, or None."""
        if symbol not in self._made and (row := self._genes.get(symbol)):
            self._made[symbol] = Gene(symbol, row.partition("\t")[0])
        return self._made.get(symbol)

    def info(self, symbol: str) -> GeneInfo | None:
        """What the tables say of an approved symbol, or None."""
        row = self._genes.get(symbol)
        if row is None:
            return None
        entrez, locus, name, renown = (*row.split("\t"), "", "", "")[:4]
        return GeneInfo(entrez, locus, name, frozenset(renown.split()))

    def members(self, family: str) -> tuple[Gene, ...]:
        """The genes of a family, sorted by symbol; empty if it is unknown."""
        genes = (self.gene(symbol) for symbol in self._families.get(family, "").split())
        return tuple(sorted(gene for gene in genes if gene))

    def relatives(self, symbol: str) -> frozenset[str]:
        """Symbols of the genes that share a family of moderate size with a gene."""
        known = self._relatives.get(symbol)
        if known is None:
            known = self._relatives[symbol] = self._in_family_with(symbol)
        return known

    def _in_family_with(self, symbol: str) -> frozenset[str]:
        if self._families_of is None:
            self._families_of = {}
            for members in self._families.values():
                symbols = frozenset(members.split())
                if len(symbols) <= _CLOSE_FAMILY:
                    for member in symbols:
                        self._families_of.setdefault(member, []).append(symbols)
        return frozenset().union(*self._families_of.get(symbol, ())) - {symbol}

    def _entry(self, term: Term) -> LexiconEntry:
        if term.source is Source.FAMILY:
            genes = self.members(term.target)
            # Rows carry the family's own name, so that its spellings are one mention.
            return LexiconEntry(
                term.target, term.source, genes, term.target, term.origin, term.text
            )
        gene = self.gene(term.target)
        genes = (gene,) if gene else ()
        return LexiconEntry(term.text, term.source, genes, "", term.origin, term.text)


def load_lexicon(folder: Path | None = None) -> Lexicon:
    """Load a lexicon folder: built tables, or PFOCR's four CSV files.

    Args:
        folder: None for the tables that come with the product.

    Raises:
        LexiconError: the folder holds neither, or a table is damaged.
    """
    folder = folder or models_dir() / "lexicon"
    if pfocr.is_pfocr(folder):
        entrez, families, terms, version = pfocr.read_pfocr(folder)
        members = {family: " ".join(symbols) for family, symbols in families.items()}
        return Lexicon(entrez, members, terms, version, like_for_like=True)
    if not folder.is_dir():
        raise LexiconError(folder, "is not a folder", tables.REBUILD)
    manifest = tables.read_manifest(folder)
    return Lexicon(
        tables.read_table(folder / tables.GENES),
        tables.read_table(folder / tables.FAMILIES),
        tables.read_table(folder / tables.TERMS),
        _version(manifest),
        concepts=Concepts(folder / tables.MESH if _has_concepts(manifest) else None),
    )


def _has_concepts(manifest: dict[str, object]) -> bool:
    described = manifest["tables"]
    return isinstance(described, dict) and tables.MESH in described


def _version(manifest: dict[str, object]) -> str:
    described = manifest["tables"]
    assert isinstance(described, dict)
    return "-".join(str(table["sha256"])[:8] for _, table in sorted(described.items()))
