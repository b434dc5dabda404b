from __future__ import annotations

from pipeline.naming.namer import Namer
from pipeline.naming.rows import gene_rows
from pipeline.types import Gene, GeneRow, LexiconEntry, Line, Mention, Source

TP53 = LexiconEntry("p53", Source.ALIAS, (Gene("TP53", "7157"),))
ERK = LexiconEntry("ERK", Source.FAMILY, (Gene("MAPK1", "5594"), Gene("MAPK3", "5595")), "ERK")


def mention(text: str, entry: LexiconEntry, line: int = 0) -> Mention:
    return Mention(text, line, 0, len(text), entry)


def test_one_row_per_gene_in_reading_order() -> None:
    assert gene_rows([mention("ERK", ERK), mention("p53", TP53)]) == (
        GeneRow("ERK", "ERK", "bioentities_symbol", "MAPK1", "5594"),
        GeneRow("ERK", "ERK", "bioentities_symbol", "MAPK3", "5595"),
        GeneRow("p53", "p53", "hgnc_alias_symbol", "TP53", "7157"),
    )


def test_a_word_that_stands_twice_gives_one_row_two_words_two_rows() -> None:
    mentions = [mention("p53", TP53), mention("P53", TP53, 1), mention("p53", TP53, 2)]
    assert [row.word for row in gene_rows(mentions)] == ["p53", "P53"]


def test_no_mentions_no_rows() -> None:
    assert gene_rows([]) == ()


def test_rows_of_a_figure(namer: Namer) -> None:
    lines = [Line("STAT1/2"), Line("p-ERK"), Line("STAT1"), Line("STAT1/2")]
    assert [(row.word, row.hgnc_symbol) for row in gene_rows(namer.name(lines))] == [
        ("STAT1/2", "STAT1"),
        ("STAT1/2", "STAT2"),
        ("p-ERK", "MAPK1"),
        ("p-ERK", "MAPK3"),
        ("STAT1", "STAT1"),
    ]
