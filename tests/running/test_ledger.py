from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from pipeline.errors import OutputError
from pipeline.running.ledger import Fingerprint, Ledger
from pipeline.running.ledger_tables import SCHEMA_VERSION
from pipeline.types import (
    ConceptMention,
    EndState,
    Figure,
    FigureError,
    Gene,
    LexiconEntry,
    Line,
    Mention,
    Outcome,
    Reading,
    Region,
    Source,
)

FINGERPRINT = Fingerprint("inputs", "config", {"pfcurate": "1"})
REGION = Region(((1, 2), (9, 2), (9, 5), (1, 5)), 0.9, "double")
OUTCOME = Outcome(
    "f",
    EndState.DONE,
    lines=(
        Line("NF-κB", 0.5, REGION, (Reading("NF-κB", 0.5, "a"), Reading("NF-kB", 0.25, "b", 2.0))),
        Line("text without a place"),
    ),
    mentions=(
        Mention(
            "NF-κB",
            0,
            0,
            5,
            LexiconEntry(
                "NFkappaB", Source.FAMILY, (Gene("NFKB1", "4790"), Gene("RELA", "5970")), "NFkappaB"
            ),
            ("greek", "exact"),
            0.75,
            REGION,
            (("family", 2.3), ("doubtful reading", -0.5)),
            "NF-κB",
        ),
    ),
    seconds={"read": 1.5},
    image_size=(640, 480),
    concepts=(
        ConceptMention(
            "H202",
            "H2O2",
            1,
            5,
            9,
            "chemical",
            "H2O2",
            "D006861",
            ("0 for O",),
            REGION,
            "some H202",
        ),
    ),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.db"


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def states(path: Path) -> dict[object, object]:
    return dict(rows(path, "SELECT figid, state FROM figures"))  # type: ignore[arg-type]


def test_a_figure_goes_through_its_states(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f"), Figure("g")])
        assert states(path) == {"f": "pending", "g": "pending"}
        ledger.start(Figure("f", image=Path("f.png")))
        assert states(path) == {"f": "running", "g": "pending"}
        ledger.finish(OUTCOME, FINGERPRINT, {"new": 2})
        assert states(path) == {"f": "done", "g": "pending"}
        assert ledger.states() == {"done": 1, "pending": 1}


def test_lines_and_mentions_are_kept_with_their_evidence(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(OUTCOME, FINGERPRINT, {"new": 2})
    ((width, height, counts, seconds),) = rows(
        path, "SELECT width, height, counts, seconds FROM figures"
    )
    assert (width, height) == (640, 480)
    assert json.loads(str(counts)) == {"new": 2}
    assert json.loads(str(seconds)) == {"read": 1.5}
    first, second = rows(path, "SELECT * FROM lines ORDER BY idx")
    assert first[:4] == ("f", 0, "NF-κB", 0.5)
    assert json.loads(str(first[4])) == [[1, 2], [9, 2], [9, 5], [1, 5]]
    assert [r["text"] for r in json.loads(str(first[5]))] == ["NF-κB", "NF-kB"]
    assert second[2:] == ("text without a place", 1.0, None, "[]")
    ((*_, symbol, source, family, _origin, genes, rules, score, polygon, reading, evidence),) = (
        rows(path, "SELECT * FROM mentions")
    )
    assert reading == "NF-κB"
    assert json.loads(str(evidence)) == [["family", 2.3], ["doubtful reading", -0.5]]
    assert (symbol, source, family, score) == ("NFkappaB", "bioentities_symbol", "NFkappaB", 0.75)
    assert json.loads(str(genes)) == [["NFKB1", "4790"], ["RELA", "5970"]]
    assert json.loads(str(rules)) == ["greek", "exact"]
    assert polygon == first[4]


def test_finishing_again_replaces_what_was_kept(path: Path) -> None:
    error = FigureError("ImageError", "f.png", "it is damaged", "Replace it")
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(OUTCOME, FINGERPRINT, {})
        ledger.finish(Outcome("f", EndState.FAILED, error=error), FINGERPRINT, {})
        assert list(ledger.failures()) == [("f", error)]
        ledger.finish(OUTCOME, FINGERPRINT, {})
        assert list(ledger.failures()) == []
    assert len(rows(path, "SELECT * FROM lines")) == 2
    assert rows(path, "SELECT error_kind FROM figures") == [(None,)]


def test_finishing_is_all_or_nothing(path: Path) -> None:
    broken = Outcome("f", EndState.DONE, lines=(Line("a"), Line("b", "high")))  # type: ignore[arg-type]
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.start(Figure("f"))
        with pytest.raises(ValueError, match="high"):
            ledger.finish(broken, FINGERPRINT, {})
        assert states(path) == {"f": "running"}
        assert rows(path, "SELECT * FROM lines") == []


@pytest.mark.parametrize(
    "other",
    [
        Fingerprint("changed", "config", {"pfcurate": "1"}),
        Fingerprint("inputs", "changed", {"pfcurate": "1"}),
        Fingerprint("inputs", "config", {"pfcurate": "2"}),
        Fingerprint("", "config", {"pfcurate": "1"}),
    ],
)
def test_a_result_stands_only_for_what_it_was_made_from(path: Path, other: Fingerprint) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        assert ledger.finished("f", FINGERPRINT) is None
        ledger.finish(OUTCOME, FINGERPRINT, {})
        assert ledger.finished("f", FINGERPRINT) is not None
        assert ledger.finished("f", other) is None
        assert ledger.finished("unknown", FINGERPRINT) is None


def test_inputs_that_could_not_be_read_never_stand(path: Path) -> None:
    unread = Fingerprint("", "config", {})
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(OUTCOME, unread, {})
        assert ledger.finished("f", unread) is None


def test_a_failure_does_not_stand(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(Outcome("f", EndState.FAILED), FINGERPRINT, {})
        assert ledger.finished("f", FINGERPRINT) is None


def test_what_a_killed_run_was_doing_is_pending_again(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f"), Figure("g")])
        ledger.start(Figure("f"))
        ledger.finish(OUTCOME, FINGERPRINT, {})
        ledger.start(Figure("g"))
    with Ledger(path) as ledger:
        ledger.register([])
    assert states(path) == {"f": "done", "g": "pending"}


def test_only_one_run_writes_at_a_time(path: Path) -> None:
    with Ledger(path), pytest.raises(OutputError, match="another run is writing"):
        Ledger(path)
    with Ledger(path):
        pass


def test_a_reader_is_not_held_up(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        with ledger._transaction():
            ledger._db.execute("DELETE FROM figures")
            assert states(path) == {"f": "pending"}


@pytest.mark.parametrize("content", [b"this is no database, but plain text" * 9, b"\0" * 4096])
def test_a_file_that_is_no_ledger_is_named(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(OutputError, match=r"run\.db"):
        Ledger(path)
    assert path.read_bytes() == content


def test_a_newer_ledger_is_left_alone(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(OutputError, match="newer pfcurate"):
        Ledger(path)


def test_names_that_are_not_unicode_can_be_kept(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.start(Figure("f", image=Path("\udcff/f.png")))
        error = FigureError("ImageError", "\udcff/f.png", "it is damaged", "Replace it")
        ledger.finish(Outcome("f", EndState.FAILED, error=error), FINGERPRINT, {})
        ((_, kept),) = ledger.failures()
    assert kept.subject == "\\udcff/f.png"


def test_chemicals_and_diseases_are_kept(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(OUTCOME, FINGERPRINT, {})
        ledger.finish(OUTCOME, FINGERPRINT, {})
    (kept,) = rows(path, "SELECT * FROM concepts")
    assert kept[:10] == ("f", 0, 1, 5, 9, "H202", "H2O2", "chemical", "H2O2", "D006861")
    assert json.loads(str(kept[10])) == ["0 for O"]
    assert json.loads(str(kept[11])) == [[1, 2], [9, 2], [9, 5], [1, 5]]
    assert kept[12] == "some H202"


def test_a_ledger_of_version_1_is_brought_up_to_date(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.register([Figure("f")])
        ledger.finish(OUTCOME, FINGERPRINT, {"new": 2})
    connection = sqlite3.connect(path)
    connection.executescript(
        "DROP TABLE concepts;"
        "ALTER TABLE mentions DROP COLUMN reading;"
        "ALTER TABLE mentions DROP COLUMN evidence;"
        "PRAGMA user_version = 1;"
    )
    connection.close()
    with Ledger(path) as ledger:
        assert ledger.finished("f", FINGERPRINT) is not None
        ledger.finish(OUTCOME, FINGERPRINT, {"new": 2})
    assert rows(path, "PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert len(rows(path, "SELECT * FROM concepts")) == 1
