"""What there is to decide about one figure: a list of labels from its diff and its ledger.

A label is what the diff lists as one entry: a printed name and the rows it stands for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pipeline.curation import gain
from pipeline.curation.decisions import Decided, Decision, Kind, Row, Verb, label_key
from pipeline.lexicon.folding import fold
from pipeline.types import ConceptMention, GeneRow, Line, Mention, Polygon, TermRow

UNSURE_SCORE = 0.8
"""A label believed less than this is uncertain; the threshold of naming is 0.5."""

UNSURE_READING = 0.6
"""So is one whose text was read with less confidence than this."""


class State(StrEnum):
    """Why a label is shown."""

    NEW = "new"
    UNCERTAIN = "uncertain"
    LEXICON = "lexicon"
    MISSING = "missing"
    ADDED = "added"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Item:
    """One label of a figure.

    Attributes:
        key: tells it from the other labels of the figure; see ``decisions.label_key``.
        state: why it is shown.
        kind: gene, chemical or disease.
        word: the name as printed.
        rows: the rows it stands for.
        removes: whether the lexicon no longer gives these rows for the label.
        mention: the name as it was found in the figure, if it was.
        line: the line that holds it, if one does.
        decision: what was decided, if anything.
    """

    key: str
    state: State
    kind: Kind
    word: str
    rows: tuple[Row, ...]
    removes: bool = False
    mention: Mention | ConceptMention | None = None
    line: Line | None = None
    decision: Decision | None = None

    @property
    def open(self) -> bool:
        """Whether it is still to be decided."""
        return self.asks and self.decision is None

    @property
    def asks(self) -> bool:
        """Whether it is one of those that a reviewer is asked about."""
        return self.state is not State.CONFIRMED

    @property
    def curated(self) -> bool:
        """Whether its rows are rows of the curated record."""
        if self.state is State.LEXICON:
            return self.removes
        return self.state in (State.MISSING, State.UNCERTAIN, State.CONFIRMED)

    @property
    def score(self) -> float:
        """The belief that the figure shows it, 0 to 1; 1 where naming gives none."""
        return self.mention.score if isinstance(self.mention, Mention) else 1.0

    @property
    def gain(self) -> float:
        """Expected number of changes to the record that deciding it makes."""
        if self.state is State.NEW:
            return gain.of_new(self.score)
        if self.state is State.UNCERTAIN:
            return gain.of_unsure(self.score * (self.line.confidence if self.line else 1.0))
        return {State.LEXICON: gain.LEXICON, State.MISSING: gain.UNREAD}.get(self.state, 0.0)

    @property
    def polygon(self) -> Polygon | None:
        """Where it stands, in pixels of the upright image."""
        if self.decision is not None and self.state is State.ADDED:
            return self.decision.polygon
        mention = self.mention
        if mention is None or mention.region is None:
            return None
        return part_of(mention.region.polygon, mention.start, mention.end, len(mention.reading))


def part_of(polygon: Polygon, start: int, end: int, length: int) -> Polygon:
    """Return the part of a line's polygon that its characters ``start`` to ``end`` take.

    Characters are taken to be equally wide, and one more is kept at both ends.
    """
    if length <= 0 or end - start >= length:
        return polygon
    first = max(0.0, (start - 1) / length)
    last = min(1.0, (end + 1) / length)
    a, b, c, d = polygon

    def between(p: tuple[float, float], q: tuple[float, float], t: float) -> tuple[float, float]:
        return p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t

    return between(a, b, first), between(a, b, last), between(d, c, last), between(d, c, first)


def items(
    diff: Mapping[str, Any],
    lines: Sequence[Line],
    mentions: Sequence[Mention],
    concepts: Sequence[ConceptMention],
    decided: Decided,
) -> list[Item]:
    """Return the labels of a figure: what asks for a decision first, in reading order.

    Args:
        diff: the figure's diff document.
        lines: its lines.
        mentions: genes and families named in it.
        concepts: chemicals and diseases named in it.
        decided: what was decided about it.
    """
    found = [
        *_gene_items(diff, lines, mentions),
        *_term_items(diff, lines, concepts),
    ]
    keys = {item.key for item in found}
    found += [
        Item(d.key, State.ADDED, d.kind, d.chosen[0].word, d.chosen, decision=d)
        for d in _additions(decided)
        if d.key not in keys
    ]
    order = list(State)
    placed = [_with_decision(item, decided) for item in found]
    return sorted(placed, key=lambda item: (order.index(item.state), _place(item)))


def _additions(decided: Decided) -> Iterator[Decision]:
    """Yield the standing decisions on labels that a reviewer added."""
    added = {decision.key: decision for decision in decided.made if decision.verb is Verb.ADD}
    for key, first in added.items():
        standing = decided.on(key)
        if standing is first or (standing is not None and standing.verb is Verb.ADD):
            yield standing


def _with_decision(item: Item, decided: Decided) -> Item:
    return replace(item, decision=decided.on(item.key))


def _place(item: Item) -> tuple[int, int]:
    mention = item.mention
    return (mention.line, mention.start) if mention else (1 << 30, 0)


def _gene_items(
    diff: Mapping[str, Any], lines: Sequence[Line], mentions: Sequence[Mention]
) -> Iterator[Item]:
    for section, state in (
        ("new", State.NEW),
        ("missing", State.MISSING),
        ("lexicon", State.LEXICON),
        ("confirmed", State.CONFIRMED),
    ):
        for entry in diff.get(section) or ():
            word, symbol, source = entry["word"], entry["symbol"], entry["source"]
            rows = tuple(
                GeneRow(word, symbol, source, gene, entrez)
                for entrez, gene in entry["genes"].items()
            )
            removes = entry.get("change") == "removed"
            mention = _mention_of(word, symbol, rows, mentions, state)
            line = lines[mention.line] if mention and mention.line < len(lines) else None
            yield Item(
                key=label_key(Kind.GENE, rows),
                state=_sure(state, mention, line),
                kind=Kind.GENE,
                word=word,
                rows=rows,
                removes=removes,
                mention=mention,
                line=line,
            )


def _mention_of(
    word: str,
    symbol: str,
    rows: Iterable[GeneRow],
    mentions: Sequence[Mention],
    state: State,
) -> Mention | None:
    """Return the mention that best shows a label: by its text and term, or by its genes."""
    if state is State.MISSING:
        return None
    same = [m for m in mentions if m.text == word and m.entry.term == symbol]
    if not same and state in (State.CONFIRMED, State.LEXICON):
        same = [m for m in mentions if fold(m.text) in (fold(word), fold(symbol))]
    if not same and state is State.CONFIRMED:
        genes = {row.entrez for row in rows}
        same = [m for m in mentions if any(gene.entrez in genes for gene in m.entry.genes)]
    return max(same, key=lambda m: m.score, default=None)


def _sure(state: State, mention: Mention | ConceptMention | None, line: Line | None) -> State:
    """Return ``UNCERTAIN`` for a confirmed label that was read or named with doubt."""
    if state is not State.CONFIRMED or mention is None:
        return state
    doubtful = isinstance(mention, Mention) and mention.score < UNSURE_SCORE
    unread = line is not None and line.confidence < UNSURE_READING
    return State.UNCERTAIN if doubtful or unread else state


def _term_items(
    diff: Mapping[str, Any], lines: Sequence[Line], concepts: Sequence[ConceptMention]
) -> Iterator[Item]:
    for section, kind in (("chemicals", Kind.CHEMICAL), ("diseases", Kind.DISEASE)):
        for name, entries in (diff.get(section) or {}).items():
            for entry in entries:
                row = TermRow(entry["word"], entry["source"], entry["identifier"])
                state = State(name)
                if state is State.MISSING and not row.identifier:
                    # Such rows were derived from the genes, as by enrichment. Nobody read
                    # them, so that nothing is said by not reading them again.
                    state = State.CONFIRMED
                found = (
                    c
                    for c in concepts
                    if c.kind == kind.value
                    and (c.word == row.word or (c.identifier and c.identifier == row.identifier))
                )
                mention = next(found, None)
                line = lines[mention.line] if mention and mention.line < len(lines) else None
                yield Item(
                    key=label_key(kind, (row,)),
                    state=_sure(state, mention, line),
                    kind=kind,
                    word=row.word,
                    rows=(row,),
                    mention=mention,
                    line=line,
                )
