from __future__ import annotations

from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.curation.diff import Diff, Renamed, diff_rows, labels
from pipeline.types import Gene, GeneRow, Source


def row(word: str, gene: str, symbol: str = "", entrez: str = "") -> GeneRow:
    """A row of the gene named ``gene``, whose id is the name too unless given."""
    return GeneRow(word, symbol or word, "bioentities_symbol", gene, entrez or gene)


MAPK1, MAPK3, MAPK14 = (row("MAPK", gene) for gene in ("MAPK1", "MAPK3", "MAPK14"))
STAT3, TP53 = row("STAT3", "STAT3"), row("p53", "TP53")


def classes(diff: Diff) -> dict[str, tuple[GeneRow, ...]]:
    """The classes that hold any rows."""
    names = ("confirmed", "missing", "new", "lexicon_added", "lexicon_removed", "refound")
    return {name: getattr(diff, name) for name in names if getattr(diff, name)}


def test_confirmed_missing_and_new() -> None:
    diff = diff_rows([STAT3, MAPK1], [TP53, STAT3])
    assert classes(diff) == {
        "confirmed": (STAT3,),
        "missing": (MAPK1,),
        "new": (TP53,),
        "refound": (STAT3,),
    }
    assert diff.renamed == ()


def test_the_lexicon_changed_a_family() -> None:
    diff = diff_rows([MAPK1, MAPK3], [MAPK3, MAPK14])
    assert classes(diff) == {
        "confirmed": (MAPK3,),
        "lexicon_removed": (MAPK1,),
        "lexicon_added": (MAPK14,),
        "refound": (MAPK3,),
    }


def test_the_lexicon_changed_an_alias() -> None:
    old, new = row("RIP-1", "KRR1", symbol="RIP1"), row("RIP1", "RIPK1")
    assert classes(diff_rows([old], [new])) == {"lexicon_removed": (old,), "lexicon_added": (new,)}


def test_renamed_genes_are_confirmed_too() -> None:
    old = row("RIG-I", "DDX58", entrez="23586")
    new = row("RIG-I", "RIGI", entrez="23586")
    diff = diff_rows([old, STAT3], [new, STAT3])
    assert diff.confirmed == (old, STAT3)
    assert diff.renamed == (Renamed(old, "RIGI"),)


def test_a_curated_gene_under_another_label() -> None:
    curated, read = row("RIP1", "RIPK1"), row("RIPK1", "RIPK1")
    # The gene is confirmed, and the label is one that no curated row has.
    assert classes(diff_rows([curated], [read])) == {"confirmed": (curated,), "new": (read,)}
    # One row of the gene is enough for the curated rows of all its labels.
    assert diff_rows([curated, read], [read]).confirmed == (curated, read)


@pytest.mark.parametrize(
    ("curated", "read"),
    [
        (row("NF-KB", "NFKB1", symbol="NF-kappaB"), row("NF-κB", "NFKB1", symbol="NFKB")),
        (row("JAK/STAT3", "STAT3", symbol="STAT3"), row("STAT3", "STAT3")),
        (row("p-Akt", "AKT1", symbol="AKT"), row("Akt", "AKT1")),
        (
            row("Interferons", "IFNA1", symbol="Interferon"),
            row("interferons", "IFNA1", symbol="IFN"),
        ),
        (row("IL-6", "IL6"), row("IL6", "IL6")),
        (row("↑", "IL6"), row("↑", "IL6")),
    ],
)
def test_equal_labels(curated: GeneRow, read: GeneRow) -> None:
    assert labels(curated) & labels(read)
    assert diff_rows([curated], [read]).refound == (read,)


@pytest.mark.parametrize(
    ("curated", "read"),
    [
        # Each is a row of one of the two labels in the word.
        (row("JAK/STAT3", "JAK1", symbol="JAK"), row("JAK/STAT3", "STAT3", symbol="STAT3")),
        (row("Mx2,Oasl", "MX2", symbol="MX2"), row("Mx2,Oasl", "OASL", symbol="OASL")),
        (row("↑", "IL6"), row("→", "IL6")),
    ],
)
def test_different_labels(curated: GeneRow, read: GeneRow) -> None:
    assert not labels(curated) & labels(read)
    assert diff_rows([curated], [read]).new == (read,)


