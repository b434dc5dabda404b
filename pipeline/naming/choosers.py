"""The spaCy components that choose: among names of one place, among readings of one line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.naming.evidence import AS_IN_LEXICON, THIS_GENE
from pipeline.naming.figure_rows import Row
from pipeline.naming.judged import (
    CANDIDATES,
    GENES,
    FigureText,
    Judged,
    Place,
    annotate,
    by_row,
    crosses,
    judged_in,
    share_of,
)

#: Log odds by which the entry printed so is preferred to others of the same text.
_EXACT = 1.0


class GeneChooser:
    """Chooses among overlapping candidates; assigns ``doc.spans["genes"]``."""

    threshold: float

    def match(self, doc: Doc) -> list[Judged]:
        """The chosen candidates in reading order."""
        return choose_longest(judged_in(doc, CANDIDATES), self.threshold)

    def set_annotations(self, doc: Doc, chosen: Iterable[Judged]) -> None:
        """Write the chosen names as spans."""
        annotate(doc, GENES, chosen)

    def __call__(self, doc: Doc) -> Doc:
        """Match and annotate."""
        self.set_annotations(doc, self.match(doc))
        return doc


def choose_longest(found: Sequence[Judged], threshold: float) -> list[Judged]:
    """Longest believed span first, then the best score; the names of a list stay together.

    Within one span (or one item of a list) the best-scored entry is chosen.
    """
    slots: dict[Place, list[Judged]] = defaultdict(list)
    for judged in found:
        slots[judged.place].append(judged)
    best = (max(rivals, key=_rank) if len(rivals) > 1 else rivals[0] for rivals in slots.values())
    believed = [judged for judged in best if judged.score >= threshold]
    # A name that the lexicon has as a whole is not taken for a list of others.
    believed.sort(key=lambda j: (j.start - j.end, j.candidate.listed, -j.score, j.start, j.place))
    taken: dict[int, tuple[int, int, bool]] = {}
    chosen = []
    for judged in believed:
        owner = (judged.start, judged.end, judged.candidate.listed)
        tokens = range(judged.start, judged.end)
        if all(taken.get(token, owner) == owner for token in tokens):
            taken.update(dict.fromkeys(tokens, owner))
            chosen.append(judged)
    return sorted(chosen, key=lambda j: (j.start, j.candidate.item))


def _rank(judged: Judged) -> tuple[float, int, int]:
    """Best score first; ties go to the family, then to the gene with the lowest NCBI id.

    How a name is printed tells little of whether it is a gene, but much of which one. Ids were
    given in order of discovery, and of several genes with one alias the one known longest is
    mostly meant (L5 is RPL5, GDH is GLUD1).
    """
    entry = judged.candidate.entry
    odds, exact = 0.0, False
    for name, weight in judged.evidence:
        odds += weight
        exact = exact or name in (AS_IN_LEXICON, THIS_GENE)
    odds += exact * _EXACT
    return (round(odds, 9), len(entry.genes), -int(entry.genes[0].entrez))


class ReadingChooser:
    """Settles on one reading a line; keeps of ``doc.spans["genes"]`` what stands in it."""

    def match(self, doc: Doc) -> list[Judged]:
        """The chosen names of the reading of each line that holds most of them.

        The believed reading is kept unless another one makes clearly more of the line a
        name: what a second reader saw counts where the first saw nothing known. Two lines
        are taken together if a name begins in one and ends in the other.
        """
        figure: FigureText = doc.user_data["figure"]
        names = by_row(judged_in(doc, GENES))
        best: dict[int, tuple[float, int]] = {}
        for number, row in enumerate(figure.rows):
            share = named_share(doc, row, names.get(number, ()))
            if row.seam:
                across = any(crosses(doc, j.start, j.end, row) for j in names.get(number, ()))
                taken = any(figure.rows[best[at][1]].seam for at in (row.line, row.below))
                if across and not taken:
                    best[row.line] = best[row.below] = (share, number)
                continue
            value = share if row.believed else share - SECOND_READING
            if row.believed or value > best[row.line][0]:
                best[row.line] = (value, number)
        chosen = dict.fromkeys(number for _, number in best.values())
        return [judged for number in chosen for judged in names.get(number, ())]

    def set_annotations(self, doc: Doc, kept: Iterable[Judged]) -> None:
        """Write the names kept as spans."""
        annotate(doc, GENES, kept)

    def __call__(self, doc: Doc) -> Doc:
        """Match and annotate."""
        self.set_annotations(doc, self.match(doc))
        return doc


#: Share of a line (0 to 1) that another reading must name beyond the believed one.
SECOND_READING = 0.2


def named_share(doc: Doc, row: Row, names: Iterable[Judged]) -> float:
    """Share of the letters and digits of a row that stand in names, weighed by score."""
    spans: dict[tuple[int, int], float] = {}
    for judged in names:
        at = (judged.start, judged.end)
        spans[at] = max(spans.get(at, 0.0), judged.score)
    return share_of(doc, row, spans)


@Language.factory("gene_chooser", assigns=["doc.spans"])
def make_gene_chooser(nlp: Language, name: str) -> GeneChooser:
    """Factory of ``GeneChooser``."""
    return GeneChooser()


@Language.factory("reading_chooser", requires=["doc.spans"], assigns=["doc.spans"])
def make_reading_chooser(nlp: Language, name: str) -> ReadingChooser:
    """Factory of ``ReadingChooser``."""
    return ReadingChooser()
