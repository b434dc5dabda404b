from __future__ import annotations

import pytest

from pipeline.running.progress import Pace, duration


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_known_before_anything_is_done() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert (pace.rate(0), pace.left(0, 10)) == (0.0, None)
    clock.now += 10
    assert (pace.rate(0), pace.left(0, 10)) == (0.0, None)


def test_the_pace_gives_the_time_left() -> None:
    clock = Clock()
    pace = Pace(clock)
    clock.now += 20
    pace.update(10)
    assert pace.rate(10) == 0.5
    assert pace.left(10, 30) == 60.0


def test_what_was_slow_long_ago_does_not_count() -> None:
    """Large figures come first; the time left must not be told by them for days."""
    clock = Clock()
    pace = Pace(clock)
    for second in range(3600):
        clock.now = 101.0 + second
        pace.update(second // 60)
    slow = 3599 // 60
    for second in range(1200):
        clock.now = 3701.0 + second
        pace.update(slow + second)
    assert pace.rate(slow + 1199) == pytest.approx(1.0, rel=0.02)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (59.4, "59.4 s"),
        (65, "1 min 05 s"),
        (3600, "1 h 00 min"),
        (47 * 3600, "47 h 00 min"),
        (100 * 3600, "4 d 4 h"),
    ],
)
def test_times_are_told_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words
