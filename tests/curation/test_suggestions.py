from __future__ import annotations

from pipeline.curation.decisions import Decided, Decision, Kind, Verb, Verdict
from pipeline.curation.suggestions import Advice, suggestions
from pipeline.types import GeneRow, TermRow


def row(word: str, gene: str) -> GeneRow:
    return GeneRow(word, word, "hgnc_symbol", gene, "1")


P53, IRF6, RIPK1, KRR1 = (
    row("p53", "TP53"),
    row("LPS", "IRF6"),
    row("RIP1", "RIPK1"),
    row("RIP1", "KRR1"),
)
WATER = TermRow("water", "MeSH", "D014867")


def gene(verb: Verb, *rows: GeneRow, chosen: tuple[GeneRow, ...] = ()) -> Decision:
    return Decision(verb, Kind.GENE, rows, chosen)


def told(*figures: Decided) -> list[tuple[str, str, tuple[str, ...], int, int]]:
    return [
        (s.advice.value, s.word, s.meaning, len(s.for_it), len(s.against))
        for s in suggestions(figures)
    ]


def test_decisions_are_counted_by_figure_and_name() -> None:
    figures = (
        Decided("a", (gene(Verb.ACCEPT, P53), gene(Verb.REJECT, IRF6))),
        Decided("b", (gene(Verb.ACCEPT, row("P-53", "TP53")), gene(Verb.REJECT, IRF6))),
        Decided("c", (gene(Verb.REJECT, IRF6),)),
        Decided("d", (gene(Verb.ACCEPT, IRF6), Decision(Verb.ACCEPT, Kind.CHEMICAL, (WATER,)))),
    )
    assert told(*figures) == [
        ("drop", "LPS", ("IRF6",), 1, 3),
        ("keep", "P-53", ("TP53",), 2, 0),
        ("keep", "water", ("D014867",), 1, 0),
    ]


def test_another_meaning_speaks_for_itself_and_against_the_old_one() -> None:
    picked = Decided("a", (gene(Verb.REPLACE, KRR1, chosen=(RIPK1,)),))
    assert told(picked) == [
        ("drop", "RIP1", ("KRR1",), 0, 1),
        ("add", "RIP1", ("RIPK1",), 1, 0),
    ]


def test_a_mended_word_is_no_vote_against_the_gene() -> None:
    mended = Decided("a", (gene(Verb.REPLACE, row("P-53", "TP53"), chosen=(P53,)),))
    assert told(mended) == [("add", "p53", ("TP53",), 1, 0)]


def test_what_was_added_is_suggested_with_all_its_genes() -> None:
    family = (row("AKT", "AKT2"), row("AKT", "AKT1"))
    added = Decided("a", (gene(Verb.ADD, chosen=family),))
    assert told(added) == [("add", "AKT", ("AKT1", "AKT2"), 1, 0)]


def test_figures_set_aside_and_unreadable_labels_say_nothing() -> None:
    aside = Decision(Verb.VERDICT, Kind.FIGURE, verdict=Verdict.NOT_A_PATHWAY)
    figures = (
        Decided("a", (gene(Verb.ACCEPT, P53), aside)),
        Decided("b", (gene(Verb.UNREADABLE, P53),)),
    )
    assert told(*figures) == []


def test_the_last_decision_counts_and_a_tie_keeps() -> None:
    figures = (
        Decided("a", (gene(Verb.REJECT, P53), gene(Verb.ACCEPT, P53))),
        Decided("b", (gene(Verb.REJECT, P53),)),
    )
    (found,) = suggestions(figures)
    assert (found.advice, found.for_it, found.against) == (Advice.KEEP, {"a"}, {"b"})
