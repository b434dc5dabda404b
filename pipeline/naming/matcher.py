"""The spaCy component that finds everything that may be a gene, and judges it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.lexicon.load import Lexicon
from pipeline.naming.candidates import CONFUSION, Search, candidates
from pipeline.naming.choosers import SECOND_READING, choose_longest, named_share
from pipeline.naming.evidence import (
    LARGE_ALONE,
    LIKE_NAME,
    MANY,
    RELATIVE,
    SIBLING,
    Case,
    Evidence,
    Judge,
    figure_of,
    in_caption,
    score,
)
from pipeline.naming.figure_rows import Row, letters_in
from pipeline.naming.judged import CANDIDATES, FigureText, Judged, by_row
from pipeline.naming.surroundings import signs
from pipeline.naming.tokenizer import Tokens, row_tokens

#: Fewest letters and digits of a name.
_SHORTEST = 2

#: In readings less sure than this (0 to 1) names are not searched for misread ones, too.
_UNLIKELY = 0.4

#: A name that is as likely as not vouches for its relatives.
_LIKELY = 0.5


class GeneMatcher:
    """Finds every span that the lexicon could name; assigns ``doc.user_data["candidates"]``."""

    lexicon: Lexicon
    judge: Judge
    search: Search
    threshold: float

    def match(self, doc: Doc, *, every_reading: bool = False) -> list[Judged]:
        """Candidates of all lines, judged.

        Args:
            doc: the figure's document.
            every_reading: look at all readings; otherwise other readings of a line only
                where what is named in the believed one leaves room for them.
        """
        figure: FigureText = doc.user_data["figure"]
        tokens = row_tokens(doc)
        believed = [at for at, row in enumerate(figure.rows) if row.believed]
        found = [name for at in believed for name in self._in_row(figure, at, tokens[at])]
        case = self.judge.case(figure.context, figure_of(judged.candidate for judged, _ in found))
        weighed = [_judged(case, figure, *name) for name in found]
        settled = set() if every_reading else self._settled(doc, weighed)
        others = [
            at for at, row in enumerate(figure.rows) if not row.believed and row.line not in settled
        ]
        weighed += [
            _judged(case, figure, *name)
            for at in others
            for name in self._in_row(figure, at, tokens[at])
        ]
        return self._beside_relatives(self._against_caption(weighed), figure.rows)

    def _in_row(
        self, figure: FigureText, number: int, tokens: Tokens
    ) -> Iterator[tuple[Judged, tuple[str, ...]]]:
        """What a row may name, each with the evidence from around it."""
        row, words, spaces = figure.rows[number], tokens.words, tokens.spaces
        if letters_in(row.text) < _SHORTEST:
            return
        search = self.search if row.confidence >= _UNLIKELY else None
        for each in candidates(
            words, spaces, self.lexicon, figure.context.long_forms, search, row.alternatives
        ):
            seen = signs(words, spaces, each.start, each.end, row.goes_on)
            alone = not each.start and each.end == len(words)
            large = alone and len(each.entry.genes) > MANY
            place = tokens.start + each.start, tokens.start + each.end, number
            yield Judged(each, *place), (*seen, LARGE_ALONE) if large else tuple(seen)

    def _settled(self, doc: Doc, found: Sequence[Judged]) -> set[int]:
        """Lines of which the believed reading names so much that no other can name clearly more."""
        names = by_row(choose_longest(found, self.threshold))
        rows = doc.user_data["figure"].rows
        return {
            rows[at].line
            for at, judged in names.items()
            if not rows[at].seam and named_share(doc, rows[at], judged) >= 1.0 - SECOND_READING
        }

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


def _judged(case: Case, figure: FigureText, judged: Judged, around: Iterable[str]) -> Judged:
    """The candidate with its own evidence."""
    confidence = figure.rows[judged.row].confidence
    return _weighed(judged, case.evidence(judged.candidate, confidence, around))


def _weighed(judged: Judged, evidence: Evidence) -> Judged:
    place = judged.start, judged.end, judged.row
    return Judged(judged.candidate, *place, evidence, score(evidence))


def _apart(one: Judged, other: Judged, rows: Sequence[Row]) -> bool:
    """Whether two names are two prints: of other lines, or apart in one reading of a line."""
    if one.row == other.row:
        return one.end <= other.start or other.end <= one.start
    lines = [{rows[judged.row].line, rows[judged.row].below} - {-1} for judged in (one, other)]
    return lines[0].isdisjoint(lines[1])


@Language.factory("gene_matcher")
def make_gene_matcher(nlp: Language, name: str) -> GeneMatcher:
    """Factory of ``GeneMatcher``; its lexicon is set by ``Namer``."""
    return GeneMatcher()
