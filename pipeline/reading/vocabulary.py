"""What labels of pathway figures are likely to say, to settle what readers disagree on.

Readers see ``MOM2`` or ``MDM2``; that one of them is a name is evidence for it. It only
weighs readings against each other: no text is made up that no reader saw.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import MissingDependencyError
from pipeline.lexicon.folding import fold
from pipeline.reading.ctc import Alternatives
from pipeline.resources import models_dir

_SEPARATOR = re.compile(r"[\s,;/|()\[\]:+]+")

_ODDS = (1.0, 1.0, 2.0, 8.0, 15.0)
"""By how much a common name raises the odds of a reading, by its length (letters and
digits, the last for all longer ones): about the share of such names among right readings
over that among wrong ones."""

_RARE_ODDS = (1.0, 1.0, 1.2, 2.5, 8.0)
"""The same for other names: one in 14 of all triples of characters is some alias."""

_WORDS_ODDS = 4.0
"""The same for a text half of whose words are names."""

_WORD = 3
"""Least letters and digits of such words."""

_ONE_SWAP, _TWO_SWAPS = 3, 4
"""Least letters and digits of a name reached by replacing one character, or two."""

_LEAST_SWAPS = 1e-4
"""Least chance of two characters replaced together."""

_LONGEST = 12
"""Longest text whose characters are replaced."""


class Vocabulary:
    """Names in their folded form.

    Args:
        common: names that figures mostly use, as :func:`pipeline.lexicon.folding.fold`
            gives them.
        others: all other names.
    """

    def __init__(
        self, common: frozenset[str] = frozenset(), others: frozenset[str] = frozenset()
    ) -> None:
        self._common = common
        self._names = common | others

    def common(self, text: str) -> bool:
        """Whether a text is a name that figures mostly use, of three characters and more."""
        key = fold(text)
        return len(key) >= _ONE_SWAP and key in self._common

    def odds(self, text: str) -> float:
        """Factor by which the odds that a reading is right rise for what it says, from 1."""
        if any(text.count(a) != text.count(b) for a, b in ("()", "[]", "{}")):
            return 1.0  # mostly a letter that an outline runs along
        key = fold(text)
        if key in self._names:
            odds = _ODDS if key in self._common else _RARE_ODDS
            return odds[min(len(key), len(odds) - 1)]
        words = [fold(word) for word in _SEPARATOR.split(text)]
        words = [word for word in words if len(word) >= _WORD]
        known = sum(word in self._names for word in words)
        return _WORDS_ODDS if words and 2 * known >= len(words) else 1.0

    def spellings(self, text: str, alternatives: Alternatives) -> Iterator[tuple[str, float]]:
        """Names that come of ``text`` when characters are replaced by their alternatives.

        Args:
            text: a reading that is no name itself.
            alternatives: per character other characters with their chances.

        Yields:
            Names, with the product of the chances of what was replaced.
        """
        if len(alternatives) != len(text) or len(text) > _LONGEST:
            return
        swaps = [(i, c, p) for i, others in enumerate(alternatives) for c, p in others]
        for n, (i, c, p) in enumerate(swaps):
            once = text[:i] + c + text[i + 1 :]
            if self._name(once, _ONE_SWAP):
                yield once, p
            for j, d, q in swaps[n + 1 :]:
                if j > i and p * q >= _LEAST_SWAPS:
                    twice = once[:j] + d + once[j + 1 :]
                    if self._name(twice, _TWO_SWAPS):
                        yield twice, p * q

    def _name(self, text: str, least: int) -> bool:
        key = fold(text)
        return len(key) >= least and key in self._names


def vocabulary_file() -> Path:
    """Where the names are kept."""
    return models_dir() / "vocabulary" / "names.txt.gz"


def load_vocabulary() -> Vocabulary:
    """The names that come with the product.

    Raises:
        MissingDependencyError: the file is absent or damaged.
    """
    path = vocabulary_file()
    try:
        with gzip.open(path, "rt", encoding="ascii") as lines:
            common, others = lines.read().split("\n\n")
            return Vocabulary(frozenset(common.split()), frozenset(others.split()))
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise MissingDependencyError(
            path,
            f"the vocabulary cannot be read ({error})",
            "Reinstall the package, or restore models/ from the repository",
        ) from error
