from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.naming.compounds import compounds, hidden_slash, inner_range, lost_slash, seams
from pipeline.naming.tokenizer import split

PIECES = ["TLR", "IL-", "α", "β", "A", "B", "I", "1", "2", "3", "/", ",", "-", " ", "b", "and"]
LIST_LIKE = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def lists(text: str) -> list[tuple[str, list[str]]]:
    """The lists in a line: text covered, and names written out."""
    words: list[str] = []
    spaces: list[bool] = []
    for piece in split(text):
        if piece.isspace() and words:
            spaces[-1] = True
        else:
            words.append(piece)
            spaces.append(False)
    found = []
    for compound in compounds(words, spaces):
        assert 0 <= compound.start < compound.end <= len(words)
        assert all(compound.start <= item.token < compound.end for item in compound.items)
        covered = "".join(
            words[i] + " " * (spaces[i] and i + 1 < compound.end)
            for i in range(compound.start, compound.end)
        )
        found.append((covered, [item.text for item in compound.items]))
    return found


@given(LIST_LIKE | st.text())
def test_lists_in_any_line_do_not_overlap(text: str) -> None:
    found = lists(text)
    at = 0
    for covered, items in found:
        at = text.index(covered.split()[0], at)
        at += len(covered.split()[0])
        assert len(items) >= 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("STAT1/2", ["STAT1", "STAT2"]),
        ("TLR 7/8", ["TLR 7", "TLR 8"]),
        ("TLRs 2/4", ["TLR 2", "TLR 4"]),
        ("Cathepsin A-D, F", ["Cathepsin A", "Cathepsin B", "Cathepsin C", "Cathepsin D",
                              "Cathepsin F"]),
        ("IKKα/β/γ", ["IKKα", "IKKβ", "IKKγ"]),
        ("IFN-α/ß", ["IFN-α", "IFN-β"]),
        ("IFN-a/b", ["IFN-a", "IFNb"]),
        ("IL-1β/6", ["IL-1β", "IL-6"]),
        ("TβRI/II", ["TβRI", "TβRII"]),
        ("CaMKII/IV", ["CaMKII", "CaMKIV"]),
        ("IL-17A/F", ["IL-17A", "IL-17F"]),
        ("PKCa/B", ["PKCa", "PKCB"]),
        ("miR-29a/b/c", ["miR-29a", "miR-29b", "miR-29c"]),
        ("miR-15a/16", ["miR-15a", "miR-16"]),
        ("MMP-2/-9", ["MMP-2", "MMP-9"]),
        ("CDK4 and 6", ["CDK4", "CDK6"]),
        ("SMAD 1-5, 8", ["SMAD 1", "SMAD 2", "SMAD 3", "SMAD 4", "SMAD 5", "SMAD 8"]),
    ],
)  # fmt: skip
def test_lists_written_out(text: str, names: list[str]) -> None:
    assert lists(text) == [(text, names)]


@pytest.mark.parametrize(
    "text",
    [
        *("STAT1/STAT2", "NKX3-1", "14-3-3", "a/b", "1/2", "TLR4", "TLR4/", "/2", "and 2"),
        *("TLR4 (2)", "PI3K/AKT", "CD4+", "p38 MAPK", "TLR4/B", "IL-6 2"),
    ],
)
def test_what_is_no_list(text: str) -> None:
    assert lists(text) == []


def test_a_list_has_an_end() -> None:
    ((covered, names),) = lists("TLR1" + "/2" * 500)
    assert len(names) == 25
    assert covered == "TLR1" + "/2" * 24
    ((_, names),) = lists("TLR 1-99")
    assert names == [f"TLR {number}" for number in range(1, 14)]


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("IL-1-3", ("IL-1", "IL-2", "IL-3")),
        ("Gli1–3", ("Gli1", "Gli2", "Gli3")),
        ("IL-3-1", ()),
        ("IL-1-9", ()),
        ("14-3-3", ()),
        ("IL-13", ()),
        ("NKX3-1", ()),
    ],
)
def test_ranges_within_a_word(word: str, names: tuple[str, ...]) -> None:
    assert inner_range(word) == names


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("TLR718", ("TLR7", "TLR8")),
        ("TLR7l8", ("TLR7", "TLR8")),
        ("TLR7I8", ("TLR7", "TLR8")),
        ("TLR817", ()),
        ("TLR717", ()),
        ("p213", ()),
        ("TLR7/8", ()),
    ],
)
def test_slashes_read_as_a_stroke(word: str, names: tuple[str, ...]) -> None:
    assert hidden_slash(word) == names


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("MNK12", ("MNK1", "MNK2")),
        ("Smad-23", ("Smad-2", "Smad-3")),
        ("CDK42", ()),
        ("p12", ()),
        ("ERK112", ()),
    ],
)
def test_slashes_not_read_at_all(word: str, names: tuple[str, ...]) -> None:
    assert lost_slash(word) == names


@given(st.text("aB1-–", max_size=20))
def test_two_names_run_together_make_up_the_word(word: str) -> None:
    for left, right in seams(word):
        assert min(len(left), len(right)) > 2
        assert word.startswith(left)
        assert word.endswith(right)
        assert len(word) - len(left) - len(right) in (0, 1)


def test_seams() -> None:
    assert list(seams("JAK1Tyk2")) == [("JAK1", "Tyk2")]
    assert list(seams("STAT1-STAT2")) == [("STAT1", "STAT2")]
    assert list(seams("MyD88")) == list(seams("TLR4")) == []


def test_a_range_goes_on_in_a_list() -> None:
    (found,) = compounds(["CXCL8-10", "/", "12"], [False, False, False])
    assert [item.text for item in found.items] == ["CXCL8", "CXCL9", "CXCL10", "CXCL12"]