def test_document() -> None:
    old, new = row("RIG-I", "DDX58", entrez="23586"), row("RIG-I", "RIGI", entrez="23586")
    diff = diff_rows([MAPK1, old, MAPK3, STAT3], [new, TP53, MAPK3, MAPK14])
    document = diff.document()
    assert yaml.safe_load(yaml.safe_dump(document, sort_keys=False)) == document
    family = "bioentities_symbol"
    assert document == {
        "counts": {
            "curated": 4,
            "read": 4,
            "confirmed": 2,
            "missing": 1,
            "new": 1,
            "lexicon": 2,
            "renamed": 1,
        },
        "confirmed": [
            {"word": "RIG-I", "symbol": "RIG-I", "source": family, "genes": {"23586": "DDX58"}},
            {"word": "MAPK", "symbol": "MAPK", "source": family, "genes": {"MAPK3": "MAPK3"}},
        ],
        "missing": [
            {"word": "STAT3", "symbol": "STAT3", "source": family, "genes": {"STAT3": "STAT3"}}
        ],
        "new": [{"word": "p53", "symbol": "p53", "source": family, "genes": {"TP53": "TP53"}}],
        "lexicon": [
            {
                "word": "MAPK",
                "symbol": "MAPK",
                "source": family,
                "change": change,
                "genes": {gene: gene},
            }
            for change, gene in (("added", "MAPK14"), ("removed", "MAPK1"))
        ],
        "renamed": [
            {
                "word": "RIG-I",
                "symbol": "RIG-I",
                "source": family,
                "genes": {"23586": {"old": "DDX58", "new": "RIGI"}},
            }
        ],
    }


def test_document_has_one_entry_per_label() -> None:
    document = diff_rows([MAPK1, STAT3, MAPK3, row("mapk", "MAPK1", symbol="MAPK")], []).document()
    assert [(e["word"], list(e["genes"])) for e in document["missing"]] == [  # type: ignore[attr-defined]
        ("MAPK", ["MAPK1", "MAPK3"]),
        ("STAT3", ["STAT3"]),
        ("mapk", ["MAPK1"]),
    ]


# Few names, so that rows meet in all ways.
names = st.sampled_from(["A", "a", "B", "A/B", "α", "↑", "C-1", "C1"])
rows = st.lists(
    st.builds(
        GeneRow,
        word=names,
        symbol=names,
        source=st.sampled_from([str(source) for source in Source]),
        hgnc_symbol=st.sampled_from(["G1", "G2"]),
        entrez=st.sampled_from(["1", "2", "3"]),
    ),
    max_size=8,
)


@given(curated=rows, read=rows)
def test_every_row_has_one_class(curated: list[GeneRow], read: list[GeneRow]) -> None:
    diff = diff_rows(curated, read)
    assert sorted(diff.confirmed + diff.missing + diff.lexicon_removed, key=str) == sorted(
        curated, key=str
    )
    assert sorted(diff.refound + diff.new + diff.lexicon_added, key=str) == sorted(read, key=str)
    curated_labels = {label for r in curated for label in labels(r)}
    read_labels = {label for r in read for label in labels(r)}
    read_genes = {r.entrez for r in read}
    assert all(r.entrez in read_genes for r in diff.confirmed)
    assert not any(r.entrez in read_genes for r in diff.missing + diff.lexicon_removed)
    assert all(labels(r) & read_labels for r in diff.lexicon_removed)
    assert not any(labels(r) & read_labels for r in diff.missing)
    assert not any(labels(r) & curated_labels for r in diff.new)
    assert all(labels(r) & curated_labels for r in diff.lexicon_added)
    assert {r.curated for r in diff.renamed} <= set(diff.confirmed)
    assert all(r.hgnc_symbol != r.curated.hgnc_symbol for r in diff.renamed)


