from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pipeline.errors import MissingDependencyError
from pipeline.reading import vocabulary
from pipeline.reading.vocabulary import Vocabulary, load_vocabulary

NAMES = Vocabulary(frozenset({"GB", "AKT", "MDM2", "NFKB", "P53"}))


def test_common_names_say_more_than_rare_ones() -> None:
    names = Vocabulary(frozenset({"P53"}), frozenset({"D53"}))
    assert names.odds("p53") > names.odds("D53") > names.odds("X53") == 1.0


def test_long_names_say_more_than_short_ones() -> None:
    odds = [NAMES.odds(text) for text in ("nothing", "Gb", "Akt", "NF-κB")]
    assert odds == sorted(odds)
    assert odds[0] == 1.0
    assert len(set(odds)) == 4


def test_a_text_counts_whose_words_are_names() -> None:
    assert NAMES.odds("AKT pathway") > 1.0
    assert NAMES.odds("the AKT signalling pathway") == 1.0
    assert NAMES.odds("of to") == NAMES.odds("") == 1.0


def test_half_a_bracket_is_no_part_of_a_name() -> None:
    assert NAMES.odds("(AKT)") > NAMES.odds("(AKT") == 1.0
    assert list(NAMES.spellings("(DM2", ((("M", 0.2),), (), (), ()))) == [("MDM2", 0.2)]


def test_names_are_spelt_from_the_characters_considered() -> None:
    others = ((), (("D", 0.4), ("C", 0.2)), (), (("Z", 0.1),))
    assert list(NAMES.spellings("MOM2", others)) == [("MDM2", 0.4)]
    assert list(NAMES.spellings("MOMZ", ((), (("D", 0.4),), (), (("2", 0.5),)))) == [("MDM2", 0.2)]


def test_short_names_are_not_reached_from_far() -> None:
    assert list(NAMES.spellings("A8", ((("G", 0.9),), (("B", 0.9),)))) == []
    assert list(NAMES.spellings("PS3", ((), (("5", 0.5),), ()))) == [("P53", 0.5)]
    assert list(NAMES.spellings("RS3", ((("P", 0.9),), (("5", 0.5),), ()))) == []


def test_alternatives_that_do_not_fit_the_text_are_passed_over() -> None:
    assert list(NAMES.spellings("MOM2", ())) == []


def test_the_vocabulary_of_the_product_knows_names() -> None:
    names = load_vocabulary()
    assert all(names.odds(text) > 1.0 for text in ("TP53", "NF-κB", "β-catenin", "IL-6"))
    assert names.odds("MOM2X9") == 1.0


@pytest.mark.parametrize("content", [None, b"no gzip", gzip.compress(b"A\n")[:12]])
def test_a_damaged_vocabulary_is_named(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "names.txt.gz"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(vocabulary, "vocabulary_file", lambda: path)
    with pytest.raises(MissingDependencyError, match=r"names\.txt\.gz"):
        load_vocabulary()
