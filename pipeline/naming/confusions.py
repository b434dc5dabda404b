"""Names that a misread text may be: a walk over the lexicon's keys, confusions weighted.

What readers take characters for, and how often, stands in ``models/confusions.tsv``; where a
reader names alternatives for a character, its own chances count. The walk follows the
sorted keys as a trie: after each character read only the keys are left that begin with what
has been taken so far, so that hardly any path is followed far.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache, lru_cache
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.lexicon.folding import fold
from pipeline.resources import models_dir

#: Stands for the edge of a word: ``^`` before a character read adds nothing, but is lost.
EDGE = "^"

#: Chances of a character, as a reader gives them: best first.
Alternatives = Sequence[Sequence[tuple[str, float]]]

#: What counts of them: characters seen, each with the cost of taking it, by character of a text.
Doubts = tuple[tuple[tuple[str, float], ...], ...]

#: Most that a name of so many characters (the last for longer ones) may cost: a short name
#: is reached by the commonest confusions alone, never by two.
_BUDGETS = {3: 4.5, 4: 5.2, 5: 6.0, 6: 7.0}
_LONGEST_BUDGET = 9.0
_ONE_EDIT, _EDITS = 5, 2

#: Least that a reader's own doubt costs, and the chance that it leaves its first choice.
_CHEAPEST, _LEAST_SURE = 0.3, 0.05


#: A confusion at a place: characters used, what may be printed, that folded, its cost.
_Edit = tuple[int, str, str, float]


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
        self.edits = lru_cache(maxsize=16384)(self._edits)

    def _edits(self, pair: str, *, first: bool, last: bool) -> list[_Edit]:
        """Confusions at a place, cheapest first.

        Args:
            pair: the character there, and the one behind it if there is one.
            first: whether it is the first of its text.
            last: whether it is the last.
        """
        found = [*self._at(pair[0], 1), *self._at(pair, 2)] if len(pair) > 1 else self._at(pair, 1)
        if first:
            found = [*self._at(EDGE, 0), *self._at(EDGE + pair[0], 1), *found]
        if last:
            found += self._at(pair[0] + EDGE, 1)
        return sorted(found, key=_cost)

    def _at(self, read: str, used: int) -> list[_Edit]:
        known = self.costs.get(read, {}).items()
        return [(used, printed, fold(printed), cost) for printed, cost in known]


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
    """The keys of a lexicon, to be searched for whole and by how they begin.

    Args:
        ordered: the keys, sorted.
        known: the same keys, where they are at hand in a form that finds one at once.

    Attributes:
        known: the keys, to look one up.
    """

    def __init__(self, ordered: Sequence[str], known: Set[str] | None = None) -> None:
        self._ordered = ordered
        self.known = frozenset(ordered) if known is None else known
        self.begin_with = lru_cache(maxsize=65536)(self._begin_with)

    def _begin_with(self, prefix: str) -> bool:
        """Whether any key begins with ``prefix``."""
        at = bisect_left(self._ordered, prefix)
        return at < len(self._ordered) and self._ordered[at].startswith(prefix)


def budget(length: int) -> float:
    """Most that confusions in a name of so many characters may cost together."""
    return _BUDGETS.get(length, _LONGEST_BUDGET if length > max(_BUDGETS) else 0.0)


def names_like(
    text: str, keys: Keys, confusions: Confusions, doubts: Doubts = ()
) -> list[tuple[str, float]]:
    """Names that ``text`` may be a misreading of, as printed, with their cost; cheapest first.

    Args:
        text: what was read.
        keys: the lexicon's keys.
        confusions: the table.
        doubts: what the reader was unsure of, from ``doubts_of``.
    """
    longest = budget(len(text) + 1)
    if not longest:
        return []
    known = keys.known
    folded = [fold(char) for char in text]
    rests = ["".join(folded[at:]) for at in range(len(text) + 1)]
    edits: dict[int, list[_Edit]] = {}
    most = _EDITS if len(text) > _ONE_EDIT else 1
    found: dict[str, tuple[float, str]] = {}
    # Where to go on from: place, the key so far, the text so far, its cost, confusions in it.
    waiting = [(0, "", "", 0.0, 0)]
    while waiting:
        start, taken, written, cost, made = waiting.pop()
        for at in range(start, len(text)):
            if at not in edits:  # no need for those behind what no name begins with
                edits[at] = _edits(text, at, confusions, doubts)
            for used, printed, latin, extra in edits[at]:
                total = cost + extra
                if total > longest:
                    break  # the cheapest come first
                begun = taken + latin
                key = begun + rests[at + used]
                if (
                    key in known
                    and (not made or len(key) > _ONE_EDIT)
                    and total <= budget(len(key))
                    and (key not in found or total < found[key][0])
                ):
                    found[key] = (total, written + printed + text[at + used :])
                if made + 1 < most and keys.begin_with(begun):
                    waiting.append((at + used, begun, written + printed, total, made + 1))
            taken, written = taken + folded[at], written + text[at]
            if not keys.begin_with(taken):
                break
    found.pop(fold(text), None)
    return sorted(((written, cost) for cost, written in found.values()), key=lambda x: x[1])


def doubts_of(text: str, alternatives: Alternatives) -> Doubts:
    """What the reader saw beside each character of ``text``, with its cost where that counts.

    Args:
        text: what was read.
        alternatives: per character of it what else the reader saw; empty if unknown.

    Returns:
        For each character (character seen, cost), none dearer than a name may be; empty if
        nothing is left.
    """
    most = budget(len(text) + 1)
    doubts = tuple(tuple(_likely(seen, most)) for seen in alternatives)
    return doubts if any(doubts) else ()


def _likely(seen: Sequence[tuple[str, float]], most: float) -> Iterator[tuple[str, float]]:
    if not seen:
        return
    rest = max(_LEAST_SURE, 1.0 - sum(chance for _, chance in seen))
    least = rest * math.exp(-most)
    for char, chance in seen:
        if chance >= least:
            yield char, max(_CHEAPEST, math.log(rest / chance))


def _edits(text: str, at: int, confusions: Confusions, doubts: Doubts) -> list[_Edit]:
    """Confusions at a place, by the table and by what the reader was unsure of; cheapest first."""
    known = confusions.edits(text[at : at + 2], first=not at, last=at == len(text) - 1)
    if at >= len(doubts) or not doubts[at]:
        return known
    here = fold(text[at])
    found = {(used, printed): (latin, cost) for used, printed, latin, cost in known}
    for char, cost in doubts[at]:
        latin = fold(char)
        if latin != here:
            found[1, char] = latin, min(cost, found.get((1, char), ("", math.inf))[1])
    return sorted(((used, printed, *rest) for (used, printed), rest in found.items()), key=_cost)


def _cost(edit: _Edit) -> float:
    return edit[-1]