@given(curated=rows, read=rows)
def test_every_row_is_in_the_document(curated: list[GeneRow], read: list[GeneRow]) -> None:
    document = diff_rows(curated, read).document()

    def listed(*names: str) -> set[tuple[str, str, str, str]]:
        return {
            (entry["word"], entry["symbol"], entry["source"], entrez)
            for name in names
            for entry in document[name]  # type: ignore[attr-defined]
            for entrez in entry["genes"]
        }

    def keys(rows: list[GeneRow]) -> set[tuple[str, str, str, str]]:
        return {(r.word, r.symbol, r.source, r.entrez) for r in rows}

    assert keys(curated) <= listed("confirmed", "missing", "lexicon")
    assert keys(read) <= listed("new", "lexicon") | keys(list(diff_rows(curated, read).refound))


@given(rows)
def test_reading_what_is_curated_changes_nothing(curated: list[GeneRow]) -> None:
    diff = diff_rows(curated, curated)
    assert diff.confirmed == diff.refound == tuple(curated)
    assert not (diff.new or diff.missing or diff.lexicon_added or diff.lexicon_removed)
    assert not diff.renamed


class Names:
    """A nomenclature: OLD, and G1 where its id is gone, are the gene G2 of the id 2."""

    def present(self, symbol: str, entrez: str) -> Gene | None:
        if entrez in ("1", "2"):
            return Gene(f"G{entrez}", entrez)
        return Gene("G2", "2") if symbol in ("OLD", "G1") else None


@pytest.mark.parametrize("entrez", ["", "99"])
def test_a_previous_symbol_stands_for_its_gene_where_the_id_is_gone(entrez: str) -> None:
    old, new = GeneRow("x", "x", "hgnc_symbol", "OLD", entrez), row("x", "G2", entrez="2")
    assert classes(diff_rows([old], [new])) == {"lexicon_removed": (old,), "lexicon_added": (new,)}
    diff = diff_rows([old], [new], Names())
    assert classes(diff) == {"confirmed": (old,), "refound": (new,)}
    assert diff.renamed == (Renamed(old, "G2", "2"),)
    assert diff.renamed[0].refreshed == GeneRow("x", "x", "hgnc_symbol", "G2", "2")
    (entry,) = diff.document()["renamed"]  # type: ignore[misc]
    assert entry["genes"] == {entrez: {"old": "OLD", "new": "G2", "entrez": "2"}}
    (entry,) = diff.document(diff.renamed)["renamed"]  # type: ignore[misc]
    assert entry["genes"][entrez]["applied"] is True


def test_rows_that_were_not_read_are_renamed_too() -> None:
    old = row("x", "OLD", entrez="2")
    assert diff_rows([old], []).renamed == ()
    diff = diff_rows([old], [], Names())
    assert diff.missing == (old,)
    assert diff.renamed == (Renamed(old, "G2"),)


@given(curated=rows, read=rows)
def test_classes_with_a_nomenclature(curated: list[GeneRow], read: list[GeneRow]) -> None:
    # Rows are read with the genes of the present lexicon.
    read = [replace(r, hgnc_symbol=f"G{r.entrez}") for r in read if r.entrez != "3"]
    diff = diff_rows(curated, read, Names())
    assert sorted(diff.confirmed + diff.missing + diff.lexicon_removed, key=str) == sorted(
        curated, key=str
    )
    assert sorted(diff.refound + diff.new + diff.lexicon_added, key=str) == sorted(read, key=str)
    names = Names()
    read_genes = {r.entrez for r in read}
    for r in curated:
        now = names.present(r.hgnc_symbol, r.entrez)
        assert (r in diff.confirmed) is ((now.entrez if now else r.entrez) in read_genes)
    for renamed in diff.renamed:
        assert renamed.refreshed != renamed.curated
    # What was refreshed is up to date.
    now_rows = {r.curated: r.refreshed for r in diff.renamed}
    again = diff_rows([now_rows.get(r, r) for r in curated], read, names)
    assert not again.renamed
    assert len(again.confirmed) == len(diff.confirmed)
