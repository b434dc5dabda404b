"""Accuracy against truth: what is printed in a figure, as somebody read it by eye.

A truth file ``FIGID.json`` lists ``genes`` (``text`` as printed, approved ``hgnc`` symbols)
and ``families`` (``text``, ``family`` id, and ``hgnc`` where the id does not say it). Each
gene is a target, each family one. A mention is all that was read under one lexicon term; it
is right if at least half of its genes belong to what is printed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.lexicon.folding import fold
from pipeline.lexicon.nomenclature import Nomenclature
from pipeline.types import GeneRow, Source


@dataclass(frozen=True, slots=True)
class Family:
    """A printed family.

    Attributes:
        members: approved symbols.
        names: folded names that it is printed or known by.
    """

    members: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Truth:
    """What is printed in one figure.

    Attributes:
        genes: approved symbols.
        families: by family id, or by the printed text where none is known.
    """

    genes: frozenset[str]
    families: Mapping[str, Family]

    @property
    def printed(self) -> frozenset[str]:
        """All genes that are printed, the members of families included."""
        return self.genes.union(*(family.members for family in self.families.values()))

    def shows(self, genes: Set[str]) -> bool:
        """Tell whether a mention is right: at least half of its genes are printed."""
        return 2 * len(genes & self.printed) >= len(genes)


@dataclass(frozen=True, slots=True)
class Scores:
    """How what was read compares with what is printed, in one figure or in several.

    Attributes:
        targets: printed genes and families.
        hits: those of them that were read.
        mentions: what was read.
        right: those of them that are printed.
    """

    targets: int = 0
    hits: int = 0
    mentions: int = 0
    right: int = 0

    def __add__(self, other: Scores) -> Scores:
        return Scores(
            self.targets + other.targets,
            self.hits + other.hits,
            self.mentions + other.mentions,
            self.right + other.right,
        )

    @property
    def recall(self) -> float:
        """Share of the targets that were read; 1 where nothing is printed."""
        return self.hits / self.targets if self.targets else 1.0

    @property
    def precision(self) -> float:
        """Share of the mentions that are right; 1 where nothing was read."""
        return self.right / self.mentions if self.mentions else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.recall + self.precision
        return 2 * self.recall * self.precision / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure against its truth.

    Attributes:
        scores: the counts.
        missed: targets that were not read.
        wrong: lexicon terms that were read and are not printed.
    """

    scores: Scores
    missed: tuple[str, ...]
    wrong: tuple[str, ...]


def load_truth(path: Path, nomenclature: Nomenclature) -> Truth:
    """Read a truth file; symbols are brought up to date.

    Raises:
        InputError: it cannot be read or is malformed.
    """
    remedy = "Correct it, or leave it out of the folder"
    try:
        document = json.loads(path.read_text("utf-8"))
        genes = frozenset(
            current(nomenclature, str(symbol))
            for label in document.get("genes", ())
            for symbol in label["hgnc"]
        )
        families: dict[str, Family] = {}
        for label in document.get("families", ()):
            name, family = _family(label, nomenclature)
            if family.members:  # where none is known, nobody can be right or wrong
                known = families.get(name, Family(frozenset(), frozenset()))
                families[name] = Family(known.members | family.members, known.names | family.names)
        return Truth(genes, families)
    except OSError as error:
        raise InputError(path, f"it cannot be read ({error.strerror})", remedy) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(path, f"it is no truth file ({error})", remedy) from error


def current(nomenclature: Nomenclature, symbol: str) -> str:
    """Return the symbol that a gene of that symbol has now."""
    if nomenclature.lexicon.gene(symbol):
        return symbol
    gene = nomenclature.present(symbol, "")
    return gene.hgnc_symbol if gene else symbol


def mentions_of(rows: Iterable[GeneRow], nomenclature: Nomenclature) -> dict[str, set[str]]:
    """Return the genes that were read, by lexicon term in capitals."""
    mentions: dict[str, set[str]] = {}
    for row in rows:
        symbol = current(nomenclature, row.hgnc_symbol)
        mentions.setdefault(row.symbol.upper(), set()).add(symbol)
    return mentions


def compare(truth: Truth, mentions: Mapping[str, set[str]]) -> Comparison:
    """Compare what is printed with what was read, a set of symbols by lexicon term."""
    predicted = set().union(*mentions.values())
    hit_families = {
        name for name, family in truth.families.items() if _read(family, mentions, predicted)
    }
    wrong = tuple(sorted(term for term in mentions if not truth.shows(mentions[term])))
    missed = (*sorted(truth.genes - predicted), *sorted(set(truth.families) - hit_families))
    scores = Scores(
        targets=len(truth.genes) + len(truth.families),
        hits=len(truth.genes & predicted) + len(hit_families),
        mentions=len(mentions),
        right=len(mentions) - len(wrong),
    )
    return Comparison(scores, missed, wrong)


def _read(family: Family, mentions: Mapping[str, set[str]], predicted: set[str]) -> bool:
    """Tell whether a family was read: by name, as a group, or by half of its members."""
    members = family.members
    return (
        any(fold(term) in family.names and genes & members for term, genes in mentions.items())
        or any(len(g) > 1 and 2 * len(g & members) >= len(g) for g in mentions.values())
        or 2 * len(members & predicted) >= len(members)
    )


def _family(label: Mapping[str, Any], nomenclature: Nomenclature) -> tuple[str, Family]:
    name = label.get("family") or ""
    members = {current(nomenclature, str(symbol)) for symbol in label.get("hgnc") or ()}
    lexicon = nomenclature.lexicon
    known = lexicon.members(name)
    if not members and not known:  # the id of another collection of families
        known = tuple(
            gene
            for entry in lexicon.lookup(name or label["text"])
            if entry.source is Source.FAMILY
            for gene in entry.genes
        )
    members |= {gene.hgnc_symbol for gene in known}
    names = {fold(label["text"]), fold(name)} - {""}
    return name or label["text"], Family(frozenset(members), frozenset(names))
