from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lexicon.folding import GREEK_LETTERS, GREEK_WORDS, LOOK_ALIKES, fold, latinise

ANYTHING = st.text(st.characters(exclude_categories=()))
LETTER_OF_WORD = {
    "ALPHA": "α", "BETA": "β", "GAMMA": "γ", "DELTA": "δ", "EPSILON": "ε", "ZETA": "ζ",
    "THETA": "θ", "KAPPA": "κ", "LAMBDA": "λ", "SIGMA": "σ", "OMEGA": "ω",
}  # fmt: skip
HEADS = ("IFN", "TNF", "IFN-", "PKC", "IKK", "p38", "IL-1", "14-3-3", "CaMKII", "NF")


@given(ANYTHING)
def test_a_key_holds_capitals_and_digits_only(text: str) -> None:
    assert re.fullmatch("[A-Z0-9]*", fold(text))


@given(ANYTHING)
def test_a_key_is_its_own_key_unless_folding_made_a_greek_word(text: str) -> None:
    key = fold(text)
    if key in GREEK_WORDS or not any(word in key for word in GREEK_WORDS):
        assert fold(key) == key


def test_a_greek_word_that_folding_made_is_kept() -> None:
    assert fold("XGalphaMMA") == "XGAMMA"


@given(st.text(st.characters(codec="ascii")), st.sampled_from(["-", " ", "_", "/", ".", "’", "\t"]))
def test_case_and_punctuation_make_no_difference(text: str, between: str) -> None:
    assert fold(between.join(text)) == fold(text.upper()) == fold(text.lower())


@given(
    st.sampled_from(HEADS),
    st.sampled_from(sorted(GREEK_WORDS)),
    st.sampled_from(["", "1", "R", "RII"]),
    st.sampled_from(["", "-", " "]),
    st.sampled_from([str.upper, str.lower, str.title]),
)
def test_a_greek_letter_equals_its_name_in_names(
    head: str, word: str, tail: str, between: str, case: Callable[[str], str]
) -> None:
    letter = LETTER_OF_WORD[word]
    assert fold(f"{head}{letter}{tail}") == fold(f"{head}{between}{case(word)}{tail}")
    assert fold(f"{head}{letter.upper()}{tail}") == fold(f"{head}{GREEK_WORDS[word]}{tail}")


def test_every_spelt_out_letter_is_one_of_the_letters() -> None:
    assert {word: GREEK_LETTERS[letter] for word, letter in LETTER_OF_WORD.items()} == GREEK_WORDS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("NF-κB", "NFkappaB"),
        ("NF-κB", "NF-KB"),
        ("IFN-γ", "IFNG"),
        ("IFN-λ1", "IFNL1"),
        ("PKCθ", "PKC-Q"),
        ("µ-opioid", "μ-opioid"),
        ("IL-1ß", "IL-1β"),
        ("ΤΝF", "TNF"),  # Greek capitals tau and nu
        ("ТNF", "TNF"),  # Cyrillic capital te
        ("ＳＴＡＴ１", "STAT1"),
        ("STAT²", "STAT2"),
        ("ﬁbrillin", "fibrillin"),
        ("Sjögren", "Sjogren"),
        ("TGFβ\u200bR", "TGFβR"),
    ],
)
def test_names_that_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize("word", sorted(GREEK_WORDS))
def test_a_greek_word_that_is_the_whole_name_is_no_letter(word: str) -> None:
    assert fold(word.title()) == word


@pytest.mark.parametrize("text", ["", "-/()", " \t\n", "中文", "\ud800", "→"])
def test_text_without_letters_and_digits_has_no_key(text: str) -> None:
    assert fold(text) == ""


@given(st.text(st.characters(codec="ascii")))
def test_plain_text_is_latin_already(text: str) -> None:
    assert latinise(text) == text


@pytest.mark.parametrize("letter", [*GREEK_LETTERS, *LOOK_ALIKES])
def test_every_listed_letter_becomes_a_latin_capital(letter: str) -> None:
    assert re.fullmatch("[A-Z]", latinise(letter))
