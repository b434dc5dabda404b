"""Lines of a figure to the genes, families, chemicals and diseases that they mention."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.lexicon.load import Lexicon
from pipeline.naming.confusions import load_confusions
from pipeline.naming.context import read_context
from pipeline.naming.meanings import load_meanings
from pipeline.naming.weights import load_weights
from pipeline.types import ConceptMention, Line, Mention, Names

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from pipeline.naming.concepts import Found
    from pipeline.naming.judged import Judged


class Namer:
    """Names what a figure shows with a spaCy pipeline of our components."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Build the pipeline around ``lexicon``.

        Raises:
            LexiconError: a list of other meanings is missing or malformed.
        """
        self.lexicon = lexicon
        self.nlp = _pipeline(lexicon)

    def name(self, lines: Sequence[Line], context: str = "") -> tuple[Mention, ...]:
        """Genes and families in reading order; see ``names``."""
        return self.names(lines, context).genes

    def names(self, lines: Sequence[Line], context: str = "") -> Names:
        """Everything named, in reading order.

        Args:
            lines: the figure's lines, in reading order.
            context: caption and titles; curated rows must not be part of it.
        """
        from pipeline.naming.concepts import concept_spans
        from pipeline.naming.judged import GENES, judged_in

        # Without a memory zone spaCy keeps every word of every figure for good.
        with self.nlp.memory_zone():
            doc = self._text(lines, context)
            for _, component in self.nlp.pipeline:
                doc = component(doc)
            return Names(
                tuple(
                    _mention(doc, judged, lines, whole_words=self.lexicon.like_for_like)
                    for judged in judged_in(doc, GENES)
                ),
                tuple(_concept(doc, found, lines) for found in concept_spans(doc)),
            )

    def candidates(self, lines: Sequence[Line], context: str = "") -> Doc:
        """The document of a figure with everything that could be a gene, judged, none chosen."""
        from pipeline.naming.matcher import GeneMatcher

        matcher = self.nlp.get_pipe("gene_matcher")
        assert isinstance(matcher, GeneMatcher)
        doc = self._text(lines, context)
        matcher.set_annotations(doc, matcher.match(doc, every_reading=True))
        return doc

    def readings(self, doc: Doc) -> list[Judged]:
        """Of the genes chosen in a document, those of the readings that are settled on."""
        from pipeline.naming.choosers import ReadingChooser

        return ReadingChooser().match(doc)

    def versions(self) -> dict[str, str]:
        """Versions of everything that decides what is named."""
        from importlib.metadata import version

        from pipeline import __version__
        from pipeline.naming.concept_names import load_limits

        return {
            "naming": __version__,
            "lexicon": self.lexicon.version,
            "meanings": load_meanings().version,
            "confusions": load_confusions().version,
            "weights": load_weights().version,
            "concept limits": load_limits().version,
            "spacy": version("spacy"),
        }

    def _text(self, lines: Sequence[Line], context: str) -> Doc:
        from pipeline.naming.figure_rows import rows_of
        from pipeline.naming.judged import FigureText

        rows = rows_of(lines)
        printed = "\n".join(row.text for row in rows)
        doc = self.nlp.make_doc(printed)
        doc.user_data["figure"] = FigureText(rows, read_context(context, printed))
        return doc


def _pipeline(lexicon: Lexicon) -> Language:
    from pipeline.naming.quick_spacy import import_spacy

    import_spacy()
    from spacy.language import Language
    from spacy.vocab import Vocab

    from pipeline.naming.candidates import Search
    from pipeline.naming.choosers import GeneChooser
    from pipeline.naming.concept_names import load_limits
    from pipeline.naming.concepts import ConceptMatcher
    from pipeline.naming.evidence import Judge
    from pipeline.naming.matcher import GeneMatcher
    from pipeline.naming.tokenizer import LabelTokenizer

    # spacy.blank("en") would load what English text needs, and labels do not.
    nlp = Language(Vocab(), create_tokenizer=lambda nlp: LabelTokenizer(nlp.vocab))
    nlp.max_length = sys.maxsize  # spaCy's limit is for its parsers, which are not used
    matcher = nlp.add_pipe("gene_matcher")
    assert isinstance(matcher, GeneMatcher)
    # PFOCR's own lexicon is matched as published, which nothing was fitted to.
    weights = load_weights(prior=lexicon.like_for_like)
    matcher.lexicon, matcher.judge = lexicon, Judge(lexicon, load_meanings(), weights)
    matcher.search = Search(lexicon, load_confusions())
    matcher.threshold = weights.threshold
    chooser = nlp.add_pipe("gene_chooser")
    assert isinstance(chooser, GeneChooser)
    chooser.threshold = weights.threshold
    nlp.add_pipe("reading_chooser")
    finder = nlp.add_pipe("concept_matcher")
    assert isinstance(finder, ConceptMatcher)
    finder.concepts, finder.limits = lexicon.concepts, load_limits()
    return nlp


def _mention(
    doc: Doc, judged: Judged, lines: Sequence[Line], *, whole_words: bool = False
) -> Mention:
    """The mention; with ``whole_words`` up to the blanks around it, as PFOCR gives words."""
    candidate = judged.candidate
    row = doc.user_data["figure"].rows[judged.row]
    span = doc[judged.start : judged.end]
    start, end = span.start_char - row.offset, span.end_char - row.offset
    if whole_words:
        start = row.text.rfind(" ", 0, start) + 1
        end = min(at for at in (row.text.find(" ", end), len(row.text)) if at >= 0)
    return Mention(
        text=row.text[start:end],
        line=row.line,
        start=start,
        end=end,
        entry=candidate.entry,
        rules=(("list",) if candidate.listed else ()) + candidate.variant.rules,
        score=judged.score,
        region=lines[row.line].region,
        evidence=judged.evidence,
        reading=row.text,
    )


def _concept(doc: Doc, found: Found, lines: Sequence[Line]) -> ConceptMention:
    row = doc.user_data["figure"].rows[found.row]
    span = doc[found.start : found.end]
    return ConceptMention(
        text=span.text,
        word=found.word,
        line=row.line,
        start=span.start_char - row.offset,
        end=span.end_char - row.offset,
        kind=found.term.kind,
        term=found.term.text,
        identifier=found.term.identifier,
        rules=found.rules,
        region=lines[row.line].region,
        reading=row.text,
    )
