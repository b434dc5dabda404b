"""Candidates: every name that a line may hold, before anything is judged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from types import MappingProxyType
from typing import TypeAlias

from pipeline.lexicon.folding import GREEK_LETTERS, fold, latinise
from pipeline.lexicon.load import Lexicon
from pipeline.naming.compounds import (
    SEPARATORS,
    compounds,
    hidden_slash,
    inner_range,
    lost_slash,
    seams,
)
from pipeline.naming.confusions import (
    Alternatives,
    Confusions,
    Doubts,
    Keys,
    doubts_of,
    names_like,
)
from pipeline.naming.tokenizer import written
from pipeline.naming.variants import Variant, variants
from pipeline.types import LexiconEntry, Source

#: Longest name looked for: in tokens (separators counted), in characters as printed, and
#: folded. What is longer is junk, and rules tried on it would take for ever.
_TOKENS = 9
_LENGTH = 64
_KEY_LENGTH = 48

#: The rule that looks up what caption or legend say an abbreviation stands for.
SPELT_OUT = "spelt out in the caption"

#: Kinds of term that several genes may have in common.
_SHARED = (Source.ALIAS, Source.PREVIOUS)

#: Log odds that it costs to take a token apart.
SPLIT_COSTS = {"range": 0.0, "slash read as 1": 1.0, "slash lost": 1.5, "two names": 1.0}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of a token span as a lexicon entry.

    Attributes:
        start: first token of the line.
        end: token after the last.
        text: the name looked up before rules were applied (``STAT2`` for the 2 of STAT1/2).
        variant: how the name was rewritten to be found.
        entry: the entry found.
        rivals: number of other genes that the same key could stand for with equal right.
        item: index of the name within a list, 0 for a plain name.
        listed: whether the name is one of a list.
    """

    start: int
    end: int
    text: str
    variant: Variant
    entry: LexiconEntry
    rivals: int = 0
    item: int = 0
    listed: bool = False


#: Texts of fewer characters are a misreading of anything.
_SHORTEST_MISREAD = 3

#: What a text may stand for: how it was rewritten, the entry, the number of its rivals.
Meant: TypeAlias = tuple[Variant, LexiconEntry, int]

#: A capitalised word is not searched for misread names from one letter more on.
_LONG_WORD = 4

#: The rule that takes characters for others.
CONFUSION = "confused characters"


class Search:
    """Finds names that a text may be a misreading of; remembers what it found.

    Args:
        lexicon: whose names.
        confusions: what readers take characters for.
    """

    def __init__(self, lexicon: Lexicon, confusions: Confusions) -> None:
        self._lexicon = lexicon
        self._keys = Keys(lexicon.sorted_keys(), lexicon.keys())
        self._confusions = confusions
        self._like = lru_cache(maxsize=16384)(self._names_like)
        self._known = lru_cache(maxsize=16384)(self._misread)

    def misread(self, text: str, alternatives: Alternatives = ()) -> tuple[Meant, ...]:
        """The names that ``text`` may be a misreading of.

        Args:
            text: what was read.
            alternatives: what else the reader saw, by character of ``text``.
        """
        if len(text) < _SHORTEST_MISREAD:
            return ()
        if text.isalpha() and text[1:].islower() and (text.islower() or len(text) > _LONG_WORD):
            return ()  # a word, not a name
        return self._known(text, doubts_of(text, alternatives))

    def _misread(self, text: str, doubts: Doubts) -> tuple[Meant, ...]:
        found: dict[str, Variant] = {}
        for base in variants(text):
            doubted = base.text == text and doubts
            like = self._names_like(text, doubts) if doubted else self._like(base.text)
            for name, cost in like:
                rules = (*base.rules, CONFUSION)
                found.setdefault(name, Variant(name, rules, base.cost + cost))
        return tuple(
            (variant, entry, rivals)
            for variant in found.values()
            for entry, rivals in _meanings(self._lexicon, variant.text)
        )

    def _names_like(self, text: str, doubts: Doubts = ()) -> list[tuple[str, float]]:
        return names_like(text, self._keys, self._confusions, doubts)


def candidates(
    words: Sequence[str],
    spaces: Sequence[bool],
    lexicon: Lexicon,
    long_forms: Mapping[str, str] = MappingProxyType({}),
    search: Search | None = None,
    alternatives: Alternatives = (),
) -> Iterator[Candidate]:
    """All candidates in one line of tokens.

    Args:
        words: token texts of the line.
        spaces: whether a blank follows each token.
        lexicon: what names are looked up in.
        long_forms: what abbreviations are spelt out as, by folded abbreviation.
        search: what finds names that a token may be a misreading of; None for none.
        alternatives: what else the reader saw, by character of the line; empty if unknown.
    """
    offsets = list(accumulate(map(len, words), initial=0)) if alternatives else []
    for compound in compounds(words, spaces):
        place = compound.start, compound.end
        for number, item in enumerate(compound.items):
            for variant, entry, rivals in _by_rules(lexicon, item.text):
                yield Candidate(*place, item.text, variant, entry, rivals, number, listed=True)
    for start, word in enumerate(words):
        if not _nameable(word):
            continue
        for part, variant, entry, rivals, number in _inside(word, lexicon):
            yield Candidate(start, start + 1, part, variant, entry, rivals, number, listed=True)
        seen: Alternatives = ()
        if alternatives:
            at = offsets[start] + sum(spaces[:start])
            seen = alternatives[at : at + len(word)]
        for end in range(start + 1, min(start + _TOKENS, len(words)) + 1):
            last = words[end - 1]
            if _nameable(last):
                text = written(words, spaces, start, end)
                if len(text) > _LENGTH:
                    break
                closing = text.count("(") > text.count(")") and words[end : end + 1] == [")"]
                stop = end + closing
                if end == start + 1:
                    for variant, entry, rivals in _by_rules(lexicon, text):
                        yield Candidate(start, stop, text, variant, entry, rivals)
                    for variant, entry, rivals in search.misread(text, seen) if search else ():
                        yield Candidate(start, stop, text, variant, entry, rivals)
                else:
                    yield from _window(text, start, stop, lexicon)
                # "Cath K" is Cathepsin K where the caption has "Cath: Cathepsin".
                for long_form in _spelt_out(text, word, long_forms) if long_forms else ():
                    variant = Variant(long_form, (SPELT_OUT,))
                    for entry, rivals in _meanings(lexicon, long_form):
                        yield Candidate(start, stop, text, variant, entry, rivals)


