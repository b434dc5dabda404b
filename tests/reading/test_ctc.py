from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.ctc import batches, likely_texts, padded_width, runners_up

SYMBOLS = ("", "A", "B")


@given(st.lists(st.integers(1, 4096), max_size=60))
def test_batches_hold_every_crop_once_at_one_padded_width(widths: list[int]) -> None:
    found = batches(widths)
    assert sorted(i for batch in found for i in batch) == list(range(len(widths)))
    for batch in found:
        padded = {padded_width(widths[i]) for i in batch}
        assert len(padded) == 1
        assert len(batch) == 1 or len(batch) * padded.pop() <= 4096


@given(st.integers(1, 10_000), st.sampled_from([32, 64]))
def test_padding_is_less_than_a_step_beyond_the_least_width(width: int, least: int) -> None:
    padded = padded_width(width, least=least)
    assert padded >= width
    assert padded % 16 == 0
    assert padded < max(width + 16, least + 1)


def test_runners_up_come_best_first_without_the_empty_class() -> None:
    row = np.array([0.3, 0.5, 0.2])
    assert runners_up(row, 1, SYMBOLS) == (("B", 0.2),)
    assert runners_up(np.array([0.3, 0.7, 0.001]), 1, SYMBOLS) == ()


def collapsed(path: tuple[int, ...]) -> str:
    kept = [c for i, c in enumerate(path) if c and (i == 0 or c != path[i - 1])]
    return "".join(SYMBOLS[c] for c in kept)


@given(
    st.lists(
        st.tuples(st.floats(0.05, 1), st.floats(0.05, 1), st.floats(0.05, 1)),
        min_size=1,
        max_size=4,
    )
)
def test_chances_are_sums_over_all_ways_to_place_the_characters(
    table: list[tuple[float, float, float]],
) -> None:
    rows = np.array(table) / np.sum(table, axis=1, keepdims=True)
    every: dict[str, float] = {}
    for path in itertools.product(range(3), repeat=len(rows)):
        chance = math.prod(rows[i, c] for i, c in enumerate(path))
        every[collapsed(path)] = every.get(collapsed(path), 0.0) + chance
    found = likely_texts(rows, SYMBOLS, 3)
    best = sorted(every.values(), reverse=True)[:3]
    assert [math.exp(log) for _, log in found] == pytest.approx(best[: len(found)], rel=1e-6)
    for text, log in found:
        assert math.exp(log) == pytest.approx(every[text], rel=1e-6)
