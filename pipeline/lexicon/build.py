"""Building a lexicon folder from releases of HGNC, FamPlex and the curated names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.lexicon.concepts import merged, read_concepts
from pipeline.lexicon.folding import fold
from pipeline.lexicon.mesh import ProteinRecord, read_mesh, read_proteins
from pipeline.lexicon.sources import (
    FAMPLEX_FILES,
    FamPlex,
    Hgnc,
    read_famplex,
    read_hgnc,
    read_names,
    unique_previous,
)
from pipeline.lexicon.tables import GeneInfo, SourceFile, Term, sha256_of, write_tables
from pipeline.types import Source

#: Approved names that hold one of these describe a locus or a resemblance; nobody prints
#: them as a label, and cut short they would match the wrong gene.
_NOT_A_NAME = re.compile(
    r",|\b(like|member|family|containing|domain|homolog|antisense|readthrough|pseudogene|"
    r"uncharacterized|chromosome|open reading frame|associated|interacting|binding)\b"
)

#: Longest approved name, in words, taken as a term.
_NAME_WORDS = 4

#: What papers call a protein and a label may, too: a symbol, a word for a protein, or up to
#: three words that end in one of these or in a number or letter.
_IN_PAPERS = re.compile(
    r"(?=.{2,32}$)(?:[^\s,()\[\];]+ ){0,2}"
    r"(?:(?=[^\s]*[A-Z0-9])[^\s,()\[\];]{1,12}|[a-z-]{3,}(?:in|ase|or|gen|one)|protein)"
)
#: Names of clones and loci, of what is no protein, and words for any protein.
_NOT_IN_PAPERS = re.compile(
    r"LOC\d+|.*Rik|[A-Z]{1,3}\d{5,}.*|D\d+Ertd\d+e|[bd]A\d+\S*|protein|origin|margin|"
    r".*\b(?:syndrome|dysplasia|disease|deficiency|cancer|tumou?r|type|gene)\b.*",
    re.IGNORECASE,
)

#: Symbols that share a root and are told apart by a number and perhaps a letter (IRAK1,
#: CTNNA2, SEMA3A): group 1 is the root.
_NUMBERED = re.compile(r"([A-Z][A-Z0-9]*[A-Z])(\d{1,2})([A-Z]?)$")
_LETTERED = re.compile(r"([A-Z]{3,}\d)([A-Z])$")
_MICRORNA = re.compile(r"((MIR(?:LET)?\d+)[A-Z]?)(?:[A-Z]?\d|-\d+)?")

#: A root needs three characters: with two (GP, CD, IL) the numbered genes are no family.
_ROOT_LENGTH = 3


def build_lexicon(
    folder: Path,
    hgnc_file: Path,
    famplex: Path,
    names: Path | None,
    mesh: Sequence[Path],
    versions: Mapping[str, str],
    concepts: Path | None = None,
) -> dict[str, int]:
    """Build the lexicon tables in ``folder``; returns what was counted.

    Args:
        folder: where the tables go.
        hgnc_file: HGNC download, see ``sources.read_hgnc``.
        famplex: folder of a FamPlex release.
        names: curated pathway names (see ``sources.read_names``), or None.
        mesh: MeSH mapping files (see ``mesh.read_mesh``), may be empty.
        versions: version or date by source (``HGNC``, ``FamPlex``), for the manifest.
        concepts: curated names of MeSH concepts (see ``concepts.read_concepts``), or None;
            they need the MeSH files.

    Raises:
        LexiconError: a source is unreadable or names what does not exist.
    """
    hgnc = read_hgnc(hgnc_file)
    release = read_famplex(famplex, hgnc)
    proteins = list(read_proteins(mesh))
    known = _with_renown(hgnc, release, proteins)
    families: dict[str, set[str]] = {f: set(m) for f, m in release.members.items()}
    curated = list(_curated_terms(names, hgnc, families)) if names else []
    settled = {fold(term.text) for term in curated}
    terms = [
        *_in_papers(_gene_terms(hgnc), _called(proteins, hgnc, settled)),
        *_family_terms(release, hgnc),
        *curated,
    ]
    named = {fold(term.text) for term in terms if term.source is Source.FAMILY}
    terms += _root_terms(hgnc, families, named)
    sources = [_source(hgnc_file, "HGNC", "CC0-1.0", versions)]
    sources += [_source(famplex / name, "FamPlex", "CC0-1.0", versions) for name in FAMPLEX_FILES]
    if names:
        sources.append(_source(names, "pfcurate", "Apache-2.0", versions))
    sources += [
        _source(path, "MeSH", "free to use, courtesy of the NLM", versions) for path in mesh
    ]
    labels = list(read_concepts(concepts, mesh)) if concepts and mesh else []
    if concepts and mesh:
        sources.append(_source(concepts, "pfcurate", "Apache-2.0", versions))
    labels = merged(labels, read_mesh(mesh))
    counts = _counts(terms)
    for label in labels:
        name = f"MeSH: {label.kind}"
        counts[name] = counts.get(name, 0) + 1
    notes = {
        "terms by origin": counts,
        "approved genes without NCBI Gene id, left out": len(hgnc.without_entrez),
        "family members unknown to HGNC, left out": release.unknown,
    }
    write_tables(folder, known, families, terms, labels, sources, notes)
    return counts


def _with_renown(
    hgnc: Hgnc, release: FamPlex, proteins: Iterable[ProteinRecord]
) -> dict[str, GeneInfo]:
    """The genes with what vouches that papers speak of them."""
    members = set().union(*release.members.values())
    named = {fold(name) for record in proteins if record.human for name in record.names}
    common = {text for text, _, _ in release.names}
    known = {}
    for symbol, gene in hgnc.genes.items():
        recorded = fold(symbol) in named or fold(gene.name) in named
        words = {"family": symbol in members, "literature": recorded, "common": symbol in common}
        known[symbol] = replace(gene, renown=frozenset(w for w, holds in words.items() if holds))
    return known


def _gene_terms(hgnc: Hgnc) -> Iterator[Term]:
    for symbol, gene in hgnc.genes.items():
        yield Term(symbol, Source.SYMBOL, symbol, "HGNC")
        for alias in hgnc.aliases[symbol]:
            yield Term(alias, Source.ALIAS, symbol, "HGNC")
        for previous in hgnc.previous[symbol]:
            yield Term(previous, Source.PREVIOUS, symbol, "HGNC")
        if gene.locus == "protein" and _printable(gene.name):
            yield Term(gene.name, Source.ALIAS, symbol, "approved name")


def _printable(name: str) -> bool:
    return len(name.split()) <= _NAME_WORDS and not _NOT_A_NAME.search(name)


def _called(
    proteins: Iterable[ProteinRecord], hgnc: Hgnc, settled: Set[str]
) -> dict[tuple[str, str], str]:
    """What papers call the proteins of genes: the name by folded name and approved symbol.

    What a ``settled`` key means has been decided, and papers have no say in it.
    """
    approved = {fold(gene.name): symbol for symbol, gene in hgnc.genes.items()}
    approved |= {fold(symbol): symbol for symbol in hgnc.genes}
    owners = {fold(old): symbol for old, symbol in unique_previous(hgnc).items()} | approved
    called: dict[tuple[str, str], str] = {}
    for record in proteins:
        symbol = _owner(record, owners)
        if symbol and hgnc.genes[symbol].locus == "protein":
            for name in filter(_IN_PAPERS.fullmatch, record.names):
                key = fold(name)
                foreign = key in settled or approved.get(key, symbol) != symbol
                if not foreign and not _NOT_IN_PAPERS.fullmatch(name):
                    called.setdefault((key, symbol), name)
    return called


def _in_papers(terms: Iterable[Term], called: Mapping[tuple[str, str], str]) -> Iterator[Term]:
    """The terms of genes, those that MeSH has too by that origin, and what only MeSH has."""
    seen = set()
    for term in terms:
        meant = fold(term.text), term.target
        seen.add(meant)
        vouched = term.origin == "HGNC" and term.source is not Source.SYMBOL and meant in called
        yield replace(term, origin="MeSH") if vouched else term
    for meant, name in called.items():
        key, symbol = meant
        if len(key) > 1 and meant not in seen:
            yield Term(name, Source.ALIAS, symbol, "MeSH")


def _owner(record: ProteinRecord, owners: Mapping[str, str]) -> str:
    """The gene of a record: that of its first name, or the only one that its names lead to."""
    if symbol := owners.get(fold(record.names[0])):
        return symbol
    found = {owners[key] for key in map(fold, record.names) if key in owners}
    return found.pop() if len(found) == 1 else ""


def _family_terms(release: FamPlex, hgnc: Hgnc) -> Iterator[Term]:
    for family in release.members:
        yield Term(family, Source.FAMILY, family, "FamPlex")
    for text, namespace, identifier in release.names:
        if namespace == "FPLX":
            if identifier in release.members:
                yield Term(text, Source.FAMILY, identifier, "FamPlex")
                short = re.sub(r"\s(family|complex|proteins?)$", "", text, flags=re.IGNORECASE)
                if short != text:
                    yield Term(short, Source.FAMILY, identifier, "FamPlex")
            continue
        symbol = hgnc.uniprot.get(identifier) if namespace == "UP" else identifier
        if symbol in hgnc.genes and fold(text) != fold(symbol):
            yield Term(text, Source.ALIAS, symbol, "FamPlex")


def _curated_terms(path: Path, hgnc: Hgnc, families: dict[str, set[str]]) -> Iterator[Term]:
    for term, family, targets in read_names(path):
        if len(targets) == 1 and targets[0].startswith("FPLX:"):
            family, targets = targets[0].removeprefix("FPLX:"), []
            if family not in families:
                raise LexiconError(path, f"{term}: FamPlex has no {family}", "Correct the name")
        for symbol in targets:
            if symbol not in hgnc.genes:
                raise LexiconError(
                    path, f"{term}: {symbol} is not an approved symbol", "Correct the symbol"
                )
        if family:
            families.setdefault(family, set()).update(targets)
            yield Term(term, Source.FAMILY, family, "pathway names")
            yield Term(family, Source.FAMILY, family, "pathway names")
        else:
            kind = Source.SYMBOL if term == targets[0] else Source.ALIAS
            yield Term(term, kind, targets[0], "pathway names")


def _root_terms(hgnc: Hgnc, families: dict[str, set[str]], known: set[str]) -> Iterator[Term]:
    """Families that HGNC's numbering implies: IRAK for IRAK1 to IRAK4, miR-29 for MIR29A..C.

    A root counts when it is not an approved symbol or a known family name, and its
    members are numbered from 1 (or lettered from A), so that stray look-alikes are none.
    """
    roots: dict[str, set[str]] = defaultdict(set)
    first: set[str] = set()
    for symbol, gene in hgnc.genes.items():
        if gene.locus == "rna" and (match := _MICRORNA.fullmatch(symbol)):
            for root in set(match.groups()):
                if root != symbol:
                    roots[root].add(symbol)
                    first.add(root)
        elif gene.locus == "protein":
            for pattern in (_NUMBERED, _LETTERED):
                if match := pattern.fullmatch(symbol):
                    root = match.group(1)
                    roots[root].add(symbol)
                    if match.group(2) in ("1", "A"):
                        first.add(root)
    for root, members in roots.items():
        key = fold(root)
        if len(members) < 2 or root not in first or root in hgnc.genes or key in known:
            continue
        if len(root) >= _ROOT_LENGTH:
            families.setdefault(root, set()).update(members)
            yield Term(root, Source.FAMILY, root, "gene root")


def _source(path: Path, name: str, licence: str, versions: Mapping[str, str]) -> SourceFile:
    return SourceFile(f"{name} {path.name}", sha256_of(path), versions.get(name, ""), licence)


def _counts(terms: Iterable[Term]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for term in set(terms):
        counts[f"{term.origin}: {term.source.value}"] += 1
    return dict(sorted(counts.items()))
