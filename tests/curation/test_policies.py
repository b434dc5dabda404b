from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.curation.diff import Renamed, diff_rows
from pipeline.curation.policies import Policy, apply_policy, refreshable
from pipeline.types import Gene, GeneRow, Source


def row(word: str, gene: str, symbol: str = "") -> GeneRow:
    return GeneRow(word, symbol or word, "hgnc_symbol", gene, gene)


CURATED = [row("MAPK", "MAPK1"), row("IL-6", "IL6"), row("p53", "TP53"), row("MAPK", "MAPK3")]
READ = [
    row("EGFR", "EGFR"),
    row("MAPK", "MAPK14"),
    row("IL6", "IL6", symbol="IL-6"),
    row("MAPK", "MAPK3"),
    row("EGFR", "EGFR", symbol="Egfr"),
    row("JAK2", "JAK2"),
]
ADDED = [row("EGFR", "EGFR"), row("MAPK", "MAPK14"), row("JAK2", "JAK2")]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (Policy.UNION, CURATED + ADDED),
        (Policy.REPLACE, [CURATED[1], CURATED[3], *ADDED]),
        (Policy.DECIDED, CURATED),
        (Policy.REPORT, CURATED),
    ],
)
def test_policies(policy: Policy, expected: list[GeneRow]) -> None:
    diff = diff_rows(CURATED, READ)
    assert apply_policy(policy, CURATED, READ, diff) == tuple(expected)


def test_names() -> None:
    assert [str(policy) for policy in Policy] == ["union", "replace", "decided", "report"]


names = st.sampled_from(["A", "a", "B", "A/B", "C-1", "C1"])
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
def test_union_keeps_every_curated_row_in_place(
    curated: list[GeneRow], read: list[GeneRow]
) -> None:
    result = apply_policy(Policy.UNION, curated, read, diff_rows(curated, read))
    assert list(result[: len(curated)]) == curated
    pairs = [(r.word, r.entrez) for r in result[len(curated) :]]
    assert len(set(pairs)) == len(pairs)
    assert not set(pairs) & {(r.word, r.entrez) for r in curated}
    assert {r.entrez for r in result} == {r.entrez for r in curated + read}


@given(curated=rows, read=rows)
def test_replace_drops_nothing_silently(curated: list[GeneRow], read: list[GeneRow]) -> None:
    diff = diff_rows(curated, read)
    result = apply_policy(Policy.REPLACE, curated, read, diff)
    assert {r.entrez for r in result} == {r.entrez for r in read}
    assert result[: len(diff.confirmed)] == diff.confirmed
    dropped = set(curated) - set(result)
    assert dropped <= set(diff.missing + diff.lexicon_removed)


@given(curated=rows, read=rows)
def test_union_and_replace_are_stable(curated: list[GeneRow], read: list[GeneRow]) -> None:
    for policy in (Policy.UNION, Policy.REPLACE):
        once = apply_policy(policy, curated, read, diff_rows(curated, read))
        assert apply_policy(policy, once, read, diff_rows(once, read)) == once


@given(rows)
def test_blank_records_take_the_rows_as_read(read: list[GeneRow]) -> None:
    distinct = list({(r.word, r.entrez): r for r in reversed(read)}.values())[::-1]
    for policy in (Policy.UNION, Policy.REPLACE):
        result = apply_policy(policy, [], read, diff_rows([], read))
        assert set(result) == set(distinct)
        assert [read.index(r) for r in result] == sorted(read.index(r) for r in result)
    assert apply_policy(Policy.REPORT, [], read, diff_rows([], read)) == ()


PRESENT = {"1": Gene("NOW", "1"), "2": Gene("G2", "2"), "3": Gene("NOW", "1")}


class Names:
    """A nomenclature in which the gene of the id 1 has taken over the id 3."""

    def present(self, symbol: str, entrez: str) -> Gene | None:
        return PRESENT.get(entrez)


def present(row: GeneRow) -> GeneRow:
    gene = PRESENT[row.entrez]
    return replace(row, hgnc_symbol=gene.hgnc_symbol, entrez=gene.entrez)


@given(curated=rows, read=rows)
def test_refreshing_changes_the_kept_rows_that_are_renamed_and_no_other(
    curated: list[GeneRow], read: list[GeneRow]
) -> None:
    read = [present(row) for row in read]
    diff = diff_rows(curated, read, Names())
    for policy in (Policy.UNION, Policy.REPLACE):
        refreshed = refreshable(policy, diff)
        kept = tuple(curated) if policy is Policy.UNION else diff.confirmed
        assert apply_policy(policy, curated, read, diff)[: len(kept)] == kept
        result = apply_policy(policy, curated, read, diff, refreshed)
        assert result[: len(kept)] == tuple(map(present, kept))
        again = diff_rows(result, read, Names())
        assert not again.renamed
        assert apply_policy(policy, result, read, again) == result
    assert refreshable(Policy.REPORT, diff) == ()


def test_replace_refreshes_only_what_it_keeps() -> None:
    kept, dropped = GeneRow("a", "a", "hgnc_symbol", "OLD", "1"), GeneRow("b", "b", "x", "OLD", "3")
    diff = diff_rows([kept, dropped], [GeneRow("a", "a", "hgnc_symbol", "NOW", "1")])
    assert refreshable(Policy.REPLACE, diff) == (Renamed(kept, "NOW"),)
