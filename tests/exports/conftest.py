from __future__ import annotations

from pathlib import Path

import pytest

from tests.exports.runs import write_run


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write_run(tmp_path)
