"""Judged candidates, and how the spaCy components pass them on.

The document of a figure holds all readings of all of its lines, one row each. Components read and
write groups of names: ``doc.user_data["candidates"]`` has everything that could be a name,
with its evidence; ``doc.user_data["genes"]`` what was chosen, which stands in
``doc.spans["genes"]`` as spans, too. A span's label is GENE or FAMILY, its ``kb_id`` the
approved symbol or the family id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Span

from pipeline.naming.candidates import Candidate
from pipeline.naming.context import Context
from pipeline.naming.evidence import Evidence
from pipeline.naming.figure_rows import Row, letters_in

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


def by_row(found: Iterable[Judged]) -> dict[int, list[Judged]]:
    """Names by the row that they stand in."""
    names: dict[int, list[Judged]] = defaultdict(list)
    for judged in found:
        names[judged.row].append(judged)
    return names


def crosses(doc: Doc, start: int, end: int, row: Row) -> bool:
    """Whether tokens of a row begin in the upper of its two joined lines and end in the lower."""
    span = doc[start:end]
    return span.start_char < row.offset + row.seam < span.end_char


def share_of(doc: Doc, row: Row, spans: Mapping[tuple[int, int], float]) -> float:
    """Share of the letters and digits of a row that stand in spans of tokens, each weighed."""
    if not spans:
        return 0.0
    letters = letters_in(row.text)
    inside = sum(weight * letters_in(doc[start:end].text) for (start, end), weight in spans.items())
    return inside / letters if letters else 0.0


def _span(doc: Doc, judged: Judged) -> Span:
    entry = judged.candidate.entry
    label = "FAMILY" if entry.family else "GENE"
    identity = entry.family or entry.genes[0].hgnc_symbol
    return Span(doc, judged.start, judged.end, label=label, kb_id=identity)
