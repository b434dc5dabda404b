"""What a label can stand for: the alternatives of a row, and the search over the lexicon."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.curation.decisions import Kind, Row
from pipeline.errors import UsageError
from pipeline.lexicon import explain
from pipeline.lexicon.folding import fold
from pipeline.lexicon.load import Lexicon
from pipeline.naming.rows import MESH
from pipeline.review.items import Item
from pipeline.types import GeneRow, LexiconEntry, Source, TermRow

ALTERNATIVES = 6
"""Most alternatives offered beside a row."""

RESULTS = 12
"""Most results of one search."""

_KEYS_TRIED = 400  # so many keys with the text as their beginning are looked into


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that a label can be made to stand for.

    Attributes:
        id: names it to the server: ``gene:STAT3``, ``family:PI3K``, ``chemical:Water``.
        kind: gene, chemical or disease.
        label: symbol, family or term.
        name: approved name, members of the family, or MeSH id.
        how: the term by which it was found, in words.
    """

    id: str
    kind: Kind
    label: str
    name: str
    how: str


class Chooser:
    """Offers choices from one lexicon.

    Args:
        lexicon: the lexicon.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._lock = threading.Lock()
        self._keys: list[str] = []
        self._names: list[tuple[str, str]] = []

    def alternatives(self, item: Item) -> tuple[Choice, ...]:
        """Return other meanings of what is printed, and of what other readers saw there."""
        texts = [item.word]
        if item.line is not None:
            texts += [reading.text for reading in item.line.readings]
        found: dict[str, Choice] = {}
        for text in dict.fromkeys(texts):
            seen = "" if text == item.word else f"read as {text}: "
            for choice in self._meanings(text, item.kind):
                told = Choice(choice.id, choice.kind, choice.label, choice.name, seen + choice.how)
                found.setdefault(choice.id, told)
        now = _identity(item)
        return tuple(c for c in found.values() if c.id != now)[:ALTERNATIVES]

    def search(self, text: str, kind: Kind | None) -> tuple[Choice, ...]:
        """Return what ``text`` is a name, the beginning of a name, or a word of the name of.

        Args:
            text: what was typed so far.
            kind: only choices of this kind; None for all.
        """
        key = fold(text)
        if not key:
            return ()
        found: dict[str, Choice] = {}
        for choice in self._meanings(text, kind):
            found.setdefault(choice.id, choice)
        if kind in (None, Kind.GENE):
            for choice in self._beginning_with(key):
                if len(found) >= RESULTS:
                    break
                found.setdefault(choice.id, choice)
            for choice in self._named(text, RESULTS - len(found)):
                found.setdefault(choice.id, choice)
        return tuple(found.values())[:RESULTS]

    def rows(self, choice: str, word: str) -> tuple[Kind, tuple[Row, ...]]:
        """Return the rows that a choice gives a printed word.

        Raises:
            UsageError: there is no such choice.
        """
        what, _, name = choice.partition(":")
        if what == "gene" and (gene := self._lexicon.gene(name)):
            term, source = self._term(word, what, name)
            return Kind.GENE, (GeneRow(word, term, source.value, gene.hgnc_symbol, gene.entrez),)
        if what == "family" and (members := self._lexicon.members(name)):
            family = Source.FAMILY.value
            return Kind.GENE, tuple(
                GeneRow(word, name, family, gene.hgnc_symbol, gene.entrez) for gene in members
            )
        for concept in self._lexicon.concepts.find(fold(name)):
            if concept.kind == what and concept.text == name:
                known = concept.identifier
                return Kind(what), (TermRow(word, MESH if known else "", known),)
        raise UsageError(choice, "the lexicon has no such entry", "Search for another one")

    def _term(self, word: str, what: str, name: str) -> tuple[str, Source]:
        """Return the term by which a gene has the name printed, or else its symbol."""
        order = list(Source)
        for entry in sorted(self._lexicon.lookup(word), key=lambda e: order.index(e.source)):
            if _entry_id(entry) == f"{what}:{name}":
                return entry.term, entry.source
        return name, Source.SYMBOL

    def _meanings(self, text: str, kind: Kind | None) -> Iterator[Choice]:
        if kind in (None, Kind.GENE):
            for entry in explain.meanings(self._lexicon, text):
                yield self._choice(entry)
        if kind is not Kind.GENE:
            for term in self._lexicon.concepts.find(fold(text)):
                if kind is None or kind.value == term.kind:
                    told = f"MeSH {term.identifier}" if term.identifier else "not in MeSH"
                    yield Choice(
                        f"{term.kind}:{term.text}", Kind(term.kind), term.text, told, term.kind
                    )

    def _choice(self, entry: LexiconEntry) -> Choice:
        how = f"{explain.KINDS[entry.source]} {entry.spelling}"
        if entry.family:
            members = ", ".join(gene.hgnc_symbol for gene in entry.genes)
            return Choice(_entry_id(entry), Kind.GENE, entry.family, members, how)
        symbol = entry.genes[0].hgnc_symbol
        info = self._lexicon.info(symbol)
        return Choice(_entry_id(entry), Kind.GENE, symbol, info.name if info else "", how)

    def _beginning_with(self, key: str) -> Iterator[Choice]:
        """Yield what has a name that begins with ``key``: symbols first, short names first."""
        keys = self._sorted_keys()
        start = bisect_left(keys, key)
        near = [k for k in keys[start : start + _KEYS_TRIED] if k.startswith(key)]
        order = list(Source)
        entries = [entry for k in near for entry in self._lexicon.find(k)]
        entries.sort(key=lambda e: (len(fold(e.spelling)), order.index(e.source), e.spelling))
        yield from map(self._choice, entries)

    def _named(self, text: str, most: int) -> Iterator[Choice]:
        """Yield genes whose approved names hold all words of ``text``, up to ``most``."""
        words = text.lower().split()
        if most <= 0 or not words or max(map(len, words)) < 3:
            return
        for name, symbol in self._gene_names():
            if all(word in name for word in words):
                info = self._lexicon.info(symbol)
                told = info.name if info else ""
                yield Choice(f"gene:{symbol}", Kind.GENE, symbol, told, "approved name")
                most -= 1
                if not most:
                    return

    def _sorted_keys(self) -> list[str]:
        with self._lock:
            if not self._keys:
                self._keys = sorted(self._lexicon.keys())
            return self._keys

    def _gene_names(self) -> list[tuple[str, str]]:
        with self._lock:
            if not self._names:
                symbols = (gene.hgnc_symbol for gene in self._lexicon.genes())
                infos = ((self._lexicon.info(symbol), symbol) for symbol in symbols)
                self._names = sorted(
                    ((info.name.lower(), symbol) for info, symbol in infos if info),
                    key=lambda pair: (len(pair[0]), pair),
                )
            return self._names


def _entry_id(entry: LexiconEntry) -> str:
    return f"family:{entry.family}" if entry.family else f"gene:{entry.genes[0].hgnc_symbol}"


def _identity(item: Item) -> str:
    """Return the id of the choice that a label stands for as it is."""
    row = item.rows[0]
    if isinstance(row, TermRow):
        return f"{item.kind.value}:{row.word}"
    if row.source == Source.FAMILY.value:
        return f"family:{row.symbol}"
    return f"gene:{row.hgnc_symbol}"
