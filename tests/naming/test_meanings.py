from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.naming.meanings import load_meanings
from pipeline.resources import models_dir


def write(folder: Path, terms: str = "", words: str = "") -> Path:
    (folder / "other_meanings.tsv").write_text(terms, encoding="utf-8")
    (folder / "english_words.txt").write_text(words, encoding="utf-8")
    return folder


def test_other_meanings_count_in_the_case_given(tmp_path: Path) -> None:
    terms = "# comment\n\nchemical\tLPS NO\nviral-protein\tTat PB1-F2 NO\n"
    meanings = load_meanings(write(tmp_path, terms))
    assert meanings.competing("LPS") == "chemical"
    assert meanings.competing("Lps") == ""
    assert meanings.competing("Tat") == "viral-protein"
    assert meanings.competing("TAT") == ""
    assert meanings.competing("PB1F2") == meanings.competing("PB1-F2") == "viral-protein"
    assert meanings.competing("NO") == "chemical", "the first class listed"
    assert meanings.competing("NÓ") == "chemical", "no name has an accent"
    assert meanings.competing("NO₂") == meanings.competing("") == ""


def test_words_are_words_in_any_case_but_that_of_a_plural_symbol(tmp_path: Path) -> None:
    meanings = load_meanings(write(tmp_path, words="# comment\nrocks\nRest\n"))
    for text in ("rocks", "Rocks", "ROCKS", "rest", "REST"):
        assert meanings.is_word(text)
    for text in ("ROCKs", "RESTs", "ReSt", "comment", "# comment", ""):
        assert not meanings.is_word(text)


def test_the_version_follows_the_content(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = load_meanings(write(tmp_path / "a", words="rest\n"))
    other = load_meanings(write(tmp_path / "b", words="rest\nset\n"))
    assert one.version != other.version


@pytest.mark.parametrize("name", ["other_meanings.tsv", "english_words.txt"])
@pytest.mark.parametrize("data", [None, b"\xff"])
def test_an_unreadable_list_is_named(tmp_path: Path, name: str, data: bytes | None) -> None:
    write(tmp_path)
    (tmp_path / name).unlink()
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(LexiconError) as caught:
        load_meanings(tmp_path)
    assert caught.value.subject == str(tmp_path / name)


def test_the_built_in_lists_are_sound() -> None:
    curated = models_dir() / "curated"
    text = (curated / "other_meanings.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    assert all(len(row) == 2 for row in rows)
    classes = [row[0] for row in rows]
    (listed,) = [line for line in text.splitlines() if line.startswith("# Classes: ")]
    assert set(classes) == set(listed.removeprefix("# Classes: ").split(", "))
    words = [
        line
        for line in (curated / "english_words.txt").read_text("utf-8").splitlines()
        if not line.startswith("#")
    ]
    assert words == sorted(set(words))
    assert all(word.isalpha() and word.islower() for word in words)
