from __future__ import annotations

import numpy as np
import pytest

from pipeline.reading.reader_ppocr import decode

SYMBOLS = ["", "I", "l", "y", "γ", "B", " "]


def steps(*rows: dict[str, float]) -> np.ndarray:
    table = np.zeros((len(rows), len(SYMBOLS)))
    for step, row in zip(table, rows, strict=True):
        for symbol, chance in row.items():
            step[SYMBOLS.index(symbol)] = chance
        step[0] += 1.0 - step.sum()
    return table


def test_repeats_are_one_character_unless_parted() -> None:
    text, confidence, _ = decode(steps({"I": 0.9}, {"I": 0.9}, {}, {"I": 0.8}, {"B": 1.0}), SYMBOLS)
    assert text == "IIB"
    assert confidence == pytest.approx((0.9 + 0.8 + 1.0) / 3)


def test_nothing_read_is_empty() -> None:
    assert decode(steps({}, {}), SYMBOLS) == ("", 0.0, ())


def test_a_blank_considered_between_characters_is_believed() -> None:
    assert decode(steps({"I": 0.9}, {" ": 0.2}, {"B": 0.9}), SYMBOLS)[0] == "I B"
    assert decode(steps({"I": 0.9}, {" ": 0.02}, {"B": 0.9}), SYMBOLS)[0] == "IB"
    assert decode(steps({" ": 0.2}, {"B": 0.9}, {" ": 0.2}), SYMBOLS)[0] == "B"
    assert decode(steps({"I": 0.9}, {" ": 0.2}, {" ": 0.8}, {"B": 0.9}), SYMBOLS)[0] == "I B"


def test_runners_up_are_kept_best_first() -> None:
    text, _, alternatives = decode(steps({"B": 0.7, "I": 0.1, "γ": 0.15}), SYMBOLS)
    assert text == "B"
    assert alternatives == ((("γ", 0.15), ("I", 0.1)),)


def test_underrated_characters_are_preferred_and_the_other_kept() -> None:
    text, _, alternatives = decode(steps({"l": 0.6, "I": 0.3}, {"y": 0.9, "γ": 0.05}), SYMBOLS)
    assert text == "Iγ"
    assert alternatives == ((("l", 0.6),), (("y", 0.9),))


def test_too_unlikely_ones_are_not_preferred() -> None:
    assert decode(steps({"l": 0.9, "I": 0.05}, {"y": 0.9}), SYMBOLS)[0] == "ly"
