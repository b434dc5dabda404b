"""One lexicon release against another: genes, families, and where every term leads.

A *gene* is an NCBI Gene id of the newer release. Genes of the older one that lost their id
are followed to their successor where a previous symbol names it, so that a merger counts
once, as a withdrawn gene, and not again in every term and family of the gene.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, TypeAlias

from pipeline.lexicon.folding import fold
from pipeline.lexicon.load import Lexicon
from pipeline.lexicon.nomenclature import Nomenclature
from pipeline.lexicon.tables import Term
from pipeline.types import Gene, Source

#: A key that has meanings of several kinds leads to those of the first of them. The kinds
#: of source stand in PFOCR's order of precedence; curated names were written to override
#: the others, and families made up from a common root only fill gaps.
_ORIGIN_RANKS = {"pathway names": 0, "gene root": 4}
_SOURCE_RANKS = {Source.SYMBOL: 1, Source.FAMILY: 2, Source.ALIAS: 3, Source.PREVIOUS: 5}

#: Ids of genes by the symbol or family that terms name them by.
_Targets: TypeAlias = dict[str, frozenset[str]]


class Meaning(NamedTuple):
    """Where a key leads in one release.

    Attributes:
        term: the first of the terms that lead there.
        genes: NCBI Gene ids, those of withdrawn genes replaced by their successors'.
    """

    term: Term
    genes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Renamed:
    """A gene that has another symbol in the newer release."""

    entrez: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A gene whose id is gone, and the gene that its symbol stands for now, if any."""

    gene: Gene
    successor: Gene | None


@dataclass(frozen=True, slots=True)
class FamilyChange:
    """A family of both releases whose members differ; ``lost`` has their old symbols."""

    family: str
    gained: tuple[Gene, ...]
    lost: tuple[Gene, ...]


@dataclass(frozen=True, slots=True)
class TermChange:
    """A term that leads elsewhere; it is new if ``old`` is empty, dropped if ``new`` is.

    Attributes:
        term: the term as the newer release that has it spells it.
        source: kind of term there.
        old: the genes that it led to, as the older release calls them.
        new: the genes that it leads to.
    """

    term: str
    source: Source
    old: tuple[Gene, ...]
    new: tuple[Gene, ...]


@dataclass(frozen=True, slots=True)
class ReleaseDiff:
    """What changed between two releases, each class sorted by its first column."""

    renamed: tuple[Renamed, ...]
    withdrawn: tuple[Withdrawn, ...]
    new_genes: tuple[Gene, ...]
    families: tuple[FamilyChange, ...]
    changed_terms: tuple[TermChange, ...]
    new_terms: tuple[TermChange, ...]
    dropped_terms: tuple[TermChange, ...]


