from __future__ import annotations

import math
from statistics import fmean

from hypothesis import given
from hypothesis import strategies as st

from pipeline.reports.intervals import bootstrap, wilson


def test_wilson_is_that_of_the_tables() -> None:
    low, high = wilson(8, 10)  # Brown, Cai and DasGupta (2001): 0.490 to 0.943
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 50), st.integers(1, 50))
def test_a_share_lies_in_its_interval(hits: int, more: int) -> None:
    low, high = wilson(hits, hits + more)
    assert 0 <= low <= hits / (hits + more) <= high <= 1


def test_a_bootstrap_of_a_mean_is_near_the_normal_one() -> None:
    values = [0.0, 1.0] * 50
    low, high = bootstrap(values, fmean)
    assert math.isclose(low, 0.5 - 1.96 * 0.05, abs_tol=0.02)
    assert math.isclose(high, 0.5 + 1.96 * 0.05, abs_tol=0.02)
    assert bootstrap(values, fmean) == (low, high)
    assert bootstrap([3.0], fmean) == (3.0, 3.0)
    assert all(map(math.isnan, bootstrap([], fmean)))
