from __future__ import annotations

from pathlib import Path

import pytest

from tests.lexicon.releases import Releases, hgnc_row


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    """Releases with three genes and nothing else."""
    akt = [hgnc_row(f"AKT{number}", str(200 + number)) for number in (1, 2, 3)]
    return Releases(tmp_path, hgnc=akt)
