from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.curation.policies import Policy
from pipeline.curation.terms import apply_to_terms, diff_terms
from pipeline.types import TermRow

LACTATE = TermRow("lactate", "MeSH", "D019344")
ROWS = st.lists(
    st.builds(
        TermRow, st.sampled_from(["a", "A", "b", "c", "•"]), st.just("MeSH"),
        st.sampled_from(["", "D1", "D2"]),
    ),
    max_size=6,
)  # fmt: skip


def test_rows_are_told_by_word_or_identifier() -> None:
    curated = [TermRow("Cancer"), TermRow("lactic acid", "MeSH", "MESH:D019344"), TermRow("gone")]
    read = [LACTATE, TermRow("CANCER", "MeSH", "D009369"), TermRow("ATP", "MeSH", "D000255")]
    diff = diff_terms(curated, read)
    assert diff.confirmed == tuple(curated[:2])
    assert diff.missing == (curated[2],)
    assert diff.new == (read[2],)


def test_rows_without_identifiers_are_not_the_same() -> None:
    diff = diff_terms([TermRow("a")], [TermRow("b")])
    assert (diff.missing, diff.new) == ((TermRow("a"),), (TermRow("b"),))


def test_the_document_holds_what_there_is_to_say() -> None:
    assert diff_terms([], []).document() == {}
    assert diff_terms([], [LACTATE]).document() == {
        "new": [{"word": "lactate", "source": "MeSH", "identifier": "D019344"}]
    }


@given(ROWS, ROWS)
def test_every_row_is_in_one_class(curated: list[TermRow], read: list[TermRow]) -> None:
    diff = diff_terms(curated, read)
    assert sorted((*diff.confirmed, *diff.missing), key=repr) == sorted(curated, key=repr)
    assert set(diff.new) <= set(read)
    assert not set(diff.new) & set(curated)


@given(ROWS, ROWS)
def test_policies(curated: list[TermRow], read: list[TermRow]) -> None:
    diff = diff_terms(curated, read)
    assert apply_to_terms(Policy.REPORT, curated, diff) == tuple(curated)
    assert apply_to_terms(Policy.UNION, curated, diff) == (*curated, *diff.new)
    assert apply_to_terms(Policy.REPLACE, curated, diff) == (*diff.confirmed, *diff.new)
