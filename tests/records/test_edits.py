from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records.edits import Edit, apply_edits, dump, dump_block, dump_flow
from pipeline.records.yamltext import Value, compose

words = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), min_size=1)


@given(words=words, levels=st.integers(0, 5))
def test_a_nested_dump_is_cut_from_the_dump_around_it(words: list[Value], levels: int) -> None:
    block = dump_block({"keywords": words}, 2 * levels)
    value: Value = {"keywords": words}
    for level in range(levels):
        value = {f"k{level}": value}
    assert dump(value).endswith(block)
    assert block.startswith(" " * 2 * levels + "keywords:\n")


def test_a_dump_at_an_odd_column() -> None:
    assert dump_block({"a": ["b", "c"]}, 3) == "   a:\n   - b\n   - c\n"


def test_long_names_wrap_as_in_the_records() -> None:
    name = "word " * 40
    assert max(map(len, dump({"a": [name]}).splitlines())) <= 80 + len("word")
    assert "\n" not in dump_flow([name])


@given(words)
def test_flow_dumps_stay_on_a_line_and_read_back(words: list[str]) -> None:
    text = dump_flow(list(words))
    assert ("\n" in text) <= any("\n" in word for word in words)
    assert compose(text, "x").value == words


@pytest.mark.parametrize("reverse", [False, True])
def test_edits_do_not_disturb_each_other(reverse: bool) -> None:
    edits = [Edit(0, 1, "AAA"), Edit(1, 1, "-"), Edit(3, 5, "")]
    assert apply_edits("abcdef", sorted(edits, key=lambda e: e.start, reverse=reverse)) == "AAA-bcf"
