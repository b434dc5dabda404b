"""The script beside the package that estimates what readers confuse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "training" / "confusions" / "estimate.py"


@pytest.fixture(scope="module")
def estimate() -> Iterator[ModuleType]:
    spec = spec_from_file_location("estimate", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module


def test_what_stands_for_what_is_counted(estimate: ModuleType) -> None:
    confused: dict[tuple[str, str], float] = defaultdict(float)
    right: dict[str, float] = defaultdict(float)
    estimate.count("STATI", "STAT1", 0.5, confused, right)
    assert confused == {("I", "1"): 0.5}
    assert right["T"] == 1.0
    assert right[estimate.EDGE] == 0.5


def test_what_is_folded_together_is_no_confusion(estimate: ModuleType) -> None:
    confused: dict[tuple[str, str], float] = defaultdict(float)
    estimate.count("IL-1B", "IL-1β", 1.0, confused, defaultdict(float))
    assert confused == {}


@pytest.mark.parametrize(
    ("read", "printed", "alike"),
    [
        ("STATI", "STAT1", True),
        ("IL-6", "IL-8", False),  # both are printed
        ("IL2", "IL7", False),
        ("CXCL10", "CXCL10", True),
        ("MAVS", "STAT1", False),
    ],
)
def test_words_that_may_be_one(estimate: ModuleType, read: str, printed: str, alike: bool) -> None:
    assert estimate.alike(read, printed) is alike


def test_a_dearer_confusion_takes_the_smaller_share(estimate: ModuleType) -> None:
    costs = {("y", "γ"): 2.0, ("y", "β"): 5.0}
    shares = dict(estimate.shares("IFN-y", ["IFN-γ", "IFN-β"], costs))
    assert shares["IFN-γ"] > 0.9
    assert sum(shares.values()) == pytest.approx(1.0)


def test_what_is_rare_or_dear_is_left_out_of_the_table(estimate: ModuleType) -> None:
    confused = {("I", "1"): 30.0, ("I", "K"): 1.0}
    right = {"I": 500.0}
    costs = {pair: estimate.cost_of(*pair, confused, right) for pair in confused}
    rows = [line for line in estimate.table(costs, confused, right).splitlines() if line[0] != "#"]
    assert rows == ["I\t1\t2.80\t30.0\t500"]
