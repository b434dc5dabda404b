from __future__ import annotations

import pytest

from pipeline.naming.surroundings import hyphen_between_letters, signs
from pipeline.naming.tokenizer import split


def around(text: str, name: str, below: str = "") -> list[str]:
    words: list[str] = []
    spaces: list[bool] = []
    for piece in split(text):
        if piece == " ":
            spaces[-1] = True
        else:
            words.append(piece)
            spaces.append(False)
    at = words.index(name)
    return list(signs(words, spaces, at, at + 1, below))


@pytest.mark.parametrize(
    ("text", "name", "sign"),
    [
        ("caspase 12", "caspase", "part of a longer name"),
        ("Cyt C", "Cyt", "part of a longer name"),
        ("COP II", "COP", "part of a longer name"),
        ("Dampened IFN responses", "IFN", "part of the name of a process"),
        ("Histone methylation", "Histone", "part of the name of a process"),
        ("Pyrin domain", "Pyrin", "part of the name of a process"),
        ("CD8 TILs", "CD8", "marks a kind of cell"),
        ("CD4+ T cells", "CD4", "marks a kind of cell"),
        ("CD8* TILS", "CD8", "marks a kind of cell"),
        ("(FIT3 MX1", "FIT3", "a stray sign before it"),
        ("ICAM-", "ICAM", "cut at a hyphen"),
    ],
)
def test_a_sign_is_seen(text: str, name: str, sign: str) -> None:
    assert around(text, name) == [sign]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("STAT1", "STAT1"),
        ("(STAT1)", "STAT1"),
        ("STAT1 P", "STAT1"),
        ("CD4+", "CD4"),
        ("STAT1 STAT2", "STAT1"),
        ("IL6 secretion", "IL6"),
    ],
)
def test_nothing_is_seen_where_nothing_is(text: str, name: str) -> None:
    assert around(text, name) == []


def test_the_line_below_may_name_the_process() -> None:
    assert around("Ubiquitin", "Ubiquitin", "mediated") == ["part of the name of a process"]
    assert around("Ubiquitin", "Ubiquitin", "Mediated") == []
    assert around("Ubiquitin", "Ubiquitin", "STAT1") == []


def test_hyphens_that_the_lexicon_does_not_have() -> None:
    assert hyphen_between_letters("RE-N", "REN")
    assert not hyphen_between_letters("IL-6", "IL6")
    assert not hyphen_between_letters("NF-kB", "NF-kappaB")
    assert not hyphen_between_letters("VEGF-R", "VEGFR")
    assert hyphen_between_letters("VE-GFR", "VEGFR")
