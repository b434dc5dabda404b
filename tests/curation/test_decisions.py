from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.curation.decisions import (
    Decided,
    Decision,
    Kind,
    Verb,
    Verdict,
    apply_decisions,
    label_key,
)
from pipeline.records.create import new_record
from pipeline.records.frontmatter import Record, parse_record
from pipeline.types import GeneRow, TermRow


def row(word: str, gene: str) -> GeneRow:
    return GeneRow(word, word, "hgnc_symbol", gene, str(sum(map(ord, gene))))


A, B, C = row("p53", "TP53"), row("IL-6", "IL6"), row("JAK", "JAK1")
D, E = row("STAT", "STAT3"), row("EGFR", "EGFR")
WATER = TermRow("water", "MeSH", "D014867")


def gene(verb: Verb, *rows: GeneRow, chosen: tuple[GeneRow, ...] = ()) -> Decision:
    return Decision(verb, Kind.GENE, rows, chosen)


def decided(*decisions: Decision) -> Decided:
    return Decided("f", decisions)


@pytest.fixture
def record(tmp_path: Path) -> Record:
    metadata = tmp_path / "f.yml"
    metadata.write_text("caption: How they act\n")
    return new_record("f", metadata).with_genes([A, B, C])


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (gene(Verb.ACCEPT, A), [A, B, C]),
        (gene(Verb.ACCEPT, D, E), [A, B, C, D, E]),
        (gene(Verb.REJECT, B), [A, C]),
        (gene(Verb.REJECT, E), [A, B, C]),
        (gene(Verb.REPLACE, B, chosen=(D, E)), [A, D, E, C]),
        (gene(Verb.REPLACE, D, chosen=(E,)), [A, B, C, E]),
        (gene(Verb.REPLACE, B, chosen=(C,)), [A, C]),
        (gene(Verb.ADD, chosen=(E,)), [A, B, C, E]),
        (gene(Verb.UNREADABLE, B), [A, C]),
        (replace(gene(Verb.UNREADABLE, B), curated=True), [A, B, C]),
    ],
)
def test_what_a_decision_does(record: Record, decision: Decision, expected: list) -> None:
    after = apply_decisions(record, decided(decision))
    assert list(after.genes) == expected
    words = after.fields["schema-jsonld"]["keywords"]
    assert words == [r.hgnc_symbol for r in expected]


def test_rows_read_go_and_curated_rows_stay_where_nobody_can_read(record: Record) -> None:
    emitted = record.with_genes([A, B, C, D])
    stays = replace(gene(Verb.UNREADABLE, B), curated=True)
    unreadable = decided(gene(Verb.UNREADABLE, D), stays)
    assert apply_decisions(emitted, unreadable, record).genes == (A, B, C)
    assert apply_decisions(emitted, unreadable).genes == (A, B, C)
    dropped = record.with_genes([A, C])  # as the policy replace left it
    assert apply_decisions(dropped, unreadable, record).genes == (A, B, C)


def test_an_accepted_curated_row_comes_back_to_its_place(record: Record) -> None:
    emitted = record.with_genes([A, C, D])  # as the policy replace left it
    assert apply_decisions(emitted, decided(gene(Verb.ACCEPT, B)), record).genes == (A, B, C, D)
    emitted = record.with_genes([D])
    assert apply_decisions(emitted, decided(gene(Verb.ACCEPT, A)), record).genes == (A, D)


def test_terms_are_decided_like_genes(record: Record) -> None:
    accept = Decision(Verb.ACCEPT, Kind.CHEMICAL, (WATER,))
    after = apply_decisions(record, decided(accept))
    assert (after.chemicals, after.diseases) == ((WATER,), ())
    assert after.fields["schema-jsonld"]["keywords"][-1] == "water"
    reject = Decision(Verb.REJECT, Kind.CHEMICAL, (WATER,))
    assert apply_decisions(after, decided(accept, reject)).text == record.text


@pytest.mark.parametrize("verdict", [Verdict.NOT_A_PATHWAY, Verdict.WRONG_ORGANISM])
def test_a_verdict_leaves_the_curated_rows(record: Record, verdict: Verdict) -> None:
    emitted = record.with_genes([A, D]).with_terms(chemicals=[WATER])
    made = Decision(Verb.VERDICT, Kind.FIGURE, verdict=verdict)
    aside = decided(gene(Verb.REJECT, A), made)
    assert aside.verdict is verdict
    assert apply_decisions(emitted, aside, record).text == record.text
    back = aside.decide(replace(made, verdict=Verdict.NONE))
    assert apply_decisions(emitted, back, record).genes == (D,)


def test_the_last_decision_on_a_label_counts(record: Record) -> None:
    both = decided(gene(Verb.REJECT, B), gene(Verb.ACCEPT, E), gene(Verb.ACCEPT, B))
    assert apply_decisions(record, both).genes == (A, B, C, E)
    assert [d.verb for d in both.standing] == [Verb.ACCEPT, Verb.ACCEPT]
    assert both.on(label_key(Kind.GENE, [B])) == gene(Verb.ACCEPT, B)
    assert both.on(label_key(Kind.GENE, [A])) is None


def test_an_added_label_can_be_rejected_again(record: Record) -> None:
    added = decided(gene(Verb.ADD, chosen=(D, E)))
    assert apply_decisions(record, added.decide(gene(Verb.REJECT, D, E))).text == record.text


def test_undo_and_redo() -> None:
    first, second = gene(Verb.ACCEPT, A), gene(Verb.REJECT, B)
    both = decided(first, second)
    assert both.undo().made == (first,)
    assert both.undo().redo() == both
    assert both.undo().undo().undo() == Decided("f", (), (second, first))
    assert both.undo().undo().redo().made == (first,)
    assert both.redo() == both
    assert both.undo().decide(gene(Verb.ACCEPT, C)).undone == ()


def test_a_label_is_told_by_its_rows_in_any_order() -> None:
    assert label_key(Kind.GENE, [A, B]) == label_key(Kind.GENE, [B, A])
    keys = {
        label_key(Kind.GENE, [A]),
        label_key(Kind.GENE, [A, B]),
        label_key(Kind.CHEMICAL, [TermRow("x")]),
        label_key(Kind.DISEASE, [TermRow("x")]),
        label_key(Kind.FIGURE, []),
    }
    assert len(keys) == 5


verbs = st.sampled_from([Verb.ACCEPT, Verb.REJECT, Verb.REPLACE, Verb.UNREADABLE])
some = st.lists(st.sampled_from([A, B, C, D, E]), min_size=1, max_size=3, unique=True).map(tuple)
decisions = st.lists(
    st.builds(lambda v, r, c: gene(v, *r, chosen=c if v is Verb.REPLACE else ()), verbs, some, some)
    | st.builds(lambda c: gene(Verb.ADD, chosen=c), some),
    max_size=5,
)
RECORD = parse_record(new_record("f").with_genes([A, B, C]).text, Path("f.md"))


@given(st.lists(decisions, max_size=1).map(lambda x: x[0] if x else []), some)
def test_applying_one_decision_twice_changes_nothing_more(made: list, emitted: tuple) -> None:
    for decision in made:
        once = apply_decisions(RECORD.with_genes(emitted), decided(decision), RECORD)
        assert apply_decisions(once, decided(decision), RECORD) == once
        assert apply_decisions(once, decided(decision)) == once


@given(some)
def test_no_decisions_change_nothing(emitted: tuple) -> None:
    record = RECORD.with_genes(emitted)
    assert apply_decisions(record, Decided("f"), RECORD) is record
