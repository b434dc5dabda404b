"""What all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# How fast a test machine is must not decide whether a property holds.
settings.register_profile("pfcurate", deadline=None, print_blob=True)
settings.load_profile("pfcurate")


@pytest.fixture(scope="session")
def root() -> Path:
    """The top folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The optional folder of real figures, records and truth beside the checkout."""
    folder = ROOT.parent / "shared"
    if not (folder / "figures").is_dir():
        pytest.skip("no real figures beside the checkout")
    return folder
