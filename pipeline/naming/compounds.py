"""Lists printed as one label: ``STAT1/2``, ``IKKα/β``, ``TLRs 3/7/9``, ``Cathepsin A-D, F``.

A list is a head (the first name, written out) followed by separators and short tails. Each
tail replaces the head's own last number or letter: ``SMAD2/3`` is SMAD2 and SMAD3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.lexicon.folding import GREEK_LETTERS

_GREEK = "".join(GREEK_LETTERS)
SEPARATORS = frozenset("/,&+|;、，／")
_BETWEEN = SEPARATORS | {"and"}

#: The end of a head that a tail replaces, by kind of tail.
_NUMBER_END = re.compile(rf"(.*?[^\d])(\d+[A-Za-z{_GREEK}]?)$")
_GREEK_END = re.compile(rf"(.*?[^{_GREEK}])([{_GREEK}]|-?[aBb]|alpha|beta)$")
_LETTER_END = re.compile(r"(.*?[\d a-z-])([A-Z])$")
_CAPITALS_END = re.compile(r"(.*[A-Z])([A-Z])$")
_SMALL_LETTER_END = re.compile(r"(.*\d)([a-z])$")
_ROMAN_END = re.compile(r"(.*?)(I{1,3}|I?V)$")

_TAIL = re.compile(rf"\d{{1,3}}[A-Za-z{_GREEK}]?|[{_GREEK}ßaB]\d?|[A-Z]|[a-h]|I{{1,3}}|IV")
_RANGE = re.compile(r"(\d{1,2}|[A-Z])[-‐–](\d{1,2}|[A-Z])")

#: Most tails of one list; more are a table or junk.
_LONGEST_LIST = 24

#: A range names everything between its ends; longer ones are no list of genes.
_LONGEST_RANGE = 12


@dataclass(frozen=True, slots=True)
class Item:
    """One name of a list: where its tail stands (token index) and the name written out."""

    token: int
    text: str


@dataclass(frozen=True, slots=True)
class Compound:
    """A list in one line: token span ``start:end`` and its items, the head first."""

    start: int
    end: int
    items: tuple[Item, ...]


def compounds(words: Sequence[str], spaces: Sequence[bool]) -> Iterator[Compound]:
    """Find the lists in one line of tokens (``spaces``: whether a blank follows a token)."""
    index = 0
    while index < len(words):
        found = _list_at(words, spaces, index)
        if found:
            yield found
            index = max(found.end, index + 1)
        else:
            index += 1


def _list_at(words: Sequence[str], spaces: Sequence[bool], start: int) -> Compound | None:
    head, end = words[start], start + 1
    if end == len(words):
        return None
    if words[end] not in _BETWEEN and not (spaces[start] and _is_tail(words[end])):
        return None
    if not head[0].isalnum() or sum(char.isalpha() for char in head) < 2 or _is_tail(head):
        return None
    first = start
    # "TLR 7/8", "GSK 3α/β", "TLRs 2/4", "Cathepsin A-D, F": the head's own tail stands apart.
    apart = end < len(words) and spaces[start] and _is_tail(words[end])
    if apart:
        first, end = end, end + 1
    tails: list[tuple[int, str]] = []
    while len(tails) < _LONGEST_LIST and (at := _next_tail(words, end)):
        tails.append((at, words[at]))
        end = at + 1
    ranged = _RANGE.fullmatch(words[first]) if apart else None
    if not tails and not ranged:
        return None
    if apart:
        stem = re.sub(r"(?<=[A-Z0-9])s$", "", head)
        items = [Item(first, f"{stem} {part}") for part in _parts(words[first])]
    else:
        items = [Item(start, name) for name in inner_range(head) or (head,)]
    for at, tail in tails:
        for part in _parts(tail):
            if (name := _replace(items[0].text, part)) is None:
                return None
            items.append(Item(at, name))
    return Compound(start, end, tuple(items))


def _next_tail(words: Sequence[str], end: int) -> int:
    """Index of the tail behind a separator at ``end``, 0 if there is none.

    A separator is a sign, ``and``, or both (``TLR3, 7, and 9``); a tail may repeat the
    hyphen of the head (``MMP-2/-9``).
    """
    at = end
    if at < len(words) and words[at] in SEPARATORS:
        at += 1
    if at < len(words) and words[at] == "and":
        at += 1
    if at == end:
        return 0
    if at + 1 < len(words) and words[at] in ("-", "–"):
        at += 1
    return at if at < len(words) and _is_tail(words[at]) else 0


def _is_tail(word: str) -> bool:
    return bool(_TAIL.fullmatch(word) or _RANGE.fullmatch(word))


def _parts(tail: str) -> list[str]:
    match = _RANGE.fullmatch(tail)
    if not match:
        return [tail]
    low, high = match.groups()
    if low.isdigit() and high.isdigit():
        numbers = range(int(low), min(int(high), int(low) + _LONGEST_RANGE) + 1)
        return [str(number) for number in numbers] or [low, high]
    if len(low) == len(high) == 1 and low < high:
        return [chr(code) for code in range(ord(low), ord(high) + 1)]
    return [low, high]


def _replace(head: str, tail: str) -> str | None:
    """``head`` with its own last number, numeral, Greek letter or letter replaced by ``tail``."""
    if tail[0].isdigit():
        match = _NUMBER_END.match(head)
        # IFNAR1/2 and IL-1R1/2 end in the number; TLR3 (TIR)/4 does not
        return match.group(1) + tail if match else None
    ends = [_LETTER_END] if tail.isupper() else [_SMALL_LETTER_END]
    if _ROMAN_END.fullmatch(tail):
        ends.insert(0, _ROMAN_END)
    if tail[0] in _GREEK or tail[0] in "ßabB":
        ends.append(_GREEK_END)
    if len(head) > 2 and len(tail) == 1 and head[-1] < tail and head[-2:].isupper():
        ends.append(_CAPITALS_END)  # MICA/B
    matches = (end.match(head) for end in ends)
    match = next((match for match in matches if match), None)
    return match.group(1) + tail.replace("ß", "β") if match else None


#: Where two names may have run into each other: behind a hyphen or slash, or where small
#: letters or digits are followed by a capital (``JAK1Tyk2``).
_SEAM = re.compile(r"[-–‐]|(?<=[a-z0-9])(?=[A-Z][A-Za-z])")

#: A slash between two single digits is read as one of these (``TLR7/8`` as ``TLR718``).
_SLASH_READ_AS = re.compile(r"([A-Za-z]{3,}-?)(\d)[1lI|](\d)")


def seams(word: str) -> Iterator[tuple[str, str]]:
    """Ways to take ``word`` for two names printed or read without a gap."""
    for seam in _SEAM.finditer(word):
        left, right = word[: seam.start()], word[seam.end() :]
        if len(left) > 2 and len(right) > 2:
            yield left, right


def hidden_slash(word: str) -> tuple[str, ...]:
    """The two names of a list whose slash was read as a stroke, or nothing."""
    match = _SLASH_READ_AS.fullmatch(word)
    return _both(match) if match and int(match[2]) < int(match[3]) else ()


#: The slash between two numbers that follow on each other may be lost (``MNK12``, ``ERK12``).
_SLASH_LOST = re.compile(r"([A-Za-z]{3,}-?)(\d)(\d)")


def lost_slash(word: str) -> tuple[str, ...]:
    """The two names of a list whose slash was not read at all, or nothing."""
    match = _SLASH_LOST.fullmatch(word)
    return _both(match) if match and int(match[2]) + 1 == int(match[3]) else ()


def _both(match: re.Match[str]) -> tuple[str, ...]:
    return match[1] + match[2], match[1] + match[3]


_INNER_RANGE = re.compile(r"([A-Za-z]{2,}-?)(\d{1,2})[-–](\d{1,2})")


def inner_range(word: str) -> tuple[str, ...]:
    """Names in a word that is itself a range: ``IL-1-3`` is IL-1, IL-2 and IL-3."""
    match = _INNER_RANGE.fullmatch(word)
    if not match or not int(match.group(2)) < int(match.group(3)):
        return ()
    span = range(int(match.group(2)), int(match.group(3)) + 1)
    return tuple(f"{match.group(1)}{number}" for number in span) if len(span) <= 5 else ()
