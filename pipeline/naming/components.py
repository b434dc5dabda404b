"""The spaCy components: gene candidates, their judgement, and the choice among them.

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

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.lexicon.load import Lexicon
from pipeline.naming.candidates import CONFUSION, Candidate, Search, candidates
from pipeline.naming.context import Context
from pipeline.naming.evidence import (
    AS_IN_LEXICON,
    LARGE_ALONE,
    LIKE_NAME,
    MANY,
    RELATIVE,
    SIBLING,
    THIS_GENE,
    Evidence,
    Judge,
    figure_of,
    in_caption,
    score,
)
from pipeline.naming.figure_rows import Row
from pipeline.naming.surroundings import signs
from pipeline.naming.tokenizer import row_tokens

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


#: Log odds by which the entry printed so is preferred to others of the same text.
_EXACT = 1.0

#: A name that is as likely as not vouches for its relatives.
_LIKELY = 0.5


class GeneMatcher:
    """Finds every span that the lexicon could name; assigns ``doc.user_data["candidates"]``."""

    lexicon: Lexicon
    judge: Judge
    search: Search

    def match(self, doc: Doc) -> list[Judged]:
        """Candidates of all lines, judged."""
        text: FigureText = doc.user_data["figure"]
        found: list[Judged] = []
        around: list[tuple[str, ...]] = []
        for number, (row, tokens) in enumerate(zip(text.rows, row_tokens(doc), strict=False)):
            words, spaces, start = tokens.words, tokens.spaces, tokens.start
            for each in candidates(
                words, spaces, self.lexicon, text.context.long_forms, self.search, row.alternatives
            ):
                found.append(Judged(each, start + each.start, start + each.end, number))
                seen = signs(words, spaces, each.start, each.end, row.goes_on)
                alone = not each.start and each.end == len(words)
                large = alone and len(each.entry.genes) > MANY
                around.append((*seen, LARGE_ALONE) if large else tuple(seen))
        case = self.judge.case(text.context, figure_of(judged.candidate for judged in found))
        weighed = [
            _weighed(
                judged, case.evidence(judged.candidate, text.rows[judged.row].confidence, seen)
            )
            for judged, seen in zip(found, around, strict=True)
        ]
        return self._beside_relatives(self._against_caption(weighed), text.rows)

    def _beside_relatives(self, found: Sequence[Judged], rows: Sequence[Row]) -> list[Judged]:
        """Believe names more that stand beside others of their list or family (JAK1, JAK2)."""
        if self.lexicon.like_for_like:
            return list(found)
        seen: dict[str, list[Judged]] = defaultdict(list)
        lists: dict[tuple[int, int], set[int]] = defaultdict(set)
        for judged in found:
            if judged.score >= _LIKELY and judged.candidate.listed:
                lists[judged.start, judged.end].add(judged.candidate.item)
            entry = judged.candidate.entry
            if judged.score >= _LIKELY and not entry.family:
                seen[entry.genes[0].hgnc_symbol].append(judged)
        weighed = []
        for judged in found:
            if judged.candidate.listed and lists[judged.start, judged.end] - {judged.place[2]}:
                judged = self._more(judged, SIBLING)
            if self._has_relative(judged, seen, rows):
                judged = self._more(judged, RELATIVE)
            weighed.append(judged)
        return weighed

    def _has_relative(
        self, judged: Judged, seen: Mapping[str, list[Judged]], rows: Sequence[Row]
    ) -> bool:
        entry = judged.candidate.entry
        if entry.family:
            return False
        close = self.lexicon.relatives(entry.genes[0].hgnc_symbol) & seen.keys()
        return any(_apart(judged, other, rows) for symbol in close for other in seen[symbol])

    def _more(self, judged: Judged, name: str) -> Judged:
        return _weighed(judged, (*judged.evidence, self.judge.weighed(name)))

    def _against_caption(self, found: Sequence[Judged]) -> list[Judged]:
        """Doubt names that the caption lacks where it has one that they may be misread from.

        TRIM50 is a gene, but where the caption speaks of TRIM5α the figure shows that.
        """
        spelt = {
            judged.place
            for judged in found
            if CONFUSION in judged.candidate.variant.rules and in_caption(judged.evidence)
        }
        return [
            self._more(judged, LIKE_NAME)
            if judged.place in spelt and not in_caption(judged.evidence)
            else judged
            for judged in found
        ]

    def set_annotations(self, doc: Doc, found: Iterable[Judged]) -> None:
        """Write the candidates."""
        doc.user_data[CANDIDATES] = list(found)  # as spans, ten to a name, they would take long

    def __call__(self, doc: Doc) -> Doc:
        """Match and annotate."""
        self.set_annotations(doc, self.match(doc))
        return doc


def _weighed(judged: Judged, evidence: Evidence) -> Judged:
    place = judged.start, judged.end, judged.row
    return Judged(judged.candidate, *place, evidence, score(evidence))


def _apart(one: Judged, other: Judged, rows: Sequence[Row]) -> bool:
    """Whether two names are two prints: of other lines, or apart in one reading of a line."""
    if one.row == other.row:
        return one.end <= other.start or other.end <= one.start
    lines = [{rows[judged.row].line, rows[judged.row].below} - {-1} for judged in (one, other)]
    return lines[0].isdisjoint(lines[1])


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
    best: dict[tuple[int, int, bool, int], Judged] = {}
    for judged in found:
        item = judged.candidate.item if judged.candidate.listed else -1
        slot = (judged.start, judged.end, judged.candidate.listed, item)
        if slot not in best or _rank(judged) > _rank(best[slot]):
            best[slot] = judged
    believed = [judged for judged in best.values() if judged.score >= threshold]
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
    exact = any(name in (AS_IN_LEXICON, THIS_GENE) for name, _ in judged.evidence)
    odds = sum(weight for _, weight in judged.evidence) + exact * _EXACT
    return (round(odds, 9), len(entry.genes), -int(entry.genes[0].entrez))


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


class ReadingChooser:
    """Settles on one reading a line; keeps of ``doc.spans["genes"]`` what stands in it."""

    def match(self, doc: Doc) -> list[Judged]:
        """The chosen names of the reading of each line that holds most of them.

        The believed reading is kept unless another one makes clearly more of the line a
        name: what a second reader saw counts where the first saw nothing known. Two lines
        are taken together if a name begins in one and ends in the other.
        """
        figure: FigureText = doc.user_data["figure"]
        names: dict[int, list[Judged]] = defaultdict(list)
        for judged in judged_in(doc, GENES):
            names[judged.row].append(judged)
        best: dict[int, tuple[float, int]] = {}
        for number, row in enumerate(figure.rows):
            share = _named_share(doc, row, names.get(number, ()))
            if row.seam:
                across = any(_crosses(doc, j, row.offset + row.seam) for j in names[number])
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


def _crosses(doc: Doc, judged: Judged, seam: int) -> bool:
    """Whether a name begins in the upper of two joined lines and ends in the lower one."""
    span = doc[judged.start : judged.end]
    return span.start_char < seam < span.end_char


#: Share of a line (0 to 1) that another reading must name beyond the believed one.
SECOND_READING = 0.3


def _named_share(doc: Doc, row: Row, names: Iterable[Judged]) -> float:
    """Share of the letters and digits of a row that stand in names, weighed by score."""
    spans: dict[tuple[int, int], float] = {}
    for judged in names:
        at = (judged.start, judged.end)
        spans[at] = max(spans.get(at, 0.0), judged.score)
    if not spans:
        return 0.0
    letters = sum(char.isalnum() for char in row.text)
    named = sum(
        score * sum(char.isalnum() for char in doc[start:end].text)
        for (start, end), score in spans.items()
    )
    return named / letters if letters else 0.0


@Language.factory("gene_matcher")
def make_gene_matcher(nlp: Language, name: str) -> GeneMatcher:
    """Factory of ``GeneMatcher``; its lexicon is set by ``Namer``."""
    return GeneMatcher()


@Language.factory("gene_chooser", assigns=["doc.spans"])
def make_gene_chooser(nlp: Language, name: str) -> GeneChooser:
    """Factory of ``GeneChooser``."""
    return GeneChooser()


@Language.factory("reading_chooser", requires=["doc.spans"], assigns=["doc.spans"])
def make_reading_chooser(nlp: Language, name: str) -> ReadingChooser:
    """Factory of ``ReadingChooser``."""
    return ReadingChooser()