def _spelt_out(text: str, word: str, long_forms: Mapping[str, str]) -> set[str]:
    """What ``text``, or the ``word`` that it begins with, is spelt out as."""
    found = {text: long_forms.get(fold(text)), word: long_forms.get(fold(word))}
    return {long_form + text[len(part) :] for part, long_form in found.items() if long_form}


@lru_cache(maxsize=16384)
def _nameable(word: str) -> bool:
    """Whether a name may begin or end with the token: it leaves something in a key."""
    return word[0].isalnum() and len(word) <= _LENGTH and bool(fold(word))


@lru_cache(maxsize=16384)
def _inside(word: str, lexicon: Lexicon) -> tuple[tuple[str, Variant, LexiconEntry, int, int], ...]:
    """Names within one token: a range, a list with its slash misread or lost, two names.

    The parts must all be found as they are written; a token that the lexicon knows as a
    whole is not taken apart, but for a range.

    Returns:
        Name, variant, entry, number of rivals, and which name of the token it is.
    """
    names = []
    known = fold(word) in lexicon
    splits = [("range", inner_range(word))]
    if not known:
        splits.append(("slash read as 1", hidden_slash(word)))
        splits.append(("slash lost", lost_slash(word)))
        splits += [("two names", pair) for pair in seams(word)]
    for rule, parts in splits:
        found = [_by_rules(lexicon, part) for part in parts]
        if all(found):
            for number, (part, entries) in enumerate(zip(parts, found, strict=True)):
                for way, entry, rivals in entries:
                    rules, cost = (rule, *way.rules), SPLIT_COSTS[rule] + way.cost
                    names.append((part, Variant(way.text, rules, cost), entry, rivals, number))
    return tuple(names)


def _window(text: str, start: int, end: int, lexicon: Lexicon) -> Iterator[Candidate]:
    # Over several tokens only what the lexicon spells with the same breaks: "Cyclin D1"
    # is a name, the end of one label and the start of the next are not.
    for entry, rivals in _meanings(lexicon, text):
        if same_breaks(text, entry.spelling or entry.term):
            yield Candidate(start, end, text, Variant(text), entry, rivals)


@lru_cache(maxsize=16384)
def _by_rules(lexicon: Lexicon, text: str) -> tuple[Meant, ...]:
    """Variant, entry and number of rivals for every way to write ``text`` that is a name."""
    if len(text) > _LENGTH:
        return ()
    return tuple(
        (variant, entry, rivals)
        for variant in variants(text)
        for entry, rivals in _meanings(lexicon, variant.text)
    )


@lru_cache(maxsize=16384)
def _meanings(lexicon: Lexicon, text: str) -> tuple[tuple[LexiconEntry, int], ...]:
    """The entries of a text as it is written, each with the number of its rivals."""
    key = fold(text)
    if not 1 < len(key) <= _KEY_LENGTH or key not in lexicon:
        return ()
    entries = lexicon.find(key)
    if key.isdigit():  # 14-3-3 is a name, 1433 and 1-433 are numbers
        entries = tuple(entry for entry in entries if entry.spelling == text)
    shared = {gene for entry in entries if entry.source in _SHARED for gene in entry.genes}
    return tuple((entry, len(shared - set(entry.genes))) for entry in _distinct(entries))


def _distinct(entries: Sequence[LexiconEntry]) -> Iterator[LexiconEntry]:
    seen = set()
    for entry in entries:
        identity = (entry.source, entry.genes, entry.origin, entry.spelling)
        if identity not in seen:
            seen.add(identity)
            yield entry


_JOINTS = re.compile(r"[^\W_]")


def same_breaks(text: str, spelling: str) -> bool:
    """Whether ``spelling`` has a break wherever ``text`` has one, and the same separators.

    A break is white space or punctuation, a change between letters and digits, from small
    to capital letters, or to a Greek letter.
    """
    wanted, given = _breaks(text), _breaks(spelling)
    if _separators(text) != _separators(spelling):
        return False
    return all(at in given for at, apart in wanted.items() if apart)


def _separators(text: str) -> list[str]:
    return [char for char in text if char in SEPARATORS or char in "()[]{}"]


def _breaks(text: str) -> dict[int, bool]:
    """Offsets in the folded text at which there is a break; True where characters stand there."""
    found: dict[int, bool] = {}
    offset, previous, apart = 0, "", False
    for char in text:
        if not _JOINTS.match(char):
            apart = apart or bool(previous)
            continue
        if previous:
            turn = (
                previous.isdigit() != char.isdigit()
                or (previous.islower() and char.isupper())
                or (char.lower() in GREEK_LETTERS) != (previous.lower() in GREEK_LETTERS)
            )
            if apart or turn:
                found[offset] = apart
        offset += len(latinise(char))
        previous, apart = char, False
    return found
