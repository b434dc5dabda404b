"""Names that a misread text may be: a walk over the lexicon's keys, confusions weighted.

What readers take characters for, and how often, stands in ``models/confusions.tsv``; where a
reader names alternatives for a character, its own chances count. The walk follows the
sorted keys as a trie: after each character read only the keys are left that begin with what
has been taken so far, so that hardly any path is followed far.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.lexicon.folding import fold
from pipeline.resources import models_dir

#: Stands for the edge of a word: ``^`` before a character read adds nothing, but is lost.
EDGE = "^"

#: Chances of a character, as a reader gives them: best first.
Alternatives = Sequence[Sequence[tuple[str, float]]]

#: Most that a name of so many characters (the last for longer ones) may cost: a short name
#: is reached by the commonest confusions alone, never by two.
_BUDGETS = {3: 4.5, 4: 5.2, 5: 6.0, 6: 7.0}
_LONGEST_BUDGET = 9.0
_ONE_EDIT, _EDITS = 5, 2

#: Least that a reader's own doubt costs, and the chance that it leaves its first choice.
_CHEAPEST, _LEAST_SURE = 0.3, 0.05

#: Most nodes of one walk; what is left then is junk that a name would not be found in.
_NODES = 4000


class Confusions:
    """The table of confusions.

    Attributes:
        costs: by text read (one or two characters, in its case): what may be printed, and the
            cost of taking it so, in log odds.
        version: digest of the table's content.
    """

    def __init__(self, costs: Mapping[str, Mapping[str, float]], version: str = "") -> None:
        self.costs = costs
        self.version = version

    def edits(self, text: str, at: int) -> Iterator[tuple[int, str, float]]:
        """Confusions at a place of ``text``: characters used, what may be printed, cost."""
        if at == 0:
            yield from self._at(EDGE, 0)
            yield from self._at(EDGE + text[:1], 1)
        if at < len(text):
            yield from self._at(text[at], 1)
            yield from self._at(text[at : at + 2], 2)
            if at == len(text) - 1:
                yield from self._at(text[at] + EDGE, 1)

    def _at(self, read: str, used: int) -> Iterator[tuple[int, str, float]]:
        for printed, cost in self.costs.get(read, {}).items():
            yield used, printed, cost


@cache
def load_confusions(path: Path | None = None) -> Confusions:
    """Read ``confusions.tsv``.

    Raises:
        LexiconError: the table is missing or malformed.
    """
    import hashlib

    path = path or models_dir() / "confusions.tsv"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise LexiconError(path, f"cannot be read ({error})", "Reinstall pfcurate") from error
    costs: dict[str, dict[str, float]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        try:
            read, printed, cost, *_ = line.split("\t")
            costs.setdefault(read, {})[printed] = float(cost)
        except ValueError as error:
            raise LexiconError(
                f"{path}:{number}", "is not `read<TAB>printed<TAB>cost`", "Reinstall pfcurate"
            ) from error
    return Confusions(costs, hashlib.sha256(text.encode()).hexdigest()[:12])


class Keys:
    """The keys of a lexicon, to be walked character by character."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Use the keys as they are given: sorted."""
        self._keys = keys
        self.whole = (0, len(keys))

    def narrowed(self, found: tuple[int, int], prefix: str) -> tuple[int, int]:
        """Of the keys in a range, those that begin with ``prefix``; empty if equal ends."""
        low, high = found
        low = bisect_left(self._keys, prefix, low, high)
        return low, bisect_left(self._keys, prefix + "\uffff", low, high)

    def begins(self, found: tuple[int, int], key: str) -> bool:
        """Whether the first key of a range is ``key`` itself."""
        return found[0] < found[1] and self._keys[found[0]] == key


def budget(length: int) -> float:
    """Most that confusions in a name of so many characters may cost together."""
    return _BUDGETS.get(length, _LONGEST_BUDGET if length > max(_BUDGETS) else 0.0)


@dataclass(frozen=True, slots=True)
class _Step:
    """A node of the walk: what of the text is used, and which keys are left.

    Attributes:
        at: characters of the text used.
        taken: the key so far.
        written: the text so far, as it may be printed.
        cost: cost of the confusions so far.
        edits: their number.
        left: range of the keys that begin with ``taken``.
    """

    at: int
    taken: str
    written: str
    cost: float
    edits: int
    left: tuple[int, int]


def names_like(
    text: str, keys: Keys, confusions: Confusions, alternatives: Alternatives = ()
) -> list[tuple[str, float]]:
    """Names that ``text`` may be a misreading of, as printed, with their cost; cheapest first.

    Args:
        text: what was read.
        keys: the lexicon's keys.
        confusions: the table.
        alternatives: per character of ``text`` what else the reader saw; empty if unknown.
    """
    longest = budget(len(text) + 1)
    found: dict[str, tuple[float, str]] = {}
    waiting = [_Step(0, "", "", 0.0, 0, keys.whole)]
    for _ in range(_NODES):
        if not waiting:
            break
        step = waiting.pop()
        if step.at == len(text) and step.edits and keys.begins(step.left, step.taken):
            length = len(step.taken)
            within = step.cost <= budget(length) and (step.edits == 1 or length > _ONE_EDIT)
            if within and step.cost < found.get(step.taken, (math.inf, ""))[0]:
                found[step.taken] = (step.cost, step.written)
        if step.at < len(text):
            char = text[step.at]
            waiting += _next(step, 1, char, fold(char), 0.0, keys)
        if step.edits < _EDITS and (step.edits == 0 or len(text) > _ONE_EDIT):
            for used, printed, extra in _edits(text, step.at, confusions, alternatives):
                if step.cost + extra <= longest:
                    waiting += _next(step, used, printed, fold(printed), extra, keys)
    found.pop(fold(text), None)
    return sorted(((written, cost) for cost, written in found.values()), key=lambda x: x[1])


def _next(
    step: _Step, used: int, printed: str, folded: str, cost: float, keys: Keys
) -> Iterator[_Step]:
    taken = step.taken + folded
    left = keys.narrowed(step.left, taken) if folded else step.left
    if left[0] < left[1]:
        edits = step.edits + (cost > 0)
        yield _Step(step.at + used, taken, step.written + printed, step.cost + cost, edits, left)


def _edits(
    text: str, at: int, confusions: Confusions, alternatives: Alternatives
) -> Iterator[tuple[int, str, float]]:
    """Confusions at a place, by the table and by what the reader itself was unsure of."""
    found = {(used, printed): cost for used, printed, cost in confusions.edits(text, at)}
    if at < min(len(text), len(alternatives)):
        rest = max(_LEAST_SURE, 1.0 - sum(chance for _, chance in alternatives[at]))
        for char, chance in alternatives[at]:
            if chance > 0.0 and fold(char) != fold(text[at]):
                cost = max(_CHEAPEST, math.log(rest / chance))
                found[1, char] = min(cost, found.get((1, char), math.inf))
    for (used, printed), cost in found.items():
        yield used, printed, cost
