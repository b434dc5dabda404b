from __future__ import annotations

import pytest

from pipeline.curation.decisions import Kind, label_key
from pipeline.errors import UsageError
from pipeline.review.choices import ALTERNATIVES, RESULTS, Chooser
from pipeline.review.items import Item, State
from pipeline.types import GeneRow, Line, Reading, TermRow
from tests.review.runs import namer


@pytest.fixture(scope="module")
def chooser() -> Chooser:
    return Chooser(namer().lexicon)


def item(row: GeneRow | TermRow, kind: Kind = Kind.GENE, *readings: str) -> Item:
    line = Line(row.word, 0.9, readings=tuple(Reading(text, 0.9, "a") for text in readings))
    return Item(label_key(kind, [row]), State.NEW, kind, row.word, (row,), line=line)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("TP53", "gene:TP53"),
        ("HDM2", "gene:MDM2"),
        ("stat3", "gene:STAT3"),
        ("NF-κB", "family:NFkappaB"),
        ("epidermal growth factor receptor", "gene:EGFR"),
    ],
)
def test_what_is_typed_is_found_first(chooser: Chooser, text: str, first: str) -> None:
    assert chooser.search(text, Kind.GENE)[0].id == first


def test_the_beginning_of_a_name_is_enough(chooser: Chooser) -> None:
    found = chooser.search("STAT", Kind.GENE)
    assert "gene:STAT3" in [choice.id for choice in found]
    assert len(found) == len({choice.id for choice in found}) <= RESULTS


def test_a_kind_is_kept_to(chooser: Chooser) -> None:
    assert {choice.kind for choice in chooser.search("water", Kind.CHEMICAL)} == {Kind.CHEMICAL}
    assert chooser.search("TP53", Kind.DISEASE) == ()
    assert Kind.CHEMICAL in {choice.kind for choice in chooser.search("water", None)}


@pytest.mark.parametrize("text", ["", " ", "—", "qqqqzzzz"])
def test_nothing_is_found_for_nothing(chooser: Chooser, text: str) -> None:
    assert chooser.search(text, None) == ()


def test_rows_of_a_choice(chooser: Chooser) -> None:
    assert chooser.rows("gene:TP53", "p53") == (
        Kind.GENE,
        (GeneRow("p53", "P53", "hgnc_alias_symbol", "TP53", "7157"),),
    )
    assert chooser.rows("gene:TP53", "STAT3")[1] == (
        GeneRow("STAT3", "TP53", "hgnc_symbol", "TP53", "7157"),
    )
    kind, rows = chooser.rows("family:NFkappaB", "NF-kB")
    assert kind is Kind.GENE
    assert {row.hgnc_symbol for row in rows if isinstance(row, GeneRow)} >= {"RELA", "NFKB1"}
    choice = chooser.search("water", Kind.CHEMICAL)[0]
    (row,) = chooser.rows(choice.id, "H2O")[1]
    assert isinstance(row, TermRow)
    assert (row.word, row.source) == ("H2O", "MeSH")


@pytest.mark.parametrize("choice", ["", "gene:", "gene:NOPE", "family:NOPE", "nonsense:x", "gene"])
def test_what_is_no_choice_gives_no_rows(chooser: Chooser, choice: str) -> None:
    with pytest.raises(UsageError, match="no such entry"):
        chooser.rows(choice, "x")


def test_alternatives_are_other_meanings_and_other_readings(chooser: Chooser) -> None:
    row = GeneRow("RIP1", "RIP1", "hgnc_alias_symbol", "RIPK1", "8737")
    found = chooser.alternatives(item(row, Kind.GENE, "RIP1", "STAT3"))
    ids = [choice.id for choice in found]
    assert "gene:KRR1" in ids
    assert "gene:RIPK1" not in ids, "it stands for that already"
    read = next(choice for choice in found if choice.id == "gene:STAT3")
    assert read.how.startswith("read as STAT3: ")
    assert len(found) <= ALTERNATIVES
