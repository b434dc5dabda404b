"""Chemicals and diseases: the spaCy component that finds them beside the genes.

It works on the rows that the genes were chosen in. A token of a chosen gene belongs to no
chemical: ``NO`` of ``NOS`` is none, and where a name can be both, the gene's evidence has
already been weighed against the other meaning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from unicodedata import normalize

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.lexicon.concepts import Concepts
from pipeline.lexicon.folding import fold
from pipeline.lexicon.tables import MeshTerm
from pipeline.naming.candidates import same_breaks
from pipeline.naming.choosers import SECOND_READING
from pipeline.naming.concept_names import (
    MISREADINGS,
    Limits,
    as_printed,
    is_word,
    spellings,
)
from pipeline.naming.figure_rows import Row
from pipeline.naming.judged import GENES, FigureText, crosses, judged_in, share_of
from pipeline.naming.surroundings import CLOSED_BY
from pipeline.naming.tokenizer import Tokens, row_tokens, written

CONCEPTS = "concepts"

#: Longest name looked for, in tokens (separators counted) and in characters.
_TOKENS = 9
_LENGTH = 64

#: A longer name without blanks is one, whatever brackets and signs it holds.
_LONG = 9

#: Readings less sure than this are good for words, which the lexicon vouches for, but not
#: for abbreviations and formulas.
_SURE_READING = 0.4

#: Tokens other than names that a chemical may begin and end with: charges and brackets.
_OPENING = frozenset("+-−–⁺⁻•([")
_CLOSING = frozenset("+-−⁺⁻•*)]")
_OPENED_BY = {closing: opening for opening, closing in CLOSED_BY.items()}


@dataclass(frozen=True, slots=True)
class Found:
    """A chemical or disease in a row; tokens are counted in the document.

    ``word`` is the name as printed: what was read, or what it was mended to.
    """

    term: MeshTerm
    word: str
    start: int
    end: int
    row: int
    rules: tuple[str, ...] = ()


#: The term, the name as printed, the rules that led there, whether captions must support it.
_Meaning = tuple[MeshTerm, str, tuple[str, ...], bool]


class _Supported:
    """MeSH ids of what caption and titles name by a word of some length.

    Few figures ask, so that they are looked up when the first is asked for.
    """

    def __init__(self, concepts: Concepts, keys: Collection[str]) -> None:
        self._concepts, self._keys = concepts, keys

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._identifiers

    @cached_property
    def _identifiers(self) -> set[str]:
        known = self._concepts.keys()
        return {
            term.identifier
            for key in self._keys
            if len(key) > 4
            for spelt in (key, f"{key}S", key.removesuffix("S"))
            if spelt in known
            for term in self._concepts.find(spelt)
        }


class ConceptMatcher:
    """Finds chemicals and diseases; assigns ``doc.spans["concepts"]``."""

    concepts: Concepts
    limits: Limits

    def __init__(self) -> None:
        # The readings of a line mostly have most of their words in common.
        self._known = lru_cache(maxsize=16384)(self._looked_up)

    def match(self, doc: Doc) -> list[Found]:
        """Chemicals and diseases in reading order, none of them on a chosen gene."""
        figure: FigureText = doc.user_data["figure"]
        supported = _Supported(self.concepts, figure.context.keys)
        genes: dict[int, set[int]] = defaultdict(set)
        for judged in judged_in(doc, GENES):
            genes[judged.row].update(range(judged.start, judged.end))
        settled = _settled(figure.rows, genes)
        found = {
            number: self._in_row(number, row, tokens, genes[number], supported)
            for number, (row, tokens) in enumerate(zip(figure.rows, row_tokens(doc), strict=False))
            if row.seam or settled.get(row.line, number) == number
        }
        return _chosen(doc, figure.rows, found, settled)

    def set_annotations(self, doc: Doc, found: Iterable[Found]) -> None:
        """Write what was found as spans; labels are CHEMICAL and DISEASE."""
        chosen = list(found)
        doc.user_data[CONCEPTS] = chosen
        doc.spans[CONCEPTS] = [
            Span(doc, f.start, f.end, label=f.term.kind.upper(), kb_id=f.term.identifier)
            for f in chosen
        ]

    def __call__(self, doc: Doc) -> Doc:
        """Match and annotate."""
        self.set_annotations(doc, self.match(doc))
        return doc

    def _in_row(
        self,
        number: int,
        row: Row,
        tokens: Tokens,
        genes: Collection[int],
        supported: _Supported,
    ) -> list[Found]:
        """The longest names of a row first; no two share a token."""
        words, spaces, start = tokens.words, tokens.spaces, tokens.start
        free = [start + index not in genes for index in range(len(words))]
        hits = []
        for first, last in _windows(words, spaces, free):
            text = written(words, spaces, first, last)
            if len(text) > _LENGTH:
                continue
            sure = row.confidence >= _SURE_READING
            named = self._known(text, single=last == first + 1, sure=sure)
            if not named or self._is_part(words, spaces, first, last):
                continue
            for term, word, rules, ambiguous in named:
                if not ambiguous or term.identifier in supported:
                    hits.append(Found(term, word, start + first, start + last, number, rules))
                    break
        return _apart(hits)

    def _looked_up(self, text: str, *, single: bool, sure: bool) -> tuple[_Meaning, ...]:
        """What a text may mean, the best first; more than one only where that is ambiguous."""
        if as_printed(text) in self.limits.ambiguous:
            return tuple((term, text, (), True) for term in self.concepts.find(fold(text)))
        if fold(text) in self.limits.generic:
            return ()
        for spelling, rules in spellings(text):
            terms = self.concepts.find(fold(spelling))
            # PI may be the phosphatidylinositol where Pi is the phosphate.
            terms = tuple(t for t in terms if as_printed(t.text) == as_printed(spelling)) or terms
            for term in terms:
                if fold(term.text) in self.limits.generic:
                    continue
                if not is_word(term.text) and (
                    as_printed(term.text) != as_printed(spelling) or not sure
                ):
                    continue
                whole = len(text) > _LONG and " " not in text  # (methyl)cobalamin
                if single or whole or same_breaks(normalize("NFKC", spelling), term.text):
                    word = text if MISREADINGS.isdisjoint(rules) else spelling
                    return ((term, word, rules, False),)
        return ()

    def _is_part(self, words: Sequence[str], spaces: Sequence[bool], start: int, end: int) -> bool:
        """Whether the name is only part of another one (``glucose transporter``, ``ATP-ase``)."""
        if start and not spaces[start - 1] and words[start - 1] in ("-", "–", "'"):
            return start > 1 and words[start - 2].isalnum()
        if end == len(words):
            return False
        if not spaces[end - 1] and words[end] in ("-", "–"):
            return end + 1 < len(words) and words[end + 1][0].isalpha()
        return words[end].lower() in self.limits.heads


def _windows(
    words: Sequence[str], spaces: Sequence[bool], free: Sequence[bool]
) -> Iterator[tuple[int, int]]:
    """Token spans that may be a name: within free tokens, names or charges at both ends.

    A charge stands close to its name, and a bracket that ends a name was opened in it.
    """
    for start, word in enumerate(words):
        opens = word in _OPENING and not spaces[start]
        if not free[start] or not (word[0].isalnum() or opens):
            continue
        for end in range(start + 1, min(start + _TOKENS, len(words)) + 1):
            last = words[end - 1]
            if not free[end - 1]:
                break
            closes = last in _CLOSING and end > start + 1
            if (last[0].isalnum() or closes) and _closed(words, start, end):
                yield start, end


def _closed(words: Sequence[str], start: int, end: int) -> bool:
    """Whether the brackets at either end of a name have their other half within it.

    Brackets around all of a name are no part of it.
    """
    closing, opening = CLOSED_BY.get(words[start]), _OPENED_BY.get(words[end - 1])
    return (not closing or closing in words[start : end - 1]) and (
        not opening or opening in words[start + 1 : end]
    )


def _apart(hits: list[Found]) -> list[Found]:
    taken: set[int] = set()
    kept = []
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, hit.start)):
        tokens = range(hit.start, hit.end)
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def _settled(rows: Sequence[Row], named: Iterable[int]) -> dict[int, int]:
    """Row by line, for the lines of which a reading with chosen genes (``named``) is settled on."""
    return {line: at for at in named for line in (rows[at].line, rows[at].below)}


def _chosen(
    doc: Doc, rows: Sequence[Row], found: Mapping[int, list[Found]], settled: Mapping[int, int]
) -> list[Found]:
    """What was found in one reading a line, and in labels broken over two lines.

    Where a reading is ``settled`` on, that; of the others the one of which the concepts make
    up most, the believed one unless another is clearly better. Of two joined lines only a
    name that stands on both counts, and it takes the place of what was found in either.
    """
    best: dict[int, tuple[float, int]] = {}
    across: list[Found] = []
    for number, row in enumerate(rows):
        hits = found.get(number, [])
        if row.seam:
            if settled.get(row.line) == number or settled.keys().isdisjoint((row.line, row.below)):
                across += [hit for hit in hits if crosses(doc, hit.start, hit.end, row)]
            continue
        share = share_of(doc, row, {(hit.start, hit.end): 1.0 for hit in hits})
        share -= 0.0 if row.believed else SECOND_READING
        if row.believed or share > best[row.line][0]:
            best[row.line] = (share, number)
    covered: set[int] = set()
    kept: list[Found] = []
    for hit in across:
        lines = {rows[hit.row].line, rows[hit.row].below}
        if covered.isdisjoint(lines):
            covered |= lines
            kept.append(hit)
    for line, (_, number) in best.items():
        if line not in covered:
            kept += found.get(settled.get(line, number), [])
    unique = dict.fromkeys(kept)  # a joined row settles two lines
    return sorted(unique, key=lambda hit: (rows[hit.row].line, hit.start))


def concept_spans(doc: Doc) -> list[Found]:
    """The chemicals and diseases of a document, in reading order."""
    return list(doc.user_data.get(CONCEPTS, ()))


@Language.factory("concept_matcher", requires=["doc.spans"], assigns=["doc.spans"])
def make_concept_matcher(nlp: Language, name: str) -> ConceptMatcher:
    """Factory of ``ConceptMatcher``; its lexicon is set by ``Namer``."""
    return ConceptMatcher()
