from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.running.ledger import Ledger
from pipeline.running.stored import Stored
from pipeline.types import EndState, Figure, FigureError, Outcome
from tests.running.test_ledger import FINGERPRINT, OUTCOME


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "run.db"
    error = FigureError("ImageError", "g.png", "it is torn", "Mend it")
    with Ledger(path) as writing:
        figure = Figure("f", image=tmp_path / "f.png", record=tmp_path / "f.md")
        writing.register([figure, Figure("g"), Figure("h")])
        writing.start(figure)
        writing.finish(OUTCOME, FINGERPRINT, {"new": 2})
        writing.finish(Outcome("g", EndState.FAILED, error=error), FINGERPRINT, {})
    return path


def test_what_went_in_comes_out(ledger: Path) -> None:
    with Stored(ledger) as stored:
        lines, mentions = stored.lines("f"), stored.mentions("f")
        assert [line.text for line in lines] == [line.text for line in OUTCOME.lines]
        assert lines[0].readings == OUTCOME.lines[0].readings
        assert lines[1].region is None
        (mention,), (expected,) = mentions, OUTCOME.mentions
        assert mention.region is not None
        assert expected.region is not None
        assert mention.region.polygon == expected.region.polygon
        assert replace(mention, region=None) == replace(expected, region=None)
        assert [replace(c, region=None) for c in stored.concepts("f")] == [
            replace(c, region=None) for c in OUTCOME.concepts
        ]


def test_figures_with_their_states(ledger: Path, tmp_path: Path) -> None:
    with Stored(ledger) as stored:
        done, failed, pending = stored.figures()
        assert (done.figid, done.state, done.read) == ("f", "done", True)
        assert (done.image, done.record) == (tmp_path / "f.png", tmp_path / "f.md")
        assert (done.size, done.counts) == ((640, 480), {"new": 2})
        assert failed.error == FigureError("ImageError", "g.png", "it is torn", "Mend it")
        assert (pending.state, pending.read, pending.finished) == ("pending", False, "")
        assert stored.figure("f") == done
        assert [(f.figid, f.state, f.finished) for f in stored.figures()] == list(stored.states())
        assert stored.figure("nowhere") is None


def test_a_run_may_go_on_meanwhile(ledger: Path) -> None:
    with Ledger(ledger) as writing, Stored(ledger) as stored:
        writing.finish(replace(OUTCOME, figid="h"), FINGERPRINT, {})
        figure = stored.figure("h")
        assert figure is not None
        assert figure.state == "done"


def test_nothing_is_written(ledger: Path) -> None:
    with Stored(ledger) as stored, pytest.raises(InputError, match="readonly"):
        stored._rows("DELETE FROM figures")


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no run"):
        Stored(tmp_path / "run.db")


def test_a_ledger_of_another_version(ledger: Path) -> None:
    with sqlite3.connect(ledger) as db:
        db.execute("PRAGMA user_version = 1")
    with pytest.raises(InputError, match="another pfcurate"):
        Stored(ledger)


def test_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "run.db").write_bytes(b"not a database at all" * 99)
    with pytest.raises(InputError, match="cannot be read"):
        Stored(tmp_path / "run.db")
