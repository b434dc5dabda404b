from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import LexiconError
from pipeline.lexicon.folding import fold
from pipeline.lexicon.load import load_lexicon
from pipeline.naming.confusions import (
    Confusions,
    Keys,
    budget,
    doubts_of,
    load_confusions,
    names_like,
)

KEYS = sorted(["IL2", "IL7", "STAT1", "STAT3", "IFNG", "NFKB", "CDC42", "MTOR", "TRIM5A", "PRNP"])
TABLE = Confusions(
    {
        "I": {"1": 3.0, "L": 4.0},
        "E": {"F": 4.7},
        "y": {"γ": 2.8},
        "2": {"7": 6.0},
        "O": {"0": 3.0, "Q": 4.0},
        "m": {"RN": 4.0},
        "^": {"M": 6.0},
        "^x": {"": 3.0},
        "Z": {"2": 2.8},
    }
)


def like(
    text: str, alternatives: tuple[tuple[tuple[str, float], ...], ...] = ()
) -> dict[str, float]:
    return dict(names_like(text, Keys(KEYS), TABLE, doubts_of(text, alternatives)))


def test_a_misread_character_is_one_of_those_it_is_read_for() -> None:
    assert like("STATI") == {"STAT1": 3.0}
    assert like("IFN-y") == {"IFN-γ": 2.8}


def test_what_is_printed_keeps_its_shape() -> None:
    assert like("NE-κB") == {"NF-κB": 4.7}


def test_one_character_for_two_and_what_is_lost_or_added_at_the_edge() -> None:
    assert like("PmP") == {"PRNP": 4.0}
    assert like("TOR") == {}  # too dear for so short a name
    assert like("xSTAT1") == {"STAT1": 3.0}


def test_two_confusions_in_a_long_name_alone() -> None:
    assert like("CDC4Z") == {"CDC42": 2.8}
    assert like("TRIMSA") == {}
    assert like("1L2") == {}


@pytest.mark.parametrize("text", ["IL2", "IL7", "STAT1", "", "-", "ß"])
def test_a_name_is_not_like_itself(text: str) -> None:
    assert fold(text) not in map(fold, like(text))


def test_a_short_name_is_not_reached_from_far() -> None:
    assert like("IL2") == {}
    keys = Keys(load_lexicon().sorted_keys())
    found = {fold(name) for name, _ in names_like("IL2", keys, load_confusions())}
    assert not found & {"IL7", "IL1", "IL3", "IL4", "IL5", "IL6", "IL8", "IL9"}


def test_what_the_reader_saw_besides_counts() -> None:
    seen = ((), (), (), (), (("3", 0.3),))
    assert "STAT3" not in like("STATB")
    assert like("STATB", seen)["STAT3"] == pytest.approx(0.8473, abs=1e-3)


@given(st.text(max_size=12), st.text("STAIL1237-Oymx", max_size=9))
def test_anything_is_searched_for_and_costs_what_it_may(junk: str, text: str) -> None:
    for read in (junk, text):
        for name, cost in names_like(read, Keys(KEYS), TABLE):
            assert fold(name) in KEYS
            assert 0 < cost <= budget(len(fold(name)))


def test_the_table_of_the_product_is_read() -> None:
    table = load_confusions()
    assert table.version
    assert table.costs["I"]["1"] < table.costs["I"]["T"]
    assert "γ" in table.costs["y"]


@pytest.mark.parametrize("text", ["a\tb\n", "a\tb\tx\n", "\x00\n"])
def test_a_malformed_table_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "confusions.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        load_confusions(path)
    assert caught.value.subject == f"{path}:1"


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="cannot be read"):
        load_confusions(tmp_path / "none.tsv")
