"""Why a curated row was not found again: where its word stands in what was read.

The page shows it beside a missing row, the recall report counts it. Whether a row is not
printed in the figure at all cannot be told from what was read; truth or a reviewer tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from pipeline.lexicon.folding import fold
from pipeline.lexicon.load import Lexicon
from pipeline.types import GeneRow, Line, Mention

_COMPOUND = re.compile(r"[/,;|]")
_WORDS = re.compile(r"[\s,;/|()\[\]{}:+]+")

_LONG = 4
"""Shortest key that is looked for inside other text; shorter ones stand there by chance."""

_NEARBY = 3
"""So many lines on in reading order may hold the other half of a split name."""


class Miss(StrEnum):
    """Why a curated row was not found again, in the order of the stages."""

    FAILED = "figure failed"
    UNPRINTED = "not printed in the figure"
    UNDETECTED = "not detected"
    MISREAD = "misread"
    SPLIT = "split or merged"
    NOT_IN_LEXICON = "not in the lexicon"
    FILTERED = "filtered as unlikely"


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a curated row that was not found again may stand.

    Attributes:
        miss: why it was not found.
        line: index of the line that holds it, or what it was misread as; None if none does.
        text: what was read there.
        taken_for: genes that were named there instead, comma-separated.
    """

    miss: Miss
    line: int | None = None
    text: str = ""
    taken_for: str = ""


class Tracer:
    """Traces the curated rows of one figure.

    Args:
        lines: the figure's lines.
        mentions: the genes named in them.
        lexicon: the lexicon that they were named with.
    """

    def __init__(
        self, lines: Sequence[Line], mentions: Sequence[Mention], lexicon: Lexicon
    ) -> None:
        self._lexicon = lexicon
        self._texts = [line.text for line in lines]
        self._keys = [fold(text) for text in self._texts]
        self._mentions = mentions
        self._tokens: dict[str, tuple[int, str]] = {}  # what was believed
        self._others: dict[str, tuple[int, str]] = {}  # what another reader saw
        for index, line in enumerate(lines):
            for token in _tokens(line.text):
                self._tokens.setdefault(fold(token), (index, token))
            for reading in line.readings:
                for token in _tokens(reading.text):
                    self._others.setdefault(fold(token), (index, token))
        self._named = {fold(mention.text) for mention in mentions}

    def trace(self, row: GeneRow) -> Trace:
        """Return why ``row``, whose gene was not read, was not found."""
        names = [row.symbol] if _COMPOUND.search(row.word) else [row.word, row.symbol]
        keys = [key for key in dict.fromkeys(map(fold, names)) if key]
        for key in keys:
            if key in self._tokens:
                return self._read(key, row)
        for key in keys:
            if key in self._others:
                index, text = self._others[key]
                return Trace(Miss.MISREAD, index, text)
        for key in keys:
            if (piece := self._in_pieces(key)) is not None:
                return Trace(Miss.SPLIT, piece, self._texts[piece])
        found = self._nearest(keys)
        return Trace(Miss.MISREAD, *found) if found else Trace(Miss.UNDETECTED)

    def _read(self, key: str, row: GeneRow) -> Trace:
        index, text = self._tokens[key]
        known = any(
            gene.entrez == row.entrez for entry in self._lexicon.find(key) for gene in entry.genes
        )
        genes = [
            gene.hgnc_symbol
            for mention in self._mentions
            if fold(mention.text) == key
            for gene in mention.entry.genes
        ]
        taken_for = ", ".join(dict.fromkeys(genes))
        return Trace(Miss.FILTERED if known else Miss.NOT_IN_LEXICON, index, text, taken_for)

    def _in_pieces(self, key: str) -> int | None:
        """Return the first line that holds ``key`` among other text, or a part of it."""
        if len(key) < _LONG:
            return None
        for index, text in enumerate(self._keys):
            if key in text:
                return index
        for index, text in enumerate(self._keys):
            for other in self._keys[index + 1 : index + 1 + _NEARBY]:
                if key in text + other:
                    return index
        return None

    def _nearest(self, keys: Iterable[str]) -> tuple[int, str] | None:
        """Return the line and text that is most like one of ``keys``, if any is like it.

        A third of the characters may differ. What was named as a gene is taken for right.
        """
        best: tuple[float, int, str] | None = None
        for key in keys:
            most = len(key) // 3
            for token, (index, text) in (*self._tokens.items(), *self._others.items()):
                if not most or token in self._named or abs(len(token) - len(key)) > most:
                    continue
                distance = Levenshtein.distance(key, token, score_cutoff=most)
                if distance <= most and (best is None or distance / len(key) < best[0]):
                    best = (distance / len(key), index, text)
        return best[1:] if best else None


def _tokens(text: str) -> Iterator[str]:
    """Yield the line, its words, and pairs of words that follow each other."""
    yield text
    words = [word for word in _WORDS.split(text) if word]
    yield from words
    for first, second in pairwise(words):
        yield f"{first} {second}"
