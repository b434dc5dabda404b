from __future__ import annotations

import pytest

from pipeline.curation.misses import Miss, Trace, Tracer
from pipeline.lexicon.load import Lexicon
from pipeline.lexicon.tables import Term
from pipeline.types import Gene, GeneRow, LexiconEntry, Line, Mention, Reading, Source

GENES = {"STAT3": "6774", "IL6": "3569", "IL8": "3576", "TP53": "7157"}
LEXICON = Lexicon(
    GENES, {}, {s: [Term(s, Source.SYMBOL, s, "double")] for s in GENES}, version="double"
)


def row(word: str, gene: str, symbol: str = "") -> GeneRow:
    return GeneRow(word, symbol or word, "hgnc_symbol", gene, GENES.get(gene, "1"))


def mention(text: str, gene: str, line: int = 0) -> Mention:
    entry = LexiconEntry(gene, Source.SYMBOL, (Gene(gene, GENES.get(gene, "1")),))
    return Mention(text, line, 0, len(text), entry)


def trace(curated: GeneRow, *lines: Line | str, mentions: tuple[Mention, ...] = ()) -> Trace:
    given = [line if isinstance(line, Line) else Line(line) for line in lines]
    return Tracer(given, mentions, LEXICON).trace(curated)


STAT3 = row("STAT3", "STAT3")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], Trace(Miss.UNDETECTED)),
        (["nucleus", "IL-6"], Trace(Miss.UNDETECTED)),
        (["nucleus", "STAT3"], Trace(Miss.FILTERED, 1, "STAT3")),
        (["p-STAT3, JAK (STAT3)"], Trace(Miss.FILTERED, 0, "STAT3")),
        (["STAT 3"], Trace(Miss.FILTERED, 0, "STAT 3")),
        (["STAIS"], Trace(Miss.UNDETECTED)),  # two of five differ
        (["STATS"], Trace(Miss.MISREAD, 0, "STATS")),
        (["JAKSTAT3"], Trace(Miss.SPLIT, 0, "JAKSTAT3")),
        (["x", "STA", "T3"], Trace(Miss.SPLIT, 1, "STA")),
    ],
)
def test_where_a_word_stands(lines: list[str], expected: Trace) -> None:
    assert trace(STAT3, *lines) == expected


def test_another_reader_saw_it() -> None:
    line = Line("5TAT8", readings=(Reading("5TAT8", 0.9, "a"), Reading("STAT3", 0.4, "b")))
    assert trace(STAT3, line) == Trace(Miss.MISREAD, 0, "STAT3")


def test_what_it_was_taken_for() -> None:
    found = trace(row("RIP1", "KRR1"), "RIP1", mentions=(mention("RIP1", "RIPK1"),))
    assert found == Trace(Miss.NOT_IN_LEXICON, 0, "RIP1", "RIPK1")


def test_a_gene_beside_it_is_no_misreading() -> None:
    assert trace(row("IL6", "IL6"), "IL8") == Trace(Miss.MISREAD, 0, "IL8")
    named = (mention("IL8", "IL8"),)
    assert trace(row("IL6", "IL6"), "IL8", mentions=named) == Trace(Miss.UNDETECTED)


def test_short_words_are_looked_for_as_they_are() -> None:
    assert trace(row("Rb", "RB1"), "Re", "carbon").miss is Miss.UNDETECTED
    assert trace(row("Rb", "RB1"), "Rb").miss is Miss.NOT_IN_LEXICON


def test_of_a_compound_word_the_term_counts() -> None:
    compound = row("JAK/STAT3", "STAT3", symbol="STAT3")
    assert trace(compound, "JAK", "STAT3").miss is Miss.FILTERED