class Releases:
    """Two releases of the lexicon, to be compared.

    Attributes:
        old: names of the older release.
        new: names of the newer one.
    """

    def __init__(self, old: Lexicon, new: Lexicon) -> None:
        self.old = Nomenclature(old)
        self.new = Nomenclature(new)
        self._former = {gene.entrez: gene for gene in self.old.genes}
        self._old_genes: _Targets = {}
        for gene in self.old.genes:
            now = self.new.present(gene.hgnc_symbol, gene.entrez) or gene
            self._old_genes[gene.hgnc_symbol] = frozenset((now.entrez,))
            self._former.setdefault(now.entrez, gene)
        self._new_genes = {gene.hgnc_symbol: frozenset((gene.entrez,)) for gene in self.new.genes}
        self._old_families = _members(old, self._old_genes)
        self._new_families = _members(new, self._new_genes)

    def before(self, key: str) -> Meaning | None:
        """Return where a folded key led, or None if it was no term."""
        return _meaning(self.old.lexicon.terms(key), self._old_genes, self._old_families)

    def after(self, key: str) -> Meaning | None:
        """Return where a folded key leads now, or None if it is no term."""
        return _meaning(self.new.lexicon.terms(key), self._new_genes, self._new_families)

    def compare(self) -> ReleaseDiff:
        """Return everything that changed."""
        renamed, withdrawn = [], []
        ids = set()
        for gene in self.old.genes:
            ids.add(gene.entrez)
            now = self.new.with_id(gene.entrez)
            if now is None:
                successor = self.new.present(gene.hgnc_symbol, gene.entrez)
                withdrawn.append(Withdrawn(gene, successor))
            elif now.hgnc_symbol != gene.hgnc_symbol:
                renamed.append(Renamed(gene.entrez, gene.hgnc_symbol, now.hgnc_symbol))
        terms: dict[str, list[TermChange]] = defaultdict(list)
        for kind, change in self._term_changes():
            terms[kind].append(change)
        return ReleaseDiff(
            renamed=tuple(sorted(renamed, key=lambda row: (row.old, row.entrez))),
            withdrawn=tuple(sorted(withdrawn, key=lambda row: row.gene)),
            new_genes=tuple(sorted(g for g in self.new.genes if g.entrez not in ids)),
            families=tuple(sorted(self._family_changes(), key=lambda row: row.family)),
            changed_terms=_sorted(terms["changed"]),
            new_terms=_sorted(terms["new"]),
            dropped_terms=_sorted(terms["dropped"]),
        )

    def genes(self, ids: frozenset[str], *, old: bool = False) -> tuple[Gene, ...]:
        """Return the genes of these ids, sorted, with their symbols of one release.

        Genes that this release does not have come with the symbols of the other one.
        """
        former, now = self._former.get, self.new.with_id
        first, second = (former, now) if old else (now, former)
        found = [gene for entrez in ids if (gene := first(entrez) or second(entrez))]
        return tuple(sorted(found)) if len(found) > 1 else tuple(found)

    def _family_changes(self) -> Iterator[FamilyChange]:
        # Releases differ in the case and punctuation of family ids.
        old, new = _by_key(self._old_families), _by_key(self._new_families)
        for key in old.keys() & new.keys():
            (_, before), (family, after) = old[key], new[key]
            if before != after:
                yield FamilyChange(
                    family, self.genes(after - before), self.genes(before - after, old=True)
                )

    def _term_changes(self) -> Iterator[tuple[str, TermChange]]:
        before_keys, after_keys = self.old.lexicon.keys(), self.new.lexicon.keys()
        # The order of the tables is that in memory, and much faster than that of a set.
        for key in chain(after_keys, before_keys - after_keys):
            before, after = self.before(key), self.after(key)
            if (before and before.genes) == (after and after.genes):
                continue
            kind = "changed" if before and after else "new" if after else "dropped"
            meaning = after or before
            assert meaning is not None
            old = self.genes(before.genes, old=True) if before else ()
            new = self.genes(after.genes) if after else ()
            yield kind, TermChange(meaning.term.text, meaning.term.source, old, new)


def _rank(term: Term) -> int:
    return _ORIGIN_RANKS.get(term.origin, _SOURCE_RANKS[term.source])


def _meaning(terms: list[Term], genes: _Targets, families: _Targets) -> Meaning | None:
    """Return the meaning of the first kind that has genes; terms of one kind share it."""
    if len(terms) > 1:
        terms = sorted(terms, key=_rank)
    leading: Meaning | None = None
    for term in terms:
        found = (families if term.source is Source.FAMILY else genes).get(term.target)
        if not found:
            continue
        if leading is None:
            leading = Meaning(term, found)
        elif _rank(term) > _rank(leading.term):
            break
        else:
            leading = Meaning(leading.term, leading.genes | found)
    return leading


def _members(lexicon: Lexicon, genes: _Targets) -> _Targets:
    return {
        family: frozenset().union(*(genes[gene.hgnc_symbol] for gene in lexicon.members(family)))
        for family in lexicon.families()
    }


def _by_key(families: _Targets) -> dict[str, tuple[str, frozenset[str]]]:
    """Return name and members of families by folded id; ids that fold alike are one family."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for family, members in families.items():
        key = fold(family)
        name, others = found.get(key, (family, frozenset()))
        found[key] = (name, members | others)
    return found


def _sorted(changes: list[TermChange]) -> tuple[TermChange, ...]:
    return tuple(sorted(changes, key=lambda row: (row.term.casefold(), row.term)))
