from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.curation.effects import Effect, RowEffect, records_effects, row_effects
from pipeline.errors import InputError
from pipeline.lexicon.folding import fold
from pipeline.lexicon.load import Lexicon
from pipeline.lexicon.releases import Releases
from pipeline.lexicon.tables import Term
from pipeline.records.create import new_record
from pipeline.types import Gene, GeneRow, Source


def lexicon(
    genes: dict[str, str], families: dict[str, str], terms: Sequence[tuple[str, Source, str]]
) -> Lexicon:
    table: dict[str, list[Term]] = {}
    for symbol in genes:
        table[fold(symbol)] = [Term(symbol, Source.SYMBOL, symbol, "HGNC")]
    for text, source, target in terms:
        table.setdefault(fold(text), []).append(Term(text, source, target, "HGNC"))
    for family in families:
        table.setdefault(fold(family), []).append(Term(family, Source.FAMILY, family, "FamPlex"))
    return Lexicon(genes, families, table, "test")


OLD = lexicon(
    {"DDX58": "1", "AKT1": "2", "AKT2": "3", "KRR1": "4", "RIPK1": "5", "GONE": "6", "AKT3": "7",
     "MERGED": "8"},
    {"AKT": "AKT1 AKT2"},
    [("RIP1", Source.ALIAS, "KRR1"), ("WAS", Source.ALIAS, "RIPK1")],
)  # fmt: skip
NEW = lexicon(
    {"RIGI": "1", "AKT1": "2", "AKT2": "3", "KRR1": "4", "RIPK1": "5", "AKT3": "7"},
    {"AKT": "AKT1 AKT3"},
    [("RIP1", Source.ALIAS, "RIPK1"), ("DDX58", Source.PREVIOUS, "RIGI"),
     ("MERGED", Source.PREVIOUS, "RIPK1")],
)  # fmt: skip
RELEASES = Releases(OLD, NEW)


def row(word: str, source: Source, gene: str, entrez: str) -> GeneRow:
    return GeneRow(word, word, source.value, gene, entrez)


DDX58 = row("DDX58", Source.SYMBOL, "DDX58", "1")
GONE = row("GONE", Source.SYMBOL, "GONE", "6")
MERGED = row("MERGED", Source.SYMBOL, "MERGED", "8")
RIP1 = row("RIP1", Source.ALIAS, "KRR1", "4")
WAS = row("WAS", Source.ALIAS, "RIPK1", "5")
AKT = [row("Akt", Source.FAMILY, "AKT1", "2"), row("Akt", Source.FAMILY, "AKT2", "3")]
AKT3 = row("Akt", Source.FAMILY, "AKT3", "7")
KEPT = row("KRR1", Source.SYMBOL, "KRR1", "4")
BY_HAND = row("my name", Source.ALIAS, "RIPK1", "5")


def gene(row: GeneRow) -> Gene:
    return Gene(row.hgnc_symbol, row.entrez)


@pytest.mark.parametrize(
    ("rows", "effects"),
    [
        ([DDX58], [RowEffect(Effect.RENAMED, DDX58, (gene(DDX58),), (Gene("RIGI", "1"),))]),
        ([MERGED], [RowEffect(Effect.RENAMED, MERGED, (gene(MERGED),), (Gene("RIPK1", "5"),))]),
        ([GONE], [RowEffect(Effect.WITHDRAWN, GONE, (gene(GONE),))]),
        ([RIP1], [RowEffect(Effect.CHANGED, RIP1, (gene(RIP1),), (gene(WAS),))]),
        ([WAS], [RowEffect(Effect.DROPPED, WAS, (gene(WAS),))]),
        (
            AKT,
            [
                RowEffect(Effect.LOST, AKT[1], (gene(AKT[1]),)),
                RowEffect(Effect.GAINED, AKT3, (), (gene(AKT3),)),
            ],
        ),
        # What the record has already does not come again.
        ([*AKT, AKT3], [RowEffect(Effect.LOST, AKT[1], (gene(AKT[1]),))]),
        ([KEPT, BY_HAND], []),
    ],
)
def test_effects(rows: list[GeneRow], effects: list[RowEffect]) -> None:
    assert list(row_effects(rows, RELEASES)) == effects


curated = st.lists(st.sampled_from([DDX58, GONE, MERGED, RIP1, WAS, *AKT, AKT3, KEPT, BY_HAND]))


@given(curated)
def test_a_release_that_changes_nothing_has_no_effect(rows: list[GeneRow]) -> None:
    assert list(row_effects(rows, Releases(OLD, OLD))) == []


@given(curated)
def test_effects_are_on_rows_of_the_record(rows: list[GeneRow]) -> None:
    for effect in row_effects(rows, RELEASES):
        assert (effect.row in rows) is (effect.effect is not Effect.GAINED)


def test_records_of_a_folder(tmp_path: Path) -> None:
    for figid, rows in (("b", [DDX58, KEPT]), ("a", [KEPT])):
        text = new_record(figid).with_genes(rows).text
        (tmp_path / f"{figid}.md").write_text(text, "utf-8", newline="")
    (tmp_path / "c.md").write_text("no front matter")
    (tmp_path / ".hidden.md").write_text("")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    first, second, third = records_effects(tmp_path, RELEASES)
    assert (first.figid, first.rows, first.effects) == ("a", 1, ())
    assert (second.figid, second.rows, second.counts()["renamed"]) == ("b", 2, 1)
    assert third.error is not None
    assert "front matter" in third.error.cause
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", ["", "missing"])
def test_a_folder_without_records_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="--records"):
        list(records_effects(tmp_path / name, RELEASES))
