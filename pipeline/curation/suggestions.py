"""What reviewers' decisions say about the lexicon: names it should have, names it misjudges."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.curation.decisions import Decided, Decision, Kind, Row, Verb
from pipeline.lexicon.folding import fold
from pipeline.types import GeneRow


class Advice(StrEnum):
    """What to do with a name.

    Attributes:
        ADD: reviewers gave it a meaning that it was not read with.
        KEEP: reviewers accepted the meaning that it was read with.
        DROP: reviewers rejected that meaning.
    """

    ADD = "add"
    KEEP = "keep"
    DROP = "drop"


@dataclass(slots=True)
class Suggestion:
    """One name with one meaning, and how often reviewers wanted it and did not.

    Attributes:
        kind: gene, chemical or disease.
        word: the name, as it was printed most recently.
        meaning: approved symbols, or a MeSH id; empty where there is none.
        for_it: figures in which it was accepted, picked or added.
        against: figures in which it was rejected, or replaced by another meaning.
        chosen: whether it was picked or added, so that the lexicon does not give it.
    """

    kind: Kind
    word: str
    meaning: tuple[str, ...]
    for_it: set[str] = field(default_factory=set)
    against: set[str] = field(default_factory=set)
    chosen: bool = False

    @property
    def advice(self) -> Advice:
        """What the decisions say by majority; as many for as against keep it."""
        if len(self.against) > len(self.for_it):
            return Advice.DROP
        return Advice.ADD if self.chosen else Advice.KEEP

    @property
    def count(self) -> int:
        """Figures in which it was decided on."""
        return len(self.for_it | self.against)


def suggestions(decided: Iterable[Decided]) -> list[Suggestion]:
    """Return every name that was decided on, the most frequent first.

    Figures that were set aside say nothing about names, nor do labels that nobody can read.

    Args:
        decided: the decisions of each figure.
    """
    found: dict[tuple[Kind, str, tuple[str, ...]], Suggestion] = {}

    def at(kind: Kind, rows: tuple[Row, ...]) -> Suggestion:
        word, meaning = rows[0].word, _meaning(rows)
        key = (kind, fold(word) or word, meaning)
        suggestion = found.setdefault(key, Suggestion(kind, word, meaning))
        suggestion.word = word
        return suggestion

    for figure in decided:
        if figure.verdict:
            continue
        for decision in figure.standing:
            _count(decision, figure.figid, at)
    return sorted(found.values(), key=lambda s: (-s.count, s.kind, s.word, s.meaning))


def _count(
    decision: Decision, figid: str, at: Callable[[Kind, tuple[Row, ...]], Suggestion]
) -> None:
    if decision.verb is Verb.ACCEPT:
        at(decision.kind, decision.rows).for_it.add(figid)
    elif decision.verb in (Verb.REJECT, Verb.REPLACE):
        at(decision.kind, decision.rows).against.add(figid)
    if decision.chosen:
        suggestion = at(decision.kind, decision.chosen)
        if _meaning(decision.chosen) == _meaning(decision.rows):
            suggestion.against.discard(figid)  # only the word was mended
        suggestion.for_it.add(figid)
        suggestion.chosen = True


def _meaning(rows: Iterable[Row]) -> tuple[str, ...]:
    names = (row.hgnc_symbol if isinstance(row, GeneRow) else row.identifier for row in rows)
    return tuple(sorted({name for name in names if name}))
