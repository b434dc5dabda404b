from __future__ import annotations

import pytest

from pipeline.curation.decisions import Decision, Kind, Verb
from pipeline.curation.misses import Miss, Trace
from pipeline.review import words
from pipeline.review.items import Item, State
from pipeline.types import Gene, GeneRow, LexiconEntry, Line, Mention, Reading, Source, TermRow
from tests.review.runs import namer

ROW = GeneRow("TP53", "TP53", "hgnc_symbol", "TP53", "7157")
MENTION = Mention(
    "TP53",
    0,
    0,
    4,
    LexiconEntry("TP53", Source.SYMBOL, (Gene("TP53", "7157"),)),
    score=0.934,
    evidence=(("three characters", -0.4), ("approved symbol", 2.6), ("in the caption", 1.3)),
)
LINE = Line("TP53", 0.97, readings=(Reading("TP53", 0.9, "b"), Reading("TPS3", 0.4, "a")))


def item(state: State = State.NEW, **fields: object) -> Item:
    return Item("k", state, Kind.GENE, "TP53", (ROW,), **fields)  # type: ignore[arg-type]


def test_evidence_is_told_by_weight() -> None:
    assert words.pros_and_cons(item(mention=MENTION)) == (
        ("approved symbol", "in the caption"),
        ("three characters",),
    )


@pytest.mark.parametrize(
    ("label", "told"),
    [
        (
            item(mention=MENTION, line=LINE),
            "Believed 93 %; read by b, 97 % sure; also read as “TPS3”.",
        ),
        (item(mention=MENTION, line=Line("TP53", 1.0)), "Believed 93 %; text given, 100 % sure."),
        (item(State.ADDED), "Drawn by a reviewer."),
        (
            item(State.LEXICON, removes=True),
            "The label was read; the lexicon no longer gives this gene for it.",
        ),
        (item(State.MISSING), "It is curated and was not read."),
    ],
)
def test_why_a_label_is_shown(label: Item, told: str) -> None:
    assert words.summary(label, None) == told


@pytest.mark.parametrize("miss", set(Miss) - {Miss.FAILED, Miss.UNPRINTED})
def test_every_cause_that_can_be_seen_has_a_sentence(miss: Miss) -> None:
    told = words.missing(Trace(miss, 0, "XYZ", "ABC"), "TP53")
    assert told.endswith("It was taken for ABC.")
    assert "XYZ" in told or miss is Miss.UNDETECTED


def test_a_word_that_one_reader_saw() -> None:
    assert words.missing(Trace(Miss.MISREAD, 0, "tp-53"), "TP53") == (
        "One reader saw “tp-53”, and another was believed."
    )


def test_names_and_decisions() -> None:
    lexicon = namer().lexicon
    assert words.gene_name(item(), lexicon) == "tumor protein p53"
    term = Item("k", State.NEW, Kind.CHEMICAL, "water", (TermRow("water", "MeSH", "D014867"),))
    assert words.gene_name(term, lexicon) == "MeSH D014867"
    many = tuple(GeneRow("x", "x", "bioentities_symbol", f"G{n}", str(n)) for n in range(5))
    picked = Decision(Verb.REPLACE, Kind.GENE, (ROW,), many)
    assert words.decided(picked) == "replaced by G0, G1, G2 and 2 more"
