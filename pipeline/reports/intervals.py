"""Confidence intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

_Unit = TypeVar("_Unit")

RESAMPLES = 1000
"""Resamples of a bootstrap; with 1,000 the ends of an interval move by some 0.002."""

_Z = 1.959964  # 97.5 % quantile of the normal distribution


def bootstrap(
    units: Sequence[_Unit], statistic: Callable[[Sequence[_Unit]], float]
) -> tuple[float, float]:
    """Return the 95 % interval of a statistic over units drawn anew (percentile bootstrap).

    The units are figures: labels of one figure are read well or badly together, so that
    intervals over labels would be too narrow. The same units give the same interval.

    Args:
        units: the units.
        statistic: what is asked of a sample of them.
    """
    if not units:
        return math.nan, math.nan
    generator = np.random.default_rng(0)
    drawn = generator.integers(0, len(units), (RESAMPLES, len(units)))
    values = [statistic([units[index] for index in sample]) for sample in drawn]
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927), for single bins of a plot."""
    if not total:
        return 0.0, 1.0
    share, spread = hits / total, _Z**2 / total
    centre = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)
