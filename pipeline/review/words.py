"""The evidence for a label in words, as a curator reads it."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.curation.decisions import Decision, Row, Verb
from pipeline.curation.misses import Miss, Trace
from pipeline.lexicon.folding import fold
from pipeline.lexicon.load import Lexicon
from pipeline.review.items import Item, State
from pipeline.types import GeneRow, Line, Mention

_MISSES = {
    Miss.UNDETECTED: "Nothing like it was read anywhere in the figure.",
    Miss.MISREAD: "The text most like it was read as “{text}”.",
    Miss.SPLIT: "It may stand in “{text}”, split or run together with other text.",
    Miss.NOT_IN_LEXICON: "“{text}” was read, and the lexicon does not know it as this gene.",
    Miss.FILTERED: "“{text}” was read, and was judged to be something else.",
}

_VERBS = {
    Verb.ACCEPT: "accepted",
    Verb.REJECT: "rejected",
    Verb.REPLACE: "replaced by {chosen}",
    Verb.UNREADABLE: "unreadable",
    Verb.ADD: "added as {chosen}",
}


def summary(item: Item, trace: Trace | None) -> str:
    """Return one sentence on why a label is shown."""
    if item.state is State.MISSING:
        return missing(trace, item.word) if trace else "It is curated and was not read."
    if item.state is State.ADDED:
        return "Drawn by a reviewer."
    if item.state is State.LEXICON:
        if item.removes:
            return "The label was read; the lexicon no longer gives this gene for it."
        return "The label is curated; the lexicon now gives this gene for it, too."
    parts = []
    if isinstance(item.mention, Mention):
        parts.append(f"Believed {percent(item.score)}")
    if item.line is not None:
        parts.append(reading(item.line))
    return "; ".join(parts) + "." if parts else ""


def missing(trace: Trace, word: str) -> str:
    """Return why a curated label was not found, in one or two sentences."""
    if trace.miss is Miss.MISREAD and fold(trace.text) == fold(word):
        told = f"One reader saw “{trace.text}”, and another was believed."
    else:
        told = _MISSES[trace.miss].format(text=trace.text)
    return f"{told} It was taken for {trace.taken_for}." if trace.taken_for else told


def reading(line: Line) -> str:
    """Return by whom a line was read, and how surely."""
    if not line.readers:
        return f"text given, {percent(line.confidence)} sure"
    others = [r.text for r in line.readings if r.text != line.text]
    told = f"read by {' and '.join(line.readers)}, {percent(line.confidence)} sure"
    return f"{told}; also read as “{others[0]}”" if others else told


def pros_and_cons(item: Item) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the evidence for and against a label, the weightiest first."""
    if not isinstance(item.mention, Mention):
        rules = getattr(item.mention, "rules", ())
        return tuple(rules), ()
    weighed = sorted(item.mention.evidence, key=lambda piece: -abs(piece[1]))
    return (
        tuple(name for name, weight in weighed if weight > 0),
        tuple(name for name, weight in weighed if weight < 0),
    )


def decided(decision: Decision) -> str:
    """Return what was decided, in a word or two."""
    return _VERBS[decision.verb].format(chosen=_named(decision.chosen))


def gene_name(item: Item, lexicon: Lexicon) -> str:
    """Return the approved name of a single gene, what a family is, or a MeSH id."""
    genes = [row for row in item.rows if isinstance(row, GeneRow)]
    if len(genes) == 1:
        info = lexicon.info(genes[0].hgnc_symbol)
        return info.name if info else ""
    if genes:
        if item.state is State.LEXICON:
            return f"{len(genes)} genes of the family or complex:"
        return f"family or complex of {len(genes)} genes:"
    identifier = getattr(item.rows[0], "identifier", "")
    return f"MeSH {identifier}" if identifier else "no identifier"


def percent(share: float) -> str:
    """Return a share of one as a percentage."""
    return f"{100 * share:.0f} %"


def _named(rows: Iterable[Row]) -> str:
    names = [row.hgnc_symbol if isinstance(row, GeneRow) else row.word for row in rows]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
