"""What readers that are CTC networks share: batches, decoding, other readings.

Connectionist temporal classification (Graves et al. 2006): a network gives, per column
of a crop, the chance of each character and of "no character" (class 0); a text is read
off by dropping repeats and class 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Alternatives = tuple[tuple[tuple[str, float], ...], ...]
Chances = NDArray[Any]

_MIN_ALTERNATIVE = 0.01
_MAX_ALTERNATIVES = 4

_BEAM = 12
"""Texts that are followed from left to right."""

_LEAST = 0.004
"""Chance from which a character is followed at all."""

_EMPTY = -1e9


def batches(
    widths: Sequence[int], *, step: int = 16, least: int = 32, columns: int = 4096
) -> list[list[int]]:
    """Crops of one padded width together, so that no crop's padding depends on the others.

    Args:
        widths: columns of each crop.
        step: widths are padded to a multiple of this.
        least: least padded width.
        columns: columns of all crops of a batch together; bounds memory.

    Returns:
        Indices, narrowest first.
    """
    found: list[list[int]] = []
    held = 0
    padded = [padded_width(width, step=step, least=least) for width in widths]
    for i in sorted(range(len(widths)), key=lambda i: (padded[i], i)):
        if found and padded[i] == held and (len(found[-1]) + 1) * held <= columns:
            found[-1].append(i)
        else:
            found.append([i])
            held = padded[i]
    return found


def padded_width(width: int, *, step: int = 16, least: int = 32) -> int:
    """Columns of the batch that holds a crop ``width`` pixels wide."""
    return max(least, -(-width // step) * step)


def runners_up(row: Chances, index: int, symbols: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Other characters that the network considered at one step, best first.

    Args:
        row: chance of each class.
        index: the class believed.
        symbols: the character of each class; class 0 is none.
    """
    ranked = np.argsort(-row, kind="stable")[: _MAX_ALTERNATIVES + 2]
    return tuple(
        (symbols[i], round(float(row[i]), 4))
        for i in ranked
        if i not in (0, index) and row[i] >= _MIN_ALTERNATIVE
    )[:_MAX_ALTERNATIVES]


def likely_texts(rows: Chances, symbols: Sequence[str], count: int) -> list[tuple[str, float]]:
    """The likeliest texts of a crop, over all ways to place their characters.

    Prefix beam search (Hannun et al. 2014, "First-pass large vocabulary continuous
    speech recognition using bi-directional recurrent DNNs", algorithm 1) without a
    language model.

    Args:
        rows: chance of each class, shape (steps, classes); class 0 is no character.
        symbols: the character of each class.
        count: most texts returned.

    Returns:
        Texts with their log chance, likeliest first, of equal ones the alphabetically first.
    """
    logs = np.log(np.maximum(rows, 1e-6))
    # Per prefix: log chance of ending in class 0, and of ending in its last character.
    beam: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, _EMPTY)}
    for step, row in enumerate(logs):
        followed = np.flatnonzero(rows[step] >= _LEAST)
        chars = [(int(c), float(row[c])) for c in followed if c != 0]
        none = float(row[0])
        grown: dict[tuple[int, ...], tuple[float, float]] = {}
        for prefix, (blank, char) in beam.items():
            whole = _sum(blank, char)
            last = prefix[-1] if prefix else -1
            _add(grown, prefix, whole + none, _EMPTY)
            for c, log in chars:
                if c == last:
                    _add(grown, prefix, _EMPTY, char + log)
                    _add(grown, (*prefix, c), _EMPTY, blank + log)
                else:
                    _add(grown, (*prefix, c), _EMPTY, whole + log)
        kept = sorted(grown.items(), key=lambda item: (-_sum(*item[1]), item[0]))[:_BEAM]
        beam = dict(kept)
    texts: dict[str, float] = {}
    for prefix, chances in beam.items():
        text = "".join(symbols[c] for c in prefix)
        texts[text] = _sum(texts.get(text, _EMPTY), _sum(*chances))
    return sorted(texts.items(), key=lambda item: (-item[1], item[0]))[:count]


def _add(
    grown: dict[tuple[int, ...], tuple[float, float]],
    prefix: tuple[int, ...],
    blank: float,
    char: float,
) -> None:
    held = grown.get(prefix)
    if held is None:
        grown[prefix] = (blank, char)
    else:
        grown[prefix] = (_sum(held[0], blank), _sum(held[1], char))


def _sum(one: float, other: float) -> float:
    """Logarithm of the sum of two chances given by their logarithms."""
    if one < other:
        one, other = other, one
    return one + math.log1p(math.exp(other - one)) if other > -1e8 else one
