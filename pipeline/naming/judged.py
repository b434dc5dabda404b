"""Judged candidates, and how the spaCy components pass them on.

The document of a figure holds all readings of all of its lines, one row each. Components read and
write groups of names: ``doc.user_data["candidates"]`` has everything that could be a name,
with its evidence; ``doc.user_data["genes"]`` what was chosen, which stands in
``doc.spans["genes"]`` as spans, too. A span's label is GENE or FAMILY, its ``kb_id`` the
approved symbol or the family id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Span

from pipeline.naming.candidates import Candidate
from pipeline.naming.context import Context
from pipeline.naming.evidence import Evidence
from pipeline.naming.figure_rows import Row

CANDIDATES, GENES = "candidates", "genes"


#: First token, token after the last, item of a list (-1 for a plain name).
Place = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with its evidence and score; tokens are counted in the document."""

    candidate: Candidate
    start: int
    end: int
    row: int
    evidence: Evidence = ()
    score: float = 0.0

    @property
    def place(self) -> Place:
        """Where the name stands; the names of one list stand in different places."""
        return self.start, self.end, self.candidate.item if self.candidate.listed else -1


@dataclass(frozen=True, slots=True)
class FigureText:
    """What the components know of a figure beside its tokens (``doc.user_data``)."""

    rows: Sequence[Row]
    context: Context


def annotate(doc: Doc, group: str, found: Iterable[Judged]) -> None:
    """Write judged candidates as a span group, their evidence beside it.

    The evidence stands in ``doc.user_data``: extension attributes of a span are keyed by
    its place, and candidates of one place would overwrite each other's.
    """
    judged = list(found)
    doc.user_data[group] = judged
    doc.spans[group] = [_span(doc, item) for item in judged]


def judged_in(doc: Doc, group: str) -> list[Judged]:
    """The names of a group, in the order in which they were written."""
    return list(doc.user_data.get(group, ()))


def _span(doc: Doc, judged: Judged) -> Span:
    entry = judged.candidate.entry
    label = "FAMILY" if entry.family else "GENE"
    identity = entry.family or entry.genes[0].hgnc_symbol
    return Span(doc, judged.start, judged.end, label=label, kb_id=identity)
