from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.review import server
from tests.review.runs import DrawnRun, drawn_run, namer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def _run(tmp_path_factory: pytest.TempPathFactory) -> DrawnRun:
    return drawn_run(tmp_path_factory.mktemp("drawn"))


@pytest.fixture
def run(_run: DrawnRun, tmp_path: Path) -> DrawnRun:
    """A run over all drawn figures, of its own for every test."""
    return _run.copy(tmp_path / "run")


@pytest.fixture(autouse=True)
def _one_lexicon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page of the tests has the lexicon that the runs were made with."""
    monkeypatch.setattr(server, "load_lexicon", lambda _: namer().lexicon)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed; make setup installs it on Debian")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()
